// SPDX-License-Identifier: GPL-2.0-or-later
/* The tokens of STIX patterns. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "policy/import/stix.h"

static bool is_quote(char c)
{
	return c == '\'' || c == '"';
}

/* '…', with \' and \\ in it */
static void read_literal(struct embargo_tokens *tokens)
{
	for (tokens->at++; *tokens->at && *tokens->at != '\''; tokens->at++) {
		if (*tokens->at == '\\' && tokens->at[1])
			tokens->at++;
		*tokens->words++ = *tokens->at;
	}
	tokens->mark = *tokens->at ? '"' : '?';
	tokens->at += *tokens->at != 0;
}

/* `[*]' or `[0]' in a path: an element of a list. 0: it is something else */
static size_t index_size(const char *at)
{
	size_t size = at[1] == '*' ? 1 : strspn(at + 1, "0123456789");

	return *at == '[' && size && at[1 + size] == ']' ? size + 2 : 0;
}

/* A path, an operator, a number. file:hashes.'SHA-256' is one word, without its quotes. */
static void read_word(struct embargo_tokens *tokens)
{
	char quote = 0;
	size_t size;

	for (; *tokens->at; tokens->at++) {
		if (quote ? *tokens->at == quote : is_quote(*tokens->at)) {
			quote = quote ? 0 : *tokens->at;
			continue;
		}
		size = quote || tokens->words == tokens->word ? 0 : index_size(tokens->at);
		if (size) {
			memcpy(tokens->words, tokens->at, size);
			tokens->words += size;
			tokens->at += size - 1;
			continue;
		}
		if (!quote && (isspace((unsigned char)*tokens->at) || strchr("[]()=!<>,", *tokens->at)))
			break;
		*tokens->words++ = *tokens->at;
	}
	tokens->mark = quote ? '?' : 'w';
}

static void read_comparison(struct embargo_tokens *tokens)
{
	const char *start = tokens->at;

	while (*tokens->at && strchr("=!<>", *tokens->at))
		tokens->at++;
	tokens->mark = tokens->at - start == 1 && *start == '=' ? '=' : '<';
	if (*start == '!' || (*start == '<' && tokens->at - start == 2 && start[1] == '>'))
		tokens->mark = '!';
}

void embargo_tokens_next(struct embargo_tokens *tokens)
{
	while (isspace((unsigned char)*tokens->at))
		tokens->at++;
	tokens->word = tokens->words;
	tokens->mark = *tokens->at;
	if (!tokens->mark)
		return;
	if (strchr("[](),", tokens->mark))
		tokens->at++;
	else if (strchr("=!<>", tokens->mark))
		read_comparison(tokens);
	else if (tokens->mark == '\'')
		read_literal(tokens);
	else
		read_word(tokens);
	*tokens->words++ = 0;
}

bool embargo_tokens_is(const struct embargo_tokens *tokens, const char *word)
{
	return tokens->mark == 'w' && !strcasecmp(tokens->word, word);
}
