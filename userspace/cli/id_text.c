// SPDX-License-Identifier: GPL-2.0-or-later
/* A file's identity, for people. */
#include <inttypes.h>
#include <string.h>

#include "policy/policy.h"
#include "userspace/cli/id.h"
#include "userspace/base/text.h"

static void put_hex(FILE *out, const char *key, const void *bytes, size_t size)
{
	_cleanup_free_ char *hex = embargo_hex(bytes, size);

	embargo_id_put(out, key, hex);
}

static void put_list(FILE *out, const char *key, char *const *values)
{
	for (; values && *values; values++)
		embargo_id_put(out, key, *values);
}

static void put_digests(FILE *out, const struct embargo_digests *digests, unsigned int want)
{
	put_hex(out, "sha256", digests->sha256, sizeof(digests->sha256));
	if (want & EMBARGO_WANT_SHA1)
		put_hex(out, "sha1", digests->sha1, sizeof(digests->sha1));
	if (want & EMBARGO_WANT_MD5)
		put_hex(out, "md5", digests->md5, sizeof(digests->md5));
	fprintf(out, "  %-12s %" PRIu64 "\n", "size", (uint64_t)digests->size);
}

static void put_signer(FILE *out, const struct embargo_signer *signer)
{
	embargo_id_put(out, "signer", signer->common_name ?: signer->issuer ?: signer->key_id);
	embargo_id_put(out, "  issuer", signer->issuer);
	embargo_id_put(out, "  serial", signer->serial);
	embargo_id_put(out, "  key id", signer->key_id);
	embargo_id_put(out, "  digest", signer->digest);
}

static void put_module(FILE *out, const struct embargo_module *module)
{
	static const char *const signatures[] = {
		[EMBARGO_SIGNATURE_NONE] = "none",
		[EMBARGO_SIGNATURE_READ] = "yes",
		[EMBARGO_SIGNATURE_UNREADABLE] = "unreadable",
	};
	size_t i;

	embargo_id_put(out, "module", module->name);
	embargo_id_put(out, "description", module->description);
	put_list(out, "author", module->authors);
	embargo_id_put(out, "license", module->license);
	embargo_id_put(out, "srcversion", module->srcversion);
	embargo_id_put(out, "vermagic", module->vermagic);
	put_list(out, "alias", module->aliases);
	embargo_id_put(out, "signed", signatures[module->signature]);
	for (i = 0; i < module->signer_count; i++)
		put_signer(out, &module->signers[i]);
}

static void put_certificate(FILE *out, const struct embargo_certificate *certificate)
{
	embargo_id_put(out, "certificate", certificate->subject);
	embargo_id_put(out, "  issuer", certificate->issuer);
	embargo_id_put(out, "  serial", certificate->serial);
	embargo_id_put(out, "  key id", certificate->key_id);
	put_hex(out, "  sha256", certificate->sha256, EMBARGO_SHA256_SIZE);
	put_hex(out, "  tbs", certificate->tbs_sha256, EMBARGO_SHA256_SIZE);
	put_hex(out, "  spki", certificate->spki_sha256, EMBARGO_SHA256_SIZE);
	put_hex(out, "  sha1", certificate->sha1, EMBARGO_SHA1_SIZE);
	embargo_id_put(out, "  from", certificate->not_before);
	embargo_id_put(out, "  to", certificate->not_after);
}

static void put_pe(FILE *out, const struct embargo_pe *pe, unsigned int want)
{
	fprintf(out, "  %-12s %s, machine 0x%04x\n", "pe", pe->is_64 ? "PE32+" : "PE32", pe->machine);
	if (want & EMBARGO_WANT_AUTHENTICODE) {
		put_hex(out, "authenticode", pe->authenticode_sha256, EMBARGO_SHA256_SIZE);
		put_hex(out, "  sha1", pe->authenticode_sha1, EMBARGO_SHA1_SIZE);
	}
	embargo_id_put(out, "company", pe->company_name);
	embargo_id_put(out, "product", pe->product_name);
	embargo_id_put(out, "original", pe->original_filename);
	embargo_id_put(out, "version", pe->file_version);
}

static void put_signature(FILE *out, const struct embargo_identity *identity,
			  const struct embargo_file_signature *signature)
{
	static const char *const verified[] = {
		[EMBARGO_VERIFIED_NOT_TRIED] = "",
		[EMBARGO_VERIFIED_YES] = ", fits the file",
		[EMBARGO_VERIFIED_NO] = ", does not fit the file",
	};
	size_t i;

	fprintf(out, "  %-12s %s%s\n", "signature", embargo_file_signature_name(signature->kind),
		verified[signature->verified]);
	embargo_id_put(out, "  trouble", signature->warning);
	embargo_id_put(out, "  time", signature->time);
	for (i = 0; i < signature->signer_count; i++)
		put_signer(out, &signature->signers[i]);
	for (i = 0; i < signature->certificate_count; i++)
		put_certificate(out, &identity->certificates[signature->first_certificate + i]);
}

void embargo_identity_text(const struct embargo_identity *identity, FILE *out)
{
	_cleanup_free_ char *path = embargo_text(identity->path, strlen(identity->path));
	char formats[EMBARGO_FORMATS_TEXT];
	size_t i;

	fprintf(out, "%s\n", path ?: "?");
	put_digests(out, &identity->digests, identity->want);
	embargo_id_put(out, "format", embargo_formats_text(identity->format, formats));
	embargo_id_put(out, "compression", identity->compression);
	if (identity->decompressed) {
		fprintf(out, "  unfolded:\n");
		put_digests(out, &identity->plain, identity->want);
	}
	embargo_id_put(out, "build-id", identity->build_id);
	embargo_identity_origin_text(identity, out);
	if (identity->module)
		put_module(out, identity->module);
	if (identity->pe)
		put_pe(out, identity->pe, identity->want);
	for (i = 0; i < identity->signature_count; i++)
		put_signature(out, identity, &identity->signatures[i]);
	for (i = 0; i < identity->certificate_count && !identity->signature_count; i++)
		put_certificate(out, &identity->certificates[i]);
	embargo_id_put(out, "trouble", identity->warning);
}
