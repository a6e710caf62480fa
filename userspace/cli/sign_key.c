// SPDX-License-Identifier: GPL-2.0-or-later
/* The key to sign with, as the command line names it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "policy/whole_file.h"
#include "userspace/base/log.h"
#include "userspace/cli/sign.h"

struct passphrase {
	const char *file; /* NULL: ask on the terminal */
	bool failed;	  /* asked in vain; OpenSSL would try again for every form that a key may have */
};

/* The first line of the file. */
static int passphrase_read(const char *file, char *text, int size)
{
	struct embargo_reason reason = {""};
	_cleanup_free_ char *data = NULL;
	size_t length, line;

	if (embargo_sign_file_read(file, 4096, true, (void **)&data, &length, &reason)) {
		embargo_log_error("%s: %s", file, reason.text);
		return -1;
	}
	line = memchr(data, '\n', length) ? (size_t)((char *)memchr(data, '\n', length) - data) : length;
	if (line < (size_t)size)
		memcpy(text, data, line);
	OPENSSL_cleanse(data, length);
	return line < (size_t)size ? (int)line : -1;
}

static int passphrase_get(char *text, int size, int twice, void *context)
{
	struct passphrase *passphrase = context;
	int length = -1;

	(void)twice;
	if (passphrase->failed)
		return -1;
	if (passphrase->file)
		length = passphrase_read(passphrase->file, text, size);
	else if (!EVP_read_pw_string_min(text, 0, size, "Passphrase of the key: ", 0))
		length = strlen(text);
	passphrase->failed = length < 0;
	return length;
}

bool embargo_cli_key_given(const struct embargo_arguments *arguments)
{
	if (embargo_given(arguments, "key") && embargo_given(arguments, "cert"))
		return true;
	embargo_log_error("--key and --cert are needed");
	return false;
}

int embargo_cli_key(const struct embargo_arguments *arguments, struct embargo_sign_key **ret_key)
{
	_cleanup_(embargo_sign_key_freep) struct embargo_sign_key *key = NULL;
	struct passphrase passphrase = {.file = embargo_value(arguments, "passphrase")};
	struct embargo_reason reason = {""};
	int r;

	r = embargo_sign_key_read(embargo_value(arguments, "key"), embargo_value(arguments, "cert"),
				  embargo_value(arguments, "chain"), passphrase_get, &passphrase, &key,
				  &reason);
	r = r ?: embargo_sign_key_check(key, time(NULL), &reason);
	if (r)
		embargo_log_error("%s", reason.text);
	else
		*ret_key = TAKE_PTR(key);
	return r;
}

int embargo_cli_write(const char *path, const void *data, size_t size)
{
	_cleanup_(embargo_whole_file_close) struct embargo_whole_file file = {0};
	struct embargo_reason reason = {""};
	int r = embargo_whole_file_open(path, &file, &reason);

	if (!r) {
		fwrite(data, 1, size, file.stream); /* publishing looks at what became of it */
		r = embargo_whole_file_publish(&file, &reason);
	}
	if (r)
		embargo_log_error("cannot write '%s': %s", path, reason.text);
	return r;
}
