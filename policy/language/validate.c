// SPDX-License-Identifier: GPL-2.0-or-later
/* The end of a rule's line: is it one thing to match, and whole? */
#include <errno.h>
#include <string.h>

#include "policy/language/rule_builder.h"
#include "policy/trivial.h"

/* What all other keys can take at worst must still fit into a line beside it. */
#define FIELDS_MAX (EMBARGO_LINE_MAX - 8 * EMBARGO_VALUE_MAX - 1024)

#define BIT(key) (1U << (key))

static int incomplete(struct embargo_rule_builder *builder, const char *hint, const char *message)
{
	return embargo_parse_error(builder->parser, builder->kind_at, hint, "%s", message);
}

/* Exactly one of the ways that are in @ways, or 0 after reporting. */
static __u32 only_way(struct embargo_rule_builder *builder, __u32 ways, const char *hint)
{
	__u32 seen = builder->seen & ways, second = seen & (seen - 1);

	if (!seen) {
		incomplete(builder, hint, "rule does not say what to match");
		return 0;
	}
	if (second) {
		embargo_parse_error(builder->parser, builder->at[__builtin_ctz(second)],
				    "write one rule for each", "rule names what to match in two ways");
		return 0;
	}
	return seen;
}

static int issuer_fields(struct embargo_rule_builder *builder)
{
	char serial[EMBARGO_SERIAL_SIZE * 2 + 1];
	_cleanup_free_ char *text = NULL;
	size_t size, i;
	FILE *out;
	int r;

	out = open_memstream(&text, &size);
	if (!out)
		return -ENOMEM;
	r = embargo_dn_format(builder->issuer, out);
	if (fclose(out) != 0 || r < 0)
		return r < 0 ? r : -ENOMEM;
	if (size >= EMBARGO_VALUE_MAX) /* escaping made it longer than what can be read back */
		return embargo_parse_error(builder->parser, builder->at[RULE_BUILDER_ISSUER], NULL,
					   "issuer is too long");
	for (i = 0; i < builder->serial_size; i++)
		snprintf(serial + 2 * i, 3, "%02x", builder->serial[i]);
	r = embargo_rule_builder_field(builder, RULE_BUILDER_ISSUER, "issuer", text, size);
	if (r == 0)
		r = embargo_rule_builder_field(builder, RULE_BUILDER_SERIAL, "serial", serial,
					       strlen(serial));
	if (r < 0)
		return r;
	builder->rule.name_hash = embargo_name_issuer_serial(
		builder->issuer->attributes, builder->issuer->count, builder->serial, builder->serial_size);
	return 0;
}

static int validate_signer(struct embargo_rule_builder *builder)
{
	__u32 way;

	if ((builder->seen & BIT(RULE_BUILDER_ISSUER)) && !(builder->seen & BIT(RULE_BUILDER_SERIAL)))
		return embargo_parse_error(
			builder->parser, builder->at[RULE_BUILDER_ISSUER],
			"a signature names its signer by both; subject.o=… matches a name alone",
			"issuer= needs serial=");
	if ((builder->seen & BIT(RULE_BUILDER_SERIAL)) && !(builder->seen & BIT(RULE_BUILDER_ISSUER)))
		return embargo_parse_error(builder->parser, builder->at[RULE_BUILDER_SERIAL],
					   "serial numbers are unique for one issuer only",
					   "serial= needs issuer=");
	way = only_way(builder,
		       BIT(RULE_BUILDER_ISSUER) | BIT(RULE_BUILDER_SKID) | BIT(DRAFT_CERT_SHA256) |
			       BIT(DRAFT_TBS_SHA256) | BIT(DRAFT_SPKI_SHA256) | BIT(RULE_BUILDER_SUBJECT),
		       "issuer=… serial=…, skid=, cert-sha256=, tbs-sha256=, spki-sha256= or subject.o=…");
	switch (way) {
	case BIT(RULE_BUILDER_ISSUER):
		builder->rule.match = EMBARGO_MATCH_ISSUER_SERIAL;
		return issuer_fields(builder);
	case BIT(RULE_BUILDER_SKID):
		builder->rule.match = EMBARGO_MATCH_SKID;
		return 0;
	case BIT(DRAFT_CERT_SHA256):
		builder->rule.match = EMBARGO_MATCH_CERT_SHA256;
		return 0;
	case BIT(DRAFT_TBS_SHA256):
		builder->rule.match = EMBARGO_MATCH_TBS_SHA256;
		return 0;
	case BIT(DRAFT_SPKI_SHA256):
		builder->rule.match = EMBARGO_MATCH_SPKI_SHA256;
		return 0;
	case BIT(RULE_BUILDER_SUBJECT):
		builder->rule.match = EMBARGO_MATCH_SUBJECT;
		return 0;
	default:
		return -EINVAL;
	}
}

static int validate_module(struct embargo_rule_builder *builder)
{
	bool unsign = builder->seen & BIT(RULE_BUILDER_UNSIGNED);

	if (unsign && builder->field_count)
		return embargo_parse_error(builder->parser, builder->at[RULE_BUILDER_UNSIGNED],
					   "write one rule for each", "rule names what to match in two ways");
	if (!unsign && !builder->field_count)
		return incomplete(builder, "module name=…, author=…, …, or module unsigned",
				  "rule does not say what to match");
	builder->rule.match = unsign ? EMBARGO_MATCH_MODULE_UNSIGNED : EMBARGO_MATCH_MODULE;
	return 0;
}

static int validate_interpreter(struct embargo_rule_builder *builder)
{
	__u32 way = only_way(builder, BIT(DRAFT_SHA256) | BIT(RULE_BUILDER_PATH),
			     "path=\"/usr/bin/…\" or sha256:HEX");

	if (!way)
		return -EINVAL;
	if (builder->rule.action == EMBARGO_ACTION_AUDIT)
		return incomplete(builder, "audit the files that it reads",
				  "an interpreter is named by ban, and exempted by allow");
	builder->rule.match =
		way == BIT(RULE_BUILDER_PATH) ? EMBARGO_MATCH_INTERPRETER_PATH : EMBARGO_MATCH_SHA256;
	if (way == BIT(RULE_BUILDER_PATH) &&
	    builder->seen & (BIT(RULE_BUILDER_SIZE) | BIT(RULE_BUILDER_FORMAT)))
		return incomplete(builder, NULL, "size= and format= go with sha256:HEX only");
	return 0;
}

static int validate_simple(struct embargo_rule_builder *builder, enum embargo_match match, __u32 keys,
			   const char *hint)
{
	if (!(builder->seen & keys))
		return incomplete(builder, hint, "rule does not say what to match");
	builder->rule.match = match;
	return 0;
}

static int validate_kind(struct embargo_rule_builder *builder)
{
	switch ((enum embargo_kind)builder->rule.kind) {
	case EMBARGO_KIND_HASH:
		return validate_simple(builder, EMBARGO_MATCH_SHA256, BIT(DRAFT_SHA256),
				       "sha256:HEX is missing");
	case EMBARGO_KIND_SIGNER:
		return validate_signer(builder);
	case EMBARGO_KIND_MODULE:
		return validate_module(builder);
	case EMBARGO_KIND_PATH:
		return validate_simple(builder, EMBARGO_MATCH_PATH_PREFIX, BIT(RULE_BUILDER_PREFIX),
				       "prefix=\"/…\" is missing");
	case EMBARGO_KIND_INTERPRETER:
		return validate_interpreter(builder);
	case EMBARGO_KIND_PACKAGE:
		return validate_simple(builder, EMBARGO_MATCH_PACKAGE,
				       BIT(RULE_BUILDER_MATCH_NAME) | BIT(RULE_BUILDER_VENDOR) |
					       BIT(RULE_BUILDER_MAINTAINER),
				       "name=, vendor= or maintainer= is missing");
	case EMBARGO_KIND_VENDOR:
		return validate_simple(builder, EMBARGO_MATCH_VENDOR, BIT(RULE_BUILDER_MATCH_NAME),
				       "name=\"…\" is missing");
	case EMBARGO_KIND_BUILD_ID:
		return validate_simple(builder, EMBARGO_MATCH_BUILD_ID, BIT(RULE_BUILDER_ID),
				       "the build id is missing");
	case EMBARGO_KIND_MAX:
		break;
	}
	return -EINVAL;
}

/* `allow' of such a hash does no harm; a ban would hit files of every host. */
static int refuse_trivial(struct embargo_rule_builder *builder)
{
	const char *what;

	if (builder->rule.match != EMBARGO_MATCH_SHA256 || builder->rule.action == EMBARGO_ACTION_ALLOW)
		return 0;
	what = embargo_trivial_hash(builder->rule.digest);
	if (!what)
		return 0;
	return embargo_parse_error(builder->parser, builder->at[DRAFT_SHA256],
				   "leave the line out: no vendor can be told by such a file",
				   "this is the hash of %s, which every host has", what);
}

static int intern_remarks(struct embargo_rule_builder *builder)
{
	_cleanup_free_ char *text = NULL;
	char *const *remarks = builder->remarks;

	if (!remarks[0] && !remarks[1] && !remarks[2])
		return 0;
	if (asprintf(&text, "%s%s%s%s%s", remarks[0] ?: "", remarks[0] && remarks[1] ? " " : "",
		     remarks[1] ?: "", (remarks[0] || remarks[1]) && remarks[2] ? " " : "",
		     remarks[2] ?: "") < 0) {
		text = NULL;
		return -ENOMEM;
	}
	return embargo_policy_intern(builder->parser->policy, text, &builder->rule.remarks);
}

int embargo_rule_builder_validate(struct embargo_rule_builder *builder)
{
	_cleanup_free_ char *text = NULL;
	unsigned int i;
	size_t size;
	FILE *out;
	int r;

	r = validate_kind(builder);
	if (r == 0)
		r = refuse_trivial(builder);
	if (r == 0)
		r = intern_remarks(builder);
	if (r < 0 || !builder->field_count)
		return r;
	out = open_memstream(&text, &size);
	if (!out)
		return -ENOMEM;
	for (i = 0; i < builder->field_count; i++)
		fprintf(out, "%s%s", i ? " " : "", builder->fields[i].text);
	if (fclose(out) != 0)
		return -ENOMEM;
	if (size > FIELDS_MAX)
		return incomplete(builder, "match less, or write several rules", "rule is too long");
	return embargo_policy_intern(builder->parser->policy, text, &builder->rule.fields);
}
