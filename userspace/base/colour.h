/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Colours for the eye, on a terminal alone. */
#ifndef EMBARGO_USERSPACE_BASE_COLOUR_H
#define EMBARGO_USERSPACE_BASE_COLOUR_H

#include <stdbool.h>
#include <stdio.h>

/*
 * What is to be written before and, *@ret_end, after @word, a verdict or a level of doctor of @size bytes;
 * both
 * "" where @out is no terminal, NO_COLOR is set, or the word has no colour. Valid until the next call.
 */
const char *embargo_colour(FILE *out, const char *word, size_t size, const char **ret_end);

#endif
