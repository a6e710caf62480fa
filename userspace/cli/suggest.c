// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Set cover, greedy and by tiers: as long as a signer covers anything new, the one that covers most is taken;
 * then vendors, then hashes. Of signers that cover the same the one that outlasts is taken: a number in a
 * register before a company's name. Names come from the samples, so what is printed is quoted.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "policy/array.h"
#include "policy/plural.h"
#include "policy/policy.h"
#include "policy/trivial.h"
#include "userspace/base/log.h"
#include "userspace/base/text.h"
#include "userspace/cli/signer_names.h"
#include "userspace/cli/suggest_private.h"

struct embargo_suggestion *embargo_suggestion_new(void)
{
	struct embargo_suggestion *suggestion = calloc(1, sizeof(*suggestion));

	if (suggestion)
		suggestion->numbers = json_object();
	return suggestion;
}

void embargo_suggestion_free(struct embargo_suggestion *suggestion)
{
	size_t i;

	if (!suggestion)
		return;
	for (i = 0; i < suggestion->rule_count; i++) {
		free(suggestion->rules[i].rule);
		free(suggestion->rules[i].samples);
		free(suggestion->rules[i].example);
	}
	for (i = 0; i < suggestion->count; i++)
		free(suggestion->paths[i]);
	free(suggestion->paths);
	free(suggestion->covered);
	free(suggestion->rules);
	json_decref(suggestion->numbers);
	free(suggestion);
}

/* Takes @rule over. */
static struct embargo_suggested *rule_new(struct embargo_suggestion *suggestion, char *rule)
{
	json_t *number = json_object_get(suggestion->numbers, rule);
	struct embargo_suggested *made;

	if (number) {
		free(rule);
		return &suggestion->rules[json_integer_value(number)];
	}
	if (embargo_array_grow(&suggestion->rules, &suggestion->rule_room, suggestion->rule_count,
			       sizeof(*suggestion->rules)) ||
	    json_object_set_new(suggestion->numbers, rule, json_integer(suggestion->rule_count))) {
		free(rule);
		return NULL;
	}
	made = &suggestion->rules[suggestion->rule_count++];
	*made = (struct embargo_suggested){.rule = rule};
	return made;
}

/* The last sample falls under `ban @kind @match`. Frees @match. */
static int fall(struct embargo_suggestion *suggestion, enum embargo_suggest_tier tier, int rank,
		const char *kind, char *match)
{
	struct embargo_suggested *rule;
	char *line = NULL;

	if (!match)
		return 0;
	if (asprintf(&line, "ban %s %s", kind, match) < 0)
		line = NULL;
	free(match);
	rule = line ? rule_new(suggestion, line) : NULL;
	if (!rule)
		return -ENOMEM;
	rule->tier = tier;
	rule->rank = rank;
	if (rule->count && rule->samples[rule->count - 1] == suggestion->count - 1)
		return 0; /* signed twice by him */
	if (embargo_array_grow(&rule->samples, &rule->room, rule->count, sizeof(*rule->samples)))
		return -ENOMEM;
	rule->samples[rule->count++] = suggestion->count - 1;
	return 0;
}

static char *vendor_match(const char *vendor)
{
	_cleanup_free_ char *match = NULL;
	size_t size = 0;
	FILE *out;

	/* A `*` at the end would make it a pattern of the samples' own making. */
	if (!vendor || !*vendor || vendor[strlen(vendor) - 1] == '*' ||
	    !embargo_utf8_valid(vendor, strlen(vendor)))
		return NULL;
	out = open_memstream(&match, &size);
	if (!out)
		return NULL;
	fputs("name=", out);
	embargo_quote(out, vendor, strlen(vendor));
	return fclose(out) ? NULL : TAKE_PTR(match);
}

static char *hash_match(const struct embargo_identity *identity)
{
	_cleanup_free_ char *hex = embargo_hex(identity->digests.sha256, EMBARGO_SHA256_SIZE);
	char formats[EMBARGO_FORMATS_TEXT], *match = NULL;

	if (!hex ||
	    asprintf(&match, "sha256:%s size=%" PRIu64 " format=%s", hex, (uint64_t)identity->digests.size,
		     embargo_formats_text(identity->format, formats)) < 0)
		return NULL;
	return match;
}

static int candidates(struct embargo_suggestion *suggestion, const struct embargo_identity *identity)
{
	char *hash = hash_match(identity);
	int r = hash ? fall(suggestion, EMBARGO_SUGGEST_HASH, 0, "hash", hash) : -ENOMEM, attribute;
	size_t i;

	for (i = 0; !r && i < identity->certificate_count; i++)
		for (attribute = 0; !r && attribute < EMBARGO_SIGNER_ATTRIBUTES; attribute++)
			if (identity->signature_count && embargo_signer_is(identity, i))
				r = fall(suggestion, EMBARGO_SUGGEST_SIGNER, attribute, "signer",
					 embargo_signer_match(&identity->certificates[i], attribute));
	if (!r && identity->pe)
		r = fall(suggestion, EMBARGO_SUGGEST_VENDOR, 0, "vendor",
			 vendor_match(identity->pe->company_name));
	r = r ?: fall(suggestion, EMBARGO_SUGGEST_VENDOR, 0, "vendor", vendor_match(identity->vendor));
	if (!r && identity->package)
		r = fall(suggestion, EMBARGO_SUGGEST_VENDOR, 0, "vendor",
			 vendor_match(identity->package->vendor));
	return r;
}

int embargo_suggestion_sample(struct embargo_suggestion *suggestion, const char *path)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;
	struct embargo_reason reason = {""};
	int r = embargo_identity_read(path, EMBARGO_WANT_INSIDE, &identity, &reason);

	if (r) {
		embargo_log_error("%s: %s", path, reason.text);
		return r;
	}
	if (embargo_trivial_hash(identity->digests.sha256)) {
		embargo_log_note("'%s' is passed over: every host has %s", path,
				 embargo_trivial_hash(identity->digests.sha256));
		return 0;
	}
	if (embargo_array_grow(&suggestion->paths, &suggestion->room, suggestion->count,
			       sizeof(*suggestion->paths)) ||
	    !(suggestion->paths[suggestion->count] = strdup(path)))
		return embargo_log_errno(-ENOMEM, "cannot suggest");
	suggestion->count++;
	r = candidates(suggestion, identity);
	return r ? embargo_log_errno(r, "cannot suggest") : 0;
}

static size_t covers_new(const struct embargo_suggestion *suggestion, const struct embargo_suggested *rule)
{
	size_t i, count = 0;

	for (i = 0; i < rule->count; i++)
		count += !suggestion->covered[rule->samples[i]];
	return count;
}

/* Of one tier: what covers most, then what outlasts. NULL: none covers anything new */
static struct embargo_suggested *best(struct embargo_suggestion *suggestion, enum embargo_suggest_tier tier)
{
	struct embargo_suggested *rule, *found = NULL;
	size_t i, count, most = 0;

	for (i = 0; i < suggestion->rule_count; i++) {
		rule = &suggestion->rules[i];
		if (rule->tier != tier || rule->chosen)
			continue;
		count = covers_new(suggestion, rule);
		if (count > most || (count && count == most && rule->rank < found->rank)) {
			most = count;
			found = rule;
		}
	}
	if (found)
		found->covers = most;
	return found;
}

int embargo_suggestion_choose(struct embargo_suggestion *suggestion)
{
	struct embargo_suggested *rule;
	size_t i;
	int tier;

	if (!suggestion->count) {
		embargo_log_error("there is no sample that a rule could be made of");
		return -ENODATA;
	}
	suggestion->covered = calloc(suggestion->count, sizeof(*suggestion->covered));
	if (!suggestion->covered)
		return embargo_log_errno(-ENOMEM, "cannot suggest");
	for (tier = 0; tier < EMBARGO_SUGGEST_TIERS; tier++) {
		while ((rule = best(suggestion, tier))) {
			rule->chosen = true;
			for (i = 0; i < rule->count; i++)
				suggestion->covered[rule->samples[i]] = true;
		}
	}
	return 0;
}

void embargo_suggestion_print(const struct embargo_suggestion *suggestion, bool hits, FILE *out)
{
	size_t i, chosen = 0;

	for (i = 0; i < suggestion->rule_count; i++)
		chosen += suggestion->rules[i].chosen;
	fprintf(out,
		"# %zu %s %zu %s. Put `policy NAME', `version 1' on top, and a reason and source= to each.\n",
		chosen, embargo_plural(chosen, "rule covers", "rules cover"), suggestion->count,
		embargo_plural(suggestion->count, "sample", "samples"));
	for (i = 0; i < suggestion->rule_count; i++) {
		const struct embargo_suggested *rule = &suggestion->rules[i];
		_cleanup_free_ char *path = NULL;

		if (!rule->chosen)
			continue;
		path = embargo_text_escape(suggestion->paths[rule->samples[0]],
					   strlen(suggestion->paths[rule->samples[0]]), "");
		fprintf(out, "\n# covers %zu %s, %zu of them alone; one is %s\n", rule->count,
			embargo_plural(rule->count, "sample", "samples"), rule->covers, path ?: "?");
		if (hits)
			fprintf(out, "# would hit %" PRIu64 " other %s here%s%s\n", rule->hits,
				embargo_plural(rule->hits, "file", "files"), rule->example ? "; one is " : "",
				rule->example ?: "");
		fprintf(out, "%s\n", rule->rule);
	}
}
