/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a report was made of: the SHA-256 of every input. */
#ifndef EMBARGO_USERSPACE_REPORT_INPUTS_H
#define EMBARGO_USERSPACE_REPORT_INPUTS_H

#include <stddef.h>
#include <stdio.h>

#include <openssl/evp.h>

#define EMBARGO_REPORT_HEX 65 /* of a SHA-256, with its NUL */

struct embargo_report_inputs {
	FILE *file; /* temporary; NULL: not asked for */
	size_t count;
	/* after embargo_report_inputs_sort(): */
	char **list;			   /* "SHA-256 NAME", sorted */
	char manifest[EMBARGO_REPORT_HEX]; /* `sha256sum FILE… | cut -c-64 | sort | sha256sum`, in hex */
};

/* The list waits in @directory. 0, or -errno of that file. */
int embargo_report_inputs_begin(struct embargo_report_inputs *inputs, const char *directory);
void embargo_report_inputs_clear(struct embargo_report_inputs *inputs);
/* @digest: of all bytes of the file @name; it is finished here. */
int embargo_report_inputs_add(struct embargo_report_inputs *inputs, const char *name, EVP_MD_CTX *digest);
/* Once, when all were added. */
int embargo_report_inputs_sort(struct embargo_report_inputs *inputs);

#endif
