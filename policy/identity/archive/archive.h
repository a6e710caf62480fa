/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is in an archive or package, and in the archives in it: .deb, .rpm, .tar.*,
 * .zip and .jar, .cpio, .ar, .cab, .7z, .iso, compressed files, and scripts with one
 * of these behind them. Read once, from front to back, nothing is unpacked to disk.
 *
 * Works with a descriptor alone: opens nothing and runs nothing, and so it may be
 * called in a sandbox that allows memory, pread(), and memfd_create() with lseek(),
 * write() and ftruncate(). In a locale other than C and UTF-8 iconv may open files.
 */
#ifndef EMBARGO_POLICY_IDENTITY_ARCHIVE_ARCHIVE_H
#define EMBARGO_POLICY_IDENTITY_ARCHIVE_ARCHIVE_H

#include <stdbool.h>

#include "policy/identity/base/content.h"
#include "policy/identity/identity.h"

#define EMBARGO_ARCHIVE_DEPTH_MAX 16

/* Zero stands for the default. */
struct embargo_archive_limits {
	unsigned int depth; /* of archives in archives: 6. A .deb is 2: ar, data.tar.xz */
	__u64 members;	    /* of all archives together: 1,000,000 */
	__u64 bytes;	    /* decompressed, counted once for each archive that they are in: 64 GiB */
	__u64 free_bytes;   /* up to this the ratio does not matter: 64 MiB */
	unsigned int ratio; /* of the bytes decompressed to the size of the file: 250 */
	size_t memory;	    /* largest member of which more than hashes are read: 32 MiB */
};

/* Valid while the callback runs. Any byte but NUL may stand in a path. */
struct embargo_archive_member {
	/*
	 * .path: of the member, with those of the archives it is in before it:
	 * "inner.tar.gz/dir/file". What a .deb will install is called as it is
	 * installed. .digests, .format and, if it was asked for, the inside.
	 * .warning: why not all could be read. May be taken away (TAKE_PTR).
	 */
	struct embargo_identity *identity;
	unsigned int depth; /* archives that it is in; 0: the file itself, which comes last */
	enum embargo_content content;
	enum embargo_content
		outer; /* what it is in. FOLDED: the plain bytes of a compressed file, same path */
	enum embargo_content inside; /* of a compressed file: what is in it */
	bool broken;		     /* not read to its end: damaged or encrypted; the hash is of a part */
	bool unopened; /* an archive whose members are not known: too deep, damaged, too large */
};

/* Anything but 0 ends the walk, which returns it. */
typedef int (*embargo_archive_each)(void *context, struct embargo_archive_member *member);

/*
 * Every regular file in the file at @fd, then the file itself (only hashes and
 * format, whatever is in @want). @name: what the file is called. @want: as for embargo_identity_read(), of
 * the members; OWNER has no meaning there. @limits: NULL for the defaults.
 *
 * -EBADMSG: the archive is damaged, and what came before that was handed on. An
 * archive in an archive that cannot be read is not an error, but .unopened.
 * -EFBIG: over a limit.
 */
int embargo_archive_walk(int fd, const char *name, unsigned int want,
			 const struct embargo_archive_limits *limits, embargo_archive_each each,
			 void *context, struct embargo_reason *reason);

/* By its beginning: is there something to walk into? 1, 0, or -errno. */
int embargo_archive_is(int fd);

#endif
