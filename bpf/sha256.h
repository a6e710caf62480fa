/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SHA-256 of a whole buffer (FIPS 180-4), in the kernel and in userspace.
 *
 * A module that comes from memory has no file that the kernel could hash for
 * us. One round of the loop is one block of 64 bytes, so 2^23 rounds, the most
 * that bpf_loop() does, cover 512 MiB. The 512 bytes of BPF stack hold a schedule of
 * 16 words that is renewed as it is used; unrolled rounds would spill too much.
 */
#ifndef EMBARGO_BPF_SHA256_H
#define EMBARGO_BPF_SHA256_H

#include "bpf/abi.h"
#include "bpf/shared.h"

#define EMBARGO_SHA256_BLOCK 64U
#define EMBARGO_SHA256_MAX (512ULL << 20)

EMBARGO_TABLE __u32 embargo_sha256_constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

struct embargo_sha256 {
	struct embargo_bytes bytes;
	__u32 hash[8];
	__u32 words[16]; /* the block that is mixed in next, in the machine's byte order */
	int failed;
};

static __always_inline __u32 embargo_rotate(__u32 x, int by)
{
	return x >> by | x << (32 - by);
}

/* Mix sha->words into sha->hash; they are used up. */
EMBARGO_GLOBAL int embargo_sha256_block(struct embargo_sha256 *sha)
{
	__u32 a, b, c, d, e, f, g, h, i, t1, t2, early, late;
	__u32 *hash, *words;

	if (!sha)
		return -1;
	hash = sha->hash;
	words = sha->words;
	a = hash[0], b = hash[1], c = hash[2], d = hash[3];
	e = hash[4], f = hash[5], g = hash[6], h = hash[7];
	EMBARGO_ROLLED
	for (i = 0; i < 64; i++) {
		t1 = h + (embargo_rotate(e, 6) ^ embargo_rotate(e, 11) ^ embargo_rotate(e, 25)) +
		     ((e & f) ^ (~e & g)) + embargo_sha256_constants[i] + words[i & 15];
		t2 = (embargo_rotate(a, 2) ^ embargo_rotate(a, 13) ^ embargo_rotate(a, 22)) +
		     ((a & b) ^ (a & c) ^ (b & c));
		h = g;
		g = f;
		f = e;
		e = d + t1;
		d = c;
		c = b;
		b = a;
		a = t1 + t2;
		early = words[(i + 1) & 15];
		late = words[(i + 14) & 15];
		words[i & 15] += (embargo_rotate(early, 7) ^ embargo_rotate(early, 18) ^ early >> 3) +
				 (embargo_rotate(late, 17) ^ embargo_rotate(late, 19) ^ late >> 10) +
				 words[(i + 9) & 15];
	}
	EMBARGO_OPAQUE(hash); /* read anew: eight numbers less to hold on the stack meanwhile */
	hash[0] += a;
	hash[1] += b;
	hash[2] += c;
	hash[3] += d;
	hash[4] += e;
	hash[5] += f;
	hash[6] += g;
	hash[7] += h;
	return 0;
}

static __always_inline void embargo_sha256_swap(__u32 words[16])
{
	int i;

	for (i = 0; i < 16; i++)
		words[i] = __builtin_bswap32(words[i]);
}

EMBARGO_STEP embargo_sha256_step(__u32 index, void *context)
{
	struct embargo_sha256 *sha = context;

	if (embargo_bytes_read(&sha->bytes, (__u64)index * EMBARGO_SHA256_BLOCK, sha->words,
			       sizeof(sha->words))) {
		sha->failed = 1;
		return 1;
	}
	embargo_sha256_swap(sha->words);
	embargo_sha256_block(sha);
	return 0;
}

/* What is left after the whole blocks, with its padding: one block or two. */
EMBARGO_CALL int embargo_sha256_end(struct embargo_sha256 *sha)
{
	__u32 rest = sha->bytes.size % EMBARGO_SHA256_BLOCK;

	__builtin_memset(sha->words, 0, sizeof(sha->words));
	if (embargo_bytes_read(&sha->bytes, sha->bytes.size - rest, sha->words, rest))
		return -1;
	((__u8 *)sha->words)[rest] = 0x80;
	embargo_sha256_swap(sha->words);
	if (rest >= EMBARGO_SHA256_BLOCK - 8) { /* no room for the length */
		embargo_sha256_block(sha);
		__builtin_memset(sha->words, 0, sizeof(sha->words));
	}
	sha->words[14] = sha->bytes.size >> 29;
	sha->words[15] = sha->bytes.size << 3;
	embargo_sha256_block(sha);
	return 0;
}

struct embargo_digest {
	__u8 bytes[EMBARGO_SHA256_SIZE];
};

/* Returns 0, or -1 if @bytes are more than 512 MiB or cannot be read; @digest is filled only with 0. */
EMBARGO_GLOBAL int embargo_buffer_sha256(const struct embargo_bytes *bytes, struct embargo_digest *digest)
{
	struct embargo_sha256 sha = {
		.hash = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
			 0x5be0cd19},
	};
	int i;

	if (!bytes || !digest || bytes->size > EMBARGO_SHA256_MAX)
		return -1;
	sha.bytes = *bytes;
	embargo_loop(bytes->size / EMBARGO_SHA256_BLOCK, embargo_sha256_step, &sha);
	if (sha.failed || embargo_sha256_end(&sha))
		return -1;
	for (i = 0; i < 8; i++)
		sha.hash[i] = __builtin_bswap32(sha.hash[i]);
	__builtin_memcpy(digest->bytes, sha.hash, EMBARGO_SHA256_SIZE);
	return 0;
}

#endif
