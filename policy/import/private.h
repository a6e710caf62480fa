/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the importers share and nobody else may use. */
#ifndef EMBARGO_POLICY_IMPORT_PRIVATE_H
#define EMBARGO_POLICY_IMPORT_PRIVATE_H

#include <stddef.h>

#include "policy/import/import.h"
#include "policy/whole_file.h"
#include "policy/policy.h"

#define EMBARGO_IMPORT_TEXT 512		 /* bytes of a name, reason or source, with its NUL */
#define EMBARGO_IMPORT_LINE (64U << 10)	 /* bytes of a line of a line-oriented feed */
#define EMBARGO_IMPORT_PEEK (256U << 10) /* bytes by which a format is told */
#define EMBARGO_IMPORT_VALUE (16U << 20) /* bytes of one JSON value or CSV record */
#define EMBARGO_IMPORT_NOT_YET UINT64_MAX

struct embargo_import_seen;
struct embargo_import_record;
struct archive;

struct embargo_import {
	struct embargo_import_options options;
	struct embargo_import_counts counts;
	char *examples[EMBARGO_IMPORT_CAUSES][EMBARGO_IMPORT_EXAMPLES];
	struct embargo_import_seen *seen;
	char *directory;		  /* for temporary files */
	FILE *spool;			  /* the policy so far */
	struct embargo_whole_file output; /* that .spool is of, if it goes to a file */
	__u64 written;			  /* bytes in it */
	bool failed;			  /* nothing may come of it any more */
	char error[1024];

	/* where the reader is, for messages */
	const char *file; /* as it was given */
	char source[EMBARGO_IMPORT_TEXT];
	__u64 line;   /* from 1; 0: not a text */
	__u64 offset; /* EMBARGO_IMPORT_NOT_YET: no use */
};

/*
 * One file of the feed, decompressed, as bytes. .at … .end is what can be had without
 * embargo_feed_fill().
 */
struct embargo_feed {
	struct embargo_import *import;
	int fd;
	struct archive *archive;
	void *hash;	    /* EVP_MD_CTX of the bytes as stored */
	unsigned char *raw; /* as stored */
	unsigned char *buffer;
	const unsigned char *at;
	const unsigned char *end;
	__u64 stored;	    /* bytes read */
	__u64 decompressed; /* bytes given out, those in the buffer included */
	__u64 line;	    /* of .at */
	bool ended;
};

#define EMBARGO_FEED_END (-1)
#define EMBARGO_FEED_ERROR (-2)

/* What an entry of a feed says of one file or signer; all text as found, NULL or "": nothing. */
struct embargo_import_entry {
	const char *name;
	const char *reason;
	const char *source;
	const char *authority;
	const char *expires;   /* YYYY-MM-DD and anything after it */
	const char *scope;     /* use or supply */
	const char *effective; /* as expires */
	const char *cpe;
	const char *size; /* decimal; if not, .bytes */
	__u64 bytes;
	__u32 formats; /* 0: not known */
};

/* An entry was read: it becomes a rule, a duplicate, or is skipped. */
static inline void embargo_import_entry_read(struct embargo_import *import)
{
	import->counts.entries++;
}

/* skip.c: take note of an entry that makes no rule. @what: as found */
void embargo_import_skip(struct embargo_import *import, enum embargo_import_cause cause, const char *what);
/* Sets the error, with the place; returns @error. */
__attribute__((format(printf, 3, 4))) int embargo_import_fail(struct embargo_import *import, int error,
							      const char *format, ...);

/* text.c */
/* Valid UTF-8 on one line, at most @room bytes with its NUL; NULL gives "". */
void embargo_import_clean(const char *text, char *ret_text, size_t room);
/* 64 hexadecimal digits, white space around them; -EINVAL */
int embargo_import_sha256(const char *text, __u8 ret_digest[EMBARGO_SHA256_SIZE]);
/* How many hexadecimal digits @text is, white space around them; 0: something else */
size_t embargo_import_digits(const char *text);
/* Digits of another hash than SHA-256: MD5, SHA-1, SHA-224, SHA-384, SHA-512 */
bool embargo_import_weak(size_t digits);
/* "YYYY-MM-DD…" -> the same ten characters; -EINVAL */
int embargo_import_date(const char *text, char ret_date[11]);
/* "elf", "exe", "application/x-dosexec", … -> enum embargo_format, 0: not known */
__u32 embargo_import_kind(const char *text);
/* Equal without regard to case and to anything but letters and digits. */
bool embargo_import_same(const char *a, const char *b);
/* Letters and digits only, in lower case, cut to @room with its NUL; may be done in place. */
void embargo_import_squeeze(const char *text, char *ret_word, size_t room);
int embargo_import_number(const char *text, __u64 *ret_number);

/*
 * hash_list.c: every SHA-256 in @text becomes a rule, whatever stands between them. @ret_any: it has a
 * hash of some kind; else nothing was counted.
 */
int embargo_import_hash_list(struct embargo_import *import, const char *text,
			     const struct embargo_import_entry *entry, bool *ret_any);
/* Where the first of its words that is a SHA-256 is; NULL: none is. */
const char *embargo_import_first_hash(const char *text);
/* Is one of its words a SHA-256? */
bool embargo_import_has_hash(const char *text);

/* rule.c: write a rule unless it was written before */
int embargo_import_hash(struct embargo_import *import, const __u8 digest[EMBARGO_SHA256_SIZE],
			const struct embargo_import_entry *entry);
/* @digits: what the feed gives as a hash of a file; it may be a bad one. */
int embargo_import_file_hash(struct embargo_import *import, const char *digits,
			     const struct embargo_import_entry *entry);
/* 0: the rule holds to @ret_date, "" for ever; 1: it is over, and was taken note of */
int embargo_import_expires(struct embargo_import *import, const struct embargo_import_entry *entry,
			   const char *what, char ret_date[11]);
/* 0: the rule with @record->key is to be written now; 1: it was, and @record says where; or -errno */
int embargo_import_note(struct embargo_import *import, struct embargo_import_record *record);
/* name=, reason= and so on, and the end of the line */
int embargo_import_write_end(struct embargo_import *import, const struct embargo_import_entry *entry,
			     const char *expires);
__attribute__((format(printf, 2, 3))) int embargo_import_write(struct embargo_import *import,
							       const char *format, ...);

/* signer.c. @match: `tbs-sha256=…', as a rule has it; @broad: reaches further than the entry */
int embargo_import_signer(struct embargo_import *import, const char *match, bool broad,
			  const struct embargo_import_entry *entry);

/* seen.c: which rules were written, on disk */
struct embargo_import_record {
	__u8 key[EMBARGO_SHA256_SIZE];
	__u64 size;
	__u64 place; /* in the spool, never 0 */
	__u32 formats;
	__u32 spare;
};

int embargo_import_seen_new(const char *directory, struct embargo_import_seen **ret_seen);
void embargo_import_seen_free(struct embargo_import_seen *seen);
EMBARGO_CLEANUP(struct embargo_import_seen, embargo_import_seen_free);
/* 0: added; 1: *@record is now the earlier one of that key */
int embargo_import_seen_add(struct embargo_import_seen *seen, struct embargo_import_record *record);
/* Replaces the one of that key. */
int embargo_import_seen_replace(struct embargo_import_seen *seen, const struct embargo_import_record *record);

/* spool.c */
int embargo_import_spool_open(struct embargo_import *import);
int embargo_import_spool_publish(struct embargo_import *import);
void embargo_import_spool_close(struct embargo_import *import);
/* An unnamed file for reading and writing, or -errno. */
int embargo_import_temporary(const char *directory);

/* feed.c */
int embargo_feed_open(struct embargo_import *import, int fd, struct embargo_feed *ret_feed);
void embargo_feed_close(struct embargo_feed *feed);
/* Reads until the buffer is full or the feed ends. 1: there is something, 0: the end, or -errno */
int embargo_feed_fill(struct embargo_feed *feed);
/* To the end; the SHA-256 of the bytes as stored. */
int embargo_feed_digest(struct embargo_feed *feed, __u8 ret_digest[EMBARGO_SHA256_SIZE]);
/* 1: a line without its end, in @line; 0: the end; or -errno. Blank ones are left out. */
int embargo_feed_line(struct embargo_feed *feed, char line[EMBARGO_IMPORT_LINE]);
/* @call for each of them, until it returns other than 0. Returns that, or -errno; what failed was reported.
 */
int embargo_feed_lines(struct embargo_feed *feed, int (*call)(struct embargo_import *import, char *line));

static inline int embargo_feed_byte(struct embargo_feed *feed)
{
	int byte;

	if (feed->at == feed->end) {
		byte = embargo_feed_fill(feed);
		if (byte <= 0)
			return byte ? EMBARGO_FEED_ERROR : EMBARGO_FEED_END;
	}
	byte = *feed->at++;
	feed->line += byte == '\n';
	return byte;
}

static inline __u64 embargo_feed_offset(const struct embargo_feed *feed)
{
	return feed->decompressed - (feed->end - feed->at);
}

/* progress.c: tell whoever wants to know that @bytes of the file @fd were read */
void embargo_import_progress(struct embargo_import *import, int fd, __u64 bytes);

/* detect.c */
int embargo_import_detect(struct embargo_feed *feed, enum embargo_import_format *ret_format);
/* By the bytes as stored, before anything is decompressed: is it a package? */
bool embargo_import_is_package(const unsigned char *start, size_t size);

/* import_<format>.c: 0 or -errno after embargo_import_fail() */
int embargo_import_csv(struct embargo_feed *feed);
int embargo_import_stix(struct embargo_feed *feed);
int embargo_import_misp(struct embargo_feed *feed);
int embargo_import_clamav(struct embargo_feed *feed);
int embargo_import_loldrivers(struct embargo_feed *feed);
int embargo_import_santa(struct embargo_feed *feed);
int embargo_import_appcontrol(struct embargo_feed *feed);
int embargo_import_sha256sum(struct embargo_feed *feed);
int embargo_import_sbom(struct embargo_feed *feed);
int embargo_import_package(struct embargo_import *import, int fd);

#endif
