// SPDX-License-Identifier: GPL-2.0-or-later
/* The policy image in the kernel: an array map of pages, filled by memory writes. */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "loader/internal.h"

int embargo_image_map_create(struct embargo_policy *policy, uint64_t generation, uint32_t mount_namespace,
			     struct embargo_error *error)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE | BPF_F_INNER_MAP);
	_cleanup_close_ int fd = -1;
	size_t pages, size;
	void *memory;
	int r;

	r = embargo_image_pages(policy, &pages);
	if (r < 0)
		return embargo_fail(error, r, "the policy does not fit into an image: %s", strerror(-r));
	size = pages * EMBARGO_PAGE_SIZE;
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "embargo_image", sizeof(__u32), EMBARGO_PAGE_SIZE, pages,
			    &options);
	if (fd < 0)
		return embargo_fail(error, -errno,
				    "no kernel memory for a policy of %u rules (%zu KiB): %s; use fewer "
				    "rules or raise the memory limit",
				    policy->set.rule_count, size / 1024, strerror(errno));
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		return embargo_fail(error, -errno, "cannot map %zu KiB of policy image: %s", size / 1024,
				    strerror(errno));
	r = embargo_image_build(policy, memory, pages, generation);
	((struct embargo_image_header *)memory)->mount_namespace = mount_namespace;
	munmap(memory, size);
	if (r < 0)
		return embargo_fail(error, r, "cannot build the policy image: %s", strerror(-r));
	/* From here on nobody writes to it, not even root by accident. */
	if (bpf_map_freeze(fd) < 0)
		return embargo_fail(error, -errno, "cannot freeze the policy image: %s", strerror(errno));
	return TAKE_FD(fd);
}

static int image_size(int fd, size_t *ret_size)
{
	struct bpf_map_info info = {};
	__u32 length = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &length) < 0)
		return -errno;
	if (info.type != BPF_MAP_TYPE_ARRAY || info.value_size != EMBARGO_PAGE_SIZE)
		return -EBADMSG;
	*ret_size = (size_t)info.max_entries * EMBARGO_PAGE_SIZE;
	return 0;
}

void *embargo_image_map_view(int fd, size_t *ret_size)
{
	void *memory;
	size_t size;
	int r;

	r = image_size(fd, &size);
	if (r < 0) {
		errno = -r;
		return NULL;
	}
	memory = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		return NULL;
	*ret_size = size;
	return memory;
}

int embargo_image_map_published(int policy_fd, __u32 open_flags)
{
	LIBBPF_OPTS(bpf_get_fd_by_id_opts, options, .open_flags = open_flags);
	__u32 zero = 0, id;
	int fd;

	if (bpf_map_lookup_elem(policy_fd, &zero, &id) < 0)
		return -errno;
	fd = bpf_map_get_fd_by_id_opts(id, &options);
	return fd < 0 ? -errno : fd;
}

int embargo_image_map_header(int fd, struct embargo_image_header *ret_header)
{
	_Alignas(8) unsigned char page[EMBARGO_PAGE_SIZE];
	__u32 zero = 0;
	size_t size;
	int r;

	r = image_size(fd, &size);
	if (r < 0)
		return r;
	if (bpf_map_lookup_elem(fd, &zero, page) < 0)
		return -errno;
	memcpy(ret_header, page, sizeof(*ret_header));
	return ret_header->magic == EMBARGO_IMAGE_MAGIC ? 0 : -EBADMSG;
}
