// Claim pages: on which page of the claims' view each saying has its card.
//
// To add one: its index in a row of claim_pages.c. Thread: a constant table.
#pragma once
#include "engine.h"

enum { CLAIM_PAGES = 4, CLAIM_CARDS_MAX = 5 };

typedef struct ClaimPage {
    const char *key, *label; // in JSON and on the command line; on its tab
    int count, sayings[CLAIM_CARDS_MAX];
} ClaimPage;

const ClaimPage *claim_page_get(int page); // page < CLAIM_PAGES
int claim_page_of(int saying);             // the page with its card
