#!/usr/bin/python3
"""Counts the instructions that training costs for each image, so that a slower kernel fails on a noisy machine too.

Usage: count_test.py LOSSLENS. Exit status 77 (skipped) where valgrind is missing or the processor has no AVX2.
Two runs that differ in the number of training images alone: start-up, reading and measuring cancel in the difference.
AVX2, since valgrind does not know AVX-512; one thread, since waiting would count.
"""
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import cli_reference as reference

MOST_INSTRUCTIONS = 39100  # per image trained on with the default model; 35,600 when this was written
IMAGES = (256, 768)  # whole batches
TEST_IMAGES = 16


def run(*command):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"{command} ended with {result.returncode}: {result.stderr}")
    return result.stderr


def count_instructions(program, folder, images):
    valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder / 'callgrind.out'}"]
    options = ["--data", folder / "data", "--epochs", 1, "--limit", images, "--threads", 1, "--isa", "avx2"]
    return int(re.search(r"Collected : (\d+)", run(*valgrind, program, "train", *options))[1])


def main():
    program = Path(sys.argv[1]).resolve()
    if not shutil.which("valgrind"):
        print("valgrind is not installed: nothing can count")
        sys.exit(77)
    if platform.machine() != "x86_64" or " avx2 " not in Path("/proc/cpuinfo").read_text(encoding="ascii"):
        print("the processor has no AVX2: the bound is for that")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reference.make_set(program, folder / "data", max(IMAGES), TEST_IMAGES)  # valgrind would draw the whole one for a minute
        few, many = (count_instructions(program, folder, images) for images in IMAGES)
    found = (many - few) / (IMAGES[1] - IMAGES[0])
    print(f"{found:.0f} instructions for each image trained on, at most {MOST_INSTRUCTIONS}")
    sys.exit(found > MOST_INSTRUCTIONS)


if __name__ == "__main__":
    main()
