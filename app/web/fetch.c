// Fetching data, in a page: it asks no host but its own. engine/data/fetch.h.
#include "engine.h"

static bool refuse(Error *error)
{
    return error_set(error,
                     "a page gets no data sets from the network: get its files with the browser and drop them here");
}

bool fetch_set(const KnownSet *set, const FetchOptions *options, FetchResult *result, Error *error)
{
    (void)set, (void)options, (void)result;
    return refuse(error);
}

bool fetch_check_mirror(const char *url, Error *error)
{
    (void)url;
    return refuse(error);
}
