// Addresses: see download_url.h. libcurl reads them, so that it asks whom it was allowed to ask.
#include "data/download_url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "io/file.h"

typedef struct Address {
    char scheme[16], host[DOWNLOAD_URL_MAX];
    bool has_user;
} Address;

static bool copy_part(CURLU *url, CURLUPart what, char *text, size_t size)
{
    char *part = NULL;
    const bool good = curl_url_get(url, what, &part, 0) == CURLUE_OK && strlen(part) < size;
    if (good)
        (void)strcpy(text, part);
    curl_free(part);
    return good;
}

static bool read_address(const char *text, Address *out)
{
    char *user = NULL;
    CURLU *url = curl_url();
    const bool good = url && strlen(text) < DOWNLOAD_URL_MAX &&
                      curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK &&
                      copy_part(url, CURLUPART_SCHEME, out->scheme, sizeof out->scheme) &&
                      copy_part(url, CURLUPART_HOST, out->host, sizeof out->host);
    out->has_user = good && curl_url_get(url, CURLUPART_USER, &user, 0) == CURLUE_OK;
    curl_free(user);
    curl_url_cleanup(url);
    return good;
}

static bool is_loopback(const char *host)
{
    struct in_addr address;
    return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
           (strncmp(host, "127.", 4) == 0 && inet_pton(AF_INET, host, &address) == 1);
}

void download_read_host(const char *url, char host[DOWNLOAD_URL_MAX])
{
    Address address;
    (void)snprintf(host, DOWNLOAD_URL_MAX, "%s", read_address(url, &address) ? address.host : "");
}

bool download_is_this_machine(const char *url)
{
    Address address;
    return read_address(url, &address) && is_loopback(address.host);
}

bool download_may_follow(const char *from, const char *to)
{
    Address one, other;
    return !read_address(from, &one) || !read_address(to, &other) || strcmp(one.scheme, "https") != 0 ||
           strcmp(other.scheme, "http") != 0;
}

bool download_check_url(const char *url, const char *plain_host, Error *error)
{
    static const char expected[] = "https://HOST/... was expected, or http://... on this machine";
    Address address;
    if (!read_address(url, &address))
        return error_set(error, "%s is no address: %s", file_shorten_path(url), expected);
    if (address.has_user)
        return error_set(error, "%s has a user's name in it: %s", file_shorten_path(url), expected);
    if (strcmp(address.scheme, "https") == 0 ||
        (strcmp(address.scheme, "http") == 0 &&
         (is_loopback(address.host) || (plain_host[0] && strcmp(address.host, plain_host) == 0))))
        return true;
    return error_set(error, "%s is not asked: %s", file_shorten_path(url), expected);
}
