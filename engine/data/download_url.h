// Addresses: which may be asked, and how.
//
// Internal to the engine. Thread: no state; any thread.
#pragma once
#include <stdbool.h>

#include "data/fetch.h"

enum { DOWNLOAD_URL_MAX = FETCH_URL_MAX };

// The host of an address; "" where it is none.
void download_read_host(const char *url, char host[DOWNLOAD_URL_MAX]);

bool download_is_this_machine(const char *url); // its host is localhost or a loopback address

// Whether a redirect may be followed as far as the two schemes go: not from HTTPS to plain HTTP.
bool download_may_follow(const char *from, const char *to);

// Whether an address may be asked: https, or http on this machine or at plain_host ("": nowhere else).
bool download_check_url(const char *url, const char *plain_host, Error *error);
