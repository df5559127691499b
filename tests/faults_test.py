"""Every command with allocations and system calls that fail (tests/faults.c):
python3 tests/faults_test.py PATH_TO_LOSSLENS PATH_TO_LIBFAULTS [--all | --points=N] [KIND ...] [COMMAND ...]

Each command runs once whole, then again and again, each time with another call failing: that one alone, and that one
and all after it. Whatever fails, the program says so, in a sentence for each thing that it could not do, and so does
its status; it prints everything or nothing, and leaves no file that is not whole. Or nothing of it mattered, and the
result is the same to the byte. A few calls of each command are tried; --points=N tries N of each kind, --all every one.
"""
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import numpy as np

import cli_reference as reference

ARGUMENTS = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
POINTS = [sys.maxsize if option == "--all" else int(option.removeprefix("--points="))
          for option in sys.argv[1:] if option.startswith("--")]
PROGRAM, LIBRARY = map(os.path.abspath, ARGUMENTS[:2])
CHOSEN = ARGUMENTS[2:]
KINDS = ["alloc", "open", "read", "write", "fsync", "rename", "link", "close"]
REASONS = {"alloc": "memory|Resource temporarily unavailable", "open": "Too many open files",
           "rename": "No space left on device", "write": "No space left on device"}
REASONS = {kind: REASONS.get(kind, "Input/output error") for kind in KINDS}
TIMEOUT = 120
FAILED, NO_DISPLAY, BAD_DATA = 1, 3, 4

# name: arguments; DATA, MODEL, OTHER (a model without a spec, under other names), OUT are replaced. How many calls are tried of each kind, once and from there on, where
# not all are: pictures take seconds.
TRAIN = ["--data", "DATA", "--limit", "256", "--epochs", "1", "--threads", "1"]
PICTURE = TRAIN + ["--size", "960x600"]
COMMANDS = {
    "train": (["train", *TRAIN, "--log", "step", "-o", "OUT/model.safetensors"], 40),
    "train init": (["train", *TRAIN, "--init", "MODEL"], 10),
    "eval": (["eval", "MODEL", "--data", "DATA", "--threads", "1"], 40),
    "eval other": (["eval", "OTHER", "--data", "DATA", "--threads", "1"], 12),
    "code": (["code", "pytorch"], 10),
    "data": (["data", "--data", "DATA"], 10),
    "data json": (["data", "--data", "DATA", "--json"], 10),
    "export": (["data", "export", "OUT/digits", "--data", "DATA"], 10),
    "shot": (["shot", *PICTURE, "--init", "MODEL", "-o", "OUT/shot.png"], 8),
    "shot json": (["shot", *PICTURE, "--view", "claims", "--json", "-o", "OUT/shot.png"], 4),
    "film": (["film", *PICTURE, "-o", "OUT/film"], 2),
    "film webp": (["film", *PICTURE, "-o", "OUT/film.webp"], 6),
    "report": (["report", *TRAIN, "--seeds", "1", "-o", "OUT/report"], 2),
}
PROGRESS = re.compile(r"(epoch \d+ \(|film: frame \d+ of|report: (training seed|writing file) \d+ of)")
VARYING = re.compile(r'"(seconds|samples_per_second)": [0-9.e+-]+')


class Run:
    """One run of a command: what it printed and what it left."""

    def __init__(self, work, arguments, fault):
        self.folder = tempfile.mkdtemp(dir=work.folder)
        names = {"DATA": work.data, "MODEL": work.model, "OTHER": work.other, "OUT": self.folder}
        pattern = re.compile("|".join(names))
        arguments = [pattern.sub(lambda name: names[name.group()], argument) for argument in arguments]
        counts = self.folder + ".counts"
        environment = {**os.environ, "LD_PRELOAD": LIBRARY, "LOSSLENS_FAULT": fault, "LOSSLENS_FAULT_COUNT": counts,
                       "MESA_SHADER_CACHE_DISABLE": "true", "GALLIVM_PERF": "nopt"}  # shaders are for one picture each
        process = subprocess.Popen([PROGRAM, *arguments], env=environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            out, err = process.communicate(timeout=TIMEOUT)
            self.status = process.returncode
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            self.status = "hangs"
        self.out = VARYING.sub("", out.decode(errors="replace")).replace(self.folder, "OUT")
        self.err = err.decode(errors="replace").replace(self.folder, "OUT")
        self.counts = {}
        if os.path.exists(counts):
            rows = (line.split() for line in reference.read_bytes(counts).decode().splitlines())
            self.counts = {kind: int(count) for kind, count in rows}
            os.unlink(counts)
        self.files = self.read_files()
        shutil.rmtree(self.folder)

    def read_files(self):
        found = {}
        for root, _, names in os.walk(self.folder):
            for name in names:
                path = os.path.join(root, name)
                found[os.path.relpath(path, self.folder)] = reference.read_bytes(path)
        return found


def judge(run, good, kind):
    """What is wrong with a run where something failed, None for nothing."""
    if not isinstance(run.status, int):
        return run.status
    if run.status < 0:
        return f"signal {-run.status}"
    for name, content in run.files.items():
        if name not in good.files:
            return f"{re.sub('[0-9]+', 'N', name)} is left"
        if content != good.files[name]:
            return f"{name} is not whole"
    if run.status == 0:
        if run.out != good.out:
            return "status 0, but not all is printed"
        return None if run.files == good.files else "status 0, but a file is missing"
    if run.status not in (FAILED, NO_DISPLAY, BAD_DATA):
        return f"status {run.status}"
    if run.out not in ("", good.out):
        return f"status {run.status}, and a part is printed"
    said = [line for line in run.err.splitlines() if not PROGRESS.match(line)]
    if not said or any(not line.startswith("losslens: ") for line in said):
        return f"status {run.status}, said: {said}"
    return None if any(re.search(REASONS[kind], line) for line in said) else f"not the reason: {said[0]}"


class Work:
    """The data and the model that the runs share."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="losslens-faults-")
        self.data = os.path.join(self.folder, "data")
        self.model = os.path.join(self.folder, "model.safetensors")
        random = np.random.default_rng(1)
        os.mkdir(self.data)
        for split, count in (("train", 256), ("t10k", 64)):
            images = np.zeros((count, 28, 28), np.uint8)
            images[:, 8:20, 8:20] = random.integers(0, 256, (count, 12, 12))
            reference.write_digits(self.data, split, images.reshape(count, 784),
                                   random.integers(0, 10, count).astype(np.uint8))
        made = subprocess.run([PROGRAM, "train", "--data", self.data, "--epochs", "1", "-o", self.model],
                              capture_output=True, check=True)
        assert made.stdout
        self.other = os.path.join(self.folder, "other.safetensors")
        tensors, _ = reference.read_safetensors(self.model)
        with open(self.other, "wb") as file:
            file.write(reference.pack_safetensors({"fc" + name: values for name, values in tensors.items()}, None))

    def close(self):
        shutil.rmtree(self.folder)


def choose(count, most):
    """Calls to let fail, 1 to count: all, or as many that are spread evenly."""
    most = min(most, count)
    return [1 + (2 * i + 1) * count // (2 * most) for i in range(most)]


def test(work, pool, name, kind, good):
    """Returns what is wrong: [(fault, what, sentences)]."""
    arguments, most = COMMANDS[name]
    start = time.monotonic()
    count = good.counts["rename" if kind == "link" else kind]  # links are made where nothing can be renamed
    points = choose(count, POINTS[0] if POINTS else most if kind == "alloc" else max(most // 4, 1))
    faults = [f"{kind}:{point}{more}" for more in ("", "+") for point in points]
    runs = list(pool.map(lambda fault: Run(work, arguments, fault), faults))
    wrong = [(fault, judge(run, good, kind), run.err) for fault, run in zip(faults, runs) if judge(run, good, kind)]
    refused = sum(run.status != 0 for run in runs)
    print(f"{name}: {kind}: {count} calls, {len(runs)} runs, {refused} refused, {len(wrong)} wrong, "
          f"{time.monotonic() - start:.1f} s", flush=True)
    for what in sorted({what for _, what, _ in wrong}):
        found = [(fault, said) for fault, each, said in wrong if each == what]
        print(f"    {len(found)} times: {what}; as at {found[0][0]}: {found[0][1]!r:.300}", flush=True)
    return wrong


def main():
    work = Work()
    kinds = [kind for kind in KINDS if kind in CHOSEN] or KINDS
    names = [name for name in COMMANDS if name in CHOSEN] or list(COMMANDS)
    try:
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            wrong = []
            for name in names:
                good = Run(work, COMMANDS[name][0], "")
                assert good.status == 0, (name, good.err)
                for kind in kinds:
                    wrong += test(work, pool, name, kind, good)
    finally:
        work.close()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
