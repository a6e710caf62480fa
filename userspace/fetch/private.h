/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps of a fetch. All say in a result what went wrong; nothing here but fetch.c prints. */
#ifndef EMBARGO_USERSPACE_FETCH_PRIVATE_H
#define EMBARGO_USERSPACE_FETCH_PRIVATE_H

#include <sys/types.h>

#include "userspace/fetch/fetch.h"

/* A failure: sets the cause and the reason, and returns @error. */
__attribute__((format(printf, 4, 5))) int embargo_fetch_fail(struct embargo_fetch_result *result,
							     enum embargo_fetch_cause cause, int error,
							     const char *format, ...);

/* confine.c: give up all rights but to read what everybody may, and to talk to servers. @memory, @file:
 * bytes. -errno: the caller must not go on. */
int embargo_fetch_confine(size_t memory, uint64_t file);

/* get.c */
struct embargo_fetch_credentials {    /* read by root, for a worker that may not */
	void *ca, *certificate, *key; /* PEM; NULL: none */
	size_t ca_size, certificate_size, key_size;
};

int embargo_fetch_credentials_read(const struct embargo_config *config,
				   struct embargo_fetch_credentials *ret_credentials,
				   struct embargo_fetch_result *result);
void embargo_fetch_credentials_clear(struct embargo_fetch_credentials *credentials);

struct embargo_fetch_request {
	const struct embargo_config *config;
	const struct embargo_fetch_credentials *credentials;
	const char *url;
	const char *etag; /* NULL or "": the whole file is wanted */
	uint64_t limit;	  /* bytes */
	const void *body; /* JSON, by gzip, that is posted; NULL: nothing is, the file is got */
	size_t body_size;
	char *ret_etag; /* of EMBARGO_FETCH_ETAG_SIZE; NULL: not wanted */
};

/* Into @fd. 0; 1: it has not changed since @etag; -errno and @result. */
int embargo_fetch_get(const struct embargo_fetch_request *request, int fd,
		      struct embargo_fetch_result *result);
/* The same into memory, to be freed. */
int embargo_fetch_get_memory(const struct embargo_fetch_request *request, void **ret_data, size_t *ret_size,
			     struct embargo_fetch_result *result);
/* Where @relative leads from @base: to be freed. NULL: nowhere that we would go, and @result says so. */
char *embargo_fetch_url(const char *base, const char *relative, struct embargo_fetch_result *result);

/* fetch.c: nothing else of ours fetches into @directory, which is made, until *@ret_fd is closed. */
int embargo_fetch_lock(const char *directory, struct embargo_fetch_result *result, int *ret_fd);

/* One fetch. */
struct embargo_fetch_job {
	const struct embargo_fetch *fetch;
	char *directory; /* of what is fetched: that of the state, or one for a dry run */
	struct embargo_fetch_credentials credentials;
	struct embargo_fetch_state state;
	struct embargo_trusted *trusted;
	struct embargo_channel *channel;
	void *data; /* of the channel, and of its signature */
	size_t size;
	void *signature;
	size_t signature_size;
	char digest[EMBARGO_SHA256_SIZE * 2 + 1];
	char etag[EMBARGO_FETCH_ETAG_SIZE];
	const struct embargo_channel_ring *rings[EMBARGO_CHANNEL_RINGS_MAX]; /* of this host */
	size_t ring_count;
	char held[160]; /* a ring whose policy is older than the one here; "": none */
	struct embargo_fetch_result *result;
};

/* channel.c: .channel and what belongs to it: verified, and not older than the last one. */
int embargo_fetch_channel(struct embargo_fetch_job *job);
int embargo_fetch_channel_keep(struct embargo_fetch_job *job); /* for a server that says "not modified" */

/* files.c: all files of all rings of this host, and their signatures, verified, below
 * .directory/files/SHA-256. */
int embargo_fetch_files(struct embargo_fetch_job *job);
char *embargo_fetch_kept(const struct embargo_fetch_job *job, const struct embargo_channel_file *file,
			 const char *suffix); /* to be freed; NULL: no memory */
/* Files that no ring of this host has are removed. */
void embargo_fetch_files_tidy(const struct embargo_fetch_job *job);
/* Is the file at @path the one of the channel? */
bool embargo_fetch_file_is(const char *path, const __u8 sha256[EMBARGO_SHA256_SIZE]);

/* place.c */
/* Has this host all files of @ring in .policies already? */
bool embargo_fetch_placed(const struct embargo_fetch_job *job, const struct embargo_channel_ring *ring);
/* May the policy of this host be the one of the rings? Made of links in .directory/staged, then linted, its
 * signatures and versions checked, and the guard asked. */
int embargo_fetch_check(struct embargo_fetch_job *job);
/* Put the files of the rings into .policies; the old ones are kept until embargo_fetch_unplace() or
 * embargo_fetch_place_done(). */
int embargo_fetch_place(struct embargo_fetch_job *job);
void embargo_fetch_unplace(struct embargo_fetch_job *job);
void embargo_fetch_place_done(struct embargo_fetch_job *job);

#endif
