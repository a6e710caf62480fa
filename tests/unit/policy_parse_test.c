// SPDX-License-Identifier: GPL-2.0-or-later
/* The language: what is refused, where and with which words; what is read, and read back. */
#include "tests/harness.h"

#include "policy_text.h"

/* The length is given apart, so that NUL bytes reach the parser. */
#define TEXT(text) text, sizeof(text) - 1

struct malformed {
	const char *text;
	size_t size;
	unsigned int line;
	unsigned int column;
	const char *message;
	const char *hint; /* part of it, or NULL: do not look */
};

static const struct malformed malformed[] = {
	/* words */
	{TEXT("bann hash sha256:" HASH_A), 1, 1, "unknown word `bann'", "did you mean `ban'?"},
	{TEXT("# fine\n\n  polcy x\n"), 3, 3, "unknown word `polcy'", "`policy'"},
	{TEXT("hash sha256:" HASH_A), 1, 1, "what to do is missing", "ban hash"},
	{TEXT("ban"), 1, 4, "ban what?", "ban hash"},
	{TEXT("ban hsh x"), 1, 5, "unknown kind of rule `hsh'", "`hash'"},
	{TEXT("ban xyzzy x"), 1, 5, "unknown kind of rule `xyzzy'", "kinds are hash, signer"},
	{TEXT("ban \"hash\" x"), 1, 5, "unknown kind of rule", NULL},
	{TEXT("\"ban\" hash"), 1, 1, "a line begins with a word", NULL},
	{TEXT("name=x"), 1, 1, "a line begins with a word", NULL},
	/* bytes */
	{TEXT("ban hash\0 sha256:" HASH_A), 1, 9, "NUL byte", NULL},
	{TEXT("# comment with \0 in it"), 1, 16, "NUL byte", NULL},
	{TEXT("policy \"caf\xe9\""), 1, 12, "not UTF-8", NULL},
	{TEXT("policy \"\xc0\xaf\""), 1, 9, "not UTF-8", NULL},
	{TEXT("policy \"\xe0\x80\x80\""), 1, 9, "not UTF-8", NULL},
	{TEXT("policy \"\xf0\x8f\xbf\xbf\""), 1, 9, "not UTF-8", NULL},
	{TEXT("policy \"\xed\xa0\x80\""), 1, 9, "not UTF-8", NULL},
	{TEXT("policy \"\xf4\x90\x80\x80\""), 1, 9, "not UTF-8", NULL},
	{TEXT("policy \"\xe2\x82\""), 1, 9, "not UTF-8", NULL},
	{TEXT("# \x1b[2J"), 1, 3, "control character", NULL},
	{TEXT("policy a\rb"), 1, 9, "control character", NULL},
	{TEXT("# \xe2\x80\xae"
	      "abc"),
	 1, 3, "invisible character", NULL},
	{TEXT("# \xc2\x85"), 1, 3, "invisible character", NULL},
	{TEXT("ban vendor \"Kas\xd8\x9cpersky\""), 1, 16, "invisible character", NULL},	    /* U+061C */
	{TEXT("ban vendor \"Kas\xe2\x80\x8bpersky\""), 1, 16, "invisible character", NULL}, /* U+200B */
	{TEXT("\n\nban vendor \"Kas\xc2\xadpersky\""), 3, 16, "invisible character", NULL}, /* U+00AD */
	/* columns count characters */
	{TEXT("ban vendor \"\xc3\xa4\xc3\xb6\" x=1"), 1, 17, "no key `x'", NULL},
	{TEXT("\tban vendor x y"), 1, 15, "given twice", NULL},
	/* strings */
	{TEXT("policy \"abc"), 1, 8, "without a closing quote", NULL},
	{TEXT("policy \"abc\\"), 1, 11, "continuation without a next line", NULL},
	{TEXT("policy \"abc\\\\\n"), 1, 8, "without a closing quote", NULL},
	{TEXT("policy \"a\"b"), 1, 11, "a space must follow", NULL},
	{TEXT("policy a\"b\""), 1, 9, "quote within a word", NULL},
	{TEXT("policy \"\\q\""), 1, 9, "unknown escape", NULL},
	{TEXT("policy \"\\x4\""), 1, 9, "two hexadecimal digits", NULL},
	{TEXT("policy \"\\x00\""), 1, 9, "NUL", NULL},
	{TEXT("policy a\\b"), 1, 9, "backslash outside of quotes", "very last"},
	{TEXT("ban hash \\ \n sha256:" HASH_A), 1, 10, "backslash outside of quotes", "very last"},
	{TEXT("ban vendor name = x"), 1, 17, "= without a key", "without spaces"},
	{TEXT("ban vendor name= x"), 1, 17, "name= has no value", "without spaces"},
	{TEXT("ban vendor =x"), 1, 12, "= without a key", "without spaces"},
	/* lines */
	{TEXT("ban vendor x \\\n  y=1\n"), 2, 3, "no key `y'", NULL},
	{TEXT("ban vendor \\\n x \\\n y=1\n"), 3, 2, "no key `y'", NULL},
	{TEXT("ban vendor x \\"), 1, 14, "continuation without a next line", NULL},
	{TEXT("# a comment ends with its line \\\nbann"), 2, 1, "`bann'", NULL},
	{TEXT("policy x # \\\nbann"), 2, 1, "`bann'", NULL},
	{TEXT("ban vendor \"x#\" y=1"), 1, 17, "no key `y'", NULL},
	{TEXT("ban vendor x\r\nbann\r\n"), 2, 1, "`bann'", NULL},
	/* directives */
	{TEXT("policy"), 1, 7, "policy needs a value", NULL},
	{TEXT("policy \"\""), 1, 8, "policy is empty", NULL},
	{TEXT("policy a b"), 1, 10, "nothing more", NULL},
	{TEXT("policy a\npolicy b"), 2, 1, "second policy in this file; the first is in line 1", NULL},
	{TEXT("policy name=a"), 1, 8, "not key=value", NULL},
	{TEXT("version x"), 1, 9, "decimal number", NULL},
	{TEXT("version 0"), 1, 9, "count from 1", NULL},
	{TEXT("version -1"), 1, 9, "decimal number", NULL},
	{TEXT("version 18446744073709551616"), 1, 9, "too large", NULL},
	{TEXT("version 1\nversion 1"), 2, 1, "second version", NULL},
	{TEXT("authority"), 1, 10, "needs a value", NULL},
	{TEXT("max-hash-size 1T"), 1, 15, "number of bytes", "512M"},
	{TEXT("max-hash-size G"), 1, 15, "number of bytes", NULL},
	{TEXT("max-hash-size 18014398509481984K"), 1, 15, "too large", NULL},
	{TEXT("max-hash-size 1\nmax-hash-size 2"), 2, 1, "already said in test.policy:1, and otherwise",
	 NULL},
	{TEXT("on-error"), 1, 9, "needs a value", NULL},
	{TEXT("on-error maybe"), 1, 10, "unknown cause `maybe'", "on-error [CAUSE]"},
	{TEXT("on-error too-larg deny"), 1, 10, "unknown cause", "`too-large'"},
	{TEXT("on-error too-large ban"), 1, 20, "not `ban'", NULL},
	{TEXT("on-error deny allow"), 1, 15, "nothing more", NULL},
	{TEXT("on-error deny\non-error allow"), 2, 1, "already said in test.policy:1, and otherwise", NULL},
	{TEXT("include \"x\""), 1, 9, "not allowed here", NULL},
	/* hash */
	{TEXT("ban hash"), 1, 5, "does not say what to match", "sha256:HEX"},
	{TEXT("ban hash sha256:" HASH_A "0"), 1, 17, "wrong length", "64 hexadecimal digits, this has 65"},
	{TEXT("ban hash sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"), 1, 17,
	 "wrong length", "this has 63"},
	{TEXT("ban hash sha256:0123456789abcdef0123456789abcdef"), 1, 17, "wrong length", "MD5"},
	{TEXT("ban hash sha256:"
	      "g123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
	 1, 17, "not a hexadecimal digit", NULL},
	{TEXT("ban hash " HASH_A), 1, 10, "without its algorithm", "write sha256:0123"},
	{TEXT("ban hash md5:0123"), 1, 10, "unknown hash algorithm `md5'", "SHA-256"},
	{TEXT("ban hash sha256:" HASH_A " sha256=" HASH_A), 1, 82, "sha256 is given twice", NULL},
	{TEXT("ban hash sha256:" HASH_A " sise=1"), 1, 82, "no key `sise'", "`size'"},
	{TEXT("ban hash sha256:" HASH_A " zzz=1"), 1, 82, "no key `zzz'", "hash rules know sha256= size="},
	{TEXT("ban hash sha256:" HASH_A " size=1k"), 1, 87, "decimal number", NULL},
	{TEXT("ban hash sha256:" HASH_A " size=99999999999999999999"), 1, 87, "too large", NULL},
	{TEXT("ban hash sha256:" HASH_A " format=exe"), 1, 89, "unknown format `exe'", NULL},
	{TEXT("ban hash sha256:" HASH_A " format=elf,scrip"), 1, 93, "unknown format `scrip'", "`script'"},
	{TEXT("ban hash sha256:" HASH_A " format=elf,"), 1, 93, "unknown format `'", NULL},
	{TEXT("ban hash sha256:" HASH_A " expires=2023-02-29"), 1, 90, "no such day", NULL},
	{TEXT("ban hash sha256:" HASH_A " scope=both"), 1, 88, "unknown scope", "scope=use"},
	{TEXT("ban hash sha256:" HASH_A " effective=2023-02-29"), 1, 92, "no such day", NULL},
	{TEXT("ban hash sha256:" HASH_A " cpe=agent"), 1, 86, "not a CPE name", "cpe:2.3:"},
	{TEXT("ban hash sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"), 1, 10,
	 "the hash of the empty file", "leave the line out"},
	{TEXT("ban hash sha256:6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"), 1, 10,
	 "a file of one byte", NULL},
	{TEXT("ban hash sha256:ad7facb2586fc6e966c004d7d1d16b024f5805ff7cb47c7a85dabd8b48892ca7"), 1, 10,
	 "nothing but zeros", NULL},
	{TEXT("ban hash sha256:" HASH_A " expires=tomorrow"), 1, 90, "not a date", "YYYY-MM-DD"},
	{TEXT("ban hash sha256:" HASH_A " expires=2024-1-1"), 1, 90, "not a date", NULL},
	{TEXT("ban hash sha256:" HASH_A " expires=2024-01-011"), 1, 90, "not a date", NULL},
	{TEXT("ban hash sha256:" HASH_A " expires=2024-13-01"), 1, 90, "no such day", NULL},
	{TEXT("ban hash sha256:" HASH_A " expires=1970-01-01"), 1, 90, "no such day", NULL},
	{TEXT("ban hash sha256:" HASH_A " name=\"\\xff\""), 1, 87, "not UTF-8", NULL},
	{TEXT("ban hash sha256:" HASH_A " name=a name=b"), 1, 89, "name is given twice", NULL},
	/* signer */
	{TEXT("ban signer"), 1, 5, "does not say what to match", "issuer="},
	{TEXT("ban signer x"), 1, 12, "not key=value", NULL},
	{TEXT("ban signer serial=1"), 1, 12, "serial= needs issuer=", NULL},
	{TEXT("ban signer issuer=\"CN=a\""), 1, 12, "issuer= needs serial=", NULL},
	{TEXT("ban signer issuer=\"CN\" serial=1"), 1, 19, "ATTRIBUTE=value is expected", "openssl x509"},
	{TEXT("ban signer issuer=\"FOO=a\" serial=1"), 1, 19, "unknown attribute", NULL},
	{TEXT("ban signer issuer=\"CN=a,\" serial=1"), 1, 19, "ATTRIBUTE=value is expected", NULL},
	{TEXT("ban signer issuer=\"CN=#0c05\" serial=1"), 1, 19, "DER", NULL},
	{TEXT("ban signer issuer=\"CN=a\\\\q\" serial=1"), 1, 19, "unknown escape", NULL},
	{TEXT("ban signer issuer=\"CN=a\" serial=xy"), 1, 33, "not a hexadecimal digit in a serial", NULL},
	{TEXT("ban signer issuer=\"CN=a\" serial=\"\""), 1, 34, "wrong length of a serial number", NULL},
	{TEXT("ban signer issuer=\"CN=a\" serial=0c:1"), 1, 36, "two digits between the colons", NULL},
	{TEXT("ban signer issuer=\"CN=a\" serial=0c:"), 1, 36, "two digits between the colons", NULL},
	{TEXT("ban signer skid=0:01"), 1, 17, "two digits between the colons", NULL},
	{TEXT("ban signer skid=abc"), 1, 17, "odd number", NULL},
	{TEXT("ban signer skid=:ab"), 1, 17, "two digits between the colons", NULL},
	{TEXT("ban signer tbs-sha256=ab"), 1, 23, "wrong length of a SHA-256", NULL},
	{TEXT("ban signer skid=ab spki-sha256=" HASH_A), 1, 20, "two ways", "one rule for each"},
	{TEXT("ban signer subject.foo=x"), 1, 12, "unknown attribute `foo'", "subject.o"},
	{TEXT("ban signer subject.o=\"\""), 1, 22, "empty value", NULL},
	{TEXT("ban signer sibject.o=x"), 1, 12, "no key `sibject.o'", "`subject.o'"},
	/* module */
	{TEXT("ban module"), 1, 5, "does not say what to match", "unsigned"},
	{TEXT("ban module signed"), 1, 12, "not key=value", NULL},
	{TEXT("ban module unsigned name=x"), 1, 12, "two ways", NULL},
	{TEXT("ban module name=\"\""), 1, 17, "empty value", NULL},
	{TEXT("ban module path=x"), 1, 12, "no key `path'", NULL},
	/* path, interpreter, package, vendor, build-id */
	{TEXT("ban path"), 1, 5, "does not say what to match", NULL},
	{TEXT("ban path opt"), 1, 10, "begins with /", NULL},
	{TEXT("ban path \"\""), 1, 10, "begins with /", NULL},
	{TEXT("ban path /opt//x"), 1, 10, "contains //", NULL},
	{TEXT("ban path prefix=/opt/../x"), 1, 17, "contains //", NULL},
	{TEXT("ban interpreter"), 1, 5, "does not say what to match", NULL},
	{TEXT("ban interpreter path=/usr/bin/"), 1, 22, "ends in /", NULL},
	{TEXT("ban interpreter /bin/sh sha256=" HASH_A), 1, 17, "two ways", NULL},
	{TEXT("ban interpreter /bin/sh size=3"), 1, 5, "size= and format=", NULL},
	{TEXT("audit interpreter /bin/sh"), 1, 7, "named by ban, and exempted by allow", NULL},
	{TEXT("ban package x"), 1, 13, "not key=value", NULL},
	{TEXT("ban package reason=x"), 1, 5, "does not say what to match", NULL},
	{TEXT("ban vendor"), 1, 5, "does not say what to match", NULL},
	{TEXT("ban build-id 0"), 1, 14, "odd number", NULL},
	{TEXT("ban build-id xyz"), 1, 14, "not a hexadecimal digit", NULL},
};

static struct embargo_policy *read_malformed(const struct malformed *m)
{
	struct embargo_policy *policy = embargo_policy_new();

	/* memory of exactly that size, so that ASan sees a step too far */
	char *text = malloc(m->size);

	memcpy(text, m->text, m->size);
	EXPECT_EQ(-EINVAL,
		  embargo_policy_read_buffer(policy, "test.policy", text, m->size, EMBARGO_READ_NO_INCLUDE))
	{
		TH_LOG("not refused: %s", m->text);
	}
	free(text);
	return policy;
}

TEST(deny_malformed)
{
	size_t i;

	for (i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
		const struct malformed *m = &malformed[i];
		struct embargo_policy *policy = read_malformed(m);
		const struct embargo_diagnostic *d = policy->diagnostics.list;
		bool right;

		while (d && d->severity != EMBARGO_ERROR)
			d++;
		right = policy->diagnostics.total[EMBARGO_ERROR] && d->line == m->line &&
			d->column == m->column && strstr(d->message, m->message) &&
			(!m->hint || (d->hint && strstr(d->hint, m->hint)));
		EXPECT_TRUE(right)
		{
			TH_LOG("wanted %u:%u: %s (%s) for: %s", m->line, m->column, m->message,
			       m->hint ? m->hint : "any hint", m->text);
			policy_log(policy);
		}
		embargo_policy_free(policy);
	}
}

TEST(every_error_is_reported)
{
	static const char text[] = "bann\nban hash sha256:00 size=x nam=y\nban vendor x\nversion 0\n";
	struct embargo_policy *policy = embargo_policy_new();

	ASSERT_EQ(-EINVAL, embargo_policy_read_buffer(policy, "x", text, strlen(text), 0));
	EXPECT_EQ(5, policy->diagnostics.total[EMBARGO_ERROR]);
	EXPECT_EQ(1, policy->set.rule_count);
	embargo_policy_free(policy);
}

TEST(many_errors_are_counted)
{
	struct embargo_policy *policy = embargo_policy_new();
	char *text = NULL, *shown = NULL;
	size_t size, i;
	FILE *out = open_memstream(&text, &size);

	for (i = 0; i < 1000; i++)
		fputs("bann\n", out);
	fclose(out);
	ASSERT_EQ(-EINVAL, embargo_policy_read_buffer(policy, "x", text, size, 0));
	EXPECT_EQ(1000, policy->diagnostics.total[EMBARGO_ERROR]);
	EXPECT_EQ(EMBARGO_DIAGNOSTICS_MAX, policy->diagnostics.count);
	out = open_memstream(&shown, &size);
	embargo_diagnostics_format(&policy->diagnostics, EMBARGO_WARNING, out);
	fclose(out);
	EXPECT_NOT_NULL(strstr(shown, "and 900 more errors\n"));
	free(text);
	free(shown);
	embargo_policy_free(policy);
}

TEST(a_diagnostic_shows_line_and_caret)
{
	static const char text[] = "\tban vendor \"\xc3\xa4\" x=1\n";
	struct embargo_policy *policy = embargo_policy_new();
	char *shown = NULL;
	size_t size;
	FILE *out;

	ASSERT_EQ(-EINVAL, embargo_policy_read_buffer(policy, "a\x1b.policy", text, strlen(text), 0));
	out = open_memstream(&shown, &size);
	embargo_diagnostic_format(&policy->diagnostics.list[0], out);
	fclose(out);
	EXPECT_STREQ("a?.policy:1:17: error: vendor rules have no key `x'\n"
		     "    \tban vendor \"\xc3\xa4\" x=1\n"
		     "    \t               ^\n"
		     "    hint: vendor rules know name= reason= source= authority= scope= effective= cpe= "
		     "expires=\n",
		     shown);
	free(shown);
	embargo_policy_free(policy);
}

TEST(a_line_can_be_too_long)
{
	struct embargo_policy *policy = embargo_policy_new();
	size_t size = EMBARGO_LINE_MAX * 3;
	char *text = malloc(size);

	memset(text, 'a', size);
	memcpy(text + size - 6, "\nbann\n", 6);
	ASSERT_EQ(-EINVAL, embargo_policy_read_buffer(policy, "x", text, size, 0));
	ASSERT_EQ(2, policy->diagnostics.count);
	EXPECT_STREQ("line that is too long", policy->diagnostics.list[0].message);
	EXPECT_EQ(2, policy->diagnostics.list[1].line);
	free(text);
	embargo_policy_free(policy);
}

static void check_long(const char *before, size_t size, const char *after, const char *message)
{
	struct embargo_policy *policy = embargo_policy_new();
	char *text = NULL;
	size_t text_size, i;
	FILE *out;
	int r;

	out = open_memstream(&text, &text_size);
	fputs(before, out);
	for (i = 0; i < size; i++)
		fputc('x', out);
	fputs(after, out);
	fclose(out);
	r = embargo_policy_read_buffer(policy, "x", text, text_size, 0);
	EXPECT_EQ(message ? -EINVAL : 0, r);
	if (message && policy->diagnostics.count)
		EXPECT_NOT_NULL(strstr(policy->diagnostics.list[0].message, message))
		{
			TH_LOG("%s", policy->diagnostics.list[0].message);
		}
	free(text);
	embargo_policy_free(policy);
}

TEST(values_can_be_too_long)
{
	check_long("ban module name=", 250, "", NULL);
	check_long("ban module name=", 251, "", "longer than 255 bytes with its key");
	check_long("ban vendor ", 4095, "", NULL);
	check_long("ban vendor ", 4096, "", "longer than 4095 bytes");
	check_long("ban vendor \"", 4095, "\"", NULL);
	check_long("ban vendor \"", 4096, "\"", "longer than 4095 bytes");
	check_long("ban vendor ", 127, "=y", "no key");
	check_long("ban vendor ", 128, "=y", "longer than 127 bytes");
	check_long("ban signer skid=", 0,
		   "abababababababababababababababababababababababababababababababababab", "wrong length");
	check_long("ban signer issuer=\"CN=", 4000, "\" serial=1", NULL);
	check_long("ban signer issuer=\"CN=\\\",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,",
		   4030, "\\\"\" serial=1", "issuer is too long");
}

TEST_HARNESS_MAIN
