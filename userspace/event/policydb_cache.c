/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the generation in an event to the rules of that policy. */
#include <inttypes.h>
#include <stdio.h>

#include "loader/loader.h"
#include "userspace/event/policydb_cache.h"

static const struct embargo_ruleset *kept_find(const struct embargo_books *books, __u64 generation)
{
	unsigned int i;

	for (i = 0; i < EMBARGO_BOOKS_KEPT; i++)
		if (books->kept[i] && books->kept[i]->generation == generation)
			return &books->kept[i]->set;
	return NULL;
}

/* Keep the book at @path unless it is kept already. */
static void book_take(struct embargo_books *books, const char *path)
{
	_cleanup_(embargo_book_closep) struct embargo_book *book = NULL;

	if (embargo_book_open(path, &book) || kept_find(books, book->generation))
		return;
	embargo_book_close(books->kept[books->next]);
	books->kept[books->next] = TAKE_PTR(book);
	books->next = (books->next + 1) % EMBARGO_BOOKS_KEPT;
}

void embargo_books_refresh(struct embargo_books *books)
{
	book_take(books, EMBARGO_BOOK_LINK);
	books->missing = 0;
}

const struct embargo_ruleset *embargo_books_find(struct embargo_books *books, __u64 generation)
{
	/* In this order: what is in /run is of this boot, what is in /var may be of one before. */
	static const char *const directories[] = {EMBARGO_RUN_DIR, EMBARGO_STATE_DIR};
	const struct embargo_ruleset *set = kept_find(books, generation);
	char path[128];
	size_t i;

	if (set || generation == books->missing)
		return set;
	book_take(books, EMBARGO_BOOK_LINK);
	set = kept_find(books, generation);
	/* Written before its policy is published, so it may be there before the link is. */
	for (i = 0; !set && i < sizeof(directories) / sizeof(*directories); i++) {
		snprintf(path, sizeof(path), "%s/policy-%" PRIu64 ".book", directories[i],
			 (uint64_t)generation);
		book_take(books, path);
		set = kept_find(books, generation);
	}
	if (!set)
		books->missing = generation;
	return set;
}

void embargo_books_clear(struct embargo_books *books)
{
	unsigned int i;

	for (i = 0; i < EMBARGO_BOOKS_KEPT; i++)
		embargo_book_close(books->kept[i]);
	*books = (struct embargo_books){0};
}

const struct embargo_book *embargo_books_newest(const struct embargo_books *books)
{
	const struct embargo_book *newest = NULL;
	unsigned int i;

	for (i = 0; i < EMBARGO_BOOKS_KEPT; i++)
		if (books->kept[i] && (!newest || books->kept[i]->generation > newest->generation))
			newest = books->kept[i];
	return newest;
}
