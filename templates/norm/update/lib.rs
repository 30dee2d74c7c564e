//! {{title}}: every component of the gradient is divided by a number of its own before the step.

mod reference;

use norm_core::conformance::{Divisors, NetLayer};
use norm_core::{Const, Elem, Letter, UpdateDescriptor, UpdateEquation};

/// Keeps a gradient of zeros from being divided by 0.
const FLOOR: f64 = 1e-8;

/// {{title}}.
#[derive(Clone, Copy, Debug)]
pub struct {{type}};

/// What the method says about itself.
pub const DESCRIPTOR: UpdateDescriptor = UpdateDescriptor {
    id: "{{id}}",
    title: "{{title}}",
    cite: "{{cite}}",
    equations: "",
    formula: &[
        UpdateEquation {
            text: "kappa = sqrt(mean g^2) + floor",
            latex: r"\kappa = \sqrt{\mathrm{mean}\, g^2} + \mathrm{floor}",
        },
        UpdateEquation {
            text: "w <- w - rate g / kappa",
            latex: r"w \leftarrow w - \eta\, \frac{g}{\kappa}",
        },
    ],
    // Every letter of the formula, as the page explains it.
    letters: &[
        Letter { name: "w", mathml: "<mi>w</mi>", meaning: "a weight or a bias" },
        Letter { name: "g", mathml: "<mi>g</mi>", meaning: "its gradient" },
        Letter { name: "kappa", mathml: "<mi>κ</mi>", meaning: "what the step of a layer is divided by" },
        Letter { name: "eta", mathml: "<mi>η</mi>", meaning: "the learning rate" },
        Letter {
            name: "mean",
            mathml: "<mi>mean</mi>",
            meaning: "the mean over the weights of a layer, or over its biases",
        },
        Letter {
            name: "floor",
            mathml: "<mi>floor</mi>",
            meaning: "a constant that keeps the divisor from being 0",
        },
    ],
    consts: &[Const { name: "floor", default: FLOOR }],
    state_per_parameter: 0,
    gotchas: &[],
};

// κ = √(Σ g² / n) + floor                     over the n weights of a layer, and over its n biases
fn kappa<T: Elem>(g: &[T]) -> Vec<f64> {
    let squares: f64 = g.iter().map(|g| g.to_f64() * g.to_f64()).sum();
    vec![(squares / g.len() as f64).sqrt() + FLOOR; g.len()]
}

/// The divisors of a net and its gradient, layer by layer; as many as there are weights and biases.
pub fn divisors<T: Elem>(net: &[NetLayer<T>], gradient: &[NetLayer<T>]) -> Vec<Divisors> {
    let layers = net.iter().zip(gradient);
    layers.map(|(_, g)| Divisors { weight: kappa(&g.weight), bias: kappa(&g.bias) }).collect()
}
