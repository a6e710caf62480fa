// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Banned software in a container's image: crun makes the container, of layers and under a cgroup as container
 * engines have them. It is refused in there, and the event says in which container, of which image and pod.
 */
#include "tests/guest/guest.h"
#include "tests/guest/guest_event.h"

#define FILES GUEST_TESTS "/files/container"
#define STORAGE "/var/lib/containers/storage"
#define BUNDLE "/run/bundle"
#define ID "8f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e"
#define IMAGE "7f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e"
#define LAYER "4f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e"
#define UPPER "5f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e"
#define POD "0e4f1a2b-3c4d-5e6f-7081-92a3b4c5d6e7"
#define PODS "/kubepods.slice/kubepods-pod0e4f1a2b_3c4d_5e6f_7081_92a3b4c5d6e7.slice"

FIXTURE(container)
{
	struct guest_place place;
	const char *layer, *root;
};

FIXTURE_VARIANT(container)
{
	const char *cgroup, *text, *pod;
};

FIXTURE_VARIANT_ADD(container, crio){
	.cgroup = PODS "/crio-" ID ".scope",
	.text = "cri-o container web (8f5e0a1b2c3d), image docker.io/library/nginx:1.27",
	.pod = POD,
};

FIXTURE_VARIANT_ADD(container, podman){
	.cgroup = "/machine.slice/libpod-" ID ".scope",
	.text = "podman container web (8f5e0a1b2c3d), image docker.io/library/nginx:1.27",
};

FIXTURE_VARIANT_ADD(container, containerd){
	.cgroup = PODS "/cri-containerd-" ID ".scope",
	.text = "containerd container 8f5e0a1b2c3d",
	.pod = POD,
};

/* What Podman and CRI-O write down of an image and a container. */
static void records_put(void)
{
	GUEST_RUN(NULL, "mkdir", "-p", STORAGE "/overlay-layers", STORAGE "/overlay-images",
		  STORAGE "/overlay-containers");
	guest_put_text(STORAGE "/overlay-layers/layers.json",
		       "[{\"id\":\"" LAYER "\"},{\"id\":\"" UPPER "\",\"parent\":\"" LAYER "\"}]");
	guest_put_text(STORAGE "/overlay-images/images.json",
		       "[{\"id\":\"" IMAGE
		       "\",\"names\":[\"docker.io/library/nginx:1.27\"],\"layer\":\"" LAYER "\"}]");
	guest_put_text(STORAGE "/overlay-containers/containers.json",
		       "[{\"id\":\"" ID "\",\"names\":[\"web\"],\"image\":\"" IMAGE "\",\"layer\":\"" UPPER
		       "\"}]");
}

/* What an engine hands to crun: the container runs @program, or sleeps. */
static void bundle_put(const char *root, const char *cgroup, const char *program)
{
	json_t *config =
		json_pack("{s:s, s:{s:b, s:{s:i, s:i}, s:[s*, s*, s*], s:[s], s:s}, s:{s:s, s:b},"
			  " s:[{s:s, s:s, s:s}, {s:s, s:s, s:s}], s:{s:s, s:[{s:s}, {s:s}, {s:s}, {s:s}]}}",
			  "ociVersion", "1.0.2", "process", "terminal", 0, "user", "uid", 0, "gid", 0, "args",
			  program ?: "/busybox", program ? NULL : "sleep", program ? NULL : "100000", "env",
			  "PATH=/", "cwd", "/", "root", "path", root, "readonly", 0, "mounts", "destination",
			  "/proc", "type", "proc", "source", "proc", "destination", "/dev", "type", "tmpfs",
			  "source", "tmpfs", "linux", "cgroupsPath", cgroup, "namespaces", "type", "pid",
			  "type", "mount", "type", "ipc", "type", "uts");

	ASSERT_NOT_NULL(config);
	mkdir(BUNDLE, 0755);
	ASSERT_EQ(0, json_dump_file(config, BUNDLE "/config.json", 0));
	json_decref(config);
}

#define CRUN(ret_output, ...)                                                                                \
	GUEST_RUN(ret_output, FILES "/crun", "--root", "/run/crun", "--cgroup-manager", "cgroupfs",          \
		  __VA_ARGS__)

FIXTURE_SETUP(container)
{
	char options[512], to[256];
	static const char *const dirs[] = {"layer", "upper", "work", "root"};

	setenv("LD_LIBRARY_PATH", FILES "/lib", 1);
	guest_place_make(&self->place, GUEST_EXT4);
	GUEST_RUN(NULL, "modprobe", "-q", "overlay");
	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++)
		ASSERT_EQ(0, mkdir(PATH_OF("%s/%s", self->place.dir, dirs[i]), 0755));
	self->layer = strdup(PATH_OF("%s/layer", self->place.dir));
	self->root = strdup(PATH_OF("%s/root", self->place.dir));
	guest_copy_salted("/usr/bin/busybox", PATH_OF("%s/busybox", self->layer), "");
	guest_copy_salted(GUEST_TESTS "/probe", PATH_OF("%s/probe", self->layer), "");
	guest_put_elf(PATH_OF("%s/banned", self->layer), BANNED, 0);
	guest_put_elf(PATH_OF("%s/harmless", self->layer), HARMLESS, 0);
	snprintf(options, sizeof(options), "lowerdir=%s,upperdir=%s/upper,workdir=%s/work", self->layer,
		 self->place.dir, self->place.dir);
	ASSERT_EQ(0, mount("overlay", self->root, "overlay", 0, options))
	{
		TH_LOG("%s: %m", options);
	}
	snprintf(to, sizeof(to), "%s/proc", self->root);
	ASSERT_EQ(0, mkdir(to, 0755));
	records_put();
}

FIXTURE_TEARDOWN(container)
{
	/* What the cgroup is in goes with it. */
	char *cgroup = strdup(PATH_OF("/sys/fs/cgroup%s", variant->cgroup));

	for (; strcmp(cgroup, "/sys/fs/cgroup"); *strrchr(cgroup, '/') = 0)
		rmdir(cgroup);
	free(cgroup);
	GUEST_RUN(NULL, "rm", "-rf", "/var/lib/containers", BUNDLE, "/run/crun");
	EXPECT_EQ(0, umount(self->root));
	guest_lift();
	guest_events_clear();
	guest_place_remove(&self->place);
}

static int in_container(const char *file)
{
	char *output = NULL;
	int r = CRUN(&output, "exec", ID, "/probe", "exec", file);

	printf("%s: %s", file, output);
	free(output);
	return r;
}

enum { ALLOWED, DENIED }; /* what tests/probe exits with; DENIED is -EPERM and nothing else */

TEST_F_TIMEOUT(container, is_refused_inside_and_told, 300)
{
	int log = guest_syslog_open();
	char *message, *output = NULL;
	json_t *event;
	pid_t daemon;

	bundle_put(self->root, variant->cgroup, NULL);
	/* There is no root to be exchanged in an initramfs. */
	ASSERT_EQ(0, CRUN(NULL, "run", "--no-pivot", "--detach", "--bundle", BUNDLE, ID));
	EXPECT_EQ(ALLOWED, in_container("/banned"));
	guest_ban(PATH_OF("%s/banned", self->layer));
	guest_events_clear();
	EXPECT_EQ(DENIED, in_container("/banned"));
	EXPECT_EQ(ALLOWED, in_container("/harmless"));
	event = guest_one_event();
	EXPECT_STREQ("denied", guest_text(event, "verdict"));
	EXPECT_STREQ(ID, guest_text(event, "container_id"));
	EXPECT_STREQ(variant->text, guest_text(event, "container"));
	EXPECT_STREQ(variant->pod ?: "", guest_text(event, "pod_uid") ?: "");
	daemon = guest_daemon_start();
	message = guest_syslog_next(log, GUEST_PATIENCE_MS);
	EXPECT_NOT_NULL(strstr(message ?: "", PATH_OF(" in %s: ", variant->text)))
	{
		TH_LOG("%s", message ?: "nothing came");
	}
	guest_end(daemon, SIGTERM);
	guest_syslog_close(log);
	guest_lift();
	EXPECT_EQ(ALLOWED, in_container("/banned"));
	EXPECT_EQ(0, CRUN(&output, "delete", "--force", ID))
	{
		TH_LOG("%s", output);
	}
}

/* A container whose first program is banned does not start. */
TEST_F_TIMEOUT(container, does_not_start, 300)
{
	char *output = NULL;

	bundle_put(self->root, variant->cgroup, "/banned");
	EXPECT_EQ(BANNED, CRUN(NULL, "run", "--no-pivot", "--bundle", BUNDLE, ID));
	guest_ban(PATH_OF("%s/banned", self->layer));
	EXPECT_NE(BANNED, CRUN(&output, "run", "--no-pivot", "--bundle", BUNDLE, ID));
	EXPECT_NOT_NULL(strstr(output, "Operation not permitted"))
	{
		TH_LOG("%s", output);
	}
	guest_lift();
	EXPECT_EQ(BANNED, CRUN(NULL, "run", "--no-pivot", "--bundle", BUNDLE, ID));
}

GUEST_MAIN
