// SPDX-License-Identifier: GPL-2.0-or-later
/* What a module says of itself, against patterns; and ELF files that lie. */
#include "tests/harness.h"

#include "bpf/module.h"
#include "tests/unit/hand_image.h"
#include "tests/unit/hand_module.h"

static struct hand_image image;
static struct embargo_module_state state;

#define CAUSE EMBARGO_CAUSE_BIT(EMBARGO_CAUSE_MODULE_UNREADABLE)

/* The rule for a module, as its number; 0: none. */
static unsigned int match(const struct hand_bytes *file)
{
	struct embargo_bytes view = hand_view(file);

	return EMBARGO_PACKED_RULE(embargo_module_match(&image, hand_header(&image), &view, &state, 0));
}

static unsigned int match_of(const void *modinfo, size_t size)
{
	HAND_FREE struct hand_bytes file = hand_elf_of(modinfo, size);

	return match(&file);
}

#define MATCH(literal) match_of(literal, sizeof(literal))
#define PATTERNS(...) ((const char *const[]){__VA_ARGS__, NULL})

TEST(patterns)
{
	static const struct {
		const char *what;
		const char *const patterns[4];
		bool matches;
	} tests[] = {
		{"exact", {"name=hand"}, true},
		{"exact, too short", {"name=han"}, false},
		{"exact, too long", {"name=hands"}, false},
		{"exact, another key", {"alias=hand"}, false},
		{"second author", {"author=B"}, true},
		{"prefix", {"author=A. U*"}, true},
		{"prefix of the key alone", {"author=*"}, true},
		{"prefix of the whole string", {"name=hand*"}, true},
		{"prefix, too long", {"name=hand!*"}, false},
		{"star inside is a star", {"alias=pci:v00001234d*"}, true},
		{"not in the middle of a string", {"Uthor*"}, false},
		{"not across strings", {"name=hand\1description*"}, false},
		{"last string", {"depends="}, true},
		{"all of three", {"name=hand", "license=G*", "srcversion=0123456789ABCDEF0123456"}, true},
		{"two of three", {"name=hand", "license=G*", "srcversion=0"}, false},
		{"none of two", {"name=x", "license=x"}, false},
	};
	size_t i;

	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		hand_start(&image);
		hand_module(&image, tests[i].patterns, 3, EMBARGO_ACTION_BAN);
		EXPECT_EQ(tests[i].matches ? 3 : 0, match_of(hand_modinfo, sizeof(hand_modinfo)))
		{
			TH_LOG("%s", tests[i].what);
		}
		EXPECT_EQ(0, state.causes);
		EXPECT_STREQ("hand", state.facts.name);
	}
}

TEST(strongest_rule_decides)
{
	hand_start(&image);
	hand_module(&image, PATTERNS("name=hand"), 1, EMBARGO_ACTION_BAN);
	hand_module(&image, PATTERNS("author=B"), 2, EMBARGO_ACTION_ALLOW);
	hand_module(&image, PATTERNS("license=*"), 3, EMBARGO_ACTION_AUDIT);
	EXPECT_EQ(2, match_of(hand_modinfo, sizeof(hand_modinfo)));
	EXPECT_EQ(EMBARGO_ACTION_ALLOW, EMBARGO_PACKED_ACTION(state.rule));
	EXPECT_EQ(EMBARGO_LEVEL_IDENTITY, EMBARGO_PACKED_LEVEL(state.rule));
}

TEST(nothing_is_kept_from_the_module_before)
{
	hand_start(&image);
	hand_module(&image, PATTERNS("name=hand"), 1, EMBARGO_ACTION_BAN);
	EXPECT_EQ(1, match_of(hand_modinfo, sizeof(hand_modinfo)));
	EXPECT_EQ(0, MATCH("name=h"));
	EXPECT_STREQ("h", state.facts.name);
	EXPECT_EQ(0, MATCH("license=x"));
	EXPECT_STREQ("", state.facts.name);
	EXPECT_EQ(0, state.causes);
}

TEST(strings_at_the_edges)
{
	hand_start(&image);
	hand_module(&image, PATTERNS("name=a"), 1, EMBARGO_ACTION_BAN);
	EXPECT_EQ(1, match_of("name=a", 6)); /* without its NUL */
	EXPECT_EQ(1, match_of("\0\0\0name=a\0\0\0", 12));
	EXPECT_EQ(0, match_of("name=a", 5));
	EXPECT_EQ(1, MATCH("name=b\0name=a"));
	EXPECT_STREQ("b", state.facts.name); /* the first, as the kernel takes it */
	EXPECT_EQ(0, match_of("", 0));
	EXPECT_EQ(0, state.causes);
	EXPECT_EQ(0, MATCH("name=\0name"));
	EXPECT_STREQ("", state.facts.name);
}

TEST(name_is_cut_for_the_event)
{
	char long_name[205] = "name=";

	memset(long_name + 5, 'n', 199);
	hand_start(&image);
	hand_module(&image, PATTERNS(long_name), 1, EMBARGO_ACTION_BAN);
	EXPECT_EQ(1, match_of(long_name, sizeof(long_name)));
	EXPECT_EQ(EMBARGO_NAME_SIZE - 1, strlen(state.facts.name));
}

/* A string that lies across the pieces in which the section is read. */
TEST(every_place_in_the_pieces)
{
	static char modinfo[3 * EMBARGO_MODINFO_CHUNK];
	size_t at;

	hand_start(&image);
	hand_module(&image, PATTERNS("author=Someone, at the border"), 1, EMBARGO_ACTION_BAN);
	hand_module(&image, PATTERNS("author=Some*", "name=x"), 2, EMBARGO_ACTION_ALLOW);
	for (at = 0; at < sizeof(modinfo) - 40; at++) {
		memset(modinfo, 'f', sizeof(modinfo));
		memcpy(modinfo + at, "author=Someone, at the border", 30);
		if (at)
			modinfo[at - 1] = 0;
		EXPECT_EQ(1, match_of(modinfo, sizeof(modinfo)))
		{
			TH_LOG("at %zu", at);
		}
		memcpy(modinfo + at + 30, "name=x", 7);
		EXPECT_EQ(2, match_of(modinfo, sizeof(modinfo)));
		EXPECT_STREQ("x", state.facts.name);
	}
}

TEST(prefixes_of_every_length)
{
	char pattern[260];
	unsigned int size;

	for (size = 1; size < 256; size++) {
		memset(pattern, 'p', sizeof(pattern));
		memcpy(pattern + size, "*", 2);
		hand_start(&image);
		hand_module(&image, PATTERNS(pattern), 1, EMBARGO_ACTION_BAN);
		pattern[size] = 'q';
		EXPECT_EQ(1, match_of(pattern, size + 1));
		EXPECT_EQ(1, match_of(pattern, size));
		EXPECT_EQ(0, match_of(pattern, size - 1));
	}
}

TEST(several_sections)
{
	struct hand_bytes modinfo[3] = {
		{(unsigned char *)"name=one", 8},
		{(unsigned char *)"license=two\0name=three", 23},
		{(unsigned char *)"author=four", 12},
	};
	HAND_FREE struct hand_bytes file = hand_elf(modinfo, 3);
	HAND_FREE struct hand_bytes none = hand_elf(modinfo, 0);

	hand_start(&image);
	hand_module(&image, PATTERNS("name=one", "license=two", "author=four"), 1, EMBARGO_ACTION_BAN);
	EXPECT_EQ(1, match(&file));
	EXPECT_STREQ("one", state.facts.name);
	/* None at all: nothing can be said about such a module. */
	EXPECT_EQ(0, match(&none));
	EXPECT_EQ(CAUSE, state.causes);
	EXPECT_EQ(EMBARGO_CAUSE_MODULE_UNREADABLE, embargo_module_cause(hand_header(&image), &state));
}

TEST(limits_of_size)
{
	static char modinfo[EMBARGO_MODINFO_MAX + 1];
	struct hand_bytes two[2] = {{(unsigned char *)modinfo, EMBARGO_MODINFO_MAX / 2},
				    {(unsigned char *)modinfo, EMBARGO_MODINFO_MAX / 2 + 1}};
	HAND_FREE struct hand_bytes file = {};

	memset(modinfo, 'f', sizeof(modinfo));
	memcpy(modinfo + EMBARGO_MODINFO_MAX - 7, "\0name=a", 7);
	hand_start(&image);
	hand_module(&image, PATTERNS("name=a"), 1, EMBARGO_ACTION_BAN);
	EXPECT_EQ(1, match_of(modinfo, EMBARGO_MODINFO_MAX));
	EXPECT_EQ(0, state.causes);
	EXPECT_EQ(0, match_of(modinfo, EMBARGO_MODINFO_MAX + 1));
	EXPECT_EQ(CAUSE, state.causes);
	file = hand_elf(two, 2);
	EXPECT_EQ(0, match(&file));
	EXPECT_EQ(CAUSE, state.causes);
}

TEST(as_many_sections_as_there_can_be)
{
	enum { COUNT = 65535 };
	HAND_FREE struct hand_bytes file = hand_elf_of("name=a", 7);
	Elf64_Ehdr *header = (void *)file.data;
	size_t shoff = header->e_shoff, i;
	HAND_FREE struct hand_bytes sections = {malloc(COUNT * sizeof(Elf64_Shdr)),
						COUNT * sizeof(Elf64_Shdr)};
	Elf64_Shdr *section = (void *)sections.data;

	ASSERT_NOT_NULL(section);
	memset(section, 0, sections.size);
	for (i = 4; i < COUNT; i++)
		section[i].sh_name = HAND_TEXT_NAME;
	memcpy(section, file.data + shoff, 3 * sizeof(*section));
	memcpy(section + COUNT - 1, file.data + shoff + 3 * sizeof(*section), sizeof(*section));
	file.size = shoff;
	hand_append(&file, sections.data, sections.size);
	header = (void *)file.data;
	header->e_shnum = COUNT;
	hand_start(&image);
	hand_module(&image, PATTERNS("name=a"), 1, EMBARGO_ACTION_BAN);
	EXPECT_EQ(1, match(&file));
	EXPECT_EQ(0, state.causes);
	file.size--;
	EXPECT_EQ(0, match(&file));
	EXPECT_EQ(CAUSE, state.causes);
}

/* What the kernel does not ask, a ban must not ask either. */
TEST(what_the_kernel_does_not_look_at)
{
	HAND_FREE struct hand_bytes file = hand_elf_of(hand_modinfo, sizeof(hand_modinfo));
	Elf64_Ehdr *header = (void *)file.data;
	Elf64_Shdr *section = (void *)(file.data + header->e_shoff);

	hand_start(&image);
	hand_module(&image, PATTERNS("name=hand"), 1, EMBARGO_ACTION_BAN);
	header->e_ident[EI_CLASS] = ELFCLASS32;
	header->e_ident[EI_DATA] = ELFDATA2MSB;
	header->e_version = 77;
	header->e_ehsize = 1;
	section[3].sh_type = SHT_NOBITS;
	section[3].sh_flags = 0;
	EXPECT_EQ(1, match(&file));
	EXPECT_EQ(0, state.causes);
	/* A lie beside it is counted, but is no way around the ban. */
	section[2].sh_name = 0xfffffff0;
	EXPECT_EQ(1, match(&file));
	EXPECT_EQ(CAUSE, state.causes);
}

TEST(allow_is_not_trusted_in_a_broken_module)
{
	HAND_FREE struct hand_bytes file = hand_elf_of(hand_modinfo, sizeof(hand_modinfo));
	Elf64_Ehdr *header = (void *)file.data;
	Elf64_Shdr *section = (void *)(file.data + header->e_shoff);

	hand_start(&image);
	hand_module(&image, PATTERNS("name=hand"), 1, EMBARGO_ACTION_ALLOW);
	EXPECT_EQ(1, match(&file));
	section[2].sh_name = 0xfffffff0;
	EXPECT_EQ(0, match(&file));
	EXPECT_EQ(CAUSE, state.causes);
}

TEST(lies_of_the_headers)
{
	HAND_FREE struct hand_bytes good = hand_elf_of(hand_modinfo, sizeof(hand_modinfo));
	const Elf64_Ehdr *good_header = (void *)good.data;
	static const struct {
		size_t section; /* number, or 9: the file's header */
		size_t at;
		size_t size;
		__u64 value;
	} lies[] = {
		{9, 0, 4, 0},
		{9, offsetof(Elf64_Ehdr, e_type), 2, ET_EXEC},
		{9, offsetof(Elf64_Ehdr, e_shoff), 8, ~0ULL},
		{9, offsetof(Elf64_Ehdr, e_shoff), 8, ~0ULL - 63},
		{9, offsetof(Elf64_Ehdr, e_shoff), 8, 1ULL << 63},
		{9, offsetof(Elf64_Ehdr, e_shentsize), 2, 40},
		{9, offsetof(Elf64_Ehdr, e_shnum), 2, 0},
		{9, offsetof(Elf64_Ehdr, e_shnum), 2, 5},
		{9, offsetof(Elf64_Ehdr, e_shnum), 2, 0xffff},
		{9, offsetof(Elf64_Ehdr, e_shstrndx), 2, 4},
		{9, offsetof(Elf64_Ehdr, e_shstrndx), 2, 0xffff},
		{9, offsetof(Elf64_Ehdr, e_shstrndx), 2, 0},
		{1, offsetof(Elf64_Shdr, sh_offset), 8, ~0ULL},
		{1, offsetof(Elf64_Shdr, sh_offset), 8, ~0ULL - 30},
		{1, offsetof(Elf64_Shdr, sh_size), 8, ~0ULL},
		{1, offsetof(Elf64_Shdr, sh_size), 8, 0},
		{1, offsetof(Elf64_Shdr, sh_size), 8, 9},
		{3, offsetof(Elf64_Shdr, sh_name), 4, 2},
		{3, offsetof(Elf64_Shdr, sh_name), 4, ~0U},
		{3, offsetof(Elf64_Shdr, sh_offset), 8, ~0ULL},
		{3, offsetof(Elf64_Shdr, sh_size), 8, ~0ULL},
		{3, offsetof(Elf64_Shdr, sh_size), 8, 1 << 20},
	};
	size_t i, base;

	hand_start(&image);
	hand_module(&image, PATTERNS("name=hand"), 1, EMBARGO_ACTION_BAN);
	EXPECT_EQ(1, match(&good));
	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		HAND_FREE struct hand_bytes bad = hand_copy(good.data, good.size);

		base = lies[i].section == 9 ? 0 : good_header->e_shoff + lies[i].section * sizeof(Elf64_Shdr);
		memcpy(bad.data + base + lies[i].at, &lies[i].value, lies[i].size);
		/* With a header too many the section is found before the lie. */
		EXPECT_EQ(lies[i].at == offsetof(Elf64_Ehdr, e_shnum) && lies[i].value > 4, match(&bad))
		{
			TH_LOG("lie %zu", i);
		}
		EXPECT_EQ(CAUSE, state.causes)
		{
			TH_LOG("lie %zu", i);
		}
	}
}

TEST(cut_anywhere)
{
	HAND_FREE struct hand_bytes good = hand_elf_of(hand_modinfo, sizeof(hand_modinfo));
	size_t size;

	hand_start(&image);
	hand_module(&image, PATTERNS("name=hand"), 1, EMBARGO_ACTION_BAN);
	for (size = 0; size < good.size; size++) {
		HAND_FREE struct hand_bytes bad = hand_copy(good.data, size);

		/* The section headers come last: without them there is no .modinfo. */
		EXPECT_EQ(0, match(&bad));
		EXPECT_EQ(CAUSE, state.causes);
	}
}

TEST(every_value_of_every_byte)
{
	HAND_FREE struct hand_bytes file = hand_elf_of(hand_modinfo, sizeof(hand_modinfo));
	size_t at, matched = 0, unreadable = 0;
	int value;

	hand_start(&image);
	hand_module(&image, PATTERNS("name=hand"), 1, EMBARGO_ACTION_BAN);
	for (at = 0; at < file.size; at++) {
		unsigned char kept = file.data[at];

		for (value = 0; value < 256; value++) {
			file.data[at] = value;
			if (match(&file))
				matched++;
			else if (state.causes)
				unreadable++;
		}
		file.data[at] = kept;
	}
	EXPECT_LT(file.size * 100, matched);
	EXPECT_LT(1000, unreadable);
}

/* What no rule asks for is not read, except to tell of it. */
TEST(facts_for_an_event_only)
{
	HAND_FREE struct hand_bytes file = hand_elf_of(hand_modinfo, sizeof(hand_modinfo));
	HAND_FREE struct hand_bytes junk = hand_copy("junk", 4);
	struct embargo_bytes view = hand_view(&file);

	hand_start(&image);
	EXPECT_EQ(0, embargo_module_match(&image, hand_header(&image), &view, &state, 0));
	EXPECT_STREQ("", state.facts.name);
	EXPECT_EQ(0, embargo_module_match(&image, hand_header(&image), &view, &state, 1));
	EXPECT_STREQ("hand", state.facts.name);
	/* No rule was kept from being asked. */
	view = hand_view(&junk);
	EXPECT_EQ(0, embargo_module_match(&image, hand_header(&image), &view, &state, 1));
	EXPECT_EQ(0, state.causes);
	EXPECT_EQ(EMBARGO_CAUSE_NONE, embargo_module_cause(hand_header(&image), &state));
}

TEST(strictest_cause)
{
	struct embargo_image_header *header = hand_header(&image);

	hand_start(&image);
	state.causes = CAUSE | EMBARGO_CAUSE_BIT(EMBARGO_CAUSE_SIGNATURE_UNREADABLE);
	header->on_error[EMBARGO_CAUSE_SIGNATURE_UNREADABLE] = EMBARGO_ACTION_ALLOW;
	EXPECT_EQ(EMBARGO_CAUSE_MODULE_UNREADABLE, embargo_module_cause(header, &state));
	header->on_error[EMBARGO_CAUSE_MODULE_UNREADABLE] = EMBARGO_ACTION_ALLOW;
	EXPECT_EQ(EMBARGO_CAUSE_SIGNATURE_UNREADABLE, embargo_module_cause(header, &state));
	header->on_error[EMBARGO_CAUSE_SIGNATURE_UNREADABLE] = EMBARGO_ACTION_AUDIT;
	EXPECT_EQ(EMBARGO_CAUSE_SIGNATURE_UNREADABLE, embargo_module_cause(header, &state));
	state.causes = CAUSE;
	EXPECT_EQ(EMBARGO_CAUSE_MODULE_UNREADABLE, embargo_module_cause(header, &state));
}

TEST_HARNESS_MAIN
