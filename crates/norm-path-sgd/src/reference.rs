//! The judge: dense nets path by path, in plain loops from the definition of the path norm. Exponential in depth.

use crate::Dense;

/// One edge of a path: the layer, and the place in its weights, or in its biases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edge {
    Weight(usize, usize),
    Bias(usize, usize),
}

fn value(layers: &[Dense<'_, f64>], edge: Edge) -> f64 {
    match edge {
        Edge::Weight(l, i) => layers[l].weight[i],
        Edge::Bias(l, i) => layers[l].bias.map_or(0.0, |b| b[i]),
    }
}

/// Calls `f` with every path that starts with `path` and goes on from unit `unit` of the input of layer `at`.
fn each_path(
    layers: &[Dense<'_, f64>],
    at: usize,
    unit: usize,
    path: &mut Vec<Edge>,
    f: &mut dyn FnMut(&[Edge]),
) {
    let Some(layer) = layers.get(at) else {
        f(path);
        return;
    };
    for v in 0..layer.outputs {
        path.push(Edge::Weight(at, v * layer.inputs + unit));
        each_path(layers, at + 1, v, path, f);
        path.pop();
    }
}

/// Every path: from the inputs, and from every bias.
fn paths(layers: &[Dense<'_, f64>], f: &mut dyn FnMut(&[Edge])) {
    for u in 0..layers[0].inputs {
        each_path(layers, 0, u, &mut Vec::new(), f);
    }
    for (l, layer) in layers.iter().enumerate().filter(|(_, layer)| layer.bias.is_some()) {
        for v in 0..layer.outputs {
            each_path(layers, l + 1, v, &mut vec![Edge::Bias(l, v)], f);
        }
    }
}

/// `φ₂²` of layers whose widths follow.
pub fn path_norm_squared(layers: &[Dense<'_, f64>]) -> f64 {
    let mut sum = 0.0;
    paths(layers, &mut |path| sum += path.iter().map(|e| value(layers, *e).powi(2)).product::<f64>());
    sum
}

/// The scale of every weight and every bias, layer by layer: over the paths through it, the product of the others.
pub fn path_scales(layers: &[Dense<'_, f64>]) -> Vec<(Vec<f64>, Vec<f64>)> {
    let mut found: Vec<(Vec<f64>, Vec<f64>)> =
        layers.iter().map(|l| (vec![0.0; l.weight.len()], vec![0.0; l.outputs])).collect();
    paths(layers, &mut |path| {
        for edge in path {
            let others =
                path.iter().filter(|e| *e != edge).map(|e| value(layers, *e).powi(2)).product::<f64>();
            match *edge {
                Edge::Weight(l, i) => found[l].0[i] += others,
                Edge::Bias(l, i) => found[l].1[i] += others,
            }
        }
    });
    found
}
