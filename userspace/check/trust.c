// SPDX-License-Identifier: GPL-2.0-or-later
/* May this policy be put in force? Signatures, names and versions of its files. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <syslog.h>

#include "policy/plural.h"
#include "userspace/base/log.h"
#include "userspace/base/text.h"
#include "userspace/check/trust.h"

#define EXPIRES_SOON (30 * 24 * 60 * 60L)

const struct embargo_trust_places embargo_trust_host = {
	.certificates = EMBARGO_TRUST_DIR,
	.versions = EMBARGO_VERSIONS,
};

struct embargo_trust {
	const struct embargo_trust_places *places;
	int lock;
	char *temporary; /* the file of versions to come; NULL: none changed */
};

/* One check. */
struct check {
	const struct embargo_trust_places *places;
	const struct embargo_ruleset *set;
	struct embargo_trusted *trusted;
	bool on; /* someone is trusted: what is wrong is refused */
	struct embargo_versions known, seen;
	struct embargo_signed soonest; /* to expire */
	size_t refused;
	char *first, *first_file; /* of what was refused, to be told */
};

static void check_clear(struct check *check)
{
	embargo_trusted_free(check->trusted);
	embargo_versions_clear(&check->known);
	embargo_versions_clear(&check->seen);
	free(check->first);
	free(check->first_file);
}

void embargo_trust_free(struct embargo_trust *trust)
{
	if (!trust)
		return;
	if (trust->temporary)
		unlink(trust->temporary);
	free(trust->temporary);
	if (trust->lock >= 0)
		close(trust->lock);
	free(trust);
}

__attribute__((format(printf, 3, 4))) static void refuse(struct check *check, const char *file,
							 const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list values;

	va_start(values, format);
	if (vasprintf(&text, format, values) < 0)
		text = NULL;
	va_end(values);
	embargo_log_error("%s: %s", file, text ?: "out of memory");
	if (check->refused++)
		return;
	check->first = TAKE_PTR(text);
	check->first_file = strdup(file);
}

/* What is told of it: one message, however many files. */
static void refusal(const struct check *check, struct embargo_log_message *message)
{
	const char *file = check->first_file ?: "", *reason = check->first ?: "";
	char more[40] = "";

	if (check->refused > 1)
		snprintf(more, sizeof(more), " (and %zu more)", check->refused - 1);
	if (embargo_log_message_new(message, LOG_ERR, "refused",
				    "refused a policy, and what was in force stays: %.*s: %.*s%s",
				    (int)embargo_text_cut(file, EMBARGO_LOG_MESSAGE_PART), file,
				    (int)embargo_text_cut(reason, EMBARGO_LOG_MESSAGE_PART), reason, more))
		return;
	embargo_log_message_text(message, "policy_file", file);
	embargo_log_message_text(message, "reason", reason);
}

static bool check_signature(struct check *check, const struct embargo_file *file, const char *path)
{
	struct embargo_reason reason = {""};
	struct embargo_signed found;

	if (embargo_trust_signature(check->trusted, path, file->sha256, time(NULL), &found, &reason)) {
		refuse(check, path, "%s", reason.text);
		return false;
	}
	if (!check->soonest.expires || found.expires < check->soonest.expires)
		check->soonest = found;
	return true;
}

static void check_version(struct check *check, const struct embargo_file *file, const char *path,
			  const char *name, const char *sha256)
{
	const struct embargo_version *known = embargo_versions_find(&check->known, name);
	unsigned long long version = file->version, before = known ? known->version : 0;

	if (version < before && check->on)
		refuse(check, path,
		       "version %llu of policy '%s' is older than %llu, which was loaded before: "
		       "sign it with a higher version, or remove that line from %s",
		       version, name, before, check->places->versions);
	else if (version < before)
		embargo_log_warning(
			"%s: version %llu of policy '%s' is older than %llu, which was loaded before", path,
			version, name, before);
	else if (version == before && check->on && strcmp(known->sha256, sha256))
		embargo_log_warning("%s: version %llu of policy '%s' was loaded before with other contents: "
				    "raise the version with every change",
				    path, version, name);
}

/* A policy has its name for itself: else one file of that name could take the place of another. */
static int check_name(struct check *check, const struct embargo_file *file, const char *path)
{
	const char *given = embargo_string(check->set, file->name);
	_cleanup_free_ char *name = embargo_text(given, strlen(given));
	_cleanup_free_ char *sha256 = embargo_hex(file->sha256, sizeof(file->sha256));
	const struct embargo_version *known;

	if (!name || !sha256)
		return -ENOMEM;
	if (check->on && (!*name || !file->version))
		refuse(check, path, "has no `%s': signed policies need a name and a version",
		       *name ? "version N" : "policy NAME");
	if (!*name || !file->version)
		return 0;
	if (check->on && embargo_versions_find(&check->seen, name))
		refuse(check, path, "another file is policy '%s' too: signed files need names of their own",
		       name);
	check_version(check, file, path, name, sha256);
	known = embargo_versions_find(&check->seen, name);
	/* An unsigned policy does not need a higher version for each draft. */
	if (!known && !check->on)
		known = embargo_versions_find(&check->known, name);
	if (known && known->version >= file->version)
		return 0;
	return embargo_versions_put(&check->seen, name, file->version, sha256);
}

static int check_files(struct check *check)
{
	long days;
	__u32 i;
	int r;

	for (i = 0; i < check->set->file_count; i++) {
		const struct embargo_file *file = &check->set->files[i];
		const char *path = embargo_string(check->set, file->path);

		/* What a file says of itself counts only if it is signed. */
		if (check->on && !check_signature(check, file, path))
			continue;
		r = check_name(check, file, path);
		if (r)
			return embargo_log_errno(r, "cannot check the policy's versions");
	}
	days = (long)(check->soonest.expires - time(NULL)) / (24 * 60 * 60);
	if (check->soonest.expires && check->soonest.expires - time(NULL) < EXPIRES_SOON)
		embargo_log_warning(
			"in %ld %s no policy signed by %s can be loaded any more: its certificate, "
			"or one above it, expires",
			days, embargo_plural(days, "day", "days"), check->soonest.signer);
	return 0;
}

/* From here to the end of the load: else an older one could come second. */
static int lock(const struct embargo_trust_places *places, struct embargo_reason *reason)
{
	_cleanup_free_ char *path = strdup(places->versions);
	_cleanup_close_ int fd = -1;
	const char *directory;
	int r = 0;

	directory = path ? dirname(path) : "";
	if (mkdir(directory, 0755) < 0 && errno != EEXIST)
		r = -errno;
	fd = r ? -1 : open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && flock(fd, LOCK_EX) == 0)
		return TAKE_FD(fd);
	r = r ?: -errno;
	snprintf(reason->text, sizeof(reason->text), "its directory cannot be made or locked: %s",
		 strerror(-r));
	return r;
}

/* The next file of versions, on disk already: hardly anything is left that can fail after the load. */
static int prepare(struct check *check, struct embargo_trust *trust, struct embargo_reason *reason)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r;

	r = embargo_versions_merge(&check->known, &check->seen);
	if (!r)
		return 0; /* all were known */
	text = r < 0 ? NULL : embargo_versions_text(&check->known, &size);
	if (text)
		return embargo_sign_file_prepare(check->places->versions, text, size, &trust->temporary,
						 reason);
	snprintf(reason->text, sizeof(reason->text), "%s", strerror(ENOMEM));
	return -ENOMEM;
}

/* Without trusted certificates a version that cannot be stored does not refuse the policy. */
static void state_failed(struct check *check, const struct embargo_reason *reason)
{
	if (check->on)
		refuse(check, check->places->versions, "%s", reason->text);
	else
		embargo_log_warning("%s: %s", check->places->versions, reason->text);
}

static int check_all(struct check *check, struct embargo_trust *trust)
{
	struct embargo_reason reason = {""};
	int r;

	r = embargo_trusted_read(check->places->certificates, false, &check->trusted, &reason);
	if (r) {
		refuse(check, check->places->certificates, "%s", reason.text);
		return 0;
	}
	check->on = embargo_trusted_count(check->trusted) > 0;
	trust->lock = lock(check->places, &reason);
	r = trust->lock < 0 ? trust->lock
			    : embargo_versions_read(check->places->versions, &check->known, &reason);
	if (r)
		state_failed(check, &reason);
	if (check_files(check))
		return -ENOMEM;
	if (!r && !check->refused && prepare(check, trust, &reason))
		state_failed(check, &reason);
	return 0;
}

int embargo_trust_check(const struct embargo_trust_places *places, const struct embargo_policy *policy,
			struct embargo_trust **ret_trust, struct embargo_log_message *ret_refusal)
{
	_cleanup_(embargo_trust_freep) struct embargo_trust *trust = calloc(1, sizeof(*trust));
	_cleanup_(check_clear) struct check check = {.places = places, .set = &policy->set};
	int r;

	if (!trust)
		return embargo_log_errno(-ENOMEM, "cannot check the policy's signatures");
	trust->lock = -1;
	trust->places = places;
	r = check_all(&check, trust);
	if (r)
		return r;
	if (check.refused) {
		embargo_log_error("refused; nothing was changed");
		refusal(&check, ret_refusal);
		return -EKEYREJECTED;
	}
	*ret_trust = TAKE_PTR(trust);
	return 0;
}

int embargo_trust_remember(struct embargo_trust *trust)
{
	_cleanup_free_ char *temporary = TAKE_PTR(trust->temporary);
	struct embargo_reason reason = {""};
	int r;

	r = temporary ? embargo_sign_file_replace(temporary, trust->places->versions, &reason) : 0;
	if (r)
		embargo_log_error("the policy is in force, but its version is not remembered: %s: %s",
				  trust->places->versions, reason.text);
	return r;
}
