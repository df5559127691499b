// Ending: signals end the window, whatever it is doing.
#pragma once

// Call behind SDL_Init, which makes a request to close of SIGINT and SIGTERM; here SIGHUP becomes one too. The UI
// thread may be blocked in the display's driver and never hear of it: a second later the signal ends the program as it
// does where nobody catches it. What a parent chose to ignore stays ignored.
void ending_catch_signals(void);
