// SPDX-License-Identifier: GPL-2.0-or-later
/* Packages unopened on disk, compared with what dpkg-deb and rpm say of them; and packages that lie. */
#include "tests/harness.h"

#include <sys/stat.h>

#include "archive_bytes.h"
#include "identity_files.h"
#include "policy/identity/signature/signature.h"

FIXTURE(package){};

FIXTURE_SETUP(package)
{
	files_start();
}

FIXTURE_TEARDOWN(package)
{
	files_end();
}

static void line_of(char line[512], const char *command)
{
	FILE *in = popen(command, "r");

	ASSERT_NOT_NULL(in);
	line[0] = 0;
	if (fgets(line, 512, in))
		line[strcspn(line, "\n")] = 0;
	pclose(in);
}

#define EXPECT_LINE(command, seen)                                                                           \
	do {                                                                                                 \
		char line_[512];                                                                             \
		line_of(line_, command);                                                                     \
		EXPECT_STREQ(line_, seen);                                                                   \
	} while (0)

static const char control[] = "Package: acme-tool\nVersion: 2:1.2-3~a\nArchitecture: amd64\n"
			      "Maintainer: Acme Labs <dev@acme.example>\nOrigin: Acme\nDescription: a tool\n"
			      " Package: not a field\n";

static void make_deb(const char *how)
{
	char command[256];

	ASSERT_EQ(0, mkdir("tree", 0755) || mkdir("tree/DEBIAN", 0755));
	put("tree/DEBIAN/control", control, sizeof(control) - 1);
	snprintf(command, sizeof(command), "dpkg-deb --root-owner-group %s -b tree x.deb", how);
	ASSERT_TRUE(run("%s", command));
}

FIXTURE(deb){};
FIXTURE_VARIANT(deb)
{
	const char *how;
};
FIXTURE_VARIANT_ADD(deb, xz){.how = "-Zxz"};
FIXTURE_VARIANT_ADD(deb, zstd){.how = "-Zzstd"};
FIXTURE_VARIANT_ADD(deb, gzip){.how = "-Zgzip"};
FIXTURE_VARIANT_ADD(deb, none){.how = "-Znone"};

FIXTURE_SETUP(deb)
{
	files_start();
	make_deb(variant->how);
}

FIXTURE_TEARDOWN(deb)
{
	files_end();
}

TEST_F(deb, as_dpkg_deb_says)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = identify("x.deb");

	ASSERT_NOT_NULL(identity->package);
	EXPECT_STREQ("dpkg", identity->package->manager);
	EXPECT_LINE("dpkg-deb -f x.deb Package", identity->package->name);
	EXPECT_LINE("dpkg-deb -f x.deb Version", identity->package->version);
	EXPECT_LINE("dpkg-deb -f x.deb Architecture", identity->package->architecture);
	EXPECT_LINE("dpkg-deb -f x.deb Maintainer", identity->package->maintainer);
	EXPECT_STREQ("Acme", identity->package->vendor);
	EXPECT_NULL(identity->package->key_id);
	EXPECT_NULL(identity->warning);
}

/* A version 4 signature packet: the issuer is in the part that is not signed. */
static const unsigned char signature[] = {0x88, 0x1a, 4,    0,	  1,	8,    0,    6,	 5,    2,
					  1,	2,    3,    4,	  0,	10,   9,    16,	 0xde, 0xad,
					  0xbe, 0xef, 0xca, 0xfe, 0xf0, 0x0d, 0x12, 0x34};

TEST_F(package, who_signed)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;

	make_deb("");
	put("_gpgorigin", signature, sizeof(signature));
	ASSERT_TRUE(run("ar q x.deb _gpgorigin"));
	identity = identify("x.deb");
	ASSERT_NOT_NULL(identity->package);
	EXPECT_STREQ("deadbeefcafef00d", identity->package->key_id);
	ASSERT_EQ(1, identity->signature_count);
	EXPECT_EQ(EMBARGO_FILE_SIGNATURE_PACKAGE, identity->signatures[0].kind);
	ASSERT_EQ(1, identity->signatures[0].signer_count);
	EXPECT_STREQ("deadbeefcafef00d", identity->signatures[0].signers[0].key_id);
}

static void expect_key(const char *key_id, const void *bytes, size_t size)
{
	_cleanup_free_ char *seen = NULL;

	EXPECT_EQ(key_id ? 0 : 1, !!embargo_openpgp_key_id(bytes, size, &seen));
	EXPECT_STREQ(key_id ?: "", seen ?: "");
}

TEST(openpgp)
{
	static const unsigned char v3[] = {0x88, 15, 3, 5, 0, 1, 2, 3, 4, 2, 3, 4, 5, 6, 7, 8, 9};
	/* A fingerprint and no issuer, new format of the packet */
	static const unsigned char print[] = {0xc2, 31, 4, 0, 1,  8,  0,  23, 22, 33, 4,  0,  1,  2,  3, 4, 5,
					      6,    7,	8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 0, 0};
	unsigned char bytes[sizeof(signature)];
	size_t i;

	expect_key("deadbeefcafef00d", signature, sizeof(signature));
	expect_key("0203040506070809", v3, sizeof(v3));
	expect_key("0c0d0e0f10111213", print, sizeof(print));
	for (i = 0; i < sizeof(signature); i++) {
		memcpy(bytes, signature, sizeof(bytes));
		expect_key(NULL, bytes, i);
		bytes[i] ^= 0xff;
		free(({
			char *seen = NULL;
			embargo_openpgp_key_id(bytes, sizeof(bytes), &seen);
			seen;
		}));
	}
}

static const char spec[] = "Name: acme-tool\nEpoch: 3\nVersion: 1.2\nRelease: 4.el9\nSummary: a tool\n"
			   "License: none\nVendor: Acme Labs\nPackager: Dev <dev@acme.example>\n"
			   "BuildArch: noarch\n%description\na tool\n%install\n"
			   "mkdir -p %{buildroot}/opt\necho a >%{buildroot}/opt/acme\n%files\n/opt/acme\n";

static void make_rpm(void)
{
	put("x.spec", spec, sizeof(spec) - 1);
	ASSERT_TRUE(run("HOME=$PWD rpmbuild -bb --define \"_topdir $PWD/top\" --define '_build_id_links "
			"none' x.spec"));
	ASSERT_TRUE(run("mv top/RPMS/noarch/*.rpm x.rpm"));
}

TEST_F(package, rpm_as_rpm_says)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;
	static unsigned char bytes[64 << 10];
	size_t size, i;
	FILE *in;

	make_rpm();
	identity = identify("x.rpm");
	ASSERT_NOT_NULL(identity->package);
#define QUERY(format) "HOME=$PWD rpm --dbpath $PWD/db -qp --qf '" format "' x.rpm 2>/dev/null"
	EXPECT_STREQ("rpm", identity->package->manager);
	EXPECT_LINE(QUERY("%{NAME}"), identity->package->name);
	EXPECT_LINE(QUERY("%{EVR}"), identity->package->version);
	EXPECT_STREQ("3:1.2-4.el9", identity->package->version);
	EXPECT_LINE(QUERY("%{ARCH}"), identity->package->architecture);
	EXPECT_LINE(QUERY("%{VENDOR}"), identity->package->vendor);
	EXPECT_LINE(QUERY("%{PACKAGER}"), identity->package->maintainer);
	EXPECT_NULL(identity->package->key_id);
	EXPECT_NULL(identity->warning);

	in = fopen("x.rpm", "r");
	size = fread(bytes, 1, sizeof(bytes), in);
	fclose(in);
	for (i = 96; i < size; i += i < 200 ? 1 : 41) { /* cut off, and damaged there */
		put("cut.rpm", bytes, i);
		embargo_identity_free(identify("cut.rpm"));
		bytes[i] ^= 0xff;
		put("bad.rpm", bytes, size);
		bytes[i] ^= 0xff;
		embargo_identity_free(identify("bad.rpm"));
	}
}

/* Signed for the test by a key of its own, and read as rpm reads it. */
TEST_F(package, signed_rpm)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;
	char line[512];

	if (!run("which gpg rpmsign"))
		SKIP("no gpg or rpmsign here");
	make_rpm();
	ASSERT_TRUE(run(
		"mkdir -m 700 keys && gpg --homedir keys --batch --pinentry-mode loopback --passphrase '' "
		"--quick-gen-key acme rsa2048 sign never"));
	ASSERT_TRUE(run("HOME=$PWD rpmsign --define \"_gpg_path $PWD/keys\" --define '_gpg_name acme' "
			"--define '__gpg /usr/bin/gpg' "
			"--addsign x.rpm"));
	run("gpgconf --homedir keys --kill all");
	identity = identify("x.rpm");
	ASSERT_NOT_NULL(identity->package);
	line_of(line, "gpg --homedir keys --list-keys --with-colons | awk -F: '/^pub/ {print tolower($5)}'");
	EXPECT_STREQ(line, identity->package->key_id);
	run("gpgconf --homedir keys --kill all");
}

/* Each is told as trouble, with what could be read. */
TEST_F(package, broken_ones)
{
	struct bytes no_control =
		deb_bytes(TAR(GZIP, {"./postinst", bytes_text("x")}), TAR(XZ, {"a", bytes_text("x")}));
	struct bytes bomb = deb_bytes(
		TAR(GZIP, {"./zeros", {calloc(1, 64 << 20), 64 << 20}}, {"./control", bytes_text(control)}),
		TAR(XZ, {"a", bytes_text("x")}));
	_cleanup_(embargo_identity_freep) struct embargo_identity *a = NULL, *b = NULL, *c = NULL;

	put("a.deb", no_control.data, no_control.size);
	a = identify("a.deb");
	EXPECT_NULL(a->package);
	EXPECT_STREQ("the package cannot be read", a->warning);
	put("b.deb", bomb.data, bomb.size);
	b = identify("b.deb");
	EXPECT_NULL(b->package);
	EXPECT_STREQ("the package cannot be read", b->warning);
	put("c.rpm", "\xed\xab\xee\xdb", 4);
	c = identify("c.rpm");
	EXPECT_STREQ("the package cannot be read", c->warning);
}

TEST_HARNESS_MAIN
