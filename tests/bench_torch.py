#!/usr/bin/python3
"""PyTorch's side of `bench --vs-torch`: models in the training loops that its users write.

Usage: bench_torch.py list THREADS           one configuration a line, BLAS:BLAS_THREADS:TORCH_THREADS
       bench_torch.py serve MODEL LOOP CONFIGURATION IMAGES_FD
MODEL: a row of MODELS; by_hand is of "dense" alone.
Each BLAS that Debian installs side by side takes part, with THREADS threads and with one, and so does PyTorch itself:
which combination is the fastest cannot be told beforehand.

IMAGES_FD is an open file with the training images, 784 floats each. `serve` answers "ready", and then each line of
stdin with the samples a second of half a second of training; it ends with stdin. LOOP: autograd (one tensor, indexed
by a permutation), autograd_plain_malloc (see select_environment), dataloader (the same from a DataLoader), by_hand
(gradients written out, no autograd, no loss). Exit status 77 where PyTorch is missing.
"""
import ctypes
import glob
import importlib.util
import mmap
import os
import signal
import sys
import time

PIXELS, HIDDEN, RATE = 784, 32, 1e-3
BATCHES = {"dense": 256, "conv": 128, "conv32": 128, "vae": 128, "vae_conv": 128}
PR_SET_PDEATHSIG = 1
RUN_SECONDS, WARM_STEPS = 0.5, 8
BLAS_NAMES = ["openblas-pthread", "openblas-openmp", "blis-pthread", "blis-openmp"]


def find_blas(name):
    """The folder that makes the dynamic linker take this BLAS, None where it is not installed."""
    found = glob.glob(f"/usr/lib/*/{name}/libblas.so.3")
    return os.path.dirname(found[0]) if found else None


def list_configurations(threads):
    counts = sorted({1, threads})
    for name in list(filter(find_blas, BLAS_NAMES)) or ["system"]:
        for blas_threads in counts:
            for torch_threads in counts:
                print(f"{name}:{blas_threads}:{torch_threads}")


def select_environment(blas, threads, keeps_memory):
    """Starts this program again where its environment is another one, which libraries read only once.

    keeps_memory: glibc's malloc gives freed tensors back to the system and takes the next step's page by page, which
    costs a quarter of the speed. With these two variables it keeps them.
    """
    wanted = {"OPENBLAS_NUM_THREADS": threads, "BLIS_NUM_THREADS": threads}
    if find_blas(blas):
        wanted["LD_LIBRARY_PATH"] = find_blas(blas)
    if keeps_memory:
        wanted |= {"MALLOC_MMAP_THRESHOLD_": str(1 << 30), "MALLOC_TRIM_THRESHOLD_": str(1 << 30)}
    if any(os.environ.get(key) != value for key, value in wanted.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **wanted})


def make_dense(torch):
    return torch.nn.Sequential(torch.nn.Linear(PIXELS, HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, PIXELS))


def make_conv(torch):
    """16-8-8 and back, as the Keras page has it."""
    nn = torch.nn
    relu, pool, up = nn.ReLU, lambda: nn.MaxPool2d(2, ceil_mode=True), lambda: nn.Upsample(scale_factor=2)
    conv = lambda channels, out, padding=1: nn.Conv2d(channels, out, 3, padding=padding)
    return nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        *(conv(1, 16), relu(), pool(), conv(16, 8), relu(), pool(), conv(8, 8), relu(), pool()),
        *(conv(8, 8), relu(), up(), conv(8, 8), relu(), up(), conv(8, 16, 0), relu(), up(), conv(16, 1)),
        nn.Flatten(),
    )


def make_conv32(torch):
    """32-32 and back, as the Keras page's denoising model."""
    nn = torch.nn
    relu, pool, up = nn.ReLU, lambda: nn.MaxPool2d(2), lambda: nn.Upsample(scale_factor=2)
    conv = lambda channels, out: nn.Conv2d(channels, out, 3, padding=1)
    return nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        *(conv(1, 32), relu(), pool(), conv(32, 32), relu(), pool()),
        *(conv(32, 32), relu(), up(), conv(32, 32), relu(), up(), conv(32, 1)),
        nn.Flatten(),
    )


def make_vae_parts(torch):
    """PyTorch's own example: encoder, size of what it gives, decoder, numbers."""
    nn = torch.nn
    encoder = nn.Sequential(nn.Linear(PIXELS, 400), nn.ReLU())
    return encoder, 400, nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, PIXELS)), 20


def make_vae_conv_parts(torch):
    """keras.io's example."""
    nn = torch.nn
    encoder = nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        *(nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(1, 32, 3, stride=2), nn.ReLU()),
        *(nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(32, 64, 3, stride=2), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(3136, 16), nn.ReLU()),
    )
    turned = lambda channels, out: nn.ConvTranspose2d(channels, out, 3, stride=2, padding=1, output_padding=1)
    decoder = nn.Sequential(
        *(nn.Linear(2, 3136), nn.ReLU(), nn.Unflatten(1, (64, 7, 7))),
        *(turned(64, 64), nn.ReLU(), turned(64, 32), nn.ReLU(), nn.Conv2d(32, 1, 3, padding=1), nn.Flatten()),
    )
    return encoder, 16, decoder, 2


def make_plain_step(torch, model):
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    measure_loss = torch.nn.BCEWithLogitsLoss()

    def step(batch):
        optimizer.zero_grad(set_to_none=True)
        measure_loss(model(batch), batch).backward()
        optimizer.step()
        return len(batch)

    return step


def make_vae_step(torch, parts):
    encoder, width, decoder, numbers = parts
    mean_of, logvar_of = torch.nn.Linear(width, numbers), torch.nn.Linear(width, numbers)
    layers = [encoder, mean_of, logvar_of, decoder]
    optimizer = torch.optim.Adam([p for layer in layers for p in layer.parameters()], lr=RATE)
    measure_loss = torch.nn.BCEWithLogitsLoss(reduction="sum")

    def step(batch):
        optimizer.zero_grad(set_to_none=True)
        h = encoder(batch)
        mean, logvar = mean_of(h), logvar_of(h)
        z = mean + torch.randn_like(mean) * torch.exp(0.5 * logvar)
        divergence = -0.5 * torch.sum(1 + logvar - mean.pow(2) - logvar.exp())
        ((measure_loss(decoder(z), batch) + divergence) / len(batch)).backward()
        optimizer.step()
        return len(batch)

    return step


# A step as a tutorial writes it; it returns the number of images.
MODELS = {
    "dense": lambda torch: make_plain_step(torch, make_dense(torch)),
    "conv": lambda torch: make_plain_step(torch, make_conv(torch)),
    "conv32": lambda torch: make_plain_step(torch, make_conv32(torch)),
    "vae": lambda torch: make_vae_step(torch, make_vae_parts(torch)),
    "vae_conv": lambda torch: make_vae_step(torch, make_vae_conv_parts(torch)),
}


def train_autograd(torch, images, model):
    """Endless training; yields the images of each step."""
    step, batch = MODELS[model](torch), BATCHES[model]
    while True:
        order = torch.randperm(len(images))
        for start in range(0, len(images), batch):
            yield step(images[order[start : start + batch]])


def train_dataloader(torch, images, model):
    step = MODELS[model](torch)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(images), batch_size=BATCHES[model], shuffle=True)
    while True:
        for (batch,) in loader:
            yield step(batch)


def train_by_hand(torch, images, model):
    """No autograd and no new tensors: every product goes into a buffer, Adam runs over one flat array."""
    shapes = [(PIXELS, HIDDEN), (HIDDEN,), (HIDDEN, PIXELS), (PIXELS,)]
    sizes = [torch.Size(shape).numel() for shape in shapes]
    flat, gradient, m, v, root = (torch.zeros(sum(sizes)) for _ in range(5))
    w1, b1, w2, b2 = (part.view(shape) for part, shape in zip(flat.split(sizes), shapes))
    dw1, db1, dw2, db2 = (part.view(shape) for part, shape in zip(gradient.split(sizes), shapes))
    torch.nn.init.xavier_uniform_(w1)
    torch.nn.init.xavier_uniform_(w2)
    buffers = [torch.empty(BATCHES[model], width) for width in (PIXELS, HIDDEN, PIXELS, HIDDEN)]
    steps = 0
    while True:
        order = torch.randperm(len(images))
        for chosen in order.split(BATCHES[model]):
            x, h, d, dh = (buffer[: len(chosen)] for buffer in buffers)
            torch.index_select(images, 0, chosen, out=x)
            torch.addmm(b1, x, w1, out=h).relu_()
            torch.addmm(b2, h, w2, out=d).sigmoid_().sub_(x)
            torch.mm(h.t(), d, out=dw2)
            torch.sum(d, 0, out=db2)
            torch.mm(d, w2.t(), out=dh).mul_(h > 0)
            torch.mm(x.t(), dh, out=dw1)
            torch.sum(dh, 0, out=db1)
            gradient.div_(x.numel())
            steps += 1
            m.mul_(0.9).add_(gradient, alpha=0.1)
            v.mul_(0.999).addcmul_(gradient, gradient, value=0.001)
            torch.sqrt(v, out=root).div_((1 - 0.999**steps) ** 0.5).add_(1e-8)
            flat.addcdiv_(m, root, value=-RATE / (1 - 0.9**steps))
            yield len(chosen)


def measure(training):
    start, samples = time.perf_counter(), 0
    while time.perf_counter() - start < RUN_SECONDS:
        samples += next(training)
    return samples / (time.perf_counter() - start)


LOOPS = {
    "autograd": train_autograd,
    "autograd_plain_malloc": train_autograd,
    "dataloader": train_dataloader,
    "by_hand": train_by_hand,
}


def serve(model, loop, torch_threads, images_fd):
    import torch

    torch.set_num_threads(torch_threads)
    torch.set_grad_enabled(loop != "by_hand")
    torch.manual_seed(1)
    memory = mmap.mmap(images_fd, 0, flags=mmap.MAP_SHARED | mmap.MAP_POPULATE)
    training = LOOPS[loop](torch, torch.frombuffer(memory, dtype=torch.float32).view(-1, PIXELS), model)
    for _ in range(WARM_STEPS):
        next(training)
    print("ready", flush=True)
    for _ in sys.stdin:
        print(f"{measure(training):.1f}", flush=True)


def main():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # bench may die while this process is stopped
    for interruption in (signal.SIGINT, signal.SIGPIPE):
        signal.signal(interruption, signal.SIG_DFL)  # ends without a word, as bench does
    if importlib.util.find_spec("torch") is None:
        sys.exit(77)
    if sys.argv[1] == "list":
        list_configurations(int(sys.argv[2]))
    else:
        model, loop, images_fd = sys.argv[2], sys.argv[3], int(sys.argv[5])
        blas, blas_threads, torch_threads = sys.argv[4].split(":")
        select_environment(blas, blas_threads, loop != "autograd_plain_malloc")
        serve(model, loop, int(torch_threads), images_fd)


if __name__ == "__main__":
    main()
