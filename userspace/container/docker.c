// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Docker's storage. A directory of the driver is a layer of images or the
 * top of a container; image/DRIVER/ says which:
 *   layerdb/mounts/CONTAINER/mount-id	the directory of a container
 *   layerdb/sha256/CHAIN/cache-id	the directory of a layer; beside it diff, its digest
 *   imagedb/content/sha256/IMAGE	.rootfs.diff_ids: digests of an image's layers
 *   repositories.json			names of images
 * and containers/ID/config.v2.json has the name and the image of a container.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "policy/cleanup.h"
#include "userspace/container/private.h"
#include "userspace/base/root.h"

struct docker {
	const char *root, *storage, *driver;
	char path[PATH_MAX]; /* of the directory that is walked */
};

static bool is_id(const char *name)
{
	return strspn(name, "0123456789abcdefghijklmnopqrstuvwxyz-") == strlen(name);
}

/*
 * The entry of image/DRIVER/@directory whose file @file says @wanted. False: none
 */
static bool entry_find(struct docker *docker, const char *directory, const char *file, const char *wanted,
		       char entry_name[NAME_MAX + 1])
{
	char path[PATH_MAX + NAME_MAX + 32], line[EMBARGO_CONTAINER_ID_MAX];
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;
	int left = EMBARGO_CONTAINER_ENTRIES;

	snprintf(docker->path, sizeof(docker->path), "%s/image/%s/%s", docker->storage, docker->driver,
		 directory);
	dir = embargo_root_directory_open(docker->root, docker->path);
	while (dir && left-- && (entry = readdir(dir))) {
		if (!is_id(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "%s/%s/%s", docker->path, entry->d_name, file);
		if (!embargo_container_line(docker->root, path, line) || strcmp(line, wanted))
			continue;
		snprintf(entry_name, NAME_MAX + 1, "%s", entry->d_name);
		return true;
	}
	return false;
}

static bool has_layer(const json_t *image, const char *digest)
{
	const json_t *layers = json_object_get(json_object_get(image, "rootfs"), "diff_ids");
	size_t i;

	for (i = 0; i < json_array_size(layers); i++)
		if (!strcmp(json_string_value(json_array_get(layers, i)) ?: "", digest))
			return true;
	return false;
}

/* The image's name with a tag, "sha256:…" or the like without one. To be freed */
static char *image_name(const struct docker *docker, const char *id)
{
	char wanted[NAME_MAX + 16], file[64];
	const char *name, *tag, *any = NULL;
	json_t *repositories, *tags, *value;
	char *found = NULL;

	snprintf(wanted, sizeof(wanted), "sha256:%s", id);
	snprintf(file, sizeof(file), "image/%.32s/repositories.json", docker->driver);
	repositories = embargo_container_json(docker->root, docker->storage, file);
	json_object_foreach(json_object_get(repositories, "Repositories"), name, tags)
	{
		json_object_foreach(tags, tag, value)
		{
			if (strcmp(json_string_value(value) ?: "", wanted))
				continue;
			any = any && !strchr(any, '@') ? any : tag;
		}
	}
	if (any)
		found = strdup(any);
	else if (asprintf(&found, "%.12s", id) < 0)
		found = NULL;
	json_decref(repositories);
	return found;
}

/* The images that have the layer: the first by name, and how many more. To be freed; NULL: none */
static char *images_of(struct docker *docker, const char *digest)
{
	_cleanup_closedir_ DIR *dir = NULL;
	_cleanup_free_ char *first = NULL;
	int left = EMBARGO_CONTAINER_ENTRIES, more = 0;
	struct dirent *entry;
	char *text = NULL, *name;

	snprintf(docker->path, sizeof(docker->path), "%s/image/%s/imagedb/content/sha256", docker->storage,
		 docker->driver);
	dir = embargo_root_directory_open(docker->root, docker->path);
	while (dir && left-- && (entry = readdir(dir))) {
		json_t *image;

		if (!is_id(entry->d_name))
			continue;
		image = embargo_container_json(docker->root, docker->path, entry->d_name);
		if (!has_layer(image, digest)) {
			json_decref(image);
			continue;
		}
		json_decref(image);
		name = image_name(docker, entry->d_name);
		if (name && first) {
			more++;
			if (strcmp(name, first) >= 0) {
				free(name);
				continue;
			}
		}
		if (name) {
			free(first);
			first = name;
		}
	}
	if (first && asprintf(&text, more ? "%s and %d more" : "%s", first, more) < 0)
		text = NULL;
	return text;
}

char *embargo_container_docker_name(const char *root, const char *storage, const char *id, char **ret_image)
{
	char file[NAME_MAX + 64];
	json_t *config;
	const char *name, *image;
	char *found = NULL;

	snprintf(file, sizeof(file), "containers/%s/config.v2.json", id);
	config = embargo_container_json(root, storage, file);
	name = embargo_container_text(config, "Name");
	image = embargo_container_text(json_object_get(config, "Config"), "Image");
	if (*image)
		*ret_image = strdup(image);
	if (*name)
		found = strdup(name + (*name == '/'));
	json_decref(config);
	return found;
}

char *embargo_container_docker(const char *root, const char *storage, const char *driver, const char *layer)
{
	struct docker docker = {.root = root, .storage = storage, .driver = driver};
	char entry[NAME_MAX + 1], path[PATH_MAX + NAME_MAX + 32], digest[EMBARGO_CONTAINER_ID_MAX];
	_cleanup_free_ char *name = NULL, *image = NULL;
	char *text = NULL;
	int r;

	if (entry_find(&docker, "layerdb/mounts", "mount-id", layer, entry) ||
	    entry_find(&docker, "layerdb/mounts", "init-id", layer, entry)) {
		name = embargo_container_docker_name(root, storage, entry, &image);
		r = asprintf(&text, "docker container %s%s%.12s%s%s%s", name ?: "", name ? " (" : "", entry,
			     name ? ")" : "", image ? ", image " : "", image ?: "");
	} else if (entry_find(&docker, "layerdb/sha256", "cache-id", layer, entry) &&
		   snprintf(path, sizeof(path), "%s/%s/diff", docker.path, entry) > 0 &&
		   embargo_container_line(root, path, digest) && (image = images_of(&docker, digest))) {
		r = asprintf(&text, "docker image %s, layer %.12s", image, layer);
	} else {
		r = asprintf(&text, "docker layer %.12s", layer);
	}
	return r < 0 ? NULL : text;
}
