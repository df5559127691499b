// Download: a request by libcurl, and what is to be thought of the answer. See download.h.
#include "data/download.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/download_url.h"
#include "io/file.h"
#include "io/file_kind.h"

enum { HEADERS_MAX = 65536, REDIRECTS_MAX = 5, POLL_MS = 100, SLOWEST = 1024, GAIN = 65536 };

// One request and its answer.
typedef struct Answer {
    Download *download;
    CURL *easy;
    const char *url;
    uint64_t position; // in the file, of the next byte that comes
    uint64_t before;   // bytes that were there when it began
    size_t headers;    // bytes of them
    bool is_judged;    // the first bytes of the body were seen
    DownloadEnd end;   // where a callback has ended the request
    bool has_ended;
    Error *error;
} Answer;

static bool end_answer(Answer *answer, DownloadEnd end)
{
    answer->end = end;
    answer->has_ended = true;
    return false;
}

static long read_status(const Answer *answer)
{
    long status = 0;
    (void)curl_easy_getinfo(answer->easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

// ---- what comes ---------------------------------------------------------------------------------------------------

static size_t receive_header(char *bytes, size_t one, size_t count, void *context)
{
    Answer *answer = context;
    (void)bytes;
    answer->headers += one * count;
    if (answer->headers <= HEADERS_MAX)
        return one * count;
    (void)error_set(answer->error, "%s answers with more than %d bytes of headers", file_shorten_path(answer->url),
                    HEADERS_MAX);
    (void)end_answer(answer, DOWNLOAD_REFUSED);
    return 0;
}

// "bytes 100-199/200": whether the part that comes begins where it was asked for.
static bool has_range(const Answer *answer)
{
    struct curl_header *header;
    char *end;
    static const char unit[] = "bytes ";
    if (curl_easy_header(answer->easy, "Content-Range", 0, CURLH_HEADER, -1, &header) != CURLHE_OK ||
        strncasecmp(header->value, unit, sizeof unit - 1) != 0)
        return false;
    const char *digits = header->value + sizeof unit - 1;
    const unsigned long long start = strtoull(digits, &end, 10);
    return digits[0] >= '0' && digits[0] <= '9' && *end == '-' && start == answer->download->there;
}

// Where the body begins: what does the server say that it sends, and how does it begin?
static bool judge(Answer *answer, const char *bytes, size_t size)
{
    const Download *download = answer->download;
    const long status = read_status(answer);
    curl_off_t length = -1;
    char kind[FILE_KIND_TEXT] = "something else";
    answer->is_judged = true;
    if (status != 200 && status != 206)
        return end_answer(answer, DOWNLOAD_REFUSED); // its sentence comes from the status
    answer->position = status == 206 ? download->there : 0;
    if (status == 206 && !has_range(answer)) {
        (void)error_set(answer->error, "%s sends another part of the file than was asked for",
                        file_shorten_path(answer->url));
        return end_answer(answer, DOWNLOAD_REFUSED);
    }
    (void)curl_easy_getinfo(answer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    const bool is_right_length = length < 0 || answer->position + (uint64_t)length == download->size;
    const bool is_right_kind = answer->position > 0 || size < 2 || file_kind_is_gzip((const uint8_t *)bytes, size);
    if (is_right_length && is_right_kind)
        return true;
    if (!is_right_kind) {
        (void)file_kind_describe(kind, (const uint8_t *)bytes, size);
        (void)error_set(answer->error, "%s sends %s where a gzip file was expected", file_shorten_path(answer->url),
                        kind);
    } else {
        (void)error_set(answer->error, "%s sends a file of %llu bytes where %llu were expected",
                        file_shorten_path(answer->url), (unsigned long long)(answer->position + (uint64_t)length),
                        (unsigned long long)download->size);
    }
    return end_answer(answer, DOWNLOAD_REFUSED);
}

static size_t receive(char *bytes, size_t one, size_t count, void *context)
{
    Answer *answer = context;
    Download *download = answer->download;
    const size_t size = one * count;
    if (!answer->is_judged && !judge(answer, bytes, size))
        return 0;
    if (size > download->size - answer->position) {
        (void)error_set(answer->error, "%s sends more than the %llu bytes that were expected",
                        file_shorten_path(answer->url), (unsigned long long)download->size);
        (void)end_answer(answer, DOWNLOAD_REFUSED);
        return 0;
    }
    // A server that knows no ranges begins at the beginning: what is there already is passed over.
    const uint64_t left = download->there - answer->position;
    const size_t known = left < size ? (size_t)left : size;
    if (known < size && !new_file_put(download->file, bytes + known, size - known, answer->error)) {
        (void)end_answer(answer, DOWNLOAD_FAILED);
        return 0;
    }
    answer->position += size;
    download->there += size - known;
    return size;
}

// ---- one request --------------------------------------------------------------------------------------------------

static bool set_up(Answer *answer, char reason[CURL_ERROR_SIZE])
{
    CURL *easy = answer->easy;
    const Download *download = answer->download;
    char range[32];
    (void)snprintf(range, sizeof range, "%llu-", (unsigned long long)download->there);
    bool good = curl_easy_setopt(easy, CURLOPT_URL, answer->url) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK && // each step is checked: download_run
                curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK && // a name server does not delay a cancel
                curl_easy_setopt(easy, CURLOPT_USERAGENT, "losslens/" LOSSLENS_VERSION) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)download->stall_seconds) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)SLOWEST) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)download->stall_seconds) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, reason) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, receive_header) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_HEADERDATA, answer) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_WRITEDATA, answer) == CURLE_OK;
    if (download->there > 0)
        good = good && curl_easy_setopt(easy, CURLOPT_RANGE, range) == CURLE_OK;
    if (download_is_this_machine(answer->url))
        good = good && curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK;
    return good;
}

// Until the answer is there or somebody cancels. False, with a sentence, where it has not come to libcurl's own end.
static bool wait_for(Answer *answer, CURLM *multi, CURLcode *code)
{
    const Download *download = answer->download;
    int running = 1, messages;
    for (;;) {
        if (!load_progress_report(download->progress, download->done_before + download->there, download->total,
                                  answer->error))
            return end_answer(answer, DOWNLOAD_CANCELLED);
        if (curl_multi_perform(multi, &running) != CURLM_OK)
            break;
        const CURLMsg *message = running == 0 ? curl_multi_info_read(multi, &messages) : NULL;
        if (message) {
            *code = message->data.result;
            return true;
        }
        if (running == 0 || curl_multi_poll(multi, NULL, 0, POLL_MS, NULL) != CURLM_OK)
            break;
    }
    (void)error_set(answer->error, "%s cannot be asked: libcurl gave up", file_shorten_path(answer->url));
    return end_answer(answer, DOWNLOAD_REFUSED);
}

static bool is_break(CURLcode code)
{
    return code == CURLE_PARTIAL_FILE || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
           code == CURLE_OPERATION_TIMEDOUT || code == CURLE_GOT_NOTHING || code == CURLE_HTTP2 ||
           code == CURLE_HTTP2_STREAM;
}

// What came of a request that libcurl has ended, and where it leads on to: next, "" nowhere.
static DownloadEnd conclude(Answer *answer, CURLcode code, const char *reason, char next[DOWNLOAD_URL_MAX])
{
    Download *download = answer->download;
    const char *url = file_shorten_path(answer->url);
    const long status = read_status(answer);
    char *redirect = NULL;
    (void)curl_easy_getinfo(answer->easy, CURLINFO_REDIRECT_URL, &redirect);
    if (redirect && strlen(redirect) < DOWNLOAD_URL_MAX) {
        (void)strcpy(next, redirect);
        return DOWNLOAD_REFUSED;
    }
    if (status == 416 && download->there > 0) { // what is there is of another file
        if (!new_file_clear(download->file, answer->error))
            return DOWNLOAD_FAILED;
        download->there = 0;
        (void)error_set(answer->error, "%s has no rest of what was there", url);
        return DOWNLOAD_BROKEN;
    }
    if (status >= 100 && status != 200 && status != 206 && !is_break(code)) {
        (void)error_set(answer->error, "%s answers with the status %ld%s", url, status,
                        status == 404 ? ": it has no such file" : "");
        return DOWNLOAD_REFUSED;
    }
    if (answer->has_ended)
        return answer->end;
    if (code == CURLE_OK && download->there == download->size)
        return DOWNLOAD_DONE;
    if (code == CURLE_OK)
        (void)error_set(answer->error, "%s ended after %llu bytes where %llu were expected", url,
                        (unsigned long long)download->there, (unsigned long long)download->size);
    else if (code == CURLE_OPERATION_TIMEDOUT)
        (void)error_set(answer->error, "%s sent nothing, or next to nothing, for %d seconds", url,
                        download->stall_seconds);
    else
        // A header line beyond libcurl's own bound comes as if memory were short.
        (void)error_set(answer->error, "%s: %s", url,
                        code == CURLE_OUT_OF_MEMORY ? "a header line is too long, or memory is short"
                        : *reason                   ? reason
                                                    : curl_easy_strerror(code));
    const bool is_lame = code == CURLE_OPERATION_TIMEDOUT && download->there < answer->before + GAIN;
    return !is_lame && (code == CURLE_OK || is_break(code)) ? DOWNLOAD_BROKEN : DOWNLOAD_REFUSED;
}

static DownloadEnd ask(Download *download, const char *url, char next[DOWNLOAD_URL_MAX], Error *error)
{
    char reason[CURL_ERROR_SIZE] = "";
    Answer answer = {
        .download = download, .url = url, .before = download->there, .easy = curl_easy_init(), .error = error};
    CURLM *multi = curl_multi_init();
    DownloadEnd end = DOWNLOAD_FAILED;
    CURLcode code = CURLE_OK;
    next[0] = '\0';
    if (answer.easy && multi && set_up(&answer, reason) && curl_multi_add_handle(multi, answer.easy) == CURLM_OK) {
        end = wait_for(&answer, multi, &code) ? conclude(&answer, code, reason, next) : answer.end;
        (void)curl_multi_remove_handle(multi, answer.easy);
    } else {
        (void)error_set(error, "%s cannot be asked: out of memory", file_shorten_path(url));
    }
    curl_easy_cleanup(answer.easy);
    (void)curl_multi_cleanup(multi);
    return end;
}

DownloadEnd download_run(Download *download, Error *error)
{
    char url[DOWNLOAD_URL_MAX], next[DOWNLOAD_URL_MAX], plain_host[DOWNLOAD_URL_MAX] = "";
    (void)snprintf(url, sizeof url, "%s", download->url);
    if (download->is_plain_http)
        download_read_host(url, plain_host);
    for (int i = 0; i <= REDIRECTS_MAX; i++) {
        if (!download_check_url(url, plain_host, error))
            return DOWNLOAD_REFUSED;
        const DownloadEnd end = ask(download, url, next, error);
        if (!next[0])
            return end;
        if (!download_may_follow(url, next)) {
            (void)error_set(error, "%s leads on from HTTPS to plain HTTP, and is not followed", file_shorten_path(url));
            return DOWNLOAD_REFUSED;
        }
        (void)strcpy(url, next);
    }
    (void)error_set(error, "%s leads on more than %d times", file_shorten_path(download->url), REDIRECTS_MAX);
    return DOWNLOAD_REFUSED;
}
