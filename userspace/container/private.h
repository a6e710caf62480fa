/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of container/ share. Their records are others' data: sizes and numbers are bounded. */
#ifndef EMBARGO_USERSPACE_CONTAINER_PRIVATE_H
#define EMBARGO_USERSPACE_CONTAINER_PRIVATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define EMBARGO_CONTAINER_ID_MAX 129	/* with its NUL */
#define EMBARGO_CONTAINER_ENTRIES 65536 /* of one directory, or list */

/* @storage: as seen below @root, for example "/var/lib/docker"; @layer: the directory of the storage driver
 */
char *embargo_container_docker(const char *root, const char *storage, const char *driver, const char *layer);
/* "web", or NULL; *@ret_image: "nginx:1.27", or NULL; both to be freed */
char *embargo_container_docker_name(const char *root, const char *storage, const char *id, char **ret_image);

/* Podman, CRI-O, Buildah: containers/storage */
char *embargo_container_storage(const char *root, const char *storage, const char *driver, const char *layer);
char *embargo_container_storage_name(const char *root, const char *storage, const char *id, char **ret_image);

/* container.c: 64 hexadecimal digits that stand alone in @line; NULL: none */
const char *embargo_container_id_find(const char *line);

/* json.c: the file @storage/@name below @root. NULL: none, or not what it should be */
json_t *embargo_container_json(const char *root, const char *storage, const char *name);
/* Its one line, without newline. False: none */
bool embargo_container_line(const char *root, const char *path, char line[EMBARGO_CONTAINER_ID_MAX]);
/* The string @key of @object, or "" */
const char *embargo_container_text(const json_t *object, const char *key);

#endif
