// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The storage of Podman, CRI-O and Buildah. DRIVER-layers/layers.json has .id and
 * .parent of each layer, DRIVER-images/images.json the top .layer of each image, and
 * DRIVER-containers/containers.json the .layer and .image of each container.
 */
#include <stdio.h>
#include <string.h>

#include "userspace/container/private.h"
#include "policy/cleanup.h"

#define DEPTH_MAX 256 /* layers of one image */

static json_t *records(const char *root, const char *storage, const char *driver, const char *what)
{
	char file[160];

	snprintf(file, sizeof(file), "%.32s-%s/%s.json", driver, what, what);
	return embargo_container_json(root, storage, file);
}

static const json_t *record_find(const json_t *list, const char *key, const char *value)
{
	size_t i;

	for (i = 0; i < json_array_size(list) && i < EMBARGO_CONTAINER_ENTRIES; i++)
		if (!strcmp(embargo_container_text(json_array_get(list, i), key), value))
			return json_array_get(list, i);
	return NULL;
}

static const char *first_name(const json_t *record)
{
	return json_string_value(json_array_get(json_object_get(record, "names"), 0));
}

/* To be freed: its name, else the beginning of its id */
static char *record_label(const json_t *record)
{
	const char *name = first_name(record);

	return name ? strdup(name) : strndup(embargo_container_text(record, "id"), 12);
}

/* Is @layer the top of the image, or below it? Images can have more than one top layer. */
static bool image_has(const json_t *layers, const json_t *image, const char *layer)
{
	const json_t *mapped = json_object_get(image, "mapped-layers");
	const char *at = embargo_container_text(image, "layer");
	size_t i;
	int depth;

	for (i = 0; i < json_array_size(mapped); i++)
		if (!strcmp(json_string_value(json_array_get(mapped, i)) ?: "", layer))
			return true;
	for (depth = 0; *at && depth < DEPTH_MAX; depth++) {
		if (!strcmp(at, layer))
			return true;
		at = embargo_container_text(record_find(layers, "id", at), "parent");
	}
	return false;
}

static char *images_of(const char *root, const char *storage, const char *driver, const char *layer)
{
	json_t *layers = records(root, storage, driver, "layers");
	json_t *images = records(root, storage, driver, "images");
	_cleanup_free_ char *first = NULL;
	char *text = NULL;
	size_t i;
	int more = 0;

	for (i = 0; i < json_array_size(images) && i < EMBARGO_CONTAINER_ENTRIES; i++) {
		if (!image_has(layers, json_array_get(images, i), layer))
			continue;
		if (first)
			more++;
		else
			first = record_label(json_array_get(images, i));
	}
	if (first && asprintf(&text, more ? "%s and %d more" : "%s", first, more) < 0)
		text = NULL;
	json_decref(layers);
	json_decref(images);
	return text;
}

static char *container_name(const char *root, const char *storage, const char *driver,
			    const json_t *container, char **ret_image)
{
	json_t *images = records(root, storage, driver, "images");
	const json_t *image = record_find(images, "id", embargo_container_text(container, "image"));
	const char *name = first_name(container);

	if (image)
		*ret_image = record_label(image);
	json_decref(images);
	return name ? strdup(name) : NULL;
}

char *embargo_container_storage_name(const char *root, const char *storage, const char *id, char **ret_image)
{
	json_t *containers = records(root, storage, "overlay", "containers");
	const json_t *container = record_find(containers, "id", id);
	char *name = container ? container_name(root, storage, "overlay", container, ret_image) : NULL;

	json_decref(containers);
	return name;
}

char *embargo_container_storage(const char *root, const char *storage, const char *driver, const char *layer)
{
	json_t *containers = records(root, storage, driver, "containers");
	const json_t *container = record_find(containers, "layer", layer);
	_cleanup_free_ char *name = NULL, *image = NULL;
	char *text = NULL;
	int r;

	if (container) {
		name = container_name(root, storage, driver, container, &image);
		r = asprintf(&text, "podman container %s%s%.12s%s%s%s", name ?: "", name ? " (" : "",
			     embargo_container_text(container, "id"), name ? ")" : "",
			     image ? ", image " : "", image ?: "");
	} else if ((image = images_of(root, storage, driver, layer))) {
		r = asprintf(&text, "podman image %s, layer %.12s", image, layer);
	} else {
		r = asprintf(&text, "podman layer %.12s", layer);
	}
	json_decref(containers);
	return r < 0 ? NULL : text;
}
