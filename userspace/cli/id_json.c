// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A file's identity, for programs. A string that is not UTF-8 is written as
 * userspace/base/text.h says, and "<key>_hex" beside it holds the bytes.
 */
#include "policy/policy.h"
#include "userspace/cli/id.h"
#include "userspace/base/output.h"

static void set_hex(json_t *object, const char *key, const void *bytes, size_t size)
{
	_cleanup_free_ char *hex = embargo_hex(bytes, size);

	embargo_json_string(object, key, hex);
}

static json_t *digests_json(const struct embargo_digests *digests, unsigned int want)
{
	json_t *object = json_pack("{s:I}", "size", (json_int_t)digests->size);

	set_hex(object, "sha256", digests->sha256, sizeof(digests->sha256));
	if (want & EMBARGO_WANT_SHA1)
		set_hex(object, "sha1", digests->sha1, sizeof(digests->sha1));
	if (want & EMBARGO_WANT_MD5)
		set_hex(object, "md5", digests->md5, sizeof(digests->md5));
	return object;
}

/* An array of strings; what is not UTF-8 is in the notation of userspace/base/text.h. */
static json_t *list_json(char *const *values)
{
	json_t *list = json_array(), *holder = json_object();

	for (; values && *values; values++) {
		embargo_json_string(holder, "value", *values);
		json_array_append(list, json_object_get(holder, "value"));
	}
	json_decref(holder);
	return list;
}

static json_t *signer_json(const struct embargo_signer *signer)
{
	json_t *object = json_object();

	embargo_json_string(object, "issuer", signer->issuer);
	embargo_json_string(object, "common_name", signer->common_name);
	embargo_json_string(object, "serial", signer->serial);
	embargo_json_string(object, "key_id", signer->key_id);
	embargo_json_string(object, "digest", signer->digest);
	return object;
}

static json_t *module_json(const struct embargo_module *module)
{
	static const char *const signatures[] = {
		[EMBARGO_SIGNATURE_NONE] = "none",
		[EMBARGO_SIGNATURE_READ] = "read",
		[EMBARGO_SIGNATURE_UNREADABLE] = "unreadable",
	};
	json_t *object = json_object(), *signers = json_array();
	size_t i;

	embargo_json_string(object, "name", module->name);
	embargo_json_string(object, "description", module->description);
	json_object_set_new(object, "authors", list_json(module->authors));
	embargo_json_string(object, "license", module->license);
	embargo_json_string(object, "srcversion", module->srcversion);
	embargo_json_string(object, "vermagic", module->vermagic);
	json_object_set_new(object, "aliases", list_json(module->aliases));
	json_object_set_new(object, "signature", json_string(signatures[module->signature]));
	for (i = 0; i < module->signer_count; i++)
		json_array_append_new(signers, signer_json(&module->signers[i]));
	json_object_set_new(object, "signers", signers);
	return object;
}

static json_t *certificate_json(const struct embargo_certificate *certificate)
{
	json_t *object = json_object();

	embargo_json_string(object, "subject", certificate->subject);
	embargo_json_string(object, "issuer", certificate->issuer);
	embargo_json_string(object, "serial", certificate->serial);
	embargo_json_string(object, "key_id", certificate->key_id);
	set_hex(object, "sha256", certificate->sha256, EMBARGO_SHA256_SIZE);
	set_hex(object, "tbs_sha256", certificate->tbs_sha256, EMBARGO_SHA256_SIZE);
	set_hex(object, "spki_sha256", certificate->spki_sha256, EMBARGO_SHA256_SIZE);
	set_hex(object, "sha1", certificate->sha1, EMBARGO_SHA1_SIZE);
	embargo_json_string(object, "not_before", certificate->not_before);
	embargo_json_string(object, "not_after", certificate->not_after);
	return object;
}

static json_t *pe_json(const struct embargo_pe *pe, unsigned int want)
{
	json_t *object = json_pack("{s:i,s:i}", "bits", pe->is_64 ? 64 : 32, "machine", (int)pe->machine);

	if (want & EMBARGO_WANT_AUTHENTICODE) {
		set_hex(object, "authenticode_sha256", pe->authenticode_sha256, EMBARGO_SHA256_SIZE);
		set_hex(object, "authenticode_sha1", pe->authenticode_sha1, EMBARGO_SHA1_SIZE);
	}
	embargo_json_string(object, "company_name", pe->company_name);
	embargo_json_string(object, "product_name", pe->product_name);
	embargo_json_string(object, "original_filename", pe->original_filename);
	embargo_json_string(object, "file_version", pe->file_version);
	return object;
}

static json_t *signature_json(const struct embargo_file_signature *signature)
{
	static const char *const verified[] = {
		[EMBARGO_VERIFIED_NOT_TRIED] = "not tried",
		[EMBARGO_VERIFIED_YES] = "yes",
		[EMBARGO_VERIFIED_NO] = "no",
	};
	json_t *object = json_object(), *signers = json_array();
	size_t i;

	json_object_set_new(object, "kind", json_string(embargo_file_signature_name(signature->kind)));
	json_object_set_new(object, "verified", json_string(verified[signature->verified]));
	embargo_json_string(object, "trouble", signature->warning);
	embargo_json_string(object, "digest", signature->digest);
	embargo_json_string(object, "time", signature->time);
	for (i = 0; i < signature->signer_count; i++)
		json_array_append_new(signers, signer_json(&signature->signers[i]));
	json_object_set_new(object, "signers", signers);
	json_object_set_new(object, "first_certificate", json_integer(signature->first_certificate));
	json_object_set_new(object, "certificate_count", json_integer(signature->certificate_count));
	return object;
}

json_t *embargo_identity_json(const struct embargo_identity *identity)
{
	json_t *object = digests_json(&identity->digests, identity->want), *certificates = json_array(),
	       *signatures = json_array();
	char formats[EMBARGO_FORMATS_TEXT];
	size_t i;

	embargo_json_string(object, "path", identity->path);
	embargo_json_string(object, "format", embargo_formats_text(identity->format, formats));
	embargo_json_string(object, "compression", identity->compression);
	if (identity->decompressed)
		json_object_set_new(object, "plain", digests_json(&identity->plain, identity->want));
	embargo_json_string(object, "build_id", identity->build_id);
	json_object_set_new(object, "module", identity->module ? module_json(identity->module) : json_null());
	for (i = 0; i < identity->certificate_count; i++)
		json_array_append_new(certificates, certificate_json(&identity->certificates[i]));
	json_object_set_new(object, "certificates", certificates);
	for (i = 0; i < identity->signature_count; i++)
		json_array_append_new(signatures, signature_json(&identity->signatures[i]));
	json_object_set_new(object, "seals", signatures);
	embargo_identity_origin_json(identity, object);
	json_object_set_new(object, "pe", identity->pe ? pe_json(identity->pe, identity->want) : json_null());
	embargo_json_string(object, "trouble", identity->warning);
	return object;
}
