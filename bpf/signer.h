/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who signed a module: the appended signature's PKCS#7 (RFC 5652) is walked to
 * every SignerInfo, and its issuer and serial number, or its key id, are looked up.
 *
 * The signature is not verified: forging a banned signer's name only gets the forger's own file banned. An
 * allow or audit rule is trusted only if the whole signature could be read.
 */
#ifndef EMBARGO_BPF_SIGNER_H
#define EMBARGO_BPF_SIGNER_H

#include "bpf/facts.h"

#define EMBARGO_TRAILER_MARKER "~Module signature appended~\n"
#define EMBARGO_TRAILER_MARKER_SIZE 28U

/* struct module_signature of include/linux/module_signature.h */
struct embargo_trailer {
	__u8 algo, hash; /* 0 in PKCS#7 signatures, like all that is not named below */
	__u8 id_type;	 /* 2: PKCS#7 */
	__u8 signer_len, key_id_len;
	__u8 pad[3];
	__u8 size[4]; /* big-endian */
};

#define EMBARGO_TRAILER_SIZE ((__u32)sizeof(struct embargo_trailer) + EMBARGO_TRAILER_MARKER_SIZE)
#define EMBARGO_TRAILER_PKCS7 2

EMBARGO_TABLE char embargo_trailer_marker[] = EMBARGO_TRAILER_MARKER;
EMBARGO_TABLE __u8 embargo_oid_signed_data[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02};

EMBARGO_STEP embargo_feed_step(__u32 index, void *context)
{
	struct embargo_walk *walk = context;
	struct embargo_module_state *state = walk->state;
	__u8 byte;

	if (embargo_bytes_read(&walk->bytes, (__u64)state->feed_at + index, &byte, 1)) {
		state->failed = 1;
		return 1;
	}
	state->hash = embargo_fnv_byte(state->hash, byte);
	return 0;
}

/* Let the bytes of @span run through the hash. */
static __always_inline int embargo_feed(struct embargo_walk *walk, const struct embargo_span *span)
{
	walk->state->feed_at = span->at;
	embargo_loop(span->end - span->at, embargo_feed_step, walk);
	return 0;
}

static __always_inline void embargo_feed_byte(struct embargo_walk *walk, __u8 byte)
{
	walk->state->hash = embargo_fnv_byte(walk->state->hash, byte);
}

/* The ASN.1 string type does not matter: rules compare the text. */
static __always_inline __u8 embargo_string_class(int tag)
{
	return tag == EMBARGO_DER_PRINTABLE || tag == EMBARGO_DER_UTF8 || tag == EMBARGO_DER_IA5 ||
			       tag == EMBARGO_DER_T61
		       ? 0
		       : tag;
}

/* One attribute of the issuer: AttributeTypeAndValue ::= SEQUENCE { OID, value }. */
static __always_inline int embargo_attribute_read(struct embargo_walk *walk)
{
	struct embargo_module_state *state = walk->state;
	struct embargo_span pair = {}, oid = {}, value = {};
	__u8 common_name[3];
	__u32 size;
	int tag;

	if (state->set.at == state->set.end &&
	    embargo_der_expect(&walk->bytes, &state->name, &state->set, EMBARGO_DER_SET))
		return -1;
	if (embargo_der_expect(&walk->bytes, &state->set, &pair, EMBARGO_DER_SEQUENCE) ||
	    embargo_der_expect(&walk->bytes, &pair, &oid, EMBARGO_DER_OID))
		return -1;
	tag = embargo_der_next(&walk->bytes, &pair, &value);
	if (tag < 0 || pair.at != pair.end || oid.end - oid.at > 255)
		return -1;
	size = value.end - value.at;
	embargo_feed_byte(walk, oid.end - oid.at);
	embargo_feed(walk, &oid);
	embargo_feed_byte(walk, embargo_string_class(tag));
	embargo_feed_byte(walk, size);
	embargo_feed_byte(walk, size >> 8);
	embargo_feed(walk, &value);
	if (oid.end - oid.at == sizeof(common_name) &&
	    !embargo_bytes_read(&walk->bytes, oid.at, common_name, sizeof(common_name)) &&
	    common_name[0] == 0x55 && common_name[1] == 4 && common_name[2] == 3)
		state->common_name = value;
	return 0;
}

EMBARGO_STEP embargo_attribute_step(__u32 index, void *context)
{
	struct embargo_walk *walk = context;
	struct embargo_module_state *state = walk->state;

	if (state->name.at == state->name.end && state->set.at == state->set.end)
		return 1;
	if (index == EMBARGO_ATTRIBUTES_MAX || embargo_attribute_read(walk))
		state->failed = 1;
	return state->failed ? 1 : 0;
}

/* The attributes of an issuer, state->name, through the hash. */
static __always_inline void embargo_issuer_feed(struct embargo_walk *walk)
{
	walk->state->set.at = 0;
	walk->state->set.end = 0;
	embargo_loop(EMBARGO_ATTRIBUTES_MAX + 1, embargo_attribute_step, walk);
	embargo_feed_byte(walk, 0xff);
}

/* IssuerAndSerialNumber ::= SEQUENCE { Name, INTEGER }, out of state->sid; the number loses its leading 00.
 */
static __always_inline int embargo_issuer_serial_read(struct embargo_walk *walk)
{
	struct embargo_module_state *state = walk->state;
	__u8 first[2];

	if (embargo_der_expect(&walk->bytes, &state->sid, &state->name, EMBARGO_DER_SEQUENCE) ||
	    embargo_der_expect(&walk->bytes, &state->sid, &state->serial, EMBARGO_DER_INTEGER) ||
	    state->sid.at != state->sid.end || state->serial.at == state->serial.end ||
	    embargo_bytes_read(&walk->bytes, state->serial.at, first, sizeof(first)))
		return -1;
	if (state->serial.end - state->serial.at > 1 && !first[0] && first[1] >= 0x80)
		state->serial.at++;
	embargo_issuer_feed(walk);
	return 0;
}

/*
 * What follows the signer's name, so that a broken one is told from a foreign one. *@ret_unsigned: attributes
 * that are not signed, none or some.
 */
EMBARGO_GLOBAL int embargo_signer_rest(const struct embargo_bytes *bytes, struct embargo_span *info,
				       struct embargo_span *ret_unsigned)
{
	struct embargo_span part = {};
	int tag;

	if (!bytes || !info || !ret_unsigned)
		return -1;
	ret_unsigned->at = 0;
	ret_unsigned->end = 0;
	if (embargo_der_expect(bytes, info, &part, EMBARGO_DER_SEQUENCE)) /* digest algorithm */
		return -1;
	tag = embargo_der_next(bytes, info, &part);
	if (tag == EMBARGO_DER_CONTEXT_0) /* signed attributes */
		tag = embargo_der_next(bytes, info, &part);
	if (tag != EMBARGO_DER_SEQUENCE || /* signature algorithm */
	    embargo_der_expect(bytes, info, &part, EMBARGO_DER_OCTET_STRING))
		return -1;
	if (info->at != info->end && embargo_der_expect(bytes, info, ret_unsigned, EMBARGO_DER_CONTEXT_1))
		return -1;
	return info->at == info->end ? 0 : -1;
}

/* Keep this signer's names for the event. */
EMBARGO_GLOBAL int embargo_signer_keep(const struct embargo_bytes *bytes, struct embargo_module_state *state,
				       int key_id)
{
	struct embargo_module_facts *facts;
	struct embargo_span name, serial;
	__u32 size;

	if (!bytes || !state)
		return -1;
	facts = &state->facts;
	name = state->common_name;
	serial = state->serial;
	__builtin_memset(facts->signer, 0, sizeof(facts->signer));
	__builtin_memset(facts->serial, 0, sizeof(facts->serial));
	size = name.end - name.at;
	if (size > sizeof(facts->signer) - 1)
		size = sizeof(facts->signer) - 1;
	if (embargo_bytes_read(bytes, name.at, facts->signer, size))
		return -1;
	size = serial.end - serial.at;
	if (size > sizeof(facts->serial))
		size = sizeof(facts->serial);
	facts->serial_size = size;
	facts->key_id = key_id;
	return embargo_bytes_read(bytes, serial.at, facts->serial, size);
}

/* Is there a rule for the signer that state->hash stands for, and does it decide? */
EMBARGO_CALL int embargo_signer_ask(struct embargo_walk *walk)
{
	struct embargo_module_state *state = walk->state;
	embargo_packed_rule rule = embargo_find_string(walk->image, &walk->header->strings, state->hash);

	if (embargo_stronger(state->rule, rule) == state->rule)
		return 0;
	state->rule = rule;
	return 1;
}

/*
 * The next SignerInfo ::= SEQUENCE { version, sid, … }: state->hash stands for the
 * signer. Returns 0 if it is named by issuer and serial number, 1 if by key id, or -1.
 */
EMBARGO_GLOBAL int embargo_signer_read(const struct embargo_bytes *bytes, struct embargo_module_state *state)
{
	struct embargo_walk walk = {};
	struct embargo_span info = {};
	int tag;

	if (!bytes || !state)
		return -1;
	walk.bytes = *bytes;
	walk.state = state;
	if (embargo_der_expect(&walk.bytes, &state->infos, &info, EMBARGO_DER_SEQUENCE) ||
	    embargo_der_expect(&walk.bytes, &info, &state->sid, EMBARGO_DER_INTEGER)) /* version */
		return -1;
	tag = embargo_der_next(&walk.bytes, &info, &state->sid);
	state->common_name.at = 0;
	state->common_name.end = 0;
	state->hash = EMBARGO_FNV_START;
	if (tag == EMBARGO_DER_SEQUENCE) {
		embargo_feed_byte(&walk, EMBARGO_STRING_ISSUER_SERIAL);
		if (embargo_issuer_serial_read(&walk))
			return -1;
	} else if (tag == EMBARGO_DER_KEY_ID && state->sid.at != state->sid.end) {
		embargo_feed_byte(&walk, EMBARGO_STRING_KEY_ID);
		state->serial = state->sid;
	} else {
		return -1;
	}
	embargo_feed(&walk, &state->serial);
	if (state->failed || embargo_signer_rest(&walk.bytes, &info, &state->unsigned_attributes))
		return -1;
	return tag == EMBARGO_DER_KEY_ID;
}

EMBARGO_STEP embargo_signer_step(__u32 index, void *context)
{
	struct embargo_walk *walk = context;
	struct embargo_module_state *state = walk->state;
	int key_id;

	if (state->infos.at == state->infos.end)
		return 1;
	key_id = index == EMBARGO_SIGNERS_MAX ? -1 : embargo_signer_read(&walk->bytes, state);
	if (key_id < 0)
		state->failed = 1;
	else if (embargo_signer_ask(walk) || !index)
		embargo_signer_keep(&walk->bytes, state, key_id);
	return state->failed ? 1 : 0;
}

/* From ContentInfo down to the SignerInfos of its SignedData: state->infos, and state->certificates. */
EMBARGO_GLOBAL int embargo_signed_data_open(const struct embargo_bytes *bytes,
					    struct embargo_module_state *state, struct embargo_span *whole)
{
	struct embargo_span content = {}, part = {};
	__u8 oid[sizeof(embargo_oid_signed_data)];
	__u32 i;
	int tag;

	if (!bytes || !state || !whole)
		return -1;
	if (embargo_der_expect(bytes, whole, &content, EMBARGO_DER_SEQUENCE) || whole->at != whole->end)
		return -1;
	if (embargo_der_expect(bytes, &content, &part, EMBARGO_DER_OID) ||
	    part.end - part.at != sizeof(oid) || embargo_bytes_read(bytes, part.at, oid, sizeof(oid)))
		return -1;
	EMBARGO_ROLLED
	for (i = 0; i < sizeof(oid); i++)
		if (oid[i] != embargo_oid_signed_data[i])
			return -1;
	if (embargo_der_expect(bytes, &content, &part, EMBARGO_DER_CONTEXT_0) || content.at != content.end)
		return -1;
	if (embargo_der_expect(bytes, &part, &content, EMBARGO_DER_SEQUENCE) || part.at != part.end)
		return -1;
	if (embargo_der_expect(bytes, &content, &part, EMBARGO_DER_INTEGER) || /* version */
	    embargo_der_expect(bytes, &content, &part, EMBARGO_DER_SET) ||     /* digest algorithms */
	    embargo_der_expect(bytes, &content, &part, EMBARGO_DER_SEQUENCE))  /* what is signed */
		return -1;
	state->certificates.at = 0;
	state->certificates.end = 0;
	tag = embargo_der_next(bytes, &content, &part);
	if (tag == EMBARGO_DER_CONTEXT_0) {
		state->certificates = part;
		tag = embargo_der_next(bytes, &content, &part);
	}
	if (tag == EMBARGO_DER_CONTEXT_1) /* revocation lists */
		tag = embargo_der_next(bytes, &content, &part);
	if (tag != EMBARGO_DER_SET || content.at != content.end || part.at == part.end)
		return -1;
	state->infos = part;
	return 0;
}

/* enum embargo_signature by the trailer alone; @pkcs7: where the signature should be. */
EMBARGO_GLOBAL int embargo_trailer_read(const struct embargo_bytes *bytes, struct embargo_span *pkcs7)
{
	char marker[EMBARGO_TRAILER_MARKER_SIZE];
	struct embargo_trailer trailer;
	__u32 size, i;
	__u64 end;

	if (!bytes || !pkcs7)
		return EMBARGO_SIGNATURE_UNREADABLE;
	end = bytes->size - EMBARGO_TRAILER_SIZE;
	if (bytes->size < sizeof(marker) ||
	    embargo_bytes_read(bytes, bytes->size - sizeof(marker), marker, sizeof(marker)))
		return EMBARGO_SIGNATURE_NONE;
	EMBARGO_ROLLED
	for (i = 0; i < sizeof(marker); i++)
		if (marker[i] != embargo_trailer_marker[i])
			return EMBARGO_SIGNATURE_NONE;
	if (bytes->size < EMBARGO_TRAILER_SIZE || bytes->size > EMBARGO_MODULE_MAX ||
	    embargo_bytes_read(bytes, end, &trailer, sizeof(trailer)))
		return EMBARGO_SIGNATURE_UNREADABLE;
	size = (__u32)trailer.size[0] << 24 | trailer.size[1] << 16 | trailer.size[2] << 8 | trailer.size[3];
	if (trailer.id_type != EMBARGO_TRAILER_PKCS7 || trailer.algo || trailer.hash || trailer.signer_len ||
	    trailer.key_id_len || trailer.pad[0] || trailer.pad[1] || trailer.pad[2] ||
	    size > EMBARGO_SIGNATURE_MAX || size > end)
		return EMBARGO_SIGNATURE_UNREADABLE;
	pkcs7->at = end - size;
	pkcs7->end = end;
	return EMBARGO_SIGNATURE_READ;
}

/* Walk the signature: state->rule, facts and, if it is unreadable, facts.signature say what it gave. */
static __always_inline int embargo_signature_walk(struct embargo_walk *walk)
{
	struct embargo_module_state *state = walk->state;
	struct embargo_span pkcs7 = {};
	embargo_packed_rule before = state->rule;
	int found = embargo_trailer_read(&walk->bytes, &pkcs7);

	state->failed = 0;
	if (found == EMBARGO_SIGNATURE_READ) {
		if (embargo_signed_data_open(&walk->bytes, state, &pkcs7))
			state->failed = 1;
		else
			embargo_loop(EMBARGO_SIGNERS_MAX + 1, embargo_signer_step, walk);
		if (state->failed) {
			found = EMBARGO_SIGNATURE_UNREADABLE;
			if (EMBARGO_PACKED_ACTION(state->rule) != EMBARGO_ACTION_BAN)
				state->rule = before;
		}
	}
	state->facts.signature = found;
	return found;
}

#endif
