// SPDX-License-Identifier: GPL-2.0-or-later
/* The rules of a server as lines of a policy, and as JSON to keep them. */
#include <errno.h>
#include <string.h>

#include "policy/policy.h"
#include "policy/sync/private.h"

static const char *const words[] = {
	[EMBARGO_SYNC_REMOVE] = "REMOVE",
	[EMBARGO_SYNC_ALLOW] = "ALLOWLIST",
	[EMBARGO_SYNC_BLOCK] = "BLOCKLIST",
	[EMBARGO_SYNC_SILENT_BLOCK] = "SILENT_BLOCKLIST",
};

static void digest_write(FILE *out, const struct embargo_sync_rule *rule)
{
	size_t i;

	for (i = 0; i < sizeof(rule->digest); i++)
		fprintf(out, "%02x", rule->digest[i]);
}

static void text_write(FILE *out, const char *key, const char *text)
{
	if (!text || !*text)
		return;
	fprintf(out, " %s=", key);
	embargo_quote(out, text, strlen(text));
}

int embargo_sync_rules_policy(const struct embargo_sync_rules *rules, const char *source, char **ret_text,
			      size_t *ret_size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_size);
	bool failed;
	size_t i;

	if (!out)
		return -ENOMEM;
	for (i = 0; i < rules->count; i++) {
		const struct embargo_sync_rule *rule = &rules->list[i];

		fprintf(out, "%s %s", rule->policy == EMBARGO_SYNC_ALLOW ? "allow" : "ban",
			rule->kind == EMBARGO_SYNC_BINARY ? "hash sha256:" : "signer cert-sha256=");
		digest_write(out, rule);
		text_write(out, "reason", rule->message);
		text_write(out, "source", source);
		fputc('\n', out);
	}
	failed = ferror(out);
	if (fclose(out) || failed) {
		free(text);
		return -ENOMEM;
	}
	*ret_text = text;
	return 0;
}

void embargo_sync_rules_write(const struct embargo_sync_rules *rules, FILE *out)
{
	size_t i;

	fputs("{\"rules\": [", out);
	for (i = 0; i < rules->count; i++) {
		const struct embargo_sync_rule *rule = &rules->list[i];
		json_t *message = rule->message ? json_string(rule->message) : NULL;
		char *quoted = message ? json_dumps(message, JSON_ENCODE_ANY) : NULL;

		fprintf(out, "%s\n{\"rule_type\": \"%s\", \"policy\": \"%s\", \"identifier\": \"",
			i ? "," : "", rule->kind == EMBARGO_SYNC_BINARY ? "BINARY" : "CERTIFICATE",
			words[rule->policy]);
		digest_write(out, rule);
		fprintf(out, "\"%s%s}", quoted ? ", \"custom_msg\": " : "", quoted ?: "");
		free(quoted);
		json_decref(message);
	}
	fputs("\n]}\n", out);
}
