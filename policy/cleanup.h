/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resources that free themselves when their variable leaves its scope. */
#ifndef EMBARGO_POLICY_CLEANUP_H
#define EMBARGO_POLICY_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(function) __attribute__((cleanup(function)))

/*
 * Define FUNCTIONp() for FUNCTION(), which must accept NULL. The variable must
 * be initialised where it is declared (pointer: NULL, descriptor: -1).
 */
#define EMBARGO_CLEANUP(type, function)                                                                      \
	static inline void function##p(type **pointer)                                                       \
	{                                                                                                    \
		function(*pointer);                                                                          \
	}                                                                                                    \
	struct embargo_cleanup_needs_a_semicolon

static inline void embargo_freep(void *pointer)
{
	free(*(void **)pointer);
}

static inline void embargo_closep(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void embargo_fclosep(FILE **file)
{
	if (*file)
		fclose(*file);
}

static inline void embargo_closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

#define _cleanup_free_ _cleanup_(embargo_freep)
#define _cleanup_close_ _cleanup_(embargo_closep)
#define _cleanup_fclose_ _cleanup_(embargo_fclosep)
#define _cleanup_closedir_ _cleanup_(embargo_closedirp)

/* Hand the resource on: the variable no longer owns it. */
#define TAKE_PTR(pointer)                                                                                    \
	__extension__({                                                                                      \
		__typeof__(pointer) taken_ = (pointer);                                                      \
		(pointer) = NULL;                                                                            \
		taken_;                                                                                      \
	})

#define TAKE_FD(fd)                                                                                          \
	__extension__({                                                                                      \
		int taken_ = (fd);                                                                           \
		(fd) = -1;                                                                                   \
		taken_;                                                                                      \
	})

#endif
