"""Fetching data sets: python3 tests/fetch_test.py PATH_TO_LOSSLENS PATH_TO_FETCH_TOOL [unittest's arguments]

A real HTTP server on this machine that breaks off, lies, stalls, leads astray and sends other things than it was asked
for. The sums of the public sets are pinned, and their files are not here: what must succeed is fetched by fetch_tool, a
set of the test's own by the same function; losslens itself is asked for what must fail. Nothing else is ever contacted.
"""
import contextlib
import gzip
import hashlib
import http.server
import json
import os
import random
import resource
import shutil
import signal
import ssl
import stat
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import zipfile

PROGRAM, TOOL = map(os.path.abspath, (sys.argv.pop(1), sys.argv.pop(1)))
NAMES = ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz",
         "t10k-labels-idx1-ubyte.gz"]
random.seed(1)
FILES = {name: gzip.compress(random.randbytes(size)) for name, size in zip(NAMES, (300000, 600, 200000, 100))}
FIRST, SECOND = NAMES[:2]
HTML = b"<!DOCTYPE html><html><body>Please log in</body></html>"


# ---- the server ------------------------------------------------------------------------------------------------------

class Handler(http.server.BaseHTTPRequestHandler):
    """Sends FILES, but for the paths that a test has something else in mind for."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers)))
        name = self.path.split("/")[-1]
        behave = self.server.behaviours.get(self.path, self.server.behaviours.get(name))
        with contextlib.suppress(ConnectionError):
            if callable(behave):
                behave(self)
            elif name in FILES:
                send(self, FILES[name])
            else:
                send(self, b"", status=404)

    def log_message(self, *_):
        pass


def asked_from(handler):
    """Where the part begins that is asked for; None: all is."""
    value = handler.headers.get("Range")
    return int(value.removeprefix("bytes=").removesuffix("-")) if value else None


def head(handler, status, **headers):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), str(value))
    handler.end_headers()


def send(handler, content, status=200, cut=None, knows_ranges=True, **headers):
    """content, from where it is asked for; cut: it breaks off after so many bytes."""
    start = asked_from(handler) if knows_ranges and status == 200 else None
    if start is not None:
        headers["Content_Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        content, status = content[start:], 206
    head(handler, status, **{"Content_Length": len(content), **headers})
    handler.wfile.write(content[:cut])
    if cut is not None:
        hang_up(handler)


def hang_up(handler):
    handler.wfile.flush()
    handler.close_connection = True


def answer(content, **options):
    return lambda handler: send(handler, content, **options)


def redirect(target, status=302):
    return lambda handler: head(handler, status, Location=target, Content_Length=0)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked, self.behaviours, self.waits = [], {}, threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}/"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def handle_error(self, *_):
        pass

    def ranges(self, name):
        return [headers.get("Range") for path, headers in self.asked if path.endswith(name)]


def restore_signals():
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


class FetchTest(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.work = tempfile.mkdtemp(prefix="losslens-fetch-")
        self.folder = os.path.join(self.work, "set")
        self.environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        self.environment |= {"HOME": self.work, "XDG_DATA_HOME": os.path.join(self.work, "data")}

    def tearDown(self):
        self.server.waits.set()
        self.server.shutdown()
        self.server.server_close()
        shutil.rmtree(self.work)

    def behave(self, **behaviours):
        self.server.behaviours |= {NAMES[int(key.removeprefix("file"))]: value for key, value in behaviours.items()}

    def path(self, name):
        return os.path.join(self.folder, name)

    def unfinished(self, name=FIRST):
        return self.path(f".losslens-{name}.unfinished")

    def command(self, *, mirrors=None, stall=2, cancel_at=0, force=False, folder=None):
        words = [TOOL, folder or self.folder, stall, cancel_at, mirrors or self.server.url]
        for name in NAMES:
            words += [name, len(FILES[name]), hashlib.sha256(FILES[name]).hexdigest()]
        return [str(word) for word in words + ["force"] * force]

    def start(self, command, **options):
        return subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, preexec_fn=options.pop("before", restore_signals), **options)

    def fetch(self, *, before=restore_signals, **options):
        process = self.start(self.command(**options), before=before)
        out, err = process.communicate(timeout=60)
        self.assertIn(process.returncode, (0, 1), err)
        self.assertEqual(err, "")
        result = json.loads(out)
        self.assertEqual(result["good"], process.returncode == 0)
        self.assertTrue(result["is_within"])
        return result

    def succeed(self, **options):
        result = self.fetch(**options)
        self.assertTrue(result["good"], result)
        self.assertEqual(result["done"], sum(map(len, FILES.values())))
        self.assertEqual(sorted(os.listdir(self.folder)), sorted(NAMES))
        for name, content in FILES.items():
            with open(self.path(name), "rb") as file:
                self.assertEqual(file.read(), content)
        return result

    def miss(self, *words, **options):
        result = self.fetch(**options)
        self.assertFalse(result["good"], result)
        for word in words:
            self.assertIn(word, result["error"])
        self.assertFalse(os.path.exists(self.path(FIRST)))
        return result

    def miss_without_rest(self, *words, **options):
        result = self.miss(*words, **options)
        self.assertFalse(os.path.exists(self.folder), os.path.exists(self.folder) and os.listdir(self.folder))
        return result

    # ---- all is well ----

    def test_whole_set_once(self):
        result = self.succeed(folder=os.path.join(self.work, "./set"))
        self.assertEqual(result["fetched"], [True] * 4)
        self.assertEqual([path for path, _ in self.server.asked], ["/" + name for name in NAMES])
        for _, headers in self.server.asked:
            self.assertRegex(headers["User-Agent"], r"^losslens/\d")
            self.assertFalse({"Range", "Accept-Encoding", "Cookie", "Authorization"} & set(headers))
        mask = os.umask(0)
        os.umask(mask)
        self.assertEqual(stat.S_IMODE(os.stat(self.path(FIRST)).st_mode), 0o666 & ~mask)
        self.server.asked.clear()
        self.assertEqual(self.succeed()["fetched"], [False] * 4)
        self.assertEqual(self.server.asked, [])
        os.remove(self.path(SECOND))
        self.assertEqual(self.succeed()["fetched"], [False, True, False, False])
        self.assertEqual(len(self.server.asked), 1)

    def test_no_proxy_for_this_machine(self):
        self.environment |= {"http_proxy": "http://127.0.0.1:1", "all_proxy": "http://127.0.0.1:1"}
        self.succeed()

    def test_transfer_without_a_length(self):
        def chunked(handler):
            head(handler, 200, Transfer_Encoding="chunked")
            for start in range(0, len(FILES[FIRST]), 70000):
                part = FILES[FIRST][start:start + 70000]
                handler.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            handler.wfile.write(b"0\r\n\r\n")

        def until_closed(handler):
            head(handler, 200, Connection="close")
            handler.wfile.write(FILES[SECOND])
            hang_up(handler)
        self.behave(file0=chunked, file1=until_closed)
        self.succeed()

    def test_content_encoding_is_left_alone(self):
        self.behave(file0=answer(FILES[FIRST], Content_Encoding="gzip"))
        self.succeed()
        os.remove(self.path(FIRST))
        self.behave(file0=answer(gzip.compress(FILES[FIRST]), Content_Encoding="gzip"))
        self.miss(f"where {len(FILES[FIRST])} were expected")

    # ---- breaks ----

    def test_goes_on_after_breaks(self):
        self.behave(file0=lambda handler: send(handler, FILES[FIRST], cut=90000))
        self.succeed()
        ranges = self.server.ranges(FIRST)
        self.assertEqual(ranges, [None] + [f"bytes={n}-" for n in (90000, 180000, 270000)])

    def test_goes_on_where_ranges_are_unknown(self):
        self.behave(file0=lambda handler: send(handler, FILES[FIRST], knows_ranges=False,
                                               cut=100000 if len(self.server.ranges(FIRST)) == 1 else None))
        self.succeed()
        self.assertEqual(self.server.ranges(FIRST), [None, "bytes=100000-"])

    def test_breaks_without_gain_end(self):
        self.behave(file0=lambda handler: send(handler, FILES[FIRST], cut=10))
        self.miss("127.0.0.1", FIRST)
        self.assertEqual(len(self.server.ranges(FIRST)), 3)
        self.assertEqual(os.path.getsize(self.unfinished()), 30)
        self.behave(file0=None)
        self.succeed()
        self.assertEqual(self.server.ranges(FIRST)[-1], "bytes=30-")

    def test_another_part_than_asked_for(self):
        def other(handler):
            if asked_from(handler) is None:
                send(handler, FILES[FIRST], cut=100000)
            else:
                head(handler, 206, Content_Range=f"bytes 0-{len(FILES[FIRST]) - 1}/{len(FILES[FIRST])}",
                     Content_Length=len(FILES[FIRST]))
                handler.wfile.write(FILES[FIRST])
        self.behave(file0=other)
        self.miss("another part of the file")

    def test_no_rest(self):
        os.makedirs(self.folder)
        with open(self.unfinished(), "wb") as file:
            file.write(b"x" * 1000)
        self.behave(file0=lambda handler: send(handler, b"", status=416) if asked_from(handler) else send(handler, FILES[FIRST]))
        self.succeed()

    def test_wrong_beginning_is_thrown_away(self):
        for size in (10, len(FILES[FIRST]) - 1, len(FILES[FIRST]), len(FILES[FIRST]) + 1):
            with self.subTest(size=size):
                shutil.rmtree(self.folder, ignore_errors=True)
                os.makedirs(self.folder)
                with open(self.unfinished(), "wb") as file:
                    file.write(b"\x1f\x8b" + b"x" * (size - 2))
                self.succeed()

    def test_goes_on_after_kill(self):
        def stops(handler):
            head(handler, 200, Content_Length=len(FILES[FIRST]))
            handler.wfile.write(FILES[FIRST][:150000])
            handler.wfile.flush()
            self.server.waits.wait(30)
        self.behave(file0=stops)
        process = self.start(self.command(stall=30))
        self.wait_for(lambda: os.path.exists(self.unfinished()) and os.path.getsize(self.unfinished()) == 150000)
        other = self.fetch()  # while the first one is at it
        self.assertIn("another program is writing it", other["error"])
        process.kill()
        process.communicate(timeout=10)
        self.server.waits.set()
        self.behave(file0=None)
        self.succeed()
        self.assertEqual(self.server.ranges(FIRST), [None, "bytes=150000-"])

    def test_cancel_and_go_on(self):
        result = self.fetch(cancel_at=1)
        self.assertEqual((result["error"], result["notices"]), ("cancelled", []))
        self.assertIn(FIRST, "".join(os.listdir(self.folder)))
        self.succeed()

    def wait_for(self, condition):
        end = time.monotonic() + 20
        while not condition():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)

    # ---- lies ----

    def test_lengths(self):
        content = FILES[FIRST]
        for wrong in (content[:-1], content + b"x", content[:1], content * 3):
            with self.subTest(length=len(wrong)):
                self.behave(file0=answer(wrong))
                self.miss_without_rest(f"sends a file of {len(wrong)} bytes where {len(content)} were expected")

        def endless(handler):
            head(handler, 200, Connection="close")
            while True:
                handler.wfile.write(content)
        self.behave(file0=endless)
        self.miss(f"sends more than the {len(content)} bytes")

        def ends_early(handler):
            head(handler, 200, Connection="close")
            handler.wfile.write(content[:5000])
            hang_up(handler)
        shutil.rmtree(self.folder)
        self.behave(file0=ends_early)
        self.miss(f"where {len(content)} were expected")

    def test_something_else(self):
        self.behave(file0=answer(HTML, Content_Type="application/gzip"))
        self.miss_without_rest("sends a web page (HTML) where a gzip file was expected")
        self.behave(file0=answer(b"\x89PNG\r\n\x1a\n" + b"x" * (len(FILES[FIRST]) - 8)))
        self.miss_without_rest("sends a PNG picture")
        self.behave(file0=answer(b""))
        self.miss_without_rest(f"where {len(FILES[FIRST])} were expected")
        wrong = FILES[FIRST][:-9] + b"x" + FILES[FIRST][-8:]
        self.behave(file0=answer(wrong))
        self.miss_without_rest("sends another file: its SHA-256 is " + hashlib.sha256(wrong).hexdigest(),
                               hashlib.sha256(FILES[FIRST]).hexdigest())

    def test_statuses(self):
        for status in (404, 500, 403, 503, 204, 304):
            with self.subTest(status=status):
                self.behave(file0=answer(HTML if status not in (204, 304) else b"", status=status))
                self.miss_without_rest(f"answers with the status {status}")
        self.assertEqual(len(self.server.ranges(FIRST)), 6)

    def test_headers_and_drops(self):
        def flood(line, count):
            def behave(handler):
                handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + line * count)
                hang_up(handler)
            return behave

        def drip(handler):
            head(handler, 200, Content_Length=len(FILES[FIRST]))
            while not self.server.waits.wait(0.2):
                handler.wfile.write(b"\x1f")
        for behave, words in ((flood(b"X: y" + b"y" * 1000 + b"\r\n", 500), "of headers"),
                              (flood(b"X: " + b"y" * (1 << 20), 1), "header line is too long"), (drip, "next to nothing")):
            self.behave(file0=behave)
            self.miss(words, stall=1)

    def test_no_http_at_all(self):
        def noise(handler):
            handler.wfile.write(random.randbytes(1000))
            hang_up(handler)

        def many(handler):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while True:
                handler.wfile.write(b"X-More: " + b"x" * 1000 + b"\r\n")
        self.behave(file0=noise)
        self.miss_without_rest("127.0.0.1")
        self.behave(file0=many)
        self.miss_without_rest("more than 65536 bytes of headers")

    def test_stalls(self):
        def says_nothing(_):
            self.server.waits.wait(30)

        def stops(handler):
            head(handler, 200, Content_Length=len(FILES[FIRST]))
            handler.wfile.write(FILES[FIRST][:5])
            handler.wfile.flush()
            self.server.waits.wait(30)
        for behave in (says_nothing, stops):
            self.server.behaviours["/slow/" + FIRST] = behave
            start = time.monotonic()
            result = self.succeed(stall=1, mirrors=f"{self.server.url}slow/,{self.server.url}")
            self.assertLess(time.monotonic() - start, 15)
            self.assertIn("for 1 seconds; another mirror was asked", result["notices"][0])
            os.remove(self.path(FIRST))

    # ---- mirrors and redirects ----

    def test_mirrors_in_order(self):
        bad = [self.server.url + place for place in ("none/", "broken/", "wrong/")]
        self.server.behaviours |= {"/none/" + FIRST: answer(b"", status=404), "/broken/" + FIRST: answer(b"", status=500),
                                   "/wrong/" + FIRST: answer(FILES[FIRST][:-1] + b"x")}
        result = self.succeed(mirrors=",".join([*bad, self.server.url.rstrip("/")]))
        self.assertEqual([path for path, _ in self.server.asked][:4], [f"/{place}{FIRST}" for place in
                                                                      ("none/", "broken/", "wrong/", "")])
        for notice, word in zip(result["notices"], ("status 404", "status 500", "SHA-256"), strict=True):
            self.assertIn(word, notice)
            self.assertTrue(notice.endswith("; another mirror was asked"))

    def test_second_mirror_goes_on_with_the_first_ones_bytes(self):
        self.server.behaviours["/first/" + FIRST] = \
            lambda handler: send(handler, FILES[FIRST], cut=100000) if not asked_from(handler) else send(handler, b"", status=500)
        self.succeed(mirrors=f"{self.server.url}first/,{self.server.url}")
        self.assertEqual(self.server.ranges(FIRST), [None, "bytes=100000-", "bytes=100000-"])

    def test_redirects(self):
        for status in (301, 302, 303, 307, 308):
            shutil.rmtree(self.folder, ignore_errors=True)
            self.behave(file0=redirect("/elsewhere/" + FIRST, status), file1=redirect(self.server.url + "b/" + SECOND, status))
            self.server.behaviours |= {"/elsewhere/" + FIRST: answer(FILES[FIRST]), "/b/" + SECOND: answer(FILES[SECOND])}
            self.succeed()

    def test_forbidden_redirects(self):
        for target in ("http://losslens.invalid/x", "ftp://127.0.0.1/x", "file:///etc/passwd", "http://127.0.0.1.losslens.invalid/",
                       "http://user:password@127.0.0.1/x", "gopher://127.0.0.1/x", "http://[::2]/x", "http://127.losslens.invalid/x"):
            with self.subTest(target=target):
                self.behave(file0=redirect(target))
                self.miss_without_rest(": https://HOST/... was expected, or http://... on this machine")
        self.behave(file0=redirect("/" + FIRST))
        self.server.asked.clear()
        self.miss_without_rest("leads on more than 5 times")
        self.assertEqual(len(self.server.asked), 6)

    def test_plain_http(self):
        self.miss_without_rest("http://losslens.invalid/", "is not asked", mirrors="http://losslens.invalid/")
        result = self.miss_without_rest("losslens.invalid", mirrors="!http://losslens.invalid/")
        self.assertNotIn("is not asked", result["error"])  # only that one may: there is no such host

    @contextlib.contextmanager
    def secure_server(self):
        """An HTTPS server with a certificate of its own, and that as a file."""
        names = [os.path.join(self.work, name) for name in ("cert.pem", "key.pem")]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                        "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-out", names[0],
                        "-keyout", names[1]], check=True, capture_output=True)
        server = Server()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*names)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.url = f"https://127.0.0.1:{server.server_port}/"
        try:
            yield server, names[0]
        finally:
            server.shutdown()
            server.server_close()

    @unittest.skipUnless(shutil.which("openssl"), "there is no openssl to make a certificate")
    def test_certificates(self):
        with self.secure_server() as (server, certificate):
            self.miss_without_rest("certificate", mirrors=server.url)
            self.assertEqual(server.asked, [])
            self.behave(file0=redirect(server.url + FIRST))
            self.miss_without_rest("certificate")
            # where the system trusts it: in a name space of our own, where such are allowed
            trusted = "/etc/ssl/certs/ca-certificates.crt"
            inside = ["unshare", "-rm", "sh", "-c", f'mount --bind "$0" {trusted} && exec "$@"', certificate]
            if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode != 0:
                self.skipTest("no mounts here: that a certificate is trusted is not seen")
            server.behaviours[FIRST] = redirect(self.server.url + FIRST)
            run = subprocess.run([*inside, *self.command(mirrors=server.url)], capture_output=True, text=True, check=False,
                                 env=self.environment)
            self.assertIn("leads on from HTTPS to plain HTTP", run.stdout)
            server.behaviours[FIRST] = redirect("/b/" + FIRST)
            server.behaviours["/b/" + FIRST] = answer(FILES[FIRST])
            run = subprocess.run([*inside, *self.command(mirrors=server.url)], capture_output=True, text=True, check=False,
                                 env=self.environment)
            self.assertTrue(json.loads(run.stdout)["good"], run.stdout)

    # ---- places ----

    def test_what_is_there(self):
        os.makedirs(self.folder)
        with open(self.path(SECOND), "wb") as file:
            file.write(FILES[SECOND][:-1] + b"x")
        result = self.fetch()
        self.assertIn(f"{SECOND} is there already, and is not the file of the test's set; --force replaces it", result["error"])
        self.assertEqual(sorted(os.listdir(self.folder)), sorted([FIRST, SECOND]))
        self.assertEqual(self.succeed(force=True)["fetched"], [False, True, True, True])

    def test_things_in_the_way(self):
        os.makedirs(self.folder)
        for name, words in ((self.path(FIRST), "FIFO"), (self.unfinished(), "something else has its unfinished file's name")):
            for make in (os.mkfifo, lambda place: os.symlink("/nowhere", place), os.mkdir):
                with self.subTest(name=name, make=make):
                    make(name)
                    result = self.fetch()
                    self.assertFalse(result["good"])
                    if make is os.mkfifo:
                        self.assertIn(words, result["error"])
                    (os.rmdir if os.path.isdir(name) else os.unlink)(name)
        self.assertEqual(self.server.asked, [])

    def test_places_that_cannot_be(self):
        with open(os.path.join(self.work, "file"), "w", encoding="ascii"):
            pass
        for place in ("file", "file/below"):
            result = self.fetch(folder=os.path.join(self.work, place))
            self.assertIn("file", result["error"])
        self.assertIn("cannot be made", self.fetch(folder="/proc/losslens")["error"])
        self.assertEqual(self.server.asked, [])

    def test_full_disk(self):
        def limit():
            restore_signals()
            resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))
        self.miss_without_rest("cannot be written: File too large", before=limit)

    # ---- losslens itself ----

    def losslens(self, *arguments):
        process = self.start([PROGRAM, *arguments])
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def refuse(self, status, *words, arguments):
        found, out, err = self.losslens(*arguments)
        self.assertEqual((found, out), (status, ""), err)
        for word in words:
            self.assertIn(word, err)
        self.assertTrue(err.splitlines()[-1].startswith("losslens: "), err)

    def test_losslens_holds_the_files_against_the_table(self):
        self.server.behaviours["/right-size/" + FIRST] = answer(gzip.compress(b"")[:10] + bytes(9912422 - 10))
        self.refuse(1, "SHA-256", "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                    arguments=["data", "fetch", "mnist", "--mirror", self.server.url + "right-size"])
        self.refuse(1, f"sends a file of {len(FILES[FIRST])} bytes where 26421880 were expected",
                    arguments=["data", "fetch", "fashion-mnist", "--mirror", self.server.url, "--json"])
        self.refuse(1, "Failed to connect", arguments=["data", "fetch", "kmnist", "--mirror", "http://127.0.0.1:1/", "--to", self.folder])
        self.assertFalse(os.path.exists(self.environment["XDG_DATA_HOME"]))
        self.assertFalse(os.path.exists(self.folder))

    def test_losslens_refuses_addresses(self):
        for mirror in ("http://losslens.invalid/", "ftp://127.0.0.1/", "file:///etc/", "https://", "x", "https://a:b@127.0.0.1/",
                       "https://" + "x" * 3000 + "/", "http://127.0.0.1:99999/", "https://exa mple/"):
            with self.subTest(mirror=mirror):
                self.refuse(2, "--mirror", arguments=["data", "fetch", "mnist", "--mirror", mirror])
        self.refuse(2, "expected one of mnist, fashion-mnist, kmnist", arguments=["data", "fetch", "MNIST"])
        del self.environment["HOME"], self.environment["XDG_DATA_HOME"]
        self.refuse(1, "neither HOME nor XDG_DATA_HOME", "--to DIR", arguments=["data", "fetch", "mnist"])

    def test_losslens_is_stopped(self):
        size, start = 9912422, gzip.compress(random.randbytes(3000000))[:2000000]

        def stops(handler):
            head(handler, 200, Content_Length=size)
            handler.wfile.write(start)
            handler.wfile.flush()
            self.server.waits.wait(30)
        self.behave(file0=stops)
        for number in (signal.SIGINT, signal.SIGTERM):
            folder = os.path.join(self.work, "data/losslens/mnist")
            process = self.start([PROGRAM, "data", "fetch", "mnist", "--mirror", self.server.url])
            unfinished = os.path.join(folder, f".losslens-{FIRST}.unfinished")
            asked = len(self.server.asked)
            self.wait_for(lambda before=asked: len(self.server.asked) > before)
            self.wait_for(lambda: os.path.exists(unfinished) and os.path.getsize(unfinished) == len(start))
            at = time.monotonic()
            process.send_signal(number)
            out, err = process.communicate(timeout=10)
            self.assertLess(time.monotonic() - at, 1.0)
            self.assertEqual((process.returncode, out), (128 + number, ""))
            self.assertTrue(err.endswith("losslens: stopped; the same command goes on from here\n"), err)
            self.assertIn("mnist: 0.0 of 11.6 MB\n", err)
            self.assertEqual(os.listdir(folder), [os.path.basename(unfinished)])
        self.assertEqual(self.server.ranges(FIRST), [None, f"bytes={len(start)}-"])

    def test_losslens_finds_sets(self):
        status, out, err = self.losslens("data", "list", "--json")
        self.assertEqual((status, err), (0, ""))
        sets = json.loads(out)["sets"]
        self.assertEqual([(row["name"], row["here"]) for row in sets],
                         [("mnist", False), ("fashion-mnist", False), ("kmnist", False)])
        home = os.path.join(self.work, "data/losslens")
        self.assertEqual(sets[0]["folder"], os.path.join(home, "mnist"))
        self.assertIn("LeCun", sets[0]["licence"])
        self.refuse(4, "MNIST is not here yet: 'losslens data fetch mnist' gets it", arguments=["data", "--data", "mnist"])
        # as if fetched: the sizes are right
        sizes = (18165135, 29497, 3041136, 5120)
        for place in ("kmnist", "b mine\n", "a mine", ".hidden"):
            os.makedirs(os.path.join(home, place))
        for name, size in zip(NAMES, sizes):
            with open(os.path.join(home, "kmnist", name), "wb") as file:
                file.truncate(size)
        status, out, err = self.losslens("data", "list")
        rows = out.splitlines()
        self.assertEqual([row.split("  ")[0] for row in rows], ["builtin", "mnist", "fashion-mnist", "kmnist", "a mine", "b mine?"])
        self.assertIn("not here yet: losslens data fetch mnist gets it, 12 MB", rows[1])
        self.assertTrue(rows[3].endswith("/kmnist"))
        self.refuse(4, "losslens/kmnist/", arguments=["data", "--data", "kmnist"])  # zeros are no images, but it was found

    def test_names_and_folders(self):
        exported = os.path.join(self.work, "exported")
        self.assertEqual(self.losslens("data", "export", exported)[0], 0)
        os.rename(exported, os.path.join(self.work, "mnist"))
        process = self.start([PROGRAM, "data", "--data", "./mnist", "--json"], cwd=self.work)
        self.assertEqual(json.loads(process.communicate(timeout=60)[0])["name"], "mnist")
        process = self.start([PROGRAM, "data", "--data", "mnist"], cwd=self.work)
        self.assertIn("(what is called so in this folder is ./mnist)", process.communicate(timeout=60)[1])

    @unittest.skipUnless(os.environ.get("LOSSLENS_MNIST"), "LOSSLENS_MNIST names no folder")
    def test_a_set_is_recognised_by_its_sums(self):
        real = os.environ["LOSSLENS_MNIST"]
        os.makedirs(self.folder)
        for name in NAMES:
            shutil.copy(os.path.join(real, name), self.path(name))
        self.assertEqual(json.loads(self.losslens("data", "--data", self.folder, "--json")[1])["name"], "mnist")
        below = os.path.join(self.work, "below")
        os.makedirs(os.path.join(below, "MNIST"))
        os.symlink(real, os.path.join(below, "MNIST", "raw"))
        archive = os.path.join(self.work, "digits.zip")
        with zipfile.ZipFile(archive, "w") as file:
            for name in NAMES:
                file.write(os.path.join(real, name), "a/" + name)
        for path in (below, archive, self.path(NAMES[0])):
            self.assertEqual(json.loads(self.losslens("data", "--data", path, "--json")[1])["name"], "mnist")
        with gzip.open(self.path(NAMES[2])) as file:  # another pixel: another set
            images = bytearray(file.read())
        images[-1] ^= 1
        os.chmod(self.path(NAMES[2]), 0o644)
        with gzip.open(self.path(NAMES[2]), "wb", compresslevel=1) as file:
            file.write(images)
        self.assertEqual(json.loads(self.losslens("data", "--data", self.folder, "--json")[1])["name"], "set")


if __name__ == "__main__":
    unittest.main()
