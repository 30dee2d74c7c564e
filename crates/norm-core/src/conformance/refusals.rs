//! A call that cannot be carried out gives the named error and leaves every buffer as it was.

use super::case::{Case, Data, Shape};
use super::reference::Subject;
use super::report::Tally;
use crate::descriptor::Descriptor;
use crate::error::Error;
use crate::isa::Isa;
use crate::kernel::{Call, Kernel, Rule};
use crate::staged::Size;
use crate::window::Window;

/// What a call would write to.
struct Buffers {
    stats: Vec<f64>,
    y: Vec<f64>,
    dx: Vec<f64>,
    dy: Vec<f64>,
    dparams: Vec<Vec<f64>>,
}

const HELD: f64 = 7.0;

impl Buffers {
    fn of(k: &Kernel<f64>, case: &Case) -> Self {
        let n = case.layout.len();
        Self {
            stats: vec![HELD; k.statistics_len(&case.layout)],
            y: vec![HELD; n],
            dx: vec![HELD; n],
            dy: vec![HELD; n],
            dparams: case.params.iter().map(|p| vec![HELD; p.len()]).collect(),
        }
    }
    fn untouched(&self) -> bool {
        let all = [&self.stats, &self.y, &self.dx].into_iter().chain(&self.dparams);
        all.flat_map(|v| v.iter()).all(|v| *v == HELD)
    }
    fn forward(&mut self, k: &Kernel<f64>, call: &Call<'_, f64>) -> Result<(), Error> {
        k.forward(Isa::detect(), call, &mut self.stats, &mut self.y)
    }
    fn backward(&mut self, k: &Kernel<f64>, call: &Call<'_, f64>) -> Result<(), Error> {
        let mut slots: Vec<&mut [f64]> = self.dparams.iter_mut().map(|p| &mut p[..]).collect();
        k.backward(Isa::detect(), call, &self.dy, &self.stats, Rule::Exact, true, &mut self.dx, &mut slots)
    }
    fn halves(&mut self, k: &Kernel<f64>, call: &Call<'_, f64>) -> Result<(), Error> {
        let (gradients, sums) =
            (vec![HELD; k.statistics_len(&call.layout)], vec![HELD; k.sums_len(&call.layout) + 1]);
        k.backward_inputs(Isa::detect(), call, &self.dy, &self.stats, &gradients, &sums, true, &mut self.dx)
    }
}

type Spoil = Box<dyn Fn(&mut Case, &mut Buffers)>;

/// A way to spoil a call, the calls that must notice (`f`orward, `b`ackward), and the name its error must carry.
struct Spoilt {
    notices: &'static str,
    names: String,
    spoil: Spoil,
}

fn spoilt_calls(k: &Kernel<f64>) -> Vec<Spoilt> {
    let d = k.descriptor;
    let mut all = Vec::new();
    let mut add =
        |notices, names: &str, spoil: Spoil| all.push(Spoilt { notices, names: names.into(), spoil });
    add("fb", "x", Box::new(|c, _| c.x.truncate(3)));
    add("fb", "mask", Box::new(|c, _| c.mask = Some(vec![true; c.layout.n + 1])));
    add("fb", "parameters", Box::new(|c, _| c.params.push(vec![1.0])));
    add("fb", "constants", Box::new(|c, _| c.consts.push(1.0)));
    add("fb", "statistics", Box::new(|_, b| b.stats.push(HELD)));
    add("f", "y", Box::new(|_, b| b.y.push(HELD)));
    add("b", "dy", Box::new(|_, b| b.dy.truncate(2)));
    add("b", "dx", Box::new(|_, b| b.dx.truncate(2)));
    add("b", "parameter gradients", Box::new(|_, b| b.dparams.push(vec![HELD])));
    for (i, name) in d.returned_names().into_iter().enumerate() {
        add("fb", name, Box::new(move |c, _| c.params[i].push(1.0)));
        add("b", &format!("d{name}"), Box::new(move |_, b| b.dparams[i].push(HELD)));
    }
    for (i, f) in d.frozen.iter().enumerate() {
        add("fb", f.name, Box::new(move |c, _| c.frozen[i].push(1.0)));
    }
    for (i, c) in d.consts.iter().enumerate() {
        for bad in [f64::NAN, f64::INFINITY] {
            add("fb", c.name, Box::new(move |c, _| c.consts[i] = bad));
        }
        for bad in outside(d, c.name) {
            add("fb", c.name, Box::new(move |c, _| c.consts[i] = bad));
        }
    }
    for range in d.ranges {
        let at = |name: &str| d.consts.iter().position(|c| c.name == name);
        if let (Some(i), Some(other)) = (at(range.of), range.not_zero_with.and_then(at)) {
            add("fb", range.of, Box::new(move |c, _| (c.consts[i], c.consts[other]) = (0.0, 0.0)));
        }
    }
    all
}

/// Values of a constant that lie outside its range.
fn outside(d: &Descriptor, name: &str) -> Vec<f64> {
    if d.plan.windows().iter().any(|(_, size)| matches!(size, Size::Const(i) if d.consts[*i].name == name)) {
        return vec![0.0, -3.0, 1.5, Window::MOST + 1.0];
    }
    let Some(range) = d.ranges.iter().find(|r| r.of == name) else {
        return if name == "eps" { vec![-1e-5] } else { Vec::new() };
    };
    let mut all = vec![range.least - 1.0];
    all.extend(range.above.then_some(range.least));
    all.extend(range.most.is_finite().then_some(range.most + 1.0));
    all.extend(range.whole.then_some(range.least + 0.5));
    all
}

/// What is finite in double precision, and nothing or infinite in single precision.
fn in_single_precision(d: &Descriptor, tally: &mut Tally) {
    for (i, c) in d.consts.iter().enumerate() {
        for bad in [1e-50, 1e50] {
            let mut consts = d.default_consts();
            consts[i] = bad;
            let refused = d.check_consts::<f32>(&consts);
            tally.require(refused.as_ref().err().map(subject_of) == Some(c.name), || {
                format!("`{}` at {bad:e} gives {refused:?} in single precision", c.name)
            });
        }
        let refused = d.check_consts::<f32>(&d.default_consts());
        tally.require(refused.is_ok(), || format!("the defaults give {refused:?} in single precision"));
    }
}

/// What an error is about.
fn subject_of(e: &Error) -> &str {
    match e {
        Error::Length { what, .. } => what,
        Error::Count { what, .. } => what,
        Error::Constant { name, .. } | Error::Setting { name, .. } => name,
        Error::Groups { .. } => "groups",
        Error::SpaceNotPooled { .. } => "space",
        Error::NoSteps { .. } => "step",
        Error::Row { .. } => "row",
        Error::NotStored { .. } | Error::OtherStore { .. } => "store",
    }
}

pub(super) fn named(subject: &Subject, tally: &mut Tally) -> Result<(), Error> {
    let k = &subject.f64;
    in_single_precision(k.descriptor, tally);
    let good = Case::new(k.descriptor, Shape::new(4, 6, 1), Data::STANDARD, 81)?;
    for Spoilt { notices, names, spoil } in spoilt_calls(k) {
        for way in notices.chars() {
            let (mut case, mut buffers) = (good.clone(), Buffers::of(k, &good));
            spoil(&mut case, &mut buffers);
            let result = case.with::<f64, _>(|call| {
                if way == 'f' { buffers.forward(k, call) } else { buffers.backward(k, call) }
            });
            let about = result.as_ref().err().map(subject_of);
            tally.require(about == Some(&names[..]), || format!("a bad `{names}` gives {result:?}"));
            tally.require(buffers.untouched(), || format!("a call refused for `{names}` wrote something"));
        }
    }
    let mut buffers = Buffers::of(k, &good);
    let result = good.with::<f64, _>(|call| buffers.halves(k, call));
    tally.require(result.as_ref().err().map(subject_of) == Some("sums"), || {
        format!("bad `sums` give {result:?}")
    });
    tally.require(buffers.untouched(), || "a refused second half wrote something".into());
    Ok(())
}
