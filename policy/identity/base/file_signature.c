// SPDX-License-Identifier: GPL-2.0-or-later
/* What a signature on a file is called, and which certificates are those of who signed. */
#include <stdbool.h>
#include <string.h>

#include "policy/identity/base/types.h"

const char *embargo_file_signature_name(enum embargo_file_signature_kind kind)
{
	static const char *const names[] = {
		[EMBARGO_FILE_SIGNATURE_AUTHENTICODE] = "Authenticode",
		[EMBARGO_FILE_SIGNATURE_APPENDED] = "appended",
		[EMBARGO_FILE_SIGNATURE_IMA] = "IMA",
		[EMBARGO_FILE_SIGNATURE_JAR] = "JAR",
		[EMBARGO_FILE_SIGNATURE_PACKAGE] = "package",
	};

	return kind < sizeof(names) / sizeof(names[0]) ? names[kind] : "?";
}

static bool same_text(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

int embargo_file_signature_names(const struct embargo_file_signature *signature,
				 const struct embargo_certificate *certificate)
{
	size_t i;

	for (i = 0; i < signature->signer_count; i++) {
		const struct embargo_signer *signer = &signature->signers[i];

		if (same_text(signer->key_id, certificate->key_id) ||
		    (same_text(signer->serial, certificate->serial) &&
		     same_text(signer->issuer, certificate->issuer)))
			return 1;
	}
	return 0;
}
