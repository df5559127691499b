// The program once more, in a worker of the page, without a window: reads what would hold the page up, and hands it over.
// aside.c has both sides. Stands before Emscripten's own code, behind page.js.
if (typeof document === "undefined") (() => {
const parts = [];
const fail = (why) => postMessage({ failure: /memory|OOM/i.test(String(why)) ? "there is not enough memory" : String(why) });
let isReady;
const ready = new Promise((resolve) => { isReady = resolve; });

self.Module = {
    worker: { tell: (done, total) => postMessage({ done, total }), give: (bytes) => parts.push(bytes) },
    print: () => {},
    printErr: () => {},
    onRuntimeInitialized: isReady,
    onAbort: fail,
};

self.onmessage = async ({ data }) => {
    try {
        await ready;
        for (const [path, file] of data.files) {
            Module.FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
            Module.FS.writeFile(path, new Uint8Array(await file.arrayBuffer()), { canOwn: true });
        }
        const order = Module._web_aside_room(data.order.length);
        if (!order)
            return fail("memory");
        Module.HEAPU8.set(data.order, order);
        postMessage({ isBegun: true }); // what fails before is read by the page itself
        if (!Module._web_aside(order))
            return fail("memory");
        postMessage({ parts }, parts.map((part) => part.buffer));
    } catch (error) {
        fail(error);
    }
};
})();
