// SPDX-License-Identifier: GPL-2.0-or-later
/* Where a file comes from: its toolchain, its package, its vendor, and what the file system keeps with it. */
#include <elf.h>
#include <inttypes.h>
#include <string.h>

#include "policy/policy.h"
#include "userspace/cli/id.h"
#include "userspace/base/output.h"

/* NULL: any other number */
static const char *type_name(unsigned int type)
{
	static const char *const names[] = {
		[ET_REL] = "relocatable",
		[ET_EXEC] = "executable",
		[ET_DYN] = "shared object",
		[ET_CORE] = "core",
	};

	return type < sizeof(names) / sizeof(names[0]) ? names[type] : NULL;
}

static const char *machine_name(unsigned int machine)
{
	switch (machine) {
	case EM_386:
		return "i386";
	case EM_X86_64:
		return "x86-64";
	case EM_ARM:
		return "ARM";
	case EM_AARCH64:
		return "AArch64";
	case EM_PPC64:
		return "PowerPC64";
	case EM_S390:
		return "S/390";
	case EM_RISCV:
		return "RISC-V";
	}
	return NULL;
}

static void put_number(FILE *out, const char *name, const char *what, unsigned int number)
{
	if (name)
		fprintf(out, ", %s", name);
	else
		fprintf(out, ", %s %u", what, number);
}

static void put_elf(FILE *out, const struct embargo_elf *elf)
{
	char *const *comment;

	fprintf(out, "  %-12s %d-bit", "elf", elf->is_64 ? 64 : 32);
	put_number(out, machine_name(elf->machine), "machine", elf->machine);
	put_number(out, type_name(elf->type), "type", elf->type);
	fputc('\n', out);
	embargo_id_put(out, "  soname", elf->soname);
	embargo_id_put(out, "  rpath", elf->rpath);
	embargo_id_put(out, "  loader", elf->interpreter);
	for (comment = elf->comments; comment && *comment; comment++)
		embargo_id_put(out, "  comment", *comment);
}

static void put_package(FILE *out, const char *key, const struct embargo_package *package)
{
	embargo_id_put(out, key, package->name);
	embargo_id_put(out, "  manager", package->manager);
	embargo_id_put(out, "  version", package->version);
	embargo_id_put(out, "  for", package->architecture);
	embargo_id_put(out, "  vendor", package->vendor);
	embargo_id_put(out, "  maintainer", package->maintainer);
	embargo_id_put(out, "  key id", package->key_id);
}

void embargo_identity_origin_text(const struct embargo_identity *identity, FILE *out)
{
	if (identity->elf)
		put_elf(out, identity->elf);
	embargo_id_put(out, "vendor", identity->vendor);
	if (identity->package)
		put_package(out, "is package", identity->package);
	if (identity->owner)
		put_package(out, "of package", identity->owner);
	embargo_id_put(out, "fs-verity", identity->verity);
	embargo_id_put(out, "ima", identity->ima);
}

static json_t *elf_json(const struct embargo_elf *elf)
{
	json_t *object, *comments = json_array(), *holder = json_object();
	char *const *comment;

	if (!elf) {
		json_decref(comments);
		json_decref(holder);
		return json_null();
	}
	object = json_pack("{s:i,s:i,s:i}", "bits", elf->is_64 ? 64 : 32, "machine", (int)elf->machine,
			   "type", (int)elf->type);
	embargo_json_string(object, "soname", elf->soname);
	embargo_json_string(object, "rpath", elf->rpath);
	embargo_json_string(object, "interpreter", elf->interpreter);
	for (comment = elf->comments; comment && *comment; comment++) {
		embargo_json_string(holder, "value", *comment);
		json_array_append(comments, json_object_get(holder, "value"));
	}
	json_decref(holder);
	json_object_set_new(object, "comments", comments);
	return object;
}

static json_t *package_json(const struct embargo_package *package)
{
	json_t *object;

	if (!package)
		return json_null();
	object = json_object();
	embargo_json_string(object, "manager", package->manager);
	embargo_json_string(object, "name", package->name);
	embargo_json_string(object, "version", package->version);
	embargo_json_string(object, "architecture", package->architecture);
	embargo_json_string(object, "vendor", package->vendor);
	embargo_json_string(object, "maintainer", package->maintainer);
	embargo_json_string(object, "key_id", package->key_id);
	return object;
}

void embargo_identity_origin_json(const struct embargo_identity *identity, json_t *object)
{
	json_object_set_new(object, "elf", elf_json(identity->elf));
	embargo_json_string(object, "vendor", identity->vendor);
	json_object_set_new(object, "package", package_json(identity->package));
	json_object_set_new(object, "owner", package_json(identity->owner));
	embargo_json_string(object, "verity", identity->verity);
	embargo_json_string(object, "ima", identity->ima);
}

/* A `*` at the end would be a pattern, and a value that is too long no value at all. */
static int can_be_told(const char *value)
{
	size_t size = value ? strlen(value) : 0;

	return size && size < EMBARGO_VALUE_MAX && value[size - 1] != '*';
}

static void propose_vendor(FILE *out, const char *vendor)
{
	if (!can_be_told(vendor))
		return;
	fputs("# all that names this vendor: ban vendor ", out);
	embargo_quote(out, vendor, strlen(vendor));
	fputc('\n', out);
}

static void propose_package(FILE *out, const struct embargo_package *package)
{
	if (!package)
		return;
	if (can_be_told(package->name)) {
		fputs("# all of this package: ban package name=", out);
		embargo_quote(out, package->name, strlen(package->name));
		fputc('\n', out);
	}
	propose_vendor(out, package->vendor);
}

void embargo_identity_origin_rules(const struct embargo_identity *identity, FILE *out)
{
	propose_package(out, identity->package);
	propose_package(out, identity->owner);
	propose_vendor(out, identity->vendor);
}
