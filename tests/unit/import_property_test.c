// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Of every importer, with random feeds: each entry that is written is counted, and all that is counted is
 * taken, a duplicate, or skipped for a cause. The seed is printed, and may be given as EMBARGO_SEED.
 */
#include "tests/harness.h"

#include "import_text.h"

#define FEEDS 60   /* of each format */
#define ENTRIES 40 /* at most, of one feed */

static __u64 state;

/* xorshift64: the same numbers everywhere */
static unsigned int below(unsigned int most)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % most;
}

static void digits(char *text, size_t count, unsigned int seed)
{
	size_t i;

	for (i = 0; i < count; i++)
		text[i] = (seed & 1 ? "0123456789abcdef"
				    : "0123456789ABCDEF")[(seed * 7919 + i * (seed + 3)) % 16];
	text[count] = 0;
}

/* What feeds hold where a SHA-256 is wanted: often one, from a pool so small that some come again. */
static const char *value(char text[200])
{
	static const char *const odd[] = {
		"",  "n/a", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "example.org",
		"0", "zz"};

	switch (below(6)) {
	case 0:
		digits(text, 32, below(9));
		return text;
	case 1:
		digits(text, 40, below(9));
		return text;
	case 2:
		return odd[below(sizeof(odd) / sizeof(odd[0]))];
	default:
		digits(text, 64, below(30));
		return text;
	}
}

struct format {
	enum embargo_import_format format;
	const char *head, *entry, *between, *tail; /* .entry has one %s */
};

static const struct format formats[] = {
	{EMBARGO_IMPORT_CSV, "sha256,size,name\n", "%s,1,x\n", "", ""},
	{EMBARGO_IMPORT_SHA256SUM, "", "%s  name\n", "", ""},
	{EMBARGO_IMPORT_CLAMAV, "", "%s:12:Name\n", "", ""},
	{EMBARGO_IMPORT_STIX, "{\"type\":\"bundle\",\"objects\":[",
	 "{\"type\":\"indicator\",\"pattern_type\":\"stix\",\"pattern\":\"[file:hashes.'SHA-256' = '%s']\"}",
	 ",", "]}"},
	{EMBARGO_IMPORT_STIX, "{\"type\":\"bundle\",\"objects\":[",
	 "{\"type\":\"file\",\"name\":\"x\",\"hashes\":{\"SHA-256\":\"%s\"}}", ",", "]}"},
	{EMBARGO_IMPORT_MISP, "{\"Event\":{\"info\":\"x\",\"Attribute\":[",
	 "{\"type\":\"sha256\",\"value\":\"%s\"}", ",", "]}}"},
	{EMBARGO_IMPORT_MISP, "{\"Event\":{\"info\":\"x\",\"Attribute\":[",
	 "{\"type\":\"filename|sha256\",\"value\":\"a|%s\",\"to_ids\":false}", ",", "]}}"},
	{EMBARGO_IMPORT_LOLDRIVERS, "[{\"Id\":\"x\",\"KnownVulnerableSamples\":[",
	 "{\"SHA256\":\"%s\",\"MD5\":\"x\"}", ",", "]}]"},
	{EMBARGO_IMPORT_SANTA, "{\"rules\":[",
	 "{\"identifier\":\"%s\",\"policy\":\"BLOCKLIST\",\"rule_type\":\"BINARY\"}", ",", "]}"},
	{EMBARGO_IMPORT_SANTA, "{\"rules\":[",
	 "{\"identifier\":\"%s\",\"policy\":\"BLOCKLIST\",\"rule_type\":\"CERTIFICATE\"}", ",", "]}"},
	{EMBARGO_IMPORT_APPCONTROL, "<SiPolicy><FileRules>", "<Deny ID=\"d\" Hash=\"%s\"/>", "",
	 "</FileRules></SiPolicy>"},
	{EMBARGO_IMPORT_APPCONTROL, "<SiPolicy><Signers>",
	 "<Signer ID=\"s\" Name=\"n\"><CertRoot Type=\"TBS\" Value=\"%s\"/></Signer>", "",
	 "</Signers><DeniedSigners><DeniedSigner SignerId=\"s\"/></DeniedSigners></SiPolicy>"},
	{EMBARGO_IMPORT_SBOM, "{\"bomFormat\":\"CycloneDX\",\"components\":[",
	 "{\"name\":\"x\",\"hashes\":[{\"alg\":\"SHA-256\",\"content\":\"%s\"}]}", ",", "]}"},
	{EMBARGO_IMPORT_SBOM, "{\"spdxVersion\":\"SPDX-2.3\",\"packages\":[",
	 "{\"name\":\"x\",\"supplier\":\"Organization: %s\"}", ",", "]}"},
};

static unsigned int feed_write(const struct format *format, FILE *out)
{
	unsigned int count = below(ENTRIES) + 1, i;
	char text[200];

	fputs(format->head, out);
	for (i = 0; i < count; i++) {
		fputs(i ? format->between : "", out);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		fprintf(out, format->entry, value(text));
#pragma GCC diagnostic pop
	}
	fputs(format->tail, out);
	return count;
}

static void feed_check(size_t number)
{
	_cleanup_free_ char *text = NULL;
	struct imported imported = {};
	size_t size;
	FILE *out = open_memstream(&text, &size);
	unsigned int count;

	ASSERT_NOT_NULL(out);
	count = feed_write(&formats[number], out);
	ASSERT_EQ(0, fclose(out));
	import_options.format = formats[number].format;
	imported = import_bytes("feed", text, size);
	EXPECT_EQ(count, imported.counts->entries)
	{
		TH_LOG("number %zu, %s", number, text);
	}
	EXPECT_EQ(imported.counts->entries, embargo_import_sum(imported.counts))
	{
		TH_LOG("number %zu, %s", number, text);
	}
	imported_free(&imported);
}

TEST_TIMEOUT(taken_and_skipped_are_all, 300)
{
	const char *given = getenv("EMBARGO_SEED");
	size_t i, j;

	state = given ? strtoull(given, NULL, 0) : 20260119;
	TH_LOG("seed %llu", (unsigned long long)state);
	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		for (j = 0; j < FEEDS; j++)
			feed_check(i);
}

TEST_HARNESS_MAIN
