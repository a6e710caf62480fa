// SPDX-License-Identifier: GPL-2.0-or-later
/* A file in use is judged once, however many processes use it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <search.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "policy/identity/evaluate.h"
#include "bpf/match.h"
#include "userspace/inventory/inventory.h"
#include "userspace/scan/scan.h"

#define SECONDS 60 /* that one file may take */
#define SETTINGS_MAX (16 << 20)

/* The file as it was when it was read, under one name: rules for paths are about the name. */
struct known {
	dev_t device;
	ino_t inode;
	struct timespec changed;
	char *path;
	struct embargo_present_file file;
};

struct embargo_present_files {
	void *tree;
	struct embargo_scan_pool *pool;
	struct embargo_scan_measure judge;
	struct embargo_present_file *asked; /* what the answer is about */
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
	free(entry->file.trouble);
	free(entry);
}

void embargo_present_clear(struct embargo_present *present)
{
	if (present->files) {
		tdestroy(present->files->tree, entry_free);
		embargo_scan_pool_free(present->files->pool);
	}
	free(present->files);
	embargo_owners_free(present->owners);
	present->files = NULL;
	present->owners = NULL;
}

const struct embargo_owners *embargo_present_owners(struct embargo_present *present)
{
	_cleanup_free_ char *trouble = NULL;

	if (present->owners)
		return present->owners;
	if (embargo_owners_open(present->root, &present->owners, &trouble))
		present->owners = NULL;
	if (trouble || !present->owners)
		embargo_trouble_report(present->findings, present->root,
				       trouble ?: "the databases of packages could not be read");
	return present->owners;
}

int embargo_present_open(const char *root, const char *path, int flags)
{
	struct open_how how = {.flags = flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
			       .resolve = RESOLVE_IN_ROOT};
	_cleanup_close_ int directory = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd;

	if (directory < 0)
		return -errno;
	fd = syscall(SYS_openat2, directory, path, &how, sizeof(how));
	return fd < 0 ? -errno : fd;
}

FILE *embargo_present_file_open(const char *root, const char *path)
{
	_cleanup_close_ int fd = embargo_present_open(root, path, O_RDONLY);
	struct stat st;
	FILE *file;

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		errno = fd < 0 ? -fd : ENOENT;
		return NULL;
	}
	/* Its lines are read whole, and any user may have units. */
	if (st.st_size > SETTINGS_MAX) {
		errno = EFBIG;
		return NULL;
	}
	file = fdopen(fd, "r");
	if (file)
		fd = -1;
	return file;
}

DIR *embargo_present_directory_open(const char *root, const char *path)
{
	_cleanup_close_ int fd = embargo_present_open(root, path, O_RDONLY | O_DIRECTORY);
	DIR *dir;

	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	dir = fdopendir(fd);
	if (dir)
		fd = -1;
	return dir;
}

const char *embargo_present_real_path(const char *root, int fd, const char *path, char real[PATH_MAX])
{
	_cleanup_free_ char *top = realpath(root, NULL);
	size_t length = top && strcmp(top, "/") ? strlen(top) : 0;
	char link[64];
	ssize_t size;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	size = top ? readlink(link, real, PATH_MAX - 1) : -1;
	if (size < 0)
		return path;
	real[size] = '\0';
	if (strncmp(real, top, length) || real[length] != '/')
		return path;
	return real + length;
}

static void judgement_of_rule(struct embargo_judgement *judgement, const struct embargo_rule *rule)
{
	*judgement = (struct embargo_judgement){.rule = rule, .verdict = EMBARGO_DENIED};
	if (rule->action == EMBARGO_ACTION_AUDIT)
		judgement->verdict = EMBARGO_AUDITED;
	if (rule->action == EMBARGO_ACTION_ALLOW)
		judgement->verdict = EMBARGO_EXEMPTED;
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

static void answer(void *context, struct embargo_scan_task *task, const struct embargo_scan_reply *reply)
{
	struct embargo_present_files *files = context;
	const struct embargo_ruleset *set = files->judge.measure->set;
	struct embargo_present_file *file = files->asked;

	(void)task;
	if (reply->type != EMBARGO_SCAN_DONE)
		return;
	if (reply->rule < set->rule_count)
		judgement_of_rule(&file->judgement, &set->rules[reply->rule]);
	file->judgement.pending = reply->pending;
	file->judgement.kernel = reply->kernel;
	snprintf(file->judgement.ground, sizeof(file->judgement.ground), "%s",
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
		file->trouble = copy(reply->texts[EMBARGO_SCAN_WHY] ?: "could not be read");
}

static void failed(void *context, struct embargo_scan_task *task, const char *why)
{
	struct embargo_present_files *files = context;

	(void)task;
	files->asked->trouble = strdup(why);
}

/* A worker in a sandbox reads it: what runs is no less hostile for it. */
static int ask(struct embargo_present *present, int fd, const char *path, __u64 size,
	       struct embargo_present_file *file)
{
	struct embargo_present_files *files = present->files;
	struct embargo_scan_pool_settings settings = {
		.workers = 1,
		.seconds = SECONDS,
		.rules = present->measure->set->rule_count,
		.judge = embargo_scan_judge,
		.judge_context = &files->judge,
		.answer = answer,
		.failed = failed,
		.context = files,
	};
	struct embargo_scan_task task = {.flags = EMBARGO_SCAN_CONTENTS, .size = size};
	int r = 0;

	files->judge.measure = present->measure;
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
static void owner_judge(struct embargo_present *present, const char *path, struct embargo_present_file *file)
{
	const struct embargo_ruleset *set = present->measure->set;
	struct embargo_identity identity = {0};
	struct embargo_resolution decider;
	embargo_packed_rule packed, other = 0;

	if (present->foreign || !(embargo_judge_wants(present->measure) & EMBARGO_WANT_OWNER) ||
	    !embargo_present_owners(present))
		return;
	identity.owner = (struct embargo_package *)embargo_owners_find(present->owners, path);
	if (!identity.owner)
		return;
	if (!file->package) {
		file->package = copy(identity.owner->name);
		file->package_version = copy(identity.owner->version);
	}
	file->vendor = file->vendor ?: copy(identity.owner->vendor);
	if (!embargo_resolver_decide(present->measure->resolver, &identity, &decider))
		return;
	packed = embargo_rule_pack(&set->rules[decider.rule], decider.rule);
	if (file->judgement.rule)
		other = embargo_rule_pack(file->judgement.rule, file->judgement.rule - set->rules);
	if (other == packed || embargo_stronger(other, packed) != packed)
		return;
	judgement_of_rule(&file->judgement, &set->rules[decider.rule]);
	file->judgement.pending = true;
	memcpy(file->judgement.ground, decider.ground, sizeof(file->judgement.ground));
}

static void read_contents(struct embargo_present *present, int fd, const char *path, __u64 size,
			  struct embargo_present_file *file)
{
	char why[160];
	int r = ask(present, fd, path, size, file);

	if (r && !file->trouble) {
		snprintf(why, sizeof(why), "could not be read: %s", strerror(-r));
		file->trouble = strdup(why);
	}
	if (file->trouble)
		embargo_trouble_report(present->findings, path, file->trouble);
	else
		owner_judge(present, path, file);
}

void embargo_present_judge_path(struct embargo_present *present, const char *path,
				struct embargo_judgement *ret_judgement)
{
	__u32 packed = embargo_evaluate_path(present->measure->image, path);

	*ret_judgement = (struct embargo_judgement){0};
	if (packed && EMBARGO_PACKED_RULE(packed) < present->measure->set->rule_count)
		judgement_of_rule(ret_judgement, &present->measure->set->rules[EMBARGO_PACKED_RULE(packed)]);
}

const struct embargo_present_file *embargo_present_judge(struct embargo_present *present, int fd,
							 const char *path)
{
	struct known key = {.path = (char *)path}, *entry, **place;
	struct stat st;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return NULL;
	if (!present->files)
		present->files = calloc(1, sizeof(*present->files));
	if (!present->files)
		return NULL;
	key.device = st.st_dev;
	key.inode = st.st_ino;
	key.changed = st.st_ctim;
	place = tfind(&key, &present->files->tree, compare);
	if (place)
		return (*place)->file.trouble ? NULL : &(*place)->file;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	*entry = key;
	entry->path = strdup(path);
	if (!entry->path || !tsearch(entry, &present->files->tree, compare)) {
		entry_free(entry);
		return NULL;
	}
	/* Nothing is read whose contents could not matter. */
	if (!st.st_size) /* of /proc too, where files are no files */
		embargo_present_judge_path(present, path, &entry->file.judgement);
	else if (embargo_judge_wants(present->measure) & EMBARGO_WANT_INSIDE ||
		 embargo_contents_matter(present->measure, path, st.st_size))
		read_contents(present, fd, path, st.st_size, &entry->file);
	else
		embargo_present_judge_path(present, path, &entry->file.judgement);
	return entry->file.trouble ? NULL : &entry->file;
}

void embargo_present_finding(const struct embargo_present_file *file, struct embargo_finding *finding)
{
	finding->judgement = file->judgement;
	finding->resolved = file->judgement.rule && !embargo_rule_in_kernel(file->judgement.rule);
	finding->ground = file->judgement.pending ? file->judgement.ground : NULL;
	finding->digests = file->hashed ? &file->digests : NULL;
	finding->format = file->format;
	finding->package = file->package;
	finding->package_version = file->package_version;
	finding->vendor = file->vendor;
	finding->signer = file->signer;
}
