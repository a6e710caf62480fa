// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzing of the importers. The first byte of an input chooses the format ('0' + enum
 * embargo_import_format; '0': by content), the rest is the file. What comes out must
 * be policy text that the language takes, with as many rules as were counted.
 */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "policy/import/import.h"
#include "policy/policy.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	return setenv("TMPDIR", "/dev/shm", 0); /* temporary files, thousands a second */
}

static int feed_file(const uint8_t *data, size_t size)
{
	int fd = memfd_create("feed.x", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	return fd;
}

static void check_policy(const char *text, size_t size, const struct embargo_import_counts *counts)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = embargo_policy_new();

	if (embargo_policy_read_buffer(policy, "imported", text, size, EMBARGO_READ_NO_INCLUDE) < 0 ||
	    embargo_policy_check(policy, 0) < 0 || policy->set.rule_count != counts->rules ||
	    policy->diagnostics.count) {
		embargo_diagnostics_format(&policy->diagnostics, EMBARGO_NOTE, stderr);
		fwrite(text, 1, size, stderr);
		abort();
	}
}

static void check_output(struct embargo_import *import)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out || embargo_import_copy(import, out) < 0 || fclose(out))
		abort();
	check_policy(text, size, embargo_import_counts(import));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(embargo_import_freep) struct embargo_import *import = NULL;
	struct embargo_import_options options = {.now = 1767225600};
	_cleanup_fclose_ FILE *report = fopen("/dev/null", "we");
	_cleanup_close_ int fd = -1;
	char path[40];
	int r;

	if (!size)
		return 0;
	options.format = (uint8_t)(data[0] - '0') % EMBARGO_IMPORT_FORMATS;
	options.broad = data[0] & 0x80;
	options.all_attributes = options.broad;
	options.report = report;
	fd = feed_file(data + 1, size - 1);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (embargo_import_new(&options, &import))
		abort();
	r = embargo_import_file(import, path);
	if (!r)
		r = embargo_import_finish(import);
	if ((r != 0) != (*embargo_import_error(import) != 0))
		abort(); /* refused without a word, or the other way round */
	if (!r && embargo_import_counts(import)->entries != embargo_import_sum(embargo_import_counts(import)))
		abort(); /* an entry was lost, or counted twice */
	if (!r)
		check_output(import);
	return 0;
}
