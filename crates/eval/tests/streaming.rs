//! Methods that stream, by files: what one call leaves as state the next one takes.

use std::collections::HashMap;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

type Tensors = Vec<(String, Vec<usize>, Vec<f64>)>;

/// An answer, or the message of the refusal.
struct Answer(HashMap<String, (Vec<usize>, Vec<f64>)>);

impl Answer {
    fn of(&self, name: &str) -> &[f64] {
        &self.0.get(name).unwrap_or_else(|| panic!("no `{name}` among {:?}", self.0.keys())).1
    }
    /// The state, as the next request takes it.
    fn state(&self) -> Tensors {
        let states = self.0.iter().filter(|(name, _)| name.starts_with("state."));
        states.map(|(name, (shape, data))| (name.clone(), shape.clone(), data.clone())).collect()
    }
}

fn ask(method: &str, said: &[(&str, &str)], tensors: &Tensors) -> Result<Answer, String> {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("in"), folder.path().join("out"));
    let bytes: Vec<Vec<u8>> =
        tensors.iter().map(|t| t.2.iter().flat_map(|v| v.to_le_bytes()).collect()).collect();
    let views = tensors.iter().zip(&bytes).map(|((name, shape, _), bytes)| {
        (name.clone(), TensorView::new(Dtype::F64, shape.clone(), bytes).unwrap())
    });
    let said = said.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    safetensors::serialize_to_file(views, Some(said), &from).unwrap();
    eval::evaluate(method, &from, &to).map_err(|e| e.to_string())?;
    let bytes = std::fs::read(to).unwrap();
    let read = SafeTensors::deserialize(&bytes).unwrap();
    let numbers = |bytes: &[u8]| bytes.chunks(8).map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect();
    let all = read.tensors().into_iter();
    Ok(Answer(all.map(|(name, t)| (name, (t.shape().to_vec(), numbers(t.data())))).collect()))
}

fn numbers(n: usize, seed: usize) -> Vec<f64> {
    (0..n).map(|i| 0.4 + 1.7 * ((i * 37 + seed * 101 + 11) as f64 * 0.713).sin()).collect()
}

fn tensor(name: &str, shape: &[usize], seed: usize) -> (String, Vec<usize>, Vec<f64>) {
    (name.to_owned(), shape.to_vec(), numbers(shape.iter().product(), seed))
}

fn close(what: &str, a: &[f64], b: &[f64], bound: f64) {
    assert_eq!(a.len(), b.len(), "{what}");
    let off = norm_core::conformance::largest(a.iter().zip(b).map(|(a, b)| (a - b).abs() / b.abs().max(1.0)));
    assert!(off <= bound, "{what}: off by {off:.2e}: {a:?} and {b:?}");
}

const CURRENT: [(&str, &str); 5] = [
    ("const.alpha_long", "0"),
    ("const.alpha_short", "1"),
    ("const.beta_long", "0"),
    ("const.beta_short", "0"),
    ("const.beta_current", "1"),
];

#[test]
fn without_history_it_is_batch_norm() {
    for (layout, shape) in [("NC", vec![7, 3]), ("NCS", vec![4, 3, 5])] {
        let tensors: Tensors = vec![
            tensor("x", &shape, 1),
            tensor("dy", &shape, 2),
            tensor("param.gain", &[3], 3),
            tensor("param.bias", &[3], 4),
        ];
        let want = ask("batch", &[("layout", layout)], &tensors).unwrap();
        for path in ["fused", "reference"] {
            let mut said = CURRENT.to_vec();
            said.extend([("layout", layout), ("path", path)]);
            for method in ["streaming", "streaming-moments"] {
                let got = ask(method, &said, &tensors).unwrap();
                for name in ["y", "dx", "dparam.gain", "dparam.bias"] {
                    close(&format!("{method}, {path}, {name}"), got.of(name), want.of(name), 1e-12);
                }
            }
        }
    }
}

/// Three calls with the state carried over, the weights changed before the last.
fn run(method: &str, path: &str, p: &str) -> Vec<Answer> {
    let mut state = Tensors::new();
    let mut answers: Vec<Answer> = Vec::new();
    for call in 0..3 {
        let mut tensors = vec![tensor("x", &[3, 5, 2], 10 + call), tensor("dy", &[3, 5, 2], 20 + call)];
        if call == 2 {
            state.retain(|t| t.0 != "state.updated");
            state.push(("state.updated".into(), vec![], vec![1.0]));
        }
        tensors.append(&mut state);
        let mask = (0..15).map(|i| if (i + call) % 5 == 3 { 0.0 } else { 1.0 }).collect();
        tensors.push(("mask".into(), vec![3, 5], mask));
        let mut said = vec![("layout", "TNC"), ("path", path)];
        if method == "streaming" {
            said.push(("const.p", p));
        }
        let answer = ask(method, &said, &tensors).unwrap();
        state = answer.state();
        answers.push(answer);
    }
    answers
}

#[test]
fn both_paths_agree_over_steps_and_calls() {
    for (method, p) in [("streaming", "1"), ("streaming", "2"), ("streaming", "3"), ("streaming-moments", "")]
    {
        for (call, (fused, judge)) in
            run(method, "fused", p).iter().zip(&run(method, "reference", p)).enumerate()
        {
            assert_eq!(fused.0.len(), judge.0.len());
            for (name, (shape, data)) in &judge.0 {
                assert_eq!(&fused.0[name].0, shape, "{name}");
                close(&format!("{method} {p}, call {call}, {name}"), fused.of(name), data, 1e-12);
            }
        }
    }
}

#[test]
fn the_state_counts_uses_and_updates() {
    let answers = run("streaming", "fused", "2");
    let counts = |a: &Answer| {
        ["short_count", "gshort_count", "long_filled", "glong_filled", "updated"]
            .map(|name| a.of(&format!("state.{name}"))[0])
    };
    assert_eq!(counts(&answers[0]), [3.0, 3.0, 0.0, 0.0, 0.0]);
    assert_eq!(counts(&answers[1]), [6.0, 6.0, 0.0, 0.0, 0.0]);
    assert_eq!(counts(&answers[2]), [3.0, 3.0, 1.0, 1.0, 0.0]);
    for (long, short) in [("state.long.mean", "state.short.mean"), ("state.glong.s", "state.gshort.s")] {
        assert_eq!(answers[2].of(long), answers[1].of(short), "what the update found goes over whole");
    }
}

/// One request of three steps and three requests of one step with the state between.
#[test]
fn a_sequence_is_its_steps_one_by_one() {
    let x = tensor("x", &[3, 5, 2], 1);
    let whole = ask("streaming", &[("layout", "TNC")], &vec![x.clone()]).unwrap();
    let mut state = Tensors::new();
    for t in 0..3 {
        let mut tensors: Tensors = vec![("x".into(), vec![5, 2], x.2[t * 10..(t + 1) * 10].to_vec())];
        tensors.append(&mut state);
        let step = ask("streaming", &[], &tensors).unwrap();
        assert_eq!(step.of("y"), &whole.of("y")[t * 10..(t + 1) * 10]);
        state = step.state();
    }
    for (name, _, data) in &state {
        assert_eq!(whole.of(name), data, "{name}");
    }
}

/// Evaluation mixes what is stored, for one sample as for many, and stores nothing.
#[test]
fn evaluation_changes_nothing() {
    let trained = ask("streaming-moments", &[], &vec![tensor("x", &[6, 2], 1)]).unwrap();
    for path in ["fused", "reference"] {
        let said = [("mode", "eval"), ("path", path)];
        let mut tensors = vec![tensor("x", &[6, 2], 2), tensor("dy", &[6, 2], 3)];
        tensors.extend(trained.state());
        let all = ask("streaming-moments", &said, &tensors).unwrap();
        for (name, _, data) in trained.state() {
            assert_eq!(all.of(&name), data, "{name}");
        }
        let mut one = vec![tensor("x", &[6, 2], 2)];
        (one[0].1, one[0].2) = (vec![1, 2], one[0].2[..2].to_vec());
        one.extend(trained.state());
        close("y", ask("streaming-moments", &said, &one).unwrap().of("y"), &all.of("y")[..2], 0.0);
        // Nothing flows through stored statistics: dx is dy times one factor per channel.
        let (dx, dy) = (all.of("dx"), &tensors[1].2);
        for i in 2..12 {
            assert!((dx[i] * dy[i % 2] - dx[i % 2] * dy[i]).abs() < 1e-12);
        }
    }
}

#[test]
fn refusals_name_what_is_wrong() {
    let x: Tensors = vec![tensor("x", &[4, 2], 1)];
    let refused = |said: &[(&str, &str)], more: Option<(&str, f64)>| {
        let mut tensors = x.clone();
        tensors.extend(more.map(|(name, v)| (name.to_owned(), vec![], vec![v])));
        match ask("streaming", said, &tensors) {
            Ok(_) => panic!("{said:?} was taken"),
            Err(message) => message,
        }
    };
    for (said, state, named) in [
        (("path", "composed"), None, "path = composed"),
        (("statistics", "frame"), None, "one store serves all steps"),
        (("const.kappa", "1.5"), None, "kappa"),
        (("const.alpha_long", "0.5"), None, "alpha_long + alpha_short"),
        (("const.p", "0.5"), None, "const.p"),
        (("const.momentum", "0.5"), None, "const.beta_current"),
        (("mode", "train"), Some(("state.short_count", 1.5)), "state.short_count"),
        (("mode", "train"), Some(("state.updated", 2.0)), "state.updated"),
        (("mode", "train"), Some(("state.running_mean", 2.0)), "state.running_mean"),
    ] {
        let message = refused(&[said], state);
        assert!(message.contains(named), "{said:?}: {message}");
    }
}
