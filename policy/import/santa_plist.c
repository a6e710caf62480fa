// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rules of Santa in a property list: a profile's StaticRules, or a bare list. A
 * rule is a <dict> of strings, wherever it stands.
 */
#include <errno.h>
#include <string.h>

#include "policy/import/santa.h"
#include "policy/import/xml.h"

#define DICTS 16

enum { IDENTIFIER, SHA256, POLICY, TYPE, MESSAGE, URL, KEYS };

static const char *const keys[KEYS] = {"identifier", "sha256",	   "policy",
				       "rule_type",  "custom_msg", "custom_url"};

struct dict {
	int key; /* whose value comes next, or -1 */
	char values[KEYS][EMBARGO_IMPORT_TEXT];
};

struct plist {
	struct embargo_xml xml;
	struct dict *dicts;
	unsigned int depth;
	bool in_key;
	bool in_string;
};

static int end_dict(struct plist *plist)
{
	const struct dict *dict = &plist->dicts[--plist->depth];
	struct embargo_santa_rule rule = {
		.identifier = *dict->values[IDENTIFIER] ? dict->values[IDENTIFIER] : dict->values[SHA256],
		.policy = dict->values[POLICY],
		.type = dict->values[TYPE],
		.message = dict->values[MESSAGE],
		.url = dict->values[URL],
	};

	if (!*rule.policy || !*rule.identifier)
		return 0; /* of the profile around the rules */
	return embargo_santa_import(plist->xml.feed->import, &rule);
}

static int begin_dict(struct plist *plist)
{
	if (plist->depth == DICTS)
		return embargo_import_fail(plist->xml.feed->import, -EBADMSG,
					   "dictionaries are nested too deep");
	plist->dicts[plist->depth] = (struct dict){.key = -1};
	plist->depth++;
	return 0;
}

static void take_text(struct plist *plist)
{
	struct dict *dict = &plist->dicts[plist->depth - 1];
	const char *text = (const char *)xmlTextReaderConstValue(plist->xml.reader);
	int i;

	if (plist->in_string && dict->key >= 0) {
		embargo_import_clean(text, dict->values[dict->key], EMBARGO_IMPORT_TEXT);
		dict->key = -1;
	}
	if (!plist->in_key)
		return;
	dict->key = -1;
	for (i = 0; text && i < KEYS; i++)
		if (!strcmp(text, keys[i]))
			dict->key = i;
}

static int take_node(struct plist *plist)
{
	struct embargo_xml *xml = &plist->xml;
	int type = xmlTextReaderNodeType(xml->reader), r = 0;

	if (plist->depth && (type == XML_READER_TYPE_TEXT || type == XML_READER_TYPE_SIGNIFICANT_WHITESPACE))
		take_text(plist);
	if (type == XML_READER_TYPE_ELEMENT) {
		plist->in_key = embargo_xml_is(xml, "key");
		plist->in_string = embargo_xml_is(xml, "string");
	} else if (type == XML_READER_TYPE_END_ELEMENT) {
		plist->in_key = plist->in_string = false;
	}
	if (embargo_xml_is(xml, "dict"))
		r = begin_dict(plist);
	if (!r && embargo_xml_ends(xml, "dict") && plist->depth)
		r = end_dict(plist);
	return r;
}

static void plist_close(struct plist *plist)
{
	embargo_xml_close(&plist->xml);
	free(plist->dicts);
}

int embargo_santa_plist(struct embargo_feed *feed)
{
	_cleanup_(plist_close) struct plist plist = {.dicts = calloc(DICTS, sizeof(struct dict))};
	int r;

	if (!plist.dicts)
		return embargo_import_fail(feed->import, -ENOMEM, "%s", strerror(ENOMEM));
	r = embargo_xml_open(feed, &plist.xml);
	if (r)
		return r;
	while ((r = embargo_xml_next(&plist.xml)) > 0) {
		r = take_node(&plist);
		if (r)
			return r;
	}
	return r;
}
