// SPDX-License-Identifier: GPL-2.0-or-later
/* The directory of trusted certificates: what is in it, and what turns the protection on. */
#include "tests/unit/sign_make.h"

FIXTURE(trust)
{
	char directory[32];
	struct made root, other;
	struct embargo_reason reason;
};

FIXTURE_SETUP(trust)
{
	strcpy(self->directory, "/tmp/sign-trust.XXXXXX");
	ASSERT_NOT_NULL(mkdtemp(self->directory));
	ASSERT_EQ(0, chdir(self->directory));
	ASSERT_EQ(0, mkdir("trust", 0755));
	self->root = MAKE(.name = "Root", .basic = "CA:TRUE");
	self->other = MAKE(.name = "Other");
}

FIXTURE_TEARDOWN(trust)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf '%s'", self->directory);
	EXPECT_EQ(0, system(command));
}

/* Certificates in @directory, or -errno. */
static int trusted_in(struct trust_self *self, const char *directory, bool any_owner)
{
	struct embargo_trusted *trusted = NULL;
	int r;

	self->reason.text[0] = 0;
	r = embargo_trusted_read(directory, any_owner, &trusted, &self->reason);
	EXPECT_EQ(r < 0, self->reason.text[0] != 0);
	EXPECT_EQ(r < 0, trusted == NULL);
	if (!r)
		r = embargo_trusted_count(trusted);
	embargo_trusted_free(trusted);
	TH_LOG("%d %s", r, self->reason.text);
	return r;
}

static void make_der(const char *path, X509 *certificate)
{
	unsigned char *der = NULL;
	int size = i2d_X509(certificate, &der);

	make_file(path, der, size);
	OPENSSL_free(der);
}

static void make_list(const char *path, const struct made *issuer, bool pem)
{
	X509_CRL *crl = make_crl(issuer, NULL, 1);
	FILE *file = fopen(path, "we");

	ASSERT_NOT_NULL(file);
	ASSERT_EQ(1, pem ? PEM_write_X509_CRL(file, crl) : i2d_X509_CRL_fp(file, crl));
	ASSERT_EQ(0, fclose(file));
}

TEST_F(trust, off_without_certificates)
{
	EXPECT_EQ(0, trusted_in(self, "missing", false));
	EXPECT_EQ(0, trusted_in(self, "trust", false));
	make_text("trust/README", "put certificates here\n");
	make_text("trust/.pem", "not looked at\n");
	EXPECT_EQ(0, trusted_in(self, "trust", false));
}

TEST_F(trust, all_forms)
{
	make_pem("trust/a.pem", self->root.certificate, NULL, NULL);
	make_pem("trust/b.crt", self->other.certificate, NULL, NULL);
	make_der("trust/c.crt", self->other.certificate);
	make_der("trust/d.der", self->other.certificate);
	make_der("trust/e.cer", self->other.certificate);
	make_list("trust/f.crl", &self->root, true);
	make_list("trust/g.crl", &self->other, false);
	make_text("trust/a.pem.old", "not looked at\n");
	EXPECT_EQ(5, trusted_in(self, "trust", false));
	ASSERT_EQ(0, system("cat trust/a.pem trust/f.crl trust/b.crt > trust/all.pem"));
	EXPECT_EQ(7, trusted_in(self, "trust", false));
}

/* Half a configuration must not turn the protection off. */
TEST_F(trust, deny_no_certificate_among_files)
{
	make_pem("trust/a.pem.old", self->root.certificate, NULL, NULL);
	EXPECT_EQ(-EKEYREJECTED, trusted_in(self, "trust", false));
	ASSERT_EQ(0, unlink("trust/a.pem.old"));
	make_list("trust/f.crl", &self->root, true);
	EXPECT_EQ(-EKEYREJECTED, trusted_in(self, "trust", false));
}

TEST_F(trust, deny_what_is_no_certificate)
{
	make_pem("trust/a.pem", self->root.certificate, NULL, NULL);
	make_text("trust/b.pem", "");
	EXPECT_EQ(-EBADMSG, trusted_in(self, "trust", false));
	EXPECT_NOT_NULL(strstr(self->reason.text, "b.pem"));
	make_text("trust/b.pem", "no certificate\n");
	EXPECT_EQ(-EBADMSG, trusted_in(self, "trust", false));
	make_pem("trust/b.pem", NULL, self->root.key, NULL);
	EXPECT_EQ(-EBADMSG, trusted_in(self, "trust", false));
	ASSERT_EQ(0, system("head -n 5 trust/a.pem > trust/b.pem"));
	EXPECT_EQ(-EBADMSG, trusted_in(self, "trust", false));
	make_der("whole.der", self->root.certificate);
	ASSERT_EQ(0, system("head -c 200 whole.der > trust/b.pem"));
	EXPECT_EQ(-EBADMSG, trusted_in(self, "trust", false));
	ASSERT_EQ(0, system("cat whole.der whole.der > trust/b.pem"));
	EXPECT_EQ(-EBADMSG, trusted_in(self, "trust", false));
	ASSERT_EQ(0, system("cp whole.der trust/b.pem"));
	EXPECT_EQ(2, trusted_in(self, "trust", false));
	ASSERT_EQ(0, unlink("trust/b.pem"));
	ASSERT_EQ(0, mkfifo("trust/b.pem", 0644));
	EXPECT_EQ(-EINVAL, trusted_in(self, "trust", false));
	ASSERT_EQ(0, unlink("trust/b.pem"));
	ASSERT_EQ(0, symlink("nowhere", "trust/b.pem"));
	EXPECT_EQ(-ENOENT, trusted_in(self, "trust", false));
	EXPECT_EQ(-ENOTDIR, trusted_in(self, "whole.der", false));
}

/* Whoever can write there could trust himself. */
TEST_F(trust, deny_written_by_others)
{
	make_pem("trust/a.pem", self->root.certificate, NULL, NULL);
	ASSERT_EQ(1, trusted_in(self, "trust", false));
	ASSERT_EQ(0, chmod("trust/a.pem", 0664));
	EXPECT_EQ(-EPERM, trusted_in(self, "trust", false));
	EXPECT_EQ(1, trusted_in(self, "trust", true));
	ASSERT_EQ(0, chmod("trust/a.pem", 0644));
	ASSERT_EQ(0, chmod("trust", 0777));
	EXPECT_EQ(-EPERM, trusted_in(self, "trust", false));
	EXPECT_EQ(1, trusted_in(self, "trust", true));
	ASSERT_EQ(0, chmod("trust", 0755));
	if (geteuid())
		SKIP("only root can give files away");
	ASSERT_EQ(0, chown("trust/a.pem", 1000, 0));
	EXPECT_EQ(-EPERM, trusted_in(self, "trust", false));
	ASSERT_EQ(0, chown("trust/a.pem", 0, 0));
	ASSERT_EQ(0, chown("trust", 1000, 0));
	EXPECT_EQ(-EPERM, trusted_in(self, "trust", false));
}

TEST_HARNESS_MAIN
