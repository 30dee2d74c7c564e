//! What a run says about each method: everything from its declaration, a probe or a judge.

use norm_core::conformance::{Behaviour, Statement, Statements, Verdict};
use norm_core::{
    Along, Descriptor, Equation, Letter, PolicyKind, ReferenceSet, UpdateDescriptor, UpdateEquation,
};
use pulldown_latex::RenderConfig;
use pulldown_latex::config::DisplayMode;
use results::{
    Answer, ConstantRecord, FormulaLine, Gotcha, LetterRecord, MethodRecord, ParameterRecord, PathRecord,
    PathStatus, Property, ReferenceSetRecord, Source, StateRecord, StateSize, StatisticRecord,
};

use norms::Method;
use sequence::{Options, Placement, State, Statistics};

use super::judges;
use crate::experiment::workload::Workload;
use crate::experiment::workloads::WORKLOADS;

/// Bytes of stored statistics in the first recurrent layer of a workload that trains the method, in single precision, for
/// sequences of 1, 10 and 100 steps. Where there is none, the formula of a statistic has to do.
fn state_growth(m: &Method) -> Vec<StateSize> {
    let d = m.descriptor();
    let placed = |w: &&Workload| {
        let places = w.arm(d.id).ok()?.placements().ok()?;
        Some((w.recurrence?, Placement::find(places.first()?)?))
    };
    let Some((layer, placement)) = WORKLOADS.iter().find_map(placed) else { return Vec::new() };
    let of = |steps: usize| {
        let statistics = (d.policy == PolicyKind::PerStep).then_some(Statistics::PerStep { t_max: steps });
        let options = Options { statistics, ..Options::default() };
        let cell = placement.cell_with(layer.kind, *m.f32, options).ok()?;
        let state = State::new(&cell, layer.units);
        let bytes = cell.slots().map(|(place, _)| size_of_val(state.get(place))).sum::<usize>();
        Some(StateSize { steps: steps as u64, bytes: bytes as u64 })
    };
    [1, 10, 100].into_iter().filter_map(of).collect()
}

/// Where a method stands in each workload that has a place for it, once for all workloads of a model that say the same. Why
/// it stands nowhere in the others is said where its number would be.
fn placements(id: &str) -> Vec<String> {
    let mut said = Vec::new();
    for workload in WORKLOADS {
        let Ok(Ok(places)) = workload.arm(id).map(|arm| arm.placements()) else { continue };
        let words = format!("{}: {}", workload.model, places.join(" or "));
        if !said.contains(&words) {
            said.push(words);
        }
    }
    said
}

/// A fragment of MathML as an element of its own.
fn math(fragment: &str, display: &str) -> String {
    format!("<math display=\"{display}\">{fragment}</math>")
}

fn line(e: &Equation) -> FormulaLine {
    FormulaLine {
        lhs: e.lhs.into(),
        text: format!("{} = {}", e.lhs, e.text),
        latex: e.latex.into(),
        mathml: math(e.mathml, "block"),
    }
}

/// A line that a person wrote in LaTeX.
fn update_line(e: &UpdateEquation) -> FormulaLine {
    let storage = pulldown_latex::Storage::new();
    let parsed = pulldown_latex::Parser::new(e.latex, &storage);
    let mut mathml = String::new();
    let config = RenderConfig { display_mode: DisplayMode::Block, ..RenderConfig::default() };
    // Where it cannot be read the text stands alone; a test holds that it can.
    if pulldown_latex::push_mathml(&mut mathml, parsed, config).is_err() {
        mathml.clear();
    }
    let lhs = e.text.split([' ', ',']).next().unwrap_or_default();
    FormulaLine { lhs: lhs.into(), text: e.text.into(), latex: e.latex.into(), mathml }
}

fn letter(l: &Letter) -> LetterRecord {
    LetterRecord { name: l.name.into(), mathml: math(l.mathml, "inline"), meaning: l.meaning.into() }
}

/// An answer that was probed: each is made of what the kernels were seen to do.
fn probed(statement: &Statement) -> Property {
    let answer = match statement.verdict {
        Verdict::Yes => Answer::Yes,
        Verdict::No => Answer::No,
        Verdict::Depends => Answer::Conditional,
    };
    Property { answer, why: statement.reason.into(), source: Source::Probe }
}

/// What a reference set pools, in axes.
fn axes(set: ReferenceSet) -> &'static str {
    match set {
        ReferenceSet::Nothing => "none",
        ReferenceSet::Features => "C and S of one case",
        ReferenceSet::Group => "channels of one group and S of one case",
        ReferenceSet::Space => "S of one channel of one case",
        ReferenceSet::FanIn | ReferenceSet::Unit => "weights into one unit",
        ReferenceSet::Channels => "C of one place of one case",
        ReferenceSet::Batch => "N of one feature",
        ReferenceSet::BatchSpace => "N and S of one channel",
        ReferenceSet::BatchTime => "N and T of one feature",
        _ => "see the declaration",
    }
}

/// All that a declaration pools, set after set.
fn all_axes(d: &Descriptor) -> String {
    let mut all: Vec<&str> = d.plan.sets().into_iter().map(axes).collect();
    for (window, _) in d.plan.windows() {
        let near = match window.along {
            Along::Channels => "C around a channel at one place",
            Along::Space => "S around a place",
        };
        if !all.contains(&near) {
            all.push(near);
        }
    }
    if all.is_empty() { axes(d.reference_set).to_owned() } else { all.join("; ") }
}

fn properties(m: &Method, record: &mut MethodRecord) {
    let Ok(seen) = Behaviour::measured(m.f64) else { return };
    let said = Statements::of(m.descriptor(), &seen);
    record.train_equals_eval = probed(&said.training_is_evaluation);
    record.batch_one = probed(&said.batch_of_one);
    record.longer_than_training = probed(&said.longer_sequences);
    record.padding = probed(&said.padding);
    record.reparametrization = probed(&said.foldable);
}

/// The record of one method.
pub fn record(m: &'static Method) -> MethodRecord {
    let d = m.descriptor();
    let per_step = d.policy == PolicyKind::PerStep;
    let mut record = MethodRecord {
        id: d.id.into(),
        title: d.title.into(),
        citations: vec![d.cite.into()],
        equations: if d.equations.is_empty() { vec![] } else { vec![d.equations.into()] },
        kind: "normalization".into(),
        site: d.site.name().replace('_', " "),
        reference_set: ReferenceSetRecord { name: d.over(), axes: all_axes(d) },
        policy: d.policy.name().into(),
        placements: placements(d.id),
        parameters: d
            .params
            .iter()
            .map(|p| ParameterRecord { name: p.name.into(), initial: p.initial, axes: p.axis.name().into() })
            .collect(),
        constants: d
            .consts
            .iter()
            .map(|c| ConstantRecord { name: c.name.into(), default: c.default })
            .collect(),
        state: d
            .stored_names()
            .into_iter()
            .chain(d.plan.controls().into_iter().map(|c| c.name.into()))
            .map(|name| StateRecord {
                name,
                axes: if per_step { "step, channel" } else { "channel" }.into(),
                bytes: if per_step { "T × channels × element size" } else { "channels × element size" }
                    .into(),
            })
            .collect(),
        state_growth: state_growth(m),
        statistics: d
            .statistics
            .iter()
            .map(|s| StatisticRecord {
                name: s.name.into(),
                text: d.formula.iter().find(|e| e.lhs == s.name).map_or("", |e| e.text).into(),
            })
            .collect(),
        formula: d.formula.iter().map(line).collect(),
        gradient: d.gradient.iter().map(line).collect(),
        letters: d.letters.iter().map(letter).collect(),
        gotchas: d
            .gotchas
            .iter()
            .map(|g| Gotcha {
                sentence: g.text.into(),
                citation: (!g.cite.is_empty()).then(|| g.cite.into()),
            })
            .collect(),
        paths: vec![
            PathRecord {
                path: "fused".into(),
                status: PathStatus::Available,
                note: format!("kernels on {:?}", norm_core::Isa::detect()),
            },
            PathRecord {
                path: "composed".into(),
                status: PathStatus::Available,
                note: "any dfdx device".into(),
            },
        ],
        pictures: judges::pictures(m),
        gradient_judges: judges::gradient_judges(m).into_iter().collect(),
        ..MethodRecord::default()
    };
    properties(m, &mut record);
    record
}

/// The record of an update: it changes no value, so most that can be said of a normalization does not apply.
fn update_record(d: &UpdateDescriptor) -> MethodRecord {
    // Of an update nothing is left in the network, which `norm-dfdx/tests/suite/path_sgd.rs` evaluates as a plain one.
    let same = || Property {
        answer: Answer::Yes,
        why: "the network is the plain one; only the optimizer's step differs".into(),
        source: Source::Test,
    };
    MethodRecord {
        id: d.id.into(),
        title: d.title.into(),
        citations: vec![d.cite.into()],
        kind: "update".into(),
        site: UpdateDescriptor::SITE.name().into(),
        reference_set: ReferenceSetRecord {
            name: "paths".into(),
            axes: "every path through a weight".into(),
        },
        policy: "instant".into(),
        placements: placements(d.id),
        constants: d
            .consts
            .iter()
            .map(|c| ConstantRecord { name: c.name.into(), default: c.default })
            .collect(),
        formula: d.formula.iter().map(update_line).collect(),
        letters: d.letters.iter().map(letter).collect(),
        gotchas: d
            .gotchas
            .iter()
            .map(|g| Gotcha {
                sentence: g.text.into(),
                citation: (!g.cite.is_empty()).then(|| g.cite.into()),
            })
            .collect(),
        train_equals_eval: same(),
        batch_one: same(),
        longer_than_training: same(),
        padding: same(),
        reparametrization: same(),
        ..MethodRecord::default()
    }
}

/// The records of all registered methods.
pub fn records() -> Vec<MethodRecord> {
    norms::all().map(record).chain(norms::UPDATES.iter().map(|u| update_record(u))).collect()
}
