// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzing of the policy language and of the policy database reader. An input that begins
 * with "PTCH" changes bytes of a good policy database: five bytes each, where and to what;
 * so no seed grows stale when the layout changes. One that begins like an image
 * is a policy database as it is. Any other is policy text.
 */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "policy/policy.h"
#include "tests/unit/policy_walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *all_text(const struct embargo_policy *policy, size_t *ret_size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_size);
	__u32 i;

	for (i = 0; i < policy->set.rule_count; i++) {
		if (embargo_rule_format(&policy->set, &policy->set.rules[i], out) < 0)
			abort();
		fputc('\n', out);
	}
	fclose(out);
	return text;
}

/* Canonical text must be understood, and come out the same. */
static void check_canonical(const struct embargo_policy *policy)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *again = embargo_policy_new();
	_cleanup_free_ char *once = NULL, *twice = NULL;
	size_t once_size, twice_size;

	once = all_text(policy, &once_size);
	if (embargo_policy_read_buffer(again, "canonical", once, once_size, EMBARGO_READ_NO_INCLUDE) < 0) {
		embargo_diagnostics_format(&again->diagnostics, EMBARGO_ERROR, stderr);
		abort();
	}
	twice = all_text(again, &twice_size);
	if (once_size != twice_size || memcmp(once, twice, once_size))
		abort();
}

static void fuzz_text(const uint8_t *data, size_t size)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = embargo_policy_new();
	_cleanup_free_ void *image = NULL;
	_cleanup_fclose_ FILE *out = fopen("/dev/null", "we");
	size_t pages;
	int r;

	r = embargo_policy_read_buffer(policy, "fuzz", data, size,
				       EMBARGO_READ_NO_INCLUDE | EMBARGO_READ_DIGEST);
	if ((r < 0) != (policy->diagnostics.total[EMBARGO_ERROR] > 0))
		abort(); /* refused without a word, or the other way round */
	check_canonical(policy);
	r = embargo_policy_check(policy, 0);
	embargo_diagnostics_format(&policy->diagnostics, EMBARGO_NOTE, out);
	if (r < 0)
		return;
	if (embargo_image_pages(policy, &pages) < 0)
		abort();
	image = calloc(pages, EMBARGO_PAGE_SIZE);
	if (embargo_image_build(policy, image, pages, 1) < 0)
		abort();
}

static const char policydb_text[] =
	"policy a\nversion 3\nauthority A\n"
	"ban hash sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef size=9\n"
	"ban signer issuer=\"CN=a,O=b\" serial=01 name=n reason=r source=s authority=B\n"
	"ban signer skid=0102\naudit module name=a* author=b\nban path /opt/x/ expires=2030-01-01\n"
	"ban interpreter /bin/dash\nban package name=p vendor=q\nallow build-id abcd\n";

static uint8_t *good_policydb;
static size_t good_size;

static void make_good_policydb(void)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = embargo_policy_new();
	_cleanup_close_ int fd = memfd_create("book", MFD_CLOEXEC);
	_cleanup_free_ void *image = NULL;
	static const __u8 sha256[EMBARGO_SHA256_SIZE] = {1, 2, 3};
	size_t pages;

	if (embargo_policy_read_buffer(policy, "a", policydb_text, strlen(policydb_text), 0) < 0 ||
	    embargo_policy_check(policy, 0) < 0 ||
	    embargo_policy_resolve(policy, 6, sha256, 5, EMBARGO_FORMAT_ELF) < 0 ||
	    embargo_image_pages(policy, &pages) < 0)
		abort();
	image = calloc(pages, EMBARGO_PAGE_SIZE);
	if (embargo_image_build(policy, image, pages, 1) < 0 || embargo_policydb_write(policy, image, fd) < 0)
		abort();
	good_size = lseek(fd, 0, SEEK_END);
	good_policydb = malloc(good_size);
	if (pread(fd, good_policydb, good_size, 0) != (ssize_t)good_size ||
	    policydb_walk(good_policydb, good_size) < 0)
		abort();
}

static void fuzz_policydb(const uint8_t *data, size_t size)
{
	_cleanup_free_ uint8_t *policydb = malloc(size);

	memcpy(policydb, data, size);
	policydb_walk(policydb, size);
	policydb_mend(policydb, size); /* no fuzzer guesses checksums */
	policydb_walk(policydb, size);
}

static void fuzz_patches(const uint8_t *data, size_t size)
{
	_cleanup_free_ uint8_t *policydb = NULL;
	uint32_t at;

	if (!good_policydb)
		make_good_policydb();
	policydb = malloc(good_size);
	memcpy(policydb, good_policydb, good_size);
	for (; size >= 5; data += 5, size -= 5) {
		memcpy(&at, data, sizeof(at));
		policydb[at % good_size] = data[4];
	}
	fuzz_policydb(policydb, good_size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t magic = 0;

	if (size >= sizeof(magic))
		memcpy(&magic, data, sizeof(magic));
	if (magic == EMBARGO_IMAGE_MAGIC)
		fuzz_policydb(data, size);
	else if (size >= 4 && !memcmp(data, "PTCH", 4))
		fuzz_patches(data + 4, size - 4);
	else
		fuzz_text(data, size);
	return 0;
}
