// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo report --to and --from. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "policy/plural.h"
#include "userspace/base/log.h"
#include "userspace/cli/report_store.h"
#include "userspace/store/store.h"

static bool url_usable(const struct embargo_arguments *arguments, const char *option)
{
	const char *value = embargo_value(arguments, option);

	if (!value || embargo_store_url(value))
		return true;
	embargo_log_error("--%s is an address such as postgresql://HOST/DATABASE", option);
	return false;
}

bool embargo_report_store_usable(const struct embargo_arguments *arguments)
{
	static const char *const outputs[] = {"html", "csv", "json", "plan", "scripts", "hosts"};
	bool to = embargo_given(arguments, "to"), from = embargo_given(arguments, "from");
	bool upkeep = embargo_given(arguments, "init-db") || embargo_given(arguments, "purge-before");
	const char *date = embargo_value(arguments, "purge-before");
	size_t i;

	if (!url_usable(arguments, "to") || !url_usable(arguments, "from"))
		return false;
	if (upkeep && !to) {
		embargo_log_error("--init-db and --purge-before go with --to");
		return false;
	}
	for (i = 0; to && i < sizeof(outputs) / sizeof(*outputs); i++)
		if (embargo_given(arguments, outputs[i])) {
			embargo_log_error("--%s goes with --from: --to makes no report", outputs[i]);
			return false;
		}
	/* It is made part of a statement's parameters as it is. */
	if (date && (strlen(date) != 10 || strspn(date, "0123456789-") != 10)) {
		embargo_log_error("--purge-before '%s' is no date: YYYY-MM-DD", date);
		return false;
	}
	if (arguments->operand_count || from || upkeep)
		return true;
	embargo_log_error("an argument is missing: INPUT…");
	return false;
}

static int failed(const char *url, const char *why, int error)
{
	/* Not the address: it may have a password in it. */
	(void)url;
	embargo_log_error("the database: %s", why ?: strerror(-error));
	return error;
}

static int upkeep(const struct embargo_arguments *arguments, struct embargo_store *store, char **why)
{
	const char *date = embargo_value(arguments, "purge-before");
	uint64_t days = 0, findings = 0;
	int r = 0;

	if (embargo_given(arguments, "init-db"))
		r = embargo_store_init(store, why);
	if (r || !date)
		return r;
	r = embargo_store_purge(store, date, &days, &findings, why);
	if (!r)
		printf("%llu %s of events and %llu %s gone before %s were removed\n",
		       (unsigned long long)days, embargo_plural(days, "day", "days"),
		       (unsigned long long)findings,
		       embargo_plural(findings, "finding that was", "findings that were"), date);
	return r;
}

struct writing {
	struct embargo_store *store;
	int (*read)(void *context, const char *path);
	void *context;
};

static int file_write(void *context, const char *path)
{
	const struct writing *writing = context;
	int r = writing->read(writing->context, path) ?: embargo_store_file_end(writing->store, path);

	/* Without a database the other files need not be tried. */
	return embargo_store_why(writing->store) ? -EIO : r;
}

int embargo_report_store_write(const struct embargo_arguments *arguments, struct embargo_report *report,
			       int (*read)(void *context, const char *path), void *context)
{
	_cleanup_(embargo_store_closep) struct embargo_store *store = NULL;
	const char *url = embargo_value(arguments, "to");
	struct embargo_store_count count;
	struct writing writing;
	_cleanup_free_ char *why = NULL;
	size_t i;
	int r = embargo_store_open(url, &store, &why) ?: upkeep(arguments, store, &why);

	if (r)
		return failed(url, why, r);
	writing = (struct writing){.store = store, .read = read, .context = context};
	embargo_store_take(store, report);
	for (i = 0; !r && i < arguments->operand_count; i++)
		r = embargo_report_files(report, arguments->operands[i], file_write, &writing);
	if (r)
		return failed(url, why ?: embargo_store_why(store), r);
	if (!arguments->operand_count)
		return 0;
	count = embargo_store_counted(store);
	printf("%llu %s with %llu %s, %llu gone, %llu %s", (unsigned long long)count.scans,
	       embargo_plural(count.scans, "scan", "scans"), (unsigned long long)count.findings,
	       embargo_plural(count.findings, "finding", "findings"), (unsigned long long)count.gone,
	       (unsigned long long)count.events, embargo_plural(count.events, "event", "events"));
	if (count.old)
		printf("; %llu %s passed over, for the host has that or a newer one",
		       (unsigned long long)count.old, embargo_plural(count.old, "scan was", "scans were"));
	printf("\n");
	return 0;
}

int embargo_report_store_read(const struct embargo_arguments *arguments, struct embargo_report *report)
{
	_cleanup_(embargo_store_closep) struct embargo_store *store = NULL;
	const char *url = embargo_value(arguments, "from");
	_cleanup_free_ char *why = NULL;
	int r = embargo_store_open(url, &store, &why) ?: embargo_store_read(store, report, &why);

	return r ? failed(url, why, r) : 0;
}
