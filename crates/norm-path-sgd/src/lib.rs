//! Path-SGD: every component of the gradient is divided by the path scale of its weight, so that copies of a ReLU net
//! whose units were rescaled take the same training path (neyshabur2015path, neyshabur2016path).
//!
//! Plain slices in, `f64` out. [`path_scales`] is for layers in a row, dense or convolutional; [`recurrent_scales`] for
//! a recurrent net, with [`second_term`] for what its cheap step leaves out; [`descend`] is the step.
//!
//! ```
//! use norm_path_sgd::{Dense, FLOOR, Layer, descend, path_scales};
//!
//! let (first, mut last) = ([1.0_f32, -2.0], [3.0_f32, 0.5]);
//! let layers = [
//!     Layer::Dense(Dense { weight: &first, bias: None, inputs: 2, outputs: 1 }),
//!     Layer::Dense(Dense { weight: &last, bias: None, inputs: 1, outputs: 2 }),
//! ];
//! let scales = path_scales(&layers)?;
//! assert_eq!(scales.norm.squared(), (1.0 + 4.0) * (9.0 + 0.25));
//! assert_eq!(scales.unscaled()[0].weight, [9.25, 9.25]);
//! assert_eq!(scales.unscaled()[1].weight, [5.0, 5.0]);
//! descend(&mut last, &[10.0, 0.0], &scales.layers[1].weight, scales.log2_factor, 0.5, FLOOR)?;
//! assert_eq!(last, [2.0, 0.5]);
//! # Ok::<(), norm_path_sgd::Error>(())
//! ```
//!
//! Only plain steps and steps with momentum are invariant to rescaling: a momentum buffer scales as its steps do.
//! Adam, weight decay, clipping and learning rates per layer are not.

mod chain;
mod error;
mod layer;
mod norm;
mod recurrent;
pub mod reference;
mod scaled;
mod step;

pub use chain::{LayerScales, PathScales, path_scales};
pub use error::Error;
pub use layer::{Conv2d, Dense, Layer};
pub use norm::PathNorm;
pub use recurrent::{Loss, Recurrent, RecurrentScales, recurrent_scales, second_term};
pub use step::{FLOOR, descend};

use norm_core::{Const, Gotcha, Letter, UpdateDescriptor, UpdateEquation};

/// What the method says about itself.
pub const DESCRIPTOR: UpdateDescriptor = UpdateDescriptor {
    id: "path-sgd",
    title: "Path-SGD",
    cite: "neyshabur2015path",
    equations: "",
    formula: &[
        UpdateEquation {
            text: "in_0(u) = 1,  in_l(v) = sum_u in_{l-1}(u) w_uv^2 + b_v^2",
            latex: r"\mathrm{in}_0(u) = 1,\quad \mathrm{in}_l(v) = \sum_u \mathrm{in}_{l-1}(u)\, w_{uv}^2 + b_v^2",
        },
        UpdateEquation {
            text: "out_L(v) = 1,  out_{l-1}(u) = sum_v w_uv^2 out_l(v)",
            latex: r"\mathrm{out}_L(v) = 1,\quad \mathrm{out}_{l-1}(u) = \sum_v w_{uv}^2\, \mathrm{out}_l(v)",
        },
        UpdateEquation {
            text: "kappa(u->v) = in(u) out(v),  kappa(b_v) = out(v)",
            latex: r"\kappa(u \to v) = \mathrm{in}(u)\, \mathrm{out}(v),\quad \kappa(b_v) = \mathrm{out}(v)",
        },
        UpdateEquation {
            text: "w <- w - rate dL/dw / kappa",
            latex: r"w \leftarrow w - \eta\, \frac{\partial L / \partial w}{\kappa}",
        },
    ],
    letters: &[
        Letter {
            name: "w_uv",
            mathml: "<msub><mi>w</mi><mrow><mi>u</mi><mi>v</mi></mrow></msub>",
            meaning: "the weight from unit u into unit v",
        },
        Letter { name: "b_v", mathml: "<msub><mi>b</mi><mi>v</mi></msub>", meaning: "the bias of unit v" },
        Letter {
            name: "l",
            mathml: "<mi>l</mi>",
            meaning: "the number of a layer, from 0 for the input to L for the output",
        },
        Letter {
            name: "in",
            mathml: "<mi>in</mi>",
            meaning: "the sum, over all paths that end in a unit, of the products of their squared weights",
        },
        Letter {
            name: "out",
            mathml: "<mi>out</mi>",
            meaning: "the same over all paths that begin in a unit",
        },
        Letter {
            name: "kappa",
            mathml: "<mi>κ</mi>",
            meaning: "the scale of a parameter: the same over all paths through it, without the parameter itself",
        },
        Letter { name: "eta", mathml: "<mi>η</mi>", meaning: "the learning rate" },
        Letter { name: "L", mathml: "<mi>L</mi>", meaning: "the last layer as an index, the loss below ∂" },
    ],
    consts: &[Const { name: "floor", default: FLOOR }],
    state_per_parameter: 0,
    gotchas: &[
        Gotcha {
            text: "The published PyTorch code keeps `model.parameters()`, a generator that its first use exhausts: the \
                   loop that divides the gradients finds nothing, so what runs is plain SGD. Its curves tell nothing \
                   of the method.",
            cite: "",
        },
        Gotcha {
            text: "The same code never zeroes the path gradients, so they pile up over the steps, and its ratio of \
                   norms to squared norms sets a learning rate once; neither is part of the method.",
            cite: "",
        },
        Gotcha {
            text: "Biases are divided by `out` alone: a bias is a source of paths.",
            cite: "neyshabur2015path",
        },
        Gotcha {
            text: "The scales span many orders of magnitude, and over hundreds of steps with a recurrent radius other \
                   than 1 they leave single and even double precision. One factor common to the net may be taken out; \
                   it changes what the learning rate means, so it must stay the same over the steps.",
            cite: "",
        },
        Gotcha {
            text: "A weight on no live path has the scale 0 and the gradient 0: a floor keeps 0/0 out.",
            cite: "",
        },
        Gotcha {
            text: "Momentum keeps the invariance to rescaling, and so does a decay of the weights themselves. Adam, a \
                   decay that is added to the gradient, gradient clipping and learning rates per layer break it.",
            cite: "",
        },
        Gotcha {
            text: "The learning rate has other units than that of SGD and is tuned on its own.",
            cite: "",
        },
        Gotcha {
            text: "Paths end in every output, and in a recurrent net in every step that has a loss.",
            cite: "neyshabur2016path",
        },
        Gotcha {
            text: "For ReLU and linear units only. Shared weights (convolution, recurrence) take the sum over their \
                   uses; a softmax behind the outputs changes nothing.",
            cite: "neyshabur2016path",
        },
        Gotcha {
            text: "In a recurrent net the second term of the scale, `2 w^2 d^2 phi^2/d(w^2)^2`, is left out. It is \
                   about 2T/H^2 of the first for dense random weights, so not small below some 20 units.",
            cite: "neyshabur2016path",
        },
    ],
};
