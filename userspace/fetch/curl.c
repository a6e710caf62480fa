// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening libcurl. */
#include "policy/library.h"
#include "userspace/fetch/curl.h"

struct embargo_curl embargo_curl;

int embargo_curl_open(struct embargo_reason *reason)
{
	static const char *const names[] = {"libcurl.so.4", NULL};
#define SYMBOL(name) {"curl_" #name, &embargo_curl.name},
	static const struct embargo_library_symbol symbols[] = {EMBARGO_CURL(SYMBOL){0}};

	/* The last of the list is filled last. */
	return embargo_curl.url_cleanup ? 0 : embargo_library_open(names, symbols, reason);
}
