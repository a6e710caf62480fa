// SPDX-License-Identifier: GPL-2.0-or-later
/* The schema in the program's read-only data. */
#include "userspace/store/embedded.h"

__asm__(".pushsection .rodata\n"
	".global embargo_store_schema\n"
	".type embargo_store_schema, @object\n"
	"embargo_store_schema:\n"
	".incbin \"userspace/share/sql/schema.sql\"\n"
	".byte 0\n"
	".size embargo_store_schema, . - embargo_store_schema\n"
	".popsection\n");
