// SPDX-License-Identifier: GPL-2.0-or-later
/* Storage of container engines as they lay it out: which image or container a path is of. */
#include "tests/harness.h"

#include "userspace/container/container.h"

#include "inventory.h"

#define ID_A "4f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e"
#define ID_B "5f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e"
#define ID_C "6f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e"
#define ID_D "7f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e"
#define ID_E "8f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e0a1b2c3d4f5e"
#define DOCKER "/var/lib/docker"
#define LAYERDB DOCKER "/image/overlay2/layerdb"
#define IMAGEDB DOCKER "/image/overlay2/imagedb/content/sha256"
#define PODMAN "/var/lib/containers/storage"

FIXTURE(storage)
{
	struct inventory_tree tree;
};

FIXTURE_SETUP(storage)
{
	inventory_tree_make(&self->tree);
}

FIXTURE_TEARDOWN(storage)
{
	inventory_tree_remove(&self->tree);
}

static void expect_path(struct storage_self *self, const char *expected, const char *path)
{
	char *text = embargo_container_of(self->tree.root, path);

	EXPECT_STREQ(expected, text)
	{
		TH_LOG("%s", path);
	}
	free(text);
}

static void expect_cgroup(struct storage_self *self, const char *expected, const char *cgroup)
{
	char *text = embargo_container_of_cgroup(self->tree.root, cgroup);

	EXPECT_STREQ(expected, text)
	{
		TH_LOG("%s", cgroup);
	}
	free(text);
}

/* Two images, of which the second has the layer of the first below its own; and a container. */
static void docker_make(struct inventory_tree *tree)
{
	inventory_put(tree, DOCKER "/image/overlay2/repositories.json",
		      "{\"Repositories\":{\"nginx\":{\"nginx@sha256:" ID_E "\":\"sha256:" ID_A
		      "\",\"nginx:1.27\":\"sha256:" ID_A "\"},\"own\":{\"own:latest\":\"sha256:" ID_B
		      "\"}}}");
	inventory_put(
		tree, IMAGEDB "/" ID_A,
		"{\"architecture\":\"amd64\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:" ID_C
		"\",\"sha256:" ID_D "\"]}}");
	inventory_put(tree, IMAGEDB "/" ID_B,
		      "{\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:" ID_D "\",\"sha256:" ID_E
		      "\"]}}");
	inventory_put(tree, LAYERDB "/sha256/" ID_A "/cache-id", "aaaaaaaaaaaaaaaaaaaaaaaa");
	inventory_put(tree, LAYERDB "/sha256/" ID_A "/diff", "sha256:" ID_C);
	inventory_put(tree, LAYERDB "/sha256/" ID_B "/cache-id", "bbbbbbbbbbbbbbbbbbbbbbbb\n");
	inventory_put(tree, LAYERDB "/sha256/" ID_B "/diff", "sha256:" ID_D);
	inventory_put(tree, LAYERDB "/sha256/" ID_C "/cache-id", "cccccccccccccccccccccccc");
	inventory_put(tree, LAYERDB "/sha256/" ID_C "/diff", "sha256:" ID_E);
	inventory_put(tree, LAYERDB "/mounts/" ID_D "/mount-id", "dddddddddddddddddddddddd");
	inventory_put(tree, LAYERDB "/mounts/" ID_D "/init-id", "dddddddddddddddddddddddd-init");
	inventory_put(tree, LAYERDB "/mounts/" ID_E "/mount-id", "eeeeeeeeeeeeeeeeeeeeeeee");
	inventory_put(tree, DOCKER "/containers/" ID_D "/config.v2.json",
		      "{\"ID\":\"" ID_D
		      "\",\"Name\":\"/web\",\"Config\":{\"Image\":\"nginx:1.27\"},\"Image\":\"sha256:" ID_A
		      "\"}");
}

TEST_F(storage, docker)
{
	docker_make(&self->tree);
	expect_path(self, "docker image nginx:1.27, layer aaaaaaaaaaaa",
		    DOCKER "/overlay2/aaaaaaaaaaaaaaaaaaaaaaaa/diff/usr/bin/x");
	expect_path(self, "docker image nginx:1.27 and 1 more, layer bbbbbbbbbbbb",
		    DOCKER "/overlay2/bbbbbbbbbbbbbbbbbbbbbbbb/diff/usr/bin/x");
	expect_path(self, "docker image own:latest, layer cccccccccccc",
		    DOCKER "/overlay2/cccccccccccccccccccccccc/diff/usr/bin/x");
	expect_path(self, "docker container web (7f5e0a1b2c3d), image nginx:1.27",
		    DOCKER "/overlay2/dddddddddddddddddddddddd/merged/usr/bin/x");
	expect_path(self, "docker container web (7f5e0a1b2c3d), image nginx:1.27",
		    DOCKER "/overlay2/dddddddddddddddddddddddd-init/diff/x");
	expect_path(self, "docker container 8f5e0a1b2c3d",
		    DOCKER "/overlay2/eeeeeeeeeeeeeeeeeeeeeeee/diff/x");
	expect_path(self, "docker layer ffffffffffff", DOCKER "/overlay2/ffffffffffffffffffffffff/diff/x");
	expect_path(self, "docker volume data", DOCKER "/volumes/data/_data/x");
	expect_path(self, NULL, DOCKER "/overlay2/l/ABCDEF/x");
	expect_path(self, NULL, DOCKER "/tmp/x");
	expect_path(self, NULL, "/usr/bin/x");
	expect_path(self, NULL, "/home/me/overlay2/aaaaaaaaaaaaaaaaaaaaaaaa/diff/x"); /* no storage there */
	expect_cgroup(self, "docker container web (7f5e0a1b2c3d), image nginx:1.27",
		      "0::/system.slice/docker-" ID_D ".scope\n");
	expect_cgroup(self, "docker container web (7f5e0a1b2c3d), image nginx:1.27",
		      "1:name=systemd:/docker/" ID_D "\n0::/\n");
	expect_cgroup(self, "docker container 6f5e0a1b2c3d", "0::/docker/" ID_C "/init\n");
	expect_cgroup(self, NULL, "0::/system.slice/ssh.service\n");
}

/* Without root, elsewhere: the storage has the same layout. */
TEST_F(storage, podman)
{
	static const char *const storages[] = {PODMAN, "/home/me/.local/share/containers/storage"};
	char path[PATH_MAX];

	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/overlay-layers/layers.json", storages[i]);
		inventory_put(&self->tree, path,
			      "[{\"id\":\"" ID_A "\",\"diff-digest\":\"sha256:" ID_E "\"},{\"id\":\"" ID_B
			      "\",\"parent\":\"" ID_A "\"},{\"id\":\"" ID_C "\",\"parent\":\"" ID_B "\"}]");
		snprintf(path, sizeof(path), "%s/overlay-images/images.json", storages[i]);
		inventory_put(
			&self->tree, path,
			"[{\"id\":\"" ID_D "\",\"names\":[\"docker.io/library/nginx:1.27\"],\"layer\":\"" ID_B
			"\"},{\"id\":\"" ID_E "\",\"layer\":\"" ID_A "\",\"mapped-layers\":[\"" ID_D "\"]}]");
		snprintf(path, sizeof(path), "%s/overlay-containers/containers.json", storages[i]);
		inventory_put(&self->tree, path,
			      "[{\"id\":\"" ID_E "\",\"names\":[\"web\"],\"image\":\"" ID_D
			      "\",\"layer\":\"" ID_C "\"}]");
		snprintf(path, sizeof(path), "%s/overlay/" ID_B "/diff/usr/bin/x", storages[i]);
		expect_path(self, "podman image docker.io/library/nginx:1.27, layer 5f5e0a1b2c3d", path);
		snprintf(path, sizeof(path), "%s/overlay/" ID_A "/diff/usr/bin/x", storages[i]);
		expect_path(self, "podman image docker.io/library/nginx:1.27 and 1 more, layer 4f5e0a1b2c3d",
			    path);
		snprintf(path, sizeof(path), "%s/overlay/" ID_D "/diff/usr/bin/x", storages[i]);
		expect_path(self, "podman image 8f5e0a1b2c3d, layer 7f5e0a1b2c3d", path);
		snprintf(path, sizeof(path), "%s/overlay/" ID_C "/diff/usr/bin/x", storages[i]);
		expect_path(self, "podman container web (8f5e0a1b2c3d), image docker.io/library/nginx:1.27",
			    path);
		snprintf(path, sizeof(path), "%s/overlay/" ID_E "/diff/usr/bin/x", storages[i]);
		expect_path(self, "podman layer 8f5e0a1b2c3d", path);
		snprintf(path, sizeof(path), "%s/volumes/data/_data/x", storages[i]);
		expect_path(self, "podman volume data", path);
	}
	expect_cgroup(self, "podman container web (8f5e0a1b2c3d), image docker.io/library/nginx:1.27",
		      "0::/machine.slice/libpod-" ID_E ".scope/container\n");
	expect_cgroup(self, "cri-o container web (8f5e0a1b2c3d), image docker.io/library/nginx:1.27",
		      "0::/kubepods.slice/kubepods-pod1.slice/crio-" ID_E ".scope\n");
}

TEST_F(storage, containerd)
{
	expect_path(self, "containerd snapshot 42",
		    "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/42/fs/usr/bin/x");
	expect_path(self, NULL, "/var/lib/containerd/io.containerd.content.v1.content/blobs/sha256/x");
	expect_cgroup(self, "containerd container 4f5e0a1b2c3d",
		      "0::/kubepods.slice/cri-containerd-" ID_A ".scope\n");
	expect_cgroup(self, "kubernetes container 4f5e0a1b2c3d", "0::/kubepods/burstable/pod1/" ID_A "\n");
}

/* Records that are not what they should be say nothing, and do no harm. */
TEST_F(storage, broken)
{
	static const char *const records[] = {
		"",
		"{",
		"[]",
		"null",
		"{\"Repositories\":[1,2]}",
		"{\"rootfs\":{\"diff_ids\":[null,7,{}]}}",
		"[null,1,\"x\",{\"id\":7,\"layer\":[]},{}]",
	};
	char *deep = malloc(200001);

	memset(deep, '[', 200000);
	deep[200000] = '\0';
	for (size_t i = 0; i <= sizeof(records) / sizeof(*records); i++) {
		const char *record = i < sizeof(records) / sizeof(*records) ? records[i] : deep;

		docker_make(&self->tree);
		inventory_put(&self->tree, DOCKER "/image/overlay2/repositories.json", record);
		expect_path(self, "docker image 4f5e0a1b2c3d, layer aaaaaaaaaaaa",
			    DOCKER "/overlay2/aaaaaaaaaaaaaaaaaaaaaaaa/diff/x");
		inventory_put(&self->tree, IMAGEDB "/" ID_A, record);
		expect_path(self, "docker layer aaaaaaaaaaaa",
			    DOCKER "/overlay2/aaaaaaaaaaaaaaaaaaaaaaaa/diff/x");
		inventory_put(&self->tree, DOCKER "/containers/" ID_D "/config.v2.json", record);
		expect_path(self, "docker container 7f5e0a1b2c3d",
			    DOCKER "/overlay2/dddddddddddddddddddddddd/diff/x");
		inventory_put(&self->tree, PODMAN "/overlay-layers/layers.json", record);
		inventory_put(&self->tree, PODMAN "/overlay-images/images.json", record);
		inventory_put(&self->tree, PODMAN "/overlay-containers/containers.json", record);
		expect_path(self, "podman layer 4f5e0a1b2c3d", PODMAN "/overlay/" ID_A "/diff/x");
	}
	/* a layer that is its own parent */
	inventory_put(&self->tree, PODMAN "/overlay-layers/layers.json",
		      "[{\"id\":\"" ID_A "\",\"parent\":\"" ID_A "\"}]");
	inventory_put(&self->tree, PODMAN "/overlay-images/images.json",
		      "[{\"id\":\"" ID_D "\",\"layer\":\"" ID_A "\"}]");
	expect_path(self, "podman layer 5f5e0a1b2c3d", PODMAN "/overlay/" ID_B "/diff/x");
	free(deep);
}

static void expect_owner(const char *path, const char *id, const char *pod, const char *text)
{
	struct embargo_container container;

	embargo_container_by_path("/nonexistent", path, &container);
	EXPECT_STREQ(id, container.id) TH_LOG("%s", path);
	EXPECT_STREQ(pod, container.pod) TH_LOG("%s", path);
	if (text)
		EXPECT_STREQ(text, container.text) TH_LOG("%s", path);
	else
		EXPECT_NULL(container.text) TH_LOG("%s", path);
	embargo_container_clear(&container);
	EXPECT_NULL(container.text);
}

#define POD "0e4f1a2b-3c4d-5e6f-7081-92a3b4c5d6e7"
#define POD_SLICE "kubepods-burstable-pod0e4f1a2b_3c4d_5e6f_7081_92a3b4c5d6e7.slice"

/* Of events: by the path of the cgroup alone. */
TEST(whose_a_cgroup_is)
{
	expect_owner("/kubepods.slice/kubepods-burstable.slice/" POD_SLICE "/cri-containerd-" ID_A ".scope",
		     ID_A, POD, "containerd container 4f5e0a1b2c3d");
	expect_owner("/kubepods.slice/" POD_SLICE "/crio-" ID_A ".scope", ID_A, POD,
		     "cri-o container 4f5e0a1b2c3d");
	expect_owner("/kubepods/burstable/pod" POD "/" ID_A, ID_A, POD, "kubernetes container 4f5e0a1b2c3d");
	expect_owner("/system.slice/docker-" ID_A ".scope", ID_A, "", "docker container 4f5e0a1b2c3d");
	expect_owner("/machine.slice/libpod-" ID_A ".scope/container", ID_A, "",
		     "podman container 4f5e0a1b2c3d");
	expect_owner("/machine.slice/machine-web.scope", "", "", "systemd-nspawn container web");
	expect_owner("/machine.slice/systemd-nspawn@web.service/payload", "", "",
		     "systemd-nspawn container web");
	expect_owner("/lxc.payload.web/init.scope", "", "", "lxc container web");
	expect_owner("/system.slice/ssh.service", "", "", NULL);
	expect_owner("/user.slice/podium.scope", "", "", NULL);
	expect_owner("/", "", "", NULL);
	EXPECT_NULL(embargo_container_by_cgroup(0));
	EXPECT_NULL(embargo_container_by_cgroup(UINT64_MAX));
}

TEST_HARNESS_MAIN
