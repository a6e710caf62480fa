// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The keyring of the certificates. It is a user's, for those need no process to live; not root's own, which
 * root may empty, but that of a user whom nobody is. It takes no more keys before anybody else could add one.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loader/internal.h"
#include "loader/seal.h"

#define NAME "embargo"
#define NOBODY 0xfffffff0U /* no user has it */
/* Bits of a key's permissions, once for each: possessor, user, group, others. */
#define ALL_TO_ALL 0x3f3f3f3fU
#define ALL_TO_USER 0x3f3f0000U

static long key_control(int what, unsigned long a, unsigned long b, unsigned long c)
{
	return syscall(SYS_keyctl, what, a, b, c, 0UL);
}

/* In a process of its own: the identity of a whole process changes. Returns the serial of the user's keyring.
 */
static int anchor(int keyring)
{
	long serial = -1;

	if (syscall(SYS_setresgid, NOBODY, NOBODY, NOBODY) || syscall(SYS_setresuid, NOBODY, NOBODY, NOBODY))
		return -1;
	serial = key_control(KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_KEYRING, 1, 0);
	if (serial < 0 || key_control(KEYCTL_LINK, keyring, KEY_SPEC_USER_KEYRING, 0) < 0)
		return -1;
	return serial;
}

static int anchored(int keyring, struct embargo_error *error)
{
	_cleanup_close_ int from = -1, to = -1;
	int ends[2], serial = -1, status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return embargo_fail(error, -errno, "no pipe: %s", strerror(errno));
	from = ends[0];
	to = ends[1];
	pid = fork();
	if (pid < 0)
		return embargo_fail(error, -errno, "no process: %s", strerror(errno));
	if (!pid) {
		serial = anchor(keyring);
		_exit(write(to, &serial, sizeof(serial)) != sizeof(serial));
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (read(from, &serial, sizeof(serial)) != sizeof(serial) || serial < 0)
		return embargo_fail(error, -ENOKEY, "no keyring can be kept by a user whom nobody is");
	return serial;
}

static int certificate_add(int keyring, const struct embargo_seal_certificate *certificate,
			   struct embargo_error *error)
{
	if (syscall(SYS_add_key, "asymmetric", certificate->name, certificate->data, certificate->size,
		    (long)keyring) >= 0)
		return 0;
	return embargo_fail(
		error, -EKEYREJECTED,
		"this kernel does not take the certificate of '%s' (%s): before 6.12 they must be RSA",
		certificate->name, strerror(errno));
}

int embargo_seal_keyring(const struct embargo_seal_certificate *list, size_t count, __u32 *ret_keyring,
			 __u32 *ret_anchor, struct embargo_error *error)
{
	long keyring = syscall(SYS_add_key, "keyring", NAME, NULL, 0UL, (long)KEY_SPEC_USER_KEYRING);
	int serial, r = 0;

	if (keyring < 0)
		return embargo_fail(error, -errno, "no keyring: %s", strerror(errno));
	for (size_t i = 0; !r && i < count; i++)
		r = certificate_add(keyring, &list[i], error);
	if (!r && (key_control(KEYCTL_RESTRICT_KEYRING, keyring, 0, 0) < 0 ||
		   key_control(KEYCTL_SETPERM, keyring, ALL_TO_ALL, 0) < 0))
		r = embargo_fail(error, -errno, "the keyring cannot be closed: %s", strerror(errno));
	serial = r ? r : anchored(keyring, error);
	if (!r && key_control(KEYCTL_SETPERM, keyring, ALL_TO_USER, 0) < 0)
		r = embargo_fail(error, -errno, "the keyring cannot be closed: %s", strerror(errno));
	/* Of root's own keyring; it stays by the other. */
	key_control(KEYCTL_UNLINK, keyring, KEY_SPEC_USER_KEYRING, 0);
	if (r || serial < 0)
		return r ?: serial;
	*ret_keyring = keyring;
	*ret_anchor = serial;
	return 0;
}
