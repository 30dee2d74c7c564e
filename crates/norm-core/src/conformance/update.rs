//! The kit of an update: a method that divides every component of the gradient by a number of its own. There is no kernel
//! and nothing to derive, so what is held are the divisors, over small ReLU nets.

use std::io::Write as _;

use super::case::Random;
use super::difference::{largest, peak, relative_difference};
use super::report::{Report, Tally};
use super::table::Table;
use super::unpicked::Unpicked;
use crate::update::UpdateDescriptor;
use crate::value::Elem;

/// One dense layer of a net with ReLU between layers; or a gradient of it.
#[derive(Debug, Clone, PartialEq)]
pub struct NetLayer<T> {
    /// Inputs.
    pub inputs: usize,
    /// Outputs.
    pub outputs: usize,
    /// `[outputs][inputs]`
    pub weight: Vec<T>,
    /// `[outputs]`
    pub bias: Vec<T>,
}

/// What the gradient of one layer is divided by.
#[derive(Debug, Clone, PartialEq)]
pub struct Divisors {
    /// One per weight.
    pub weight: Vec<f64>,
    /// One per bias.
    pub bias: Vec<f64>,
}

/// An update with its judge.
pub trait JudgedUpdate {
    /// What it says about itself.
    const DESCRIPTOR: &'static UpdateDescriptor;
    /// Whether two nets that compute the same, because the weights into hidden units were multiplied and those out of them
    /// divided, take the same steps.
    const BLIND_TO_RESCALING: bool;
    /// The divisors of a net and its gradient, layer by layer.
    fn divisors<T: Elem>(net: &[NetLayer<T>], gradient: &[NetLayer<T>]) -> Vec<Divisors>;
    /// The same in plain `f64` loops, written from the paper. No layers at all: it is not written yet.
    fn reference(net: &[NetLayer<f64>], gradient: &[NetLayer<f64>]) -> Vec<Divisors>;
}

type Net = Vec<NetLayer<f64>>;

/// Nets of these widths are checked.
const WIDTHS: [&[usize]; 4] = [&[3, 2], &[4, 5, 3], &[1, 7, 6, 1], &[2, 16, 16, 2]];

fn net(widths: &[usize], r: &mut Random) -> Net {
    let layer = |w: &[usize]| NetLayer {
        inputs: w[0],
        outputs: w[1],
        weight: r.normals(w[0] * w[1]),
        bias: r.normals(w[1]),
    };
    widths.windows(2).map(layer).collect()
}

fn narrowed(net: &Net) -> Vec<NetLayer<f32>> {
    let narrow = |v: &Vec<f64>| v.iter().map(|v| *v as f32).collect();
    net.iter()
        .map(|l| NetLayer {
            inputs: l.inputs,
            outputs: l.outputs,
            weight: narrow(&l.weight),
            bias: narrow(&l.bias),
        })
        .collect()
}

fn rounded(net: &Net) -> Net {
    let round = |v: &Vec<f64>| v.iter().map(|v| f64::from(*v as f32)).collect();
    net.iter().map(|l| NetLayer { weight: round(&l.weight), bias: round(&l.bias), ..*l }).collect()
}

fn flat(divisors: &[Divisors]) -> Vec<f64> {
    divisors.iter().flat_map(|d| d.weight.iter().chain(&d.bias)).copied().collect()
}

fn values(net: &Net) -> Vec<f64> {
    net.iter().flat_map(|l| l.weight.iter().chain(&l.bias)).copied().collect()
}

/// How many divisors each layer has, as `weights + biases`.
fn sizes(all: impl Iterator<Item = (usize, usize)>) -> String {
    let all: Vec<String> = all.map(|(w, b)| format!("{w} + {b}")).collect();
    if all.is_empty() { "no layer".into() } else { all.join(", ") }
}

fn fits(net: &Net, divisors: &[Divisors]) -> Result<(), String> {
    let want = sizes(net.iter().map(|l| (l.weight.len(), l.bias.len())));
    let got = sizes(divisors.iter().map(|d| (d.weight.len(), d.bias.len())));
    if want == got {
        Ok(())
    } else {
        Err(format!("divisors for weights + biases: {want} wanted, {got} given"))
    }
}

/// Each net with a gradient.
fn nets() -> impl Iterator<Item = (Net, Net)> {
    WIDTHS.iter().enumerate().map(|(i, widths)| {
        let mut r = Random(300 + i as u64);
        (net(widths, &mut r), net(widths, &mut r))
    })
}

fn written<U: JudgedUpdate>(tally: &mut Tally) {
    for (net, gradient) in nets() {
        let wrong = fits(&net, &U::reference(&net, &gradient)).err();
        tally.require(wrong.is_none(), || {
            format!(
                "write `reference` in src/reference.rs of the crate of {}, in plain loops from the source: {}",
                U::DESCRIPTOR.id,
                wrong.unwrap_or_default()
            )
        });
    }
}

fn positive<U: JudgedUpdate>(tally: &mut Tally) {
    for (net, gradient) in nets() {
        let divisors = U::divisors(&net, &gradient);
        if let Err(wrong) = fits(&net, &divisors) {
            tally.require(false, || wrong);
        }
        for (i, v) in flat(&divisors).iter().enumerate() {
            tally.require(v.is_finite() && *v > 0.0, || {
                format!("divisor {i} is {v:e}: what is divided explodes")
            });
        }
    }
}

fn equal_reference<U: JudgedUpdate>(tally: &mut Tally) {
    for (i, (net, gradient)) in nets().enumerate() {
        let (got, want) = (flat(&U::divisors(&net, &gradient)), flat(&U::reference(&net, &gradient)));
        tally.between("the update", "the reference");
        tally.close(&format!("divisor of net {i},"), &got, &want, peak(&want), 1e-12);
    }
}

fn precision<U: JudgedUpdate>(tally: &mut Tally) {
    for (i, (net, gradient)) in nets().enumerate() {
        let got = flat(&U::divisors(&narrowed(&net), &narrowed(&gradient)));
        let want = flat(&U::divisors(&rounded(&net), &rounded(&gradient)));
        tally.between("f32", "f64");
        tally.close(&format!("divisor of net {i} in f32,"), &got, &want, peak(&want), 1e-5);
    }
}

/// Multiplies the weights into a hidden unit and its bias by `by` and divides those out of it; a gradient is divided
/// where the net is multiplied.
fn rescaled(net: &Net, layer: usize, unit: usize, by: f64) -> Net {
    let mut net = net.clone();
    let inputs = net[layer].inputs;
    net[layer].weight[unit * inputs..(unit + 1) * inputs].iter_mut().for_each(|w| *w *= by);
    net[layer].bias[unit] *= by;
    let after = &mut net[layer + 1];
    after.weight.iter_mut().skip(unit).step_by(after.inputs).for_each(|w| *w /= by);
    net
}

/// The steps `g / divisor` of a net whose units were rescaled, taken back to the scale of the net as it was: the same,
/// for an update that is blind to it.
fn rescaling<U: JudgedUpdate>(tally: &mut Tally) {
    let steps = |net: &Net, gradient: &Net| -> Vec<f64> {
        values(gradient).iter().zip(flat(&U::divisors(net, gradient))).map(|(g, d)| g / d).collect()
    };
    let (mut most, by) = (0.0f64, 8.0);
    for (net, gradient) in nets().filter(|(n, _)| n.len() > 1) {
        let moved = (rescaled(&net, 0, 0, by), rescaled(&gradient, 0, 0, 1.0 / by));
        // A step changes as its weight does.
        let factors: Vec<f64> =
            values(&moved.0).iter().zip(values(&net)).map(|(after, before)| after / before).collect();
        let want: Vec<f64> = steps(&net, &gradient).iter().zip(&factors).map(|(s, f)| s * f).collect();
        let got = steps(&moved.0, &moved.1);
        if U::BLIND_TO_RESCALING {
            tally.between("the rescaled net", "the net as it was");
            tally.close("step", &got, &want, peak(&want), 1e-9);
        }
        most = largest([most, relative_difference(&got, &want, 0.0)]);
    }
    tally.require(U::BLIND_TO_RESCALING || most > 1e-3, || {
        format!("steps are blind to rescaled units (they move by {most:.1e}): say so in BLIND_TO_RESCALING")
    });
}

fn output(net: &Net, x: &[f64]) -> Vec<f64> {
    let mut x = x.to_vec();
    for (i, l) in net.iter().enumerate() {
        let sum = |o: usize| -> f64 {
            l.bias[o] + x.iter().zip(&l.weight[o * l.inputs..]).map(|(x, w)| x * w).sum::<f64>()
        };
        let relu = |v: f64| if i + 1 < net.len() { v.max(0.0) } else { v };
        x = (0..l.outputs).map(|o| relu(sum(o))).collect();
    }
    x
}

fn moved(net: &Net, by: impl Fn(usize) -> f64) -> Net {
    let (mut net, mut at) = (net.clone(), 0);
    for l in &mut net {
        for w in l.weight.iter_mut().chain(&mut l.bias) {
            *w += by(at);
            at += 1;
        }
    }
    net
}

/// A step divided by positive numbers leads down: on the squares of the outputs, with a gradient by differences.
fn descends<U: JudgedUpdate>(tally: &mut Tally) {
    let mut r = Random(400);
    let net = net(&[4, 5, 3], &mut r);
    let cases: Vec<Vec<f64>> = (0..6).map(|_| r.normals(4)).collect();
    let loss = |net: &Net| cases.iter().flat_map(|x| output(net, x)).map(|y| y * y).sum::<f64>();
    let slopes: Vec<f64> = (0..values(&net).len())
        .map(|i| {
            let at = |h: f64| loss(&moved(&net, |j| if i == j { h } else { 0.0 }));
            (at(1e-6) - at(-1e-6)) / 2e-6
        })
        .collect();
    let zero = moved(&net, |i| -values(&net)[i]);
    let gradient = moved(&zero, |i| slopes[i]);
    let divisors = flat(&U::divisors(&net, &gradient));
    let steps: Vec<f64> = slopes.iter().zip(&divisors).map(|(g, d)| g / d).collect();
    let rate = 1e-5 / peak(&steps).max(f64::MIN_POSITIVE);
    let (before, after) = (loss(&net), loss(&moved(&net, |i| -rate * steps.get(i).copied().unwrap_or(0.0))));
    tally.require(after < before, || {
        format!("a small step takes the loss from {before:e} to {after:e}: it must fall")
    });
}

type UpdateCheck = (&'static str, bool, fn(&mut Tally));

/// Every check of an update: its name, whether it stands on the judge, and what it does.
fn all<U: JudgedUpdate>() -> [UpdateCheck; 6] {
    [
        ("the reference is written", false, written::<U>),
        ("divisors are positive and finite", false, positive::<U>),
        ("divisors equal the reference", true, equal_reference::<U>),
        ("f32 agrees with f64", false, precision::<U>),
        ("blind to rescaled units as declared", false, rescaling::<U>),
        ("a small step lowers the loss", false, descends::<U>),
    ]
}

/// Runs the checks whose name contains `only`; all of them if it is empty.
pub fn run_update<U: JudgedUpdate>(only: &str) -> Report {
    let mut unwritten = Tally::default();
    written::<U>(&mut unwritten);
    let waits = matches!(unwritten.end("").outcome, super::report::Outcome::Fail { .. });
    let checks =
        all::<U>().into_iter().filter(|(name, ..)| name.contains(only)).map(|(name, needs, check)| {
            let mut tally = Tally::default();
            if needs && waits {
                tally.skip("waits for the reference");
            } else {
                check(&mut tally);
            }
            tally.end(name)
        });
    Report { method: U::DESCRIPTOR.id, checks: checks.collect() }
}

/// Prints what an update is and its checks: 1 where one failed, 2 where `only` picks none. What
/// [`check_update!`](crate::check_update!) calls.
#[doc(hidden)]
pub fn show_update<U: JudgedUpdate>(command: &str, only: &str) -> u8 {
    let (d, report) = (U::DESCRIPTOR, run_update::<U>(only));
    let usual = format!("just check-norm {}", d.id);
    let command = if command.is_empty() { &usual } else { command };
    if report.checks.is_empty() {
        let checks = all::<U>().map(|(name, ..)| name);
        let others: Vec<_> = super::checks::names().map(|name| (name, "an update has no kernels")).collect();
        let lines = &["gradient", "state"];
        let unpicked =
            Unpicked { word: only, method: d.id, command, checks: &checks, others: &others, lines };
        let _ = writeln!(std::io::stderr(), "error: {unpicked}");
        return 2;
    }
    let mut lines = vec![format!("{} ({}), {}", d.title, d.id, d.cite)];
    lines.extend(d.formula.iter().map(|line| format!("  {}", line.text)));
    lines.push("  at the update of the optimizer\n".into());
    lines.push(Table { parts: &[("divisors", &report)], command }.to_string());
    let bytes = d.state_per_parameter * size_of::<f32>();
    lines.push("gradient  none of its own: it divides the optimizer's".into());
    lines.push(format!("state     {bytes} bytes in f32 for each parameter\n"));
    let page = lines.join("\n");
    // Who closed the pipe does not want to read on.
    let _ = std::io::stdout().write_all(page.as_bytes());
    u8::from(!report.passed())
}

/// Makes a program of the kit for one update: a `main` that prints its checks, with the command that repeats each failure:
/// the one that is named, or `just check-norm <id>`.
/// Its first argument picks the checks whose name contains it. It exits with 1 where one failed, with 2 where none is picked.
#[macro_export]
macro_rules! check_update {
    ($update:path) => {
        $crate::check_update!($update, "");
    };
    ($update:path, $command:expr) => {
        fn main() -> ::std::process::ExitCode {
            let only = ::std::env::args().nth(1).unwrap_or_default();
            ::std::process::ExitCode::from($crate::conformance::show_update::<$update>($command, &only))
        }
    };
}
