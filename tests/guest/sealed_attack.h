/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What root can try against a sealed host. Each attempt is made before the sealing too, as far as the guest
 * survives it, and undone; then it must end otherwise than afterwards, or it shows nothing.
 *
 * An attempt returns what succeeded (0 or more), or -errno. It undoes what it did.
 */
#ifndef EMBARGO_TESTS_GUEST_SEALED_ATTACK_H
#define EMBARGO_TESTS_GUEST_SEALED_ATTACK_H

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <sys/mount.h>

#include "loader/seal.h"
#include "tests/guest/driver.h"
#include "tests/guest/guest.h"

#define BPFFS "/sys/fs/bpf"
#define PINS EMBARGO_PIN_DIR
#define LIVE PINS "/live"
#define SWITCH "/proc/sys/kernel/ftrace_enabled"

/* Had from before the sealing, as somebody who prepared for it has them. */
static struct held {
	int control, policy, bits, ring, program, link;
} held;

static inline int result(long r)
{
	return r < 0 ? -errno : (int)r;
}

static inline int closed(int fd)
{
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static inline __u32 id_of_map(const char *pin)
{
	LIBBPF_OPTS(bpf_obj_get_opts, reading, .file_flags = BPF_F_RDONLY);
	struct bpf_map_info info = {0};
	__u32 size = sizeof(info);
	int fd = bpf_obj_get_opts(pin, &reading);

	ASSERT_EQ(0, bpf_obj_get_info_by_fd(fd, &info, &size));
	close(fd);
	return info.id;
}

static inline __u32 id_of_program(void)
{
	struct bpf_link_info info = {0};
	__u32 size = sizeof(info);

	ASSERT_EQ(0, bpf_obj_get_info_by_fd(held.link, &info, &size));
	return info.prog_id;
}

static inline void hold(void)
{
	held.control = bpf_obj_get(LIVE "/embargo_control");
	held.policy = bpf_obj_get(LIVE "/embargo_policy");
	held.bits = bpf_obj_get(LIVE "/embargo_interpreter_bits");
	held.ring = bpf_obj_get(LIVE "/embargo_events");
	held.link = bpf_obj_get(LIVE "/links/embargo_mmap_file");
	held.program = bpf_prog_get_fd_by_id(id_of_program());
	ASSERT_LE(0, held.control);
	ASSERT_LE(0, held.policy);
	ASSERT_LE(0, held.bits);
	ASSERT_LE(0, held.ring);
	ASSERT_LE(0, held.link);
	ASSERT_LE(0, held.program);
}

/* Maps */

static inline int open_pin(const char *pin)
{
	return closed(bpf_obj_get(pin));
}

static inline int open_control(void)
{
	return open_pin(LIVE "/embargo_control");
}
static inline int open_policy(void)
{
	return open_pin(LIVE "/embargo_policy");
}
static inline int open_counters(void)
{
	return open_pin(LIVE "/embargo_counters");
}
static inline int open_inodes(void)
{
	return open_pin(LIVE "/embargo_inodes");
}
static inline int open_shared(void)
{
	return open_pin(LIVE "/embargo_shared_verdicts");
}
static inline int open_exec(void)
{
	return open_pin(LIVE "/embargo_exec_verdicts");
}
static inline int open_suspects(void)
{
	return open_pin(LIVE "/embargo_suspects");
}
static inline int open_interpreters(void)
{
	return open_pin(LIVE "/embargo_interpreters");
}
static inline int open_overlay(void)
{
	return open_pin(LIVE "/embargo_overlay");
}
static inline int open_seal_config(void)
{
	return open_pin(PINS "/seal/embargo_seal_config");
}
static inline int open_seal_state(void)
{
	return open_pin(PINS "/seal/embargo_seal_state");
}
static inline int open_seal_ids(void)
{
	return open_pin(PINS "/seal/embargo_seal_ids");
}
static inline int control_by_id(void)
{
	return closed(bpf_map_get_fd_by_id(id_of_map(LIVE "/embargo_control")));
}

static inline int image_by_id(void)
{
	LIBBPF_OPTS(bpf_obj_get_opts, reading, .file_flags = BPF_F_RDONLY);
	int fd = bpf_obj_get_opts(LIVE "/embargo_policy", &reading);
	__u32 zero = 0, id = 0;

	ASSERT_EQ(0, bpf_map_lookup_elem(fd, &zero, &id));
	close(fd);
	return closed(bpf_map_get_fd_by_id(id));
}

/* The same as it has, so that it does no harm when it is let. */
static inline int update_held(void)
{
	struct embargo_control control;
	__u32 zero = 0;

	ASSERT_EQ(0, bpf_map_lookup_elem(held.control, &zero, &control));
	return result(bpf_map_update_elem(held.control, &zero, &control, BPF_EXIST));
}

static inline int update_batch_held(void)
{
	LIBBPF_OPTS(bpf_map_batch_opts, options);
	struct embargo_control control;
	__u32 zero = 0, count = 1;

	ASSERT_EQ(0, bpf_map_lookup_elem(held.control, &zero, &control));
	return result(bpf_map_update_batch(held.control, &zero, &control, &count, &options));
}

/* No element of an array goes: an error of its own when it is let. */
static inline int delete_held(void)
{
	__u32 zero = 0;

	return result(bpf_map_delete_elem(held.control, &zero));
}

static inline int delete_policy_held(void)
{
	__u32 zero = 0;

	return result(bpf_map_delete_elem(held.policy, &zero));
}

static inline int take_held(void)
{
	__u64 value[8];
	__u32 zero = 0;

	return result(bpf_map_lookup_and_delete_elem(held.control, &zero, value));
}

static inline int freeze_ring_held(void)
{
	return result(bpf_map_freeze(held.ring));
}

static inline int map_held(void)
{
	void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, held.bits, 0);

	if (memory == MAP_FAILED)
		return -errno;
	munmap(memory, 4096);
	return 0;
}

/* Programs and links */

static inline int program_by_id(void)
{
	return closed(bpf_prog_get_fd_by_id(id_of_program()));
}

static inline int call(int what, union bpf_attr *attr)
{
	return result(syscall(SYS_bpf, what, attr, sizeof(*attr)));
}

/* Where nothing refuses it before, the kernel finds no program in it: EINVAL or EFAULT. */
static inline int replace_held(void)
{
	union bpf_attr attr = {.prog_type = BPF_PROG_TYPE_EXT, .insn_cnt = 1, .attach_prog_fd = held.program};

	return call(BPF_PROG_LOAD, &attr);
}

static inline int trace_held(void)
{
	union bpf_attr attr = {.prog_type = BPF_PROG_TYPE_TRACING,
			       .insn_cnt = 1,
			       .expected_attach_type = BPF_TRACE_FEXIT,
			       .attach_prog_fd = held.program};

	return call(BPF_PROG_LOAD, &attr);
}

static inline int modify_return(void)
{
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_TRACING, .insn_cnt = 1, .expected_attach_type = BPF_MODIFY_RETURN};

	return call(BPF_PROG_LOAD, &attr);
}

static inline int link_to_held(void)
{
	union bpf_attr attr = {.link_create = {.prog_fd = -1, .target_fd = held.program}};

	return call(BPF_LINK_CREATE, &attr);
}

static inline int detach_held(void)
{
	return result(bpf_link_detach(held.link));
}
static inline int detach_by_pin(void)
{
	int fd = bpf_obj_get(LIVE "/links/embargo_bprm_check_security"), r;

	r = fd < 0 ? -errno : result(bpf_link_detach(fd));
	if (fd >= 0)
		close(fd);
	return r;
}
static inline int update_link_held(void)
{
	return result(bpf_link_update(held.link, held.program, NULL));
}

/* bpf_probe_write_user: lockdown's */
static inline int write_user(void)
{
	const struct bpf_insn code[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 1, .imm = 0},
		{.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 2, .src_reg = 10},
		{.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 2, .imm = -8},
		{.code = BPF_ST | BPF_MEM | BPF_DW, .dst_reg = 10, .off = -8, .imm = 0},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 3, .imm = 8},
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_probe_write_user},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0},
		{.code = BPF_JMP | BPF_EXIT},
	};

	return closed(bpf_prog_load(BPF_PROG_TYPE_TRACEPOINT, "write_user", "GPL", code,
				    sizeof(code) / sizeof(*code), NULL));
}

/* Programs that would write to what root may read: they are loaded, and run nowhere. */

static inline int load_with_map(int map)
{
	const struct bpf_insn code[] = {
		{.code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_FD, .imm = map},
		{0},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int r = map < 0 ? -errno
			: closed(bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "user", "GPL", code,
					       sizeof(code) / sizeof(*code), NULL));

	return r;
}

static inline int open_read_only(const char *pin)
{
	LIBBPF_OPTS(bpf_obj_get_opts, reading, .file_flags = BPF_F_RDONLY);

	return bpf_obj_get_opts(pin, &reading);
}

static inline int use_map(const char *pin)
{
	int map = open_read_only(pin), r = load_with_map(map);

	closed(map);
	return r;
}
static inline int use_control(void)
{
	return use_map(LIVE "/embargo_control");
}
static inline int use_policy(void)
{
	return use_map(LIVE "/embargo_policy");
}
static inline int use_ring(void)
{
	return use_map(LIVE "/embargo_events");
}

/* A map of maps of one's own takes ours in, whatever its descriptor is for. */
static inline int use_inside(void)
{
	int control = open_read_only(LIVE "/embargo_control"), outer, r;
	LIBBPF_OPTS(bpf_map_create_opts, options, .inner_map_fd = control);
	__u32 zero = 0;

	outer = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "outer", 4, 4, 1, &options);
	ASSERT_LE(0, outer);
	ASSERT_EQ(0, bpf_map_update_elem(outer, &zero, &control, BPF_ANY));
	r = load_with_map(outer);
	closed(control);
	closed(outer);
	return r;
}

/* One that takes in nothing of ours is let. */
static inline int use_other_inside(void)
{
	int like = bpf_map_create(BPF_MAP_TYPE_ARRAY, "like", 4, sizeof(struct embargo_control), 2, NULL);
	LIBBPF_OPTS(bpf_map_create_opts, options, .inner_map_fd = like);
	int outer = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "outer", 4, 4, 1, &options), r;

	ASSERT_LE(0, outer);
	r = load_with_map(outer);
	closed(outer);
	closed(like);
	return r;
}

/* Over the elements of a map that is named when it is linked. */
static inline int use_iterator(void)
{
	const struct bpf_insn code[] = {
		{.code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = 2, .src_reg = 1, .off = 24 /* value */},
		{.code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = 2, .off = 1, .imm = 0},
		{.code = BPF_ST | BPF_MEM | BPF_B, .dst_reg = 2, .off = 0, .imm = 0},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_ITER,
		    .attach_btf_id = libbpf_find_vmlinux_btf_id("bpf_map_elem", BPF_TRACE_ITER));

	return closed(bpf_prog_load(BPF_PROG_TYPE_TRACING, "writer", "GPL", code,
				    sizeof(code) / sizeof(*code), &options));
}

/* Pins */

static inline int back_and_forth(const char *from, const char *to)
{
	int r = result(rename(from, to));

	if (!r)
		ASSERT_EQ(0, rename(to, from));
	return r;
}

static inline int unlink_pin(void)
{
	return result(unlink(LIVE "/links/embargo_bprm_check_security"));
}
static inline int unlink_map(void)
{
	return result(unlink(LIVE "/embargo_policy"));
}
static inline int unlink_seal(void)
{
	return result(unlink(PINS "/seal/links/embargo_seal_bpf"));
}
static inline int rmdir_links(void)
{
	return result(rmdir(LIVE "/links"));
}
static inline int rename_pin(void)
{
	return back_and_forth(LIVE "/links/embargo_mmap_file", LIVE "/links/x");
}
static inline int rename_out(void)
{
	return back_and_forth(LIVE "/embargo_control", BPFFS "/x");
}
static inline int rename_directory(void)
{
	return back_and_forth(PINS, BPFFS "/x");
}
static inline int rename_live(void)
{
	return back_and_forth(LIVE, PINS "/x");
}

static inline int rename_exchange(void)
{
	int r;

	mkdir(BPFFS "/other", 0700);
	r = result(syscall(SYS_renameat2, AT_FDCWD, BPFFS "/other", AT_FDCWD, LIVE, 2 /* RENAME_EXCHANGE */));
	if (!r)
		ASSERT_EQ(0, syscall(SYS_renameat2, AT_FDCWD, BPFFS "/other", AT_FDCWD, LIVE, 2));
	rmdir(BPFFS "/other");
	return r;
}

static inline int make_directory(void)
{
	int r = result(mkdir(PINS "/next", 0700));

	rmdir(PINS "/next");
	return r;
}

static inline int make_link(void)
{
	int r = result(symlink("x", LIVE "/x"));

	unlink(LIVE "/x");
	return r;
}

static inline int make_pin(void)
{
	int r = result(bpf_obj_pin(held.ring, LIVE "/x"));

	if (!r)
		unlink(LIVE "/x");
	return r;
}

/* Mounts */

static inline int unmount(void)
{
	return result(umount2(BPFFS, 0));
}
static inline int unmount_lazily(void)
{
	return result(umount2(BPFFS, MNT_DETACH));
}
static inline int unmount_above(void)
{
	return result(umount2("/sys", MNT_DETACH));
}
static inline int unmount_above_fs(void)
{
	return result(umount2("/", MNT_DETACH));
}

/* In a namespace of its own, of a copy that shares. */
static inline int unmount_copy_of(const char *place)
{
	pid_t pid = fork();

	if (!pid) {
		if (unshare(CLONE_NEWNS))
			_exit(100);
		_exit(umount2(place, MNT_DETACH) ? errno : 0);
	}
	return -attempt_status(pid);
}

static inline int unmount_copy(void)
{
	return unmount_copy_of(BPFFS);
}
static inline int unmount_copy_above(void)
{
	return unmount_copy_of("/sys");
}

static inline int remount(void)
{
	int r = result(mount("", BPFFS, "", MS_REMOUNT | MS_RDONLY, ""));

	if (!r)
		ASSERT_EQ(0, mount("", BPFFS, "", MS_REMOUNT, ""));
	return r;
}

static inline int mount_over(void)
{
	int r = result(mount("x", BPFFS, "tmpfs", 0, ""));

	if (!r)
		ASSERT_EQ(0, umount(BPFFS));
	return r;
}

static inline int bind_over(void)
{
	int r = result(mount("/run", PINS, NULL, MS_BIND, NULL));

	if (!r)
		ASSERT_EQ(0, umount(PINS));
	return r;
}

static inline int move_new(void)
{
	int r;

	mkdir("/run/moved", 0700);
	r = result(syscall(SYS_move_mount, AT_FDCWD, BPFFS, AT_FDCWD, "/run/moved", 0));
	if (!r)
		ASSERT_EQ(0, mount("/run/moved", BPFFS, NULL, MS_MOVE, NULL));
	return r;
}

/* The old call moves it, which hides and lifts nothing; then it must not go from there either. */
static inline int move_and_unmount(void)
{
	int r;

	mkdir("/run/moved", 0700);
	/* Out of what shares nothing moves. */
	ASSERT_EQ(0, mount(NULL, "/sys", NULL, MS_PRIVATE, NULL));
	ASSERT_EQ(0, mount(NULL, "/run", NULL, MS_PRIVATE, NULL));
	if (mount(BPFFS, "/run/moved", NULL, MS_MOVE, NULL))
		return -errno;
	r = result(umount2("/run/moved", MNT_DETACH));
	ASSERT_EQ(0, mount("/run/moved", BPFFS, NULL, MS_MOVE, NULL));
	return r;
}

/* The kernel */

static inline int open_switch(int flags)
{
	return closed(open(SWITCH, flags | O_CLOEXEC));
}
static inline int switch_write(void)
{
	return open_switch(O_WRONLY);
}
static inline int switch_both(void)
{
	return open_switch(O_RDWR);
}
static inline int switch_truncate(void)
{
	return open_switch(O_WRONLY | O_TRUNC);
}

static inline int switch_elsewhere(void)
{
	int r;

	mkdir("/run/proc", 0700);
	ASSERT_EQ(0, mount("proc", "/run/proc", "proc", 0, ""));
	r = closed(open("/run/proc/sys/kernel/ftrace_enabled", O_WRONLY | O_CLOEXEC));
	umount2("/run/proc", MNT_DETACH);
	return r;
}

/* Calls that only some architectures have. */
static inline int call_of_ports(long number, long a, long b, long c)
{
	return number < 0 ? -ENOSYS : result(syscall(number, a, b, c));
}

#ifndef SYS_iopl
#define SYS_iopl -1
#define SYS_ioperm -1
#endif

static inline int ports(void)
{
	int r = call_of_ports(SYS_iopl, 3, 0, 0);

	if (!r)
		call_of_ports(SYS_iopl, 0, 0, 0);
	return r;
}

static inline int some_ports(void)
{
	int r = call_of_ports(SYS_ioperm, 0x80, 1, 1);

	if (!r)
		call_of_ports(SYS_ioperm, 0x80, 1, 0);
	return r;
}

/* No segment: it takes away what was loaded, and asks first. */
static inline int kexec(void)
{
	return result(syscall(SYS_kexec_load, 0, 0, NULL, 0));
}
static inline int memory(void)
{
	return closed(open("/dev/mem", O_RDWR | O_CLOEXEC));
}
static inline int port_file(void)
{
	return closed(open("/dev/port", O_RDWR | O_CLOEXEC));
}

static inline int unsigned_module(void)
{
	return driver_init(driver_path("bare.ko"));
}
static inline int foreign_module(void)
{
	return driver_finit(driver_path("rsa.ko"));
}

/* The keyring: before it there is none. */

static inline long key_control(int what, long a, long b, long c)
{
	return syscall(SYS_keyctl, what, a, b, c, 0L);
}

static inline long keyring(void)
{
	struct embargo_seal_status seal;

	embargo_seal_read(&seal);
	return seal.config.keyring;
}

static inline long anchor(void)
{
	struct embargo_seal_status seal;

	embargo_seal_read(&seal);
	return seal.config.anchor;
}

static inline int key_clear(void)
{
	return result(key_control(KEYCTL_CLEAR, keyring(), 0, 0));
}
static inline int key_revoke(void)
{
	return result(key_control(KEYCTL_REVOKE, keyring(), 0, 0));
}
static inline int key_invalidate(void)
{
	return result(key_control(KEYCTL_INVALIDATE, keyring(), 0, 0));
}
static inline int key_chown(void)
{
	return result(key_control(KEYCTL_CHOWN, keyring(), 1000, -1));
}
static inline int key_timeout(void)
{
	return result(key_control(KEYCTL_SET_TIMEOUT, keyring(), 1, 0));
}
static inline int key_permit(void)
{
	return result(key_control(KEYCTL_SETPERM, keyring(), 0x3f3f3f3f, 0));
}
static inline int key_restrict(void)
{
	return result(key_control(KEYCTL_RESTRICT_KEYRING, keyring(), 0, 0));
}
static inline int key_read(void)
{
	return result(key_control(KEYCTL_READ, keyring(), 0, 0));
}
static inline int key_add(void)
{
	return result(syscall(SYS_add_key, "user", "x", "x", 1UL, keyring()));
}
static inline int key_search(void)
{
	return result(syscall(SYS_keyctl, KEYCTL_SEARCH, keyring(), "asymmetric", "x", 0L));
}
static inline int key_link(void)
{
	return result(key_control(KEYCTL_LINK, keyring(), KEY_SPEC_SESSION_KEYRING, 0));
}
static inline int anchor_clear(void)
{
	return result(key_control(KEYCTL_CLEAR, anchor(), 0, 0));
}
static inline int anchor_unlink(void)
{
	return result(key_control(KEYCTL_UNLINK, keyring(), anchor(), 0));
}

/* As the user whom nobody is. */
static inline int anchor_as_owner(void)
{
	pid_t pid = fork();

	if (!pid) {
		if (syscall(SYS_setresuid, 0xfffffff0, 0xfffffff0, 0xfffffff0))
			_exit(100);
		_exit(key_control(KEYCTL_CLEAR, KEY_SPEC_USER_KEYRING, 0, 0) < 0 ? errno : 0);
	}
	return -attempt_status(pid);
}

/* The front door */
static inline int command(const char *a, const char *b)
{
	return GUEST_RUN(&(char *){NULL}, "embargo", a, b) == 1 ? -EPERM : 0;
}
static inline int unload(void)
{
	return command("unload", NULL);
}
static inline int audit(void)
{
	return command("mode", "audit");
}

struct attack {
	const char *name;
	int (*attempt)(void);
	unsigned int told; /* enum embargo_tamper; 0: the kernel refuses before any guard is asked */
	bool last;	   /* the guest would not be the same: not tried before */
	bool none;	   /* the guest may have no such thing, before or after */
};

#define ATTACK(function, kind, ...)                                                                          \
	{                                                                                                    \
		.name = #function, .attempt = function, .told = EMBARGO_TAMPER_##kind, __VA_ARGS__           \
	}

static const struct attack attacks[] = {
	ATTACK(open_control, MAP),
	ATTACK(open_policy, MAP),
	ATTACK(open_counters, MAP),
	ATTACK(open_inodes, MAP),
	ATTACK(open_shared, MAP),
	ATTACK(open_exec, MAP),
	ATTACK(open_suspects, MAP),
	ATTACK(open_interpreters, MAP),
	ATTACK(open_overlay, MAP),
	ATTACK(open_seal_config, MAP, .last = true),
	ATTACK(open_seal_state, MAP, .last = true),
	ATTACK(open_seal_ids, MAP, .last = true),
	ATTACK(control_by_id, MAP),
	ATTACK(image_by_id, MAP),
	ATTACK(update_held, MAP),
	ATTACK(update_batch_held, MAP),
	ATTACK(delete_held, MAP),
	ATTACK(delete_policy_held, MAP, .last = true),
	ATTACK(take_held, MAP),
	ATTACK(freeze_ring_held, MAP, .last = true),
	ATTACK(map_held, NONE),
	ATTACK(program_by_id, PROGRAM),
	ATTACK(replace_held, PROGRAM),
	ATTACK(trace_held, PROGRAM),
	ATTACK(modify_return, RETURN),
	ATTACK(link_to_held, PROGRAM),
	ATTACK(detach_held, LINK),
	ATTACK(detach_by_pin, LINK),
	ATTACK(update_link_held, LINK),
	ATTACK(write_user, KERNEL),
	ATTACK(use_control, USE),
	ATTACK(use_policy, USE),
	ATTACK(use_ring, USE),
	ATTACK(use_inside, USE),
	ATTACK(use_iterator, USE),
	ATTACK(unlink_pin, PIN, .last = true),
	ATTACK(unlink_map, PIN, .last = true),
	ATTACK(unlink_seal, PIN, .last = true),
	ATTACK(rmdir_links, PIN),
	ATTACK(rename_pin, PIN),
	ATTACK(rename_out, PIN),
	ATTACK(rename_directory, PIN),
	ATTACK(rename_live, PIN),
	ATTACK(rename_exchange, PIN),
	ATTACK(make_directory, PIN),
	ATTACK(make_link, PIN),
	ATTACK(make_pin, PIN),
	ATTACK(unmount, MOUNT, .last = true),
	ATTACK(unmount_lazily, MOUNT, .last = true),
	ATTACK(unmount_above, MOUNT, .last = true),
	ATTACK(unmount_copy, MOUNT, .last = true),
	ATTACK(unmount_copy_above, MOUNT, .last = true),
	ATTACK(remount, MOUNT),
	ATTACK(mount_over, MOUNT),
	ATTACK(bind_over, MOUNT),
	ATTACK(move_new, MOUNT),
	ATTACK(move_and_unmount, MOUNT, .last = true),
	ATTACK(switch_write, FTRACE),
	ATTACK(switch_both, FTRACE),
	ATTACK(switch_truncate, FTRACE),
	ATTACK(switch_elsewhere, FTRACE),
	ATTACK(ports, KERNEL, .none = true),
	ATTACK(some_ports, KERNEL, .none = true),
	ATTACK(kexec, KERNEL),
	ATTACK(memory, KERNEL, .none = true),
	ATTACK(port_file, KERNEL, .none = true),
	ATTACK(unsigned_module, KERNEL),
	ATTACK(foreign_module, KERNEL),
	ATTACK(key_clear, KEY, .last = true),
	ATTACK(key_revoke, KEY, .last = true),
	ATTACK(key_invalidate, KEY, .last = true),
	ATTACK(key_chown, KEY, .last = true),
	ATTACK(key_timeout, KEY, .last = true),
	ATTACK(key_permit, KEY, .last = true),
	ATTACK(key_restrict, KEY, .last = true),
	ATTACK(key_read, KEY, .last = true),
	ATTACK(key_add, KEY, .last = true),
	ATTACK(key_search, KEY, .last = true),
	ATTACK(key_link, KEY, .last = true),
	ATTACK(anchor_clear, KEY, .last = true),
	ATTACK(anchor_unlink, NONE, .last = true),
	ATTACK(anchor_as_owner, KEY, .last = true),
	ATTACK(unload, NONE, .last = true),
	ATTACK(audit, NONE, .last = true),
};

#define ATTACKS (sizeof(attacks) / sizeof(*attacks))

#endif
