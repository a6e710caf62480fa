/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file's identity, for people. */
#include <inttypes.h>
#include <string.h>

#include "policy/policy.h"
#include "userspace/identity_out.h"
#include "userspace/text.h"

/* What a file says of itself may hold any byte. */
static void put(FILE *out, const char *key, const char *value)
{
	_cleanup_free_ char *text = value ? embargo_text_escape(value, strlen(value), "") : NULL;

	if (text)
		fprintf(out, "  %-12s %s\n", key, text);
}

static void put_hex(FILE *out, const char *key, const void *bytes, size_t size)
{
	_cleanup_free_ char *hex = embargo_hex(bytes, size);

	put(out, key, hex);
}

static void put_list(FILE *out, const char *key, char *const *values)
{
	for (; values && *values; values++)
		put(out, key, *values);
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
	put(out, "signer", signer->common_name ?: signer->issuer ?: signer->key_id);
	put(out, "  issuer", signer->issuer);
	put(out, "  serial", signer->serial);
	put(out, "  key id", signer->key_id);
	put(out, "  digest", signer->digest);
}

static void put_module(FILE *out, const struct embargo_module *module)
{
	static const char *const signatures[] = {
		[EMBARGO_SIGNATURE_NONE] = "none",
		[EMBARGO_SIGNATURE_READ] = "yes",
		[EMBARGO_SIGNATURE_UNREADABLE] = "unreadable",
	};
	size_t i;

	put(out, "module", module->name);
	put(out, "description", module->description);
	put_list(out, "author", module->authors);
	put(out, "license", module->license);
	put(out, "srcversion", module->srcversion);
	put(out, "vermagic", module->vermagic);
	put_list(out, "alias", module->aliases);
	put(out, "signed", signatures[module->signature]);
	for (i = 0; i < module->signer_count; i++)
		put_signer(out, &module->signers[i]);
}

static void put_certificate(FILE *out, const struct embargo_certificate *certificate)
{
	put(out, "certificate", certificate->subject);
	put(out, "  issuer", certificate->issuer);
	put(out, "  serial", certificate->serial);
	put(out, "  key id", certificate->key_id);
	put_hex(out, "  sha256", certificate->sha256, EMBARGO_SHA256_SIZE);
	put_hex(out, "  tbs", certificate->tbs_sha256, EMBARGO_SHA256_SIZE);
	put_hex(out, "  spki", certificate->spki_sha256, EMBARGO_SHA256_SIZE);
}

void embargo_identity_text(const struct embargo_identity *identity, FILE *out)
{
	_cleanup_free_ char *path = embargo_text(identity->path, strlen(identity->path));
	char formats[EMBARGO_FORMATS_TEXT];
	size_t i;

	fprintf(out, "%s\n", path ?: "?");
	put_digests(out, &identity->digests, identity->want);
	put(out, "format", embargo_formats_text(identity->format, formats));
	put(out, "compression", identity->compression);
	if (identity->unfolded) {
		fprintf(out, "  unfolded:\n");
		put_digests(out, &identity->plain, identity->want);
	}
	put(out, "build-id", identity->build_id);
	if (identity->module)
		put_module(out, identity->module);
	for (i = 0; i < identity->certificate_count; i++)
		put_certificate(out, &identity->certificates[i]);
	put(out, "trouble", identity->trouble);
}
