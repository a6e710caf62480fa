// SPDX-License-Identifier: GPL-2.0-or-later
/* One file from a server, by a worker that answers on a pipe. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "policy/sign/sign.h"
#include "userspace/base/clock.h"
#include "userspace/fetch/curl.h"
#include "userspace/fetch/private.h"

#define MEMORY_MAX (512UL << 20) /* of a worker, with all libraries */
#define REDIRECTS_MAX 5
#define SLOW_BYTES 512L /* a second; fewer for so many seconds is too slow */
#define SLOW_SECONDS 60L
#define BODY 3 /* descriptors of a worker */
#define ANSWERS 4
#define GRACE_MS 5000 /* after which a worker is killed that should have given up by itself */

/* What a worker says. It is not believed: see answer_take(). */
struct answer {
	int32_t status; /* as embargo_fetch_get() */
	uint32_t cause;
	char why[160];
	char etag[EMBARGO_FETCH_ETAG_SIZE];
};

/* The transfer, in the worker. */
struct transfer {
	const struct embargo_fetch_request *request;
	int fd;
	uint64_t size;
	bool too_large;
	int error; /* of writing */
	char type[64];
	struct answer answer;
};

int embargo_fetch_fail(struct embargo_fetch_result *result, enum embargo_fetch_cause cause, int error,
		       const char *format, ...)
{
	va_list values;

	result->cause = cause;
	va_start(values, format);
	vsnprintf(result->reason.text, sizeof(result->reason.text), format, values);
	va_end(values);
	return error;
}

static void __attribute__((format(printf, 3, 4)))
say(struct transfer *transfer, enum embargo_fetch_cause cause, const char *format, ...)
{
	va_list values;

	transfer->answer.cause = cause;
	transfer->answer.status = cause == EMBARGO_FETCH_TIMEOUT ? -ETIMEDOUT : -EIO;
	va_start(values, format);
	vsnprintf(transfer->answer.why, sizeof(transfer->answer.why), format, values);
	va_end(values);
}

static int library_open(struct embargo_fetch_result *result)
{
	struct embargo_reason reason = {""};
	int r = embargo_curl_open(&reason);

	return r ? embargo_fetch_fail(result, EMBARGO_FETCH_HOST, r, "%s", reason.text) : 0;
}

static size_t body_take(char *data, size_t one, size_t size, void *context)
{
	struct transfer *transfer = context;
	size_t done = 0;
	ssize_t n;

	size *= one;
	if (size > transfer->request->limit - transfer->size) {
		transfer->too_large = true;
		return CURL_WRITEFUNC_ERROR;
	}
	while (done < size) {
		n = write(transfer->fd, data + done, size - done);
		if (n < 0 && errno != EINTR) {
			transfer->error = errno;
			return CURL_WRITEFUNC_ERROR;
		}
		done += n > 0 ? n : 0;
	}
	transfer->size += size;
	return size;
}

/* Only headers of the last answer count: each begins with its status line. */
static size_t header_take(char *data, size_t one, size_t size, void *context)
{
	static const char etag[] = "etag:";
	struct transfer *transfer = context;
	size_t begin = sizeof(etag) - 1, end = size * one;

	if (end >= 5 && !strncmp(data, "HTTP/", 5))
		transfer->answer.etag[0] = '\0';
	if (end > begin && !strncasecmp(data, etag, begin)) {
		while (begin < end && (data[begin] == ' ' || data[begin] == '\t'))
			begin++;
		while (end > begin && (unsigned char)data[end - 1] <= ' ')
			end--;
		if (end - begin < EMBARGO_FETCH_ETAG_SIZE)
			snprintf(transfer->answer.etag, EMBARGO_FETCH_ETAG_SIZE, "%.*s", (int)(end - begin),
				 data + begin);
	}
	return size * one;
}

static void options_set(CURL *curl, struct transfer *transfer, char *said)
{
	const struct embargo_config *config = transfer->request->config;
	const struct embargo_fetch_credentials *given = transfer->request->credentials;
	bool file = !strncmp(transfer->request->url, "file:", 5);

	embargo_curl.easy_setopt(curl, CURLOPT_URL, transfer->request->url);
	embargo_curl.easy_setopt(curl, CURLOPT_PROTOCOLS_STR, file ? "file" : "https");
	embargo_curl.easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "https");
	/* What is posted goes to nobody else than whom it is for. */
	embargo_curl.easy_setopt(curl, CURLOPT_FOLLOWLOCATION,
				 (long)(config->fetch_redirects && !transfer->request->body));
	embargo_curl.easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
	embargo_curl.easy_setopt(curl, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX);
	embargo_curl.easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	embargo_curl.easy_setopt(curl, CURLOPT_TIMEOUT, config->fetch_timeout);
	embargo_curl.easy_setopt(curl, CURLOPT_CONNECTTIMEOUT,
				 config->fetch_timeout < 30 ? config->fetch_timeout : 30L);
	embargo_curl.easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES);
	embargo_curl.easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, SLOW_SECONDS);
	embargo_curl.easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)transfer->request->limit);
	embargo_curl.easy_setopt(curl, CURLOPT_USERAGENT, "embargo/" EMBARGO_VERSION);
	/* "": no proxy, whatever is in the environment. */
	embargo_curl.easy_setopt(curl, CURLOPT_PROXY, config->fetch_proxy);
	embargo_curl.easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	embargo_curl.easy_setopt(curl, CURLOPT_ERRORBUFFER, said);
	embargo_curl.easy_setopt(curl, CURLOPT_WRITEFUNCTION, body_take);
	embargo_curl.easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
	embargo_curl.easy_setopt(curl, CURLOPT_HEADERFUNCTION, header_take);
	embargo_curl.easy_setopt(curl, CURLOPT_HEADERDATA, transfer);
	if (given->ca) {
		struct curl_blob blob = {given->ca, given->ca_size, CURL_BLOB_NOCOPY};

		embargo_curl.easy_setopt(curl, CURLOPT_CAPATH, NULL);
		embargo_curl.easy_setopt(curl, CURLOPT_CAINFO, NULL);
		embargo_curl.easy_setopt(curl, CURLOPT_CAINFO_BLOB, &blob);
	}
	if (given->certificate) {
		struct curl_blob certificate = {given->certificate, given->certificate_size,
						CURL_BLOB_NOCOPY};
		struct curl_blob key = {given->key, given->key_size, CURL_BLOB_NOCOPY};

		embargo_curl.easy_setopt(curl, CURLOPT_SSLCERT_BLOB, &certificate);
		embargo_curl.easy_setopt(curl, CURLOPT_SSLKEY_BLOB, &key);
	}
}

/* The headers, to be freed by nobody: the worker ends. */
static void request_set(CURL *curl, const struct embargo_fetch_request *request)
{
	char match[EMBARGO_FETCH_ETAG_SIZE + 32];
	struct curl_slist *headers = NULL;

	if (request->etag && *request->etag) {
		snprintf(match, sizeof(match), "If-None-Match: %s", request->etag);
		headers = embargo_curl.slist_append(headers, match);
	}
	if (request->body) {
		headers = embargo_curl.slist_append(headers, "Content-Type: application/json");
		headers = embargo_curl.slist_append(headers, "Content-Encoding: gzip");
		headers = embargo_curl.slist_append(headers, "Accept: application/json");
		headers = embargo_curl.slist_append(headers, "Expect:"); /* no round trip before a body */
		embargo_curl.easy_setopt(curl, CURLOPT_POST, 1L);
		embargo_curl.easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
		embargo_curl.easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_size);
		embargo_curl.easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
	}
	if (headers)
		embargo_curl.easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
}

static enum embargo_fetch_cause cause_of(CURLcode code)
{
	switch (code) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return EMBARGO_FETCH_TLS;
	case CURLE_OPERATION_TIMEDOUT:
		return EMBARGO_FETCH_TIMEOUT;
	case CURLE_FILESIZE_EXCEEDED:
		return EMBARGO_FETCH_SIZE;
	case CURLE_PARTIAL_FILE:
		return EMBARGO_FETCH_TRUNCATED;
	case CURLE_TOO_MANY_REDIRECTS:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return EMBARGO_FETCH_REDIRECT;
	case CURLE_FILE_COULDNT_READ_FILE:
		return EMBARGO_FETCH_HOST;
	default:
		return EMBARGO_FETCH_NETWORK;
	}
}

static void evaluate(CURL *curl, struct transfer *transfer, CURLcode code, const char *said)
{
	unsigned long long limit = transfer->request->limit;
	const char *type = NULL;
	long status = 0;

	embargo_curl.easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	embargo_curl.easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
	if (transfer->too_large || code == CURLE_FILESIZE_EXCEEDED)
		say(transfer, EMBARGO_FETCH_SIZE, "it has more than %llu bytes", limit);
	else if (transfer->error)
		say(transfer, EMBARGO_FETCH_HOST, "cannot be written: %s", strerror(transfer->error));
	else if (code == CURLE_HTTP_RETURNED_ERROR)
		say(transfer, EMBARGO_FETCH_HTTP, "the server answers with status %ld", status);
	else if (code)
		say(transfer, cause_of(code), "%s", *said ? said : embargo_curl.easy_strerror(code));
	else if (status == 304 && transfer->request->etag)
		transfer->answer.status = 1;
	else if (status >= 300 && status < 400)
		say(transfer, EMBARGO_FETCH_REDIRECT,
		    transfer->request->body
			    ? "the server sends us elsewhere (status %ld), and what is posted does not go "
			      "there"
			    : "the server sends us elsewhere (status %ld), and fetch-redirects is off",
		    status);
	else if (status && status != 200)
		say(transfer, EMBARGO_FETCH_HTTP, "the server answers with status %ld", status);
	else if (status && type && !strncasecmp(type, "text/html", 9))
		say(transfer, EMBARGO_FETCH_TYPE, "the server sends a page (text/html), not the file");
}

static void __attribute__((noreturn)) worker(const struct embargo_fetch_request *request, int fd, int answers)
{
	struct transfer transfer = {.request = request, .fd = BODY};
	char said[CURL_ERROR_SIZE] = "";
	CURLcode code = CURLE_FAILED_INIT;
	CURL *curl;
	int r;

	/* Both out of the way first: either may have the other's number to come. */
	fd = fcntl(fd, F_DUPFD, ANSWERS + 1);
	answers = fcntl(answers, F_DUPFD, ANSWERS + 1);
	/* Its parent can die before this is set. Then its answer goes nowhere. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || dup2(fd, BODY) < 0 || dup2(answers, ANSWERS) < 0 ||
	    close_range(ANSWERS + 1, ~0U, 0))
		_exit(1);
	r = embargo_fetch_confine(MEMORY_MAX, request->limit);
	if (r) {
		say(&transfer, EMBARGO_FETCH_HOST, "the worker cannot give up its rights: %s", strerror(-r));
	} else {
		embargo_curl.global_init(CURL_GLOBAL_DEFAULT);
		curl = embargo_curl.easy_init();
		if (curl) {
			options_set(curl, &transfer, said);
			request_set(curl, request);
			code = embargo_curl.easy_perform(curl);
		}
		evaluate(curl, &transfer, code, said);
	}
	_exit(write(ANSWERS, &transfer.answer, sizeof(transfer.answer)) != sizeof(transfer.answer));
}

/* What a worker says is of somebody else: text that can be seen, numbers that there are. */
static void text_tame(char *text, size_t size)
{
	text[size - 1] = '\0';
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

static int answer_take(const struct embargo_fetch_request *request, struct answer *answer,
		       struct embargo_fetch_result *result)
{
	text_tame(answer->why, sizeof(answer->why));
	text_tame(answer->etag, sizeof(answer->etag));
	if (answer->status < 0)
		return embargo_fetch_fail(result,
					  answer->cause && answer->cause < EMBARGO_FETCH_CAUSE_MAX
						  ? answer->cause
						  : EMBARGO_FETCH_HOST,
					  -EIO, "%.100s: %s", request->url, answer->why);
	if (request->ret_etag)
		snprintf(request->ret_etag, EMBARGO_FETCH_ETAG_SIZE, "%s", answer->etag);
	return request->etag && *request->etag && answer->status == 1;
}

/* Its answer, or what became of it. */
static int listen_to(const struct embargo_fetch_request *request, pid_t pid, int fd,
		     struct embargo_fetch_result *result)
{
	int64_t due = embargo_now_ms() + request->config->fetch_timeout * 1000 + GRACE_MS, left;
	struct pollfd answers = {.fd = fd, .events = POLLIN};
	struct answer answer = {0};
	ssize_t got = -1;
	int status = 0;

	while (got < 0 && (left = due - embargo_now_ms()) > 0)
		if (poll(&answers, 1, (int)left) > 0)
			got = read(fd, &answer, sizeof(answer));
	kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (got == sizeof(answer))
		return answer_take(request, &answer, result);
	if (got < 0)
		return embargo_fetch_fail(result, EMBARGO_FETCH_TIMEOUT, -ETIMEDOUT,
					  "%.100s: the worker did not answer", request->url);
	return embargo_fetch_fail(result, EMBARGO_FETCH_HOST, -EIO, "%.100s: the worker died%s%s",
				  request->url, WIFSIGNALED(status) ? " of signal " : "",
				  WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "");
}

int embargo_fetch_get(const struct embargo_fetch_request *request, int fd,
		      struct embargo_fetch_result *result)
{
	_cleanup_close_ int answers = -1;
	int ends[2], r = library_open(result); /* before its rights are gone */
	pid_t pid;

	if (r)
		return r;
	if (pipe2(ends, O_CLOEXEC))
		return embargo_fetch_fail(result, EMBARGO_FETCH_HOST, -errno, "no worker: %s",
					  strerror(errno));
	answers = ends[0];
	pid = fork();
	if (!pid)
		worker(request, fd, ends[1]);
	r = -errno;
	close(ends[1]);
	if (pid < 0)
		return embargo_fetch_fail(result, EMBARGO_FETCH_HOST, r, "no worker: %s", strerror(-r));
	return listen_to(request, pid, answers, result);
}

int embargo_fetch_get_memory(const struct embargo_fetch_request *request, void **ret_data, size_t *ret_size,
			     struct embargo_fetch_result *result)
{
	_cleanup_close_ int fd = memfd_create("embargo-fetch", MFD_CLOEXEC);
	_cleanup_free_ char *data = NULL;
	off_t size;
	int r = fd < 0 ? embargo_fetch_fail(result, EMBARGO_FETCH_HOST, -errno, "no memory: %s",
					    strerror(errno))
		       : embargo_fetch_get(request, fd, result);

	if (r)
		return r;
	size = lseek(fd, 0, SEEK_END);
	data = size < 0 || (uint64_t)size > request->limit ? NULL : malloc(size + 1);
	if (!data || pread(fd, data, size, 0) != size)
		return embargo_fetch_fail(result, EMBARGO_FETCH_HOST, -ENOMEM, "%.100s: no memory",
					  request->url);
	*ret_data = TAKE_PTR(data);
	*ret_size = size;
	return 0;
}

char *embargo_fetch_url(const char *base, const char *relative, struct embargo_fetch_result *result)
{
	bool medium = !strncmp(base, "file:", 5);
	char *found = NULL, *copy = NULL;
	CURLU *url;

	if (library_open(result))
		return NULL;
	url = embargo_curl.url();
	if (url && !embargo_curl.url_set(url, CURLUPART_URL, base, 0) &&
	    !embargo_curl.url_set(url, CURLUPART_URL, relative, 0))
		embargo_curl.url_get(url, CURLUPART_URL, &found, 0);
	if (found && !strncmp(found, medium ? "file:" : "https:", medium ? 5 : 6))
		copy = strdup(found);
	embargo_curl.free(found);
	embargo_curl.url_cleanup(url);
	if (!copy)
		embargo_fetch_fail(result, EMBARGO_FETCH_CHANNEL, -EINVAL,
				   "the channel names a file that is not fetched from there: %.100s",
				   relative);
	return copy;
}

static int pem_read(const char *path, const char *what, void **ret_data, size_t *ret_size,
		    struct embargo_fetch_result *result)
{
	struct embargo_reason reason = {""};
	int r;

	if (!*path)
		return 0;
	r = embargo_sign_file_read(path, EMBARGO_SIGN_TRUSTED_MAX, false, ret_data, ret_size, &reason);
	return r ? embargo_fetch_fail(result, EMBARGO_FETCH_HOST, r, "%s: %.90s: %.90s", what, path,
				      reason.text)
		 : 0;
}

int embargo_fetch_credentials_read(const struct embargo_config *config,
				   struct embargo_fetch_credentials *ret_credentials,
				   struct embargo_fetch_result *result)
{
	struct embargo_fetch_credentials *given = ret_credentials;
	int r = 0;

	if (!*config->fetch_cert != !*config->fetch_key)
		r = embargo_fetch_fail(result, EMBARGO_FETCH_HOST, -EINVAL,
				       "fetch-cert and fetch-key go together");
	r = r ?: pem_read(config->fetch_ca, "fetch-ca", &given->ca, &given->ca_size, result);
	r = r
		    ?: pem_read(config->fetch_cert, "fetch-cert", &given->certificate,
				&given->certificate_size, result);
	return r ?: pem_read(config->fetch_key, "fetch-key", &given->key, &given->key_size, result);
}

void embargo_fetch_credentials_clear(struct embargo_fetch_credentials *credentials)
{
	if (credentials->key)
		explicit_bzero(credentials->key, credentials->key_size);
	free(credentials->ca);
	free(credentials->certificate);
	free(credentials->key);
	*credentials = (struct embargo_fetch_credentials){0};
}
