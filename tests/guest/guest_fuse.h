/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A FUSE server with one file, "file", that does what a test tells it: it shows another size than it has,
 * changes the content without a word, and answers reads late. It speaks the protocol of <linux/fuse.h>
 * itself.
 */
#ifndef EMBARGO_TESTS_GUEST_GUEST_FUSE_H
#define EMBARGO_TESTS_GUEST_GUEST_FUSE_H

#include <linux/fuse.h>
#include <sys/mount.h>

#include "tests/guest/guest_run.h"
#include "tests/guest/guest_file.h"

#define GUEST_FUSE_FILE 2 /* its number; 1 is the directory */

/* What the test and the server share. */
struct guest_fuse_state {
	struct guest_content content;
	size_t named_size; /* what a lookup shows; asked again, it shows the true one */
	bool direct;	   /* past the page cache */
	bool hold;	   /* keep readers waiting */
	int held, reads;   /* reads that wait, all reads */
};

struct guest_fuse {
	struct guest_fuse_state *state; /* shared memory */
	int device, wake[2];
	pid_t server;
	uint64_t waiting[8]; /* requests that are answered late */
	struct fuse_read_in wanted[8];
};

static inline void guest_fuse_answer(const struct guest_fuse *fuse, uint64_t unique, int error,
				     const void *data, size_t size)
{
	char message[sizeof(struct fuse_out_header) + sizeof(fuse->state->content.bytes)];
	struct fuse_out_header header = {.len = sizeof(header) + size, .error = error, .unique = unique};

	memcpy(message, &header, sizeof(header));
	if (size)
		memcpy(message + sizeof(header), data, size);
	if (write(fuse->device, message, header.len) < 0 && errno != ENOENT)
		_exit(1);
}

static inline struct fuse_attr guest_fuse_attributes(uint64_t number, size_t size)
{
	return (struct fuse_attr){
		.ino = number,
		.size = size,
		.mode = number == GUEST_FUSE_FILE ? S_IFREG | 0755 : S_IFDIR | 0755,
		.nlink = 1,
		.blksize = 4096,
	};
}

static inline void guest_fuse_read(const struct guest_fuse *fuse, uint64_t unique,
				   const struct fuse_read_in *wanted)
{
	const struct guest_content *content = &fuse->state->content;
	size_t left = wanted->offset < content->size ? content->size - wanted->offset : 0;

	guest_fuse_answer(fuse, unique, 0, content->bytes + wanted->offset,
			  left < wanted->size ? left : wanted->size);
}

static inline void guest_fuse_serve(struct guest_fuse *fuse, const struct fuse_in_header *request,
				    const void *body)
{
	struct guest_fuse_state *state = fuse->state;
	struct fuse_init_out init = {.major = FUSE_KERNEL_VERSION, .minor = 31, .max_write = 4096};
	struct fuse_open_out opened = {.open_flags = state->direct ? FOPEN_DIRECT_IO : 0};
	struct fuse_entry_out entry = {.nodeid = GUEST_FUSE_FILE};
	struct fuse_attr_out attributes = {0};

	switch (request->opcode) {
	case FUSE_INIT:
		guest_fuse_answer(fuse, request->unique, 0, &init, sizeof(init));
		return;
	case FUSE_LOOKUP:
		entry.attr = guest_fuse_attributes(GUEST_FUSE_FILE, state->named_size);
		guest_fuse_answer(fuse, request->unique, strcmp(body, "file") ? -ENOENT : 0, &entry,
				  strcmp(body, "file") ? 0 : sizeof(entry));
		return;
	case FUSE_GETATTR:
		attributes.attr = guest_fuse_attributes(request->nodeid, state->content.size);
		guest_fuse_answer(fuse, request->unique, 0, &attributes, sizeof(attributes));
		return;
	case FUSE_OPEN:
		guest_fuse_answer(fuse, request->unique, 0, &opened, sizeof(opened));
		return;
	case FUSE_READ:
		state->reads++;
		if (!state->hold) {
			guest_fuse_read(fuse, request->unique, body);
		} else if (state->held < 8) {
			fuse->waiting[state->held] = request->unique;
			fuse->wanted[state->held] = *(const struct fuse_read_in *)body;
			__atomic_add_fetch(&state->held, 1, __ATOMIC_SEQ_CST);
		}
		return;
	case FUSE_RELEASE:
		guest_fuse_answer(fuse, request->unique, 0, NULL, 0);
		return;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		return;
	}
	guest_fuse_answer(fuse, request->unique, -ENOSYS, NULL, 0);
}

static inline void guest_fuse_run(struct guest_fuse *fuse)
{
	static _Alignas(struct fuse_in_header) char request[65536];
	struct pollfd wait[] = {{.fd = fuse->device, .events = POLLIN},
				{.fd = fuse->wake[0], .events = POLLIN}};
	ssize_t size;
	char byte;

	for (;;) {
		poll(wait, 2, -1);
		if (wait[1].revents) {
			if (read(fuse->wake[0], &byte, 1) != 1)
				_exit(0); /* the test is gone */
			for (int i = 0; i < fuse->state->held; i++)
				guest_fuse_read(fuse, fuse->waiting[i], &fuse->wanted[i]);
			fuse->state->held = 0;
		}
		if (!wait[0].revents)
			continue;
		size = read(fuse->device, request, sizeof(request));
		if (size < 0 && errno == ENODEV)
			_exit(0); /* unmounted */
		if (size >= (ssize_t)sizeof(struct fuse_in_header))
			guest_fuse_serve(fuse, (void *)request, request + sizeof(struct fuse_in_header));
	}
}

/* Mount it and start who serves it: as whoever calls, in his namespaces. */
static inline void guest_fuse_start(struct guest_fuse *fuse, const char *where)
{
	char options[128];

	*fuse = (struct guest_fuse){0};
	fuse->state =
		mmap(NULL, sizeof(*fuse->state), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, fuse->state);
	fuse->device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fuse->device)
	{
		TH_LOG("/dev/fuse: %m");
	}
	ASSERT_EQ(0, pipe2(fuse->wake, O_CLOEXEC));
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse->device);
	ASSERT_EQ(0, mount("fuse", where, "fuse", MS_NODEV | MS_NOSUID, options))
	{
		TH_LOG("fuse: %m");
	}
	fuse->server = fork();
	if (!fuse->server) {
		close(fuse->wake[1]);
		guest_fuse_run(fuse);
	}
	close(fuse->device);
	close(fuse->wake[0]);
}

static inline void guest_fuse_show(struct guest_fuse *fuse, const struct guest_content *content)
{
	fuse->state->content = *content;
	fuse->state->named_size = content->size;
}

/* Whoever waits gets what the file holds now. */
static inline void guest_fuse_release(struct guest_fuse *fuse)
{
	fuse->state->hold = false;
	ASSERT_EQ(1, write(fuse->wake[1], "", 1));
}

static inline void guest_fuse_stop(struct guest_fuse *fuse, const char *where)
{
	EXPECT_EQ(0, umount2(where, MNT_DETACH));
	close(fuse->wake[1]);
	EXPECT_EQ(0, attempt_status(fuse->server));
	munmap(fuse->state, sizeof(*fuse->state));
}

#endif
