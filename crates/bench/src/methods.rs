//! What a run says about each method: everything from its declaration, a probe or a judge.

use norm_core::{
    Along, Descriptor, Equation, Letter, PolicyKind, ReferenceSet, Site, Skeleton, UpdateDescriptor,
    UpdateEquation,
};
use pulldown_latex::RenderConfig;
use pulldown_latex::config::DisplayMode;
use results::{
    Answer, ConstantRecord, FormulaLine, Gotcha, LetterRecord, MethodRecord, ParameterRecord, PathRecord,
    PathStatus, Property, ReferenceSetRecord, Source, StateRecord, StateSize, StatisticRecord,
};

use norms::Method;
use sequence::{Options, Placement, State, Statistics};

use crate::judges;
use crate::workload::Workload;
use crate::workloads::WORKLOADS;

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

fn property(answer: Answer, why: &str) -> Property {
    Property { answer, why: why.into(), source: Source::Descriptor }
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

fn properties(d: &Descriptor, record: &mut MethodRecord) {
    let of_weights = d.reference_set.is_of_weights();
    let pools_cases = d.reference_set.skeleton() == Skeleton::Channelwise && !of_weights;
    let stores = d.policy.averages();
    let looks_back = stores && !d.plan.uses_statistics();
    let nothing = d.is_identity();
    let pointwise = d.reference_set == ReferenceSet::Nothing;
    let streams = d.policy == PolicyKind::Streaming;
    record.train_equals_eval = if streams {
        property(
            Answer::Conditional,
            "both mix what is stored; training takes the input in before, evaluation does not",
        )
    } else if looks_back {
        property(
            Answer::Conditional,
            "both are made of what is stored; training takes in each batch, or each block of it, once it is normalized",
        )
    } else if stores && of_weights {
        property(
            Answer::Conditional,
            "training moves what is stored of the weights and uses that, evaluation uses it as it is",
        )
    } else if stores {
        property(Answer::No, "training uses the statistics of the batch, evaluation stored ones")
    } else {
        property(Answer::Yes, "nothing is stored")
    };
    record.batch_one = if looks_back {
        property(Answer::Yes, "the output is made of what is stored, whatever the batch")
    } else if pools_cases && d.plan.is_staged() {
        property(
            Answer::Conditional,
            "the batch's part has variance 0 for one case of one position; the other parts have what they always have",
        )
    } else if pools_cases {
        property(
            Answer::Conditional,
            "one case of one position has variance 0: the output is the bias; with time or space to pool it works",
        )
    } else {
        property(Answer::Yes, "no statistic pools cases")
    };
    record.longer_than_training = if d.policy == PolicyKind::PerStep {
        property(Answer::Conditional, "later steps use the statistics of the last step that was trained on")
    } else if pools_cases {
        property(Answer::Yes, "statistics over batch and time serve every step")
    } else {
        property(Answer::Yes, "each step stands alone")
    };
    record.padding = if pools_cases {
        property(
            Answer::Conditional,
            "padded steps must be masked out of the statistics, which the mask argument does",
        )
    } else {
        property(Answer::Yes, "a padded step changes no other step")
    };
    record.reparametrization = match (nothing, stores || streams) {
        _ if d.site == Site::Weights => {
            property(Answer::Yes, "the normalized weights are the plain network's")
        }
        (true, _) => property(Answer::Yes, "it is the plain network"),
        _ if pointwise => property(Answer::No, "it is a nonlinearity of each sum, which no weights can be"),
        (false, true) if d.plan.cuts_off() => {
            property(Answer::No, "what is cut off is no straight line, so no fixed weights do the same")
        }
        (false, true) if looks_back => property(
            Answer::Conditional,
            "what is stored folds into weights and bias at any moment, and training moves it",
        ),
        (false, true) => property(
            Answer::Conditional,
            "with stored statistics it folds into weights and bias; with those of the batch it does not",
        ),
        (false, false) => {
            property(Answer::No, "the divisor depends on the input, so no fixed weights do the same")
        }
    };
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
        reference_set: ReferenceSetRecord { name: d.reference_set.name().into(), axes: all_axes(d) },
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
    properties(d, &mut record);
    record
}

/// The record of an update: it changes no value, so most that can be said of a normalization does not apply.
fn update_record(d: &UpdateDescriptor) -> MethodRecord {
    let same = || property(Answer::Yes, "the network is the plain one; only the optimizer's step differs");
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
        reparametrization: property(Answer::No, "another geometry on the same parameters"),
        ..MethodRecord::default()
    }
}

/// The records of all registered methods.
pub fn records() -> Vec<MethodRecord> {
    norms::METHODS.iter().map(record).chain(norms::UPDATES.iter().map(|u| update_record(u))).collect()
}
