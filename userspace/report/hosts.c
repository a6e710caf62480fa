// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of hosts that should be heard of: one name a line. */
#include <errno.h>
#include <string.h>

#include "userspace/report/out.h"

/* "web1" and "web1.example.org" are one host, if only one of them is heard of. */
static struct embargo_report_host *known_as(struct embargo_report *report, const char *name)
{
	_cleanup_free_ struct embargo_report_host **hosts = NULL;
	struct embargo_report_host *host = embargo_report_find(&report->hosts, name);
	size_t size = strcspn(name, "."), i;
	_cleanup_free_ char *shorter = strndup(name, size);

	if (host || !shorter)
		return host;
	if (name[size])
		return embargo_report_find(&report->hosts, shorter);
	hosts = embargo_report_list(&report->hosts);
	for (i = 0; hosts && i < report->hosts.count; i++) {
		if (strncmp(hosts[i]->name, name, size) != 0 || hosts[i]->name[size] != '.')
			continue;
		if (host)
			return NULL;
		host = hosts[i];
	}
	return host;
}

int embargo_report_expect(struct embargo_report *report, const char *name)
{
	struct embargo_report_host *host = known_as(report, name) ?: embargo_report_host(report, name);

	if (!host)
		return -ENOMEM;
	host->expected = true;
	return 0;
}

/* A list of names is text: bytes of something else would become hosts that nobody has ever seen. */
static bool is_text(const char *line, size_t size, size_t *ret_column)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if ((unsigned char)line[i] >= ' ' || strchr("\t\r\n", line[i] ?: 1))
			continue;
		*ret_column = i + 1;
		return false;
	}
	return true;
}

int embargo_report_expect_file(struct embargo_report *report, const char *path, char **ret_why)
{
	_cleanup_fclose_ FILE *in = fopen(path, "re");
	_cleanup_free_ char *line = NULL;
	size_t room = 0, number = 0, column;
	ssize_t size;
	char *name;
	int r = in ? 0 : -errno;

	report->listed = true;
	while (!r && (size = getline(&line, &room, in)) > 0) {
		number++;
		if (!is_text(line, size, &column)) {
			if (asprintf(ret_why,
				     "line %zu, column %zu: a control character, so it is no list of names",
				     number, column) < 0)
				*ret_why = NULL;
			return -EBADMSG;
		}
		name = line + strspn(line, " \t\r\n");
		name[strcspn(name, " \t\r\n,;#")] = '\0';
		if (*name)
			r = embargo_report_expect(report, name);
	}
	return r ?: in && ferror(in) ? -EIO : 0;
}
