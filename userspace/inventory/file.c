// SPDX-License-Identifier: GPL-2.0-or-later
/* A file in use is evaluated once, however many processes use it. */
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <string.h>
#include <sys/stat.h>

#include "policy/identity/evaluate.h"
#include "bpf/match.h"
#include "userspace/inventory/inventory.h"
#include "userspace/scan/scan.h"

#define SECONDS 60 /* that one file may take */

/* The file as it was when it was read, under one name: rules for paths are about the name. */
struct known {
	dev_t device;
	ino_t inode;
	struct timespec changed;
	char *path;
	struct embargo_inventory_file file;
};

struct embargo_inventory_files {
	void *tree;
	struct embargo_scan_pool *pool;
	struct embargo_scan_evaluator evaluator;
	struct embargo_inventory_file *asked; /* what the answer is about */
};

static int compare(const void *left, const void *right)
{
	const struct known *a = left, *b = right;

	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	if (a->device != b->device)
		return a->device < b->device ? -1 : 1;
	if (a->changed.tv_sec != b->changed.tv_sec)
		return a->changed.tv_sec < b->changed.tv_sec ? -1 : 1;
	if (a->changed.tv_nsec != b->changed.tv_nsec)
		return a->changed.tv_nsec < b->changed.tv_nsec ? -1 : 1;
	return strcmp(a->path, b->path);
}

static void entry_free(void *node)
{
	struct known *entry = node;

	free(entry->path);
	free(entry->file.package);
	free(entry->file.package_version);
	free(entry->file.vendor);
	free(entry->file.signer);
	free(entry->file.warning);
	free(entry);
}

void embargo_inventory_clear(struct embargo_inventory *inventory)
{
	if (inventory->files) {
		tdestroy(inventory->files->tree, entry_free);
		embargo_scan_pool_free(inventory->files->pool);
	}
	free(inventory->files);
	embargo_owners_free(inventory->owners);
	inventory->files = NULL;
	inventory->owners = NULL;
}

const struct embargo_owners *embargo_inventory_owners(struct embargo_inventory *inventory)
{
	_cleanup_free_ char *warning = NULL;

	if (inventory->owners)
		return inventory->owners;
	if (embargo_owners_open(inventory->root, &inventory->owners, &warning))
		inventory->owners = NULL;
	if (warning || !inventory->owners)
		embargo_warning_report(inventory->findings, inventory->root,
				       warning ?: "the databases of packages could not be read");
	return inventory->owners;
}

static void result_of_rule(struct embargo_check_result *result, const struct embargo_rule *rule)
{
	*result = (struct embargo_check_result){.rule = rule, .verdict = EMBARGO_DENIED};
	if (rule->action == EMBARGO_ACTION_AUDIT)
		result->verdict = EMBARGO_AUDITED;
	if (rule->action == EMBARGO_ACTION_ALLOW)
		result->verdict = EMBARGO_EXEMPTED;
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

static void answer(void *context, struct embargo_scan_task *task, const struct embargo_scan_reply *reply)
{
	struct embargo_inventory_files *files = context;
	const struct embargo_ruleset *set = files->evaluator.evaluator->set;
	struct embargo_inventory_file *file = files->asked;

	(void)task;
	if (reply->type != EMBARGO_SCAN_DONE)
		return;
	if (reply->rule < set->rule_count)
		result_of_rule(&file->result, &set->rules[reply->rule]);
	file->result.pending = reply->pending;
	file->result.kernel = reply->kernel;
	snprintf(file->result.ground, sizeof(file->result.ground), "%s",
		 reply->texts[EMBARGO_SCAN_GROUND] ?: "");
	file->hashed = reply->hashed;
	file->digests = reply->digests;
	file->format = reply->format;
	file->package = copy(reply->texts[EMBARGO_SCAN_PACKAGE]);
	file->package_version = copy(reply->texts[EMBARGO_SCAN_PACKAGE_VERSION]);
	file->vendor = copy(reply->texts[EMBARGO_SCAN_VENDOR]);
	file->signer = copy(reply->texts[EMBARGO_SCAN_SIGNER]);
	/* What of its inside cannot be read is trouble too, but it has its hash. */
	if (!reply->hashed)
		file->warning = copy(reply->texts[EMBARGO_SCAN_WHY] ?: "could not be read");
}

static void failed(void *context, struct embargo_scan_task *task, const char *why)
{
	struct embargo_inventory_files *files = context;

	(void)task;
	files->asked->warning = strdup(why);
}

/* A sandboxed worker reads it: a file that is being executed may be as hostile as any other. */
static int ask(struct embargo_inventory *inventory, int fd, const char *path, __u64 size,
	       struct embargo_inventory_file *file)
{
	struct embargo_inventory_files *files = inventory->files;
	struct embargo_scan_pool_settings settings = {
		.workers = 1,
		.seconds = SECONDS,
		.rules = inventory->evaluator->set->rule_count,
		.evaluate = embargo_scan_evaluate,
		.evaluate_context = &files->evaluator,
		.answer = answer,
		.failed = failed,
		.context = files,
	};
	struct embargo_scan_task task = {.flags = EMBARGO_SCAN_CONTENTS, .size = size};
	int r = 0;

	files->evaluator.evaluator = inventory->evaluator;
	files->asked = file;
	if (!files->pool)
		r = embargo_scan_pool_new(&settings, &files->pool);
	if (r)
		return r;
	task.path = strdup(path);
	task.fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (!task.path || task.fd < 0) {
		free(task.path);
		return task.path ? -errno : -ENOMEM;
	}
	r = embargo_scan_pool_add(files->pool, &task);
	return r ?: embargo_scan_pool_finish(files->pool);
}

/* Whose file it is, which a worker cannot know, if a rule asks for it. */
static void owner_evaluate(struct embargo_inventory *inventory, const char *path,
			   struct embargo_inventory_file *file)
{
	const struct embargo_ruleset *set = inventory->evaluator->set;
	struct embargo_identity identity = {0};
	struct embargo_resolution decider;
	embargo_packed_rule packed, other = 0;

	if (inventory->foreign || !(embargo_evaluate_wants(inventory->evaluator) & EMBARGO_WANT_OWNER) ||
	    !embargo_inventory_owners(inventory))
		return;
	identity.owner = (struct embargo_package *)embargo_owners_find(inventory->owners, path);
	if (!identity.owner)
		return;
	if (!file->package) {
		file->package = copy(identity.owner->name);
		file->package_version = copy(identity.owner->version);
	}
	file->vendor = file->vendor ?: copy(identity.owner->vendor);
	if (!embargo_resolver_decide(inventory->evaluator->resolver, &identity, &decider))
		return;
	packed = embargo_rule_pack(&set->rules[decider.rule], decider.rule);
	if (file->result.rule)
		other = embargo_rule_pack(file->result.rule, file->result.rule - set->rules);
	if (other == packed || embargo_stronger(other, packed) != packed)
		return;
	result_of_rule(&file->result, &set->rules[decider.rule]);
	file->result.pending = true;
	memcpy(file->result.ground, decider.ground, sizeof(file->result.ground));
}

static void read_contents(struct embargo_inventory *inventory, int fd, const char *path, __u64 size,
			  struct embargo_inventory_file *file)
{
	char why[160];
	int r = ask(inventory, fd, path, size, file);

	if (r && !file->warning) {
		snprintf(why, sizeof(why), "could not be read: %s", strerror(-r));
		file->warning = strdup(why);
	}
	if (file->warning)
		embargo_warning_report(inventory->findings, path, file->warning);
	else
		owner_evaluate(inventory, path, file);
}

void embargo_inventory_evaluate_path(struct embargo_inventory *inventory, const char *path,
				     struct embargo_check_result *ret_result)
{
	__u32 packed = embargo_evaluate_path(inventory->evaluator->image, path);

	*ret_result = (struct embargo_check_result){0};
	if (packed && EMBARGO_PACKED_RULE(packed) < inventory->evaluator->set->rule_count)
		result_of_rule(ret_result, &inventory->evaluator->set->rules[EMBARGO_PACKED_RULE(packed)]);
}

const struct embargo_inventory_file *embargo_inventory_evaluate(struct embargo_inventory *inventory, int fd,
								const char *path)
{
	struct known key = {.path = (char *)path}, *entry, **place;
	struct stat st;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return NULL;
	if (!inventory->files)
		inventory->files = calloc(1, sizeof(*inventory->files));
	if (!inventory->files)
		return NULL;
	key.device = st.st_dev;
	key.inode = st.st_ino;
	key.changed = st.st_ctim;
	place = tfind(&key, &inventory->files->tree, compare);
	if (place)
		return (*place)->file.warning ? NULL : &(*place)->file;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	*entry = key;
	entry->path = strdup(path);
	if (!entry->path || !tsearch(entry, &inventory->files->tree, compare)) {
		entry_free(entry);
		return NULL;
	}
	/* Nothing is read whose contents could not matter. */
	if (!st.st_size) /* of /proc too, where files are no files */
		embargo_inventory_evaluate_path(inventory, path, &entry->file.result);
	else if (embargo_evaluate_wants(inventory->evaluator) & EMBARGO_WANT_INSIDE ||
		 embargo_contents_matter(inventory->evaluator, path, st.st_size))
		read_contents(inventory, fd, path, st.st_size, &entry->file);
	else
		embargo_inventory_evaluate_path(inventory, path, &entry->file.result);
	return entry->file.warning ? NULL : &entry->file;
}

void embargo_inventory_finding(const struct embargo_inventory_file *file, struct embargo_finding *finding)
{
	finding->result = file->result;
	finding->resolved = file->result.rule && !embargo_rule_in_kernel(file->result.rule);
	finding->ground = file->result.pending ? file->result.ground : NULL;
	finding->digests = file->hashed ? &file->digests : NULL;
	finding->format = file->format;
	finding->package = file->package;
	finding->package_version = file->package_version;
	finding->vendor = file->vendor;
	finding->signer = file->signer;
}
