// SPDX-License-Identifier: GPL-2.0-or-later
/* Which components of a bill of materials fall under a policy. */
#include <string.h>

#include "policy/import/sbom.h"
#include "policy/text.h"

void embargo_sbom_package(const char *purl, char ret_name[EMBARGO_IMPORT_TEXT])
{
	static const char *const types[] = {"pkg:deb/", "pkg:rpm/", "pkg:apk/", NULL};
	const char *start = NULL, *end, *slash;
	size_t used = 0;
	int i, high, low;

	*ret_name = 0;
	for (i = 0; types[i] && !start; i++)
		if (!strncmp(purl, types[i], 8))
			start = purl + 8;
	if (!start)
		return;
	end = start + strcspn(start, "@?#");
	while ((slash = memchr(start, '/', end - start)))
		start = slash + 1;
	for (; start < end && used + 1 < EMBARGO_IMPORT_TEXT; start++) {
		high = *start == '%' && end - start > 2 ? embargo_hex_digit(start[1]) : -1;
		low = high < 0 ? -1 : embargo_hex_digit(start[2]);
		ret_name[used++] = low < 0 ? *start : high << 4 | low;
		start += low < 0 ? 0 : 2;
	}
	ret_name[used] = 0;
}

/* "cpe:/a:x:y" and "cpe:2.3:a:x:y:*" -> "a:x:y", what is left open at the end cut off */
static void cpe_parts(const char *cpe, char ret_parts[EMBARGO_IMPORT_TEXT])
{
	size_t size;

	if (!strncmp(cpe, "cpe:2.3:", 8))
		cpe += 8;
	else if (!strncmp(cpe, "cpe:/", 5))
		cpe += 5;
	snprintf(ret_parts, EMBARGO_IMPORT_TEXT, "%s", cpe);
	for (size = strlen(ret_parts); size && strchr(":*-", ret_parts[size - 1]); size--)
		ret_parts[size - 1] = 0;
}

static bool cpe_falls(const struct embargo_ruleset *set, const struct embargo_rule *rule, const char *cpe)
{
	char value[EMBARGO_VALUE_MAX], banned[EMBARGO_IMPORT_TEXT], found[EMBARGO_IMPORT_TEXT];
	size_t size;

	if (!*cpe || !*embargo_rule_remark(set, rule, "cpe", value))
		return false;
	cpe_parts(value, banned);
	cpe_parts(cpe, found);
	size = strlen(banned);
	return size && !strncmp(found, banned, size) && strchr(":", found[size]); /* ":" or its end */
}

static bool field_falls(const struct embargo_ruleset *set, const struct embargo_rule *rule, const char *key,
			const char *text)
{
	char pattern[EMBARGO_VALUE_MAX];

	return *text && !embargo_rule_field(set, rule, key, pattern) && embargo_pattern_match(pattern, text);
}

static bool rule_falls(const struct embargo_ruleset *set, const struct embargo_rule *rule,
		       const struct embargo_sbom_component *component, const char *package)
{
	__u8 digest[EMBARGO_SHA256_SIZE];

	if (cpe_falls(set, rule, component->cpe))
		return true;
	switch ((enum embargo_match)rule->match) {
	case EMBARGO_MATCH_SHA256:
		return !embargo_import_sha256(component->sha256, digest) &&
		       !memcmp(digest, rule->digest, sizeof(digest));
	case EMBARGO_MATCH_VENDOR:
		return field_falls(set, rule, "name", component->supplier);
	case EMBARGO_MATCH_SUBJECT:
		return field_falls(set, rule, "subject.o", component->supplier);
	case EMBARGO_MATCH_PACKAGE:
		return field_falls(set, rule, "name", package) ||
		       field_falls(set, rule, "vendor", component->supplier);
	default:
		return false;
	}
}

bool embargo_sbom_banned(const struct embargo_ruleset *set, const struct embargo_sbom_component *component)
{
	char package[EMBARGO_IMPORT_TEXT];
	__u32 i;

	embargo_sbom_package(component->purl, package);
	for (i = 0; i < set->rule_count; i++)
		if (set->rules[i].action == EMBARGO_ACTION_BAN &&
		    rule_falls(set, &set->rules[i], component, package))
			return true;
	return false;
}
