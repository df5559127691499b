"""What the tests of the views share: a small data set, two models, and a program that has trained a little."""
import window
from window import Program, WindowCase, area_of, make_small_set, poll

# An epoch is 16 batches, and neither they nor the test digits are more than is looked at: with a sanitizer, training and
# measuring are most of what these tests take.
MODELS = ["--a", "loss=bce,output=sigmoid,batch=8", "--b", "loss=mse,output=relu,batch=8"]
TRAIN, TEST = 128, 100
VIEWS = {"compare": "1", "solo_a": "2", "solo_b": "3", "matrix": "4", "inspect": "5", "claims": "6", "code": "7", "latent": "8"}
HEATMAPS = ["bce", "excess", "mse", "mae", "huber", "wbce", "cb", "gauss", "error", "difference", "gradient", "bias", "dead"]
LOSSES = ["bce", "mse", "mae"]
DATA = []  # options for a small set
digits = None  # its test digits: (count, 28, 28) bytes


def open_display():
    """setUpModule of a test program."""
    global digits
    window.open_display()
    folder, digits = make_small_set(TRAIN, TEST)
    DATA[:] = ["--data", folder]


def all_steps(frame):
    return [m["step"] for m in frame["models"]]


def look_is(**wanted):
    return lambda f: all(f["look"][key] == value for key, value in wanted.items())


class ViewCase(WindowCase):
    """A program that has trained a little, paused, in the view of the class."""

    view = "compare"
    epochs = 2
    speed = "100"  # batches a second: whatever is shown later has to catch up with what was trained until the pause

    @classmethod
    def start(cls):
        cls.program = Program(*DATA, "--epochs", "100000", "--speed", cls.speed, *MODELS, *cls.extra())

    @classmethod
    def extra(cls):
        return []

    def setUp(self):
        super().setUp()
        p = self.p
        if p.now()["playing"]:
            p.wait(lambda f: f["a"]["test_epoch"] >= self.epochs, "figures of epoch %d" % self.epochs)
            p.pause()
        if p.now()["look"]["past"]:
            p.key("End", lambda f: not f["look"]["past"])
        self.show(self.view)
        self.first = p.nudge()

    def show(self, view):
        if self.p.now()["view"] != view:
            self.p.key(VIEWS[view], lambda f: f["view"] == view)
        return self.p.now()

    def changes(self, grid, before, least=0.02):
        """Waits until the pixels of a grid have changed."""
        self.assertTrue(poll(lambda: (self.p.grab()[area_of(grid)] != before[area_of(grid)]).any(-1).mean() > least, 10),
                        "the pixels of a grid stay as they are")
