// SPDX-License-Identifier: GPL-2.0-or-later
/* Modules that the kernel has loaded, and packages that are installed. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "userspace/inventory/modules.h"
#include "userspace/inventory/inventory.h"

/* By the rules that the kernel cannot match too, if its file is there. */
static void module_look(struct embargo_present *present, const struct embargo_loaded_module *module)
{
	struct embargo_finding finding = {
		.kind = EMBARGO_FOUND_MODULE, .path = module->file, .comm = module->name, .active = true};
	_cleanup_close_ int fd = module->file ? open(module->file, O_RDONLY | O_CLOEXEC) : -1;
	const struct embargo_present_file *file =
		fd < 0 ? NULL : embargo_present_judge(present, fd, module->file);

	if (file)
		embargo_present_finding(file, &finding);
	if (!embargo_present_banned(&finding.judgement))
		finding.judgement = module->judgement;
	if (embargo_present_banned(&finding.judgement))
		embargo_finding_report(present->findings, &finding);
}

void embargo_present_modules(struct embargo_present *present)
{
	struct embargo_loaded_modules modules;
	size_t i;

	if (embargo_modules_read(&modules) || embargo_modules_judge(&modules, present->measure) < 0)
		embargo_trouble_report(present->findings, "/proc/modules",
				       "could not be read: not all loaded modules are known");
	for (i = 0; i < modules.count && !(present->stop && *present->stop); i++)
		module_look(present, &modules.list[i]);
	embargo_modules_clear(&modules);
}

static int package_look(void *context, const struct embargo_package *package)
{
	struct embargo_present *present = context;
	struct embargo_identity identity = {.owner = (struct embargo_package *)package};
	const struct embargo_ruleset *set = present->measure->set;
	struct embargo_resolution decider;
	struct embargo_finding finding = {
		.kind = EMBARGO_FOUND_PACKAGE,
		.package = package->name,
		.package_version = package->version,
		.vendor = package->vendor,
		.resolved = true,
		.active = true,
	};

	if (!embargo_resolver_decide(present->measure->resolver, &identity, &decider) ||
	    set->rules[decider.rule].action == EMBARGO_ACTION_ALLOW)
		return 0;
	finding.judgement.rule = &set->rules[decider.rule];
	finding.judgement.verdict =
		finding.judgement.rule->action == EMBARGO_ACTION_AUDIT ? EMBARGO_AUDITED : EMBARGO_DENIED;
	finding.ground = decider.ground;
	embargo_finding_report(present->findings, &finding);
	return present->stop && *present->stop ? -EINTR : 0;
}

/* To read the databases takes a moment: only for a policy that asks for packages. */
void embargo_present_packages(struct embargo_present *present)
{
	if (!present->measure->resolver ||
	    !(embargo_resolver_wants(present->measure->resolver) & EMBARGO_WANT_OWNER))
		return;
	if (embargo_present_owners(present))
		embargo_owners_each(present->owners, package_look, present);
}

void embargo_present_all(struct embargo_present *present)
{
	embargo_present_processes(present);
	embargo_present_modules(present);
	embargo_present_units(present);
	embargo_present_cron(present);
	embargo_present_packages(present);
}
