// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * embargo fetch from a medium (file://), on a real kernel: what the channel hands out is in force, a later
 * one takes its place, and one that bans what the host needs changes nothing.
 */
#include "tests/guest/guest.h"
#include "tests/unit/sign_make.h"

#define TRUST "/etc/embargo/trust"
#define MEDIUM "/run/medium"
#define STATE "/var/lib/embargo/fetch"

FIXTURE(fetch)
{
	struct guest_place place;
	const char *banned, *other;
	struct made signer;
};

FIXTURE_SETUP(fetch)
{
	guest_place_make(&self->place, GUEST_EXT4);
	self->banned = strdup(PATH_OF("%s/banned", self->place.dir));
	self->other = strdup(PATH_OF("%s/other", self->place.dir));
	guest_put_elf(self->banned, BANNED, 0);
	guest_put_elf(self->other, HARMLESS, 0);
	/* What is in force from elsewhere would stay, and it is not signed. */
	EMBARGO("unload");
	mkdir("/etc/embargo", 0755);
	mkdir("/etc/embargo/policy.d", 0755);
	mkdir(TRUST, 0755);
	mkdir(MEDIUM, 0755);
	self->signer = MAKE(.name = "Fleet signer", .extended = "codeSigning");
	make_pem(TRUST "/fleet.pem", self->signer.certificate, NULL, NULL);
	make_pem("/run/fleet.crt", self->signer.certificate, NULL, NULL);
	make_pem("/run/fleet.key", NULL, self->signer.key, NULL);
	make_text("/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
	make_text("/etc/embargo/embargo.conf",
		  "mode = enforce\nsyslog = off\njournal = off\nfetch-url = file://" MEDIUM
		  "/channel.json\n");
}

FIXTURE_TEARDOWN(fetch)
{
	EMBARGO("unload");
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	EXPECT_EQ(0, system("rm -rf " MEDIUM " " STATE " " TRUST "/* /etc/embargo/policy.d/* /run/fleet.* "
			    "/etc/embargo/embargo.conf /var/lib/embargo/versions"));
	guest_lift();
	guest_place_remove(&self->place);
}

/* The command, which must succeed. */
static void run(const char *const argv[])
{
	char *output = NULL;

	ASSERT_EQ(0, guest_run(&output, argv))
	{
		TH_LOG("%s", output);
	}
	free(output);
}

#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})

/* A policy of that version for all hosts, and its channel, as an administrator makes them. */
static void hand_out(unsigned int version, const char *rule)
{
	const char *policy = strdup(PATH_OF(MEDIUM "/v%u.policy", version));

	make_text(policy, PATH_OF("policy fleet\nversion %u\n%s\n", version, rule));
	RUN("embargo", "policy", "sign", "--key", "/run/fleet.key", "--cert", "/run/fleet.crt", policy);
	ASSERT_EQ(0, chdir(MEDIUM));
	RUN("embargo", "policy", "channel", "make", "--serial", PATH_OF("%u", version), "--output",
	    "channel.json", PATH_OF("100:v%u.policy", version));
	RUN("embargo", "policy", "channel", "sign", "--key", "/run/fleet.key", "--cert", "/run/fleet.crt",
	    "channel.json");
	ASSERT_EQ(0, chdir("/"));
	free((char *)policy);
}

static char *ban(const char *path)
{
	char hex[65], *rule = NULL;
	size_t size = guest_sha256(path, hex);

	ASSERT_LT(0, asprintf(&rule, "ban hash sha256:%s size=%zu", hex, size));
	return rule;
}

TEST_F_TIMEOUT(fetch, puts_in_force, 240)
{
	char *first = ban(self->banned), *second = ban(self->other), *output = NULL;

	ASSERT_EQ(BANNED, attempt_exec(self->banned));
	hand_out(1, first);
	RUN("embargo", "fetch");
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(HARMLESS, attempt_exec(self->other));

	hand_out(2, second);
	RUN("embargo", "fetch");
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	EXPECT_EQ(-EPERM, attempt_exec(self->other));
	EXPECT_NE(0, access("/etc/embargo/policy.d/v1.policy", F_OK));

	/* Refused: the policy of before stays in force and in place. */
	hand_out(3, "ban path \"/sbin/\"\nban path \"/bin/\"\nban path \"/usr/\"");
	EXPECT_EQ(1, GUEST_RUN(&output, "embargo", "fetch"));
	EXPECT_NOT_NULL(strstr(output, "bans what this host needs"))
	{
		TH_LOG("%s", output);
	}
	EXPECT_EQ(-EPERM, attempt_exec(self->other));
	EXPECT_EQ(0, access("/etc/embargo/policy.d/v2.policy", F_OK));
	EXPECT_NE(0, access("/etc/embargo/policy.d/v3.policy", F_OK));
	free(output);
	free(first);
	free(second);
}

GUEST_MAIN
