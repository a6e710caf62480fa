// SPDX-License-Identifier: GPL-2.0-only
/*
 * The signed update: the one way in which a sealed host gets another policy. It is a command of our own of
 * bpf(2), which is answered before the kernel sees that it knows none of this number.
 *
 * Nothing that the caller has is looked at where the caller could change it meanwhile. Manifest and signature
 * are copied, then verified; the image is copied into a slot of embargo_policy that no program reads, a page
 * at a time, and hashed there; only then the number of the slot changes, in one write. Whatever fails before
 * leaves what is in force.
 *
 * Who is root has these ways to a policy of his own, and each is closed:
 *
 *   another key           the keyring was closed before the sealing, and is guarded (host.bpf.c)
 *   a certificate that    signatures that carry certificates are refused: who signs is in the keyring
 * himself, the key vouches for   as else every certificate of a company's root could sign what the key signed
 * the manifest starts with bytes that no policy and no list of a channel starts with, for something else and
 * names the policy an older policy       versions only rise; the first one is that of the policy that was
 * sealed other memory          see above the slot itself       its map is frozen, and no program but these
 * may have it (objects.bpf.c) another ABI           the manifest has it, and so has the image two at a time
 * .updating is claimed by one a policy that is      a slot that was left is not written to for
 * EMBARGO_SEAL_REST_NS, and who sleeps while still read            he reads asks anew which it is
 * (embargo_image())
 */
#include "bpf/der.h"
#include "bpf/seal/guard.bpf.h"
#include "bpf/sha256.h"
#include <bpf/bpf_tracing.h>

#define EAGAIN 11
#define EFAULT 14
#define EBUSY 16
#define EINVAL 22
#define EFBIG 27
#define EILSEQ 84
#define EBADMSG 74
#define EPROTONOSUPPORT 93
#define EALREADY 114
#define ENOKEY 126
#define EXDEV 18
#define EOPNOTSUPP 95

/* Declared alone it would be no struct to libbpf, which compares the types of functions. */
struct bpf_key {
	struct key *key;
	_Bool has_ref;
};

extern struct bpf_key *bpf_lookup_user_key(__u32 serial, __u64 flags) __ksym;
extern void bpf_key_put(struct bpf_key *key) __ksym;
extern int bpf_verify_pkcs7_signature(struct bpf_dynptr *data, struct bpf_dynptr *signature,
				      struct bpf_key *keyring) __ksym;

/* Those of what is in force: the loader puts them here. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, EMBARGO_SLOTS);
	__type(key, __u32);
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_ARRAY);
			__uint(map_flags, BPF_F_MMAPABLE | BPF_F_INNER_MAP);
			__uint(max_entries, 1);
			__uint(key_size, sizeof(__u32));
			__uint(value_size, EMBARGO_PAGE_SIZE);
		});
} embargo_policy SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct embargo_control);
} embargo_control SEC(".maps") __weak;

/* Copies, of the task in .updating. */
struct update {
	struct embargo_seal_manifest manifest;
	__u8 signature[EMBARGO_SEAL_SIGNATURE_MAX];
	__u8 behind[8]; /* see embargo_der_next() */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct update);
} embargo_seal_update_copy SEC(".maps") __weak;

/*
 * Does the signature carry nothing but who signed and the signature? ContentInfo { OID, [0] SignedData {
 * version, digests, content, [0] certificates, [1] CRLs, signers } }: signers must come next.
 */
EMBARGO_GLOBAL int embargo_seal_is_bare(__u64 signature, __u32 size)
{
	struct embargo_bytes bytes = {.data = (void *)signature, .size = size + EMBARGO_DER_HEADER};
	struct embargo_span all = {.end = size}, info = {}, part = {}, data = {};

	return !embargo_der_expect(&bytes, &all, &info, EMBARGO_DER_SEQUENCE) &&
	       !embargo_der_expect(&bytes, &info, &part, EMBARGO_DER_OID) &&
	       !embargo_der_expect(&bytes, &info, &part, EMBARGO_DER_CONTEXT_0) &&
	       !embargo_der_expect(&bytes, &part, &data, EMBARGO_DER_SEQUENCE) &&
	       !embargo_der_expect(&bytes, &data, &part, EMBARGO_DER_INTEGER) &&
	       !embargo_der_expect(&bytes, &data, &part, EMBARGO_DER_SET) &&
	       !embargo_der_expect(&bytes, &data, &part, EMBARGO_DER_SEQUENCE) &&
	       !embargo_der_expect(&bytes, &data, &part, EMBARGO_DER_SET) && data.at == data.end;
}

/* Is it what a certificate of the seal signed? 0, or -errno. */
static __always_inline int verify(struct update *update, __u32 size, __u32 keyring)
{
	struct bpf_dynptr content, signature;
	struct bpf_key *keys;
	int r = -EINVAL;

	if (!embargo_seal_is_bare(embargo_address(update->signature), size))
		return -EBADMSG;
	keys = bpf_lookup_user_key(keyring, 0);
	if (!keys)
		return -ENOKEY;
	if (!bpf_dynptr_from_mem(&update->manifest, sizeof(update->manifest), 0, &content) &&
	    !bpf_dynptr_from_mem(update->signature, size, 0, &signature))
		r = bpf_verify_pkcs7_signature(&content, &signature, keys);
	bpf_key_put(keys);
	return r;
}

struct copying {
	struct embargo_sha256 sha;
	__u64 from;
	__u32 slot;
	__u32 done;
};

EMBARGO_STEP copy_step(__u32 index, void *context)
{
	struct copying *copying = context;
	__u32 slot = copying->slot, page = index;
	void *image = bpf_map_lookup_elem(&embargo_policy, &slot);
	void *to = image ? bpf_map_lookup_elem(image, &page) : 0;

	if (!to || bpf_copy_from_user(to, EMBARGO_PAGE_SIZE,
				      (void *)(copying->from + (__u64)page * EMBARGO_PAGE_SIZE)))
		return 1;
	copying->sha.bytes.data = to;
	copying->sha.bytes.size = EMBARGO_PAGE_SIZE;
	bpf_loop(EMBARGO_PAGE_SIZE / EMBARGO_SHA256_BLOCK, embargo_sha256_step, &copying->sha, 0);
	if (copying->sha.failed)
		return 1;
	copying->done++;
	return 0;
}

/* Copy @pages pages to @slot. 0: their SHA-256 is in @digest; -1: they cannot be read. */
EMBARGO_GLOBAL int embargo_seal_copy_image(__u64 from, __u32 pages, __u32 slot, struct embargo_digest *digest)
{
	struct copying copying = {
		.sha.hash = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
			     0x1f83d9ab, 0x5be0cd19},
		.from = from,
		.slot = slot,
	};
	int i;

	if (!digest)
		return -1;
	bpf_loop(pages, copy_step, &copying, 0);
	copying.sha.bytes.size = (__u64)pages * EMBARGO_PAGE_SIZE;
	if (copying.done != pages || embargo_sha256_end(&copying.sha))
		return -1;
	for (i = 0; i < 8; i++)
		copying.sha.hash[i] = __builtin_bswap32(copying.sha.hash[i]);
	__builtin_memcpy(digest->bytes, copying.sha.hash, EMBARGO_SHA256_SIZE);
	return 0;
}

static __always_inline struct embargo_image_header *header_of(__u32 slot)
{
	void *image = bpf_map_lookup_elem(&embargo_policy, &slot);
	__u32 zero = 0;

	return image ? bpf_map_lookup_elem(image, &zero) : 0;
}

/* What is signed, and may be in force here: the version, the name, the size. 0, or -errno. */
static __always_inline int fits(const struct embargo_seal_manifest *manifest,
				const struct embargo_seal_config *config,
				const struct embargo_seal_state *state, __u32 pages)
{
	__u64 version = state->policy_version ?: config->policy_version, magic;
	int i;

	__builtin_memcpy(&magic, manifest->magic, sizeof(magic));
	if (magic != *(const __u64 *)EMBARGO_SEAL_MAGIC)
		return -EBADMSG;
	if (manifest->abi != EMBARGO_ABI_VERSION)
		return -EPROTONOSUPPORT;
	EMBARGO_ROLLED
	for (i = 0; i < EMBARGO_SEAL_POLICY_SIZE; i++)
		if (manifest->name[i] != config->policy[i])
			return -EXDEV;
	if (!config->policy[0])
		return -EXDEV;
	if (manifest->version <= version)
		return -ESTALE;
	return manifest->pages == pages ? 0 : -EBADMSG;
}

/* The image is in @slot, and is what was signed: now it is in force. 0, or -errno. */
static __always_inline int publish(__u32 slot, const struct embargo_seal_manifest *manifest,
				   const struct embargo_seal_config *config, struct embargo_seal_state *state,
				   struct embargo_control *control)
{
	struct embargo_image_header *next = header_of(slot), *now = header_of(control->slot);

	if (!next || !now)
		return -EINVAL;
	if (next->magic != EMBARGO_IMAGE_MAGIC || next->version != EMBARGO_ABI_VERSION ||
	    next->pages != manifest->pages)
		return -EBADMSG;
	if (next->interpreter_rules && !(config->flags & EMBARGO_SEAL_INTERPRETERS))
		return -EOPNOTSUPP;
	next->generation = now->generation + 1;
	/* Who was named is not known anew: what runs since then was seen when it started. */
	next->interpreters_since = now->interpreters_since;
	next->signers_unread = now->signers_unread;
	state->policy_version = manifest->version;
	__sync_fetch_and_add(&state->updates, 1); /* and all of the above is seen before this is: */
	control->slot = slot;
	/* The first two updates go where nothing was. */
	state->left = state->updates > 1 ? bpf_ktime_get_boot_ns() : 0;
	return 0;
}

/* .updating is ours. 0: in force; -errno. */
static __always_inline int update(const struct embargo_seal_request *request,
				  const struct embargo_seal_config *config, struct embargo_seal_state *state,
				  struct update *copy)
{
	__u32 zero = 0, size = request->signature_size, slot;
	struct embargo_control *control = bpf_map_lookup_elem(&embargo_control, &zero);
	struct embargo_digest digest = {};
	int r, i;

	if (!control)
		return -EINVAL;
	if (!config->room || request->pages > config->room || size > EMBARGO_SEAL_SIGNATURE_MAX)
		return -EFBIG;
	if (size < 16 || !request->pages)
		return -EBADMSG;
	if (bpf_copy_from_user(&copy->manifest, sizeof(copy->manifest), (void *)request->manifest) ||
	    bpf_copy_from_user(copy->signature, size, (void *)request->signature))
		return -EFAULT;
	r = verify(copy, size, config->keyring);
	if (r)
		return r < 0 && r > -4096 ? r : -EINVAL;
	r = fits(&copy->manifest, config, state, request->pages);
	if (r)
		return r;
	slot = control->slot == 1 ? 2 : 1;
	if (embargo_seal_copy_image(request->image, request->pages, slot, &digest))
		return -EFAULT;
	EMBARGO_ROLLED
	for (i = 0; i < EMBARGO_SHA256_SIZE; i++)
		if (digest.bytes[i] != copy->manifest.image[i])
			return -EILSEQ;
	return publish(slot, &copy->manifest, config, state, control);
}

SEC("lsm.s/bpf")
int BPF_PROG(embargo_seal_update, int cmd, union bpf_attr *attr, unsigned int size)
{
	const struct embargo_seal_config *config;
	struct embargo_seal_request request = {};
	struct embargo_seal_state *state;
	__u64 now, me = bpf_get_current_pid_tgid();
	struct update *copy;
	__u32 zero = 0;
	int r;

	if (cmd != EMBARGO_SEAL_UPDATE)
		return 0;
	config = embargo_sealed();
	state = embargo_seal_state_of();
	copy = bpf_map_lookup_elem(&embargo_seal_update_copy, &zero);
	if (!config || !state || !copy)
		return 0;
	if ((__u32)bpf_get_current_uid_gid())
		return -EPERM; /* others than root are no danger; they shall not be in the way either */
	if (size < sizeof(request) || bpf_probe_read_kernel(&request, sizeof(request), attr))
		return -EINVAL;
	now = bpf_ktime_get_boot_ns();
	if (state->attempt && now - state->attempt < EMBARGO_SEAL_REFUSED_NS)
		return -EAGAIN;
	if (state->left && now - state->left < EMBARGO_SEAL_REST_NS)
		return -EAGAIN;
	if (__sync_val_compare_and_swap(&state->updating, 0, me))
		return -EBUSY;
	r = update(&request, config, state, copy);
	if (r) {
		state->attempt = now;
		embargo_tamper_tell(EMBARGO_TAMPER_UPDATE, embargo_address(copy->manifest.name));
	}
	__sync_lock_test_and_set(&state->updating, 0);
	return r ? r : -EALREADY;
}
