// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo load on a host that is made up: what is asked before a policy is in force, and what is left after.
 */
#include "tests/harness.h"

#include <fcntl.h>

#include "loader/loader.h"
#include "policy/identity/identity.h"
#include "policy_text.h"
#include "userspace/cli/change.h"
#include "userspace/cli/command.h"
#include "userspace/base/log.h"
#include "userspace/base/config.h"
#include "userspace/check/guard.h"
#include "userspace/check/trust.h"

static unsigned int loads, fallbacks;
static int remembering;		  /* what embargo_trust_remember() returns */
static const char *found_earlier; /* file that was resolved for rule 0 */

static int host_policy(struct embargo_policy **ret_policy)
{
	*ret_policy = policy_from("ban vendor V\n");
	return 0;
}

static int host_config(struct embargo_config *ret_config)
{
	return embargo_config_default(ret_config);
}

static int host_status(struct embargo_status *ret_status)
{
	*ret_status = (struct embargo_status){.loaded = true, .mode = EMBARGO_MODE_ENFORCE};
	return 0;
}

static int host_foresee(struct embargo_policy *policy)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;

	if (!found_earlier)
		return 0;
	ASSERT_EQ(0, embargo_identity_read(found_earlier, 0, &identity, NULL));
	return embargo_policy_resolve(policy, 0, identity->digests.sha256, identity->digests.size,
				      EMBARGO_FORMAT_ANY);
}

static int host_load(uint64_t *ret_generation)
{
	loads++;
	*ret_generation = 1;
	return 0;
}

static int host_last_good(void)
{
	fallbacks++;
	return -ENOENT;
}

/* The logs of the machine that tests run on are not ours. */
#define embargo_log_kernel(severity, text) ((void)(text), -ENOENT)
#define embargo_change_begin(change) (*(change) = (struct embargo_change){0})
#define embargo_change_loaded(before, files) ((void)(before), (void)(files))
#define embargo_change_failed(before, files) ((void)(before), (void)(files))
#define embargo_cmd_load test_load
#define embargo_load_again test_load_again
#define embargo_policies_parse(paths, flags, ret_policy) ((void)(paths), host_policy(ret_policy))
#define embargo_config_read(path, ret_config) host_config(ret_config)
#define embargo_get_status(ret_status, error) ((void)(error), host_status(ret_status))
#define embargo_trust_check(places, policy, ret_trust, ret_refusal)                                          \
	((void)(policy), (void)(ret_refusal), *(ret_trust) = NULL, 0)
#define embargo_trust_remember(trust) ((void)(trust), remembering)
#define embargo_load_foresee(policy, error) host_foresee(policy)
#define embargo_load(policy, mode, ret_generation, error)                                                    \
	((void)(policy), (void)(mode), host_load(ret_generation))
#define embargo_last_good_keep(...) 0
#define embargo_last_good_read(ret_policy, ret_mode, ret_time, error)                                        \
	(*(ret_mode) = EMBARGO_MODE_AUDIT, *(ret_time) = 0, host_last_good())

extern const struct embargo_command test_load;

#include "userspace/cli/cmd_load.c"

static enum embargo_exit load_with(const char *option)
{
	const struct embargo_option options[] = {{.name = option}, {0}};
	struct embargo_given given = {.option = options};
	char *operands[] = {"some.policy", NULL};
	struct embargo_arguments arguments = {
		.command = &test_load, .operands = operands, .operand_count = 1, .given = &given};

	arguments.given_count = !!option;
	return load_run(&arguments);
}

TEST(what_it_takes_over_is_guarded_against_too)
{
	EXPECT_EQ(EMBARGO_EXIT_DONE, load_with(NULL));
	EXPECT_EQ(1, loads);
	found_earlier = "/bin/sh";
	EXPECT_EQ(EMBARGO_EXIT_FAILED, load_with(NULL));
	EXPECT_EQ(1, loads);
	EXPECT_EQ(EMBARGO_EXIT_DONE, load_with("force"));
	EXPECT_EQ(2, loads);
}

/* It is the policy that was asked for: an older one must not take its place. */
TEST(what_is_in_force_is_not_fallen_back_from)
{
	remembering = -EROFS;
	EXPECT_EQ(EMBARGO_EXIT_FAILED, load_with("last-good"));
	EXPECT_EQ(1, loads);
	EXPECT_EQ(0, fallbacks);
}

TEST_HARNESS_MAIN
