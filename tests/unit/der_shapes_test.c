// SPDX-License-Identifier: GPL-2.0-or-later
/* Signatures that no tool makes: every limit of bpf/signer.h from both sides, and lies of every kind. */
#include "tests/harness.h"

#include "bpf/module.h"
#include "tests/unit/hand_image.h"
#include "tests/unit/hand_module.h"

static struct hand_image image;
static struct embargo_module_state state;

/* Wrap @bytes into an element of its own; @length_bytes: 0 for the shortest form, else long-form with so
 * many. */
static void wrap_as(struct hand_bytes *bytes, int tag, int length_bytes)
{
	unsigned char header[8] = {tag};
	size_t size = bytes->size, used = 1;
	HAND_FREE struct hand_bytes inner = *bytes;
	int i;

	if (!length_bytes && size >= 128)
		do
			length_bytes++;
		while (size >> 8 * length_bytes);
	if (length_bytes)
		header[used++] = 0x80 | length_bytes;
	else
		header[used++] = size;
	for (i = length_bytes - 1; i >= 0; i--)
		header[used++] = size >> 8 * i;
	*bytes = hand_copy(header, used);
	hand_append(bytes, inner.data, inner.size);
}

static void wrap(struct hand_bytes *bytes, int tag)
{
	wrap_as(bytes, tag, 0);
}

static void add(struct hand_bytes *bytes, int tag, const void *data, size_t size)
{
	HAND_FREE struct hand_bytes element = hand_copy(data, size);

	wrap(&element, tag);
	hand_append(bytes, element.data, element.size);
}

#define ADD(bytes, tag, literal) add(bytes, tag, literal, sizeof(literal) - 1)
#define COMMON_NAME "\x55\x04\x03"

/* SET { SEQUENCE { OID, value } } */
static void add_attribute(struct hand_bytes *name, const void *oid, size_t oid_size, int tag,
			  const void *value, size_t size)
{
	HAND_FREE struct hand_bytes attribute = {};

	add(&attribute, EMBARGO_DER_OID, oid, oid_size);
	add(&attribute, tag, value, size);
	wrap(&attribute, EMBARGO_DER_SEQUENCE);
	wrap(&attribute, EMBARGO_DER_SET);
	hand_append(name, attribute.data, attribute.size);
}

/* A SignerInfo with the name whose attributes are in @name (freed), and that serial number. */
static struct hand_bytes signer_info(struct hand_bytes name, const void *serial, size_t serial_size)
{
	struct hand_bytes info = {};

	wrap(&name, EMBARGO_DER_SEQUENCE);
	add(&name, EMBARGO_DER_INTEGER, serial, serial_size);
	wrap(&name, EMBARGO_DER_SEQUENCE);
	ADD(&info, EMBARGO_DER_INTEGER, "\1");
	hand_append(&info, name.data, name.size);
	ADD(&info, EMBARGO_DER_SEQUENCE, "\6\1\1");
	ADD(&info, EMBARGO_DER_SEQUENCE, "\6\1\2");
	ADD(&info, EMBARGO_DER_OCTET_STRING, "signature");
	wrap(&info, EMBARGO_DER_SEQUENCE);
	hand_free(&name);
	return info;
}

static struct hand_bytes simple_signer(const char *common_name, const void *serial, size_t serial_size)
{
	struct hand_bytes name = {};

	add_attribute(&name, COMMON_NAME, 3, EMBARGO_DER_UTF8, common_name, strlen(common_name));
	return signer_info(name, serial, serial_size);
}

static __u64 simple_hash(const char *common_name, const void *serial, size_t serial_size)
{
	size_t size = strlen(common_name);
	__u64 hash = hand_hash(EMBARGO_FNV_START, "s\3" COMMON_NAME "\0", 6);

	hash = embargo_fnv_byte(embargo_fnv_byte(hash, size), size >> 8);
	hash = embargo_fnv_byte(hand_hash(hash, common_name, size), 0xff);
	return hand_hash(hash, serial, serial_size);
}

enum extra { CERTIFICATES = 1, LISTS = 2, BEHIND = 4 };

/* ContentInfo around @infos (freed). @long_form: of every length, at least so many bytes. */
static struct hand_bytes signed_data(struct hand_bytes infos, int extras, int long_form)
{
	HAND_FREE struct hand_bytes data = {};
	struct hand_bytes info = {};

	ADD(&data, EMBARGO_DER_INTEGER, "\1");
	ADD(&data, EMBARGO_DER_SET, "");
	ADD(&data, EMBARGO_DER_SEQUENCE, "\6\1\1");
	if (extras & CERTIFICATES)
		ADD(&data, EMBARGO_DER_CONTEXT_0, "certificates");
	if (extras & LISTS)
		ADD(&data, EMBARGO_DER_CONTEXT_1, "lists");
	wrap_as(&infos, EMBARGO_DER_SET, long_form);
	hand_append(&data, infos.data, infos.size);
	if (extras & BEHIND)
		ADD(&data, EMBARGO_DER_OCTET_STRING, "");
	wrap_as(&data, EMBARGO_DER_SEQUENCE, long_form);
	wrap_as(&data, EMBARGO_DER_CONTEXT_0, long_form);
	add(&info, EMBARGO_DER_OID, embargo_oid_signed_data, sizeof(embargo_oid_signed_data));
	hand_append(&info, data.data, data.size);
	wrap_as(&info, EMBARGO_DER_SEQUENCE, long_form);
	hand_free(&infos);
	return info;
}

/* What the walk makes of a module with this signature (freed); the rules are in image. */
static int walk(struct hand_bytes signature)
{
	HAND_FREE struct hand_bytes file = hand_elf_of(hand_modinfo, sizeof(hand_modinfo));
	struct embargo_bytes view;

	hand_header(&image)->signer_rules = 1;
	hand_trailer(&file, signature.data, signature.size, signature.size);
	hand_free(&signature);
	view = hand_view(&file);
	embargo_module_match(&image, hand_header(&image), &view, &state, 0);
	EXPECT_EQ(state.facts.signature == EMBARGO_SIGNATURE_UNREADABLE, !!state.causes);
	return state.facts.signature;
}

#define EXPECT_READ(...) EXPECT_EQ(EMBARGO_SIGNATURE_READ, walk(__VA_ARGS__))
#define EXPECT_UNREADABLE(...) EXPECT_EQ(EMBARGO_SIGNATURE_UNREADABLE, walk(__VA_ARGS__))

TEST(optional_parts)
{
	int extras, form;

	for (extras = 0; extras < 4; extras++)
		for (form = 0; form <= 4; form++) {
			hand_start(&image);
			hand_signer(&image, simple_hash("me", "\7", 1), 5, EMBARGO_ACTION_BAN);
			EXPECT_READ(signed_data(simple_signer("me", "\7", 1), extras, form));
			EXPECT_EQ(5, EMBARGO_PACKED_RULE(state.rule));
			EXPECT_STREQ("me", state.facts.signer);
		}
	EXPECT_UNREADABLE(signed_data(simple_signer("me", "\7", 1), BEHIND, 0));
	EXPECT_UNREADABLE(signed_data(simple_signer("me", "\7", 1), 0, 5));
}

TEST(number_of_signers)
{
	unsigned int count, i;

	for (count = 0; count <= EMBARGO_SIGNERS_MAX + 1; count++) {
		struct hand_bytes infos = {};

		hand_start(&image);
		hand_signer(&image, simple_hash("last", "\7", 1), 5, EMBARGO_ACTION_BAN);
		for (i = 0; i < count; i++) {
			HAND_FREE struct hand_bytes info =
				simple_signer(i + 1 == count ? "last" : "other", "\7", 1);

			hand_append(&infos, info.data, info.size);
		}
		if (count && count <= EMBARGO_SIGNERS_MAX) {
			EXPECT_READ(signed_data(infos, 0, 0));
			EXPECT_EQ(5, EMBARGO_PACKED_RULE(state.rule));
			EXPECT_STREQ("last", state.facts.signer);
		} else {
			EXPECT_UNREADABLE(signed_data(infos, 0, 0));
			EXPECT_EQ(0, state.rule);
		}
	}
}

TEST(serial_numbers)
{
	static const struct {
		const char *der;
		size_t size, skip;
	} serials[] = {
		{"\0", 1, 0},	    {"\x7f", 1, 0},	{"\0\x80", 2, 1}, {"\0\x7f", 2, 0},
		{"\0\0\x80", 3, 0}, {"\xff\x01", 2, 0}, {"\x80", 1, 0},	  {"\0\xff\0\xff", 4, 1},
	};
	char longest[64];
	size_t i;

	for (i = 0; i < sizeof(serials) / sizeof(serials[0]); i++) {
		const char *kept = serials[i].der + serials[i].skip;
		size_t size = serials[i].size - serials[i].skip;

		hand_start(&image);
		hand_signer(&image, simple_hash("me", kept, size), 5, EMBARGO_ACTION_BAN);
		EXPECT_READ(signed_data(simple_signer("me", serials[i].der, serials[i].size), 0, 0));
		EXPECT_EQ(5, EMBARGO_PACKED_RULE(state.rule));
		EXPECT_EQ(size, state.facts.serial_size);
		EXPECT_MEMEQ(kept, state.facts.serial, size);
	}
	EXPECT_UNREADABLE(signed_data(simple_signer("me", "", 0), 0, 0));
	/* Longer than the event holds: cut there, whole in the lookup. */
	memset(longest, 0x41, sizeof(longest));
	hand_start(&image);
	hand_signer(&image, simple_hash("me", longest, sizeof(longest)), 5, EMBARGO_ACTION_BAN);
	EXPECT_READ(signed_data(simple_signer("me", longest, sizeof(longest)), 0, 0));
	EXPECT_EQ(5, EMBARGO_PACKED_RULE(state.rule));
	EXPECT_EQ(EMBARGO_SERIAL_SIZE, state.facts.serial_size);
}

TEST(attributes_of_a_name)
{
	static char value[EMBARGO_SIGNATURE_MAX], oid[256];
	struct hand_bytes name = {};
	unsigned int i;

	hand_start(&image);
	memset(value, 'v', sizeof(value));
	memset(oid, 1, sizeof(oid));
	for (i = 0; i < EMBARGO_ATTRIBUTES_MAX; i++)
		add_attribute(&name, COMMON_NAME, 3, EMBARGO_DER_PRINTABLE, "x", 1);
	EXPECT_READ(signed_data(signer_info(hand_copy(name.data, name.size), "\1", 1), 0, 0));
	add_attribute(&name, COMMON_NAME, 3, EMBARGO_DER_PRINTABLE, "x", 1);
	EXPECT_UNREADABLE(signed_data(signer_info(name, "\1", 1), 0, 0));

	name = (struct hand_bytes){};
	add_attribute(&name, oid, 255, EMBARGO_DER_UTF8, "x", 1);
	EXPECT_READ(signed_data(signer_info(name, "\1", 1), 0, 0));
	name = (struct hand_bytes){};
	add_attribute(&name, oid, 256, EMBARGO_DER_UTF8, "x", 1);
	EXPECT_UNREADABLE(signed_data(signer_info(name, "\1", 1), 0, 0));

	/* A common name that is longer than the event's, and one as long as signatures may be. */
	value[1000] = 0;
	hand_signer(&image, simple_hash(value, "\1", 1), 5, EMBARGO_ACTION_BAN);
	EXPECT_READ(signed_data(simple_signer(value, "\1", 1), 0, 0));
	EXPECT_EQ(5, EMBARGO_PACKED_RULE(state.rule));
	EXPECT_EQ(EMBARGO_SIGNER_SIZE - 1, strlen(state.facts.signer));
	value[1000] = 'v';
	value[16200] = 0;
	EXPECT_READ(signed_data(simple_signer(value, "\1", 1), 0, 0));
	value[16200] = 'v';
	value[sizeof(value) - 1] = 0;
	EXPECT_UNREADABLE(signed_data(simple_signer(value, "\1", 1), 0, 0));
	/* An empty RDN names nothing. */
	name = (struct hand_bytes){};
	ADD(&name, EMBARGO_DER_SET, "");
	EXPECT_UNREADABLE(signed_data(signer_info(name, "\1", 1), 0, 0));
}

TEST(strings_of_one_text_are_one_name)
{
	static const int text[] = {EMBARGO_DER_UTF8, EMBARGO_DER_PRINTABLE, EMBARGO_DER_IA5, EMBARGO_DER_T61};
	struct hand_bytes name;
	unsigned int i;

	hand_start(&image);
	hand_signer(&image, simple_hash("me", "\1", 1), 5, EMBARGO_ACTION_BAN);
	for (i = 0; i < 4; i++) {
		name = (struct hand_bytes){};
		add_attribute(&name, COMMON_NAME, 3, text[i], "me", 2);
		EXPECT_READ(signed_data(signer_info(name, "\1", 1), 0, 0));
		EXPECT_EQ(5, EMBARGO_PACKED_RULE(state.rule));
	}
	name = (struct hand_bytes){};
	add_attribute(&name, COMMON_NAME, 3, 0x1e, "me", 2);
	EXPECT_READ(signed_data(signer_info(name, "\1", 1), 0, 0));
	EXPECT_EQ(0, state.rule);
}

/* Whoever makes the signature could as well name a signer that is allowed: not in a broken one. */
TEST(broken_behind_a_known_signer)
{
	static const int actions[] = {EMBARGO_ACTION_BAN, EMBARGO_ACTION_AUDIT, EMBARGO_ACTION_ALLOW};
	unsigned int i;

	for (i = 0; i < 3; i++) {
		struct hand_bytes infos = simple_signer("me", "\1", 1);

		hand_start(&image);
		hand_signer(&image, simple_hash("me", "\1", 1), 5, actions[i]);
		ADD(&infos, EMBARGO_DER_SEQUENCE, "nonsense");
		EXPECT_UNREADABLE(signed_data(infos, 0, 0));
		EXPECT_EQ(actions[i] == EMBARGO_ACTION_BAN, !!state.rule);
		EXPECT_EQ(EMBARGO_CAUSE_BIT(EMBARGO_CAUSE_SIGNATURE_UNREADABLE), state.causes);
		EXPECT_EQ(EMBARGO_CAUSE_SIGNATURE_UNREADABLE,
			  embargo_module_cause(hand_header(&image), &state));
	}
}

TEST(trailer_that_lies)
{
	HAND_FREE struct hand_bytes good = signed_data(simple_signer("me", "\1", 1), 0, 0);
	HAND_FREE struct hand_bytes file = hand_elf_of(hand_modinfo, sizeof(hand_modinfo));
	size_t elf_size = file.size, at;
	struct embargo_bytes view;
	struct embargo_trailer *trailer;

	hand_start(&image);
	hand_header(&image)->signer_rules = 1;
	hand_trailer(&file, good.data, good.size, good.size);
	view = hand_view(&file);
	embargo_module_match(&image, hand_header(&image), &view, &state, 0);
	EXPECT_EQ(EMBARGO_SIGNATURE_READ, state.facts.signature);
	trailer = (void *)(file.data + file.size - EMBARGO_TRAILER_SIZE);
	for (at = 0; at < sizeof(*trailer); at++) {
		((unsigned char *)trailer)[at] ^= 1;
		embargo_module_match(&image, hand_header(&image), &view, &state, 0);
		EXPECT_EQ(EMBARGO_SIGNATURE_UNREADABLE, state.facts.signature);
		((unsigned char *)trailer)[at] ^= 1;
	}
	memset(trailer->size, 0xff, 4);
	embargo_module_match(&image, hand_header(&image), &view, &state, 0);
	EXPECT_EQ(EMBARGO_SIGNATURE_UNREADABLE, state.facts.signature);
	/* The marker alone, and what is shorter than a trailer. */
	for (at = 0; at < EMBARGO_TRAILER_SIZE; at++) {
		HAND_FREE struct hand_bytes end = hand_copy(file.data + file.size - at, at);
		struct embargo_bytes short_view = hand_view(&end);

		embargo_module_match(&image, hand_header(&image), &short_view, &state, 0);
		EXPECT_EQ(at < EMBARGO_TRAILER_MARKER_SIZE ? EMBARGO_SIGNATURE_NONE
							   : EMBARGO_SIGNATURE_UNREADABLE,
			  state.facts.signature);
	}
	/* A byte behind the marker: no trailer, and so no signature. */
	hand_append(&file, "", 1);
	view = hand_view(&file);
	embargo_module_match(&image, hand_header(&image), &view, &state, 0);
	EXPECT_EQ(EMBARGO_SIGNATURE_NONE, state.facts.signature);
	EXPECT_LT(elf_size, file.size);
}

TEST(unsigned_modules)
{
	HAND_FREE struct hand_bytes file = hand_elf_of(hand_modinfo, sizeof(hand_modinfo));
	struct embargo_bytes view = hand_view(&file);

	hand_start(&image);
	hand_header(&image)->unsigned_rule =
		EMBARGO_PACK(8, EMBARGO_ACTION_BAN, EMBARGO_LEVEL_IDENTITY, EMBARGO_KIND_MODULE);
	EXPECT_EQ(8,
		  EMBARGO_PACKED_RULE(embargo_module_match(&image, hand_header(&image), &view, &state, 0)));
	EXPECT_EQ(EMBARGO_SIGNATURE_NONE, state.facts.signature);
	EXPECT_STREQ("hand", state.facts.name);
	EXPECT_READ(signed_data(simple_signer("me", "\1", 1), 0, 0));
	EXPECT_EQ(0, state.rule);
	EXPECT_UNREADABLE(hand_copy("\x30\x80\x06", 3));
	EXPECT_EQ(0, state.rule);
}

/*
 * What each byte of a whole signature may be, as X.690 and RFC 5652 have it: `=` what it is and nothing else
 * (tags, lengths, the OID of signed data), `*` anything (nobody reads it), `n` anything (of the signer's name
 * and serial number: another value is another signer), `?` see expect_byte().
 */
static const char *const roles[] = {
	"=============",  /* ContentInfo: SEQUENCE, OID; */
	"====",		  /* [0], SEQUENCE */
	"==*",		  /* version */
	"==",		  /* no digest algorithms */
	"=?***",	  /* what is signed */
	"=?************", /* [0]: certificates */
	"==*****",	  /* [1]: lists */
	"====",		  /* SET, SignerInfo */
	"==*",		  /* version */
	"?=",		  /* issuer and serial number: SEQUENCE */
	"========",	  /* the name: SEQUENCE, SET, SEQUENCE, OID */
	"nnn",		  /* 2.5.4.3 */
	"?=nn",		  /* "me" */
	"==n",		  /* 7 */
	"==***==***",	  /* algorithms */
	"==*********",	  /* the signature */
};

enum at {
	SIGNED_LENGTH = 23,
	CERTIFICATES_LENGTH = 28,
	SIGNER_TAG = 55,
	STRING_TAG = 68,
	STRING = 70,
	SERIAL = 74
};

/* 0: not readable, 1: another signer, 2: the same */
static int expect_byte(size_t at, int role, int value, int kept)
{
	switch (at) {
	case SIGNED_LENGTH: /* it may end at the end of any of the optional elements behind it */
		return value == 3 || value == 3 + 14 || value == 3 + 14 + 7 ? 2 : 0;
	case CERTIFICATES_LENGTH:
		return value == 12 || value == 12 + 7 ? 2 : 0;
	case SIGNER_TAG: /* [0]: a key identifier instead of the name */
		return value == EMBARGO_DER_SEQUENCE ? 2 : value == 0x80;
	case STRING_TAG: /* text has class 0, like tag 0; tags of several bytes end in 31 */
		if ((value & 0x1f) == 0x1f)
			return 0;
		return value == EMBARGO_DER_UTF8 || value == EMBARGO_DER_PRINTABLE ||
				       value == EMBARGO_DER_T61 || value == EMBARGO_DER_IA5 || !value
			       ? 2
			       : 1;
	}
	return role == '*' || value == kept ? 2 : role == 'n';
}

/* Every byte of it replaced by every value. */
TEST(every_value_of_every_byte)
{
	HAND_FREE struct hand_bytes good = signed_data(simple_signer("me", "\7", 1), CERTIFICATES | LISTS, 0);
	char role[128] = "", signer[3];
	int value, expected;
	size_t at, i;

	for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		strcat(role, roles[i]);
	ASSERT_EQ(strlen(role), good.size);
	hand_start(&image);
	hand_signer(&image, simple_hash("me", "\7", 1), 5, EMBARGO_ACTION_BAN);
	for (at = 0; at < good.size; at++) {
		unsigned char kept = good.data[at];

		for (value = 0; value < 256; value++) {
			good.data[at] = value;
			expected = expect_byte(at, role[at], value, kept);
			EXPECT_EQ(expected ? EMBARGO_SIGNATURE_READ : EMBARGO_SIGNATURE_UNREADABLE,
				  walk(hand_copy(good.data, good.size)))
			{
				TH_LOG("byte %zu is %#x", at, value);
			}
			EXPECT_EQ(expected == 2 ? 5 : 0, EMBARGO_PACKED_RULE(state.rule))
			{
				TH_LOG("byte %zu is %#x", at, value);
			}
			if (!expected || at == SIGNER_TAG || (at >= 65 && at < STRING))
				continue;
			memcpy(signer, good.data + STRING, 2);
			signer[2] = 0;
			EXPECT_STREQ(signer, state.facts.signer);
			EXPECT_EQ(1, state.facts.serial_size);
			EXPECT_EQ(good.data[SERIAL], state.facts.serial[0]);
		}
		good.data[at] = kept;
	}
}

TEST_HARNESS_MAIN
