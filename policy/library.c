// SPDX-License-Identifier: GPL-2.0-or-later
/* Libraries that are opened when they are needed. */
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "policy/library.h"

int embargo_library_open(const char *const *names, const struct embargo_library_symbol *symbols,
			 struct embargo_reason *reason)
{
	const char *first = *names, *why = NULL;
	void *library = NULL, *symbol;

	for (; *names && !library; names++) {
		library = dlopen(*names, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
		if (!library)
			why = dlerror();
	}
	if (!library) {
		if (reason)
			snprintf(reason->text, sizeof(reason->text), "%.40s cannot be opened: %.180s", first,
				 why ?: "");
		return -ENOENT;
	}
	for (; symbols->name; symbols++) {
		symbol = dlsym(library, symbols->name);
		if (!symbol) {
			if (reason)
				snprintf(reason->text, sizeof(reason->text), "%.40s has no %.100s", first,
					 symbols->name);
			return -ENOSYS;
		}
		memcpy(symbols->place, &symbol, sizeof(symbol));
	}
	return 0;
}
