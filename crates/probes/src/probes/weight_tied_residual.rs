//! A residual network whose blocks share their weights is a recurrent network.

use norm_core::conformance::{difference, relative_difference};
use sequence::CellKind;

use crate::dense::Dense;
use crate::draw::Draw;
use crate::probe::{Probe, Values};
use crate::recurrent::{Net, Start};

const CASES: usize = 6;
const UNITS: usize = 8;
const DEPTH: usize = 8;
const SIZES: Dense = Dense { cases: CASES, inputs: UNITS, units: UNITS };

pub(crate) const PROBE: Probe = Probe {
    id: "weight-tied-residual",
    about: "Eight residual blocks relu(h + U h + b), each with a copy of its weights, one after the other in plain loops, and a \
            recurrent cell with W_h = 1 + U that is run for eight steps without input; numbers whose sums are exact. Largest \
            difference of the outputs, and relative difference of the summed gradients of the blocks and that of the cell.",
    find: || find(&blocks()),
};

/// A residual block.
#[derive(Clone)]
struct Block {
    /// `[UNITS][UNITS]`
    u: Vec<f64>,
    bias: Vec<f64>,
}

/// Multiples of 1/8: eight products of such numbers, and sums of them, are exact in double precision.
fn eighths(draw: &mut Draw, n: usize, size: usize) -> Vec<f64> {
    (0..n).map(|_| (draw.below(2 * size + 1) as f64 - size as f64) / 8.0).collect()
}

fn blocks() -> Vec<Block> {
    let mut draw = Draw::new(129);
    let block = Block { u: eighths(&mut draw, UNITS * UNITS, 3), bias: eighths(&mut draw, UNITS, 3) };
    vec![block; DEPTH]
}

impl Block {
    /// `h + U h + b`.
    fn sums(&self, h: &[f64]) -> Vec<f64> {
        let branch = SIZES.sums(&self.u, h);
        let with_bias = branch.iter().zip(self.bias.iter().cycle()).map(|(f, b)| f + b);
        h.iter().zip(with_bias).map(|(h, f)| h + f).collect()
    }
}

/// The stack's output, and the sum over the blocks of the gradients at `U`.
fn stack(blocks: &[Block], start: &[f64], aim: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let mut states = vec![start.to_vec()];
    for block in blocks {
        let sums = block.sums(&states[states.len() - 1]);
        states.push(sums.iter().map(|z| z.max(0.0)).collect());
    }
    let (mut dh, mut du) = (aim.to_vec(), vec![0.0; UNITS * UNITS]);
    for (block, pair) in blocks.iter().zip(states.windows(2)).rev() {
        let dz: Vec<f64> = dh.iter().zip(&pair[1]).map(|(d, h)| if *h > 0.0 { *d } else { 0.0 }).collect();
        let (own, branch) = (SIZES.to_weights(&pair[0], &dz), SIZES.to_inputs(&block.u, &dz));
        du.iter_mut().zip(own).for_each(|(d, o)| *d += o);
        dh = dz.iter().zip(branch).map(|(d, b)| d + b).collect();
    }
    (states.swap_remove(blocks.len()), du)
}

fn find(blocks: &[Block]) -> Values {
    let mut draw = Draw::new(130);
    let start: Vec<f64> = eighths(&mut draw, CASES * UNITS, 8).iter().map(|h| h.abs()).collect();
    let aim = eighths(&mut draw, CASES * UNITS, 8);
    let (output, du) = stack(blocks, &start, &aim);

    let mut net = Net::new(CellKind::RnnRelu, None, (CASES, 1, UNITS), DEPTH);
    net.hh.copy_from_slice(&blocks[0].u);
    for unit in 0..UNITS {
        net.hh[unit * UNITS + unit] += 1.0;
    }
    net.bias.copy_from_slice(&blocks[0].bias);
    let looped = net.pass(&vec![0.0; DEPTH * CASES], Start { h: Some(&start), c: None }, |_| aim.clone());
    let live = output.iter().filter(|h| **h > 0.0).count();
    Values::new()
        .with("difference", difference(&looped.h, &output))
        .with("gradient", relative_difference(&looped.hh, &du, 0.0))
        .with("live", live as f64 / output.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tied_blocks_are_a_loop() {
        let found = (PROBE.find)();
        assert_eq!(found.get("difference"), 0.0, "{found:?}");
        assert!(found.get("gradient") < 1e-12 && found.get("live") > 0.2, "{found:?}");
        let mut untied = blocks();
        untied[3].u[5] += 0.125;
        assert!(find(&untied).get("difference") > 0.0);
    }
}
