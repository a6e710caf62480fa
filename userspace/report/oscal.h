/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of OSCAL 1.1.2 (NIST) that assessment results and plans of action share. */
#ifndef EMBARGO_USERSPACE_REPORT_OSCAL_H
#define EMBARGO_USERSPACE_REPORT_OSCAL_H

#include "userspace/report/out.h"

#define EMBARGO_OSCAL_TIME 32

/* An array that is written element by element; without one it is not there at all, as OSCAL wants it. */
struct embargo_oscal_list {
	FILE *out;
	const char *name;
	bool first; /* of its object: no comma before it */
	bool begun;
};

/* Writes and frees @item. -ENOMEM if it is NULL */
int embargo_oscal_item(struct embargo_oscal_list *list, json_t *item);
/* Ends the array, if there is one. */
void embargo_oscal_end(struct embargo_oscal_list *list);

/* Set "uuid" to what follows from @kind and the @count texts. */
int embargo_oscal_uuid(json_t *object, const char *key, const char *kind, const char *const *texts,
		       size_t count);
/* That of a host. */
int embargo_oscal_host_uuid(json_t *object, const char *key, const struct embargo_report_host *host);
/* A text that is not empty, has no blanks around it and no byte that hides. */
void embargo_oscal_text(json_t *object, const char *key, const char *text, const char *otherwise);
/* Adds {name, ns, value} to the list .props of @object; nothing if @value is "" */
void embargo_oscal_prop(json_t *object, const char *name, const char *value);
/* The host as an inventory item. NULL: no memory */
json_t *embargo_oscal_host(const struct embargo_report_host *host);
const char *embargo_oscal_time(int64_t time, char text[EMBARGO_OSCAL_TIME]);
/* Of the whole report: by its title, time, organisation, directive and inputs. */
int embargo_oscal_report_uuid(json_t *object, const char *key, const char *kind,
			      const struct embargo_report *report);
/* {"KIND": {"uuid", "metadata" — what comes next follows a comma */
int embargo_oscal_head(const struct embargo_report *report, const char *kind, FILE *out);

/* oscal_results.c, oscal_poam.c: whole documents; 0 or -errno */
int embargo_report_oscal(struct embargo_report *report, FILE *out);
int embargo_report_poam(struct embargo_report *report, FILE *out);

#endif
