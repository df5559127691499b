"""The command line from outside: python3 tests/cli_test.py PATH_TO_LOSSLENS [unittest's arguments]

Arguments, help, exit statuses, files; every figure of the JSON recomputed in numpy from the exported digits and the
saved weights. Arguments that would open a window are not among them. Helpers: cli_reference.py.
"""
import gzip
import io
import json
import os
import pickle
import pty
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
import zipfile

import jsonschema
import numpy as np

import cli_reference as reference

PROGRAM = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else "losslens"
HERE = os.path.dirname(os.path.abspath(__file__))
SCHEMA = json.loads(reference.read_bytes(os.path.join(HERE, "train.schema.json")))
COMMANDS = ["view", "train", "shot", "film", "report", "eval", "data", "data export"]
WITHOUT_DATA = ["data fetch", "data list"]  # what they take belongs to no data set
EVERY = COMMANDS + WITHOUT_DATA
TRAIN_IMAGES, TEST_IMAGES = 700, 300

WORK = None    # a folder of this run's own
SMALL = None   # the data set of most tests: the first of the built-in digits


def setUpModule():
    global WORK, SMALL
    heed_signals()
    WORK = tempfile.mkdtemp(prefix="losslens-cli-")
    SMALL = os.path.join(WORK, "small")
    reference.make_set(PROGRAM, SMALL, TRAIN_IMAGES, TEST_IMAGES)


def tearDownModule():
    shutil.rmtree(WORK)


def heed_signals():
    """A parent in the background may have handed down that they are ignored. Here and not in each child: what runs between
    fork and exec makes Python copy itself."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def start(*arguments, **options):
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
    return subprocess.Popen([PROGRAM, *map(str, arguments)], **options)


def run(*arguments, **options):
    process = start(*arguments, **options)
    out, err = process.communicate(timeout=300)
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def train(*arguments):
    force = ["--force"] if "-o" in arguments else []
    result = run("train", "--data", SMALL, *arguments, *force)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def path(name):
    return os.path.join(WORK, name)


def parse_help(command):
    """Option -> metavar or None, as the help of a command lists them."""
    text = run(*command.split(), "--help").stdout
    rows = re.findall(r"^  (-o|--[a-z-]+)(?: (\S+))?", text.split("Options:\n")[1], re.M)
    return {name: metavar or None for name, metavar in rows if name != "--help"}


VALID = {"--from": "a.png", "--data": "builtin", "--a": "loss=mse", "--b": "loss=mse", "--model": "loss=mse", "--epochs": "1",
         "--limit": "1", "--threads": "1", "--without": "3", "--init": "x", "--watch": "x", "--figures": "x.csv", "--npy": "x", "--log": "step", "-o": "x", "--size": "1000x700",
         "--page": "0", "--digit": "x.png", "--digit-invert": "no", "--digit-threshold": "0.5", "--digit-turn": "90", "--view": "solo", "--preset": "mae", "--lesson": "1", "--lesson-step": "1", "--shots": "x", "--scale": "1", "--isa": "plain",
         "--trace": "x", "--heatmap": "mse,dead", "--heat-scale": "1", "--binary": "0.5", "--show-as": "sample", "--wipe": "0.5",
         "--histogram": "linear", "--brush": "0.25,0.5", "--curve": "mae", "--outputs": "relu,clip", "--losses": "bce", "--claims": "use", "--measure": "pca,odd", "--verdicts": "x", "--iterate": "3", "--published": "vae,conv",
         "--pixel": "3,27", "--target": "0.5", "--step": "1", "--every": "10", "--fps": "8", "--seeds": "2",
         "--sides": "a", "--number": "3", "--pull": "a3=0.5,b12=-1e-05", "--plane": "3,0", "--chance": "7", "--pause": "0", "--number-page": "1", "--number-shows": "encoder", "--walk": "0.5", "--walk-to": "3", "--hide": "more,data", "--first": "3", "--random": "1", "--pad": "3", "--drawing": "eNpjYBgFo2AUwAAAAxAAAQ", "--title": "a title", "--to": "x", "--mirror": "https://localhost/", "--stall": "1", "--from": "x.png", "--theme": "light", "--speed": "10", "--turn": "half", "--scale-max": "1"}
BAD = {"--data": [""], "--turn": ["", "x", "Left", "90"], "--scale-max": ["0", "-1", "x", "", "nan", "1e3", "4294967296"],
       "--to": [""], "--mirror": [""], "--from": [""], "--stall": ["0", "3601", "-1", "x", "", "1.5"],
       "--epochs": ["-1", "x", "", "1.5", "100001", "99999999999", "1 ", "+1", "0x10"],
       "--limit": ["0", "-1", "x", "", "2147483648", "99999999999"],
       "--threads": ["0", "65", "-1", "x", "", "2.0"],
       "--init": [""], "--watch": [""], "-o": [""], "--digit": [""], "--digit-invert": ["", "x", "Yes"], "--digit-threshold": ["0", "0.99", "x", ""], "--digit-turn": ["", "45", "360", "-90"], "--shots": [""], "--trace": [""],
       "--log": ["", "steps", "epoch|step", "Epoch"],
       "--preset": ["", "x", "MAE", "mae,"], "--lesson": ["0", "99", "x", ""], "--lesson-step": ["0", "100", "x", ""],
       "--view": ["", "both", "compare|", "Matrix", "solo-a"],
       "--heatmap": ["", "x", "BCE", "bce,", ",bce", "bce,,mse", "bce,mse,mae", "bce mse"],
       "--heat-scale": ["0", "-1", "21", "x", "", "nan", "1e0"],
       "--binary": ["-0.1", "1.1", "x", "", "yes"], "--show-as": ["", "x", "Mean", "mean|sample"], "--wipe": ["-0.1", "1.1", "x", ""],
       "--histogram": ["", "x", "Log", "log|linear"], "--curve": ["", "x", "BCE"],
       "--brush": ["", "x", "0.5", "0.5,", ",0.5", "0.5,0.25", "0,1,2", "a,b", "0.1 0.2", "0.1,x"],
       "--outputs": ["", "x", "ReLU", "relu,relu", "relu,", "leaky_relu"], "--losses": ["", "x", "BCE", "bce,bce", "bce,"],
       "--claims": ["", "x", "Use", "1"], "--measure": ["", "x", "all", "pca,pca", "pca,"], "--verdicts": [""],
       "--pixel": ["", "x", "3", "3,", ",3", "28,0", "0,28", "-1,0", "1,2,3", "1.5,2", "1 2"],
       "--target": ["-0.1", "1.1", "x", ""], "--step": ["-1", "x", "", "1.5", "99999999999"],
       "--every": ["0", "-1", "x", "", "1.5"], "--fps": ["0", "61", "x", ""], "--seeds": ["0", "33", "x", "", "1.5"],
       "--isa": ["", "sse", "avx"], "--theme": ["", "blue", "Dark", "dark|light", "dark,light"],
       "--title": ["", " ", "a" * 201, "a\nb", "\x1b[1m"],
       "--speed": ["", "x", "0", "2", "1000", "Full", "1.0", "1|10"],
       "--size": ["", "x", "960", "960x", "x600", "959x600", "960x599", "7681x600", "960x4321", "960x600x", "960X600",
                  "1e3x700", "-960x600", "999999x700", " 960x600"],
       "--page": ["-1", "x", "", "2147483648"], "--sides": ["", "c"], "--number": ["0", "x", ""], "--pull": ["", "a3", "a3=nan", "a3=1,a3=2"], "--plane": ["", "3", "1,2,3", "-1,2"], "--chance": ["-1", "1000", ""], "--pause": ["-1", "x", ""], "--number-page": ["-1", "x", ""], "--number-shows": ["", "x"], "--walk": ["-0.1", "1.1", "x"], "--walk-to": ["-1", "x"], "--hide": ["", "x", "more,", "more,more", "More"], "--first": ["-1", "x", ""], "--random": ["-1", "x", ""], "--pad": ["-1", "x", ""],
       "--drawing": ["", "x", "AAAA", "eNpj"],
       "--scale": ["0.4", "4.1", "x", "", "nan", "inf", "-1", "1,5", "1.2.3", "1e0"]}
BAD_SPECS = {"loss": ["x", "", "BCE"], "output": ["x", "", "leaky_relu"], "hidden": ["x", "", "softmax"],
             "layers": ["", "0", "2049", "x", "1,2,3,4,5,6,7,8", "32,", "32,,16", "-1", "1.5"],
             "optimizer": ["x", "", "Adam"], "lr": ["0", "-1", "101", "x", "", "nan", "inf", "1e"],
             "batch": ["0", "4097", "x", "", "1.5", "-1"], "noise": ["-0.1", "2.1", "x", "", "nan"],
             "l1": ["-1", "1.1", "x", "", "inf"], "seed": ["-1", "4294967296", "x", "", "99999999999"]}


class ArgumentsTest(unittest.TestCase):
    def refuse(self, *arguments, contains="", command=""):
        result = run(*arguments)
        self.assertEqual(result.returncode, 2, (arguments, result.stderr))
        self.assertEqual(result.stdout, "")
        lines = result.stderr.splitlines()
        self.assertEqual(len(lines), 2, result.stderr)
        self.assertTrue(lines[0].startswith("losslens: "), lines[0])
        self.assertIn(contains, lines[0])
        self.assertEqual(lines[1], f"try 'losslens {command + ' ' if command else ''}--help'", arguments)

    def test_unknown_command(self):
        for name in ["trian", "export", "", "Train", "help"]:
            self.refuse(name, contains="expected view, train, shot, film, report, eval, code or data")

    def test_bad_values(self):
        """Each at the first command that has the option, one of them at the others, which share its row mostly."""
        seen = set()
        for command in EVERY:
            options = parse_help(command)
            self.assertEqual("--data" in options, command in COMMANDS)
            for name, values in BAD.items():
                wanted = [] if name not in options else values[:1] if name in seen else values
                seen |= {name} & set(options)
                for value in wanted:
                    with self.subTest(command=command, option=name, value=value):
                        self.refuse(*command.split(), name, value, contains=name, command=command)
                        if name.startswith("--") and value == values[0]:
                            self.refuse(*command.split(), f"{name}={value}", contains=name, command=command)

    def test_epochs_of_view_begin_at_one(self):
        self.refuse("view", "--epochs", "0", contains="from 1 to 100000", command="view")

    def test_what_is_to_be_chosen_is_listed(self):
        for command in ("view", "shot", "film"):
            self.refuse(command, "--theme", "grey", contains="--theme grey: expected one of dark, light", command=command)
        self.refuse("view", "--speed", "fast", contains="--speed fast: expected one of 1, 10, 100, full", command="view")

    def test_bad_specs(self):
        for command, options in (("view", ["--a", "--b"]), ("shot", ["--a", "--b"]), ("film", ["--a", "--b"]),
                                 ("train", ["--model"]), ("report", ["--model"])):
            for option in options:
                for key, values in BAD_SPECS.items():
                    for value in values if option in ("--a", "--model") and command in ("view", "train") else values[:1]:
                        with self.subTest(option=option, key=key, value=value):
                            self.refuse(command, option, f"{key}={value}", contains=f"{option}: ", command=command)
                for text in ["loss", "x=1", "loss=bce,loss=mse", "loss=bce,", ",loss=bce", "loss=bce output=relu", "=",
                             "y" * 5000]:
                    self.refuse(command, option, text, contains=f"{option}: ", command=command)

    def test_each_option_twice_without_value_and_elsewhere(self):
        tables = {command: parse_help(command) for command in EVERY}
        every = {name for table in tables.values() for name in table}
        known = set()  # whose value was asked for at another command
        lacking = {name: [command for command in COMMANDS if name not in tables[command]][:2] for name in every}
        for command, table in tables.items():
            words = command.split()
            for name in sorted(n for n in every if command in lacking[n]) if command in COMMANDS else ["--data", "--threads"]:
                self.refuse(*words, name, contains=f"{name} is an option of ", command=command)
            for name, metavar in table.items():
                with self.subTest(command=command, option=name):
                    if name in known and name in BAD:  # that this command takes it, too, a bad value tells
                        continue
                    pair = [name, VALID[name]] if metavar else [name]
                    self.refuse(*words, *pair, *pair, contains=f"{name} is given twice", command=command)
                    if name in known:
                        continue
                    known.add(name)
                    if metavar:
                        self.refuse(*words, name, contains=f"{name} needs a value", command=command)
                        self.refuse(*words, name, "--json", contains=f"{name} needs a value", command=command)
                    else:
                        self.refuse(*words, name + "=1", contains="takes no value", command=command)

    def test_unknown_option(self):
        for command in EVERY:
            for name in ["--bogus", "-x", "--bogus=1", "--Data", "--dat", "-o=x"] if command in COMMANDS else []:
                self.refuse(*command.split(), name, contains="unknown option", command=command)
            self.refuse(*command.split(), "--bogus", contains="--data, " if command in COMMANDS else "--json", command=command)
        self.refuse("--bogus", contains="unknown option '--bogus'; view takes --data", command="view")

    def test_operands(self):
        self.refuse("view", "x", "y", contains="unexpected argument 'y'", command="view")
        for command in ["train", "shot", "film", "report", "data"]:
            self.refuse(command, "x", contains="unexpected argument 'x'", command=command)
            self.refuse(command, "--", "--threads", contains="unexpected argument", command=command)
        self.refuse("eval", contains="needs a model", command="eval")
        self.refuse("eval", "a", "b", contains="unexpected argument 'b'", command="eval")
        self.refuse("eval", "", contains="path", command="eval")
        self.refuse("film", contains="film needs a place", command="film")

    def test_links(self):
        """What a link may say: test_link.c."""
        for command, option in (("view", []), ("shot", ["--from"]), ("film", ["--from"])):
            for link, word in (("#view=nowhere", "the link: view nowhere: expected one of compare"),
                               ("#a=/etc/passwd", "the link: a: "), ("#data=/etc", "expected one of builtin, mnist"),
                               ("https://example.org/x.png", "has no #"), ("#view=%zz", "hexadecimal"), ("#" + "x" * 5000, "at most 4095"),
                               ("x.html#curve=bce&curve=bce", "curve is given twice")):
                self.refuse(command, *option, link, *(["-o", "x"] if option else []), contains=word, command=command)
        self.refuse("#view=nowhere", contains="the link: view", command="view")
        self.refuse("view", "#pad=1", "--drawing", VALID["--drawing"], contains="one of them, please", command="view")
        self.refuse("view", "--pad", "1", "--digit", "x.png", contains="--digit and --pad: both", command="view")

    def test_lessons(self):
        self.refuse("shot", "--lesson", "1", "--lesson-step", "7", contains="lesson 1 has 6 cards", command="shot")
        self.refuse("shot", "--lesson-step", "1", contains="of which lesson", command="shot")
        self.refuse("shot", "--lesson", "1", "--preset", "mae", contains="--preset and --lesson", command="shot")
        self.refuse("shot", "--preset", "x", contains="expected one of redraw, optimum, ", command="shot")
        self.refuse("data", "export", contains="needs a folder", command="data export")
        self.refuse("data", "export", "a", "b", contains="unexpected argument 'b'", command="data export")
        self.refuse("data", "fetch", contains="needs a name", command="data fetch")
        self.refuse("data", "fetch", "mnist", "kmnist", contains="takes one data set, and that was 'mnist'", command="data fetch")
        self.refuse("data", "list", "x", contains="unexpected argument 'x'", command="data list")

    def test_help(self):
        program = run("--help")
        self.assertEqual((program.returncode, program.stderr), (0, ""))
        self.assertEqual(run("-h").stdout, program.stdout)
        for command in EVERY:
            self.assertIn(command, program.stdout)
            result = run(*command.split(), "--help")
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            self.assertTrue(result.stdout.startswith("losslens: what the loss does to the picture\n\nUsage: losslens "),
                            result.stdout)
            self.assertLessEqual(max(map(len, result.stdout.splitlines())), 110)
        for word in ["sigmoid", "softplus", "leaky_relu", "adadelta", "mae"]:
            self.assertIn(word, run("train", "--help").stdout)

    def test_version(self):
        result = run("--version")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(result.stdout, r"^losslens \d+\.\d+\.\d+\n$")


class FiguresTest(unittest.TestCase):
    def test_schema_and_order(self):
        result = run("train", "--limit", "512", "--epochs", "2")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(len(result.stderr.splitlines()), 2, result.stderr)
        report = json.loads(result.stdout)
        jsonschema.validate(report, SCHEMA)
        self.assertEqual(list(report), ["spec", "data", "epochs", "steps", "seconds", "samples_per_second", "threads",
                                        "history", "test", "diagnosis", "weights_sha256", "notices"])
        self.assertIsNone(report["diagnosis"])
        self.assertEqual(report["notices"], [])
        self.assertEqual((report["epochs"], report["steps"]), (2, 4))
        self.assertEqual([entry["epoch"] for entry in report["history"]], [1, 2])
        self.assertEqual(report["data"]["name"], "builtin")
        self.assertEqual((report["data"]["train"], report["data"]["test"]), (512, 10000))
        self.assertEqual(report["history"][-1]["test_bce"], report["test"]["bce"])
        self.assertAlmostEqual(report["samples_per_second"] * report["seconds"], 1024, delta=1)

    def test_what_went_wrong_is_said(self):
        for spec, epochs, key in [("optimizer=adadelta,lr=0.001", 2, "rate_too_small"), ("l1=1,batch=8,lr=0.01", 8, "dead_code"),
                                  ("optimizer=sgd,lr=100,loss=mse,output=linear,hidden=linear", 2, "broke"),
                                  ("output=sigmoid2", 1, "sigmoid_twice"), ("output=softmax", 1, "softmax"),
                                  ("model=vae,beta=100,batch=8", 4, "collapsed")]:
            with self.subTest(spec=spec):
                report = train("--model", spec, "--epochs", epochs, "--limit", 600)
                jsonschema.validate(report, SCHEMA)
                self.assertEqual(report["diagnosis"]["key"], key)
                self.assertRegex(report["diagnosis"]["sentence"], r"^The model [^.]*\. .*\.$")

    def test_figures_against_numpy(self):
        for spec in ["loss=bce,output=sigmoid", "loss=mse,output=linear", "loss=bce,output=relu",
                     "loss=mse,output=relu", "loss=mae,output=clip", "loss=bce,output=softplus",
                     "loss=mse,output=tanh01,hidden=tanh,layers=64,16,64", "loss=mse,output=tanh,range=symmetric",
                     "targets=binary", "loss=mse,output=linear,range=standard"]:
            with self.subTest(spec=spec):
                file = path("figures.safetensors")
                report = train("--model", spec, "--epochs", 4, "--limit", 600, "-o", file)
                jsonschema.validate(report, SCHEMA)
                images = reference.read_digits(SMALL, "t10k")[0]
                tensors, metadata = reference.read_safetensors(file)
                self.assertEqual({key: metadata[key] for key in ("format", "spec", "step")},
                                 {"format": "losslens", "spec": report["spec"], "step": "12"})
                self.assertEqual("mean" in metadata, "range=standard" in spec)
                expected = reference.measure(report["spec"], tensors, images, metadata)
                if "range=" in spec:
                    self.assertEqual((report["range"]["scale"], report["range"]["offset"]),
                                     tuple(map(lambda v: float(np.float32(v)), reference.find_range(
                                         reference.parse_spec(report["spec"]), metadata))))
                self.compare(report["test"], expected)
                self.assertEqual(report["weights_sha256"], reference.digest(tensors))
                for key, value in reference.measure_appearance(report["spec"], tensors, images, metadata).items():
                    self.assertAlmostEqual(report["test"][key], value, delta=2e-5, msg=key)
                for key in ("mean_input", "bce_floor"):
                    self.assertAlmostEqual(report["data"][key], expected["bce_floor"] if key == "bce_floor" else
                                           expected["mean_input"], delta=1e-9)
                evaluated = run("eval", "--data", SMALL, file)
                self.assertEqual(evaluated.returncode, 0, evaluated.stderr)
                evaluated = json.loads(evaluated.stdout)
                keys = ["spec", "step", "data", "test", "diagnosis", *(["range"] if "range=" in spec else []), "notices"]
                self.assertEqual(list(evaluated), keys)
                self.assertEqual(evaluated["test"], report["test"])
                self.assertEqual((evaluated["spec"], evaluated["step"]), (report["spec"], 12))

    def test_what_a_model_samples(self):
        """The divergence stands beside the loss, in figures and history, and only where a layer samples."""
        file = path("sample.safetensors")
        result = run("train", "--data", SMALL, "--model", "layers=48-sample3-48,reduce=sum,batch=50", "--epochs", 2, "-o", file)
        report = json.loads(result.stdout)
        jsonschema.validate(report, SCHEMA)
        last, tensors = report["history"][-1], reference.read_safetensors(file)[0]
        x = np.maximum(reference.read_digits(SMALL, "t10k")[0] / 255 @ tensors["encoder.0.weight"].T + tensors["encoder.0.bias"], 0)
        mean, log_variance = (x @ tensors[f"{name}.weight"].T + tensors[f"{name}.bias"] for name in ("mean", "log_variance"))
        kl = (np.exp(log_variance) + mean ** 2 - 1 - log_variance).sum(1).mean() / 2
        self.assertAlmostEqual(report["test"]["kl"], kl, delta=1e-5 * kl)
        self.assertEqual(last["test_kl"], report["test"]["kl"])
        self.assertAlmostEqual(report["test"]["loss_and_kl_per_image"], report["test"]["loss_per_image"] + report["test"]["kl"], places=4)
        self.assertGreater(last["train_kl"], 0)
        self.assertIsNone(report["diagnosis"])
        self.assertIn(f"kl train {last['train_kl']:.2f} test {last['test_kl']:.2f}", result.stderr.splitlines()[-1])
        evaluated = run("eval", "--data", SMALL, file)
        self.assertEqual(json.loads(evaluated.stdout)["test"], report["test"])
        self.assertEqual(evaluated.stderr, "")
        self.assertNotIn("kl", run("train", "--limit", 100, "--data", SMALL, "--epochs", 1).stderr)

    def test_a_code_that_collapsed(self):
        """Where KL weighs 784 times as much beside a mean over the pixels, and not beside their sum."""
        for spec, kl, said in [("model=vae,batch=8", (1, 100), None), ("model=vae,batch=8,reduce=mean", (0, 0.02), "weighs as 784 beside a sum")]:
            report = train("--model", spec, "--epochs", 2, "--limit", 600, "--log", "step")
            jsonschema.validate(report, SCHEMA)
            self.assertTrue(kl[0] < report["test"]["kl"] < kl[1], report["test"]["kl"])
            self.assertEqual(len(report["step_kl"]), len(report["step_loss"]))
            self.assertEqual(report["history"][0]["step_kl"], report["step_kl"][:75])
            if said:
                self.assertEqual((report["diagnosis"]["key"], report["test"]["idle_code_units"]), ("collapsed", 2))
                self.assertIn(said, report["diagnosis"]["sentence"])
            else:
                self.assertIsNone(report["diagnosis"])

    def test_the_price_of_a_code(self):
        """l1 times the sum of the code's sizes, of a test digit; nowhere where there is none."""
        file = path("price.safetensors")
        report = train("--model", "l1=0.002,hidden=tanh,layers=20", "--epochs", 1, "-o", file)
        jsonschema.validate(report, SCHEMA)
        tensors = reference.read_safetensors(file)[0]
        code = np.tanh(reference.read_digits(SMALL, "t10k")[0] / 255 @ tensors["encoder.0.weight"].T + tensors["encoder.0.bias"])
        price = 0.002 * np.abs(code).sum(1).mean()
        self.assertAlmostEqual(report["test"]["price"], price, delta=1e-5 * price)
        self.assertEqual(report["history"][-1]["test_price"], report["test"]["price"])
        # of a training epoch that hardly moves the weights: that of the training digits
        first = train("--model", "l1=0.002,hidden=tanh,layers=20,optimizer=sgd,lr=1e-9,batch=64", "--epochs", 1, "--init", file, "--log", "step")
        jsonschema.validate(first, SCHEMA)
        code = np.tanh(reference.read_digits(SMALL, "train")[0] / 255 @ tensors["encoder.0.weight"].T + tensors["encoder.0.bias"])
        price = 0.002 * np.abs(code).sum(1).mean()
        self.assertAlmostEqual(first["history"][-1]["train_price"], price, delta=1e-4 * price)
        self.assertEqual(first["history"][-1]["step_price"], first["step_price"])
        self.assertEqual(len(first["step_price"]), len(first["step_loss"]))
        self.assertNotIn("price", json.dumps(train("--epochs", 1)))

    def compare(self, test, expected):
        pixels = TEST_IMAGES * 784
        self.assertEqual("loss_in_range" in test, "loss_in_range" in expected)
        for key in (*reference.LOSS, "sigma", "excess_bce", "psnr", "mean_input", "mean_output", "loss_in_range"):
            if key not in expected:
                continue
            self.assertAlmostEqual(test[key], expected[key], delta=2e-5 * abs(expected[key]) + 1e-7, msg=key)
        self.assertAlmostEqual(test["bias"], expected["bias"], delta=1e-6)
        for group, value in expected["bias_by_target"].items():
            self.assertAlmostEqual(test["bias_by_target"][group], value, delta=2e-5, msg=group)
        for key in ("below_0", "far_below_0", "above_1", "below_002", "above_098"):
            self.assertAlmostEqual(test[key] * pixels, expected[key], delta=5, msg=key)
        self.assertAlmostEqual(test["dead_outputs"], expected["dead_outputs"], delta=1)
        self.assertAlmostEqual(test["never_lit"], expected["never_lit"], delta=1)
        self.assertEqual(test["dead_code_units"], expected["dead_code_units"])
        self.assertEqual(test["nonfinite"], 0)
        self.assertEqual(test["histogram"]["edges"], [i / 64 for i in range(65)])
        for key in ("input", "output"):
            difference = np.abs(np.array(test["histogram"][key]) - expected["histogram"][key]).sum()
            self.assertLessEqual(difference, 20, key)
            self.assertEqual(sum(test["histogram"][key]), pixels, key)

    def test_leaving_a_label_out(self):
        """AUROC and histogram of each loss against a count of all pairs; the others train in their own order."""
        file, labels = path("without.safetensors"), reference.read_digits(SMALL, "t10k")[1]
        report = train("--without", 4, "--epochs", 3, "--model", "batch=50", "-o", file)
        jsonschema.validate(report, SCHEMA)
        gone = int((reference.read_digits(SMALL, "train")[1] == 4).sum())
        self.assertEqual(report["data"]["train"], TRAIN_IMAGES - gone)
        self.assertEqual(report["notices"], [f"without label 4: {gone} of 700 training images are left out; figures are "
                                             "over all test images"])
        tensors = reference.read_safetensors(file)[0]
        t = reference.read_digits(SMALL, "t10k")[0] / 255
        z = reference.forward(reference.parse_spec(report["spec"]), tensors, t)
        p = 1 / (1 + np.exp(-z))
        errors = {"bce": reference.bce(reference.parse_spec(report["spec"]), z, p, t), "mse": (p - t) ** 2, "mae": abs(p - t)}
        auroc = report["auroc"]
        self.assertEqual((auroc["left_out"], auroc["images"]),
                         (4, {"kept": int((labels != 4).sum()), "left_out": int((labels == 4).sum())}))
        for loss, error in errors.items():
            error = error.mean(axis=1)
            high, low = error[labels == 4][:, None], error[labels != 4]
            self.assertAlmostEqual(auroc[loss]["auroc"], ((high > low) + 0.5 * (high == low)).mean(), delta=2e-3, msg=loss)
            for kind, values in (("kept", low), ("left_out", high)):
                counts = np.histogram(values, 40, (error.min(), error.max()))[0]
                self.assertLessEqual(abs(counts - auroc[loss][kind]).sum(), 4, (loss, kind))
            self.assertAlmostEqual(auroc[loss]["edges"][-1], error.max(), delta=1e-5)
        evaluated = run("eval", "--data", SMALL, "--without", 4, file)
        self.assertEqual(json.loads(evaluated.stdout)["auroc"], auroc, evaluated.stderr)
        result = run("train", "--data", SMALL, "--without", 10)
        self.assertEqual((result.returncode, result.stderr),
                         (2, "losslens: --without 10: none of the training images have that label\n"))

    def test_pca_against_numpy(self):
        """Of as many components as the code has units, of the images that are trained on."""
        file = path("pca.safetensors")
        train_images, test_images = (reference.read_digits(SMALL, part)[0] / 255 for part in ("train", "t10k"))
        for images, arguments in ((train_images[:600], ["--limit", 600]), (train_images, [])):
            mean = images.mean(axis=0)
            components = np.linalg.svd(images - mean, full_matrices=False)[2][:24]
            left = lambda x: (((x - mean) - (x - mean) @ components.T @ components) ** 2).mean()
            report = train("--model", "layers=64,24,64", "--epochs", 0, "--pca", *arguments,
                           *([] if arguments else ["-o", file]))
            jsonschema.validate(report, SCHEMA)
            self.assertEqual(report["pca"]["components"], 24)
            self.assertAlmostEqual(report["pca"]["train_mse"], left(images), delta=1e-9)
            self.assertAlmostEqual(report["pca"]["test_mse"], left(test_images), delta=1e-9)
        evaluated = run("eval", "--data", SMALL, "--pca", file)
        self.assertEqual(json.loads(evaluated.stdout)["pca"], report["pca"], evaluated.stderr)

    def test_step_losses_against_double_precision(self):
        for spec in ["loss=bce,output=sigmoid,batch=64", "loss=mse,output=linear,batch=64",
                     "loss=mse,output=sigmoid,batch=50"]:
            with self.subTest(spec=spec):
                file, trained = path("initial.safetensors"), path("trained.safetensors")
                train("--model", spec, "--epochs", 0, "-o", file)
                report = train("--model", spec, "--epochs", 1, "--limit", 200, "--no-shuffle", "--log", "step",
                               "-o", trained)
                jsonschema.validate(report, SCHEMA)
                self.assertEqual(len(report["step_loss"]), 4)
                self.assertEqual(report["history"][0]["step_loss"], report["step_loss"])
                images = reference.read_digits(SMALL, "train")[0][:200]
                losses, weights = reference.train(report["spec"], reference.read_safetensors(file)[0], images)
                for got, expected in zip(report["step_loss"], losses):
                    self.assertAlmostEqual(got, expected, delta=1e-4 * expected)
                for name, values in reference.read_safetensors(trained)[0].items():
                    self.assertLess(np.abs(values - weights[name]).max(), 1e-4, name)

    def test_shuffling(self):
        shuffled = train("--epochs", 1, "--log", "step")["step_loss"]
        ordered = train("--epochs", 1, "--log", "step", "--no-shuffle")["step_loss"]
        self.assertEqual(len(ordered), 3)
        self.assertNotEqual(ordered, shuffled)

    def test_same_weights_for_any_threads(self):
        reports = [train("--epochs", 2, "--threads", n, "--model", "noise=0.2") for n in (1, 2, 3, 5, 8)]
        self.assertEqual([report["threads"] for report in reports], [1, 2, 3, 5, 8])
        self.assertEqual(len({report["weights_sha256"] for report in reports}), 1)
        for report in reports:
            self.assertEqual(report["test"], reports[0]["test"])

    def test_each_instruction_set_agrees(self):
        losses = []
        for isa in ("plain", "avx2", "avx512", "amx"):
            result = run("train", "--data", SMALL, "--epochs", 2, f"--isa={isa}")
            if result.returncode == 1 and ("this processor cannot" in result.stderr or "built without" in result.stderr):
                continue
            self.assertEqual(result.returncode, 0, result.stderr)
            losses.append(json.loads(result.stdout)["test"]["bce"])
        for loss in losses:
            self.assertAlmostEqual(loss, losses[0], delta=1e-4 * losses[0])

    def test_init_round_trip(self):
        first, second = path("first.safetensors"), path("second.safetensors")
        trained = train("--model", "loss=mse,layers=24", "--epochs", 2, "-o", first)
        same = train("--init", first, "--epochs", 0, "-o", second)
        for key in ("spec", "epochs", "steps", "test", "weights_sha256"):
            self.assertEqual(same[key], trained[key], key)
        self.assertIsNone(same["samples_per_second"])
        self.assertEqual(reference.read_bytes(first), reference.read_bytes(second))
        more = train("--init", first, "--epochs", 2)
        self.assertEqual([entry["epoch"] for entry in more["history"]], [3, 4])
        self.assertEqual((more["epochs"], more["steps"]), (4, 12))
        other = train("--init", first, "--model", "loss=bce,layers=24", "--epochs", 0)
        self.assertEqual(other["weights_sha256"], trained["weights_sha256"])
        self.assertIn("loss=bce", other["spec"])
        # 6 steps are not a whole number of epochs of 4 steps
        fresh = train("--init", first, "--model", "batch=200,layers=24", "--epochs", 1)
        self.assertEqual((fresh["epochs"], fresh["steps"], fresh["history"][0]["epoch"]), (1, 4, 1))

    def test_broken_model(self):
        spec = "loss=mse,output=linear,optimizer=sgd,lr=100,layers=512,512,512"
        arguments = ["train", "--data", SMALL, "--model", spec, "--epochs", "50", "--log", "step"]
        result = run(*arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        report = json.loads(result.stdout)
        jsonschema.validate(report, SCHEMA)
        self.assertIn(f"at step {report['broken_step']}", result.stderr)
        self.assertEqual((len(report["step_loss"]), report["steps"]), (report["broken_step"], report["broken_step"]))
        self.assertEqual(len(report["history"]), report["epochs"])
        self.assertIsNone(report["test"]["mse"])
        self.assertGreater(report["test"]["nonfinite"], 0)
        file = path("broken.safetensors")
        result = run(*arguments, "-o", file)
        self.assertEqual(result.returncode, 1)
        report = json.loads(result.stdout)
        jsonschema.validate(report, SCHEMA)
        self.check_kept(file, report, result.stderr)
        self.assertEqual(report["saved_step"], report["broken_step"] - 1)  # one that breaks at once keeps every step
        result = run("train", "--data", SMALL, "--init", file, "--epochs", "0")
        self.assertEqual(result.returncode, 0, result.stderr)

    def check_kept(self, file, report, said):
        tensors, metadata = reference.read_safetensors(file)
        self.assertTrue(all(np.isfinite(values).all() for values in tensors.values()))
        self.assertEqual(metadata["step"], str(report["saved_step"]))
        self.assertIn(f"{file} has the weights of step {report['saved_step']}", said)
        self.assertNotEqual(reference.digest(tensors), report["weights_sha256"])

    def test_a_model_that_breaks_late(self):
        """Its weights are those of a run that ends at the step that was kept, here the end of an epoch."""
        for lr in range(20, 4, -1):
            spec = f"loss=mse,output=linear,hidden=leaky_relu,layers=128,32,128,optimizer=sgd,lr={lr},batch=16"
            arguments = ["train", "--data", SMALL, "--limit", "256", "--model", spec, "--force", "-o"]
            result = run(*arguments, path("late"), "--epochs", "30")
            report = json.loads(result.stdout)
            if report.get("broken_step", 0) > 16:
                break
        else:
            self.fail("no model broke after its first epoch")
        self.assertEqual(result.returncode, 1, result.stderr)
        self.check_kept(path("late"), report, result.stderr)
        self.assertEqual(report["saved_step"], (report["broken_step"] - 1) // 16 * 16)
        result = run(*arguments, path("same"), "--epochs", report["saved_step"] // 16)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(reference.read_bytes(path("late")), reference.read_bytes(path("same")))


class FilesTest(unittest.TestCase):
    def fail(self, status, *arguments, contains="", lines=""):
        """lines: of Python, behind the sentence."""
        result = run(*arguments)
        self.assertEqual(result.returncode, status, (arguments, result.stderr[:400]))
        self.assertEqual(result.stdout, "")
        self.assertRegex(result.stderr, rf"^losslens: [^\n]+\n{lines}$")
        self.assertIn(contains, result.stderr)
        return result

    def test_bad_data(self):
        os.makedirs(path("empty"), exist_ok=True)
        shutil.copytree(SMALL, path("html"))
        with open(path("html/train-images-idx3-ubyte"), "w") as file:
            file.write("<!DOCTYPE html><html>404</html>")
        for command in ("train", "data", ("data", "export"), "eval"):
            words = [command] if isinstance(command, str) else list(command)
            operand = {"eval": [path("eval.safetensors")], "data export": [path("nothing")]}.get(" ".join(words), [])
            train("--epochs", 0, "-o", path("eval.safetensors"))
            for folder in ("missing", "empty", "html", "html/train-images-idx3-ubyte"):
                with self.subTest(command=command, folder=folder):
                    self.fail(4, *words, "--data", path(folder), *operand, contains=os.path.basename(folder))
        self.assertFalse(os.path.exists(path("nothing")))

    def bad_models(self):
        good = path("good.safetensors")
        train("--epochs", 0, "-o", good)
        data = reference.read_bytes(good)
        tensors, metadata = reference.read_safetensors(good)
        broken = {name: values.copy() for name, values in tensors.items()}
        broken["decoder.0.bias"][3] = np.nan
        pack = reference.pack_safetensors
        return {"empty": b"", "short": data[:-1], "long": data + b"\0", "text": b"<html>" * 100, "header": data[:20],
                "nan": pack(broken, metadata),
                "fewer": pack(dict(list(tensors.items())[:2]), metadata)}

    def other_files(self):
        """Files and what is there under their names, made as people make them."""
        pickled, array = io.BytesIO(), io.BytesIO()
        pickle.dump({"weight": [1.0]}, pickled)
        np.savez(array, train=np.zeros((2, 2)))
        torch = io.BytesIO()
        with zipfile.ZipFile(torch, "w") as archive:
            archive.writestr("archive/data.pkl", b"x")
        return {"zip file of NumPy arrays": array.getvalue(), "PyTorch file": torch.getvalue(),
                "Python pickle": pickled.getvalue(), "JPEG picture": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
                "web page": b"<!DOCTYPE html>\n<title>404</title>", "gzip file": gzip.compress(bytes(100)),
                "IDX file of float32 of rank 1": bytes([0, 0, 13, 1]) + bytes(12), "empty file": b""}

    def test_files_are_named_for_what_they_are(self):
        images, other = "train-images-idx3-ubyte", path("other")
        os.mkdir(other)
        for kind, data in self.other_files().items():
            for file in (path("other.bin"), os.path.join(other, images)):
                with open(file, "wb") as stream:
                    stream.write(data)
            with self.subTest(kind=kind):
                is_model = kind.split()[-1] == "arrays" or kind.split()[0] in ("PyTorch", "Python")
                lines = r"These lines of Python make one of it:\n(?:[^\n]+\n){3}" if is_model else ""
                self.fail(1, "eval", "--data", SMALL, path("other.bin"), contains=kind, lines=lines)
                self.fail(1, "train", "--data", SMALL, "--init", path("other.bin"), contains="a safetensors file was expected",
                          lines=lines)
                self.fail(1, "shot", "--digit", path("other.bin"), "-o", path("other.png"),
                          contains="a PNG, JPEG, WebP, BMP or GIF picture was expected" if kind != "JPEG picture" else "damaged")
                if kind not in ("gzip file", "empty file"):
                    self.fail(4, "data", "--data", other, contains=kind)
        shutil.rmtree(other)

    def test_special_files_never_hang(self):
        """A name with what commands a terminal, too: sentences are one line of printable text."""
        folder = path("special\x1b[31m\n\u009b")
        os.mkdir(folder)
        fifo, images = os.path.join(folder, "fifo"), os.path.join(folder, "train-images-idx3-ubyte")
        os.mkfifo(fifo)
        os.mkfifo(images)
        expected = "special?[31m???/"
        for status, arguments in ((1, ["eval", "--data", SMALL, fifo]), (1, ["train", "--data", SMALL, "--init", fifo]),
                                  (1, ["shot", "--digit", fifo, "-o", path("never.png")]), (4, ["data", "--data", fifo]),
                                  (4, ["data", "--data", folder]), (4, ["train", "--data", folder])):
            with self.subTest(arguments=arguments):
                result = self.fail(status, *arguments, contains=expected)
                self.assertRegex(result.stderr, "^losslens: [ -~]*(is a FIFO|not a folder)[ -~]*\n$")
        shutil.rmtree(folder)

    def test_bad_models(self):
        for name, data in self.bad_models().items():
            file = path("bad.safetensors")
            with open(file, "wb") as stream:
                stream.write(data)
            with self.subTest(model=name):
                self.fail(1, "train", "--data", SMALL, "--init", file, contains="bad.safetensors")
                self.fail(1, "eval", "--data", SMALL, file, contains="bad.safetensors")
        for file in (path("absent.safetensors"), WORK):
            self.fail(1, "train", "--data", SMALL, "--init", file, contains=file)
            self.fail(1, "eval", "--data", SMALL, file, contains=file)
        self.fail(1, "train", "--data", SMALL, "--init", path("good.safetensors"), "--model", "layers=16",
                  contains="784-32-784 where 784-16-784 was asked for")

    def test_models_of_others(self):
        """Whatever they are called and however they are stored, they measure as the one that they were made of."""
        file = path("plain.safetensors")
        expected = train("--epochs", 1, "-o", file)
        tensors, metadata = reference.read_safetensors(file)
        ends = [name.split(".")[-1] for name in tensors]
        others = {
            "renamed": {f"fc{i // 2 + 1}.{end}": values for i, (end, values) in enumerate(zip(ends, tensors.values()))},
            "compiled": {"_orig_mod." + name: values for name, values in tensors.items()},
            "keras": {f"dense{'' if i < 2 else '_1'}/{end.replace('weight', 'kernel')}": np.ascontiguousarray(values.T)
                      for i, (end, values) in enumerate(zip(ends, tensors.values()))}}
        for name, content in others.items():
            with open(path(name + ".safetensors"), "wb") as stream:
                stream.write(reference.pack_safetensors(content, None))
            result = run("eval", "--data", SMALL, path(name + ".safetensors"), "--model", "loss=bce,output=sigmoid,hidden=relu")
            self.assertEqual(result.returncode, 0, result.stderr)
            report = json.loads(result.stdout)
            self.assertEqual(report["test"], expected["test"], name)
            self.assertEqual(report["notices"], [line.removeprefix("losslens: ") for line in result.stderr.splitlines()])
            self.assertIn("its layers", report["notices"][0])
        for extra in ({"spec": "loss=x"}, {**metadata, "step": "-1"}, {"spec": "layers=31"}):
            with open(path("odd.safetensors"), "wb") as stream:
                stream.write(reference.pack_safetensors(tensors, extra))
            result = run("eval", "--data", SMALL, path("odd.safetensors"))
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(len(json.loads(result.stdout)["notices"]), len(result.stderr.splitlines()))
            self.assertRegex(result.stderr, "says nothing here|no whole number|says 784-31-784")
        report = train("--init", path("renamed.safetensors"), "--model", "layers=32", "--epochs", 0)
        self.assertEqual(report["weights_sha256"], reference.digest(tensors))
        self.assertEqual(report["steps"], 0)
        self.assertIn("its layers", report["notices"][0])

    def test_a_model_on_show(self):
        """A file as A or B stays as it is; --init trains it on."""
        file = path("shown.safetensors")
        train("--epochs", 2, "-o", file)
        shots = {}
        for options in (["--a", file], ["--b", file], ["--init", file], ["--a", file, "--b", file]):
            result = run("shot", "--data", SMALL, *options, "--epochs", 3, "--json", "--force", "-o", path("shown.png"),
                         env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})  # the graphics drivers keep memory
            self.assertEqual(result.returncode, 0, result.stderr)
            shots[options[0] + str(len(options))] = json.loads(result.stdout)
        self.assertEqual((shots["--a2"]["a"]["step"], shots["--a2"]["b"]["step"]), (6, 9))
        self.assertEqual((shots["--b2"]["a"]["step"], shots["--b2"]["b"]["step"]), (9, 6))
        self.assertEqual(shots["--init2"]["a"]["step"], 9)
        both = shots["--a4"]
        self.assertEqual(both["a"]["test"], both["b"]["test"])
        self.assertNotEqual(both["a"]["spec"], both["b"]["spec"]) # by the seed alone
        result = run("shot", "--data", SMALL, "--a", file, "--init", file, "-o", path("never.png"))
        self.assertEqual(result.returncode, 2)
        self.assertIn("one of them", result.stderr)

    def test_a_file_may_claim_any_step(self):
        train("--epochs", 0, "-o", path("step.safetensors"))
        tensors, metadata = reference.read_safetensors(path("step.safetensors"))
        with open(path("step.safetensors"), "wb") as file:
            file.write(reference.pack_safetensors(tensors, {**metadata, "step": "999999999999999"}))
        self.assertEqual(train("--init", path("step.safetensors"), "--epochs", 1)["steps"], 3)

    def test_unwritable_output(self):
        before = sorted(os.listdir(WORK))
        for file in (path("absent/x.safetensors"), WORK, path("x/"), "/dev/null", path("y" * 300),
                     path("small/train-images-idx3-ubyte/x")):
            with self.subTest(file=file):
                self.fail(1, "train", "--data", SMALL, "--epochs", "1", "-o", file, contains="cannot be written")
        self.assertEqual(sorted(os.listdir(WORK)), before)

    def test_full_or_closed_output(self):
        model = path("full.safetensors")
        train("--epochs", 0, "-o", model)
        for arguments in (["train", "--data", SMALL, "--epochs", "0"], ["eval", "--data", SMALL, model],
                          ["data", "--data", SMALL], ["data", "--json", "--data", SMALL],
                          ["--help"], ["train", "--help"], ["--version"]):
            with self.subTest(arguments=arguments):
                with open("/dev/full", "w") as full:
                    result = run(*arguments, stdout=full)
                self.assertEqual(result.returncode, 1, result.stderr)
                self.assertIn("the standard output cannot be written: No space left", result.stderr)
                read, write = os.pipe()
                os.close(read)
                result = run(*arguments, stdout=write)
                os.close(write)
                self.assertEqual(result.returncode, 1, result.stderr)
                self.assertIn("the standard output cannot be written", result.stderr)
                result = run(*arguments, stdout=None, preexec_fn=lambda: os.close(1))
                self.assertEqual(result.returncode, 1, result.stderr)
                self.assertIn("the standard output cannot be written", result.stderr)

    def test_output_is_saved_although_stdout_is_full(self):
        file = path("saved.safetensors")
        with open("/dev/full", "w") as full:
            self.assertEqual(run("train", "--data", SMALL, "--epochs", "1", "-o", file, stdout=full).returncode, 1)
        reference.read_safetensors(file)

    def test_data(self):
        result = run("data", "--data", SMALL)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(result.stdout, r"(?m)^images +700 +300$")
        facts = json.loads(run("data", "--json", "--data", SMALL).stdout)
        self.assertEqual(facts["name"], "small")
        for key, split in (("train", "train"), ("test", "t10k")):
            images, labels = reference.read_digits(SMALL, split)
            self.assertEqual(facts[key]["count"], len(images))
            masks = {"zero": images == 0, "full": images == 255, "grey": (images > 0) & (images < 255)}
            for share, mask in masks.items():
                self.assertAlmostEqual(facts[key][share], mask.mean(), delta=1e-12)
            self.assertAlmostEqual(facts[key]["mean_input"], images.mean() / 255, delta=1e-12)
            self.assertAlmostEqual(facts[key]["bce_floor"], reference.entropy(images / 255).mean(), delta=1e-9)
            self.assertEqual(facts[key]["labels"], np.bincount(labels, minlength=10).tolist())

    def test_export(self):
        folder = path("copy")
        result = run("data", "export", "--data", SMALL, folder)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        for split in ("train", "t10k"):
            for got, expected in zip(reference.read_digits(folder, split), reference.read_digits(SMALL, split)):
                np.testing.assert_array_equal(got, expected)
        self.fail(1, "data", "export", "--data", SMALL, folder, contains="already exists")
        self.fail(1, "data", "export", "--data", SMALL, path("small/train-images-idx3-ubyte/copy"), contains="copy")


class SignalsTest(unittest.TestCase):
    def test_stop(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)):
            with self.subTest(signal=number):
                file = path(f"stopped-{number}.safetensors")
                process = start("train", "--data", SMALL, "--epochs", "100000", "--log", "step", "-o", file)
                process.stderr.readline()
                process.send_signal(number)
                out, err = process.communicate(timeout=60)
                self.assertEqual(process.returncode, status, err)
                report = json.loads(out)
                jsonschema.validate(report, SCHEMA)
                self.assertIn(f"stopped after {report['steps']} steps", err)
                self.assertGreaterEqual(report["epochs"], 1)
                self.assertEqual(len(report["history"]), report["epochs"])
                self.assertEqual(len(report["step_loss"]), report["steps"])
                tensors, metadata = reference.read_safetensors(file)
                self.assertEqual(metadata["step"], str(report["steps"]))
                self.assertEqual(reference.digest(tensors), report["weights_sha256"])

    def test_nohup(self):
        """What a parent chose to ignore stays ignored."""
        process = start("train", "--data", SMALL, "--epochs", "100000",
                        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        process.stderr.readline()
        process.send_signal(signal.SIGHUP)
        for _ in range(20):
            process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 143)

    def test_bar_on_a_terminal(self):
        ours, theirs = pty.openpty()
        process = start("train", "--data", SMALL, "--epochs", "3", stderr=theirs)
        os.close(theirs)
        out = process.stdout.read()
        self.assertEqual(process.wait(60), 0)
        process.stdout.close()
        drawn = os.read(ours, 65536).decode()
        os.close(ours)
        json.loads(out)
        self.assertIn("\repoch 3 [####################]", drawn)
        self.assertTrue(drawn.endswith("\r\033[K"), repr(drawn[-40:]))
        self.assertNotIn("\n", drawn)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python3 tests/cli_test.py PATH_TO_LOSSLENS [unittest's arguments]")
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
