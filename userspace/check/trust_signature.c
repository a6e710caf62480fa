// SPDX-License-Identifier: GPL-2.0-or-later
/* The signature beside a policy file. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "userspace/check/trust.h"

int embargo_trust_signature(const struct embargo_trusted *trusted, const char *path,
			    const __u8 sha256[EMBARGO_SHA256_SIZE], time_t now,
			    struct embargo_signed *ret_signed, struct embargo_reason *reason)
{
	_cleanup_free_ char *beside = NULL;
	_cleanup_free_ void *data = NULL;
	struct embargo_reason why = {""};
	size_t size;
	int r = -ENOMEM;

	if (asprintf(&beside, "%s" EMBARGO_SIGN_SUFFIX, path) < 0)
		beside = NULL;
	else /* whoever wrote it: what is signed needs no owner */
		r = embargo_sign_file_read(beside, EMBARGO_SIGN_SIZE_MAX, true, &data, &size, &why);
	if (r)
		snprintf(reason->text, sizeof(reason->text), "its signature, %.100s, %s",
			 beside && strrchr(beside, '/') ? strrchr(beside, '/') + 1 : beside ?: path,
			 *why.text ? why.text : strerror(-r));
	return r ?: embargo_sign_verify(trusted, data, size, sha256, now, ret_signed, reason);
}
