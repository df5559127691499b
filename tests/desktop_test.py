#!/usr/bin/env python3
"""What the desktop gets: the man page, the shell's completion, and the files that describe the program to others.

Usage: desktop_test.py PATH_TO_LOSSLENS; the build's app/desktop lies beside it.
"""
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

import numpy
from PIL import Image

LOSSLENS = os.path.abspath(sys.argv.pop(1))
BUILT = os.path.join(os.path.dirname(LOSSLENS), "app", "desktop")
SOURCE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "app", "desktop")


def run(*words, **options):
    return subprocess.run(words, capture_output=True, text=True, timeout=60, **options)


def helps():
    """Command -> its help, of all that the program's help names."""
    named = re.search(r"^Commands.*?\n((?:  .*\n)+)", run(LOSSLENS, "--help").stdout, re.M)[1]
    commands = [re.match(r"  (\S+(?: \S+)*)", line)[1] for line in named.splitlines()]
    return {command: run(LOSSLENS, *command.split(), "--help").stdout for command in commands}


HELPS = helps()


def options_of(command):
    return re.findall(r"^  (--?[a-z][a-z-]*)", HELPS[command], re.M)


class ManTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.path = os.path.join(BUILT, "losslens.1.gz")
        with gzip.open(cls.path, "rt", encoding="utf-8") as file:
            cls.page = file.read()

    def test_it_renders_without_a_warning(self):
        environment = os.environ | {"LC_ALL": "C.UTF-8", "MANWIDTH": "80", "MANROFFSEQ": ""}
        result = run("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", self.path, env=environment)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        environment["MANWIDTH"] = "200"  # no word is cut, so that each of the help's can be found again
        shown = re.sub(r".\x08|\x1b\[[0-9;]*m", "", run("man", "-E", "UTF-8", "-l", self.path, env=environment).stdout)
        self.assertRegex(shown, r"NAME\n +losslens - what the loss does to the picture\n")
        shown = re.sub(r"\s+", " ", shown)
        for command, text in HELPS.items():
            self.assertIn(re.search(r"^Usage: (losslens.*)", text, re.M)[1], shown)
            for option in options_of(command):
                line = re.search(rf"^  ({option}(?: \S+)?)(?:\s.*)?$", text, re.M)[1]
                self.assertIn(line, shown, command)

    def test_what_begins_a_line_is_no_macro(self):
        macros = {re.match(r"[.']\s*(\S*)", line)[1] for line in self.page.splitlines() if line[:1] in (".", "'")}
        self.assertLessEqual(macros, {"TH", "SH", "SS", "B", "BR", "I", "TP", "PP", "br", "nf", "fi"})


class CompletionTest(unittest.TestCase):
    """Lines as bash gives them to a completion: cut where it cuts, the cursor behind the last character."""

    SCRIPT = os.path.join(BUILT, "losslens.bash")
    CALL = r"""
source "$0"
compopt() { :; } # nothing is being completed here
COMP_LINE=$1 COMP_POINT=${#1} COMP_CWORD=$2
shift 2
COMP_WORDS=("$@")
_losslens
printf '%s\n' "${COMPREPLY[@]}"
"""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        for name in ("one.png", "two.txt", "with space.png", "weights.safetensors"):
            with open(os.path.join(self.folder, name), "w", encoding="ascii"):
                pass
        os.mkdir(os.path.join(self.folder, "set"))

    def complete(self, line):
        words = [word for part in re.split(r"(?<!\\)\s+", line) for word in re.findall(r"[^=]+|=", part) or [""]]
        if line.endswith("="):
            words.append("")
        result = run("bash", "--norc", "-c", self.CALL, self.SCRIPT, line, str(len(words) - 1), *words, cwd=self.folder)
        self.assertEqual(result.stderr, "")
        return sorted(result.stdout.split("\n")[:-1]) if result.stdout != "\n" else []

    def test_commands(self):
        self.assertEqual(self.complete("losslens tr"), ["train"])
        self.assertEqual(self.complete("losslens "), sorted({*(c.split()[0] for c in HELPS), "--version"}))
        for command in HELPS:
            if " " in command:
                first, second = command.split()
                self.assertIn(second, self.complete(f"losslens {first} "))
                self.assertEqual(self.complete(f"losslens {first} {second[:3]}"), [second])

    def test_options_of_every_command(self):
        for command in HELPS:
            expected = sorted(option for option in options_of(command) if option.startswith("--"))
            self.assertEqual([o for o in self.complete(f"losslens {command} --")], expected, command)
        self.assertIn("--heatmap", self.complete("losslens --he"))  # view may be left out
        self.assertEqual(self.complete("losslens shot --force --forc"), [])  # no option twice

    def test_values(self):
        self.assertEqual(self.complete("losslens shot --theme "), ["dark", "light"])
        self.assertEqual(self.complete("losslens shot --theme=l"), ["light"])
        self.assertEqual(self.complete("losslens train --isa av"), ["avx2", "avx512"])
        self.assertEqual(self.complete("losslens shot --epochs "), [])
        self.assertEqual(self.complete("losslens --heatmap bce,ms"), ["bce,mse"])
        self.assertEqual(self.complete("losslens film --view insp"), ["inspect"])

    def test_specs(self):
        self.assertEqual(self.complete("losslens train --model lo"), ["loss="])
        # behind an equals sign bash replaces only what follows it
        self.assertEqual(self.complete("losslens train --model loss=bc"), ["bce"])
        self.assertEqual(self.complete("losslens train --model loss=bce,ou"), ["bce,output="])
        self.assertEqual(self.complete("losslens --a loss=bce,output=sig"), ["sigmoid", "sigmoid2"])
        self.assertNotIn("bce,loss=", self.complete("losslens train --model loss=bce,"))
        self.assertEqual(self.complete("losslens train --model=loss=bce,opt"), ["bce,optimizer="])

    def test_files(self):
        self.assertEqual(self.complete("losslens train --init we"), ["weights.safetensors"])
        self.assertIn("builtin", self.complete("losslens data --data "))
        self.assertIn("set", self.complete("losslens data --data "))
        self.assertEqual(self.complete("losslens data export s"), ["set"])
        self.assertEqual(self.complete("losslens two"), ["two.txt"])
        self.assertEqual(self.complete("losslens view on"), ["one.png"])
        self.assertEqual(self.complete("losslens eval weig"), ["weights.safetensors"])
        self.assertEqual(self.complete("losslens report -o "), ["set"])
        self.assertIn("with space.png", self.complete("losslens shot -o with\\ s"))

    def test_in_a_shell(self):
        """In a terminal, with the keys of a user."""
        import pty
        process, terminal = pty.fork()
        if process == 0:
            os.chdir(self.folder)
            os.execvpe("bash", ["bash", "--norc", "--noprofile", "-i"], os.environ | {"PS1": "$ ", "TERM": "dumb"})
        os.write(terminal, f"bind 'set enable-bracketed-paste off'; losslens() {{ printf '<%s>' \"$@\"; echo; }}; source {self.SCRIPT}\n".encode())
        os.write(terminal, b"losslens fil\t--vie\tmat\t--a loss=ms\t --digit=one\t\n")
        os.write(terminal, b"losslens shot -o wi\t\nexit\n")
        said = b""
        try:
            while part := os.read(terminal, 65536):
                said += part
        except OSError:  # that is how a terminal ends
            pass
        os.waitpid(process, 0)
        os.close(terminal)
        self.assertIn(b"<film><--view><matrix><--a><loss=mse><--digit=one.png>", said, said.decode())
        self.assertIn(b"<shot><-o><with space.png>", said, said.decode())


def has(tool):
    return unittest.skipUnless(shutil.which(tool), f"{tool} is not there")


class DescriptionTest(unittest.TestCase):
    """What tells a desktop what the program is."""

    def test_the_subtitle_is_the_programs(self):
        subtitle = run(LOSSLENS, "--help").stdout.split("\n")[0].removeprefix("losslens: ")
        with open(os.path.join(BUILT, "losslens.desktop"), encoding="utf-8") as file:
            self.assertIn(f"Comment={subtitle}\n", file.read())
        self.assertEqual(ElementTree.parse(os.path.join(BUILT, "losslens.metainfo.xml")).findtext("summary"), subtitle)

    @has("desktop-file-validate")
    def test_desktop_entry(self):
        result = run("desktop-file-validate", os.path.join(BUILT, "losslens.desktop"))
        self.assertEqual((result.returncode, result.stdout + result.stderr), (0, ""))

    @has("appstreamcli")
    def test_metainfo(self):
        result = run("appstreamcli", "validate", "--no-net", os.path.join(BUILT, "losslens.metainfo.xml"))
        self.assertEqual(result.returncode, 0, result.stdout)

    @has("update-mime-database")
    def test_files_are_known(self):
        with tempfile.TemporaryDirectory() as folder:
            os.makedirs(os.path.join(folder, "mime", "packages"))
            shutil.copy(os.path.join(SOURCE, "mime.xml"), os.path.join(folder, "mime", "packages", "losslens.xml"))
            result = run("update-mime-database", os.path.join(folder, "mime"), env=os.environ | {"XDG_DATA_HOME": folder})
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            with open(os.path.join(folder, "mime", "globs2"), encoding="utf-8") as file:
                self.assertIn("application/x-safetensors:*.safetensors", file.read())
        with open(os.path.join(BUILT, "losslens.desktop"), encoding="utf-8") as file:
            self.assertRegex(file.read(), r"\nMimeType=application/x-safetensors;image/png;inode/directory;\n")

    def test_icon(self):
        """The PNGs are the SVG's pixels, each of them one colour, and the left is the left model's."""
        pictures = {}
        for side in (16, 32, 48, 128, 256):
            with Image.open(os.path.join(BUILT, f"losslens-{side}.png")) as picture:
                self.assertEqual(picture.size, (side, side))
                pictures[side] = numpy.asarray(picture.convert("RGBA"))
        small = pictures[16]
        for side, picture in pictures.items():
            unit = side // 16
            inner = picture[3 * unit:13 * unit, 3 * unit:13 * unit]
            self.assertTrue((inner == small[3:13, 3:13].repeat(unit, 0).repeat(unit, 1)).all(), side)
            self.assertLess(picture[0, 0, 3], 32)
        foot = small[14].astype(int)  # the digit's last row
        self.assertTrue((foot[2:8, 2] > foot[2:8, 0] + 100).all() and (foot[8:14, 0] > foot[8:14, 2] + 100).all())


@has("dpkg-deb")
class PackageTest(unittest.TestCase):
    """The Debian package, as cpack makes it from this build."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        result = run("cpack", "-G", "DEB", "-B", folder.name, cwd=os.path.dirname(LOSSLENS))
        assert result.returncode == 0, result.stdout + result.stderr
        names = [name for name in os.listdir(folder.name) if name.endswith(".deb")]
        assert len(names) == 1, names
        cls.package, cls.root = os.path.join(folder.name, names[0]), os.path.join(folder.name, "root")
        subprocess.run(["dpkg-deb", "-x", cls.package, cls.root], check=True)

    def field(self, name):
        return run("dpkg-deb", "-f", self.package, name).stdout.strip()

    def test_fields(self):
        version = run(LOSSLENS, "--version").stdout.split()[1]
        architecture = run("dpkg", "--print-architecture").stdout.strip()
        self.assertEqual(os.path.basename(self.package), f"losslens_{self.field('Version')}_{architecture}.deb")
        self.assertRegex(self.field("Version"), rf"^{re.escape(version)}-[0-9]+$")
        self.assertEqual((self.field("Package"), self.field("Architecture")), ("losslens", architecture))
        depends = re.findall(r"(?:^|, )([a-z0-9.+-]+)", self.field("Depends"))
        for name in ("libc6", "libsdl2-2.0-0", "libsdl2-ttf-2.0-0", "libepoxy0", "libjansson4", "libegl1", "libgl1-mesa-dri"):
            self.assertIn(name, depends)
        self.assertTrue(self.field("Description").startswith("what the loss does to the picture\n"))

    def test_contents(self):
        found = {os.path.relpath(os.path.join(folder, name), self.root)
                 for folder, _, names in os.walk(self.root) for name in names}
        share = "usr/share/"
        icons = {f"{share}icons/hicolor/{side}x{side}/apps/losslens.png" for side in (16, 32, 48, 128, 256)}
        self.assertEqual(found, icons | {"usr/bin/losslens"} | {share + name for name in (
            "applications/losslens.desktop", "metainfo/losslens.metainfo.xml", "mime/packages/losslens.xml",
            "icons/hicolor/scalable/apps/losslens.svg", "man/man1/losslens.1.gz", "bash-completion/completions/losslens",
            "doc/losslens/copyright", "doc/losslens/changelog.Debian.gz")})
        result = run(os.path.join(self.root, "usr/bin/losslens"), "--version")
        self.assertEqual(result.stdout, run(LOSSLENS, "--version").stdout)
        with open(os.path.join(self.root, share, "doc/losslens/copyright"), encoding="utf-8") as file:
            text = file.read()
        for part in ("Inter Project Authors", "JetBrains Mono Project Authors", "\nLicense: OFL-1.1\n PREAMBLE\n",
                     "\nLicense: Apache-2.0\n Licensed to the Apache"):
            self.assertIn(part, text)
        self.assertNotIn("@", re.sub(r"<\S+@\S+>", "", text))

    @has("lintian")
    def test_lintian(self):
        result = run("lintian", "--allow-root", "--fail-on", "error", self.package)
        self.assertEqual(result.returncode, 0, result.stdout)


if __name__ == "__main__":
    unittest.main()
