// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Signer rules for programs of other systems, which a registered interpreter runs: on-error says what follows
 * while nobody has looked who signed a PE; once it is resolved, its hash is refused in the rule's name.
 */
#include "tests/guest/guest.h"
#include "tests/guest/guest_event.h"
#include "tests/guest/resolved.h"
#include "tests/unit/hand_pe.h"

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <sys/mount.h>

#include "policy/identity/resolve.h"

#define BINFMT "/proc/sys/fs/binfmt_misc"
#define BY_SIGNER "ban signer subject.o=\"Evil Lab\" reason=\"order 17-01\"\n"
/* By two attributes at once: that no kernel looks for, so a scan does. */
#define BY_BOTH "ban signer subject.o=\"Evil Lab\" subject.l=Place reason=\"order 17-01\"\n"

FIXTURE(program)
{
	struct guest_place place;
	const char *signed_one, *other, *damaged, *interpreter;
};

static X509 *certificate_of(EVP_PKEY *key, const char *organization)
{
	X509 *x509 = X509_new();
	X509_NAME *name = X509_get_subject_name(x509);

	X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const unsigned char *)organization, -1, -1, 0);
	X509_NAME_add_entry_by_txt(name, "L", MBSTRING_UTF8, (const unsigned char *)"Place", -1, -1, 0);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)"Signer", -1, -1, 0);
	X509_set_issuer_name(x509, name);
	ASN1_INTEGER_set(X509_get_serialNumber(x509), 17);
	X509_gmtime_adj(X509_getm_notBefore(x509), 0);
	X509_gmtime_adj(X509_getm_notAfter(x509), 86400);
	X509_set_version(x509, 2);
	X509_set_pubkey(x509, key);
	ASSERT_LT(0, X509_sign(x509, key, EVP_sha256()));
	return x509;
}

/* A PE with a table of certificates that names @organization. Nobody checks that the signature fits. */
static void put_pe(const char *path, const char *organization)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x509 = certificate_of(key, organization);
	BIO *data = BIO_new_mem_buf("what is signed", -1);
	CMS_ContentInfo *cms = CMS_sign(x509, key, NULL, data, CMS_BINARY);
	unsigned char *der = NULL, entry[8] = {0, 0, 0, 0, 0, 2, 2, 0}, padding[8] = {};
	int size = i2d_CMS_ContentInfo(cms, &der);
	struct hand_pe pe;
	FILE *out;

	ASSERT_LT(0, size);
	hand_pe(&pe, organization);
	hand_32(pe.bytes + HAND_PE_SECURITY, HAND_PE_SIZE);
	hand_32(pe.bytes + HAND_PE_SECURITY + 4, (size + 8 + 7) & ~7);
	hand_32(entry, size + 8);
	out = fopen(path, "we");
	ASSERT_NOT_NULL(out);
	fwrite(pe.bytes, 1, sizeof(pe.bytes), out);
	fwrite(entry, 1, sizeof(entry), out);
	fwrite(der, 1, size, out);
	fwrite(padding, 1, -size & 7, out);
	ASSERT_EQ(0, fclose(out));
	ASSERT_EQ(0, chmod(path, 0755));
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	BIO_free(data);
	X509_free(x509);
	EVP_PKEY_free(key);
}

/* Its signature says that it is no PKCS#7. */
static void damage(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	ASSERT_EQ(1, pwrite(fd, "\x7f", 1, HAND_PE_SIZE + 6));
	close(fd);
}

FIXTURE_SETUP(program)
{
	guest_place_make(&self->place, GUEST_EXT4);
	self->signed_one = strdup(PATH_OF("%s/evil.exe", self->place.dir));
	self->other = strdup(PATH_OF("%s/other.exe", self->place.dir));
	self->interpreter = strdup(PATH_OF("%s/wine", self->place.dir));
	put_pe(self->signed_one, "Evil Lab");
	put_pe(self->other, "Good Lab");
	self->damaged = strdup(PATH_OF("%s/damaged.exe", self->place.dir));
	put_pe(self->damaged, "Good Lab");
	damage(self->damaged);
	guest_put_elf(self->interpreter, HARMLESS, 0);
	if (access(BINFMT "/register", F_OK))
		ASSERT_EQ(0, mount("binfmt_misc", BINFMT, "binfmt_misc", 0, NULL));
	ASSERT_EQ(0, attempt_write_text(BINFMT "/register",
					PATH_OF(":embargo-pe:M::MZ::%s:", self->interpreter)));
	guest_lift();
	EXPECT_EQ(HARMLESS, attempt_exec(self->signed_one));
	EXPECT_EQ(HARMLESS, attempt_exec(self->other));
}

FIXTURE_TEARDOWN(program)
{
	EMBARGO("unload");
	EXPECT_EQ(HARMLESS, attempt_exec(self->signed_one));
	ASSERT_EQ(0, attempt_write_text(BINFMT "/embargo-pe", "-1"));
	guest_place_remove(&self->place);
}

TEST_F(program, unclassified_follows_on_error)
{
	static const struct {
		const char *on_error;
		int status;
		const char *verdict;
	} cases[] = {
		{"", HARMLESS, NULL},
		{"on-error unclassified allow\n", HARMLESS, NULL},
		{"on-error unclassified audit\n", HARMLESS, "audited"},
		{"on-error unclassified deny\n", -EPERM, "denied"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		long long before;
		char *text;

		ASSERT_LE(0, asprintf(&text, "%s" BY_SIGNER, cases[i].on_error));
		guest_load("--enforce", NULL, text);
		before = guest_number("causes.unclassified");
		guest_events_clear();
		EXPECT_EQ(cases[i].status, attempt_exec(self->damaged));
		EXPECT_EQ(before + 1, guest_number("causes.unclassified"));
		if (cases[i].verdict) {
			json_t *event = guest_one_event();

			EXPECT_STREQ(cases[i].verdict, guest_text(event, "verdict"));
			EXPECT_STREQ("unclassified", guest_text(event, "cause"));
		}
		/* What can be read is none of its business, whoever signed it, */
		EXPECT_EQ(HARMLESS, attempt_exec(self->other));
		/* nor what nobody signed. */
		EXPECT_EQ(HARMLESS, attempt_exec(self->interpreter));
		EXPECT_EQ(before + 1, guest_number("causes.unclassified"));
		free(text);
	}
}

TEST_F(program, without_signer_rules_nobody_asks)
{
	guest_load("--enforce", NULL,
		   "on-error unclassified deny\nallow signer subject.o=\"Good Lab\"\nban build-id abcdef\n");
	EXPECT_EQ(HARMLESS, attempt_exec(self->signed_one));
	EXPECT_EQ(0, guest_number("causes.unclassified"));
}

/* The rules of the policy in force that the file falls under, as a scan asks. */
static size_t rules_for(const char *path, struct embargo_resolution *ret_rule)
{
	struct embargo_identity *identity = NULL;
	struct embargo_resolver *resolver = NULL;
	struct embargo_reason reason = {""};
	struct embargo_policydb *policydb;
	size_t count;

	ASSERT_EQ(0, embargo_policydb_open(EMBARGO_POLICYDB_LINK, &policydb));
	ASSERT_EQ(0, embargo_resolver_new(&policydb->set, &resolver));
	ASSERT_EQ(0, embargo_identity_read(path, embargo_resolver_wants(resolver), &identity, &reason))
	{
		TH_LOG("%s", reason.text);
	}
	count = embargo_resolver_match(resolver, identity, ret_rule, 1);
	embargo_identity_free(identity);
	embargo_resolver_free(resolver);
	embargo_policydb_close(policydb);
	return count;
}

TEST_F(program, refused_once_it_is_resolved)
{
	struct embargo_resolution found;
	json_t *event;
	char *output;

	guest_load("--enforce", NULL, BY_BOTH);
	EXPECT_EQ(HARMLESS, attempt_exec(self->signed_one));
	EXPECT_EQ(3, GUEST_RUN(&output, "embargo", "check", self->signed_one));
	EXPECT_NOT_NULL(strstr(output, "in force once resolved"))
	{
		TH_LOG("%s", output);
	}
	free(output);
	ASSERT_EQ(0, rules_for(self->other, &found));
	ASSERT_EQ(1, rules_for(self->signed_one, &found));
	EXPECT_EQ(1, resolve(found.rule, self->signed_one));
	guest_events_clear();
	EXPECT_EQ(-EPERM, attempt_exec(self->signed_one));
	event = guest_one_event();
	EXPECT_STREQ("denied", guest_text(event, "verdict"));
	EXPECT_STREQ("order 17-01", guest_text(event, "reason"));
	EXPECT_EQ(-EPERM, attempt_exec(self->signed_one));
	EXPECT_EQ(HARMLESS, attempt_exec(self->other));
	EXPECT_EQ(3, GUEST_RUN(&output, "embargo", "check", self->signed_one));
	EXPECT_NULL(strstr(output, "in force once resolved"))
	{
		TH_LOG("%s", output);
	}
	free(output);
}

/* As a person would do it. */
TEST_F(program, refused_once_a_scan_has_pinned_it)
{
	char *output;

	guest_load("--enforce", NULL, BY_BOTH);
	EXPECT_EQ(HARMLESS, attempt_exec(self->signed_one));
	EXPECT_EQ(3, GUEST_RUN(&output, "embargo", "scan", "--enforce", self->place.dir))
	{
		TH_LOG("%s", output);
	}
	free(output);
	EXPECT_EQ(-EPERM, attempt_exec(self->signed_one));
	EXPECT_EQ(HARMLESS, attempt_exec(self->other));
}

/* Who is resolved as exempted runs, though all that nobody has looked at is refused. */
TEST_F(program, an_exemption_is_resolved_too)
{
	struct embargo_resolution found;

	guest_load("--enforce", NULL,
		   "on-error unclassified deny\nallow signer subject.o=\"Good Lab\" "
		   "subject.l=Place\n" BY_SIGNER);
	EXPECT_EQ(-EPERM, attempt_exec(self->other));
	ASSERT_EQ(1, rules_for(self->other, &found));
	EXPECT_EQ(1, resolve(found.rule, self->other));
	EXPECT_EQ(HARMLESS, attempt_exec(self->other));
	EXPECT_EQ(-EPERM, attempt_exec(self->signed_one));
}

/* Before the first run, with nobody having looked at the file. */
TEST_F(program, refused_in_the_kernel)
{
	static const char *const rules[] = {
		BY_SIGNER,
		"ban signer subject.cn=Signer\n",
		"ban signer issuer=\"CN=Signer,L=Place,O=Evil Lab\" serial=11\n",
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		long long read;
		json_t *event;

		guest_load("--enforce", NULL, rules[i]);
		read = guest_number("signers.read");
		guest_events_clear();
		EXPECT_EQ(-EPERM, attempt_exec(self->signed_one))
		{
			TH_LOG("%s", rules[i]);
		}
		event = guest_one_event();
		EXPECT_STREQ("denied", guest_text(event, "verdict"));
		EXPECT_STREQ("Signer", guest_text(event, "signer"));
		EXPECT_STREQ("11", guest_text(event, "serial"));
		EXPECT_EQ(i == 1 ? -EPERM : HARMLESS, attempt_exec(self->other));
		EXPECT_EQ(HARMLESS, attempt_exec(self->interpreter));
		EXPECT_EQ(read + 2, guest_number("signers.read"));
		EXPECT_EQ(0, guest_number("causes.unclassified"));
		EMBARGO("unload");
		EXPECT_EQ(HARMLESS, attempt_exec(self->signed_one));
	}
}

GUEST_MAIN
