// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bills of materials: CycloneDX and SPDX 2 in JSON. A component with a SHA-256 becomes a rule; of others
 * their package, supplier or name is proposed, as a comment. With a policy, only components that fall under
 * it, and what they contain, are taken.
 */
#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include "policy/import/json.h"
#include "policy/import/sbom.h"

#define DEPTH 16	/* of components in components */
#define HELD (1U << 20) /* files of SPDX that wait for who contains them */

struct sbom {
	struct embargo_import *import;
	json_t *banned; /* SPDX: identifiers of what falls under the policy, and of what that contains */
	json_t *held;	/* SPDX: files that may be of something that does, by identifier */
};

/* `# ban KIND name="…"`, each once */
static int propose(struct embargo_import *import, const char *kind, const char *name,
		   const struct embargo_import_entry *entry)
{
	struct embargo_import_record record = {.size = EMBARGO_SIZE_UNKNOWN};
	char clean[EMBARGO_IMPORT_TEXT];
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int r;

	if (!out)
		return embargo_import_fail(import, -ENOMEM, "%s", strerror(ENOMEM));
	embargo_import_clean(name, clean, sizeof(clean));
	fprintf(out, "# ban %s name=", kind);
	embargo_quote(out, clean, strlen(clean));
	if (fclose(out) || !EVP_Digest(text, size, record.key, NULL, EVP_sha256(), NULL))
		return embargo_import_fail(import, -ENOMEM, "%s", strerror(ENOMEM));
	r = embargo_import_note(import, &record);
	if (r) {
		import->counts.duplicates += r > 0;
		return r < 0 ? r : 0;
	}
	embargo_import_skip(import, EMBARGO_IMPORT_PROPOSED, clean);
	import->counts.proposals++;
	r = embargo_import_write(import, "%s", text);
	/* Its name= is what the rule would match. */
	return r
		       ?: embargo_import_write_end(
				  import, &(struct embargo_import_entry){.source = entry->source}, "");
}

static int take(struct embargo_import *import, const struct embargo_sbom_component *component)
{
	char name[EMBARGO_IMPORT_TEXT], package[EMBARGO_IMPORT_TEXT];
	struct embargo_import_entry entry = {
		.name = name,
		.source = *component->purl ? component->purl : component->cpe,
		.bytes = EMBARGO_SIZE_UNKNOWN,
		.formats = component->formats,
	};

	snprintf(name, sizeof(name), "%.300s%s%.150s", component->name, *component->version ? " " : "",
		 component->version);
	embargo_import_entry_read(import);
	if (import->options.policy && !component->inside &&
	    !embargo_sbom_banned(import->options.policy, component)) {
		embargo_import_skip(import, EMBARGO_IMPORT_NOT_BANNED, name);
		return 0;
	}
	if (*component->sha256)
		return embargo_import_file_hash(import, component->sha256, &entry);
	embargo_sbom_package(component->purl, package);
	if (*package)
		return propose(import, "package", package, &entry);
	if (*component->supplier)
		return propose(import, "vendor", component->supplier, &entry);
	if (*component->cpe && *component->name)
		return propose(import, "package", component->name, &entry);
	embargo_import_skip(import, *component->weak ? EMBARGO_IMPORT_WEAK : EMBARGO_IMPORT_NO_HASH, name);
	return 0;
}

/* Of [{@algorithm: "SHA-256", @content: "…"}]: the first SHA-256, and the first of another kind */
static void hashes_read(const json_t *list, const char *algorithm, const char *content,
			struct embargo_sbom_component *component)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		const json_t *hash = json_array_get(list, i);
		const char *digits = embargo_json_text(hash, content);

		if (!embargo_import_same(embargo_json_text(hash, algorithm), "sha256"))
			component->weak = *component->weak ? component->weak : digits;
		else if (!*component->sha256)
			component->sha256 = digits;
	}
}

static const char *first_of(const char *const *texts)
{
	while (*texts && !**texts)
		texts++;
	return *texts ?: "";
}

/* Is its origin banned, and so what it contains? By its hash alone it is one file. */
static bool origin_banned(const struct embargo_import *import, const struct embargo_sbom_component *component)
{
	struct embargo_sbom_component origin = *component;

	origin.sha256 = "";
	return import->options.policy &&
	       (origin.inside || embargo_sbom_banned(import->options.policy, &origin));
}

static int cyclonedx(struct embargo_import *import, const json_t *object, int depth, bool inside)
{
	const json_t *parts = json_object_get(object, "components");
	struct embargo_sbom_component component = {
		.name = embargo_json_text(object, "name"),
		.version = embargo_json_text(object, "version"),
		.supplier = first_of((const char *const[]){
			embargo_json_text(json_object_get(object, "supplier"), "name"),
			embargo_json_text(json_object_get(object, "manufacturer"), "name"),
			embargo_json_text(object, "publisher"), embargo_json_text(object, "author"), NULL}),
		.purl = embargo_json_text(object, "purl"),
		.cpe = embargo_json_text(object, "cpe"),
		.sha256 = "",
		.weak = "",
		.formats = embargo_import_kind(embargo_json_text(object, "mime-type")),
		.inside = inside,
	};
	size_t i;
	int r;

	hashes_read(json_object_get(object, "hashes"), "alg", "content", &component);
	r = take(import, &component);
	if (depth == DEPTH && json_array_size(parts))
		return embargo_import_fail(import, -E2BIG, "components are nested too deep");
	inside = origin_banned(import, &component);
	for (i = 0; !r && i < json_array_size(parts); i++)
		r = cyclonedx(import, json_array_get(parts, i), depth + 1, inside);
	return r;
}

/* "Organization: Example Lab (info@example.org)" -> "Example Lab" */
static const char *organization(const char *text, char name[EMBARGO_IMPORT_TEXT])
{
	const char *colon = strstr(text, ": ");
	char *mail;

	snprintf(name, EMBARGO_IMPORT_TEXT, "%s",
		 colon			       ? colon + 2
		 : strcmp(text, "NOASSERTION") ? text
					       : "");
	mail = strrchr(name, '(');
	if (mail && mail > name && mail[-1] == ' ')
		mail[-1] = 0;
	return name;
}

static const char *reference(const json_t *package, const char *type)
{
	const json_t *list = json_object_get(package, "externalRefs");
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		if (!strncmp(embargo_json_text(json_array_get(list, i), "referenceType"), type, strlen(type)))
			return embargo_json_text(json_array_get(list, i), "referenceLocator");
	return "";
}

/* Something that runs elsewhere: nothing of it is a file here. */
static int service(struct embargo_import *import, const json_t *object)
{
	embargo_import_entry_read(import);
	embargo_import_skip(import, EMBARGO_IMPORT_OTHER_KIND, embargo_json_text(object, "name"));
	return 0;
}

/* A file that by itself falls under nothing: what contains it may, and may come later. */
static bool hold(struct sbom *sbom, const char *id, const json_t *object,
		 const struct embargo_sbom_component *component)
{
	if (!sbom->import->options.policy || component->inside || !*id || !*component->sha256 ||
	    json_object_size(sbom->held) >= HELD || json_object_get(sbom->held, id) ||
	    embargo_sbom_banned(sbom->import->options.policy, component))
		return false;
	return !json_object_set(sbom->held, id, (json_t *)object);
}

/* What @id names is part of something that falls under the policy. */
static int contained(struct sbom *sbom, const char *id);

/* A package or a file. */
static int spdx(struct sbom *sbom, const json_t *object, bool file, bool inside)
{
	const char *supplier = embargo_json_text(object, "supplier"),
		   *id = embargo_json_text(object, "SPDXID");
	const json_t *files = json_object_get(object, "hasFiles");
	char name[EMBARGO_IMPORT_TEXT];
	struct embargo_sbom_component component = {
		.name = first_of((const char *const[]){embargo_json_text(object, "name"),
						       embargo_json_text(object, "fileName"), NULL}),
		.version = embargo_json_text(object, "versionInfo"),
		.purl = reference(object, "purl"),
		.cpe = reference(object, "cpe2"),
		.sha256 = "",
		.weak = "",
		.inside = inside || json_object_get(sbom->banned, id),
	};
	size_t i;
	int r = 0;

	if (!*supplier || !strcmp(supplier, "NOASSERTION"))
		supplier = embargo_json_text(object, "originator");
	component.supplier = organization(supplier, name);
	hashes_read(json_object_get(object, "checksums"), "algorithm", "checksumValue", &component);
	if (file && hold(sbom, id, object, &component))
		return 0;
	if (*id && origin_banned(sbom->import, &component))
		json_object_set_new(sbom->banned, id, json_true());
	for (i = 0; !r && json_object_get(sbom->banned, id) && i < json_array_size(files); i++)
		r = contained(sbom, json_string_value(json_array_get(files, i)) ?: "");
	return r ?: take(sbom->import, &component);
}

static int contained(struct sbom *sbom, const char *id)
{
	json_t *file = json_incref(json_object_get(sbom->held, id));
	int r = 0;

	if (*id)
		json_object_set_new(sbom->banned, id, json_true());
	if (file) {
		json_object_del(sbom->held, id);
		r = spdx(sbom, file, true, true);
	}
	json_decref(file);
	return r;
}

static int relation(struct sbom *sbom, const json_t *object)
{
	const char *from = embargo_json_text(object, "spdxElementId");
	const char *to = embargo_json_text(object, "relatedSpdxElement");
	const char *type = embargo_json_text(object, "relationshipType");

	if (!strcmp(type, "CONTAINS") && json_object_get(sbom->banned, from))
		return contained(sbom, to);
	if (!strcmp(type, "CONTAINED_BY") && json_object_get(sbom->banned, to))
		return contained(sbom, from);
	return 0;
}

static int import_value(void *context, const char *path, json_t *value)
{
	struct sbom *sbom = context;

	if (!strcmp(path, "/components/*") || !strcmp(path, "/metadata/component"))
		return cyclonedx(sbom->import, value, 0, false);
	if (!strcmp(path, "/services/*"))
		return service(sbom->import, value);
	if (!strcmp(path, "/packages/*") || !strcmp(path, "/files/*"))
		return spdx(sbom, value, *path == '/' && path[1] == 'f', false);
	if (!strcmp(path, "/relationships/*"))
		return relation(sbom, value);
	return 0;
}

/* Files that nothing banned contains. */
static void held_skip(struct sbom *sbom)
{
	const char *id;
	json_t *file;

	json_object_foreach(sbom->held, id, file)
	{
		embargo_import_entry_read(sbom->import);
		embargo_import_skip(sbom->import, EMBARGO_IMPORT_NOT_BANNED,
				    embargo_json_text(file, "fileName"));
	}
}

static bool enter(const char *path)
{
	static const char *const paths[] = {"/components", "/services", "/metadata",
					    "/packages",   "/files",	"/relationships"};
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (!strcmp(path, paths[i]))
			return true;
	return false;
}

int embargo_import_sbom(struct embargo_feed *feed)
{
	static const struct embargo_json_visitor visitor = {.enter = enter, .value = import_value};

	struct sbom sbom = {.import = feed->import, .banned = json_object(), .held = json_object()};
	int r = !sbom.banned || !sbom.held
			? embargo_import_fail(feed->import, -ENOMEM, "%s", strerror(ENOMEM))
			: embargo_json_walk(feed, &visitor, &sbom);

	if (!r)
		held_skip(&sbom);
	json_decref(sbom.banned);
	json_decref(sbom.held);
	return r;
}
