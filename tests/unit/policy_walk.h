/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything that can be done with a policy database, to see that it survives a hostile one. */
#ifndef EMBARGO_TESTS_UNIT_POLICY_WALK_H
#define EMBARGO_TESTS_UNIT_POLICY_WALK_H

#include "bpf/match.h"
#include "policy/image/policydb.h"

/* Make the checksums of a damaged policy database right again, as an attacker would. */
static inline void policydb_mend(unsigned char *data, size_t size)
{
	const struct embargo_image_header *image = (const void *)data;
	struct embargo_policydb_header *header;
	__u64 at;
	int i;

	if (size < EMBARGO_PAGE_SIZE)
		return;
	at = (__u64)image->pages * EMBARGO_PAGE_SIZE;
	if (at > size || size - at < sizeof(*header))
		return;
	header = (void *)(data + at);
	for (i = 0; i < EMBARGO_POLICYDB_PARTS; i++)
		if (header->parts[i].at <= size && header->parts[i].size <= size - header->parts[i].at)
			header->parts[i].checksum = embargo_policydb_checksum(data + header->parts[i].at,
									      header->parts[i].size, false);
	header->checksum = embargo_policydb_header_checksum(header);
}

static inline void walk_rules(const struct embargo_policydb *policydb, FILE *out)
{
	char key[EMBARGO_KEY_MAX], value[EMBARGO_VALUE_MAX];
	const struct embargo_rule *rule;
	const char *cursor;
	__u32 i;

	for (i = 0; i < policydb->set.rule_count && i < 64; i++) {
		rule = embargo_policydb_rule(policydb, i);
		embargo_rule_format(&policydb->set, rule, out);
		fputs(embargo_rule_authority(&policydb->set, rule), out);
		fputs(embargo_rule_file(&policydb->set, rule), out);
		fprintf(out, "%u %d %d", embargo_rule_pack(rule, i), embargo_rule_level(rule),
			embargo_rule_in_kernel(rule));
		cursor = embargo_string(&policydb->set, rule->fields);
		while (embargo_field_next(&cursor, key, value, NULL) > 0)
			fputs(value, out);
	}
	if (embargo_policydb_rule(policydb, policydb->set.rule_count) ||
	    embargo_policydb_rule(policydb, UINT32_MAX))
		abort();
}

static inline void walk_image(const struct embargo_policydb *policydb)
{
	void *image = (void *)policydb->image;
	const struct embargo_image_header *header = policydb->image;
	__u8 sha256[EMBARGO_SHA256_SIZE] = {};
	unsigned int i;

	for (i = 0; i < 64; i++) {
		memset(sha256, i * 37, sizeof(sha256));
		embargo_hash_possible(image, header, i, EMBARGO_FORMAT_ANY);
		embargo_find_hash(image, header, sha256);
		embargo_find_string(image, &header->strings, i * 0x9e3779b97f4a7c15ULL);
	}
}

static inline void walk_policy(const struct embargo_policydb *policydb)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = NULL;
	_cleanup_free_ void *image = NULL;
	size_t pages;

	if (embargo_policydb_policy(policydb, &policy) < 0 || embargo_image_pages(policy, &pages) < 0)
		return;
	image = calloc(pages, EMBARGO_PAGE_SIZE);
	if (image && embargo_image_build(policy, image, pages, 1) < 0)
		abort();
}

static inline int policydb_walk(const void *data, size_t size)
{
	_cleanup_(embargo_policydb_closep) struct embargo_policydb *policydb = NULL;
	_cleanup_fclose_ FILE *out = NULL;
	int r;

	r = embargo_policydb_kept_from_memory(data, size, &policydb);
	if (r < 0)
		return r;
	out = fopen("/dev/null", "we");
	if (!out)
		return -errno;
	walk_rules(policydb, out);
	if (policydb->image)
		walk_image(policydb);
	walk_policy(policydb);
	return 0;
}

#endif
