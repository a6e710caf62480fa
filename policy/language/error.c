// SPDX-License-Identifier: GPL-2.0-or-later
/* Where in a policy's text something is wrong. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "policy/language/parse.h"

static const struct embargo_segment *line_segment(const struct embargo_parser *parser, size_t offset,
						  size_t *ret_end)
{
	const struct embargo_line *line = &parser->line;
	size_t i = line->segment_count - 1;

	*ret_end = line->size;
	for (; i > 0 && line->segments[i].offset > offset; i--)
		*ret_end = line->segments[i].offset;
	return &line->segments[i];
}

__u32 embargo_parse_line_number(const struct embargo_parser *parser, size_t offset)
{
	size_t end;

	return line_segment(parser, offset, &end)->line;
}

/* Columns count characters, as editors do; a byte that is no character counts as one. */
static void parse_report(struct embargo_parser *parser, enum embargo_severity severity, size_t offset,
			 const char *hint, const char *format, va_list arguments)
{
	const struct embargo_segment *segment;
	char message[1024];
	struct embargo_place place;
	size_t i, length, end;

	segment = line_segment(parser, offset, &end);
	place.file = embargo_string(&parser->policy->set, parser->policy->set.files[parser->file].path);
	place.line = segment->line;
	place.column = 1;
	place.text = parser->line.text + segment->offset;
	place.text_size = end - segment->offset;
	for (i = segment->offset; i < offset && i < end; i += length, place.column++) {
		length = embargo_utf8_length(parser->line.text + i, end - i);
		length = length ? length : 1;
	}
	if (place.text_size > 400) /* enough to find it by */
		place.text = place.column < 400 ? place.text : NULL, place.text_size = 400;
	vsnprintf(message, sizeof(message), format, arguments);
	embargo_policy_report_at(parser->policy, severity, &place, hint, "%s", message);
}

int embargo_parse_error(struct embargo_parser *parser, size_t offset, const char *hint, const char *format,
			...)
{
	va_list arguments;

	va_start(arguments, format);
	parse_report(parser, EMBARGO_ERROR, offset, hint, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

void embargo_parse_warning(struct embargo_parser *parser, size_t offset, const char *hint, const char *format,
			   ...)
{
	va_list arguments;

	va_start(arguments, format);
	parse_report(parser, EMBARGO_WARNING, offset, hint, format, arguments);
	va_end(arguments);
}
