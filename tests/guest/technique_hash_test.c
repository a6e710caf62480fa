// SPDX-License-Identifier: GPL-2.0-or-later
/* Every way that we know past a ban of a content, on each file system: see tests/guest/technique.h. */
#include <linux/fs.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "tests/guest/technique.h"
#include "tests/guest/world.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x10U
#endif

FIXTURE(hash)
{
	struct guest_place place;
	const char *banned, *twin, *script;
};

GUEST_PLACES(hash);

FIXTURE_SETUP(hash)
{
	guest_place_make(&self->place, variant->fs);
	self->banned = strdup(PATH_OF("%s/banned", self->place.dir));
	self->twin = strdup(PATH_OF("%s/twin", self->place.dir));
	self->script = strdup(PATH_OF("%s/script", self->place.dir));
	guest_put_elf(self->banned, BANNED, 0);
	guest_put_elf(self->twin, HARMLESS, 0);
	guest_put_script(self->script, BANNED, "/bin/sh");
}

FIXTURE_TEARDOWN(hash)
{
	guest_place_remove(&self->place);
}

/* @step with a copy of its own beside the file, which is removed. */
static int with_copy(const char *path, int (*attempt)(const char *))
{
	const char *copy = strdup(PATH_OF("%s.copy", path));
	int r;

	guest_copy_salted(path, copy, "");
	r = attempt(copy);
	unlink(copy);
	return r;
}

static int copied(const char *path)
{
	return with_copy(path, attempt_exec);
}

static int hard_link(const char *path)
{
	const char *other = strdup(PATH_OF("%s.link", path));
	int r = link(path, other) ? -errno : attempt_exec(other);

	unlink(other);
	return r;
}

static int symbolic_link(const char *path)
{
	const char *other = strdup(PATH_OF("%s.link", path));
	int r = symlink(path, other) ? -errno : attempt_exec(other);

	unlink(other);
	return r;
}

static int renamed(const char *path)
{
	const char *other = strdup(PATH_OF("%s.renamed", path));
	int r = rename(path, other) ? -errno : attempt_exec(other);

	rename(other, path);
	return r;
}

static void thread_exec(const char *path)
{
	attempt_exec_step(path);
}

static void *thread_main(void *path)
{
	thread_exec(path);
	_exit(errno == EPERM ? 1 : 2);
}

static int by_thread(const char *path)
{
	pid_t pid = fork();
	pthread_t thread;
	int status;

	if (!pid) {
		pthread_create(&thread, NULL, thread_main, (void *)path);
		pthread_join(thread, NULL);
		_exit(3);
	}
	status = attempt_status(pid);
	return status == 1 ? -EPERM : status;
}

static int by_vfork(const char *path)
{
	char *const argv[] = {(char *)path, NULL};
	pid_t pid;
	int r = posix_spawn(&pid, path, NULL, NULL, argv, environ);

	return r ? -r : attempt_status(pid);
}

static void other_argument_step(const void *path)
{
	char *const argv[] = {"/usr/bin/true", NULL};

	execv(path, argv);
}

static int other_argument(const char *path)
{
	return attempt_fork(other_argument_step, path);
}

static void namespaces_step(const void *path)
{
	if (!unshare(CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNS))
		attempt_exec_step(path);
}

static int in_namespaces(const char *path)
{
	return attempt_fork(namespaces_step, path);
}

static void world_step(const void *path)
{
	if (world_own())
		attempt_exec_step(path);
}

static int in_user_namespace(const char *path)
{
	return attempt_fork(world_step, path);
}

static void user_step(const void *path)
{
	if (!setgid(1000) && !setuid(1000))
		attempt_exec_step(path);
}

static int by_user(const char *path)
{
	return attempt_fork(user_step, path);
}

static void no_new_privileges_step(const void *path)
{
	if (!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		attempt_exec_step(path);
}

static int no_new_privileges(const char *path)
{
	return attempt_fork(no_new_privileges_step, path);
}

static void persona_step(const void *path)
{
	personality(READ_IMPLIES_EXEC | ADDR_NO_RANDOMIZE);
	attempt_exec_step(path);
}

static int with_persona(const char *path)
{
	return attempt_fork(persona_step, path);
}

static void bind_step(const void *path)
{
	if (world_own() && !mount(path, "/usr/bin/true", NULL, MS_BIND, NULL))
		attempt_exec_step("/usr/bin/true");
}

static int bind_mounted(const char *path)
{
	return attempt_fork(bind_step, path);
}

static void directory_step(const void *path)
{
	const char *name = strrchr(path, '/');

	if (world_own() && !mount(PATH_OF("%.*s", (int)(name - (const char *)path), (const char *)path),
				  "/mnt", NULL, MS_BIND, NULL))
		attempt_exec_step(PATH_OF("/mnt%s", name));
}

static int directory_bind_mounted(const char *path)
{
	return attempt_fork(directory_step, path);
}

static void chroot_step(const void *path)
{
	const char *name = strrchr(path, '/');

	if (world_own() && !chroot(PATH_OF("%.*s", (int)(name - (const char *)path), (const char *)path)))
		attempt_exec_step(name);
}

static int in_chroot(const char *path)
{
	return attempt_fork(chroot_step, path);
}

static void tree_step(const void *path)
{
	char *const argv[] = {"program", NULL};
	int tree = world_own() ? syscall(SYS_open_tree, AT_FDCWD, path, 1 /* OPEN_TREE_CLONE */) : -1;

	if (tree >= 0)
		syscall(SYS_execveat, tree, "", argv, environ, AT_EMPTY_PATH);
}

static int by_detached_mount(const char *path)
{
	return attempt_fork(tree_step, path);
}

static void nameless_step(const void *path)
{
	char *const argv[] = {"program", NULL};
	int from = open(path, O_RDONLY | O_CLOEXEC), to = open("/dev/shm", O_TMPFILE | O_RDWR, 0755), fd;
	char link[64];

	if (from < 0 || to < 0 || attempt_copy(from, to))
		return;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", to);
	fd = open(link, O_RDONLY | O_CLOEXEC);
	close(to);
	if (fd >= 0)
		execveat(fd, "", argv, environ, AT_EMPTY_PATH);
}

static int nameless(const char *path)
{
	return attempt_fork(nameless_step, path);
}

static void proc_step(const void *path)
{
	char *const argv[] = {"program", NULL};
	char link[64];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", open(path, O_RDONLY));
	execv(link, argv);
}

static int by_proc(const char *path)
{
	return attempt_fork(proc_step, path);
}

static int by_proc_root(const char *path)
{
	return attempt_exec(PATH_OF("/proc/%d/root%s", getpid(), path));
}

static int set_user_id(const char *path)
{
	int r;

	chmod(path, 04755);
	r = attempt_exec(path);
	chmod(path, 0755);
	return r;
}

static int read_by_another(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r = attempt_exec(path);

	close(fd);
	return r;
}

static int with_old_times(const char *path)
{
	const struct timespec times[2] = {{1, 0}, {1, 0}};

	utimensat(AT_FDCWD, path, times, 0);
	return attempt_exec(path);
}

static void traced_step(const void *path)
{
	if (!ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		attempt_exec_step(path);
}

static int traced(const char *path)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		traced_step(path);
		_exit(errno == EPERM ? 1 : 2);
	}
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status))
		ptrace(PTRACE_CONT, pid, NULL, NULL);
	return WIFEXITED(status) && WEXITSTATUS(status) == 1 ? -EPERM : WEXITSTATUS(status);
}

/* A harmless file of the same size ran, and its hash is kept, when it becomes the banned one. */
static int becomes(const char *path, int (*change)(const char *from, const char *to))
{
	const char *copy = strdup(PATH_OF("%s.changed", path));
	int r;

	guest_put_elf(copy, HARMLESS, 0);
	attempt_exec(copy);
	r = change(path, copy);
	r = r ? -EIO : attempt_exec(copy);
	unlink(copy);
	return r;
}

static int change_by(const char *from, const char *to, int flags,
		     int (*copy)(int in, int out, size_t size, char *bytes))
{
	_Alignas(4096) static char bytes[16384];
	int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, flags | O_CLOEXEC), r;
	ssize_t size = read(in, bytes, sizeof(bytes));

	lseek(in, 0, SEEK_SET);
	r = copy(in, out, size, bytes);
	close(in);
	close(out);
	return r;
}

static int write_copy(int in, int out, size_t size, char *bytes)
{
	(void)in;
	return write(out, bytes, size) != (ssize_t)size;
}

static int change_write(const char *from, const char *to)
{
	return change_by(from, to, O_WRONLY, write_copy);
}

static int written_over(const char *path)
{
	return becomes(path, change_write);
}

static int change_truncate(const char *from, const char *to)
{
	return change_by(from, to, O_WRONLY | O_TRUNC, write_copy);
}

static int truncated_and_written(const char *path)
{
	return becomes(path, change_truncate);
}

static int vector_copy(int in, int out, size_t size, char *bytes)
{
	struct iovec parts[2] = {{bytes, 100}, {bytes + 100, size - 100}};

	(void)in;
	return pwritev(out, parts, 2, 0) != (ssize_t)size;
}

static int change_vector(const char *from, const char *to)
{
	return change_by(from, to, O_WRONLY, vector_copy);
}

static int written_by_vectors(const char *path)
{
	return becomes(path, change_vector);
}

static int send_copy(int in, int out, size_t size, char *bytes)
{
	(void)bytes;
	return sendfile(out, in, NULL, size) != (ssize_t)size;
}

static int change_send(const char *from, const char *to)
{
	return change_by(from, to, O_WRONLY, send_copy);
}

static int written_by_sendfile(const char *path)
{
	return becomes(path, change_send);
}

static int range_copy(int in, int out, size_t size, char *bytes)
{
	(void)bytes;
	return copy_file_range(in, NULL, out, NULL, size, 0) != (ssize_t)size;
}

static int change_range(const char *from, const char *to)
{
	return change_by(from, to, O_WRONLY, range_copy);
}

static int written_by_copy_file_range(const char *path)
{
	return becomes(path, change_range);
}

static int splice_copy(int in, int out, size_t size, char *bytes)
{
	int pipes[2], r;

	(void)bytes;
	if (pipe2(pipes, O_CLOEXEC))
		return 1;
	r = splice(in, NULL, pipes[1], NULL, size, 0) != (ssize_t)size ||
	    splice(pipes[0], NULL, out, NULL, size, 0) != (ssize_t)size;
	close(pipes[0]);
	close(pipes[1]);
	return r;
}

static int change_splice(const char *from, const char *to)
{
	return change_by(from, to, O_WRONLY, splice_copy);
}

static int written_by_splice(const char *path)
{
	return becomes(path, change_splice);
}

static int mapped_copy(int in, int out, size_t size, char *bytes)
{
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, out, 0);

	(void)in;
	if (memory == MAP_FAILED)
		return 1;
	memcpy(memory, bytes, size);
	return munmap(memory, size);
}

static int change_mapped(const char *from, const char *to)
{
	return change_by(from, to, O_RDWR, mapped_copy);
}

static int written_by_mapping(const char *path)
{
	return becomes(path, change_mapped);
}

static int change_rename(const char *from, const char *to)
{
	const char *copy = strdup(PATH_OF("%s.new", to));

	guest_copy_salted(from, copy, "");
	return rename(copy, to);
}

static int replaced(const char *path)
{
	return becomes(path, change_rename);
}

static int change_exchange(const char *from, const char *to)
{
	const char *copy = strdup(PATH_OF("%s.new", to));
	int r;

	guest_copy_salted(from, copy, "");
	r = renameat2(AT_FDCWD, copy, AT_FDCWD, to, RENAME_EXCHANGE);
	unlink(copy);
	return r;
}

static int exchanged(const char *path)
{
	return becomes(path, change_exchange);
}

static int direct_copy(int in, int out, size_t size, char *bytes)
{
	(void)in;
	return write(out, bytes, (size + 4095) & ~4095UL) < (ssize_t)size || ftruncate(out, size);
}

static int change_direct(const char *from, const char *to)
{
	return change_by(from, to, O_WRONLY | O_DIRECT, direct_copy);
}

static int written_past_the_cache(const char *path)
{
	return becomes(path, change_direct);
}

static int change_times(const char *from, const char *to)
{
	struct stat st;
	int r = stat(to, &st);

	r = r ?: change_write(from, to);
	return r ?: utimensat(AT_FDCWD, to, (struct timespec[]){st.st_atim, st.st_mtim}, 0);
}

static int written_with_times_put_back(const char *path)
{
	return becomes(path, change_times);
}

/* Mappings: the first page is what runs. */

static int map_at(const char *path, int flags, int extra)
{
	return attempt_map(path, &(struct attempt_mapping){flags | extra, PROT_READ | PROT_EXEC, 0, 0});
}

static int map_populated(const char *path)
{
	return map_at(path, MAP_PRIVATE, MAP_POPULATE);
}

static int map_writable(const char *path)
{
	return attempt_map(path,
			   &(struct attempt_mapping){MAP_PRIVATE, PROT_READ | PROT_WRITE | PROT_EXEC, 0, 0});
}

static int map_only_executable(const char *path)
{
	return attempt_map(path, &(struct attempt_mapping){MAP_PRIVATE, PROT_EXEC, 0, 0});
}

static int map_over_code(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r;
	void *code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *memory = mmap(code, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, fd, 0);

	r = memory == MAP_FAILED ? -errno : 0;
	munmap(code, 4096);
	close(fd);
	return r;
}

static int map_second_page(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r;
	void *memory = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 4096);

	r = memory == MAP_FAILED ? -errno : 0;
	if (!r)
		munmap(memory, 4096);
	close(fd);
	return r;
}

static int protect_moved(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r;
	void *memory = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);

	memory = mremap(memory, 4096, 8192, MREMAP_MAYMOVE);
	r = memory == MAP_FAILED || mprotect(memory, 8192, PROT_READ | PROT_EXEC) ? -errno : 0;
	if (memory != MAP_FAILED)
		munmap(memory, 8192);
	close(fd);
	return r;
}

static int protect_by_key(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r;
	void *memory = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);

	r = pkey_mprotect(memory, 4096, PROT_READ | PROT_EXEC, -1) ? -errno : 0;
	munmap(memory, 4096);
	close(fd);
	return r;
}

static int protect_in_child(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r;
	void *memory = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	pid_t pid = fork();

	if (!pid)
		_exit(mprotect(memory, 4096, PROT_READ | PROT_EXEC) ? errno : 0);
	r = attempt_status(pid);
	munmap(memory, 4096);
	close(fd);
	return -r;
}

static int protect_after_close(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r;
	void *memory = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);

	close(fd);
	r = mprotect(memory, 4096, PROT_READ | PROT_EXEC) ? -errno : 0;
	munmap(memory, 4096);
	return r;
}

static int protect_with_others(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r;
	char *memory = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	mmap(memory + 4096, 4096, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0);
	close(fd);
	r = mprotect(memory, 8192, PROT_READ | PROT_EXEC) ? -errno : 0;
	munmap(memory, 8192);
	return r;
}

static int map_copy_in_memory(const char *path)
{
	int from = open(path, O_RDONLY | O_CLOEXEC), memory = memfd_create("copy", MFD_CLOEXEC), r;
	void *mapping;

	attempt_copy(from, memory);
	mapping = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, memory, 0);
	r = mapping == MAP_FAILED ? -errno : 0;
	if (!r)
		munmap(mapping, 4096);
	close(from);
	close(memory);
	return r;
}

static int map_copied(const char *path)
{
	return with_copy(path, attempt_mmap_exec);
}

static int shared_memory_segment(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), id = shmget(IPC_PRIVATE, FILE_SIZE, IPC_CREAT | 0700), r;
	void *memory = shmat(id, NULL, 0);

	if (read(fd, memory, FILE_SIZE) != FILE_SIZE)
		return -EIO;
	shmdt(memory);
	memory = shmat(id, NULL, SHM_EXEC);
	r = memory == (void *)-1 ? -errno : 0;
	if (!r)
		shmdt(memory);
	shmctl(id, IPC_RMID, NULL);
	close(fd);
	return r;
}

/* What no file is. */

static int anonymous_memory(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r;
	void *memory =
		mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	r = memory == MAP_FAILED ? -errno : read(fd, memory, FILE_SIZE) == FILE_SIZE ? 0 : -EIO;
	munmap(memory, 8192);
	close(fd);
	return r;
}

static int own_memory_file(const char *path)
{
	void *memory = mmap(NULL, 8192, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open(path, O_RDONLY | O_CLOEXEC), own = open("/proc/self/mem", O_RDWR | O_CLOEXEC), r;
	char bytes[FILE_SIZE];

	r = read(fd, bytes, sizeof(bytes)) == FILE_SIZE &&
			    pwrite(own, bytes, sizeof(bytes), (off_t)memory) == FILE_SIZE
		    ? 0
		    : -errno;
	/* From 6.12 on kernels may be built so that code is not written through it. */
	if (r == -EIO)
		r = TECHNIQUE_IMPOSSIBLE;
	munmap(memory, 8192);
	close(fd);
	close(own);
	return r;
}

static int clean_file_patched_in_memory(const char *path)
{
	const char *clean = strdup(PATH_OF("%s.clean", path));
	int fd = open(path, O_RDONLY | O_CLOEXEC), own = open("/proc/self/mem", O_RDWR | O_CLOEXEC), file, r;
	char bytes[4096];
	void *memory;

	guest_copy_salted(path, clean, "x");
	file = open(clean, O_RDONLY | O_CLOEXEC);
	memory = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0);
	r = memory != MAP_FAILED && read(fd, bytes, sizeof(bytes)) == 4096 &&
			    pwrite(own, bytes, sizeof(bytes), (off_t)memory) == 4096
		    ? 0
		    : -errno;
	/* From 6.12 on kernels may be built so that code is not written through it. */
	if (r == -EIO)
		r = TECHNIQUE_IMPOSSIBLE;
	munmap(memory, 4096);
	close(file);
	close(fd);
	close(own);
	unlink(clean);
	return r;
}

static int one_byte_more(const char *path)
{
	const char *copy = strdup(PATH_OF("%s.more", path));
	int r;

	guest_copy_salted(path, copy, "x");
	r = attempt_exec(copy);
	unlink(copy);
	return r;
}

static int one_byte_changed(const char *path)
{
	const char *copy = strdup(PATH_OF("%s.other", path));
	int fd, r;

	guest_copy_salted(path, copy, "");
	fd = open(copy, O_WRONLY | O_CLOEXEC);
	r = pwrite(fd, "~", 1, FILE_SIZE - 1) == 1 ? 0 : -EIO;
	close(fd);
	r = r ?: attempt_exec(copy);
	unlink(copy);
	return r;
}

#define BYTES "the bytes of what is executed are hashed, whatever it is called and whoever asks"
#define KEPT "a hash is kept only while nothing changed the file"
#define MAPPED "the file behind an executable mapping is hashed"
#define PROTECTED "the mapping was hashed when it was made; mprotect finds what was kept"
#define MEMORY "memory is no file: SELinux (execmem, execmod) closes it"
#define OTHER "it is another content: signer, package, build-id or path rules close it, an allow list does"

static const struct technique techniques[] = {
	{"execve", attempt_exec, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"execveat of a descriptor (O_PATH)", attempt_exec_fd, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"execve of /proc/self/fd/N", by_proc, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"execve through /proc/PID/root", by_proc_root, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"posix_spawn (vfork)", by_vfork, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"execve by a thread", by_thread, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"execve under ptrace", traced, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"another argv[0]", other_argument, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"no_new_privs", no_new_privileges, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"personality READ_IMPLIES_EXEC", with_persona, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"an ordinary user", by_user, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"set-user-ID bit", set_user_id, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"while another reads the file", read_by_another, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"time stamps set back", with_old_times, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"copy", copied, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"copy to /dev/shm", technique_copied_to_memory, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"copy in a memfd", attempt_memfd, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"copy in a file without a name (O_TMPFILE)", nameless, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"copy that is deleted before it runs", attempt_deleted, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"hard link", hard_link, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"symbolic link", symbolic_link, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"rename", renamed, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"namespaces of processes, hosts, IPC and mounts", in_namespaces, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"user namespace", in_user_namespace, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"bind mount of the file over another", bind_mounted, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"bind mount of its directory", directory_bind_mounted, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"chroot", in_chroot, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"detached mount (open_tree)", by_detached_mount, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"clean file written over: write", written_over, BANNED, TECHNIQUE_REFUSED, KEPT},
	{"clean file written over: truncate and write", truncated_and_written, BANNED, TECHNIQUE_REFUSED,
	 KEPT},
	{"clean file written over: pwritev", written_by_vectors, BANNED, TECHNIQUE_REFUSED, KEPT},
	{"clean file written over: sendfile", written_by_sendfile, BANNED, TECHNIQUE_REFUSED, KEPT},
	{"clean file written over: copy_file_range", written_by_copy_file_range, BANNED, TECHNIQUE_REFUSED,
	 KEPT},
	{"clean file written over: splice", written_by_splice, BANNED, TECHNIQUE_REFUSED, KEPT},
	{"clean file written over: shared mapping", written_by_mapping, BANNED, TECHNIQUE_REFUSED, KEPT},
	{"clean file written over: times put back", written_with_times_put_back, BANNED, TECHNIQUE_REFUSED,
	 KEPT},
	{"clean file replaced by rename", replaced, BANNED, TECHNIQUE_REFUSED, KEPT},
	{"clean file replaced by RENAME_EXCHANGE", exchanged, BANNED, TECHNIQUE_REFUSED, KEPT},
	{"mmap PROT_EXEC", attempt_mmap_exec, 0, TECHNIQUE_REFUSED, MAPPED},
	{"mmap PROT_EXEC, MAP_SHARED", attempt_mmap_shared_exec, 0, TECHNIQUE_REFUSED, MAPPED},
	{"mmap PROT_EXEC alone", map_only_executable, 0, TECHNIQUE_REFUSED, MAPPED},
	{"mmap PROT_WRITE and PROT_EXEC", map_writable, 0, TECHNIQUE_REFUSED, MAPPED},
	{"mmap PROT_EXEC, MAP_POPULATE", map_populated, 0, TECHNIQUE_REFUSED, MAPPED},
	{"mmap PROT_EXEC, MAP_FIXED over other code", map_over_code, 0, TECHNIQUE_REFUSED, MAPPED},
	{"mmap PROT_EXEC of a later page", map_second_page, 0, TECHNIQUE_REFUSED, MAPPED},
	{"mmap PROT_READ under READ_IMPLIES_EXEC", attempt_mmap_implied, 0, TECHNIQUE_REFUSED, MAPPED},
	{"mmap PROT_EXEC of a copy", map_copied, 0, TECHNIQUE_REFUSED, MAPPED},
	{"mmap PROT_EXEC of a copy in a memfd", map_copy_in_memory, 0, TECHNIQUE_REFUSED, MAPPED},
	{"System V segment with SHM_EXEC", shared_memory_segment, 0, TECHNIQUE_REFUSED, MAPPED},
	{"mmap, later mprotect", attempt_mmap_then_mprotect, 0, TECHNIQUE_REFUSED, PROTECTED},
	{"mmap PROT_WRITE, later mprotect", attempt_writable_then_mprotect, 0, TECHNIQUE_REFUSED, PROTECTED},
	{"mmap MAP_SHARED, later mprotect", attempt_shared_then_mprotect, 0, TECHNIQUE_REFUSED, PROTECTED},
	{"mmap PROT_NONE, later mprotect", attempt_none_then_mprotect, 0, TECHNIQUE_REFUSED, PROTECTED},
	{"mmap, mremap, later mprotect", protect_moved, 0, TECHNIQUE_REFUSED, PROTECTED},
	{"mmap, later pkey_mprotect", protect_by_key, 0, TECHNIQUE_REFUSED, PROTECTED},
	{"mmap, mprotect by a child", protect_in_child, 0, TECHNIQUE_REFUSED, PROTECTED},
	{"mmap, close, later mprotect", protect_after_close, 0, TECHNIQUE_REFUSED, PROTECTED},
	{"mmap beside other memory, one mprotect for both", protect_with_others, 0, TECHNIQUE_REFUSED,
	 PROTECTED},
	{"read into executable memory", anonymous_memory, 0, TECHNIQUE_PASSES, MEMORY},
	{"written to code through /proc/self/mem", own_memory_file, 0, TECHNIQUE_PASSES, MEMORY},
	{"clean file mapped, patched through /proc/self/mem", clean_file_patched_in_memory, 0,
	 TECHNIQUE_PASSES, MEMORY},
	{"one byte more at the end", one_byte_more, BANNED, TECHNIQUE_PASSES, OTHER},
	{"one byte changed", one_byte_changed, BANNED, TECHNIQUE_PASSES, OTHER},
};

/* Not every file system can do it. */
static const struct technique past_the_cache = {"clean file written over: O_DIRECT", written_past_the_cache,
						BANNED, TECHNIQUE_REFUSED, KEPT};

TEST_F_TIMEOUT(hash, of_a_program, 600)
{
	const size_t count = sizeof(techniques) / sizeof(*techniques);
	bool direct = self->place.fs != GUEST_TMPFS;
	bool possible[sizeof(techniques) / sizeof(*techniques)];

	for (size_t i = 0; i < count; i++)
		possible[i] = technique_control(&techniques[i], self->banned);
	direct = direct && technique_control(&past_the_cache, self->banned);
	guest_ban(self->banned);
	for (size_t i = 0; i < count; i++)
		if (possible[i])
			technique_try(&techniques[i], self->banned, "hash", technique_fs(self->place.fs));
	if (direct)
		technique_try(&past_the_cache, self->banned, "hash", technique_fs(self->place.fs));
	EXPECT_EQ(HARMLESS, attempt_exec(self->twin));
	guest_lift();
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
}

static int sh_script(const char *path)
{
	return GUEST_RUN(&(char *){NULL}, "sh", path);
}

static int sh_input(const char *path)
{
	return GUEST_RUN(&(char *){NULL}, "sh", "-c", PATH_OF("sh < %s", path));
}

static int sh_text(const char *path)
{
	return GUEST_RUN(&(char *){NULL}, "sh", "-c", PATH_OF("sh -c \"$(cat %s)\"", path));
}

static int sh_source(const char *path)
{
	return GUEST_RUN(&(char *){NULL}, "sh", "-c", PATH_OF(". %s", path));
}

#define READS "reading is not executing: name the interpreter (ban interpreter)"

static const struct technique scripts[] = {
	{"script by its #!", attempt_exec, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"script by a descriptor", attempt_exec_fd, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"script copied to a memfd", attempt_memfd, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"script copied", copied, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"script by an ordinary user", by_user, BANNED, TECHNIQUE_REFUSED, BYTES},
	{"sh SCRIPT, no interpreter named", sh_script, BANNED, TECHNIQUE_PASSES, READS},
	{"sh < SCRIPT, no interpreter named", sh_input, BANNED, TECHNIQUE_PASSES, READS},
	{". SCRIPT, no interpreter named", sh_source, BANNED, TECHNIQUE_PASSES, READS},
	{"sh -c \"$(cat SCRIPT)\"", sh_text, BANNED, TECHNIQUE_PASSES,
	 "text on a command line is no file; nothing here closes it"},
};

TEST_F_TIMEOUT(hash, of_a_script, 240)
{
	const size_t count = sizeof(scripts) / sizeof(*scripts);
	bool possible[sizeof(scripts) / sizeof(*scripts)];

	for (size_t i = 0; i < count; i++)
		possible[i] = technique_control(&scripts[i], self->script);
	guest_ban(self->script);
	for (size_t i = 0; i < count; i++)
		if (possible[i])
			technique_try(&scripts[i], self->script, "hash", technique_fs(self->place.fs));
	guest_lift();
}

GUEST_MAIN
