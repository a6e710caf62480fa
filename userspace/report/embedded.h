/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are part of the program, without what only people need in them; see the Makefile. */
#ifndef EMBARGO_USERSPACE_REPORT_EMBEDDED_H
#define EMBARGO_USERSPACE_REPORT_EMBEDDED_H

extern const char embargo_html_style[];		/* style.css */
extern const char embargo_html_script[];	/* script.js */
extern const char embargo_report_script_text[]; /* script.sh */

#endif
