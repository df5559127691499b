// Which format, and its lines.
#include "models/convert.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "io/byte_reader.h"
#include "io/file_kind.h"

typedef struct Format {
    const char *kind;  // how file_kind's words about it begin
    const char *lines; // {from}: the file's name as Python writes it, {to}: that of the file that is made
} Format;

static const Format formats[] = {
    // tensors wherever they are in it; copied, for safetensors takes none that share memory
    {"a PyTorch file",
     "import torch; from safetensors.torch import save_file; t = torch.load({from}, map_location=\"cpu\") # a whole "
     "model "
     "needs its class: import that first\n"
     "f = lambda v, k=\"\": {k[:-1]: v.detach().clone()} if torch.is_tensor(v) else f(v.state_dict(), k) if hasattr(v, "
     "\"state_dict\") else {n: x for i, c in (v.items() if isinstance(v, dict) else enumerate(v) if isinstance(v, "
     "(list, "
     "tuple)) else ()) for n, x in f(c, f\"{k}{i}.\").items()}\n"
     "save_file({k: v.contiguous() for k, v in f(t).items()}, {to})\n"},
    {"a zip file of NumPy arrays", "import numpy; from safetensors.numpy import save_file\n"
                                   "t = numpy.load({from})\n"
                                   "save_file({k: numpy.ascontiguousarray(t[k]) for k in t.files}, {to})\n"},
    {"an HDF5 file",
     "import h5py; from safetensors.numpy import save_file; t = {}\n"
     "keep = lambda k, v: t.update({k: v[...]}) if isinstance(v, h5py.Dataset) and v.dtype.kind in \"fiu\" else None\n"
     "h5py.File({from}).visititems(keep); save_file(t, {to})\n"},
    {"a Keras model", "import keras; from safetensors.numpy import save_file\n"
                      "t = keras.models.load_model({from}, compile=False)\n"
                      "save_file({getattr(w, \"path\", w.name): w.numpy() for w in t.weights}, {to})\n"},
    {"an ONNX model", "import onnx; from onnx import numpy_helper; from safetensors.numpy import save_file\n"
                      "t = onnx.load({from}).graph.initializer\n"
                      "save_file({i.name: numpy_helper.to_array(i).copy() for i in t}, {to})\n"},
    {"a GGUF model", "import gguf, numpy; from safetensors.numpy import save_file\n"
                     "t = gguf.GGUFReader({from}).tensors\n"
                     "save_file({i.name: numpy.array(i.data) for i in t}, {to})\n"},
    {"a Python pickle",
     "import numpy, pickle; from safetensors.numpy import save_file # opens what you trust alone: it can run programs\n"
     "t = pickle.load(open({from}, \"rb\")); t = t if isinstance(t, dict) else dict(enumerate(t))\n"
     "save_file({str(k): numpy.ascontiguousarray(v) for k, v in t.items()}, {to})\n"},
};

enum { QUOTED = 300 };

// The last part of path as a string of Python's, with another end in the place of its own where one is given.
static void quote(const char *path, const char *end, char text[QUOTED])
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    const size_t length = end && dot && dot > name ? (size_t)(dot - name) : strlen(name);
    size_t used = 0;
    text[used++] = '"';
    for (size_t i = 0; i < length && used < QUOTED - 30; i++) {
        const unsigned char c = (unsigned char)name[i];
        if (c == '"' || c == '\\')
            text[used++] = '\\';
        text[used++] = c < ' ' || c == 0x7f ? '?' : (char)c;
    }
    (void)snprintf(text + used, QUOTED - used, "%s\"", end ? end : "");
}

static bool read_kind(const char *path, char kind[FILE_KIND_TEXT])
{
    ByteReader reader;
    Error unheard;
    if (!byte_reader_open(&reader, path, &unheard))
        return false;
    const bool is_known = file_kind_describe(kind, reader.start, reader.start_size);
    byte_reader_close(&reader);
    return is_known;
}

// Puts the two names into the lines.
static void expand(const char *lines, const char *from, const char *to, char text[CONVERT_TEXT])
{
    size_t used = 0;
    while (*lines && used < CONVERT_TEXT - 1) {
        const bool is_from = strncmp(lines, "{from}", 6) == 0, is_to = strncmp(lines, "{to}", 4) == 0;
        const int written = is_from || is_to ? snprintf(text + used, CONVERT_TEXT - used, "%s", is_from ? from : to)
                                             : snprintf(text + used, CONVERT_TEXT - used, "%c", *lines);
        used += (size_t)written;
        lines += is_from ? 6 : is_to ? 4 : 1;
    }
}

bool convert_describe(const char *path, char text[CONVERT_TEXT])
{
    char kind[FILE_KIND_TEXT], from[QUOTED], to[QUOTED];
    if (!read_kind(path, kind))
        return false;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (strncmp(kind, formats[i].kind, strlen(formats[i].kind)) != 0)
            continue;
        quote(path, NULL, from);
        quote(path, ".safetensors", to);
        if (strcmp(from, to) == 0) // what it is made of stays
            quote(path, "-converted.safetensors", to);
        expand(formats[i].lines, from, to, text);
        return true;
    }
    return false;
}
