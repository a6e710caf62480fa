// SPDX-License-Identifier: GPL-2.0-or-later
/* The words of the language and the numbers they stand for. */
#include <string.h>

#include "policy/policy.h"
#include "policy/language/words.h"

static const char *const actions[] = {
	[EMBARGO_ACTION_BAN] = "ban",
	[EMBARGO_ACTION_AUDIT] = "audit",
	[EMBARGO_ACTION_ALLOW] = "allow",
};

static const char *const answers[] = {
	[EMBARGO_ACTION_BAN] = "deny",
	[EMBARGO_ACTION_AUDIT] = "audit",
	[EMBARGO_ACTION_ALLOW] = "allow",
};

static const char *const causes[] = {
	[EMBARGO_CAUSE_HASH_FAILED] = "hash-failed",
	[EMBARGO_CAUSE_HASH_ALGORITHM] = "hash-algorithm",
	[EMBARGO_CAUSE_TOO_LARGE] = "too-large",
	[EMBARGO_CAUSE_CHANGED] = "changed",
	[EMBARGO_CAUSE_UNHASHED_MAPPING] = "unhashed-mapping",
	[EMBARGO_CAUSE_SIGNATURE_UNREADABLE] = "signature-unreadable",
	[EMBARGO_CAUSE_MODULE_UNREADABLE] = "module-unreadable",
	[EMBARGO_CAUSE_UNCLASSIFIED] = "unclassified",
	[EMBARGO_CAUSE_STATE_LOST] = "state-lost",
	[EMBARGO_CAUSE_NO_PATH] = "no-path",
	[EMBARGO_CAUSE_UNSIZED_MAPPING] = "unsized-mapping",
	[EMBARGO_CAUSE_USER_FUSE] = "user-fuse",
	[EMBARGO_CAUSE_STALE_HASH] = "stale-hash",
	[EMBARGO_CAUSE_INTERPRETER_LOST] = "interpreter-lost",
};

const char *const embargo_words[] = {
	"ban",	     "audit",	"allow",    "policy",	     "version",
	"authority", "include", "on-error", "max-hash-size", NULL,
};

const char *const embargo_kind_words[] = {
	[EMBARGO_KIND_HASH] = "hash",
	[EMBARGO_KIND_SIGNER] = "signer",
	[EMBARGO_KIND_MODULE] = "module",
	[EMBARGO_KIND_PATH] = "path",
	[EMBARGO_KIND_INTERPRETER] = "interpreter",
	[EMBARGO_KIND_PACKAGE] = "package",
	[EMBARGO_KIND_VENDOR] = "vendor",
	[EMBARGO_KIND_BUILD_ID] = "build-id",
	[EMBARGO_KIND_MAX] = NULL,
};

const char *const embargo_cause_words[] = {
	"hash-failed",		"hash-algorithm",    "too-large",    "changed",		 "unhashed-mapping",
	"signature-unreadable", "module-unreadable", "unclassified", "state-lost",	 "no-path",
	"unsized-mapping",	"user-fuse",	     "stale-hash",   "interpreter-lost", NULL,
};

const char *const embargo_on_error_words[] = {"deny", "audit", "allow", NULL};

/* In the order of the bits of enum embargo_format. */
const char *const embargo_format_words[] = {
	"elf", "pe", "script", "other", "module", "firmware", "kexec", "any", NULL,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int word_number(const char *word, const char *const *words, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (words[i] && !strcmp(words[i], word))
			return i;
	return -1;
}

const char *embargo_action_name(unsigned int action)
{
	return action < COUNT(actions) ? actions[action] : NULL;
}

const char *embargo_on_error_name(unsigned int action)
{
	return action < COUNT(answers) ? answers[action] : NULL;
}

const char *embargo_kind_name(unsigned int kind)
{
	return kind < EMBARGO_KIND_MAX ? embargo_kind_words[kind] : NULL;
}

const char *embargo_cause_name(unsigned int cause)
{
	return cause < COUNT(causes) ? causes[cause] : NULL;
}

const char *embargo_format_name(unsigned int format)
{
	int bit = __builtin_ffs(format) - 1;

	if (bit < 0 || format != 1U << bit || !(format & EMBARGO_FORMAT_ANY))
		return NULL;
	return embargo_format_words[bit];
}

int embargo_action_number(const char *word)
{
	return word_number(word, actions, COUNT(actions));
}

int embargo_on_error_number(const char *word)
{
	return word_number(word, answers, COUNT(answers));
}

int embargo_kind_number(const char *word)
{
	return word_number(word, embargo_kind_words, EMBARGO_KIND_MAX);
}

int embargo_cause_number(const char *word)
{
	return word_number(word, causes, COUNT(causes));
}

int embargo_format_number(const char *word)
{
	int bit = word_number(word, embargo_format_words, COUNT(embargo_format_words));

	if (bit < 0)
		return -1;
	return 1 << bit > EMBARGO_FORMAT_ANY ? EMBARGO_FORMAT_ANY : 1 << bit;
}

const char *embargo_formats_text(unsigned int formats, char text[EMBARGO_FORMATS_TEXT])
{
	size_t used = 0;
	int bit;

	text[0] = 0;
	if ((formats & EMBARGO_FORMAT_ANY) == EMBARGO_FORMAT_ANY)
		return "any";
	for (bit = 0; 1 << bit <= EMBARGO_FORMAT_ANY; bit++)
		if (formats & 1 << bit)
			used += snprintf(text + used, EMBARGO_FORMATS_TEXT - used, "%s%s", used ? "," : "",
					 embargo_format_words[bit]);
	return text;
}

#define WORD_MAX 32

/* Insertions, deletions, replacements and swaps of neighbours that turn @a into @b. */
static size_t word_distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
	size_t row[WORD_MAX + 1][WORD_MAX + 1];
	size_t i, j, best;

	for (i = 0; i <= a_size; i++)
		row[i][0] = i;
	for (j = 0; j <= b_size; j++)
		row[0][j] = j;
	for (i = 1; i <= a_size; i++) {
		for (j = 1; j <= b_size; j++) {
			best = row[i - 1][j - 1] + ((a[i - 1] | 0x20) != (b[j - 1] | 0x20));
			if (row[i - 1][j] + 1 < best)
				best = row[i - 1][j] + 1;
			if (row[i][j - 1] + 1 < best)
				best = row[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    row[i - 2][j - 2] + 1 < best)
				best = row[i - 2][j - 2] + 1;
			row[i][j] = best;
		}
	}
	return row[a_size][b_size];
}

const char *embargo_nearest_word(const char *word, const char *const *words)
{
	size_t size = strlen(word), best = 3, distance;
	const char *nearest = NULL;

	if (size > WORD_MAX)
		return NULL;
	for (; *words; words++) {
		distance = word_distance(word, size, *words, strlen(*words));
		if (distance < best && distance * 2 <= strlen(*words)) {
			best = distance;
			nearest = *words;
		}
	}
	return nearest;
}

const char *embargo_hint_nearest(char hint[EMBARGO_HINT_MAX], const char *word, const char *const *words)
{
	const char *nearest = embargo_nearest_word(word, words);

	if (!nearest)
		return NULL;
	snprintf(hint, EMBARGO_HINT_MAX, "did you mean `%s'?", nearest);
	return hint;
}
