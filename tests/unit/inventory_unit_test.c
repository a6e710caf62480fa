// SPDX-License-Identifier: GPL-2.0-or-later
/* Units and cron tables in trees made for it, and what their commands name. */
#include "tests/harness.h"

#include "inventory.h"

#define BAN "ban path /opt/kav/\n"

FIXTURE(tree)
{
	struct inventory_tree tree;
};

FIXTURE_SETUP(tree)
{
	inventory_tree_make(&self->tree);
	inventory_put(&self->tree, "/opt/kav/a", "a");
	inventory_put(&self->tree, "/opt/kav/b", "b");
	inventory_put(&self->tree, "/usr/bin/fine", "fine");
}

FIXTURE_TEARDOWN(tree)
{
	inventory_tree_remove(&self->tree);
}

static void expect_words(const char *command, const char *first, const char *second)
{
	char **words = embargo_inventory_words(command);

	ASSERT_NOT_NULL(words);
	EXPECT_STREQ(first, words[0])
	{
		TH_LOG("%s", command);
	}
	if (words[0])
		EXPECT_STREQ(second, words[1])
		{
			TH_LOG("%s", command);
		}
	embargo_inventory_words_free(words);
}

TEST(words)
{
	expect_words("/a/b", "/a/b", NULL);
	expect_words("", NULL, NULL);
	expect_words("nothing here a/b ./c", NULL, NULL);
	expect_words("/", NULL, NULL);
	expect_words("-/a/b --x=/c/d", "/a/b", "/c/d");
	expect_words("+!/a/b", "/a/b", NULL);
	expect_words("/a/b /a/b;/a/b", "/a/b", NULL);
	expect_words("\"/a/b\" c", "/a/b", NULL);
	expect_words("'/a b/c'", "/a b/c", "/a");
	expect_words("sh -c \"/a/b c >/d/e\"", "/a/b c >/d/e", "/a/b");
	expect_words("/a\\ b/c", "/a b/c", NULL);
	expect_words("(/a/b)&&/c/d", "/a/b", "/c/d");
	expect_words("X=/a/b:/c/d", "/a/b", "/c/d");
	expect_words("`/a/b` $(/c/d)", "/a/b", "/c/d");
	expect_words("\"/a/b", "/a/b", NULL);
	expect_words("/a/b\\", "/a/b\\", NULL);
}

/* A thousand words, and one that has no end: none is read past. */
TEST(many_words)
{
	char *text = malloc(1 << 20), **words;
	size_t i, size = 0;

	for (i = 0; i < 1000; i++)
		size += sprintf(text + size, "/w/%zu ", i);
	words = embargo_inventory_words(text);
	ASSERT_NOT_NULL(words);
	for (i = 0; words[i]; i++)
		;
	EXPECT_EQ(256, i);
	embargo_inventory_words_free(words);
	memset(text, '/', (1 << 20) - 1);
	text[(1 << 20) - 1] = '\0';
	words = embargo_inventory_words(text);
	ASSERT_NOT_NULL(words);
	embargo_inventory_words_free(words);
	free(text);
}

static void expect_unit(const json_t *found, const char *unit, const char *path, bool active,
			const char *ground)
{
	const json_t *finding = inventory_with(found, "unit", unit, "path", path);

	EXPECT_NOT_NULL(finding)
	{
		TH_LOG("%s %s", unit, path);
		inventory_log(found);
	}
	EXPECT_STREQ("unit", inventory_text(finding, "kind"));
	EXPECT_EQ(active, json_is_true(json_object_get(finding, "active")));
	EXPECT_NOT_NULL(strstr(inventory_text(finding, "ground"), ground))
	{
		TH_LOG("%s", inventory_text(finding, "ground"));
	}
}

/* Anybody may have a file that is a terabyte of nothing among his units: its one line is not read. */
TEST_F(tree, huge_unit)
{
	struct inventory_tree *tree = &self->tree;
	json_t *found, *warning;

	inventory_put(tree, "/etc/systemd/system/huge.service", "[Service]\nExecStart=/opt/kav/a\n");
	ASSERT_EQ(0, truncate(inventory_path(tree, "/etc/systemd/system/huge.service"), 17 << 20));
	inventory_put(tree, "/etc/systemd/system/plain.service", "[Service]\nExecStart=/opt/kav/b\n");
	inventory_put(tree, "/etc/systemd/system/plain.service.d/a.conf", "[Service]\n");
	ASSERT_EQ(0, truncate(inventory_path(tree, "/etc/systemd/system/plain.service.d/a.conf"), 17 << 20));
	found = inventory_find(tree->root, BAN, embargo_inventory_units);
	expect_unit(found, "plain.service", "/opt/kav/b", false, "plain.service:2");
	EXPECT_EQ(3, json_array_size(found))
	{
		inventory_log(found);
	}
	warning = json_array_get(found, 0);
	EXPECT_STREQ("trouble", inventory_text(warning, "type"));
	EXPECT_STREQ("could not be read: a file of this unit is too large", inventory_text(warning, "why"));
	json_decref(found);
}

TEST_F(tree, units)
{
	struct inventory_tree *tree = &self->tree;
	json_t *found;

	inventory_put(tree, "/usr/lib/systemd/system/plain.service",
		      "# ExecStart=/opt/kav/b\n[Service]\nType=simple\nExecStart = -/opt/kav/a --run\n");
	inventory_link(tree, "/usr/lib/systemd/system/plain.service",
		       "/etc/systemd/system/multi-user.target.wants/plain.service");
	inventory_put(tree, "/usr/lib/systemd/system/fine.service", "[Service]\nExecStart=/usr/bin/fine\n");
	inventory_put(tree, "/usr/lib/systemd/system/continued.service",
		      "[Service]\nExecStartPre=/usr/bin/fine \\\n# a comment\n  --with \\\n  /opt/kav/b\n");
	inventory_put(tree, "/usr/lib/systemd/system/shell.service",
		      "[Service]\nExecStop=/bin/sh -c 'test -x x && exec /opt/kav/a stop'\n");
	/* The first directory that has it wins. */
	inventory_put(tree, "/usr/lib/systemd/system/other.service", "[Service]\nExecStart=/opt/kav/a\n");
	inventory_put(tree, "/etc/systemd/system/other.service", "[Service]\nExecStart=/usr/bin/fine\n");
	inventory_put(tree, "/usr/lib/systemd/system/masked.service", "[Service]\nExecStart=/opt/kav/a\n");
	inventory_link(tree, "/dev/null", "/etc/systemd/system/masked.service");
	/* Drop-ins add, take away and hide each other. */
	inventory_put(tree, "/usr/lib/systemd/system/added.service", "[Service]\nExecStart=/usr/bin/fine\n");
	inventory_put(tree, "/etc/systemd/system/added.service.d/10.conf",
		      "[Service]\nExecStartPost=/opt/kav/b\n");
	inventory_put(tree, "/usr/lib/systemd/system/taken.service", "[Service]\nExecStart=/opt/kav/a\n");
	inventory_put(tree, "/etc/systemd/system/taken.service.d/10.conf",
		      "[Service]\nExecStart=\nExecStart=/usr/bin/fine\n");
	inventory_put(tree, "/usr/lib/systemd/system/hidden.service", "[Service]\nExecStart=/usr/bin/fine\n");
	inventory_put(tree, "/usr/lib/systemd/system/hidden.service.d/10.conf",
		      "[Service]\nExecStop=/opt/kav/a\n");
	inventory_put(tree, "/etc/systemd/system/hidden.service.d/10.conf", "[Service]\n");
	/* An instance, and its template. */
	inventory_put(tree, "/usr/lib/systemd/system/kav@.service", "[Service]\nExecStart=/opt/kav/%i\n");
	inventory_link(tree, "/usr/lib/systemd/system/kav@.service",
		       "/etc/systemd/system/x.target.wants/kav@a.service");
	/* Another name of a unit is no unit. */
	inventory_link(tree, "plain.service", "/usr/lib/systemd/system/alias.service");
	/* A unit that lives elsewhere, and one whose link leads out of the root. */
	inventory_put(tree, "/opt/kav/own.service", "[Service]\nExecStart=/opt/kav/a\n");
	inventory_link(tree, "/opt/kav/own.service", "/etc/systemd/system/own.service");
	inventory_link(tree, "../../../../../../../../etc/passwd", "/etc/systemd/system/out.service");
	/* Its program is gone; the rule still says whose it was. */
	inventory_put(tree, "/usr/lib/systemd/system/left.service", "[Service]\nExecStart=/opt/kav/gone\n");

	found = inventory_find(tree->root, BAN, embargo_inventory_units);
	expect_unit(found, "plain.service", "/opt/kav/a", true, "/usr/lib/systemd/system/plain.service:4");
	expect_unit(found, "continued.service", "/opt/kav/b", false, "continued.service:2");
	expect_unit(found, "shell.service", "/opt/kav/a", false, "shell.service:2");
	expect_unit(found, "added.service", "/opt/kav/b", false,
		    "/etc/systemd/system/added.service.d/10.conf:2");
	expect_unit(found, "kav@a.service", "/opt/kav/a", true, "kav@.service:2");
	expect_unit(found, "own.service", "/opt/kav/a", false, "own.service:2");
	expect_unit(found, "left.service", "/opt/kav/gone", false, "left.service:2");
	EXPECT_NULL(inventory_with(found, "unit", "other.service", NULL, NULL));
	EXPECT_NULL(inventory_with(found, "unit", "masked.service", NULL, NULL));
	EXPECT_NULL(inventory_with(found, "unit", "taken.service", NULL, NULL));
	EXPECT_NULL(inventory_with(found, "unit", "hidden.service", NULL, NULL));
	EXPECT_NULL(inventory_with(found, "unit", "alias.service", NULL, NULL));
	EXPECT_NULL(inventory_with(found, "unit", "fine.service", NULL, NULL));
	EXPECT_EQ(7, json_array_size(found)) /* a template alone names nothing */
	{
		inventory_log(found);
	}
	json_decref(found);
}

TEST_F(tree, user_units)
{
	struct inventory_tree *tree = &self->tree;
	json_t *found;

	inventory_put(tree, "/etc/passwd",
		      "root:x:0:0::/root:/bin/sh\nme:x:1:1::/home/me:/bin/sh\nbroken\n::::\n");
	inventory_put(tree, "/usr/lib/systemd/user/all.service", "[Service]\nExecStart=/opt/kav/a\n");
	inventory_put(tree, "/home/me/.config/systemd/user/mine.service",
		      "[Service]\nExecStart=/opt/kav/b\n");
	inventory_link(tree, "../mine.service",
		       "/home/me/.config/systemd/user/default.target.wants/mine.service");
	found = inventory_find(tree->root, BAN, embargo_inventory_units);
	expect_unit(found, "all.service", "/opt/kav/a", false, "/usr/lib/systemd/user/");
	expect_unit(found, "mine.service", "/opt/kav/b", true,
		    "/home/me/.config/systemd/user/mine.service:2");
	EXPECT_EQ(2, json_array_size(found));
	json_decref(found);
}

/* By its contents, under whatever name; through a link the real path counts. */
TEST_F(tree, by_hash_and_through_links)
{
	struct inventory_tree *tree = &self->tree;
	json_t *found;

	inventory_put(tree, "/srv/prog", "abc");
	inventory_link(tree, "/opt/kav", "/opt/vendor");
	inventory_put(tree, "/etc/systemd/system/hash.service", "[Service]\nExecStart=/srv/prog\n");
	inventory_put(tree, "/etc/systemd/system/link.service", "[Service]\nExecStart=/opt/vendor/a\n");
	found = inventory_find(
		tree->root,
		BAN "ban hash sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
		    " size=3\n",
		embargo_inventory_units);
	expect_unit(found, "hash.service", "/srv/prog", false, "hash.service:2");
	expect_unit(found, "link.service", "/opt/kav/a", false, "link.service:2");
	EXPECT_EQ(3, json_integer_value(json_object_get(
			     inventory_with(found, "unit", "hash.service", NULL, NULL), "size")));
	EXPECT_EQ(2, json_array_size(found));
	json_decref(found);
}

static void expect_cron(const json_t *found, const char *path, const char *ground)
{
	const json_t *item;
	size_t i;

	json_array_foreach(found, i, item) if (!strcmp(inventory_text(item, "path"), path) &&
					       strstr(inventory_text(item, "ground"), ground)) return;
	EXPECT_TRUE(false)
	{
		TH_LOG("%s, %s", path, ground);
		inventory_log(found);
	}
}

TEST_F(tree, cron)
{
	struct inventory_tree *tree = &self->tree;
	json_t *found;

	inventory_put(tree, "/etc/crontab",
		      "SHELL=/opt/kav/b\nX = \"1 2 3 4 5 root /opt/kav/b\"\n# 1 2 3 4 5 root /opt/kav/b\n\n"
		      "17 *  * * * root cd / && run-parts /etc/cron.hourly\n"
		      "@reboot root /opt/kav/a\n1 2 3 4 5 root nice /opt/kav/a -x\n1 2 3\n");
	inventory_put(tree, "/etc/cron.d/kav", "*/5 * * * * root [ -x /opt/kav/b ] && /opt/kav/b\n");
	inventory_put(tree, "/etc/cron.daily/clean",
		      "#!/bin/sh\n# /opt/kav/b\nfind /var -delete\n/opt/kav/a\n");
	inventory_put(tree, "/etc/cron.weekly/binary", "\177ELF /opt/kav/b");
	inventory_link(tree, "/opt/kav/b", "/etc/cron.monthly/linked");
	inventory_put(tree, "/var/spool/cron/crontabs/me", "@daily /opt/kav/a\n1 1 1 1 1 /opt/kav/b\n");
	inventory_put(tree, "/var/spool/cron/atjobs/a0001", "#!/bin/sh\ncd /home/me\n/opt/kav/a\n");
	inventory_put(tree, "/etc/anacrontab", "7 5 kav /opt/kav/a\n");
	found = inventory_find(tree->root, BAN, embargo_inventory_cron);
	expect_cron(found, "/opt/kav/a", "/etc/crontab:6");
	expect_cron(found, "/opt/kav/a", "/etc/crontab:7");
	expect_cron(found, "/opt/kav/b", "/etc/cron.d/kav:1");
	expect_cron(found, "/opt/kav/a", "/etc/cron.daily/clean:4");
	expect_cron(found, "/opt/kav/b", "/etc/cron.monthly/linked");
	expect_cron(found, "/opt/kav/a", "/var/spool/cron/crontabs/me:1");
	expect_cron(found, "/opt/kav/b", "/var/spool/cron/crontabs/me:2");
	expect_cron(found, "/opt/kav/a", "/var/spool/cron/atjobs/a0001:3");
	expect_cron(found, "/opt/kav/a", "/etc/anacrontab:1");
	EXPECT_EQ(9, json_array_size(found))
	{
		inventory_log(found);
	}
	json_decref(found);
}

/* A host without any of it. */
TEST_F(tree, nothing)
{
	json_t *found;

	found = inventory_find(inventory_path(&self->tree, "/usr/bin"), BAN, embargo_inventory_units);
	EXPECT_EQ(0, json_array_size(found));
	json_decref(found);
	found = inventory_find(inventory_path(&self->tree, "/usr/bin"), BAN, embargo_inventory_cron);
	EXPECT_EQ(0, json_array_size(found));
	json_decref(found);
}

TEST_HARNESS_MAIN
