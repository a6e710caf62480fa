// SPDX-License-Identifier: GPL-2.0-or-later
/* Drivers by who signed them: rules as `embargo id --rule` writes them of a certificate, or of a signed
 * module. */
#include <ftw.h>

#include "tests/guest/driver_event.h"

enum key { BY_RSA = 1 << 0, BY_ECDSA = 1 << 1, BY_FOREIGN = 1 << 2, BY_DEEP = 1 << 3, BY_NONE = 0 };

static const struct key_name {
	enum key key;
	const char *name, *common_name, *serial;
} keys[] = {
	{BY_RSA, "rsa", "Example driver key", "4142"},
	{BY_ECDSA, "ecdsa", "Example elliptic key", "f0e1d2c3b4a5968778695a4b3c2d1e0f10111213"},
	{BY_FOREIGN, "foreign", "Somebody else", "01"},
	{BY_DEEP, "deep", "Example deep", "0807060504030201"},
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

static const struct signed_file {
	const char *name;
	int keys;
	bool by_key_id; /* and not by issuer and serial */
} files[] = {
	{"stock.ko", BY_NONE, false},
	{"bare.ko", BY_NONE, false},
	{"told.ko", BY_NONE, false},
	{"rsa.ko", BY_RSA, false},
	{"rsa-keyid.ko", BY_RSA, true},
	{"rsa-sha512.ko", BY_RSA, false},
	{"rsa-certificates.ko", BY_RSA, false},
	{"rsa-attributes.ko", BY_RSA, false},
	{"told-rsa.ko", BY_RSA, false},
	{"ecdsa.ko", BY_ECDSA, false},
	{"ecdsa-keyid.ko", BY_ECDSA, true},
	{"ecdsa-sha512.ko", BY_ECDSA, false},
	{"foreign.ko", BY_FOREIGN, false},
	{"deep.ko", BY_DEEP, false},
	{"two.ko", BY_FOREIGN | BY_RSA, false},
	{"resigned.ko", BY_FOREIGN | BY_RSA, false},
};

#define FILES (sizeof(files) / sizeof(files[0]))

static int own[FILES]; /* what the kernel makes of each */

FIXTURE(signer)
{
	char unused;
};

static void control(int results[FILES])
{
	for (size_t i = 0; i < FILES; i++) {
		results[i] = driver_init(driver_path(files[i].name));
		/* A signature over other attributes is no module's for some kernels; the rest loads. */
		if (strcmp(files[i].name, "rsa-attributes.ko"))
			EXPECT_EQ(0, results[i])
			{
				TH_LOG("%s", files[i].name);
			}
	}
}

FIXTURE_SETUP(signer)
{
	DRIVER_LIFT();
	control(own);
	driver_events_skip();
}

FIXTURE_TEARDOWN(signer)
{
	int after[FILES];

	DRIVER_LIFT();
	control(after);
	EXPECT_MEMEQ(own, after, sizeof(own));
	driver_events_none();
}

/* What `embargo id --rule` says of @path, with the proposals that begin with @proposal taken. */
static char *rules_of(const char *path, const char *proposal)
{
	char *output = NULL, *at;

	ASSERT_EQ(0, GUEST_RUN(&output, "embargo", "id", "--rule", path))
	{
		TH_LOG("%s", output);
	}
	while (proposal && (at = strstr(output, proposal)))
		memset(at, ' ', strlen(proposal));
	return output;
}

static void expect_event(const struct key_name *key, bool by_key_id)
{
	struct driver_event event = driver_event_take();

	EXPECT_EQ(EMBARGO_DENIED, event.event.verdict);
	EXPECT_EQ(EMBARGO_KIND_SIGNER, event.event.kind);
	EXPECT_EQ(by_key_id ? EMBARGO_EVENT_KEYID : 0, event.event.flags);
	EXPECT_STREQ(by_key_id ? "" : key->common_name, event.event.signer);
	if (by_key_id)
		EXPECT_EQ(20, event.event.serial_size);
	else
		EXPECT_STREQ(key->serial, event.serial);
	EXPECT_STREQ(DRIVER_MODULE, event.event.module);
	driver_events_none();
}

static void check_files(const struct key_name *key, bool issuer, bool key_id)
{
	for (size_t i = 0; i < FILES; i++) {
		const char *path = driver_path(files[i].name);
		bool banned = files[i].keys & key->key && (files[i].by_key_id ? key_id : issuer);

		EXPECT_EQ(banned ? -EPERM : own[i], driver_init(path))
		{
			TH_LOG("%s: %s", key->name, path);
		}
		if (!banned)
			continue;
		expect_event(key, files[i].by_key_id);
		EXPECT_EQ(-EPERM, driver_finit(path));
		expect_event(key, files[i].by_key_id);
	}
}

TEST_F_TIMEOUT(signer, by_certificate, 120)
{
	for (size_t i = 0; i < KEYS; i++) {
		char *rules = rules_of(PATH_OF("%s/%s.pem", DRIVER_CORPUS, keys[i].name), NULL);
		char *second = strchr(rules, '\n') + 1;

		DRIVER_BAN("%s", rules);
		check_files(&keys[i], true, true);
		/* Each of the two lines says half of it. */
		DRIVER_BAN("%s", second);
		check_files(&keys[i], false, true);
		*second = '\0';
		DRIVER_BAN("%s", rules);
		check_files(&keys[i], true, false);
		free(rules);
	}
}

TEST_F_TIMEOUT(signer, by_module, 120)
{
	for (size_t i = 0; i < FILES; i++) {
		const char *path = driver_path(files[i].name), *line;
		char *rules = rules_of(path, "# all that it signed:");

		if (!files[i].keys) {
			free(rules);
			continue;
		}
		/* Not by its hash, which is on the first line. */
		line = strchr(rules, '\n');
		DRIVER_BAN("%s", line);
		EXPECT_EQ(-EPERM, driver_init(path))
		{
			TH_LOG("%s: %s", path, line);
		}
		EXPECT_EQ(own[0], driver_init(driver_path(files[0].name)));
		EXPECT_EQ(own[1], driver_init(driver_path(files[1].name)));
		driver_events_skip();
		free(rules);
	}
}

static int stock_seen;

/* One of the guest's own modules; those of Debian 12 are not compressed. */
static int stock_refused(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	const char *suffix = strrchr(path, '.');
	char *output = NULL;

	(void)st;
	(void)walk;
	if (type != FTW_F || !suffix || (strcmp(suffix, ".ko") && strcmp(suffix, ".xz")))
		return 0;
	stock_seen++;
	if (!strcmp(suffix, ".xz")) {
		EXPECT_EQ(DRIVER_SHOWS_PLAIN ? -EPERM : -ENOSYS, driver_finit_compressed(path))
		{
			TH_LOG("%s", path);
		}
		ASSERT_EQ(0, GUEST_RUN(&output, "sh", "-c",
				       PATH_OF("busybox unxz -c '%s' >/tmp/plain.ko", path)));
		path = "/tmp/plain.ko";
	}
	EXPECT_EQ(-EPERM, driver_finit(path))
	{
		TH_LOG("%s", path);
	}
	EXPECT_EQ(-EPERM, driver_init(path))
	{
		TH_LOG("%s", path);
	}
	free(output);
	return 0;
}

/* Every module that Debian signed is refused; the same one is not, once the signature is cut off. */
TEST_F_TIMEOUT(signer, debian, 240)
{
	const char *stock = driver_path("stock.ko"), *bare = driver_path("bare.ko");
	DRIVER_FREE struct driver_bytes serial = driver_read(driver_path("stock.serial"));
	DRIVER_FREE struct driver_bytes issuer = driver_read(driver_path("stock.issuer"));
	char *rules = rules_of(stock, "# all that it signed:"), *rule = strstr(rules, "ban signer"), *name;
	struct utsname system;

	/* It is who openssl says it is. */
	serial.data[serial.size - 1] = issuer.data[issuer.size - 1] = '\0';
	for (unsigned char *c = serial.data; *c; c++)
		*c = tolower(*c);
	ASSERT_NOT_NULL(rule);
	*strchr(rule, '\n') = '\0';
	EXPECT_NOT_NULL(strstr(rule, (char *)serial.data + 2));
	EXPECT_NOT_NULL(strstr(rule, (char *)issuer.data));

	uname(&system);
	DRIVER_BAN("%s\n", rule);
	EXPECT_EQ(0, nftw(PATH_OF("/lib/modules/%s/kernel", system.release), stock_refused, 8, FTW_PHYS));
	EXPECT_LT(10, stock_seen);
	driver_events_skip();
	EXPECT_EQ(-EPERM, driver_init(stock));
	EXPECT_EQ(0, driver_init(bare));
	EXPECT_EQ(0, driver_init(driver_path("rsa.ko")));
	driver_events_skip();

	name = strdup(PATH_OF("%s\nban module unsigned\n", rule));
	DRIVER_BAN("%s", name);
	EXPECT_EQ(-EPERM, driver_init(bare));
	EXPECT_EQ(EMBARGO_EVENT_UNSIGNED, driver_event_take().event.flags & EMBARGO_EVENT_UNSIGNED);
	EXPECT_EQ(-EPERM, driver_finit(bare));
	EXPECT_EQ(-EPERM, driver_init(stock));
	EXPECT_EQ(0, driver_init(driver_path("rsa.ko")));
	driver_events_skip();
	free(rules);
}

GUEST_MAIN
