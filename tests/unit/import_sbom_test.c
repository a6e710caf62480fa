// SPDX-License-Identifier: GPL-2.0-or-later
/* Bills of materials: rules by hash, proposals for the rest, and what falls under a policy. */
#include "tests/harness.h"

#include "import_text.h"

#define HASH(digits)                                                                                         \
	"\"hashes\":[{\"alg\":\"MD5\",\"content\":\"" HEX_MD5                                                \
	"\"},{\"alg\":\"SHA-256\",\"content\":\"" digits "\"}]"
#define CYCLONEDX                                                                                            \
	"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"metadata\":{\"component\":{\"type\":"        \
	"\"application\","                                                                                   \
	"\"name\":\"suite\",\"version\":\"1\"," HASH(                                                        \
		HEX_A) "}},\"components\":["                                                                 \
		       "{\"type\":\"library\",\"name\":\"engine\",\"version\":\"2\",\"purl\":\"pkg:generic/" \
		       "engine@2\"," HASH(                                                                   \
			       HEX_B) ",\"components\":["                                                    \
				      "{\"type\":\"file\",\"name\":\"inside\",\"cpe\":\"cpe:2.3:a:example:"  \
				      "engine:2:*:*:*:*:*:*:*\"," HASH(                                      \
					      HEX_C) "}]},"                                                  \
						     "{\"type\":\"library\",\"name\":\"x\",\"purl\":\"pkg:"  \
						     "deb/debian/agent%2B1@1.0?arch=amd64\"},"               \
						     "{\"type\":\"library\",\"name\":\"y\",\"supplier\":{"   \
						     "\"name\":\"Example \\\"Lab\\\" JSC\"}},"               \
						     "{\"type\":\"library\",\"name\":\"z\",\"publisher\":"   \
						     "\"Example \\\"Lab\\\" JSC\"},"                         \
						     "{\"type\":\"library\",\"name\":\"weak\",\"hashes\":[{" \
						     "\"alg\":\"SHA-1\",\"content\":\"" HEX_SHA1 "\"}]},"    \
						     "{\"type\":\"library\",\"name\":\"nothing\"}]}"

#define SPDX                                                                                                 \
	"{\"spdxVersion\":\"SPDX-2.3\",\"packages\":[{\"name\":\"agent\",\"versionInfo\":\"3\","             \
	"\"supplier\":"                                                                                      \
	"\"Organization: Example Lab "                                                                       \
	"(a@example.org)\",\"checksums\":[{\"algorithm\":\"SHA1\",\"checksumValue\":"                        \
	"\"" HEX_SHA1                                                                                        \
	"\"}],\"externalRefs\":[{\"referenceType\":\"purl\",\"referenceLocator\":\"pkg:rpm/x/agent@3\"}]},"  \
	"{\"name\":\"other\",\"supplier\":\"NOASSERTION\",\"originator\":\"Person: Some One\"}],"            \
	"\"files\":[{\"fileName\":\"./bin/"                                                                  \
	"agent\",\"checksums\":[{\"algorithm\":\"SHA256\",\"checksumValue\":\"" HEX_A "\"}]}]}"

TEST(cyclonedx)
{
	IMPORTED imported = import_text("sbom", CYCLONEDX);

	EXPECT_EQ(8, imported.counts->entries);
	EXPECT_EQ(3, imported.counts->rules);
	EXPECT_EQ(1, imported.counts->duplicates);
	EXPECT_EQ(2, imported.counts->causes[EMBARGO_IMPORT_PROPOSED]);
	EXPECT_EQ(1, imported.counts->causes[EMBARGO_IMPORT_WEAK]);
	EXPECT_EQ(1, imported.counts->causes[EMBARGO_IMPORT_NO_HASH]);
	EXPECT_LINE(imported, "ban hash sha256:" HEX_A " name=\"suite 1\" source=\"sbom\"");
	EXPECT_LINE(imported,
		    "ban hash sha256:" HEX_B " name=\"engine 2\" source=\"sbom: pkg:generic/engine@2\"");
	EXPECT_LINE(
		imported,
		"# ban package name=\"agent+1\" source=\"sbom: pkg:deb/debian/agent%2B1@1.0?arch=amd64\"");
	EXPECT_LINE(imported, "# ban vendor name=\"Example \\\"Lab\\\" JSC\" source=\"sbom\"");
}

TEST(spdx)
{
	IMPORTED imported = import_text("sbom", SPDX);

	EXPECT_EQ(3, imported.counts->entries);
	EXPECT_EQ(1, imported.counts->rules);
	EXPECT_LINE(imported, "ban hash sha256:" HEX_A " name=\"./bin/agent\" source=\"sbom\"");
	EXPECT_LINE(imported, "# ban package name=\"agent\" source=\"sbom: pkg:rpm/x/agent@3\"");
	EXPECT_LINE(imported, "# ban vendor name=\"Some One\" source=\"sbom\"");
}

TEST(proposals_alone_are_something)
{
	IMPORTED imported = import_text(
		"sbom",
		"{\"bomFormat\":\"CycloneDX\",\"components\":[{\"name\":\"y\",\"publisher\":\"X\"}]}");

	EXPECT_EQ(0, imported.r);
	EXPECT_EQ(0, imported.counts->rules);
	EXPECT_LINE(imported, "# ban vendor name=\"X\" source=\"sbom\"");
}

/* What of the first bill falls under @text, by what is kept of it. */
static void falls(const char *text, unsigned int rules, unsigned int proposals)
{
	struct embargo_policy *policy = embargo_policy_new();

	ASSERT_EQ(0, embargo_policy_read_buffer(policy, "p", text, strlen(text), 0));
	ASSERT_EQ(0, embargo_policy_check(policy, IMPORT_TIME));
	import_options.policy = &policy->set;
	{
		IMPORTED imported = import_text("sbom", CYCLONEDX);

		EXPECT_EQ(rules, imported.counts->rules);
		EXPECT_EQ(proposals, imported.counts->causes[EMBARGO_IMPORT_PROPOSED]);
		EXPECT_EQ(8, imported.counts->causes[EMBARGO_IMPORT_NOT_BANNED] + rules + proposals +
				     imported.counts->duplicates);
	}
	import_options.policy = NULL;
	embargo_policy_free(policy);
}

TEST(what_falls_under_a_policy)
{
	falls("ban hash sha256:" HEX_B "\n", 1, 0);
	falls("ban path \"/x\" cpe=\"cpe:/a:example:engine\"\n", 1, 0);
	falls("ban path \"/x\" cpe=\"cpe:/a:example:eng\"\n", 0, 0);
	falls("ban vendor \"Example*\"\n", 0, 1);
	falls("ban signer subject.o=\"Example \\\"Lab\\\" JSC\"\n", 0, 1);
	falls("ban package name=\"agent*\"\n", 0, 1);
	falls("allow vendor \"Example*\"\n", 0, 0);
	falls("ban package name=engine\n", 0, 0);
}

/* What a banned supplier's component contains is banned with it. */
TEST(what_a_banned_component_contains)
{
	static const char *const bills[] = {
		"{\"bomFormat\":\"CycloneDX\",\"components\":[{\"name\":\"suite\",\"publisher\":\"Example\","
		"\"components\":[{\"type\":\"file\",\"name\":\"in\",\"hashes\":[{\"alg\":\"SHA-256\","
		"\"content\":"
		"\"" HEX_A "\"}]}]},{\"type\":\"file\",\"name\":\"out\",\"hashes\":[{\"alg\":\"SHA-256\","
		"\"content\":\"" HEX_B "\"}]}]}",
		"{\"spdxVersion\":\"SPDX-2.3\",\"packages\":[{\"SPDXID\":\"p\",\"name\":\"suite\","
		"\"supplier\":"
		"\"Organization: Example\",\"hasFiles\":[\"f\"]}],\"files\":[{\"SPDXID\":\"f\",\"fileName\":"
		"\"in\",\"checksums\":[{\"algorithm\":\"SHA256\",\"checksumValue\":\"" HEX_A
		"\"}]},{\"SPDXID\":"
		"\"g\",\"fileName\":\"out\",\"checksums\":[{\"algorithm\":\"SHA256\",\"checksumValue\":"
		"\"" HEX_B "\"}]}]}",
		"{\"spdxVersion\":\"SPDX-2.3\",\"files\":[{\"SPDXID\":\"f\",\"fileName\":\"in\","
		"\"checksums\":[{"
		"\"algorithm\":\"SHA256\",\"checksumValue\":\"" HEX_A "\"}]},{\"SPDXID\":\"g\",\"fileName\":"
		"\"out\",\"checksums\":[{\"algorithm\":\"SHA256\",\"checksumValue\":\"" HEX_B "\"}]}],"
		"\"packages\":[{\"SPDXID\":\"p\",\"name\":\"suite\",\"supplier\":\"Organization: Example\"},"
		"{\"SPDXID\":\"q\",\"name\":\"other\"}],\"relationships\":[{\"spdxElementId\":\"p\","
		"\"relationshipType\":\"CONTAINS\",\"relatedSpdxElement\":\"f\"},{\"spdxElementId\":\"q\","
		"\"relationshipType\":\"CONTAINS\",\"relatedSpdxElement\":\"g\"}]}",
	};
	static const char text[] = "ban vendor \"Example\"\n";
	struct embargo_policy *policy = embargo_policy_new();

	ASSERT_EQ(0, embargo_policy_read_buffer(policy, "p", text, strlen(text), 0));
	ASSERT_EQ(0, embargo_policy_check(policy, IMPORT_TIME));
	import_options.policy = &policy->set;
	for (size_t i = 0; i < sizeof(bills) / sizeof(*bills); i++) {
		IMPORTED imported = import_text("sbom", bills[i]);

		EXPECT_EQ(1, imported.counts->rules);
		EXPECT_LINE(imported, "ban hash sha256:" HEX_A " name=\"in\" source=\"sbom\"");
		EXPECT_EQ(1 + (i == 2), imported.counts->causes[EMBARGO_IMPORT_NOT_BANNED]);
		EXPECT_EQ(1, imported.counts->causes[EMBARGO_IMPORT_PROPOSED]);
		EXPECT_EQ(3 + (i == 2), imported.counts->entries);
	}
	import_options.policy = NULL;
	embargo_policy_free(policy);
}

TEST(what_has_a_cpe_alone)
{
	IMPORTED imported =
		import_text("sbom", "{\"bomFormat\":\"CycloneDX\",\"components\":[{\"name\":\"y\","
				    "\"cpe\":\"cpe:2.3:a:x:y:1:*:*:*:*:*:*:*\"}],"
				    "\"services\":[{\"name\":\"s\"}]}");

	EXPECT_EQ(2, imported.counts->entries);
	EXPECT_EQ(1, imported.counts->causes[EMBARGO_IMPORT_OTHER_KIND]);
	EXPECT_LINE(imported, "# ban package name=\"y\" source=\"sbom: cpe:2.3:a:x:y:1:*:*:*:*:*:*:*\"");
}

TEST(nested_without_end)
{
	char text[4096] = "{\"bomFormat\":\"CycloneDX\",\"components\":[";
	int i;

	for (i = 0; i < 40; i++)
		strcat(text, "{\"name\":\"a\",\"components\":[");
	strcat(text, "{\"name\":\"a\"}");
	for (i = 0; i < 40; i++)
		strcat(text, "]}");
	strcat(text, "]}");
	IMPORTED imported = import_text("sbom", text);
	EXPECT_REFUSED(imported, "nested too deep");
}

TEST_HARNESS_MAIN
