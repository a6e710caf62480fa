// SPDX-License-Identifier: GPL-2.0-or-later
/* Who made and signed a JAR or an APK. */
#include "tests/harness.h"

#include <endian.h>
#include <openssl/sha.h>
#include <sys/stat.h>

#include "archive_bytes.h"
#include "identity_files.h"

FIXTURE(jar){};

FIXTURE_SETUP(jar)
{
	files_start();
	ASSERT_TRUE(run("openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 9 "
			"-subj '/O=Acme Labs/CN=Acme Code'"));
}

FIXTURE_TEARDOWN(jar)
{
	files_end();
}

static struct bytes file_bytes(const char *path)
{
	struct bytes bytes = {malloc(1 << 20), 0};
	FILE *in = fopen(path, "r");

	ASSERT_NOT_NULL(in);
	bytes.size = fread(bytes.data, 1, 1 << 20, in);
	fclose(in);
	return bytes;
}

static void put_bytes(const char *path, struct bytes bytes)
{
	put(path, bytes.data, bytes.size);
}

static struct bytes signature(void)
{
	put("x.sf", "Signature-Version: 1.0\n", 23);
	ASSERT_TRUE(run("openssl cms -sign -binary -outform DER -signer cert.pem -inkey key.pem -in x.sf "
			"-out x.rsa"));
	return file_bytes("x.rsa");
}

static void expect_signer(const struct embargo_identity *identity, size_t signature)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *certificate = identify("cert.pem");
	const struct embargo_file_signature *s = &identity->signatures[signature];

	ASSERT_LT(signature, identity->signature_count);
	EXPECT_EQ(EMBARGO_FILE_SIGNATURE_JAR, s->kind);
	EXPECT_NULL(s->warning);
	ASSERT_EQ(1, s->signer_count);
	EXPECT_STREQ(certificate->certificates[0].serial, s->signers[0].serial);
	EXPECT_STREQ(certificate->certificates[0].issuer, s->signers[0].issuer);
	ASSERT_EQ(1, s->certificate_count);
	EXPECT_MEMEQ(certificate->certificates[0].sha256, identity->certificates[s->first_certificate].sha256,
		     EMBARGO_SHA256_SIZE);
}

TEST_F(jar, signed_by_hand)
{
	struct bytes manifest = bytes_text("Manifest-Version: 1.0\r\nBundle-Vendor: Bundler\r\n"
					   "implementation-vendor: Acme \r\n Labs\r\n\r\nName: a\r\n"
					   "Specification-Vendor: Other\r\n");
	struct bytes jar = ZIP({"a/A.class", bytes_text("class")}, {"META-INF/MANIFEST.MF", manifest},
			       {"META-INF/ACME.SF", bytes_text("Signature-Version: 1.0\n")},
			       {"meta-inf/acme.rsa", signature()}, {"META-INF/sub/NOT.RSA", bytes_text("no")},
			       {"other/NOT.RSA", bytes_text("no")});
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL, *shifted = NULL;

	put_bytes("x.jar", jar);
	identity = identify("x.jar");
	EXPECT_STREQ("Acme Labs", identity->vendor);
	EXPECT_EQ(1, identity->signature_count);
	expect_signer(identity, 0);
	EXPECT_NULL(identity->warning);
}

/* As the zip program packs it, stored and folded, and with what a program put before it. */
TEST_F(jar, as_zip_packs)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL, *stored = NULL;

	ASSERT_EQ(0, mkdir("META-INF", 0755));
	put_bytes("META-INF/MANIFEST.MF", bytes_text("Manifest-Version: 1.0\nSpecification-Vendor: S\n"
						     "Bundle-Vendor: B\n"));
	put_bytes("META-INF/X.DSA", signature());
	ASSERT_TRUE(run("zip -r x.jar META-INF cert.pem && zip -0 -r stored.jar META-INF cert.pem"));
	identity = identify("x.jar");
	EXPECT_STREQ("B", identity->vendor);
	expect_signer(identity, 0);
	stored = identify("stored.jar");
	EXPECT_STREQ("B", stored->vendor);
	expect_signer(stored, 0);
}

/* Both tools where there is a JDK; the test by hand says the same without. */
TEST_F(jar, as_jarsigner_signs)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;

	if (!run("which jarsigner"))
		SKIP("no jarsigner here");
	put_bytes("x.jar", ZIP({"a/A.class", bytes_text("class")}));
	ASSERT_TRUE(run("openssl pkcs12 -export -inkey key.pem -in cert.pem -name acme -out store.p12 "
			"-passout pass:secret"));
	ASSERT_TRUE(run("jarsigner -keystore store.p12 -storetype PKCS12 -storepass secret x.jar acme"));
	identity = identify("x.jar");
	EXPECT_EQ(1, identity->signature_count);
	expect_signer(identity, 0);
}

/* @size as a number of 4 bytes, then the bytes. */
static struct bytes sized(struct bytes inner)
{
	__u32 size = htole32(inner.size);

	return bytes_join((struct bytes){(char *)&size, 4}, inner);
}

static struct bytes apk(__u32 id)
{
	struct bytes zip = ZIP({"classes.dex", bytes_text("dex")}), der, signer, value, block, apk;
	unsigned char *end = (unsigned char *)zip.data + zip.size - 22;
	__u32 directory, moved;
	__u64 size;

	ASSERT_TRUE(run("openssl x509 -in cert.pem -outform DER -out cert.der"));
	der = file_bytes("cert.der");
	signer = sized(bytes_join(sized(bytes_text("digests")), sized(sized(der))));
	value = sized(sized(signer));
	size = htole64(4 + value.size);
	id = htole32(id);
	block = bytes_join(bytes_join((struct bytes){(char *)&size, 8}, (struct bytes){(char *)&id, 4}),
			   value);
	size = htole64(block.size + 24);
	block = bytes_join((struct bytes){(char *)&size, 8}, block);
	block = bytes_join(block, (struct bytes){(char *)&size, 8});
	block = bytes_join(block, bytes_text("APK Sig Block 42"));
	memcpy(&directory, end + 16, 4);
	apk = bytes_join(bytes_join((struct bytes){zip.data, directory}, block),
			 (struct bytes){zip.data + directory, zip.size - directory});
	moved = directory + block.size;
	memcpy(apk.data + apk.size - 22 + 16, &moved, 4);
	return apk;
}

TEST_F(jar, apk_schemes)
{
	static const __u32 schemes[] = {0x7109871a, 0xf05368c0, 0x1b93ad61};
	_cleanup_(embargo_identity_freep) struct embargo_identity *other = NULL;
	size_t i;

	for (i = 0; i < 3; i++) {
		_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;

		put_bytes("x.apk", apk(schemes[i]));
		identity = identify("x.apk");
		EXPECT_EQ(1, identity->signature_count);
		expect_signer(identity, 0);
		EXPECT_NULL(identity->warning);
	}
	put_bytes("x.apk", apk(1));
	other = identify("x.apk");
	EXPECT_EQ(0, other->signature_count);
}

/* Where apk() puts things. */
struct apk_layout {
	size_t block; /* behind its first size, which only its last one repeats: size, id, lengths */
	size_t digests;
	size_t certificate;
	size_t certificate_end;
	size_t directory; /* of the zip file */
	size_t end;	  /* its end record */
};

static struct apk_layout apk_layout(struct bytes apk)
{
	struct apk_layout layout = {.end = apk.size - 22};
	struct bytes der = file_bytes("cert.der");
	__u32 directory;

	memcpy(&directory, apk.data + layout.end + 16, 4);
	layout.directory = le32toh(directory);
	layout.certificate_end = layout.directory - 24;
	layout.certificate = layout.certificate_end - der.size;
	layout.digests = layout.certificate - 8 - strlen("digests");
	layout.block = layout.digests - 4 * 4 - 4 - 8;
	EXPECT_MEMEQ(der.data, apk.data + layout.certificate, der.size);
	EXPECT_MEMEQ("digests", apk.data + layout.digests, 7);
	return layout;
}

/* The signature as it was; or one with the damaged certificate, or none that is read; or none. */
enum outcome { SAME, DAMAGED, LOST };

static enum outcome outcome_of_damage(const struct apk_layout *layout, size_t at)
{
	if (at < 4) /* what says that it is a zip file */
		return LOST;
	if (at < layout->block)
		return SAME;
	if (at >= layout->digests && at < layout->digests + strlen("digests"))
		return SAME;
	if (at >= layout->certificate && at < layout->certificate_end)
		return DAMAGED;
	if (at < layout->directory)
		return LOST;
	if (at < layout->end)
		return SAME;
	at -= layout->end;
	if (at >= 16 && at < 20) /* where the directory is: what is in front of the zip file may move it on */
		return (layout->directory ^ 0xffU << 8 * (at - 16)) < layout->directory ? SAME : LOST;
	return at < 4 || at >= 12 ? LOST : SAME; /* the mark; sizes of directory and comment */
}

static void expect_outcome(enum outcome outcome, const struct bytes *apk, const struct apk_layout *layout)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = identify("bad.apk");
	__u8 sha256[EMBARGO_SHA256_SIZE];

	EXPECT_EQ(apk->size, identity->digests.size);
	switch (outcome) {
	case SAME:
		EXPECT_EQ(1, identity->signature_count);
		expect_signer(identity, 0);
		break;
	case DAMAGED:
		ASSERT_EQ(1, identity->signature_count);
		if (!identity->certificate_count) {
			EXPECT_STREQ("a certificate in it cannot be read", identity->signatures[0].warning);
			break;
		}
		ASSERT_EQ(1, identity->certificate_count);
		SHA256((unsigned char *)apk->data + layout->certificate,
		       layout->certificate_end - layout->certificate, sha256);
		EXPECT_MEMEQ(sha256, identity->certificates[0].sha256, sizeof(sha256));
		break;
	case LOST:
		EXPECT_EQ(0, identity->certificate_count);
		break;
	}
}

/* Every byte damaged in turn, and cut off there. */
TEST_F(jar, damaged)
{
	struct bytes whole = apk(0x7109871a), cut;
	struct apk_layout layout = apk_layout(whole);
	size_t i;

	for (i = 0; i < whole.size; i++) {
		whole.data[i] ^= 0xff;
		put_bytes("bad.apk", whole);
		expect_outcome(outcome_of_damage(&layout, i), &whole, &layout);
		whole.data[i] ^= 0xff;
		cut = (struct bytes){whole.data, i};
		put_bytes("bad.apk", cut);
		expect_outcome(LOST, &cut, &layout);
		ASSERT_FALSE(th_result->failed)
		{
			TH_LOG("byte %zu", i);
		}
	}
}

TEST_F(jar, too_large)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;
	struct bytes manifest = {calloc(1, 8 << 20), 8 << 20};

	put_bytes("x.jar", archive_bytes(ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, "zip:compression=deflate",
					 MEMBERS({"META-INF/MANIFEST.MF", manifest})));
	identity = identify("x.jar");
	EXPECT_NULL(identity->vendor);
	EXPECT_STREQ("its manifest cannot be read", identity->warning);
}

/* A directory that names one manifest 20,000 times. */
TEST_F_TIMEOUT(jar, the_same_again_and_again, 20)
{
	struct bytes manifest = {calloc(1, 3 << 20), 3 << 20};
	struct bytes zip = archive_bytes(ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, "zip:compression=deflate",
					 MEMBERS({"META-INF/MANIFEST.MF", manifest}));
	unsigned char *end = (unsigned char *)zip.data + zip.size - 22;
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;
	__u32 size, at, total;
	struct bytes many;
	size_t i;

	memcpy(&size, end + 12, 4);
	memcpy(&at, end + 16, 4);
	many = (struct bytes){malloc(at + 20000 * size + 22), at};
	memcpy(many.data, zip.data, at);
	for (i = 0; i < 20000; i++, many.size += size)
		memcpy(many.data + many.size, zip.data + at, size);
	total = 20000 * size;
	memcpy(end + 12, &total, 4);
	memcpy(many.data + many.size, end, 22);
	many.size += 22;
	put_bytes("x.jar", many);
	identity = identify("x.jar");
	EXPECT_NULL(identity->warning);
}

TEST_HARNESS_MAIN
