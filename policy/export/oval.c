// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Definitions of OVAL 5.11.1, of class inventory: one for everything that has one name. A hash is a
 * filehash58_test over all files of some directories, a package a dpkginfo_test and an rpminfo_test, a path a
 * file_test.
 *
 * OVAL wants definitions, tests, objects and states each in a section of its own, so the rules are kept and
 * gone over four times. Numbers of identifiers: rule number N of the list has test and object 2N+1 and, where
 * a package needs two, 2N+2; the state of a hash is 2N+1; object 2N+2 of the one past the last rule is the
 * files.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "policy/cleanup.h"
#include "policy/export/private.h"

struct item {
	const struct embargo_rule *rule;
	char *title;
	__u32 number;
};

struct items {
	struct item *list;
	size_t count;
	bool hashes;
	const char *namespace;
};

static int begin(struct embargo_export *export)
{
	struct items *items = calloc(1, sizeof(*items));

	if (!items)
		return -ENOMEM;
	export->data = items;
	items->namespace = export->options->namespace ?: "embargo";
	items->list = calloc((size_t) export->set->rule_count + 1, sizeof(*items->list));
	return items->list ? 0 : -ENOMEM;
}

static void clear(struct embargo_export *export)
{
	struct items *items = export->data;

	if (!items)
		return;
	for (; items->count; items->count--)
		free(items->list[items->count - 1].title);
	free(items->list);
	free(items);
}

static const char *field(const struct embargo_export *export, const struct embargo_rule *rule,
			 const char *key, char value[EMBARGO_VALUE_MAX])
{
	if (embargo_rule_field(export->set, rule, key, value))
		*value = 0;
	return value;
}

/* Packages there have a name, but neither vendor nor maintainer. */
static bool can_say(const struct embargo_export *export, const struct embargo_rule *rule)
{
	char value[EMBARGO_VALUE_MAX];

	if (rule->match == EMBARGO_MATCH_PACKAGE)
		return !*field(export, rule, "vendor", value) && !*field(export, rule, "maintainer", value) &&
		       *field(export, rule, "name", value);
	if (rule->match == EMBARGO_MATCH_PATH_PREFIX)
		return embargo_export_is_text(field(export, rule, "prefix", value));
	return true;
}

static int take_rule(struct embargo_export *export, const struct embargo_rule *rule)
{
	struct items *items = export->data;
	char title[300];

	if (!embargo_export_is_hash(rule) && rule->match != EMBARGO_MATCH_PACKAGE &&
	    rule->match != EMBARGO_MATCH_PATH_PREFIX)
		return embargo_export_note(export, rule, EMBARGO_EXPORT_NO_KIND);
	if (!can_say(export, rule))
		return embargo_export_note(export, rule, EMBARGO_EXPORT_NO_WORD);
	embargo_export_title(export->set, rule, title, sizeof(title));
	items->list[items->count].rule = rule;
	items->list[items->count].number = items->count;
	items->list[items->count].title = strdup(title);
	items->hashes |= embargo_export_is_hash(rule);
	return items->list[items->count++].title ? 0 : -ENOMEM;
}

static int compare(const void *a, const void *b)
{
	const struct item *left = a, *right = b;
	int r = strcmp(left->title, right->title);

	return r ?: left->number < right->number ? -1 : left->number > right->number;
}

/* ` id="oval:NAMESPACE:KIND:NUMBER" version="1"` */
static void id_put(const struct items *items, const char *kind, __u64 number, FILE *out)
{
	fprintf(out, " id=\"oval:%s:%s:%" PRIu64 "\" version=\"1\"", items->namespace, kind,
		(uint64_t)number);
}

static void criterion_put(const struct items *items, const struct item *item, int second, FILE *out)
{
	static const char *const comments[][2] = {
		[EMBARGO_MATCH_SHA256] = {"a file has the SHA-256"},
		[EMBARGO_MATCH_PATH_PREFIX] = {"there is a file of the path"},
		[EMBARGO_MATCH_PACKAGE] = {"the package is installed (dpkg)",
					   "the package is installed (rpm)"},
	};

	fprintf(out, "<criterion comment=\"%s\" test_ref=\"oval:%s:tst:%" PRIu64 "\"/>\n",
		comments[item->rule->match][second], items->namespace,
		(uint64_t)item->number * 2 + 1 + second);
}

static void reference_put(const char *source, const char *id, const char *url, FILE *out)
{
	fprintf(out, "<reference source=\"%s\" ref_id=\"", source);
	embargo_export_xml(id, out);
	if (url) {
		fputs("\" ref_url=\"", out);
		embargo_export_xml(url, out);
	}
	fputs("\"/>\n", out);
}

/* What the first rule of that name says stands for all. */
static void metadata_put(const struct embargo_export *export, const struct item *item)
{
	const struct embargo_ruleset *set = export->set;
	const struct embargo_rule *rule = item->rule;
	const char *authority = embargo_rule_authority(set, rule),
		   *source = embargo_string(set, rule->source);
	char cpe[EMBARGO_VALUE_MAX];
	FILE *out = export->out;

	fputs("<metadata><title>", out);
	embargo_export_xml(item->title, out);
	fputs("</title><affected family=\"unix\"/>\n", out);
	if (*embargo_rule_remark(set, rule, "cpe", cpe))
		reference_put("CPE", cpe, NULL, out);
	if (*authority)
		reference_put("authority", authority, strncmp(source, "https://", 8) ? NULL : source, out);
	fputs("<description>", out);
	embargo_export_xml(*embargo_string(set, rule->reason) ? embargo_string(set, rule->reason) : "banned",
			   out);
	fputs("</description></metadata>\n", out);
}

static void definitions_put(const struct embargo_export *export, const struct items *items)
{
	FILE *out = export->out;
	size_t i, first;

	fputs("<definitions>\n", out);
	for (i = 0; i < items->count;) {
		first = i;
		fputs("<definition class=\"inventory\"", out);
		id_put(items, "def", items->list[first].number + 1, out);
		fputs(">\n", out);
		metadata_put(export, &items->list[first]);
		fputs("<criteria operator=\"OR\">\n", out);
		for (; i < items->count && !strcmp(items->list[i].title, items->list[first].title); i++) {
			criterion_put(items, &items->list[i], 0, out);
			if (items->list[i].rule->match == EMBARGO_MATCH_PACKAGE)
				criterion_put(items, &items->list[i], 1, out);
		}
		fputs("</criteria>\n</definition>\n", out);
	}
	fputs("</definitions>\n", out);
}

static void test_put(const struct items *items, const struct item *item, const char *element, int second,
		     FILE *out)
{
	__u64 number = (__u64)item->number * 2 + 1 + second;
	bool hash = embargo_export_is_hash(item->rule);
	__u64 object = hash ? items->count * 2 + 2 : number;

	fprintf(out, "<%s_test", element);
	id_put(items, "tst", number, out);
	fprintf(out,
		" check=\"at least one\" check_existence=\"at_least_one_exists\" comment=\"%s\">"
		"<%.*s:object object_ref=\"oval:%s:obj:%" PRIu64 "\"/>",
		element, (int)strcspn(element, ":"), element, items->namespace, (uint64_t)object);
	if (hash)
		fprintf(out, "<ind:state state_ref=\"oval:%s:ste:%" PRIu64 "\"/>", items->namespace,
			(uint64_t)number);
	fprintf(out, "</%s_test>\n", element);
}

/* Does a name stand for all that begin with it? Then its `*` is gone. */
static bool take_star(char *name)
{
	size_t size = strlen(name);

	if (!size || name[size - 1] != '*')
		return false;
	name[size - 1] = 0;
	return true;
}

static void tests_put(const struct embargo_export *export, const struct items *items)
{
	char name[EMBARGO_VALUE_MAX];
	size_t i;

	fputs("<tests>\n", export->out);
	for (i = 0; i < items->count; i++) {
		const struct item *item = &items->list[i];

		if (embargo_export_is_hash(item->rule)) {
			test_put(items, item, "ind:filehash58", 0, export->out);
		} else if (item->rule->match == EMBARGO_MATCH_PATH_PREFIX) {
			test_put(items, item, "unix:file", 0, export->out);
		} else {
			field(export, item->rule, "name", name);
			test_put(items, item, take_star(name) ? "ind:textfilecontent54" : "linux:dpkginfo", 0,
				 export->out);
			test_put(items, item, "linux:rpminfo", 1, export->out);
		}
	}
	fputs("</tests>\n", export->out);
}

/* By one name dpkg can be asked; the common interpreter does not match names there, so its list is read. */
static void dpkg_put(const struct items *items, const struct item *item, const char *name, bool prefix,
		     FILE *out)
{
	const char *element = prefix ? "ind:textfilecontent54" : "linux:dpkginfo";

	fprintf(out, "<%s_object", element);
	id_put(items, "obj", (__u64)item->number * 2 + 1, out);
	if (prefix) {
		fputs("><ind:behaviors multiline=\"true\"/><ind:path>/var/lib/dpkg</ind:path>"
		      "<ind:filename>status</ind:filename><ind:pattern operation=\"pattern "
		      "match\">^Package: ",
		      out);
		embargo_export_xml_regex(name, out);
		fputs("[^\\n]*(\\n[A-Z][^\\n]*)*?\\nStatus: [a-z]+ ok installed$</ind:pattern>"
		      "<ind:instance datatype=\"int\" operation=\"greater than or equal\">1</ind:instance>",
		      out);
	} else {
		fputs("><linux:name>", out);
		embargo_export_xml(name, out);
		fputs("</linux:name>", out);
	}
	fprintf(out, "</%s_object>\n", element);
}

static void rpm_put(const struct items *items, const struct item *item, const char *name, bool prefix,
		    FILE *out)
{
	fputs("<linux:rpminfo_object", out);
	id_put(items, "obj", (__u64)item->number * 2 + 2, out);
	fprintf(out, "><linux:name%s", prefix ? " operation=\"pattern match\">^" : ">");
	if (prefix)
		embargo_export_xml_regex(name, out);
	else
		embargo_export_xml(name, out);
	fputs("</linux:name></linux:rpminfo_object>\n", out);
}

static void package_put(const struct embargo_export *export, const struct items *items,
			const struct item *item)
{
	char name[EMBARGO_VALUE_MAX];
	bool prefix;

	field(export, item->rule, "name", name);
	prefix = take_star(name);
	dpkg_put(items, item, name, prefix, export->out);
	rpm_put(items, item, name, prefix, export->out);
}

static void path_put(const struct embargo_export *export, const struct items *items, const struct item *item)
{
	char prefix[EMBARGO_VALUE_MAX];

	fputs("<unix:file_object", export->out);
	id_put(items, "obj", (__u64)item->number * 2 + 1, export->out);
	fputs("><unix:filepath operation=\"pattern match\">^", export->out);
	embargo_export_xml_regex(field(export, item->rule, "prefix", prefix), export->out);
	fputs(".*$</unix:filepath></unix:file_object>\n", export->out);
}

/* All files in and below the directories, hashed once for all tests. */
static void files_put(const struct embargo_export *export, const struct items *items)
{
	static char *const usual[] = {"/opt", "/srv", "/usr", "/var/opt", NULL};
	char *const *directory = export->options->directories;
	const char *before = "";

	if (!directory || !*directory)
		directory = usual;
	fputs("<ind:filehash58_object", export->out);
	id_put(items, "obj", items->count * 2 + 2, export->out);
	fputs("><ind:path operation=\"pattern match\">^(", export->out);
	for (; *directory; directory++, before = "|") {
		fputs(before, export->out);
		embargo_export_xml_regex(*directory, export->out);
	}
	fprintf(export->out,
		")(/.*)?$</ind:path><ind:filename operation=\"pattern match\">.*</ind:filename>"
		"<ind:hash_type>SHA-256</ind:hash_type>"
		"<filter action=\"include\">oval:%s:ste:%" PRIu64 "</filter></ind:filehash58_object>\n",
		items->namespace, (uint64_t)items->count * 2 + 2);
}

static void objects_put(const struct embargo_export *export, const struct items *items)
{
	size_t i;

	fputs("<objects>\n", export->out);
	for (i = 0; i < items->count; i++) {
		if (items->list[i].rule->match == EMBARGO_MATCH_PATH_PREFIX)
			path_put(export, items, &items->list[i]);
		else if (items->list[i].rule->match == EMBARGO_MATCH_PACKAGE)
			package_put(export, items, &items->list[i]);
	}
	if (items->hashes)
		files_put(export, items);
	fputs("</objects>\n", export->out);
}

/* One for each hash, and one for all of them: what has none of the hashes is dropped while it is collected.
 */
static void states_put(const struct embargo_export *export, const struct items *items)
{
	char hex[EMBARGO_EXPORT_HEX];
	FILE *out = export->out;
	size_t i;

	fputs("<states>\n", out);
	for (i = 0; i < items->count; i++) {
		if (!embargo_export_is_hash(items->list[i].rule))
			continue;
		fputs("<ind:filehash58_state", out);
		id_put(items, "ste", (__u64)items->list[i].number * 2 + 1, out);
		fprintf(out, "><ind:hash>%s</ind:hash></ind:filehash58_state>\n",
			embargo_export_hex(items->list[i].rule, hex));
	}
	fputs("<ind:filehash58_state", out);
	id_put(items, "ste", items->count * 2 + 2, out);
	fprintf(out,
		"><ind:hash var_ref=\"oval:%s:var:1\" var_check=\"at least one\"/></ind:filehash58_state>\n"
		"</states>\n",
		items->namespace);
}

static void variables_put(const struct embargo_export *export, const struct items *items)
{
	char hex[EMBARGO_EXPORT_HEX];
	size_t i;

	fputs("<variables>\n<constant_variable", export->out);
	id_put(items, "var", 1, export->out);
	fputs(" datatype=\"string\" comment=\"every SHA-256\">\n", export->out);
	for (i = 0; i < items->count; i++)
		if (embargo_export_is_hash(items->list[i].rule))
			fprintf(export->out, "<value>%s</value>\n",
				embargo_export_hex(items->list[i].rule, hex));
	fputs("</constant_variable>\n</variables>\n", export->out);
}

static int end(struct embargo_export *export)
{
	struct items *items = export->data;
	char now[32];
	struct tm day;

	gmtime_r(&export->options->now, &day);
	strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%S", &day);
#define OVAL "http://oval.mitre.org/XMLSchema/oval-"
	fprintf(export->out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<oval_definitions xmlns=\"" OVAL "definitions-5\" xmlns:oval=\"" OVAL "common-5\"\n"
		" xmlns:ind=\"" OVAL "definitions-5#independent\" xmlns:linux=\"" OVAL
		"definitions-5#linux\"\n"
		" xmlns:unix=\"" OVAL "definitions-5#unix\">\n"
		"<generator><oval:product_name>embargo</oval:product_name><oval:product_version>%s"
		"</oval:product_version><oval:schema_version>5.11.1</oval:schema_version>"
		"<oval:timestamp>%s</oval:timestamp></generator>\n",
		EMBARGO_VERSION, now);
	if (items->count) {
		qsort(items->list, items->count, sizeof(*items->list), compare);
		definitions_put(export, items);
		tests_put(export, items);
		objects_put(export, items);
	}
	if (items->hashes) { /* an empty section is not valid */
		states_put(export, items);
		variables_put(export, items);
	}
	fputs("</oval_definitions>\n", export->out);
	return 0;
}

const struct embargo_exporter embargo_exporter_oval = {
	.name = "oval",
	.loses = 1U << EMBARGO_EXPORT_SIZE | 1U << EMBARGO_EXPORT_KIND | 1U << EMBARGO_EXPORT_EXPIRES,
	.begin = begin,
	.rule = take_rule,
	.end = end,
	.clear = clear,
};
