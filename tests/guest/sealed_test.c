// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A sealed host. There is no way back, so the tests here are in the order in which they must run, and the
 * programs named sealed_* have a boot of their own: tests/run. The shape of a guest's life: before, sealed,
 * attacked, still sealed.
 */
#include "tests/guest/guest_event.h"
#include "tests/guest/sealed_attack.h"
#include "tests/unit/sign_make.h"

#define TRUST "/etc/embargo/trust"

#define PLACE "/mnt/ext4"
static const char *const banned = PLACE "/banned", *const twin = PLACE "/twin";
static int before[ATTACKS];

static void refused_to_seal(const char *why)
{
	char *output = NULL;

	EXPECT_EQ(1, GUEST_RUN(&output, "embargo", "seal"));
	EXPECT_NOT_NULL(strstr(output, why))
	{
		TH_LOG("%s", output);
	}
	free(output);
}

/* In vain, until what is asked for is there. */
static void seal(void)
{
	struct made signer = MAKE(.name = "Fleet", .key = make_rsa(2048), .extended = "codeSigning");
	int fd;

	refused_to_seal("there is no certificate");
	mkdir("/etc/embargo", 0755);
	mkdir(TRUST, 0755);
	make_pem(TRUST "/fleet.pem", signer.certificate, NULL, NULL);
	EMBARGO("mode", "audit");
	refused_to_seal("audit mode");
	EMBARGO("mode", "enforce");
	fd = open(SWITCH, O_WRONLY | O_CLOEXEC);
	refused_to_seal("ftrace_enabled open");
	close(fd);
	EXPECT_EQ(1, GUEST_RUN(NULL, "unshare", "-m", "embargo", "seal"));
	EMBARGO("seal", "--if-configured");
	make_text("/etc/embargo/embargo.conf", "seal = yes\n");
	EMBARGO("seal", "--if-configured");
	refused_to_seal("sealed already");
}

static uint64_t told(unsigned int what)
{
	struct embargo_seal_status seal;

	embargo_seal_read(&seal);
	return seal.refused[what];
}

static uint64_t told_all(void)
{
	struct embargo_seal_status seal;

	embargo_seal_read(&seal);
	return seal.refused_all;
}

static void attack(const struct attack *attack, int before_it)
{
	uint64_t count = attack->told ? told(attack->told) : 0;
	int after = attack->attempt();

	EXPECT_LT(after, 0)
	{
		TH_LOG("%s: was let", attack->name);
	}
	EXPECT_TRUE(attack->last || attack->none || before_it != after)
	{
		TH_LOG("%s: %d before and after", attack->name, after);
	}
	if (attack->told && !(attack->none && (after == -ENOENT || after == -ENOSYS)))
		EXPECT_LT(count, told(attack->told))
		{
			TH_LOG("%s: %s, and nobody was told", attack->name, strerror(-after));
		}
	fprintf(stderr, "# %-20s %s\n", attack->name, strerror(-after));
}

static void events(void)
{
	struct embargo_ring *ring = NULL;
	struct embargo_error error;
	struct embargo_event event;
	char path[EMBARGO_PATH_SIZE];
	unsigned int tampers = 0;
	int r;

	ASSERT_EQ(0, embargo_ring_open(false, &ring, &error));
	while ((r = embargo_ring_next(ring, &event, path)))
		tampers += r == 1 && event.flags & EMBARGO_EVENT_TAMPER;
	embargo_ring_close(ring);
	EXPECT_LT(ATTACKS / 2, tampers);
}

static void still_enforced(void)
{
	EXPECT_EQ(-EPERM, attempt_exec(banned));
	EXPECT_EQ(-EPERM, attempt_mmap_exec(banned));
	EXPECT_EQ(HARMLESS, attempt_exec(twin));
}

/* Moved away by the old call, which no hook tells of: hidden, and nothing is lifted. */
static void hidden_is_seen(void)
{
	char *output = NULL;

	ASSERT_EQ(0, mount(BPFFS, "/run/moved", NULL, MS_MOVE, NULL));
	still_enforced();
	EXPECT_EQ(0, GUEST_RUN(&output, "embargo", "status"));
	EXPECT_NOT_NULL(strstr(output, "HIDDEN"))
	{
		TH_LOG("%s", output);
	}
	free(output);
	ASSERT_EQ(0, mount("/run/moved", BPFFS, NULL, MS_MOVE, NULL));
}

static int say(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, arguments) : 0;
}

/* They are loaded, and not attached. */
static void cheap_to_verify(void)
{
	size_t size;
	const void *elf = embargo_seal_elf(&size);
	struct bpf_object *object = bpf_object__open_mem(elf, size, NULL);
	struct bpf_program *program;

	ASSERT_NOT_NULL(object);
	libbpf_set_print(say);
	ASSERT_EQ(0, bpf_object__load(object));
	bpf_object__for_each_program(program, object)
	{
		struct bpf_prog_info info = {0};
		__u32 length = sizeof(info);

		ASSERT_EQ(0, bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &length));
		EXPECT_LT(0U, info.verified_insns);
		fprintf(stderr, "# %-28s %u\n", bpf_program__name(program), info.verified_insns);
		EXPECT_LT(info.verified_insns, 150000U)
		{
			TH_LOG("%s: %u", bpf_program__name(program), info.verified_insns);
		}
	}
	bpf_object__close(object);
}

TEST_TIMEOUT(sealed, 1200)
{
	char *output = NULL;
	uint64_t before_all;

	guest_put_elf(banned, BANNED, 0);
	guest_put_elf(twin, HARMLESS, 0);
	ASSERT_EQ(BANNED, attempt_exec(banned));
	guest_ban(banned);
	still_enforced();
	cheap_to_verify();
	/* As systemd has them. */
	ASSERT_EQ(0, mount(NULL, "/", NULL, MS_SHARED | MS_REC, NULL));
	hold();
	for (size_t i = 0; i < ATTACKS; i++)
		before[i] = attacks[i].last ? 0 : attacks[i].attempt();
	still_enforced();
	seal();
	still_enforced();
	for (size_t i = 0; i < ATTACKS; i++)
		attack(&attacks[i], before[i]);
	still_enforced();
	EXPECT_LE(0, use_other_inside());
	hidden_is_seen();
	events();
	EMBARGO("events");
	ASSERT_EQ(0, GUEST_RUN(&output, "embargo", "status"));
	EXPECT_NOT_NULL(strstr(output, "sealed      until reboot, since 2"))
	{
		TH_LOG("%s", output);
	}
	EXPECT_NOT_NULL(strstr(output, "CN=Fleet"));
	EXPECT_NOT_NULL(strstr(output, "enforcing   yes"));
	free(output);
	ASSERT_EQ(0, GUEST_RUN(&output, "embargo", "status", "--json"));
	EXPECT_NOT_NULL(strstr(output, "\"sealed\": true"));
	free(output);
	/* What is no attempt is no alert: all that was just read is read again. */
	before_all = told_all();
	EMBARGO("status", "--verbose");
	EXPECT_EQ(1, GUEST_RUN(&output, "embargo", "load", "--force", POLICY_FILE));
	EXPECT_NOT_NULL(strstr(output, "sealed until reboot"));
	free(output);
	EXPECT_EQ(before_all, told_all());
}

GUEST_MAIN
