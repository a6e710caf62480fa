// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules that only userspace can match, against identities made by hand. */
#include "tests/harness.h"

#include "policy/identity/resolve.h"
#include "tests/unit/policy_text.h"

#define BYTES_16 "00112233445566778899aabbccddeeff"
#define NO_RULE 12345
#define RESOLUTIONS 16

static struct embargo_certificate leaf = {
	.subject = "CN=Example Lab JSC,OU=Agents,OU=Endpoint,O=Example Lab JSC,serialNumber=1027700,C=XX",
	.issuer = "CN=Code Signing,O=Authority",
	.serial = "0123456789ab",
	.key_id = "aabbccdd",
};

static struct embargo_certificate authority = {
	.subject = "CN=Code Signing,O=Authority",
	.issuer = "CN=Root,O=Authority",
	.serial = "01",
	.key_id = "11223344",
};

/* "Lab" as BMPString and as what no text can be. */
static struct embargo_certificate wide = {
	.subject = "O=#1e06004c00610062,CN=#0303000102",
	.issuer = "CN=Code Signing,O=Authority",
	.serial = "02",
};

static struct embargo_signer by_serial = {
	.issuer = "CN=Code Signing,O=Authority",
	.common_name = "Code Signing",
	.serial = "0123456789ab",
	.digest = "sha256",
};

static struct embargo_signer by_key = {.key_id = "55667788", .digest = "sha256"};

static struct embargo_certificate certificates[3];
static struct embargo_file_signature signatures[2];
static struct embargo_module module;
static struct embargo_pe pe;
static struct embargo_package owner, package;

/* What the rules look at; a case says which of these its file has. */
enum has {
	SEALED = 1 << 0,       /* by leaf, with authority */
	BARE = 1 << 1,	       /* by leaf, with no certificate */
	KEY = 1 << 2,	       /* by key id, with authority */
	WIDE = 1 << 3,	       /* with a certificate of strange strings */
	CERTIFICATES = 1 << 4, /* in no signature: a file of certificates */
	MODULE = 1 << 5,       /* its signatures are a module's */
	IS_PE = 1 << 6,
	OWNED = 1 << 7, /* by a deb */
	IS_RPM = 1 << 8,
	JAR = 1 << 9,
	BUILD_ID = 1 << 10,
};

static void signature_add(struct embargo_identity *identity, struct embargo_signer *signer, size_t first,
			  size_t count)
{
	struct embargo_file_signature *signature = &signatures[identity->signature_count++];

	*signature = (struct embargo_file_signature){
		.kind = EMBARGO_FILE_SIGNATURE_AUTHENTICODE,
		.signers = signer,
		.signer_count = signer ? 1 : 0,
		.first_certificate = first,
		.certificate_count = count,
	};
}

/* Nothing in it is on the heap. */
static struct embargo_identity identity_with(unsigned int has)
{
	struct embargo_identity identity = {.certificates = certificates, .signatures = signatures};
	size_t i;

	certificates[0] = leaf;
	certificates[1] = authority;
	certificates[2] = wide;
	for (i = 0; i < 3; i++) {
		memset(certificates[i].sha256, 0xa0 + i, EMBARGO_SHA256_SIZE);
		memset(certificates[i].tbs_sha256, 0xb0 + i, EMBARGO_SHA256_SIZE);
		memset(certificates[i].spki_sha256, 0xc0 + i, EMBARGO_SHA256_SIZE);
	}
	if (has & (SEALED | KEY | WIDE | CERTIFICATES))
		identity.certificate_count = 3;
	if (has & SEALED)
		signature_add(&identity, &by_serial, 0, 2);
	if (has & BARE)
		signature_add(&identity, &by_serial, 0, 0);
	if (has & KEY)
		signature_add(&identity, &by_key, 1, 1);
	if (has & WIDE)
		signature_add(&identity, NULL, 2, 1);
	if (has & MODULE) {
		identity.module = &module;
		signatures[0].kind = EMBARGO_FILE_SIGNATURE_APPENDED;
	}
	if (has & IS_PE) {
		pe.company_name = "Example Lab";
		identity.pe = &pe;
	}
	if (has & OWNED) {
		owner = (struct embargo_package){.manager = "dpkg",
						 .name = "example-agent",
						 .maintainer = "Example Lab <p@example.org>"};
		identity.owner = &owner;
	}
	if (has & IS_RPM) {
		package = (struct embargo_package){.manager = "rpm",
						   .name = "agent",
						   .vendor = "Example Lab JSC",
						   .maintainer = "Packager"};
		identity.package = &package;
	}
	if (has & JAR)
		identity.vendor = "Example Lab (jars)";
	if (has & BUILD_ID)
		identity.build_id = "d6691e7632683bd5";
	return identity;
}

static struct embargo_resolver *resolver_from(const struct embargo_policy *policy)
{
	struct embargo_resolver *resolver = NULL;

	ASSERT_EQ(0, embargo_resolver_new(&policy->set, &resolver));
	return resolver;
}

/* The rules of @text that a file with @has falls under, "0,2". */
static void expect_rules(const char *expected, const char *text, unsigned int has)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = policy_from(text);
	struct embargo_resolver *resolver = resolver_from(policy);
	struct embargo_identity identity = identity_with(has);
	struct embargo_resolution found[RESOLUTIONS];
	char seen[64] = "";
	size_t count = embargo_resolver_match(resolver, &identity, found, RESOLUTIONS), i;

	for (i = 0; i < count; i++)
		sprintf(seen + strlen(seen), "%s%u", i ? "," : "", found[i].rule);
	EXPECT_STREQ(expected, seen)
	{
		TH_LOG("%s", text);
	}
	embargo_resolver_free(resolver);
}

#define A0 "a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0"
#define A1 "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"
#define B0 "b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0"
#define C0 "c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0"

static const struct {
	const char *expected;
	const char *text;
	unsigned int has;
} cases[] = {
	/* hashes of certificates: of any in the signature, of none beside it */
	{"0", "ban signer cert-sha256=" A0 "\n", SEALED},
	{"0", "ban signer cert-sha256=" A1 "\n", SEALED},
	{"0", "ban signer tbs-sha256=" B0 "\n", SEALED},
	{"0", "ban signer spki-sha256=" C0 "\n", SEALED},
	{"", "ban signer cert-sha256=" B0 "\n", SEALED},
	{"", "ban signer tbs-sha256=" A0 "\n", SEALED},
	{"", "ban signer cert-sha256=" A0 "\n", CERTIFICATES},
	{"", "ban signer cert-sha256=" A0 "\n", KEY},

	/* the signer's subject */
	{"0", "ban signer subject.o=\"Example Lab JSC\"\n", SEALED},
	{"", "ban signer subject.o=\"Example Lab\"\n", SEALED},
	{"", "ban signer subject.o=\"example lab jsc\"\n", SEALED},
	{"", "ban signer subject.o=\"Example*\"\n", SEALED},
	{"", "ban signer subject.ou=\"Example Lab JSC\"\n", SEALED},
	{"0", "ban signer subject.ou=Endpoint subject.ou=Agents\n", SEALED},
	{"", "ban signer subject.ou=Endpoint subject.ou=Other\n", SEALED},
	{"0", "ban signer subject.c=XX subject.serialNumber=1027700\n", SEALED},
	{"0", "ban signer subject.2.5.4.5=1027700\n", SEALED},
	{"", "ban signer subject.c=YY subject.serialNumber=1027700\n", SEALED},
	{"", "ban signer subject.o=\"Example Lab JSC\"\n", CERTIFICATES},
	/* an authority's only where the signer's own is not there */
	{"", "ban signer subject.o=Authority\n", SEALED},
	{"0", "ban signer subject.o=Authority\n", KEY},
	/* text in 16-bit characters is text */
	{"0", "ban signer subject.o=Lab\n", WIDE},

	/* issuer and serial, key id: of the signature and of its certificates */
	{"0", "ban signer issuer=\"CN=Code Signing,O=Authority\" serial=01:23:45:67:89:ab\n", BARE},
	{"0", "ban signer issuer=\"CN=Code Signing, O=Authority\" serial=0123456789AB\n", SEALED},
	{"", "ban signer issuer=\"CN=Code Signing,O=Authority\" serial=0123456789\n", SEALED},
	{"", "ban signer issuer=\"O=Authority,CN=Code Signing\" serial=0123456789ab\n", SEALED},
	{"0", "ban signer issuer=\"CN=Root,O=Authority\" serial=01\n", SEALED},
	{"0", "ban signer skid=AA:BB:CC:DD\n", SEALED},
	{"0", "ban signer skid=55667788\n", KEY},
	{"", "ban signer skid=5566\n", KEY},
	{"", "ban signer skid=55667788\n", SEALED},
	{"", "ban signer issuer=\"CN=Code Signing,O=Authority\" serial=0123456789ab\n", MODULE | BARE},
	{"0", "ban signer subject.o=\"Example Lab JSC\"\n", MODULE | SEALED},

	/* packages: that own the file, or that it is */
	{"0", "ban package name=\"example-*\"\n", OWNED},
	{"0", "ban package name=example-agent\n", OWNED},
	{"", "ban package name=example\n", OWNED},
	{"", "ban package name=\"example-agents*\"\n", OWNED},
	{"0", "ban package name=\"*\"\n", OWNED},
	{"", "ban package name=\"*\"\n", SEALED | IS_PE | JAR},
	{"0", "ban package name=\"example-*\" maintainer=\"Example Lab <p@example.org>\"\n", OWNED},
	{"", "ban package name=\"example-*\" maintainer=\"Other*\"\n", OWNED},
	{"", "ban package name=\"example-*\" vendor=\"*\"\n", OWNED},
	{"0", "ban package vendor=\"Example Lab*\" name=agent\n", IS_RPM},

	/* vendors, whoever names them */
	{"0", "ban vendor \"Example Lab\"\n", IS_PE},
	{"0", "ban vendor \"Example*\"\n", JAR},
	{"0", "ban vendor \"Example Lab\"\n", OWNED},
	{"0", "ban vendor \"Example Lab <p@example.org>\"\n", OWNED},
	{"", "ban vendor \"Example Lab\"\n", IS_RPM},
	{"0", "ban vendor \"Example Lab JSC\"\n", IS_RPM},
	{"", "ban vendor Packager\n", IS_RPM},
	{"", "ban vendor \"Example Lab JSC\"\n", SEALED},
	{"0", "ban vendor \"*\"\n", JAR},
	{"", "ban vendor \"*\"\n", SEALED | BUILD_ID},

	{"0", "ban build-id d6691e7632683bd5\n", BUILD_ID},
	{"", "ban build-id d6691e7632683b\n", BUILD_ID},

	/* several, in the order of the set, each once */
	{"1,3", "ban vendor Other\nban vendor \"Example*\"\nban vendor Foreign\nban vendor \"Example Lab\"\n",
	 IS_PE | OWNED},
	{"0,1,2", "ban build-id d6691e7632683bd5\nban vendor \"E*\"\nban signer cert-sha256=" A0 "\n",
	 SEALED | IS_PE | BUILD_ID},
	/* what the kernel matches by itself is not resolved */
	{"", "ban hash sha256:" HASH_A "\nban path /opt/\nban module name=\"*\"\nban module unsigned\n",
	 SEALED | MODULE},
};

TEST(each_rule_finds_what_it_names)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_rules(cases[i].expected, cases[i].text, cases[i].has);
}

TEST(what_must_be_read)
{
	static const struct {
		const char *text;
		unsigned int wants;
	} wants[] = {
		{"ban hash sha256:" HASH_A "\nban path /opt/\n", 0},
		{"ban signer skid=0011\n", EMBARGO_WANT_INSIDE},
		{"ban signer subject.o=X\n", EMBARGO_WANT_INSIDE},
		{"ban build-id 0011\n", EMBARGO_WANT_INSIDE},
		{"ban package name=x\n", EMBARGO_WANT_INSIDE | EMBARGO_WANT_OWNER},
		{"ban vendor x\n", EMBARGO_WANT_INSIDE | EMBARGO_WANT_OWNER},
	};
	size_t i;

	for (i = 0; i < sizeof(wants) / sizeof(wants[0]); i++) {
		_cleanup_(embargo_policy_freep) struct embargo_policy *policy = policy_from(wants[i].text);
		struct embargo_resolver *resolver = resolver_from(policy);

		EXPECT_EQ(wants[i].wants, embargo_resolver_wants(resolver));
		embargo_resolver_free(resolver);
	}
}

TEST(no_more_than_there_is_room_for)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy =
		policy_from("ban build-id d6691e7632683bd5\nban vendor \"Example*\"\nban vendor \"Exam*\"\n");
	struct embargo_resolver *resolver = resolver_from(policy);
	struct embargo_identity identity = identity_with(BUILD_ID | IS_PE);
	struct embargo_resolution found[3] = {};

	/* The build-id is looked up last, and is first in the set. */
	EXPECT_EQ(3, embargo_resolver_match(resolver, &identity, found, 2));
	EXPECT_EQ(0, found[0].rule);
	EXPECT_EQ(1, found[1].rule);
	EXPECT_EQ(0, found[2].ground[0]);
	EXPECT_EQ(3, embargo_resolver_match(resolver, &identity, NULL, 0));
	embargo_resolver_free(resolver);
}

TEST(grounds_can_be_read)
{
	static const struct {
		const char *text, *ground;
		unsigned int has;
	} grounds[] = {
		{"ban signer cert-sha256=" A1 "\n",
		 "certificate a1a1a1a1a1a1a1a1… \"CN=Code Signing,O=Authority\"", SEALED},
		{"ban signer skid=55667788\n", "signature by key id 55667788", KEY},
		{"ban signer issuer=\"CN=Code Signing,O=Authority\" serial=0123456789ab\n",
		 "signature by \"Code Signing\" serial 0123456789ab", BARE},
		{"ban package name=\"example-*\"\n",
		 "package \"example-agent\" of \"Example Lab <p@example.org>\"", OWNED},
		{"ban vendor \"Example*\"\n", "company name \"Example Lab\"", IS_PE},
		{"ban build-id d6691e7632683bd5\n", "build-id d6691e7632683bd5", BUILD_ID},
	};
	size_t i;

	for (i = 0; i < sizeof(grounds) / sizeof(grounds[0]); i++) {
		_cleanup_(embargo_policy_freep) struct embargo_policy *policy = policy_from(grounds[i].text);
		struct embargo_resolver *resolver = resolver_from(policy);
		struct embargo_identity identity = identity_with(grounds[i].has);
		struct embargo_resolution found = {};

		ASSERT_EQ(1, embargo_resolver_match(resolver, &identity, &found, 1));
		EXPECT_STREQ(grounds[i].ground, found.ground);
		embargo_resolver_free(resolver);
	}
}

/* 3 bytes a character, none of which may be cut in two; and bytes that no terminal should get. */
TEST(grounds_are_cut_between_characters)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = policy_from("ban vendor \"*\"\n");
	struct embargo_resolver *resolver = resolver_from(policy);
	struct embargo_identity identity = identity_with(JAR);
	struct embargo_resolution found = {};
	char vendor[400] = "\x1b[2J";
	size_t i;

	for (i = 0; i < 100; i++)
		strcat(vendor, "€");
	identity.vendor = vendor;
	ASSERT_EQ(1, embargo_resolver_match(resolver, &identity, &found, 1));
	EXPECT_NULL(strchr(found.ground, 0x1b));
	EXPECT_LE(sizeof(found.ground) - 4, strlen(found.ground));
	EXPECT_STREQ("€", found.ground + strlen(found.ground) - 3);
	embargo_resolver_free(resolver);
}

/* The rule of @text that decides about a file of Example Lab. */
static unsigned int decider_of(const char *text)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = policy_from(text);
	struct embargo_resolver *resolver = resolver_from(policy);
	struct embargo_identity identity = identity_with(IS_PE | OWNED | BUILD_ID);
	struct embargo_resolution decider = {.rule = NO_RULE};
	bool decided = embargo_resolver_decide(resolver, &identity, &decider);

	EXPECT_EQ(decided, decider.rule != NO_RULE);
	EXPECT_EQ(decided, decider.ground[0] != '\0');
	embargo_resolver_free(resolver);
	return decider.rule;
}

TEST(allow_goes_before_audit_before_ban)
{
	EXPECT_EQ(NO_RULE, decider_of("ban vendor \"X*\"\n"));
	EXPECT_EQ(1, decider_of("ban vendor \"X*\"\nban vendor \"E*\"\n"));
	EXPECT_EQ(1, decider_of("ban vendor \"E*\"\naudit vendor \"Ex*\"\n"));
	EXPECT_EQ(0, decider_of("audit vendor \"E*\"\nban vendor \"Ex*\"\n"));
	EXPECT_EQ(2, decider_of("ban vendor \"E*\"\naudit vendor \"Ex*\"\nallow vendor \"Exa*\"\n"
				"allow vendor \"Exam*\"\n"));
	/* The build-id is looked up last, and is first in the set. */
	EXPECT_EQ(0, decider_of("ban build-id d6691e7632683bd5\nban vendor \"E*\"\n"));
}

/* However many rules match: the one exemption among them counts. */
TEST(an_exemption_behind_hundreds_of_bans)
{
	static const char name[] = "example-agent", maintainer[] = "Example Lab <p@example.org>";
	_cleanup_free_ char *text = NULL;
	unsigned int i, k, count = 0;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (i = 1; i < sizeof(name); i++)
		for (k = 1; k < sizeof(maintainer); k++, count++)
			fprintf(out, "ban package name=\"%.*s*\" maintainer=\"%.*s*\"\n", i, name, k,
				maintainer);
	fprintf(out, "allow vendor \"%s\"\nban build-id d6691e7632683bd5\n", maintainer);
	fclose(out);
	EXPECT_EQ(count, decider_of(text));
}

/* 20,000 signer rules that share an attribute, and files by the hundred thousand: no walk over the rules. */
TEST(thousands_of_rules_are_an_index)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = NULL;
	_cleanup_free_ char *text = NULL;
	struct embargo_resolver *resolver;
	struct embargo_identity identity = identity_with(SEALED | OWNED | IS_PE);
	struct embargo_resolution found[4];
	struct timespec start, end;
	size_t size, i, count = 0;
	FILE *out = open_memstream(&text, &size);

	for (i = 0; i < 20000; i++)
		fprintf(out, "ban signer subject.c=XX subject.serialNumber=%zu\n", 1020000 + i);
	for (i = 0; i < 5000; i++)
		fprintf(out, "ban vendor \"Vendor %zu*\"\n", i);
	fclose(out);
	policy = policy_from(text);
	resolver = resolver_from(policy);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
	for (i = 0; i < 1000; i++)
		count += embargo_resolver_match(resolver, &identity, found, 4);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
	EXPECT_EQ(1000, count);
	EXPECT_EQ(7700, found[0].rule);
	TH_LOG("%.1f us a file", ((end.tv_sec - start.tv_sec) * 1e9 + end.tv_nsec - start.tv_nsec) / 1e6);
	/* Comparing with each rule takes tens of milliseconds a file. */
	EXPECT_LT(end.tv_sec - start.tv_sec, 3);
	embargo_resolver_free(resolver);
}

TEST_HARNESS_MAIN
