// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * On a host that trusts a certificate: a signed policy is put in force, any other is refused, changes neither
 * generation nor verdict, and syslog is told in one line.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include "tests/guest/guest.h"
#include "tests/guest/guest_state.h"
#include "tests/unit/sign_make.h"

#define TRUST "/etc/embargo/trust"
#define VERSIONS "/var/lib/embargo/versions"
#define POLICY "/run/signed.policy"
#define INCLUDED "/run/included.policy"

FIXTURE(signed_policy)
{
	struct guest_place place;
	const char *banned, *other;
	struct made root, signer;
	int syslog;
};

static void key_write(const char *name, const struct made *made)
{
	make_pem(PATH_OF("/run/%s.crt", name), made->certificate, NULL, NULL);
	make_pem(PATH_OF("/run/%s.key", name), NULL, made->key, NULL);
}

static void policy_write(const char *path, const char *head, const char *banned)
{
	char hex[65];
	size_t size = guest_sha256(banned, hex);

	make_text(path, PATH_OF("%s\nban hash sha256:%s size=%zu\n", head, hex, size));
}

/* By the command that users have. */
static void policy_sign_with(const char *name, const char *path)
{
	char *output = NULL;

	ASSERT_EQ(0, GUEST_RUN(&output, "embargo", "policy", "sign", "--key", PATH_OF("/run/%s.key", name),
			       "--cert", PATH_OF("/run/%s.crt", name), path))
	{
		TH_LOG("%s", output);
	}
	free(output);
}

/* With a certificate that the command refuses to sign with. */
static void policy_sign_anyway(const struct made *signer, const char *path)
{
	_cleanup_free_ void *text = NULL;
	struct bytes signature;
	size_t size;

	ASSERT_EQ(0, embargo_sign_file_read(path, 1 << 20, true, &text, &size, NULL));
	text = realloc(text, size + 1);
	((char *)text)[size] = 0;
	signature = make_signature(signer, NULL, text, EVP_sha256(), CMS_DETACHED);
	make_file(PATH_OF("%s.p7s", path), signature.data, signature.size);
}

static void syslog_listen(struct signed_policy_self *self)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};

	unlink("/dev/log");
	self->syslog = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	ASSERT_EQ(0, bind(self->syslog, (struct sockaddr *)&address, sizeof(address)));
}

FIXTURE_SETUP(signed_policy)
{
	guest_place_make(&self->place, GUEST_EXT4);
	self->banned = strdup(PATH_OF("%s/banned", self->place.dir));
	self->other = strdup(PATH_OF("%s/other", self->place.dir));
	guest_put_elf(self->banned, BANNED, 0);
	guest_put_elf(self->other, HARMLESS, 0);
	guest_lift();
	syslog_listen(self);
	mkdir("/etc/embargo", 0755);
	mkdir(TRUST, 0755);
	self->root =
		MAKE(.name = "Root", .basic = "critical,CA:TRUE", .usage = "critical,keyCertSign,cRLSign");
	self->signer = MAKE(.name = "Signer", .issuer = &self->root, .extended = "codeSigning");
	key_write("signer", &self->signer);
	make_pem(TRUST "/root.pem", self->root.certificate, NULL, NULL);
	unlink(VERSIONS);
	policy_write(POLICY, "policy guest\nversion 5", self->banned);
	policy_sign_with("signer", POLICY);
}

FIXTURE_TEARDOWN(signed_policy)
{
	EXPECT_EQ(0, system("rm -f " TRUST "/* " VERSIONS " /run/*.policy /run/*.p7s /run/*.key /run/*.crt"));
	unlink("/dev/log");
	guest_lift();
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	guest_place_remove(&self->place);
}

/* The next line but for those that tell of loads and unloads; "": there is none. */
static const char *line_next(struct signed_policy_self *self, char *line, size_t room)
{
	ssize_t size;

	do {
		size = recv(self->syslog, line, room - 1, 0);
		line[size < 0 ? 0 : size] = 0;
	} while (strstr(line, "loaded ["));
	return line;
}

/* The one line since the last call, or "". */
static const char *told(struct signed_policy_self *self)
{
	static char line[9000];
	char more[9000];

	line_next(self, line, sizeof(line));
	EXPECT_STREQ("", line_next(self, more, sizeof(more)));
	return line;
}

static void load(struct signed_policy_self *self)
{
	char *output = NULL;

	ASSERT_EQ(0, GUEST_RUN(&output, "embargo", "load", "--enforce", POLICY))
	{
		TH_LOG("%s", output);
	}
	free(output);
	EXPECT_STREQ("", told(self));
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(HARMLESS, attempt_exec(self->other));
}

/* What lies in POLICY would ban the other file; it is refused because of @why. */
static void refused(struct signed_policy_self *self, const char *why)
{
	char *before = guest_state(), *output = NULL;
	const char *line;

	EXPECT_EQ(1, GUEST_RUN(&output, "embargo", "load", "--enforce", POLICY));
	EXPECT_NOT_NULL(strstr(output, why))
	{
		TH_LOG("%s", output);
	}
	line = told(self);
	TH_LOG("%s", line);
	EXPECT_TRUE(!strncmp(line, "<83>", 4));
	EXPECT_NOT_NULL(strstr(line, "] refused a policy, and "));
	EXPECT_NOT_NULL(strstr(line, why));
	guest_check_unchanged(before);
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(HARMLESS, attempt_exec(self->other));
	free(before);
	free(output);
}

TEST_F_TIMEOUT(signed_policy, is_put_in_force, 120)
{
	struct made middle = MAKE(.name = "Middle", .issuer = &self->root, .basic = "critical,CA:TRUE");
	struct made below = MAKE(.name = "Below", .issuer = &middle);

	EMBARGO("policy", "verify", POLICY);
	load(self);
	load(self); /* the same version again */
	/* Through an intermediate that the signature carries. */
	policy_write(POLICY, "policy guest\nversion 6", self->banned);
	key_write("below", &below);
	key_write("middle", &middle);
	EMBARGO("policy", "sign", "--key", "/run/below.key", "--cert", "/run/below.crt", "--chain",
		"/run/middle.crt", POLICY);
	load(self);
}

TEST_F_TIMEOUT(signed_policy, by_nobody_or_by_others, 300)
{
	struct made root = MAKE(.name = "Root", .basic = "CA:TRUE"),
		    other = MAKE(.name = "Signer", .issuer = &root);
	struct made expired = MAKE(.name = "Expired", .issuer = &self->root, .from = -9, .to = -1);
	struct made future = MAKE(.name = "Future", .issuer = &self->root, .from = 1, .to = 9);

	load(self);
	/* The signature of what it was before. */
	policy_write(POLICY, "policy guest\nversion 6", self->other);
	refused(self, "not what CN=Signer");
	unlink(POLICY ".p7s");
	refused(self, "signed.policy.p7s, is missing");
	policy_sign_anyway(&other, POLICY);
	refused(self, "CN=Signer");
	policy_sign_anyway(&expired, POLICY);
	refused(self, "expired on");
	policy_sign_anyway(&future, POLICY);
	refused(self, "is the clock right");
	policy_sign_with("signer", POLICY);
	ASSERT_EQ(0, truncate(POLICY ".p7s", 100));
	refused(self, "not CMS");
	make_text(POLICY ".p7s", "no signature\n");
	refused(self, "not CMS");
	ASSERT_EQ(0, truncate(POLICY ".p7s", 100 << 20));
	refused(self, "larger than");
	/* And all that stood between it and the kernel was the signature. */
	policy_sign_with("signer", POLICY);
	EMBARGO("load", "--enforce", POLICY);
	EXPECT_EQ(-EPERM, attempt_exec(self->other));
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
}

TEST_F_TIMEOUT(signed_policy, with_an_unsigned_include, 120)
{
	load(self);
	policy_write(INCLUDED, "policy included\nversion 1", self->other);
	policy_write(POLICY, "policy guest\nversion 6\ninclude \"" INCLUDED "\"", self->banned);
	policy_sign_with("signer", POLICY);
	refused(self, "included.policy.p7s, is missing");
}

/* An older version stays out: by reload, after an unload, and though its signature is good. */
TEST_F_TIMEOUT(signed_policy, is_not_rolled_back, 120)
{
	load(self);
	policy_write(POLICY, "policy guest\nversion 4", self->other);
	policy_sign_with("signer", POLICY);
	EMBARGO("policy", "verify", POLICY);
	refused(self, "version 4 of policy 'guest' is older than 5");
	EMBARGO("unload");
	EXPECT_EQ(1, GUEST_RUN(&(char *){NULL}, "embargo", "load", "--enforce", POLICY));
	EXPECT_NOT_NULL(strstr(told(self), "is older than 5"));
	EXPECT_FALSE(json_is_true(json_object_get(guest_status(), "loaded")));
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
}

/* Without certificates it is as it was. */
TEST_F_TIMEOUT(signed_policy, is_not_asked_for_without_trust, 120)
{
	unlink(POLICY ".p7s");
	policy_write(POLICY, "policy guest\nversion 3", self->banned);
	EXPECT_EQ(1, GUEST_RUN(&(char *){NULL}, "embargo", "load", "--enforce", POLICY));
	EXPECT_NOT_NULL(strstr(told(self), "is missing"));
	unlink(TRUST "/root.pem");
	load(self);
}

GUEST_MAIN
