"""How long each call into the program blocks the page: its processor time, from Chromium's trace, in which neither what else
runs on the machine counts nor what a drawn frame takes in the browser's other processes."""
import collections

TRACE = "blink.user_timing"

# Puts a mark on each side of every call, which says what the test was doing then (window.doing).
MARKS = """
let module, count = 0;
Object.defineProperty(window, "Module", { configurable: true, get: () => module, set: (value) => {
    if (value === module)
        return;
    module = value;
    const begin = module.onRuntimeInitialized;
    module.onRuntimeInitialized = () => {
        for (const name of Object.keys(module).filter((key) => /^_web_(frame|serve|drop|paste|restore)$/.test(key))) {
            let inner = module[name];
            const marked = (...values) => {
                const number = ++count;
                performance.mark("call", { detail: String(number) });
                try {
                    return inner(...values);
                } finally {
                    performance.mark("return", { detail: number + "|" + name.slice(1) + ", " + window.doing });
                    performance.clearMarks();
                }
            };
            Object.defineProperty(module, name, { get: () => marked, set: (value) => { inner = value; } });
        }
        begin();
    };
} });
"""


def longest(events):
    """Of each call, and what the test did meanwhile: the longest, ms, and how many there were."""
    calls, found = {}, collections.defaultdict(list)
    for event in sorted((event for event in events if "tts" in event and event["name"] in ("call", "return")), key=lambda event: event["ts"]):
        number, _, what = str(event["args"].get("data", event["args"]).get("detail", "")).strip('"').partition("|")
        call = event["pid"], event["tid"], number
        if event["name"] == "call":
            calls[call] = event["tts"]
        elif call in calls:  # the trace may have lost one of the two
            found[what].append((event["tts"] - calls.pop(call)) / 1000)
    return {what: (max(times), len(times)) for what, times in found.items()}
