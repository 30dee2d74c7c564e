//! PyTorch beside us in one interleaved run: `cargo run --release -p bench --example peers -- PYTHON [RUN]`.
//!
//! `scripts/peers.py serve` is asked for one measurement, then ours of the same thing runs, and so on in turn: the
//! machine drifts for both alike. Ratios are taken round by round. Before that, `peers.py check` recomputes cases
//! written here and says how far outputs and gradients are apart. With RUN the records go into that run.
#![expect(clippy::print_stdout, reason = "a command line tool speaks through its standard output")]

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use ::bench as _; // its allocator
use ::safetensors::Dtype::F32;
use ::safetensors::tensor::TensorView;
use anyhow::{Context, Result, bail};
use dfdx::prelude::*;
use models::{LstmLayer, Usual};
use norm_core::{Call, Formula, Isa, Layout, Rule};
use norm_dfdx::{Composed, Declared, Fused, NormLayer, Path, with_upstream};
use norms::methods::{BatchNorm, LayerNorm, None as NoNorm, RmsNorm};
use results::PeerRecord;
use serde_json::Value;

const ROUNDS: usize = 9;
/// Between the two of a round.
const REST: Duration = Duration::from_millis(300);

fn normal(n: usize, seed: u64) -> Vec<f32> {
    use rand::SeedableRng;
    use rand::distributions::Distribution;
    let mut r = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    (0..n).map(|_| rand_distr::StandardNormal.sample(&mut r)).collect()
}

/// One call of ours, and what it is compared with.
struct Ours {
    peer: String,
    name: String,
    /// Gets an upstream gradient of its own: what PyTorch is given, it does not copy either.
    call: Box<dyn FnMut(Vec<f32>)>,
    upstream: Vec<f32>,
    calls: usize,
}

fn layer<F: Formula, P: Path<f32, Cpu>, const C: usize>(
    n: usize,
    op: &str,
    both: bool,
    calls: usize,
) -> Ours {
    let dev = Cpu::default();
    let mut layer = NormLayer::<F, C, f32, Cpu, Declared, P>::build(&dev);
    let x: Tensor<(usize, Const<C>), f32, Cpu> = dev.tensor_from_vec(normal(n * C, 1), (n, Const));
    let upstream = normal(n * C, 2);
    let pass = if both { "both" } else { "fwd" };
    let call: Box<dyn FnMut(Vec<f32>)> = if both {
        Box::new(move |dy| {
            let y = layer.train(x.leaky_trace()).expect("sizes fit");
            std::hint::black_box(with_upstream(y, dy).expect("as many elements").backward());
        })
    } else {
        Box::new(move |_| {
            std::hint::black_box(layer.train(x.clone()).expect("sizes fit"));
        })
    };
    let name =
        format!("norm/{}/{}/f32/{n}x{C}/{}", F::DESCRIPTOR.id, P::NAME, if both { "fwdbwd" } else { "fwd" });
    Ours { peer: format!("{op}/f32/{n}x{C}/{pass}"), name, call, upstream, calls }
}

fn lstm<F: Formula>(peer: &str) -> Ours {
    const T: usize = 50;
    const B: usize = 64;
    const H: usize = 128;
    let dev = Cpu::seed_from_u64(1);
    let mut layer = LstmLayer::<F, Usual<F>, H, H, { 4 * H }, f32, Cpu>::build(&dev);
    let x: Tensor<(usize, usize, Const<H>), f32, Cpu> =
        dev.tensor_from_vec(normal(T * B * H, 1), (T, B, Const));
    let upstream = normal(T * B * H, 2);
    let name = format!("cell/lstm/{}/fused/f32/{T}x{B}x{H}/fwdbwd", F::DESCRIPTOR.id);
    let call = Box::new(move |dy| {
        let (y, _) = layer.train(x.leaky_trace(), None).expect("sizes fit");
        std::hint::black_box(with_upstream(y, dy).expect("as many elements").backward());
    });
    Ours { peer: format!("{peer}/f32/{T}x{B}x{H}/both"), name, call, upstream, calls: 5 }
}

fn all() -> Vec<Ours> {
    let mut list = Vec::new();
    macro_rules! shapes {
        ($formula:ty, $op:literal, $path:ty) => {
            for both in [false, true] {
                list.push(layer::<$formula, $path, 512>(64, $op, both, 60));
                list.push(layer::<$formula, $path, 2048>(128, $op, both, 20));
                list.push(layer::<$formula, $path, 1024>(4096, $op, both, 5));
            }
        };
    }
    shapes!(LayerNorm, "layer_norm", Fused);
    shapes!(BatchNorm, "batch_norm", Fused);
    shapes!(RmsNorm, "rms_norm", Fused);
    shapes!(LayerNorm, "layer_norm", Composed);
    shapes!(BatchNorm, "batch_norm", Composed);
    list.push(lstm::<NoNorm>("lstm"));
    list.push(lstm::<LayerNorm>("lstm"));
    list.push(lstm::<LayerNorm>("layer_norm_lstm"));
    list
}

/// `peers.py serve`, asked line by line.
struct Peer {
    child: Child,
    ask: ChildStdin,
    answer: BufReader<ChildStdout>,
}

impl Peer {
    fn start(python: &str) -> Result<(Self, Value)> {
        let mut child = Command::new(python)
            .args(["scripts/peers.py", "serve", "--threads", "2"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {python}"))?;
        let (Some(ask), Some(answer)) = (child.stdin.take(), child.stdout.take()) else {
            bail!("no pipe to {python}");
        };
        let mut peer = Self { child, ask, answer: BufReader::new(answer) };
        let ready = peer.line()?;
        Ok((peer, ready))
    }

    fn line(&mut self) -> Result<Value> {
        let mut line = String::new();
        self.answer.read_line(&mut line)?;
        serde_json::from_str(&line).with_context(|| format!("peers.py said {line:?}"))
    }

    fn median(&mut self, id: &str) -> Result<f64> {
        writeln!(self.ask, "measure {id}")?;
        let answer = self.line()?;
        let Some(samples) = answer["samples_ns"].as_array() else { bail!("peers.py said {answer}") };
        Ok(median(samples.iter().filter_map(Value::as_f64).collect()))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = writeln!(self.ask, "quit");
        let _ = self.child.wait();
    }
}

fn median(mut v: Vec<f64>) -> f64 {
    v.sort_by(f64::total_cmp);
    v[v.len() / 2]
}

fn ours(o: &mut Ours) -> f64 {
    (0..3).for_each(|_| (o.call)(o.upstream.clone()));
    let samples = (0..o.calls).map(|_| {
        let upstream = o.upstream.clone();
        let clock = Instant::now();
        (o.call)(upstream);
        clock.elapsed().as_secs_f64() * 1e9
    });
    median(samples.collect())
}

/// Writes one case per method and shape for `peers.py check`.
fn write_cases(dir: &std::path::Path) -> Result<()> {
    for (method, op) in [("layer", "layer_norm"), ("batch", "batch_norm"), ("rms", "rms_norm")] {
        let kernel = norms::find(method).context("registered")?.f32;
        let d = kernel.descriptor;
        for (n, c) in [(64, 512), (128, 2048), (4096, 1024)] {
            let l = Layout::new(n, 1, c, 1);
            let (x, dy) = (normal(l.len(), 1), normal(l.len(), 2));
            let params: Vec<Vec<f32>> = (0..d.params.len()).map(|i| normal(c, 3 + i as u64)).collect();
            let slices: Vec<&[f32]> = params.iter().map(|p| &p[..]).collect();
            let consts = d.default_consts();
            let call = Call { layout: l, x: &x, params: &slices, consts: &consts, mask: None };
            let mut stats = vec![0.0; kernel.statistics_len(&l)];
            let (mut y, mut dx) = (vec![0.0; l.len()], vec![0.0; l.len()]);
            kernel.forward(Isa::detect(), &call, &mut stats, &mut y)?;
            let mut dparams: Vec<Vec<f32>> = params.iter().map(|p| vec![0.0; p.len()]).collect();
            let mut slots: Vec<&mut [f32]> = dparams.iter_mut().map(|p| &mut p[..]).collect();
            kernel.backward(Isa::detect(), &call, &dy, &stats, Rule::Exact, true, &mut dx, &mut slots)?;
            let bytes = |v: &[f32]| v.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
            let mut data = vec![
                ("x".to_owned(), vec![n, c], bytes(&x)),
                ("dy".to_owned(), vec![n, c], bytes(&dy)),
                ("y".to_owned(), vec![n, c], bytes(&y)),
                ("dx".to_owned(), vec![n, c], bytes(&dx)),
            ];
            for ((spec, p), dp) in d.params.iter().zip(&params).zip(&dparams) {
                data.push((format!("param.{}", spec.name), vec![c], bytes(p)));
                data.push((format!("dparam.{}", spec.name), vec![c], bytes(dp)));
            }
            let views = data
                .iter()
                .map(|(name, shape, b)| Ok((name.clone(), TensorView::new(F32, shape.clone(), b)?)));
            let views: Vec<_> = views.collect::<Result<_>>()?;
            let about =
                HashMap::from([("op".to_owned(), op.to_owned()), ("eps".to_owned(), "1e-5".to_owned())]);
            let path = dir.join(format!("{op}-{n}x{c}.safetensors"));
            ::safetensors::serialize_to_file(views, Some(about), &path)?;
        }
    }
    Ok(())
}

/// Largest differences relative to the largest entry, `(output, gradients)`, per file stem.
fn agreement(python: &str) -> Result<HashMap<String, (f64, f64)>> {
    let dir = tempfile::tempdir()?;
    write_cases(dir.path())?;
    let out = Command::new(python).args(["scripts/peers.py", "check"]).arg(dir.path()).output()?;
    let answer: Value = serde_json::from_slice(&out.stdout)
        .with_context(|| format!("peers.py check: {}", String::from_utf8_lossy(&out.stderr)))?;
    let mut found = HashMap::new();
    for file in answer["files"].as_array().context("peers.py check lists files")? {
        let name = file["file"].as_str().unwrap_or_default().trim_end_matches(".safetensors").to_owned();
        let (mut y, mut gradients) = (0.0f64, 0.0f64);
        let Some(compared) = file["compared"].as_object() else {
            bail!("peers.py check: {name}: {}", file["error"])
        };
        for (tensor, v) in compared {
            let rel = v["ours"]["max_rel"].as_f64().unwrap_or(f64::NAN);
            let worst = if tensor == "y" { &mut y } else { &mut gradients };
            *worst = norm_core::conformance::largest([*worst, rel]);
        }
        found.insert(name, (y, gradients));
    }
    Ok(found)
}

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let python = args.next().unwrap_or_else(|| "python3".to_owned());
    let run = args.next().map(PathBuf::from);
    let agreement = agreement(&python)?;
    let (mut peer, ready) = Peer::start(&python)?;
    let version = ready["torch"].as_str().or(ready["version"].as_str()).unwrap_or("unknown").to_owned();
    println!("PyTorch {version}, 2 threads; ratio is ours / PyTorch, median of {ROUNDS} interleaved rounds");
    println!("{:<46} {:>9} {:>9} {:>6}  rounds", "ours", "ours ms", "peer ms", "ratio");
    let mut records: Vec<PeerRecord> = Vec::new();
    for mut o in all() {
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            // Its threads look out for work for a while after the last they had, on the cores that ours are timed on.
            std::thread::sleep(REST);
            let ours = ours(&mut o);
            std::thread::sleep(REST);
            rounds.push((ours, peer.median(&o.peer)?));
        }
        let (a, b) =
            (median(rounds.iter().map(|r| r.0).collect()), median(rounds.iter().map(|r| r.1).collect()));
        let mut ratios: Vec<f64> = rounds.iter().map(|r| r.0 / r.1).collect();
        ratios.sort_by(f64::total_cmp);
        let ratio = ratios[ROUNDS / 2];
        println!(
            "{:<46} {:>9.3} {:>9.3} {ratio:>6.2}  {:.2} to {:.2}   vs {}",
            o.name,
            a / 1e6,
            b / 1e6,
            ratios[0],
            ratios[ROUNDS - 1],
            o.peer
        );
        let stem = o.peer.replace("/f32/", "-").split('/').next().unwrap_or_default().to_owned();
        let known = agreement.get(&stem);
        let mut peers: Vec<f64> = rounds.iter().map(|r| r.1 / 1e6).collect();
        peers.sort_by(f64::total_cmp);
        let kept = !o.name.contains("/composed/") && !records.iter().any(|r| r.id == o.name);
        if kept {
            records.push(PeerRecord {
                id: o.name,
                framework: "PyTorch".to_owned(),
                version: version.clone(),
                threads: 2,
                median_ms: b / 1e6,
                lower_ms: peers.first().copied(),
                upper_ms: peers.last().copied(),
                output_difference: known.map(|k| k.0),
                gradient_difference: known.map(|k| k.1),
                ours_over_peer: Some(ratio),
            });
        }
    }
    for (case, (y, gradients)) in std::collections::BTreeMap::from_iter(agreement) {
        println!(
            "agreement {case}: outputs {y:.1e}, gradients {gradients:.1e} (relative to the largest entry, PyTorch f64)"
        );
    }
    if let Some(run) = run {
        results::add_peers(&run, &records)?;
    }
    Ok(())
}
