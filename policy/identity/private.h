/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One small file for each thing that a file can say of itself; identity.c asks them in turn. */
#ifndef EMBARGO_POLICY_IDENTITY_PRIVATE_H
#define EMBARGO_POLICY_IDENTITY_PRIVATE_H

#include "bpf/image.h"
#include "policy/identity/base/parts.h"
#include "policy/identity/base/pe_layout.h"
#include "policy/identity/identity.h"

/* module.c. -ENOENT: no module. *@ret_warning: what of it could not be read, or NULL; to be freed. */
int embargo_module_read(const void *bytes, size_t size, struct embargo_module **ret_module,
			char **ret_warning);

/* program.c: .program_signatures. 0 or -ENOMEM. */
int embargo_program_read(int fd, struct embargo_identity *identity);
/* The strongest rule that these fall under when the file is executed, 0: none; *@ret_cause: what could not be
 * asked. */
embargo_packed_rule embargo_program_rule(void *image, const struct embargo_image_header *header,
					 const struct embargo_identity *identity,
					 enum embargo_cause *ret_cause);

/* pe.c: .pe and .signatures. Not a PE: nothing, and 0. What is broken in it is a warning. 0 or -ENOMEM. */
int embargo_pe_read(int fd, struct embargo_identity *identity);
/* pe_version.c. -ENOENT: no version resource. -EBADMSG: it cannot be read. */
int embargo_pe_version_read(int fd, const struct embargo_pe_layout *layout, struct embargo_pe *pe);

/* elf.c: the build-id in hex, to be freed. -ENOENT: it has none. -EBADMSG: not an ELF file after all. */
int embargo_build_id_read(int fd, char **ret_build_id);
/*
 * A file may say that it has 2^32 sections or program headers and be as large
 * (with holes); libelf would make room for them. No program has more than 65535.
 */
int embargo_elf_modest(int fd);
/* elf_facts.c. -EBADMSG: not an ELF file after all. */
int embargo_elf_read(int fd, struct embargo_elf **ret_elf);

#endif
