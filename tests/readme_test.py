#!/usr/bin/env python3
"""Runs every command in README.md (the blocks marked `sh`), in order, in one scratch folder without a display; then holds
what README and its report say against what the program says now.

The report that README quotes takes three seeds of thirteen models: the command makes one of few images here, whose
form, rules and facts of the digits are held against the quoted one; of its models some are trained again, with one of
the seeds whose mean is quoted, which lies within their spread. That means, spreads and verdicts are those of the
models, report_test.py holds.

app/run is the real one, in a tree whose build is the one that is tested, so that nothing is compiled a second time; what
it does in a tree without a build is seen from a cmake that only takes notes. tests/run is what runs this test and so is
only looked at. Usage: readme_test.py PATH_TO_LOSSLENS
"""
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import time

LOSSLENS = os.path.abspath(sys.argv[1])
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def read_commands():
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        blocks = re.findall(r"^```sh\n(.*?)^```", file.read(), re.S | re.M)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line.split(" #")[0].strip() for line in lines if line.strip() and not line.startswith("#")]


def make_tree(folder):
    """A tree with app/run and without a build."""
    os.makedirs(os.path.join(folder, "app"))
    with open(os.path.join(ROOT, "app/run"), "rb") as source, open(os.path.join(folder, "app/run"), "wb") as target:
        target.write(source.read())
    os.chmod(os.path.join(folder, "app/run"), 0o755)
    return folder


REPORT = "losslens report -o answers"


def run(command, tree, folder, environment):
    if command.startswith("tests/run"):
        return os.access(os.path.join(ROOT, "tests/run"), os.X_OK)
    command = re.sub(r"\b(app/run|build/release)\b", lambda m: os.path.join(tree, m[1]), command)
    if command == REPORT:
        command += " --seeds 1 --epochs 2 --limit 4096"
    start = time.monotonic()
    result = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=500)
    print(f"{result.returncode}  {time.monotonic() - start:5.1f} s  {command}", flush=True)
    if result.returncode != 0:
        print(result.stdout[-2000:], result.stderr[-2000:])
    return result.returncode == 0


FAKE_CMAKE = """#!/bin/sh
echo "$@" >>"$NOTES"
for word; do
    if [ "$before" = -B ]; then
        mkdir -p "$word"
        touch "$word/build.ninja"
        printf '#!/bin/sh\\necho started "$@"\\n' >"$word/losslens"
        chmod +x "$word/losslens"
    fi
    before=$word
done
"""


def check_first_start(folder, environment):
    """Without a build app/run configures once, builds, and starts what was built; afterwards it only builds."""
    tree, tools = make_tree(os.path.join(folder, "tree")), os.path.join(folder, "tools")
    notes, build = os.path.join(folder, "notes"), os.path.join(tree, "build/release")
    os.makedirs(tools)
    with open(os.path.join(tools, "cmake"), "w", encoding="ascii") as file:
        file.write(FAKE_CMAKE)
    os.chmod(os.path.join(tools, "cmake"), 0o755)
    environment = environment | {"PATH": tools + os.pathsep + environment["PATH"], "NOTES": notes}
    said = [subprocess.run([os.path.join(tree, "app/run"), "--version"], env=environment, capture_output=True, text=True,
                           timeout=60).stdout for _ in range(2)]
    with open(notes, encoding="utf-8") as file:
        asked = file.read().splitlines()
    building = f"--build {build} --target losslens"
    expected = [f"-S {tree} -B {build} -G Ninja -DCMAKE_BUILD_TYPE=Release", building, building]
    if said != 2 * ["started --version\n"] or asked != expected:
        return [f"app/run without a build: it asked cmake for {asked} and said {said}"]
    return []


def read_report(folder):
    with open(os.path.join(folder, "report.json"), encoding="utf-8") as file:
        return json.load(file)


def is_near(value, quoted):
    """Another processor's rounding trains a little differently: within the spread of the seeds."""
    return abs(value - quoted["mean"]) <= 4 * (quoted["spread"] or 0) + 0.03 * abs(quoted["mean"]) + 1e-3


TRAINED = [("sigmoid", "bce"), ("sigmoid", "mse"), ("clip", "mse")]  # of which README's first three answers speak


def check_models(quoted):
    """What the report says of some of its models, beside what comes of training them now."""
    problems = []
    for output, loss in TRAINED:
        cell, = [cell for cell in quoted["models"] if (cell["output"], cell["loss"]) == (output, loss)]
        spec = f"{quoted['base']},output={output},loss={loss},seed={quoted['seeds'][0]}"
        told = subprocess.run([LOSSLENS, "train", "--model", spec, "--epochs", str(quoted["epochs"])], capture_output=True,
                              text=True, check=True, timeout=500).stdout
        test = json.loads(told)["test"]
        for key in ("bce", "mse", "mae", "bias", "dead_outputs", "dead_code_units"):
            if not is_near(test[key], cell[key]):
                problems.append(f"{output}, {loss}, {key}: {cell[key]}, now {test[key]}")
    return problems


def is_same(found, quoted):
    """The digits are the same bytes everywhere; means over them are as exact as a float, in whatever order it is summed."""
    return math.isclose(found, quoted, rel_tol=1e-6) if isinstance(quoted, float) else found == quoted


def check_report(folder):
    """What README and app/report say, beside what the command writes now and some models. Returns the differences."""
    quoted_folder = os.path.join(ROOT, "app/report")
    quoted, found, problems = read_report(quoted_folder), read_report(folder), []
    for key in ("base", "pictures"):
        if quoted[key] != found[key]:
            problems.append(f"{key}: {quoted[key]}, now {found[key]}")
    told = subprocess.run([LOSSLENS, "report", "--help"], capture_output=True, text=True, check=True, timeout=60).stdout
    seeds, = map(int, re.findall(r"(?s)--seeds N.*?default: (\d+)", told)[:1])
    if quoted["seeds"] != [1 + i for i in range(seeds)] or found["seeds"] != quoted["seeds"][:1]:
        problems.append(f"seeds: {quoted['seeds']}, of {seeds}; now {found['seeds']}")
    for key, fact in quoted["data"].items():
        if key not in ("train", "limit") and not is_same(found["data"][key], fact):
            problems.append(f"{key} of the data: {fact}, now {found['data'][key]}")
    for old, new in zip(quoted["claims"], found["claims"], strict=True):
        if (old["key"], old["rule"], list(old["figures"])) != (new["key"], new["rule"], list(new["figures"])):
            problems.append(f"{old['key']}: another rule, or other figures")
    problems += check_models(quoted)
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as readme:
        answers = readme.read().split("\n## The answers\n")[1].split("\n### ")[0]
    lines = [line for line in answers.splitlines() if line.startswith("| \u201c")]
    with open(os.path.join(quoted_folder, "report.md"), encoding="utf-8") as page:
        page_lines = page.read().splitlines()
    if len(lines) != len(quoted["claims"]):
        problems.append(f"README quotes {len(lines)} claims")
    return problems + [f"not in app/report/report.md: {line}" for line in lines if line not in page_lines]


def main():
    commands = read_commands()
    assert REPORT in commands
    assert any(c.startswith("app/run") for c in commands) and any(c.startswith("tests/run") for c in commands)
    with tempfile.TemporaryDirectory() as folder:
        environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
        environment |= {"PATH": os.path.dirname(LOSSLENS) + os.pathsep + os.environ["PATH"], "HOME": folder}
        failed = check_first_start(os.path.join(folder, "first"), environment)
        tree = make_tree(os.path.join(folder, "built"))
        os.makedirs(os.path.join(tree, "build"))
        os.symlink(os.path.dirname(LOSSLENS), os.path.join(tree, "build/release"))
        failed += [command for command in commands if not run(command, tree, folder, environment)]
        failed += check_report(os.path.join(folder, "answers"))
    print(*failed, sep="\n")
    print(f"{len(commands)} commands, {len(failed)} failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
