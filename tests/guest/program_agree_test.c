// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `embargo check` and the kernel agree on who signed a program: by RSA and ECDSA, with chains of
 * certificates, several signatures, nested ones, behind ELF files too, and on signatures that are damaged.
 */
#include "tests/guest/guest.h"
#include "tests/unit/hand_pe.h"

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <glob.h>
#include <sys/mount.h>

#include "policy/identity/evaluate.h"

#define SIGNED "/usr/lib/embargo/tests/files/signed" /* tests/programs/make-signed */
#define BINFMT "/proc/sys/fs/binfmt_misc"
#define DAMAGED 300
#define SUBJECTS_MAX 400
#define CHAIN_MAX 5
#define POLICIES 10

struct signer {
	EVP_PKEY *key;
	X509 *certificate;
};

struct der {
	unsigned char *bytes;
	int size;
};

static struct subject {
	char *path;
	int unloaded; /* what becomes of it without a policy */
} subjects[SUBJECTS_MAX];

static unsigned int subject_count;

static struct signer signer_make(const char *organization, long serial, int rsa, const struct signer *issuer)
{
	struct signer made = {rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"), X509_new()};
	X509_NAME *name = X509_get_subject_name(made.certificate);
	X509_EXTENSION *extension;
	X509V3_CTX context;

	X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const unsigned char *)organization, -1, -1, 0);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)"Signer", -1, -1, 0);
	X509_set_issuer_name(made.certificate, issuer ? X509_get_subject_name(issuer->certificate) : name);
	ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), serial);
	X509_gmtime_adj(X509_getm_notBefore(made.certificate), 0);
	X509_gmtime_adj(X509_getm_notAfter(made.certificate), 86400);
	X509_set_version(made.certificate, 2);
	X509_set_pubkey(made.certificate, made.key);
	X509V3_set_ctx(&context, made.certificate, made.certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, NID_subject_key_identifier, "hash");
	X509_add_ext(made.certificate, extension, -1);
	X509_EXTENSION_free(extension);
	ASSERT_LT(0, X509_sign(made.certificate, issuer ? issuer->key : made.key, EVP_sha256()));
	return made;
}

/* @nested: one more signature inside of it, or NULL. */
static struct der sign(const struct signer *signer, STACK_OF(X509) * chain, unsigned int flags,
		       const struct der *nested)
{
	BIO *data = BIO_new_mem_buf("what is signed", -1);
	CMS_ContentInfo *cms = CMS_sign(signer->certificate, signer->key, chain, data, CMS_BINARY | flags);
	struct der der = {0};

	ASSERT_NOT_NULL(cms);
	if (nested)
		ASSERT_EQ(1, CMS_unsigned_add1_attr_by_txt(
				     sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0),
				     "1.3.6.1.4.1.311.2.4.1", V_ASN1_SEQUENCE, nested->bytes, nested->size));
	der.size = i2d_CMS_ContentInfo(cms, &der.bytes);
	ASSERT_LT(0, der.size);
	CMS_ContentInfo_free(cms);
	BIO_free(data);
	return der;
}

static char *subject_add(const char *dir, const char *name)
{
	struct subject *subject = &subjects[subject_count++];

	ASSERT_GT(SUBJECTS_MAX, subject_count);
	ASSERT_LE(0, asprintf(&subject->path, "%s/%s", dir, name));
	return subject->path;
}

static void put(const char *path, const void *bytes, size_t size)
{
	FILE *out = fopen(path, "we");

	ASSERT_NOT_NULL(out);
	ASSERT_EQ(size, fwrite(bytes, 1, size, out));
	ASSERT_EQ(0, fclose(out));
	ASSERT_EQ(0, chmod(path, 0755));
}

/* Two entries at most in its table. */
static void put_pe(const char *path, const struct der *first, const struct der *second)
{
	const struct der *entries[] = {first, second};
	unsigned char entry[8] = {0, 0, 0, 0, 0, 2, 2, 0}, *file = NULL;
	struct hand_pe pe;
	size_t size = 0;
	FILE *out = open_memstream((char **)&file, &size);

	hand_pe(&pe, "Company");
	fwrite(pe.bytes, 1, sizeof(pe.bytes), out);
	for (int i = 0; i < 2 && entries[i]; i++) {
		hand_32(entry, entries[i]->size + 8);
		fwrite(entry, 1, sizeof(entry), out);
		fwrite(entries[i]->bytes, 1, entries[i]->size, out);
		fwrite("\0\0\0\0\0\0\0", 1, -entries[i]->size & 7, out);
	}
	fclose(out);
	hand_32(file + HAND_PE_SECURITY, size > HAND_PE_SIZE ? HAND_PE_SIZE : 0);
	hand_32(file + HAND_PE_SECURITY + 4, size - HAND_PE_SIZE);
	put(path, file, size);
	free(file);
}

static void append(const char *path, const struct der *der)
{
	unsigned char trailer[12] = {[2] = 2};
	FILE *out;

	guest_put_elf(path, HARMLESS, 0);
	out = fopen(path, "ae");
	ASSERT_NOT_NULL(out);
	trailer[10] = der->size >> 8;
	trailer[11] = der->size;
	fwrite(der->bytes, 1, der->size, out);
	fwrite(trailer, 1, sizeof(trailer), out);
	fputs("~Module signature appended~\n", out);
	ASSERT_EQ(0, fclose(out));
}

/* What lies, in an order that is the same each time: cut off, a byte changed where headers are, or anywhere.
 */
static void damage(const char *whole, const char *path, unsigned int number)
{
	static const unsigned int headers[] = {0x3c,
					       0x3d,
					       0x3e,
					       0x40,
					       0x40 + 20,
					       0x40 + 24,
					       HAND_PE_SECURITY - 36,
					       HAND_PE_SECURITY,
					       HAND_PE_SECURITY + 1,
					       HAND_PE_SECURITY + 4,
					       HAND_PE_SECURITY + 5,
					       HAND_PE_SECURITY + 6,
					       HAND_PE_SIZE,
					       HAND_PE_SIZE + 1,
					       HAND_PE_SIZE + 6};
	unsigned long long state = number * 6364136223846793005ULL + 1442695040888963407ULL;
	unsigned int where, count = sizeof(headers) / sizeof(*headers);
	unsigned char *bytes = NULL;
	long size;
	FILE *in = fopen(whole, "re");

	ASSERT_NOT_NULL(in);
	fseek(in, 0, SEEK_END);
	size = ftell(in);
	rewind(in);
	bytes = malloc(size);
	ASSERT_EQ((size_t)size, fread(bytes, 1, size, in));
	fclose(in);
	state ^= state >> 29;
	if (number < 90) {
		size = 2 + (size - 2) * (long)number / 90;
	} else {
		where = number % 3 == 0 ? headers[number / 3 % count]
			: number % 3 == 1
				? HAND_PE_SIZE + 8 + number * 2 % 600
				: HAND_PE_SIZE + (unsigned)(state >> 20) % (unsigned)(size - HAND_PE_SIZE);
		bytes[where] = number % 5 ? state >> 40 : number % 2 ? 0x84 : 0xff;
	}
	put(path, bytes, size);
	free(bytes);
}

static char *hex_of(unsigned char *der, int size)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	char *text = malloc(65);

	SHA256(der, size, digest);
	for (int i = 0; i < SHA256_DIGEST_LENGTH; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	return text;
}

/* Policies that name @evil in every way that there is. */
static unsigned int policies_make(const struct signer *evil, char *policies[POLICIES])
{
	unsigned char *whole = NULL, *tbs = NULL, *spki = NULL;
	int whole_size = i2d_X509(evil->certificate, &whole);
	int tbs_size = i2d_re_X509_tbs(evil->certificate, &tbs);
	int spki_size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(evil->certificate), &spki);
	const ASN1_OCTET_STRING *skid = X509_get0_subject_key_id(evil->certificate);
	char *skid_text = malloc(2 * skid->length + 1);

	for (int i = 0; i < skid->length; i++)
		snprintf(skid_text + 2 * i, 3, "%02x", skid->data[i]);
	asprintf(&policies[0], "ban signer subject.o=\"Evil Lab\"\n");
	asprintf(&policies[1], "ban signer issuer=\"CN=Signer,O=Authority 0\" serial=11\n");
	asprintf(&policies[2], "ban signer cert-sha256=%s\n", hex_of(whole, whole_size));
	asprintf(&policies[3], "ban signer tbs-sha256=%s\n", hex_of(tbs, tbs_size));
	asprintf(&policies[4], "ban signer spki-sha256=%s\n", hex_of(spki, spki_size));
	asprintf(&policies[5], "ban signer skid=%s\n", skid_text);
	asprintf(&policies[6], "on-error unclassified deny\nban signer subject.o=\"Evil Lab\"\n");
	asprintf(&policies[7], "ban signer subject.o=\"Authority 0\"\nallow signer subject.o=\"Evil Lab\"\n");
	asprintf(&policies[8], "ban signer subject.cn=\"Debian Secure Boot Signer 2022 - grub2\"\n");
	asprintf(&policies[9], "ban signer subject.o=\"Microsoft Corporation\"\n");
	return POLICIES;
}

FIXTURE(agree)
{
	struct guest_place place;
	char *interpreter, *policies[POLICIES];
	unsigned int policies_count, whole;
};

static void subjects_make(struct agree_self *self)
{
	STACK_OF(X509) *chain = sk_X509_new_null();
	struct signer authority[CHAIN_MAX], evil, good;
	struct der der, inner, other;
	glob_t others = {0};
	const char *dir = self->place.dir, *last;

	for (int i = CHAIN_MAX - 1; i >= 0; i--)
		authority[i] = signer_make(PATH_OF("Authority %d", i), 100 + i, 0,
					   i == CHAIN_MAX - 1 ? NULL : &authority[i + 1]);
	evil = signer_make("Evil Lab", 17, 1, &authority[0]);
	good = signer_make("Good Lab", 18, 0, &authority[0]);
	self->policies_count = policies_make(&evil, self->policies);
	put_pe(subject_add(dir, "unsigned.exe"), NULL, NULL);
	der = sign(&evil, NULL, 0, NULL);
	put_pe(subject_add(dir, "rsa.exe"), &der, NULL);
	append(subject_add(dir, "rsa-elf"), &der);
	for (int i = 0; i < CHAIN_MAX; i++) {
		sk_X509_push(chain, authority[i].certificate);
		der = sign(&evil, chain, 0, NULL);
		put_pe(subject_add(dir, PATH_OF("chain-%d.exe", i + 1)), &der, NULL);
		append(subject_add(dir, PATH_OF("chain-%d-elf", i + 1)), &der);
	}
	other = sign(&good, chain, 0, NULL);
	put_pe(subject_add(dir, "good.exe"), &other, NULL);
	append(subject_add(dir, "good-elf"), &other);
	put_pe(subject_add(dir, "dual.exe"), &other, &der);
	inner = sign(&good, chain, 0, &der);
	put_pe(subject_add(dir, "nested.exe"), &inner, NULL);
	inner = sign(&good, chain, 0, &inner);
	put_pe(subject_add(dir, "nested-twice.exe"), &inner, NULL);
	der = sign(&evil, NULL, CMS_USE_KEYID | CMS_NOCERTS, NULL);
	put_pe(subject_add(dir, "keyid.exe"), &der, NULL);
	append(subject_add(dir, "keyid-elf"), &der);
	der = sign(&evil, NULL, CMS_NOCERTS | CMS_NOATTR, NULL);
	append(subject_add(dir, "bare-elf"), &der);
	ASSERT_EQ(0, glob(SIGNED "/*", 0, NULL, &others));
	for (size_t i = 0; i < others.gl_pathc; i++)
		subjects[subject_count++].path = strdup(others.gl_pathv[i]);
	self->whole = subject_count;
	last = strdup(PATH_OF("%s/nested.exe", dir));
	for (unsigned int i = 0; i < DAMAGED; i++)
		damage(last, subject_add(dir, PATH_OF("damaged-%u.exe", i)), i);
}

FIXTURE_SETUP(agree)
{
	guest_place_make(&self->place, GUEST_EXT4);
	self->interpreter = strdup(PATH_OF("%s/wine", self->place.dir));
	guest_put_elf(self->interpreter, HARMLESS, 0);
	if (access(BINFMT "/register", F_OK))
		ASSERT_EQ(0, mount("binfmt_misc", BINFMT, "binfmt_misc", 0, NULL));
	ASSERT_EQ(0, attempt_write_text(BINFMT "/register",
					PATH_OF(":embargo-pe:M::MZ::%s:", self->interpreter)));
	subjects_make(self);
	guest_lift();
	for (unsigned int i = 0; i < subject_count; i++)
		subjects[i].unloaded = attempt_exec(subjects[i].path);
}

FIXTURE_TEARDOWN(agree)
{
	EMBARGO("unload");
	for (unsigned int i = 0; i < subject_count; i++)
		EXPECT_EQ(subjects[i].unloaded, attempt_exec(subjects[i].path));
	ASSERT_EQ(0, attempt_write_text(BINFMT "/embargo-pe", "-1"));
	guest_place_remove(&self->place);
}

/* The verdict of `embargo check` on an exec of the file. */
static enum embargo_action checked(const struct embargo_policydb *policydb, const char *path)
{
	struct embargo_identity *identity = NULL;
	struct embargo_reason reason = {""};
	struct embargo_evaluation evaluation;

	ASSERT_EQ(0, embargo_identity_read(path, EMBARGO_WANT_BYTES, &identity, &reason))
	{
		TH_LOG("%s: %s", path, reason.text);
	}
	embargo_evaluate(policydb->image, identity, &evaluation);
	embargo_identity_free(identity);
	return evaluation.hooks[EMBARGO_HOOK_EXEC].action;
}

TEST_F_TIMEOUT(agree, on_every_file, 1500)
{
	/* By key id those two whose signature names one; the exemption bans nobody. */
	static const unsigned int least[POLICIES] = {8, 8, 8, 8, 8, 2, 8, 0, 1, 1};

	for (unsigned int n = 0; n < self->policies_count; n++) {
		struct embargo_policydb *policydb;
		unsigned int refused = 0;

		guest_load("--enforce", NULL, self->policies[n]);
		ASSERT_EQ(0, embargo_policydb_open(EMBARGO_POLICYDB_LINK, &policydb));
		for (unsigned int i = 0; i < subject_count; i++) {
			enum embargo_action action = checked(policydb, subjects[i].path);

			refused += i < self->whole && action == EMBARGO_ACTION_BAN;
			EXPECT_EQ(action == EMBARGO_ACTION_BAN ? -EPERM : subjects[i].unloaded,
				  attempt_exec(subjects[i].path))
			{
				TH_LOG("%s under %s", subjects[i].path, self->policies[n]);
			}
		}
		/* What agrees must not be that nothing is found. */
		EXPECT_LE(least[n], refused)
		{
			TH_LOG("%u under %s", refused, self->policies[n]);
		}
		embargo_policydb_close(policydb);
	}
}

GUEST_MAIN
