// What app/web/main.c asks of the page. page.js has the functions.
mergeInto(LibraryManager.library, {
    page_say: function(sentence) { Module.page.say(UTF8ToString(sentence)); },
    page_copy: function(text) { Module.page.copy(UTF8ToString(text)); },
    page_fail: function(sentence) { Module.page.fail(UTF8ToString(sentence)); },
});
