/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file's identity as lines of policy. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "policy/policy.h"
#include "userspace/identity_out.h"
#include "userspace/text.h"

static void put_text(FILE *out, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	fprintf(out, " %s=", key);
	embargo_quote(out, value, strlen(value));
}

static void put_hash(FILE *out, const struct embargo_digests *digests, __u32 format, const char *name)
{
	_cleanup_free_ char *hex = embargo_hex(digests->sha256, sizeof(digests->sha256));
	char formats[EMBARGO_FORMATS_TEXT];

	if (!hex)
		return;
	fprintf(out, "ban hash sha256:%s size=%" PRIu64 " format=%s", hex, (uint64_t)digests->size,
		embargo_formats_text(format, formats));
	put_text(out, "name", name);
	fputc('\n', out);
}

static void put_signer(FILE *out, const char *issuer, const char *serial, const char *key_id,
		       const char *name)
{
	fputs("ban signer", out);
	if (issuer && serial) {
		put_text(out, "issuer", issuer);
		fprintf(out, " serial=%s", serial);
	} else {
		fprintf(out, " skid=%s", key_id);
	}
	put_text(out, "name", name);
	fputc('\n', out);
}

static void put_module(FILE *out, const struct embargo_module *module)
{
	size_t i;

	for (i = 0; i < module->signer_count; i++) {
		const struct embargo_signer *signer = &module->signers[i];

		if ((signer->issuer && signer->serial) || signer->key_id) {
			fputs("# all that it signed: ", out);
			put_signer(out, signer->issuer, signer->serial, signer->key_id, signer->common_name);
		}
	}
	if (module->name) {
		fputs("# every module of that name: ban module", out);
		put_text(out, "name", module->name);
		fputc('\n', out);
	}
	if (module->srcversion) {
		fputs("# built from the same source: ban module", out);
		put_text(out, "srcversion", module->srcversion);
		fputc('\n', out);
	}
}

/* A module's signature names its signer in one of two ways: a ban needs both. */
static void put_certificate(FILE *out, const struct embargo_certificate *certificate)
{
	if (certificate->issuer && certificate->serial)
		put_signer(out, certificate->issuer, certificate->serial, NULL, certificate->subject);
	if (certificate->key_id)
		put_signer(out, NULL, NULL, certificate->key_id, certificate->subject);
}

int embargo_identity_rules(const struct embargo_identity *identity, FILE *out)
{
	const char *base = strrchr(identity->path, '/');
	_cleanup_free_ char *name = NULL;
	size_t i;

	base = base && base[1] ? base + 1 : identity->path;
	/* A name is text; what is not is written in the notation of userspace/text.h. */
	name = embargo_text(base, strlen(base));
	if (!name)
		return -ENOMEM;
	if (identity->certificate_count && identity->format == EMBARGO_FORMAT_OTHER && !identity->module) {
		for (i = 0; i < identity->certificate_count; i++)
			put_certificate(out, &identity->certificates[i]);
		return ferror(out) ? -EIO : 0;
	}
	put_hash(out, &identity->digests, identity->format, name);
	if (identity->unfolded)
		put_hash(out, &identity->plain, EMBARGO_FORMAT_MODULE, name);
	if (identity->build_id)
		fprintf(out, "# every build with that id: ban build-id %s\n", identity->build_id);
	if (identity->module)
		put_module(out, identity->module);
	return ferror(out) ? -EIO : 0;
}
