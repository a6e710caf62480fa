/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libcurl, which is opened by whoever fetches, and by nobody else. */
#ifndef EMBARGO_USERSPACE_FETCH_CURL_H
#define EMBARGO_USERSPACE_FETCH_CURL_H

#include <curl/curl.h>

#include "policy/reason.h"

/* X(name): what of it is used, without `curl_'. */
#define EMBARGO_CURL(X)                                                                                      \
	X(global_init)                                                                                       \
	X(easy_init)                                                                                         \
	X(easy_setopt)                                                                                       \
	X(easy_perform)                                                                                      \
	X(easy_getinfo)                                                                                      \
	X(easy_strerror)                                                                                     \
	X(slist_append)                                                                                      \
	X(free)                                                                                              \
	X(url)                                                                                               \
	X(url_set)                                                                                           \
	X(url_get)                                                                                           \
	X(url_cleanup)

#define EMBARGO_CURL_MEMBER(name) __typeof__(curl_##name) *name;
struct embargo_curl {
	EMBARGO_CURL(EMBARGO_CURL_MEMBER)
};
#undef EMBARGO_CURL_MEMBER

extern struct embargo_curl embargo_curl;

/* Before anything of it is called. 0, or -errno and @reason: it is not installed. */
int embargo_curl_open(struct embargo_reason *reason);

#endif
