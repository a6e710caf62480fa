// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo seal */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "loader/seal.h"
#include "userspace/base/config.h"
#include "userspace/base/log.h"
#include "userspace/check/trust.h"
#include "userspace/cli/change.h"
#include "userspace/cli/command.h"

#define ROOM_MAX ((int)(EMBARGO_SEAL_ROOM_MAX / 256)) /* MiB */

struct certificates {
	struct embargo_seal_certificate list[EMBARGO_SEAL_KEYS];
	size_t count;
};

static void certificates_clear(struct certificates *certificates)
{
	for (size_t i = 0; i < certificates->count; i++)
		free((void *)certificates->list[i].data);
}

/* Those that say whose policies this host takes. */
static int certificates_read(struct certificates *certificates)
{
	_cleanup_(embargo_trusted_freep) struct embargo_trusted *trusted = NULL;
	struct embargo_reason reason = {""};
	char subject[EMBARGO_SIGN_NAME_SIZE];
	size_t count, size;
	void *data;
	bool rsa;

	if (embargo_trusted_read(EMBARGO_TRUST_DIR, false, &trusted, &reason)) {
		embargo_log_error(EMBARGO_TRUST_DIR ": %s", reason.text);
		return -EKEYREJECTED;
	}
	count = embargo_trusted_count(trusted);
	if (!count) {
		embargo_log_error(
			"there is no certificate in " EMBARGO_TRUST_DIR
			": sealing says whose policies count, so first put the fleet's certificate there");
		return -ENOKEY;
	}
	if (count > EMBARGO_SEAL_KEYS) {
		embargo_log_error(EMBARGO_TRUST_DIR " holds %zu certificates; a sealed host takes %d at most",
				  count, EMBARGO_SEAL_KEYS);
		return -E2BIG;
	}
	for (size_t i = 0; i < count; i++) {
		struct embargo_seal_certificate *certificate = &certificates->list[i];

		if (embargo_trusted_certificate(trusted, i, &data, &size, subject, &rsa))
			return embargo_log_errno(-ENOMEM, "cannot read the certificates");
		certificates->count++;
		certificate->data = data;
		certificate->size = size;
		snprintf(certificate->name, sizeof(certificate->name), "%s", subject);
	}
	return 0;
}

/* Whoever is at the boot loader may say so: that is the way back from a policy that locks out. */
static bool unsealed_by_boot(void)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/cmdline", "re");
	char line[4096], *word, *rest = NULL;

	if (!file || !fgets(line, sizeof(line), file))
		return false;
	for (word = strtok_r(line, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest))
		if (!strcmp(word, "embargo=unsealed") || !strcmp(word, "embargo=off"))
			return true;
	return false;
}

/* 1: the host is to be sealed at boot, 0: it is not; -errno */
static int configured(void)
{
	struct embargo_config config;
	int r = embargo_config_read(NULL, &config);

	if (r)
		return r;
	r = config.seal;
	embargo_config_clear(&config);
	return r;
}

/* MiB, or EMBARGO_SEAL_ROOM_DEFAULT. False: reported. */
static bool room_given(const struct embargo_arguments *arguments, unsigned int *ret_room)
{
	const char *text = embargo_value(arguments, "room");
	unsigned long room;
	char *end;

	*ret_room = EMBARGO_SEAL_ROOM_DEFAULT;
	if (!text)
		return true;
	room = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || room > ROOM_MAX) {
		embargo_log_error("--room is a number of MiB from 0 to %d", ROOM_MAX);
		return false;
	}
	*ret_room = room;
	return true;
}

static bool seal_usable(const struct embargo_arguments *arguments)
{
	unsigned int room;

	return room_given(arguments, &room);
}

static enum embargo_exit seal_run(const struct embargo_arguments *arguments)
{
	_cleanup_(certificates_clear) struct certificates certificates = {0};
	unsigned int flags =
		embargo_given(arguments, "allow-unsigned-modules") ? EMBARGO_SEAL_UNSIGNED_MODULES : 0;
	struct embargo_error error = {""};
	unsigned int room;
	int wanted = embargo_given(arguments, "if-configured") ? configured() : 1;

	room_given(arguments, &room);
	if (wanted <= 0)
		return wanted ? EMBARGO_EXIT_FAILED : EMBARGO_EXIT_DONE;
	if (unsealed_by_boot()) {
		embargo_log_error("the kernel's command line says that this host is not to be sealed");
		return EMBARGO_EXIT_FAILED;
	}
	if (certificates_read(&certificates))
		return EMBARGO_EXIT_FAILED;
	if (embargo_seal(certificates.list, certificates.count, flags, room, &error)) {
		embargo_log_error("%s", error.text);
		return EMBARGO_EXIT_FAILED;
	}
	embargo_change_sealed(&certificates.list[0].name[0], certificates.count);
	printf("sealed until reboot\n");
	return EMBARGO_EXIT_DONE;
}

static const struct embargo_option options[] = {
	{.name = "room",
	 .argument = "MIB",
	 .help = "kept twice for signed policies to come: 4, or twice what is in force; 0: none is taken"},
	{.name = "allow-unsigned-modules", .help = "modules without a valid signature may still be loaded"},
	{.name = "if-configured", .help = "only with seal = yes in " EMBARGO_CONFIG ", as at boot"},
	{0},
};

const struct embargo_command embargo_cmd_seal = {
	.name = "seal",
	.usage = "[--room MIB] [--allow-unsigned-modules] [--if-configured]",
	.summary = "Keep everybody, root too, from changing what is in force until reboot.",
	.details =
		"What is in force stays so: load, unload and mode are refused, and so is what would end\n"
		"or change it behind embargo's back: its maps, programs and pins, kernel.ftrace_enabled,\n"
		"and all that kernel lockdown refuses in its class integrity (unsigned modules, kexec of\n"
		"unsigned kernels, /dev/mem). What is tried is logged as an alert. The mode must be\n"
		"enforce, and " EMBARGO_TRUST_DIR " must hold a certificate. What one of these certificates\n"
		"signs with `policy sign --sealed' `load' still puts in force, if it has the name of the\n"
		"policy in force and a higher version.\n",
	.options = options,
	.usable = seal_usable,
	.root = true,
	.run = seal_run,
};
