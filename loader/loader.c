// SPDX-License-Identifier: GPL-2.0-or-later
/* Put a policy in force, and take it out again; see loader.h. */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "loader/internal.h"

int embargo_loader_lock(struct embargo_error *error)
{
	_cleanup_close_ int fd = -1;

	if (mkdir(EMBARGO_RUN_DIR, 0755) < 0 && errno != EEXIST)
		return embargo_fail(error, -errno, "cannot make " EMBARGO_RUN_DIR ": %s", strerror(errno));
	fd = open(EMBARGO_RUN_DIR "/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || flock(fd, LOCK_EX) < 0)
		return embargo_fail(error, -errno, "cannot lock " EMBARGO_RUN_DIR "/lock: %s%s",
				    strerror(errno), errno == EACCES ? "; it needs root: use sudo" : "");
	return TAKE_FD(fd);
}

static int get_control(int fd, struct embargo_control *ret_control)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(fd, &zero, ret_control) < 0 ? -errno : 0;
}

static int set_control(int fd, const struct embargo_control *control, struct embargo_error *error)
{
	__u32 zero = 0;

	if (bpf_map_update_elem(fd, &zero, control, BPF_EXIST) < 0)
		return embargo_fail(error, -errno, "cannot set the mode: %s", strerror(errno));
	return 0;
}

/* What is in force before a load. All of it may be absent. */
struct live {
	bool ours; /* programs of this very build: the policy alone is replaced */
	bool fits; /* programs that read images of this build */
	enum embargo_mode mode;
	uint64_t generation;	  /* 0: none */
	bool resolved;		  /* the policy has entries for what was found */
	uint32_t mount_namespace; /* that it was made for */
};

/*
 * An absent file is valid; an unreadable one is an error: taken for absent, a policy that is enforced would
 * go on in audit mode, under a generation that was there before.
 */
static int look_at_live(struct live *ret_live, struct embargo_error *error)
{
	struct live live = {.mode = EMBARGO_MODE_AUDIT};
	struct embargo_image_header header;
	struct embargo_control control = {.mode = EMBARGO_MODE_AUDIT};
	_cleanup_close_ int fd = -1, policy = -1, image = -1;
	int r = 0;

	fd = embargo_pin_open(EMBARGO_LIVE, "embargo_control");
	if (fd != -ENOENT)
		r = fd < 0 ? fd : get_control(fd, &control);
	if (r < 0)
		return embargo_fail(error, r, "cannot read " EMBARGO_LIVE "/embargo_control: %s",
				    strerror(-r));
	if (fd >= 0) {
		live.mode = embargo_control_mode(&control, 0);
		live.fits = control.version == EMBARGO_ABI_VERSION;
		live.ours = live.fits && control.build == embargo_build();
	}
	policy = embargo_pin_open(EMBARGO_LIVE, "embargo_policy");
	if (policy != -ENOENT)
		image = policy < 0 ? policy : embargo_image_map_published(policy, BPF_F_RDONLY);
	else
		image = -ENOENT;
	if (image != -ENOENT)
		r = image < 0 ? image : embargo_image_map_header(image, &header);
	/* -EBADMSG: of another ABI, its generations end here */
	if (r < 0 && r != -EBADMSG)
		return embargo_fail(error, r, "cannot read the policy in force: %s", strerror(-r));
	if (image >= 0 && r == 0) {
		live.generation = header.generation;
		live.resolved = header.resolved;
		live.mount_namespace = live.fits ? header.mount_namespace : 0;
		live.mode = embargo_control_mode(&control, header.generation);
	}
	*ret_live = live;
	return 0;
}

/* The image that is to be in force: in the kernel, and as this process sees it. */
struct image {
	int fd;
	void *view;
	size_t size;
};

static void image_close(struct image *image)
{
	if (image->view)
		munmap(image->view, image->size);
	if (image->fd >= 0)
		close(image->fd);
}

static bool names_interpreters(const struct image *image)
{
	return ((const struct embargo_image_header *)image->view)->interpreter_rules;
}

/* The swap: after it every verdict is of the new policy. */
static int publish(const struct image *image, struct embargo_error *error)
{
	_cleanup_close_ int policy = embargo_pin_open(EMBARGO_LIVE, "embargo_policy");
	__u32 zero = 0;
	int r;

	if (policy < 0)
		return embargo_fail(error, policy, "cannot open " EMBARGO_LIVE "/embargo_policy: %s",
				    strerror(-policy));
	embargo_overlay_look();
	/* Before, so that none is missed; after, for those that began in between. */
	r = embargo_interpreters_fill(image->view, error);
	r = r ?: embargo_interpreters_fill_running(image->view, error);
	r = r ?: embargo_places_fill(image->view, error);
	if (r < 0)
		return r;
	if (bpf_map_update_elem(policy, &zero, &image->fd, BPF_ANY) < 0)
		return embargo_fail(error, -errno, "cannot publish the policy: %s", strerror(errno));
	embargo_interpreters_fill_running(image->view, NULL);
	return 0;
}

/* Programs that are not running yet, or those of another build: a whole new instance. */
static int replace_instance(const struct image *image, enum embargo_mode mode, struct embargo_error *error)
{
	bool first = !embargo_pins_exist(EMBARGO_LIVE);
	int r;

	r = embargo_instance_create(mode, names_interpreters(image), error);
	if (r == 0) {
		r = embargo_pins_exchange();
		if (r < 0)
			embargo_fail(error, r, "cannot put " EMBARGO_NEXT " in place: %s", strerror(-r));
	}
	if (r < 0) {
		embargo_pins_remove(EMBARGO_NEXT);
		return r;
	}
	r = publish(image, error);
	if (r < 0) {
		/* What was in force still is: it only changed its place. */
		if (first)
			embargo_pins_retire();
		else if (embargo_pins_exchange() == 0)
			embargo_pins_remove(EMBARGO_NEXT);
		return r;
	}
	/* The old programs enforced up to here; both did for a moment. */
	embargo_pins_remove(EMBARGO_NEXT);
	return 0;
}

/* Its mode comes first and means nothing until the policy is published: no moment has the one without the
 * other. */
static int replace_policy(const struct image *image, enum embargo_mode mode, struct embargo_error *error)
{
	_cleanup_close_ int fd = embargo_pin_open(EMBARGO_LIVE, "embargo_control");
	const struct embargo_image_header *header = image->view;
	struct embargo_control control;
	int r;

	r = fd < 0 ? fd : get_control(fd, &control);
	if (r < 0)
		return embargo_fail(error, r, "cannot read " EMBARGO_LIVE "/embargo_control: %s",
				    strerror(-r));
	control.enforce &= ~EMBARGO_ENFORCE_BIT(header->generation);
	if (mode == EMBARGO_MODE_ENFORCE)
		control.enforce |= EMBARGO_ENFORCE_BIT(header->generation);
	r = set_control(fd, &control, error);
	if (r == 0)
		r = publish(image, error);
	if (r < 0)
		return r;
	control.mode = mode;
	set_control(fd, &control, NULL); /* no program reads it */
	return 0;
}

static int image_create(struct embargo_policy *policy, const struct live *live, struct image *image,
			struct embargo_error *error)
{
	uint32_t mount_namespace = live->mount_namespace;
	int r = embargo_mount_namespace(&mount_namespace);

	/* The watch for new files has not the right to look: it publishes what somebody else has loaded. */
	if (r < 0 && !mount_namespace)
		return embargo_fail(error, r, "cannot look at /proc/1/ns/mnt: %s", strerror(-r));
	policy->signers_unread = embargo_files_way_here() == EMBARGO_FILES_UNREAD;
	image->fd = embargo_image_map_create(policy, live->generation + 1, mount_namespace, error);
	if (image->fd < 0)
		return image->fd;
	image->view = embargo_image_map_view(image->fd, &image->size);
	if (!image->view)
		return embargo_fail(error, -errno, "cannot read the policy image back: %s", strerror(errno));
	return 0;
}

/*
 * @policy becomes the one in force, its policy database too. @only_policy: whatever programs enforce now,
 * they go on.
 */
static int put_in_force(struct embargo_policy *policy, const struct live *live, enum embargo_mode mode,
			bool only_policy, struct embargo_error *error)
{
	_cleanup_(image_close) struct image image = {.fd = -1};
	_cleanup_free_ char *policydb = NULL;
	int r;

	if (error)
		error->text[0] = 0;
	r = image_create(policy, live, &image, error);
	if (r < 0)
		return r;
	/* Written before it is published: no event is without its policy database. */
	r = embargo_policydb_store(policy, image.view, live->generation + 1, &policydb, error);
	if (r < 0)
		return r;
	if (only_policy || (live->ours && names_interpreters(&image) == embargo_instance_interpreters()))
		r = replace_policy(&image, mode, error);
	else
		r = replace_instance(&image, mode, error);
	if (r < 0) {
		unlink(policydb);
		return r;
	}
	/* From here on it is in force, whatever fails: @error tells of that, and nobody may take it for
	 * refused. */
	if (policy->set.resolved_count)
		embargo_resolved_save(policydb, error);
	else if (live->resolved)
		embargo_resolved_remove();
	embargo_policydb_publish(policydb, error);
	return 0;
}

/* A load that was killed must not be in the way of what comes now. */
static int mend(struct live *live, struct embargo_error *error)
{
	int r;

	if (live->generation || !embargo_pins_exist(EMBARGO_LIVE)) {
		embargo_pins_remove(EMBARGO_NEXT);
		return 0;
	}
	if (!embargo_pins_exist(EMBARGO_NEXT))
		return 0;
	/* Killed between exchange and publishing: next/ is what still enforces. */
	r = embargo_pins_exchange();
	if (r < 0)
		return embargo_fail(error, r, "cannot mend " EMBARGO_PIN_DIR ": %s", strerror(-r));
	embargo_pins_remove(EMBARGO_NEXT);
	return look_at_live(live, error);
}

/* What cannot be seen cannot be replaced: a second set beside it would be the worse. */
static int refuse_hidden(struct embargo_error *error)
{
	unsigned int hidden = embargo_pins_hidden();

	return hidden ? embargo_pins_hidden_fail(hidden, error) : 0;
}

static int inherit(struct embargo_policy *policy, const struct live *live, struct embargo_error *error)
{
	return embargo_resolved_inherit(policy, live->resolved ? live->generation : 0, error);
}

int embargo_load_foresee(struct embargo_policy *policy, struct embargo_error *error)
{
	_cleanup_close_ int locked = embargo_loader_lock(error);
	struct live live;
	int r;

	if (locked < 0)
		return locked;
	r = look_at_live(&live, error);
	if (r == 0)
		r = inherit(policy, &live, error);
	return r < 0 ? r : 0;
}

int embargo_load(struct embargo_policy *policy, enum embargo_mode mode, uint64_t *ret_generation,
		 struct embargo_error *error)
{
	_cleanup_close_ int locked = -1;
	struct live live;
	bool forgotten;
	int r;

	locked = embargo_loader_lock(error);
	if (locked < 0)
		return locked;
	r = embargo_seal_refuse(error);
	if (r == 0)
		r = refuse_hidden(error);
	if (r == 0)
		r = embargo_pins_prepare(error);
	if (r == 0)
		r = look_at_live(&live, error);
	if (r == 0)
		r = mend(&live, error);
	if (r == 0)
		r = inherit(policy, &live, error);
	if (r < 0) {
		embargo_pins_forsake();
		return r;
	}
	forgotten = r > 0;
	if (forgotten)
		live.resolved = false; /* what is kept of it is for a version that can read it */
	r = put_in_force(policy, &live, mode < EMBARGO_MODE_MAX ? mode : live.mode, false, error);
	if (r < 0) {
		embargo_pins_forsake();
		return r;
	}
	*ret_generation = live.generation + 1;
	if (forgotten && error && !error->text[0])
		embargo_fail(
			error, 0,
			"the policy is in force, but what was found for the former one is in a book that "
			"cannot be read: embargo scan --enforce / finds it again");
	return 0;
}

/* The policy in force, to be published again with more in it. */
static int live_policy(const struct live *live, struct embargo_policy **ret_policy,
		       struct embargo_error *error)
{
	_cleanup_(embargo_policydb_closep) struct embargo_policydb *policydb = NULL;
	int r;

	if (!live->generation)
		return embargo_fail(error, -ENOENT, "no policy is in force: embargo load POLICY first");
	if (!live->fits)
		return embargo_fail(error, -ESTALE,
				    "another version of embargo is in force: load the policy again");
	r = embargo_policydb_open(EMBARGO_POLICYDB_LINK, &policydb);
	if (r == 0 && policydb->generation != live->generation)
		r = -ESTALE;
	if (r == 0)
		r = embargo_policydb_policy(policydb, ret_policy);
	if (r < 0)
		return embargo_fail(error, r,
				    "cannot read the policy in force from " EMBARGO_POLICYDB_LINK
				    " (%s): load it again",
				    strerror(-r));
	return 0;
}

int embargo_resolve(const struct embargo_ruleset *set, const struct embargo_resolved *found, uint32_t count,
		    uint32_t needed, uint32_t *ret_added, uint64_t *ret_generation,
		    struct embargo_error *error)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = NULL;
	_cleanup_close_ int locked = -1;
	struct live live;
	int added, r;

	locked = embargo_loader_lock(error);
	if (locked < 0)
		return locked;
	r = look_at_live(&live, error);
	if (r == 0)
		r = mend(&live, error);
	if (r == 0)
		r = live_policy(&live, &policy, error);
	if (r < 0)
		return r;
	added = embargo_policy_inherit(policy, set, found, count, needed);
	if (added < 0)
		return embargo_fail(error, added, "cannot add what was found: %s", strerror(-added));
	if (added) {
		r = embargo_seal_refuse(error) ?: put_in_force(policy, &live, live.mode, true, error);
		if (r < 0)
			return r;
	}
	*ret_added = added;
	*ret_generation = live.generation + !!added;
	return 0;
}

int embargo_unload(struct embargo_error *error)
{
	_cleanup_close_ int locked = embargo_loader_lock(error);
	struct live live;
	int r;

	if (locked < 0)
		return locked;
	r = embargo_seal_refuse(error) ?: refuse_hidden(error);
	if (r < 0)
		return r;
	embargo_pins_remove(EMBARGO_SEAL); /* of a sealing that was killed */
	/* That of a policy of before the last boot stays: nobody has said anything against it. */
	if (look_at_live(&live, NULL) == 0 && live.resolved)
		embargo_resolved_remove();
	r = embargo_pins_retire();
	if (r == 0 && rmdir(EMBARGO_PIN_DIR) < 0 && errno != ENOENT)
		r = -errno;
	if (r < 0)
		return embargo_fail(error, r, "cannot remove everything below " EMBARGO_PIN_DIR ": %s",
				    strerror(-r));
	embargo_pins_forsake();
	embargo_last_good_remove();
	embargo_policydb_remove_all();
	return 0;
}

int embargo_set_mode(enum embargo_mode mode, struct embargo_error *error)
{
	_cleanup_close_ int locked = embargo_loader_lock(error), fd = -1;
	struct embargo_control control;
	int r;

	if (locked < 0)
		return locked;
	r = embargo_seal_refuse(error);
	if (r < 0)
		return r;
	fd = embargo_pin_open(EMBARGO_LIVE, "embargo_control");
	if (fd == -ENOENT && (r = refuse_hidden(error)) < 0)
		return r;
	if (fd == -ENOENT)
		return embargo_fail(error, -ENOENT, "no policy is in force: embargo load POLICY first");
	r = fd < 0 ? fd : get_control(fd, &control);
	if (r < 0)
		return embargo_fail(error, r, "cannot read " EMBARGO_LIVE "/embargo_control: %s",
				    strerror(-r));
	control.mode = mode;
	control.enforce = mode == EMBARGO_MODE_ENFORCE ? EMBARGO_ENFORCE_ALL : 0;
	r = set_control(fd, &control, error);
	if (r == 0)
		embargo_last_good_mode(mode);
	return r;
}
