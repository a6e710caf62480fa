// SPDX-License-Identifier: GPL-2.0-or-later
/* Canonical text: what each way of writing a rule comes out as, and that it reads back. */
#include "tests/harness.h"

#include "policy_text.h"

struct spelling {
	const char *text;
	const char *canonical; /* NULL: the same */
};

static const struct spelling spellings[] = {
	{"ban hash sha256:" HASH_A, NULL},
	{"  allow\thash sha256=0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef   # why",
	 "allow hash sha256:" HASH_A},
	{"ban hash \\\n  size=0 \\\r\n sha256:" HASH_A, "ban hash sha256:" HASH_A " size=0"},
	{"ban hash sha256:" HASH_A " format=script,elf size=18446744073709551614",
	 "ban hash sha256:" HASH_A " size=18446744073709551614 format=elf,script"},
	{"ban hash sha256:" HASH_A " format=any", "ban hash sha256:" HASH_A},
	{"ban hash sha256:" HASH_A " format=elf,pe,script,other,module,firmware,kexec",
	 "ban hash sha256:" HASH_A},
	{"audit hash sha256:" HASH_A
	 " expires=2024-02-29 authority=a source=https://x/?a=b#c reason=\"b c\" name=n",
	 "audit hash sha256:" HASH_A " name=\"n\" reason=\"b c\" source=\"https://x/?a=b#c\" authority=\"a\" "
	 "expires=2024-02-29"},
	{"ban path /a cpe=cpe:/a:b effective=2017-09-13 scope=use expires=2100-01-01",
	 "ban path prefix=\"/a\" scope=\"use\" effective=\"2017-09-13\" cpe=\"cpe:/a:b\" expires=2100-01-01"},
	{"ban path /a cpe=\"cpe:2.3:a:b:c:*\"", "ban path prefix=\"/a\" cpe=\"cpe:2.3:a:b:c:*\""},
	{"allow hash sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", NULL},
	{"ban hash sha256:" HASH_A " expires=1971-01-01", NULL},
	{"ban hash sha256:" HASH_A " expires=2000-03-01", NULL},
	{"ban hash sha256:" HASH_A " expires=2100-02-28", NULL},
	{"ban hash sha256:" HASH_A " expires=9999-12-31", NULL},
	{"ban hash sha256:" HASH_A " name=\"a \\\\ \\\" \\n \\t \\x41 \\x01 \\xe2\\x80\\xae \xc3\xa4\"",
	 "ban hash sha256:" HASH_A " name=\"a \\\\ \\\" \\n \\t A \\x01 \\xe2\\x80\\xae \xc3\xa4\""},
	{"ban hash sha256:" HASH_A " name=\"\"", "ban hash sha256:" HASH_A},
	{"ban signer issuer=\"CN=a\" serial=\"0:0C:01\"", "ban signer issuer=\"CN=a\" serial=\"0c01\""},
	{"ban signer serial=0 issuer=\" cn = a b , O = \\\"x, y\\\" \"",
	 "ban signer issuer=\"CN=a b,O=x\\\\, y\" serial=\"00\""},
	{"ban signer issuer=\"2.5.4.3=a;OID.2.5.4.10=b+OU=c\" serial=1",
	 "ban signer issuer=\"CN=a,O=b+OU=c\" serial=\"01\""},
	{"ban signer issuer=\"CN=\\\\#a\\\\,\\\\C3\\\\A4\\\\ ,1.2.3.4=#04020102\" serial=01",
	 "ban signer issuer=\"CN=\\\\#a\\\\,\xc3\xa4\\\\ ,1.2.3.4=#04020102\" serial=\"01\""},
	{"ban signer issuer=\"CN=\\\\E9\" serial=01", "ban signer issuer=\"CN=\\\\E9\" serial=\"01\""},
	{"ban signer issuer=\"CN=#1e020041,O=#0c0162\" serial=01",
	 "ban signer issuer=\"CN=#1e020041,O=b\" serial=\"01\""},
	{"ban signer issuer=\"E=a@b,STREET=c,jurisdictionCountryName=RU\" serial=01",
	 "ban signer issuer=\"emailAddress=a@b,street=c,jurisdictionC=RU\" serial=\"01\""},
	{"ban signer skid=00:AB:cd", "ban signer skid=00abcd"},
	{"ban signer cert-sha256=" HASH_A, NULL},
	{"ban signer tbs-sha256=" HASH_A " name=\"x\"", NULL},
	{"ban signer spki-sha256=" HASH_A, NULL},
	{"ban signer subject.serialNumber=\"1027739867473\" subject.O=\"AO Kaspersky Lab\"",
	 "ban signer subject.o=\"AO Kaspersky Lab\" subject.serialNumber=\"1027739867473\""},
	{"ban signer subject.2.5.4.10=x subject.CN=y subject.1.2.3.4=z",
	 "ban signer subject.1.2.3.4=\"z\" subject.cn=\"y\" subject.o=\"x\""},
	{"ban module alias=b author=\"z*\" alias=a name=kl_flt license=GPL description=d srcversion=s",
	 "ban module name=\"kl_flt\" author=\"z*\" description=\"d\" license=\"GPL\" srcversion=\"s\" "
	 "alias=\"a\" "
	 "alias=\"b\""},
	{"ban module name=\"\\xff*\" reason=r", "ban module name=\"\\xff*\" reason=\"r\""},
	{"allow module unsigned", NULL},
	{"ban path \"/opt/a b/\"", "ban path prefix=\"/opt/a b/\""},
	{"ban path /opt/\xc3\xa4 name=x", "ban path prefix=\"/opt/\xc3\xa4\" name=\"x\""},
	{"ban path prefix=\"/\\xff\"", NULL},
	{"ban interpreter /usr/bin/perl", "ban interpreter path=\"/usr/bin/perl\""},
	{"ban interpreter sha256:" HASH_A " size=5 format=elf name=\"dash\"", NULL},
	{"ban package maintainer=m vendor=v name=\"kesl*\"",
	 "ban package name=\"kesl*\" vendor=\"v\" maintainer=\"m\""},
	{"ban vendor Kaspersky", "ban vendor name=\"Kaspersky\""},
	{"ban build-id id=AB:cd", "ban build-id abcd"},
	{"ban build-id abcd name=\"x\"", NULL},
};

static char *canonical(const char *text)
{
	struct embargo_policy *policy = policy_from(text);
	char *canonical;

	ASSERT_EQ(1, policy->set.rule_count)
	{
		TH_LOG("%s", text);
	}
	canonical = embargo_rule_text(&policy->set, &policy->set.rules[0]);
	ASSERT_NOT_NULL(canonical);
	embargo_policy_free(policy);
	return canonical;
}

TEST(canonical_text)
{
	char *once, *twice;
	size_t i;

	for (i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		once = canonical(spellings[i].text);
		EXPECT_STREQ(spellings[i].canonical ? spellings[i].canonical : spellings[i].text, once);
		twice = canonical(once);
		EXPECT_STREQ(once, twice);
		free(once);
		free(twice);
	}
}

static bool same_rule(const struct embargo_policy *one, const struct embargo_policy *two)
{
	struct embargo_rule a = one->set.rules[0], b = two->set.rules[0];
	bool same;

	same = !strcmp(embargo_string(&one->set, a.name), embargo_string(&two->set, b.name)) &&
	       !strcmp(embargo_string(&one->set, a.reason), embargo_string(&two->set, b.reason)) &&
	       !strcmp(embargo_string(&one->set, a.source), embargo_string(&two->set, b.source)) &&
	       !strcmp(embargo_string(&one->set, a.authority), embargo_string(&two->set, b.authority)) &&
	       !strcmp(embargo_string(&one->set, a.fields), embargo_string(&two->set, b.fields));
	a.name = a.reason = a.source = a.authority = a.fields = 0;
	b.name = b.reason = b.source = b.authority = b.fields = 0;
	return same && !memcmp(&a, &b, sizeof(a));
}

TEST(canonical_text_is_the_same_rule)
{
	struct embargo_policy *one, *two;
	char *text;
	size_t i;

	for (i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		one = policy_from(spellings[i].text);
		text = embargo_rule_text(&one->set, &one->set.rules[0]);
		two = policy_from(text);
		EXPECT_TRUE(same_rule(one, two))
		{
			TH_LOG("%s", spellings[i].text);
		}
		free(text);
		embargo_policy_free(one);
		embargo_policy_free(two);
	}
}

TEST(fields_are_decoded)
{
	struct embargo_policy *policy =
		policy_from("ban package name=\"a \\\"b\\\\\" vendor=\"\\x01\\n\" maintainer=\"\xc3\xa4\"");
	const char *cursor = embargo_string(&policy->set, policy->set.rules[0].fields);
	char key[EMBARGO_KEY_MAX], value[EMBARGO_VALUE_MAX];
	size_t size;

	ASSERT_EQ(1, embargo_field_next(&cursor, key, value, &size));
	EXPECT_STREQ("name", key);
	EXPECT_STREQ("a \"b\\", value);
	EXPECT_EQ(5, size);
	ASSERT_EQ(1, embargo_field_next(&cursor, key, value, &size));
	EXPECT_STREQ("\x01\n", value);
	ASSERT_EQ(1, embargo_field_next(&cursor, key, value, NULL));
	EXPECT_EQ(0, embargo_field_next(&cursor, key, value, NULL));
	EXPECT_EQ(0, embargo_rule_field(&policy->set, &policy->set.rules[0], "maintainer", value));
	EXPECT_STREQ("\xc3\xa4", value);
	EXPECT_EQ(-ENOENT, embargo_rule_field(&policy->set, &policy->set.rules[0], "prefix", value));
	embargo_policy_free(policy);
}

TEST(fields_of_others_are_refused)
{
	static const char *const wrong[] = {"a",      "a=",	 "=\"x\"",     "a=b",	      "a=\"",
					    "a=\"\\", "a=\"\\x", "a=\"\\x4\"", "a=\"\\x00\"", "a=\"\\q\""};
	char key[EMBARGO_KEY_MAX], value[EMBARGO_VALUE_MAX];
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const char *cursor = wrong[i];

		EXPECT_EQ(-EINVAL, embargo_field_next(&cursor, key, value, NULL))
		{
			TH_LOG("%s", wrong[i]);
		}
	}
}

TEST(patterns)
{
	EXPECT_TRUE(embargo_pattern_match("kesl", "kesl"));
	EXPECT_FALSE(embargo_pattern_match("kesl", "kesl-gui"));
	EXPECT_FALSE(embargo_pattern_match("kesl-gui", "kesl"));
	EXPECT_TRUE(embargo_pattern_match("kesl*", "kesl-gui"));
	EXPECT_TRUE(embargo_pattern_match("kesl*", "kesl"));
	EXPECT_FALSE(embargo_pattern_match("kesl*", "kes"));
	EXPECT_TRUE(embargo_pattern_match("*", ""));
	EXPECT_TRUE(embargo_pattern_match("", ""));
	EXPECT_FALSE(embargo_pattern_match("", "x"));
}

TEST(every_number_has_its_word)
{
	unsigned int i;

	for (i = EMBARGO_ACTION_BAN; i <= EMBARGO_ACTION_ALLOW; i++) {
		EXPECT_NOT_NULL(embargo_action_name(i));
		EXPECT_NOT_NULL(embargo_on_error_name(i));
	}
	for (i = 0; i < EMBARGO_KIND_MAX; i++)
		EXPECT_NOT_NULL(embargo_kind_name(i));
	for (i = 1; i <= EMBARGO_CAUSE_INTERPRETER_LOST; i++)
		EXPECT_NOT_NULL(embargo_cause_name(i));
	for (i = 1; i & EMBARGO_FORMAT_ANY; i <<= 1)
		EXPECT_NOT_NULL(embargo_format_name(i));
	EXPECT_NULL(embargo_action_name(0));
	EXPECT_NULL(embargo_action_name(99));
	EXPECT_NULL(embargo_kind_name(EMBARGO_KIND_MAX));
	EXPECT_NULL(embargo_cause_name(0));
	EXPECT_NULL(embargo_cause_name(EMBARGO_CAUSE_MAX));
	EXPECT_NULL(embargo_format_name(0));
	EXPECT_NULL(embargo_format_name(3));
	EXPECT_NULL(embargo_format_name(128));
}

TEST_HARNESS_MAIN
