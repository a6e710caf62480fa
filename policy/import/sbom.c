// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bills of materials: CycloneDX and SPDX 2 in JSON. A component with a SHA-256 becomes a rule; of others
 * their package or supplier is proposed, as a comment. With a policy, only components that fall under it are
 * taken.
 */
#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include "policy/import/json.h"
#include "policy/import/sbom.h"

#define DEPTH 16 /* of components in components */

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
	if (import->options.policy && !embargo_sbom_banned(import->options.policy, component)) {
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

static int cyclonedx(struct embargo_import *import, const json_t *object, int depth)
{
	const json_t *inside = json_object_get(object, "components");
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
	};
	size_t i;
	int r;

	hashes_read(json_object_get(object, "hashes"), "alg", "content", &component);
	r = take(import, &component);
	if (depth == DEPTH && json_array_size(inside))
		return embargo_import_fail(import, -E2BIG, "components are nested too deep");
	for (i = 0; !r && i < json_array_size(inside); i++)
		r = cyclonedx(import, json_array_get(inside, i), depth + 1);
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

/* A package or a file. */
static int spdx(struct embargo_import *import, const json_t *object)
{
	const char *supplier = embargo_json_text(object, "supplier");
	char name[EMBARGO_IMPORT_TEXT];
	struct embargo_sbom_component component = {
		.name = first_of((const char *const[]){embargo_json_text(object, "name"),
						       embargo_json_text(object, "fileName"), NULL}),
		.version = embargo_json_text(object, "versionInfo"),
		.purl = reference(object, "purl"),
		.cpe = reference(object, "cpe2"),
		.sha256 = "",
		.weak = "",
	};

	if (!*supplier || !strcmp(supplier, "NOASSERTION"))
		supplier = embargo_json_text(object, "originator");
	component.supplier = organization(supplier, name);
	hashes_read(json_object_get(object, "checksums"), "algorithm", "checksumValue", &component);
	return take(import, &component);
}

static int import_value(void *context, const char *path, json_t *value)
{
	struct embargo_import *import = context;

	if (!strcmp(path, "/components/*"))
		return cyclonedx(import, value, 0);
	if (!strcmp(path, "/metadata/component"))
		return cyclonedx(import, value, 0);
	if (!strcmp(path, "/packages/*") || !strcmp(path, "/files/*"))
		return spdx(import, value);
	return 0;
}

static bool enter(const char *path)
{
	return !strcmp(path, "/components") || !strcmp(path, "/metadata") || !strcmp(path, "/packages") ||
	       !strcmp(path, "/files");
}

int embargo_import_sbom(struct embargo_feed *feed)
{
	static const struct embargo_json_visitor visitor = {.enter = enter, .value = import_value};

	return embargo_json_walk(feed, &visitor, feed->import);
}
