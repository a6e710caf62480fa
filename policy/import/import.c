// SPDX-License-Identifier: GPL-2.0-or-later
/* From files to one policy: which importer reads which, and what stands around its rules. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "policy/import/private.h"
#include "policy/plural.h"

static int (*const importers[EMBARGO_IMPORT_FORMATS])(struct embargo_feed *feed) = {
	[EMBARGO_IMPORT_CSV] = embargo_import_csv,
	[EMBARGO_IMPORT_STIX] = embargo_import_stix,
	[EMBARGO_IMPORT_MISP] = embargo_import_misp,
	[EMBARGO_IMPORT_CLAMAV] = embargo_import_clamav,
	[EMBARGO_IMPORT_LOLDRIVERS] = embargo_import_loldrivers,
	[EMBARGO_IMPORT_SANTA] = embargo_import_santa,
	[EMBARGO_IMPORT_APPCONTROL] = embargo_import_appcontrol,
	[EMBARGO_IMPORT_SHA256SUM] = embargo_import_sha256sum,
	[EMBARGO_IMPORT_SBOM] = embargo_import_sbom,
};

void embargo_import_free(struct embargo_import *import)
{
	int cause, i;

	if (!import)
		return;
	embargo_import_spool_close(import);
	embargo_import_seen_free(import->seen);
	for (cause = 0; cause < EMBARGO_IMPORT_CAUSES; cause++)
		for (i = 0; i < EMBARGO_IMPORT_EXAMPLES; i++)
			free(import->examples[cause][i]);
	free(import);
}

int embargo_import_new(const struct embargo_import_options *options, struct embargo_import **ret_import)
{
	struct embargo_import *import = calloc(1, sizeof(*import));

	if (!import)
		return -ENOMEM;
	import->options = *options;
	import->offset = EMBARGO_IMPORT_NOT_YET;
	*ret_import = import; /* even when it fails: it has the error */
	if (embargo_import_spool_open(import))
		return -EIO;
	if (embargo_import_seen_new(import->directory, &import->seen))
		return embargo_import_fail(import, -EIO, "cannot write in '%s'", import->directory);
	return 0;
}

const char *embargo_import_error(const struct embargo_import *import)
{
	return import->error;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static void write_quoted(struct embargo_import *import, const char *text)
{
	char clean[EMBARGO_IMPORT_TEXT], *c;

	embargo_import_clean(text, clean, sizeof(clean));
	for (c = clean; *c; c++)
		if (*c == '"' || *c == '\\')
			*c = '\'';
	embargo_import_write(import, "\"%s\"", clean);
}

/* The name of the policy: the file's without what comes after its first dot. */
static void write_name(struct embargo_import *import, const char *path)
{
	char name[EMBARGO_IMPORT_TEXT];

	snprintf(name, sizeof(name), "%.200s", base_name(path));
	name[strcspn(name, ".")] = 0;
	write_quoted(import, import->options.name ?: *name ? name : "import");
}

static void write_head(struct embargo_import *import, const char *path)
{
	struct tm day;
	char date[16], version[16];

	gmtime_r(&import->options.now, &day);
	strftime(date, sizeof(date), "%Y-%m-%d", &day);
	strftime(version, sizeof(version), "%Y%m%d", &day);
	embargo_import_write(import,
			     "# Imported on %s by `embargo policy import'. What a file of the feed gave\n"
			     "# stands below it, what became no rule behind it.\npolicy ",
			     date);
	write_name(import, path);
	embargo_import_write(import, "\nversion %s\n", version);
}

/* Entries that made no rule, since @before. */
static void write_tail(struct embargo_import *import, const struct embargo_import_counts *before)
{
	const struct embargo_import_counts *now = &import->counts;
	int cause;

	embargo_import_write(import, "# %" PRIu64 " %s, %" PRIu64 " of them without a size; %" PRIu64 " %s\n",
			     (uint64_t)(now->rules - before->rules),
			     embargo_plural(now->rules - before->rules, "rule", "rules"),
			     (uint64_t)(now->unsized - before->unsized),
			     (uint64_t)(now->duplicates - before->duplicates),
			     embargo_plural(now->duplicates - before->duplicates, "duplicate", "duplicates"));
	for (cause = 0; cause < EMBARGO_IMPORT_CAUSES; cause++)
		if (now->causes[cause] > before->causes[cause])
			embargo_import_write(import, "# %" PRIu64 " %s: %s\n",
					     (uint64_t)(now->causes[cause] - before->causes[cause]),
					     embargo_plural(now->causes[cause] - before->causes[cause],
							    "entry", "entries"),
					     embargo_import_cause_text(cause));
}

static int import_package(struct embargo_import *import, int fd)
{
	struct stat stat;

	if (fstat(fd, &stat) || !S_ISREG(stat.st_mode))
		return embargo_import_fail(import, -EINVAL, "a package must be a regular file");
	if (lseek(fd, 0, SEEK_SET) < 0)
		return embargo_import_fail(import, -errno, "%s", strerror(errno));
	return embargo_import_package(import, fd);
}

static int import_feed(struct embargo_import *import, struct embargo_feed *feed)
{
	enum embargo_import_format format = import->options.format;
	__u8 digest[EMBARGO_SHA256_SIZE];
	int r = 0, i;

	if (format == EMBARGO_IMPORT_AUTO)
		r = embargo_import_detect(feed, &format);
	if (r)
		return r;
	if (format == EMBARGO_IMPORT_PACKAGE)
		return import_package(import, feed->fd);
	embargo_import_write(import, "\n# ");
	write_quoted(import, base_name(import->file));
	embargo_import_write(import, ", %s:\n", embargo_import_format_name(format));
	r = importers[format](feed);
	import->line = 0;
	import->offset = EMBARGO_IMPORT_NOT_YET;
	if (!r)
		r = embargo_feed_digest(feed, digest);
	if (r)
		return r;
	embargo_import_write(import, "# sha256:");
	for (i = 0; i < EMBARGO_SHA256_SIZE; i++)
		embargo_import_write(import, "%02x", digest[i]);
	return embargo_import_write(import, "\n");
}

static int import_fd(struct embargo_import *import, int fd)
{
	enum embargo_import_format format = import->options.format;
	_cleanup_(embargo_feed_close) struct embargo_feed feed = {.fd = -1};
	unsigned char start[64];
	ssize_t got = -1;
	int r;

	if (format == EMBARGO_IMPORT_PACKAGE)
		return import_package(import, fd);
	if (format == EMBARGO_IMPORT_AUTO)
		got = pread(fd, start, sizeof(start), 0); /* fails on a pipe */
	if (got > 0 && embargo_import_is_package(start, got))
		return import_package(import, fd);
	r = embargo_feed_open(import, fd, &feed);
	return r ?: import_feed(import, &feed);
}

int embargo_import_file(struct embargo_import *import, const char *path)
{
	_cleanup_close_ int opened = -1;
	struct embargo_import_counts before = import->counts;
	bool input = !strcmp(path, "-");
	struct stat stat;
	int fd = STDIN_FILENO, r;

	if (import->failed)
		return -EINVAL;
	import->file = input ? "standard input" : path;
	import->line = 0;
	import->offset = EMBARGO_IMPORT_NOT_YET;
	embargo_import_clean(import->options.source ?: base_name(import->file), import->source,
			     sizeof(import->source));
	if (!input) {
		opened = fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (fd < 0)
			return embargo_import_fail(import, -errno, "%s", strerror(errno));
	}
	if (!fstat(fd, &stat) && S_ISDIR(stat.st_mode))
		return embargo_import_fail(import, -EISDIR, "%s", strerror(EISDIR));
	if (!import->written)
		write_head(import, import->file);
	r = import_fd(import, fd);
	if (!r)
		write_tail(import, &before);
	import->line = 0;
	import->offset = EMBARGO_IMPORT_NOT_YET;
	return import->failed ? r ?: -EIO : r;
}

int embargo_import_finish(struct embargo_import *import)
{
	import->file = NULL;
	if (import->failed)
		return -EINVAL;
	if (!import->counts.rules && !import->counts.proposals)
		return embargo_import_fail(import, -ENODATA, "nothing that is listed can become a rule");
	if (fflush(import->spool) || ferror(import->spool))
		return embargo_import_fail(import, -EIO, "temporary file: %s", strerror(errno));
	return import->options.output ? embargo_import_spool_publish(import) : 0;
}

int embargo_import_copy(struct embargo_import *import, FILE *out)
{
	char bytes[16384];
	size_t got;

	rewind(import->spool);
	while ((got = fread(bytes, 1, sizeof(bytes), import->spool)) > 0)
		if (fwrite(bytes, 1, got, out) != got)
			return -EIO;
	return ferror(import->spool) ? -EIO : 0;
}
