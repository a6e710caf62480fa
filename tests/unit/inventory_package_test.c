// SPDX-License-Identifier: GPL-2.0-or-later
/* Installed packages, and files in use that they own, in a tree made for it. */
#include "tests/harness.h"

#include "inventory.h"

FIXTURE(package)
{
	struct inventory_tree tree;
};

FIXTURE_SETUP(package)
{
	inventory_tree_make(&self->tree);
	inventory_put(
		&self->tree, "/var/lib/dpkg/status",
		"Package: kesl\nStatus: install ok installed\nMaintainer: Example Lab <l@example.org>\n"
		"Architecture: amd64\nVersion: 12.1.0\n\n"
		"Package: fine\nStatus: install ok installed\nMaintainer: Debian <d@example.org>\n"
		"Architecture: all\nVersion: 1\n\n"
		"Package: gone\nStatus: deinstall ok config-files\nMaintainer: Example Lab <l@example.org>\n"
		"Architecture: amd64\nVersion: 2\n");
	inventory_put(&self->tree, "/var/lib/dpkg/info/kesl.list", "/.\n/opt\n/opt/kesl\n/opt/kesl/agent\n");
	inventory_put(&self->tree, "/var/lib/dpkg/info/fine.list", "/.\n/usr/bin/fine\n");
	inventory_put(&self->tree, "/opt/kesl/agent", "#!/bin/sh\necho agent\n");
	inventory_put(&self->tree, "/usr/bin/fine", "#!/bin/sh\necho fine\n");
}

FIXTURE_TEARDOWN(package)
{
	inventory_tree_remove(&self->tree);
}

TEST_F(package, by_name_and_maintainer)
{
	static const char *const rules[] = {
		"ban package name=\"kes*\"\n",
		"ban package maintainer=\"Example Lab*\"\n",
		"ban package name=kesl maintainer=\"Example Lab <l@example.org>\"\n",
	};
	const json_t *finding;
	json_t *found;

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		found = inventory_find(self->tree.root, rules[i], embargo_inventory_packages);
		finding = inventory_with(found, "kind", "package", "package", "kesl");
		EXPECT_NOT_NULL(finding)
		{
			inventory_log(found);
		}
		EXPECT_STREQ("12.1.0", inventory_text(finding, "package_version"));
		EXPECT_STREQ("denied", inventory_text(finding, "verdict"));
		EXPECT_TRUE(json_is_true(json_object_get(finding, "resolved")));
		EXPECT_EQ(1, json_array_size(found))
		{
			inventory_log(found);
		}
		json_decref(found);
	}
}

TEST_F(package, audited_allowed_and_none)
{
	json_t *found =
		inventory_find(self->tree.root, "audit package name=kesl\n", embargo_inventory_packages);

	EXPECT_NOT_NULL(inventory_with(found, "package", "kesl", "verdict", "audited"));
	json_decref(found);
	found = inventory_find(self->tree.root,
			       "ban package maintainer=\"Example*\"\nallow package name=kesl\n",
			       embargo_inventory_packages);
	EXPECT_EQ(0, json_array_size(found));
	json_decref(found);
	found = inventory_find(self->tree.root, "ban package name=other\n", embargo_inventory_packages);
	EXPECT_EQ(0, json_array_size(found));
	json_decref(found);
	found = inventory_find(self->tree.root, "ban path /opt/\n", embargo_inventory_packages);
	EXPECT_EQ(0, json_array_size(found));
	json_decref(found);
}

/* What a unit and a cron table start is of a banned package, wherever its rule says nothing of paths. */
TEST_F(package, files_that_it_owns)
{
	const json_t *finding;
	json_t *found;

	inventory_put(&self->tree, "/etc/systemd/system/agent.service",
		      "[Service]\nExecStart=/opt/kesl/agent\nExecStop=/usr/bin/fine\n");
	inventory_put(&self->tree, "/etc/cron.d/agent", "1 1 1 1 1 root /usr/bin/fine && /opt/kesl/agent\n");
	found = inventory_find(self->tree.root, "ban package name=kesl\n", embargo_inventory_units);
	finding = inventory_with(found, "unit", "agent.service", "path", "/opt/kesl/agent");
	EXPECT_NOT_NULL(finding)
	{
		inventory_log(found);
	}
	EXPECT_STREQ("kesl", inventory_text(finding, "package"));
	EXPECT_NE(0, strcmp("(none)", inventory_text(finding, "sha256")));
	EXPECT_NOT_NULL(strstr(inventory_text(finding, "ground"), "agent.service:2"));
	EXPECT_EQ(1, json_array_size(found));
	json_decref(found);
	found = inventory_find(self->tree.root, "ban package name=kesl\n", embargo_inventory_cron);
	EXPECT_NOT_NULL(inventory_with(found, "kind", "cron", "path", "/opt/kesl/agent"));
	EXPECT_EQ(1, json_array_size(found));
	json_decref(found);
}

TEST_HARNESS_MAIN
