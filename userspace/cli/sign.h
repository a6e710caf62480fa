/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands that sign share: the key that their options name, and how an output is written. */
#ifndef EMBARGO_USERSPACE_CLI_SIGN_H
#define EMBARGO_USERSPACE_CLI_SIGN_H

#include "policy/sign/sign.h"
#include "userspace/cli/command.h"

/* sign_key.c */
/* The options that name a key, for the tables of the commands. */
#define EMBARGO_KEY_OPTIONS                                                                                  \
	{.name = "key",                                                                                      \
	 .file = EMBARGO_FILE_READ,                                                                          \
	 .argument = "KEY",                                                                                  \
	 .help = "the private key, PEM: RSA or ECDSA"},                                                      \
		{.name = "cert", .file = EMBARGO_FILE_READ, .argument = "CERT", .help = "its certificate"},  \
		{.name = "chain",                                                                            \
		 .file = EMBARGO_FILE_READ,                                                                  \
		 .argument = "FILE",                                                                         \
		 .help = "certificates between CERT and a trusted one, PEM"},                                \
	{                                                                                                    \
		.name = "passphrase", .file = EMBARGO_FILE_READ, .argument = "FILE",                         \
		.help = "its first line opens KEY; else it is asked for"                                     \
	}
/* For .usable: are --key and --cert there? Reports it if not. */
bool embargo_cli_key_given(const struct embargo_arguments *arguments);
/* The key of --key, --cert, --chain and --passphrase, one that hosts accept. Reports what fails. */
int embargo_cli_key(const struct embargo_arguments *arguments, struct embargo_sign_key **ret_key);
/* The file @path, whole or not at all. Reports what fails. */
int embargo_cli_write(const char *path, const void *data, size_t size);

#endif
