"""Drops files on a window, as a file manager does: the source's side of XDND
(https://freedesktop.org/wiki/Specifications/XDND/), version 5.
"""
import select
import time
import urllib.parse

from Xlib import X, Xatom, display
from Xlib.protocol import event

PATIENCE = 150  # s


def drop(window, paths, x=None, y=None):
    """Drags the paths over the window (an id) and lets them go at x, y of the screen, or where the mouse is."""
    data = "".join("file://%s\r\n" % urllib.parse.quote(path) for path in paths)
    drag(window, "text/uri-list", data.encode(), x, y)


def drop_text(window, text, x=None, y=None):
    """The same of a text, as an editor gives it."""
    drag(window, "text/plain", text.encode(), x, y)


def drag(window, kind, data, x, y):
    connection = display.Display()
    atom = connection.intern_atom
    root = connection.screen().root
    source = root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
    target = connection.create_resource_object("window", window)
    if x is not None:
        root.warp_pointer(x, y)
    pointer = root.query_pointer()
    place = pointer.root_x << 16 | pointer.root_y

    def send(name, *words):
        words = [*words, 0, 0, 0, 0][:4]
        target.send_event(event.ClientMessage(window=target, client_type=atom(name), data=(32, [source.id, *words])))
        connection.flush()

    def wait(name):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            while connection.pending_events():
                happened = connection.next_event()
                if happened.type == X.SelectionRequest:
                    answer(happened)
                elif happened.type == X.ClientMessage and happened.client_type == atom(name):
                    return happened
            select.select([connection.fileno()], [], [], 0.05)
        raise RuntimeError("no %s from the window" % name)

    def answer(request):
        wanted = request.property
        if request.target == atom("TARGETS"):
            request.requestor.change_property(wanted, Xatom.ATOM, 32, [atom(kind)])
        else:
            request.requestor.change_property(wanted, request.target, 8, data)
        request.requestor.send_event(event.SelectionNotify(time=request.time, requestor=request.requestor,
                                                           selection=request.selection, target=request.target,
                                                           property=wanted))
        connection.flush()

    source.set_selection_owner(atom("XdndSelection"), X.CurrentTime)
    send("XdndEnter", 5 << 24, atom(kind))
    send("XdndPosition", 0, place, X.CurrentTime, atom("XdndActionCopy"))
    wait("XdndStatus")
    send("XdndDrop", 0, X.CurrentTime)
    wait("XdndFinished")
    connection.close()
