/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interpreters as Debian has them (tests/programs/make-interpreter), and files that they all understand: the
 * exit status tells whether one was read and run, what it printed tells why not.
 *
 * To attach or detach the hook on open is a new instance of the BPF programs and takes its time, so tests
 * stay under policies that name interpreters.
 */
#ifndef EMBARGO_TESTS_GUEST_INTERPRETER_H
#define EMBARGO_TESTS_GUEST_INTERPRETER_H

#include "tests/guest/driver.h"
#include "tests/guest/guest_event.h"

#define INTERPRETER_FILES GUEST_TESTS "/files/interpreter"
#define INTERPRETER_BIN INTERPRETER_FILES "/bin"
#define INTERPRETER_REFUSED "Operation not permitted"

/* Before 6.11 no hook can read a file that is opened: only what is known of it already can answer. */
#define INTERPRETER_HASHES guest_kernel_since(6, 11)

/* Every program of the corpus, by its path. */
#define INTERPRETERS                                                                                         \
	"ban interpreter \"/usr/bin/dash\"\n"                                                                \
	"ban interpreter \"" INTERPRETER_BIN "/dash\"\n"                                                     \
	"ban interpreter \"" INTERPRETER_BIN "/bash\"\n"                                                     \
	"ban interpreter \"" INTERPRETER_BIN "/python3\"\n"                                                  \
	"ban interpreter \"" INTERPRETER_BIN "/perl\"\n"                                                     \
	"ban interpreter \"" INTERPRETER_BIN "/dpkg-deb\"\n"

/* A script for shells, Python and Perl, which leaves with @status. */
static inline void interpreter_put(const char *path, int status)
{
	struct guest_content content = {.size = FILE_SIZE};
	bool python = strstr(strrchr(path, '/'), ".py"); /* a directory of mkdtemp() may be .py, too */
	int used = snprintf(content.bytes, sizeof(content.bytes),
			    python ? "raise SystemExit(%d)\n#" : "exit %d;\n#", status);

	guest_fill(&content, used, status);
	content.bytes[content.size - 1] = '\n';
	guest_put(path, &content);
}

/* What a run came to: its exit status, or -EPERM if it says so itself. */
static inline int interpreter_run(const char *const argv[])
{
	char *output = NULL;
	int status;

	setenv("PATH", INTERPRETER_BIN ":/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("LD_LIBRARY_PATH", INTERPRETER_FILES "/lib", 1);
	setenv("LC_ALL", "C", 1);
	status = guest_run(&output, argv);
	if (status && strstr(output, INTERPRETER_REFUSED))
		status = -EPERM;
	else
		fputs(output, stderr);
	free(output);
	return status;
}

#define INTERPRETER_RUN(...) interpreter_run((const char *const[]){__VA_ARGS__, NULL})

static inline void interpreter_load(const char *mode, const struct guest_rule *rules, const char *more)
{
	guest_load(mode, rules, PATH_OF(INTERPRETERS "%s", more ? more : ""));
}

/* Names interpreters, and bans nothing that is there. */
static inline void interpreter_lift(void)
{
	interpreter_load("--enforce", NULL,
			 "ban hash sha256:0000000000000000000000000000000000000000000000000000000000000001 "
			 "size=7777777\n");
}

/* Is the hook on open attached? As `embargo status` says it. */
static inline bool interpreter_hooked(void)
{
	struct embargo_status status;
	struct embargo_error error;

	ASSERT_EQ(0, embargo_get_status(&status, &error));
	for (unsigned int i = 0; i < status.links; i++)
		if (strstr(status.link[i], "_open"))
			return true;
	return false;
}

#endif
