// SPDX-License-Identifier: GPL-2.0-or-later
/* What is in force, read from the pins. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "loader/events.h"
#include "loader/internal.h"
#include "loader/requirements.h"

enum embargo_mode embargo_control_mode(const struct embargo_control *control, uint64_t generation)
{
	if (generation && control->version == EMBARGO_ABI_VERSION)
		return control->enforce & EMBARGO_ENFORCE_BIT(generation) ? EMBARGO_MODE_ENFORCE
									  : EMBARGO_MODE_AUDIT;
	return control->mode == EMBARGO_MODE_AUDIT ? EMBARGO_MODE_AUDIT : EMBARGO_MODE_ENFORCE;
}

static int read_counters(uint64_t counters[EMBARGO_COUNTERS])
{
	_cleanup_close_ int fd = embargo_pin_open(EMBARGO_LIVE, "embargo_counters");
	int r = fd < 0 ? fd : 0;

	for (uint32_t i = 0; r == 0 && i < EMBARGO_COUNTERS; i++)
		r = embargo_counter_sum(fd, i, &counters[i]);
	return r;
}

static void read_links(struct embargo_status *status)
{
	_cleanup_closedir_ DIR *dir = opendir(EMBARGO_LIVE "/links");
	struct dirent *entry;

	while (dir && (entry = readdir(dir)) && status->links < EMBARGO_HOOK_MAX * 2)
		if (entry->d_name[0] != '.' && !embargo_link_optional(entry->d_name))
			snprintf(status->link[status->links++], sizeof(status->link[0]), "%.63s",
				 entry->d_name);
}

bool embargo_ftrace_is_off(void)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/sys/kernel/ftrace_enabled", "re");

	return file && fgetc(file) == '0';
}

static void read_ring(struct embargo_status *status)
{
	struct embargo_ring *ring;

	if (embargo_ring_open(false, &ring, NULL) < 0)
		return;
	embargo_ring_use(ring, &status->ring_size, &status->ring_used);
	embargo_ring_close(ring);
}

static int read_header(struct embargo_status *status, struct embargo_error *error)
{
	_cleanup_close_ int policy = embargo_pin_open(EMBARGO_LIVE, "embargo_policy"), image = -1;
	int r;

	image = policy < 0 ? policy : embargo_image_map_published(policy, BPF_F_RDONLY);
	if (image == -ENOENT) {
		status->interrupted = true;
		return 0;
	}
	r = image < 0 ? image : embargo_image_map_header(image, &status->header);
	if (r < 0)
		return embargo_fail(error, r, "cannot read the policy in force: %s", strerror(-r));
	status->policy_memory = embargo_fdinfo(image, "memlock");
	if (!status->other_build)
		status->links_expected =
			embargo_links_expected(status->header.rules_by_kind[EMBARGO_KIND_INTERPRETER] > 0);
	return 0;
}

static void look_hidden(struct embargo_status *status)
{
	struct embargo_error error = {""};

	status->hidden = embargo_pins_hidden();
	if (!status->hidden)
		return;
	embargo_pins_hidden_fail(status->hidden, &error);
	snprintf(status->hidden_why, sizeof(status->hidden_why), "%.255s", error.text);
}

static int status_read(bool whole, struct embargo_status *ret_status, struct embargo_error *error)
{
	_cleanup_close_ int control_fd = -1;
	struct embargo_status status = {};
	struct embargo_control control;
	__u32 zero = 0;
	int r;

	status.ftrace_off = embargo_ftrace_is_off();
	control_fd = embargo_pin_open(EMBARGO_LIVE, "embargo_control");
	if (control_fd == -ENOENT) {
		/* The daemon, which only counts, may not ask the kernel for what is not pinned. */
		if (whole)
			look_hidden(&status);
		*ret_status = status;
		return 0;
	}
	if (control_fd < 0)
		return embargo_fail(error, control_fd, "cannot read " EMBARGO_PIN_DIR ": %s%s",
				    strerror(-control_fd),
				    control_fd == -EACCES ? "; it needs root: use sudo" : "");
	if (bpf_map_lookup_elem(control_fd, &zero, &control) < 0)
		return embargo_fail(error, -errno, "cannot read what is in force: %s", strerror(errno));
	status.loaded = true;
	status.mode = embargo_control_mode(&control, 0);
	status.build = control.build;
	status.other_build = control.version != EMBARGO_ABI_VERSION || control.build != embargo_build();
	read_links(&status);
	if (control.version != EMBARGO_ABI_VERSION) {
		*ret_status = status; /* the rest has another layout */
		return 0;
	}
	r = whole ? read_header(&status, error) : 0;
	if (r < 0)
		return r;
	status.mode = embargo_control_mode(&control, status.header.generation);
	r = read_counters(status.counters);
	if (r < 0)
		return embargo_fail(error, r, "cannot read the counters: %s", strerror(-r));
	status.files_way = embargo_files_way_live(EMBARGO_FILES_UNREAD);
	read_ring(&status);
	*ret_status = status;
	return 0;
}

int embargo_get_status(struct embargo_status *ret_status, struct embargo_error *error)
{
	return status_read(true, ret_status, error);
}

int embargo_get_counts(struct embargo_status *ret_status, struct embargo_error *error)
{
	return status_read(false, ret_status, error);
}
