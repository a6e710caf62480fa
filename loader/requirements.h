/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the BPF programs inside this binary ask of a kernel, read from the programs themselves. */
#ifndef EMBARGO_LOADER_REQUIREMENTS_H
#define EMBARGO_LOADER_REQUIREMENTS_H

#include <stddef.h>

struct btf;

/* What a kernel lacks, and of how many. */
struct embargo_lack {
	size_t asked, missing;
	char names[128]; /* of the missing, a blank before each; cut where there is no more room */
};

/*
 * The hooks that programs hang on and the kernel with these types does not have. Of programs that stand in
 * for each other one is enough. 0, or a negative errno: the programs cannot be read.
 */
int embargo_hooks_lacking(const struct btf *kernel, struct embargo_lack *ret_lack);

/*
 * The helper functions that programs call and the kernel with these types does not have, the newest first.
 * -ENODATA: its types do not say which it has.
 */
int embargo_helpers_lacking(const struct btf *kernel, struct embargo_lack *ret_lack);

#endif
