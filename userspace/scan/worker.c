// SPDX-License-Identifier: GPL-2.0-or-later
/* The child's part of the pool: takes descriptors, evaluates, answers. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "policy/identity/identity.h"
#include "userspace/base/log.h"
#include "userspace/base/sandbox.h"
#include "userspace/scan/pool.h"

#define MEMORY (1UL << 30)
#define SOCKET 3

struct embargo_scan_answers {
	__u32 job;
	struct embargo_scan_replies replies;
};

struct batch {
	int fds[EMBARGO_SCAN_BATCH];
	size_t fd_count;
	size_t size;
	__u8 bytes[EMBARGO_SCAN_MESSAGE];
};

/* Without its parent a worker has nothing to do. */
static void replies_send(struct embargo_scan_replies *replies)
{
	struct iovec io = {.iov_base = replies->bytes, .iov_len = replies->used};
	struct msghdr message = {.msg_iov = &io, .msg_iovlen = 1};
	ssize_t sent;

	if (!replies->used)
		return;
	do
		sent = sendmsg(SOCKET, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent != (ssize_t)replies->used)
		_exit(1);
	replies->used = 0;
}

static int reply_add(struct embargo_scan_answers *answers, const struct embargo_scan_reply *reply)
{
	if (!embargo_scan_reply_put(&answers->replies, reply))
		return 0;
	replies_send(&answers->replies);
	return embargo_scan_reply_put(&answers->replies, reply);
}

int embargo_scan_member(struct embargo_scan_answers *answers, const struct embargo_scan_reply *reply)
{
	struct embargo_scan_reply member = *reply;

	member.type = EMBARGO_SCAN_MEMBER;
	member.job = answers->job;
	return reply_add(answers, &member);
}

static void job_run(const struct embargo_scan_pool_settings *settings, const struct embargo_scan_job *job,
		    int fd, struct embargo_scan_answers *answers)
{
	struct embargo_scan_reply reply = {.rule = EMBARGO_NO_RULE};

	answers->job = job->number;
	/* The place in the file is shared with a worker that may have died of it. */
	(void)lseek(fd, 0, SEEK_SET);
	settings->evaluate(settings->evaluate_context, job, fd, answers, &reply);
	reply.type = EMBARGO_SCAN_DONE;
	reply.job = job->number;
	if (reply_add(answers, &reply))
		_exit(1);
	/* What was found is told at once. */
	if (reply.rule != EMBARGO_NO_RULE)
		replies_send(&answers->replies);
}

static void batch_run(const struct embargo_scan_pool_settings *settings, struct batch *batch,
		      struct embargo_scan_answers *answers)
{
	struct embargo_scan_job_record record;
	struct embargo_scan_job job;
	size_t at = 0, i;

	for (i = 0; i < batch->fd_count && batch->size - at >= sizeof(record); i++, at += record.size) {
		memcpy(&record, batch->bytes + at, sizeof(record));
		if (record.size > batch->size - at || record.size < sizeof(record) + record.path_size ||
		    !record.path_size)
			_exit(1);
		job = (struct embargo_scan_job){
			.number = record.number,
			.flags = record.flags,
			.size = record.file_size,
			.path = (const char *)batch->bytes + at + sizeof(record),
		};
		job_run(settings, &job, batch->fds[i], answers);
		close(batch->fds[i]);
	}
	replies_send(&answers->replies);
}

/* False: the parent has no more. */
static bool batch_receive(struct batch *batch)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(batch->fds))];
	} control;
	struct iovec io = {.iov_base = batch->bytes, .iov_len = sizeof(batch->bytes)};
	struct msghdr message = {
		.msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *part;
	ssize_t got;

	do
		got = recvmsg(SOCKET, &message, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got <= 0 || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
		return false;
	batch->size = got;
	batch->fd_count = 0;
	part = CMSG_FIRSTHDR(&message);
	if (part && part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS) {
		batch->fd_count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(batch->fds, CMSG_DATA(part), batch->fd_count * sizeof(int));
	}
	return true;
}

/* Only the socket is left; a report of a sanitizer may still go to stderr. */
static int descriptors_leave(int socket)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		return -errno;
#ifndef __SANITIZE_ADDRESS__
	if (dup2(null, STDERR_FILENO) < 0)
		return -errno;
#endif
	if (socket != SOCKET && dup2(socket, SOCKET) < 0)
		return -errno;
	return close_range(SOCKET + 1, ~0U, 0) ? -errno : 0;
}

/* What libraries set up when they are first used needs files: before the sandbox. */
static void libraries_warm(void)
{
	struct embargo_digests digests;

	setenv("TZ", "UTC0", 1); /* the times in archives are not asked for */
	tzset();
	(void)embargo_hash_memory("", 0, EMBARGO_WANT_SHA1 | EMBARGO_WANT_MD5, &digests);
}

static int worker_enter(const struct embargo_scan_pool_settings *settings, int socket)
{
	int r;

	/* Ctrl-C is the parent's to handle; when it is gone, so are we, however busy. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL))
		return -errno;
	libraries_warm();
	r = descriptors_leave(socket);
	return r ?: embargo_sandbox_enter(settings->memory ?: MEMORY);
}

void embargo_scan_worker(const struct embargo_scan_pool_settings *settings, int socket)
{
	struct embargo_scan_reply ready = {.type = EMBARGO_SCAN_READY, .rule = EMBARGO_NO_RULE};
	static struct embargo_scan_answers answers;
	static struct batch batch;

	if (worker_enter(settings, socket))
		_exit(EMBARGO_SCAN_NO_SANDBOX);
	(void)embargo_scan_reply_put(&answers.replies, &ready);
	replies_send(&answers.replies);
	while (batch_receive(&batch))
		batch_run(settings, &batch, &answers);
	_exit(0);
}
