// SPDX-License-Identifier: GPL-2.0-or-later
/* What all shapes ask of an object. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "userspace/event/shape.h"

const char *embargo_shape_word(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key)) ?: "";
}

int64_t embargo_shape_ms(const char *time)
{
	struct tm tm = {0};
	const char *rest = time ? strptime(time, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
	int hours = 0, minutes = 0;
	int64_t ms = 0;
	char sign = '+';

	if (!rest)
		return 0;
	if (*rest == '.') {
		ms = (int64_t)(strtod(rest, NULL) * 1000 + 0.0005);
		rest += 1 + strspn(rest + 1, "0123456789");
	}
	if (*rest != 'Z' && sscanf(rest, "%c%2d:%2d", &sign, &hours, &minutes) != 3)
		return 0;
	return (timegm(&tm) - (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60)) * 1000LL + ms;
}
