#!/usr/bin/env python3
"""`losslens film`: the frames of a training, as pictures in a folder and as an animated WebP, and what stops it.

Usage: film_test.py PATH_TO_LOSSLENS [unittest's arguments]
"""
import os
import resource
import signal
import struct
import subprocess
import sys
import threading
import unittest

from PIL import Image

import figures_reference as lab_reference
from cli_reference import read_bytes
from figures_reference import TRAIN_IMAGES, parse_json, read_picture, read_settings

PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 else "losslens"
SMALL = ["--size", "960x600"]
VIEWS = ["compare", "solo", "solo-b", "matrix", "inspect", "claims"]
LAB = None


def setUpModule():
    global LAB
    LAB = lab_reference.Lab(PROGRAM)


def tearDownModule():
    LAB.close()


def frame_names(count):
    return [f"frame-{i:05d}.png" for i in range(count)]


def read_tree(folder):
    """Everything in a folder: name -> bytes, None for a folder, where a link leads to."""
    found = {}
    for root, folders, files in os.walk(folder):
        for path in (os.path.join(root, name) for name in folders + files):
            is_link, is_folder = os.path.islink(path), os.path.isdir(path)
            found[path] = os.readlink(path) if is_link else None if is_folder else read_bytes(path)
    return found


def read_chunks(file):
    """The chunks of a RIFF file: [(name, bytes)]."""
    data = read_bytes(file)
    assert data[:4] == b"RIFF" and data[8:12] == b"WEBP" and struct.unpack("<I", data[4:8])[0] == len(data) - 8
    chunks, at = [], 12
    while at < len(data):
        size, = struct.unpack("<I", data[at + 4:at + 8])
        chunks.append((data[at:at + 4].decode(), data[at + 8:at + 8 + size]))
        at += 8 + size + size % 2
    assert at == len(data)
    return chunks


class FilmCase(unittest.TestCase):
    def film(self, place, *arguments):
        size = [] if "--size" in arguments else SMALL
        result = LAB.run_small("film", "-o", place, *size, *arguments)
        self.assertEqual((result.returncode, result.stdout), (0, place + "\n"), result.stderr)
        return result

    def read_frames(self, folder, count):
        """The settings of each frame, all of which are whole."""
        self.assertEqual(sorted(os.listdir(folder)), frame_names(count))
        return [read_settings(os.path.join(folder, name)) for name in frame_names(count)]

    def read_webp(self, file):
        """Size, frames, their durations, and the settings of the last."""
        with Image.open(file) as image:
            durations, frames = [], []
            for i in range(image.n_frames):
                image.seek(i)
                frames.append(image.convert("RGB").tobytes())
                durations.append(image.info["duration"])
            size = image.size
        settings = [parse_json(data.decode("ascii")) for name, data in read_chunks(file) if name == "JSON"]
        self.assertEqual(len(settings), 1)
        return size, frames, durations, settings[0]


class FramesTest(FilmCase):
    def test_a_frame_an_epoch(self):
        folder = LAB.new_path("")
        result = self.film(folder, "--epochs", 3, "--a", "batch=100")
        self.assertEqual(result.stderr.splitlines(), [f"film: frame {i} of 4" for i in range(1, 5)])
        for epoch, settings in enumerate(self.read_frames(folder, 4)):
            for side, per_epoch in (("a", 7), ("b", 3)):
                shown = settings[side]
                self.assertEqual((shown["epoch"], shown["step"], shown["test"]["epoch"]),
                                 (epoch, epoch * per_epoch, epoch))
                model = LAB.trained(shown["spec"], epoch)
                expected = model.measure(LAB.test_pixels)
                self.assertAlmostEqual(shown["test"]["bce"], expected["bce"], delta=2e-5 * expected["bce"])
            self.assertEqual(read_picture(os.path.join(folder, frame_names(4)[epoch])).shape, (600, 960, 3))

    def test_frames_show_the_models_of_their_epoch(self):
        """The digits of each frame are those of a picture at that epoch; the last frame is that picture whole."""
        arguments = ["--view", "solo", "--size", "1440x900", "--page", 1]
        folder = LAB.new_path("")
        self.film(folder, "--epochs", 3, *arguments)
        for epoch, name in enumerate(frame_names(4)):
            frame = read_picture(os.path.join(folder, name))
            figures = LAB.shot("--epochs", epoch, *arguments)
            model = LAB.trained(figures["a"]["spec"], epoch)
            t = LAB.test_pixels[figures["digits"][0]]
            colors = lab_reference.grey(model.outputs(t[None])[1][0])
            shot = read_picture(figures["file"])
            side, = [side for side in range(2, 8) if lab_reference.locate(frame, lab_reference.grey(t), side)]
            place, = lab_reference.locate(frame, colors, side)
            self.assertEqual(lab_reference.locate(shot, colors, side), [place])
            self.assertEqual(lab_reference.find_bad_pixels(frame, place, [colors], side).sum(), 0)
            # all grids of digits: the rows from the mode's buttons to where the plots begin
            top, bottom = 120, 520
            self.assertTrue((frame[top:bottom, 360:] == shot[top:bottom, 360:]).all(), epoch)
        self.assertTrue((frame == shot).all())

    def test_outputs_become_inputs_again(self):
        """Each frame shows what the trained model makes of what the frame before showed, as computed here."""
        folder = LAB.new_path("")
        result = self.film(folder, "--epochs", 2, "--iterate", 3, "--view", "solo", "--size", "1440x900")
        self.assertEqual(result.stderr.splitlines(), [f"film: frame {i} of 4" for i in range(1, 5)])
        picture = None
        for times, settings in enumerate(self.read_frames(folder, 4)):
            self.assertEqual((settings.get("fed_back", 0), settings["a"]["epoch"]), (times, 2))
            picture = LAB.test_pixels[0][None] if picture is None else output  # the digit on the pad
            output = LAB.trained(settings["a"]["spec"], 2).outputs(picture)[1]
            frame = read_picture(os.path.join(folder, frame_names(4)[times]))
            colors = lab_reference.grey(output[0])
            self.assertTrue(any(len(lab_reference.locate(frame, colors, side)) for side in range(8, 20)), times)
        again = LAB.shot("--from", os.path.join(folder, frame_names(4)[3]), "--size", "1440x900")
        self.assertTrue((read_picture(again["file"]) == frame).all())

    def test_what_cannot_be_fed_back(self):
        for arguments, part in ((["--iterate", 3, "--every", 2], "--every 2"), (["--iterate", 0], "from 1 to 200"),
                                (["--iterate", 201], "from 1 to 200"), (["--iterate", 3, "--view", "matrix"], "--view matrix")):
            result = LAB.run_small("film", "-o", LAB.new_path(""), *arguments)
            self.assertEqual((result.returncode, result.stdout), (2, ""))
            self.assertIn(part, result.stderr.splitlines()[0])

    def test_every_view(self):
        for view in VIEWS:
            for name in (LAB.new_path(""), LAB.new_path(".webp")):
                with self.subTest(view=view, name=name):
                    self.film(name, "--view", view, "--epochs", 1, "--limit", 300)
                    figures = LAB.shot("--view", view, "--epochs", 1, "--limit", 300)
                    last = read_picture(figures["file"])
                    if name.endswith(".webp"):
                        _, frames, _, settings = self.read_webp(name)
                        self.assertEqual(len(frames), 2)
                        self.assertEqual(frames[1], last.astype("uint8").tobytes())
                    else:
                        settings = self.read_frames(name, 2)[1]
                        self.assertTrue((read_picture(os.path.join(name, frame_names(2)[1])) == last).all())
                    self.assertEqual(settings, read_settings(figures["file"]))
                    self.assertEqual(settings["view"], view)

    def test_every_so_many_batches(self):
        for every, steps in ((4, [0, 4, 8, 12, 14]), (7, [0, 7, 14]), (100, [0, 14]), (1, list(range(15)))):
            folder = LAB.new_path("")
            arguments = ["--view", "solo-b", "--b", "batch=100", "--epochs", 2, "--every", every]
            self.film(folder, *arguments)
            frames = self.read_frames(folder, len(steps))
            self.assertEqual([settings["b"]["step"] for settings in frames], steps)
            for settings in frames:
                if settings["b"]["step"] % 7 == 0:
                    model = LAB.trained(settings["b"]["spec"], settings["b"]["step"] // 7)
                    expected = model.measure(LAB.test_pixels)["mse"]
                    self.assertAlmostEqual(settings["b"]["test"]["mse"], expected, delta=2e-5 * expected)

    def test_models_with_epochs_of_their_own(self):
        """Steps are counted in each model's batches, until the one that takes the most has its epochs."""
        folder = LAB.new_path("")
        self.film(folder, "--a", "batch=100", "--b", "batch=350", "--epochs", 2, "--every", 3)
        frames = self.read_frames(folder, 6)
        self.assertEqual([(settings["a"]["step"], settings["b"]["step"]) for settings in frames],
                         [(0, 0), (3, 3), (6, 4), (9, 4), (12, 4), (14, 4)])

    def test_inside_an_epoch(self):
        """Batches in the data's order: N of them are an epoch of the first N * batch images."""
        folder = LAB.new_path("")
        self.film(folder, "--view", "solo", "--a", "batch=100", "--no-shuffle", "--epochs", 1, "--every", 2)
        for settings in self.read_frames(folder, 5)[1:]:
            step = settings["a"]["step"]
            limit = min(TRAIN_IMAGES, 100 * step)
            model = LAB.trained(settings["a"]["spec"], 1, "--no-shuffle", "--limit", limit)
            for key in ("bce", "mse", "mae", "bias"):
                expected = model.measure(LAB.test_pixels)[key]
                self.assertAlmostEqual(settings["a"]["test"][key], expected, delta=2e-5 * abs(expected) + 1e-6)

    def test_the_same_film_twice(self):
        films = []
        for _ in range(2):
            folder = LAB.new_path("")
            self.film(folder, "--epochs", 2)
            films.append([read_bytes(os.path.join(folder, name)) for name in frame_names(3)])
        self.assertEqual(films[0], films[1])

    def test_how_a_picture_became(self):
        """Its settings are the film's, which ends at its models."""
        shot = LAB.shot("--epochs", 2, "--a", "layers=8", "--view", "solo", "--step", 2)
        folder = LAB.new_path("")
        self.film(folder, "--from", shot["file"])
        frames, was = self.read_frames(folder, 3), read_settings(shot["file"])
        self.assertEqual([frame["a"]["epoch"] for frame in frames], [0, 1, 2])
        self.assertEqual([frame["view"] for frame in frames], [was["view"]] * 3)
        self.assertEqual((frames[2]["a"]["step"], "past_step" in frames[2]), (was["newest_step"], False))

    def test_a_model_that_breaks(self):
        """The film goes on with the other; the broken one stays at what it was."""
        folder = LAB.new_path("")
        self.film(folder, "--epochs", 2, "--a", "loss=mse,output=linear,optimizer=sgd,lr=100,batch=4,layers=64,32,64")
        frames = self.read_frames(folder, 3)
        self.assertNotIn("broken_step", frames[0]["a"])
        self.assertGreater(frames[2]["a"]["broken_step"], 0)
        self.assertEqual(frames[2]["b"]["epoch"], 2)


class WebpTest(FilmCase):
    def test_frames_and_durations(self):
        folder, file = LAB.new_path(""), LAB.new_path(".webp")
        self.film(folder, "--epochs", 3)
        self.film(file, "--epochs", 3)
        size, frames, durations, settings = self.read_webp(file)
        self.assertEqual((size, durations), ((960, 600), [125, 125, 125, 250]))  # the last stays for twice as long
        for name, frame in zip(frame_names(4), frames, strict=True):
            self.assertEqual(frame, read_picture(os.path.join(folder, name)).astype("uint8").tobytes(), name)
        self.assertEqual(settings, read_settings(os.path.join(folder, "frame-00003.png")))

    def test_many_frames(self):
        """More than the encoder is given at a time: the same pictures, one after another, without end."""
        arguments = ["--view", "solo", "--a", "batch=100", "--epochs", 10, "--every", 1]
        folder, file = LAB.new_path(""), LAB.new_path(".webp")
        self.film(folder, *arguments)
        self.film(file, *arguments)
        _, frames, durations, _ = self.read_webp(file)
        self.assertEqual(durations, [125] * 70 + [250])
        for name, frame in zip(frame_names(71), frames, strict=True):
            self.assertEqual(frame, read_picture(os.path.join(folder, name)).astype("uint8").tobytes(), name)
        with Image.open(file) as image:
            self.assertEqual(image.info["loop"], 0)
        chunks = [name for name, _ in read_chunks(file)]
        self.assertEqual(chunks, ["VP8X", "ANIM", *["ANMF"] * 71, "JSON"])

    def measure_peak(self, frames):
        """MB at most in memory while a film of so many frames is made."""
        file = LAB.new_path(".webp")
        process = LAB.start("film", "--data", LAB.data, "-o", file, *SMALL, "--view", "solo", "--a", "batch=7",
                            "--epochs", 1, "--limit", 7 * (frames - 1), "--every", 1, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)
        guard = threading.Timer(120, process.kill)
        guard.start()
        _, status, usage = os.wait4(process.pid, 0)
        guard.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        self.assertEqual([name for name, _ in read_chunks(file)].count("ANMF"), frames)
        return usage.ru_maxrss / 1024

    def test_memory(self):
        """A film of three times as many frames takes no more: far from what their pictures would."""
        few, many = self.measure_peak(33), self.measure_peak(99)
        pictures = (99 - 33) * 960 * 600 * 4 / 2**20
        self.assertLess(many - few, pictures / 2)  # on a busy machine what threads hold at a time varies by some 40 MB

    def test_begins_untrained(self):
        """The first frame comes before the first batch, however quickly a model trains: the same film every time."""
        films = set()
        for _ in range(8):
            file = LAB.new_path(".webp")
            self.film(file, "--view", "solo", "--epochs", 1, "--limit", 300)
            self.assertEqual(len(self.read_webp(file)[1]), 2)
            films.add(read_bytes(file))
        self.assertEqual(len(films), 1)

    def test_speed(self):
        for fps, expected in ((0.5, [2000, 4000]), (30, [33, 66]), (60, [16, 33])):
            file = LAB.new_path(".webp")
            self.film(file, "--epochs", 1, "--fps", fps, "--size", "1000x620")
            size, _, durations, _ = self.read_webp(file)
            self.assertEqual((size, durations), ((1000, 620), expected))


class RefusalTest(FilmCase):
    def refuse(self, place, *arguments, contains, status=1, watched=None, **options):
        watched = watched or LAB.folder
        before = read_tree(watched)
        result = LAB.run_small("film", "-o", place, *SMALL, "--epochs", 2, *arguments, **options)
        self.assertEqual((result.returncode, result.stdout), (status, ""), result.stderr)
        sentences = [line for line in result.stderr.splitlines() if not line.startswith("film: frame")]
        self.assertTrue(sentences and sentences[0].startswith("losslens: "), result.stderr)
        self.assertIn(contains, sentences[0])
        after = read_tree(watched)
        changed = [path for path in before.keys() | after.keys() if before.get(path, "") != after.get(path, "")]
        self.assertEqual(changed, [])
        return result

    def test_a_file_that_is_there(self):
        file = LAB.path("taken.webp")
        with open(file, "w") as stream:
            stream.write("precious")
        self.refuse(file, contains="taken.webp")
        os.symlink("nowhere", LAB.path("link.webp"))
        self.refuse(LAB.path("link.webp"), contains="link.webp")

    def test_a_frame_that_is_there(self):
        """The first or a later one: then no frame is written."""
        for name in ("frame-00000.png", "frame-00001.png", "frame-00002.png"):
            with self.subTest(name=name):
                folder = LAB.new_path("")
                os.mkdir(folder)
                with open(os.path.join(folder, name), "w") as stream:
                    stream.write("precious")
                self.refuse(folder, contains=name, watched=folder)

    def test_a_second_film(self):
        self.film(LAB.path("film"), "--epochs", 1)
        result = self.refuse(LAB.path("film"), contains="frame-00000.png")
        self.assertNotIn("film: frame", result.stderr)  # before any training

    def test_other_files_of_a_folder_stay(self):
        folder = LAB.new_path("")
        os.mkdir(folder)
        with open(os.path.join(folder, "notes.txt"), "w") as stream:
            stream.write("precious")
        self.film(folder, "--epochs", 1)
        self.assertEqual(sorted(os.listdir(folder)), [*frame_names(2), "notes.txt"])
        self.assertEqual(read_bytes(os.path.join(folder, "notes.txt")), b"precious")

    def test_other_endings(self):
        for end in (".gif", ".png", ".mp4", ".webm", ".apng", ".mov", ".avi", ".jpg"):
            self.refuse(LAB.path("film" + end), contains="film" + end, status=2)

    def test_places_that_cannot_be_written(self):
        with open(LAB.path("file"), "w") as stream:
            stream.write("precious")
        for place in (LAB.path("file"), LAB.path("file/film"), "/dev/null/film", "/proc/film", "/proc/film.webp",
                      LAB.path("file/film.webp"), LAB.path("absent/film.webp"), LAB.path("y" * 300),
                      LAB.path("y" * 300 + ".webp")):
            with self.subTest(place=place):
                self.refuse(place, contains=os.path.basename(place)[:20])

    def test_folders_are_made(self):
        self.film(LAB.path("some/new/folder"), "--epochs", 1)
        self.read_frames(LAB.path("some/new/folder"), 2)

    def test_a_full_disk(self):
        """Files may grow to a few bytes alone: a sentence, and no part of a file."""
        def limit():
            lab_reference.restore_signals()
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it
            resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
        self.refuse(LAB.path("full.webp"), contains="full.webp", preexec_fn=limit)
        folder = LAB.new_path("")
        os.mkdir(folder)
        self.refuse(folder, contains="frame-00000.png", preexec_fn=limit)

    def test_wrong_arguments(self):
        self.refuse(LAB.path("none"), "--page", 100000, contains="--page 100000", status=2, watched=LAB.data)
        result = LAB.run("film", "--data", LAB.path("absent"), "-o", LAB.path("none2"), "--epochs", 1)
        self.assertEqual(result.returncode, 4, result.stderr)


class SignalsTest(FilmCase):
    def stop(self, place, number, *arguments):
        """Stops a film without end after its fourth frame; returns how many frames there are."""
        process = LAB.start("film", "--data", LAB.data, "-o", place, *SMALL, "--epochs", 100000, *arguments)
        for line in process.stderr:
            if line.startswith("film: frame 4 of"):
                break
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, out), (128 + number, place + "\n"), err)
        sentence, = [line for line in err.splitlines() if line.startswith("losslens: ")]
        self.assertRegex(sentence, r"stopped after \d+ of 100001 frames")
        return int(sentence.split("stopped after ")[1].split()[0])

    def test_stopped_frames(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            folder = LAB.new_path("")
            count = self.stop(folder, number)
            self.assertGreaterEqual(count, 4)
            self.assertEqual([settings["a"]["epoch"] for settings in self.read_frames(folder, count)],
                             list(range(count)))

    def test_stopped_webp(self):
        os.mkdir(LAB.path("stopped"))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            file = LAB.path(f"stopped/{number}.webp")
            count = self.stop(file, number)
            _, frames, durations, settings = self.read_webp(file)
            self.assertEqual((len(frames), durations), (count, [125] * count))
            self.assertEqual(settings["a"]["epoch"], count - 1)
        self.assertEqual(len(os.listdir(LAB.path("stopped"))), 3)

    def test_stopped_before_the_first_frame(self):
        """While the data is being read or the models are being made: nothing is left."""
        file = LAB.new_path(".webp")
        process = LAB.start("film", "-o", file, *SMALL, "--epochs", 1, "--a", "layers=2048,2048,2048")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        self.assertIn(process.returncode, (-signal.SIGTERM, 143))
        self.assertFalse(os.path.exists(file))
        self.assertEqual([name for name in os.listdir(LAB.folder) if name.endswith(".part")], [])


if __name__ == "__main__":
    unittest.main()
