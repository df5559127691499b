// The page around the program: when it draws and trains, which keys are the browser's, files in and out, and what is said
// where something is missing. Stands before Emscripten's own code.
if (typeof document === "object") (() => {
const find = (id) => document.getElementById(id);
const canvas = find("canvas"), said = find("said"), trouble = find("trouble");
const SCRIPT = document.currentScript.src;
const HOME = "/home/web_user", DROPS = "/drop";
const own = { isOpen: false, isFailed: false, isLost: false, frames: 0, firstFrame: 0, drops: 0 };
const noticed = []; // what the program prints while it starts

function fail(sentence) {
    own.isFailed = true;
    trouble.textContent = sentence;
    trouble.hidden = false;
}

let spoken = "", announced = ""; // what the program says of the picture; what stands in its place

function say(sentence) {
    spoken = sentence;
    if (said.textContent !== (announced || spoken))
        said.textContent = announced || spoken;
}

function announce(sentence) {
    announced = sentence;
    say(spoken);
}

// Where the browser does not let the page copy, it shows what is to be copied by hand.
function copy(text) {
    const show = () => window.prompt("Copy this:", text);
    if (navigator.clipboard)
        navigator.clipboard.writeText(text).catch(show);
    else
        setTimeout(show, 0);
}

// ---- frames and training ----
// Nothing is asked of the browser while nothing happens: a frame follows input, news of training, or a time that is due.
let frameAsked = false, frameTimer = 0, serveTimer = 0, isServing = false;

function guarded(work) {
    try {
        return work();
    } catch (error) {
        stop(error);
        return -2;
    }
}

function stop(why) {
    if (!own.isFailed)
        fail(/memory|OOM/i.test(String(why)) ? "There is not enough memory for this page. Other pages that are closed leave it more." :
            "losslens has stopped: " + why);
}
window.addEventListener("error", (event) => { if (!own.isOpen) stop(event.message); }); // of Emscripten's own start
window.addEventListener("unhandledrejection", (event) => { if (!own.isOpen) stop(event.reason); });

function askFrame() {
    if (own.isOpen && !own.isFailed && !frameAsked) {
        frameAsked = true;
        requestAnimationFrame(frame);
    }
}

function frame() {
    frameAsked = false;
    clearTimeout(frameTimer);
    if (own.isFailed || own.isLost)
        return;
    const next = guarded(() => Module._web_frame());
    own.frames++;
    own.firstFrame = own.firstFrame || performance.now();
    if (next === -2) {
        if (!own.isFailed && own.frames === 1) // shaders that the driver does not take
            fail(noticed.join(" ") || "losslens has ended.");
        return;
    }
    if (next === 0 || Module._web_has_news())
        askFrame();
    else if (next > 0)
        frameTimer = setTimeout(askFrame, next);
    serveSoon();
}

const channel = new MessageChannel(); // the soonest that a browser calls back
channel.port1.onmessage = () => { isServing = false; serve(); };

// Once the browser has shown what was drawn, and seen to what came meanwhile.
function serveSoon() {
    if (isServing)
        return;
    isServing = true;
    channel.port2.postMessage(0);
}

function serve() {
    if (isServing || own.isFailed)
        return;
    clearTimeout(serveTimer);
    serveTimer = 0;
    const next = guarded(() => Module._web_serve());
    if (next === -2)
        return;
    if (Module._web_has_news())
        askFrame();
    if (next === 0) {
        serveSoon();
    } else if (next > 0) {
        serveTimer = setTimeout(serve, next);
    }
}

// Nothing is to be drawn, trained or measured, but perhaps later.
own.isAtRest = () => !frameAsked && !isServing && !serveTimer;

// ---- keys ----
// The program's own go on to it; all others, as F5, F12, Ctrl+R and Ctrl+W, are the browser's, which SDL would swallow.
const NAMED = ["Tab", "Enter", "Escape", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End",
    "Delete", "Backspace", "F1", "Shift", "Control"];

function isOurs(event) {
    if (document.activeElement !== canvas && document.activeElement !== document.body)
        return false;
    if (event.ctrlKey || event.altKey || event.metaKey)
        return event.key === "Control" || (event.ctrlKey && !event.altKey && event.key.toLowerCase() === "c");
    return NAMED.includes(event.key) || [...event.key].length === 1;
}

for (const type of ["keydown", "keyup", "keypress"])
    window.addEventListener(type, (event) => {
        if (!isOurs(event))
            event.stopImmediatePropagation();
        askFrame();
    }, true);
for (const type of ["mousemove", "mousedown", "mouseup", "mouseleave", "mouseenter", "wheel", "touchstart", "touchmove", "touchend",
    "touchcancel", "resize", "focus", "blur", "visibilitychange", "fullscreenchange"])
    window.addEventListener(type, askFrame, true);
document.addEventListener("visibilitychange", askFrame, true);
canvas.addEventListener("mousedown", () => canvas.focus());
canvas.addEventListener("contextmenu", (event) => event.preventDefault());
// SDL draws with devicePixelRatio pixels to a CSS pixel. Where the window's least layout needs more than there are, as on
// a phone, it gets more of them, which the browser makes smaller: nothing is cut off or distorted.
const LEAST = { width: 960, height: 600 };
const inherited = Object.getOwnPropertyDescriptor(window, "devicePixelRatio");
if (inherited && inherited.get)
    Object.defineProperty(window, "devicePixelRatio", { configurable: true, get: () => Math.max(inherited.get.call(window),
        LEAST.width / Math.max(1, canvas.clientWidth), LEAST.height / Math.max(1, canvas.clientHeight)) });
new ResizeObserver(() => window.dispatchEvent(new Event("resize"))).observe(canvas);

// Calls a function of the program with a text.
function tell(name, text) {
    guarded(() => Module.ccall(name, null, ["string"], [text]));
    askFrame();
}

document.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    if (text)
        tell("web_paste", text);
});

// ---- files ----
const dropped = new Map(); // files by their paths in the page's memory
const asides = new Map(); // what workers read, by number
let asideCount = 0;

// A worker, which runs this same script, reads what lies where path does, as the order says.
function begin(path, order) {
    const folder = path.split("/").slice(0, 3).join("/") + "/", aside = { done: 0, total: 0, isBegun: false, failure: "", parts: null, worker: null };
    const files = [...dropped].filter(([name]) => name.startsWith(folder));
    asides.set(++asideCount, aside);
    try {
        aside.worker = new Worker(SCRIPT);
        aside.worker.onmessage = (event) => { Object.assign(aside, event.data); if (aside.parts || aside.failure) aside.worker.terminate(); };
        aside.worker.onerror = (event) => { aside.failure = event.message || "it has stopped"; event.preventDefault(); };
        aside.worker.postMessage({ order, files }, [order.buffer]);
    } catch (error) {
        aside.failure = String(error);
    }
    return asideCount;
}

function end(number) {
    const aside = asides.get(number);
    if (aside.worker)
        aside.worker.terminate();
    asides.delete(number);
}

async function put(file, folder) {
    const path = folder + "/" + file.name.replace(/\//g, "_");
    Module.FS.writeFile(path, new Uint8Array(await file.arrayBuffer()), { canOwn: true });
    dropped.set(path, file);
    return path;
}

// A file or a folder that was dropped, and all that is in it.
async function putEntry(entry, folder) {
    if (entry.isFile)
        return put(await new Promise((resolve, reject) => entry.file(resolve, reject)), folder);
    const path = folder + "/" + entry.name, reader = entry.createReader();
    Module.FS.mkdirTree(path);
    for (;;) {
        const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
        if (!some.length)
            return path;
        await Promise.all(some.map((inner) => putEntry(inner, path)));
    }
}

// Several at once are a data set's files, side by side in a folder. putOne puts one of the things where it is told to.
async function take(things, putOne) {
    if (!things.length || !own.isOpen)
        return;
    const folder = DROPS + "/" + own.drops++;
    try {
        Module.FS.mkdirTree(folder);
        const paths = await Promise.all([...things].map((thing) => putOne(thing, folder)));
        tell("web_drop", paths.length === 1 ? paths[0] : folder);
    } catch (error) {
        say("The file could not be read: " + error.message);
    }
}
find("open").addEventListener("click", () => find("file").click());
find("file").addEventListener("change", (event) => { take([...event.target.files], put); event.target.value = ""; canvas.focus(); });
for (const type of ["dragenter", "dragover"])
    document.addEventListener(type, (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
    event.preventDefault();
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry);
    if (entries.length)
        take(entries, putEntry);
    else
        follow(event.dataTransfer.getData("text/plain"));
});

// A link to another state of this page, dropped or put into the address: the page stays.
function follow(link) {
    const text = link.trim().split(/[\r\n]/)[0];
    if (text && own.isOpen)
        tell("web_drop", text);
}
window.addEventListener("hashchange", () => own.isOpen ? follow(readLink()) : location.reload());

// What the program gives a name of its own, outside of its settings, is saved: the browser keeps it.
function watchFiles() {
    const rename = Module.FS.rename;
    Module.FS.rename = (from, to) => {
        rename.call(Module.FS, from, to);
        if (to.startsWith("/") ? !to.includes("/.config/") : true)
            setTimeout(() => download(to), 0);
    };
}

function download(path) {
    const link = document.createElement("a"), name = path.split("/").pop();
    const kinds = { png: "image/png", json: "application/json", csv: "text/csv" };
    link.href = URL.createObjectURL(new Blob([Module.FS.readFile(path)], { type: kinds[name.split(".").pop()] || "application/octet-stream" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

// ---- the start ----
const NO_WEBGL = "This browser shows no WebGL 2, which losslens draws with. A newer browser has it, or its settings switch it on.";

// losslens view's options stand in the address, ?--view=matrix&--epochs=3, and a link is all of it.
const readLink = () => location.origin + location.pathname + (location.hash || "#");

function readWords() {
    const options = [...new URLSearchParams(location.search)].flatMap(([key, value]) => !key.startsWith("--") ? [] : value ? [key, value] : [key]);
    return ["losslens", "view", readLink(), ...options];
}

function open() {
    const words = readWords();
    Module.FS.mkdirTree(HOME + "/Pictures");
    Module.FS.mkdirTree(HOME + "/.config");
    watchFiles();
    const status = guarded(() => Module.ccall("web_open", "number", ["string"], [words.join("\n")]));
    if (status !== 0) {
        if (!own.isFailed) // a context is asked for only now, since each has to be waited for
            fail(!canvas.getContext("webgl2") ? NO_WEBGL : noticed.join(" ") || "losslens could not be started.");
        return;
    }
    own.isOpen = true;
    window.dispatchEvent(new Event("resize"));
    canvas.focus();
    askFrame();
}

canvas.addEventListener("webglcontextlost", (event) => { event.preventDefault(); own.isLost = true; say("The graphics card was lost; waiting for it."); });
canvas.addEventListener("webglcontextrestored", () => {
    own.isLost = false;
    guarded(() => Module._web_restore());
    askFrame();
});

// Who asks a browser what draws is told nothing, unless by this name: where the processor draws, the program draws less often.
if (typeof WebGL2RenderingContext === "function") {
    const getParameter = WebGL2RenderingContext.prototype.getParameter;
    WebGL2RenderingContext.prototype.getParameter = function (name) {
        const teller = name === this.RENDERER && this.getExtension("WEBGL_debug_renderer_info");
        return getParameter.call(this, teller ? teller.UNMASKED_RENDERER_WEBGL : name);
    };
}

if (typeof WebAssembly !== "object")
    fail("This browser runs no WebAssembly, which losslens is made of.");

window.Module = {
    canvas,
    page: { say, announce, copy, fail, begin, end, asides },
    own,
    print: (text) => console.log(text),
    printErr: (text) => { noticed.push(text.replace(/^losslens: /, "")); console.warn(text); },
    onRuntimeInitialized: () => own.isFailed || open(),
    onAbort: stop,
};
})();
