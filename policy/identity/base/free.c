// SPDX-License-Identifier: GPL-2.0-or-later
/* The end of an identity: every part of it, whole or half-made. */
#include "policy/identity/base/parts.h"

static void strings_free(char **strings)
{
	char **string;

	for (string = strings; string && *string; string++)
		free(*string);
	free(strings);
}

void embargo_file_signature_clear(struct embargo_file_signature *signature)
{
	free(signature->warning);
	free(signature->digest);
	free(signature->time);
	if (signature->signers)
		embargo_signers_free(signature->signers, signature->signer_count);
}

void embargo_file_signatures_free(struct embargo_file_signature *signatures, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		embargo_file_signature_clear(&signatures[i]);
	free(signatures);
}

void embargo_pe_free(struct embargo_pe *pe)
{
	if (!pe)
		return;
	free(pe->company_name);
	free(pe->product_name);
	free(pe->original_filename);
	free(pe->file_version);
	free(pe);
}

void embargo_elf_free(struct embargo_elf *elf)
{
	if (!elf)
		return;
	free(elf->soname);
	free(elf->rpath);
	free(elf->interpreter);
	strings_free(elf->comments);
	free(elf);
}

void embargo_package_clear(struct embargo_package *package)
{
	free(package->manager);
	free(package->name);
	free(package->version);
	free(package->architecture);
	free(package->vendor);
	free(package->maintainer);
	free(package->key_id);
}

void embargo_package_free(struct embargo_package *package)
{
	if (!package)
		return;
	embargo_package_clear(package);
	free(package);
}

void embargo_identity_free(struct embargo_identity *identity)
{
	if (!identity)
		return;
	free(identity->path);
	free(identity->real_path);
	free(identity->warning);
	free(identity->bytes);
	free(identity->build_id);
	embargo_module_free(identity->module);
	if (identity->certificates)
		embargo_certificates_free(identity->certificates, identity->certificate_count);
	if (identity->signatures)
		embargo_file_signatures_free(identity->signatures, identity->signature_count);
	embargo_pe_free(identity->pe);
	embargo_elf_free(identity->elf);
	embargo_package_free(identity->owner);
	embargo_package_free(identity->package);
	free(identity->vendor);
	free(identity->verity);
	free(identity->ima);
	free(identity);
}
