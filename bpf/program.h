/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where in a program's file its signatures are: a PE's table of certificates, and behind any file a signature
 * as modules have it.
 *
 * Nothing here reads a file. embargo_program_next() says which bytes it wants, whoever calls it puts them
 * into .bytes and calls again: so the kernel, which may read a file by one of several ways, `embargo check`
 * and a fuzzer run the same code.
 *
 *	embargo_program_begin(program, size);
 *	while ((what = embargo_program_turn(&walk)) != EMBARGO_PROGRAM_DONE)
 *		if (what == EMBARGO_PROGRAM_READ)
 *			program->got = …	.size bytes from .at of the file into .bytes
 */
#ifndef EMBARGO_BPF_PROGRAM_H
#define EMBARGO_BPF_PROGRAM_H

#include "bpf/signer.h"

#define EMBARGO_PROGRAM_NESTED 16U  /* signatures that wait to be walked, of one that is nested in others */
#define EMBARGO_PROGRAM_ENTRIES 16U /* of a PE's table of certificates */
/* How often embargo_program_next() asks at most: six times for headers, twice for each entry and its bytes.
 */
#define EMBARGO_PROGRAM_READS (6U + 3U * EMBARGO_PROGRAM_ENTRIES)
/* The last page that is copied may reach so far behind the longest signature. */
#define EMBARGO_PROGRAM_ROOM (EMBARGO_SIGNATURE_MAX + EMBARGO_PAGE_SIZE + 64U)

enum embargo_program_what {
	EMBARGO_PROGRAM_READ,	   /* put .size bytes from .at into .bytes */
	EMBARGO_PROGRAM_SIGNATURE, /* walk what is in .bytes */
	EMBARGO_PROGRAM_DONE,
};

/* What .bytes hold when embargo_program_next() is called. */
enum embargo_program_stage {
	EMBARGO_STAGE_BEGIN, /* nothing */
	EMBARGO_STAGE_TRAILER,
	EMBARGO_STAGE_APPENDED,
	EMBARGO_STAGE_DOS,
	EMBARGO_STAGE_COFF,
	EMBARGO_STAGE_DIRECTORIES,
	EMBARGO_STAGE_ENTRY,
	EMBARGO_STAGE_SIGNATURE,
	EMBARGO_STAGE_NEXT, /* nothing that is needed: a signature was walked */
	EMBARGO_STAGE_END,
};

struct embargo_program {
	struct embargo_module_state state;
	__u64 file_size;
	__u64 at;   /* in the file, of what is wanted */
	__u32 size; /* of it; at most EMBARGO_SIGNATURE_MAX */
	__u32 stage;
	__u32 failed;	  /* something could not be read that may name a signer */
	__u32 signatures; /* found so far */
	__u32 entries;
	__u32 wide;	/* PE32+ */
	__u32 pe;	/* 0: it is known not to begin with MZ */
	__u32 filled;	/* in the kernel: it was made to read the file */
	__u64 data;	/* in the kernel: address of what has the data: its inode, and then its pages */
	__u64 table_at; /* the next entry of the table of certificates */
	__u64 table_end;
	__u64 entry_end;

	/* bpf/certificate.h */
	__u32 walking; /* through the signature in .bytes */
	__u32 decides; /* the certificate that is read falls under a rule stronger than those before */
	__u32 steps;   /* made in it */
	__s32 got;     /* 0: what was wanted is in .bytes */
	embargo_packed_rule before; /* .state.rule of the signatures before this one */
	struct embargo_span nested[EMBARGO_PROGRAM_NESTED]; /* signatures not yet walked */
	__u32 nested_count;
	__u32 signer_count;		    /* of all signatures of the file */
	__u64 signers[EMBARGO_SIGNERS_MAX]; /* state.hash of those of this signature */
	__u32 here;			    /* how many these are */
	__u32 own;			    /* certificates that are a signer's, met in this signature */
	struct embargo_span certificates;   /* not yet walked */
	struct embargo_span certificate;    /* whole, as what follows with its header */
	struct embargo_span tbs;
	struct embargo_span spki;
	struct embargo_span subject;	/* attributes not yet walked */
	embargo_packed_rule own_rule;	/* for the subject of a signer's certificate */
	embargo_packed_rule other_rule; /* for that of any other */
	__u8 digest[EMBARGO_SHA256_SIZE];
	__u8 bytes[EMBARGO_PROGRAM_ROOM];
};

static __always_inline void embargo_program_begin(struct embargo_program *program, __u64 file_size)
{
	__builtin_memset(&program->state.facts, 0, sizeof(program->state.facts));
	program->state.rule = 0;
	program->state.causes = 0;
	program->state.failed = 0;
	program->file_size = file_size;
	program->at = 0;
	program->size = 0;
	program->stage = EMBARGO_STAGE_BEGIN;
	program->failed = 0;
	program->signatures = 0;
	program->entries = 0;
	program->signer_count = 0;
	program->walking = 0;
	program->got = 0;
	program->pe = 1;
	program->filled = 0;
}

static __always_inline __u32 embargo_le32(const __u8 *bytes)
{
	return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (__u32)bytes[3] << 24;
}

/* Ask for bytes that must be in the file; if they are not, the way ends here, and @failed says what that
 * means. */
static __always_inline int embargo_program_want(struct embargo_program *program, __u64 at, __u32 size,
						__u32 stage, __u32 failed)
{
	if (at > program->file_size || program->file_size - at < size) {
		program->failed |= failed;
		program->stage = EMBARGO_STAGE_END;
		return EMBARGO_PROGRAM_DONE;
	}
	program->at = at;
	program->size = size;
	program->stage = stage;
	return EMBARGO_PROGRAM_READ;
}

static __always_inline int embargo_program_end(struct embargo_program *program, __u32 failed)
{
	program->failed |= failed;
	program->stage = EMBARGO_STAGE_END;
	return EMBARGO_PROGRAM_DONE;
}

/* From what is behind the file on to its beginning. */
static __always_inline int embargo_program_dos(struct embargo_program *program)
{
	if (!program->pe)
		return embargo_program_end(program, 0);
	return embargo_program_want(program, 0, 64, EMBARGO_STAGE_DOS, 0);
}

/* 40 bytes in .bytes: is it a trailer? */
static __always_inline int embargo_program_trailer(struct embargo_program *program)
{
	const __u8 *bytes = program->bytes;
	__u32 size, i;

	EMBARGO_ROLLED
	for (i = 0; i < EMBARGO_TRAILER_MARKER_SIZE; i++)
		if (bytes[sizeof(struct embargo_trailer) + i] != (__u8)embargo_trailer_marker[i])
			return embargo_program_dos(program);
	size = (__u32)bytes[8] << 24 | bytes[9] << 16 | bytes[10] << 8 | bytes[11];
	if (bytes[2] != EMBARGO_TRAILER_PKCS7 || !size || size > EMBARGO_SIGNATURE_MAX ||
	    size > program->file_size - EMBARGO_TRAILER_SIZE) {
		program->failed = 1;
		return embargo_program_dos(program);
	}
	return embargo_program_want(program, program->file_size - EMBARGO_TRAILER_SIZE - size, size,
				    EMBARGO_STAGE_APPENDED, 1);
}

/* The next entry of the table of certificates. */
static __always_inline int embargo_program_entry(struct embargo_program *program)
{
	__u64 left = program->table_end - program->table_at;

	if (program->table_at >= program->table_end || left < 8)
		return embargo_program_end(program, 0);
	if (program->entries++ == EMBARGO_PROGRAM_ENTRIES)
		return embargo_program_end(program, 1);
	return embargo_program_want(program, program->table_at, 8, EMBARGO_STAGE_ENTRY, 1);
}

/* 44 bytes in .bytes: how many directories there are, and the first five of them. */
static __always_inline int embargo_program_directories(struct embargo_program *program)
{
	__u32 at = embargo_le32(program->bytes + 36), size = embargo_le32(program->bytes + 40);

	if (embargo_le32(program->bytes) <= 4 || !at || !size)
		return embargo_program_end(program, 0);
	if (at >= program->file_size)
		return embargo_program_end(program, 1);
	program->table_at = at;
	program->table_end = (__u64)at + size;
	if (program->table_end > program->file_size) {
		/* What lies within still names its signer. */
		program->table_end = program->file_size;
		program->failed = 1;
	}
	return embargo_program_entry(program);
}

/* WIN_CERTIFICATE in .bytes: its length, revision and type. */
static __always_inline int embargo_program_certificate(struct embargo_program *program)
{
	__u64 left = program->table_end - program->table_at;
	__u32 length = embargo_le32(program->bytes), size = length;
	__u64 at = program->table_at + 8;

	if (!length)
		return embargo_program_end(program, 0);
	if (size > left)
		size = left;
	program->table_at += ((__u64)length + 7) & ~7ULL;
	if (size <= 8 || size - 8 > EMBARGO_SIGNATURE_MAX || program->bytes[6] != 2 || program->bytes[7]) {
		program->failed = 1;
		return embargo_program_entry(program);
	}
	return embargo_program_want(program, at, size - 8, EMBARGO_STAGE_SIGNATURE, 1);
}

/*
 * What is wanted next. @got: 0 if what was wanted before is in .bytes, else it could not be read. Returns
 * enum embargo_program_what; it is DONE after at most EMBARGO_PROGRAM_READS calls.
 */
EMBARGO_GLOBAL int embargo_program_next(struct embargo_program *program, int got)
{
	const __u8 *bytes;
	__u32 stage;

	if (!program)
		return EMBARGO_PROGRAM_DONE;
	bytes = program->bytes;
	stage = program->stage;
	if (got)
		return embargo_program_end(program, 1);
	switch (stage) {
	case EMBARGO_STAGE_BEGIN:
		if (program->file_size < EMBARGO_TRAILER_SIZE)
			return embargo_program_end(program, 0);
		return embargo_program_want(program, program->file_size - EMBARGO_TRAILER_SIZE,
					    EMBARGO_TRAILER_SIZE, EMBARGO_STAGE_TRAILER, 0);
	case EMBARGO_STAGE_TRAILER:
		return embargo_program_trailer(program);
	case EMBARGO_STAGE_APPENDED:
		program->signatures++;
		program->stage = EMBARGO_STAGE_NEXT;
		program->table_at = 0;
		program->table_end = 0;
		return EMBARGO_PROGRAM_SIGNATURE;
	case EMBARGO_STAGE_SIGNATURE:
		program->signatures++;
		program->stage = EMBARGO_STAGE_NEXT;
		return EMBARGO_PROGRAM_SIGNATURE;
	case EMBARGO_STAGE_NEXT:
		return program->table_end ? embargo_program_entry(program) : embargo_program_dos(program);
	case EMBARGO_STAGE_DOS:
		if (bytes[0] != 'M' || bytes[1] != 'Z')
			return embargo_program_end(program, 0);
		return embargo_program_want(program, embargo_le32(bytes + 60), 26, EMBARGO_STAGE_COFF, 0);
	case EMBARGO_STAGE_COFF:
		if (bytes[0] != 'P' || bytes[1] != 'E' || bytes[2] || bytes[3])
			return embargo_program_end(program, 0); /* a program for DOS */
		if (bytes[24] != 0x0b || (bytes[25] != 1 && bytes[25] != 2))
			return embargo_program_end(program, 1);
		if ((bytes[20] | bytes[21] << 8) < (bytes[25] == 2 ? 112 : 96) + 5 * 8)
			return embargo_program_end(program, 0); /* no room for the entry in its header */
		return embargo_program_want(program, program->at + (bytes[25] == 2 ? 132 : 116), 44,
					    EMBARGO_STAGE_DIRECTORIES, 1);
	case EMBARGO_STAGE_DIRECTORIES:
		return embargo_program_directories(program);
	case EMBARGO_STAGE_ENTRY:
		return embargo_program_certificate(program);
	}
	return EMBARGO_PROGRAM_DONE;
}

#endif
