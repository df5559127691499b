#!/usr/bin/env python3
"""Runs every command in README.md (the blocks marked `sh`), in order, in one scratch folder without a display.

app/run is the real one; tests/run is what runs this test and so is only looked at. Usage: readme_test.py PATH_TO_LOSSLENS
"""
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


def main():
    commands = read_commands()
    assert any(c.startswith("app/run") for c in commands) and any(c.startswith("tests/run") for c in commands)
    with tempfile.TemporaryDirectory() as folder:
        environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
        environment |= {"PATH": os.path.dirname(LOSSLENS) + os.pathsep + os.environ["PATH"], "HOME": folder}
        failed = [command for command in commands if not run(command, folder, environment)]
    print(f"{len(commands)} commands, {len(failed)} failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
