// Ui: immediate-mode widgets. A frame is ui_begin, widgets, ui_end; a widget draws itself into the draw list and tells
// what was done with it. It knows neither SDL nor GL.
//
// Units: framebuffer pixels. Thread: the UI thread.
//
// A complete new widget, a button that turns red while the mouse is over it:
//     bool ui_alarm(Ui *ui, const char *id, Rect rect)
//     {
//         const WidgetState state = ui_widget(ui, id, rect, "alarm");
//         draw_box(ui->draw, rect, state.is_hot ? ui->theme->broken : ui->theme->raised, ui_px(ui, RADIUS));
//         ui_focus_ring(ui, state, rect);
//         return state.is_clicked;
//     }
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "draw/draw.h"
#include "draw/theme.h"

// Keys: printable ones are their ASCII code in lower case, the others are named here.
enum {
    KEY_TAB = 256,
    KEY_ENTER,
    KEY_ESCAPE,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_UP,
    KEY_DOWN,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_DELETE,
    KEY_HOME,
    KEY_END,
    KEY_BACKSPACE,
    KEY_F11
};

typedef struct KeyPress {
    int key;
    bool shift, control;
} KeyPress;

// Of a frame, and the options of a choice. More than there is room for ends the program: raise the limit.
enum { KEYS_MAX = 32, PATH_MAX_POINTS = 64, WIDGETS_MAX = 256, TEXTS_MAX = 1024, CHOICES_MAX = 16 };

enum { INPUT_TEXT_SIZE = 4096 }; // of what is typed or pasted between two frames

// What the mouse's pointer says: nothing; draw here; drag to the sides; this can be clicked though it is no button.
typedef enum Cursor { CURSOR_ARROW, CURSOR_CROSSHAIR, CURSOR_ARROWS, CURSOR_HAND, CURSOR_COUNT } Cursor;

const char *cursor_name(Cursor cursor); // "arrow", "crosshair", "arrows", "hand"

typedef struct Input {
    float mouse_x, mouse_y;
    bool is_inside;                                                  // the mouse is over the window
    bool left, right;                                                // held; lost with the focus, without a release
    bool left_pressed, right_pressed, left_released, right_released; // since the last frame
    bool left_double;                                                // left_pressed is the second of a double click
    bool shift;                                                      // held
    float wheel;
    Point path[PATH_MAX_POINTS]; // where the mouse went since the last frame, its position now included
    int path_count;
    KeyPress keys[KEYS_MAX]; // pressed since the last frame, in order
    int key_count;
    char text[INPUT_TEXT_SIZE];    // typed since the last frame, UTF-8; only while a field is open (ui_field.h)
    char dropped[INPUT_TEXT_SIZE]; // the path of what was dropped on the window, at the mouse; empty: nothing
    int dropped_count;             // how many there were in that drop: dropped is the first
} Input;

// The line of text that is being typed: ui_field.h.
typedef struct UiField {
    uint32_t id; // 0: none is open
    char text[INPUT_TEXT_SIZE];
    size_t cursor; // in bytes
    KeyPress keys[KEYS_MAX];
    int key_count; // of this frame, which nobody else gets
    bool is_whole; // all of the text is chosen: what is typed takes its place
    bool is_seen;  // it was opened or drawn since the last frame began
} UiField;

typedef struct Widget {
    char id[32], label[24];
    Rect rect;
    bool is_on;
} Widget;

// A text as it was drawn: what a frame can tell of itself.
typedef struct UiText {
    char text[256];
    Rect rect, box; // what it covers, ascent to descent; what it was given
    float size;     // before it is scaled, as TEXT_NORMAL is
    Color color;
    bool is_cut;    // it ends in an ellipsis of ours
    size_t command; // so many commands of the draw list lie below it
} UiText;

typedef struct Ui {
    DrawList *draw;
    const Theme *theme; // its colours
    Input input;
    float scale;
    uint32_t active;             // held with the mouse
    Point pressed;               // where the mouse was when it was pressed
    float drag_x;                // where the mouse was when the active widget last looked
    uint32_t focus;              // has the keyboard; 0: none
    bool show_focus;             // the ring is shown once Tab was used
    bool is_modal;               // an overlay covers the window: widgets do not react, but drags go on
    Widget widgets[WIDGETS_MAX]; // of this frame, in tab order
    uint32_t widget_ids[WIDGETS_MAX];
    int widget_count;
    UiText texts[TEXTS_MAX]; // of this frame, in the order in which they were drawn
    int text_count;
    bool is_key_shifted; // of the key press that was taken last
    UiField field;
    Cursor cursor;  // what the widget under the mouse, or the one that holds it, asks for
    char hint[768]; // what the widget under the mouse says of itself, two lines; empty: nothing
} Ui;

typedef struct WidgetState {
    bool is_hot, is_active, is_focused, is_clicked;
    bool is_shifted; // clicked with shift held
} WidgetState;

Input ui_still(const Input *input); // what is held and where the mouse is, as if nothing had been done since

void ui_begin(Ui *ui, DrawList *draw, const Theme *theme, const Input *input, float scale);
void ui_end(Ui *ui); // moves the focus by Tab and Shift+Tab

// Takes a key press out of this frame's input if it is there: key with or without control, with shift or not.
bool ui_take_key(Ui *ui, int key, bool control);
bool ui_take_shift_key(Ui *ui, int key); // only with shift, so it must be asked before the one that does not care

float ui_px(const Ui *ui, float distance); // a theme distance in whole pixels
bool ui_is_inside(Rect rect, float x, float y);

uint32_t ui_hash(const char *id); // never 0
WidgetState ui_widget(Ui *ui, const char *id, Rect rect, const char *label);
void ui_focus_ring(Ui *ui, WidgetState state, Rect rect);

// The hint of the widget under the mouse: what it is, and what to look for.
void ui_set_hint(Ui *ui, WidgetState state, const char *what, const char *look);
void ui_say_hint(Ui *ui, const char *what, const char *look); // of something that is no widget

// A word with a dotted line under it, at the left of rect, that can be clicked: there is more about it elsewhere. True
// when it was.
bool ui_dotted(Ui *ui, const char *id, Rect rect, FontFace face, float size, Color color, const char *text);

void ui_mark_on(Ui *ui, bool is_on); // the widget that was made last is pressed, or chosen
void ui_set_cursor(Ui *ui, WidgetState state, Cursor cursor);

// The width at which a button has room for its shortcut, too.
float ui_button_width(Ui *ui, const char *label, const char *shortcut);

// shortcut: shown small behind the label; NULL: none. is_on: drawn as pressed in `accent`.
bool ui_button(Ui *ui, const char *id, Rect rect, const char *label, const char *shortcut, bool is_on, Color accent);
WidgetState ui_button_state(Ui *ui, const char *id, Rect rect, const char *label, const char *shortcut, bool is_on,
                            Color accent); // the same, with all that was done

// The places of a choice's options in its rectangle: as wide as their labels need in proportion. count <= CHOICES_MAX.
// Where they do not fit they are set smaller: ui_choice_width is what they need, so that the chosen one, which is bold,
// never touches its edge.
float ui_choice_width(Ui *ui, const char *const *labels, int count);
void ui_divide(Ui *ui, Rect rect, const char *const *labels, int count, Rect *parts);

// One of several; Left and Right move the choice while it has the focus. states (count) receives what was done with
// each option. Returns the option chosen now, or -1.
int ui_choice_states(Ui *ui, const char *id, Rect rect, const char *const *labels, int count, int chosen, Color accent,
                     WidgetState *states);

// "[-] value [+]". Returns -1, 0 or 1; states: of the two buttons and of the value, which can be clicked.
enum { STEPPER_MINUS, STEPPER_VALUE, STEPPER_PLUS, STEPPER_PARTS };
int ui_stepper(Ui *ui, const char *id, Rect rect, const char *value, WidgetState states[STEPPER_PARTS]);

// A value in 0 .. 1 that is dragged, or moved by the arrows while it has the focus; *value is changed. True when it
// was.
bool ui_slider(Ui *ui, const char *id, Rect rect, const char *label, float *value, WidgetState *state);

typedef enum Align { ALIGN_LEFT, ALIGN_CENTER, ALIGN_RIGHT } Align;

// One line in rect, vertically centred, cut with an ellipsis where it is too long, but never inside a figure.
void ui_text(Ui *ui, Rect rect, FontFace face, float size, Color color, Align align, const char *text);
void ui_note_text(Ui *ui, UiText entry, const char *text); // of a text that is drawn by other means
bool ui_splits_figure(const char *text, size_t at);        // whether a cut there would leave a part of a figure
float ui_text_width(Ui *ui, FontFace face, float size, const char *text);

// size, or where the text is wider than width a smaller one, down to what can still be read.
float ui_fit_size(Ui *ui, FontFace face, float size, float width, const char *text);

// The first of the texts, from the longest to the shortest, that is not wider than width; else the last.
const char *ui_choose(Ui *ui, FontFace face, float size, float width, const char *const *texts, int count);

// Words wrapped into rect from its top; the last line that fits ends in an ellipsis where more follows. Returns the
// height used. A colour of 0 only measures.
float ui_paragraph(Ui *ui, Rect rect, FontFace face, float size, Color color, const char *text);
