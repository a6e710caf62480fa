// SPDX-License-Identifier: GPL-2.0-or-later
/* Policy files: who may write them, what they include, line by line. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>

#include "policy/language/parse.h"

#define PROGRESS_LINES 4096
#define UNREADABLE_MAX 3 /* lines with bytes that no text has; then the rest of the file is not read */

static int fail_open(struct embargo_parser *parser, struct embargo_policy *policy, const char *path,
		     const char *hint, const char *message)
{
	if (parser)
		return embargo_parse_error(parser, parser->token.start, hint, "cannot include '%s': %s", path,
					   message);
	return embargo_policy_report(policy, EMBARGO_ERROR, path, 0, hint, "%s", message);
}

/*
 * Opened once, and evaluated by that descriptor, so that nobody can put another
 * file in its place. O_NONBLOCK: a FIFO must not hang us before it is refused.
 * @parser: the including file's, or NULL. Returns the descriptor or -EINVAL.
 */
static int open_file(struct embargo_policy *policy, struct embargo_parser *parser, const char *path,
		     unsigned int flags, struct stat *ret_stat)
{
	_cleanup_close_ int fd = -1;
	char hint[EMBARGO_HINT_MAX];
	struct stat st;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail_open(parser, policy, path, NULL, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail_open(parser, policy, path, NULL, "not a regular file");
	if (!(flags & EMBARGO_READ_ANY_OWNER) && st.st_uid != 0 && st.st_uid != geteuid()) {
		snprintf(hint, sizeof(hint), "chown root '%s'", path);
		return fail_open(parser, policy, path, hint, "owned by neither root nor you");
	}
	if (!(flags & EMBARGO_READ_ANY_OWNER) && st.st_mode & (S_IWGRP | S_IWOTH)) {
		snprintf(hint, sizeof(hint), "chmod go-w '%s'", path);
		return fail_open(parser, policy, path, hint, "its group or everybody can write it");
	}
	*ret_stat = st;
	return TAKE_FD(fd);
}

static bool is_text(const struct embargo_line *line)
{
	size_t i;

	for (i = 0; i < line->size; i++)
		if ((unsigned char)line->text[i] < ' ' && line->text[i] != '\t' && line->text[i] != '\r')
			return false;
	return true;
}

static int read_lines(struct embargo_parser *parser, struct embargo_reader *reader, __u64 total)
{
	const struct embargo_policy *policy = parser->policy;
	__u32 lines = 0, unreadable = 0;
	__u8 *sha256;
	int r;

	while ((r = embargo_reader_next(reader, &parser->line)) > 0) {
		r = embargo_parse_line(parser);
		if (r < 0 && r != -EINVAL)
			return r;
		/* After some errors the rest of a binary file is skipped; otherwise each of its lines would
		 * be one more error.
		 */
		if (r < 0 && !is_text(&parser->line) && ++unreadable == UNREADABLE_MAX)
			return 0;
		if (policy->progress && ++lines % PROGRESS_LINES == 0)
			policy->progress(policy->progress_data, embargo_reader_bytes(reader), total);
	}
	if (r < 0)
		return r;
	sha256 = parser->policy->state->files[parser->file].sha256;
	return embargo_reader_digest(reader, sha256);
}

/* @fd, or @data if it is -1. @parent: of the including file, or NULL. */
static int read_source(struct embargo_policy *policy, struct embargo_parser *parent, const char *name, int fd,
		       const struct stat *st, const void *data, size_t size, unsigned int flags)
{
	_cleanup_(embargo_reader_freep) struct embargo_reader *reader = NULL;
	_cleanup_free_ struct embargo_parser *parser = calloc(1, sizeof(*parser));
	struct embargo_file_state *state;
	int r;

	if (!parser)
		return -ENOMEM;
	parser->policy = policy;
	parser->flags = flags;
	parser->depth = parent ? parent->depth + 1 : 0;
	r = embargo_policy_add_file(policy, name, &parser->file);
	if (r == -E2BIG)
		return fail_open(parent, policy, name, NULL, "too many files");
	if (r < 0)
		return r;
	state = &policy->state->file_states[parser->file];
	if (st)
		*state = (struct embargo_file_state){st->st_dev, st->st_ino, true, true};
	if (parent)
		policy->state->files[parser->file].parent = parent->file;
	reader = embargo_reader_new(fd, data, size, flags & EMBARGO_READ_DIGEST);
	if (!reader)
		return -ENOMEM;
	r = read_lines(parser, reader, st ? (__u64)st->st_size : size);
	policy->state->file_states[parser->file].open = false;
	embargo_line_free(&parser->line);
	if (r < 0 && r != -ENOMEM)
		r = embargo_policy_report(policy, EMBARGO_ERROR, name, 0, NULL, "cannot read: %s",
					  strerror(-r));
	return r;
}

/* The number of the file if it was read before, or -1. */
static int find_known(const struct embargo_policy *policy, const struct stat *st)
{
	const struct embargo_file_state *states = policy->state->file_states;
	__u32 i;

	for (i = 0; i < policy->set.file_count; i++)
		if (states[i].on_disk && states[i].device == st->st_dev && states[i].inode == st->st_ino)
			return i;
	return -1;
}

/* The name that a rule's file has in messages: relative to the including file's directory. */
static char *include_path(const struct embargo_parser *parser)
{
	const struct embargo_ruleset *set = &parser->policy->set;
	_cleanup_free_ char *base = NULL;
	char *path;

	if (parser->token.value[0] == '/')
		return strdup(parser->token.value);
	base = strdup(embargo_string(set, set->files[parser->file].path));
	if (!base)
		return NULL;
	if (!strchr(base, '/'))
		return strdup(parser->token.value);
	if (asprintf(&path, "%s/%s", dirname(base), parser->token.value) < 0)
		return NULL;
	return path;
}

int embargo_parse_include(struct embargo_parser *parser)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_close_ int fd = -1;
	struct stat st;
	int r, known;

	if (parser->flags & EMBARGO_READ_NO_INCLUDE)
		return embargo_parse_error(parser, parser->token.start, NULL, "include is not allowed here");
	if (parser->depth >= EMBARGO_INCLUDE_DEPTH)
		return embargo_parse_error(parser, parser->token.start, NULL,
					   "includes are nested more than %d deep", EMBARGO_INCLUDE_DEPTH);
	path = include_path(parser);
	if (!path)
		return -ENOMEM;
	fd = open_file(parser->policy, parser, path, parser->flags, &st);
	if (fd < 0)
		return fd;
	known = find_known(parser->policy, &st);
	if (known >= 0 && parser->policy->state->file_states[known].open)
		return embargo_parse_error(parser, parser->token.start, NULL, "'%s' includes itself", path);
	if (known >= 0 && parser->flags & EMBARGO_READ_DIRECTORY)
		return 0;
	if (known >= 0) {
		embargo_parse_warning(parser, parser->token.start, NULL, "'%s' was read already", path);
		return 0;
	}
	r = embargo_lex(parser);
	if (r > 0)
		return embargo_parse_error(parser, parser->token.start, "a comment begins with #",
					   "nothing more can follow here");
	if (r < 0)
		return r;
	return read_source(parser->policy, parser, path, fd, &st, NULL, 0, parser->flags);
}

/* All lines were read and their errors reported; one of them is enough to fail. */
static int read_result(struct embargo_policy *policy, size_t errors_before, int r)
{
	embargo_policy_settle(policy);
	embargo_policy_publish(policy);
	if (r < 0 && r != -EINVAL)
		return r;
	return policy->diagnostics.total[EMBARGO_ERROR] > errors_before ? -EINVAL : 0;
}

int embargo_policy_read(struct embargo_policy *policy, const char *path, unsigned int flags)
{
	size_t errors = policy->diagnostics.total[EMBARGO_ERROR];
	_cleanup_close_ int fd = -1;
	struct stat st;
	int r;

	fd = open_file(policy, NULL, path, flags, &st);
	if (fd < 0)
		return fd;
	if (find_known(policy, &st) >= 0) {
		if (flags & EMBARGO_READ_DIRECTORY)
			return 0;
		embargo_policy_report(policy, EMBARGO_WARNING, path, 0, NULL, "was read already");
		return 0;
	}
	r = read_source(policy, NULL, path, fd, &st, NULL, 0, flags);
	return read_result(policy, errors, r);
}

int embargo_policy_read_buffer(struct embargo_policy *policy, const char *name, const void *data, size_t size,
			       unsigned int flags)
{
	size_t errors = policy->diagnostics.total[EMBARGO_ERROR];
	int r;

	r = read_source(policy, NULL, name, -1, NULL, data, size, flags);
	return read_result(policy, errors, r);
}
