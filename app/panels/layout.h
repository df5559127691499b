// Layout: where everything is, for a window's size. One place, so that panels and hit tests agree.
//
// Units: framebuffer pixels. A rectangle of zero width and a grid of zero columns are not shown.
#pragma once
#include "draw/draw.h"
#include "draw/ui.h"
#include "state/frame.h"

// The least window in which everything has its place; in a smaller one it lies where it would in this one, out of
// sight, and a sentence is shown.
enum { LEAST_WIDTH = 720, LEAST_HEIGHT = 540 };

typedef struct GridLayout {
    Rect header;
    Point origin;
    int columns, rows;
    float side;  // of an image
    float pitch; // from cell to cell
} GridLayout;

// ---- the stage: compare and solo ----------------------------------------------------------------------------------

enum { STAGE_COLUMNS = 2 + HEATMAP_COUNT }; // target or A - B, output, heatmaps
enum { SET_ROWS = 2 + HEATMAP_COUNT };      // of test digits: target, output, heatmaps

// One model's row: its head stands over its pictures, what all test digits say at the right.
typedef struct StageRow {
    Rect head, tools;                     // tools: over the first column
    Rect captions[STAGE_COLUMNS];         // over each picture
    GridLayout pictures[STAGE_COLUMNS];   // one image each
    Rect set_head, set_caption, set_area; // set_area: of the test digits; what "More" covers
    Rect set_labels[SET_ROWS];            // in front of the test digits; w 0: no room
    GridLayout set[SET_ROWS];
} StageRow;

typedef struct StageLayout {
    StageRow rows[SIDE_COUNT]; // those of sides that are not on show are empty
    bool is_small;             // words give way to figures
    unsigned hidden;           // bits 1 << Control: which of the plots are left out
    Rect table;                // figures of all test digits; w 0: no room
} StageLayout;

// ---- the other scenes ---------------------------------------------------------------------------------------------

// One model's cell in the matrix, or the targets over a column: the own digit, test digits beside it, figures.
typedef struct MatrixCell {
    Rect rect, pictures, figures; // pictures: all of them
    GridLayout drawn_output, output;
} MatrixCell;

typedef struct MatrixLayout {
    int rows, columns;
    Rect tools; // what the cells show; which digits, rows and columns
    Rect target_name, row_names[OUTPUT_COUNT], column_names[LOSS_COUNT], column_sentences[LOSS_COUNT];
    bool has_noisy; // a row of noisy inputs under the targets
    Rect noisy_name;
    MatrixCell targets[LOSS_COUNT], noisy[LOSS_COUNT], cells[OUTPUT_COUNT][LOSS_COUNT];
} MatrixLayout;

// The inspect view: one digit, large; plots of one pixel; its figures.
typedef struct InspectLayout {
    GridLayout input, output[SIDE_COUNT], heatmap[SIDE_COUNT];
    Rect loss_plot, slope_plot, pixel_table, set_table;
} InspectLayout;

// One claim's card. Where the words need more room than they have, the picture gives some of its own.
typedef struct ClaimLayout {
    Rect card, picture, words, side; // side: what can be done, and the key figures
} ClaimLayout;

// The code: its rows are the stage's, with the pad and the decoder's digit as first and last picture; bars stand in the
// place of those between, each number's picture in that of the test digits.
// One model alone has the room of both: its row is the first whichever it is, beside the pad in A's.
typedef struct CodeLayout {
    Rect bars[SIDE_COUNT], bars_captions[SIDE_COUNT]; // w 0: that side is not on show
    Rect tools;                                       // over output
    Rect output_caption, change_caption;
    GridLayout output, change; // as encoded; what pulling has changed, only of one model alone
    Rect strip;                // one number from end to end, or the way to another digit
    Rect table;                // w 0: no room
} CodeLayout;

// The plane of two numbers of a code and the digits all over it, side by side for each model; below them the drawing,
// what the decoder makes of a place, and how much each number says; then two strips for both models: a walk, which is
// CodeLayout.strip, and codes by chance. The drawing is the stage's: the first picture of A's row.
typedef struct LatentLayout {
    Rect planes[SIDE_COUNT], plane_captions[SIDE_COUNT]; // w 0: that side is not on show
    Rect grids[SIDE_COUNT], grid_captions[SIDE_COUNT];
    GridLayout decoded[SIDE_COUNT];
    Rect decoded_captions[SIDE_COUNT];
    Rect bars[SIDE_COUNT], bars_captions[SIDE_COUNT];
    Rect tools; // buttons, one below the other
    Rect chances;
} LatentLayout;

// The largest squares for so many pictures in rect; columns 0: no room.
GridLayout layout_fill(Rect rect, int count);

typedef struct Layout {
    Rect window;
    bool is_too_small;     // the window: nothing of the rest can be seen
    Rect top;              // views and commands
    Rect narrator;         // the sentence, or the lesson's card
    Rect area;             // the scene's own
    Rect playback;         // transport, speed, timeline
    Rect status;           // h 0: no room
    Rect toast, thumbnail; // over the rest: what was saved
    Rect arrival;          // over the rest, beside the toast: what is being read
    StageLayout stage;
    Rect histogram, curves;
    Rect answer; // of a lesson, in the place of the plots and the table; w 0: none
    MatrixLayout matrix;
    InspectLayout inspect;
    CodeLayout code;
    LatentLayout latent;
    ClaimLayout claims[CLAIM_CARDS_MAX]; // of the page on show
    Rect claim_tabs;
    int page_count; // test digits that the scene has room for
} Layout;

// The scale of text and distances. display: framebuffer pixels per screen unit; user: the person's own factor on top.
// Grows with the window from 1440x900 screen units on; never so large that the layout would not fit.
float layout_fit_scale(float display, float user, float width, float height);

// scale: from layout_fit_scale.
Layout layout_create(float width, float height, float scale, const Look *look);

GridLayout layout_single_cell(float x, float y, float side); // one image
