#!/usr/bin/env python3
"""Pictures in: every format as Pillow writes it, EXIF, gamma, sizes and what is no picture, through picture_probe, and
`shot --digit` with its corrections.

Usage: ink_test.py PATH_TO_LOSSLENS PATH_TO_PICTURE_PROBE
"""
import json
import os
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zlib

import numpy as np
from PIL import Image, ImageOps, PngImagePlugin

LOSSLENS, PROBE = (os.path.abspath(sys.argv.pop(1)) for _ in range(2))
FOLDER = tempfile.TemporaryDirectory(prefix="losslens-ink-")
Image.MAX_IMAGE_PIXELS = None


def path(name):
    return os.path.join(FOLDER.name, name)


def probe(*files, options=()):
    result = subprocess.run([PROBE, *options, *files], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(lines) == len(files)
    return lines


def grey(line):
    return np.array(line["grey"]).reshape(line["size"][::-1])


def luma(image):
    return np.asarray(image.convert("RGB"), float) @ [0.2126, 0.7152, 0.0722] / 255


def write(name, data):
    with open(path(name), "wb") as file:
        file.write(data)
    return path(name)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(rows, depth, colour, *chunks, width, height, interlace=0):
    """A PNG of raw scanlines without filters."""
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)) +
            b"".join(chunk(*c) for c in chunks) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def picture(width=90, height=60):
    """Colours everywhere, and something that tells up from down and left from right."""
    y, x = np.mgrid[0:height, 0:width]
    rgb = np.stack([40 + 2 * x, 20 + 3 * y, 250 - x - y], -1).astype(np.uint8)
    rgb[5:15, 5:40] = 255
    rgb[5:50, 5:12] = 0
    return Image.fromarray(rgb)


class FormatsTest(unittest.TestCase):
    def near(self, line, expected, within):
        self.assertNotIn("error", line)
        self.assertEqual(line["size"], list(expected.shape[::-1]))
        self.assertLessEqual(np.abs(grey(line) - expected).max(), within)

    def test_reading_can_be_given_up(self):
        """Between its pieces, in every format, and long before the end."""
        noise = np.random.default_rng(2).integers(0, 256, (900, 1200, 3), np.uint8)
        for ending, options in (("jpg", {"quality": 95}), ("webp", {"quality": 90}), ("bmp", {}), ("png", {})):
            Image.fromarray(noise).save(path("noise." + ending), **options)
            for reports in (1, 3):
                line, = probe(path("noise." + ending), options=("--give-up", str(reports)))
                self.assertEqual((line.get("error"), line["reports"]), ("cancelled", reports + 1), ending)
            line, = probe(path("noise." + ending), options=("--give-up", "1000000"))
            self.assertGreater(line["reports"], 3, ending)

    def test_formats(self):
        image = picture()
        rgba = image.copy()
        rgba.putalpha(Image.fromarray(np.tile(np.arange(90, dtype=np.uint8) * 2, (60, 1))))
        saves = {"rgb.png": {}, "lossless.webp": {"lossless": True}, "rgb.bmp": {}, "quality.jpg": {"quality": 95, "subsampling": 0},
                 "progressive.jpg": {"quality": 95, "subsampling": 0, "progressive": True}, "lossy.webp": {"quality": 95},
                 "jpeg.png": {"format": "JPEG", "quality": 95}, "png.jpg": {"format": "PNG"}, "none": {"format": "WEBP", "lossless": True}}
        for name, options in saves.items():
            image.save(path(name), **options)
        within = {"quality.jpg": 0.05, "progressive.jpg": 0.05, "jpeg.png": 0.1, "lossy.webp": 0.1}
        for name, line in zip(saves, probe(*map(path, saves))):
            with self.subTest(name=name):
                self.near(line, luma(image), within.get(name, 1e-5))
                self.assertNotIn("alpha", line)
        grey8, indexed, bits = image.convert("L"), image.quantize(16), image.convert("1")
        others = {"grey.png": grey8, "grey.jpg": grey8, "grey.bmp": grey8, "indexed.png": indexed, "indexed.bmp": indexed,
                  "indexed.gif": indexed, "bits.png": bits, "bits.bmp": bits, "bits.gif": bits}
        for name, kind in others.items():
            kind.save(path(name), **({"quality": 95} if name.endswith("jpg") else {}))
        for (name, kind), line in zip(others.items(), probe(*map(path, others))):
            with self.subTest(name=name):
                self.near(line, luma(kind), 0.03 if name.endswith("jpg") else 1e-5)
        # As for print: with Adobe's segment the inks are stored inverted, without it as they are.
        inks = Image.merge("CMYK", (*image.convert("CMYK").split()[:3], Image.linear_gradient("L").resize(image.size)))
        inks.save(path("inks.jpg"), quality=95, subsampling=0)
        inverted = Image.merge("CMYK", [ImageOps.invert(channel) for channel in inks.split()])
        inverted.save(path("plain.jpg"), quality=95, subsampling=0)
        with open(path("plain.jpg"), "rb") as file:
            data = file.read()
        self.assertEqual(data[2:4], b"\xff\xee")
        for line in probe(path("inks.jpg"), write("plain.jpg", data[:2] + data[18:])):
            self.near(line, luma(inks), 0.05)
        for name in ("rgba.png", "rgba.webp"):
            rgba.save(path(name), **({"lossless": True, "exact": True} if name.endswith("webp") else {}))
            line, = probe(path(name))
            self.assertLessEqual(np.abs(np.array(line["alpha"]).reshape(60, 90) - np.asarray(rgba)[..., 3] / 255).max(), 1e-5)
            seen = np.asarray(rgba)[..., 3] > 0
            self.assertLessEqual(np.abs(grey(line) - luma(image))[seen].max(), 1e-5)
        key = image.quantize(8)
        key.save(path("key.gif"), transparency=3)
        line, = probe(path("key.gif"))
        with Image.open(path("key.gif")) as image:
            bare = np.asarray(image.convert("RGBA"))[..., 3] == 0
        self.assertTrue(bare.any())
        self.assertTrue(((np.array(line["alpha"]).reshape(60, 90) == 0) == bare).all())

    def test_animations_show_their_first_picture(self):
        frames = [picture(), ImageOps.invert(picture()), picture().rotate(180)]
        frames[0].save(path("a.webp"), save_all=True, append_images=frames[1:], lossless=True, duration=100)
        flat = [f.quantize(16) for f in frames]
        flat[0].save(path("a.gif"), save_all=True, append_images=flat[1:], duration=100)
        lines = probe(path("a.webp"), path("a.gif"))
        self.near(lines[0], luma(frames[0]), 1e-5)
        self.near(lines[1], luma(flat[0]), 1e-5)

    def test_depths_and_interlacing(self):
        rng = np.random.default_rng(1)
        for depth in (1, 2, 4, 8, 16):
            for width, height in ((1, 1), (3, 5), (8, 8), (37, 21)):
                values = rng.integers(0, 2 ** depth, (height, width))
                expected = np.round(values / (2 ** depth - 1) * 255) / 255
                files = []
                for interlace in (0, 1):
                    steps = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
                    passes = [values[y::dy, x::dx] for x, y, dx, dy in steps] if interlace else [values]
                    rows = b""
                    for part in passes:
                        for row in part if part.shape[1] else []:
                            bits = "".join(format(v, f"0{depth}b") for v in row)
                            bits += "0" * (-len(bits) % 8)
                            rows += b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")
                    files.append(write(f"{depth}{interlace}.png",
                                       png(rows, depth, 0, width=width, height=height, interlace=interlace)))
                for line in probe(*files):
                    self.near(line, expected, 1e-5)

    def test_orientation(self):
        image = picture()
        for kind, options in (("JPEG", {"quality": 95}), ("PNG", {}), ("WEBP", {"lossless": True})):
            files = []
            for orientation in range(0, 10):
                exif = Image.Exif()
                exif[0x112] = orientation
                image.save(path(f"{orientation}.{kind}"), format=kind, exif=exif, **options)
                files.append(path(f"{orientation}.{kind}"))
            for orientation, line in enumerate(probe(*files)):
                with self.subTest(kind=kind, orientation=orientation):
                    upright = ImageOps.exif_transpose(Image.open(files[orientation])) if 1 <= orientation <= 8 else \
                        Image.open(files[orientation])
                    self.near(line, luma(upright), 0.02 if kind == "JPEG" else 1e-5)

    def test_gamma(self):
        levels = np.arange(0, 256, 5)
        rows = b"\0" + bytes(levels.astype(np.uint8))
        for gamma in (1.0, 0.45455, 0.7):
            data = png(rows, 8, 0, (b"gAMA", struct.pack(">I", round(gamma * 100000))), width=len(levels), height=1)
            line, = probe(write("gamma.png", data))
            expected = (levels / 255) ** (1 / gamma / 2.2)
            self.near(line, expected[None], 1e-5 if gamma == 0.45455 else 0.006)
        data = png(rows, 8, 0, (b"sRGB", b"\0"), (b"gAMA", struct.pack(">I", 45455)), width=len(levels), height=1)
        self.near(probe(write("srgb.png", data))[0], levels[None] / 255, 1e-5)


class SizesTest(unittest.TestCase):
    def test_area_average(self):
        """Down to 1024 on the longer side: exactly the mean of what each pixel covers."""
        rng = np.random.default_rng(2)
        values = rng.integers(0, 256, (12, 3000)).astype(np.uint8)
        Image.fromarray(values).save(path("wide.png"))
        Image.fromarray(values.T.copy()).save(path("tall.png"))
        wide, tall = probe(path("wide.png"), path("tall.png"))
        self.assertEqual((wide["size"], tall["size"]), ([1024, 4], [4, 1024]))
        cumulated = np.zeros((13, 3001))
        cumulated[1:, 1:] = values.cumsum(0).cumsum(1) / 255
        x, y = np.linspace(0, 3000, 1025), np.linspace(0, 12, 5)
        columns = np.stack([np.interp(x, np.arange(3001), row) for row in cumulated])
        both = np.stack([np.interp(y, np.arange(13), column) for column in columns.T], -1)
        expected = np.diff(np.diff(both, axis=0), axis=1) / (3000 / 1024 * 3)
        self.assertLess(np.abs(grey(wide) - expected).max(), 1e-4)
        self.assertLess(np.abs(grey(tall) - expected.T).max(), 1e-4)

    def test_limits(self):
        """1x1 to 12,000x12,000, in bounded memory and time; one more is refused by the header alone."""
        flat = Image.new("L", (12000, 12000), 200)
        flat.save(path("flat.png"), compress_level=1)
        before = time.monotonic()
        line, = probe(path("flat.png"))
        self.assertEqual(line["size"], [1024, 1024])
        self.assertEqual(line["empty"], "it: no ink is to be seen, it is one shade of grey throughout")
        self.assertLess(line["peak"], 64 << 10, "KiB")
        self.assertLess(time.monotonic() - before, 30)
        one, = probe(write("one.png", png(b"\0\x80", 8, 0, width=1, height=1)))
        self.assertEqual((one["size"], one["empty"]), ([1, 1], "it: no ink is to be seen, it is one shade of grey throughout"))
        thin = png((b"\0" + bytes(12000)) * 1, 8, 0, width=12000, height=1)
        self.assertEqual(probe(write("thin.png", thin))[0]["size"], [1024, 1])
        head = struct.pack("<II", 40, 12001) + struct.pack("<iHHIIiiII", 10, 1, 24, 0, 0, 0, 0, 0, 0)
        large = {"wide.png": png(b"", 8, 0, width=12001, height=1), "tall.png": png(b"", 8, 0, width=1, height=2 ** 31 - 1),
                 "wide.bmp": b"BM" + bytes(8) + struct.pack("<I", 54) + head,
                 "wide.gif": b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0, 0, 0) + b"," + struct.pack("<HHHHB", 0, 0, 65535, 9, 0) + b"\x02\0;",
                 "wide.jpg": b"\xff\xd8\xff\xc0\0\x0b\x08" + struct.pack(">HH", 9, 65535) + b"\x01\x01\x11\0\xff\xd9"}
        for (name, data), line in zip(large.items(), probe(*(write(n, d) for n, d in large.items()))):
            with self.subTest(name=name):
                self.assertRegex(line["error"], r" is \d+ by \d+ pixels; 1 by 1 up to 12000 by 12000 are expected\.$")

    def test_digits_of_any_size(self):
        """The case that lost columns, and enlarging."""
        lines = np.zeros((200, 200), np.uint8)
        lines[40:160, 33:156:11] = 255
        Image.fromarray(lines).save(path("lines.png"))
        lines = lines.repeat(11, 0).repeat(11, 1)
        lines[:, np.arange(2200) % 11 != 5] = 0
        Image.fromarray(lines).save(path("fine.png"))
        small = np.zeros((8, 8), np.uint8)
        small[1:7, 3:5] = 200
        Image.fromarray(small).save(path("small.png"))
        found = probe(path("lines.png"), path("fine.png"), path("small.png"))
        for line in found[:2]:
            inked = (np.array(line["digit"]).reshape(28, 28) > 0).any(0)
            self.assertIn(inked.sum(), range(12, 21))  # each of the twelve lines
        self.assertAlmostEqual(sum(found[0]["digit"]), 12 * 119 * 400 / 122 ** 2, delta=3)
        # Those of the second would be dark grey at most: they were made thicker.
        self.assertLess(max(found[0]["digit"]), 0.25)
        self.assertGreater(max(found[1]["digit"]), 0.5)
        digit = np.array(found[2]["digit"]).reshape(28, 28)
        self.assertEqual(((digit > 0.2).any(1).sum(), (digit > 0.7).sum() > 50), (20, True))
        for line in found:  # the pad shows what the models see: both ways of reading it agree
            self.assertLess(np.abs(np.array(line["digit"]) - line["drawn"]).max(), 0.01)


class BadTest(unittest.TestCase):
    def test_no_pictures(self):
        good = {"a.png": {}, "a.jpg": {}, "a.bmp": {}, "a.gif": {}, "a.webp": {"lossless": True}}
        files, expected = [], []
        for name, options in good.items():
            picture().save(path(name), **options)
            with open(path(name), "rb") as file:
                data = file.read()
            for size in (30, len(data) // 2, len(data) - 2):
                files.append(write(f"cut{size}-{name}", data[:size]))
                expected.append(f"cut{size}-{name}.* (is damaged|is cut off)")
        for name, data, words in (("text.png", b"not a picture", "a PNG, JPEG, WebP, BMP or GIF picture"), ("zero.png", b"", "empty"),
                                  ("data.npy", b"\x93NUMPY\1\0", "NumPy"), ("zeros.png", bytes(1000), "picture")):
            files.append(write(name, data))
            expected.append(words)
        os.mkfifo(path("fifo.png"))
        os.symlink("nowhere", path("dangling.png"))
        files += [path("fifo.png"), "/dev/zero", FOLDER.name, path("dangling.png"), path("absent.png")]
        expected += ["FIFO", "device", "folder", "dangling", "absent"]
        scans = picture(16, 16)
        scans.save(path("p.jpg"), progressive=True)
        with open(path("p.jpg"), "rb") as file:
            data = file.read()
        at = data.index(b"\xff\xda")
        segment = data[at:at + 2 + data[at + 3]]
        files.append(write("scans.jpg", data[:at] + segment * 70 + data[at:]))
        expected.append("has [0-9]+ scans; at most 64")
        for file, words, line in zip(files, expected, probe(*files)):
            with self.subTest(file=file):
                self.assertRegex(line.get("error", str(line)), words)

    def test_bombs(self):
        """Chunks that unpack to much are skipped; a picture that ends early is cut off, not filled up."""
        bomb = zlib.compress(bytes(50 << 20))
        data = png(b"\0\x80", 8, 0, *[(b"zTXt", b"a\0\0" + bomb)] * 20, width=1, height=1)
        line, = probe(write("bomb.png", data))
        self.assertEqual(line["size"], [1, 1])
        self.assertLess(line["peak"], 40 << 10)
        line, = probe(write("short.png", png(bytes(1000), 8, 0, width=100, height=100)))
        self.assertRegex(line["error"], "short.png is damaged or cut off")


class CommandTest(unittest.TestCase):
    def shot(self, *arguments):
        env = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
        return subprocess.run([LOSSLENS, "shot", "--epochs", "0", "--limit", "64", "--size", "960x600", "--json", "--force", "-o",
                               path("shot.png"), *arguments], capture_output=True, text=True, timeout=120, env=env)

    def test_corrections(self):
        """What the models see is in the JSON; what was done is said there and on stderr."""
        y, x = np.mgrid[0:140, 0:100]
        page = (245 - 150 * (x / 100) * (1 - ((x > 40) & (x < 52) & (y > 20) & (y < 120)) * 0.9)).astype(np.uint8)
        page[20:32, 30:52] = 15
        Image.fromarray(page).save(path("page.jpg"), quality=95)
        result = self.shot("--digit", path("page.jpg"))
        self.assertEqual(result.returncode, 0, result.stderr)
        figures = json.loads(result.stdout)
        digit = np.array(figures["pad_input"])
        self.assertEqual((digit.shape, digit.min() >= 0, digit.max() <= 1, digit.max() > 0.8), ((784,), True, True, True))
        self.assertEqual(figures["notices"][0], "page.jpg is dark on light: inverted")
        self.assertEqual(["losslens: " + n for n in figures["notices"]], result.stderr.splitlines()[:len(figures["notices"])])
        by_probe, = probe(path("page.jpg"), options=("--invert", "1", "--turn", "90"))
        result = self.shot("--digit", path("page.jpg"), "--digit-turn", "90", "--digit-invert", "yes")
        figures = json.loads(result.stdout)
        self.assertLess(np.abs(np.array(figures["pad_input"]) - by_probe["digit"]).max(), 1e-6)
        self.assertGreater(np.abs(digit - by_probe["digit"]).max(), 0.5)
        self.assertIn("page.jpg was turned by 90 degrees", figures["notices"])

    def test_what_cannot_be(self):
        Image.new("L", (50, 50), 99).save(path("blank.png"))
        result = self.shot("--digit", path("blank.png"))
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertEqual(result.stderr, "losslens: blank.png: no ink is to be seen, it is one shade of grey throughout\n")
        for option in ("--digit-turn", "--digit-invert", "--digit-threshold"):
            result = self.shot(option, {"--digit-turn": "90", "--digit-invert": "yes"}.get(option, "0.5"))
            self.assertEqual(result.returncode, 2)
            self.assertIn(f"losslens: {option}: of which picture? --digit FILE says so", result.stderr)


if __name__ == "__main__":
    unittest.main()
