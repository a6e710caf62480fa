// SPDX-License-Identifier: GPL-2.0-or-later
/* Who owns a path: by databases made here, by this host's own, and as dpkg and rpm say. */
#include "tests/harness.h"

#include <sys/stat.h>

#include "identity_files.h"
#include "policy/identity/package/owner.h"

FIXTURE(owner)
{
	struct embargo_owners *owners;
	char *warning;
};

FIXTURE_SETUP(owner)
{
	files_start();
	ASSERT_TRUE(run("mkdir -p root/var/lib/dpkg/info root/usr/bin root/usr/lib root/usr/sbin root/sbin"));
	ASSERT_EQ(0, symlink("usr/bin", "root/bin") || symlink("/usr/lib", "root/lib"));
}

FIXTURE_TEARDOWN(owner)
{
	embargo_owners_free(self->owners);
	free(self->warning);
	files_end();
}

static void put_text(const char *path, const char *text)
{
	put(path, text, strlen(text));
}

static void expect_owner(struct embargo_owners *owners, const char *name, const char *path)
{
	const struct embargo_package *package = embargo_owners_find(owners, path);

	EXPECT_STREQ(name, package ? package->name : "")
	{
		TH_LOG("of %s", path);
	}
}

#define PACKAGE(name, status, more) "Package: " name "\nStatus: " status "\n" more "\n\n"

TEST_F(owner, of_dpkg)
{
	const struct embargo_package *package;

	put_text("root/var/lib/dpkg/status",
		 PACKAGE("acme", "install ok installed",
			 "Architecture: amd64\nMaintainer: Acme <a@acme>\nOrigin: Acme Inc\nVersion: 1:2-3\n"
			 "Description: x\n Status: install ok not-installed")
			 PACKAGE("libacme", "install ok installed",
				 "Architecture: amd64\nMulti-Arch: same\nVersion: 1")
				 PACKAGE("half", "install reinstreq half-installed",
					 "Architecture: all\nVersion: 1")
					 PACKAGE("gone", "deinstall ok config-files", "Version: 1")
						 PACKAGE("listless", "install ok installed", "Version: 1"));
	put_text("root/var/lib/dpkg/info/acme.list",
		 "/.\n/bin\n/bin/acme\n/usr\n/usr/sbin\n/usr/sbin/acmed\n/opt/a "
		 "b\n/bin/diverted\n/usr/share/x\n/usr/share/xy");
	put_text("root/var/lib/dpkg/info/libacme:amd64.list",
		 "/lib/libacme.so\n/opt\n/opt/a b\n/bin/local\n");
	put_text("root/var/lib/dpkg/info/libacme.list", "/wrong\n");
	put_text("root/var/lib/dpkg/info/half.list", "/bin/diverted\n/half\n");
	put_text("root/var/lib/dpkg/info/gone.list", "/gone\n");
	put_text("root/var/lib/dpkg/diversions",
		 "/bin/diverted\n/bin/diverted.distrib\nhalf\n/bin/local\n/bin/local.moved\n:\n");
	ASSERT_EQ(0, embargo_owners_open("root", &self->owners, &self->warning));
	EXPECT_STREQ("/var/lib/dpkg/info/listless.list: No such file or directory", self->warning);

	expect_owner(self->owners, "acme", "/usr/bin/acme");
	expect_owner(self->owners, "acme", "/bin/acme");
	expect_owner(self->owners, "acme", "/usr/sbin/acmed");
	expect_owner(self->owners, "", "/sbin/acmed"); /* not merged there */
	expect_owner(self->owners, "libacme", "/usr/lib/libacme.so");
	expect_owner(self->owners, "libacme", "/lib/libacme.so");
	expect_owner(self->owners, "acme", "/opt/a b"); /* the first */
	expect_owner(self->owners, "acme", "/usr/share/x");
	expect_owner(self->owners, "acme", "/usr/share/xy");
	expect_owner(self->owners, "half", "/usr/bin/diverted");
	expect_owner(self->owners, "acme", "/usr/bin/diverted.distrib");
	expect_owner(self->owners, "libacme", "/bin/local.moved");
	expect_owner(self->owners, "", "/bin/local");
	expect_owner(self->owners, "half", "/half");
	expect_owner(self->owners, "", "/gone");
	expect_owner(self->owners, "", "/wrong");
	expect_owner(self->owners, "", "/usr"); /* a directory is nobody's */
	expect_owner(self->owners, "", "/opt");
	expect_owner(self->owners, "", "");

	package = embargo_owners_find(self->owners, "/usr/bin/acme");
	EXPECT_STREQ("dpkg", package->manager);
	EXPECT_STREQ("1:2-3", package->version);
	EXPECT_STREQ("amd64", package->architecture);
	EXPECT_STREQ("Acme Inc", package->vendor);
	EXPECT_STREQ("Acme <a@acme>", package->maintainer);
}

static int count(void *context, const struct embargo_package *package)
{
	EXPECT_NOT_NULL(package->name);
	++*(size_t *)context;
	return 0;
}

/* Links in a container's root lead nowhere outside. */
TEST_F(owner, links_stay_inside)
{
	size_t seen = 0;

	put_text("outside", PACKAGE("evil", "install ok installed", "Version: 1"));
	ASSERT_EQ(0, symlink("../../../../outside", "root/var/lib/dpkg/status"));
	ASSERT_EQ(0, embargo_owners_open("root", &self->owners, &self->warning));
	EXPECT_EQ(0, embargo_owners_each(self->owners, count, &seen));
	EXPECT_EQ(0, seen);
	expect_owner(self->owners, "", "/any");
}

TEST_F(owner, nothing_there)
{
	ASSERT_TRUE(run("rm -r root/var"));
	ASSERT_EQ(0, embargo_owners_open("root", &self->owners, &self->warning));
	EXPECT_NULL(self->warning);
	expect_owner(self->owners, "", "/usr/bin/x");
	EXPECT_EQ(-ENOENT, embargo_owners_open("no-such-root", &self->owners, NULL));
}

/* As `dpkg -S` and `dpkg-query -W` say of this host. */
TEST_F(owner, of_this_host)
{
	_cleanup_free_ char *warning = NULL;
	char line[4096], expected[256];
	size_t seen = 0, packages = 0;
	FILE *in;

	if (access("/var/lib/dpkg/status", R_OK))
		SKIP("no dpkg here");
	ASSERT_EQ(0, embargo_owners_open("/", &self->owners, &self->warning));
	in = popen("dpkg-query -W -f '${db:Status-Abbrev}\\n' | grep -c '^.[iUFHtW]'", "r");
	ASSERT_EQ(1, fscanf(in, "%zu", &packages));
	pclose(in);
	EXPECT_EQ(0, embargo_owners_each(self->owners, count, &seen));
	EXPECT_LE(packages, seen); /* and those of rpm, if there are any */
	in = popen("for f in /bin/ls /usr/bin/dpkg-query /usr/bin/gcc-12 /usr/sbin/chroot "
		   "/lib64/ld-linux-x86-64.so.2; do "
		   "p=$(readlink -f $f); o=$(dpkg -S $p 2>/dev/null || dpkg -S ${p#/usr}); "
		   "o=${o%%: *}; [ \"$o\" ] && echo \"${o%:*} $f\"; done",
		   "r");
	while (fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = 0;
		snprintf(expected, sizeof(expected), "%.*s", (int)strcspn(line, " "), line);
		expect_owner(self->owners, expected, realpath(strchr(line, ' ') + 1, NULL));
	}
	pclose(in);
	{
		_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;

		ASSERT_EQ(0, embargo_identity_read("/bin/ls", EMBARGO_WANT_OWNER, &identity, NULL));
		ASSERT_NOT_NULL(identity->owner);
		EXPECT_STREQ("coreutils", identity->owner->name);
	}
}

static const char spec[] = "Name: acme-tool\nEpoch: 3\nVersion: 1.2\nRelease: 4.el9\nSummary: a tool\n"
			   "License: none\nVendor: Acme Labs\nPackager: Dev <dev@acme.example>\n"
			   "BuildArch: noarch\n%description\na tool\n%install\n"
			   "mkdir -p %{buildroot}/opt\necho a >%{buildroot}/opt/acme\n%files\n/opt/acme\n";

TEST_F(owner, of_rpm)
{
	const struct embargo_package *package;
	size_t seen = 0;

	if (!run("which rpmbuild"))
		SKIP("no rpm here");
	put("x.spec", spec, sizeof(spec) - 1);
	ASSERT_TRUE(run("HOME=$PWD rpmbuild -bb --define \"_topdir $PWD/top\" x.spec"));
	ASSERT_TRUE(run("HOME=$PWD rpm --root $PWD/root --dbpath /var/lib/rpm --nodeps --justdb --ignorearch "
			"--noscripts -i "
			"top/RPMS/noarch/*.rpm"));
	ASSERT_EQ(0, embargo_owners_open("root", &self->owners, &self->warning));
	EXPECT_NULL(self->warning);
	EXPECT_EQ(0, embargo_owners_each(self->owners, count, &seen));
	EXPECT_EQ(1, seen);
	package = embargo_owners_find(self->owners, "/opt/acme");
	ASSERT_NOT_NULL(package);
	EXPECT_STREQ("rpm", package->manager);
	EXPECT_STREQ("acme-tool", package->name);
	EXPECT_STREQ("3:1.2-4.el9", package->version);
	EXPECT_STREQ("noarch", package->architecture);
	EXPECT_STREQ("Acme Labs", package->vendor);
	EXPECT_STREQ("Dev <dev@acme.example>", package->maintainer);
	EXPECT_NULL(package->key_id);
}

TEST_HARNESS_MAIN
