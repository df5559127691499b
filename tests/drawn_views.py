"""The rules of each view for the texts of a picture: drawn_texts.py has those of every view."""
import math
import re

import numpy as np

import cli_reference as reference
from drawn_texts import (A, B, HEATMAPS, NAMES, OUTPUT_NAMES, SHORT, SIDES, TEXT, Picture, caption, list_losses, write_count,
                         write_figure)


class Matrix(Picture):
    """A line of tools, a head and a sentence for each loss, a row of targets, a row for each output."""

    def check_view(self):
        outputs, losses = self.f["matrix"]["outputs"], self.f["matrix"]["losses"]
        self.check_tools()
        heads = [self.one(f"trained with {NAMES[loss]}") for loss in losses]
        self.case.assertEqual(heads, sorted(heads, key=lambda t: t.x))
        rows = self.split_rows(outputs)
        self.check_target(heads[0])
        edges = [head.x - 4 for head in heads] + [math.inf]
        cells = iter(self.f["cells"])
        for output, texts in zip(outputs, rows, strict=True):
            for text in texts:
                if text.x < edges[0]:
                    self.claim(text, text.text, "the name of a row")
            for column, loss in enumerate(losses):
                cell = next(cells)
                self.case.assertEqual((cell["output"], cell["loss"]), (output, loss))
                self.check_cell(cell, self.f["ranks"][column], [t for t in texts if edges[column] < t.x < edges[column + 1]])
        for head, said in zip(heads, self.f["narrator_columns"], strict=True):
            self.check_sentence(head, said["text"])

    def split_rows(self, outputs):
        """The texts of each row: they follow each other, its name first."""
        at, starts = self.texts.index(self.one("target")), []
        for output in outputs:
            at = next(i for i in range(at + 1, len(self.texts)) if self.texts[i].text == OUTPUT_NAMES[output]
                      and abs(self.texts[i].x - self.one("target").x) < 1)
            starts.append(at)
        end = min(i for i, t in enumerate(self.texts) if i > at and t.middle > self.one("Restart").y)
        noisy = self.find("noisy")  # a row of what models that train with noise read
        self.case.assertEqual(len(noisy), float(reference.parse_spec(self.f["a"]["spec"])["noise"]) > 0)
        self.first_row = min(map(self.texts.index, noisy), default=starts[0])
        return [self.texts[a:b] for a, b in zip(starts, starts[1:] + [end])]

    def check_tools(self):
        tools = self.line(self.one("Show"))
        first, last = self.f["digits"][0], self.f["digits"][-1]
        for text in tools:
            if "\u2013" in text.text:
                self.claim(text, (f"Test digits {first}\u2013{last}", f"{first}\u2013{last}"), "the page's digits")
            elif text.text in (OUTPUT_NAMES["tanh01"], OUTPUT_NAMES["sigmoid2"]) or text.text in ("below 0", "above 1", "<0", ">1"):
                self.claim(text, text.text, "a button or a key")
        if self.f["matrix"]["shows"] != "output":
            ends = [t for t in tools if self.one("All maps").right < t.x and t not in self.claimed]
            self.check_bar(ends[:2], self.f["matrix"]["shows"])

    def check_target(self, head):
        """Which digits stand in the first row."""
        digits = ", ".join(map(str, self.f["digits"]))
        span = f"{self.f['digits'][0]}\u2013{self.f['digits'][-1]}"
        first = self.texts.index(self.one("target"))
        below = self.texts[first + 1:self.texts.index(head)]
        own = ("yours", f"yours ({self.f['pad']})".replace("test ", "test\u00a0"))
        these = (f", test {digits}", f", test {span}", *([""] * (not self.is_wide)))
        self.case.assertIn(" ".join(t.text for t in below), [pad + rest for pad in own for rest in these])
        for text in below:
            self.claim(text, text.text, "the digits of the first row")

    def check_cell(self, cell, rank, texts):
        test, what = cell["test"], f"{cell['output']} with {cell['loss']}"
        losses = ["mse", "bce"] + [cell["loss"]] * (cell["loss"] not in ("mse", "bce"))
        figures = [t for t in texts if t.text in (NAMES[loss] for loss in losses)]
        self.case.assertEqual([t.text for t in figures], [NAMES[loss] for loss in losses], what)
        for name, loss in zip(figures, losses):
            value = [t for t in self.behind(name) if t in texts][0]
            self.claim(value, write_figure(test[loss]), f"{NAMES[loss]} of {what}")
        share = 100 * (test["below_0"] + test["above_1"])
        forms = ["<0.1 %" if share < 0.05 else "%.1f %%" % share if share < 9.95 else "%.0f %%" % share]
        beyond = [t for t in texts if "%" in t.text or t.text == "hardly outside"]
        self.case.assertLessEqual(len(beyond), 1, what)
        is_hardly = test["far_below_0"] + test["above_1"] < 0.5 * (test["below_0"] + test["above_1"])
        for text in beyond:
            self.case.assertGreater(share, 0)
            self.claim(text, (forms[0] + " hardly outside", "hardly outside") if is_hardly else
                       (forms[0], forms[0] + " outside"),
                       f"the share outside of {what}")
        if share > 0 and self.is_wide:
            self.case.assertEqual(len(beyond), 1, what)
        badges = [side for side in SIDES if self.f[side]["spec"] == cell["spec"]]
        self.case.assertEqual([t.text for t in texts if t.text in ("A", "B")], [side.upper() for side in badges])
        self.check_rank(cell, rank, texts)
        for text in texts:
            if re.match("epoch|step|broke|was", text.text):
                moment = f"epoch {test['epoch']}"
                self.claim(text, self.progress(cell) + (moment, "broke"), "the cell's progress")

    def check_rank(self, cell, rank, texts):
        words = [t.text for t in texts if t.text in ("least MSE", "MSE tie", "least MSE so far", "least so far", "MSE tie so far", "tie so far")]
        if cell["output"] in rank["tie"]:
            self.case.assertEqual(words, ["MSE tie"])
        elif cell["output"] == rank["best"]:
            self.case.assertEqual(words, ["least MSE"])
        elif cell["output"] == rank["so_far"]:
            self.case.assertEqual([w.endswith("so far") for w in words], [True])
        else:
            self.case.assertIn(words, ([], ["MSE tie so far"], ["tie so far"]) if rank["so_far"] else ([],))

    def check_sentence(self, head, said):
        """Whole, or its first words alone."""
        lines = []
        for text in self.texts[self.texts.index(head) + 1:self.first_row]:
            if text.text.startswith("trained with"):
                break
            lines.append(text)
            self.claim(text, text.text, "a column's sentence")
        text = " ".join(t.text for t in lines)
        self.case.assertTrue(said.startswith(text), (said, text))
        self.case.assertFalse(any(t.is_cut for t in lines), lines)
        if self.is_wide and len(said) < 140:
            self.case.assertEqual(text, said)


def loss_of(model):
    return reference.parse_spec(model["spec"])["loss"]


def output_of(model):
    return reference.parse_spec(model["spec"])["output"]


def describe_slope(loss, output):
    """What the plot of the slopes says of a model's own loss."""
    if output == "sigmoid" and loss in ("bce", "mse"):
        return {"bce": "p − t", "mse": "2(p − t) p (1 − p)"}[loss]
    if output == "clip" or (loss == "bce" and output in ("relu", "linear")):
        return "0 outside 0…1"
    return "0 below 0" if output == "relu" else "0 only at p = t"


class Inspect(Picture):
    def check_view(self):
        i = self.f["inspect"]
        self.check_header(i)
        loss, slope = self.one("Loss", where=lambda t: t.middle > self.bar), \
            self.one("Slope at the logit z", "Slope")
        tables = self.one("Row %d, column %d" % tuple(i["pixel"]))
        self.claim(tables, tables.text, "the pixel")
        for text in self.behind(loss, lambda t: t.right < slope.x):
            if "t = " in text.text:
                t = "at t = %.3f%s" % (float(np.float32(i["t"])), " (dragged)" if i["is_dragged"] else "")
                self.claim(text, (f"against the output p, {t}", t), "the target")
        paid, top = max(i[side][loss_of(self.f[side])] for side in SIDES), 2
        while paid > top and top < 16:
            top *= 2
        self.check_axes(loss, slope.x - 20, tables.y, "p", ["%g" % (top * y / 4) for y in range(5)], ("0", "0.25", "0.5", "0.75", "1"))
        reach = 1 if all(output_of(self.f[side]) == "sigmoid" for side in SIDES) else 2
        ys = ["%g" % (reach * y) for y in (-1, -0.5, 0, 0.5, 1)]
        self.check_axes(slope, math.inf, tables.y, "z", ys, ("-8", "-4", "0", "4", "8"))
        self.check_slopes(slope, tables, i)
        for text in self.texts:
            for sign, key in (("−", "below"), ("+", "above")):
                if text.text.startswith(f"{sign}0.1: "):
                    self.claim(text, f"{sign}0.1: +%.4f" % i[f"excess_{key}"], f"what a miss to {key} costs")
            if text.text.startswith("floor H(t)"):
                self.claim(text, "floor H(t) %.4f" % i["floor"], "the floor")
        self.check_tables(i, tables)

    def check_slopes(self, title, tables, i):
        """What is said of each model's own slope, and of where it is 0."""
        for side, color in zip(SIDES, (A, B)):
            spec = self.f[side]["spec"]
            loss, output = loss_of(self.f[side]), output_of(self.f[side])
            slope = describe_slope(loss, output)
            forms = (f"{side.upper()} {OUTPUT_NAMES[output]}, {NAMES[loss]}: {slope}", f"{side.upper()}: {slope}", side.upper())
            name, = [t for t in self.behind(title) if t.color == color]
            self.claim(name, forms, f"the slope of {spec}")
            said = [t for t in self.inside(title.x - 12, title.y + title.h, math.inf, tables.y)
                    if t.text.startswith("slope 0") and t.color == color]
            self.case.assertEqual(len(said), slope.startswith(("0 below", "0 outside")), (spec, said))
            for text in said:
                self.claimed[text] = "why nothing is learnt"

    def check_header(self, i):
        title = [t for t in self.texts if re.match(r"(Test )?\d+(, a \d)?$|Your digit", t.text)
                 and t.middle > self.bar and t.y > 44]
        digit = i["digit"]
        if title:
            self.claim(title[0], "Your digit" if digit < 0 else
                       (f"Test {digit}, a {self.truth.labels[digit]}", f"Test {digit}", str(digit)), "the digit")
        line = self.line(self.one("Drawn", "D"))
        key = next(iter(self.f["heat_scale"]))
        heads = [t for t in line if t.text in (HEATMAPS[key][0], SHORT.get(key)) and t.color == TEXT
                 and t.x - line[0].x > 20][-2:]
        self.case.assertEqual(len(heads), 2)
        badges = [t for t in line if t.text in ("A", "B")]
        self.case.assertEqual([t.text for t in badges], ["A", "B"])
        for side, badge, head, end in zip(SIDES, badges, heads, (badges[1].x, math.inf)):
            whole = caption(self.f[side]["spec"])
            for text in self.behind(badge, lambda t: t.right <= head.x):
                self.claim(text, (whole, whole.split(" · ")[1]), f"what {side}'s output is of")
            self.claim(head, (HEATMAPS[key][0], SHORT.get(key)), "the heatmap's name")
            self.case.assertEqual(self.check_bar(self.behind(head, lambda t: t.x < end), key), [])

    def check_axes(self, title, right, bottom, name, ys, xs):
        area = self.inside(title.x - 12, title.y + title.h, right, bottom)
        numbers = [t for t in area if re.fullmatch(r"-?[\d.]+", t.text)]
        foot, = [t for t in area if t.text == name]
        below = sorted((t for t in numbers if abs(t.middle - foot.middle) < 4), key=lambda t: t.x)
        beside = sorted((t for t in numbers if t not in below), key=lambda t: -t.y)
        for ticks, expected in ((below, xs), (beside, ys)):
            self.case.assertEqual(len(ticks), len(expected), ticks)
            for text, value in zip(ticks, expected):
                self.claim(text, value, f"a tick of {name}")

    def check_tables(self, i, title):
        second = self.one("The same pixel")
        losses, rows = list_losses(self.f["a"]["spec"], self.f["b"]["spec"]), {}
        values = lambda key: [i[side][key] for side in SIDES]
        rows["target t"], rows["output p"], rows["logit z"] = [i["t"]] * 2, values("p"), values("z")
        for loss in losses:
            rows[NAMES[loss]], rows[f"∂{NAMES[loss]}/∂z"] = values(loss), values(f"{loss}_slope")
        rows["avoidable (floor %.4f)" % i["floor"]] = values("excess_bce")
        self.check_rows(title, rows, lambda t: t.right < second.x)
        self.check_rows(second, {"mean t": [i["mean_t"]] * 2, "mean p": values("mean_p"),
                                 "mean p − mean t": values("mean_error"), "share with p = 0": values("dead_share")},
                        lambda t: t.x >= second.x - 1)
        last = self.one("share with p = 0")
        lesson = sorted((t for t in self.texts if abs(t.x - second.x) < 2 and t.y > last.y + 4 and t.color == TEXT
                         and t.y < self.one("Film").y - 4), key=lambda t: t.y)
        sentence = self.lesson(i)
        for text in lesson:
            self.case.assertIn(text.text.rstrip("…"), sentence, "the lesson")
            self.claimed[text] = "the lesson"
        self.case.assertTrue(sentence.startswith(" ".join(t.text for t in lesson).rstrip("…")), sentence)

    def check_rows(self, title, rows, where):
        columns = [t for t in self.behind(title, where) if t.text in "AB"]
        self.case.assertEqual([t.text for t in columns], ["A", "B"])
        self.case.assertEqual([t.color for t in columns], [A, B])
        for label, expected in rows.items():
            head = self.one(label, where=lambda t: where(t) and t.y > title.y and abs(t.x - title.x) < 2)
            if re.search(r"\d", label):
                self.claim(head, label, "a row's label")
            for text in self.behind(head, where):
                column, = [k for k, t in enumerate(columns) if abs(t.right - text.right) < 2]
                forms = write_figure(expected[column])
                is_cut = label.startswith("∂") and expected[column] == 0
                self.claim(text, (*forms, "0 (cut)") if is_cut else forms, f"{label} of {SIDES[column]}")

    @staticmethod
    def lesson(i):
        t, low, high = float(np.float32(i["t"])), i["excess_below"], i["excess_above"]
        if low is None or high is None:
            return (f"At t = {t:.3f} there is no room for 0.1 to both sides: BCE charges every miss in the one direction "
                    "that is left. Drag t in the plot to see the curves move.")
        if abs(low - high) < 5e-4:
            return (f"At t = {t:.3f} missing by 0.1 costs about the same to both sides: {low:.4f} and {high:.4f} "
                    "above the floor; MSE charges 0.0100 each.")
        sides = [("downwards", low), ("upwards", high)][::1 if t > 0.5 else -1]
        return (f"Missing t = {t:.3f} by 0.1 {sides[0][0]} costs {sides[0][1]:.4f} above the floor, {sides[1][0]} "
                f"{sides[1][1]:.4f}: the pull is towards 0.5, not downwards. MSE charges 0.0100 for either.")


CLAIM_STATIC = {"BCE − MSE, ±0.2", "losses ±0.2", "seed 1 − 2, ±0.2", "seeds ±0.2", "seed 1 − 2", "0 or 1", "0", "1", "all: near 0 or 1", "near 0, 1",
                "BCE on the test digits, from 0"}


def key_figures(claim, facts):
    """The two figures that say most, as they are written; of a model that broke there is none."""
    mean = facts["mean_input"]
    figures, key = claim["figures"], claim["key"]
    best = lambda row: min(v for k, v in figures[row].items() if k not in ("A", "B", "sigmoid") and v is not None)
    loss, share = lambda value: "%.4f" % value, lambda value: "%.1f %%" % (100 * value)
    if key == "sigmoid":
        return loss(best("mse_trained_with_bce")), loss(best("mse"))
    if key == "dim":
        return tuple(loss(mean + figures["bias"][k]) for k in ("BCE", "MSE") if k in figures["bias"])
    if key == "optimum":
        return tuple(loss(figures["distance"][k]) for k in ("MSE", "seed+1") if k in figures["distance"])
    if key == "binary":
        return share(figures["full_ink"]["input"]), share(figures["below_002"]["input"] + figures["above_098"]["input"])
    return *(loss(value) for name, value in figures["bce"].items() if name == "BCE"), loss(facts["bce_floor"])


VARIATIONAL = "variational models", "784-64-sample2-64-784"
OWN_MODELS = {"blob": ("models of their own", "784-100-50-100-784"), "vae_sum": VARIATIONAL, "vae_blur": VARIATIONAL}


def setups(claim):
    """Of which models a card says that its verdict is, longest first."""
    seeds, show = claim["over_seeds"], claim["on_show"]
    if show and not seeds:
        start = f"Only of the models on show, one random start each, epoch {show['epoch']}"
        return f"{start}: another start may decide otherwise", start, f"Of one random start, epoch {show['epoch']}"
    count, epochs = (seeds["seeds"], seeds["epochs"]) if seeds else (3, 20)
    name, layers = OWN_MODELS.get(claim["key"], ("the usual model", "784-32-784"))
    return (f"{count} random starts each, {epochs} epochs; else {name}, {layers}, whatever A and B are",
            f"{count} random starts each, {epochs} epochs; {name}, not A and B", f"{count} starts, {epochs} epochs, {name}")


TRIAL_CAPTIONS = {"BCE, 0 or 1", "0 or 1", "0.0001", "0.0256", "the 4", "MSE, beta 0.3"}


def trial_figures(claim):
    """How a trial's figures are written, by variant: the one that its picture draws; and the two beside its card."""
    figures = claim["figures"]
    form, key = {"sharp": ("%.1f %%", "sharpness"), "vae_blur": ("%.1f %%", "sharpness"), "odd": ("%.1f %%", "auroc")}.get(claim["key"], ("%.5f", "mse"))
    write = lambda value: form % (100 * value if "%%" in form else value)
    drawn = {label: write(value) for label, value in figures[key].items()}
    if claim["key"] == "noisy":
        drawn = {"clean": write(figures["mse"]["noise 0.5"]), "noisy": write(figures["noisy_mse"]["noise 0.5"])}
    side = [*drawn.values()][:2] if claim["key"] != "pca" else [drawn["linear"], write(claim["over_seeds"]["pca_mse"])]
    return drawn, side


class Claims(Picture):
    def check_view(self):
        head, = [t for t in self.texts if t.text.startswith("What people say, and what was measured.")]
        count, name = write_count(self.f["data"]["test"]), self.f["data"]["name"]
        start, end = "What people say, and what was measured.", "“Show me” sets the stage."
        self.claim(head, (f"{start} On all {count} test digits of {name}. {end}", f"{start} On all {count} test digits. {end}",
                          start), "the heading")
        cards = [claim for claim in self.f["claims"] if claim["page"] == self.f["claims_page"]]
        titles = [self.one(f"“{claim['claim']}”") for claim in cards]
        ends = [title.y for title in titles[1:]] + [self.one("Film").y]
        shows = sorted(self.find("Show me"), key=lambda t: t.y)
        self.case.assertEqual(len(shows), len(titles))
        for claim, title, end in zip(cards, titles, ends):
            self.claim(title, title.text, "the claim")
            verdict = [t for t in self.line(title) if t.x < title.x][-1]
            self.check_headline(claim, verdict)
            side = min(t.box_x for t in self.find("Figures and rule")) - 12
            card = [t for t in self.texts if title.y - 4 <= t.y < end - 4 and t not in (title, verdict)]
            words = [t for t in card if verdict.x - 40 < t.x < side and t.y > title.y + 8]
            setup = min(words, key=lambda t: t.y)
            self.claim(setup, setups(claim), "of which models")
            self.check_words(claim, [t for t in words if t is not setup])
            self.check_side(claim, [t for t in card if t.x >= side])
            self.check_picture(claim, [t for t in card if t.x <= verdict.x - 40])

    def check_headline(self, claim, verdict):
        """Over how many random starts; of one where nobody has measured more."""
        seeds, is_open = claim["over_seeds"], claim["verdict"] == "open"
        starts = seeds["seeds"] if seeds else 0 if is_open else 1
        self.case.assertEqual(claim["starts"], starts)
        self.case.assertEqual(claim["verdict"], seeds["verdict"] if seeds else (claim["on_show"] or claim)["verdict"])
        said = {0: "", 1: ", one start"}.get(starts, f", {starts} starts")
        self.claim(verdict, claim["verdict"] + said, "the verdict")

    def check_words(self, claim, texts):
        """Because and so, whole, in their columns or one after the other."""
        lines = sorted((t for t in texts if t.text not in ("because", "so far", "so")), key=lambda t: t.y)
        for text in lines:
            self.claimed[text] = "the words"
        said = " ".join(t.text for t in lines)
        self.case.assertIn(said, [f"{claim['sentence']}{word}{claim['so']}" for word in ((" ", " So ") if claim["so"]
                                                                                          else ("",))])

    def check_side(self, claim, texts):
        end = max((t.right for t in texts), default=0)
        figures = sorted((t for t in texts if re.fullmatch(r"[\d.]+( %)?", t.text) and t.right > end - 4), key=lambda t: t.y)
        is_trial = claim["page"] != "loss"
        for text in texts if is_trial else ():
            if text not in figures and text.text in (*trial_figures(claim)[0], *TRIAL_CAPTIONS):
                self.claimed[text] = "a variant"
        for text, expected in zip(figures, trial_figures(claim)[1] if is_trial else key_figures(claim, self.f["test_set"]), strict=True):
            self.claim(text, expected, f"a figure of {claim['key']}")
        self.claim_static(texts)

    def claim_static(self, texts):
        for text in texts:
            if text.text in CLAIM_STATIC and text not in self.claimed:
                self.claimed[text] = "it never changes"

    def check_picture(self, claim, texts):
        figures, mean = claim["figures"], self.f["test_set"]["mean_input"]
        if claim["page"] != "loss":
            self.check_trial(claim, texts)
            return
        if claim["key"] == "dim":
            for label, value in (("target", mean), *((k, mean + figures["bias"][k]) for k in ("BCE", "MSE") if k in figures["bias"])):
                head, = [t for t in texts if t.text == label]
                bar, = [t for t in texts if t.x > head.right and abs(t.middle - head.middle) < 4]
                self.claim(bar, "%.3f" % value, f"the brightness of {label}")
        if claim["key"] == "fit":
            facts = self.f["test_set"]
            marks = {"floor ": facts["bce_floor"], "average digit ": facts["mean_image_bce"], "always 0.5: ": math.log(2),
                     "this model ": figures["bce"].get("BCE", math.nan)}
            for text in texts:
                for name, value in marks.items():
                    if text.text.startswith(name):
                        self.claim(text, f"{name}%.3f" % value, "a mark of the line")
        self.claim_static(texts)


    def check_trial(self, claim, texts):
        """The plot has each variant's mean over the seeds in its line; what else has a number is a caption."""
        drawn, _ = trial_figures(claim)
        for text in texts:
            if re.fullmatch(r"\d\.\d{5}|[\d.]+ %", text.text):
                label = [t.text for t in self.line(text) if t in texts and t.x < text.x and t.text in drawn][-1]
                self.claim(text, drawn[label], f"the figure of {label}")
            elif text.text in drawn or text.text in TRIAL_CAPTIONS:
                self.claimed[text] = "a variant"


PICTURES = {"matrix": Matrix, "inspect": Inspect, "claims": Claims}
