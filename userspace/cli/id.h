/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What embargo id shows of a file. */
#ifndef EMBARGO_USERSPACE_CLI_ID_H
#define EMBARGO_USERSPACE_CLI_ID_H

#include <jansson.h>
#include <stdio.h>

#include "policy/identity/identity.h"

/* id_text.c */
void embargo_identity_text(const struct embargo_identity *identity, FILE *out);
/* id_line.c: one line of it, escaped: what a file says of itself may hold any byte. NULL: nothing. */
void embargo_id_put(FILE *out, const char *key, const char *value);
/* id_json.c */
json_t *embargo_identity_json(const struct embargo_identity *identity);
/*
 * id_rule.c: lines of policy that ban the file. What bans no more than this one
 * file, or for a certificate what it signed, stands for itself; what would reach
 * further (a signer, a name) is proposed as a comment. @printed, an object or NULL:
 * the rules so far; a rule that stands there already (files of one content, a
 * certificate in two files) becomes a comment, for a policy holds a rule once.
 */
int embargo_identity_rules(const struct embargo_identity *identity, json_t *printed, FILE *out);

/* id_origin.c: ELF, packages, vendor, IMA and fs-verity, for each of the three */
void embargo_identity_origin_text(const struct embargo_identity *identity, FILE *out);
void embargo_identity_origin_json(const struct embargo_identity *identity, json_t *object);
void embargo_identity_origin_rules(const struct embargo_identity *identity, FILE *out);

#endif
