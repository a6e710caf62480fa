/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sealing: until the host boots again nobody, root included, changes what is in force.
 *
 * More BPF programs (bpf/seal/) refuse what would end or change it, themselves included. Their pins are in
 * EMBARGO_PIN_DIR/seal; nothing of ours that runs holds anything. An attempt is counted, and is an event with
 * EMBARGO_EVENT_TAMPER in its flags.
 */
#ifndef EMBARGO_LOADER_SEAL_H
#define EMBARGO_LOADER_SEAL_H

#include "bpf/seal.h"
#include "loader/loader.h"

struct embargo_seal_certificate {
	const void *data; /* X.509, DER */
	size_t size;
	char name[EMBARGO_SEAL_NAME_SIZE]; /* its subject */
};

#define EMBARGO_SEAL_ROOM_DEFAULT (~0U)

/*
 * Seal what is in force. The kernel keeps @list for as long as it runs. @flags: EMBARGO_SEAL_UNSIGNED_MODULES
 * or 0. @room: MiB that a signed update may have, which is taken twice; 0: none is taken, or
 * EMBARGO_SEAL_ROOM_DEFAULT. Until it returns 0 nothing is sealed. -EALREADY: it is sealed. -ENOENT: nothing
 * is in force. -EKEYREJECTED: this kernel does not take a certificate. -EPERM: not in this mount namespace,
 * or in audit mode. -EBUSY: somebody has open what must not be written to afterwards. seal.c
 */
int embargo_seal(const struct embargo_seal_certificate *list, size_t count, unsigned int flags,
		 unsigned int room, struct embargo_error *error);

/* What the kernel is to take: bpf/seal.h. The bytes are the caller's. */
struct embargo_seal_update {
	const struct embargo_seal_manifest *manifest;
	const void *signature;
	size_t signature_size;
	const void *image; /* .manifest->pages pages */
};

/*
 * Put a signed policy in force on a sealed host; @policy: the same as text, for who reads events. -errno:
 * what was in force stays, @error says why. 0: it is in force, and @error, if it says something, of what else
 * failed. Waits some seconds if the last updates were a moment ago. seal_update.c
 */
int embargo_seal_update(const struct embargo_seal_update *update, const struct embargo_policy *policy,
			uint64_t *ret_generation, struct embargo_error *error);
/* The request alone: 0, or -errno as the kernel's program says it. */
int embargo_seal_request(const struct embargo_seal_request *request);

/* The programs as an ELF object, for tests. */
const void *embargo_seal_elf(size_t *ret_size);

struct embargo_seal_status {
	bool sealed;
	struct embargo_seal_config config;
	uint64_t refused[EMBARGO_TAMPER_MAX];
	uint64_t refused_all;
	uint64_t policy_version; /* the last that was sealed or came as an update */
	uint64_t updates;
};

/* seal_status.c. Not sealed is no error, and neither is not being allowed to ask: .sealed is false. */
void embargo_seal_read(struct embargo_seal_status *ret_status);
/* What was refused, "map", "program", …; NULL past the end. */
const char *embargo_tamper_name(unsigned int what);
/* The same as a sentence's end: "a map of embargo was to be changed". NULL past the end. */
const char *embargo_tamper_meaning(unsigned int what);

#endif
