// SPDX-License-Identifier: GPL-2.0-or-later
/* Why no rule could be asked, for people, and what they can do about it. */
#include "loader/loader.h"
#include "userspace/event/event.h"

static const struct {
	const char *words, *remedy;
} causes[EMBARGO_CAUSE_MAX] = {
	[EMBARGO_CAUSE_HASH_FAILED] = {"the kernel could not hash the file",
				       "look for errors of its disk or server; if it is needed and its file "
				       "system cannot be hashed, copy it to one that can"},
	[EMBARGO_CAUSE_HASH_ALGORITHM] = {"the kernel hashed the file, but not by SHA-256",
					  "take ima_hash= from the kernel's command line, or security.ima "
					  "from the file: setfattr -x security.ima FILE"},
	[EMBARGO_CAUSE_TOO_LARGE] = {"the file is larger than max-hash-size",
				     "raise max-hash-size in the policy, or ban it by hash and size"},
	[EMBARGO_CAUSE_CHANGED] = {"the file was written to while it was hashed",
				   "run it again when whoever writes it is done"},
	[EMBARGO_CAUSE_UNHASHED_MAPPING] =
		{"the file has the size of a banned one, and its hash is not known",
		 "if it is harmless: embargo id --rule FILE, and `allow hash' in "
		 "place of `ban hash'; or on-error unhashed-mapping allow"},
	[EMBARGO_CAUSE_SIGNATURE_UNREADABLE] = {"the driver's signature cannot be understood",
						"build or sign it again; or allow it by its hash"},
	[EMBARGO_CAUSE_MODULE_UNREADABLE] = {"the driver cannot be understood",
					     "install it again; or allow it by its hash"},
	[EMBARGO_CAUSE_UNCLASSIFIED] = {"nobody has read yet who signed the program",
					"embargo scan --enforce reads it; or allow it by its hash"},
	[EMBARGO_CAUSE_STATE_LOST] = {"the kernel had no memory for the verdict",
				      "free memory, and try again"},
	[EMBARGO_CAUSE_NO_PATH] = {"the path could not be had",
				   "ban by hash too, or say on-error no-path deny"},
	[EMBARGO_CAUSE_UNSIZED_MAPPING] = {"the hash of the file is not known, and a rule gives no size",
					   "give the rule its size=; embargo id --rule FILE does"},
	[EMBARGO_CAUSE_INTERPRETER_LOST] =
		{"it is an interpreter that the policy names, and there is no room to remember one more",
		 "name it by its path: a hash names every copy; embargo load makes room"},
};

const char *embargo_cause_meaning(unsigned int cause)
{
	return cause < EMBARGO_CAUSE_MAX ? causes[cause].words : NULL;
}

const char *embargo_cause_remedy(unsigned int cause)
{
	return cause < EMBARGO_CAUSE_MAX ? causes[cause].remedy : NULL;
}
