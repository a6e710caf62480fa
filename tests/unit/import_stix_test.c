// SPDX-License-Identifier: GPL-2.0-or-later
/* STIX bundles, the patterns in them, and the walk through JSON that all JSON feeds share. */
#include "tests/harness.h"

#include "import_text.h"
#include "policy/import/stix.h"

#define BUNDLE(objects) "{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":[" objects "]}"

TEST(indicators_and_files)
{
	IMPORTED i = import_text(
		"b.json", BUNDLE("{\"type\":\"identity\",\"name\":\"x\"},"
				 "{\"type\":\"indicator\",\"id\":\"indicator--1\",\"name\":\"bad\",\"pattern_"
				 "type\":\"stix\","
				 "\"pattern\":\"[file:hashes.'SHA-256' = '" HEX_A "' AND file:size = 7]\","
				 "\"valid_until\":\"2027-01-01T00:00:00Z\"},"
				 "{\"type\":\"file\",\"id\":\"file--2\",\"name\":\"b\",\"size\":9,"
				 "\"hashes\":{\"MD5\":\"" HEX_MD5 "\",\"SHA-256\":\"" HEX_B
				 "\"},\"mime_type\":\"application/x-dosexec\"}"));

	EXPECT_EQ(2, i.counts->rules);
	EXPECT_EQ(0, i.counts->unsized);
	EXPECT_LINE(i, "ban hash sha256:" HEX_A
		       " size=7 reason=\"bad\" source=\"b.json: indicator--1\" expires=2027-01-01");
	EXPECT_LINE(i, "ban hash sha256:" HEX_B " size=9 format=pe name=\"b\" source=\"b.json: file--2\"");
}

TEST(what_makes_no_rule)
{
	IMPORTED i = import_text(
		"b.json",
		BUNDLE("{\"type\":\"indicator\",\"revoked\":true,\"pattern\":\"[file:hashes.'SHA-256' = "
		       "'" HEX_A "']\"},"
		       "{\"type\":\"indicator\",\"indicator_types\":[\"benign\"],\"pattern\":\"[file:hashes.'"
		       "SHA-256' = '" HEX_A "']\"},"
		       "{\"type\":\"indicator\",\"valid_until\":\"2025-01-01\",\"pattern\":\"[file:hashes.'"
		       "SHA-256' = '" HEX_A "']\"},"
		       "{\"type\":\"indicator\",\"pattern_type\":\"yara\",\"pattern\":\"rule x {}\"},"
		       "{\"type\":\"indicator\",\"pattern\":\"[ipv4-addr:value = '192.0.2.1']\"},"
		       "{\"type\":\"indicator\",\"pattern\":\"[file:name = 'x']\"},"
		       "{\"type\":\"indicator\",\"pattern\":\"[file:hashes.MD5 = '" HEX_MD5 "']\"},"
		       "{\"type\":\"indicator\",\"pattern\":\"[file:hashes.'SHA-256' = '" HEX_A "\"},"
		       "{\"type\":\"indicator\"},"
		       "{\"type\":\"file\",\"name\":\"n\"},"
		       "{\"type\":\"file\",\"hashes\":{\"SHA-1\":\"" HEX_SHA1 "\"}},"
		       "{\"type\":\"url\",\"value\":\"x\"},"
		       "{\"no\":\"type\"},[],7,null,"
		       "{\"type\":\"observed-data\",\"objects\":{\"0\":{\"type\":\"file\",\"hashes\":{"
		       "\"SHA256\":\"" HEX_B "\"}}}}"));

	EXPECT_EQ(1, i.counts->rules);
	EXPECT_EQ(3, i.counts->causes[EMBARGO_IMPORT_INACTIVE]);
	EXPECT_EQ(3, i.counts->causes[EMBARGO_IMPORT_OTHER_KIND]);
	EXPECT_EQ(2, i.counts->causes[EMBARGO_IMPORT_NO_HASH]);
	EXPECT_EQ(2, i.counts->causes[EMBARGO_IMPORT_WEAK]);
	EXPECT_EQ(6, i.counts->causes[EMBARGO_IMPORT_MALFORMED]);
}

/* Each way is written `sha256 w:weak s:size n:name !`, ! for more than a rule can say, ways joined by `|'. */
static const struct {
	const char *pattern;
	const char *ways; /* NULL: not a pattern */
} patterns[] = {
	{"[file:hashes.'SHA-256' = 'a']", "a"},
	{"[file:hashes.\"SHA-256\" = 'a']", "a"},
	{"[file:hashes.SHA256='a']", "a"},
	{" [ file:hashes.'sha-256' = 'a' ] ", "a"},
	{"[file:hashes.MD5 = 'a']", "w:a"},
	{"[file:hashes.MD5 = 'm' AND file:hashes.'SHA-256' = 'a']", "a w:m"},
	{"[file:hashes.'SHA-256' = 'a' OR file:hashes.'SHA-256' = 'b']", "a|b"},
	{"[file:hashes.'SHA-256' = 'a'] OR [file:hashes.'SHA-256' = 'b']", "a|b"},
	{"[file:hashes.'SHA-256' IN ('a', 'b','c')]", "a|b|c"},
	{"[file:hashes.'SHA-256' = 'a' AND file:size = 12 AND file:name = 'x y']", "a s:12 n:x y"},
	{"[file:name = 'n' AND (file:hashes.'SHA-256' = 'a' OR file:hashes.'SHA-256' = 'b')]", "a n:n|b n:n"},
	{"[file:hashes.'SHA-256' = 'a' OR file:name = 'n' AND file:size = 1]", "a|s:1 n:n"},
	{"[file:name = 'it\\'s \\\\ fine' AND file:hashes.'SHA-256' = 'a']", "a n:it's \\ fine"},
	{"[file:hashes.'SHA-256' = 'a' AND file:hashes.'SHA-256' = 'b']", "a !"},
	{"[file:hashes.'SHA-256' = 'a' AND file:size > 12]", "a"},
	{"[file:hashes.'SHA-256' != 'a']", "a !"},
	{"[file:hashes.'SHA-256' NOT = 'a']", "a !"},
	{"[file:hashes.'SHA-256' NOT IN ('a')]", "a !"},
	{"[file:hashes.'SHA-256' LIKE 'a%']", "a% !"},
	{"[file:hashes.'SHA-256' = 'a' AND file:parent_directory_ref.path = '/tmp']", "a"},
	{"[file:hashes.'SHA-256' = 'a' AND EXISTS file:name]", "a"},
	{"[file:hashes.'SHA-256' = 'a' AND file:name != 'x']", "a n:x !"},
	{"[file:hashes.'SHA-256' = 'a' AND file:extensions.'windows-pebinary-ext'.sections[0].name = '.t']",
	 "a"},
	{"[file:hashes.'SHA-256' = 'a'] OR [domain-name:resolves_to_refs[*].value = '192.0.2.1']", "a|!"},
	{"[email-message:to_refs[0].value = 'x']", "!"},
	{"[file:hashes.'SHA-256' = 'a' AND url:value = 'u']", "a !"},
	{"[file:hashes.'SHA-256' <> 'a']", "a !"},
	{"[file:hashes.'SHA-256' = 'a'] AND [file:hashes.'SHA-256' = 'b']", "a !|b !"},
	{"[file:hashes.'SHA-256' = 'a'] FOLLOWEDBY [url:value = 'b']", "a !|!"},
	{"[file:hashes.'SHA-256' = 'a'] WITHIN 5 SECONDS", "a !"},
	{"[file:hashes.'SHA-256' = 'a'] REPEATS 3 TIMES OR [file:hashes.'SHA-256' = 'b']", "a !|b"},
	{"[file:hashes.'SHA-256' = 'a'] START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'", "a !"},
	{"([file:hashes.'SHA-256' = 'a'] AND [url:value = 'u']) OR [file:hashes.'SHA-256' = 'b']", "a !|!|b"},
	{"[domain-name:value = 'x']", "!"},
	{"", NULL},
	{"[", NULL},
	{"[]", NULL},
	{"file:hashes.'SHA-256' = 'a'", NULL},
	{"[file:hashes.'SHA-256' = 'a'", NULL},
	{"[file:hashes.'SHA-256' = 'a", NULL},
	{"[file:hashes.'SHA-256' = ]", NULL},
	{"[file:hashes.'SHA-256' 'a']", NULL},
	{"[file:hashes.'SHA-256' = 'a' AND]", NULL},
	{"[file:hashes.'SHA-256' = 'a' OR OR file:size = 1]", NULL},
	{"[file:hashes.'SHA-256' IN 'a']", NULL},
	{"[file:hashes.'SHA-256' IN ('a' 'b')]", NULL},
	{"[file:hashes.'SHA-256' IN ()]", NULL},
	{"[file:hashes.'SHA-256' = 'a']]", NULL},
	{"[file:hashes.'SHA-256' = 'a'] AND", NULL},
	{"[(file:hashes.'SHA-256' = 'a']", NULL},
	{"[((((((((((((((((((((((((((((((((((((((((file:size = 1))))))))))))))))))))))))))))))))))))))))]",
	 NULL},
};

static char *ways_text(const struct embargo_pattern *pattern)
{
	char *text = NULL;
	size_t size, n;
	FILE *out = open_memstream(&text, &size);

	ASSERT_NOT_NULL(out);
	for (n = 0; n < pattern->count; n++) {
		const struct embargo_pattern_way *way = &pattern->ways[n];
		bool first = true;

#define PUT(...)                                                                                             \
	do {                                                                                                 \
		fputs(first ? n ? "|" : "" : " ", out);                                                      \
		fprintf(out, __VA_ARGS__);                                                                   \
		first = false;                                                                               \
	} while (0)
		if (way->sha256)
			PUT("%s", way->sha256);
		if (way->weak)
			PUT("w:%s", way->weak);
		if (way->size)
			PUT("s:%s", way->size);
		if (way->name)
			PUT("n:%s", way->name);
		if (way->more)
			PUT("!");
	}
	fclose(out);
	return text;
}

TEST(patterns_and_their_ways)
{
	size_t n;

	for (n = 0; n < sizeof(patterns) / sizeof(patterns[0]); n++) {
		struct embargo_pattern pattern = {};
		char *text;

		EXPECT_EQ(patterns[n].ways ? 0 : -EINVAL,
			  embargo_pattern_parse(patterns[n].pattern, &pattern))
		{
			TH_LOG("%s", patterns[n].pattern);
		}
		text = ways_text(&pattern);
		EXPECT_STREQ(patterns[n].ways ?: "", text)
		{
			TH_LOG("%s", patterns[n].pattern);
		}
		free(text);
		embargo_pattern_free(&pattern);
	}
}

/* (a OR b) AND (c OR d) AND … has 2^n ways: refused soon, not after hours. */
TEST_TIMEOUT(a_pattern_that_multiplies, 10)
{
	struct embargo_pattern pattern = {};
	char text[4096] = "[";
	int n;

	for (n = 0; n < 40; n++)
		sprintf(text + strlen(text), "%s(file:size = 1 OR file:size = 2)", n ? " AND " : "");
	strcat(text, "]");
	EXPECT_EQ(-EINVAL, embargo_pattern_parse(text, &pattern));
	EXPECT_NULL(pattern.ways);
}

#define FILE1(hashes)                                                                                        \
	"{\"object\":{\"properties\":{\"xsi:type\":\"FileObjectType\",\"hashes\":[" hashes "]}}}"
#define HASH1(type, value)                                                                                   \
	"{\"type\":{\"value\":\"" type                                                                       \
	"\"},\"simple_hash_value\":{\"condition\":\"Equals\",\"value\":" value "}}"

TEST(stix_1_in_json)
{
	IMPORTED i = import_text(
		"p.json",
		"{\"id\":\"x:1\",\"version\":\"1.1.1\",\"indicators\":["
		"{\"id\":\"x:i\",\"title\":\"bad\",\"observable\":" FILE1(
			HASH1("MD5", "\"" HEX_MD5 "\"") "," HASH1(
				"SHA256",
				"\"" HEX_A "##comma##" HEX_B
				"\"")) "},"
				       "{\"negate\":true,\"observable\":" FILE1(HASH1(
					       "SHA256",
					       "\"" HEX_C
					       "\"")) "}],"
						      "\"observables\":{\"cybox_major_version\":\"2\","
						      "\"observables\":["
						      "{\"observable_composition\":{\"operator\":\"OR\","
						      "\"observables\":[" FILE1(HASH1(
							      "SHA256",
							      "[\"" HEX_C
							      "\"]")) ","
								      "{\"object\":{\"properties\":{\"xsi:"
								      "type\":\"AddressObjectType\"}}}]}}"
								      "," FILE1(HASH1("SHA1", "\"" HEX_SHA1
											      "\"")) "]}}");

	EXPECT_EQ(3, i.counts->rules);
	EXPECT_LINE(i, "ban hash sha256:" HEX_B " reason=\"bad\" source=\"p.json: x:i\"");
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_CONDITION]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_OTHER_KIND]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_WEAK]);
	EXPECT_EQ(6, i.counts->entries);
}

static const struct {
	const char *text;
	const char *message;
} broken[] = {
	{"{\"objects\":[", "b.json:1 (byte 12): a value is to follow, but the file ends"},
	{"{\"objects\":[{\"type\":\"file\"}", "an element is to be followed by , or ], but the file ends"},
	{"{\"objects\":[{\"type\":\"file\"} {}]}", "an element is to be followed by , or ]"},
	{"{\"objects\":[\n{\"type\":\"file\",}]}", "b.json:2 (byte 2"},
	{"{\"objects\":[{\"type\":\"fi", "the string is to end in a quote, but the file ends"},
	{"{\"objects\":[{\"type\":1", "a container is to end in } or ], but the file ends"},
	{"{\"objects\":[{\"a\":[}]}]}", "unexpected token"},
	{"{\"objects\":[nul]}", "invalid token"},
	{"{\"objects\":[,]}", "b.json:1 (byte"},
	{"{\"objects\" [1]}", "a : is to follow the name of a member"},
	{"{objects:[1]}", "a member is to begin with its name in quotes"},
	{"{\"objects\":[]} x", "nothing is to follow the end"},
	{"{\"objects\":[\"\\u0000\"]}", "\\u0000 is not allowed"},
	{"{\"objects\":[\"\xff\"]}", "unable to decode byte 0xff"},
	{"{\"objects\":[1] \"b\":2}", "a member is to be followed by , or }"},
	{"7", "JSON is to begin with { or ["},
	{"", "JSON is to begin with { or [, but the file ends"},
	{"{\"objects\":{}}", "nothing that is listed can become a rule"},
};

TEST(broken_json)
{
	size_t n;

	import_options.format = EMBARGO_IMPORT_STIX;
	for (n = 0; n < sizeof(broken) / sizeof(broken[0]); n++) {
		IMPORTED i = import_text("b.json", broken[n].text);

		EXPECT_REFUSED(i, broken[n].message);
	}
}

TEST(json_that_is_nested_deep)
{
	char *text = malloc(200002);
	int n;

	ASSERT_NOT_NULL(text);
	for (n = 0; n < 100000; n++) {
		text[n] = '[';
		text[100000 + n] = ']';
	}
	text[200000] = 0;
	import_options.format = EMBARGO_IMPORT_STIX;
	{
		IMPORTED i = import_text("b.json", text);

		EXPECT_REFUSED(i, "maximum parsing depth reached");
	}
	free(text);
}

TEST(json_with_one_huge_value)
{
	const size_t size = 17 << 20;
	char *text = malloc(size + 64);
	size_t used = sprintf(text, "{\"objects\":[\"");

	ASSERT_NOT_NULL(text);
	memset(text + used, 'a', size);
	strcpy(text + used + size, "\"]}");
	{
		IMPORTED i = import_text("b.json", text);

		EXPECT_REFUSED(i, "one value of more than 16 MiB");
	}
	free(text);
}

/* A key cannot pass for a path. */
TEST(keys_like_paths)
{
	IMPORTED i = import_text(
		"b.json",
		"{\"spec_version\":1,\"objects/*\":{\"type\":\"file\",\"hashes\":{\"SHA-256\":\"" HEX_A
		"\"}},"
		"\"\":[{\"type\":\"file\",\"hashes\":{\"SHA-256\":\"" HEX_B "\"}}],"
		"\"objects\":[{\"type\":\"file\",\"hashes\":{\"SHA-256\":\"" HEX_C "\"}}]}");

	EXPECT_EQ(1, i.counts->rules);
	EXPECT_LINE(i, "ban hash sha256:" HEX_C " source=\"b.json\"");
}

TEST_HARNESS_MAIN
