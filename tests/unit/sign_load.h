/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host that trusts a root and hears syslog; loads on it go as far as the kernel. */
#ifndef EMBARGO_TESTS_UNIT_SIGN_LOAD_H
#define EMBARGO_TESTS_UNIT_SIGN_LOAD_H

#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>

#include "tests/unit/sign_make.h"
#include "userspace/base/config.h"
#include "userspace/check/trust.h"
#include "userspace/sink/sink.h"

FIXTURE(load)
{
	char directory[32];
	struct made root, signer;
	int syslog;
};

static const struct embargo_trust_places places = {"trust", "state/versions"};
static struct embargo_config config = {
	.syslog = EMBARGO_SYSLOG_LOCAL, .syslog_facility = LOG_AUTHPRIV, .syslog_socket = "log"};

FIXTURE_SETUP(load)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "log"};

	strcpy(self->directory, "/tmp/sign-load.XXXXXX");
	ASSERT_NOT_NULL(mkdtemp(self->directory));
	ASSERT_EQ(0, chdir(self->directory));
	self->syslog = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	ASSERT_EQ(0, bind(self->syslog, (struct sockaddr *)&address, sizeof(address)));
	ASSERT_EQ(0, mkdir("trust", 0755));
	self->root = MAKE(.name = "Root", .basic = "CA:TRUE");
	self->signer = MAKE(.name = "Signer", .issuer = &self->root);
}

FIXTURE_TEARDOWN(load)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf '%s'", self->directory);
	EXPECT_EQ(0, system(command));
}

static inline void policy_write(const char *path, const char *text)
{
	make_text(path, text);
}

static inline void policy_sign_by(const struct made *signer, const char *path, const char *text)
{
	struct bytes signature =
		make_signature(signer, NULL, text, EVP_sha256(), CMS_DETACHED | CMS_NOSMIMECAP);
	char beside[64];

	policy_write(path, text);
	snprintf(beside, sizeof(beside), "%s.p7s", path);
	make_file(beside, signature.data, signature.size);
	OPENSSL_free(signature.data);
}

/* What became of its message, if it was refused. */
static int dispatched;

/* What the last load said to the person who gave the command. */
static char said[8192];

static inline int check_and_receive(const struct embargo_policy *policy, struct embargo_trust **ret_trust)
{
	struct embargo_log_message refusal = {0};
	int error = dup(STDERR_FILENO), heard = memfd_create("said", MFD_CLOEXEC), r;
	ssize_t size;

	ASSERT_LE(0, dup2(heard, STDERR_FILENO));
	r = embargo_trust_check(&places, policy, ret_trust, &refusal);
	if (refusal.object)
		dispatched = embargo_sinks_tell(&config, &refusal);
	embargo_log_message_clear(&refusal);
	ASSERT_LE(0, dup2(error, STDERR_FILENO));
	size = pread(heard, said, sizeof(said) - 1, 0);
	said[size < 0 ? 0 : size] = 0;
	fputs(said, stderr);
	close(error);
	close(heard);
	return r;
}

/* Read, check, and, as the kernel would take it, remember. True: it would have been put in force. */
static inline bool load(const char *path)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = embargo_policy_new();
	_cleanup_(embargo_trust_freep) struct embargo_trust *trust = NULL;
	int r;

	ASSERT_EQ(0, embargo_policy_read(policy, path, EMBARGO_READ_DIGEST));
	ASSERT_EQ(0, embargo_policy_check(policy, time(NULL)));
	r = check_and_receive(policy, &trust);
	EXPECT_EQ(r < 0, trust == NULL);
	if (!r)
		EXPECT_EQ(0, embargo_trust_remember(trust));
	return !r;
}

/* The one line of the last load, or "". */
static inline const char *told(struct load_self *self)
{
	static char line[9000], more[16];
	ssize_t size = recv(self->syslog, line, sizeof(line) - 1, 0);

	line[size < 0 ? 0 : size] = 0;
	EXPECT_EQ(-1, recv(self->syslog, more, sizeof(more), 0));
	return line;
}

static inline bool refused(struct load_self *self, const char *path, const char *why)
{
	const char *line;
	bool is_refused = !load(path);

	line = told(self);
	TH_LOG("%s", line);
	/* authpriv is 10, err 3 */
	return is_refused && !strncmp(line, "<83>", 4) && strstr(line, "]: refused a policy, and ") &&
	       strstr(line, why);
}

static inline bool accepted(struct load_self *self, const char *path)
{
	return load(path) && !*told(self);
}

static inline void trust_root(struct load_self *self)
{
	make_pem("trust/root.pem", self->root.certificate, NULL, NULL);
}

#define FIRST "policy one\nversion 5\n"
#define FIRST_AGAIN "policy one\nversion 5\n# said otherwise\n"
#define NEWER "policy one\nversion 6\n"
#define OLDER "policy one\nversion 4\n"

#endif
