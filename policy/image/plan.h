/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an image will hold, and how large it will be. */
#ifndef EMBARGO_POLICY_IMAGE_PLAN_H
#define EMBARGO_POLICY_IMAGE_PLAN_H

#include "policy/state.h"

/* Fills in state->plan. */
int embargo_plan_image(struct embargo_policy *policy);
/* The string of a field of a module rule: domain and bytes without the `*`. */
__u64 embargo_plan_modinfo(const char *key, const char *value, size_t value_size, size_t *ret_prefix_size);

/* The path that a string of the image stands for, into @value. False: it stands for none. */
bool embargo_plan_spelling(const struct embargo_policy *policy, __u32 target, char value[EMBARGO_VALUE_MAX]);

#endif
