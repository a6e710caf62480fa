// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Microsoft App Control (WDAC) policies. Their hashes are Authenticode hashes, of
 * a PE file without its signature: no rule can have them. What can be taken are
 * denied signers that are named by a certificate alone.
 */
#include <errno.h>
#include <string.h>

#include "policy/import/xml.h"

#define SIGNERS 16384 /* what a policy says of them comes after them, so they are kept */
#define DENIED 65536
#define ID_MAX 256

struct signer {
	__u64 key; /* of .id */
	char *id;
	char *name;
	char *tbs;	 /* digits */
	char *publisher; /* then the certificate belongs to a certificate authority */
	bool attributes; /* only files with certain attributes are meant */
	bool denied;
};

struct policy {
	struct embargo_xml xml;
	struct signer *signers;
	size_t count;
	size_t denied;
	bool in_denied;
	bool in_signer;
};

static void policy_close(struct policy *policy)
{
	embargo_xml_close(&policy->xml);
	for (; policy->count; policy->count--) {
		free(policy->signers[policy->count - 1].id);
		free(policy->signers[policy->count - 1].name);
		free(policy->signers[policy->count - 1].tbs);
		free(policy->signers[policy->count - 1].publisher);
	}
	free(policy->signers);
}

static char *attribute(struct policy *policy, const char *name)
{
	char text[ID_MAX];

	embargo_xml_attribute(&policy->xml, name, text, sizeof(text));
	return strdup(text);
}

static void set(struct policy *policy, char **ret_text, const char *name)
{
	free(*ret_text);
	*ret_text = attribute(policy, name);
}

static __u64 id_key(const char *id)
{
	__u64 hash = EMBARGO_FNV_START;

	for (; *id; id++)
		hash = embargo_fnv_byte(hash, *id);
	return hash;
}

static int begin_signer(struct policy *policy)
{
	struct signer *grown, *signer;

	if (policy->count == SIGNERS)
		return embargo_import_fail(policy->xml.feed->import, -E2BIG, "more than %u signers", SIGNERS);
	if (!(policy->count & (policy->count - 1))) { /* 0, or a power of two: it is full */
		grown = reallocarray(policy->signers, policy->count ? policy->count * 2 : 1, sizeof(*grown));
		if (!grown)
			return embargo_import_fail(policy->xml.feed->import, -ENOMEM, "%s", strerror(ENOMEM));
		policy->signers = grown;
	}
	signer = &policy->signers[policy->count++];
	*signer = (struct signer){.id = attribute(policy, "ID"), .name = attribute(policy, "Name")};
	if (!signer->id || !signer->name)
		return embargo_import_fail(policy->xml.feed->import, -ENOMEM, "%s", strerror(ENOMEM));
	signer->key = id_key(signer->id);
	return 0;
}

static void take_signer(struct policy *policy)
{
	struct signer *signer = &policy->signers[policy->count - 1];
	char type[16];

	if (embargo_xml_is(&policy->xml, "CertRoot")) {
		embargo_xml_attribute(&policy->xml, "Type", type, sizeof(type));
		set(policy, &signer->tbs, strcmp(type, "TBS") ? "" : "Value");
	} else if (embargo_xml_is(&policy->xml, "CertPublisher")) {
		set(policy, &signer->publisher, "Value");
	} else if (embargo_xml_is(&policy->xml, "FileAttribRef") || embargo_xml_is(&policy->xml, "CertEKU") ||
		   embargo_xml_is(&policy->xml, "CertOemID") || embargo_xml_is(&policy->xml, "CertIssuer")) {
		signer->attributes = true;
	}
}

static int take_denied(struct policy *policy)
{
	char id[ID_MAX];
	__u64 key;
	size_t i;

	if (++policy->denied > DENIED)
		return embargo_import_fail(policy->xml.feed->import, -E2BIG, "more than %u denied signers",
					   DENIED);
	embargo_xml_attribute(&policy->xml, "SignerId", id, sizeof(id));
	key = id_key(id);
	for (i = 0; i < policy->count; i++)
		policy->signers[i].denied |=
			policy->signers[i].key == key && !strcmp(policy->signers[i].id, id);
	return 0;
}

/* <Deny Hash="…"> or <Deny FileName="…"> */
static void take_deny(struct policy *policy)
{
	struct embargo_import *import = policy->xml.feed->import;
	char text[ID_MAX];

	embargo_import_entry_read(import);
	embargo_xml_attribute(&policy->xml, "Hash", text, sizeof(text));
	if (*text) {
		embargo_import_skip(import, EMBARGO_IMPORT_PART, text);
		return;
	}
	embargo_xml_attribute(&policy->xml, "FileName", text, sizeof(text));
	if (!*text)
		embargo_xml_attribute(&policy->xml, "ID", text, sizeof(text));
	embargo_import_skip(import, EMBARGO_IMPORT_NO_HASH, text);
}

static int take_element(struct policy *policy)
{
	struct embargo_xml *xml = &policy->xml;
	char id[ID_MAX];
	int r = 0;

	if (embargo_xml_is(xml, "Signer")) {
		r = begin_signer(policy);
		policy->in_signer = !r;
	} else if (embargo_xml_is(xml, "Deny")) {
		take_deny(policy);
	} else if (embargo_xml_is(xml, "Allow")) {
		embargo_xml_attribute(xml, "ID", id, sizeof(id));
		embargo_import_entry_read(xml->feed->import);
		embargo_import_skip(xml->feed->import, EMBARGO_IMPORT_ALLOWS, id);
	} else if (embargo_xml_is(xml, "DeniedSigners")) {
		policy->in_denied = true;
	} else if (embargo_xml_is(xml, "DeniedSigner") && policy->in_denied) {
		r = take_denied(policy);
	} else if (policy->in_signer) {
		take_signer(policy);
	}
	policy->in_signer &= !embargo_xml_ends(xml, "Signer");
	policy->in_denied &= !embargo_xml_ends(xml, "DeniedSigners");
	return r;
}

static int import_signer(struct embargo_import *import, const struct signer *signer)
{
	struct embargo_import_entry entry = {.name = signer->name, .source = signer->id};
	size_t digits = embargo_import_digits(signer->tbs ?: "");
	enum embargo_import_cause cause;
	char match[100];

	embargo_import_entry_read(import);
	if (!signer->denied) {
		cause = EMBARGO_IMPORT_ALLOWS;
	} else if (signer->attributes || signer->publisher) {
		cause = EMBARGO_IMPORT_CONDITION;
	} else if (digits == 64) {
		snprintf(match, sizeof(match), "tbs-sha256=%.64s", signer->tbs + strspn(signer->tbs, " "));
		return embargo_import_signer(import, match, false, &entry);
	} else {
		cause = embargo_import_weak(digits) ? EMBARGO_IMPORT_WEAK : EMBARGO_IMPORT_MALFORMED;
	}
	embargo_import_skip(import, cause, signer->name ?: "");
	return 0;
}

int embargo_import_appcontrol(struct embargo_feed *feed)
{
	_cleanup_(policy_close) struct policy policy = {};
	size_t i;
	int r;

	r = embargo_xml_open(feed, &policy.xml);
	if (r)
		return r;
	while ((r = embargo_xml_next(&policy.xml)) > 0) {
		r = take_element(&policy);
		if (r)
			return r;
	}
	for (i = 0; i < policy.count && !r; i++)
		r = import_signer(feed->import, &policy.signers[i]);
	return r;
}
