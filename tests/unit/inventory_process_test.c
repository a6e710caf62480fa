// SPDX-License-Identifier: GPL-2.0-or-later
/* Processes of this machine: what runs, is mapped or interpreted is found, deleted or not. */
#include "tests/harness.h"

#include <sys/sendfile.h>
#include <sys/wait.h>

#include "policy/identity/identity.h"

#include "inventory.h"

#define BUSYBOX "/bin/busybox" /* static: it needs no file but itself */

FIXTURE(process)
{
	struct inventory_tree tree;
	pid_t child;
};

FIXTURE_SETUP(process)
{
	inventory_tree_make(&self->tree);
}

FIXTURE_TEARDOWN(process)
{
	if (self->child > 0) {
		kill(self->child, SIGKILL);
		waitpid(self->child, NULL, 0);
	}
	inventory_tree_remove(&self->tree);
}

/* A copy that no other file is like. */
static void copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	struct stat st;
	off_t at = 0;

	ASSERT_LE(0, in)
	{
		TH_LOG("%s: %m", from);
	}
	ASSERT_LE(0, out);
	ASSERT_EQ(0, fstat(in, &st));
	while (at < st.st_size)
		ASSERT_LT(0, sendfile(out, in, &at, st.st_size - at));
	ASSERT_LT(0, dprintf(out, "%s %d", to, getpid()));
	close(in);
	close(out);
}

static char *hash_rule(const char *action, const char *path)
{
	struct embargo_digests digests;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *hex, *rule;

	ASSERT_EQ(0, embargo_hash_fd(fd, 0, &digests, NULL));
	close(fd);
	hex = embargo_hex(digests.sha256, sizeof(digests.sha256));
	ASSERT_LE(0, asprintf(&rule, "%s hash sha256:%s size=%llu\n", action, hex,
			      (unsigned long long)digests.size));
	free(hex);
	return rule;
}

/* Runs until it is killed; returns when it has begun: the pipe is closed by exec. */
static pid_t start(const char *path, const char *const *argv)
{
	int pipes[2], input[2];
	char byte;
	pid_t pid;

	ASSERT_EQ(0, pipe2(pipes, O_CLOEXEC));
	ASSERT_EQ(0, pipe2(input, O_CLOEXEC)); /* its end stays open here: what reads from it waits */
	pid = fork();
	if (!pid) {
		dup2(input[0], STDIN_FILENO);
		execv(path, (char *const *)argv);
		_exit(1);
	}
	close(pipes[1]);
	close(input[0]);
	ASSERT_EQ(0, read(pipes[0], &byte, 1));
	close(pipes[0]);
	return pid;
}

static void expect_process(struct process_self *self, const char *rule, const char *path)
{
	json_t *found = inventory_find("/", rule, embargo_inventory_processes);
	const json_t *finding = inventory_with(found, "kind", "process", "path", path);

	EXPECT_NOT_NULL(finding)
	{
		inventory_log(found);
	}
	EXPECT_EQ(self->child, json_integer_value(json_object_get(finding, "pid")));
	EXPECT_EQ(1, inventory_count(found, "process"));
	EXPECT_EQ(0, inventory_count(found, "library"));
	EXPECT_STREQ("denied", inventory_text(finding, "verdict"));
	EXPECT_TRUE(json_is_true(json_object_get(finding, "active")));
	EXPECT_STREQ(strrchr(path, '/') + 1, inventory_text(finding, "comm"));
	json_decref(found);
}

TEST_F(process, runs_and_was_deleted)
{
	char *path = strdup(inventory_path(&self->tree, "/sleep"));
	const char *const argv[] = {"sleep", "1000", NULL};
	char *rule;

	if (access(BUSYBOX, X_OK))
		SKIP("no " BUSYBOX);
	copy(BUSYBOX, path);
	rule = hash_rule("ban", path);
	self->child = start(path, argv);
	expect_process(self, rule, path);
	ASSERT_EQ(0, unlink(path));
	expect_process(self, rule, path);
	/* in its place is another now */
	inventory_put(&self->tree, "/sleep", "harmless\n");
	expect_process(self, rule, path);
	free(rule);
	free(path);
}

TEST_F(process, by_path_and_audited)
{
	char *path = strdup(inventory_path(&self->tree, "/sleep"));
	const char *const argv[] = {"sleep", "1000", NULL};
	char rule[256];
	json_t *found;

	if (access(BUSYBOX, X_OK))
		SKIP("no " BUSYBOX);
	copy(BUSYBOX, path);
	self->child = start(path, argv);
	snprintf(rule, sizeof(rule), "ban path \"%s/\"\n", self->tree.root);
	expect_process(self, rule, path);
	ASSERT_EQ(0, unlink(path));
	expect_process(self, rule, path);
	snprintf(rule, sizeof(rule), "audit path \"%s/\"\n", self->tree.root);
	found = inventory_find("/", rule, embargo_inventory_processes);
	EXPECT_NOT_NULL(inventory_with(found, "path", path, "verdict", "audited"));
	json_decref(found);
	snprintf(rule, sizeof(rule), "allow path \"%s/\"\n", self->tree.root);
	found = inventory_find("/", rule, embargo_inventory_processes);
	EXPECT_EQ(0, inventory_count(found, "process"));
	json_decref(found);
	free(path);
}

/* This process maps it; so does no other. */
TEST_F(process, mapped_libraries)
{
	char *path = strdup(inventory_path(&self->tree, "/lib.so"));
	const json_t *finding;
	json_t *found;
	void *memory;
	char *rule;
	int fd;

	copy("/proc/self/exe", path);
	rule = hash_rule("ban", path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	memory = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	found = inventory_find("/", rule, embargo_inventory_processes);
	EXPECT_EQ(0, inventory_count(found, "library")); /* it is only read */
	json_decref(found);
	ASSERT_EQ(0, munmap(memory, 4096));
	memory = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	ASSERT_NE(MAP_FAILED, memory)
	{
		TH_LOG("%m");
	}
	close(fd);
	for (int deleted = 0; deleted < 2; deleted++) {
		found = inventory_find("/", rule, embargo_inventory_processes);
		finding = inventory_with(found, "kind", "library", "path", path);
		EXPECT_NOT_NULL(finding)
		{
			inventory_log(found);
		}
		EXPECT_EQ(getpid(), json_integer_value(json_object_get(finding, "pid")));
		EXPECT_EQ(1, inventory_count(found, "library"));
		EXPECT_EQ(0, inventory_count(found, "process"));
		json_decref(found);
		ASSERT_EQ(0, deleted ? 0 : unlink(path));
		if (geteuid())
			break; /* map_files/ is root's */
	}
	munmap(memory, 4096);
	free(rule);
	free(path);
}

TEST_F(process, scripts)
{
	char *path = strdup(inventory_path(&self->tree, "/script"));
	const char *const by_shell[] = {"sh", "-u", path, "argument", NULL};
	char *rule;

	inventory_put(&self->tree, "/script", "#!/bin/sh\nread line\n# only this test's\n");
	rule = hash_rule("ban", path);
	self->child = start("/bin/sh", by_shell);
	{
		json_t *found = inventory_find("/", rule, embargo_inventory_processes);
		const json_t *finding = inventory_with(found, "kind", "process", "path", path);

		EXPECT_NOT_NULL(finding)
		{
			inventory_log(found);
		}
		EXPECT_EQ(self->child, json_integer_value(json_object_get(finding, "pid")));
		EXPECT_EQ(1, inventory_count(found, "process"));
		json_decref(found);
	}
	free(rule);
	free(path);
}

/* It falls under a rule that the kernel cannot match. */
TEST_F(process, resolved)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;
	char *path = strdup(inventory_path(&self->tree, "/self")), rule[256];
	const json_t *finding;
	json_t *found;

	ASSERT_EQ(0, embargo_identity_read("/proc/self/exe", EMBARGO_WANT_INSIDE, &identity, NULL));
	if (!identity->build_id)
		SKIP("this test has no build-id");
	snprintf(rule, sizeof(rule), "ban build-id %s reason=test\n", identity->build_id);
	found = inventory_find("/", rule, embargo_inventory_processes);
	finding = inventory_with(found, "kind", "process", "reason", "test");
	EXPECT_NOT_NULL(finding)
	{
		inventory_log(found);
	}
	EXPECT_TRUE(json_is_true(json_object_get(finding, "resolved")));
	EXPECT_NE(0, strcmp("(none)", inventory_text(finding, "sha256")));
	EXPECT_NOT_NULL(strstr(inventory_text(finding, "ground"), "build"));
	json_decref(found);
	free(path);
}

TEST_HARNESS_MAIN
