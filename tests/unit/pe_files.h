/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are read whole, with what signed them: a PE made by hand, and signers. Include tests/harness.h
 * first. */
#ifndef EMBARGO_TESTS_UNIT_PE_FILES_H
#define EMBARGO_TESTS_UNIT_PE_FILES_H

#include "tests/unit/hand_pe.h"
#include "tests/unit/identity_files.h"

#define IDENTITY _cleanup_(embargo_identity_freep) struct embargo_identity
#define WANT (EMBARGO_WANT_INSIDE | EMBARGO_WANT_VERIFY | EMBARGO_WANT_AUTHENTICODE)

static inline struct embargo_identity *read_all(const char *path)
{
	struct embargo_identity *identity = NULL;
	struct embargo_reason reason = {};

	ASSERT_EQ(0, embargo_identity_read(path, WANT, &identity, &reason))
	{
		TH_LOG("%s", reason.text);
	}
	return identity;
}

static inline struct embargo_identity *read_bytes(const void *bytes, size_t size)
{
	put("bytes", bytes, size);
	return read_all("bytes");
}

FIXTURE(pe)
{
	struct hand_pe made;
	unsigned char longer[HAND_PE_SIZE + 0x2000];
};

FIXTURE_SETUP(pe)
{
	files_start();
	hand_pe(&self->made, "Example Lab JSC");
	memcpy(self->longer, self->made.bytes, HAND_PE_SIZE);
}

FIXTURE_TEARDOWN(pe)
{
	files_end();
}

/* A key and certificate of @name, by its own authority or self-signed. */
static inline void make_signer(const char *name, const char *subject)
{
	ASSERT_TRUE(run("openssl req -new -x509 -newkey rsa:2048 -nodes -keyout %s.key -out %s.pem -days 30 "
			"-subj '%s' -addext extendedKeyUsage=codeSigning",
			name, name, subject));
}

#endif
