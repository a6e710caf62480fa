// SPDX-License-Identifier: GPL-2.0-or-later
/* The end of a rule's line: is it one thing to match, and whole? */
#include <errno.h>
#include <string.h>

#include "policy/language/rule_builder.h"

/* What all other keys can take at worst must still fit into a line beside it. */
#define FIELDS_MAX (EMBARGO_LINE_MAX - 8 * EMBARGO_VALUE_MAX - 1024)

#define BIT(key) (1U << (key))

static int incomplete(struct embargo_draft *draft, const char *hint, const char *message)
{
	return embargo_parse_error(draft->parser, draft->kind_at, hint, "%s", message);
}

/* Exactly one of the ways that are in @ways, or 0 after reporting. */
static __u32 only_way(struct embargo_draft *draft, __u32 ways, const char *hint)
{
	__u32 seen = draft->seen & ways, second = seen & (seen - 1);

	if (!seen) {
		incomplete(draft, hint, "rule does not say what to match");
		return 0;
	}
	if (second) {
		embargo_parse_error(draft->parser, draft->at[__builtin_ctz(second)],
				    "write one rule for each", "rule names what to match in two ways");
		return 0;
	}
	return seen;
}

static int issuer_fields(struct embargo_draft *draft)
{
	char serial[EMBARGO_SERIAL_SIZE * 2 + 1];
	_cleanup_free_ char *text = NULL;
	size_t size, i;
	FILE *out;
	int r;

	out = open_memstream(&text, &size);
	if (!out)
		return -ENOMEM;
	r = embargo_dn_format(draft->issuer, out);
	if (fclose(out) != 0 || r < 0)
		return r < 0 ? r : -ENOMEM;
	if (size >= EMBARGO_VALUE_MAX) /* escaping made it longer than what can be read back */
		return embargo_parse_error(draft->parser, draft->at[DRAFT_ISSUER], NULL,
					   "issuer is too long");
	for (i = 0; i < draft->serial_size; i++)
		snprintf(serial + 2 * i, 3, "%02x", draft->serial[i]);
	r = embargo_draft_field(draft, DRAFT_ISSUER, "issuer", text, size);
	if (r == 0)
		r = embargo_draft_field(draft, DRAFT_SERIAL, "serial", serial, strlen(serial));
	if (r < 0)
		return r;
	draft->rule.name_hash = embargo_name_issuer_serial(draft->issuer->attributes, draft->issuer->count,
							   draft->serial, draft->serial_size);
	return 0;
}

static int finish_signer(struct embargo_draft *draft)
{
	__u32 way;

	if ((draft->seen & BIT(DRAFT_ISSUER)) && !(draft->seen & BIT(DRAFT_SERIAL)))
		return embargo_parse_error(
			draft->parser, draft->at[DRAFT_ISSUER],
			"a signature names its signer by both; subject.o=… matches a name alone",
			"issuer= needs serial=");
	if ((draft->seen & BIT(DRAFT_SERIAL)) && !(draft->seen & BIT(DRAFT_ISSUER)))
		return embargo_parse_error(draft->parser, draft->at[DRAFT_SERIAL],
					   "serial numbers are unique for one issuer only",
					   "serial= needs issuer=");
	way = only_way(draft,
		       BIT(DRAFT_ISSUER) | BIT(DRAFT_SKID) | BIT(DRAFT_CERT_SHA256) | BIT(DRAFT_TBS_SHA256) |
			       BIT(DRAFT_SPKI_SHA256) | BIT(DRAFT_SUBJECT),
		       "issuer=… serial=…, skid=, cert-sha256=, tbs-sha256=, spki-sha256= or subject.o=…");
	switch (way) {
	case BIT(DRAFT_ISSUER):
		draft->rule.match = EMBARGO_MATCH_ISSUER_SERIAL;
		return issuer_fields(draft);
	case BIT(DRAFT_SKID):
		draft->rule.match = EMBARGO_MATCH_SKID;
		return 0;
	case BIT(DRAFT_CERT_SHA256):
		draft->rule.match = EMBARGO_MATCH_CERT_SHA256;
		return 0;
	case BIT(DRAFT_TBS_SHA256):
		draft->rule.match = EMBARGO_MATCH_TBS_SHA256;
		return 0;
	case BIT(DRAFT_SPKI_SHA256):
		draft->rule.match = EMBARGO_MATCH_SPKI_SHA256;
		return 0;
	case BIT(DRAFT_SUBJECT):
		draft->rule.match = EMBARGO_MATCH_SUBJECT;
		return 0;
	default:
		return -EINVAL;
	}
}

static int finish_module(struct embargo_draft *draft)
{
	bool unsign = draft->seen & BIT(DRAFT_UNSIGNED);

	if (unsign && draft->field_count)
		return embargo_parse_error(draft->parser, draft->at[DRAFT_UNSIGNED],
					   "write one rule for each", "rule names what to match in two ways");
	if (!unsign && !draft->field_count)
		return incomplete(draft, "module name=…, author=…, …, or module unsigned",
				  "rule does not say what to match");
	draft->rule.match = unsign ? EMBARGO_MATCH_MODULE_UNSIGNED : EMBARGO_MATCH_MODULE;
	return 0;
}

static int finish_interpreter(struct embargo_draft *draft)
{
	__u32 way = only_way(draft, BIT(DRAFT_SHA256) | BIT(DRAFT_PATH), "path=\"/usr/bin/…\" or sha256:HEX");

	if (!way)
		return -EINVAL;
	if (draft->rule.action == EMBARGO_ACTION_AUDIT)
		return incomplete(draft, "audit the files that it reads",
				  "an interpreter is named by ban, and exempted by allow");
	draft->rule.match = way == BIT(DRAFT_PATH) ? EMBARGO_MATCH_INTERPRETER_PATH : EMBARGO_MATCH_SHA256;
	if (way == BIT(DRAFT_PATH) && draft->seen & (BIT(DRAFT_SIZE) | BIT(DRAFT_FORMAT)))
		return incomplete(draft, NULL, "size= and format= go with sha256:HEX only");
	return 0;
}

static int finish_simple(struct embargo_draft *draft, enum embargo_match match, __u32 keys, const char *hint)
{
	if (!(draft->seen & keys))
		return incomplete(draft, hint, "rule does not say what to match");
	draft->rule.match = match;
	return 0;
}

static int finish_kind(struct embargo_draft *draft)
{
	switch ((enum embargo_kind)draft->rule.kind) {
	case EMBARGO_KIND_HASH:
		return finish_simple(draft, EMBARGO_MATCH_SHA256, BIT(DRAFT_SHA256), "sha256:HEX is missing");
	case EMBARGO_KIND_SIGNER:
		return finish_signer(draft);
	case EMBARGO_KIND_MODULE:
		return finish_module(draft);
	case EMBARGO_KIND_PATH:
		return finish_simple(draft, EMBARGO_MATCH_PATH_PREFIX, BIT(DRAFT_PREFIX),
				     "prefix=\"/…\" is missing");
	case EMBARGO_KIND_INTERPRETER:
		return finish_interpreter(draft);
	case EMBARGO_KIND_PACKAGE:
		return finish_simple(draft, EMBARGO_MATCH_PACKAGE,
				     BIT(DRAFT_MATCH_NAME) | BIT(DRAFT_VENDOR) | BIT(DRAFT_MAINTAINER),
				     "name=, vendor= or maintainer= is missing");
	case EMBARGO_KIND_VENDOR:
		return finish_simple(draft, EMBARGO_MATCH_VENDOR, BIT(DRAFT_MATCH_NAME),
				     "name=\"…\" is missing");
	case EMBARGO_KIND_BUILD_ID:
		return finish_simple(draft, EMBARGO_MATCH_BUILD_ID, BIT(DRAFT_ID), "the build id is missing");
	case EMBARGO_KIND_MAX:
		break;
	}
	return -EINVAL;
}

int embargo_draft_finish(struct embargo_draft *draft)
{
	_cleanup_free_ char *text = NULL;
	unsigned int i;
	size_t size;
	FILE *out;
	int r;

	r = finish_kind(draft);
	if (r < 0 || !draft->field_count)
		return r;
	out = open_memstream(&text, &size);
	if (!out)
		return -ENOMEM;
	for (i = 0; i < draft->field_count; i++)
		fprintf(out, "%s%s", i ? " " : "", draft->fields[i].text);
	if (fclose(out) != 0)
		return -ENOMEM;
	if (size > FIELDS_MAX)
		return incomplete(draft, "match less, or write several rules", "rule is too long");
	return embargo_policy_intern(draft->parser->policy, text, &draft->rule.fields);
}
