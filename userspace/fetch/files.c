// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files of rings, kept by their SHA-256: what a policy includes and did not change is not fetched again, so a
 * change of ten rules in a policy of a million costs the file that they are in.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "policy/identity/base/hash.h"
#include "policy/sign/sign.h"
#include "policy/whole_file.h"
#include "userspace/fetch/private.h"

#define FILES "files"

char *embargo_fetch_kept(const struct embargo_fetch_job *job, const struct embargo_channel_file *file,
			 const char *suffix)
{
	_cleanup_free_ char *hex = embargo_hex(file->sha256, EMBARGO_SHA256_SIZE);
	char *path;

	if (!hex || asprintf(&path, "%s/" FILES "/%s%s", job->directory, hex, suffix) < 0)
		return NULL;
	return path;
}

bool embargo_fetch_file_is(const char *path, const __u8 sha256[EMBARGO_SHA256_SIZE])
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct embargo_digests digests;
	struct stat st;

	return fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) && !embargo_hash_fd(fd, 0, &digests, NULL) &&
	       !memcmp(digests.sha256, sha256, EMBARGO_SHA256_SIZE);
}

/* Fetch @url into the file @path, if it is the one of the channel. */
static int file_get(struct embargo_fetch_job *job, const char *url, const struct embargo_channel_file *file,
		    const char *path)
{
	_cleanup_(embargo_whole_file_close) struct embargo_whole_file out = {0};
	const struct embargo_fetch_request request = {.config = job->fetch->config,
						      .credentials = &job->credentials,
						      .url = url,
						      .limit = file->size};
	struct embargo_reason reason = {""};
	struct embargo_digests digests;
	struct stat st;
	int r = embargo_whole_file_open(path, &out, &reason), fd = r ? -1 : fileno(out.stream);

	if (r)
		return embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, r, "%.100s: %.100s", path,
					  reason.text);
	r = embargo_fetch_get(&request, fd, job->result);
	if (r)
		return r;
	if (fstat(fd, &st) || (uint64_t)st.st_size < file->size)
		return embargo_fetch_fail(job->result, EMBARGO_FETCH_TRUNCATED, -EBADMSG,
					  "%.100s: it has fewer bytes than the channel says", url);
	if (lseek(fd, 0, SEEK_SET) || embargo_hash_fd(fd, 0, &digests, &reason))
		return embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, -EIO, "%.100s: %.100s", path,
					  reason.text);
	if (memcmp(digests.sha256, file->sha256, EMBARGO_SHA256_SIZE) != 0)
		return embargo_fetch_fail(job->result, EMBARGO_FETCH_HASH, -EBADMSG,
					  "%.100s: it is not the file of the channel", url);
	r = embargo_whole_file_publish(&out, &reason);
	return r ? embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, r, "%.100s: %.100s", path, reason.text)
		 : 0;
}

/* Its signature must be valid now: the one that is here, else the one that the server has. */
static int signature_get(struct embargo_fetch_job *job, const char *url,
			 const struct embargo_channel_file *file)
{
	_cleanup_free_ char *from = NULL, *path = embargo_fetch_kept(job, file, EMBARGO_SIGN_SUFFIX);
	struct embargo_fetch_request request = {.config = job->fetch->config,
						.credentials = &job->credentials,
						.limit = EMBARGO_SIGN_SIZE_MAX};
	_cleanup_free_ void *kept = NULL, *data = NULL;
	_cleanup_free_ char *temporary = NULL;
	struct embargo_reason reason = {""};
	struct embargo_signed found;
	time_t now = time(NULL);
	size_t size;
	int r;

	if (!path || asprintf(&from, "%s" EMBARGO_SIGN_SUFFIX, url) < 0)
		return embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, -ENOMEM, "no memory");
	if (!embargo_sign_file_read(path, EMBARGO_SIGN_SIZE_MAX, false, &kept, &size, &reason) &&
	    !embargo_sign_verify(job->trusted, kept, size, file->sha256, now, &found, &reason))
		return 0;
	request.url = from;
	r = embargo_fetch_get_memory(&request, &data, &size, job->result);
	if (r) {
		if (job->result->cause == EMBARGO_FETCH_HTTP)
			job->result->cause = EMBARGO_FETCH_SIGNATURE;
		return r;
	}
	r = embargo_sign_verify(job->trusted, data, size, file->sha256, now, &found, &reason);
	if (r)
		return embargo_fetch_fail(job->result, EMBARGO_FETCH_SIGNATURE, r, "%.90s: %.120s", from,
					  reason.text);
	r = embargo_sign_file_prepare(path, data, size, &temporary, &reason)
		    ?: embargo_sign_file_replace(temporary, path, &reason);
	return r ? embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, r, "%.100s: %.100s", path, reason.text)
		 : 0;
}

static int file_have(struct embargo_fetch_job *job, const struct embargo_channel_file *file)
{
	_cleanup_free_ char *path = embargo_fetch_kept(job, file, "");
	_cleanup_free_ char *url = embargo_fetch_url(job->fetch->config->fetch_url, file->url, job->result);
	int r = 0;

	if (!url)
		return -EINVAL;
	if (!path)
		return embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, -ENOMEM, "no memory");
	if (!embargo_fetch_file_is(path, file->sha256))
		r = file_get(job, url, file, path);
	return r ?: signature_get(job, url, file);
}

int embargo_fetch_files(struct embargo_fetch_job *job)
{
	_cleanup_free_ char *directory = NULL;
	size_t i, n;
	int r = 0;

	if (asprintf(&directory, "%s/" FILES, job->directory) < 0)
		return embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, -ENOMEM, "no memory");
	if (mkdir(directory, 0700) && errno != EEXIST)
		return embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, -errno, "%.100s: %s", directory,
					  strerror(errno));
	for (i = 0; i < job->ring_count && !r; i++)
		for (n = 0; n < job->rings[i]->file_count && !r; n++)
			r = file_have(job, &job->rings[i]->files[n]);
	return r;
}

static bool wanted(const struct embargo_fetch_job *job, const char *name)
{
	size_t i, n;

	for (i = 0; i < job->ring_count; i++)
		for (n = 0; n < job->rings[i]->file_count; n++) {
			_cleanup_free_ char *hex =
				embargo_hex(job->rings[i]->files[n].sha256, EMBARGO_SHA256_SIZE);

			if (hex && !strncmp(hex, name, strlen(hex)))
				return true;
		}
	return false;
}

void embargo_fetch_files_tidy(const struct embargo_fetch_job *job)
{
	_cleanup_closedir_ DIR *directory = NULL;
	_cleanup_free_ char *path = NULL;
	const struct dirent *entry;

	if (asprintf(&path, "%s/" FILES, job->directory) < 0)
		path = NULL;
	directory = path ? opendir(path) : NULL;
	while (directory && (entry = readdir(directory)))
		if (entry->d_name[0] != '.' && !wanted(job, entry->d_name))
			unlinkat(dirfd(directory), entry->d_name, 0);
}
