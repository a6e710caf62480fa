/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of the policy language, and what is near to one. */
#ifndef EMBARGO_POLICY_LANGUAGE_WORDS_H
#define EMBARGO_POLICY_LANGUAGE_WORDS_H

#define EMBARGO_HINT_MAX 256

int embargo_action_number(const char *word); /* -1: not an action; likewise below */
int embargo_kind_number(const char *word);
int embargo_cause_number(const char *word);
int embargo_on_error_number(const char *word);
int embargo_format_number(const char *word);
extern const char *const embargo_words[]; /* that may begin a line, NULL at the end */
extern const char *const embargo_kind_words[];
extern const char *const embargo_cause_words[];
extern const char *const embargo_on_error_words[];
extern const char *const embargo_format_words[];
const char *embargo_nearest_word(const char *word, const char *const *words); /* NULL: no name is similar */
/* "did you mean `X'?" in @hint, or NULL */
const char *embargo_hint_nearest(char hint[EMBARGO_HINT_MAX], const char *word, const char *const *words);

#endif
