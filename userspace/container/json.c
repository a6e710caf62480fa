// SPDX-License-Identifier: GPL-2.0-or-later
/* Records of container engines, read with care. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "policy/cleanup.h"
#include "userspace/container/private.h"
#include "userspace/base/root.h"

#define RECORD_MAX (32U << 20)

json_t *embargo_container_json(const char *root, const char *storage, const char *name)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_close_ int fd = -1;
	struct stat st;

	if (asprintf(&path, "%s/%s", storage, name) < 0)
		return NULL;
	fd = embargo_root_open(root, path, O_RDONLY);
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size > RECORD_MAX)
		return NULL;
	return json_loadfd(fd, 0, NULL);
}

bool embargo_container_line(const char *root, const char *path, char line[EMBARGO_CONTAINER_ID_MAX])
{
	_cleanup_fclose_ FILE *file = embargo_root_file_open(root, path);

	if (!file || !fgets(line, EMBARGO_CONTAINER_ID_MAX, file))
		return false;
	line[strcspn(line, "\r\n")] = '\0';
	return *line;
}

const char *embargo_container_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key)) ?: "";
}
