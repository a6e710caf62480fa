// SPDX-License-Identifier: GPL-2.0-or-later
/* Walks what is in a file, however deep: each stream is hashed while the archive in it is read. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "policy/identity/archive/private.h"
#include "policy/identity/base/parts.h"

#ifndef MFD_NOEXEC_FILE_SIGNATURE
#define MFD_NOEXEC_FILE_SIGNATURE 8U /* Linux 6.3; older C libraries do not name it */
#endif

int embargo_archive_fail(struct embargo_archive_walk *walk, int error, const char *format, ...)
{
	char text[sizeof(walk->reason->text)];
	va_list arguments;

	if (walk->failed)
		return walk->failed;
	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	walk->failed = error;
	return embargo_unreadable(walk->reason, error, "%.200s", text);
}

static ssize_t file_read(void *context, void *to, size_t size)
{
	struct embargo_archive_walk *walk = context;
	ssize_t got;

	do
		got = pread(walk->fd, to, size, walk->at);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return embargo_archive_fail(walk, -errno, "%s", strerror(errno));
	walk->at += got;
	return got;
}

/* Keeps the stream's bytes in memory, if there is room. */
static void keep(struct embargo_archive_walk *walk, struct embargo_stream *stream, unsigned int depth)
{
	int *spool = &walk->spools[depth];

	if (*spool < 0)
		*spool = memfd_create("embargo-member", MFD_CLOEXEC | MFD_NOEXEC_FILE_SIGNATURE);
	if (*spool < 0 && errno == EINVAL) /* before Linux 6.3 */
		*spool = memfd_create("embargo-member", MFD_CLOEXEC);
	if (*spool >= 0 && !ftruncate(*spool, 0) && !lseek(*spool, 0, SEEK_SET))
		embargo_stream_spool(stream, *spool, walk->limits.memory);
}

/* What was looked at when a member was read to its end, or could not be. */
struct finding {
	__u32 format;
	enum embargo_content content, inside;
	struct embargo_reason warning; /* "": none */
	bool unopened;
};

static int identify(struct embargo_archive_walk *walk, struct embargo_stream *stream,
		    const struct embargo_archive_place *place, const struct finding *finding,
		    struct embargo_identity *identity)
{
	bool inside = walk->want & (EMBARGO_WANT_INSIDE | EMBARGO_WANT_BYTES) && place->depth;
	struct embargo_reason reason = {""};
	int r = 0;

	if (asprintf(&identity->path, "%s%s", place->prefix, place->name) < 0) {
		identity->path = NULL;
		return -ENOMEM;
	}
	identity->want = walk->want;
	identity->format = finding->format;
	if (embargo_stream_digests(stream, &identity->digests))
		return -ENOMEM;
	if (finding->warning.text[0])
		r = embargo_identity_warning(identity, finding->warning.text);
	if (r || !inside)
		return r;
	if (embargo_stream_spooled(stream))
		r = embargo_identity_inside(walk->spools[place->depth], identity, &reason);
	else if (finding->content != EMBARGO_CONTENT_OTHER)
		snprintf(reason.text, sizeof(reason.text), "larger than %zu MiB: only its hash was taken",
			 walk->limits.memory >> 20);
	if (r == -ENOMEM)
		return r;
	return reason.text[0] ? embargo_identity_warning(identity, reason.text) : 0;
}

static int hand_on(struct embargo_archive_walk *walk, struct embargo_stream *stream,
		   const struct embargo_archive_place *place, struct finding *finding)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = calloc(1, sizeof(*identity));
	struct embargo_archive_member member = {
		.depth = place->depth,
		.content = finding->content,
		.outer = place->outer,
		.inside = finding->inside,
		.broken = place->bad && *place->bad,
		.unopened = finding->unopened,
	};
	int r;

	if (member.broken)
		embargo_unreadable(&finding->warning, 0, "damaged or encrypted");
	if (!identity || identify(walk, stream, place, finding, identity))
		return embargo_archive_fail(walk, -ENOMEM, "%s", strerror(ENOMEM));
	member.identity = TAKE_PTR(identity);
	r = walk->each(walk->context, &member);
	embargo_identity_free(member.identity);
	if (r)
		walk->failed = r;
	return r;
}

/* Takes what is before @offset. */
static int take_until(struct embargo_stream *stream, size_t offset)
{
	const unsigned char *bytes;
	ssize_t got;

	while (offset) {
		got = embargo_stream_take(stream, offset, &bytes);
		if (got <= 0)
			return -EIO;
		offset -= got;
	}
	return 0;
}

/* A 7z names its members at its end: it is read from the file, or from memory. */
static int open_seeking(struct embargo_archive_walk *walk, struct embargo_stream *stream,
			const struct embargo_archive_place *place, struct finding *finding)
{
	int fd = place->depth ? walk->spools[place->depth] : walk->fd;

	if (embargo_stream_drain(stream))
		return -EIO;
	if (place->depth && !embargo_stream_spooled(stream)) {
		embargo_unreadable(&finding->warning, 0,
				   "an archive larger than %zu MiB that cannot be streamed",
				   walk->limits.memory >> 20);
		return 0;
	}
	return embargo_archive_unpack(walk, NULL, fd, place, EMBARGO_CONTENT_SEEKING, &finding->inside,
				      &finding->warning);
}

static int scan_archive(struct embargo_archive_walk *walk, struct embargo_stream *stream,
			const struct embargo_archive_place *place, size_t offset, struct finding *finding)
{
	enum embargo_content content;
	const unsigned char *start;
	ssize_t size;
	int r;

	if (place->depth == walk->limits.depth) {
		embargo_unreadable(&finding->warning, 0, "deeper than %u archives", walk->limits.depth);
		finding->unopened = true;
		return 0;
	}
	if (take_until(stream, offset))
		return -EIO;
	size = embargo_stream_peek(stream, EMBARGO_CONTENT_PEEK, &start);
	if (size < 0)
		return -EIO;
	content = embargo_content_of(start, size);
	if (content == EMBARGO_CONTENT_SEEKING && !offset)
		r = open_seeking(walk, stream, place, finding);
	else
		r = embargo_archive_unpack(walk, stream, -1, place, content, &finding->inside,
					   &finding->warning);
	finding->unopened = finding->warning.text[0];
	return r;
}

/* What is behind a program: a zip, of which its last bytes tell. They can be had of the file itself alone. */
static bool is_self_extracting(int fd, enum embargo_content content)
{
	unsigned char end[EMBARGO_CONTENT_ZIP_END];
	off_t size = lseek(fd, 0, SEEK_END);

	return (content == EMBARGO_CONTENT_ELF || content == EMBARGO_CONTENT_PE) &&
	       size > (off_t)sizeof(end) && pread(fd, end, sizeof(end), size - sizeof(end)) == sizeof(end) &&
	       embargo_content_ends_zip(end, sizeof(end));
}

/* Holds other files, and is not opened: then that is said. */
static void note_closed(const struct embargo_archive_walk *walk, const struct embargo_archive_place *place,
			const unsigned char *start, size_t size, struct finding *finding)
{
	const char *closed = embargo_content_closed(start, size);

	if (!closed && !place->depth && is_self_extracting(walk->fd, finding->content))
		closed = "a program with a zip archive behind it";
	if (!closed)
		return;
	embargo_unreadable(&finding->warning, 0, "%s: recognised, not opened", closed);
	finding->unopened = true;
}

int embargo_archive_scan(struct embargo_archive_walk *walk, struct embargo_stream *stream,
			 const struct embargo_archive_place *place, enum embargo_content *ret_content)
{
	struct finding finding = {.inside = EMBARGO_CONTENT_OTHER};
	const unsigned char *start = NULL;
	size_t offset = 0;
	ssize_t size;
	int r = 0;

	size = embargo_stream_peek(stream, EMBARGO_CONTENT_PEEK, &start);
	if (size < 0)
		return embargo_archive_fail(walk, -EIO, "%s", strerror(EIO));
	finding.format = embargo_format_of(start, size);
	finding.content = embargo_content_of(start, size);
	note_closed(walk, place, start, size, &finding);
	if (place->depth && (finding.content == EMBARGO_CONTENT_SEEKING ||
			     walk->want & (EMBARGO_WANT_INSIDE | EMBARGO_WANT_BYTES)))
		keep(walk, stream, place->depth);
	if (finding.content == EMBARGO_CONTENT_SCRIPT) {
		size = embargo_stream_peek(stream, EMBARGO_CONTENT_HEADER, &start);
		offset = size < 0 ? 0 : embargo_content_after_script(start, size);
	}
	if (offset || finding.content >= EMBARGO_CONTENT_DEB)
		r = scan_archive(walk, stream, place, offset, &finding);
	if (!r)
		r = embargo_stream_drain(stream);
	if (r)
		return embargo_archive_fail(walk, r, "%s", strerror(EIO));
	if (finding.content == EMBARGO_CONTENT_OBJECT && embargo_stream_has_modinfo(stream))
		finding.content = EMBARGO_CONTENT_MODULE;
	if (ret_content)
		*ret_content = finding.content;
	return hand_on(walk, stream, place, &finding);
}

static void limits_settle(struct embargo_archive_limits *limits, const struct embargo_archive_limits *asked)
{
	*limits = asked ? *asked : (struct embargo_archive_limits){0};
	limits->depth = limits->depth ?: 6;
	if (limits->depth > EMBARGO_ARCHIVE_DEPTH_MAX)
		limits->depth = EMBARGO_ARCHIVE_DEPTH_MAX;
	limits->members = limits->members ?: 1000000;
	limits->bytes = limits->bytes ?: 64ULL << 30;
	limits->free_bytes = limits->free_bytes ?: 64ULL << 20;
	limits->ratio = limits->ratio ?: 250;
	limits->memory = limits->memory ?: 32U << 20;
}

static void walk_end(struct embargo_archive_walk *walk)
{
	size_t i;

	for (i = 0; i <= EMBARGO_ARCHIVE_DEPTH_MAX; i++)
		if (walk->spools[i] >= 0)
			close(walk->spools[i]);
}

int embargo_archive_walk(int fd, const char *name, unsigned int want,
			 const struct embargo_archive_limits *limits, embargo_archive_each each,
			 void *context, struct embargo_reason *reason)
{
	_cleanup_(walk_end) struct embargo_archive_walk walk = {
		.each = each, .context = context, .want = want, .fd = fd, .reason = reason};
	_cleanup_(embargo_stream_freep) struct embargo_stream *stream = NULL;
	struct embargo_archive_place place = {.prefix = "", .name = name};
	struct stat stat;

	memset(walk.spools, -1, sizeof(walk.spools));
	limits_settle(&walk.limits, limits);
	if (fstat(fd, &stat))
		return embargo_unreadable(reason, -errno, "%s", strerror(errno));
	if (!S_ISREG(stat.st_mode))
		return embargo_unreadable(reason, -EINVAL, "not a regular file");
	walk.stored = stat.st_size;
	if (embargo_stream_new(file_read, &walk, want, &stream))
		return embargo_unreadable(reason, -ENOMEM, "%s", strerror(ENOMEM));
	return embargo_archive_scan(&walk, stream, &place, NULL);
}

int embargo_archive_is(int fd)
{
	_cleanup_free_ unsigned char *start = malloc(EMBARGO_CONTENT_HEADER);
	enum embargo_content content;
	size_t most = EMBARGO_CONTENT_PEEK;
	ssize_t got;

	if (!start)
		return -ENOMEM;
	for (;;) {
		got = pread(fd, start, most, 0);
		if (got < 0)
			return -errno;
		content = embargo_content_of(start, got);
		if (embargo_content_closed(start, got) || is_self_extracting(fd, content))
			return 1;
		if (content != EMBARGO_CONTENT_SCRIPT)
			return content >= EMBARGO_CONTENT_DEB;
		if (most == EMBARGO_CONTENT_HEADER)
			return embargo_content_after_script(start, got) != 0;
		most = EMBARGO_CONTENT_HEADER;
	}
}
