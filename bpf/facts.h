/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a module's bytes say, and the memory for finding it out. The BPF stack is
 * too small for either, so the caller gives one struct embargo_module_state (in BPF:
 * in a map); whatever changes during a walk is in there, and the stack holds only
 * struct embargo_walk, which does not change.
 */
#ifndef EMBARGO_BPF_FACTS_H
#define EMBARGO_BPF_FACTS_H

#include "bpf/der.h"
#include "bpf/match.h"
#include "bpf/signature.h"

#define EMBARGO_MODULE_MAX (512U << 20) /* bytes of a module: offsets fit in 32 bits */
#define EMBARGO_SIGNATURE_MAX 16384U	/* bytes of PKCS#7; Debian's have about 450 */
#define EMBARGO_SIGNERS_MAX 16U
#define EMBARGO_ATTRIBUTES_MAX 64U     /* of one issuer's name */
#define EMBARGO_MODINFO_MAX (1U << 20) /* bytes of .modinfo; drivers with a thousand aliases have 60,000 */
#define EMBARGO_MODINFO_CHUNK 1024U    /* read at a time */

/* For the event. */
struct embargo_module_facts {
	char name[EMBARGO_NAME_SIZE];	  /* of .modinfo */
	char signer[EMBARGO_SIGNER_SIZE]; /* issuer's common name: of the signer that decided, or the first */
	__u8 serial[EMBARGO_SERIAL_SIZE]; /* the same signer's serial number or key id, cut if longer */
	__u8 serial_size;
	__u8 key_id;	/* 1: .serial is a key id */
	__u8 signature; /* enum embargo_signature, if the signature was looked at */
	__u8 spare[5];
};

_Static_assert(sizeof(struct embargo_module_facts) % 8 == 0, "cleared by words");

struct embargo_module_state {
	struct embargo_module_facts facts;
	embargo_packed_rule rule; /* the strongest found so far */
	__u32 causes;		  /* bits 1 << enum embargo_cause: what kept a rule from being asked */
	__u32 failed;		  /* the walk that is under way met something unreadable */

	/* bpf/signer.h */
	struct embargo_span infos;  /* SignerInfos not yet walked */
	struct embargo_span name;   /* attributes of the issuer not yet walked */
	struct embargo_span set;    /* of these, in the current RelativeDistinguishedName */
	struct embargo_span sid;    /* SignerIdentifier */
	struct embargo_span serial; /* number or key id */
	struct embargo_span common_name;
	struct embargo_span unsigned_attributes; /* of the SignerInfo, with all that nobody signed */
	struct embargo_span certificates;
	__u32 feed_at; /* bytes on their way into .hash */
	__u64 hash;    /* of the signer's name and number */

	/* bpf/modinfo.h */
	__u64 section; /* offset of the section that is walked */
	__u32 size;    /* its bytes */
	__u32 left;    /* bytes of .modinfo that may still be walked */
	__u64 names;   /* offset of the names of sections */
	__u64 names_size;
	__u64 sections;				   /* offset of the section headers */
	__u64 exact;				   /* running hash of the string, for whole patterns */
	__u64 prefix;				   /* the same for prefixes */
	__u32 length;				   /* of the string so far */
	__u32 found;				   /* sections walked */
	__u64 patterns[EMBARGO_PATTERNS_MAX / 64]; /* bit n: pattern n has matched */
	__u8 chunk[EMBARGO_MODINFO_CHUNK];
};

struct embargo_walk {
	void *image;
	const struct embargo_image_header *header;
	struct embargo_module_state *state;
	struct embargo_bytes bytes; /* the whole module */
};

#endif
