// SPDX-License-Identifier: GPL-2.0-or-later
/* The offline verdict, hook by hook. That the kernel gives the same is shown in guests. */
#include "tests/harness.h"

#include <linux/limits.h>
#include <sys/stat.h>

#include "policy/identity/evaluate.h"
#include "tests/unit/hand_image.h"
#include "tests/unit/hand_module.h"
#include "tests/unit/identity_files.h"
#include "tests/unit/policy_text.h"

#define IDENTITY _cleanup_(embargo_identity_freep) struct embargo_identity
#define HOOKS(...) hooks((const int[]){__VA_ARGS__, -1})
#define PROGRAM EMBARGO_HOOK_EXEC, EMBARGO_HOOK_MMAP, EMBARGO_HOOK_MPROTECT
#define DRIVER EMBARGO_HOOK_READ_FILE, EMBARGO_HOOK_POST_READ_FILE, EMBARGO_HOOK_POST_LOAD_DATA

static struct embargo_evaluation evaluation;
static bool unread; /* the kernel is one that reads no signers of programs */

static __u32 hooks(const int *list)
{
	__u32 set = 0;

	for (; *list >= 0; list++)
		set |= EMBARGO_HOOK_BIT(*list);
	return set;
}

/* Evaluates @path under the policy that the format makes; returns the hooks that refuse. */
__attribute__((format(printf, 2, 3))) static __u32 refused(const char *path, const char *format, ...)
{
	IDENTITY *identity = identify(path);
	struct embargo_policy *policy;
	_cleanup_free_ void *image = NULL;
	char text[4096];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	policy = policy_from(text);
	policy->signers_unread = unread;
	image = policy_image(policy);
	embargo_evaluate(image, identity, &evaluation);
	embargo_policy_free(policy);
	EXPECT_EQ(!!evaluation.refused, evaluation.outcome.action == EMBARGO_ACTION_BAN);
	EXPECT_EQ(0, evaluation.refused & ~evaluation.asked);
	return evaluation.refused;
}

static char *sha256_of(const char *path)
{
	struct embargo_identity *identity = identify(path);
	char *hex =
		embargo_hex(identity->decompressed ? identity->plain.sha256 : identity->digests.sha256, 32);

	embargo_identity_free(identity);
	return hex;
}

FIXTURE(files)
{
	char *elf;
	char *script;
	char *data;
	char *module;
	size_t module_size;
};

FIXTURE_SETUP(files)
{
	HAND_FREE struct hand_bytes file = hand_elf_of(hand_modinfo, sizeof(hand_modinfo));

	files_start();
	put("elf",
	    "\x7f"
	    "ELFprogram",
	    11);
	put("script", "#!/bin/sh\n", 10);
	put("data", "some data\n", 10);
	put("module", file.data, file.size);
	self->elf = sha256_of("elf");
	self->script = sha256_of("script");
	self->data = sha256_of("data");
	self->module = sha256_of("module");
	self->module_size = file.size;
}

FIXTURE_TEARDOWN(files)
{
	free(self->elf);
	free(self->script);
	free(self->data);
	free(self->module);
	files_end();
}

TEST_F(files, nothing_matches)
{
	EXPECT_EQ(0, refused("elf", "ban hash sha256:%s\n", self->script));
	EXPECT_EQ(EMBARGO_ACTION_NONE, evaluation.outcome.action);
	EXPECT_EQ(HOOKS(PROGRAM, EMBARGO_HOOK_READ_FILE), evaluation.asked);
	EXPECT_EQ(0, refused("module", "ban hash sha256:%s\n", self->script));
	EXPECT_EQ(HOOKS(PROGRAM, DRIVER), evaluation.asked);
}

/* A PE whose signer rules ask for: only its exec, and only while nothing else is known of it. */
TEST_F(files, unclassified)
{
	static const char signers[] = "ban signer subject.o=X\n";
	char *hex;

	put("program", "MZ and so on", 12);
	EXPECT_EQ(0, refused("program", "on-error unclassified deny\n%s", signers));
	unread = true;
	hex = sha256_of("program");
	EXPECT_EQ(0, refused("program", "%s", signers));
	EXPECT_EQ(EMBARGO_CAUSE_UNCLASSIFIED, evaluation.hooks[EMBARGO_HOOK_EXEC].cause);
	EXPECT_EQ(EMBARGO_ACTION_ALLOW, evaluation.outcome.action);
	EXPECT_EQ(HOOKS(EMBARGO_HOOK_EXEC), refused("program", "on-error unclassified deny\n%s", signers));
	EXPECT_EQ(HOOKS(EMBARGO_HOOK_EXEC),
		  refused("program", "on-error unclassified deny\nban signer skid=0011\n"));
	EXPECT_EQ(0, refused("elf", "on-error unclassified deny\n%s", signers));
	EXPECT_EQ(0, refused("script", "on-error unclassified deny\n%s", signers));
	EXPECT_EQ(0, refused("program", "on-error unclassified deny\nallow signer subject.o=X\n"));
	EXPECT_EQ(0, refused("program", "on-error unclassified deny\nban vendor X\n"));
	EXPECT_EQ(0,
		  refused("program", "on-error unclassified deny\nallow hash sha256:%s\n%s", hex, signers));
	EXPECT_EQ(0, refused("program", "on-error unclassified deny\nallow path %s\n%s", files_directory,
			     signers));
	unread = false;
	free(hex);
}

/* Of a signature that does not read as one the kernel says so, of every kind of file. */
TEST_F(files, unreadable_signature)
{
	static const char marker[] = "\x7f"
				     "ELF\1\2\3\4\0\0\2\0\0\0\0\0\0\0\0\4~Module signature appended~\n";

	put("program", marker, sizeof(marker) - 1);
	EXPECT_EQ(HOOKS(EMBARGO_HOOK_EXEC),
		  refused("program", "on-error unclassified deny\nban signer subject.o=X\n"));
	EXPECT_EQ(0, refused("program", "on-error unclassified deny\nban vendor X\n"));
}

TEST_F(files, by_hash)
{
	EXPECT_EQ(HOOKS(PROGRAM, EMBARGO_HOOK_READ_FILE), refused("elf", "ban hash sha256:%s\n", self->elf));
	EXPECT_EQ(EMBARGO_KIND_HASH, EMBARGO_PACKED_KIND(evaluation.outcome.rule));
	EXPECT_EQ(EMBARGO_HOOK_EXEC, evaluation.decider);
	EXPECT_EQ(HOOKS(PROGRAM, EMBARGO_HOOK_READ_FILE),
		  refused("script", "ban hash sha256:%s size=10\n", self->script));
	EXPECT_EQ(0, refused("script", "ban hash sha256:%s size=11\n", self->script));
	/* A script is not mapped for being run, but a mapping of this very size is hashed. */
	EXPECT_EQ(HOOKS(PROGRAM),
		  refused("script", "ban hash sha256:%s size=10 format=script\n", self->script));
	EXPECT_EQ(HOOKS(EMBARGO_HOOK_EXEC),
		  refused("script", "ban hash sha256:%s format=script\n", self->script));
	EXPECT_EQ(0, refused("script", "ban hash sha256:%s format=pe\n", self->script));
	EXPECT_EQ(HOOKS(EMBARGO_HOOK_READ_FILE),
		  refused("data", "ban hash sha256:%s format=firmware\n", self->data));
}

TEST_F(files, module_by_hash)
{
	EXPECT_EQ(HOOKS(DRIVER), refused("module", "ban hash sha256:%s format=module\n", self->module));
	EXPECT_EQ(HOOKS(PROGRAM, DRIVER),
		  refused("module", "ban hash sha256:%s size=%zu\n", self->module, self->module_size));
	EXPECT_EQ(0, refused("module", "ban hash sha256:%s size=%zu\n", self->module, self->module_size + 1));
	ASSERT_TRUE(run("xz -k --check=crc32 module && mv module.xz module.ko.xz"));
	/* The plain bytes' hash is met behind the file, the stored ones' in front of it. */
	EXPECT_EQ(HOOKS(EMBARGO_HOOK_POST_READ_FILE, EMBARGO_HOOK_POST_LOAD_DATA),
		  refused("module.ko.xz", "ban hash sha256:%s size=%zu\n", self->module, self->module_size));
}

TEST_F(files, module_by_identity)
{
	const __u32 buffers = HOOKS(EMBARGO_HOOK_POST_READ_FILE, EMBARGO_HOOK_POST_LOAD_DATA);

	EXPECT_EQ(buffers, refused("module", "ban module name=hand\n"));
	EXPECT_EQ(EMBARGO_KIND_MODULE, EMBARGO_PACKED_KIND(evaluation.outcome.rule));
	EXPECT_EQ(buffers,
		  refused("module", "ban module author=\"A. *\" license=GPL alias=\"pci:v00001234d*\"\n"));
	EXPECT_EQ(0, refused("module", "ban module name=foot\n"));
	EXPECT_EQ(buffers, refused("module", "ban module unsigned\n"));
	/* Nothing of this is asked of a program. */
	EXPECT_EQ(0, refused("elf", "ban module unsigned\nban module name=hand\n"));
	EXPECT_EQ(EMBARGO_CAUSE_NONE, evaluation.outcome.cause);
	/* More specific first. */
	EXPECT_EQ(0, refused("module", "ban module name=hand\nallow hash sha256:%s\n", self->module));
	EXPECT_EQ(EMBARGO_ACTION_ALLOW, evaluation.outcome.action);
	EXPECT_EQ(0, refused("module", "ban module name=hand\naudit module license=GPL\n"));
	EXPECT_EQ(EMBARGO_ACTION_AUDIT, evaluation.outcome.action);
}

TEST_F(files, unreadable_modules)
{
	const __u32 buffers = HOOKS(EMBARGO_HOOK_POST_READ_FILE, EMBARGO_HOOK_POST_LOAD_DATA);
	HAND_FREE struct hand_bytes file = hand_elf_of(hand_modinfo, sizeof(hand_modinfo));
	HAND_FREE struct hand_bytes signature = hand_copy("\x30\x80", 2);

	hand_trailer(&file, signature.data, signature.size, signature.size);
	put("broken", file.data, file.size);
	EXPECT_EQ(buffers,
		  refused("broken", "on-error signature-unreadable deny\nban signer skid=01020304\n"));
	EXPECT_EQ(EMBARGO_CAUSE_SIGNATURE_UNREADABLE, evaluation.outcome.cause);
	EXPECT_EQ(0, evaluation.outcome.rule);
	EXPECT_EQ(0, refused("broken", "on-error signature-unreadable audit\nban signer skid=01020304\n"));
	EXPECT_EQ(EMBARGO_ACTION_AUDIT, evaluation.outcome.action);
	EXPECT_EQ(0, refused("broken", "ban module name=foot\n"));
	EXPECT_EQ(EMBARGO_CAUSE_NONE, evaluation.outcome.cause);

	put("text.ko", "no module\n", 10);
	EXPECT_EQ(buffers, refused("text.ko", "on-error module-unreadable deny\nban module name=foot\n"));
	EXPECT_EQ(EMBARGO_CAUSE_MODULE_UNREADABLE, evaluation.outcome.cause);
	EXPECT_EQ(0, refused("data", "ban module name=foot\n"));
}

TEST_F(files, by_path)
{
	const __u32 from_files = HOOKS(EMBARGO_HOOK_EXEC, EMBARGO_HOOK_MMAP, EMBARGO_HOOK_READ_FILE);
	char *here = realpath(".", NULL);

	ASSERT_NOT_NULL(here);
	EXPECT_EQ(from_files, refused("elf", "ban path \"%s/\"\n", here));
	EXPECT_EQ(EMBARGO_KIND_PATH, EMBARGO_PACKED_KIND(evaluation.outcome.rule));
	EXPECT_EQ(from_files, refused("./elf", "ban path \"%s/el\"\n", here));
	EXPECT_EQ(from_files, refused("elf", "ban path \"%s/elf\"\n", here));
	EXPECT_EQ(0, refused("elf", "ban path \"%s/elf/\"\n", here));
	/* As a module it is asked for its path when all else is known. */
	EXPECT_EQ(HOOKS(EMBARGO_HOOK_EXEC, EMBARGO_HOOK_MMAP, EMBARGO_HOOK_POST_READ_FILE),
		  refused("module", "ban path \"%s/\"\n", here));
	EXPECT_EQ(HOOKS(EMBARGO_HOOK_EXEC, EMBARGO_HOOK_MMAP),
		  refused("module", "ban path \"%s/\"\nallow module name=hand\n", here));
	/* A link is not where the file is. */
	ASSERT_EQ(0, mkdir("other", 0700));
	ASSERT_EQ(0, symlink("../elf", "other/link"));
	EXPECT_EQ(0, refused("other/link", "ban path \"%s/other/\"\n", here));
	EXPECT_EQ(from_files, refused("other/link", "ban path \"%s/elf\"\n", here));
	/* What is more specific, and what is stronger at one level. */
	EXPECT_EQ(0, refused("elf", "ban path \"%s/\"\nallow path \"%s/elf\"\n", here, here));
	EXPECT_EQ(EMBARGO_ACTION_ALLOW, evaluation.outcome.action);
	EXPECT_EQ(0, refused("elf", "ban path \"%s/\"\nallow hash sha256:%s\n", here, self->elf));
	free(here);
}

TEST_F(files, too_large_to_hash)
{
	ASSERT_EQ(0, truncate("elf", 5000));
	free(self->elf);
	self->elf = sha256_of("elf");
	EXPECT_EQ(
		HOOKS(PROGRAM, EMBARGO_HOOK_READ_FILE),
		refused("elf", "max-hash-size 4K\non-error too-large deny\nban hash sha256:%s\n", self->elf));
	EXPECT_EQ(EMBARGO_CAUSE_TOO_LARGE, evaluation.outcome.cause);
	EXPECT_EQ(0, evaluation.outcome.rule);
	EXPECT_EQ(0, refused("elf", "max-hash-size 4K\non-error too-large allow\nban hash sha256:%s\n",
			     self->elf));
	EXPECT_EQ(EMBARGO_ACTION_ALLOW, evaluation.outcome.action);
	/* A rule that gives this size has it hashed. */
	EXPECT_NE(0, refused("elf", "max-hash-size 4K\nban hash sha256:%s size=5000\n", self->elf));
	EXPECT_EQ(EMBARGO_CAUSE_NONE, evaluation.outcome.cause);
}

TEST_F(files, a_named_interpreter_is_not_banned)
{
	char *here = realpath(".", NULL);

	ASSERT_NOT_NULL(here);
	EXPECT_EQ(0, refused("elf", "ban interpreter sha256:%s\n", self->elf));
	EXPECT_EQ(EMBARGO_ACTION_NONE, evaluation.outcome.action);
	EXPECT_EQ(0, refused("elf", "ban interpreter path=\"%s/elf\"\n", here));
	/* But it may lie where everything is. */
	EXPECT_NE(0, refused("elf", "ban interpreter sha256:%s\nban path \"%s/\"\n", self->elf, here));
	EXPECT_EQ(EMBARGO_KIND_PATH, EMBARGO_PACKED_KIND(evaluation.outcome.rule));
	free(here);
}

TEST_F(files, read_by_an_interpreter)
{
	const __u32 asked = HOOKS(PROGRAM, EMBARGO_HOOK_OPEN, EMBARGO_HOOK_READ_FILE);

	EXPECT_EQ(HOOKS(EMBARGO_HOOK_EXEC, EMBARGO_HOOK_OPEN),
		  refused("script", "ban interpreter path=/bin/sh\nban hash sha256:%s format=script\n",
			  self->script));
	EXPECT_EQ(asked, evaluation.asked);
	EXPECT_EQ(HOOKS(EMBARGO_HOOK_EXEC, EMBARGO_HOOK_MMAP, EMBARGO_HOOK_MPROTECT, EMBARGO_HOOK_OPEN),
		  refused("data", "ban interpreter path=/bin/sh\nban hash sha256:%s format=other\n",
			  self->data));
	EXPECT_EQ(0, refused("data", "ban interpreter path=/bin/sh\nban hash sha256:%s format=elf\n",
			     self->elf));
}

TEST_HARNESS_MAIN
