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

void embargo_module_free(struct embargo_module *module)
{
	if (!module)
		return;
	free(module->name);
	free(module->description);
	free(module->license);
	free(module->srcversion);
	free(module->vermagic);
	strings_free(module->authors);
	strings_free(module->aliases);
	if (module->signers)
		embargo_signers_free(module->signers, module->signer_count);
	free(module);
}

void embargo_signers_free(struct embargo_signer *signers, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		free(signers[i].issuer);
		free(signers[i].common_name);
		free(signers[i].serial);
		free(signers[i].key_id);
		free(signers[i].digest);
	}
	free(signers);
}

void embargo_certificate_clear(struct embargo_certificate *certificate)
{
	free(certificate->subject);
	free(certificate->issuer);
	free(certificate->serial);
	free(certificate->key_id);
	free(certificate->not_before);
	free(certificate->not_after);
}

void embargo_certificates_free(struct embargo_certificate *certificates, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		embargo_certificate_clear(&certificates[i]);
	free(certificates);
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
	for (size_t i = 0; i < identity->program_signature_count; i++)
		free(identity->program_signatures[i].bytes);
	free(identity->program_signatures);
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
