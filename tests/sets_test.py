#!/usr/bin/env python3
"""Data sets in the forms in which people have them: sets_test.py LOSSLENS.

Each is made here, opened with --data and exported; the bytes that come out are held against what numpy makes of the
same images. Then what is no data set, or a hostile one."""
import gzip
import io
import json
import os
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import unittest
import unittest.mock
import zipfile

import numpy as np
from PIL import Image

PROGRAM = sys.argv.pop(1)
FOLDER = tempfile.mkdtemp(prefix="losslens-sets-")
RANDOM = np.random.default_rng(3)
NAMES = {"x_train": "train-images-idx3-ubyte", "y_train": "train-labels-idx1-ubyte",
         "x_test": "t10k-images-idx3-ubyte", "y_test": "t10k-labels-idx1-ubyte"}


def path(name):
    return os.path.join(FOLDER, name)


def write(name, data):
    os.makedirs(os.path.dirname(path(name)), exist_ok=True)
    with open(path(name), "wb") as file:
        file.write(data)
    return path(name)


def run(*arguments, **options):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, errors="replace", timeout=60,
                          **options)


def pack_idx(array, code=None):
    codes = {"uint8": 8, "int8": 9, "int16": 11, "int32": 12, "float32": 13, "float64": 14}
    array = np.asarray(array)
    return (bytes([0, 0, code or codes[array.dtype.name], array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) +
            array.astype(array.dtype.newbyteorder(">")).tobytes())


def pack_npy(array, **options):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, **options)
    return file.getvalue()


def pack_zip(files, method=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


def pack_tar(files, mode="w:gz"):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            if isinstance(data, bytes):
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
            else:
                entry.type, entry.linkname = tarfile.SYMTYPE, data
                archive.addfile(entry)
    return file.getvalue()


def make_digits(count, side=28):
    """Strokes on black: mostly zero, taller than wide."""
    images = np.zeros((count, side, side), np.uint8)
    for image in images:
        column = RANDOM.integers(side // 3, side // 2)
        image[side // 7:-side // 7, column:column + 2] = RANDOM.integers(60, 256)
        image[RANDOM.integers(side // 4, side // 2), column:column + side // 4] = 255
    return images


TRAIN, TEST = make_digits(36), make_digits(12)
SET = {"x_train": TRAIN, "y_train": np.arange(36, dtype=np.uint8) % 10, "x_test": TEST,
       "y_test": np.arange(12, dtype=np.uint8) % 10}


def pack_set(arrays=SET, rename=lambda name: name, packed=False):
    files = {rename(NAMES[key]): pack_idx(array) for key, array in arrays.items()}
    return {name + ".gz" * packed: gzip.compress(data) if packed else data for name, data in files.items()}


def write_files(folder, files):
    for name, data in files.items():
        write(os.path.join(folder, name), data)
    return path(folder)


class Case(unittest.TestCase):
    def open(self, data, *options, where=None):
        """What --data gives: the arrays, and the notices."""
        shutil.rmtree(path("out"), ignore_errors=True)
        result = run("data", "export", path("out"), "--data", data, *options)
        self.assertEqual(result.returncode, 0, (data, result.stderr))
        shown = run("data", "--json", "--data", data, *options)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        notices = json.loads(shown.stdout)["notices"]
        self.assertEqual(result.stderr, "".join(f"losslens: {notice}\n" for notice in notices))
        arrays = {}
        for key, name in NAMES.items():
            if os.path.exists(path(f"out/{name}.gz")):
                data = gzip.open(path(f"out/{name}.gz")).read()
                shape = struct.unpack(f">{data[3]}I", data[4:4 + 4 * data[3]])
                arrays[key] = np.frombuffer(data[4 + 4 * data[3]:], {8: "u1", 12: ">i4"}[data[2]]).reshape(shape)
        return arrays, " | ".join(notices), json.loads(shown.stdout)

    def same(self, data, *options, expected=SET, notice=None):
        arrays, notices, facts = self.open(data, *options)
        self.assertEqual(sorted(arrays), sorted(expected))
        for key, array in expected.items():
            np.testing.assert_array_equal(arrays[key], array, f"{data}: {key}")
        if notice is None:
            self.assertEqual(notices, "", data)
        else:
            self.assertIn(notice, notices)
        return facts

    def refuse(self, data, *contains, options=()):
        result = run("data", "--data", data, *options)
        self.assertEqual(result.returncode, 4, (data, result.stdout[:200], result.stderr))
        self.assertRegex(result.stderr, r"\Alosslens: [^\n]+\n\Z")
        for words in contains:
            self.assertIn(words, result.stderr)


class FoundTest(Case):
    def test_idx_wherever_it_lies(self):
        write_files("torch/MNIST/raw", {**pack_set(), **pack_set(packed=True)})
        self.same(path("torch"))
        self.same(path("torch/MNIST"))
        self.same(path("torch/MNIST/raw"))
        for packed in (False, True):
            own = {f"{name}/{name.replace('-idx', '.idx')}": data for name, data in pack_set(packed=packed).items()}
            self.same(write_files(f"own{packed}", own))
        for name in pack_set():
            self.same(path(f"torch/MNIST/raw/{name}"))
        write_files("torch/FashionMNIST/raw", pack_set())
        self.refuse(path("torch"), "holds 2 data sets: FashionMNIST/raw, MNIST/raw",
                    "--data " + path("torch/FashionMNIST/raw/train-images-idx3-ubyte"))
        self.same(path("torch/FashionMNIST"))
        os.makedirs(path("linked"))
        os.symlink(path("torch/MNIST"), path("linked/elsewhere"))
        self.same(path("linked"))

    def test_emnist(self):
        turned = {key: array.transpose(0, 2, 1) if key[0] == "x" else array + 1 for key, array in SET.items()}
        emnist = lambda kind: pack_set(turned, lambda name: f"emnist-{kind}-" + name.replace("t10k", "test"), True)
        expected = {**SET, "y_train": SET["y_train"] + 1, "y_test": SET["y_test"] + 1}
        write_files("emnist", emnist("letters"))
        facts = self.same(path("emnist"), expected=expected, notice="EMNIST, which stores them so; --turn none")
        self.assertEqual(facts["train"]["labels"]["10"], 3)
        self.same(path("emnist"), "--turn", "none", expected={**turned})
        write_files("emnist", emnist("digits"))
        self.refuse(path("emnist"), "holds 2 data sets: emnist-digits, emnist-letters", "emnist-digits-t")
        one = path("emnist/emnist-letters-train-images-idx3-ubyte.gz")
        self.same(one, expected=expected, notice="transposed")
        archive = write("gzip.zip", pack_zip({f"gzip/{name}": data for name, data in
                                              {**emnist("letters"), **emnist("digits")}.items()}))
        self.refuse(archive, "gzip/emnist-digits, gzip/emnist-letters")
        self.same(archive + "/gzip/emnist-letters-train-images-idx3-ubyte.gz", expected=expected, notice="transposed")
        # Under other names letters are told from their labels and from lying on their side; upright ones stay.
        letters = {"y_train": np.arange(36, dtype=np.uint8) % 26 + 1, "y_test": np.arange(12, dtype=np.uint8) + 1}
        write_files("renamed", pack_set({**turned, **letters}))
        self.same(path("renamed"), expected={**SET, **letters}, notice="lie on their side")
        write_files("upright", pack_set({**SET, **letters}))
        self.same(path("upright"), expected={**SET, **letters})

    def test_turns(self):
        folder = write_files("turns", pack_set())
        for word, turn in {"transpose": lambda image: image.T, "left": np.rot90, "right": lambda image: np.rot90(image, 3),
                           "half": lambda image: np.rot90(image, 2)}.items():
            expected = {key: np.stack([turn(image) for image in array]) if key[0] == "x" else array
                        for key, array in SET.items()}
            self.same(folder, "--turn", word, expected=expected, notice=f"--turn {word}")

    def test_digits_on_their_side(self):
        """Told from the digits that the program draws itself."""
        self.assertEqual(run("data", "export", path("builtin")).returncode, 0)
        images = gzip.open(path("builtin/t10k-images-idx3-ubyte.gz")).read()
        images = np.frombuffer(images[16:16 + 784 * 600], np.uint8).reshape(-1, 28, 28)
        labels = np.frombuffer(gzip.open(path("builtin/t10k-labels-idx1-ubyte.gz")).read()[8:608], np.uint8)
        digits = {"x_train": images[:500], "y_train": labels[:500], "x_test": images[500:], "y_test": labels[500:]}
        turned = {key: array.transpose(0, 2, 1) if key[0] == "x" else array for key, array in digits.items()}
        self.same(write_files("standing", pack_set(digits)), expected=digits)
        self.same(write_files("lying", pack_set(turned)), expected=digits, notice="lie on their side")

    def test_labels_of_any_value(self):
        columns = np.stack([SET["y_train"].astype(np.int32)] + [RANDOM.integers(0, 99, 36, np.int32)] * 7, 1)
        files = pack_set()
        files["train-labels-idx1-ubyte"] = pack_idx(columns)
        self.same(write_files("qmnist", files), notice="of the 8 columns of the labels the first")
        names = {"train-images-idx3-ubyte": "qmnist-train-images-idx3-ubyte", "train-labels-idx1-ubyte":
                 "qmnist-train-labels-idx2-int", "t10k-images-idx3-ubyte": "qmnist-test-images-idx3-ubyte",
                 "t10k-labels-idx1-ubyte": "qmnist-test-labels-idx2-int"}
        self.same(write_files("qmnist2", {names[name]: data for name, data in files.items()}), notice="8 columns")
        strange = np.array([-5, 1000000] * 18, np.int32)
        files["train-labels-idx1-ubyte"] = pack_idx(strange)
        facts = self.same(write_files("strange", files), expected={**SET, "y_train": strange})
        self.assertEqual(facts["train"]["labels"], {"-5": 18, "1000000": 18})
        self.assertEqual(facts["test"]["labels"], [2, 2] + [1] * 8)
        self.assertRegex(run("data", "--data", path("strange")).stdout, r"(?m)^label -5 +18 +0$")

    def test_several_members(self):
        files = pack_set()
        half = len(files["train-images-idx3-ubyte"]) // 2
        for name, data in files.items():
            files[name] = gzip.compress(data[:half]) + gzip.compress(b"") + gzip.compress(data[half:])
        self.same(write_files("members", files))


class FormsTest(Case):
    def test_npz(self):
        for name, save in {"stored": np.savez, "deflated": np.savez_compressed}.items():
            for keys in (list(SET), ["train_images", "train_labels", "test_images", "test_labels"],
                         ["Xtrain", "ytrain", "Xtest", "ytest"], ["train_img", "train_lbl", "test_img", "test_lbl"], ["arr_0", "arr_1", "arr_2", "arr_3"]):
                file = io.BytesIO()
                save(file, **dict(zip(keys, SET.values())))
                self.same(write(f"npz/{name}-{keys[0]}/mnist.npz", file.getvalue()))
                self.same(path(f"npz/{name}-{keys[0]}"))
        pieces = {"kmnist-train-imgs": "x_train", "kmnist-train-labels": "y_train", "kmnist-test-imgs": "x_test",
                  "kmnist-test-labels": "y_test"}
        for name, key in pieces.items():
            write(f"kmnist/{name}.npz", pack_zip({"arr_0.npy": pack_npy(SET[key])}))
        self.same(path("kmnist"))
        write_files("npz/stored-x_train", pack_set({"x_train": TRAIN[:2], "x_test": TRAIN[:1]}))
        self.same(path("npz/stored-x_train/mnist.npz")) # the file that was named, whatever lies beside it
        self.same(path("kmnist/kmnist-train-imgs.npz"))
        extra = {key + ".npy": pack_npy(array) for key, array in SET.items()}
        extra["x_val.npy"] = pack_npy(TEST)
        self.same(write("val.npz", pack_zip(extra)), notice="x_val.npy was left out")

    def test_npy_types(self):
        for code in ("|u1", "<u2", ">u2", "<i4", ">i8", "<u8", "<f2", ">f4", "<f8"):
            arrays = {key: array.astype(code) for key, array in SET.items()}
            files = {f"{key}.npy": pack_npy(np.asfortranarray(array) if code[0] == ">" else array)
                     for key, array in arrays.items()}
            self.same(write_files("npy" + code[1:] + code[0].replace("<", "l"), files))
        for version in ((1, 0), (2, 0), (3, 0)):
            files = {f"{key}.npy": pack_npy(array, version=version) for key, array in SET.items()}
            self.same(write_files(f"npyversion{version[0]}", files))
        unit = {f"{key}.npy": pack_npy((array / 255).astype("f4") if key[0] == "x" else array)
                for key, array in SET.items()}
        self.same(write_files("unit", unit), notice="0 became black and 1 white")
        signed = {f"{key}.npy": pack_npy(array / 127.5 - 1 if key[0] == "x" else array) for key, array in SET.items()}
        self.same(write_files("signed", signed), notice="-1 became black and 1 white")
        wide = {f"{key}.npy": pack_npy(array.astype("u2") * 257 if key[0] == "x" else array)
                for key, array in SET.items()}
        self.same(write_files("wide", wide), notice="65535 white")
        flat = {f"{key}.npy": pack_npy(array.reshape(len(array), -1)) for key, array in SET.items()}
        self.same(write_files("flat", flat))

    def test_lone_array(self):
        """Its last sixth is lent to the test part."""
        expected = {"x_train": TRAIN[:30], "x_test": TRAIN[30:]}
        notice = "there is no test part: the last sixth, 6 of 36 images, is it"
        self.same(write("lone/digits.npy", pack_npy(TRAIN)), expected=expected, notice=notice)
        self.same(write("lone2/whatever", pack_idx(TRAIN)), expected=expected, notice=notice)
        two = {"x_train": TRAIN[:1], "x_test": TRAIN[1:2]}
        self.same(write("two/x.npy", pack_npy(TRAIN[:2])), expected=two, notice="1 of 2 images")
        self.refuse(write("one/x.npy", pack_npy(TRAIN[:1])), "has no test images, and of 1 image none can be lent")

    def table(self, split, separator=",", header=False, label="first", number="%g", scale=1):
        images, labels = SET["x_" + split], SET["y_" + split]
        columns = [list(image.reshape(-1) * scale) for image in images]
        names = [f"pixel{i}" for i in range(784)]
        if label != "none":
            for row, value in zip(columns, labels):
                row.insert(0 if label == "first" else 784, value)
            names.insert(0 if label == "first" else 784, "label")
        lines = [separator.join(names)] if header else []
        lines += [separator.join(number % value for value in row) for row in columns]
        return "\n".join(lines + [""]).encode()

    def test_csv(self):
        for number, options in enumerate(({}, {"header": True}, {"label": "last"}, {"label": "last", "header": True},
                                          {"separator": ";"}, {"separator": "\t"}, {"number": '"%g"'},
                                          {"number": "%.1f"}, {"separator": " "})):
            files = {f"mnist_{split}.csv": self.table(split, **options) for split in ("train", "test")}
            self.same(write_files(f"csv{number}", files))
            packed = {name + ".gz": gzip.compress(data.replace(b"\n", b"\r\n")) for name, data in files.items()}
            self.same(write_files(f"csv{number}gz", packed))
        self.same(path("csv0/mnist_test.csv"))
        no_labels = {key: array for key, array in SET.items() if key[0] == "x"}
        files = {f"{split}.csv": self.table(split, label="none") for split in ("train", "test")}
        files["sample_submission.csv"] = b"ImageId,Label\n1,0\n"
        self.same(write_files("csvnone", files), expected=no_labels)
        files = {f"{split}.csv": self.table(split, number="%.6f", scale=1 / 255, label="none")
                 for split in ("train", "test")}
        self.same(write_files("csvunit", files), expected=no_labels, notice="1 white")

    def test_tables_of_many_hands(self):
        unlabelled = {key: array for key, array in SET.items() if key[0] == "x"}
        cells = {split: [[str(v) for v in image.ravel()] for image in SET["x_" + split]] for split in ("train", "test")}
        labels = {split: [str(v) for v in SET["y_" + split]] for split in ("train", "test")}
        words = ["bag", "coat", "dress", "boot", "shirt", "shoe", "sandal", "top", "tunic", "vest"]
        order = np.argsort(np.argsort(words))

        def table(split, at=None, first=None, end="\n", separator=",", tail="", cell=str, label=str):
            rows = [[cell(v) for v in row] for row in cells[split]]
            for row, value in zip(rows, labels[split]):
                if at is not None:
                    row.insert(at, label(value))
            lines = ([separator.join(first)] if first else []) + [separator.join(row) + tail for row in rows]
            return (end.join(lines) + end).encode()

        def check(name, expected=SET, notice=None, **options):
            files = {f"{split}.csv": table(split, **options) for split in ("train", "test")}
            self.same(write_files("hands/" + name, files), expected=expected, notice=notice)

        check("counting", unlabelled, first=[str(i) for i in range(784)])
        check("twice", at=0, first=["0"] + [f"0.{i}" for i in range(1, 785)])
        check("middle", at=300, first=[f"p{i}" for i in range(300)] + ["Class"] + [f"p{i}" for i in range(300, 784)])
        check("mac", at=0, end="\r")
        check("tail", at=0, tail=",")
        check("remark", at=0, first=["# label and pixels"])
        check("comma", at=0, separator=";", cell=lambda v: f"{int(v)},0")
        named = {**SET, **{key: order[SET[key]].astype(np.uint8) for key in ("y_train", "y_test")}}
        for at in (0, 784):
            check(f"words{at}", named, "the labels 0 to 9 are words in the order of the alphabet: bag, boot", at=at,
                  label=lambda v: f'"{words[int(v)]}"')
        apart = {f"{kind}_{split}.csv": data for split in ("train", "test") for kind, data in
                 (("x", table(split)), ("y", "\n".join(["label"] + labels[split]).encode()))}
        self.same(write_files("hands/apart", apart))
        self.same(write_files("hands/below", {f"{split}/digits.csv": table(split, at=0) for split in ("train", "test")}))
        self.refuse(write("hands/na.csv", table("train", at=0).replace(b",0,", b",NA,", 1)), "line 1", "'NA'")
        self.refuse(write("hands/nan.csv", table("train", at=0).replace(b"0\n", b"nan\n", 1)), "column 785, 'nan'")
        self.refuse(write("hands/page.csv", b"<!DOCTYPE html><p>404, not found"), "is a web page")
        self.refuse(write("hands/wide.csv", "label,1".encode("utf-16")), "UTF-16")
        self.refuse(write("hands/blank.csv.gz", gzip.compress(b"\n" * 70000)), "empty lines")
        _, notices, _ = self.open(write("hands/lost.csv", table("train", at=300)))
        self.assertIn("all have the label 0", notices)
        _, notices, _ = self.open(write("hands/dark.npy", pack_npy(TRAIN // 16)))
        self.assertIn("no pixel is above 15", notices)

    def test_arrays_of_many_hands(self):
        def npz(name, expected=SET, notice=None, **arrays):
            arrays = {key: pack_npy(array) for key, array in {**SET, **arrays}.items()}
            data = write(f"npz/{name}.npz", pack_zip({key + ".npy": array for key, array in arrays.items()}))
            return self.same(data, expected=expected, notice=notice)
        labels = ("y_train", "y_test")
        npz("hot", notice="its place is the label", **{key: np.asfortranarray(np.eye(10)[SET[key]]) for key in labels})
        npz("text", **{key: SET[key].astype(">U3") for key in labels})
        npz("bytes", **{key: SET[key].astype("S1") for key in labels})
        named = {key: np.array(list("jihgfedcba"))[SET[key]] for key in labels}
        npz("word", {**SET, **{key: 9 - SET[key] for key in labels}}, "the alphabet: a, b, c", **named)
        left = "more.npz/allow_pickle.npy was left out: its name says neither images nor labels"
        npz("more", notice=left, allow_pickle=np.array(True), classes=np.arange(10))
        npz("rules", notice="the pixels to test are numbers from 0 to 1", x_test=TEST / 255)
        for number in range(20):
            npz_path = write(f"npz/a{number}.npz", pack_zip({"x.npy": pack_npy(TRAIN)}))
        self.assertTrue(npz_path)
        self.same(path("npz/more.npz"), notice=left)
        self.refuse(write("object.npz", pack_zip({"x.npy": pack_npy(TRAIN.astype(object), allow_pickle=True)})),
                    "Python objects")

    def test_names_of_many_hands(self):
        for number, rename in enumerate((lambda name: name.replace("ubyte", "ubyte (1)") + ".gz",
                                         lambda name: name.replace("-idx", ".idx").replace("-ubyte", ""),
                                         lambda name: name.split("-idx")[0] + ".gz",
                                         lambda name: name.replace("-", "_").replace("idx1_ubyte", "ubyte"))):
            self.same(write_files(f"names{number}", pack_set(rename=rename)))
        for name in ("train-images-idx", "train-images-idx3-ubyte.idx3", "train-images-idx3-ubyte (1", "train-images-"):
            write("strange/" + name, pack_set()[NAMES["x_train"]])
            self.assertEqual(run("data", "--data", path("strange")).returncode, 4 * name.endswith(("-", "1")), name)
            os.remove(path("strange/" + name))
        write("names/digits.pkl", b"\x80\x04\x95 and so on")
        self.refuse(path("names"), "what is there: digits.pkl (a Python pickle)")

    def pictures(self, layout, ending=".png", made=Image.fromarray, **options):
        files = {}
        for split in ("train", "test"):
            for i, (image, label) in enumerate(zip(SET["x_" + split], SET["y_" + split])):
                file = io.BytesIO()
                made(image).save(file, "PNG", **options)
                files[layout % {"split": split, "label": label, "i": i} + ending] = file.getvalue()
        return files

    def sorted_set(self, labels):
        """What a folder of pictures gives: through the labels in turn."""
        arrays = {}
        for split in ("train", "test"):
            images, numbers = SET["x_" + split], labels(SET["y_" + split])
            ranks = [list(numbers[:i]).count(number) for i, number in enumerate(numbers)]
            order = sorted(range(len(numbers)), key=lambda i: (ranks[i], numbers[i]))
            arrays["x_" + split], arrays["y_" + split] = images[order], np.asarray(numbers)[order]
        return arrays

    def test_pictures(self):
        numbered = self.sorted_set(lambda labels: labels)
        folder = write_files("pictures", self.pictures("%(split)s/%(label)d/%(i)03d"))
        self.same(folder, expected=numbered)
        self.same(write("pictures.zip", pack_zip(self.pictures("top/%(split)s/%(label)d/%(i)03d"))), expected=numbered)
        self.same(write("pictures.tar.gz", pack_tar(self.pictures("%(split)s/%(label)d/%(i)03d"))), expected=numbered)
        named = {name.replace("/3/", "/three/").replace("/5/", "/five/"): data for name, data in
                 self.pictures("%(split)s/%(label)d/%(i)03d").items() if "/3/" in name or "/5/" in name}
        facts = self.same_labels(write_files("named", named), "the labels 0 to 1 are the folders in the order of their "
                                 "names: five, three")
        self.assertEqual(facts["train"]["labels"][:2], [4, 4])
        # Without a test part every sixth picture is it, label by label in the order of the names.
        files = {name.split("/", 1)[1]: data for name, data in self.pictures("%(split)s/%(label)d/%(i)03d").items()
                 if name.startswith("train")}
        more = {name.replace("/", "/x"): data for name, data in files.items()}
        facts = self.same_labels(write_files("unsplit", {**files, **more}), "every sixth picture, label by label")
        self.assertEqual((facts["train"]["count"], facts["test"]["count"]), (60, 12))
        self.assertEqual(facts["test"]["labels"], [1, 1, 2, 1, 1, 2, 1, 1, 1, 1])
        few = {f"{i}/{k}.png": data for i in range(3) for k, data in enumerate(list(files.values())[:2 + i // 2])}
        facts = self.same_labels(write_files("few", {**few, "3/only.png": few["0/0.png"]}), "1 of 8")
        self.assertEqual(facts["test"]["labels"][:3], [0, 0, 1])
        flat = {os.path.basename(name): data for name, data in files.items()}
        facts = self.same_labels(write_files("flatpictures", flat), "every sixth picture in the order of the names")
        self.assertEqual((facts["train"]["count"], facts["train"]["labels"], facts["test"]["count"]), (30, None, 6))
        layout = "%(split)s/%(label)d/%(i)03d"
        self.same(write_files("rgb", self.pictures(layout, made=lambda image: Image.fromarray(image).convert("RGB"))),
                  expected=numbered)
        red = self.pictures(layout, made=lambda image: Image.fromarray(np.stack([image, image // 2, image], 2)))
        self.same_labels(write_files("red", red), "colour was made grey: red, green and blue as bright as the eye sees")
        for name, ink, ground in (("light", 255, "black"), ("dark", 0, "white")):
            clear = self.pictures(layout, made=lambda image: Image.fromarray(
                np.stack([np.full_like(image, ink)] * 3 + [image], 2)))
            self.same_labels(write_files(name, clear), f"what is transparent was laid on {ground}")
        write("broken/1/a.png", b"\x89PNG\r\n\x1a\n nothing")
        write("broken/2/a.png", list(files.values())[0])
        self.refuse(path("broken"), "broken/1/a.png")
        self.refuse(path("broken/2/a.png"), "is a PNG picture, and a data set")

    def test_labels_in_other_places(self):
        numbered = self.sorted_set(lambda labels: labels)
        self.same(write_files("above", self.pictures("%(label)d/%(split)s/%(i)03d")), expected=numbered)
        for layout in ("%(split)s/%(label)d/hsf_0/%(i)03d", "x/%(split)sing/%(label)d/w%(i)03d/%(i)03d"):
            self.same(write_files("deep" + layout[0], self.pictures(layout)), expected=numbered)
        files = self.pictures("%(split)sSet/%(split)sSet/%(label)d/%(i)03d")
        files = {os.path.join("testSet", os.path.basename(name)) if name[:4] == "test" else name: data
                 for name, data in files.items()}
        facts = self.same_labels(write_files("half", files), "")
        self.assertEqual((facts["train"]["labels"], facts["test"]["labels"]), ([4] * 6 + [3] * 4, None))
        stray = self.pictures("%(split)s/%(label)d/%(i)03d")
        stray["train/preview.png"] = stray["train/0/000.png"]
        self.same(write_files("stray", stray), expected=numbered, notice="1 pictures beside")

    def same_labels(self, data, notice):
        _, notices, facts = self.open(data)
        self.assertIn(notice, notices)
        return facts

    def test_archives(self):
        for packed in (False, True):
            files = {f"data/{name}": data for name, data in pack_set(packed=packed).items()}
            self.same(write(f"idx{packed}.zip", pack_zip(files)))
            self.same(write(f"idx{packed}.stored.zip", pack_zip(files, zipfile.ZIP_STORED)))
            self.same(write(f"idx{packed}.tar.gz", pack_tar(files)))
            self.same(write(f"idx{packed}.tar", pack_tar(files, "w")))
            self.same(write(f"idx{packed}.under-another-name", pack_tar(files)))
        npz = pack_zip({f"{key}.npy": pack_npy(array) for key, array in SET.items()})
        self.same(write("npz.zip", pack_zip({"x/mnist.npz": npz}, zipfile.ZIP_STORED)))
        self.same(write("npz.tgz", pack_tar({"mnist.npz": npz})))
        tables = {f"mnist_{split}.csv": self.table(split) for split in ("train", "test")}
        self.same(write("csv.zip", pack_zip(tables)))
        self.same(write("inside/archive.zip", pack_zip(pack_set())))
        self.same(path("inside"), notice="read from the archive archive.zip")
        macos = {"data/" + name: data for name, data in pack_set().items()}
        macos.update({"__MACOSX/data/._train-images-idx3-ubyte": b"x", "data/.DS_Store": b"x"})
        self.same(write("macos.zip", pack_zip(macos)))
        letters = {"Zahlen für Ärzte 数字/" + name: data for name, data in pack_set().items()}
        for locale in ("C", "C.UTF-8"):  # the names are marked as UTF-8 in the archive, whatever the user's are
            with unittest.mock.patch.dict(os.environ, LC_ALL=locale):
                self.same(write("letters.zip", pack_zip(letters)))
                self.same(write("letters.tar.gz", pack_tar(letters)))


class KindsTest(Case):
    def reduced(self, images, side):
        return images.astype(float).reshape(len(images), 28, side // 28, 28, side // 28).mean((2, 4))

    def test_other_sizes(self):
        big = {"x_train": make_digits(12, 56), "x_test": make_digits(6, 56)}
        arrays, notices, _ = self.open(write_files("big", pack_set(big)))
        for key, images in big.items():
            self.assertLessEqual(np.abs(arrays[key] - self.reduced(images, 56)).max(), 0.5)
        self.assertIn("images of 56x56 pixels were brought to 28x28 by area average", notices)
        for side in (8, 14, 20, 32, 256):
            some = {"x_train": np.full((2, side, side), 77, np.uint8), "x_test": np.full((2, side, side), 5, np.uint8)}
            arrays, notices, _ = self.open(write_files(f"side{side}", pack_set(some)))
            self.assertTrue((arrays["x_train"] == 77).all() and (arrays["x_test"] == 5).all())
            self.assertIn(f"{side}x{side}", notices)
        for side in (7, 257):
            self.refuse(write_files(f"side{side}", pack_set({"x_train": np.zeros((1, side, side), np.uint8)})),
                        f"{side}x{side}", "8x8 to 256x256")

    def test_colour(self):
        colour = RANDOM.integers(0, 100, (4, 56, 56, 3), np.uint8)
        grey = colour @ np.array([0.299, 0.587, 0.114])
        reference = grey.reshape(4, 28, 2, 28, 2).mean((2, 4))
        for name, array in {"last": colour, "first": colour.transpose(0, 3, 1, 2)}.items():
            file = pack_zip({"x_train.npy": pack_npy(array), "x_test.npy": pack_npy(array)})
            arrays, notices, _ = self.open(write(f"colour-{name}.npz", file))
            self.assertLessEqual(np.abs(arrays["x_train"] - reference).max(), 0.5001)
            self.assertIn("colour was made grey", notices)
            self.assertIn("56x56", notices)

    def test_black_and_white(self):
        ones = {key: (array > 0).astype(np.uint8) if key[0] == "x" else array for key, array in SET.items()}
        full = {key: array * np.uint8(255) if key[0] == "x" else array for key, array in ones.items()}
        folder = write_files("ones", pack_set(ones))
        self.same(folder, expected=ones, notice="--scale-max 1 says so")
        self.same(folder, "--scale-max", "1", expected=full, notice="the pixel value 1 became white")
        booleans = {f"{key}.npy": pack_npy(array.astype(bool) if key[0] == "x" else array)
                    for key, array in ones.items()}
        self.same(write("booleans.npz", pack_zip(booleans)), expected=full, notice="1 white")
        twos = {key: array * np.uint8(2) if key[0] == "x" else array for key, array in ones.items()}
        self.same(write_files("twos", pack_set(twos)), expected=twos, notice="no pixel is above 2")

    def test_dark_on_light(self):
        light = {key: 255 - array if key[0] == "x" else array for key, array in SET.items()}
        folder = write_files("light", pack_set(light))
        self.same(folder, expected=light, notice="above one half: this looks like dark ink on light ground; --invert")
        self.same(folder, "--invert", notice="as --invert says")
        half = {**SET, "x_train": np.full((2, 28, 28), 127, np.uint8), "y_train": SET["y_train"][:2]}
        self.same(write_files("half", pack_set(half)), expected=half)
        half["x_train"] = np.full((2, 28, 28), 128, np.uint8)
        self.same(write_files("half", pack_set(half)), expected=half, notice="above one half")

    def test_notices_everywhere(self):
        write_files("light", pack_set({key: 255 - a if key[0] == "x" else a for key, a in SET.items()}))
        model = path("model.safetensors")
        options = ["--data", path("light"), "--invert"]
        result = run("train", *options, "--epochs", 1, "-o", model)
        self.assertIn("--invert", " ".join(json.loads(result.stdout)["notices"]), result.stderr)
        self.assertIn("losslens: black and white were exchanged", result.stderr)
        self.assertIn("--invert", " ".join(json.loads(run("eval", *options, model).stdout)["notices"]))
        self.assertIn("\nblack and white were exchanged", run("data", *options).stdout)
        result = run("shot", *options, "--epochs", 1, "--json", "--texts", "-o", path("shot.png"))
        self.assertIn("--invert", " ".join(json.loads(result.stdout)["notices"]), result.stderr)
        self.assertIn("light (inverted): 36 digits to learn from", result.stdout)
        result = run("report", *options, "--epochs", 1, "--seeds", 1, "-o", path("report"))
        self.assertEqual(result.returncode, 0, result.stderr)
        with open(path("report/report.json"), encoding="utf-8") as file:
            self.assertIn("--invert", " ".join(json.load(file)["notices"]))
        with open(path("report/report.md"), encoding="utf-8") as file:
            self.assertIn("\nOf the data: black and white were exchanged, as --invert says.\n\n", file.read())


class BadTest(Case):
    def test_npy_headers(self):
        good = pack_npy(TRAIN)
        header = "{'descr': '|u1', 'fortran_order': False, 'shape': (36, 28, 28), }"
        bad = {"code": "__import__('os').system('touch %s')" % path("ran"),
               "nested": header.replace("'|u1'", "eval('1')"), "object": header.replace("|u1", "|O"),
               "record": header.replace("'|u1'", "[('a', '<f4')]"), "negative": header.replace("36", "-36"),
               "huge": header.replace("36", "9" * 40), "large": header.replace("36", "4000000000"),
               "more": header + "x", "twice": header.replace("}", "'descr': '<f4'}"), "no shape": "{'descr': '|u1'}",
               "other key": header.replace("}", "'x': 1}"), "five axes": header.replace("36,", "36, 1, 1,"),
               "escape": header.replace("|u1", "\\x7cu1"), "text": header.replace("|u1", "<U3"), "empty": ""}
        for name, text in bad.items():
            data = b"\x93NUMPY\x01\0" + struct.pack("<H", len(text)) + text.encode() + TRAIN.tobytes()
            self.refuse(write(f"bad/{name}.npy", data), f"{name}.npy")
        self.assertFalse(os.path.exists(path("ran")))
        for size in (0, 5, 9, 11, 60, len(good) - 1):
            self.refuse(write("bad/short.npy", good[:size]), "short.npy")
        self.refuse(write("bad/long.npy", good + b"x"), "trailing")
        self.refuse(write("bad/version.npy", good.replace(b"NUMPY\x01", b"NUMPY\x09")), "version 9")
        self.refuse(write("bad/header.npy", b"\x93NUMPY\x02\0\xff\xff\xff\xff" + good[10:]), "header of 4294967295")
        nan = TRAIN.astype("f4")
        nan[3, 4, 5] = np.nan
        self.refuse(write("bad/nan.npy", pack_npy(nan)), "nan.npy", "no finite number")
        self.refuse(write("bad/labels.npz", pack_zip({"y_train.npy": pack_npy(SET["y_train"])})), "labels.npz")

    def test_tables(self):
        self.refuse(write("t/wide.csv", b",".join([b"1"] * 1000000) + b"\n"), "more than 65538 columns in line 1")
        self.refuse(write("t/odd.csv", b",".join([b"1"] * 783) + b"\n"), "783 columns", "784")
        rows = [b",".join([b"1"] * 785)] * 3
        self.refuse(write("t/short.csv", b"\n".join(rows + [b"1,2"])), "2 columns in line 4", "785")
        self.refuse(write("t/word.csv", b"\n".join(rows + [rows[0].replace(b"1,1", b"1,three", 1)])),
                    "line 4, column 2, 'three'")
        self.refuse(write("t/gap.csv", b"\n".join(rows + [rows[0][:-1]])), "line 4, column 785, ''")
        self.refuse(write("t/label.csv", b"\n".join([b"label," + rows[0][2:], b"0.5," + rows[0][2:]])), "label 0.5")
        self.refuse(write("t/header.csv", b"label," + rows[0][2:] + b"\n"), "no line with numbers")
        self.refuse(write("t/empty.csv", b""), "is empty")
        self.refuse(write("t/inf.csv", b"\n".join(rows + [rows[0].replace(b"1,1", b"1,1e999", 1)])), "1e999")
        self.refuse(write("t/nul.csv", b"\0" * 5000), "nul.csv")

    def test_archives(self):
        files = pack_set()
        for name, target in {"absolute": "/etc/passwd", "above": "../../etc/passwd"}.items():
            links = {**files, "train-images-idx3-ubyte": target}
            self.refuse(write(f"a/{name}.tar.gz", pack_tar(links)), "is a link", "not followed")
        for outer in ("/", "../../", "./", "/../"):
            self.same(write("a/paths.tar", pack_tar({outer + name: data for name, data in files.items()}, "w")))
        self.assertFalse(os.path.exists("/train-images-idx3-ubyte"))
        nested = pack_zip(files)
        for depth in range(3):
            nested = pack_zip({f"inner{depth}.zip": nested}, zipfile.ZIP_STORED)
        self.refuse(write("a/nested.zip", nested), "archive in an archive")
        bomb = pack_idx(np.zeros((1, 28, 28), np.uint8))[:4] + struct.pack(">3I", 200000, 28, 28) + bytes(200000 * 784)
        self.refuse(write("a/bomb.zip", pack_zip({**files, "train-images-idx3-ubyte": bomb})), "refused as a bomb")
        self.refuse(write("a/bomb.tar.gz", pack_tar({"a-film": bytes(100 << 20), **files})), "refused as a bomb")
        self.refuse(write("a/alone/train-images-idx3-ubyte.gz", gzip.compress(bomb)), "refused as a bomb")
        self.refuse(write("a/packed.tar", pack_tar({"train-images-idx3-ubyte.gz": gzip.compress(bomb)}, "w")), "refused as a bomb")
        good = pack_zip(files)
        for size in (10, 100, len(good) // 2):
            self.refuse(write("a/short.zip", good[:size]), "short.zip")
        unread = pack_zip({"\u00e4" + name: data for name, data in files.items()}).replace(b"\xc3\xa4", b"\xc3\xc3")
        self.refuse(write("a/name.zip", unread), "name.zip is damaged: the name of its entry 1 is no text")
        damaged = bytearray(good)
        damaged[200:400] = bytes(200)
        self.refuse(write("a/damaged.zip", bytes(damaged)), "damaged.zip")
        encrypted = bytearray(good)
        for sign, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
            at = -1
            while (at := encrypted.find(sign, at + 1)) >= 0:
                encrypted[at + place] |= 1
        self.refuse(write("a/encrypted.zip", bytes(encrypted)), "is encrypted")
        self.refuse(write("a/empty.zip", pack_zip({})), "no training images")
        self.refuse(write("a/text.zip", pack_zip({"readme.txt": b"hello"})), "no training images")
        torn = pack_tar(files)
        self.refuse(write("a/torn.tar.gz", torn[:len(torn) // 2]), "torn.tar.gz")

    def test_special_files(self):
        os.makedirs(path("special"))
        os.mkfifo(path("special/fifo.csv"))
        self.refuse(path("special/fifo.csv"), "a FIFO")
        self.refuse(path("special"), "a FIFO where a regular file was expected")
        self.refuse("/dev/zero", "a device")
        os.symlink("nowhere", path("special/link"))
        self.refuse(path("special/link"), "symbolic link to nowhere, which does not exist")
        self.refuse(path("special/none"), "does not exist")
        strange = os.path.join(FOLDER.encode(), b"strange\xff\n\x1b[31m")
        os.makedirs(strange)
        with open(os.path.join(strange, b"x\n\xfe.npy"), "wb") as file:
            file.write(b"\x93NUMPY junk")
        result = subprocess.run([PROGRAM.encode(), b"data", b"--data", strange], capture_output=True)
        self.assertEqual(result.returncode, 4)
        self.assertRegex(result.stderr.decode(), r"\Alosslens: [ -~]+\n\Z")
        with open(path("zeros"), "wb") as file:
            file.truncate(4 << 30)
        self.refuse(path("zeros"), "begins with the bytes 00 00 00 00")
        os.makedirs(path("sparse"))
        os.rename(path("zeros"), path("sparse/train-images-idx3-ubyte"))
        self.refuse(path("sparse"), "begins with the bytes 00 00 00 00")
        os.rename(path("sparse/train-images-idx3-ubyte"), path("sparse/zeros.csv"))
        self.refuse(path("sparse/zeros.csv"), "zeros.csv")


if __name__ == "__main__":
    try:
        unittest.main(verbosity=1)
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
