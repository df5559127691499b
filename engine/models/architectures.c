// The table of the page's models.
#include "models/architectures.h"

#include <assert.h>

static const Architecture architectures[] = {
    {"simple", "Simple", "Let's build the simplest possible autoencoder",
     "One dense layer of 32 numbers between the picture and what comes back.", "layers=32"},
    {"sparse", "Sparse", "Adding a sparsity constraint on the encoded representations",
     "The simple one, with a price: 0.0001 times the size of each of the 32 numbers.", "layers=32,l1=0.0001"},
    {"deep", "Deep", "Deep autoencoder", "Three dense layers down to 32 numbers, and three back.",
     "layers=128,64,32,64,128"},
    {"conv", "Convolutional", "Convolutional autoencoder",
     "Windows of 3 x 3 slide over the picture; the code is 8 pictures of 4 x 4.",
     "layers=conv16-pool-conv8-pool-conv8-pool-conv8-up-conv8-up-conv16v-up,batch=128"},
    {"denoise", "Denoising", "Application to image denoising",
     "A convolutional model that is given a noisy picture and has to give back the clean one.",
     "layers=conv32-pool-conv32-pool-conv32-up-conv32-up,batch=128,noise=0.5"},
    {"vae", "Variational", "Variational autoencoder (VAE)",
     "The code is two numbers that are drawn at random around a mean; any two numbers make a digit.",
     "layers=64-sample2-64,reduce=sum,batch=32"},
};

int architecture_count(void) { return (int)(sizeof architectures / sizeof *architectures); }

const Architecture *architecture_get(int index)
{
    assert(index >= 0 && index < architecture_count());
    return &architectures[index];
}
