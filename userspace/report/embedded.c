// SPDX-License-Identifier: GPL-2.0-or-later
/* style.css and script.sh in the program's read-only data, each with a NUL behind it. */
#include "userspace/report/embedded.h"

#define EMBED(symbol, file)                                                                                  \
	__asm__(".pushsection .rodata\n"                                                                     \
		".global " symbol "\n"                                                                       \
		".type " symbol ", @object\n" symbol ":\n"                                                   \
		".incbin \"" EMBARGO_EMBEDDED "/" file "\"\n"                                                \
		".byte 0\n"                                                                                  \
		".size " symbol ", . - " symbol "\n"                                                         \
		".popsection\n")

EMBED("embargo_html_style", "style.css");
EMBED("embargo_html_script", "script.js");
EMBED("embargo_report_script_text", "script.sh");
