#!/usr/bin/env python3
"""Runs every command in README.md (the blocks marked `sh`), in order, in one scratch folder without a display; then holds
the figures that README quotes against the report that one of these commands wrote.

app/run is the real one; tests/run is what runs this test and so is only looked at. Usage: readme_test.py PATH_TO_LOSSLENS
"""
import json
import os
import re
import subprocess
import sys
import tempfile

LOSSLENS = os.path.abspath(sys.argv[1])
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def read_commands():
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        blocks = re.findall(r"^```sh\n(.*?)^```", file.read(), re.S | re.M)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line.split(" #")[0].strip() for line in lines if line.strip() and not line.startswith("#")]


def run(command, folder, environment):
    if command.startswith("tests/run"):
        return os.access(os.path.join(ROOT, "tests/run"), os.X_OK)
    command = re.sub(r"\b(app/run|build/release/bench)\b", lambda m: os.path.join(ROOT, m[1]), command)
    command = command.replace("cmake --build build/", f"cmake --build {ROOT}/build/")
    result = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=500)
    print(f"{result.returncode}  {command}")
    if result.returncode != 0:
        print(result.stdout[-2000:], result.stderr[-2000:])
    return result.returncode == 0


def read_report(folder):
    with open(os.path.join(folder, "report.json"), encoding="utf-8") as file:
        return json.load(file)


def is_near(found, quoted):
    """Another processor's rounding trains a little differently: within the spread of the seeds."""
    if quoted["mean"] is None or found["mean"] is None:
        return quoted["mean"] == found["mean"]
    return abs(found["mean"] - quoted["mean"]) <= 4 * (quoted["spread"] or 0) + 0.03 * abs(quoted["mean"]) + 1e-3


def check_report(folder):
    """What README and app/report say, beside what the command writes now. Returns the differences."""
    quoted_folder = os.path.join(ROOT, "app/report")
    quoted, found, problems = read_report(quoted_folder), read_report(folder), []
    for key in ("data", "base", "epochs", "seeds", "pictures"):
        if quoted[key] != found[key]:
            problems.append(f"{key}: {quoted[key]}, now {found[key]}")
    for old, new in zip(quoted["claims"], found["claims"], strict=True):
        if (old["key"], old["verdict"], old["rule"]) != (new["key"], new["verdict"], new["rule"]):
            problems.append(f"{old['key']}: {old['verdict']}, now {new['verdict']}, or another rule")
        for row, columns in old["figures"].items():
            for column, figure in columns.items():
                if not is_near(new["figures"][row][column], figure):
                    problems.append(f"{old['key']}, {row}, {column}: {figure}, now {new['figures'][row][column]}")
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as readme:
        lines = [line for line in readme.read().splitlines() if line.startswith("| \u201c")]
    with open(os.path.join(quoted_folder, "report.md"), encoding="utf-8") as page:
        page_lines = page.read().splitlines()
    if len(lines) != len(quoted["claims"]):
        problems.append(f"README quotes {len(lines)} claims")
    return problems + [f"not in app/report/report.md: {line}" for line in lines if line not in page_lines]


def main():
    commands = read_commands()
    assert any(c.startswith("app/run") for c in commands) and any(c.startswith("tests/run") for c in commands)
    with tempfile.TemporaryDirectory() as folder:
        environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
        environment |= {"PATH": os.path.dirname(LOSSLENS) + os.pathsep + os.environ["PATH"], "HOME": folder}
        failed = [command for command in commands if not run(command, folder, environment)]
        failed += check_report(os.path.join(folder, "answers"))
    print(*failed, sep="\n")
    print(f"{len(commands)} commands, {len(failed)} failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
