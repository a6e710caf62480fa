// SPDX-License-Identifier: GPL-2.0-or-later
/* The databases of a root, read into an index; and the host's own. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>

#include "policy/identity/base/parts.h"
#include "policy/identity/package/owner_private.h"
#include "policy/identity/package/package.h"

int embargo_owners_open(const char *root, struct embargo_owners **ret_owners, char **ret_warning)
{
	_cleanup_(embargo_owners_freep) struct embargo_owners *owners = calloc(1, sizeof(*owners));
	int r;

	if (!owners)
		return -ENOMEM;
	owners->root_path = root;
	owners->root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (owners->root < 0)
		return -errno;
	embargo_owners_index_begin(owners);
	r = embargo_owners_dpkg(owners) ?: embargo_owners_rpm(owners);
	if (r == -EFBIG)
		r = embargo_owners_warning(owners, "there are more packages or paths than can be kept");
	if (r)
		return r;
	close(owners->root);
	owners->root = -1;
	owners->root_path = NULL;
	if (ret_warning)
		*ret_warning = TAKE_PTR(owners->warning);
	*ret_owners = TAKE_PTR(owners);
	return 0;
}

int embargo_owners_each(const struct embargo_owners *owners,
			int (*each)(void *context, const struct embargo_package *package), void *context)
{
	size_t i;
	int r = 0;

	for (i = 0; i < owners->package_count && !r; i++)
		r = each(context, &owners->packages[i]);
	return r;
}

int embargo_owners_tell(const struct embargo_owners *owners, struct embargo_identity *identity)
{
	const struct embargo_package *package;

	package = identity->real_path ? embargo_owners_find(owners, identity->real_path) : NULL;
	if (!package || identity->owner)
		return 0;
	identity->owner = embargo_package_copy(package);
	return identity->owner ? 0 : -ENOMEM;
}

static struct embargo_owners *host;

static void host_open(void)
{
	(void)embargo_owners_open("/", &host, NULL);
}

int embargo_owner_of_host(struct embargo_identity *identity)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, host_open);
	return host ? embargo_owners_tell(host, identity)
		    : embargo_identity_warning(identity, "the package databases cannot be read");
}
