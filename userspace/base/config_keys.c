// SPDX-License-Identifier: GPL-2.0-or-later
/* The keys of embargo.conf, and which values each may have. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <syslog.h>

#include "loader/loader.h"
#include "userspace/base/config.h"
#include "policy/language/words.h"
#include "policy/policy.h"

struct word {
	const char *name;
	int number;
};

static const struct word modes[] = {
	{"keep", EMBARGO_MODE_MAX}, {"audit", EMBARGO_MODE_AUDIT}, {"enforce", EMBARGO_MODE_ENFORCE}, {0}};
static const struct word formats[] = {{"auto", EMBARGO_SYSLOG_AUTO},	   {"local", EMBARGO_SYSLOG_LOCAL},
				      {"rfc5424", EMBARGO_SYSLOG_RFC5424}, {"cee", EMBARGO_SYSLOG_CEE},
				      {"json", EMBARGO_SYSLOG_JSON},	   {"ecs", EMBARGO_SYSLOG_ECS},
				      {"ocsf", EMBARGO_SYSLOG_OCSF},	   {"cef", EMBARGO_SYSLOG_CEF},
				      {"off", EMBARGO_SYSLOG_OFF},	   {0}};
static const struct word facilities[] = {{"authpriv", LOG_AUTHPRIV},
					 {"auth", LOG_AUTH},
					 {"daemon", LOG_DAEMON},
					 {"user", LOG_USER},
					 {"local0", LOG_LOCAL0},
					 {"local1", LOG_LOCAL1},
					 {"local2", LOG_LOCAL2},
					 {"local3", LOG_LOCAL3},
					 {"local4", LOG_LOCAL4},
					 {"local5", LOG_LOCAL5},
					 {"local6", LOG_LOCAL6},
					 {"local7", LOG_LOCAL7},
					 {0}};
static const struct word watches[] = {
	{"auto", EMBARGO_WATCH_AUTO}, {"scan", EMBARGO_WATCH_SCAN}, {"off", EMBARGO_WATCH_OFF}, {0}};
static const struct word answers[] = {{"yes", true}, {"no", false}, {0}};
static const struct word switches[] = {{"on", true}, {"off", false}, {0}};
static const struct word actions[] = {
	{"deny", EMBARGO_ACTION_BAN}, {"audit", EMBARGO_ACTION_AUDIT}, {"allow", EMBARGO_ACTION_ALLOW}, {0}};

enum kind {
	WORD,
	TEXT,
	PATH,	/* absolute */
	SOCKET, /* absolute, and short enough for an address */
	URL,	/* https://… or file:///… */
	SERVER, /* https://… */
	PROXY,	/* what libcurl takes for one */
	NUMBER,
	SIZE, /* a number that may end in K, M or G */
	RATE, /* N/SECONDS: rate_limit and rate_bucket */
};

struct key {
	const char *name;
	enum kind kind;
	size_t offset;		  /* in struct embargo_config */
	const struct word *words; /* of a WORD */
	bool off;		  /* a path or URL that may be "off" */
	long least, most;	  /* of a number */
};

#define KEY(key_name, key_kind, member, ...)                                                                 \
	{                                                                                                    \
		.name = key_name, .kind = key_kind, .offset = offsetof(struct embargo_config, member),       \
		__VA_ARGS__                                                                                  \
	}

static const struct key keys[] = {
	KEY("mode", WORD, mode, .words = modes),
	KEY("seal", WORD, seal, .words = answers),
	KEY("syslog", WORD, syslog, .words = formats),
	KEY("syslog-facility", WORD, syslog_facility, .words = facilities),
	KEY("syslog-socket", SOCKET, syslog_socket, .off = false),
	KEY("journal", WORD, journal, .words = switches),
	KEY("audit", WORD, audit, .words = switches),
	KEY("notices", WORD, notices, .words = switches),
	KEY("notice-text", TEXT, notice_text, .off = false),
	KEY("rate-limit", RATE, rate_limit, .least = 1, .most = 1000000),
	KEY("rate-memory", NUMBER, rate_memory, .least = 16, .most = 65536),
	KEY("metrics-socket", SOCKET, metrics_socket, .off = true),
	KEY("metrics-file", PATH, metrics_file, .off = true),
	KEY("metrics-interval", NUMBER, metrics_interval, .least = 1, .most = 86400),
	KEY("history-size", SIZE, event_log_size, .least = 65536, .most = 1L << 40),
	KEY("watch", WORD, watch, .words = watches),
	KEY("watch-queue", NUMBER, watch_queue, .least = 64, .most = 1 << 20),
	KEY("fetch-url", URL, fetch_url, .off = true),
	KEY("fetch-ring", NUMBER, fetch_ring, .least = 0, .most = 100),
	KEY("fetch-ca", PATH, fetch_ca, .off = true),
	KEY("fetch-cert", PATH, fetch_cert, .off = true),
	KEY("fetch-key", PATH, fetch_key, .off = true),
	KEY("fetch-proxy", PROXY, fetch_proxy, .off = true),
	KEY("fetch-timeout", NUMBER, fetch_timeout, .least = 1, .most = 86400),
	KEY("fetch-redirects", WORD, fetch_redirects, .words = switches),
	KEY("sync-url", SERVER, sync_url, .off = true),
};

#define PLAIN_KEYS (sizeof(keys) / sizeof(*keys))
#define ON_ERROR "on-error-" /* and the name of a cause: numbers from PLAIN_KEYS up */

static int cause_number(const char *name)
{
	int cause;

	for (cause = EMBARGO_CAUSE_NONE + 1; cause < EMBARGO_CAUSE_MAX; cause++)
		if (embargo_cause_name(cause) && !strcmp(embargo_cause_name(cause), name))
			return cause;
	return -ENOENT;
}

int embargo_config_key(const char *name, char *ret_hint, size_t hint_size)
{
	char own[EMBARGO_CAUSE_MAX][64], hint[EMBARGO_HINT_MAX] = "";
	const char *names[EMBARGO_CONFIG_KEYS + 1];
	size_t i, count = 0;
	int cause;

	for (i = 0; i < PLAIN_KEYS; i++) {
		if (!strcmp(keys[i].name, name))
			return i;
		names[count++] = keys[i].name;
	}
	if (!strncmp(name, ON_ERROR, strlen(ON_ERROR)) && cause_number(name + strlen(ON_ERROR)) > 0)
		return PLAIN_KEYS + cause_number(name + strlen(ON_ERROR));
	for (cause = EMBARGO_CAUSE_NONE + 1; cause < EMBARGO_CAUSE_MAX; cause++) {
		if (!embargo_cause_name(cause))
			continue;
		snprintf(own[cause], sizeof(own[cause]), ON_ERROR "%s", embargo_cause_name(cause));
		names[count++] = own[cause];
	}
	names[count] = NULL;
	snprintf(ret_hint, hint_size, "%s", embargo_hint_nearest(hint, name, names) ?: "");
	return -ENOENT;
}

static int word_set(const struct word *words, const char *value, int *number, char *wrong, size_t size)
{
	const struct word *word;
	size_t used = 0;

	for (word = words; word->name; word++) {
		if (strcmp(word->name, value) != 0)
			continue;
		*number = word->number;
		return 0;
	}
	for (word = words; word->name && used < size; word++)
		used += snprintf(wrong + used, size - used, "%s%s",
				 word == words	? "it is one of "
				 : word[1].name ? ", "
						: " and ",
				 word->name);
	return -EINVAL;
}

/* Digits only, up to @end. */
static bool number_read(const char *value, const char **end, long *ret_number)
{
	char *after;

	if (*value < '0' || *value > '9')
		return false;
	errno = 0;
	*ret_number = strtol(value, &after, 10);
	*end = after;
	return !errno;
}

static int number_set(const struct key *key, const char *value, long *number, char *wrong, size_t size)
{
	const char *end = value;
	unsigned int shift = 0;
	long got = -1;

	if (number_read(value, &end, &got) && key->kind == SIZE && *end) {
		shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;
		end += shift ? 1 : 0;
	}
	if (got < 0 || *end || got > key->most >> shift || got << shift < key->least) {
		snprintf(wrong, size, "it is a number from %ld to %ld%s", key->least, key->most,
			 key->kind == SIZE ? ", of bytes, or with K, M or G" : "");
		return -EINVAL;
	}
	*number = got << shift;
	return 0;
}

static int rate_set(const struct key *key, const char *value, struct embargo_config *config, char *wrong,
		    size_t size)
{
	const char *end = value;
	long lines, seconds;

	if (!strcmp(value, "off")) {
		config->rate_limit = 0;
		return 0;
	}
	if (number_read(value, &end, &lines) && *end == '/' && number_read(end + 1, &end, &seconds) &&
	    !*end && lines >= key->least && lines <= key->most && seconds >= 1 && seconds <= 86400) {
		config->rate_limit = lines;
		config->rate_bucket = seconds;
		return 0;
	}
	snprintf(wrong, size, "it is off, or LINES/SECONDS such as 5/60");
	return -EINVAL;
}

static const char *const urls[] = {"https://", "file:///", NULL};
static const char *const servers[] = {"https://", NULL};
static const char *const proxies[] = {"http://", "https://", "socks5://", "socks5h://", NULL};

/* With one of @list, and something after it. */
static bool begins(const char *value, const char *const *list)
{
	for (; *list; list++)
		if (!strncmp(value, *list, strlen(*list)) && value[strlen(*list)])
			return true;
	return false;
}

static int text_set(const struct key *key, const char *value, char **text, char *wrong, size_t size)
{
	const size_t most = sizeof(((struct sockaddr_un *)0)->sun_path) - 1;
	char *copy;

	if (key->off && !strcmp(value, "off"))
		value = "";
	else if (key->kind == URL || key->kind == SERVER || key->kind == PROXY) {
		if (!begins(value, key->kind == URL ? urls : key->kind == SERVER ? servers : proxies)) {
			snprintf(wrong, size, "it is %s, or off",
				 key->kind == URL      ? "https://HOST/PATH or file:///PATH"
				 : key->kind == SERVER ? "https://HOST/PATH"
						       : "http://HOST:PORT, https:// or socks5h://");
			return -EINVAL;
		}
	} else if (key->kind != TEXT && *value != '/') {
		snprintf(wrong, size, "it is an absolute path%s", key->off ? ", or off" : "");
		return -EINVAL;
	}
	if (key->kind == SOCKET && strlen(value) > most) {
		snprintf(wrong, size, "the path of a socket has at most %zu bytes", most);
		return -EINVAL;
	}
	copy = strdup(value);
	if (!copy)
		return -ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

int embargo_config_set(struct embargo_config *config, int number, const char *value, char *ret_wrong,
		       size_t wrong_size)
{
	const struct key *key;
	void *member;

	if (number >= (int)PLAIN_KEYS)
		return word_set(actions, value, &config->on_error[number - PLAIN_KEYS], ret_wrong,
				wrong_size);
	key = &keys[number];
	member = (char *)config + key->offset;
	switch (key->kind) {
	case WORD:
		return word_set(key->words, value, member, ret_wrong, wrong_size);
	case RATE:
		return rate_set(key, value, config, ret_wrong, wrong_size);
	case NUMBER:
	case SIZE:
		return number_set(key, value, member, ret_wrong, wrong_size);
	default:
		return text_set(key, value, member, ret_wrong, wrong_size);
	}
}
