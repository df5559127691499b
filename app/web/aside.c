// Reading aside, in a page: a worker runs the program once more, without a window (worker.js). It gets the files that
// were dropped, and an order; what it has read comes back as plain memory, for both are the same program, and is copied
// in slices. Where no worker begins to read, as a host or short memory may have it, the page does, and says so first.
#include "commands/aside.h"

#include <emscripten.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/commands.h"
#include "files/picture.h"

typedef enum AsideKind { ASIDE_DATA, ASIDE_PICTURE, ASIDE_GUESSES } AsideKind;

typedef struct Order {
    AsideKind kind;
    char path[PATH_MAX];
    DatasetOptions reading; // of data; without pointers
    int digit_count;        // to guess on
    uint8_t digits[GUESS_IMAGES * DIGIT_PIXELS];
} Order;

enum { ARRAYS_MAX = 4 };

// What was read; the arrays of it come behind, each in memory of its own.
typedef struct Reply {
    bool is_good;
    Error error;
    Dataset dataset;
    InkPicture picture;
    Guesses guesses;
    size_t sizes[ARRAYS_MAX]; // bytes of the arrays; 0: there is none
} Reply;

typedef enum ReadingState { READING_GOES_ON, READING_DONE, READING_FAILED, READING_NOT_BEGUN } ReadingState;

// page.js. A page's numbers of bytes fit into a double.
int page_aside_begin(const char *path, const void *order, size_t size);
ReadingState page_aside_state(int number, double *done, double *total);
void page_aside_failure(int number, char *text, size_t size);
void page_aside_take(int number, int part, size_t offset, void *to, size_t size); // part 0: the reply, then its arrays
void page_aside_end(int number);
void page_announce(const char *sentence); // below the picture, in the place of what is said of it; "": that again

// worker.js
void worker_tell(double done, double total);
void worker_give(const void *bytes, size_t size);

// ---- in the worker ------------------------------------------------------------------------------------------------

static bool tell(void *context, uint64_t done, uint64_t total)
{
    static int64_t told_ns;
    const int64_t now = clock_now_ns();
    (void)context;
    if (now - told_ns >= 50000000) {
        told_ns = now;
        worker_tell((double)done, (double)total);
    }
    return true; // what is not wanted any more ends with the worker
}

static void find_arrays(Reply *reply, void **arrays[ARRAYS_MAX])
{
    Dataset *dataset = &reply->dataset;
    arrays[0] = reply->picture.grey ? (void **)&reply->picture.grey : (void **)&dataset->train.pixels;
    arrays[1] = reply->picture.alpha ? (void **)&reply->picture.alpha : (void **)&dataset->test.pixels;
    arrays[2] = (void **)&dataset->train.labels;
    arrays[3] = (void **)&dataset->test.labels;
}

static void measure_arrays(Reply *reply)
{
    const Dataset *dataset = &reply->dataset;
    const InkPicture *picture = &reply->picture;
    const size_t plane = (size_t)picture->width * (size_t)picture->height * sizeof *picture->grey;
    const size_t sizes[ARRAYS_MAX] = {
        picture->grey ? plane : (size_t)dataset->train.count * DIGIT_PIXELS,
        picture->alpha ? plane : (size_t)dataset->test.count * DIGIT_PIXELS,
        dataset->train.labels ? (size_t)dataset->train.count * sizeof *dataset->train.labels : 0,
        dataset->test.labels ? (size_t)dataset->test.count * sizeof *dataset->test.labels : 0,
    };
    memcpy(reply->sizes, sizes, sizeof sizes);
}

static bool read_data(const Order *order, const LoadProgress *progress, Reply *reply)
{
    Dataset *dataset = &reply->dataset;
    if (!command_open_data(order->path, &order->reading, progress, dataset, &reply->error))
        return false;
    dataset_sum(dataset, &dataset->sums);
    return true;
}

static bool guess(const Order *order, const LoadProgress *progress, Reply *reply)
{
    Order *own = (Order *)order;
    const ImageSet digits = {.count = order->digit_count, .pixels = own->digits};
    Foreign *foreign = foreign_open(order->path, DIGIT_PIXELS, NULL, &reply->error);
    const bool is_good = foreign && guess_list(foreign, NULL, &digits, progress, &reply->guesses, &reply->error);
    foreign_close(foreign);
    return is_good;
}

// Room for an order.
EMSCRIPTEN_KEEPALIVE void *web_aside_room(size_t size) { return malloc(size); }

// Does what the order says. NULL: memory is short.
static Reply *carry_out(const Order *order, const LoadProgress *progress)
{
    Reply *reply = calloc(1, sizeof *reply);
    if (!reply)
        return NULL;
    switch (order->kind) {
    case ASIDE_DATA: reply->is_good = read_data(order, progress, reply); break;
    case ASIDE_PICTURE: reply->is_good = picture_read(order->path, progress, &reply->picture, &reply->error); break;
    case ASIDE_GUESSES: reply->is_good = guess(order, progress, reply); break;
    }
    return reply;
}

// The worker ends with it, and its memory.
EMSCRIPTEN_KEEPALIVE bool web_aside(const Order *order)
{
    Reply *reply = carry_out(order, &(LoadProgress){.report = tell});
    if (!reply)
        return false;
    void **arrays[ARRAYS_MAX];
    if (reply->is_good)
        measure_arrays(reply);
    find_arrays(reply, arrays);
    worker_give(reply, sizeof *reply);
    for (int i = 0; i < ARRAYS_MAX; i++)
        worker_give(reply->sizes[i] ? *arrays[i] : NULL, reply->sizes[i]);
    return true;
}

// ---- in the page --------------------------------------------------------------------------------------------------

struct Aside {
    int number; // page.js's
    Order *order;
    int64_t announced_ns; // that the page reads itself; 0: it does not
    Reply *reply;         // NULL: not there yet
    void **arrays[ARRAYS_MAX];
    int array; // that is copied
    size_t copied;
};

static void free_reply(Aside *aside)
{
    for (int i = 0; aside->reply && i < ARRAYS_MAX; i++)
        free(*aside->arrays[i]);
    free(aside->reply);
    aside->reply = NULL;
}

void aside_free(Aside *aside)
{
    if (!aside)
        return;
    page_aside_end(aside->number);
    if (aside->announced_ns)
        page_announce("");
    free_reply(aside);
    free(aside->order);
    free(aside);
}

// reading: of data; digits: to guess on; NULL: none.
static bool begin(Aside **aside, AsideKind kind, const char *path, const DatasetOptions *reading,
                  const ImageSet *digits, Error *error)
{
    Order *order = calloc(1, sizeof *order);
    *aside = order ? calloc(1, sizeof **aside) : NULL;
    if (*aside) {
        order->kind = kind;
        (void)snprintf(order->path, sizeof order->path, "%s", path);
        if (reading)
            order->reading = *reading;
        order->reading.read_picture = NULL; // which are not of this instance
        order->reading.progress = NULL;
        order->digit_count = !digits ? 0 : digits->count < GUESS_IMAGES ? digits->count : GUESS_IMAGES;
        if (digits)
            memcpy(order->digits, digits->pixels, (size_t)order->digit_count * DIGIT_PIXELS);
        (*aside)->order = order;
        (*aside)->number = page_aside_begin(path, order, sizeof *order);
    } else
        free(order);
    return *aside || error_set(error, "out of memory: %s", path);
}

// Pointers of the other instance say what there is; they are never followed.
static bool take_reply(Aside *aside)
{
    Reply *reply = aside->reply = malloc(sizeof *reply);
    if (!reply)
        return false;
    page_aside_take(aside->number, 0, 0, reply, sizeof *reply);
    find_arrays(reply, aside->arrays);
    for (int i = 0; i < ARRAYS_MAX; i++)
        *aside->arrays[i] = NULL;
    for (int i = 0; i < ARRAYS_MAX; i++)
        if (reply->sizes[i] > 0 && !(*aside->arrays[i] = malloc(reply->sizes[i])))
            return false;
    return true;
}

// True: all of it is there.
static bool copy_arrays(Aside *aside, int64_t until_ns)
{
    enum { PIECE = 1 << 20 };
    while (aside->array < ARRAYS_MAX) {
        const size_t rest = aside->reply->sizes[aside->array] - aside->copied, piece = rest < PIECE ? rest : PIECE;
        if (piece > 0)
            page_aside_take(aside->number, aside->array + 1, aside->copied,
                            (char *)*aside->arrays[aside->array] + aside->copied, piece);
        aside->copied += piece;
        if (aside->copied == aside->reply->sizes[aside->array]) {
            aside->array++;
            aside->copied = 0;
        }
        if (aside->array < ARRAYS_MAX && clock_now_ns() >= until_ns)
            return false;
    }
    return true;
}

// Its arrays are the caller's now.
static void leave_arrays(Aside *aside)
{
    free(aside->reply);
    aside->reply = NULL;
}

// The page reads, once the browser has had time to show that it will. DONE: as of advance.
static JobTurn read_here(Aside *aside, const LoadProgress *progress, Error *error)
{
    enum { SHOWN_NS = 200000000 };
    const int64_t now = clock_now_ns();
    if (!aside->announced_ns) {
        page_announce("No worker can be started here: the page reads the file itself, and stands still meanwhile.");
        aside->announced_ns = now;
    }
    if (now - aside->announced_ns < SHOWN_NS)
        return JOB_MORE;
    aside->reply = carry_out(aside->order, progress);
    if (!aside->reply)
        return job_end(error_set(error, "out of memory: %s", aside->order->path));
    find_arrays(aside->reply, aside->arrays);
    if (aside->reply->is_good)
        return JOB_DONE;
    *error = aside->reply->error;
    leave_arrays(aside); // there are none
    return JOB_FAILED;
}

// Goes on with it. DONE: aside->reply is whole, and its arrays are the caller's.
static JobTurn advance(Aside *aside, const char *path, int64_t until_ns, const LoadProgress *progress, Error *error)
{
    double done, total;
    const ReadingState state = page_aside_state(aside->number, &done, &total);
    if (state == READING_GOES_ON && !load_progress_report(progress, (uint64_t)done, (uint64_t)total, error))
        return JOB_FAILED;
    if (state == READING_GOES_ON)
        return JOB_MORE;
    if (state == READING_NOT_BEGUN)
        return read_here(aside, progress, error);
    if (state == READING_FAILED) {
        char why[256];
        page_aside_failure(aside->number, why, sizeof why);
        (void)error_set(error, "%s could not be read aside: %s", file_shorten_path(path), why);
        return JOB_FAILED;
    }
    if (!aside->reply && !take_reply(aside)) {
        (void)error_set(error, "out of memory: %s", path);
        return JOB_FAILED;
    }
    if (!aside->reply->is_good) {
        *error = aside->reply->error;
        return JOB_FAILED;
    }
    return copy_arrays(aside, until_ns) ? JOB_DONE : JOB_MORE;
}

JobTurn aside_open_data(Aside **aside, const char *path, const DatasetOptions *reading, int64_t until_ns,
                        const LoadProgress *progress, Dataset *out, Error *error)
{
    if (!*aside && !begin(aside, ASIDE_DATA, path, reading, NULL, error))
        return JOB_FAILED;
    const JobTurn turn = advance(*aside, path, until_ns, progress, error);
    if (turn == JOB_DONE) {
        *out = (*aside)->reply->dataset;
        leave_arrays(*aside);
    }
    return turn;
}

JobTurn aside_read_picture(Aside **aside, const char *path, int64_t until_ns, const LoadProgress *progress,
                           InkPicture *out, Error *error)
{
    if (!*aside && !begin(aside, ASIDE_PICTURE, path, NULL, NULL, error))
        return JOB_FAILED;
    const JobTurn turn = advance(*aside, path, until_ns, progress, error);
    if (turn == JOB_DONE) {
        *out = (*aside)->reply->picture;
        leave_arrays(*aside);
    }
    return turn;
}

JobTurn aside_guess(Aside **aside, const Foreign *foreign, const char *path, const ImageSet *digits, int64_t until_ns,
                    const LoadProgress *progress, Guesses *out, Error *error)
{
    (void)foreign; // the worker opens the file itself
    if (!*aside && !begin(aside, ASIDE_GUESSES, path, NULL, digits, error))
        return JOB_FAILED;
    const JobTurn turn = advance(*aside, path, until_ns, progress, error);
    if (turn == JOB_DONE)
        *out = (*aside)->reply->guesses;
    return turn;
}
