/* SPDX-License-Identifier: GPL-2.0-or-later */
/* XML of any length in constant memory: a reader that walks from node to node. */
#ifndef EMBARGO_POLICY_IMPORT_XML_H
#define EMBARGO_POLICY_IMPORT_XML_H

#include <libxml/xmlreader.h>

#include "policy/import/private.h"

struct embargo_xml {
	struct embargo_feed *feed;
	xmlTextReaderPtr reader;
	char error[200]; /* the first one */
	int error_line;
};

int embargo_xml_open(struct embargo_feed *feed, struct embargo_xml *ret_xml);
void embargo_xml_close(struct embargo_xml *xml);
/* 1: at the next node, 0: the end, or -errno. Entities of the document's own are refused. */
int embargo_xml_next(struct embargo_xml *xml);
/* Is this node the beginning (@end: the end) of an element of that name, in whatever namespace? */
bool embargo_xml_is(const struct embargo_xml *xml, const char *name);
bool embargo_xml_ends(const struct embargo_xml *xml, const char *name);
/* Of the element that the reader is at, cut to @room; "" if there is none. */
void embargo_xml_attribute(const struct embargo_xml *xml, const char *name, char *ret_text, size_t room);

#endif
