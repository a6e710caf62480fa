// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hashes of files that anybody has: the empty one, those of one byte, a line's end, zeros.
 *
 * A download that broke off, a placeholder or a wiped sample puts them into feeds. A ban of one
 * hits lock files, __init__.py and half-written packages, and is never what was meant.
 */
#include <openssl/evp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "policy/trivial.h"

#define BYTES 256

static const struct {
	__u64 size; /* of a file of zeros */
	const char *sha256;
} zeros[] = {
	{2, "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"},
	{3, "709e80c88487a2411e1ee4dfb9f22a861492d20c4765150c0c794abd70f8147c"},
	{4, "df3f619804a92fdb4057192dc43dd748ea778adc52bc498ce80524c014b81119"},
	{5, "8855508aade16ec573d21e6a485dfd0a7624085c1a14b5ecdd6485de0c6839a4"},
	{6, "b0f66adc83641586656866813fd9dd0b8ebb63796075661ba45d1aa8089e1d44"},
	{7, "837885c8f8091aeaeb9ec3c3f85a6ff470a415e610b8ba3e49f9b33c9cf9d619"},
	{8, "af5570f5a1810b7af78caf4bc70a660f0df51e42baf91d4de5b2328de0e83dfc"},
	{10, "01d448afd928065458cf670b60f5a594d735af0172c8d67f22a81680132681ca"},
	{12, "15ec7bf0b50732b49f8228e07d24365338f9e3ab994b00af08e5a3bffe55fd8b"},
	{16, "374708fff7719dd5979ec875d56cd2286f6d3cf7ec317a3b25632aab28ec37bb"},
	{20, "de47c9b27eb8d300dbb5f2c353e632c393262cf06340c4fa7f1b40c4cbd36f90"},
	{24, "9d908ecfb6b256def8b49a7c504e6c889c4b0e41fe6ce3e01863dd7b61a20aa0"},
	{32, "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"},
	{40, "2c34ce1df23b838c5abf2a7f6437cca3d3067ed509ff25f11df6b11b582b51eb"},
	{48, "17b0761f87b081d5cf10757ccc89f12be355c70e2e29df288b65b30710dcbcd1"},
	{64, "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b"},
	{96, "2ea9ab9198d1638007400cd2c3bef1cc745b864b76011a0e1bc52180ac6452d4"},
	{100, "cd00e292c5970d3c5e2f0ffa5171e555bc46bfc4faddfb4a418b6840b86e79a3"},
	{128, "38723a2e5e8a17aa7950dc008209944e898f69a7bd10a23c839d341e935fd5ca"},
	{256, "5341e6b2646979a70e57653007a1f310169421ec9bdd9f1a5648f75ade005af1"},
	{384, "a1a4f5721c1c4610af7f71078f3a68c330536d679803b0e0507ee8dc10c5dfca"},
	{440, "360d579dbd14759b41afdf7fb5e80c0101e15150ae401d59f92a1e32d129f7cb"},
	{446, "7578bbfdde99f5b7f5f01d7831aa2cf9aef83f477d621f68f9d2b7c06c3132c1"},
	{512, "076a27c79e5ace2a3d47f9dd2e83e4ff6ea8872b3c2218f66c92b89b55f36560"},
	{1000, "541b3e9daa09b20bf85fa273e5cbd3e80185aa4ec298e765db87742b70138a53"},
	{1024, "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"},
	{1536, "80422bc3d307b4a25bdafcc84ac7fb01cb55a09810e8b0f37bb12e0edb5c48ca"},
	{2048, "e5a00aa9991ac8a5ee3109844d84a55583bd20572ad3ffcd42792f3c36b183ad"},
	{3072, "e80232b4d18d0bb7e794be263ba937626f383f9917d4b8a737ba893a8f752293"},
	{4096, "ad7facb2586fc6e966c004d7d1d16b024f5805ff7cb47c7a85dabd8b48892ca7"},
	{8192, "9f1dcbc35c350d6027f98be0f5c8b43b42ca52b7604459c0c42be3aa88913d47"},
	{10000, "95b532cc4381affdff0d956e12520a04129ed49d37e154228368fe5621f0b9a2"},
	{16384, "4fe7b59af6de3b665b67788cc2f99892ab827efae3a467342b3bb4e3bc8e5bfe"},
	{32768, "c35020473aed1b4642cd726cad727b63fff2824ad68cedd7ffb73c7cbd890479"},
	{65536, "de2f256064a0af797747c2b97505dc0b9f3df0de4f489eac731c23ae9ca9cc31"},
	{100000, "9192c25b734fcbadbe32dadc28089c60db0e39f90cc20ce2e5733f57261acc0c"},
	{131072, "fa43239bcee7b97ca62f007cc68487560a39e19f74f3dde7486db3f98df8e471"},
	{262144, "8a39d2abd3999ab73c34db2476849cddf303ce389b35826850f9a700589b4a90"},
	{524288, "07854d2fef297a06ba81685e660c332de36d5d18d546927d30daad6d7fda1541"},
	{1000000, "d29751f2649b32ff572b5e0a9f541ea660a50f94ff0beedfb0b692b924cc8025"},
	{1048576, "30e14955ebf1352266dc2ff8067e68104607e750abb9d3b36582b8af909fcb58"},
	{1474560, "b6e6d0ef201c489c78b3d783aa4486909d2089fe2ef487dc331e1066e26c7cb8"},
	{2097152, "5647f05ec18958947d32874eeb788fa396a05d0bab7c1b71f112ceb7e9b31eee"},
	{4194304, "bb9f8df61474d25e71fa00722318cd387396ca1736605e1248821cc0de3d3af8"},
	{8388608, "2daeb1f36095b44b318410b3f4e8b5d989dcc7bb023d1426c492dab0a3053e74"},
	{10000000, "f5e02aa71e67f41d79023a128ca35bad86cf7b6656967bfe0884b3a3c4325eaf"},
	{10485760, "e5b844cc57f57094ea4585e235f36c78c1cd222262bb89d53c94dcb4d6b3e55d"},
	{16777216, "080acf35a507ac9849cfcba47dc2ad83e01b75663a516279c8b9d243b719643e"},
	{33554432, "83ee47245398adee79bd9c0a8bc57b821e92aba10f5f9ade8a5d1fae4d8c4302"},
	{67108864, "3b6a07d0d404fab4e23b6d34bc6696a6a312dd92821332385e5af7c01c421351"},
	{100000000, "a993f8c574e0fea8c1cdcbcd9408d9e2e107ee6e4d120edcfa11decd53fa0cae"},
	{104857600, "20492a4d0d84f8beb1767f6616229f85d44c2827b64bdbfb260ee12fa1109e0e"},
	{134217728, "254bcc3fc4f27172636df4bf32de9f107f620d559b20d760197e452b97453917"},
	{268435456, "a6d72ac7690f53be6ae46ba88506bd97302a093f7108472bd9efc3cefda06484"},
	{536870912, "9acca8e8c22201155389f65abbf6bc9723edc7384ead80503839f49dcc56d767"},
	{1073741824, "49bc20df15e412a64472421e13fe86ff1c5165e18b2afccf160d4dc19fe68a14"},
};

static const struct {
	const char *bytes;
	size_t size;
	const char *what;
} texts[] = {
	{.bytes = "", .size = 0, .what = "the empty file"},
	{.bytes = "\r\n", .size = 2, .what = "a file that is one line's end"},
	{.bytes = "\n\n", .size = 2, .what = "a file that is two lines' ends"},
	{.bytes = "\xef\xbb\xbf", .size = 3, .what = "a file that is only a byte order mark"},
};

#define TEXTS (sizeof(texts) / sizeof(texts[0]))

static __u8 bytes[BYTES][EMBARGO_SHA256_SIZE];
static __u8 text_hashes[TEXTS][EMBARGO_SHA256_SIZE];
static bool made;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make(void)
{
	bool good = true;
	size_t i;

	for (i = 0; i < BYTES; i++) {
		__u8 byte = i;

		good = EVP_Digest(&byte, 1, bytes[i], NULL, EVP_sha256(), NULL) && good;
	}
	for (i = 0; i < TEXTS; i++)
		good = EVP_Digest(texts[i].bytes, texts[i].size, text_hashes[i], NULL, EVP_sha256(), NULL) &&
		       good;
	made = good;
}

const char *embargo_trivial_hash(const __u8 sha256[EMBARGO_SHA256_SIZE])
{
	char hex[EMBARGO_SHA256_SIZE * 2 + 1];
	size_t i;

	pthread_once(&once, make);
	for (i = 0; made && i < TEXTS; i++)
		if (!memcmp(sha256, text_hashes[i], EMBARGO_SHA256_SIZE))
			return texts[i].what;
	for (i = 0; made && i < BYTES; i++)
		if (!memcmp(sha256, bytes[i], EMBARGO_SHA256_SIZE))
			return i == '\n' ? "a file that is one line's end" : "a file of one byte";
	for (i = 0; i < EMBARGO_SHA256_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", sha256[i]);
	for (i = 0; i < sizeof(zeros) / sizeof(zeros[0]); i++)
		if (!strcmp(hex, zeros[i].sha256))
			return "a file of nothing but zeros";
	return NULL;
}
