// SPDX-License-Identifier: GPL-2.0-or-later
/* The shipped lists on a real kernel: they load, each alone and both at once, and the system goes on. */
#include "tests/guest/guest.h"

#define LISTS "/usr/share/embargo/lists"
#define BRANDED LISTS "/kaspersky-branded.policy"
#define EMBEDDED LISTS "/kaspersky-embedded.policy"

static int count_rules(const char *kind)
{
	char *output = NULL;
	int count;

	GUEST_RUN(&output, "sh", "-c", PATH_OF("cat \"$0\" \"$1\" | grep -c '^ban %s'", kind), BRANDED,
		  EMBEDDED);
	count = atoi(output);
	free(output);
	return count;
}

/* What a system does all day: programs, scripts, libraries, drivers. */
static void go_on(void)
{
	EXPECT_EQ(0, GUEST_RUN(&(char *){NULL}, "sh", "-c", "ls -l / | sort | gzip | wc -c"));
	EXPECT_EQ(0, GUEST_RUN(&(char *){NULL}, "embargo", "--version"));
	EXPECT_EQ(0, GUEST_RUN(NULL, "modprobe", "dummy"));
	EXPECT_EQ(0, GUEST_RUN(NULL, "modprobe", "-r", "dummy"));
}

static long long denied(void)
{
	long long sum = 0;

	sum += guest_number("verdicts.exec.denied") + guest_number("verdicts.exec.would-deny");
	sum += guest_number("verdicts.mmap.denied") + guest_number("verdicts.mmap.would-deny");
	return sum;
}

TEST_TIMEOUT(load_and_let_the_system_go_on, 120)
{
	static const char *const kinds[] = {"hash",    "signer", "module",  "path",
					    "package", "vendor", "build-id"};
	long long before;

	guest_lift();
	EMBARGO("load", "--audit", BRANDED);
	EMBARGO("load", "--audit", EMBEDDED);
	EMBARGO("load", "--audit", BRANDED, EMBEDDED);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		EXPECT_EQ(count_rules(kinds[i]), guest_number(PATH_OF("rules.%s", kinds[i])))
		{
			TH_LOG("of kind %s", kinds[i]);
		}
	EXPECT_LT(2000, guest_number("rules.total"));
	before = denied();
	go_on();
	EMBARGO("mode", "enforce");
	go_on();
	EXPECT_EQ(before, denied());
	guest_lift();
}

TEST(lint_finds_nothing_to_say)
{
	char *output = NULL;

	/* But what it hits on this host, which is nothing. */
	EXPECT_EQ(0, GUEST_RUN(&output, "embargo", "policy", "lint", BRANDED, EMBEDDED));
	EXPECT_TRUE(!strncmp(output, "here it hits 0 files ", 21) && !strstr(output, "warning"))
	{
		TH_LOG("%s", output);
	}
	EXPECT_EQ(strlen(output), strcspn(output, "\n") + 1); /* one line */
}

GUEST_MAIN
