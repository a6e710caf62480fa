/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What embargo has put anywhere, as text to compare. */
#ifndef EMBARGO_TESTS_GUEST_GUEST_STATE_H
#define EMBARGO_TESTS_GUEST_GUEST_STATE_H

#include <ftw.h>

#include "tests/guest/guest_policy.h"

static FILE *guest_listing;

static inline int guest_list_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)at, (void)type;
	fprintf(guest_listing, "%s %o\n", path, st->st_mode);
	return 0;
}

/* All that a load leaves behind, and what is in force, as text. To be freed. */
static inline char *guest_state(void)
{
	static const char *const places[] = {"/sys/fs/bpf", "/var/lib/embargo", "/run/embargo"};
	char *text = NULL, policydb[PATH_MAX] = "";
	json_t *status = guest_status();
	size_t size;

	guest_listing = open_memstream(&text, &size);
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		nftw(places[i], guest_list_one, 16, FTW_PHYS | FTW_MOUNT);
	if (readlink("/run/embargo/policy", policydb, sizeof(policydb) - 1) < 0)
		strcpy(policydb, "none");
	fprintf(guest_listing, "book %s\ngeneration %lld mode %s build %s rules %lld\n", policydb,
		json_integer_value(json_object_get(status, "generation")),
		json_string_value(json_object_get(status, "mode")),
		json_string_value(json_object_get(status, "build")),
		json_integer_value(json_object_get(json_object_get(status, "rules"), "total")));
	fclose(guest_listing);
	json_decref(status);
	return text;
}

/* Everything is as it was @before. */
static inline void guest_check_unchanged(const char *before)
{
	char *after = guest_state();

	EXPECT_TRUE(!strcmp(before, after))
	{
		TH_LOG("before:\n%s\nafter:\n%s", before, after);
	}
	free(after);
}

#endif
