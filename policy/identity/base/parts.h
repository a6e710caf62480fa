/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is put together to an identity: how each part is given back, and how it is told that one is broken. */
#ifndef EMBARGO_POLICY_IDENTITY_BASE_PARTS_H
#define EMBARGO_POLICY_IDENTITY_BASE_PARTS_H

#include "policy/identity/base/hash.h"
#include "policy/identity/base/types.h"

/* warning.c: the first is kept. 0 or -ENOMEM */
int embargo_identity_warning(struct embargo_identity *identity, const char *text);
/* Why it could not be read or verified. */
int embargo_file_signature_warning(struct embargo_file_signature *signature, const char *text);

/* free.c: NULL and half-made ones too */
void embargo_module_free(struct embargo_module *module);
EMBARGO_CLEANUP(struct embargo_module, embargo_module_free);
void embargo_signers_free(struct embargo_signer *signers, size_t count);
void embargo_certificate_clear(struct embargo_certificate *certificate); /* what it points to */
void embargo_certificates_free(struct embargo_certificate *certificates, size_t count);
void embargo_file_signature_clear(struct embargo_file_signature *signature);
void embargo_file_signatures_free(struct embargo_file_signature *signatures, size_t count);
void embargo_pe_free(struct embargo_pe *pe);
EMBARGO_CLEANUP(struct embargo_pe, embargo_pe_free);
void embargo_elf_free(struct embargo_elf *elf);
EMBARGO_CLEANUP(struct embargo_elf, embargo_elf_free);
void embargo_package_clear(struct embargo_package *package); /* what it points to */
void embargo_package_free(struct embargo_package *package);
EMBARGO_CLEANUP(struct embargo_package, embargo_package_free);

#endif
