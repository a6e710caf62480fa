// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a person would call the thing that was found. A rule that names a product
 * (hash, path, module, package, build-id) gives its name without versions and
 * without what stands in parentheses at its end; a rule that names a vendor
 * (signer, vendor) gives the package if it is known. Else: package, vendor,
 * signer, name of the file.
 */
#include <ctype.h>
#include <string.h>

#include "userspace/report/report.h"

static bool names_vendor(const char *kind)
{
	return !strcmp(kind, "signer") || !strcmp(kind, "vendor");
}

static void trim(char *text)
{
	size_t size = strlen(text);

	while (size && strchr(" \t,;:-", text[size - 1]))
		text[--size] = '\0';
}

/* "Agent 11.2.0 (setup.exe)" -> "Agent"; what would be left of nothing else stays. */
static void shorten(char *name)
{
	char *cut = strrchr(name, '(');

	if (cut && cut > name && name[strlen(name) - 1] == ')') {
		*cut = '\0';
		trim(name);
	}
	for (;;) {
		trim(name);
		cut = strrchr(name, ' ');
		if (!cut)
			return;
		cut += cut[1] == 'v' && isdigit((unsigned char)cut[2]) ? 2 : 1;
		if (!isdigit((unsigned char)*cut) || !strpbrk(cut, ".") || strspn(cut, "0123456789.-~+:") < 3)
			return;
		*strrchr(name, ' ') = '\0';
	}
}

char *embargo_report_product(const struct embargo_report_row *row)
{
	const char *rule = row->text[EMBARGO_ROW_RULE_NAME], *package = row->text[EMBARGO_ROW_PACKAGE];
	const char *slash = strrchr(row->text[EMBARGO_ROW_PATH], '/');
	const char *choices[] = {
		rule,
		package,
		row->text[EMBARGO_ROW_VENDOR],
		row->text[EMBARGO_ROW_SIGNER],
		slash ? slash + 1 : row->text[EMBARGO_ROW_PATH],
		row->text[EMBARGO_ROW_UNIT],
		"not named",
	};
	char *product;
	size_t i;

	if (names_vendor(row->text[EMBARGO_ROW_RULE_KIND])) {
		choices[0] = package;
		choices[1] = rule;
	}
	for (i = 0; !*choices[i]; i++)
		;
	product = strdup(choices[i]);
	if (product && choices[i] == rule)
		shorten(product);
	return product;
}
