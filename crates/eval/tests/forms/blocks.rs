//! A method that cuts a batch: each block as the method without blocks does it, what is stored moving on between them.

use crate::request::{PATHS, Request, close, noise};

const C: usize = 3;

fn request(x: &[f64], dy: &[f64], state: &[Vec<f64>; 2], path: &str) -> Request {
    let n = x.len() / C;
    Request::default()
        .word("path", path)
        .tensor("x", &[n, C], x)
        .tensor("dy", &[n, C], dy)
        .tensor("param.gain", &[C], &[0.5, 1.0, 2.0])
        .tensor("state.running_mean", &[C], &state[0])
        .tensor("state.running_var", &[C], &state[1])
}

#[test]
fn blocks_are_batches_one_after_the_other() {
    let (x, dy) = (noise(7 * C, 1), noise(7 * C, 2));
    for path in PATHS {
        let mut state = [vec![0.25; C], vec![1.5; C]];
        let whole = request(&x, &dy, &state, path).word("const.block", "3").send("ghost-batch").unwrap();
        let (mut y, mut dx, mut dgain) = (Vec::new(), Vec::new(), vec![0.0; C]);
        for block in [0..3, 3..6, 6..7] {
            let at = block.start * C..block.end * C;
            let one = request(&x[at.clone()], &dy[at], &state, path).send("batch").unwrap();
            y.extend_from_slice(&one["y"].1);
            dx.extend_from_slice(&one["dx"].1);
            dgain.iter_mut().zip(&one["dparam.gain"].1).for_each(|(sum, d)| *sum += d);
            state = ["state.running_mean", "state.running_var"].map(|name| one[name].1.clone());
        }
        close(&format!("{path}: y"), &whole["y"].1, &y, 1e-12);
        close(&format!("{path}: dx"), &whole["dx"].1, &dx, 1e-12);
        close(&format!("{path}: dparam.gain"), &whole["dparam.gain"].1, &dgain, 1e-12);
        close(&format!("{path}: state.running_mean"), &whole["state.running_mean"].1, &state[0], 1e-12);
        close(&format!("{path}: state.running_var"), &whole["state.running_var"].1, &state[1], 1e-12);
    }
}

#[test]
fn a_block_is_a_whole_number_of_cases() {
    let (x, dy) = (noise(4 * C, 1), noise(4 * C, 2));
    let state = [vec![0.0; C], vec![1.0; C]];
    for wrong in ["0", "2.5", "-1"] {
        let refused = request(&x, &dy, &state, "fused").word("const.block", wrong).send("ghost-batch");
        let said = refused.unwrap_err().to_string();
        assert!(said.contains("block") && said.contains("whole number of cases"), "{said}");
    }
}
