// The two scripts that code.c fills in: what stands between two @ is put in by name. Python.
#pragma once

// What both begin with: the data, and safetensors without a package.
#define CODE_HEAD(framework, imports)                                                                                  \
    "#!/usr/bin/env python3\n"                                                                                         \
    "\"\"\"An autoencoder in " framework ", as losslens trains it: @spec@\n"                                           \
    "\n"                                                                                                               \
    "Usage: python3 THIS DATA [--epochs N] [--limit N] [--seed N] [--save FILE | --load FILE]\n"                       \
    "DATA: a folder with the four files of MNIST; `losslens data export DATA` writes one. --load measures a model\n"   \
    "instead of training one: losslens' own (.safetensors), or one that this script has saved.\n"                      \
    "\"\"\"\n"                                                                                                         \
    "import argparse\n"                                                                                                \
    "import gzip\n"                                                                                                    \
    "import json\n"                                                                                                    \
    "import pathlib\n"                                                                                                 \
    "import struct\n"                                                                                                  \
    "\n" imports "import numpy\n@range@"                                                                               \
    "\n"                                                                                                               \
    "\n"                                                                                                               \
    "def read_images(folder, part):\n"                                                                                 \
    "    path = next(p for p in sorted(pathlib.Path(folder).iterdir()) if p.name.startswith(part + \"-images\"))\n"    \
    "    data = path.read_bytes()\n"                                                                                   \
    "    data = gzip.decompress(data) if data[:2] == b\"\\x1f\\x8b\" else data\n"                                      \
    "    return numpy.frombuffer(data, numpy.uint8, offset=16).reshape(-1, 784)\n"                                     \
    "\n"                                                                                                               \
    "\n"                                                                                                               \
    "def read_tensors(path):\n"                                                                                        \
    "    data = pathlib.Path(path).read_bytes()\n"                                                                     \
    "    start = 8 + struct.unpack(\"<Q\", data[:8])[0]\n"                                                             \
    "    header = json.loads(data[8:start])\n"                                                                         \
    "@metadata@"                                                                                                       \
    "    rows = sorted(header.items(), key=lambda row: row[1][\"data_offsets\"])\n"                                    \
    "    return {name: numpy.frombuffer(data[start + row[\"data_offsets\"][0]:start + row[\"data_offsets\"][1]],\n"    \
    "                                   \"<f4\").reshape(row[\"shape\"]).copy() for name, row in rows}\n"              \
    "\n"                                                                                                               \
    "\n"                                                                                                               \
    "def write_tensors(path, tensors):\n"                                                                              \
    "    header, at = {\"__metadata__\": {\"spec\": \"@spec@\"@moments@}}, 0\n"                                        \
    "    for name, values in tensors.items():\n"                                                                       \
    "        header[name] = {\"dtype\": \"F32\", \"shape\": list(values.shape), \"data_offsets\": [at, at + "          \
    "values.nbytes]}\n"                                                                                                \
    "        at += values.nbytes\n"                                                                                    \
    "    text = json.dumps(header).encode()\n"                                                                         \
    "    data = b\"\".join(values.astype(\"<f4\").tobytes() for values in tensors.values())\n"                         \
    "    pathlib.Path(path).write_bytes(struct.pack(\"<Q\", len(text)) + text + data)\n"                               \
    "\n"                                                                                                               \
    "\n"

#define CODE_ARGUMENTS                                                                                                 \
    "def main():\n"                                                                                                    \
    "    parser = argparse.ArgumentParser()\n"                                                                         \
    "    parser.add_argument(\"data\")\n"                                                                              \
    "    parser.add_argument(\"--epochs\", type=int, default=20)\n"                                                    \
    "    parser.add_argument(\"--limit\", type=int)\n"                                                                 \
    "    parser.add_argument(\"--seed\", type=int, default=@seed@)\n"                                                  \
    "    parser.add_argument(\"--save\")\n"                                                                            \
    "    parser.add_argument(\"--load\")\n"                                                                            \
    "    options = parser.parse_args()\n"

static const char code_pytorch[] = CODE_HEAD(
    "PyTorch",
    "import torch\nfrom torch import nn\n") "@helper@@classes@class Autoencoder(nn.Module):\n"
                                            "    def __init__(self):\n"
                                            "        super().__init__()\n"
                                            "@own_spread@"
                                            "        self.encoder = nn.Sequential(@encoder@)\n"
                                            "@statistics@        self.decoder = nn.Sequential(@decoder@)\n"
                                            "        for layer in self.modules():\n"
                                            "            if isinstance(layer, @kinds@):\n"
                                            "                nn.init.xavier_uniform_(layer.weight)\n"
                                            "                nn.init.zeros_(layer.bias)\n"
                                            "\n"
                                            "    def forward(self, x):\n"
                                            "@forward@"
                                            "\n"
                                            "\n"
                                            "def output(z):\n"
                                            "    return @output@\n"
                                            "\n"
                                            "\n"
                                            "def loss(z, t):\n"
                                            "@loss@"
                                            "\n"
                                            "\n"
                                            "def to_pixels(images):\n"
                                            "    return torch.from_numpy(images.astype(numpy.float32)) / 255\n"
                                            "\n"
                                            "\n"
                                            "def measure(model, images):\n"
                                            "    t = to_pixels(images)\n"
                                            "@evaluate@    with torch.no_grad():\n"
                                            "        @measuring@\n"
                                            "        return {\"loss\": loss(z, @measured@).item(), \"mse\": ((@back@ - "
                                            "@shown@) ** "
                                            "2).mean().item()@measured_kl@}\n"
                                            "\n"
                                            "\n"
                                            "def train_epoch(model, optimizer, images):\n"
                                            "@train@    for batch in torch.randperm(len(images)).split(@batch@):\n"
                                            "        t = to_pixels(images[batch.numpy()])\n"
                                            "        @outputs@ = model(@input@)\n"
                                            "        optimizer.zero_grad()\n"
                                            "        @total@.backward()\n"
                                            "        optimizer.step()\n"
                                            "\n"
                                            "\n" CODE_ARGUMENTS "    torch.manual_seed(options.seed)\n"
                                            "    model, test = Autoencoder(), read_images(options.data, \"t10k\")\n"
                                            "    if options.load:\n"
                                            "        model.load_state_dict({name: torch.from_numpy(values) for name, "
                                            "values in read_tensors(options.load).items()})\n"
                                            "        print(json.dumps(measure(model, test)))\n"
                                            "        return\n"
                                            "    train = read_images(options.data, "
                                            "\"train\")[:options.limit]\n@standardise@"
                                            "    optimizer = @optimizer@\n"
                                            "    for epoch in range(options.epochs):\n"
                                            "        train_epoch(model, optimizer, train)\n"
                                            "        print(json.dumps({\"epoch\": epoch + 1, **measure(model, test)}), "
                                            "flush=True)\n"
                                            "        if options.save:\n"
                                            "            write_tensors(options.save, {name: values.numpy() for name, "
                                            "values in model.state_dict().items()})\n"
                                            "\n"
                                            "\n"
                                            "if __name__ == \"__main__\":\n"
                                            "    main()\n";

// Keras' dense layers in a file.
static const char code_keras_dense_files[] =
    "def dense(model):\n"
    "    return [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]\n"
    "\n"
    "\n"
    "def load(model, path):\n"
    "    tensors = list(read_tensors(path).items())\n"
    "    for layer, (name, weight), (_, bias) in zip(dense(model), tensors[0::2], tensors[1::2]):\n"
    "        layer.set_weights([weight if name.endswith(\"kernel\") else weight.T, bias])\n"
    "\n"
    "\n"
    "def save(model, path):\n"
    "    write_tensors(path, {f\"{layer.name}/{name}\": values for layer in dense(model)\n"
    "                         for name, values in zip((\"kernel\", \"bias\"), "
    "layer.get_weights())})\n"
    "\n";

// The same where there are others: under the names that losslens and PyTorch have, in their order of axes.
static const char code_keras_files[] =
    "def trained(model):\n"
    "    kinds = keras.layers.Dense, keras.layers.Conv2D, keras.layers.Conv2DTranspose\n"
    "    return [layer for layer in model.layers if isinstance(layer, kinds)]\n"
    "\n"
    "\n"
    "def load(model, path):\n"
    "    tensors = read_tensors(path)\n"
    "    for layer in trained(model):\n"
    "        weight, bias = tensors[layer.name + \".weight\"], tensors[layer.name + \".bias\"]\n"
    "        layer.set_weights([weight.transpose(2, 3, 1, 0) if weight.ndim == 4 else weight.T, bias])\n"
    "@load_spread@"
    "\n"
    "\n"
    "def save(model, path):\n"
    "    tensors = {}\n"
    "    for layer in trained(model):\n"
    "        weight, bias = layer.get_weights()\n"
    "        tensors[layer.name + \".weight\"] = weight.transpose(3, 2, 0, 1) if weight.ndim == 4 else weight.T\n"
    "        tensors[layer.name + \".bias\"] = bias\n"
    "@save_spread@"
    "    write_tensors(path, tensors)\n"
    "\n";

static const char code_keras[] = CODE_HEAD(
    "Keras",
    "import keras\n") "@helper@def hidden(z):\n"
                      "    return @hidden@\n"
                      "\n"
                      "\n"
                      "def output(z):\n"
                      "    return @output@\n"
                      "\n"
                      "\n"
                      "def loss(t, p):\n"
                      "@target@"
                      "    return @loss@\n"
                      "\n"
                      "\n"
                      "@metric@@damage_layer@@sampling@"
                      "def build():\n"
                      "    x = inputs = keras.Input((784,))\n"
                      "@first_layers@@layers@"
                      "@own_spread@"
                      "    return keras.Model(inputs, x)\n"
                      "\n"
                      "\n"
                      "@files@"
                      "\n" CODE_ARGUMENTS "    keras.utils.set_random_seed(options.seed)\n"
                      "    test = read_images(options.data, \"t10k\").astype(\"float32\") / 255\n"
                      "    @build@\n"
                      "    model.compile(optimizer=@optimizer@, loss=loss, metrics=[@metric_name@])\n"
                      "    if options.load:\n"
                      "        load(model, options.load)\n"
                      "        model.evaluate(test, test)\n"
                      "        return\n"
                      "    train = read_images(options.data, \"train\")[:options.limit].astype(\"float32\") / 255\n"
                      "    model.fit(train, train, batch_size=@batch@, epochs=options.epochs, validation_data=(test, "
                      "test))\n"
                      "    if options.save:\n"
                      "        save(model, options.save)\n"
                      "\n"
                      "\n"
                      "if __name__ == \"__main__\":\n"
                      "    main()\n";
