// SPDX-License-Identifier: GPL-2.0-or-later
/* The Elastic Common Schema, and OCSF. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "policy/cleanup.h"
#include "userspace/event/shape.h"

#define OCSF_FINDING 2004 /* Detection Finding, of category 2, Findings */
#define OCSF_CREATE 1

struct place {
	const char *key; /* of an event */
	const char *to;	 /* objects below each other, parted by dots */
};

static const struct place ecs_places[] = {
	{"message", "message"},
	{"host", "host.name"},
	{"verdict", "event.action"},
	{"reason", "event.reason"},
	{"rule_name", "rule.name"},
	{"rule", "rule.description"},
	{"kind", "rule.category"},
	{"policy_file", "rule.ruleset"},
	{"source", "rule.reference"},
	{"authority", "rule.author"},
	{"path", "file.path"},
	{"format", "file.type"},
	{"file_size", "file.size"},
	{"sha256", "file.hash.sha256"},
	{"tgid", "process.pid"},
	{"comm", "process.name"},
	{"pid", "process.thread.id"},
	{"parent_tgid", "process.parent.pid"},
	{"parent_comm", "process.parent.name"},
	{"container_id", "container.id"},
	{"container", "container.name"},
	{"pod_uid", "orchestrator.resource.id"},
};

/* Set @value at the place of that name; objects on the way are made. */
static void put(json_t *object, const char *to, json_t *value)
{
	const char *dot;
	char part[32];
	json_t *below;

	while ((dot = strchr(to, '.'))) {
		snprintf(part, sizeof(part), "%.*s", (int)(dot - to), to);
		below = json_object_get(object, part);
		if (!below) {
			below = json_object();
			json_object_set_new(object, part, below);
		}
		object = below;
		to = dot + 1;
	}
	json_object_set_new(object, to, value);
}

/* A copy of what is there and not null. */
static void move(json_t *to, const char *place, const json_t *from, const char *key)
{
	json_t *value = json_object_get(from, key);

	if (value && !json_is_null(value))
		put(to, place, json_incref(value));
}

/* As text: that is what these schemas have user ids as. */
static void move_id(json_t *to, const char *place, const json_t *from, const char *key)
{
	json_t *value = json_object_get(from, key);
	char text[24];

	if (!json_is_integer(value))
		return;
	snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(value));
	put(to, place, json_string(text));
}

static bool is_event(const json_t *object)
{
	return json_is_string(json_object_get(object, "verdict"));
}

static bool is_module(const json_t *object)
{
	return strstr(embargo_shape_word(object, "hook"), "module") != NULL ||
	       json_is_string(json_object_get(object, "module"));
}

static const char *when(const json_t *object, const char *time)
{
	const char *own = embargo_shape_word(object, "time");

	return *own ? own : time ?: "1970-01-01T00:00:00Z";
}

/* What no table knows goes below "embargo", by its own name. */
static void ecs_rest(json_t *made, const json_t *object)
{
	const char *key;
	json_t *value;
	char place[64];
	size_t i;

	json_object_foreach((json_t *)object, key, value)
	{
		for (i = 0; i < sizeof(ecs_places) / sizeof(*ecs_places); i++)
			if (!strcmp(ecs_places[i].key, key))
				break;
		if (i < sizeof(ecs_places) / sizeof(*ecs_places) || json_is_null(value) ||
		    !strcmp(key, "time"))
			continue;
		snprintf(place, sizeof(place), "embargo.%.40s", key);
		put(made, place, json_incref(value));
	}
}

json_t *embargo_shape_ecs(const json_t *object, const char *time)
{
	bool event = is_event(object), denied = !strcmp(embargo_shape_word(object, "verdict"), "denied");
	json_t *made = json_object();
	size_t i;

	put(made, "@timestamp", json_string(when(object, time)));
	put(made, "ecs.version", json_string("8.11.0"));
	put(made, "event.kind", json_string(event ? "alert" : "event"));
	put(made, "event.category",
	    json_pack("[s]", !event		 ? "configuration"
			     : is_module(object) ? "driver"
						 : "process"));
	put(made, "event.type", json_pack("[s]", !event ? "info" : denied ? "denied" : "allowed"));
	put(made, "event.outcome", json_string(!event ? "unknown" : denied ? "failure" : "success"));
	put(made, "event.module", json_string("embargo"));
	put(made, "event.dataset", json_string(event ? "embargo.verdict" : "embargo.message"));
	put(made, "observer.vendor", json_string("embargo"));
	put(made, "observer.product", json_string("embargo"));
	put(made, "observer.version", json_string(EMBARGO_VERSION));
	if (!event)
		move(made, "event.action", object, "id");
	for (i = 0; i < sizeof(ecs_places) / sizeof(*ecs_places); i++)
		move(made, ecs_places[i].to, object, ecs_places[i].key);
	move_id(made, "user.id", object, "uid");
	move_id(made, "group.id", object, "gid");
	ecs_rest(made, object);
	return made;
}

/* What of a finding proves it: who did it, on which file. */
static json_t *ocsf_evidence(const json_t *object)
{
	json_t *evidence = json_object(), *hash;
	const char *path = embargo_shape_word(object, "path");
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;

	move(evidence, "actor.process.pid", object, "tgid");
	move(evidence, "actor.process.name", object, "comm");
	move_id(evidence, "actor.process.user.uid", object, "uid");
	move(evidence, "actor.process.parent_process.pid", object, "parent_tgid");
	move(evidence, "actor.process.parent_process.name", object, "parent_comm");
	move(evidence, "actor.process.container.uid", object, "container_id");
	move(evidence, "actor.process.container.name", object, "container");
	put(evidence, "file.name", json_string(*name ? name : "?"));
	put(evidence, "file.type_id", json_integer(1)); /* a regular file */
	move(evidence, "file.path", object, "path");
	move(evidence, "file.size", object, "file_size");
	if (*embargo_shape_word(object, "sha256")) {
		hash = json_pack("{s:i, s:s, s:s}", "algorithm_id", 3, "algorithm", "SHA-256", "value",
				 embargo_shape_word(object, "sha256"));
		put(evidence, "file.hashes", json_pack("[o]", hash));
	}
	return evidence;
}

static void ocsf_finding(json_t *made, const json_t *object)
{
	const char *verdict = embargo_shape_word(object, "verdict");
	bool denied = !strcmp(verdict, "denied"), would = !denied && strcmp(verdict, "audited") != 0;
	const char *rule = embargo_shape_word(object, "rule_name");
	char uid[160];

	snprintf(uid, sizeof(uid), "%.64s:%lld:%lld", embargo_shape_word(object, "boot_id"),
		 (long long)json_integer_value(json_object_get(object, "time_ns")),
		 (long long)json_integer_value(json_object_get(object, "pid")));
	put(made, "class_uid", json_integer(OCSF_FINDING));
	put(made, "class_name", json_string("Detection Finding"));
	put(made, "category_uid", json_integer(OCSF_FINDING / 1000));
	put(made, "category_name", json_string("Findings"));
	put(made, "activity_id", json_integer(OCSF_CREATE));
	put(made, "activity_name", json_string("Create"));
	put(made, "type_uid", json_integer(OCSF_FINDING * 100 + OCSF_CREATE));
	put(made, "severity_id", json_integer(denied ? 4 : would ? 3 : 2));
	put(made, "severity", json_string(denied ? "High" : would ? "Medium" : "Low"));
	put(made, "status_id", json_integer(1));		    /* new */
	put(made, "action_id", json_integer(denied ? 2 : 1));	    /* denied, allowed */
	put(made, "disposition_id", json_integer(denied ? 2 : 17)); /* blocked, logged */
	put(made, "metadata.profiles", json_pack("[s, s]", "host", "security_control"));
	put(made, "finding_info.uid", json_string(uid));
	put(made, "finding_info.title", json_string(*rule ? rule : verdict));
	move(made, "finding_info.desc", object, "reason");
	move(made, "finding_info.src_url", object, "source");
	put(made, "finding_info.analytic.type_id", json_integer(1)); /* a rule */
	put(made, "finding_info.analytic.name", json_string(*rule ? rule : "none"));
	move(made, "finding_info.analytic.desc", object, "rule");
	move(made, "finding_info.analytic.category", object, "authority");
	put(made, "evidences", json_pack("[o]", ocsf_evidence(object)));
}

json_t *embargo_shape_ocsf(const json_t *object, const char *time)
{
	json_t *made = json_object(), *rest = json_copy((json_t *)object), *value;
	const char *key;
	void *next;

	put(made, "time", json_integer(embargo_shape_ms(when(object, time))));
	put(made, "metadata.version", json_string("1.3.0"));
	put(made, "metadata.product.name", json_string("embargo"));
	put(made, "metadata.product.vendor_name", json_string("embargo"));
	put(made, "metadata.product.version", json_string(EMBARGO_VERSION));
	put(made, "device.type_id", json_integer(0));
	move(made, "device.hostname", object, "host");
	move(made, "message", object, "message");
	if (is_event(object)) {
		ocsf_finding(made, object);
	} else {
		put(made, "class_uid", json_integer(0));
		put(made, "class_name", json_string("Base Event"));
		put(made, "category_uid", json_integer(0));
		put(made, "activity_id", json_integer(99));
		put(made, "activity_name", json_string(embargo_shape_word(object, "id")));
		put(made, "type_uid", json_integer(99));
		put(made, "severity_id", json_integer(1));
	}
	/* All that embargo knows, by its own names: nothing is lost in the translation. */
	json_object_foreach_safe(rest, next, key, value) if (json_is_null(value) || !strcmp(key, "message"))
		json_object_del(rest, key);
	put(made, "unmapped", rest);
	return made;
}
