// SPDX-License-Identifier: GPL-2.0-or-later
/* Walking archives: every member is seen as the tools see it, and what is made to hurt is cut off. */
#include "tests/harness.h"

#include <fcntl.h>
#include <seccomp.h>

#include "archive_bytes.h"
#include "identity_files.h"
#include "policy/identity/archive/archive.h"

#define SEEN_MAX 64

/* What a walk handed on. */
struct seen {
	struct embargo_archive_member members[SEEN_MAX];
	size_t count;
	struct embargo_reason reason;
	int result;
};

static int see(void *context, struct embargo_archive_member *member)
{
	struct seen *seen = context;

	if (seen->count == SEEN_MAX)
		return -ENOSPC;
	seen->members[seen->count++] = *member;
	member->identity = NULL; /* taken */
	return 0;
}

static int count_only(void *context, struct embargo_archive_member *member)
{
	(void)member;
	++*(size_t *)context;
	return 0;
}

static void seen_clear(struct seen *seen)
{
	while (seen->count)
		embargo_identity_free(seen->members[--seen->count].identity);
}

#define SEEN _cleanup_(seen_clear) struct seen

static void walk(struct seen *seen, const char *path, unsigned int want,
		 const struct embargo_archive_limits *limits)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	ASSERT_LE(0, fd);
	seen->result = embargo_archive_walk(fd, path, want, limits, see, seen, &seen->reason);
}

static const struct embargo_archive_member *member(const struct seen *seen, const char *path)
{
	size_t i;

	for (i = 0; i < seen->count; i++)
		if (!strcmp(seen->members[i].identity->path, path))
			return &seen->members[i];
	TH_LOG("no member %s", path);
	for (i = 0; i < seen->count; i++)
		TH_LOG("there is %s", seen->members[i].identity->path);
	return NULL;
}

static void expect_bytes(const struct seen *seen, const char *path, struct bytes bytes)
{
	const struct embargo_archive_member *m = member(seen, path);
	struct embargo_digests digests = {};

	ASSERT_NOT_NULL(m);
	ASSERT_EQ(0, embargo_hash_memory(bytes.data, bytes.size, m->identity->want, &digests));
	EXPECT_EQ(bytes.size, m->identity->digests.size);
	EXPECT_MEMEQ(digests.sha256, m->identity->digests.sha256, sizeof(digests.sha256));
	EXPECT_MEMEQ(digests.sha1, m->identity->digests.sha1, sizeof(digests.sha1));
	EXPECT_MEMEQ(digests.md5, m->identity->digests.md5, sizeof(digests.md5));
}

FIXTURE(archive){};

FIXTURE_SETUP(archive)
{
	files_start();
}

FIXTURE_TEARDOWN(archive)
{
	files_end();
}

static struct bytes self_bytes(void)
{
	struct bytes bytes = {};
	FILE *in = fopen("/proc/self/exe", "r");

	ASSERT_NOT_NULL(in);
	bytes.data = malloc(64 << 20);
	bytes.size = fread(bytes.data, 1, 64 << 20, in);
	ASSERT_LT(bytes.size, 64 << 20);
	fclose(in);
	return bytes;
}

/* One member of every kind of archive, at depth 0 and within a tar. */
TEST_F(archive, formats)
{
	static const struct {
		const char *name;
		int format, filter;
	} kinds[] = {
		{"x.tar", ARCHIVE_FORMAT_TAR_GNUTAR, ARCHIVE_FILTER_NONE},
		{"x.tar.xz", ARCHIVE_FORMAT_TAR_GNUTAR, ARCHIVE_FILTER_XZ},
		{"x.tar.zst", ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE, ARCHIVE_FILTER_ZSTD},
		{"x.cpio", ARCHIVE_FORMAT_CPIO_SVR4_NOCRC, ARCHIVE_FILTER_NONE},
		{"x.zip", ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE},
		{"x.7z", ARCHIVE_FORMAT_7ZIP, ARCHIVE_FILTER_NONE},
		{"x.iso", ARCHIVE_FORMAT_ISO9660, ARCHIVE_FILTER_NONE},
		{"x.7z.gz", ARCHIVE_FORMAT_7ZIP, ARCHIVE_FILTER_GZIP},
	};
	struct bytes program = elf_bytes(2, 1, 300);
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct bytes bytes =
			archive_bytes(kinds[i].format, kinds[i].filter, NULL,
				      MEMBERS({"dir/prog", program}, {"dir/text", bytes_text("text")}));
		struct bytes outer = TAR(NONE, {kinds[i].name, bytes});
		_cleanup_close_ int fd = -1;
		char path[64];
		SEEN alone = {}, nested = {};

		put(kinds[i].name, bytes.data, bytes.size);
		walk(&alone, kinds[i].name, EMBARGO_WANT_SHA1 | EMBARGO_WANT_MD5, NULL);
		EXPECT_EQ(0, alone.result)
		{
			TH_LOG("%s: %s", kinds[i].name, alone.reason.text);
		}
		ASSERT_LT(1, alone.count);
		EXPECT_EQ(bytes.size, alone.members[alone.count - 1].identity->digests.size);
		EXPECT_EQ(0, alone.members[alone.count - 1].depth);
		put("outer.tar", outer.data, outer.size);
		walk(&nested, "outer.tar", 0, NULL);
		EXPECT_EQ(0, nested.result);
		expect_bytes(&nested, "outer.tar", outer);
		snprintf(path, sizeof(path), "%s/dir/prog", kinds[i].name);
		expect_bytes(&nested, path, program);
		if (strcmp(kinds[i].name, "x.7z.gz")) {
			expect_bytes(&alone, "dir/prog", program);
			EXPECT_EQ(EMBARGO_FORMAT_ELF, alone.members[0].identity->format);
		} else {
			expect_bytes(&alone, "x.7z.gz/dir/prog", program);
		}
		fd = open(kinds[i].name, O_RDONLY | O_CLOEXEC);
		EXPECT_EQ(1, embargo_archive_is(fd));
	}
}

/* The inside of a member is read as that of a file on disk is. */
TEST_F(archive, identities)
{
	struct bytes program = self_bytes();
	struct bytes bytes =
		TAR(GZIP, {"./usr/bin/self", program}, {"./usr/bin/broken", elf_bytes(2, 1, 20)});
	_cleanup_(embargo_identity_freep) struct embargo_identity *whole = identify("/proc/self/exe");
	const struct embargo_archive_member *m;
	struct embargo_archive_limits small = {.memory = 1 << 20};
	SEEN seen = {}, without = {};

	put("x.tgz", bytes.data, bytes.size);
	walk(&seen, "x.tgz", EMBARGO_WANT_INSIDE, NULL);
	ASSERT_EQ(0, seen.result);
	expect_bytes(&seen, "usr/bin/self", program);
	m = member(&seen, "usr/bin/self");
	EXPECT_STREQ(whole->build_id, m->identity->build_id);
	EXPECT_NULL(m->identity->warning);
	EXPECT_NOT_NULL(member(&seen, "usr/bin/broken")->identity->warning);
	ASSERT_LT(1 << 20, program.size);
	walk(&without, "x.tgz", EMBARGO_WANT_INSIDE, &small);
	expect_bytes(&without, "usr/bin/self", program);
	m = member(&without, "usr/bin/self");
	EXPECT_NULL(m->identity->build_id);
	EXPECT_STREQ("larger than 1 MiB: only its hash was taken", m->identity->warning);
}

#define CONTROL "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b>\nDescription: x\n"

/* Just what the tools of the distribution put there, and what a .deb in a .tar in a .zip holds. */
TEST_F(archive, real_tools)
{
	struct bytes ls = {}, text = bytes_text("text");
	FILE *in = fopen("/bin/ls", "r");
	SEEN deb = {}, zip = {};

	ls.data = malloc(4 << 20);
	ls.size = fread(ls.data, 1, 4 << 20, in);
	fclose(in);
	ASSERT_EQ(0, mkdir("tree", 0755) || mkdir("tree/DEBIAN", 0755) || mkdir("tree/bin", 0755));
	put("tree/bin/ls", ls.data, ls.size);
	put("tree/bin/text", text.data, text.size);
	put("tree/DEBIAN/control", CONTROL, strlen(CONTROL));
	ASSERT_TRUE(run("dpkg-deb --root-owner-group -b tree x.deb"));
	walk(&deb, "x.deb", 0, NULL);
	ASSERT_EQ(0, deb.result);
	expect_bytes(&deb, "bin/ls", ls);
	ASSERT_TRUE(run("tar cJf x.tar.xz x.deb && zip x.zip x.tar.xz"));
	walk(&zip, "x.zip", 0, NULL);
	ASSERT_EQ(0, zip.result);
	expect_bytes(&zip, "x.tar.xz/x.deb/bin/ls", ls);
	EXPECT_EQ(4, member(&zip, "x.tar.xz/x.deb/bin/ls")->depth);
}

TEST_F(archive, limits)
{
	static char zeros[1 << 20];
	struct bytes bytes = TAR(GZIP, {"a", {zeros, sizeof(zeros)}}, {"b", {zeros, sizeof(zeros)}});
	struct embargo_archive_limits ratio = {.ratio = 100, .free_bytes = 1 << 20},
				      total = {.bytes = 1 << 20}, members = {.members = 1};
	SEEN a = {}, b = {}, c = {};

	put("x.tgz", bytes.data, bytes.size);
	walk(&a, "x.tgz", 0, &ratio);
	EXPECT_EQ(-EFBIG, a.result);
	EXPECT_STREQ("could not be read: unfolds to more than 100 times its size", a.reason.text);
	walk(&b, "x.tgz", 0, &total);
	EXPECT_EQ(-EFBIG, b.result);
	EXPECT_STREQ("could not be read: unfolds to more than 1 MiB", b.reason.text);
	walk(&c, "x.tgz", 0, &members);
	EXPECT_EQ(-EFBIG, c.result);
	EXPECT_STREQ("could not be read: more than 1 files", c.reason.text);
	EXPECT_EQ(1, c.count); /* what came before was handed on */
}

/* Bytes that libarchive skips count too: it looks through garbage for the next header of a cpio archive. */
TEST_F(archive, skipped_bytes_count)
{
	static const char entry[] =
		"0707010000000100008"
		"1a4000000000000000000000001000000000000000000000000000000000000000000000000"
		"0000000200000000a\0";
	struct embargo_archive_limits limits = {.ratio = 20};
	SEEN seen = {};

	put("entry", entry, sizeof(entry) - 1);
	ASSERT_TRUE(run("(cat entry; head -c 100M /dev/zero) | (gzip -1 > x.cpio.gz)"));
	walk(&seen, "x.cpio.gz", 0, &limits);
	EXPECT_EQ(-EFBIG, seen.result)
	{
		TH_LOG("%zu members, %s", seen.count, seen.reason.text);
	}
	EXPECT_EQ(1, seen.count);
}

TEST_F(archive, too_deep)
{
	struct bytes bytes = bytes_text("#!/bin/sh\n");
	struct embargo_archive_limits limits = {.depth = 3};
	SEEN seen = {};
	int i;

	for (i = 0; i < 100; i++)
		bytes = TAR(NONE, {"t.tar", bytes});
	put("x.tar", bytes.data, bytes.size);
	walk(&seen, "x.tar", 0, &limits);
	EXPECT_EQ(0, seen.result);
	EXPECT_EQ(4, seen.count);
	EXPECT_TRUE(seen.members[0].unopened);
	EXPECT_STREQ("could not be read: deeper than 3 archives", seen.members[0].identity->warning);
	EXPECT_FALSE(seen.members[1].unopened);
}

/* Ten zip files in each of ten, and so on, with a megabyte of zeros in each of the last: 10 GB from 30 kB. */
TEST_F_TIMEOUT(archive, layered_bomb, 20)
{
	static char zeros[1 << 20];
	struct bytes bytes = TAR(GZIP, {"zeros", {zeros, sizeof(zeros)}});
	struct seen seen = {};
	int level, i;

	for (level = 0; level < 4; level++) {
		struct member members[11] = {};

		for (i = 0; i < 10; i++)
			members[i] = (struct member){"x.tgz", bytes};
		bytes = archive_bytes(ARCHIVE_FORMAT_TAR_GNUTAR, ARCHIVE_FILTER_XZ, NULL, members);
	}
	ASSERT_LT(bytes.size, 100000);
	put("x.txz", bytes.data, bytes.size);
	walk(&seen, "x.txz", 0, NULL);
	/* Whichever limit is met first; here it is the test's own. */
	EXPECT_EQ(-ENOSPC, seen.result);
	EXPECT_EQ(SEEN_MAX, seen.count);
	seen_clear(&seen);
	{
		_cleanup_close_ int fd = open("x.txz", O_RDONLY | O_CLOEXEC);
		size_t count = 0;

		EXPECT_EQ(-EFBIG,
			  embargo_archive_walk(fd, "x.txz", 0, NULL, count_only, &count, &seen.reason));
		EXPECT_STREQ("could not be read: unfolds to more than 250 times its size", seen.reason.text);
		EXPECT_LT(count, 200);
	}
}

/* Nothing is opened and nothing run: it is killed if it tries. */
TEST_F(archive, in_a_sandbox)
{
	static const int allowed[] = {
		SCMP_SYS(pread64),
		SCMP_SYS(read),
		SCMP_SYS(write),
		SCMP_SYS(lseek),
		SCMP_SYS(fstat),
		SCMP_SYS(newfstatat),
		SCMP_SYS(memfd_create),
		SCMP_SYS(close),
		SCMP_SYS(ftruncate),
		SCMP_SYS(mmap),
		SCMP_SYS(munmap),
		SCMP_SYS(mremap),
		SCMP_SYS(brk),
		SCMP_SYS(madvise),
		SCMP_SYS(mprotect),
		SCMP_SYS(futex),
		SCMP_SYS(exit_group),
		SCMP_SYS(getpid),
		SCMP_SYS(clock_gettime),
		SCMP_SYS(sigaltstack),
		SCMP_SYS(getrandom),
		SCMP_SYS(gettid),
		SCMP_SYS(fcntl),
		SCMP_SYS(kill),
		SCMP_SYS(rt_sigprocmask),
		SCMP_SYS(sched_yield),
		SCMP_SYS(prctl),
	};
	struct bytes bytes = TAR(XZ, {"x.zip", ZIP({"naïve/ls", elf_bytes(2, 1, 300)})},
				 {"x.7z", archive_bytes(ARCHIVE_FORMAT_7ZIP, ARCHIVE_FILTER_NONE, NULL,
							MEMBERS({"cat", elf_bytes(2, 1, 300)}))},
				 {"x.iso", archive_bytes(ARCHIVE_FORMAT_ISO9660, ARCHIVE_FILTER_NONE, NULL,
							 MEMBERS({"naive/dog", elf_bytes(2, 1, 300)}))},
				 {"x.lz4", FOLDED(LZ4, elf_bytes(2, 1, 300))});
	pid_t child;
	int status;

	put("x.txz", bytes.data, bytes.size);
	child = fork();
	if (!child) {
		scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
		int fd = open("x.txz", O_RDONLY);
		struct embargo_reason reason;
		struct seen seen = {};
		size_t i;

		embargo_hash_fd(fd, 0, &(struct embargo_digests){},
				&reason); /* libcrypto reads its settings */
		for (i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
			seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
		if (seccomp_load(filter))
			_exit(2);
		if (embargo_archive_walk(fd, "x.txz", EMBARGO_WANT_INSIDE, NULL, see, &seen, &reason))
			_exit(3);
		_exit(seen.count == 9 ? 0 : 100 + seen.count);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status)
	{
		TH_LOG("signal %d, exit %d", WTERMSIG(status), WEXITSTATUS(status));
	}
}

TEST_HARNESS_MAIN
