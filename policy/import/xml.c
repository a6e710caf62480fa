// SPDX-License-Identifier: GPL-2.0-or-later
/* libxml2's reader over a feed. It fetches nothing and expands nothing. */
#include <errno.h>
#include <string.h>

#include "policy/import/xml.h"

#define DEPTH 64

static int feed_read(void *context, char *buffer, int size)
{
	struct embargo_feed *feed = context;
	size_t have;
	int r;

	if (feed->at == feed->end) {
		r = embargo_feed_fill(feed);
		if (r <= 0)
			return r;
	}
	have = feed->end - feed->at;
	have = have < (size_t)size ? have : (size_t)size;
	memcpy(buffer, feed->at, have);
	feed->at += have;
	return have;
}

/* Keeps the first message, which libxml2 would print. */
static void note_error(void *context, xmlErrorPtr error)
{
	struct embargo_xml *xml = context;

	if (*xml->error || !error || error->level < XML_ERR_ERROR)
		return;
	embargo_import_clean(error->message, xml->error, sizeof(xml->error));
	xml->error[strcspn(xml->error, "\n")] = 0;
	while (*xml->error && xml->error[strlen(xml->error) - 1] == ' ')
		xml->error[strlen(xml->error) - 1] = 0;
	xml->error_line = error->line;
}

int embargo_xml_open(struct embargo_feed *feed, struct embargo_xml *ret_xml)
{
	*ret_xml = (struct embargo_xml){.feed = feed};
	ret_xml->reader =
		xmlReaderForIO(feed_read, NULL, feed, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOCDATA);
	if (!ret_xml->reader)
		return embargo_import_fail(feed->import, -ENOMEM, "%s", strerror(ENOMEM));
	xmlTextReaderSetStructuredErrorHandler(ret_xml->reader, (xmlStructuredErrorFunc)note_error, ret_xml);
	return 0;
}

void embargo_xml_close(struct embargo_xml *xml)
{
	xmlFreeTextReader(xml->reader);
	xml->reader = NULL;
}

static int refuse(struct embargo_xml *xml, const char *why)
{
	return embargo_import_fail(xml->feed->import, -EBADMSG, "%s", why);
}

/*
 * At a document type: an entity can stand for any amount of text, and no feed needs
 * one of its own. (xmlTextReaderCurrentDoc() would leave the document to the caller.)
 */
static bool has_entities(struct embargo_xml *xml)
{
	const xmlNode *type = xmlTextReaderCurrentNode(xml->reader);

	return type && type->children;
}

int embargo_xml_next(struct embargo_xml *xml)
{
	struct embargo_import *import = xml->feed->import;
	int r = xmlTextReaderRead(xml->reader), type;

	import->line = xmlTextReaderGetParserLineNumber(xml->reader);
	import->offset = EMBARGO_IMPORT_NOT_YET;
	if (import->failed)
		return -EBADMSG; /* the feed could not be read */
	if (r < 0 || *xml->error) {
		import->line = xml->error_line > 0 ? (__u64)xml->error_line : import->line;
		return refuse(xml, *xml->error ? xml->error : "not XML");
	}
	if (!r)
		return 0;
	type = xmlTextReaderNodeType(xml->reader);
	if (type == XML_READER_TYPE_ENTITY_REFERENCE ||
	    (type == XML_READER_TYPE_DOCUMENT_TYPE && has_entities(xml)))
		return refuse(xml, "the document defines entities of its own");
	if (xmlTextReaderDepth(xml->reader) > DEPTH)
		return refuse(xml, "elements are nested too deep");
	return 1;
}

static bool is_node(const struct embargo_xml *xml, int type, const char *name)
{
	const char *seen = (const char *)xmlTextReaderConstLocalName(xml->reader);

	return xmlTextReaderNodeType(xml->reader) == type && seen && !strcmp(seen, name);
}

bool embargo_xml_is(const struct embargo_xml *xml, const char *name)
{
	return is_node(xml, XML_READER_TYPE_ELEMENT, name);
}

bool embargo_xml_ends(const struct embargo_xml *xml, const char *name)
{
	return is_node(xml, XML_READER_TYPE_END_ELEMENT, name) ||
	       (embargo_xml_is(xml, name) && xmlTextReaderIsEmptyElement(xml->reader));
}

void embargo_xml_attribute(const struct embargo_xml *xml, const char *name, char *ret_text, size_t room)
{
	xmlChar *value = xmlTextReaderGetAttribute(xml->reader, (const xmlChar *)name);

	embargo_import_clean((const char *)value, ret_text, room);
	xmlFree(value);
}
