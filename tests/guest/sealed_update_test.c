// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The signed update of a sealed host: taken as it was signed, and refused in whatever else way it may be
 * offered, with an event, while what is in force stays. A boot of its own, and one order: see sealed_test.c.
 */
#include <bpf/bpf.h>
#include <pthread.h>
#include <sys/mman.h>

#include "loader/seal.h"
#include "policy/sign/sealed.h"
#include "tests/guest/guest.h"
#include "tests/guest/guest_state.h"
#include "tests/unit/sign_make.h"

#define TRUST "/etc/embargo/trust"
#define POLICY "/run/fleet.policy"
#define ROOM 1 /* MiB */
#define ROOM_PAGES (ROOM * 256)
#define ATTEMPTS 10000

#define PLACE "/mnt/ext4"
static const char *const first = PLACE "/banned", *const second = PLACE "/second",
			 *const twin = PLACE "/twin";

/* What is offered; every test begins with a good one and spoils it. */
struct offer {
	struct embargo_seal_manifest manifest;
	unsigned char signature[EMBARGO_SEAL_SIGNATURE_MAX];
	size_t signature_size;
	unsigned char *image; /* of ROOM_PAGES + 2 pages; the last cannot be read */
	struct embargo_seal_request request;
};

static struct offer offer;

static void key_write(const char *name, const struct made *made)
{
	make_pem(PATH_OF("/run/%s.crt", name), made->certificate, NULL, NULL);
	make_pem(PATH_OF("/run/%s.key", name), NULL, made->key, NULL);
}

static int policy_sign(const char *key, char **ret_output)
{
	return GUEST_RUN(ret_output, "embargo", "policy", "sign", "--sealed", "--key",
			 PATH_OF("/run/%s.key", key), "--cert", PATH_OF("/run/%s.crt", key), POLICY);
}

/* Of @name and @version; from version 2 on it bans the second file, too. */
static void policy_make(const char *name, unsigned int version, const char *key, const char *more)
{
	char hex[65], *output = NULL, *text;
	size_t size = guest_sha256(first, hex);

	text = PATH_OF("policy %s\nversion %u\n%sban hash sha256:%s size=%zu\n", name, version, more, hex,
		       size);
	size = guest_sha256(second, hex);
	if (version > 1)
		text = PATH_OF("%sban hash sha256:%s size=%zu\n", text, hex, size);
	make_text(POLICY, text);
	ASSERT_EQ(0, policy_sign(key, &output))
	{
		TH_LOG("%s", output);
	}
	free(output);
}

static void offer_read(void)
{
	struct embargo_reason reason = {""};
	_cleanup_free_ void *data = NULL;
	struct embargo_sealed sealed;
	size_t size;

	ASSERT_EQ(0,
		  embargo_sign_file_read(POLICY EMBARGO_SEALED_SUFFIX, 1 << 24, true, &data, &size, &reason));
	ASSERT_EQ(0, embargo_sealed_find(data, size, EMBARGO_ABI_VERSION, &sealed, &reason))
	{
		TH_LOG("%s", reason.text);
	}
	ASSERT_LE(sealed.manifest.pages, ROOM_PAGES);
	offer.manifest = sealed.manifest;
	memcpy(offer.signature, sealed.signature, sealed.signature_size);
	offer.signature_size = sealed.signature_size;
	memcpy(offer.image, sealed.image, sealed.manifest.pages * EMBARGO_PAGE_SIZE);
	offer.request = (struct embargo_seal_request){
		.manifest = (uintptr_t)&offer.manifest,
		.signature = (uintptr_t)offer.signature,
		.image = (uintptr_t)offer.image,
		.signature_size = sealed.signature_size,
		.pages = sealed.manifest.pages,
	};
}

static void offer_make(const char *name, unsigned int version, const char *key, const char *more)
{
	policy_make(name, version, key, more);
	offer_read();
}

/* The manifest as it is now, signed. @bare: as the kernel wants it. */
static void offer_sign(const char *key, bool bare)
{
	struct embargo_reason reason = {""};
	struct embargo_sign_key *signer;
	_cleanup_free_ void *data = NULL;
	size_t size;

	ASSERT_EQ(0, embargo_sign_key_read(PATH_OF("/run/%s.key", key), PATH_OF("/run/%s.crt", key), NULL,
					   NULL, NULL, &signer, &reason))
	{
		TH_LOG("%s", reason.text);
	}
	ASSERT_EQ(0, (bare ? embargo_sign_make_bare : embargo_sign_make)(
			     signer, &offer.manifest, sizeof(offer.manifest), &data, &size, &reason));
	embargo_sign_key_free(signer);
	ASSERT_LE(size, sizeof(offer.signature));
	memcpy(offer.signature, data, size);
	offer.signature_size = offer.request.signature_size = size;
}

static struct embargo_seal_status seal_status(void)
{
	struct embargo_seal_status seal;

	embargo_seal_read(&seal);
	return seal;
}

static uint64_t generation(void)
{
	struct embargo_status status;

	ASSERT_EQ(0, embargo_get_status(&status, NULL));
	return status.header.generation;
}

/* However long it takes until one may try again. */
static int ask(void)
{
	int r;

	do
		r = embargo_seal_request(&offer.request);
	while (r == -EAGAIN);
	return r;
}

static void enforced(bool both)
{
	EXPECT_EQ(-EPERM, attempt_exec(first));
	EXPECT_EQ(both ? -EPERM : BANNED, attempt_exec(second));
	EXPECT_EQ(HARMLESS, attempt_exec(twin));
}

static void refused(const char *what, int error)
{
	struct embargo_seal_status before = seal_status(), after;
	uint64_t generation_before = generation();
	int r = ask();

	after = seal_status();
	EXPECT_EQ(error, r)
	{
		TH_LOG("%s: %s, not %s", what, strerror(-r), strerror(-error));
	}
	EXPECT_LT(before.refused[EMBARGO_TAMPER_UPDATE], after.refused[EMBARGO_TAMPER_UPDATE])
	{
		TH_LOG("%s: nobody was told", what);
	}
	EXPECT_EQ(before.policy_version, after.policy_version);
	EXPECT_EQ(before.updates, after.updates);
	EXPECT_EQ(generation_before, generation());
	fprintf(stderr, "# %-32s %s\n", what, strerror(-r));
}

static void taken(const char *what, uint64_t version)
{
	uint64_t generation_before = generation();
	int r = ask();

	EXPECT_EQ(0, r)
	{
		TH_LOG("%s: %s", what, strerror(-r));
	}
	EXPECT_EQ(version, seal_status().policy_version);
	EXPECT_EQ(generation_before + 1, generation());
}

/* One process that tries the banned program all the time: no moment lets it run. */
static pid_t keep_trying(const int *stop)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	while (!__atomic_load_n(stop, __ATOMIC_RELAXED))
		if (attempt_exec(first) != -EPERM)
			_exit(1);
	_exit(0);
}

static void keys_make(void)
{
	struct made fleet = MAKE(.name = "Fleet", .key = make_rsa(2048), .basic = "critical,CA:TRUE",
				 .extended = "codeSigning");
	struct made other = MAKE(.name = "Other", .key = make_rsa(2048), .extended = "codeSigning");
	struct made vouched =
		MAKE(.name = "Vouched", .key = make_rsa(2048), .issuer = &fleet, .extended = "codeSigning");
	struct made curve = MAKE(.name = "Curve", .extended = "codeSigning");

	key_write("fleet", &fleet);
	key_write("other", &other);
	key_write("vouched", &vouched);
	key_write("curve", &curve);
	mkdir("/etc/embargo", 0755);
	mkdir(TRUST, 0755);
	make_pem(TRUST "/fleet.pem", fleet.certificate, NULL, NULL);
	make_pem(TRUST "/curve.pem", curve.certificate, NULL, NULL);
}

static void seal(void)
{
	char *output = NULL;

	/* Nobody answers before: the kernel knows no such command. */
	EXPECT_EQ(-EINVAL, embargo_seal_request(&offer.request));
	if (!guest_kernel_since(6, 12)) {
		EXPECT_EQ(1, GUEST_RUN(&output, "embargo", "seal"));
		EXPECT_NOT_NULL(strstr(output, "must be RSA"))
		{
			TH_LOG("%s", output);
		}
		free(output);
		unlink(TRUST "/curve.pem");
	}
	EXPECT_EQ(2, GUEST_RUN(&output, "embargo", "seal", "--room", "x"));
	free(output);
	EMBARGO("seal", "--room", "1");
}

/* By the command that users have. */
static void by_command(void)
{
	char *output = NULL;

	policy_make("fleet", 2, "fleet", "");
	EMBARGO("load", POLICY);
	EXPECT_EQ(2U, seal_status().policy_version);
	enforced(true);
	ASSERT_EQ(0, GUEST_RUN(&output, "embargo", "status"));
	EXPECT_NOT_NULL(strstr(output, "enforcing   yes"))
	{
		TH_LOG("%s", output);
	}
	EXPECT_NOT_NULL(strstr(output, "version 2 of policy 'fleet'"))
	{
		TH_LOG("%s", output);
	}
	free(output);
	/* The same again, and without what is beside it. */
	EXPECT_EQ(1, GUEST_RUN(&output, "embargo", "load", POLICY));
	EXPECT_NOT_NULL(strstr(output, "not newer than version 2"))
	{
		TH_LOG("%s", output);
	}
	free(output);
	unlink(POLICY EMBARGO_SEALED_SUFFIX);
	EXPECT_EQ(1, GUEST_RUN(&output, "embargo", "load", POLICY));
	EXPECT_NOT_NULL(strstr(output, "fleet.policy.seal is missing"))
	{
		TH_LOG("%s", output);
	}
	free(output);
	enforced(true);
}

static void each_refused(void)
{
	offer_make("fleet", 1, "fleet", "");
	refused("an older version", -ESTALE);
	offer_make("fleet", 2, "fleet", "");
	refused("the same version", -ESTALE);
	offer_make("other", 3, "fleet", "");
	refused("another policy's", -EXDEV);
	offer_make("fleet", 3, "other", "");
	refused("another key", -ENOKEY);
	offer_sign("other", false);
	refused("another key, with its certificate", -EBADMSG);
	offer_make("fleet", 3, "fleet", "");
	offer_sign("vouched", false);
	refused("a key that is vouched for", -EBADMSG);
	offer_sign("vouched", true);
	refused("the same without certificate", -ENOKEY);
	offer_sign("fleet", false);
	refused("the key, with its certificate", -EBADMSG);
	offer_read();
	offer.manifest.version++;
	refused("a tampered manifest", -EKEYREJECTED);
	offer_read();
	offer.signature[offer.signature_size - 1] ^= 1;
	refused("a tampered signature", -EKEYREJECTED);
	offer_read();
	offer.image[offer.manifest.pages * EMBARGO_PAGE_SIZE - 1] ^= 1;
	refused("a tampered image", -EILSEQ);
	offer_read();
	offer.request.pages--;
	refused("a page less", -EBADMSG);
	offer_read();
	offer.request.signature_size--;
	refused("a signature that is cut off", -EBADMSG);
	offer_read();
	offer.request.pages = offer.manifest.pages = ROOM_PAGES + 1;
	offer_sign("fleet", true);
	refused("more than there is room for", -EFBIG);
	offer_read();
	offer.manifest.abi++;
	offer_sign("fleet", true);
	refused("another ABI", -EPROTONOSUPPORT);
	offer_read();
	offer.manifest.magic[0] = 'p';
	offer_sign("fleet", true);
	refused("something else that was signed", -EBADMSG);
	offer_read();
	offer.request.image = (uintptr_t)offer.image + (ROOM_PAGES + 1) * EMBARGO_PAGE_SIZE;
	refused("an image that cannot be read", -EFAULT);
	offer_read();
	offer.request.image = 0xffff888000000000;
	refused("an image in the kernel", -EFAULT);
	offer_read();
	offer.request.manifest = 8;
	refused("a manifest that cannot be read", -EFAULT);
	offer_make("fleet", 3, "fleet", "ban interpreter path=\"/bin/sh\"\n");
	refused("interpreters, which nobody looks at", -EOPNOTSUPP);
	enforced(true);
}

/* Others than root are not even looked at. */
static void only_root(void)
{
	uint64_t before = seal_status().refused[EMBARGO_TAMPER_UPDATE];
	pid_t pid;

	offer_make("fleet", 3, "fleet", "");
	pid = fork();
	if (!pid) {
		if (setresuid(1000, 1000, 1000))
			_exit(100);
		_exit(-embargo_seal_request(&offer.request));
	}
	EXPECT_EQ(EPERM, attempt_status(pid));
	EXPECT_EQ(before, seal_status().refused[EMBARGO_TAMPER_UPDATE]);
}

/* What is in the kernel, apart from what the host says itself, is what was signed. */
static void is_what_was_signed(void)
{
	LIBBPF_OPTS(bpf_obj_get_opts, pin, .file_flags = BPF_F_RDONLY);
	LIBBPF_OPTS(bpf_get_fd_by_id_opts, reading, .open_flags = BPF_F_RDONLY);
	int control_fd = bpf_obj_get_opts(EMBARGO_PIN_DIR "/live/embargo_control", &pin), image;
	int policy_fd = bpf_obj_get_opts(EMBARGO_PIN_DIR "/live/embargo_policy", &pin);
	unsigned char *pages = calloc(offer.manifest.pages, EMBARGO_PAGE_SIZE);
	struct embargo_image_header *header = (void *)pages;
	struct embargo_digests digests;
	struct embargo_control control;
	__u32 zero = 0, slot, id;

	ASSERT_EQ(0, bpf_map_lookup_elem(control_fd, &zero, &control));
	slot = control.slot;
	ASSERT_EQ(0, bpf_map_lookup_elem(policy_fd, &slot, &id));
	image = bpf_map_get_fd_by_id_opts(id, &reading);
	for (__u32 page = 0; page < offer.manifest.pages; page++)
		ASSERT_EQ(0, bpf_map_lookup_elem(image, &page, pages + page * EMBARGO_PAGE_SIZE));
	close(image);
	close(policy_fd);
	close(control_fd);
	header->generation = header->interpreters_since = header->signers_unread = 0;
	ASSERT_EQ(0, embargo_hash_memory(pages, offer.manifest.pages * EMBARGO_PAGE_SIZE, 0, &digests));
	EXPECT_EQ(0, memcmp(digests.sha256, offer.manifest.image, EMBARGO_SHA256_SIZE));
	free(pages);
}

struct changing {
	unsigned char *byte;
	int begun, stop;
};

static void *change(void *context)
{
	struct changing *changing = context;

	for (; !__atomic_load_n(&changing->stop, __ATOMIC_RELAXED);
	     __atomic_store_n(&changing->begun, 1, __ATOMIC_RELAXED))
		__atomic_fetch_xor(changing->byte, 1, __ATOMIC_RELAXED);
	return NULL;
}

/* While it is copied another thread changes a byte: it is taken as it was signed, or not at all. */
static void changed_meanwhile(unsigned char *byte, int error, uint64_t version)
{
	struct changing changing = {.byte = byte};
	int r = error, refusals = 0;
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, change, &changing));
	while (!__atomic_load_n(&changing.begun, __ATOMIC_RELAXED))
		sched_yield();
	for (int i = 0; i < 100 && r; i++) {
		r = ask();
		refusals += !!r;
		EXPECT_TRUE(r == 0 || r == error)
		{
			TH_LOG("%s", strerror(-r));
		}
	}
	changing.stop = 1;
	ASSERT_EQ(0, pthread_join(thread, NULL));
	fprintf(stderr, "# changed meanwhile: refused %d times%s\n", refusals, r ? "" : ", then taken");
	offer_read();
	if (r)
		taken("what was changed meanwhile", version);
	EXPECT_EQ(version, seal_status().policy_version);
	is_what_was_signed();
	enforced(true);
}

static void two_updaters(uint64_t version)
{
	pid_t pids[4];
	int status, done = 0;

	/* The slot that is next was left a moment ago. */
	EXPECT_EQ(-EAGAIN, embargo_seal_request(&offer.request));
	for (int i = 0; i < 4; i++) {
		pids[i] = fork();
		if (!pids[i]) {
			int r;

			do
				r = ask();
			while (r == -EBUSY);
			_exit(-r);
		}
	}
	for (int i = 0; i < 4; i++) {
		status = attempt_status(pids[i]);
		done += !status;
		EXPECT_TRUE(status == 0 || status == ESTALE)
		{
			TH_LOG("%s", strerror(status));
		}
	}
	EXPECT_EQ(1, done);
	EXPECT_EQ(version, seal_status().policy_version);
	is_what_was_signed();
}

/* Whatever is asked for, and however often: an answer, and no update. */
static void nonsense(void)
{
	struct embargo_seal_status before = seal_status();
	unsigned int seed = 1, looked_at = 0;
	int r;

	/* From when on it is not too early. */
	offer.request.pages++;
	refused("a page more", -EBADMSG);
	before = seal_status();
	for (unsigned int i = 0; i < ATTEMPTS; i++) {
		offer_read();
		switch (rand_r(&seed) % 6) {
		case 0:
			offer.request.manifest = (uintptr_t)offer.image + rand_r(&seed) % (1 << 21);
			break;
		case 1:
			offer.request.signature = ((uint64_t)rand_r(&seed) << 33) | rand_r(&seed);
			break;
		case 2:
			offer.request.signature_size = rand_r(&seed) << (rand_r(&seed) % 2);
			break;
		case 3:
			offer.request.pages += 1 + rand_r(&seed) % (2 * ROOM_PAGES);
			offer.request.signature_size %= 1 + rand_r(&seed) % 1000;
			break;
		case 4:
			/* Elsewhere there are bytes that say nothing; it would be the same update. */
			offer.signature[offer.signature_size - 1 - rand_r(&seed) % 16] ^=
				1 + rand_r(&seed) % 255;
			break;
		default:
			((unsigned char *)&offer.manifest)[rand_r(&seed) % sizeof(offer.manifest)] ^= 1;
		}
		r = embargo_seal_request(&offer.request);
		looked_at += r != -EAGAIN;
		EXPECT_LT(r, 0);
		EXPECT_NE(-EBUSY, r);
	}
	fprintf(stderr, "# of %d attempts %u were looked at\n", ATTEMPTS, looked_at);
	EXPECT_LT(0U, looked_at);
	EXPECT_EQ(before.policy_version, seal_status().policy_version);
	EXPECT_EQ(before.updates, seal_status().updates);
	enforced(true);
}

TEST_TIMEOUT(sealed_update, 1200)
{
	size_t size = (ROOM_PAGES + 2) * EMBARGO_PAGE_SIZE;
	int *stop = mmap(NULL, EMBARGO_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char *output = NULL;
	pid_t trying;

	offer.image = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_EQ(0, mprotect(offer.image + size - EMBARGO_PAGE_SIZE, EMBARGO_PAGE_SIZE, PROT_NONE));
	guest_put_elf(first, BANNED, 0);
	guest_put_elf(second, BANNED, 1);
	guest_put_elf(twin, HARMLESS, 0);
	keys_make();
	policy_make("fleet", 1, "fleet", "");
	EMBARGO("load", "--enforce", POLICY);
	enforced(false);
	policy_make("fleet", 2, "fleet", "");
	offer_read();
	seal();
	enforced(false);
	trying = keep_trying(stop);
	by_command();
	each_refused();
	only_root();
	offer_make("fleet", 3, "fleet", "");
	changed_meanwhile(&offer.image[offer.manifest.pages * EMBARGO_PAGE_SIZE - 8], -EILSEQ, 3);
	offer_make("fleet", 4, "fleet", "");
	two_updaters(4);
	offer_make("fleet", 5, "fleet", "");
	changed_meanwhile((unsigned char *)&offer.manifest.version, -EKEYREJECTED, 5);
	offer_make("fleet", 6, guest_kernel_since(6, 12) ? "curve" : "fleet", "");
	nonsense();
	offer_read();
	taken("one more", 6);
	enforced(true);
	__atomic_store_n(stop, 1, __ATOMIC_RELAXED);
	EXPECT_EQ(0, attempt_status(trying));
	ASSERT_EQ(0, GUEST_RUN(&output, "embargo", "events"));
	EXPECT_NOT_NULL(strstr(output, "signed update"));
	free(output);
}

GUEST_MAIN
