// What app/web/main.c and aside.c ask of the page, and of the worker. page.js and worker.js have the functions.
mergeInto(LibraryManager.library, {
    page_say: function(sentence) { Module.page.say(UTF8ToString(sentence)); },
    page_copy: function(text) { Module.page.copy(UTF8ToString(text)); },
    page_fail: function(sentence) { Module.page.fail(UTF8ToString(sentence)); },
    page_aside_begin: function(path, order, size) { return Module.page.begin(UTF8ToString(path), HEAPU8.slice(order, order + size)); },
    page_aside_state: function(number, done, total) {
        const aside = Module.page.asides.get(number);
        HEAPF64[done >> 3] = aside.done;
        HEAPF64[total >> 3] = aside.total;
        return aside.failure ? aside.isBegun ? 2 : 3 : aside.parts ? 1 : 0; // a ReadingState
    },
    page_aside_failure: function(number, text, size) { stringToUTF8(Module.page.asides.get(number).failure, text, size); },
    page_aside_take: function(number, part, offset, to, size) {
        HEAPU8.set(Module.page.asides.get(number).parts[part].subarray(offset, offset + size), to);
    },
    page_announce: function(sentence) { Module.page.announce(UTF8ToString(sentence)); },
    page_aside_end: function(number) { Module.page.end(number); },
    worker_tell: function(done, total) { Module.worker.tell(done, total); },
    worker_give: function(bytes, size) { Module.worker.give(HEAPU8.slice(bytes, bytes + size)); },
});
