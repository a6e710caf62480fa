// SPDX-License-Identifier: GPL-2.0-or-later
/* Attributes of signers, as a rule says them. */
#include <stdlib.h>
#include <string.h>

#include "policy/names.h"
#include "policy/policy.h"
#include "userspace/base/text.h"
#include "userspace/cli/signer_names.h"

bool embargo_signer_is(const struct embargo_identity *identity, size_t certificate)
{
	size_t i;

	for (i = 0; i < identity->signature_count; i++) {
		const struct embargo_file_signature *signature = &identity->signatures[i];

		if (certificate >= signature->first_certificate &&
		    certificate - signature->first_certificate < signature->certificate_count)
			return !signature->signer_count ||
			       embargo_file_signature_names(signature, &identity->certificates[certificate]);
	}
	return !identity->signature_count;
}

/* ` subject.@name="…"` of its first such attribute that is text. */
static void subject_put(const struct embargo_dn *subject, const char *name, FILE *out)
{
	const struct embargo_attribute *attribute = embargo_dn_attribute(subject, name);

	if (!attribute)
		return;
	fprintf(out, "%ssubject.%s=", ftell(out) ? " " : "", name);
	embargo_quote(out, attribute->value, attribute->value_size);
}

/* The number is one of a register, so the country of that stands beside it. */
static char *subject_match(const char *text, const char *name, const char *beside)
{
	_cleanup_free_ struct embargo_dn *subject = malloc(sizeof(*subject));
	_cleanup_free_ char *match = NULL;
	const char *problem;
	size_t size = 0, at;
	FILE *out;

	if (!subject || !text || embargo_dn_parse(text, strlen(text), subject, &problem, &at))
		return NULL;
	out = open_memstream(&match, &size);
	if (!out)
		return NULL;
	subject_put(subject, name, out);
	fflush(out);
	if (size && beside)
		subject_put(subject, beside, out);
	return fclose(out) || !size ? NULL : TAKE_PTR(match);
}

static char *hash_match(const char *key, const __u8 digest[EMBARGO_SHA256_SIZE])
{
	_cleanup_free_ char *hex = embargo_hex(digest, EMBARGO_SHA256_SIZE);
	char *match = NULL;

	return hex && asprintf(&match, "%s=%s", key, hex) > 0 ? match : NULL;
}

char *embargo_signer_match(const struct embargo_certificate *certificate,
			   enum embargo_signer_attribute attribute)
{
	switch (attribute) {
	case EMBARGO_SIGNER_NUMBER:
		return subject_match(certificate->subject, "serialNumber", "jurisdictionC");
	case EMBARGO_SIGNER_ORGANIZATION:
		return subject_match(certificate->subject, "o", NULL);
	case EMBARGO_SIGNER_KEY:
		return hash_match("spki-sha256", certificate->spki_sha256);
	case EMBARGO_SIGNER_CERTIFICATE:
		return hash_match("cert-sha256", certificate->sha256);
	default:
		return NULL;
	}
}

const char *embargo_signer_lasts(enum embargo_signer_attribute attribute)
{
	static const char *const texts[EMBARGO_SIGNER_ATTRIBUTES] = {
		[EMBARGO_SIGNER_NUMBER] =
			"the company's number in its register: stays when the company changes its name",
		[EMBARGO_SIGNER_ORGANIZATION] = "ends when the company changes its name",
		[EMBARGO_SIGNER_KEY] = "ends with the key; stays when the certificate is renewed with it",
		[EMBARGO_SIGNER_CERTIFICATE] = "ends with the certificate",
	};

	return attribute < EMBARGO_SIGNER_ATTRIBUTES ? texts[attribute] : "";
}
