/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stages of reading a policy file: bytes -> lines -> tokens -> directives and rules. */
#ifndef EMBARGO_POLICY_LANGUAGE_PARSE_H
#define EMBARGO_POLICY_LANGUAGE_PARSE_H

#include "policy/array.h"
#include "policy/language/words.h"
#include "policy/state.h"
#include "policy/text.h"

/* reader.c: bytes of a file or of memory -> lines, joined where `\` continues them */
struct embargo_reader;

struct embargo_segment { /* where a part of a joined line comes from */
	__u32 offset;
	__u32 line;
};

struct embargo_line {
	char *text; /* .size bytes, then a NUL */
	size_t size;
	size_t capacity;
	struct embargo_segment *segments;
	size_t segment_count;
	size_t segment_capacity;
	const char *problem; /* the line cannot be used; the rest of it was skipped */
	size_t problem_at;
};

struct embargo_reader *embargo_reader_new(int fd, const void *memory, size_t size, bool digest);
void embargo_reader_free(struct embargo_reader *reader);
EMBARGO_CLEANUP(struct embargo_reader, embargo_reader_free);
/* 1: a line, 0: the end, or -errno */
int embargo_reader_next(struct embargo_reader *reader, struct embargo_line *line);
__u64 embargo_reader_bytes(const struct embargo_reader *reader); /* read so far */
int embargo_reader_digest(struct embargo_reader *reader, __u8 sha256[EMBARGO_SHA256_SIZE]);
void embargo_line_free(struct embargo_line *line);

/* lex.c */
struct embargo_token {
	size_t start;	    /* in the line, with the key */
	size_t value_start; /* in the line, with the quote */
	size_t end;
	bool quoted;
	char key[EMBARGO_KEY_MAX];     /* "": a word or string without `key=` */
	char value[EMBARGO_VALUE_MAX]; /* decoded */
	size_t size;		       /* of .value; it may hold any byte but NUL */
};

/* parse.c: one line of one file */
struct embargo_parser {
	struct embargo_policy *policy;
	struct embargo_line line;
	size_t position; /* of the lexer in .line */
	struct embargo_token token;
	__u32 file;
	unsigned int flags;
	unsigned int depth; /* of include */
	__u32 policy_line;  /* where the directives were given, 0: not yet */
	__u32 version_line;
	__u32 authority_line;
};

/* lex.c. 1: parser->token is the next one, 0: end of the line, -EINVAL: reported */
int embargo_lex(struct embargo_parser *parser);

/* error.c */
/* Reports an error at @offset of the line; returns -EINVAL. */
__attribute__((format(printf, 4, 5))) int embargo_parse_error(struct embargo_parser *parser, size_t offset,
							      const char *hint, const char *format, ...);
__attribute__((format(printf, 4, 5))) void embargo_parse_warning(struct embargo_parser *parser, size_t offset,
								 const char *hint, const char *format, ...);
__u32 embargo_parse_line_number(const struct embargo_parser *parser, size_t offset);

/* parse.c: the line in parser->line. 0, or -EINVAL after reporting, or another -errno */
int embargo_parse_line(struct embargo_parser *parser);

/* rule.c: the rest of a line that begins with an action */
int embargo_parse_rule(struct embargo_parser *parser, enum embargo_action action);

/* read.c: include "PATH", at parser->token */
int embargo_parse_include(struct embargo_parser *parser);

/* value.c: the value of parser->token; errors are reported there */
int embargo_parse_number(struct embargo_parser *parser, const char *what, __u64 *ret_number);
int embargo_parse_scaled(struct embargo_parser *parser, const char *what, __u64 *ret_number);
int embargo_parse_date(struct embargo_parser *parser, __u32 *ret_day);
int embargo_parse_formats(struct embargo_parser *parser, __u8 *ret_formats);
int embargo_parse_sha256(struct embargo_parser *parser, size_t skip, __u8 ret_digest[EMBARGO_SHA256_SIZE]);
/* Hexadecimal with or without colons: @least … @most bytes; @odd: a number, zeros in front do not count. */
int embargo_parse_hex(struct embargo_parser *parser, const char *what, size_t least, size_t most, bool odd,
		      __u8 *ret_bytes, size_t *ret_size);
int embargo_parse_utf8(struct embargo_parser *parser); /* the decoded value must be UTF-8 */

#endif
