//! The path norm by one pass is the sum over all paths.

use crate::draw::Draw;
use crate::path_sgd::path_norm_squared;
use crate::probe::{Probe, Values};

/// Widths of the net.
const WIDTHS: [usize; 3] = [3, 3, 2];

pub(crate) const PROBE: Probe = Probe {
    id: "path-norm",
    about: "A drawn net of 3, 3 and 2 units with biases: relative difference of its path norm by one pass of ones through squared \
            weights and by listing every path from an input or a bias to an output.",
    find,
};

type Layers = Vec<(Vec<f64>, Vec<f64>, usize, usize)>;

fn net() -> Layers {
    let mut draw = Draw::new(196);
    let layer = |w: &[usize], draw: &mut Draw| {
        (draw.normals(w[0] * w[1], 1.0), draw.normals(w[1], 0.5), w[0], w[1])
    };
    WIDTHS.windows(2).map(|w| layer(w, &mut draw)).collect()
}

/// The products of squared weights along every path.
fn paths(layers: &Layers) -> Vec<f64> {
    let [(w1, b1, inputs, hidden), (w2, b2, _, outputs)] = &layers[..] else {
        unreachable!("the net has two layers")
    };
    let mut all = Vec::new();
    for k in 0..*outputs {
        all.push(b2[k].powi(2));
        for j in 0..*hidden {
            let above = w2[k * hidden + j];
            all.push((b1[j] * above).powi(2));
            all.extend((0..*inputs).map(|i| (w1[j * inputs + i] * above).powi(2)));
        }
    }
    all
}

fn find() -> Values {
    let net = net();
    let (pass, listed) = (path_norm_squared(&net), paths(&net));
    let enumerated: f64 = listed.iter().sum();
    Values::new()
        .with("difference", (pass.sqrt() / enumerated.sqrt() - 1.0).abs())
        .with("paths", listed.len() as f64)
        .with("norm", pass.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_less_is_seen() {
        let found = find();
        assert!(found.get("difference") < 1e-14, "{found:?}");
        // From three inputs through three units, from their biases, and from the outputs' own.
        assert_eq!(found.get("paths"), 18.0 + 6.0 + 2.0);
        let listed = paths(&net());
        let all: f64 = listed.iter().sum();
        assert!(listed.iter().all(|path| path / all > 1e-10), "no path is too small to be missed");
    }
}
