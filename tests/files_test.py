"""What happens to files: python3 tests/files_test.py PATH_TO_LOSSLENS [unittest's arguments]

Every option that writes, against everything that may stand under its name: nothing that exists is replaced without
--force, nothing waits for a FIFO, a place that cannot be written is refused before any training, a full disk is called
one, and what killed or interrupted runs leave behind goes. The module underneath: test_new_file.c, test_new_folder.c.
"""
import json
import os
import pty
import random
import resource
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest

import cli_reference as reference

PROGRAM = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "losslens"
TRAIN_IMAGES, TEST_IMAGES = 256, 100
OLD = "precious"
REPORT = ["report.md", "report.json", "matrix.png", "claims.png", "compare.png", "gradient.png", "inspect.png"]
EXPORT = ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz",
          "t10k-labels-idx1-ubyte.gz"]

WORK = None   # a folder of this run's own
SMALL = None  # the first of the built-in digits
LARGER = None # more of them: their export takes long enough to be cut off


def setUpModule():
    global WORK, SMALL, LARGER
    WORK = tempfile.mkdtemp(prefix="losslens-files-")
    SMALL, LARGER = os.path.join(WORK, "small"), os.path.join(WORK, "larger")
    reference.make_set(PROGRAM, SMALL, TRAIN_IMAGES, TEST_IMAGES)
    reference.make_set(PROGRAM, LARGER, 12000, 2000)


def tearDownModule():
    shutil.rmtree(WORK)


def restore_signals():
    # What Python ignores, or a parent in the background handed down.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)


def start(*arguments, before=lambda: None, **options):
    def prepare():
        restore_signals()
        before()
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment["ASAN_OPTIONS"] = "detect_leaks=0"  # the graphics drivers keep memory until the end
    return subprocess.Popen([PROGRAM, *map(str, arguments)], stdin=subprocess.DEVNULL,
                            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True,
                               "env": environment, "preexec_fn": prepare, **options})


def run(*arguments, **options):
    process = start(*arguments, **options)
    try:
        out, err = process.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def sentences(result):
    return [line for line in result.stderr.splitlines() if line.startswith("losslens: ")]


def read_tree(folder):
    """What is in a folder: modes, texts, where links lead."""
    tree = {}
    for path, folders, names in os.walk(folder):
        for name in folders + names:
            entry = os.path.join(path, name)
            status = os.lstat(entry)
            what = (os.readlink(entry) if stat.S_ISLNK(status.st_mode) else
                    reference.read_bytes(entry) if stat.S_ISREG(status.st_mode) else None)
            tree[os.path.relpath(entry, folder)] = (status.st_mode, what)
    return tree


PICTURE = ["--size", "960x600", "--a", "layers=4", "--b", "layers=4", "--limit", "64"]

# The options that write one file.
FILES = {
    "train": lambda file: ["train", "--data", SMALL, "--epochs", "1", "-o", file],
    "shot": lambda file: ["shot", "--data", SMALL, "--epochs", "1", *PICTURE, "-o", file],
    "film": lambda file: ["film", "--data", SMALL, "--epochs", "1", *PICTURE, "-o", file],
    "trace": lambda file: ["view", "--data", SMALL, "--trace", file],
}
# Those that write a folder of files, the first of these names among them.
FOLDERS = {
    "film": (lambda folder: ["film", "--data", SMALL, "--epochs", "1", *PICTURE, "-o", folder],
             ["frame-00000.png", "frame-00001.png"]),
    "report": (lambda folder: ["report", "--data", SMALL, "--epochs", "1", "--seeds", "1", "--model", "layers=4",
                               "--limit", "64", "-o", folder], REPORT),
    "export": (lambda folder: ["data", "export", "--data", SMALL, folder], EXPORT),
}


class FilesCase(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=WORK)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, mode=None):
        with open(self.path(name), "w") as file:
            file.write(OLD)
        if mode:
            os.chmod(self.path(name), mode)
        return self.path(name)

    def refuse(self, arguments, contains, **options):
        """One sentence, before any work, and nothing has changed."""
        before = read_tree(self.folder)
        result = run(*arguments, **options)
        self.assertEqual((result.returncode, result.stdout), (1, ""), (arguments, result.stderr))
        self.assertRegex(result.stderr, r"^losslens: [^\n]+\n$")
        self.assertIn(contains, result.stderr)
        self.assertEqual(read_tree(self.folder), before)

    def succeed(self, arguments, **options):
        result = run(*arguments, **options)
        self.assertEqual(result.returncode, 0, (arguments, result.stderr))
        self.assertEqual(sentences(result), [])
        return result

    def check_written(self, command, file):
        data = reference.read_bytes(file)
        if command == "train":
            reference.read_safetensors(file)
        self.assertTrue(data.startswith({"shot": b"\x89PNG", "film": b"RIFF"}.get(command, b"")), data[:8])
        self.assertNotIn(OLD.encode(), data)


class RefusalTest(FilesCase):
    def test_what_stands_under_a_file_s_name(self):
        self.write("file.webp")
        os.symlink("file.webp", self.path("link.webp"))
        os.symlink("nowhere", self.path("dangling.webp"))
        os.symlink("loop.webp", self.path("loop.webp"))
        os.symlink("/dev/full", self.path("device.webp"))
        os.mkfifo(self.path("fifo.webp"))
        os.mkdir(self.path("folder.webp"))
        unforced = {"file.webp": "file.webp already exists; --force replaces it",
                    "link.webp": "link.webp already exists; --force replaces the file that this link leads to"}
        always = {"dangling.webp": "leads nowhere", "loop.webp": "Too many levels", "device.webp": "is a device",
                  "fifo.webp": "is a FIFO", "folder.webp": "is a folder", "absent/x.webp": "No such file",
                  "file.webp/x.webp": "Not a directory", "y" * 300 + ".webp": "too long"}
        for command, arguments in FILES.items():
            for name, reason in (unforced | always).items():
                with self.subTest(command=command, name=name):
                    self.refuse(arguments(self.path(name)), reason)
                    if name in always:
                        self.refuse([*arguments(self.path(name)), "--force"], reason)
            self.refuse(arguments("/proc/x.webp"), "/proc/x.webp cannot be written")

    def test_what_stands_under_a_folder_s_name(self):
        self.write("file")
        os.mkfifo(self.path("fifo"))
        os.symlink("nowhere", self.path("dangling"))
        os.symlink("/dev/full", self.path("device"))
        cases = {"file": "is a file where a folder was expected", "fifo": "is a FIFO where a folder was expected",
                 "dangling": "cannot be made", "device": "is a device where a folder was expected",
                 "file/x": "Not a directory", "new/" + "y" * 300: "too long"}
        for command, (arguments, _) in FOLDERS.items():
            for name, reason in cases.items():
                for force in ([], ["--force"]):
                    with self.subTest(command=command, name=name, force=force):
                        self.refuse([*arguments(self.path(name)), *force], reason)
            self.refuse(arguments("/proc/x"), "/proc/x")

    def test_what_stands_in_a_folder(self):
        for command, (arguments, names) in FOLDERS.items():
            for name in (names[0], names[-1]):
                for kind, make, reason in (("file", self.write, "--force replaces"),
                                           ("link", lambda name: os.symlink("nowhere", self.path(name)), ""),
                                           ("fifo", lambda name: os.mkfifo(self.path(name)), ""),
                                           ("folder", lambda name: os.mkdir(self.path(name)), "")):
                    with self.subTest(command=command, name=name, kind=kind):
                        self.setUp()
                        make(name)
                        self.refuse(arguments(self.folder), reason or name)
                        if kind != "file":
                            self.refuse([*arguments(self.folder), "--force"], name)

    def test_the_folder_for_screenshots(self):
        shot = ["shot", "--data", SMALL, "--epochs", "1", *PICTURE]
        os.mkfifo(self.path("fifo"))
        self.write("file")
        self.refuse([*shot, "--shots", self.path("fifo")], "is a FIFO")
        self.refuse([*shot, "--shots", self.path("file/x")], "Not a directory")
        self.refuse([*shot, "--shots", "/proc"], "/proc/losslens-")

    def test_a_folder_that_is_read_only(self):
        os.chmod(self.folder, 0o555)
        user = 65534 if os.geteuid() == 0 else os.geteuid()  # root may write everywhere
        os.chmod(WORK, 0o755)
        try:
            subprocess.run([PROGRAM, "--version"], preexec_fn=lambda: os.setuid(user), check=True,
                           stdout=subprocess.DEVNULL)
        except (OSError, subprocess.CalledProcessError):
            self.skipTest("another user cannot run the program from where it lies")
        for arguments in [make(self.path("x.webp")) for make in FILES.values()]:
            self.refuse(arguments, "Permission denied", before=lambda: os.setuid(user))
        for arguments, _ in FOLDERS.values():
            self.refuse(arguments(self.folder), "Permission denied", before=lambda: os.setuid(user))
            self.refuse(arguments(self.path("new")), "Permission denied", before=lambda: os.setuid(user))


class ForceTest(FilesCase):
    def test_files(self):
        for command, arguments in FILES.items():
            if command == "trace":
                continue  # needs a window: window_test.py
            file = self.write(command + ".webp", 0o604)
            os.symlink(file, self.path("link.webp"))
            other = self.path("other")
            os.link(file, other)
            self.succeed([*arguments(file), "--force"])
            self.check_written(command, file)
            self.assertEqual(stat.S_IMODE(os.stat(file).st_mode), 0o604)
            self.assertEqual(reference.read_bytes(other), OLD.encode())  # it was replaced, not written into
            self.write(command + ".webp")
            self.succeed([*arguments(self.path("link.webp")), "--force"])
            self.check_written(command, file)
            self.assertTrue(os.path.islink(self.path("link.webp")))
            self.assertEqual(sorted(os.listdir(self.folder)), sorted([command + ".webp", "link.webp", "other"]))
            self.setUp()

    def test_folders(self):
        for command, (arguments, names) in FOLDERS.items():
            folder = self.path(command)
            self.succeed(arguments(folder))
            self.assertEqual(sorted(os.listdir(folder)), sorted(names))
            before = read_tree(folder)
            self.refuse(arguments(folder), "already exists; --force replaces it")
            os.chmod(os.path.join(folder, names[0]), 0o604)
            self.succeed([*arguments(folder), "--force"])
            after = read_tree(folder)
            self.assertEqual(stat.S_IMODE(after[names[0]][0]), 0o604)
            self.assertEqual({name: what for name, (_, what) in after.items()},
                             {name: what for name, (_, what) in before.items()})

    def test_a_shorter_film(self):
        """What the new film has not goes at its end, but no other file."""
        film = FOLDERS["film"][0](self.folder)
        for name in ("frame-00001.png", "frame-00002.png", "frame-00077.png", "frame-7.png", "frame-00003.png.txt"):
            self.write(name)
        self.succeed([*film, "--force"])
        self.assertEqual(sorted(os.listdir(self.folder)),
                         ["frame-00000.png", "frame-00001.png", "frame-00003.png.txt", "frame-7.png"])
        self.check_written("shot", self.path("frame-00001.png"))

    def test_a_film_that_was_stopped(self):
        """Its frames stay, and so do those behind them."""
        self.write("frame-90000.png")
        process = start(*[{"1": "100000"}.get(word, word) for word in FOLDERS["film"][0](self.folder)], "--force")
        for line in process.stderr:
            if line.startswith("film: frame 3 of"):
                break
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertIn("frame-00002.png", os.listdir(self.folder))
        self.assertIn("frame-90000.png", os.listdir(self.folder))

    def test_one_that_was_cut_off(self):
        for command, last in (("report", "report.md"), ("export", EXPORT[-1])):
            arguments, names = FOLDERS[command]
            folder = self.path(command)
            self.succeed(arguments(folder))
            os.remove(os.path.join(folder, last))
            os.remove(os.path.join(folder, names[1]))
            self.refuse(arguments(folder), f"but no {last}, as after {'a report' if command == 'report' else 'an export'}"
                                           " that was cut off; --force replaces what is there")
            self.succeed([*arguments(folder), "--force"])
            self.assertEqual(sorted(os.listdir(folder)), sorted(names))


class MeanwhileTest(FilesCase):
    def train_until(self, change, *more, file):
        """Trains without end, changes something while it does, stops it."""
        process = start("train", "--data", SMALL, "--epochs", "100000", "-o", file, *more)
        process.stderr.readline()
        change()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        report = json.loads(out)
        return process.returncode, report, [line for line in err.splitlines() if line.startswith("losslens: ")]

    def test_a_file_that_appears(self):
        file = self.path("m.safetensors")

        def change():
            self.write("m.safetensors")
            os.symlink("nowhere", self.path("m-2.safetensors"))
        status, report, said = self.train_until(change, file=file)
        self.assertEqual(status, 1)
        self.assertEqual(reference.read_bytes(file), OLD.encode())
        self.assertIn("m.safetensors already exists", " ".join(said))
        self.assertIn("the weights are in " + self.path("m-3.safetensors") + " instead", " ".join(said))
        tensors, metadata = reference.read_safetensors(self.path("m-3.safetensors"))
        self.assertEqual(reference.digest(tensors), report["weights_sha256"])
        self.assertEqual(metadata["step"], str(report["steps"]))
        self.assertEqual(len(os.listdir(self.folder)), 3)

    def test_a_folder_that_appears_although_forced(self):
        file = self.path("m.safetensors")
        status, report, said = self.train_until(lambda: os.mkdir(file), "--force", file=file)
        self.assertEqual(status, 1)
        self.assertIn("it is a folder", " ".join(said))
        self.assertEqual(reference.digest(reference.read_safetensors(self.path("m-2.safetensors"))[0]),
                         report["weights_sha256"])

    def test_pictures_of_one_second(self):
        """Each gets a name of its own."""
        processes = [start("shot", "--data", SMALL, "--epochs", "0", *PICTURE, "--shots", self.path("shots"))
                     for _ in range(3)]
        names = {process.communicate(timeout=120)[0].strip() for process in processes}
        self.assertEqual({process.returncode for process in processes}, {0})
        self.assertEqual(sorted(map(os.path.basename, names)), sorted(os.listdir(self.path("shots"))))
        self.assertEqual(len(names), 3)

    def test_a_stopped_report_or_export(self):
        """Not even the folders that were made for it are left."""
        process = start("report", "--data", SMALL, "--epochs", "100000", "-o", self.path("a/b/c"))
        self.assertIn("report: training seed 1", process.stderr.readline())
        process.send_signal(signal.SIGHUP)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 129)
        self.assertEqual(os.listdir(self.folder), [])
        for _ in range(5):
            process = start("data", "export", "--data", LARGER, self.path("a/b/c"))
            while process.poll() is None and not os.path.exists(self.path("a/b/c")):
                time.sleep(0.001)
            time.sleep(random.uniform(0, 0.1))
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
            self.assertIn(process.returncode, (0, 130))
            if process.returncode:
                self.assertEqual(os.listdir(self.folder), [])
            else:
                shutil.rmtree(self.path("a"))


class FullDiskTest(FilesCase):
    def check(self, place, reason, **options):
        """Every command that writes there fails with that reason and leaves nothing new."""
        before = read_tree(place)
        for command, arguments in FILES.items():
            if command == "trace":
                continue
            with self.subTest(command=command):
                result = run(*arguments(os.path.join(place, "x.webp")), **options)
                self.assertEqual(result.returncode, 1, result.stderr)
                self.assertIn("x.webp cannot be written: " + reason, sentences(result)[0])
                self.assertEqual(read_tree(place), before)
        for command, (arguments, names) in FOLDERS.items():
            with self.subTest(command=command):
                result = run(*arguments(os.path.join(place, "new/folder")), **options)
                self.assertEqual((result.returncode, result.stdout), (1, ""), result.stderr)
                sentence, = sentences(result)
                self.assertIn("cannot be written: " + reason, sentence)
                self.assertEqual(read_tree(place), before)

    def test_files_that_may_not_grow(self):
        self.check(self.folder, "File too large",
                   before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000)))

    def test_a_disk_without_space(self):
        disk = self.path("disk")
        os.mkdir(disk)
        if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", disk],
                                               stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("a small file system cannot be mounted here")
        try:
            self.check(disk, "No space left on device")
        finally:
            subprocess.run(["umount", disk], check=True)


class KillTest(FilesCase):
    def kill(self, arguments, longest):
        process = start(*arguments)
        time.sleep(random.uniform(0, longest))
        process.kill()
        process.communicate(timeout=60)

    def test_parts_go_with_the_next_run(self):
        """Whenever a run is killed: files are whole, and the next run removes what it left."""
        file, folder = self.path("m.safetensors"), self.path("digits")
        train = ["train", "--data", SMALL, "--epochs", "0", "--model", "layers=512,512", "--force", "-o", file]
        export = ["data", "export", "--force", "--data", LARGER, folder]
        begin = time.monotonic()
        self.succeed(train)
        longest = time.monotonic() - begin
        parts = 0
        for _ in range(10):
            self.kill(train, longest)
            self.kill(export, 4 * longest)
            reference.read_safetensors(file)
            found = os.listdir(folder) if os.path.exists(folder) else []
            parts += sum(name.endswith(".part") for name in [*os.listdir(self.folder), *found])
            self.assertIn(len([name for name in found if not name.startswith(".")]), (0, 4))
        self.succeed(train)
        self.succeed(["data", "export", "--force", "--data", SMALL, folder])
        self.assertEqual(sorted(os.listdir(self.folder)), ["digits", "m.safetensors"])
        self.assertEqual(sorted(os.listdir(folder)), sorted(EXPORT))
        reference.read_digits(folder, "train")
        print(f"20 kills left {parts} parts, and then none", file=sys.stderr)

    def test_each_command_removes_them(self):
        for command, arguments in FILES.items():
            self.setUp()
            self.write(".losslens-1-0.part")
            result = run(*arguments(self.path("x.webp")))
            self.assertNotIn(".losslens-1-0.part", os.listdir(self.folder), result.stderr)
        for command, (arguments, names) in FOLDERS.items():
            self.setUp()
            self.write(".losslens-1-0.part")
            self.succeed(arguments(self.folder))
            self.assertEqual(sorted(os.listdir(self.folder)), sorted(names))


class SentencesTest(FilesCase):
    def test_control_bytes_are_not_echoed(self):
        """An escape sequence, a newline, C1 controls, bytes that are no UTF-8: in a path and in any other argument."""
        for name in ("a\x1b]0;title\x07b", "a\nlosslens: all is well", "a\x9bb\x7f", "a\udcffb"):
            bad = self.path(name)
            for arguments in ([*FILES["train"](bad + "/x")], [*FILES["shot"](bad + "/x")],
                              [*FILES["film"](bad + "/x.webp")], [*FILES["trace"](bad + "/x")],
                              ["report", "-o", "/dev/null/" + name],
                              ["data", "export", "--data", SMALL, "/dev/null/" + name],
                              ["film", "-o", bad + ".gif"], ["data", "--data", bad], ["eval", "--data", SMALL, bad],
                              ["train", "--data", SMALL, "--init", bad], ["shot", "--digit", bad], [name], ["--" + name],
                              ["train", "--model", name], ["train", name], ["shot", "--heatmap", name]):
                with self.subTest(arguments=arguments):
                    result = subprocess.run([PROGRAM, *arguments], capture_output=True, timeout=60,
                                            env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
                    self.assertNotEqual(result.returncode, 0)
                    lines = result.stderr.decode().split("\n")  # which must be UTF-8
                    self.assertEqual(len(lines), 3 if result.returncode == 2 and arguments[0] != "film" else 2, lines)
                    self.assertTrue(lines[0].startswith("losslens: "), lines)
                    self.assertFalse([c for c in "".join(lines) if ord(c) < 32 or 127 <= ord(c) < 160], lines)
                    self.assertIn("?", lines[0])

    def test_a_path_as_a_result_is_as_it_is(self):
        """What another program reads from a pipe it can open."""
        file = self.path("new\nline.png")
        self.assertEqual(self.succeed(FILES["shot"](file)).stdout, file + "\n")

    def test_a_path_on_a_terminal_commands_nothing(self):
        folder = self.path("export\x1b]0;title\x07")
        os.symlink(SMALL, self.path("set\x1b[31m"))
        for arguments, shown in ((FILES["shot"](self.path("a\x1b[31m.png")), "a?[31m.png"),
                                 (FOLDERS["export"][0](folder), "export?]0;title?"),
                                 (["data", "--data", self.path("set\x1b[31m")], "set?[31m: grey digits")):
            ours, theirs = pty.openpty()
            result = run(*arguments, stdout=theirs)
            os.close(theirs)
            drawn = os.read(ours, 65536).decode()
            os.close(ours)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn(shown, drawn)
            self.assertNotIn("\x1b", drawn)


if __name__ == "__main__":
    unittest.main()
