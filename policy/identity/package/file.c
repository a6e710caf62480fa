// SPDX-License-Identifier: GPL-2.0-or-later
/* The package that a file is, unopened on disk. */
#include <errno.h>
#include <string.h>

#include "policy/identity/base/content.h"
#include "policy/identity/base/parts.h"
#include "policy/identity/package/package.h"
#include "policy/identity/signature/signature.h"

static int package_read(int fd, enum embargo_content content, struct embargo_package **ret_package)
{
	_cleanup_(embargo_package_freep) struct embargo_package *package = calloc(1, sizeof(*package));
	int r;

	if (!package || !(package->manager = strdup(content == EMBARGO_CONTENT_DEB ? "dpkg" : "rpm")))
		return -ENOMEM;
	r = content == EMBARGO_CONTENT_DEB ? embargo_package_deb(fd, package)
					   : embargo_package_rpm(fd, package);
	if (r == -ENOMEM)
		return r;
	/* Half of it is told as well. */
	if (package->name)
		*ret_package = TAKE_PTR(package);
	return r;
}

int embargo_package_inside(int fd, struct embargo_identity *identity, const void *start, size_t size)
{
	enum embargo_content content = embargo_content_of(start, size);
	int r;

	if (content != EMBARGO_CONTENT_DEB && content != EMBARGO_CONTENT_RPM)
		return 0;
	r = package_read(fd, content, &identity->package);
	if (r == -ENOMEM)
		return r;
	if (r)
		r = embargo_identity_warning(identity, "the package cannot be read");
	if (!r && identity->package && identity->package->key_id)
		r = embargo_file_signature_add_key(identity, EMBARGO_FILE_SIGNATURE_PACKAGE, NULL,
						   identity->package->key_id);
	return r;
}
