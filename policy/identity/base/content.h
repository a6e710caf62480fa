/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the first bytes of a file say that it is, archives included. */
#ifndef EMBARGO_POLICY_IDENTITY_BASE_CONTENT_H
#define EMBARGO_POLICY_IDENTITY_BASE_CONTENT_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/abi.h"

/* From DEB on: something is in it. */
enum embargo_content {
	EMBARGO_CONTENT_OTHER,
	EMBARGO_CONTENT_ELF,	/* a program or a library */
	EMBARGO_CONTENT_OBJECT, /* a relocatable one */
	EMBARGO_CONTENT_MODULE, /* that has .modinfo: the first bytes do not say it */
	EMBARGO_CONTENT_PE,
	EMBARGO_CONTENT_SCRIPT,
	EMBARGO_CONTENT_DEB,
	EMBARGO_CONTENT_RPM,
	EMBARGO_CONTENT_ZIP,	 /* .jar and .apk, too */
	EMBARGO_CONTENT_ARCHIVE, /* tar, cpio, ar, cab, iso */
	EMBARGO_CONTENT_SEEKING, /* 7z: its directory is at its end */
	EMBARGO_CONTENT_FOLDED,	 /* compressed: a file or an archive */
};

/* An iso image shows itself only this far in; all others within 512 bytes. */
#define EMBARGO_CONTENT_PEEK (64U << 10)
#define EMBARGO_CONTENT_HEADER (1U << 20) /* of a script: an archive may follow it within */

/* As the exec hook decides: one of ELF, PE, SCRIPT, OTHER. */
__u32 embargo_format_of(const void *start, size_t size);
/* A relocatable ELF file, as modules are */
int embargo_relocatable(const void *start, size_t size);
enum embargo_content embargo_content_of(const unsigned char *start, size_t size);
/* What holds other files and is not opened: "an AppImage", …; NULL: it is none that is known */
const char *embargo_content_closed(const unsigned char *start, size_t size);
#define EMBARGO_CONTENT_ZIP_END 22 /* bytes of the last record of a zip without a comment */
/* Are the last bytes of a file the end of a zip? */
bool embargo_content_ends_zip(const unsigned char *end, size_t size);
/* tar, cpio, ar, cab, iso */
bool embargo_content_is_archive(const unsigned char *start, size_t size);
/* Where in a script an archive begins, on a line of its own; 0: nowhere */
size_t embargo_content_after_script(const unsigned char *start, size_t size);

#endif
