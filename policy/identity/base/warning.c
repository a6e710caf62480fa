// SPDX-License-Identifier: GPL-2.0-or-later
/* What of a file could not be read: the first that goes wrong is told. */
#include <errno.h>
#include <string.h>

#include "policy/identity/base/parts.h"

int embargo_identity_warning(struct embargo_identity *identity, const char *text)
{
	if (!identity->warning)
		identity->warning = strdup(text);
	return identity->warning ? 0 : -ENOMEM;
}

int embargo_file_signature_warning(struct embargo_file_signature *signature, const char *text)
{
	if (!signature->warning)
		signature->warning = strdup(text);
	return signature->warning ? 0 : -ENOMEM;
}
