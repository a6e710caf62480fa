// SPDX-License-Identifier: GPL-2.0-or-later
/* What the programs ask of a kernel, on kernels made by hand; what doctor says of the command line. */
#include <bpf/btf.h>
#include <linux/bpf.h>

#include "loader/boot_line.h"
#include "loader/requirements.h"
#include "tests/harness.h"

#define HELPER(name, ...) #name

static const char *const helpers[] = {__BPF_FUNC_MAPPER(HELPER)};
static const char *const hooks[] = {
	"bprm_check_security",
	"mmap_file",
	"file_mprotect",
	"kernel_read_file",
	"kernel_post_read_file",
	"kernel_post_load_data",
	"kernel_module_request",
	"file_post_open",
	"file_open",
	"file_ioctl",
	"sb_free_security",
};

/* A kernel that has the helpers below @limit, but not @no_helper, and the hooks but @no_hook. */
static struct btf *kernel(int limit, const char *no_helper, const char *no_hook)
{
	struct btf *btf = btf__new_empty();
	char name[64];
	int proto, i;

	btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	proto = btf__add_func_proto(btf, 1);
	for (i = 0; i < (int)(sizeof(hooks) / sizeof(*hooks)); i++) {
		snprintf(name, sizeof(name), "bpf_lsm_%s", hooks[i]);
		if (!no_hook || !strstr(no_hook, hooks[i]))
			btf__add_func(btf, name, BTF_FUNC_GLOBAL, proto);
	}
	btf__add_enum(btf, "bpf_func_id", 4);
	for (i = 0; i < limit && i < (int)(sizeof(helpers) / sizeof(*helpers)); i++) {
		snprintf(name, sizeof(name), "BPF_FUNC_%s", helpers[i]);
		if (!no_helper || strcmp(helpers[i], no_helper))
			btf__add_enum_value(btf, name, i);
	}
	btf__add_enum_value(btf, "__BPF_FUNC_MAX_ID", i);
	return btf;
}

TEST(a_kernel_that_has_all_lacks_nothing)
{
	struct btf *btf = kernel(__BPF_FUNC_MAX_ID, NULL, NULL);
	struct embargo_lack lack;

	ASSERT_EQ(0, embargo_helpers_lacking(btf, &lack));
	EXPECT_EQ(0, lack.missing);
	EXPECT_TRUE(lack.asked > 15);
	EXPECT_STREQ("", lack.names);
	ASSERT_EQ(0, embargo_hooks_lacking(btf, &lack));
	EXPECT_EQ(0, lack.missing);
	EXPECT_EQ(sizeof(hooks) / sizeof(*hooks), lack.asked);
	btf__free(btf);
}

#define NEWEST " bpf_ktime_get_tai_ns bpf_ima_file_hash"

/* 5.15 knows helpers up to bpf_get_branch_snapshot; bpf_ima_file_hash came with 5.18, the clock with 6.1. */
TEST(linux_5_15_lacks_the_newest_first)
{
	struct btf *btf = kernel(BPF_FUNC_get_branch_snapshot, NULL, "file_post_open");
	struct embargo_lack lack;

	ASSERT_EQ(0, embargo_helpers_lacking(btf, &lack));
	EXPECT_EQ(0, strncmp(NEWEST, lack.names, strlen(NEWEST)));
	EXPECT_NOT_NULL(strstr(lack.names, " bpf_loop"));
	ASSERT_EQ(0, embargo_hooks_lacking(btf, &lack));
	EXPECT_EQ(0, lack.missing);
	btf__free(btf);
}

/* The hook's name and not a release decides: an old release with a new BPF passes. */
TEST(what_was_carried_back_counts)
{
	struct btf *btf = kernel(BPF_FUNC_ktime_get_tai_ns + 1, NULL, "file_post_open");
	struct embargo_lack lack;

	ASSERT_EQ(0, embargo_helpers_lacking(btf, &lack));
	EXPECT_EQ(0, lack.missing);
	btf__free(btf);
	btf = kernel(BPF_FUNC_ktime_get_tai_ns + 1, "ima_file_hash", NULL);
	ASSERT_EQ(0, embargo_helpers_lacking(btf, &lack));
	EXPECT_EQ(1, lack.missing);
	EXPECT_STREQ(" bpf_ima_file_hash", lack.names);
	btf__free(btf);
}

/* Only a program that may be absent calls it. */
TEST(what_an_optional_program_calls_is_not_asked_for)
{
	struct btf *btf = kernel(__BPF_FUNC_MAX_ID, "dynptr_read", NULL);
	struct embargo_lack lack;

	ASSERT_EQ(0, embargo_helpers_lacking(btf, &lack));
	EXPECT_EQ(0, lack.missing);
	EXPECT_STREQ("", lack.names);
	btf__free(btf);
}

TEST(a_hook_that_is_used_is_asked_for)
{
	struct embargo_lack lack;

	for (size_t i = 0; i < sizeof(hooks) / sizeof(*hooks); i++) {
		struct btf *btf = kernel(__BPF_FUNC_MAX_ID, NULL, hooks[i]);
		bool stands_in = !strcmp(hooks[i], "file_open") || !strcmp(hooks[i], "file_post_open");

		ASSERT_EQ(0, embargo_hooks_lacking(btf, &lack));
		EXPECT_EQ(!stands_in, lack.missing);
		if (!stands_in)
			EXPECT_STREQ(hooks[i], lack.names + 1);
		btf__free(btf);
	}
}

TEST(without_both_hooks_for_opened_files_it_lacks)
{
	struct btf *btf = kernel(__BPF_FUNC_MAX_ID, NULL, "file_open file_post_open");
	struct embargo_lack lack;

	ASSERT_EQ(0, embargo_hooks_lacking(btf, &lack));
	EXPECT_EQ(2, lack.missing);
	btf__free(btf);
}

TEST(types_without_the_helpers_say_nothing)
{
	struct btf *btf = btf__new_empty();
	struct embargo_lack lack;

	EXPECT_EQ(-ENODATA, embargo_helpers_lacking(btf, &lack));
	btf__free(btf);
}

/* A kernel without anything: what does not fit is cut, and nothing is written past the end. */
TEST(a_long_list_is_cut)
{
	struct btf *btf = kernel(0, NULL,
				 "bprm_check_security mmap_file file_mprotect kernel_read_file "
				 "kernel_post_read_file kernel_post_load_data kernel_module_request "
				 "file_post_open file_open file_ioctl sb_free_security");
	struct embargo_lack lack;

	ASSERT_EQ(0, embargo_hooks_lacking(btf, &lack));
	EXPECT_EQ(sizeof(hooks) / sizeof(*hooks), lack.missing);
	EXPECT_EQ(sizeof(lack.names) - 1, strlen(lack.names));
	btf__free(btf);
}

TEST(each_distribution_has_its_own_tool)
{
	static const struct {
		const char *release, *expected;
	} lines[] = {
		{"NAME=\"Debian GNU/Linux\"\nID=debian\n",
		 "add lsm=yama,bpf to GRUB_CMDLINE_LINUX in /etc/default/grub, then: update-grub && reboot"},
		{"ID=ubuntu\nID_LIKE=debian\n",
		 "add lsm=yama,bpf to GRUB_CMDLINE_LINUX in /etc/default/grub, then: update-grub && reboot"},
		{"ID=pop\nID_LIKE=\"ubuntu debian\"\n", "kernelstub --add-options lsm=yama,bpf && reboot"},
		{"ID=\"rhel\"\nID_LIKE=\"fedora\"\n",
		 "grubby --update-kernel=ALL --args=lsm=yama,bpf && reboot"},
		{"ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"",
		 "grubby --update-kernel=ALL --args=lsm=yama,bpf && reboot"},
		{"ID='amzn'\n", "grubby --update-kernel=ALL --args=lsm=yama,bpf && reboot"},
		{"ID=\"opensuse-tumbleweed\"\nID_LIKE=\"opensuse suse\"\n",
		 "add lsm=yama,bpf to GRUB_CMDLINE_LINUX in /etc/default/grub, then: grub2-mkconfig -o "
		 "/boot/grub2/grub.cfg && reboot"},
		{"ID=\"opensuse-microos\"\nID_LIKE=\"suse opensuse opensuse-tumbleweed\"\n",
		 "add lsm=yama,bpf to GRUB_CMDLINE_LINUX in /etc/default/grub, then: transactional-update "
		 "grub.cfg && reboot"},
		{"", "add lsm=yama,bpf to the kernel's command line in the boot loader's configuration, then "
		     "reboot"},
		{"ID=debianish\nVARIANT_ID=debian\nXID=debian\n",
		 "add lsm=yama,bpf to the kernel's command line in the boot loader's configuration, then "
		 "reboot"},
		{"ID=\"debian", "add lsm=yama,bpf to GRUB_CMDLINE_LINUX in /etc/default/grub, then: "
				"update-grub && reboot"},
	};
	char text[256];

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		embargo_boot_line(lines[i].release, "yama,bpf", text, sizeof(text));
		EXPECT_STREQ(lines[i].expected, text);
	}
}

TEST_HARNESS_MAIN
