// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A policy of Microsoft App Control (WDAC): everything is allowed but what denied signers signed, named by
 * the hash of what was signed of their certificates. Its hashes are of files without their signature, which
 * no rule of ours has. It is in audit mode; its identifier follows from its rules.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "policy/cleanup.h"
#include "policy/export/private.h"
#include "policy/uuid.h"

struct denied {
	FILE *signers; /* the list of who is denied comes behind them */
	char *text;
	size_t size;
	__u32 count;
};

static int begin(struct embargo_export *export)
{
	struct denied *denied = calloc(1, sizeof(*denied));

	export->data = denied;
	if (denied)
		denied->signers = open_memstream(&denied->text, &denied->size);
	return denied && denied->signers ? 0 : -ENOMEM;
}

static void clear(struct embargo_export *export)
{
	struct denied *denied = export->data;

	if (denied && denied->signers)
		fclose(denied->signers);
	if (denied)
		free(denied->text);
	free(denied);
}

static int write_rule(struct embargo_export *export, const struct embargo_rule *rule)
{
	struct denied *denied = export->data;
	char hex[EMBARGO_EXPORT_HEX], title[200];

	if (rule->match != EMBARGO_MATCH_TBS_SHA256)
		return embargo_export_note(export, rule, EMBARGO_EXPORT_NO_KIND);
	fprintf(denied->signers, "    <Signer ID=\"ID_SIGNER_D_%" PRIu32 "\" Name=\"", ++denied->count);
	embargo_export_xml(embargo_export_title(export->set, rule, title, sizeof(title)), denied->signers);
	fprintf(denied->signers, "\">\n      <CertRoot Type=\"TBS\" Value=\"%s\"/>\n    </Signer>\n",
		embargo_export_hex(rule, hex));
	return ferror(denied->signers) ? -ENOMEM : 0;
}

/* Of drivers (131) and of programs (12) alike. */
static void scenario_put(const struct denied *denied, int value, FILE *out)
{
	__u32 i;

	fprintf(out,
		"    <SigningScenario Value=\"%d\" ID=\"ID_SIGNINGSCENARIO_%d\" FriendlyName=\"%s\">\n"
		"      <ProductSigners>\n        <DeniedSigners>\n",
		value, value, value == 131 ? "drivers" : "programs");
	for (i = 1; i <= denied->count; i++)
		fprintf(out, "          <DeniedSigner SignerId=\"ID_SIGNER_D_%" PRIu32 "\"/>\n", i);
	fprintf(out,
		"        </DeniedSigners>\n        <FileRulesRef>\n          <FileRuleRef "
		"RuleID=\"ID_ALLOW_A_%d\"/>\n"
		"        </FileRulesRef>\n      </ProductSigners>\n    </SigningScenario>\n",
		value);
}

static int end(struct embargo_export *export)
{
	struct denied *denied = export->data;
	char uuid[EMBARGO_UUID_TEXT];
	FILE *out = export->out;
	int r = fflush(denied->signers) ? -ENOMEM : embargo_uuid(denied->text, denied->size, uuid);

	if (r)
		return r;
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
		"<SiPolicy xmlns=\"urn:schemas-microsoft-com:sipolicy\" PolicyType=\"Base Policy\">\n"
		"  <VersionEx>1.0.0.0</VersionEx>\n"
		"  <PolicyID>{%s}</PolicyID>\n  <BasePolicyID>{%s}</BasePolicyID>\n"
		"  <PlatformID>{2E07F7E4-194C-4D20-B7C9-6F44A6C5A234}</PlatformID>\n"
		"  <Rules>\n"
		"    <Rule>\n      <Option>Enabled:Unsigned System Integrity Policy</Option>\n    </Rule>\n"
		"    <Rule>\n      <Option>Enabled:Audit Mode</Option>\n    </Rule>\n"
		"    <Rule>\n      <Option>Enabled:UMCI</Option>\n    </Rule>\n"
		"  </Rules>\n  <EKUs/>\n  <FileRules>\n"
		"    <Allow ID=\"ID_ALLOW_A_131\" FriendlyName=\"all drivers\" FileName=\"*\"/>\n"
		"    <Allow ID=\"ID_ALLOW_A_12\" FriendlyName=\"all programs\" FileName=\"*\"/>\n"
		"  </FileRules>\n  <Signers>\n%s  </Signers>\n  <SigningScenarios>\n",
		uuid, uuid, denied->text);
	scenario_put(denied, 131, out);
	scenario_put(denied, 12, out);
	fputs("  </SigningScenarios>\n  <UpdatePolicySigners/>\n  <CiSigners/>\n"
	      "  <HvciOptions>0</HvciOptions>\n</SiPolicy>\n",
	      out);
	return 0;
}

const struct embargo_exporter embargo_exporter_appcontrol = {
	.name = "appcontrol",
	.loses = 1U << EMBARGO_EXPORT_EXPIRES,
	.begin = begin,
	.rule = write_rule,
	.end = end,
	.clear = clear,
};
