// SPDX-License-Identifier: GPL-2.0-or-later
/* One line of what embargo id shows. */
#include <stdio.h>
#include <string.h>

#include "userspace/base/text.h"
#include "userspace/cli/id.h"

void embargo_id_put(FILE *out, const char *key, const char *value)
{
	_cleanup_free_ char *text = value ? embargo_text_escape(value, strlen(value), "") : NULL;

	if (text)
		fprintf(out, "  %-12s %s\n", key, text);
}
