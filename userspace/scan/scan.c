// SPDX-License-Identifier: GPL-2.0-or-later
/* A scan: which files of the walk are read, and what becomes of the answers. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "bpf/match.h"
#include "policy/identity/evaluate.h"
#include "userspace/container/container.h"
#include "userspace/base/log.h"
#include "userspace/scan/scan.h"

#define SECONDS 60
#define WORKERS_MAX 64
#define NOT_ENTERED_MAX 1000
#define FILES_A_LOOK 256 /* files between two looks at the clock */

struct embargo_scanner {
	struct embargo_scan_settings settings;
	struct embargo_scan_evaluator evaluator;
	const struct embargo_image_header *header;
	struct embargo_walk_settings walk;
	struct embargo_owners *owners;
	struct embargo_scan_pool *pool;
	struct embargo_scan_links links;
	struct embargo_scan_paths paths;
	struct embargo_progress progress;
	struct embargo_scan_totals *totals;
	char **not_entered;
	size_t not_entered_count;
	int error; /* that ends the scan */
};

static bool stopped(const struct embargo_scanner *scan)
{
	return scan->settings.stop && *scan->settings.stop;
}

static bool tick(void *context)
{
	struct embargo_scanner *scan = context;

	if (scan->settings.bar)
		embargo_progress_show(&scan->progress, scan->totals->files, scan->totals->bytes);
	if (scan->settings.meanwhile)
		scan->settings.meanwhile(scan->settings.meanwhile_context);
	return stopped(scan);
}

static void warning(struct embargo_scanner *scan, const char *path, const char *member, const char *why)
{
	_cleanup_free_ char *text = NULL;

	if (member && asprintf(&text, "%s: %s", member, why) < 0)
		text = NULL;
	embargo_warning_report(scan->settings.findings, path, text ?: why);
}

/* False: nothing of it was found. */
static bool report(struct embargo_scanner *scan, const char *path, const struct embargo_scan_reply *reply)
{
	const struct embargo_ruleset *set = scan->settings.evaluator->set;
	const struct embargo_rule *rule = reply->rule < set->rule_count ? &set->rules[reply->rule] : NULL;
	struct embargo_finding finding = {
		.kind = reply->type == EMBARGO_SCAN_MEMBER ? EMBARGO_FOUND_MEMBER : EMBARGO_FOUND_FILE,
		.result = {.rule = rule, .pending = reply->pending, .kernel = reply->kernel},
		.resolved = rule && !embargo_rule_in_kernel(rule),
		.ground = reply->texts[EMBARGO_SCAN_GROUND],
		.path = path,
		.member = reply->texts[EMBARGO_SCAN_MEMBER_PATH],
		.digests = reply->format ? &reply->digests : NULL,
		.format = reply->format,
		.package = reply->texts[EMBARGO_SCAN_PACKAGE],
		.package_version = reply->texts[EMBARGO_SCAN_PACKAGE_VERSION],
		.vendor = reply->texts[EMBARGO_SCAN_VENDOR],
		.signer = reply->texts[EMBARGO_SCAN_SIGNER],
	};
	_cleanup_free_ char *container = NULL;

	/* An exemption that the kernel must know, because it would refuse the file otherwise, is not a
	 * finding. */
	if (rule && rule->action == EMBARGO_ACTION_ALLOW && reply->pending &&
	    reply->kernel != EMBARGO_ALLOWED)
		embargo_finding_exempt(scan->settings.findings, &finding);
	/* What the rule says is known better than what a worker says. */
	if (!rule || (rule->action != EMBARGO_ACTION_BAN && rule->action != EMBARGO_ACTION_AUDIT))
		return false;
	container = embargo_container_of("/", path);
	finding.container = container;
	snprintf(finding.result.ground, sizeof(finding.result.ground), "%s", finding.ground ?: "");
	finding.result.verdict = rule->action == EMBARGO_ACTION_BAN ? EMBARGO_DENIED : EMBARGO_AUDITED;
	embargo_finding_report(scan->settings.findings, &finding);
	return true;
}

/*
 * Would anybody load it as a module? An object file of a compiler has no .modinfo
 * either, and a kernel that is asked to load one refuses it; there is nothing to tell
 * about the thousands of them where programs are built.
 */
static bool module_by_name(const char *path, __u32 format)
{
	static const char *const packed[] = {".ko.xz", ".ko.gz", ".ko.zst"};
	size_t size = strlen(path), i;

	if (size > 3 && !strcmp(path + size - 3, ".ko"))
		return format & EMBARGO_FORMAT_ELF;
	for (i = 0; i < sizeof(packed) / sizeof(*packed); i++)
		if (size > strlen(packed[i]) && !strcmp(path + size - strlen(packed[i]), packed[i]))
			return true;
	return false;
}

/* Nothing banned was found, but the kernel could not have asked its rules either. */
static bool report_cause(struct embargo_scanner *scan, const char *path,
			 const struct embargo_scan_reply *reply)
{
	struct embargo_check_result result = {.verdict = reply->verdict, .cause = reply->cause};
	_cleanup_free_ char *text = NULL;

	if (reply->rule != EMBARGO_NO_RULE || reply->cause == EMBARGO_CAUSE_NONE ||
	    (reply->verdict != EMBARGO_DENIED && reply->verdict != EMBARGO_AUDITED))
		return false;
	if (reply->cause == EMBARGO_CAUSE_MODULE_UNREADABLE &&
	    !module_by_name(reply->texts[EMBARGO_SCAN_MEMBER_PATH] ?: path, reply->format))
		return false;
	text = embargo_check_result_text(scan->settings.evaluator, &result);
	warning(scan, path, reply->texts[EMBARGO_SCAN_MEMBER_PATH], text ?: "no rule could be asked");
	return true;
}

static void link_learn(struct embargo_scanner *scan, const struct embargo_scan_task *task,
		       const struct embargo_scan_reply *reply, bool clean)
{
	struct embargo_scan_link *link = embargo_scan_link(&scan->links, task->device, task->inode);

	if (!link || link->state != EMBARGO_LINK_READING)
		return;
	if (clean)
		link->state = EMBARGO_LINK_CLEAN;
	else if (reply && !task->members && !reply->texts[EMBARGO_SCAN_WHY] && !reply->cause)
		embargo_scan_link_found(link, reply);
	else
		link->state = EMBARGO_LINK_UNKNOWN;
}

static void answer(void *context, struct embargo_scan_task *task, const struct embargo_scan_reply *reply)
{
	const char *why = reply->texts[EMBARGO_SCAN_WHY];
	struct embargo_scanner *scan = context;
	bool found;

	found = report(scan, task->path, reply) || report_cause(scan, task->path, reply);
	if (why)
		warning(scan, task->path, reply->texts[EMBARGO_SCAN_MEMBER_PATH], why);
	if (reply->type != EMBARGO_SCAN_DONE)
		return;
	scan->totals->hashed += reply->hashed;
	scan->totals->hashed_bytes += reply->hashed_bytes;
	link_learn(scan, task, reply, !found && !why && !task->members);
	/* What a rule was asked for is told each time, also if it allows. Without memory it is read again. */
	if (task->keyed && !found && !why && !task->members && reply->rule == EMBARGO_NO_RULE)
		(void)embargo_scan_memory_add(scan->settings.memory, task->key);
}

static void failed(void *context, struct embargo_scan_task *task, const char *why)
{
	struct embargo_scanner *scan = context;

	warning(scan, task->path, NULL, why);
	link_learn(scan, task, NULL, false);
}

/* What is known of a file that cannot be opened: its path. */
static void report_path(struct embargo_scanner *scan, const char *path, embargo_packed_rule rule)
{
	struct embargo_scan_reply reply = {.type = EMBARGO_SCAN_DONE, .rule = EMBARGO_NO_RULE};

	if (rule)
		reply.rule = EMBARGO_PACKED_RULE(rule);
	report(scan, path, &reply);
}

/* @key: to be remembered by; NULL: not at all. */
static int file_send(struct embargo_scanner *scan, const struct embargo_walk_file *file,
		     embargo_packed_rule rule, __u32 flags, const __u8 *key)
{
	struct embargo_scan_task task = {.flags = flags, .size = file->size, .keyed = key != NULL};
	char why[160];

	if (key)
		memcpy(task.key, key, sizeof(task.key));
	task.fd = embargo_walk_open(&scan->walk, file);
	if (task.fd == -ENOENT)
		return 0; /* gone meanwhile */
	if (task.fd < 0) {
		snprintf(why, sizeof(why), "could not be read: %s", strerror(-task.fd));
		warning(scan, file->path, NULL, why);
		report_path(scan, file->path, rule);
		return 0;
	}
	task.path = strdup(file->path);
	if (!task.path) {
		close(task.fd);
		return -ENOMEM;
	}
	if (file->links > 1) {
		task.device = file->device;
		task.inode = file->inode;
	}
	return embargo_scan_pool_add(scan->pool, &task);
}

/* Its other name may have told all. 1: it did. */
static int link_visit(struct embargo_scanner *scan, const struct embargo_walk_file *file)
{
	struct embargo_scan_link *link = embargo_scan_link(&scan->links, file->device, file->inode);
	int r;

	if (link && link->state == EMBARGO_LINK_READING) {
		r = embargo_scan_pool_finish(scan->pool);
		if (r)
			return r;
		link = embargo_scan_link(&scan->links, file->device, file->inode);
	}
	if (!link)
		return 0;
	if (link->state == EMBARGO_LINK_FOUND)
		report(scan, file->path, link->reply);
	if (link->state == EMBARGO_LINK_FOUND || link->state == EMBARGO_LINK_CLEAN)
		return 1;
	link->state = EMBARGO_LINK_READING;
	return 0;
}

/* Larger than the kernel would hash, and no rule gives its size. */
static bool too_large(const struct embargo_scanner *scan, __u64 size)
{
	return size > scan->header->max_hash_size &&
	       !embargo_size_listed((void *)scan->header, scan->header, size, EMBARGO_FORMAT_ANY);
}

static int file_visit(struct embargo_scanner *scan, const struct embargo_walk_file *file)
{
	bool all = scan->settings.scope.archives ||
		   embargo_evaluate_wants(scan->settings.evaluator) & EMBARGO_WANT_INSIDE;
	bool contents = embargo_contents_matter(scan->settings.evaluator, file->path, file->size);
	__u8 key[EMBARGO_SCAN_KEY];
	embargo_packed_rule rule = 0;
	bool keyed;
	int r = 0;

	if (scan->header->path_rules) {
		if (strnlen(file->path, EMBARGO_PATH_SIZE) < EMBARGO_PATH_SIZE)
			rule = embargo_evaluate_path(scan->header, file->path);
		contents |= rule || !(strnlen(file->path, EMBARGO_PATH_SIZE) < EMBARGO_PATH_SIZE);
	}
	if (!contents && !all)
		return 0;
	if (!all && !rule && too_large(scan, file->size)) {
		warning(scan, file->path, NULL, "not read: larger than the policy's max-hash-size");
		return 0;
	}
	keyed = scan->settings.memory && !rule && embargo_scan_memory_key(scan->settings.memory, file, key);
	if (keyed && embargo_scan_memory_has(scan->settings.memory, key)) {
		scan->totals->remembered++;
		return 0;
	}
	/* What a file is called can matter: in a banned directory, of a package, and of a module. */
	if (file->links > 1 && !rule && !scan->owners && !strstr(file->path, ".ko"))
		r = link_visit(scan, file);
	if (r > 0 && keyed && embargo_scan_link_clean(&scan->links, file->device, file->inode))
		(void)embargo_scan_memory_add(scan->settings.memory, key);
	if (r)
		return r > 0 ? 0 : r;
	return file_send(scan, file, rule, contents ? EMBARGO_SCAN_CONTENTS : 0, keyed ? key : NULL);
}

static int file_found(void *context, const struct embargo_walk_file *file)
{
	struct embargo_scanner *scan = context;

	if (embargo_scan_path_other(&scan->paths, file->path) || file->changed < scan->settings.since)
		return 0;
	scan->totals->files++;
	scan->totals->bytes += file->size;
	if (stopped(scan) || (!(scan->totals->files % FILES_A_LOOK) && tick(scan)))
		scan->error = -EINTR;
	else
		scan->error = file_visit(scan, file);
	return scan->error;
}

static void walk_warning(void *context, const char *path, const char *why)
{
	warning(context, path, NULL, why);
}

static bool own_turn(void *context, const char *path)
{
	const struct embargo_scanner *scan = context;

	return embargo_scan_path_other(&scan->paths, path);
}

static void not_entered(void *context, const char *path)
{
	struct embargo_scanner *scan = context;

	if (scan->not_entered_count < NOT_ENTERED_MAX)
		scan->not_entered[scan->not_entered_count] = strdup(path);
	if (scan->not_entered_count < NOT_ENTERED_MAX && scan->not_entered[scan->not_entered_count])
		scan->not_entered_count++;
}

static unsigned int workers_default(void)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof(set), &set) ? 1 : CPU_COUNT(&set);

	return count > WORKERS_MAX ? WORKERS_MAX : count;
}

/* Rules for packages ask whose a file is; workers cannot open the databases. */
static int owners_open(struct embargo_scanner *scan)
{
	_cleanup_free_ char *why = NULL;
	int r;

	if (!(embargo_evaluate_wants(scan->settings.evaluator) & EMBARGO_WANT_OWNER))
		return 0;
	r = embargo_owners_open("/", &scan->owners, &why);
	if (!r && why)
		warning(scan, "/", NULL, why);
	scan->evaluator.owners = scan->owners;
	return r;
}

static int scan_begin(struct embargo_scanner *scan, char *const *paths)
{
	int r;

	struct embargo_scan_pool_settings pool = {
		.workers = scan->settings.workers ?: workers_default(),
		.seconds = scan->settings.seconds ?: SECONDS,
		.rules = scan->settings.evaluator->set->rule_count,
		.evaluate = embargo_scan_evaluate,
		.evaluate_context = &scan->evaluator,
		.answer = answer,
		.failed = failed,
		.tick = tick,
		.context = scan,
	};

	scan->header = scan->settings.evaluator->image;
	scan->evaluator = (struct embargo_scan_evaluator){
		.evaluator = scan->settings.evaluator,
		.archives = scan->settings.scope.archives,
	};
	scan->walk = (struct embargo_walk_settings){
		.all_filesystems = scan->settings.scope.all_filesystems,
		.network = scan->settings.scope.network,
		.keep_atime = !geteuid(),
		.file = file_found,
		.warning = walk_warning,
		.not_entered = not_entered,
		.leave_out = own_turn,
		.context = scan,
	};
	scan->not_entered = calloc(NOT_ENTERED_MAX + 1, sizeof(*scan->not_entered));
	if (!scan->not_entered)
		return -ENOMEM;
	r = owners_open(scan);
	r = r ?: embargo_scan_paths_read(&scan->paths, paths);
	return r ?: embargo_scan_pool_new(&pool, &scan->pool);
}

static int path_scan(struct embargo_scanner *scan, const char *path)
{
	char why[160];
	int r = embargo_walk(&scan->walk, path);

	if (!r || scan->error)
		return r;
	snprintf(why, sizeof(why), "could not be read: %s",
		 r == -EOPNOTSUPP ? "neither a regular file nor a directory of files" : strerror(-r));
	warning(scan, path, NULL, why);
	return r;
}

static int scan_end(struct embargo_scanner *scan)
{
	int r = scan->error ?: embargo_scan_pool_finish(scan->pool);

	if (r)
		embargo_scan_pool_abandon(scan->pool);
	embargo_progress_hide(&scan->progress);
	scan->totals->complete = !r;
	if (r == -EINTR)
		embargo_log_error("interrupted");
	else if (r == -EPERM)
		embargo_log_error("what reads files cannot enter its sandbox (seccomp) here");
	else if (r)
		embargo_log_errno(r, "the scan cannot go on");
	return r;
}

static void scan_clear(struct embargo_scanner *scan)
{
	embargo_scan_pool_free(scan->pool);
	embargo_scan_links_clear(&scan->links);
	embargo_scan_paths_clear(&scan->paths);
	embargo_owners_free(scan->owners);
}

int embargo_scan(const struct embargo_scan_settings *settings, char *const *paths,
		 struct embargo_scan_totals *totals)
{
	struct embargo_scanner scan = {.settings = *settings, .totals = totals};
	int r, error = scan_begin(&scan, paths);

	if (error)
		embargo_log_errno(error, "cannot start to scan");
	embargo_progress_begin(&scan.progress, paths);
	if (settings->bar)
		embargo_findings_before_line(settings->findings, embargo_progress_hide, &scan.progress);
	for (; scan.pool && !scan.error && *paths; paths++) {
		if (!embargo_scan_path_begin(&scan.paths, *paths))
			continue;
		r = path_scan(&scan, *paths);
		error = error ?: r;
	}
	if (scan.pool)
		error = scan_end(&scan) ?: error;
	embargo_findings_before_line(settings->findings, NULL, NULL);
	totals->not_entered = scan.not_entered;
	totals->seconds += embargo_seconds() - scan.progress.begun;
	scan_clear(&scan);
	return error;
}

int embargo_scanner_new(const struct embargo_scan_settings *settings, struct embargo_scan_totals *totals,
			struct embargo_scanner **ret_scanner)
{
	_cleanup_(embargo_scanner_freep) struct embargo_scanner *scan = calloc(1, sizeof(*scan));
	char *const none[] = {NULL};
	int r;

	if (!scan)
		return -ENOMEM;
	scan->settings = *settings;
	scan->totals = totals;
	r = scan_begin(scan, none);
	if (!r)
		*ret_scanner = TAKE_PTR(scan);
	return r;
}

void embargo_scanner_free(struct embargo_scanner *scan)
{
	if (!scan)
		return;
	scan_clear(scan);
	free(scan->not_entered);
	free(scan);
}

int embargo_scanner_file(struct embargo_scanner *scan, const struct embargo_walk_file *file)
{
	return file_found(scan, file);
}

int embargo_scanner_wait(struct embargo_scanner *scan)
{
	int r = scan->error ?: embargo_scan_pool_finish(scan->pool);

	/* The next time they are asked for they may have changed. */
	embargo_scan_links_clear(&scan->links);
	return r;
}

void embargo_scan_totals_clear(struct embargo_scan_totals *totals)
{
	char *const *path;

	for (path = totals->not_entered; path && *path; path++)
		free(*path);
	free((void *)totals->not_entered);
	totals->not_entered = NULL;
}
