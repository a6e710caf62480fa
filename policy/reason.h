/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why something could not be done, for a person: what a negative errno alone does not say. */
#ifndef EMBARGO_POLICY_REASON_H
#define EMBARGO_POLICY_REASON_H

struct embargo_reason {
	char text[240]; /* "could not be read: …", no newline */
};

#endif
