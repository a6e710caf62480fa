/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules of Santa, whichever notation they come in. */
#ifndef EMBARGO_POLICY_IMPORT_SANTA_H
#define EMBARGO_POLICY_IMPORT_SANTA_H

#include "policy/import/private.h"

struct embargo_santa_rule {
	const char *identifier;
	const char *policy; /* BLOCKLIST, … */
	const char *type;   /* BINARY, … */
	const char *message;
	const char *url;
};

/* santa_rule.c */
int embargo_santa_import(struct embargo_import *import, const struct embargo_santa_rule *rule);

/* santa_toml.c */
int embargo_santa_toml(struct embargo_feed *feed);

/* santa_plist.c */
int embargo_santa_plist(struct embargo_feed *feed);

#endif
