/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy image: one whole policy as the kernel reads it, and its lookups.
 *
 * An image is a row of 4 KiB pages. In the kernel it is a BPF array map (one
 * element a page) behind one pointer, so publishing a policy is one swap; in
 * userspace it is plain memory. Both run the code below: that is why `embargo
 * check` gives the kernel's verdict.
 *
 *   page 0             struct embargo_image_header
 *   .filter            a Bloom filter over the sizes that rules give
 *   .buckets           open-addressing table: SHA-256 of a file -> rule
 *   .strings           open-addressing table: hash of a string -> rule or pattern
 *   .modules           module rules: which patterns must all have matched
 *   .spellings         the paths that .strings has hashes of, each with its NUL
 *
 * Records never straddle a page. Numbers are little-endian in both worlds.
 */
#ifndef EMBARGO_BPF_IMAGE_H
#define EMBARGO_BPF_IMAGE_H

#include "bpf/abi.h"
#include "bpf/shared.h"

#define EMBARGO_IMAGE_MAGIC 0x4f474245U /* "EBGO" */
#define EMBARGO_PAGE_SIZE 4096U
#define EMBARGO_PROBES_MAX 128 /* slots looked at before "absent"; the builder keeps below it */

/*
 * A rule as the tables hold it: index in the policy, what it says, and how
 * specific it is. 0 is "no rule": the action is never 0 in a rule.
 */
typedef __u32 embargo_packed_rule;

#define EMBARGO_RULES_MAX (1U << 24)

enum embargo_level { /* of precedence; a higher one decides */
		     EMBARGO_LEVEL_PATH,
		     EMBARGO_LEVEL_IDENTITY, /* signer, module, package, vendor, build-id */
		     EMBARGO_LEVEL_HASH,
};

#define EMBARGO_PACK(rule, action, level, kind)                                                              \
	((__u32)(rule) | (__u32)(action) << 24 | (__u32)(level) << 26 | (__u32)(kind) << 28)
#define EMBARGO_PACKED_RULE(p) ((p) & (EMBARGO_RULES_MAX - 1))
#define EMBARGO_PACKED_ACTION(p) ((p) >> 24 & 3)
#define EMBARGO_PACKED_LEVEL(p) ((p) >> 26 & 3)
#define EMBARGO_PACKED_KIND(p) ((p) >> 28)
/* Level, then action: which of two rules decides is a comparison of this number. */
#define EMBARGO_PACKED_RANK(p) ((p) >> 24 & 15)

struct embargo_section {
	__u32 page;  /* first page */
	__u32 slots; /* records, used or not; of .filter: bits, a power of two; 0: section is empty */
};

/* The first four stay where they are: they are read of any version. */
struct embargo_image_header {
	__u32 magic;
	__u32 version;	  /* EMBARGO_ABI_VERSION */
	__u64 generation; /* 1, 2, … in the order of publishing; 0: never published */
	__u32 pages;	  /* of the whole image */
	__u32 rules;
	__u32 rules_by_kind[EMBARGO_KIND_MAX];
	__u32 sized_formats;   /* formats for which some hash rule gives a size */
	__u32 unsized_formats; /* formats for which some hash rule gives none: hash them all */
	__u64 max_hash_size;   /* bytes; larger files are hashed only if a rule gives their size */
	embargo_packed_rule unsigned_rule; /* `ban module unsigned`, 0: none */
	__u32 signer_rules;		   /* signer rules that the kernel can match, 0: skip the signature */
	__u32 module_rules;		   /* records in .modules, 0: skip .modinfo */
	__u32 path_rules;
	__u32 interpreter_rules;
	__u32 resolved;			  /* files that userspace found to fall under a rule; in .buckets */
	__u8 on_error[EMBARGO_CAUSE_MAX]; /* enum embargo_action by cause */
	struct embargo_section filter;
	struct embargo_section buckets;
	struct embargo_section strings;
	struct embargo_section modules;
	__u64 modinfo_lengths[4]; /* bit n: some modinfo prefix pattern is n bytes long */
	__u64 path_lengths[64];	  /* bit n: some path prefix is n bytes long */
	__u32 program_signers;	  /* signer rules that could hit a program, but for exemptions */
	__u32 mount_namespace;	  /* inode number of the first one: what is mounted there, root has mounted */
	__u64 seed;		  /* odd; where the hashes of this image lie, see embargo_bucket_home() */
	__u32 certificate_rules;  /* EMBARGO_RULES_…: what of a certificate rules ask for */
	__u32 signers_unread;	  /* 1: this kernel reads no signers of programs */
	__u32 resolved_signers;	  /* signer rules that no kernel matches for a program */
	__u32 spare;
	struct embargo_section spellings; /* .slots: bytes */
	__u64 spares[11];
};

#define EMBARGO_RULES_CERTIFICATE (1U << 0)
#define EMBARGO_RULES_TBS (1U << 1)
#define EMBARGO_RULES_SPKI (1U << 2)
#define EMBARGO_RULES_SUBJECT (1U << 3)

_Static_assert(sizeof(struct embargo_image_header) <= EMBARGO_PAGE_SIZE, "page 0 holds it");

struct embargo_bucket {
	__u8 sha256[EMBARGO_SHA256_SIZE];
	embargo_packed_rule rule; /* 0: free */
};

_Static_assert(sizeof(struct embargo_bucket) == 36, "36 bytes a hash rule at full load");

/* What a string stands for is hashed in front of it, so that kinds never mix. */
enum embargo_string {
	EMBARGO_STRING_MODINFO = 'm',	     /* "key=value", whole; target: pattern number + 1 */
	EMBARGO_STRING_MODINFO_PREFIX = 'M', /* "key=val", a prefix; target: pattern number + 1 */
	EMBARGO_STRING_ISSUER_SERIAL = 's',  /* target: rule */
	EMBARGO_STRING_KEY_ID = 'k',	     /* target: rule */
	EMBARGO_STRING_PATH_PREFIX = 'p',    /* target: rule */
	EMBARGO_STRING_INTERPRETER = 'i',    /* whole path; target: rule */
	EMBARGO_STRING_DIRECTORY = 'd',	  /* with its slash, of a path in it that a rule names; target: 1 */
	EMBARGO_STRING_SUBJECT = 'S',	  /* size of the OID, OID, text; target: rule */
	EMBARGO_STRING_CERTIFICATE = 'c', /* SHA-256 of a certificate; target: rule */
	EMBARGO_STRING_TBS = 't',	  /* of what its issuer signed; target: rule */
	EMBARGO_STRING_SPKI = 'b',	  /* of its public key; target: rule */
};

struct embargo_string_slot {
	__u64 hash;   /* 0: free; embargo_hash_string() never returns 0 */
	__u32 target; /* packed rule, or pattern number + 1 */
	__u32 at;     /* of a path: its page << 12 | where in it; 0: the hash is all there is */
};

_Static_assert(sizeof(struct embargo_string_slot) == 16, "256 a page");

#define EMBARGO_PATTERNS_MAX 4096  /* distinct modinfo patterns in one policy */
#define EMBARGO_MODULE_PATTERNS 13 /* fields on one module rule */

struct embargo_module_rule {
	embargo_packed_rule rule;
	__u16 patterns; /* how many of pattern[] must all have matched */
	__u16 pattern[EMBARGO_MODULE_PATTERNS];
};

_Static_assert(sizeof(struct embargo_module_rule) == 32, "128 a page");

#define EMBARGO_BUCKETS_PER_PAGE (EMBARGO_PAGE_SIZE / sizeof(struct embargo_bucket))
#define EMBARGO_STRINGS_PER_PAGE (EMBARGO_PAGE_SIZE / sizeof(struct embargo_string_slot))
#define EMBARGO_MODULES_PER_PAGE (EMBARGO_PAGE_SIZE / sizeof(struct embargo_module_rule))
#define EMBARGO_FILTER_BITS_PER_PAGE (EMBARGO_PAGE_SIZE * 8)

/* Page number @page of the image, or NULL past its end. */
#ifdef __bpf__
static __always_inline const void *embargo_image_page(void *image, __u32 page)
{
	return bpf_map_lookup_elem(image, &page);
}
#else
static inline const void *embargo_image_page(void *image, __u32 page)
{
	const struct embargo_image_header *header = image;

	return page < header->pages ? (const char *)image + (size_t)page * EMBARGO_PAGE_SIZE : 0;
}
#endif

/*
 * FNV-1a, 64 bits, fed byte by byte. Collisions can be made on purpose, in a tenth of
 * a second. Who makes a module or a signature gains nothing by one: the name in it is
 * a claim, and he may as well write the matching name; there only the hash is compared.
 * A path is where a file is, and not everybody's to choose: its bytes are compared, see
 * .spellings. Who writes a policy can hide a rule for a name in a module or signature:
 * the name that a reviewer reads matches another name, too.
 */
#define EMBARGO_FNV_START 0xcbf29ce484222325ULL

static __always_inline __u64 embargo_fnv_byte(__u64 hash, __u8 byte)
{
	return (hash ^ byte) * 0x100000001b3ULL;
}

/* A string's number is never 0, which marks a free slot. */
static __always_inline __u64 embargo_fnv_end(__u64 hash)
{
	return hash ? hash : 1;
}

/* splitmix64's finaliser: sizes of files are far from random, filter bits must be. */
static __always_inline __u64 embargo_mix(__u64 x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

/* Both filter bits of @size in a filter of @bits bits (a power of two). */
static __always_inline __u32 embargo_filter_bit(__u64 size, __u32 bits, int which)
{
	__u64 mixed = embargo_mix(size + 1);

	return (which ? mixed >> 32 : mixed) & (bits - 1);
}

/*
 * Where the probing for a SHA-256 starts in a table of @slots. All of it counts:
 * lists made for tests are numbered from 1, and must not share one place. Files
 * that anybody may make are hashed too (a rule of another kind was resolved to
 * them), so that the place depends on @seed, which nobody knows before the image
 * is built: hashes cannot be searched for that all want the same one.
 */
static __always_inline __u32 embargo_bucket_home(const __u8 sha256[EMBARGO_SHA256_SIZE], __u64 seed,
						 __u32 slots)
{
	__u64 word[4];

	__builtin_memcpy(word, sha256, sizeof(word));
	return (embargo_mix((word[0] + word[1] * 3 + word[2] * 5 + word[3] * 7) * seed) >> 32) * slots >> 32;
}

static __always_inline __u32 embargo_string_home(__u64 hash, __u32 slots)
{
	return (embargo_mix(hash) >> 32) * slots >> 32;
}

#endif
