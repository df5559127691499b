#!/usr/bin/python3
"""What `losslens code` prints: the PyTorch script trains the same model, loads ours and gives the same outputs; the Keras
script, whose framework Debian lacks, is Python.

Usage: code_test.py LOSSLENS [unittest's arguments]. Exit status 77 (skipped) where PyTorch is missing.
"""
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import types
import unittest

try:
    import numpy
    import torch
except ImportError:
    print("PyTorch is not installed: nothing to run the script with")
    sys.exit(77)

import cli_reference as reference
import keras_stand_in

PROGRAM = os.path.abspath(sys.argv[1])
WORK = None


def setUpModule():
    global WORK
    torch.set_num_threads(1)
    WORK = tempfile.TemporaryDirectory(prefix="losslens-code-")
    reference.make_set(PROGRAM, path("data"), 2000, 500)


def tearDownModule():
    WORK.cleanup()


def path(name):
    return os.path.join(WORK.name, name)


def run(*arguments):
    result = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, (arguments, result.stderr)
    return result.stdout


def words(key):
    """What a spec's key may be, as the help lists it."""
    return re.search(rf"^  {key} +(.*)$", run("train", "--help"), re.M)[1].split(", ")


def covering():
    """Specs that between them have each loss with each output, each hidden activation and optimizer, noise and l1."""
    hidden, optimizers = words("hidden"), words("optimizer")
    pairs = [(loss, output) for loss in words("loss") for output in words("output")]
    for i in range(max(len(pairs), len(hidden), len(optimizers))):
        loss, output = pairs[i % len(pairs)]
        yield (f"loss={loss},output={output},hidden={hidden[i % len(hidden)]},optimizer={optimizers[i % len(optimizers)]},"
               f"layers={['24', '40,16,24'][i % 2]},noise={[0, 0.25][i % 2]},l1={[0, 0.001][i // 2 % 2]},seed={i}"
               f"{',noise_kind=mask' * (i % 6 == 1)}{',noise_kind=salt' * (i % 6 == 3)}"
               f"{['', ',range=symmetric', ',range=standard'][i % 3]}{['', ',targets=binary', '', ',targets=sampled'][i % 4]}"
               f"{',reduce=sum' * (i % 5 == 2)}")


KERAS_VAE = "layers=conv32s2-conv64s2-16-sample2-3136-64x7x7-unconv64s2-unconv32s2,reduce=sum,batch=128"
WITH_PICTURES = [
    "model=conv,seed=3",
    "model=denoise,loss=mse,noise_kind=mask",
    "model=vae,beta=0.5,l1=0.001",
    KERAS_VAE,
    # whatever is uneven: even windows, steps over pixels, odd pictures, windows within the picture, turned round or not
    "layers=conv5k4-conv6k5s3v-pool-unconv4k2s3-7-98-2x7x7-conv3k1s2-up-up-conv3v-unconv3k4v-unconv2k4s2v-conv2k4s2v-conv4v-up-"
    "conv2k2-unconv2k4-conv4v,loss=gauss,range=symmetric,hidden=tanh,l1=0.001",
    "layers=unconv3k3s2-conv4k2s2v-pool-up-sample5-48-3x4x4-unconv2k5s3v-up,loss=cb,output=sigmoid,reduce=sum",
    "layers=sample4,output=softmax,loss=mae",
]


def write_plain(file, tensors):
    """Without metadata."""
    header, at = {}, 0
    for name, values in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [at, at + values.nbytes]}
        at += values.nbytes
    text = json.dumps(header).encode()
    with open(file, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text + b"".join(values.tobytes() for values in tensors.values()))


def load_script(spec):
    module = types.ModuleType("script")
    exec(compile(run("code", "--model", spec, "pytorch"), "script", "exec"), module.__dict__)
    return module


class CodeTest(unittest.TestCase):
    def test_keras_is_python(self):
        for spec in covering():
            text = run("code", "--model", spec, "keras")
            compile(text, "script", "exec")
            self.assertNotIn("@", text)
            self.assertIn(f"epochs=options.epochs", text)

    def test_loaded_models_agree(self):
        """A step of each model first, so that biases are not all zero."""
        for spec in covering():
            file = path("ours.safetensors")
            report = json.loads(run("train", "--data", path("data"), "--limit", 256, "--epochs", 1, "--model", spec, "-o", file,
                                    "--force"))
            script = load_script(report["spec"])
            model = script.Autoencoder()
            tensors = script.read_tensors(file)
            model.load_state_dict({name: torch.from_numpy(values) for name, values in tensors.items()})
            test = script.read_images(path("data"), "t10k")
            found = script.measure(model, test)
            loss = "loss_in_range" if "range=" in spec else reference.parse_spec(spec)["loss"]
            self.assertAlmostEqual(found["mse"], report["test"]["mse"], delta=1e-6 * max(1, report["test"]["mse"]), msg=spec)
            precision = 1e-4 if "range=" in spec else 1e-5  # where BCE is a difference: its terms reach 16 on either side of 0
            self.assertAlmostEqual(found["loss"], report["test"][loss], delta=precision * max(1, abs(report["test"][loss])), msg=spec)

            # it trains, and what it saves is ours again
            optimizer_line = re.search(r"optimizer = (.*)", run("code", "--model", spec, "pytorch"))[1]
            optimizer = eval(optimizer_line, {"torch": torch, "model": model})
            script.train_epoch(model, optimizer, test[:64])
            script.write_tensors(path("theirs.safetensors"), {n: v.numpy() for n, v in model.state_dict().items()})
            evaluated = json.loads(run("eval", "--data", path("data"), path("theirs.safetensors")))
            self.assertEqual(evaluated["spec"], report["spec"])
            mse = script.measure(model, test)["mse"]
            self.assertAlmostEqual(evaluated["test"]["mse"], mse, delta=1e-6 * max(1, mse), msg=spec)

    def test_pictures_and_samples_agree(self):
        """Every output of some digits: a model of one step, loaded by the script and run there; it trains, and what it saves
        is ours again."""
        for spec in WITH_PICTURES:
            with self.subTest(spec):
                file = path("ours.safetensors")
                report = json.loads(run("train", "--data", path("data"), "--limit", 100, "--epochs", 1, "--model",
                                        f"{spec},optimizer=adam", "-o", file, "--force"))
                script = load_script(report["spec"])
                model = script.Autoencoder()
                model.load_state_dict({name: torch.from_numpy(values) for name, values in script.read_tensors(file).items()})
                test = script.read_images(path("data"), "t10k")
                found = script.measure(model, test)
                self.assertAlmostEqual(found["mse"], report["test"]["mse"], delta=1e-6)
                if "sample" in report["spec"]:
                    self.assertAlmostEqual(found["kl"], report["test"]["kl"], delta=1e-5 * report["test"]["kl"])
                else:
                    self.assertNotIn("kl", found)
                self.check_outputs(script, model, file, report["spec"])

                script.train_epoch(model, torch.optim.SGD(model.parameters(), lr=1e-6), test[:64])
                script.write_tensors(path("theirs.safetensors"), {n: v.numpy() for n, v in model.state_dict().items()})
                evaluated = json.loads(run("eval", "--data", path("data"), path("theirs.safetensors")))
                self.assertEqual((evaluated["spec"], evaluated["notices"]), (report["spec"], []))
                self.assertAlmostEqual(evaluated["test"]["mse"], script.measure(model, test)["mse"], delta=1e-6)

    def check_outputs(self, script, model, file, spec):
        told = json.loads(run("shot", "--data", path("data"), "--a", file, "--view", "solo", "--epochs", 0, "--json", "--npy",
                              path("arrays"), "--force", "-o", path("shot.png")))
        shown = numpy.load(os.path.join(path("arrays"), "output-a.npy"))
        x = script.to_pixels(script.read_images(path("data"), "t10k")[told["digits"]])
        is_symmetric = "range=symmetric" in spec
        with torch.no_grad():
            p = script.output(model(2 * x - 1 if is_symmetric else x)[0])
        keras = torch.from_numpy(keras_stand_in.run(run("code", "--model", spec, "keras"), file, x.numpy()))
        for name, made in (("PyTorch", p), ("Keras", keras)):
            worst = (torch.from_numpy(shown).flatten(1) - (made / 2 + 0.5 if is_symmetric else made)).abs().max().item()
            print(f"{name} {worst:.1e} {spec}")
            self.assertLess(worst, 1e-5)

    def test_a_file_of_other_names(self):
        """A model of PyTorch's that says nothing of its layers: --model does, and its tensors are told by their shapes."""
        for spec, names in (
                ("model=conv", "conv1 conv2 conv3 dec.conv1 dec.conv2 dec.conv3 dec.conv4"),
                (KERAS_VAE, "enc.conv1 enc.conv2 enc.fc z_mu z_logvar dec.fc dec.t1 dec.t2 dec.t3"),
                ("layers=24-sample4-24", "fc1 fc21 fc22 fc3 fc4"),
                ("layers=24-sample4-24", "fc1 mu log_var fc3 fc4")):
            with self.subTest(spec, names=names):
                file, other = path("named.safetensors"), path("other.safetensors")
                report = json.loads(run("train", "--data", path("data"), "--limit", 100, "--epochs", 1, "--model", spec, "-o",
                                        file, "--force"))
                tensors, names = reference.read_safetensors(file)[0], names.split()
                stems = [name.removesuffix(".weight") for name in tensors if name.endswith(".weight")]
                self.assertEqual(len(stems), len(names))
                renamed = {f"{new}.{part}": tensors[f"{old}.{part}"] for old, new in zip(stems, names)
                           for part in ("bias", "weight")}
                write_plain(other, dict(sorted(renamed.items())))
                told = json.loads(run("eval", "--data", path("data"), other, "--model", report["spec"]))
                self.assertEqual(told["test"], report["test"])
                self.assertIn("by their names: " + ", ".join(f"{name}.weight" for name in names[:3]), told["notices"][0])
                self.assertIn("no better than", told["notices"][1])  # of a step's training
                self.assertEqual(len(told["notices"]), 2)
                if "conv" in spec:
                    result = subprocess.run([PROGRAM, "eval", "--data", path("data"), other], capture_output=True, text=True)
                    self.assertEqual(result.returncode, 1)
                    self.assertIn("--model layers=", result.stderr)
                result = subprocess.run([PROGRAM, "eval", "--data", path("data"), other, "--model", "layers=conv5s2-up"],
                                        capture_output=True, text=True)
                self.assertEqual(result.returncode, 1)
                self.assertIn("(5, 1, 3, 3) as its encoder.0.weight, and there is none", result.stderr)

    def test_outputs_agree(self):
        """Pixel by pixel, of the digit that a picture explains."""
        file = path("outputs.safetensors")
        run("train", "--data", path("data"), "--epochs", 3, "-o", file)
        script = load_script("")
        model = script.Autoencoder()
        model.load_state_dict({name: torch.from_numpy(v) for name, v in script.read_tensors(file).items()})
        with torch.no_grad():
            z, _ = model(script.to_pixels(script.read_images(path("data"), "t10k")))
        for pixel in ((7, 12), (14, 14), (20, 15)):
            figures = json.loads(run("shot", "--data", path("data"), "--a", file, "--view", "inspect", "--epochs", 0, "--json",
                                     "--pixel", f"{pixel[0]},{pixel[1]}", "--force", "-o", path("shot.png")))
            shown = figures["inspect"]["a"]
            digit = figures["inspect"]["digit"]
            self.assertAlmostEqual(shown["p"], script.output(z)[digit, 28 * pixel[0] + pixel[1]].item(), delta=1e-6)

    def test_it_trains_alike(self):
        """After some epochs its figures lie within what another seed makes of ours, with noise, too."""
        for spec, seeds in (("loss=bce,batch=50", 3), ("loss=bce,batch=50,noise=0.3", 1)):
            with self.subTest(spec):
                self.check_training(spec, seeds)

    def check_training(self, spec, seeds):
        epochs = 8
        ours = [json.loads(run("train", "--data", path("data"), "--epochs", epochs, "--model", f"{spec},seed={seed}"))["test"]
                for seed in range(1, 5)]
        with open(path("script.py"), "w", encoding="utf-8") as file:
            file.write(run("code", "--model", spec, "pytorch"))
        theirs = []
        for seed in range(1, seeds + 1):
            result = subprocess.run(["/usr/bin/python3", path("script.py"), path("data"), "--epochs", str(epochs), "--seed",
                                     str(seed)], capture_output=True, text=True, timeout=300,
                                    env={**os.environ, "OMP_NUM_THREADS": "1"})
            self.assertEqual(result.returncode, 0, result.stderr)
            lines = [json.loads(line) for line in result.stdout.splitlines()]
            self.assertEqual([line["epoch"] for line in lines], list(range(1, epochs + 1)))
            theirs.append(lines[-1])
        for key, name in (("bce", "loss"), ("mse", "mse")):
            figures, others = [test[key] for test in ours], [line[name] for line in theirs]
            spread = max(figures) - min(figures)
            mean, other = sum(figures) / len(figures), sum(others) / len(others)
            print(f"{key}: ours {mean:.5f}, spread {spread:.5f}; PyTorch {other:.5f}")
            self.assertLess(abs(mean - other), spread)
            self.assertLess(spread, 0.15 * mean)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
