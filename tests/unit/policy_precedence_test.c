// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which of several rules decides: hash before identity before path, and at one
 * level allow before audit before ban. Each case is a policy and the rule of it
 * that the kernel's lookups must end with.
 */
#include "tests/harness.h"

#include "policy/names.h"
#include "policy_text.h"

/* What a case's letters stand for. All but the small letters match the file in question. */
static const struct {
	char letter;
	const char *text;
} things[] = {
	{'H', "hash sha256:" HASH_A " size=10"},
	{'h', "hash sha256:" HASH_B " size=10"},
	{'S', "signer skid=01"},
	{'T', "signer issuer=\"CN=a\" serial=01"},
	{'s', "signer skid=02"},
	{'V', "vendor v"},	 /* resolved for this file */
	{'K', "package name=p"}, /* resolved for this file */
	{'v', "vendor w"},	 /* resolved for another */
	{'P', "path /opt/"},
	{'Q', "path /opt/k/"}, /* longer */
	{'p', "path /usr/"},
	{'I', "interpreter sha256:" HASH_A " size=10"},
	{'J', "interpreter path=/opt/k/f"},
};

#define FILE_PATH "/opt/k/f"

struct precedence {
	const char *rules;   /* ACTION LETTER, …: each in a file of its own */
	const char *decides; /* one of them; "": none */
};

static const struct precedence cases[] = {
	/* one rule */
	{"ban H", "ban H"},
	{"audit H", "audit H"},
	{"allow H", "allow H"},
	{"ban S", "ban S"},
	{"audit S", "audit S"},
	{"allow S", "allow S"},
	{"ban V", "ban V"},
	{"ban P", "ban P"},
	{"audit P", "audit P"},
	{"allow P", "allow P"},
	/* none that matches */
	{"ban h", ""},
	{"ban s", ""},
	{"ban v", ""},
	{"ban p", ""},
	{"ban h, ban s, ban v, ban p", ""},
	{"allow h, ban P", "ban P"},
	{"allow s, allow p, ban H", "ban H"},
	/* hash and signer: the hash decides, whatever it says */
	{"ban H, ban S", "ban H"},
	{"ban H, audit S", "ban H"},
	{"ban H, allow S", "ban H"},
	{"audit H, ban S", "audit H"},
	{"audit H, audit S", "audit H"},
	{"audit H, allow S", "audit H"},
	{"allow H, ban S", "allow H"},
	{"allow H, audit S", "allow H"},
	{"allow H, allow S", "allow H"},
	/* hash and path */
	{"ban H, ban P", "ban H"},
	{"ban H, audit P", "ban H"},
	{"ban H, allow P", "ban H"},
	{"audit H, ban P", "audit H"},
	{"audit H, audit P", "audit H"},
	{"audit H, allow P", "audit H"},
	{"allow H, ban P", "allow H"},
	{"allow H, audit P", "allow H"},
	{"allow H, allow P", "allow H"},
	/* signer and path */
	{"ban S, ban P", "ban S"},
	{"ban S, audit P", "ban S"},
	{"ban S, allow P", "ban S"},
	{"audit S, ban P", "audit S"},
	{"audit S, audit P", "audit S"},
	{"audit S, allow P", "audit S"},
	{"allow S, ban P", "allow S"},
	{"allow S, audit P", "allow S"},
	{"allow S, allow P", "allow S"},
	/* a resolved rule is as specific as a signer, and less than a hash */
	{"ban V, allow H", "allow H"},
	{"allow V, ban H", "ban H"},
	{"ban V, audit H", "audit H"},
	{"ban V, allow P", "ban V"},
	{"audit V, ban P", "audit V"},
	{"ban V, allow S", "allow S"},
	{"allow V, ban S", "allow V"},
	{"ban V, audit S", "audit S"},
	{"ban V, allow K", "allow K"},
	{"allow V, ban K", "allow V"},
	{"audit V, ban K", "audit V"},
	{"ban V, ban K", "ban V"},
	{"ban K, ban V", "ban K"},
	/* one level: allow, audit, ban, whatever the order */
	{"ban H, audit H", "audit H"},
	{"audit H, ban H", "audit H"},
	{"ban H, allow H", "allow H"},
	{"allow H, ban H", "allow H"},
	{"audit H, allow H", "allow H"},
	{"allow H, audit H", "allow H"},
	{"ban H, audit H, allow H", "allow H"},
	{"ban S, allow S", "allow S"},
	{"allow S, ban S", "allow S"},
	{"ban S, audit T", "audit T"},
	{"allow S, ban T", "allow S"},
	{"ban S, allow T", "allow T"},
	{"ban P, allow P", "allow P"},
	{"audit P, ban P", "audit P"},
	/* a longer path is not more specific */
	{"ban P, allow Q", "allow Q"},
	{"allow P, ban Q", "allow P"},
	{"audit P, ban Q", "audit P"},
	{"ban P, audit Q", "audit Q"},
	/* three levels */
	{"ban H, audit S, allow P", "ban H"},
	{"allow P, audit S, ban H", "ban H"},
	{"ban P, audit S, allow H", "allow H"},
	{"ban h, audit S, allow P", "audit S"},
	{"ban h, audit s, allow P", "allow P"},
	{"ban H, ban S, ban P, allow Q", "ban H"},
	/* interpreters ban nothing, and hide nothing */
	{"ban I", ""},
	{"ban J", ""},
	{"ban I, ban H", "ban H"},
	{"ban H, ban I", "ban H"},
	{"allow I, ban H", "ban H"},
	{"ban I, ban V", "ban V"},
	{"allow I, ban P", "ban P"},
	{"ban I, ban J, ban P", "ban P"},
};

/* The text of a rule in the language, from "ban H". */
static void expand(const char *rule, char text[256])
{
	const char *letter = strchr(rule, ' ') + 1;
	size_t i;

	for (i = 0; things[i].letter != *letter; i++)
		ASSERT_LT(i, sizeof(things) / sizeof(things[0]) - 1);
	snprintf(text, 256, "%.*s %s\n", (int)(letter - rule) - 1, rule, things[i].text);
}

static void resolve(struct embargo_policy *policy)
{
	unsigned char a[EMBARGO_SHA256_SIZE], c[EMBARGO_SHA256_SIZE];
	char name[EMBARGO_VALUE_MAX];
	unsigned int i;

	policy_sha256(HASH_A, a);
	policy_sha256(HASH_C, c);
	for (i = 0; i < policy->set.rule_count; i++) {
		if (embargo_rule_in_kernel(&policy->set.rules[i]))
			continue;
		ASSERT_EQ(0, embargo_rule_field(&policy->set, &policy->set.rules[i], "name", name));
		ASSERT_EQ(0, embargo_policy_resolve(policy, i, *name == 'w' ? c : a, 10, EMBARGO_FORMAT_ELF));
	}
}

/* What the hooks do with a file of HASH_A at FILE_PATH that is signed by S and T. */
static unsigned int decide(void *image)
{
	static const struct embargo_attribute name = {(const __u8 *)"\x55\x04\x03", 3, (const __u8 *)"a", 1,
						      12};
	static const unsigned char one = 1;
	const struct embargo_image_header *header = image;
	const struct embargo_section *strings = &header->strings;
	unsigned char sha256[EMBARGO_SHA256_SIZE];
	unsigned int rule = 0, length;

	policy_sha256(HASH_A, sha256);
	if (embargo_hash_possible(image, header, 10, EMBARGO_FORMAT_ELF))
		rule = embargo_find_hash(image, header, sha256);
	if (EMBARGO_PACKED_KIND(rule) == EMBARGO_KIND_INTERPRETER)
		rule = 0;
	rule = embargo_stronger(rule, embargo_find_string(image, strings, embargo_name_key_id(&one, 1)));
	rule = embargo_stronger(
		rule, embargo_find_string(image, strings, embargo_name_issuer_serial(&name, 1, &one, 1)));
	for (length = 1; length <= strlen(FILE_PATH); length++)
		if (header->path_lengths[length / 64] >> length % 64 & 1)
			rule = embargo_stronger(
				rule, embargo_find_string(image, strings,
							  embargo_name_string(EMBARGO_STRING_PATH_PREFIX,
									      FILE_PATH, length)));
	return rule;
}

static struct embargo_policy *policy_of(const char *rules)
{
	struct embargo_policy *policy = embargo_policy_new();
	char text[256], file[32];
	int number = 0;

	for (; rules; rules = strchr(rules, ',') ? strchr(rules, ',') + 2 : NULL) {
		expand(rules, text);
		snprintf(file, sizeof(file), "%d", number++);
		ASSERT_EQ(0, embargo_policy_read_buffer(policy, file, text, strlen(text), 0))
		{
			policy_log(policy);
		}
	}
	ASSERT_EQ(0, embargo_policy_check(policy, 0));
	return policy;
}

/* The number of the rule "ban H" among "audit S, ban H", or -1. */
static int number_of(const char *rule, const char *rules)
{
	const char *found = *rule ? strstr(rules, rule) : NULL;
	int number = 0;

	if (!found)
		return -1;
	for (; rules < found; rules++)
		number += *rules == ',';
	return number;
}

TEST(precedence)
{
	size_t i;

	_Static_assert(sizeof(cases) / sizeof(cases[0]) >= 60, "sixty cases at least");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct embargo_policy *policy = policy_of(cases[i].rules);
		int wanted = number_of(cases[i].decides, cases[i].rules), number;
		unsigned int rule;
		void *image;

		ASSERT_EQ(!*cases[i].decides, wanted < 0);
		resolve(policy);
		image = policy_image(policy);
		rule = decide(image);
		number = rule ? (int)EMBARGO_PACKED_RULE(rule) : -1;
		EXPECT_EQ(wanted, number)
		{
			TH_LOG("%s: wanted \"%s\"", cases[i].rules, cases[i].decides);
		}
		if (number >= 0)
			EXPECT_EQ(policy->set.rules[number].action, EMBARGO_PACKED_ACTION(rule));
		free(image);
		embargo_policy_free(policy);
	}
}

TEST_HARNESS_MAIN
