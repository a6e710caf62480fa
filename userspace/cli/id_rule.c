// SPDX-License-Identifier: GPL-2.0-or-later
/* A file's identity as lines of policy. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "policy/names.h"
#include "policy/policy.h"
#include "policy/trivial.h"
#include "userspace/cli/id.h"
#include "userspace/base/text.h"

static void put_text(FILE *out, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	fprintf(out, " %s=", key);
	embargo_quote(out, value, strlen(value));
}

/* A policy holds a rule once. Was it printed for another file already? Then say so, in a comment. */
static bool is_printed(FILE *out, json_t *printed, const char *rule, const char *name)
{
	const char *earlier = json_string_value(json_object_get(printed, rule));

	if (!earlier) {
		json_object_set_new(printed, rule, json_string(name ?: "?"));
		return false;
	}
	fputs("# ", out);
	embargo_quote(out, name ?: "?", strlen(name ?: "?"));
	fputs(" is the same as ", out);
	embargo_quote(out, earlier, strlen(earlier));
	fputs(", which is banned above\n", out);
	return true;
}

static void put_hash(FILE *out, json_t *printed, const struct embargo_digests *digests, __u32 format,
		     const char *name)
{
	_cleanup_free_ char *hex = embargo_hex(digests->sha256, sizeof(digests->sha256)), *rule = NULL;
	char formats[EMBARGO_FORMATS_TEXT];
	const char *trivial;

	if (!hex || asprintf(&rule, "ban hash sha256:%s size=%" PRIu64 " format=%s", hex,
			     (uint64_t)digests->size, embargo_formats_text(format, formats)) < 0) {
		rule = NULL;
		return;
	}
	if (is_printed(out, printed, rule, name))
		return;
	trivial = embargo_trivial_hash(digests->sha256);
	if (trivial)
		fprintf(out, "# %s, which every host has: ", trivial);
	fputs(rule, out);
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
static void put_certificate(FILE *out, json_t *printed, const struct embargo_certificate *certificate)
{
	_cleanup_free_ char *sha256 = embargo_hex(certificate->sha256, EMBARGO_SHA256_SIZE);

	if (!sha256 || is_printed(out, printed, sha256, certificate->subject))
		return;
	if (certificate->issuer && certificate->serial)
		put_signer(out, certificate->issuer, certificate->serial, NULL, certificate->subject);
	if (certificate->key_id)
		put_signer(out, NULL, NULL, certificate->key_id, certificate->subject);
}

/* The first attribute of the subject that is called @name, as a rule for all who have it. */
static void put_subject(FILE *out, const struct embargo_dn *subject, const char *name, const char *what)
{
	const struct embargo_attribute *attribute = embargo_dn_attribute(subject, name);

	if (!attribute)
		return;
	fprintf(out, "# %s: ban signer subject.%s=", what, name);
	embargo_quote(out, attribute->value, attribute->value_size);
	fputc('\n', out);
}

/* The signer of a program: by his certificate, by his key, by his name, each reaching further. */
static void put_signer_of_program(FILE *out, const struct embargo_certificate *certificate)
{
	_cleanup_free_ char *sha256 = embargo_hex(certificate->sha256, EMBARGO_SHA256_SIZE);
	_cleanup_free_ char *spki = embargo_hex(certificate->spki_sha256, EMBARGO_SHA256_SIZE);
	_cleanup_free_ struct embargo_dn *subject = malloc(sizeof(*subject));
	const char *problem;
	size_t at;

	if (!sha256 || !spki || !subject)
		return;
	fprintf(out, "# all that is signed with its certificate: ban signer cert-sha256=%s", sha256);
	put_text(out, "name", certificate->subject);
	fprintf(out, "\n# all that is signed with its key: ban signer spki-sha256=%s", spki);
	put_text(out, "name", certificate->subject);
	fputc('\n', out);
	if (!certificate->subject ||
	    embargo_dn_parse(certificate->subject, strlen(certificate->subject), subject, &problem, &at))
		return;
	put_subject(out, subject, "o", "all that the organization signed");
	put_subject(out, subject, "serialNumber", "all that the company of that number signed");
}

static void put_signatures(FILE *out, const struct embargo_identity *identity)
{
	size_t i, j;

	for (i = 0; i < identity->signature_count; i++) {
		const struct embargo_file_signature *signature = &identity->signatures[i];
		size_t known = 0;

		for (j = 0; j < signature->certificate_count; j++) {
			const struct embargo_certificate *certificate =
				&identity->certificates[signature->first_certificate + j];

			if (!embargo_file_signature_names(signature, certificate))
				continue;
			put_signer_of_program(out, certificate);
			known++;
		}
		for (j = 0; j < signature->signer_count && !known; j++) {
			const struct embargo_signer *signer = &signature->signers[j];

			if (!(signer->issuer && signer->serial) && !signer->key_id)
				continue;
			fputs("# all that it signed: ", out);
			put_signer(out, signer->issuer, signer->serial, signer->key_id, signer->common_name);
		}
	}
}

int embargo_identity_rules(const struct embargo_identity *identity, json_t *printed, FILE *out)
{
	const char *base = strrchr(identity->path, '/');
	_cleanup_free_ char *name = NULL;
	size_t i;

	base = base && base[1] ? base + 1 : identity->path;
	/* A name is text; what is not is written in the notation of userspace/base/text.h. */
	name = embargo_text(base, strlen(base));
	if (!name)
		return -ENOMEM;
	if (identity->certificate_count && identity->format == EMBARGO_FORMAT_OTHER && !identity->module &&
	    !identity->signature_count) {
		for (i = 0; i < identity->certificate_count; i++)
			put_certificate(out, printed, &identity->certificates[i]);
		return ferror(out) ? -EIO : 0;
	}
	put_hash(out, printed, &identity->digests, identity->format, name);
	if (identity->decompressed)
		put_hash(out, printed, &identity->plain, EMBARGO_FORMAT_MODULE, name);
	if (identity->build_id)
		fprintf(out, "# every build with that id: ban build-id %s\n", identity->build_id);
	if (identity->module)
		put_module(out, identity->module);
	embargo_identity_origin_rules(identity, out);
	put_signatures(out, identity);
	if (identity->pe && identity->pe->company_name) {
		fputs("# all that names this vendor: ban vendor", out);
		put_text(out, "name", identity->pe->company_name);
		fputc('\n', out);
	}
	return ferror(out) ? -EIO : 0;
}
