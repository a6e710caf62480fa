// SPDX-License-Identifier: GPL-2.0-or-later
/* Channels: what is one, and which ring each of 10,000 hosts takes while a roll-out goes on. */
#include "tests/harness.h"

#include <errno.h>

#include "policy/channel/channel.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define FILE_OF(name) "{\"name\":\"" name "\",\"url\":\"a/" name "\",\"size\":9,\"sha256\":\"" HASH "\"}"
#define RING(percent) RING_OF(percent, "1", FILE_OF("a.policy"))
#define RING_OF(percent, version, files)                                                                     \
	"{\"percent\":" percent ",\"policy\":\"a\",\"version\":" version ",\"files\":[" files "]}"
#define DATES "\"issued\":\"2026-11-27T08:00:00Z\",\"expires\":\"2026-12-27T08:00:00Z\""
#define CHANNEL(serial, dates, rings)                                                                        \
	"{\"embargo-channel\":1,\"serial\":" serial "," dates ",\"rings\":[" rings "]}"

static int parse(const char *text, const char *why)
{
	_cleanup_(embargo_channel_freep) struct embargo_channel *channel = NULL;
	struct embargo_reason reason = {""};
	int r = embargo_channel_parse(text, strlen(text), &channel, &reason);

	if (!r == !!*reason.text || !r == !channel || (r && !strstr(reason.text, why))) {
		printf("# %s\n# says: %s\n", text, reason.text);
		return -EPROTO;
	}
	return r;
}

TEST(form)
{
	static const struct {
		const char *text, *why;
	} wrong[] = {
		{"", "not JSON"},
		{"[]", "not an object"},
		{"{\"serial\":1,\n\"serial\":2}", "line 2"},
		{CHANNEL("0", DATES, RING("5")), "\"serial\" of the channel"},
		{CHANNEL("-1", DATES, RING("5")), "\"serial\" of the channel"},
		{CHANNEL("1.0", DATES, RING("5")), "\"serial\" of the channel"},
		{CHANNEL("9223372036854775808", DATES, RING("5")), "not JSON"},
		{CHANNEL("1", DATES, ""), "\"rings\""},
		{CHANNEL("1", DATES ",\"more\":1", RING("5")), "not known"},
		{CHANNEL("1", "\"issued\":\"2026-11-27T08:00:00Z\"", RING("5")), "no \"expires\""},
		{CHANNEL("1", "\"issued\":\"2026-02-30T08:00:00Z\",\"expires\":\"2026-12-27T08:00:00Z\"",
			 RING("5")),
		 "\"issued\" is not"},
		{CHANNEL("1", "\"expires\":\"2026-11-27T08:00:00Z\",\"issued\":\"2026-12-27T08:00:00Z\"",
			 RING("5")),
		 "expires before"},
		{CHANNEL("1", DATES, RING("0")), "\"percent\" of ring 1"},
		{CHANNEL("1", DATES, RING("100.01")), "\"percent\" of ring 1"},
		{CHANNEL("1", DATES, RING("5.005")), "\"percent\" of ring 1"},
		{CHANNEL("1", DATES, RING("5") "," RING("5")), "ring 2 is not wider than ring 1"},
		{CHANNEL("1", DATES, RING_OF("5", "0", FILE_OF("a.policy"))), "\"version\" of ring 1"},
		{CHANNEL("1", DATES, RING_OF("5", "1", "")), "\"files\" of ring 1"},
		{CHANNEL("1", DATES, RING_OF("5", "1", FILE_OF("../a.policy"))), "plain name"},
		{CHANNEL("1", DATES, RING_OF("5", "1", FILE_OF(".a.policy"))), "plain name"},
		{CHANNEL("1", DATES, RING_OF("5", "1", FILE_OF("a.conf"))), "plain name"},
		{CHANNEL("1", DATES, RING_OF("5", "1", FILE_OF("a\\u0000.policy"))), "not JSON"},
		{CHANNEL("1", DATES, RING_OF("5", "1", FILE_OF("a\\u001b.policy"))), "cannot be seen"},
		{CHANNEL("1", DATES, RING_OF("5", "1", FILE_OF("a.policy") "," FILE_OF("a.policy"))),
		 "the name of another"},
	};
	size_t i;

	EXPECT_EQ(0, parse(CHANNEL("1", DATES, RING("5") "," RING("0.5e2") "," RING("100")), ""));
	EXPECT_EQ(0, parse(CHANNEL("9223372036854775807", DATES, RING("0.01")), ""));
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		EXPECT_EQ(-EBADMSG, parse(wrong[i].text, wrong[i].why));
}

TEST(written_is_read)
{
	static const char text[] = CHANNEL(
		"7", DATES, RING("0.29") "," RING("12.5") "," RING_OF("100", "3", FILE_OF("b.policy")));
	_cleanup_(embargo_channel_freep) struct embargo_channel *first = NULL, *second = NULL;
	_cleanup_free_ char *written = NULL, *again = NULL;
	struct embargo_reason reason = {""};
	size_t size, again_size;

	ASSERT_EQ(0, embargo_channel_parse(text, strlen(text), &first, &reason));
	ASSERT_EQ(0, embargo_channel_write(first, &written, &size, &reason));
	ASSERT_EQ(0, embargo_channel_parse(written, size, &second, &reason));
	ASSERT_EQ(0, embargo_channel_write(second, &again, &again_size, &reason));
	EXPECT_STREQ(written, again);
	EXPECT_EQ(29, second->rings[0].share);
	EXPECT_EQ(1250, second->rings[1].share);
	EXPECT_EQ(10000, second->rings[2].share);
	EXPECT_EQ(3, second->rings[2].version);
	EXPECT_EQ(first->expires, second->expires);
	EXPECT_STREQ("b.policy", second->rings[2].files[0].name);
}

#define HOSTS 10000

/* As systemd makes them: 128 bits in hex, here from a generator with a fixed start. */
static void machine_id(char text[33])
{
	static uint64_t state = 1;
	int i;

	for (i = 0; i < 32; i++) {
		state = state * 6364136223846793005ULL + 1442695040888963407ULL;
		text[i] = "0123456789abcdef"[state >> 60];
	}
	text[32] = 0;
}

TEST(roll_out_of_10000_hosts)
{
	static const unsigned int steps[] = {1, 5, 25, 100};
	struct embargo_channel_ring rings[] = {{.policy = "site", .version = 2},
					       {.policy = "site", .version = 1, .share = 10000}};
	struct embargo_channel channel = {.rings = rings, .ring_count = 2};
	static bool has[HOSTS], other[HOSTS];
	static int place[HOSTS];
	unsigned int step, taken, i, flipped = 0, both = 0;
	char id[33];

	for (i = 0; i < HOSTS; i++) {
		machine_id(id);
		place[i] = embargo_channel_place(id, "site");
		ASSERT_GE(place[i], 0);
		ASSERT_LT(place[i], EMBARGO_CHANNEL_PLACES);
		other[i] = embargo_channel_place(id, "another") < 2500;
	}
	for (step = 0; step < sizeof(steps) / sizeof(*steps); step++) {
		rings[0].share = steps[step] * 100;
		channel.ring_count = steps[step] == 100 ? 1 : 2;
		for (i = 0, taken = 0; i < HOSTS; i++) {
			const struct embargo_channel_ring *ring =
				embargo_channel_ring(&channel, "site", place[i], 0);
			bool now = ring && ring->version == 2;

			flipped += has[i] && !now;
			has[i] = now;
			taken += now;
			both += steps[step] == 25 && now && other[i];
		}
		printf("# %u %%: %u hosts of %d\n", steps[step], taken, HOSTS);
		EXPECT_LE(taken, steps[step] * 100 + HOSTS / 100);
		EXPECT_GE(taken + HOSTS / 100, steps[step] * 100);
	}
	EXPECT_EQ(0, flipped);
	/* Another policy begins with other hosts: a quarter of a quarter are first twice. */
	EXPECT_LE(both, HOSTS / 16 + HOSTS / 100);
	EXPECT_GE(both, HOSTS / 16 - HOSTS / 100);
}

TEST(place_stays_what_it_is)
{
	/* printf '%s' '0123456789abcdef0123456789abcdef site' | sha256sum: the first 8 bytes, mod 10000 */
	EXPECT_EQ(2086, embargo_channel_place("0123456789abcdef0123456789abcdef", "site"));
}

TEST(pinned_ring)
{
	struct embargo_channel_ring rings[] = {
		{.policy = "a", .share = 100}, {.policy = "b", .share = 100}, {.policy = "a", .share = 500}};
	struct embargo_channel channel = {.rings = rings, .ring_count = 3};

	EXPECT_TRUE(embargo_channel_ring(&channel, "a", 99, 0) == &rings[0]);
	EXPECT_TRUE(embargo_channel_ring(&channel, "a", 100, 0) == &rings[2]);
	EXPECT_TRUE(embargo_channel_ring(&channel, "a", 500, 0) == NULL);
	EXPECT_TRUE(embargo_channel_ring(&channel, "a", 9999, 1) == &rings[0]);
	EXPECT_TRUE(embargo_channel_ring(&channel, "a", 0, 2) == &rings[2]);
	EXPECT_TRUE(embargo_channel_ring(&channel, "a", 0, 9) == &rings[2]);
	EXPECT_TRUE(embargo_channel_ring(&channel, "b", 5000, 9) == &rings[1]);
	EXPECT_TRUE(embargo_channel_ring(&channel, "c", 0, 1) == NULL);
}

TEST_HARNESS_MAIN
