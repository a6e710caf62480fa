/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a signer a rule can go by, and how long each lasts. */
#ifndef EMBARGO_USERSPACE_CLI_SIGNER_NAMES_H
#define EMBARGO_USERSPACE_CLI_SIGNER_NAMES_H

#include <stdbool.h>

#include "policy/identity/identity.h"

/* From what outlasts most to what ends first. */
enum embargo_signer_attribute {
	EMBARGO_SIGNER_NUMBER,	     /* subject.serialNumber: the company's in its register */
	EMBARGO_SIGNER_ORGANIZATION, /* subject.o: ends when the company changes its name */
	EMBARGO_SIGNER_KEY,	     /* spki-sha256: ends with the key */
	EMBARGO_SIGNER_CERTIFICATE,  /* cert-sha256: ends with the certificate, in one to three years */
	EMBARGO_SIGNER_ATTRIBUTES,
};

/* Is it that of one who signed the file, not of an authority? In a file of certificates: all are. */
bool embargo_signer_is(const struct embargo_identity *identity, size_t certificate);
/* What a rule has behind `signer`, to be freed; NULL: the certificate does not have it, or no memory */
char *embargo_signer_match(const struct embargo_certificate *certificate,
			   enum embargo_signer_attribute attribute);
/* "stays when …" */
const char *embargo_signer_lasts(enum embargo_signer_attribute attribute);

#endif
