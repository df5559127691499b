// How PyTorch and Keras write each loss, output, hidden activation and optimizer of the tables.
//
// To add one: CODE_LOSS_function, CODE_OUTPUT_function or CODE_HIDDEN_function, by the name that the row in the
// engine's table has, without which code.c does not compile; of an optimizer a row in CODE_OPTIMIZERS.
#pragma once

// clang-format off
// {PyTorch's mean of p and t; its form from the logit @k@z of a sigmoid, NULL: none; Keras' mean over the last axis}.
// @delta@ and @weight@ are the spec's.
#define CODE_LOSS_bce {"nn.functional.binary_cross_entropy(p.clamp(1e-7, 1 - 1e-7), t)", \
                       "nn.functional.binary_cross_entropy_with_logits(@k@z, t)", \
                       "keras.losses.binary_crossentropy(t, p)"}
#define CODE_LOSS_mse {"((p - t) ** 2).mean()", NULL, "keras.ops.mean((p - t) ** 2, axis=-1)"}
#define CODE_LOSS_mae {"(p - t).abs().mean()", NULL, "keras.ops.mean(keras.ops.abs(p - t), axis=-1)"}
#define CODE_LOSS_huber {"nn.functional.huber_loss(p, t, delta=@delta@)", NULL, "keras.losses.huber(t, p, delta=@delta@)"}
#define CODE_LOSS_wbce {"-(@weight@ * t * p.clamp(1e-7, 1 - 1e-7).log() + (1 - t) * (1 - p.clamp(1e-7, 1 - 1e-7)).log()).mean()", \
                        "nn.functional.binary_cross_entropy_with_logits(@k@z, t, pos_weight=z.new_tensor(@weight@))", \
                        "keras.ops.mean(-@weight@ * t * keras.ops.log(keras.ops.clip(p, 1e-7, 1 - 1e-7)) " \
                        "- (1 - t) * keras.ops.log(1 - keras.ops.clip(p, 1e-7, 1 - 1e-7)), axis=-1)"}
#define CODE_LOSS_cb {"nn.functional.binary_cross_entropy(p.clamp(1e-7, 1 - 1e-7), t) " \
                      "- log_normaliser(p.clamp(1e-7, 1 - 1e-7).logit())", \
                      "nn.functional.binary_cross_entropy_with_logits(@k@z, t) - log_normaliser(@k@z)", \
                      "keras.losses.binary_crossentropy(t, p) - log_normaliser(p)"}
#define CODE_LOSS_gauss {"nn.functional.gaussian_nll_loss(p, t, (2 * log_sigma).exp().expand_as(t), full=True, eps=0)", NULL, \
                         "keras.ops.mean((p - t) ** 2 / (2 * keras.ops.exp(2 * log_sigma)), axis=-1) + log_sigma + 0.918938533"}

// {PyTorch, Keras}: what a loss needs before its own line; X(NAME, PyTorch, Keras). gauss's number is trained, and code.c
// makes it the model's own.
#define CODE_HELPERS(X) \
    X(CB, "def log_normaliser(z):  # ln C of the continuous Bernoulli, even in z; at 0 it is ln 2\n" \
          "    z = z.abs().clamp(min=1e-3)\n" \
          "    return (z / torch.tanh(z / 2)).log().mean()\n\n\n", \
      "def log_normaliser(p):  # ln C of the continuous Bernoulli, by the logit z; at 0 it is ln 2\n" \
      "    q = keras.ops.clip(p, 1e-7, 1 - 1e-7)\n" \
      "    z = keras.ops.maximum(keras.ops.abs(keras.ops.log(q) - keras.ops.log(1 - q)), 1e-3)\n" \
      "    return keras.ops.mean(keras.ops.log(z / keras.ops.tanh(z / 2)), axis=-1)\n\n\n") \
    X(GAUSS, "log_sigma = nn.Parameter(torch.zeros(1))\n\n\n", \
      "log_sigma = keras.Variable(0.0, name=\"log_sigma\")\n\n\n" \
      "class Spread(keras.layers.Layer):\n" \
      "    def __init__(self):\n" \
      "        super().__init__()\n" \
      "        self.log_sigma = log_sigma\n\n" \
      "    def call(self, x):\n" \
      "        return x\n\n\n")

// {PyTorch, Keras}, of the logit z
#define CODE_OUTPUT_sigmoid {"torch.sigmoid(z)", "keras.ops.sigmoid(z)"}
#define CODE_OUTPUT_relu {"torch.relu(z)", "keras.ops.relu(z)"}
#define CODE_OUTPUT_linear {"z", "z"}
#define CODE_OUTPUT_clip {"z.clamp(0, 1)", "keras.ops.clip(z, 0, 1)"}
#define CODE_OUTPUT_tanh01 {"(torch.tanh(z) + 1) / 2", "(keras.ops.tanh(z) + 1) / 2"}
#define CODE_OUTPUT_softplus {"nn.functional.softplus(z)", "keras.ops.softplus(z)"}
#define CODE_OUTPUT_hyperbolic_tangent {"torch.tanh(z)", "keras.ops.tanh(z)"}
#define CODE_OUTPUT_sigmoid2 {"torch.sigmoid(torch.sigmoid(z))", "keras.ops.sigmoid(keras.ops.sigmoid(z))"}
#define CODE_OUTPUT_softmax {"torch.softmax(z, -1)", "keras.ops.softmax(z, axis=-1)"}

// {PyTorch's module, Keras' function of z}
#define CODE_HIDDEN_relu {"nn.ReLU()", "keras.ops.relu(z)"}
#define CODE_HIDDEN_leaky_relu {"nn.LeakyReLU(0.01)", "keras.ops.leaky_relu(z, 0.01)"}
#define CODE_HIDDEN_hyperbolic_tangent {"nn.Tanh()", "keras.ops.tanh(z)"}
#define CODE_HIDDEN_sigmoid {"nn.Sigmoid()", "keras.ops.sigmoid(z)"}
#define CODE_HIDDEN_elu {"nn.ELU()", "keras.ops.elu(z)"}
#define CODE_HIDDEN_gelu {"nn.GELU()", "keras.ops.gelu(z, approximate=False)"}
#define CODE_HIDDEN_linear {"nn.Identity()", "z"}

// X(key, PyTorch, Keras)
#define CODE_OPTIMIZERS(X) \
    X("adam", "torch.optim.Adam(model.parameters(), lr=@lr@, eps=1e-7)", "keras.optimizers.Adam(@lr@, epsilon=1e-7)") \
    X("adadelta", "torch.optim.Adadelta(model.parameters(), lr=@lr@, rho=0.95, eps=1e-7)", \
      "keras.optimizers.Adadelta(@lr@, rho=0.95, epsilon=1e-7)") \
    X("sgd", "torch.optim.SGD(model.parameters(), lr=@lr@, momentum=0.9)", "keras.optimizers.SGD(@lr@, momentum=0.9)")
// clang-format on
