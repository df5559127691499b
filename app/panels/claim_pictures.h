// Claim pictures: for each claim what shows why its verdict is what it is. Parts of panel_claims.c.
//
// To add one: a function in claim_pictures.c and its row in the table there. Thread: the UI thread.
#pragma once
#include "panels/panel.h"

// Into rect, smaller where there is little room. Shows the pad's digit, or the first of the page on which it is seen.
void claim_picture(Panel *panel, int claim, Rect rect);
