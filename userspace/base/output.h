/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON on standard output. */
#ifndef EMBARGO_USERSPACE_BASE_OUTPUT_H
#define EMBARGO_USERSPACE_BASE_OUTPUT_H

#include <jansson.h>

#include "userspace/base/exit.h"

/* Print @value, which is freed, and a newline; NULL: there was no memory to make it. */
enum embargo_exit embargo_json_print(json_t *value, size_t flags);
/* Set @key to @size bytes: as they are if they are UTF-8, else as embargo_text() and, in hex, @key_hex. */
int embargo_json_bytes(json_t *object, const char *key, const char *bytes, size_t size);
/* A string of a list, as embargo_json_bytes() has it without its bytes in hex. NULL: no memory. */
json_t *embargo_json_item(const char *string);
/* The same as embargo_json_bytes() for a string; NULL or "": null. */
int embargo_json_string(json_t *object, const char *key, const char *string);

#endif
