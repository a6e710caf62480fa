// SPDX-License-Identifier: GPL-2.0-or-later
/* A million entries take the memory of a thousand: each importer, in a process of its own. */
#include "tests/harness.h"

#include <sys/resource.h>

#include "import_text.h"

#define FEW 1000
#define MILLION 1000000
#define SLACK 4096 /* KiB */

struct feed {
	enum embargo_import_format format;
	const char *head;
	const char *entry; /* of two numbers */
	const char *between;
	const char *tail;
};

#define DIGEST "%08x%056x"

static const struct feed csv = {EMBARGO_IMPORT_CSV, "sha256,size,name\n", DIGEST ",10,\"name, quoted\"\n", "",
				""};
static const struct feed hsb = {EMBARGO_IMPORT_CLAMAV, "", DIGEST ":10:Name-1\n", "", ""};
static const struct feed sums = {EMBARGO_IMPORT_SHA256SUM, "", DIGEST "  name\n", "", ""};
static const struct feed stix = {
	EMBARGO_IMPORT_STIX, "{\"type\":\"bundle\",\"objects\":[",
	"{\"type\":\"indicator\",\"pattern\":\"[file:hashes.'SHA-256' = '" DIGEST "']\"}", ",", "]}"};
static const struct feed misp = {EMBARGO_IMPORT_MISP, "{\"Event\":{\"info\":\"x\",\"Attribute\":[",
				 "{\"type\":\"sha256\",\"value\":\"" DIGEST "\"}", ",", "]}}"};
static const struct feed drivers = {EMBARGO_IMPORT_LOLDRIVERS, "[",
				    "{\"KnownVulnerableSamples\":[{\"SHA256\":\"" DIGEST "\"}]}", ",", "]"};
static const struct feed santa = {
	EMBARGO_IMPORT_SANTA, "{\"rules\":[",
	"{\"policy\":\"BLOCKLIST\",\"rule_type\":\"BINARY\",\"identifier\":\"" DIGEST "\"}", ",", "]}"};
static const struct feed plist = {
	EMBARGO_IMPORT_SANTA, "<plist><array>",
	"<dict><key>policy</key><string>BLOCKLIST</string><key>rule_type</key><string>BINARY</string>"
	"<key>identifier</key><string>" DIGEST "</string></dict>\n",
	"", "</array></plist>"};

static void write_feed(const struct feed *feed, unsigned int count, int fd)
{
	FILE *out = fdopen(fd, "w");
	unsigned int n;

	fputs(feed->head, out);
	for (n = 0; n < count; n++) {
		fputs(n ? feed->between : "", out);
		fprintf(out, feed->entry, n * 2654435761u, n);
	}
	fputs(feed->tail, out);
	_exit(fclose(out) != 0);
}

/* In a child, from a pipe: peak memory in KiB. Nothing of it is on disk but what the importer puts there. */
static long import_peak(const struct feed *feed, unsigned int count)
{
	struct embargo_import_options options = {.format = feed->format, .now = IMPORT_TIME};
	struct embargo_import *import = NULL;
	struct rusage usage;
	int ends[2], status;
	pid_t child, writer;

	fflush(NULL);
	child = fork();
	if (child) {
		ASSERT_EQ(child, wait4(child, &status, 0, &usage));
		ASSERT_EQ(0, status);
		return usage.ru_maxrss;
	}
	ASSERT_EQ(0, pipe(ends));
	writer = fork();
	if (!writer) {
		close(ends[0]);
		write_feed(feed, count, ends[1]);
	}
	close(ends[1]);
	ASSERT_EQ(0, dup2(ends[0], 0));
	ASSERT_EQ(0, embargo_import_new(&options, &import));
	EXPECT_EQ(0, embargo_import_file(import, "-"));
	EXPECT_EQ(0, embargo_import_finish(import))
	{
		TH_LOG("%s", embargo_import_error(import));
	}
	EXPECT_EQ(count, embargo_import_counts(import)->rules);
	embargo_import_free(import);
	ASSERT_EQ(writer, waitpid(writer, &status, 0));
	_exit(th_result->failed);
}

static void expect_flat(const struct feed *feed, unsigned int most)
{
	struct timespec begun, ended;
	long few, many;

	few = import_peak(feed, FEW);
	clock_gettime(CLOCK_MONOTONIC, &begun);
	many = import_peak(feed, most);
	clock_gettime(CLOCK_MONOTONIC, &ended);
	TH_LOG("%u entries: %ld KiB; %u entries: %ld KiB, %ld s", FEW, few, most, many,
	       (long)(ended.tv_sec - begun.tv_sec));
	EXPECT_LE(many, few + SLACK);
}

#define FLAT(name, most)                                                                                     \
	TEST_TIMEOUT(many_of_##name, 280)                                                                    \
	{                                                                                                    \
		expect_flat(&name, most);                                                                    \
	}

FLAT(csv, MILLION)
FLAT(hsb, MILLION)
FLAT(stix, MILLION)
/* The way through the rest is the same; a tenth of it tells as much in a tenth of the time. */
FLAT(sums, MILLION / 10)
FLAT(misp, MILLION / 10)
FLAT(drivers, MILLION / 10)
FLAT(santa, MILLION / 10)
FLAT(plist, MILLION / 10)

/* The measure itself: it must see what does grow. */
TEST(growth_is_seen)
{
	struct rusage usage;
	int status;
	pid_t child = fork();

	if (!child) {
		char *memory = malloc(32 << 20);

		memset(memory, 1, 32 << 20);
		__asm__ volatile("" ::"r"(memory) : "memory");
		_exit(memory[12345] != 1);
	}
	ASSERT_EQ(child, wait4(child, &status, 0, &usage));
	EXPECT_LE(32 << 10, usage.ru_maxrss);
}

TEST_HARNESS_MAIN
