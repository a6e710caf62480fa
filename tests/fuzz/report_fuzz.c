// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzing of the report: a file of lines as hosts would send it, folded or not. All that can be made of it is
 * made; the page must have no markup that is not its own, a table as many cells in every row.
 */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "userspace/report/out.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	return setenv("TMPDIR", "/dev/shm", 0);
}

static size_t count_of(const char *text, const char *part)
{
	const char *end = text + strlen(text);
	size_t count = 0;

	for (; (text = memmem(text, end - text, part, strlen(part))); text++)
		count++;
	return count;
}

static void check_page(const char *page)
{
	/* One script is the page's own; its policy of content allows that by its hash alone. */
	if (count_of(page, "<script") > 1 || count_of(page, "<script") != count_of(page, "</script>") ||
	    count_of(page, "<img") || count_of(page, "href=\"") > 10)
		abort();
	if (count_of(page, "<section") != count_of(page, "</section>") ||
	    count_of(page, "<td") != count_of(page, "</td>") ||
	    count_of(page, "<tr>") + count_of(page, "<tr ") != count_of(page, "</tr>"))
		abort();
}

static void check_json(const char *text)
{
	json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	if (!object)
		abort();
	json_decref(object);
}

static void check_outputs(struct embargo_report *report)
{
	_cleanup_free_ char *page = NULL, *json = NULL, *csv = NULL, *plan = NULL;
	size_t sizes[4];
	FILE *html = open_memstream(&page, &sizes[0]);
	struct embargo_report_outputs outputs = {.json = open_memstream(&json, &sizes[1]),
						 .csv = open_memstream(&csv, &sizes[2]),
						 .plan = open_memstream(&plan, &sizes[3])};

	if (embargo_report_sum(report) || embargo_report_write(report, &outputs) ||
	    embargo_report_html(report, NULL, html))
		abort();
	fclose(html);
	fclose(outputs.json);
	fclose(outputs.csv);
	fclose(outputs.plan);
	check_page(page);
	check_json(json);
	if (count_of(csv, "\r\n") != count_of(csv, "\n"))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report = NULL;
	int fd = memfd_create("x", MFD_CLOEXEC);
	_cleanup_free_ char *why = NULL;
	char path[40];
	int r;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || embargo_report_new(&report))
		abort();
	report->title = "<script>";
	report->now = 1790000000;
	report->since = size % 2 ? 1787000000 : EMBARGO_REPORT_NO_TIME;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	r = embargo_report_read(report, path, &why);
	if ((r != 0) != (why != NULL))
		abort();
	check_outputs(report);
	close(fd);
	return 0;
}
