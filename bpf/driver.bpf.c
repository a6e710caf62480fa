// SPDX-License-Identifier: GPL-2.0-only
/*
 * Drivers, and the other images that the kernel reads: firmware, kexec.
 *
 * Hooks, in the order in which one load meets them:
 *   kernel_module_request   the kernel wants a module: remember for whom
 *   kernel_read_file        firmware, kexec_file_load: the file, by hash and path
 *   kernel_post_read_file   finit_module: the bytes in a kernel buffer, by hash,
 *                           signer, .modinfo and path at once, so that the more
 *                           specific decides
 *   kernel_post_load_data   init_module and firmware from memory: the bytes in a
 *                           kernel buffer
 *
 * A compressed module meets kernel_post_read_file as it is stored, and from 7.0
 * (c200892b46ba) once more with its plain bytes. Before that nobody is shown these:
 * the hook answers -ENOSYS, as a kernel does that cannot decompress, and libkmod
 * does it and comes back with init_module.
 *
 * Out of reach: kexec_load(2), which gives the kernel pieces and not an image.
 */
#include "bpf/evaluate.bpf.h"
#include "bpf/module.h"
#include "bpf/sha256.h"
#include <bpf/bpf_tracing.h>

/* A module is an ELF file too: rules for either format mean it. */
#define EMBARGO_FORMATS_MODULE (EMBARGO_FORMAT_MODULE | EMBARGO_FORMAT_ELF)
#define EMBARGO_ARGUMENTS_MAX 256 /* bytes of modprobe's command line */
#define EMBARGO_ALIAS_MAX 56	  /* MODULE_NAME_LEN, of a name that request_module() asks for */

static __always_inline __u32 embargo_format_of_id(__u32 id)
{
	switch (id) {
	case READING_FIRMWARE:
		return EMBARGO_FORMAT_FIRMWARE;
	case READING_KEXEC_IMAGE:
	case READING_KEXEC_INITRAMFS:
		return EMBARGO_FORMAT_KEXEC;
	}
	return 0; /* modules: later, by their bytes; IMA's own policy and certificates: no software */
}

static __always_inline int embargo_compressed(const void *bytes, __u64 size)
{
	__u8 magic[4] = {};

	if (size < sizeof(magic) || bpf_probe_read_kernel(magic, sizeof(magic), bytes))
		return 0;
	return (magic[0] == 0xfd && magic[1] == '7' && magic[2] == 'z' && magic[3] == 'X') ||
	       (magic[0] == 0x28 && magic[1] == 0xb5 && magic[2] == 0x2f && magic[3] == 0xfd) ||
	       (magic[0] == 0x1f && magic[1] == 0x8b);
}

/* The arguments of a modprobe, NUL-separated, each looked up among the names that were asked for. */
struct embargo_naming {
	const char *text; /* EMBARGO_ARGUMENTS_MAX bytes */
	__u64 hash;
	__u32 size;
	__u32 tgid; /* who asked for it, once found */
};

EMBARGO_STEP embargo_argument_step(__u32 index, void *context)
{
	struct embargo_naming *naming = context;
	__u32 *tgid;

	if (index >= EMBARGO_ARGUMENTS_MAX || index >= naming->size)
		return 1;
	if (naming->text[index]) {
		naming->hash = embargo_fnv_byte(naming->hash, naming->text[index]);
		return 0;
	}
	tgid = bpf_map_lookup_elem(&embargo_requests, &naming->hash);
	if (tgid)
		naming->tgid = *tgid;
	naming->hash = EMBARGO_FNV_START;
	return !!tgid;
}

SEC("lsm/kernel_module_request")
int BPF_PROG(embargo_kernel_module_request, char *name, int ret)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32, i;
	__u64 hash = EMBARGO_FNV_START;
	char text[EMBARGO_ALIAS_MAX] = {};

	if (ret)
		return ret;
	bpf_probe_read_kernel_str(text, sizeof(text), name);
	for (i = 0; i < sizeof(text) && text[i]; i++)
		hash = embargo_fnv_byte(hash, text[i]);
	bpf_map_update_elem(&embargo_requests, &hash, &tgid, BPF_ANY);
	return 0;
}

/*
 * For whom this modprobe runs, if the kernel started it for request_module(); 0:
 * for nobody. The path's room in @scratch serves for the arguments: it is written later.
 */
EMBARGO_GLOBAL __u32 embargo_requester(struct embargo_scratch *scratch)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct embargo_naming naming = {.hash = EMBARGO_FNV_START};
	unsigned long start, end;

	if (!scratch)
		return 0;
	naming.text = scratch->path;
	if (!(BPF_CORE_READ(task, real_parent, flags) & PF_KTHREAD))
		return 0;
	start = BPF_CORE_READ(task, mm, arg_start);
	end = BPF_CORE_READ(task, mm, arg_end);
	naming.size = end - start < EMBARGO_ARGUMENTS_MAX ? end - start : EMBARGO_ARGUMENTS_MAX - 1;
	if (bpf_probe_read_user(scratch->path, naming.size & (EMBARGO_ARGUMENTS_MAX - 1), (void *)start))
		return 0;
	bpf_loop(EMBARGO_ARGUMENTS_MAX, embargo_argument_step, &naming, 0);
	return naming.tgid;
}

static __always_inline void embargo_classify_buffer(void *image, const struct embargo_image_header *header,
						    const struct embargo_eval_context *eval,
						    const struct embargo_bytes *bytes,
						    struct embargo_match *match)
{
	if (embargo_too_large(image, header, eval)) {
		match->cause = EMBARGO_CAUSE_TOO_LARGE;
		return;
	}
	if (embargo_buffer_sha256(bytes, (struct embargo_digest *)match->sha256)) {
		match->cause = EMBARGO_CAUSE_HASH_FAILED;
		return;
	}
	match->hashed = 1;
	match->rule = embargo_find_hash(image, header, match->sha256);
}

/* The path that it came by, unless something more specific decides. */
static __always_inline void embargo_classify_place(void *image, const struct embargo_image_header *header,
						   const struct embargo_eval_context *eval,
						   struct embargo_match *match,
						   struct embargo_scratch *scratch)
{
	int no_path;

	if (EMBARGO_PACKED_LEVEL(match->rule) != EMBARGO_LEVEL_PATH)
		return;
	no_path = embargo_classify_path(image, header, eval->file, 0, scratch);
	match->rule =
		embargo_stronger(match->rule, embargo_excused(header, scratch->search.rule, match->cause));
	if (no_path && !match->rule && !match->cause)
		match->cause = EMBARGO_CAUSE_NO_PATH;
}

/* What the bytes of a module say: signer and .modinfo. */
static __always_inline void embargo_classify_module(void *image, const struct embargo_image_header *header,
						    const struct embargo_bytes *bytes,
						    struct embargo_match *match,
						    struct embargo_scratch *scratch)
{
	struct embargo_module_state *state = &scratch->module;

	match->rule =
		embargo_stronger(match->rule, embargo_module_match(image, header, bytes, state, match->rule));
	if (state->causes && !match->cause)
		match->cause = embargo_module_cause(header, state);
	embargo_module_event(state, &scratch->event);
}

/* @buffer: the bytes as they were read. @module: they are a module's, plain. @path: rules for paths are
 * asked. */
static __always_inline int embargo_evaluate_buffer(void *image, const struct embargo_image_header *header,
						   struct embargo_eval_context *eval, const char *buffer,
						   int module, int path, __u32 origin)
{
	int identity = module && (header->signer_rules || header->module_rules || header->unsigned_rule);
	int content = embargo_hash_possible(image, header, eval->data.size, eval->formats);
	struct embargo_bytes bytes = {.data = (const __u8 *)buffer, .size = eval->data.size};
	struct embargo_match match = {};
	struct embargo_scratch *scratch;

	path = path && header->path_rules;
	if (!content && !identity && !path) {
		embargo_count(EMBARGO_COUNTER_VERDICT(eval->hook, EMBARGO_ALLOWED));
		return 0;
	}
	scratch = embargo_scratch_claim();
	if (content)
		embargo_classify_buffer(image, header, eval, &bytes, &match);
	embargo_join(&match);
	if (!scratch) {
		if (!match.rule)
			match.cause = EMBARGO_CAUSE_STATE_LOST;
	} else {
		scratch->event.origin = origin;
		if (module)
			embargo_classify_module(image, header, &bytes, &match, scratch);
		if (path)
			embargo_classify_place(image, header, eval, &match, scratch);
		if (match.rule || match.cause)
			scratch->event.request_tgid = embargo_requester(scratch);
	}
	return embargo_decide(header, eval, &match, scratch);
}

SEC("lsm.s/kernel_read_file")
int BPF_PROG(embargo_kernel_read_file, struct file *file, __u32 id, int contents, int ret)
{
	const struct embargo_image_header *header;
	struct embargo_eval_context eval = {.hook = EMBARGO_HOOK_READ_FILE};
	void *image;
	int content;

	if (ret)
		return ret;
	eval.formats = embargo_format_of_id(id);
	if (!eval.formats)
		return 0;
	image = embargo_image(&header);
	if (!image)
		return 0;
	embargo_eval_file(&eval, file);
	content = header->unsized_formats & eval.formats ||
		  embargo_eval_sized(image, header, &eval, eval.formats);
	if (!content && !header->path_rules) {
		embargo_count(EMBARGO_COUNTER_VERDICT(EMBARGO_HOOK_READ_FILE, EMBARGO_ALLOWED));
		return 0;
	}
	return embargo_evaluate_file(image, header, &eval, content, 0);
}

SEC("lsm/kernel_post_read_file")
int BPF_PROG(embargo_kernel_post_read_file, struct file *file, char *buffer, long long size, __u32 id,
	     int ret)
{
	const struct embargo_image_header *header;
	struct embargo_eval_context eval = {
		.hook = EMBARGO_HOOK_POST_READ_FILE,
		.formats = EMBARGO_FORMATS_MODULE,
	};
	__u32 origin = EMBARGO_ORIGIN_FILE;
	int stored, last, r;
	void *image;

	if (ret)
		return ret;
	if (id != READING_MODULE && id != READING_MODULE_COMPRESSED)
		return 0;
	image = embargo_image(&header);
	if (!image)
		return 0;
	eval.file = file;
	eval.inode = file->f_inode;
	eval.data.size = size;
	stored = id == READING_MODULE_COMPRESSED || embargo_compressed(buffer, size);
	last = id == READING_MODULE; /* this hook is not shown the plain bytes after these */
	if (stored || eval.data.size != (__u64)eval.inode->i_size)
		origin = EMBARGO_ORIGIN_COMPRESSED;
	r = embargo_evaluate_buffer(image, header, &eval, buffer, !stored, last, origin);
	if (!r && stored && last &&
	    ((header->sized_formats | header->unsized_formats) & EMBARGO_FORMATS_MODULE ||
	     header->signer_rules || header->module_rules || header->unsigned_rule))
		return -ENOSYS;
	return r;
}

SEC("lsm/kernel_post_load_data")
int BPF_PROG(embargo_kernel_post_load_data, char *buffer, long long size, __u32 id, char *description,
	     int ret)
{
	const struct embargo_image_header *header;
	struct embargo_eval_context eval = {.hook = EMBARGO_HOOK_POST_LOAD_DATA, .data.size = size};
	void *image;

	if (ret)
		return ret;
	if (id != LOADING_MODULE && id != LOADING_FIRMWARE)
		return 0;
	image = embargo_image(&header);
	if (!image)
		return 0;
	eval.formats = id == LOADING_MODULE ? EMBARGO_FORMATS_MODULE : EMBARGO_FORMAT_FIRMWARE;
	return embargo_evaluate_buffer(image, header, &eval, buffer, id == LOADING_MODULE, 0,
				       EMBARGO_ORIGIN_MEMORY);
}
