"""What the narrator's sentence must say: each of its figures is worked out from the JSON's other figures, each by one row
of SAID. For drawn_test.py. To add a sentence: a row with its words, and what stands in each of its gaps."""
import re

import cli_reference as reference

NAMES = {"bce": "BCE", "mse": "MSE", "mae": "MAE", "huber": "Huber", "wbce": "wBCE", "cb": "CB", "gauss": "Gauss"}
OWN_RATES = {"adam": 0.001, "adadelta": 1.0, "sgd": 1.0}
DEFAULTS = {"hidden": "relu", "layers": "32", "optimizer": "adam", "batch": "256", "noise": "0", "l1": "0", "seed": "1",
            "delta": "0.1", "weight": "2", "range": "unit", "reduce": "mean", "targets": "grey", "noise_kind": "gaussian"}
PARTS = {"loss": "loss", "output": "output", "hidden": "inner units", "layers": "layers", "optimizer": "optimizer",
         "lr": "learning rate", "batch": "batch", "noise": "noise", "l1": "price of the code", "seed": "random start",
         "delta": "Huber's delta", "weight": "weight of the ink", "range": "range", "reduce": "mean or sum",
         "targets": "targets", "noise_kind": "kind of noise"}
NEAR = 0.05  # of a pixel's answer to its target


# ---- how figures are written -----------------------------------------------------------------------------------------

def write(value, decimals, unit=""):
    if abs(value) >= 1e6:
        return f"{'−' if value < 0 else ''}over 999999{unit}"
    digits = f"{abs(value):.{decimals}f}"
    return f"{'−' if value < 0 and float(digits) else ''}{digits}{unit}"


def write_loss(value):
    return write(value, 0 if abs(value) >= 1000 else 3 if abs(value) >= 0.09995 else 4)


def write_difference(value):
    return write(value, min(6, max(0, 1 - int(f"{abs(value):.1e}".split("e")[1]))) if value else 0)


def write_share(value):
    return write(100 * value, 0 if value >= 0.0995 else 1, " %")


def write_price(value):
    return write(value, 1) if abs(value) >= 0.95 else write_difference(value)


def write_ratio(value):
    return f"{write(100 * (value - 1), 0)} % worse" if value < 1.5 else f"{write(value, 0 if value >= 9.95 else 1)} times"


def write_setting(text):
    return f"{float(text):.6f}".rstrip("0").rstrip(".")


# ---- whose figures ---------------------------------------------------------------------------------------------------

class Said:
    """The figures of a picture, as the rules ask for them."""

    def __init__(self, figures):
        self.f, self.sides = figures, [side for side in "ab" if side in figures]

    def test(self, side, key="mse"):
        return self.f[side]["test"][key]

    def worse(self):
        """The side with the larger MSE, and the other, if there is one."""
        return sorted(self.sides, key=lambda side: (-self.test(side), side != "b"))

    def spec(self, side):
        return reference.parse_spec(self.f[side]["spec"])

    def wrong(self):
        """The side that the first sentence is about."""
        return self.f["narrator"]["text"][0].lower()

    def miss(self, side):
        return abs(self.f["inspect"][side]["p"] - self.f["inspect"]["t"])

    def meant(self, letter):
        """The sides that 'A', 'B' or 'A and B' stand for."""
        return [side for side in self.sides if side.upper() in letter]

    def causes(self):
        worse, other = self.f[self.worse()[0]]["test"], [self.f[side]["test"] for side in self.worse()[1:]]
        for key in ("below_0", "above_1"):
            yield key, worse[key] > 0.01 and all(worse[key] > 1.25 * test[key] for test in other)
        yield "never_lit", all(worse["never_lit"] - test["never_lit"] > 50 for test in other) if other else \
            worse["never_lit"] > 50
        units = min(int(width) for width in self.spec(self.worse()[0])["layers"].split(","))
        yield "dead_code_units", 2 * worse["dead_code_units"] > units and \
            all(worse["dead_code_units"] > test["dead_code_units"] for test in other)


def cell(said, loss, rank):
    """Of a column of the matrix the model of that rank by MSE."""
    cells = [c for c in said.f["cells"] if NAMES[c["loss"]] == loss and "broken_step" not in c]
    return sorted(cells, key=lambda c: c["test"]["mse"])[rank]["test"]["mse"]


def times(said, loss, output):
    """How many times the least MSE of a column an output has, as a digit."""
    keys = {"tanh 0…1": "tanh01", "ReLU": "relu"}
    own, = (c["test"]["mse"] for c in said.f["cells"] if (NAMES[c["loss"]], c["output"]) == (loss, keys.get(output, output)))
    return write_ratio(own / cell(said, loss, 0)).removesuffix(" times")


def broken(said, letter, *_):
    steps = [said.f[side]["broken_step"] for side in said.meant(letter)]
    return letter, str(steps[0]), str(steps[1]) if len(set(steps)) > 1 else None


def behind(said, letter, _):
    epochs = {side: said.f[side]["epoch"] for side in said.sides}
    late = min(epochs, key=epochs.get)
    if "pair" in said.f:
        assert (said.f["pair"]["behind"], said.f["pair"]["diagnosis"]["key"]) == (late, "behind"), said.f["pair"]
    return late.upper(), str(int(max(epochs.values()) - min(epochs.values())))


def dark(said, letter, *_):
    values = [write_loss(said.test(side, "mean_output")) for side in said.meant(letter)]
    return letter, values[0], values[1] if len(values) > 1 else None, write_loss(said.f["test_set"]["mean_input"])


def mean_image(said, letter, *_):
    return letter, write_loss(said.test(said.meant(letter)[0])), write_loss(said.f["test_set"]["mean_image_mse"])


def wrong_rate(said, *_):
    side = said.wrong()
    spec = said.spec(side)
    return (write_setting(spec["lr"]), write_setting(OWN_RATES[spec["optimizer"]]), write_loss(said.test(side)),
            write_loss(said.f["test_set"]["mean_image_mse"]))


def wrong_rate_alone(said, *_):
    return wrong_rate(said)[:2]


def stuck(said, *_):
    test = said.f[said.wrong()]["test"]
    counts = test["histogram"]["output"]
    most = counts.index(max(counts))
    return write(100 * counts[most] / sum(counts), 1), "0" if test["dead_outputs"] == 784 else write((most - 0.5) / 64, 2)


def near_mean_image(said, side, *_):
    own, other = said.test(side.lower()), said.f["test_set"]["mean_image_mse"]
    is_better = own < other and write_loss(own) != write_loss(other)
    return (side, "hardly" if is_better else "no", write_loss(own), write_loss(other)) if own > 0.85 * other else None


def compared(said, *_):
    worse, better = said.worse()
    return worse.upper(), write_loss(said.test(worse)), write_loss(said.test(better))


def both(key):
    def find(said, first, second):
        a, b = (write_loss(said.test(side, key)) for side in "ab")
        return (a, b if second or a != b else None)
    return find


def share(key):
    return lambda said, *_: (write_share(said.f[said.worse()[0]]["test"][key]),)


def outside(said, _, letter):
    test = said.f[letter.lower()]["test"]
    return write_share(test["below_0"] + test["above_1"]), said.worse()[0].upper()


def suspect(key, is_wanted=lambda said, side: True):
    """A setting that may be at fault: of a side that the sentence is about."""
    def find(said, text):
        known = [write_setting(said.spec(side)[key]) for side in said.sides if is_wanted(said, side)]
        return (text if text in known else known,)
    return find


def denoises(said, letter, *_):
    side, = said.meant(letter)
    other, = (other for other in said.sides if other != side)
    noisy, clean, others = said.f[side]["test_noisy"]["mse"], said.test(side), said.test(other)
    return letter, write_loss(noisy), write_loss(clean), other.upper(), write_loss(others)


def charged(said, loss, letter, _):
    side = letter.lower()
    key, one = said.spec(side)["loss"], said.f["inspect"][side]
    return NAMES[key], letter, write_price(one[key]) if one[f"{key}_slope"] == 0 else "its slope is not 0"


def beyond(said, letter, *_):
    one = said.f["inspect"][letter.lower()]
    return (letter, write(one["p"], 3), "below black" if one["p"] < 0 else "above white", write(said.f["inspect"]["t"], 3),
            "0" if one["p"] < 0 else "1", write_difference(one["mse"]))


def answers(said, *_):
    i = said.f["inspect"]
    return write(i["t"], 3), write(i["a"]["p"], 3), write(i["b"]["p"], 3)


def missed(said, letter, _):
    a, b = (write(said.miss(side), 3) for side in "ab")
    return ("A and B", a) if a == b else ("A", a) if said.miss("a") > said.miss("b") else ("B", b)


def misses(said, letter, verb, _):
    name, value = missed(said, letter, _)
    return name, "miss" if name == "A and B" else "misses", value


N, SIDE, SOME = r"(−?(?:over )?\d+(?:\.\d+)?)", "([AB])", "(A and B|[AB])"
SAID = [  # words, with a gap for each figure and each model; what stands in the gaps
    (rf"{SOME} broke at batch (\d+)(?: and (\d+))?: ", broken),
    (rf"Is a learning rate of {N} too large\?", suspect("lr", lambda said, side: "broken_step" in said.f[side])),
    (r"Shown: batch (\d+)\.",
     lambda said, _: (str(next(said.f[side]["step"] for side in said.sides if "broken_step" in said.f[side])),)),
    (rf"{SIDE} is (\d+) epochs? behind", behind),
    (rf"{SOME} (?:are|is) too dark: (?:its|their) mean brightness is {N}(?: and {N})?, the target's {N}\.", dark),
    (rf"{SOME} answers? with the mean image, whatever you draw: MSE {N}, the mean image's is {N}\.", mean_image),
    (rf"{SIDE} is (hardly|no) better than the mean image: its MSE is {N}, the mean image's {N}\.", near_mean_image),
    (rf"Its learning rate is {N}, the usual one of \w+ is {N}; its MSE is {N}, the mean image's is {N}\.", wrong_rate),
    (rf"A learning rate of {N} is too large; the usual one of \w+ is {N}\.", wrong_rate_alone),
    (rf"{N[:-1]} %) of its pixels are {N}, in every picture\.", stuck),
    (rf"their mean is {N}, that of the targets {N}\.",
     lambda said, *_: (write(said.test(said.wrong(), "mean_output"), 4), write(said.f["test_set"]["mean_input"], 3))),
    (rf"its mean brightness is {N}, theirs {N}\.",
     lambda said, *_: (write(said.test(said.wrong(), "mean_output"), 3), write(said.f["test_set"]["mean_input"], 3))),
    (rf"Try a smaller learning rate than {N}\.", suspect("lr")),
    (rf"Try a lower price of the code than {N}\.", suspect("l1")),
    (rf"the MSE of A and of B is {N}\.", lambda said, _: (both("mse")(said, 0, None)[0],)),
    (rf"the MSE of A is {N}, of B {N}\.", both("mse")),
    (rf"{SIDE}(?: has learnt nothing yet: its|'s) MSE is {N}\.",
     lambda said, side, _: (side, write_loss(said.test(side.lower())))),
    (rf"{SIDE} learnt to clean noisy digits: with noise its MSE is {N}\. On clean ones, which it never saw, it is {N}, "
     rf"that of {SIDE} {N}\.", denoises),
    (rf"with (?:its own|noise) their MSE is {N} and {N}\. On clean ones, which neither saw, it is {N} and {N}\.",
     lambda said, *g: (*[write_loss(said.f[side]["test_noisy"]["mse"]) for side in "ab"], *both("mse")(said, *g[2:]))),
    (rf"{SIDE} is PCA, the best linear code of (\d+) numbers?: MSE {N}; {SIDE} has {N}",
     lambda said, pca, _, __, other, ___: (pca, str(said.f[pca.lower()]["init"]["pca"]), write_loss(said.test(pca.lower())),
                                           other, write_loss(said.test(other.lower())))),
    (rf"BCE cannot tell A from B: (?:both )?{N}(?: and {N})?\.", both("bce")),
    (rf"MSE can: {N} and {N}\.", both("mse")),
    (rf"BCE looks away outside 0…1, where {N[:-1]} %) of {SIDE}'s pixels are\.", outside),
    (rf"{SIDE} is (?:much |a little )?worse(?: so far)?: MSE {N} against {N}", compared),
    (rf"A and B have learnt as much so far: MSE {N} and {N}", both("mse")),
    (r"after (\d+) epochs?", lambda said, _: (str(said.test("a", "epoch")),)),
    (r"Chance is measured from epoch (10) on\.", lambda said, _: ("10",) if said.test("a", "epoch") < 10 else ("none",)),
    (rf"{SIDE} has only begun to learn: after (\d+) batch(?:es)? ",
     lambda said, side, *_: (side, str(said.f[side.lower()]["test"]["step"]))),
    (rf"{N[:-1]} %) of its pixels are brighter than white can be", share("above_1")),
    (rf"{N[:-1]} %)(?: of its pixels)? are below 0", share("below_0")),
    (rf"(?:but only {N[:-1]} %)|none of them) by more than 0\.02",
     lambda said, some: (write_share(said.f[said.worse()[0]]["test"]["far_below_0"]) if some else None,)),
    (r"(\d+) of the (\d+) units? of its code (?:is|are) dead",
     lambda said, *_: (str(said.f[said.worse()[0]]["test"]["dead_code_units"]),
                       str(min(int(width) for width in said.spec(said.worse()[0])["layers"].split(","))))),
    (r"(\d+) (?:pixels )?never light up", lambda said, _: (str(said.f[said.worse()[0]]["test"]["never_lit"]),)),
    (rf"a pixel is wrong by {N} on average \(0 is black, 1 is white\)\.",
     lambda said, _: (write_difference(said.test(said.sides[0], "mae")),)),
    (rf"a pixel differs by {N} on average", lambda said, _: (write_difference(said.f["pair"]["distance"]),)),
    (rf"Two seeds of A differ by {N}\.", lambda said, _: (write_difference(said.f["pair"]["chance"]),)),
    (rf"differ by {N} a pixel, two seeds of A by {N}, yet their MSE is alike: (?:both )?{N}(?: and {N})?\.",
     lambda said, *g: (write_difference(said.f["pair"]["distance"]), write_difference(said.f["pair"]["chance"]),
                       *both("mse")(said, *g[2:]))),
    (rf"(BCE|MSE|MAE) charges {SIDE} {N} here, but its slope is 0: ", charged),
    (rf"{SIDE} answers {N}, (below black|above white), where {N} was asked for\. BCE takes it for ([01]), MSE charges "
     rf"{N}\.", beyond),
    (rf"for a target of {N} BCE charges {N} even when",
     lambda said, *_: (write(said.f["inspect"]["t"], 3), write_price(said.f["inspect"]["floor"]))),
    (rf"{SOME} (miss|misses) by {N}: ", misses),
    (rf"the target is {N}, A answers {N}, B {N}\.", answers),
    (rf"With (BCE|MSE|MAE), take [^:]*: its MSE is {N}, (.+?) has {N} times as much\.",
     lambda said, loss, _, other, __: (loss, write_loss(cell(said, loss, 0)), other, times(said, loss, other))),
    (rf"With (BCE|MSE|MAE) every output draws readable digits: MSE from {N} \([^)]*\) to {N} \(",
     lambda said, loss, *_: (loss, write_loss(cell(said, loss, 0)), write_loss(cell(said, loss, -1)))),
]


def check(case, figures):
    """Each digit of the JSON's sentence lies in what a row of SAID says."""
    text, said = figures.get("narrator", {"text": ""})["text"], Said(figures)
    covered = set()
    for words, find in SAID:
        for found in re.finditer(words, text):
            case.assertEqual(found.groups(), tuple(find(said, *found.groups())), (words, text))
            case.assertFalse(covered & {*range(*found.span())} - {found.start(), found.end() - 1}, (words, text))
            covered |= {*range(*found.span())}
    rest = "".join(" " if i in covered else letter for i, letter in enumerate(text.replace("tanh 0…1", "tanh")))
    case.assertNotRegex(rest, r"\d", f"no rule says what a figure of '{text}' must be")
    if re.search("[AB]('s MSE is| is (much |a little |hardly |no )?(worse|better))", text):
        worse = figures[said.worse()[0]]["test"]
        told = {"below_0": "below 0", "above_1": "brighter than white", "never_lit": "never light up",
                "dead_code_units": "of its code"}
        case.assertEqual("by more than 0.02" in text, "below 0" in text and worse["far_below_0"] < 0.5 * worse["below_0"], text)
        case.assertEqual([told[key] in text for key, _ in said.causes()], [holds for _, holds in said.causes()], (text, worse))


def propose(figures):
    """The label of the button: the one thing that would make A and B comparable, or a smaller step."""
    said = Said(figures)
    if figures["narrator"]["key"] != "two_things":
        side = re.match("Set ([AB])'s learning rate", figures["narrator"]["action"])[1]
        return f"Set {side}'s learning rate to {write_setting(OWN_RATES[said.spec(side.lower())['optimizer']])}"
    a, b = said.spec("a"), said.spec("b")
    own = a["optimizer"] != b["optimizer"] and all(float(s["lr"]) == OWN_RATES[s["optimizer"]] for s in (a, b))
    a, b = {**DEFAULTS, **a}, {**DEFAULTS, **b}  # rare keys are written where they say something
    differing = [key for key in PARTS if a[key] != b[key] and not (key == "lr" and own)]
    if len(differing) > 2:
        return f"Let only the {PARTS[differing[0]]} differ"
    key = differing[1]
    value = f"784-{a['layers'].replace(',', '-')}-784" if key == "layers" else write_setting(a[key]) \
        if re.fullmatch(r"[\d.e-]+", a[key]) else None
    label = figures["narrator"]["action"]
    start = f"Set B's {PARTS[key]} to "
    return start + (value if value is not None else label[len(start):])
