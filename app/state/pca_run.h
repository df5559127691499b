// PCA run: the principal components of the training images, computed beside the window once somebody wants to see them,
// once for each data set: for the landmark of the MSE curves, and to be shown as a model.
//
// Thread: the UI thread; the work is a job's.
#pragma once
#include "engine.h"
#include "state/scene.h"

typedef struct PcaWork PcaWork;
typedef struct App App; // state/app.h, which holds it
typedef struct ModelFrame ModelFrame;

typedef struct PcaRun {
    Job *job;      // NULL: nothing is computed
    PcaWork *work; // the job's
    Pca *pca;      // of the data on show; NULL: not there (yet)
    bool has_failed;
    int wanted[SIDE_COUNT]; // components of the PCA that this side is to become; 0: it stays what it is
} PcaRun;

// Its spec is its name in the bank, which it must not share with a linear autoencoder that is trained: it has a seed
// that hardly anybody gives one.
Spec pca_run_spec(int components);

// A side becomes a PCA of so many components once that is known. It is not trained; what it was is undone to.
void app_want_pca(App *app, int side, int components);
int app_choose_components(const App *app, int side); // as many as the other side's code has units

void pca_run_compose(App *app); // begins what is wanted, and shows what is done
bool pca_run_is_waited_for(const App *app);
bool pca_run_has_come(const ModelFrame *m); // its weights are on show, where it is to be a PCA
void pca_run_end(PcaRun *run);              // waits for its job, and forgets the components, but not what is wanted
