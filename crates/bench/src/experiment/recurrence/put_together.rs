//! From the settings of a cell to the network.

use dfdx::prelude::*;
use models::{Both, RowNorm};
use norm_core::Descriptor;
use norm_core::policy::Running;
use norm_dfdx::sequence_op::Spare;
use results::CellSettings;
use sequence::{Cell, CellKind, Options, Placement, SlotParam, State, Statistics};

use super::super::answer::Answer;
use super::super::axes::Axes;
use super::super::learner::{Learner, Noise};
use super::super::start::{Draws, RecurrentStart};
use super::super::workload::in_recurrence;
use super::layer::{Held, Layer, Method, SlotValue, Stores};
use super::update::Update;
use super::{Layers, Padding, Recurrence, StartNoise};

/// What a workload says of its recurrence beside the sizes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    /// Its equations.
    pub(crate) equations: CellKind,
    /// Steps of a sequence.
    pub(crate) steps: usize,
    /// What is said of a case.
    pub(crate) answer: Answer,
    /// Whether cases have lengths of their own.
    pub(crate) padded: bool,
}

impl Kind {
    /// The same with the equations that the setting `recurrence` names: `lstm`, `tanh` or `relu`.
    ///
    /// # Errors
    ///
    /// In words, for another one.
    pub(crate) fn of_choice(self, axes: &Axes<'_>) -> Result<Self, String> {
        let choices = [("lstm", CellKind::Lstm), ("tanh", CellKind::RnnTanh), ("relu", CellKind::RnnRelu)];
        let equations = axes.choice("recurrence", &choices)?.unwrap_or(self.equations);
        Ok(Self { equations, ..self })
    }
}

/// Purposes that draw numbers, as streams of one seed.
#[derive(Clone, Copy)]
enum Purpose {
    InputWeights,
    HiddenWeights,
    ReadOut,
}

/// Layers of a network, at most.
const MOST_LAYERS: usize = 4;

impl Purpose {
    /// Of layer `number`, counted from 0.
    fn stream(self, number: usize) -> u64 {
        const PURPOSES: u64 = Purpose::ReadOut as u64 + 1;
        number as u64 * PURPOSES + self as u64
    }
}

/// Where tables compare a method.
///
/// # Errors
///
/// Why it has no place in a recurrence.
pub(crate) fn place(d: &'static Descriptor) -> Result<&'static str, &'static str> {
    in_recurrence(d)?;
    Placement::usual(d).map(|placement| placement.name).map_err(|reason| reason.short())
}

/// The place of a name, the statistics and their averaging, from the settings.
fn cell(d: &'static Descriptor, place: &str, kind: Kind, axes: &Axes<'_>) -> Result<Cell<f32>, String> {
    let placement = Placement::find(place)
        .ok_or_else(|| format!("there is no placement `{place}` in a recurrent cell"))?;
    let t_max =
        axes.number("t_max", "a whole number of steps above 0", |v: usize| v > 0)?.unwrap_or(kind.steps);
    let per_step = Statistics::PerStep { t_max };
    let choices = [("step", per_step), ("sequence", Statistics::BatchTime), ("instant", Statistics::Instant)];
    let asked = axes.choice("statistics", &choices)?;
    // Behind the recurrence there is one choice for what pools over cases.
    let statistics = match placement.statistics(d, kind.equations, asked) {
        Err(sequence::Reason::StepsNotSaid { .. }) => Some(per_step),
        _ => asked,
    };
    let rate = axes.number("update_rate", "from 0 to 1", |v: f64| (0.0..=1.0).contains(&v))?;
    let running = rate.map(|rate| Running { rate, ..placement.running.unwrap_or_default() });
    if let (Some(_), true) = (rate, statistics_are_instant(placement, d, kind.equations, statistics)) {
        return Err(format!(
            "the setting `update_rate` changes nothing: `{}` stores nothing at `{place}`",
            d.id
        ));
    }
    let method = norms::find(d.id).ok_or_else(|| format!("there is no method `{}`", d.id))?;
    let mut consts = axes.constants(d)?;
    if let Some(eps) = placement.eps.filter(|_| !axes.gives("eps")) {
        d.consts.iter().zip(&mut consts).filter(|(c, _)| c.name == "eps").for_each(|(_, v)| *v = eps);
    }
    let options = Options { statistics, running, consts: Some(&consts) };
    placement.cell_beside_row_stores(kind.equations, *method.f32, options).map_err(|e| e.to_string())
}

fn statistics_are_instant(
    placement: &Placement,
    d: &Descriptor,
    kind: CellKind,
    asked: Option<Statistics>,
) -> bool {
    placement.statistics(d, kind, asked) == Ok(Statistics::Instant)
}

/// The network of a cell.
///
/// # Errors
///
/// In words, for a setting, a place or a method that there is not.
pub(crate) fn build<const I: usize, const H: usize, const W: usize, const S: usize, const O: usize>(
    kind: Kind,
    settings: &CellSettings,
    axes: &Axes<'_>,
) -> Result<Box<dyn Learner>, String> {
    let method =
        norms::find(&settings.method).ok_or_else(|| format!("there is no method `{}`", settings.method))?;
    let d = method.descriptor();
    let cell = cell(d, &settings.variant, kind, axes)?;
    if cell.width(H) != W {
        return Err(format!("{H} units have {} summed inputs, not {W}", cell.width(H)));
    }
    let words = "a whole number of layers from 1 to 4";
    let layers = axes.number("layers", words, |v: usize| (1..=MOST_LAYERS).contains(&v))?.unwrap_or(1);
    let dev = Cpu::seed_from_u64(settings.seed);
    let method = Method { cell, at_rows: RowNorm::of(*method.f32) };
    let first = layer::<I, H, W, S>(&dev, &method, d, settings.seed, 0, axes)?;
    let above = (1..layers).map(|n| layer::<H, H, W, S>(&dev, &method, d, settings.seed, n, axes));
    let above = above.collect::<Result<Vec<_>, String>>()?;
    let deviation =
        axes.number("start_noise", "a finite number, 0 or more", |v: f64| v.is_finite() && v >= 0.0)?;
    let activity_penalty =
        axes.number("activity_penalty", "a finite number, 0 or more", |v: f64| v.is_finite() && v >= 0.0)?;
    let padding = padding(kind, &method.cell, axes)?;
    let mut of_read_out = Draws::new(settings.seed, Purpose::ReadOut.stream(0));
    let bound = 1.0 / (H as f64).sqrt();
    let read_out = modules::Linear {
        weight: dev.tensor_from_vec(of_read_out.uniform(O * H, bound), (Const, Const)),
        bias: dev.tensor_from_vec(of_read_out.uniform(O, bound), (Const,)),
    };
    let judged = (kind.steps, kind.answer);
    let optimizer = Update::of(axes, settings.learning_rate, &method.cell, layers, judged)?;
    Ok(Box::new(Recurrence::<I, H, W, S, O> {
        dev,
        method,
        layers: Layers { first, above, read_out },
        noise: StartNoise {
            deviation: deviation.unwrap_or(0.0),
            seed: settings.seed,
            passes: 0,
            evaluation: Noise::Fixed,
        },
        steps: kind.steps,
        answer: kind.answer,
        padding,
        optimizer,
        gradients: None,
        batches: 0,
        activity_penalty: activity_penalty.unwrap_or(0.0),
    }))
}

/// Layer `number` of a network, counted from 0, with fresh weights and nothing stored yet.
fn layer<const I: usize, const H: usize, const W: usize, const S: usize>(
    dev: &Cpu,
    method: &Method,
    d: &Descriptor,
    seed: u64,
    number: usize,
    axes: &Axes<'_>,
) -> Result<Layer<I, H, W, S>, String> {
    let Method { cell, at_rows } = method;
    let start = axes.choice("weights", &RecurrentStart::CHOICES)?.unwrap_or(RecurrentStart::Uniform);
    let draws = |purpose: Purpose| Draws::new(seed, purpose.stream(number));
    let (mut of_input, mut of_hidden) = (draws(Purpose::InputWeights), draws(Purpose::HiddenWeights));
    let (ih, hh) = matrices::<I, H, W>(cell.kind(), start, &mut of_input, &mut of_hidden);
    let mut slots = slots::<H, S>(dev, cell, axes)?;
    let mut bias = cell.has_bias().then(|| vec![0.0; W]);
    forget_bias::<H, S>(cell.kind(), axes, bias.as_mut(), &cell.slot_params(H), &mut slots)?;
    let learned = axes.choice("start", &[("zero", false), ("learned", true)])?.unwrap_or(false);
    let of_rows = if at_rows.is_some() { d.params } else { &[] };
    let initial = |p: &norm_core::Param| dev.tensor_from_vec(vec![p.initial as f32; W], (Const::<W>,));
    let stored = || at_rows.as_ref().map_or_else(Vec::new, |norm| norm.start(W));
    Ok(Layer {
        ih: dev.tensor_from_vec(ih, (Const, Const)),
        hh: dev.tensor_from_vec(hh, (Const, Const)),
        bias: bias.map(|b| dev.tensor_from_vec(b, (Const,))),
        recurrent_bias: cell.has_recurrent_bias().then(|| dev.zeros()),
        start: learned.then(|| dev.zeros()),
        slots,
        rows: of_rows.iter().chain(of_rows).map(initial).collect(),
        stores: Stores { slots: State::new(cell, H), rows: Both { ih: stored(), hh: stored() } },
        population: None,
        spare: Spare::default(),
    })
}

/// What is done with padded steps, where there are some: the setting `padding` is `masked` or `counted`.
fn padding(kind: Kind, cell: &Cell<f32>, axes: &Axes<'_>) -> Result<Option<Padding>, String> {
    if !kind.padded {
        return Ok(None);
    }
    let choices = [("masked", Padding::Masked), ("counted", Padding::Counted)];
    let asked = axes.choice("padding", &choices)?;
    if asked.is_some() && !cell.is_stateful() {
        return Err("the setting `padding` changes nothing: no statistic pools over cases here".to_owned());
    }
    Ok(Some(asked.unwrap_or(Padding::Masked)))
}

/// Both weight matrices, gate after gate.
fn matrices<const I: usize, const H: usize, const W: usize>(
    kind: CellKind,
    start: RecurrentStart,
    of_input: &mut Draws,
    of_hidden: &mut Draws,
) -> (Vec<f32>, Vec<f32>) {
    if start == RecurrentStart::Uniform {
        let bound = 1.0 / (H as f64).sqrt();
        return (of_input.uniform(W * I, bound), of_hidden.uniform(W * H, bound));
    }
    let gates = W / H;
    let mut hh = Vec::with_capacity(W * H);
    for gate in 0..gates {
        let orthogonal = of_hidden.orthogonal(H, H);
        // Of an LSTM's gates input, forget, candidate, output the third is the candidate; the others have it last.
        let candidate = if kind == CellKind::Lstm { 2 } else { gates - 1 };
        if start == RecurrentStart::Identity && gate == candidate {
            hh.extend((0..H * H).map(|i| f32::from(u8::from(i / H == i % H))));
        } else {
            hh.extend(orthogonal);
        }
    }
    // The released code draws one orthogonal matrix for all gates (cooijmans2017recurrent).
    (of_input.orthogonal(W, I), hh)
}

/// Parameters of the slots, where the settings `initial_gain` and `gain` say otherwise than the declaration.
fn slots<const H: usize, const S: usize>(
    dev: &Cpu,
    cell: &Cell<f32>,
    axes: &Axes<'_>,
) -> Result<Vec<SlotValue<H, S>>, String> {
    let gain = axes.number("initial_gain", "a finite number", |v: f64| v.is_finite())?;
    let fixed = axes.choice("gain", &[("learned", false), ("fixed", true)])?;
    let params = cell.slot_params(H);
    let is_gain = |p: &SlotParam| p.name == "gain";
    if (gain.is_some() || fixed.is_some()) && !params.iter().any(is_gain) {
        return Err("the settings `initial_gain` and `gain` change nothing: there is no gain here".to_owned());
    }
    let value = |p: &SlotParam| {
        let initial = gain.filter(|_| is_gain(p)).unwrap_or(p.initial) as f32;
        let tensor = if p.place.sees_gates() {
            Held::Gates(dev.tensor_from_vec(vec![initial; S], (Const::<S>,)))
        } else {
            Held::Units(dev.tensor_from_vec(vec![initial; H], (Const::<H>,)))
        };
        SlotValue { tensor, trained: !(is_gain(p) && fixed == Some(true)) }
    };
    // What all units share has one element, which neither list holds.
    if let Some(p) = params.iter().find(|p| p.len != if p.place.sees_gates() { S } else { H }) {
        return Err(format!(
            "`{}` at `{}` has {} elements, which a cell has no place for",
            p.name, p.place, p.len
        ));
    }
    Ok(params.iter().map(value).collect())
}

/// Adds to the forget gate's bias, wherever that is: the cell's own, or the shift of a norm over the gates.
fn forget_bias<const H: usize, const S: usize>(
    kind: CellKind,
    axes: &Axes<'_>,
    bias: Option<&mut Vec<f32>>,
    params: &[SlotParam],
    slots: &mut [SlotValue<H, S>],
) -> Result<(), String> {
    let Some(offset) = axes.number("forget_bias", "a finite number", |v: f64| v.is_finite())? else {
        return Ok(());
    };
    if kind != CellKind::Lstm {
        return Err("the setting `forget_bias` changes nothing: only an LSTM has a forget gate".to_owned());
    }
    let add = |v: &mut [f32]| v[H..2 * H].iter_mut().for_each(|b| *b += offset as f32);
    if let Some(bias) = bias {
        add(bias);
        return Ok(());
    }
    let shift = params.iter().position(|p| p.name == "bias" && p.place.sees_gates());
    match shift.map(|at| &mut slots[at].tensor) {
        Some(Held::Gates(t)) => {
            let mut values = t.as_vec();
            add(&mut values);
            t.copy_from(&values);
            Ok(())
        }
        _ => Err("the setting `forget_bias` changes nothing: the gates have no bias here".to_owned()),
    }
}
