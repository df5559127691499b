// A line of text that a person types. One can be open at a time; while it is, it alone gets the keys, and no shortcut
// does. Ctrl V puts in what the clipboard holds, Ctrl A chooses the whole text.
//
//     if (ui_button(ui, "name", rect, "Name", NULL, false, 0))
//         ui_field_open(ui, "name.text", old_name);
//     if (ui_field_is_open(ui, "name.text") && ui_text_field(ui, "name.text", rect, "Name") == FIELD_ENTERED)
//         take(ui->field.text);
//
// Thread: the UI thread.
#pragma once
#include "draw/ui.h"

typedef enum FieldEvent { FIELD_IDLE, FIELD_ENTERED, FIELD_LEFT } FieldEvent; // Enter; Esc or a press elsewhere

void ui_field_open(Ui *ui, const char *id, const char *text); // with the cursor behind the text
bool ui_field_is_open(const Ui *ui, const char *id);
bool ui_has_field(const Ui *ui); // some field is open: the window takes text

// The field, which must be open. Closes it when it is left or entered; its text stays in ui->field.text until another
// one is opened. It closes, too, where it is not drawn in the frame after the one in which it was opened or drawn last.
FieldEvent ui_text_field(Ui *ui, const char *id, Rect rect, const char *label);
