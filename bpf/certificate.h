/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who signed a program: the signers of PKCS#7, the certificates beside them, and the signatures that are
 * nested in it. Whatever of it is banned counts.
 *
 * A rule for a hash, or for issuer and serial number, means a certificate, an authority's too. A rule for a
 * subject means who signed: authorities and time stamps are also in the signatures of others. Only where no
 * certificate is a signer's do all of them count.
 */
#ifndef EMBARGO_BPF_CERTIFICATE_H
#define EMBARGO_BPF_CERTIFICATE_H

#include "bpf/program.h"
#include "bpf/sha256.h"

/* Signers, certificates and signatures together, of one signature of a file. */
#define EMBARGO_PROGRAM_STEPS 256U

/* 1.3.6.1.4.1.311.2.4.1: whole signatures as an attribute of a signer */
EMBARGO_TABLE __u8 embargo_oid_nested[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x04, 0x01};

#define EMBARGO_PROGRAM_OWN (1U << 8) /* in .here: the certificate that is read is a signer's */

struct embargo_program_walk {
	struct embargo_walk walk; /* .state: that of .program; .bytes: those of .program */
	struct embargo_program *program;
};

struct embargo_nesting {
	struct embargo_bytes bytes;
	struct embargo_program *program;
	struct embargo_span attributes;
	int failed;
};

/* Attribute ::= SEQUENCE { OID, SET OF value }: is it one of nested signatures? */
EMBARGO_STEP embargo_nested_step(__u32 index, void *context)
{
	struct embargo_nesting *nesting = context;
	struct embargo_program *program = nesting->program;
	struct embargo_span attribute = {}, oid = {}, values = {};
	__u8 bytes[sizeof(embargo_oid_nested)];
	__u32 i, slot;

	(void)index;
	if (nesting->attributes.at == nesting->attributes.end)
		return 1;
	nesting->failed = 1;
	if (embargo_der_expect(&nesting->bytes, &nesting->attributes, &attribute, EMBARGO_DER_SEQUENCE) ||
	    embargo_der_expect(&nesting->bytes, &attribute, &oid, EMBARGO_DER_OID) ||
	    embargo_der_expect(&nesting->bytes, &attribute, &values, EMBARGO_DER_SET))
		return 1;
	nesting->failed = 0;
	if (oid.end - oid.at != sizeof(bytes) ||
	    embargo_bytes_read(&nesting->bytes, oid.at, bytes, sizeof(bytes)))
		return 0;
	EMBARGO_ROLLED
	for (i = 0; i < sizeof(bytes); i++)
		if (bytes[i] != embargo_oid_nested[i])
			return 0;
	slot = program->nested_count;
	EMBARGO_OPAQUE(slot);
	if (slot >= EMBARGO_PROGRAM_NESTED) {
		nesting->failed = 1;
		return 1;
	}
	program->nested[slot] = values;
	program->nested_count = slot + 1;
	return 0;
}

/* Remember the signatures that are nested in the signer that was just read. 0, or -1. */
EMBARGO_GLOBAL int embargo_nested_find(const struct embargo_bytes *bytes, struct embargo_program *program)
{
	struct embargo_nesting nesting = {.program = program};

	if (!bytes || !program)
		return -1;
	nesting.bytes = *bytes;
	nesting.attributes = program->state.unsigned_attributes;
	embargo_loop(EMBARGO_ATTRIBUTES_MAX, embargo_nested_step, &nesting);
	return nesting.failed || nesting.attributes.at != nesting.attributes.end ? -1 : 0;
}

/*
 * The next certificate:
 *   Certificate ::= SEQUENCE { TBSCertificate, algorithm, signature }
 *   TBSCertificate ::= SEQUENCE { [0] version, serial, algorithm, issuer, validity, subject, key, … }
 * state.hash stands for its issuer and serial number, as that of a signer named by them. Returns 1 if it is
 * no certificate but something else that may stand there, 0, or -1.
 */
EMBARGO_GLOBAL int embargo_certificate_read(const struct embargo_bytes *bytes,
					    struct embargo_program *program)
{
	struct embargo_module_state *state;
	struct embargo_walk walk = {};
	struct embargo_span whole = {}, tbs = {}, part = {};
	__u8 first[2];
	int tag;

	if (!bytes || !program)
		return -1;
	state = &program->state;
	walk.bytes = *bytes;
	walk.state = state;
	program->certificate.at = program->certificates.at;
	tag = embargo_der_next(bytes, &program->certificates, &whole);
	program->certificate.end = program->certificates.at;
	if (tag < 0)
		return -1;
	if (tag != EMBARGO_DER_SEQUENCE)
		return 1;
	program->tbs.at = whole.at;
	if (embargo_der_expect(bytes, &whole, &tbs, EMBARGO_DER_SEQUENCE))
		return -1;
	program->tbs.end = whole.at;
	tag = embargo_der_next(bytes, &tbs, &part);
	if (tag == EMBARGO_DER_CONTEXT_0) /* version */
		tag = embargo_der_next(bytes, &tbs, &part);
	if (tag != EMBARGO_DER_INTEGER || part.at == part.end ||
	    embargo_bytes_read(bytes, part.at, first, sizeof(first)))
		return -1;
	if (part.end - part.at > 1 && !first[0] && first[1] >= 0x80)
		part.at++;
	state->serial = part;
	if (embargo_der_expect(bytes, &tbs, &part, EMBARGO_DER_SEQUENCE) ||	   /* algorithm */
	    embargo_der_expect(bytes, &tbs, &state->name, EMBARGO_DER_SEQUENCE) || /* issuer */
	    embargo_der_expect(bytes, &tbs, &part, EMBARGO_DER_SEQUENCE) ||	   /* validity */
	    embargo_der_expect(bytes, &tbs, &program->subject, EMBARGO_DER_SEQUENCE))
		return -1;
	program->spki.at = tbs.at;
	if (embargo_der_expect(bytes, &tbs, &part, EMBARGO_DER_SEQUENCE))
		return -1;
	program->spki.end = tbs.at;
	state->hash = embargo_fnv_byte(EMBARGO_FNV_START, EMBARGO_STRING_ISSUER_SERIAL);
	state->common_name.at = 0;
	state->common_name.end = 0;
	embargo_issuer_feed(&walk);
	embargo_feed(&walk, &state->serial);
	return state->failed ? -1 : 0;
}

/* The next attribute of the subject: state.hash stands for it. Returns 0, or -1; 1: its value is no text. */
EMBARGO_GLOBAL int embargo_subject_read(const struct embargo_bytes *bytes, struct embargo_program *program)
{
	struct embargo_span pair = {}, oid = {}, value = {};
	struct embargo_module_state *state;
	struct embargo_walk walk = {};
	int tag;

	if (!bytes || !program)
		return -1;
	state = &program->state;
	walk.bytes = *bytes;
	walk.state = state;
	if (state->set.at == state->set.end &&
	    embargo_der_expect(bytes, &program->subject, &state->set, EMBARGO_DER_SET))
		return -1;
	if (embargo_der_expect(bytes, &state->set, &pair, EMBARGO_DER_SEQUENCE) ||
	    embargo_der_expect(bytes, &pair, &oid, EMBARGO_DER_OID))
		return -1;
	tag = embargo_der_next(bytes, &pair, &value);
	if (tag < 0 || oid.end - oid.at > 255)
		return -1;
	state->hash = embargo_fnv_byte(EMBARGO_FNV_START, EMBARGO_STRING_SUBJECT);
	embargo_feed_byte(&walk, oid.end - oid.at);
	embargo_feed(&walk, &oid);
	embargo_feed(&walk, &value);
	return embargo_string_class(tag) != 0;
}

EMBARGO_STEP embargo_subject_step(__u32 index, void *context)
{
	struct embargo_program_walk *walk = context;
	struct embargo_program *program = walk->program;
	embargo_packed_rule rule;
	int r;

	if (program->subject.at == program->subject.end && program->state.set.at == program->state.set.end)
		return 1;
	r = index == EMBARGO_ATTRIBUTES_MAX ? -1 : embargo_subject_read(&walk->walk.bytes, program);
	if (r < 0) {
		program->state.failed = 1;
		return 1;
	}
	if (r)
		return 0;
	rule = embargo_find_string(walk->walk.image, &walk->walk.header->strings, program->state.hash);
	if (program->here & EMBARGO_PROGRAM_OWN)
		program->own_rule = embargo_stronger(program->own_rule, rule);
	else
		program->other_rule = embargo_stronger(program->other_rule, rule);
	return 0;
}

/* The SHA-256 of a part of the certificate into program->digest, and state.hash for it under @domain. 0, or
 * -1. */
EMBARGO_GLOBAL int embargo_digest_read(const struct embargo_bytes *bytes, struct embargo_program *program,
				       __u32 domain)
{
	struct embargo_bytes part = {};
	struct embargo_span span = {};
	__u64 hash;
	__u32 i;

	if (!bytes || !program)
		return -1;
	span = domain == EMBARGO_STRING_CERTIFICATE ? program->certificate
	       : domain == EMBARGO_STRING_TBS	    ? program->tbs
						    : program->spki;
	if (span.at > span.end || span.end > bytes->size)
		return -1;
	part.data = bytes->data + span.at;
	part.size = span.end - span.at;
	if (embargo_buffer_sha256(&part, (struct embargo_digest *)program->digest))
		return -1;
	hash = embargo_fnv_byte(EMBARGO_FNV_START, domain);
	EMBARGO_ROLLED
	for (i = 0; i < EMBARGO_SHA256_SIZE; i++)
		hash = embargo_fnv_byte(hash, program->digest[i]);
	program->state.hash = hash;
	return 0;
}

/* By one of its hashes. */
static __always_inline void embargo_digest_ask(struct embargo_program_walk *walk, __u32 domain)
{
	if (embargo_digest_read(&walk->walk.bytes, walk->program, domain))
		walk->program->state.failed = 1;
	else if (embargo_signer_ask(&walk->walk))
		walk->program->decides = 1;
}

/* Is it the certificate of somebody who signed? By issuer and serial number. */
EMBARGO_GLOBAL int embargo_certificate_own(const struct embargo_program *program)
{
	__u32 i, own = 0;

	if (!program)
		return 0;
	EMBARGO_ROLLED
	for (i = 0; i < EMBARGO_SIGNERS_MAX; i++)
		own |= i < (program->here & ~EMBARGO_PROGRAM_OWN) &&
		       program->signers[i] == program->state.hash;
	return own;
}

/* By issuer and serial number; .decides afterwards says whether a rule was found. */
static __always_inline void embargo_issuer_ask(struct embargo_program_walk *walk)
{
	struct embargo_program *program = walk->program;

	program->here &= ~EMBARGO_PROGRAM_OWN;
	if (embargo_certificate_own(program)) {
		program->here |= EMBARGO_PROGRAM_OWN;
		program->own++;
	}
	program->decides = embargo_signer_ask(&walk->walk);
}

/* By what its subject says: a signer's or another's, as that is not known before all certificates are read.
 */
EMBARGO_CALL int embargo_subject_ask(struct embargo_program_walk *walk)
{
	struct embargo_program *program = walk->program;

	program->state.set.at = 0;
	program->state.set.end = 0;
	embargo_loop(EMBARGO_ATTRIBUTES_MAX + 1, embargo_subject_step, walk);
	if (program->here & EMBARGO_PROGRAM_OWN &&
	    embargo_stronger(program->state.rule, program->own_rule) != program->state.rule)
		program->decides = 1;
	return 0;
}

/* What is found is kept in @program and not returned: so the ways through this are one again after each
 * question. */
EMBARGO_CALL int embargo_certificate_ask(struct embargo_program_walk *walk)
{
	struct embargo_program *program = walk->program;
	const struct embargo_image_header *header = walk->walk.header;
	int r = embargo_certificate_read(&walk->walk.bytes, program);

	if (r) {
		program->state.failed |= r < 0;
		return 0;
	}
	embargo_issuer_ask(walk);
	if (header->certificate_rules & EMBARGO_RULES_CERTIFICATE)
		embargo_digest_ask(walk, EMBARGO_STRING_CERTIFICATE);
	if (header->certificate_rules & EMBARGO_RULES_TBS)
		embargo_digest_ask(walk, EMBARGO_STRING_TBS);
	if (header->certificate_rules & EMBARGO_RULES_SPKI)
		embargo_digest_ask(walk, EMBARGO_STRING_SPKI);
	if (header->certificate_rules & EMBARGO_RULES_SUBJECT)
		embargo_subject_ask(walk);
	if (program->decides)
		embargo_signer_keep(&walk->walk.bytes, &program->state, 0);
	return 0;
}

EMBARGO_CALL int embargo_program_signer_ask(struct embargo_program_walk *walk)
{
	struct embargo_program *program = walk->program;
	__u32 here = program->here;
	int key_id = -1, first = !program->signer_count;

	if (program->signer_count++ < EMBARGO_SIGNERS_MAX)
		key_id = embargo_signer_read(&walk->walk.bytes, &program->state);
	EMBARGO_OPAQUE(here);
	if (key_id < 0 || here >= EMBARGO_SIGNERS_MAX) {
		program->state.failed = 1;
		return 0;
	}
	program->signers[here] = program->state.hash;
	program->here = here + 1;
	if (embargo_signer_ask(&walk->walk) || first)
		embargo_signer_keep(&walk->walk.bytes, &program->state, key_id);
	if (embargo_nested_find(&walk->walk.bytes, program))
		program->state.failed = 1;
	return 0;
}

/* The certificates of a signature are all read: whose they are is known now. */
static __always_inline void embargo_subjects_settle(struct embargo_program *program)
{
	program->state.rule =
		embargo_stronger(program->state.rule, program->own ? program->own_rule : program->other_rule);
	program->own = 0;
	program->own_rule = 0;
	program->other_rule = 0;
	program->here = 0;
}

/* The next of the signatures that wait, or the end. */
EMBARGO_CALL int embargo_nested_open(struct embargo_program_walk *walk)
{
	struct embargo_program *program = walk->program;
	struct embargo_span whole = {}, values = {}, part = {};
	__u32 slot = program->nested_count - 1;

	embargo_subjects_settle(program);
	EMBARGO_OPAQUE(slot);
	if (slot >= EMBARGO_PROGRAM_NESTED)
		return 1;
	values = program->nested[slot];
	whole.at = values.at;
	if (embargo_der_next(&walk->walk.bytes, &values, &part) < 0) {
		program->state.failed = 1;
		return 1;
	}
	whole.end = values.at;
	if (values.at == values.end)
		program->nested_count = slot;
	else
		program->nested[slot] = values;
	if (embargo_signed_data_open(&walk->walk.bytes, &program->state, &whole)) {
		program->state.failed = 1;
		return 1;
	}
	program->certificates = program->state.certificates;
	return 0;
}

/*
 * A step on the way through .bytes: one signer, or when there is none left one certificate, or when there is
 * none left one more signature. Returns 1 at the end.
 */
static __always_inline int embargo_program_step(struct embargo_program_walk *walk)
{
	struct embargo_program *program = walk->program;

	if (program->state.failed)
		return 1;
	if (++program->steps > EMBARGO_PROGRAM_STEPS) {
		program->state.failed = 1;
		return 1;
	}
	if (program->state.infos.at != program->state.infos.end) {
		embargo_program_signer_ask(walk);
		return 0;
	}
	if (program->certificates.at != program->certificates.end) {
		embargo_certificate_ask(walk);
		return 0;
	}
	return embargo_nested_open(walk);
}

/* Begin with the signature that is in .bytes. What is behind it may be read, as long as it is no part of it.
 */
EMBARGO_CALL int embargo_program_open(struct embargo_program_walk *walk)
{
	struct embargo_program *program = walk->program;
	struct embargo_span whole = {.at = 0, .end = program->size}, part = {};

	walk->walk.bytes.size = program->size + EMBARGO_DER_HEADER;
	program->walking = 1;
	program->steps = 0;
	program->before = program->state.rule;
	program->state.failed = 0;
	program->state.infos.at = 0;
	program->state.infos.end = 0;
	program->certificates = program->state.infos;
	/* A PE's is padded, and whatever else is behind it is no signature. */
	if (embargo_der_next(&walk->walk.bytes, &whole, &part) < 0)
		program->state.failed = 1;
	program->nested[0].at = 0;
	program->nested[0].end = whole.at;
	program->nested_count = 1;
	program->own = 0;
	program->own_rule = 0;
	program->other_rule = 0;
	program->here = 0;
	return 0;
}

/* The signature in .bytes is done with. */
static __always_inline void embargo_program_close(struct embargo_program *program)
{
	program->walking = 0;
	if (!program->state.failed)
		return;
	embargo_subjects_settle(program);
	program->failed = 1;
	/* An allow or audit rule is trusted only if all of it could be read. */
	if (EMBARGO_PACKED_ACTION(program->state.rule) != EMBARGO_ACTION_BAN)
		program->state.rule = program->before;
}

/*
 * When all is done: why a rule could not be asked, or 0. Not all could be read, or a rule is one that only a
 * scan looks for. What exempts is trusted only if all could be read.
 */
static __always_inline enum embargo_cause embargo_program_finish(const struct embargo_image_header *header,
								 struct embargo_program *program)
{
	if (program->failed && EMBARGO_PACKED_ACTION(program->state.rule) != EMBARGO_ACTION_BAN)
		program->state.rule = 0;
	return program->failed || (program->signatures && header->resolved_signers)
		       ? EMBARGO_CAUSE_UNCLASSIFIED
		       : EMBARGO_CAUSE_NONE;
}

/*
 * The next bit of work, until it returns EMBARGO_PROGRAM_DONE; with EMBARGO_PROGRAM_READ whoever calls it
 * reads what is wanted first, and puts into program->got whether it could. Then program->state.rule is the
 * strongest rule that the signers fall under, state.facts tell of who decided or signed first, and
 * program->failed is 1 if something could not be read.
 */
static __always_inline int embargo_program_turn(struct embargo_program_walk *walk)
{
	struct embargo_program *program = walk->program;
	int what;

	if (program->walking) {
		if (embargo_program_step(walk))
			embargo_program_close(program);
		return EMBARGO_PROGRAM_SIGNATURE;
	}
	what = embargo_program_next(program, program->got);
	program->got = 0;
	if (what == EMBARGO_PROGRAM_SIGNATURE)
		embargo_program_open(walk);
	return what;
}

#endif
