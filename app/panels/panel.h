// Panels: one file a panel. Each reads the Frame, draws itself and its widgets, and adds Requests or changes the Look.
//
// To add one: a file panel_<name>.c with one function below, a row in the table of panels in panels.c, a rectangle in
// layout.h. Thread: the UI thread.
#pragma once
#include "draw/ui.h"
#include "panels/layout.h"
#include "state/controls.h"
#include "state/frame.h"
#include "state/request.h"

typedef struct PixelHover {
    bool is_set, is_pad; // is_pad: of the drawing, else of the page
    int model;           // whose image it is, where others than A and B are on show; else -1
    int cell;            // of the page
    int pixel;           // row * 28 + column
} PixelHover;

typedef struct Panel {
    Ui *ui;
    const Frame *frame;
    const Layout *layout;
    Requests *requests;
    PixelHover hover; // set by the panel whose pixel is under the mouse, read by those that come later
    Look look;        // what the next frame looks at: panel_look
    bool is_look_changed;
} Panel;

typedef void DrawPanel(Panel *panel);

// One for each scene: panel_NAME draws what is in its place.
#define DECLARE_PANEL(NAME, name, key, label, help, shows, cast, flags, note) DrawPanel panel_##name;
SCENES(DECLARE_PANEL)
#undef DECLARE_PANEL

// In every scene, or where the layout has a place for them.
DrawPanel panel_lesson, panel_lesson_marks, panel_lesson_answer;
DrawPanel panel_top, panel_narrator, panel_pad, panel_heads, panel_histogram, panel_curves, panel_table, panel_playback,
    panel_status, panel_message, panel_arrival, panel_toast, panel_look_keys, panel_tooltip, panel_glossary_keys,
    panel_keys, panel_small;

// Over the others, one at a time: a Popup each.
DrawPanel panel_help, panel_view_menu, panel_import, panel_setups, panel_more, panel_maps, panel_matrix_menu,
    panel_glossary, panel_claim_figures, panel_offer, panel_data, panel_notices, panel_script;

#define PANEL_PATH_FIELD "data.path.text" // in the menu of data: the path of something to open

// Parts of the stage
void panel_draw_pad(Panel *panel, GridLayout cell);
bool panel_shows_strokes(const Panel *panel);      // the pad shows the drawing as it is drawn, not what the models see
void panel_draw_pages(Panel *panel, Rect rect);    // which test digits, and the buttons that turn the page
float panel_pages_width(Panel *panel, float most); // that they need of so much room; more where this is too little
void panel_draw_set(Panel *panel);                 // the test digits beside the pictures
Rect panel_histogram_slot(const Panel *panel, int bin); // where a bin stands, its label included; w 0: nowhere
Rect panel_map_place(const Panel *panel, int column);   // what a list of heatmaps for this column opens under

void panel_draw_target_caption(Panel *panel, Rect rect);
void panel_frame_picture(Panel *panel, const GridLayout *cell); // a thin line round one image
// Over a picture: bold at the left; a note at the right where there is room for one of its forms.
void panel_draw_caption(Panel *panel, Rect rect, const char *title, Color note_color, const char *const *notes,
                        int note_count);

// Parts of the matrix
void panel_matrix_tools(Panel *panel); // the line over it
void panel_matrix_figures(Panel *panel, const MatrixCell *place, int row, int column);
Rect panel_matrix_map_place(const Panel *panel);

// Shared parts

void panel_inspect_pixel(Panel *panel); // goes to inspect, with the pixel under the mouse

// A square of that value, hatched where it is marked, as in a picture.
void panel_draw_mark(Ui *ui, Point at, float size, float value);

// A swatch of the mark for values beyond [0, 1] and what it means, right-aligned; takes its width and a gap off the
// line.
enum { KEY_GAP = 8 };
float panel_key_width(Ui *ui, const char *name); // without the gap
void panel_draw_key(Panel *panel, Rect *line, float value, const char *name);

// To change what is looked at, for the next frame.
Look *panel_look(Panel *panel);
void panel_request(Panel *panel, RequestKind kind, int value);

bool panel_hides(const Panel *panel, Control control); // it is left out

Color panel_side_color(const Ui *ui, int side);
bool panel_is_shown(const Frame *frame, int side);
bool panel_is_stage(const Frame *frame); // compare or solo
bool panel_is_wiped(const Frame *frame); // A and B in the same place

// A button with its help.
bool panel_button(Panel *panel, const char *id, Rect rect, const char *label, const char *shortcut, bool is_on,
                  const char *words);

// What a widget says of itself under the mouse, where its id is not the key of its words (state/words.h): the words of
// that key; of a row of a table.
void panel_hint(Panel *panel, WidgetState state, const char *words);
void panel_label_hint(Panel *panel, Rect label, const char *words); // under the mouse, where there are such words
void panel_loss_hint(Panel *panel, WidgetState state, int loss);
void panel_output_hint(Panel *panel, WidgetState state, int output);
void panel_hidden_hint(Panel *panel, WidgetState state, int hidden);
void panel_optimizer_hint(Panel *panel, WidgetState state, int optimizer);
void panel_heat_hint(Panel *panel, WidgetState state, int mode);

// A dotted word at the left of rect; a click opens the glossary at the term. True when it was clicked.
bool panel_dotted(Panel *panel, const char *words, Rect rect, FontFace face, float size, Color color, const char *text);

// The ground of a menu; a press beside it closes it. A line of a menu: what it says, its key, whether it is on.
void panel_popup(Panel *panel, Rect box);
void panel_dialog(Panel *panel, Rect box); // likewise of a dialog, with the window in the shade
// A menu's row, with a tick where it is on. Its label is whole where the row is panel_menu_width wide and has no
// shortcut.
float panel_menu_width(Panel *panel, const char *label);
WidgetState panel_menu_row(Panel *panel, const char *id, Rect rect, const char *label, const char *shortcut,
                           bool is_on);

// The wipe's divider over a picture: drag it, or move it with the arrows.
void panel_divider(Panel *panel, const char *id, Rect area);

// A choice of options, in as many lines of line's width as they need, `pitch` below each other. states (count). Returns
// the one chosen now, or -1.
int panel_choices(Panel *panel, const char *id, Rect line, float pitch, const char *const *labels, int count,
                  int chosen, Color accent, WidgetState *states);
int panel_choice_lines(Panel *panel, const char *const *labels, int count, float width);

// A card with a thin edge.
void panel_card(Panel *panel, Rect rect);

// "epoch 12.3 / 50" and the like: how far a model is. The short form is for where that is too long: "epoch 12.3".
typedef struct Progress {
    char text[80], short_text[48];
} Progress;
Progress panel_progress(const Frame *frame, int model);

// Whether A and B are shown at different epochs: they are not comparable, and say so on their pictures.
bool panel_is_apart(const Frame *frame);
bool panel_is_pca(const Frame *frame, int model);

// With the mouse in rect: what this side's losses are for a pixel and for a digit, and how its outputs look.
void panel_say_totals(Panel *panel, Rect rect, int side);

void panel_format_total(double mean, char text[24]);   // a loss summed over a digit of that mean over its pixels
void panel_format_figure(double value, char text[24]); // four decimals; very small and large ones as 1.2e+05
// A slope: "0 (cut)" where nothing pulls although p misses t.
void panel_format_slope(float slope, float p, float t, char text[24]);
void panel_format_signed(double value, char text[24]); // the same with its sign

// color, or grey where the model's figures over the test set are of another moment than its pictures: figures_of then
// stands beside them.
Color panel_figure_color(const Ui *ui, const ModelFrame *model, Color color);

// Figures of the models in a line, "A 0.0918 epoch 12": their text without and with the moment that they are of, where
// that is not the pictures'.
typedef struct PanelFigure {
    char text[32], whole_text[72];
    Color color;
} PanelFigure;
PanelFigure panel_side_figure(const Ui *ui, const Frame *frame, int side, double value);

void panel_format_count(int count, char text[16]); // 60000: "60,000"

// Of which digits figures are: "All 10,000 test digits", "All 10,000", with the targets that are not as they are.
void panel_name_digits(const Frame *frame, char whole[64], char brief[32]);

// Of all of them in a line, with or without their moments.
float panel_figures_width(Ui *ui, const PanelFigure *figures, int count, bool is_whole);

// Right-aligned in the line, the first at the right; with their moments where there is room, or without, or not at all.
// Returns how much of the line is left then.
float panel_draw_figures(Panel *panel, Rect line, const PanelFigure *figures, int count);

// A title with a small square of the side's colour before it (side -1: none), and something at the right.
void panel_header(Panel *panel, Rect header, int side, const char *title, const char *right);

// One grid of images with hover, brush and outlines.
typedef struct ImageGrid {
    const GridLayout *grid;
    const float *values;      // (count, 28, 28)
    const float *intensities; // (count, 28, 28): what the brush looks at; NULL: the brush has no effect
    const float *marks;       // (count, 28, 28): not 0 where a pixel is outlined; NULL: nowhere
    int count;
    ImageMap map;
    float scale;
    bool is_pad;
    int model; // for the hover: -1 unless the image is of another model than A and B
} ImageGrid;

void panel_images(Panel *panel, const ImageGrid *images);

// Digits on the fixed grey scale: values (count, 28, 28), what the brush looks at, too.
void panel_digits(Panel *panel, const GridLayout *grid, const float *values, int count, bool is_pad, int model);

// What a model makes of the page, or of the drawing, as it is shown (look.show_as); the brush looks at the mean.
// has_hover: the tooltip is of this model alone.
void panel_outputs(Panel *panel, const GridLayout *grid, int model, bool is_pad, bool has_hover);

// The page as a model that trains with noise reads it, or what it makes of that. The pixel under the mouse is told by
// the hint.
void panel_noisy(Panel *panel, const GridLayout *grid, int model, bool is_output);

// The heatmap in `column` of a model over the page, or over the drawing; a mode of the whole set gives one image.
void panel_heatmap(Panel *panel, const GridLayout *grid, int model, int column, bool is_pad, bool has_hover);

// A heatmap's label, or its short one where that is wider than width.
const char *panel_heatmap_label(Panel *panel, int mode, float width);

// A labelled colour bar for a heatmap's mode, right-aligned in rect, whose left has `taken` for others; dragging it
// moves the end of the scale, a double click takes it back. Where there is little room it is short, then only its end
// is said. id: of the widget. Returns its width, 0 where there is no room.
float panel_color_bar(Panel *panel, const char *id, Rect rect, float taken, int mode);
float panel_color_bar_width(Panel *panel, float width, int mode); // of a whole bar in a place of that width

// A colour bar without a mode, right-aligned: what its ends mean.
void panel_draw_bar(Panel *panel, Rect rect, ImageMap map, float scale, const char *low, const char *high);
void panel_scale_heatmap(Panel *panel, int mode, float factor); // 0: back to the mode's own scale

// The whole window.
void panels_draw(Ui *ui, const Frame *frame, const Layout *layout, Requests *requests);
