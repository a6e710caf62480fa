// SPDX-License-Identifier: GPL-2.0-or-later
/* Modules that the kernel has loaded, and packages that are installed. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "userspace/check/modules.h"
#include "userspace/inventory/inventory.h"

/* By the rules that the kernel cannot match too, if its file is there. */
static void module_look(struct embargo_inventory *inventory, const struct embargo_loaded_module *module)
{
	struct embargo_finding finding = {
		.kind = EMBARGO_FOUND_MODULE, .path = module->file, .comm = module->name, .active = true};
	_cleanup_close_ int fd = module->file ? open(module->file, O_RDONLY | O_CLOEXEC) : -1;
	const struct embargo_inventory_file *file =
		fd < 0 ? NULL : embargo_inventory_evaluate(inventory, fd, module->file);

	if (file)
		embargo_inventory_finding(file, &finding);
	if (!embargo_inventory_banned(&finding.result))
		finding.result = module->result;
	if (embargo_inventory_banned(&finding.result))
		embargo_finding_report(inventory->findings, &finding);
}

void embargo_inventory_modules(struct embargo_inventory *inventory)
{
	struct embargo_loaded_modules modules;
	size_t i;

	if (embargo_modules_read(&modules) || embargo_modules_evaluate(&modules, inventory->evaluator) < 0)
		embargo_warning_report(inventory->findings, "/proc/modules",
				       "could not be read: not all loaded modules are known");
	for (i = 0; i < modules.count && !(inventory->stop && *inventory->stop); i++)
		module_look(inventory, &modules.list[i]);
	embargo_modules_clear(&modules);
}

static int package_look(void *context, const struct embargo_package *package)
{
	struct embargo_inventory *inventory = context;
	struct embargo_identity identity = {.owner = (struct embargo_package *)package};
	const struct embargo_ruleset *set = inventory->evaluator->set;
	struct embargo_resolution decider;
	struct embargo_finding finding = {
		.kind = EMBARGO_FOUND_PACKAGE,
		.package = package->name,
		.package_version = package->version,
		.vendor = package->vendor,
		.resolved = true,
		.active = true,
	};

	if (!embargo_resolver_decide(inventory->evaluator->resolver, &identity, &decider) ||
	    set->rules[decider.rule].action == EMBARGO_ACTION_ALLOW)
		return 0;
	finding.result.rule = &set->rules[decider.rule];
	finding.result.verdict =
		finding.result.rule->action == EMBARGO_ACTION_AUDIT ? EMBARGO_AUDITED : EMBARGO_DENIED;
	finding.ground = decider.ground;
	embargo_finding_report(inventory->findings, &finding);
	return inventory->stop && *inventory->stop ? -EINTR : 0;
}

/* To read the databases takes a moment: only for a policy that asks for packages. */
void embargo_inventory_packages(struct embargo_inventory *inventory)
{
	if (!inventory->evaluator->resolver ||
	    !(embargo_resolver_wants(inventory->evaluator->resolver) & EMBARGO_WANT_OWNER))
		return;
	if (embargo_inventory_owners(inventory))
		embargo_owners_each(inventory->owners, package_look, inventory);
}

void embargo_inventory_all(struct embargo_inventory *inventory)
{
	embargo_inventory_processes(inventory);
	embargo_inventory_modules(inventory);
	embargo_inventory_units(inventory);
	embargo_inventory_cron(inventory);
	embargo_inventory_packages(inventory);
}
