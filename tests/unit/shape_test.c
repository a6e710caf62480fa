// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An event in the shapes of SIEMs: every field that their published schemas require is there, has the type
 * that it must have, and a value that is allowed.
 *
 * ECS 8.11: https://www.elastic.co/guide/en/ecs/8.11/ecs-base.html (@timestamp), ecs.version; allowed values
 * of event.kind, category, type and outcome. OCSF 1.3.0:
 * https://schema.ocsf.io/1.3.0/classes/detection_finding and its objects. CEF: "ArcSight Common Event Format
 * Implementation Standard", version 26.
 */
#include "tests/unit/event_record.h"

#include "userspace/event/shape.h"

/* The value below the names in @path, parted by dots; a number is a place in a list. */
static const json_t *at(const json_t *object, const char *path)
{
	_cleanup_free_ char *copy = strdup(path);
	char *rest = copy, *part;

	while (object && (part = strsep(&rest, ".")))
		object = *part >= '0' && *part <= '9' ? json_array_get(object, atoi(part))
						      : json_object_get(object, part);
	return object;
}

struct required {
	const char *path;
	json_type type;
	const char *allowed; /* "|a|b|"; NULL: any */
};

static void check_required(const json_t *object, const struct required *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const json_t *value = at(object, list[i].path);
		char text[64];

		EXPECT_NOT_NULL(value) TH_LOG("%s is missing", list[i].path);
		if (!value)
			continue;
		EXPECT_EQ((int)list[i].type, (int)json_typeof(value)) TH_LOG("%s", list[i].path);
		if (!list[i].allowed)
			continue;
		if (json_is_integer(value))
			snprintf(text, sizeof(text), "|%lld|", (long long)json_integer_value(value));
		else
			snprintf(text, sizeof(text), "|%s|", json_string_value(value));
		EXPECT_NOT_NULL(strstr(list[i].allowed, text)) TH_LOG("%s: %s", list[i].path, text);
	}
}

#define CHECK(object, list) check_required(object, list, sizeof(list) / sizeof(*(list)))

static json_t *shaped(enum embargo_shape shape, const json_t *object, const char *time)
{
	_cleanup_free_ char *text = embargo_shape_text(shape, object, time);
	json_t *made;

	ASSERT_NOT_NULL(text);
	EXPECT_NULL(strchr(text, '\n'));
	made = json_loads(shape == EMBARGO_SHAPE_CEE ? text + strlen("@cee: ") : text, JSON_REJECT_DUPLICATES,
			  NULL);
	ASSERT_NOT_NULL(made) TH_LOG("%s", text);
	return made;
}

static json_t *event(unsigned int verdict)
{
	static struct embargo_event other;
	struct embargo_record record = sample_record("/opt/a=|\\b\n/agent");

	other = sample_event;
	other.verdict = verdict;
	record.event = &other;
	return embargo_record_json(&record);
}

static const unsigned int verdicts[] = {EMBARGO_DENIED, EMBARGO_WOULD_DENY, EMBARGO_AUDITED};

TEST(ecs)
{
	static const struct required required[] = {
		{"@timestamp", JSON_STRING, NULL},
		{"ecs.version", JSON_STRING, "|8.11.0|"},
		{"event.kind", JSON_STRING,
		 "|alert|asset|enrichment|event|metric|state|pipeline_error|signal|"},
		{"event.category.0", JSON_STRING, "|configuration|driver|process|library|file|malware|"},
		{"event.type.0", JSON_STRING, "|allowed|denied|info|start|change|"},
		{"event.outcome", JSON_STRING, "|failure|success|unknown|"},
		{"event.action", JSON_STRING, NULL},
		{"event.module", JSON_STRING, NULL},
		{"event.dataset", JSON_STRING, NULL},
		{"message", JSON_STRING, NULL},
		{"host.name", JSON_STRING, NULL},
	};
	static const struct required of_event[] = {
		{"file.path", JSON_STRING, NULL},
		{"file.size", JSON_INTEGER, "|45264|"},
		{"file.hash.sha256", JSON_STRING, NULL},
		{"process.pid", JSON_INTEGER, "|123|"},
		{"process.parent.pid", JSON_INTEGER, "|100|"},
		{"process.name", JSON_STRING, "|bash|"},
		{"user.id", JSON_STRING, "|1000|"},
		{"rule.name", JSON_STRING, "|agent|"},
		{"rule.author", JSON_STRING, "|BOD 17-01|"},
		{"embargo.generation", JSON_INTEGER, "|4|"},
	};

	for (size_t i = 0; i < 3; i++) {
		json_t *object = event(verdicts[i]), *made = shaped(EMBARGO_SHAPE_ECS, object, NULL);

		CHECK(made, required);
		CHECK(made, of_event);
		EXPECT_STREQ(verdicts[i] == EMBARGO_DENIED ? "denied" : "allowed",
			     json_string_value(at(made, "event.type.0")));
		json_decref(object);
		json_decref(made);
	}
}

TEST(ocsf)
{
	static const struct required required[] = {
		{"activity_id", JSON_INTEGER, "|1|"},
		{"category_uid", JSON_INTEGER, "|2|"},
		{"class_uid", JSON_INTEGER, "|2004|"},
		{"type_uid", JSON_INTEGER, "|200401|"},
		{"severity_id", JSON_INTEGER, "|2|3|4|"},
		{"time", JSON_INTEGER, "|1782902096123|"},
		{"metadata.version", JSON_STRING, "|1.3.0|"},
		{"metadata.product.vendor_name", JSON_STRING, NULL},
		{"metadata.product.name", JSON_STRING, NULL},
		{"finding_info.uid", JSON_STRING, NULL},
		{"finding_info.title", JSON_STRING, "|agent|"},
		{"finding_info.analytic.type_id", JSON_INTEGER, "|1|"},
		{"action_id", JSON_INTEGER, "|1|2|"}, /* of the profile security_control, as the next one */
		{"disposition_id", JSON_INTEGER, "|2|17|"},
		{"device.type_id", JSON_INTEGER, "|0|"}, /* of the profile host */
		{"evidences.0.file.name", JSON_STRING, "|agent|"},
		{"evidences.0.file.type_id", JSON_INTEGER, "|1|"},
		{"evidences.0.file.hashes.0.algorithm_id", JSON_INTEGER, "|3|"},
		{"evidences.0.file.hashes.0.value", JSON_STRING, NULL},
		{"evidences.0.actor.process.pid", JSON_INTEGER, "|123|"},
	};
	static const struct required base[] = {
		{"activity_id", JSON_INTEGER, "|99|"},	      {"category_uid", JSON_INTEGER, "|0|"},
		{"class_uid", JSON_INTEGER, "|0|"},	      {"type_uid", JSON_INTEGER, "|99|"},
		{"severity_id", JSON_INTEGER, "|1|"},	      {"time", JSON_INTEGER, "|1700000000000|"},
		{"metadata.version", JSON_STRING, "|1.3.0|"}, {"activity_name", JSON_STRING, "|loaded|"},
	};
	json_t *object, *made;

	for (size_t i = 0; i < 3; i++) {
		object = event(verdicts[i]);
		made = shaped(EMBARGO_SHAPE_OCSF, object, NULL);
		CHECK(made, required);
		json_decref(object);
		json_decref(made);
	}
	object = json_pack("{s:s, s:s}", "id", "loaded", "message", "a policy is in force");
	made = shaped(EMBARGO_SHAPE_OCSF, object, "2023-11-14T23:13:20+01:00");
	CHECK(made, base);
	json_decref(object);
	json_decref(made);
}

/* Seven parts of the head, then KEY=VALUE with every "=" of a value escaped. */
TEST(cef)
{
	json_t *object = event(EMBARGO_DENIED);
	_cleanup_free_ char *text = embargo_shape_text(EMBARGO_SHAPE_CEF, object, NULL);
	static const char *const parts[] = {"|rt=1782902096123 ",
					    " act=denied ",
					    " fsize=45264 ",
					    " duid=1000 ",
					    " dproc=bash ",
					    " cs1Label=ruleName cs1=agent ",
					    " filePath=/opt/a\\=|\\\\b\\n/agent ",
					    " cs4=BOD 17-01 "};

	ASSERT_NOT_NULL(text);
	EXPECT_EQ(0,
		  strncmp(text,
			  "CEF:0|embargo|embargo|" EMBARGO_VERSION "|denied|Banned software was refused|8|",
			  strlen("CEF:0|embargo|embargo|" EMBARGO_VERSION
				 "|denied|Banned software was refused|8|")))
	TH_LOG("%s", text);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		EXPECT_NOT_NULL(strstr(text, parts[i])) TH_LOG("%s\n# %s", parts[i], text);
	EXPECT_NULL(strchr(text, '\n'));
	json_decref(object);
}

TEST(json_and_cee)
{
	json_t *object = event(EMBARGO_DENIED), *json = shaped(EMBARGO_SHAPE_JSON, object, NULL);
	json_t *cee = shaped(EMBARGO_SHAPE_CEE, object, NULL), *value;
	const char *key;

	EXPECT_TRUE(json_equal(json, cee));
	json_object_foreach(object, key, value)
		EXPECT_TRUE(json_is_null(value) ? !json_object_get(json, key)
						: json_equal(value, json_object_get(json, key)));
	json_decref(object);
	json_decref(json);
	json_decref(cee);
}

TEST(names)
{
	EXPECT_EQ(EMBARGO_SHAPE_ECS, embargo_shape_named("ecs"));
	EXPECT_EQ(-1, embargo_shape_named("leef"));
	EXPECT_EQ(0, embargo_shape_ms("yesterday"));
	EXPECT_EQ(0, embargo_shape_ms(NULL));
}

TEST_HARNESS_MAIN
