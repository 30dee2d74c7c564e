//! What the page says of a method: read off its declaration.

use norm_core::Descriptor;
use results::{
    ConstantRecord, FormulaLine, Gotcha, LetterRecord, MethodRecord, ParameterRecord, PathRecord, PathStatus,
    ReferenceSetRecord, StatisticRecord,
};

fn line(e: &norm_core::Equation) -> FormulaLine {
    FormulaLine {
        lhs: e.lhs.into(),
        text: format!("{} = {}", e.lhs, e.text),
        latex: e.latex.into(),
        mathml: format!("<math display=\"block\">{}</math>", e.mathml),
    }
}

fn letter(l: &norm_core::Letter) -> LetterRecord {
    let mathml = format!("<math display=\"inline\">{}</math>", l.mathml);
    LetterRecord { name: l.name.into(), mathml, meaning: l.meaning.into() }
}

/// The card of a method that stores nothing.
pub fn record(d: &Descriptor) -> MethodRecord {
    MethodRecord {
        id: d.id.into(),
        title: d.title.into(),
        citations: vec![d.cite.into()],
        kind: "normalization".into(),
        site: d.site.name().replace('_', " "),
        reference_set: ReferenceSetRecord {
            name: d.reference_set.name().into(),
            axes: "the features of one case".into(),
        },
        policy: d.policy.name().into(),
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
        statistics: d
            .statistics
            .iter()
            .zip(d.formula)
            .map(|(s, e)| StatisticRecord { name: s.name.into(), text: e.text.into() })
            .collect(),
        formula: d.formula.iter().map(line).collect(),
        gradient: d.gradient.iter().map(line).collect(),
        letters: d.letters.iter().map(letter).collect(),
        gotchas: d.gotchas.iter().map(|g| Gotcha { sentence: g.text.into(), citation: None }).collect(),
        paths: vec![PathRecord {
            path: "fused".into(),
            status: PathStatus::Available,
            note: format!("kernels on {:?}", norm_core::Isa::detect()),
        }],
        ..MethodRecord::default()
    }
}
