#!/usr/bin/env python3
"""`losslens report`: means and spreads against numpy, the page against the JSON, and what stops a report.

Usage: report_test.py PATH_TO_LOSSLENS [unittest's arguments]
"""
import functools
import json
import os
import re
import resource
import signal
import sys
import time
import unittest

import numpy as np
from PIL import Image

import figures_reference as lab_reference
from cli_reference import read_bytes
from figures_reference import LABELS, MATRIX_LOSSES, TEST_IMAGES, parse_json, tolerance

PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 else "losslens"
PICTURES = ["matrix.png", "claims.png", "compare.png", "gradient.png", "inspect.png"]
FILES = sorted([*PICTURES, "report.json", "report.md"])
LOSS_LABELS = {"bce": "BCE", "mse": "MSE", "mae": "MAE"}
BREAKS = "optimizer=sgd,lr=100,batch=4,layers=64,32,64"  # ReLU and linear break with MSE, a sigmoid does not
LAB = None
TWO = None  # the report of most tests: two seeds


def setUpModule():
    global LAB, TWO
    LAB = lab_reference.Lab(PROGRAM)
    TWO = Report("--model", "seed=3,batch=100", "--epochs", 10, "--seeds", 2, "--limit", 600)


def tearDownModule():
    LAB.close()


class Report:
    """A report that was written."""

    def __init__(self, *arguments):
        self.folder, self.arguments = LAB.new_path(""), arguments
        result = LAB.run_small("report", "-o", self.folder, *arguments)
        assert (result.returncode, result.stdout) == (0, f"{self.folder}/report.md\n"), result.stderr
        self.progress = result.stderr.splitlines()
        self.text = read_bytes(os.path.join(self.folder, "report.json")).decode()
        self.json = parse_json(self.text)
        self.page = read_bytes(os.path.join(self.folder, "report.md")).decode()

    def read_table(self, heading):
        """The first table below a heading, or of the page: rows of cells, the header first."""
        part = self.page.split(f"## {heading}\n", 1)[1] if heading else self.page
        lines = re.search(r"(?:^\|.*\|\n)+", part, re.M)[0].splitlines()
        rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
        assert all(re.fullmatch(r"-+:?", cell) for cell in rows[1])
        return [rows[0], *rows[2:]]


shared_report = functools.cache(Report)  # what several tests read, by its arguments


def mean_and_spread(values):
    """The mean and the sample standard deviation."""
    return np.mean(values), np.std(values, ddof=1) if len(values) > 1 else None


class FiguresTest(unittest.TestCase):
    def trained(self, output, loss, seed):
        spec = lab_reference.spec_text(LAB.trained("seed=3,batch=100", 0).text, output=output, loss=loss, seed=seed)
        return LAB.trained(spec, 10, "--limit", 600)

    def check(self, key, got, values):
        """Each value may be a tolerance away from numpy's, and so may their mean and their spread."""
        mean, spread = mean_and_spread(values)
        near = tolerance(key, max(map(abs, values))) + 1e-8
        self.assertAlmostEqual(got["mean"], mean, delta=near, msg=key)
        self.assertAlmostEqual(got["spread"], spread, delta=2 * near, msg=key)

    def test_every_cell(self):
        figures = {"bce": lambda m: m["bce"], "mse": lambda m: m["mse"], "mae": lambda m: m["mae"],
                   "bias": lambda m: m["bias"], "dead_outputs": lambda m: m["dead_outputs"],
                   "dead_code_units": lambda m: m["dead_code_units"],
                   "outside": lambda m: (m["below_0"] + m["above_1"]) / LAB.test_pixels.size}
        cells = TWO.json["models"]
        self.assertEqual([(cell["output"], cell["loss"]) for cell in cells],
                         [(output, loss) for output in LABELS for loss in MATRIX_LOSSES])
        for cell in cells:
            models = [self.trained(cell["output"], cell["loss"], seed) for seed in (3, 4)]
            self.assertEqual(cell["broken"], 0)
            self.assertEqual(sorted(set(cell) - {"output", "loss", "broken"}), sorted(figures))
            for key, find in figures.items():
                with self.subTest(output=cell["output"], loss=cell["loss"], figure=key):
                    self.check(key, cell[key], [find(model.measure(LAB.test_pixels)) for model in models])

    def test_every_claim(self):
        seeds = []
        for seed in (3, 4):
            a, b = (self.trained(*pair, seed).text for pair in (("sigmoid", "bce"), ("relu", "mse")))
            find = lambda spec: LAB.trained(spec, 10, "--limit", 600)
            seeds.append(lab_reference.Claims(find, a, b, LAB.test_pixels))
        tables = [claims.figures() for claims in seeds]
        rules = {claim["key"]: claim["rule"] for claim in TWO.json["claims"]}
        verdicts = [claims.verdicts(rules) for claims in seeds]
        self.assertEqual([claim["key"] for claim in TWO.json["claims"]], list(tables[0]))
        for claim in TWO.json["claims"]:
            key = claim["key"]
            self.assertEqual(claim["verdicts"], [verdict[key] for verdict in verdicts])
            self.assertEqual(claim["verdict"], verdicts[0][key] if verdicts[0][key] == verdicts[1][key] else
                             "within chance")
            self.assertEqual(list(claim["figures"]), list(tables[0][key]))
            for row, columns in claim["figures"].items():
                self.assertEqual(sorted(columns), sorted(tables[0][key][row]))
                for column, got in columns.items():
                    with self.subTest(claim=key, row=row, column=column):
                        self.check(row, got, [table[key][row][column] for table in tables])

    def test_facts(self):
        facts = lab_reference.facts(LAB.test_pixels)
        report = TWO.json
        self.assertEqual((report["epochs"], report["seeds"], report["pictures"]), (10, [3, 4], PICTURES))
        self.assertEqual([report["data"][key] for key in ("name", "train", "test")], ["small", 600, TEST_IMAGES])
        for key in ("mean_input", "bce_floor", "mean_image_bce"):
            self.assertAlmostEqual(report["data"][key], facts[key], delta=1e-7)
        self.assertEqual(report["base"], "hidden=relu,layers=32,optimizer=adam,lr=0.001,batch=100,noise=0,l1=0")
        self.assertRegex(report["program"], r"^losslens \d+\.\d+\.\d+$")
        for claim in report["claims"]:
            self.assertEqual(len(claim["sentences"]), 2)

    def test_as_the_shot_says(self):
        """A report of one seed has the figures of that seed's picture of the claims."""
        report = shared_report("--epochs", 10, "--seeds", 1)
        shot = LAB.shot("--view", "claims", "--epochs", 10, "--b", "loss=mse,output=relu")
        for claim, shown in zip(report.json["claims"], [claim for claim in shot["claims"] if claim["page"] == "loss"], strict=True):
            for key in ("key", "claim", "verdict", "rule"):
                self.assertEqual(claim[key], shown[key])
            self.assertEqual((claim["sentences"], claim["verdicts"]), ([shown["sentence"]], [shown["verdict"]]))
            means = {row: {column: figure["mean"] for column, figure in columns.items()}
                     for row, columns in claim["figures"].items()}
            for row, columns in shown["figures"].items():
                for column, value in columns.items():
                    self.assertAlmostEqual(means[row][column], value, delta=1e-8 * abs(value), msg=(row, column))

    def test_pictures(self):
        self.assertEqual(sorted(os.listdir(TWO.folder)), FILES)
        views = {"matrix.png": "matrix", "claims.png": "claims", "compare.png": "compare", "gradient.png": "compare",
                 "inspect.png": "inspect"}
        for name, view in views.items():
            path = os.path.join(TWO.folder, name)
            settings = lab_reference.read_settings(path)
            with Image.open(path) as image:
                self.assertEqual(image.size, (1280, 800))
            self.assertEqual(settings["view"], view)
            self.assertEqual(settings["a"]["spec"], self.trained("sigmoid", "bce", 3).text)
            self.assertEqual(settings["b"]["spec"], self.trained("relu", "mse", 3).text)
            self.assertEqual((settings["a"]["epoch"], settings["b"]["epoch"]), (10, 10))
            expected = self.trained("sigmoid", "bce", 3).measure(LAB.test_pixels)["bce"]
            self.assertAlmostEqual(settings["a"]["test"]["bce"], expected, delta=2e-5 * expected)
        settings = lab_reference.read_settings(os.path.join(TWO.folder, "gradient.png"))
        self.assertEqual(list(settings["heat_scale"]), ["gradient", "error"])
        row, column = lab_reference.read_settings(os.path.join(TWO.folder, "inspect.png"))["pixel"]
        self.assertTrue(0 < LAB.test_pixels[0].reshape(28, 28)[row, column] < 1, "a grey pixel is the one to inspect")


class PageTest(unittest.TestCase):
    def check_number(self, text, figure, has_spread):
        """What a cell of a table says is the JSON's figure, rounded to the digits that it shows."""
        if figure is None or figure["mean"] is None:
            self.assertFalse(re.search(r"\d", text), text)
            return
        has_spread = has_spread and figure["spread"] is not None
        parts = text.split(" \u00b1 ")
        self.assertEqual(len(parts), 2 if has_spread else 1, text)
        for part, value in zip(parts, (figure["mean"], figure["spread"])):
            number = re.fullmatch(r"([+-]?\d+(?:\.(\d+))?(?:e([+-]?\d+))?)( %)?", part)
            self.assertTrue(number, text)
            unit = 100 if number[4] else 1
            half = 0.5 * 10.0 ** (int(number[3] or 0) - len(number[2] or ""))
            self.assertAlmostEqual(float(number[1]), value * unit, delta=half * 1.001 + 1e-6 * abs(value), msg=text)
        if not parts[0].endswith("%") and re.fullmatch(r"[+-]?\d\.\d+", parts[0]):
            decimals = [len(part.split(".")[1]) for part in parts]
            self.assertEqual(len(set(decimals)), 1, text)
            self.assertGreaterEqual(decimals[0], 4, text)

    def check_page(self, report):
        has_spread = len(report.json["seeds"]) > 1
        first = report.read_table("")
        self.assertEqual(first[0][:2], ["claim", "verdict"])
        self.assertEqual([row[0] for row in first[1:]],
                         [f"\u201c{claim['claim']}\u201d" for claim in report.json["claims"]])
        for claim, row in zip(report.json["claims"], first[1:]):
            self.check_claim(report, claim, row, has_spread)
        self.check_models(report, has_spread)
        self.assertEqual("\u00b1" in report.page, has_spread)
        links = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", report.page)
        self.assertEqual([link for _, link in links], PICTURES)
        for _, link in links:
            lab_reference.read_settings(os.path.join(report.folder, link))
        for text in (report.page, report.text):
            for secret in (LAB.folder, os.path.expanduser("~"), "/tmp"):
                self.assertNotIn(secret, text)
            self.assertEqual(re.findall(r"(?:^|[\s(\"`])/\w+", text), [], "an absolute path")
        self.assertIn(f"`{report.json['base']}`", report.page)
        self.assertNotRegex(report.page, r"(?i)\bnan\b|\binf\b")

    def verdict_text(self, report, claim):
        if claim["verdict"] != "within chance":
            return f"**{claim['verdict']}**"
        each = ", ".join(f"{verdict} (seed {seed})" for verdict, seed in zip(claim["verdicts"], report.json["seeds"]))
        return f"**within chance**: {each}"

    def check_claim(self, report, claim, row, has_spread):
        verdict = self.verdict_text(report, claim)
        self.assertEqual(row[1], verdict)
        plain = report.page.replace("\\", "")
        self.assertIn(claim["rule"], plain)
        self.assertIn(claim["sentences"][0], plain)
        heading = f"\u201c{claim['claim']}\u201d"
        self.assertIn(f"\n## {heading}\n\n{verdict}", report.page)
        table = report.read_table(heading)
        columns = table[0][1:]
        self.assertEqual(len(table) - 1, len(claim["figures"]))
        self.assertTrue(all(set(figures) <= set(columns) for figures in claim["figures"].values()))
        for cells, (key, figures) in zip(table[1:], claim["figures"].items()):
            for column, text in zip(columns, cells[1:], strict=True):
                with self.subTest(claim=claim["key"], row=key, column=column):
                    self.check_number(text, figures.get(column), has_spread)

    def check_models(self, report, has_spread):
        table = report.read_table("Every output with every loss")
        self.assertEqual(len(table[0]), 9)
        cells = {(LOSS_LABELS[cell["loss"]], LABELS[cell["output"]]): cell for cell in report.json["models"]}
        self.assertEqual({(row[0], row[1]) for row in table[1:]}, set(cells))
        self.assertEqual(len(table) - 1, len(cells))
        for row in table[1:]:
            cell = cells[row[0], row[1]]
            keys = ["bce", "mse", "mae", "bias", "outside", "dead_outputs", "dead_code_units"]
            with self.subTest(loss=row[0], output=row[1]):
                if cell["broken"]:
                    self.assertEqual(row[2], f"broke with {cell['broken']} of {len(report.json['seeds'])} seeds")
                for key, text in list(zip(keys, row[2:], strict=True))[cell["broken"] > 0:]:
                    self.check_number(text, cell[key], has_spread)

    def test_two_seeds(self):
        self.check_page(TWO)
        self.assertIn("600 training images, figures over all 300 test images, after 10 epochs", TWO.page)
        self.assertIn("means over 2 seeds", TWO.page)

    def test_one_seed(self):
        report = shared_report("--epochs", 10, "--seeds", 1)
        self.check_page(report)
        for claim in report.json["claims"]:
            self.assertEqual(len(claim["verdicts"]), 1)
            self.assertTrue(all(figure["spread"] is None for columns in claim["figures"].values()
                                for figure in columns.values()))

    def test_three_epochs_decide_nothing(self):
        report = Report("--epochs", 3, "--seeds", 3)
        self.check_page(report)
        for claim in report.json["claims"]:
            self.assertEqual((claim["verdict"], claim["verdicts"]), ("open", ["open"] * 3))
            self.assertTrue(all(sentence.startswith("Epoch 3 of at least 10. ") for sentence in claim["sentences"]))

    def test_models_that_break(self):
        """Each model that breaks is counted; figures of an absurd size are the JSON's on the page, too."""
        report = shared_report("--model", BREAKS, "--epochs", 10, "--seeds", 2, "--limit", 200)
        self.check_page(report)
        broken = {(cell["output"], cell["loss"]): cell for cell in report.json["models"] if cell["broken"]}
        self.assertTrue({("relu", "mse"), ("linear", "mse")} <= set(broken), broken.keys())
        for cell in report.json["models"]:
            count = 0
            for seed in (1, 2):
                spec = f"{BREAKS},loss={cell['loss']},output={cell['output']},seed={seed}"
                result = LAB.run_small("train", "--model", spec, "--epochs", 10, "--limit", 200)
                count += "broken_step" in parse_json(result.stdout)
            self.assertEqual(cell["broken"], count, (cell["loss"], cell["output"]))

    def test_broken_models_have_no_figures(self):
        """What a model was before its first epoch is not what it reached: no mean may contain that."""
        report = shared_report("--model", BREAKS, "--epochs", 10, "--seeds", 2, "--limit", 200)
        broken = [cell for cell in report.json["models"] if cell["broken"] == 2]
        self.assertTrue(broken)
        for cell in broken:
            with self.subTest(loss=cell["loss"], output=cell["output"]):
                for key in ("bce", "mse", "mae", "bias", "outside", "dead_outputs", "dead_code_units"):
                    self.assertEqual(cell[key], {"mean": None, "spread": None}, key)
        mse = report.json["claims"][0]["figures"]["mse"]
        self.assertIsNone(mse.get("ReLU", {"mean": None})["mean"])

    def test_names_that_markdown_would_take_for_its_own(self):
        name = LAB.path("a_b*c|d<e>[f]`g`")
        os.symlink(LAB.data, name)
        folder = LAB.new_path("")
        result = LAB.run("report", "--data", name, "-o", folder, "--epochs", 1, "--seeds", 1, "--limit", 100)
        self.assertEqual(result.returncode, 0, result.stderr)
        page = read_bytes(os.path.join(folder, "report.md")).decode()
        self.assertIn(r"a\_b\*c\|d\<e\>\[f\]\`g\`", page)
        report = parse_json(read_bytes(os.path.join(folder, "report.json")))
        self.assertEqual(report["data"]["name"], os.path.basename(name))

    def test_progress(self):
        self.assertEqual(TWO.progress, [*(f"report: training seed {i} of 2" for i in (1, 2)),
                                        *(f"report: writing file {i} of 7" for i in range(1, 8))])

    def test_the_same_report_twice(self):
        again = Report(*TWO.arguments)
        self.assertEqual(again.text, TWO.text)
        self.assertEqual(again.page, TWO.page)


def claims_with(path, *arguments):
    """What the claims' view shows with the verdicts of that report, by key."""
    shot = LAB.shot("--view", "claims", "--verdicts", path, "--epochs", 0, "--limit", 100, *arguments)
    return {claim["key"]: claim for claim in shot["claims"]}


class VerdictsTest(unittest.TestCase):
    """--verdicts: a report of the same digits has the word in the claims' view."""

    def write(self, change=lambda report: None):
        path, report = LAB.path("report.json"), json.loads(TWO.text)
        change(report)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(report, file)
        return path

    def test_its_verdicts_are_the_headlines(self):
        shown = claims_with(self.write())
        for claim in TWO.json["claims"]:
            with self.subTest(claim["key"]):
                got = shown[claim["key"]]
                self.assertEqual([got[key] for key in ("verdict", "sentence", "so", "starts")],
                                 [claim["verdict"], claim["sentence"], claim["so"], 2])
                self.assertEqual(got["over_seeds"], {"verdict": claim["verdict"], "seeds": 2, "epochs": 10,
                                                     "verdicts": claim["verdicts"], "report": "report.json"})
                self.assertEqual(got["on_show"]["verdict"], "open")
                self.assertTrue(got["setup"].startswith("2 random starts each, 10 epochs, 600 digits to learn from; hidden="))
                self.assertTrue(got["setup"].endswith("; from report.json"))
        self.assertEqual([claim["starts"] for key, claim in shown.items() if claim["page"] != "loss"], [0] * 11)

    def test_a_picture_gives_them_back(self):
        """As long as the report is there; else the picture says why not, and is made all the same."""
        path = self.write(lambda report: report["claims"][1].update(verdict="within chance"))
        first, notices = LAB.shot("--view", "claims", "--verdicts", path, "--epochs", 0)["file"], []
        for verdict in ("within chance", "open"):
            result = LAB.run("shot", "--from", first, "--json", "-o", LAB.new_path(".png"))
            self.assertEqual(result.returncode, 0, result.stderr)
            shown = parse_json(result.stdout)
            self.assertEqual([claim["verdict"] for claim in shown["claims"] if claim["key"] == "dim"], [verdict])
            notices.append([text for text in shown["notices"] if "decided by a report" in text])
            if os.path.exists(path):
                os.remove(path)
        self.assertEqual([len(texts) for texts in notices], [0, 1])

    def test_what_is_no_report_of_these_digits_is_refused(self):
        def lacks(key, sentence):
            return (lambda report: report.pop(key)), sentence
        def claim(key, value, sentence):
            return (lambda report: report["claims"][0].update({key: value})), sentence
        cases = [lacks("claims", "expected the report.json that losslens report writes"), lacks("seeds", "expected the report.json"),
                 lacks("data", "data set"), lacks("epochs", "epochs"), lacks("base", "base"),
                 claim("verdict", "maybe", "its sigmoid: expected a verdict"), claim("sentence", None, "expected a verdict, a sentence"),
                 claim("so", "x" * 300, "what to do"), claim("verdicts", ["true"], "a verdict for each seed"),
                 ((lambda report: report.update(seeds=[3])), "two seeds or more"),
                 ((lambda report: report["data"].pop("test_sha256")), "by which digits are known"),
                 ((lambda report: report["data"].update(train_sha256="0" * 64)), "other digits (small"),
                 ((lambda report: report["data"].update(seed=1)), "the built-in ones")]
        cases = [(self.write, *case) for case in cases]
        for bad, sentence in ((b"", "no JSON"), (b'{"claims": [', "in line 1"), (b"[]", "no results"), (b"\0" * 99, "no JSON")):
            cases.append((self.write_bytes, bad, sentence))
        for write, change, sentence in cases:
            with self.subTest(sentence):
                path, picture = write(change), LAB.new_path(".png")
                result = LAB.run_small("shot", "--verdicts", path, "--epochs", 0, "-o", picture)
                self.assertEqual((result.returncode, result.stdout, os.path.exists(picture)), (4, "", False))
                line, = result.stderr.splitlines()
                self.assertIn(sentence, line)
                self.assertIn("report.json", line)

    def write_bytes(self, text):
        with open(LAB.path("report.json"), "wb") as file:
            file.write(text)
        return LAB.path("report.json")


class RefusalTest(unittest.TestCase):
    QUICK = ["--epochs", 1, "--seeds", 1, "--limit", 100]

    def read(self, folder):
        return {name: read_bytes(os.path.join(folder, name)) for name in os.listdir(folder)}

    def refuse(self, folder, contains, *arguments, status=1, **options):
        result = LAB.run_small("report", "-o", folder, *self.QUICK, *arguments, **options)
        self.assertEqual((result.returncode, result.stdout), (status, ""), result.stderr)
        sentence, = [line for line in result.stderr.splitlines() if line.startswith("losslens: ")]
        self.assertIn(contains, sentence)
        return result

    def test_nothing_is_replaced(self):
        for name in FILES:
            folder = LAB.new_path("")
            os.mkdir(folder)
            with open(os.path.join(folder, name), "w") as file:
                file.write("precious")
            with open(os.path.join(folder, "notes.txt"), "w") as file:
                file.write("precious")
            result = self.refuse(folder, name)
            self.assertNotIn("report: training", result.stderr)  # before any training
            self.assertEqual(self.read(folder), {name: b"precious", "notes.txt": b"precious"})

    def test_other_files_stay(self):
        folder = LAB.new_path("")
        os.mkdir(folder)
        with open(os.path.join(folder, "notes.txt"), "w") as file:
            file.write("precious")
        result = LAB.run_small("report", "-o", folder, *self.QUICK)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(sorted(os.listdir(folder)), sorted([*FILES, "notes.txt"]))

    def test_a_second_report(self):
        before = self.read(TWO.folder)
        self.refuse(TWO.folder, "already exists; --force replaces it")
        self.assertEqual(self.read(TWO.folder), before)

    def test_places_that_cannot_be_written(self):
        with open(LAB.path("file"), "w") as file:
            file.write("precious")
        for place in (LAB.path("file"), LAB.path("file/report"), "/dev/null/report", "/proc/report",
                      LAB.path("y" * 300)):
            with self.subTest(place=place):
                self.refuse(place, os.path.basename(place)[:20])

    def test_default_folder(self):
        folder = LAB.new_path("")
        os.mkdir(folder)
        result = LAB.run_small("report", *self.QUICK, cwd=folder)
        self.assertEqual((result.returncode, result.stdout), (0, "report/report.md\n"), result.stderr)
        self.assertEqual(sorted(os.listdir(os.path.join(folder, "report"))), FILES)

    def test_a_full_disk(self):
        """Files may grow to so many bytes alone: what was written goes again."""
        def limit(bytes_at_most):
            def apply():
                lab_reference.restore_signals()
                signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it
                resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_at_most, bytes_at_most))
            return apply
        largest = max(os.path.getsize(os.path.join(TWO.folder, name)) for name in PICTURES)
        self.run_limited(limit(2000), *self.QUICK)  # none fits
        self.run_limited(limit(largest - 1), *TWO.arguments)  # some do

    def run_limited(self, limit, *arguments):
        folder = LAB.new_path("")
        result = LAB.run_small("report", "-o", folder, *arguments, preexec_fn=limit)
        self.assertEqual((result.returncode, result.stdout), (1, ""), result.stderr)
        sentence, = [line for line in result.stderr.splitlines() if line.startswith("losslens: ")]
        self.assertIn("cannot be written: File too large", sentence)
        self.assertFalse(os.path.exists(folder))

    def test_wrong_arguments(self):
        result = LAB.run("report", "--data", LAB.path("absent"), "-o", LAB.path("none"), *self.QUICK)
        self.assertEqual(result.returncode, 4, result.stderr)
        self.assertFalse(os.path.exists(LAB.path("none/report.md")))


class ChecksTest(unittest.TestCase):
    """--checks: the claims that take more models, and published figures."""
    SPEC = ("seed=3,batch=100", 10, "--limit", 600)

    @classmethod
    def setUpClass(cls):
        cls.report = Report("--model", cls.SPEC[0], "--epochs", 10, "--seeds", 1, "--limit", 600, "--checks")
        cls.long = Report("--model", cls.SPEC[0], "--epochs", 1, "--seeds", 1, "--limit", 64, "--checks", "--published",
                          "vae_conv,conv32,conv32_noise,denoise_bce,denoise_mse")

    def test_claims_against_models_trained_alone(self):
        claims = {claim["key"]: claim for claim in self.report.json["more_claims"]}
        for key, label, changes in [("sharp", "MAE", {"loss": "mae"}), ("blob", "MSE, SGD", {
                "loss": "mse", "hidden": "sigmoid", "layers": "100,50,100", "optimizer": "sgd", "lr": 1})]:
            got, = [variant["mse"] for variant in claims[key]["variants"] if variant["label"] == label]
            own = []
            for seed in (3, 4, 5):
                spec = lab_reference.spec_text(LAB.trained(self.SPEC[0], 0).text, seed=seed, **changes)
                _, p = LAB.trained(spec, *self.SPEC[1:]).outputs(LAB.test_pixels)
                own.append(np.mean((p - LAB.test_pixels) ** 2))
            for name, value in [("mean", np.mean(own)), ("least", min(own)), ("most", max(own))]:
                self.assertAlmostEqual(got[name], value, delta=2e-6, msg=(key, label, name))
        self.assertEqual(self.report.read_table("More that people say")[0], ["claim", "verdict", "because", "so"])
        for row, claim in zip(self.report.read_table("More that people say")[1:], self.report.json["more_claims"]):
            self.assertEqual(row[:2], [f"\u201c{claim['claim']}\u201d", f"**{claim['verdict']}**"])
            self.assertIn(claim["verdict"], ("true", "partly true", "false", "within chance"))

    def test_the_window_takes_its_results(self):
        """Of the trials, three seeds each; a single seed decides no claim."""
        shown = claims_with(os.path.join(self.report.folder, "report.json"), "--claims", "use")
        for claim in self.report.json["more_claims"]:
            with self.subTest(claim["key"]):
                got, variants = shown[claim["key"]], {variant["label"]: variant for variant in claim["variants"]}
                self.assertEqual([got[key] for key in ("verdict", "sentence", "so", "starts")],
                                 [claim["verdict"], claim["sentence"], claim["so"], 3])
                for label, mean in got["figures"]["mse"].items():
                    self.assertAlmostEqual(mean, variants[label]["mse"]["mean"], delta=1e-8)
                for label, apart in got["figures"]["mse_spread"].items():
                    self.assertAlmostEqual(apart, variants[label]["mse"]["most"] - variants[label]["mse"]["least"], delta=1e-8)
        self.assertAlmostEqual(shown["pca"]["over_seeds"]["pca_mse"],
                               [claim["mark"] for claim in self.report.json["more_claims"] if claim["key"] == "pca"][0], delta=1e-8)
        self.assertEqual({claim["over_seeds"] for claim in shown.values() if claim["page"] == "loss"}, {None})

    def test_published_figures_are_mnists(self):
        for check in self.report.json["checks"]:
            for moment in check["moments"]:
                self.assertIsNone(moment["agrees"], check["key"])
                self.assertLessEqual(moment["test"]["least"], moment["test"]["most"])
        self.assertIn("The published figures are of all of MNIST's digits", self.report.page)


    def test_published_alone(self):
        """Neither claims nor pictures are made, and that is said; the figures are the same."""
        alone = Report("--seeds", 1, "--limit", 600, "--published", "pca,adadelta_small")
        self.assertEqual(sorted(os.listdir(alone.folder)), ["report.json", "report.md"])
        both = {check["key"]: check for check in self.report.json["checks"]}
        self.assertEqual(alone.json["checks"], [both[check["key"]] for check in alone.json["checks"]])
        self.assertEqual(len(alone.json["checks"]), 2)
        self.assertEqual([alone.json[key] for key in ("claims", "more_claims", "models", "base", "epochs", "pictures", "seeds")],
                         [None, None, None, None, None, [], [1]])
        for key in ("data", "notices", "program"):
            self.assertEqual(alone.json[key], self.report.json[key])
        self.assertIn("Claims were not measured", alone.page)
        self.assertNotIn("verdict", alone.page)
        self.assertEqual(alone.read_table("Held against published figures")[1:],
                         [row for row in self.report.read_table("Held against published figures")[1:]
                          if row[0] in [check["name"] for check in alone.json["checks"]]])
        result = LAB.run("shot", "--view", "claims", "--verdicts", os.path.join(alone.folder, "report.json"), "-o", LAB.path("none.png"))
        self.assertEqual(result.returncode, 4, result.stderr)
        self.assertIn("its claims were not measured", result.stderr)

    def test_those_that_are_asked_for(self):
        """The long ones, of 64 digits here: nats are a loss summed over the pixels plus the divergence."""
        checks = {check["key"]: check for check in self.long.json["checks"]}
        self.assertEqual(list(checks), ["conv32", "conv32_noise", "vae_conv", "denoise_bce", "denoise_mse"])
        nats, reconstruction, kl = (moment["train"]["mean"] for moment in checks["vae_conv"]["moments"])
        self.assertAlmostEqual(nats, reconstruction + kl, delta=2e-8 * nats)
        self.assertGreater(kl, 0)
        self.assertEqual([moment["of"] for moment in checks["vae_conv"]["moments"]],
                         ["nats an image", "of these the reconstruction", "of these the divergence"])
        self.assertIn("a convolutional variational one of two numbers, nats an image", self.long.page)
        result = LAB.run("report", "--data", LAB.data, "-o", LAB.path("none"), "--checks", "--published", "vae,cnn")
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertIn("cnn", result.stderr)

    def test_what_readme_quotes(self):
        """Its tables of a run on MNIST name the program's claims and published figures, and follow their own rules."""
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "README.md"), encoding="utf-8") as file:
            more, held = (part.split("\n#")[0] for part in re.split(r"\n##+ (?:More that people say|Held against .*)\n", file.read())[1:])
        rows = lambda text: [[cell.strip() for cell in line[1:-1].split("|")] for line in text.splitlines() if line.startswith("| ")][1:]
        claims, quoted = rows(more), rows(held)
        self.assertEqual([row[0] for row in claims], [f"\u201c{claim['claim']}\u201d" for claim in self.report.json["more_claims"]])
        self.assertLessEqual({row[1] for row in claims}, {f"**{verdict}**" for verdict in ("true", "partly true", "false", "within chance")})
        known = [(check, moment) for report in (self.report, self.long) for check in report.json["checks"] for moment in check["moments"]]
        self.assertEqual(len(quoted), len(known))
        for row, (check, moment) in zip(quoted, known):
            with self.subTest(row=row):
                is_first = moment is check["moments"][0]
                self.assertEqual(row[0], ", ".join(filter(None, (check["name"] if is_first else "", moment["of"]))))
                self.assertEqual(row[1], str(moment["epoch"]) if check["spec"] else "")
                span = lambda cell: [float(end) for end in cell.split("\u2013")] * (1 if "\u2013" in cell else 2)
                gaps = []
                for cell, own, published in ((row[2], row[4], moment["published_train"]), (row[3], row[5], moment["published_test"])):
                    self.assertEqual(cell == "", published is None)
                    if published:
                        for end, value in zip(span(cell), published):
                            self.assertAlmostEqual(end, value, delta=6e-6 if value < 0.03 else 6e-5 if value < 1 else 6e-3)
                        least, most = span(own)
                        gaps.append(max(published[0] - most, least - published[1], 0) / published[1])
                self.assertEqual(row[6], "agrees" if max(gaps) <= 0.01 else "near" if max(gaps) <= 0.05 else "differs")


class SignalsTest(unittest.TestCase):
    def stop(self, number, line, *arguments):
        folder = LAB.new_path("")
        process = LAB.start("report", "--data", LAB.data, "-o", folder, *arguments)
        for said in process.stderr:
            if said.startswith(line):
                break
        else:
            self.fail(f"{line} was never said")
        time.sleep(0.01)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, out), (128 + number, ""), err)
        self.assertFalse(os.path.exists(folder))

    def test_while_training(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self.stop(number, "report: training seed 1", "--epochs", 100000)
            self.stop(number, "report: training seed 2", "--epochs", 20, "--seeds", 2)

    def test_while_writing(self):
        for picture in (1, 3, 4):
            self.stop(signal.SIGINT, f"report: writing file {picture} of 7", "--epochs", 2, "--seeds", 1)


if __name__ == "__main__":
    unittest.main()
