// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzing of signatures and of certificates. The input is a signature, evaluated by
 * a host that trusts a root and a signer; and it is a file of certificates, of a
 * host that is shown a good signature.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "policy/sign/sign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

#define NOW 1800000000 /* the certificates are of 2026 to 2126 */
#define GOOD "tests/fuzz/corpus/sign/chain"

/* Whose keys are gone: nothing else can be signed with them. */
static const char trusted_pem[] = "-----BEGIN CERTIFICATE-----\n"
				  "MIIBjTCCATKgAwIBAgIUfaSv04FsprXCi3oWbr7kieJlToIwCgYIKoZIzj0EAwIw\n"
				  "FDESMBAGA1UEAwwJRnV6eiByb290MCAXDTI2MTEyMjA1MTExNloYDzIxMjYxMDI5\n"
				  "MDUxMTE2WjAUMRIwEAYDVQQDDAlGdXp6IHJvb3QwWTATBgcqhkjOPQIBBggqhkjO\n"
				  "PQMBBwNCAAQwZUUV6r/fAkk+pYNJQwVvwN0CCTKRboBjG1Iy/+Ou8h6XkTBTw8rZ\n"
				  "E8XgHRDDp/eT5gw7mQ8+RW4Lnbp22DkUo2AwXjAdBgNVHQ4EFgQUbj0+pESVdWWA\n"
				  "iqXCIJncq4WHrTYwHwYDVR0jBBgwFoAUbj0+pESVdWWAiqXCIJncq4WHrTYwDwYD\n"
				  "VR0TAQH/BAUwAwEB/zALBgNVHQ8EBAMCAQYwCgYIKoZIzj0EAwIDSQAwRgIhANm2\n"
				  "6r/avtU/QBzFcAFlR6SywzWy7cfx5QISgJKW4U65AiEA7N+fQpLbQcWX989aMhBl\n"
				  "H2D4LnuOip+nz5cfQ5Meg04=\n"
				  "-----END CERTIFICATE-----\n"
				  "-----BEGIN CERTIFICATE-----\n"
				  "MIIBmTCCAUCgAwIBAgIUdBLuZoYe1InMai49lhWk5YHIdUQwCgYIKoZIzj0EAwIw\n"
				  "HDEaMBgGA1UEAwwRRnV6eiBpbnRlcm1lZGlhdGUwIBcNMjYxMTIyMDUxMTE2WhgP\n"
				  "MjEyNjEwMjkwNTExMTZaMBYxFDASBgNVBAMMC0Z1enogc2lnbmVyMFkwEwYHKoZI\n"
				  "zj0CAQYIKoZIzj0DAQcDQgAEmNc2ouJG/rdAyWvOV4jSzCTLlwDyeFBezwjmvkqR\n"
				  "QqKAPt5dM7Iikbk47+W/oi6eDpuDR27tW2WfIINHsINk8qNkMGIwCwYDVR0PBAQD\n"
				  "AgeAMBMGA1UdJQQMMAoGCCsGAQUFBwMDMB0GA1UdDgQWBBRE2BHNkyPMbCT9MM/T\n"
				  "0kZO0uldijAfBgNVHSMEGDAWgBTtlMlif6M98Ih1MyV/cBSfuJe6nzAKBggqhkjO\n"
				  "PQQDAgNHADBEAiAxJkAWIIuCZzeyEbHe8Uw1Ni0kJdsHiHVx5SszL8+K6QIgLm2n\n"
				  "LDPp8PJvozS6IzyV+O1Zz5bfxxRY8Adhpn/HQGI=\n"
				  "-----END CERTIFICATE-----\n";

static const char text[] = "policy fuzz\nversion 1\n";
static struct embargo_trusted *trusted;
static void *good;
static size_t good_size;
static __u8 sha256[EMBARGO_SHA256_SIZE];

static void demand(int condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct embargo_reason reason = {""};
	struct embargo_signed found;

	(void)argc, (void)argv;
	SHA256((const unsigned char *)text, strlen(text), sha256);
	trusted = embargo_trusted_new();
	demand(trusted &&
	       !embargo_trusted_add(trusted, "trusted", trusted_pem, strlen(trusted_pem), &reason));
	demand(embargo_trusted_count(trusted) == 2);
	if (!embargo_sign_file_read(GOOD, EMBARGO_SIGN_SIZE_MAX, true, &good, &good_size, &reason))
		demand(!embargo_sign_verify(trusted, good, good_size, sha256, NOW, &found, &reason));
	return 0;
}

/* A signature that is accepted is the one signer's, whatever is around it; a refusal says why. */
static void fuzz_signature(const uint8_t *data, size_t size)
{
	struct embargo_reason reason = {""};
	struct embargo_signed found = {.signer = ""};
	int r = embargo_sign_verify(trusted, data, size, sha256, NOW, &found, &reason);

	demand((r < 0) == (reason.text[0] != 0) && (r < 0) == !found.signer[0]);
	demand(r < 0 || (!strcmp(found.signer, "CN=Fuzz signer") && !strcmp(found.trusted, "trusted")));
	/* Of another file it is not. */
	sha256[0] ^= 1;
	demand(embargo_sign_verify(trusted, data, size, sha256, NOW, &found, &reason) < 0);
	sha256[0] ^= 1;
}

static void fuzz_certificates(const uint8_t *data, size_t size)
{
	_cleanup_(embargo_trusted_freep) struct embargo_trusted *others = embargo_trusted_new();
	struct embargo_reason reason = {""};
	struct embargo_signed found;
	int r;

	r = embargo_trusted_add(others, "others", data, size, &reason);
	demand((r < 0) == (reason.text[0] != 0));
	if (r || !good)
		return;
	reason.text[0] = 0;
	r = embargo_sign_verify(others, good, good_size, sha256, NOW, &found, &reason);
	demand((r < 0) == (reason.text[0] != 0));
	demand(r < 0 || embargo_trusted_count(others) > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_signature(data, size);
	fuzz_certificates(data, size);
	return 0;
}
