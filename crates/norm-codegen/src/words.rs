//! Explanations of a formula's letters for its readers: what each is, and what a reduction runs over.

use proc_macro2::TokenStream;
use quote::quote;
use symbolic::{Axes, ExprId, Graph};

use crate::declaration::{ParamAxis, ReferenceSet};
use crate::derive::Derivation;
use crate::docs::Line;
use crate::formula::Formula;
use crate::gradient::PrintedGradient;
use crate::sets;

/// A reference set as it stands below a mean, and in full.
fn set_words(set: ReferenceSet) -> (&'static str, &'static str) {
    match set {
        ReferenceSet::Nothing => ("nothing", "nothing is pooled"),
        ReferenceSet::Features => ("features", "all channels, at all positions, of one case"),
        ReferenceSet::Group => ("group", "the channels of one group, at all positions, of one case"),
        ReferenceSet::Space => ("space", "all positions of one channel of one case"),
        ReferenceSet::FanIn | ReferenceSet::Unit => ("fan-in", "all weights into one unit"),
        ReferenceSet::Channels => ("channels", "all channels at one position of one case"),
        ReferenceSet::Batch => ("batch", "one feature in all cases of the batch"),
        ReferenceSet::BatchSpace => {
            ("batch, space", "one channel at all positions of all cases of the batch")
        }
        ReferenceSet::BatchTime => ("batch, time", "one feature at all steps of all sequences of the batch"),
    }
}

/// What each axis is in a layout of a set, in the order of [`Axes::ALL`].
fn axis_words(set: ReferenceSet) -> [&'static str; 4] {
    match set {
        ReferenceSet::FanIn => ["", "units", "inputs", "positions"],
        ReferenceSet::Space => ["cases", "channels", "", "positions"],
        ReferenceSet::Group => ["cases", "groups", "channels", "positions"],
        ReferenceSet::Unit => ["", "", "inputs", "units"],
        ReferenceSet::BatchTime => ["cases, steps", "", "features", ""],
        ReferenceSet::Batch => ["cases", "", "features", ""],
        _ => ["cases", "", "channels", "positions"],
    }
}

/// Gives every set of axes the words that readers of the method's paper have for it.
pub(crate) fn name_axes(g: &mut Graph, f: &Formula) {
    let main = f.reference_set();
    let each = [Axes::N, Axes::G, Axes::K, Axes::S];
    for bits in 1..16_usize {
        let chosen = (0..4).filter(|i| bits >> i & 1 == 1);
        let axes = chosen.clone().fold(Axes::EMPTY, |all, i| all | each[i]);
        let words: Vec<&str> = chosen.map(|i| axis_words(main)[i]).filter(|word| !word.is_empty()).collect();
        let words = if axes == Axes::ALL { "all elements".to_owned() } else { words.join(", ") };
        g.name_axes(axes, if words.is_empty() { "one" } else { &words });
    }
    if f.staged {
        for set in &f.declaration.sets {
            g.name_axes(sets::axes(set.0), set_words(set.0).0);
        }
    } else {
        g.name_axes(f.set_axes(), set_words(main).0);
    }
}

/// A letter of a formula.
pub(crate) struct Letter {
    name: String,
    mathml: String,
    meaning: String,
}

impl Letter {
    fn of(name: &str, mathml: String, meaning: impl Into<String>) -> Self {
        Self { name: name.to_owned(), mathml, meaning: meaning.into() }
    }

    pub(crate) fn tokens(&self) -> TokenStream {
        let Self { name, mathml, meaning } = self;
        quote!(::norm_core::Letter { name: #name, mathml: #mathml, meaning: #meaning })
    }
}

/// Functions that are not school mathematics, as they are printed.
const FUNCTIONS: [(&str, &str); 12] = [
    ("π", "the circumference of a circle over its diameter"),
    ("⊤", "above a window: its adjoint, each element taking from those that it gave to"),
    ("mean", "the mean over what stands below it"),
    ("stop", "its argument, as a constant: no gradient flows through it"),
    ("step", "1 where its argument is above 0, else 0"),
    ("sign", "1, 0 or −1: the sign of its argument"),
    ("erf", "the error function"),
    ("sigmoid", "the logistic function"),
    ("replace", "the value of its first argument with the gradient of its second"),
    (
        "controlled",
        "its first argument; the gradient that passes back is corrected along the second, at the rate of the third, by the fourth",
    ),
    ("window_mean", "a weighted mean over a window of that many elements around each"),
    ("window_sum", "a weighted sum over a window of that many elements around each"),
];

/// Words that stand below a window.
const WINDOW_WORDS: [(&str, &str); 2] = [
    ("gaussian", "weights of the window that fall off as a bell"),
    ("inside", "the divisor is the weight of those elements that exist"),
];

/// A constant as a person writes it.
fn plain(v: f64) -> String {
    let text = format!("{v:?}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn axis(axis: ParamAxis) -> &'static str {
    match axis {
        ParamAxis::Scalar => "one number",
        ParamAxis::Group => "one per group",
        ParamAxis::Channel => "one per channel",
        ParamAxis::Element => "one per channel and position",
    }
}

/// What the names are that the gradient is written with.
fn names(f: &Formula, d: &Derivation, gradient: &PrintedGradient) -> Vec<Letter> {
    let g = &gradient.graph;
    let letter = |(symbol, meaning): (ExprId, ExprId)| {
        let name = g.to_text(symbol);
        let flows = g.topological(&[meaning]).contains(&d.dy);
        let words = if f.aliases.iter().any(|alias| alias.0 == name) {
            "a shorthand of the declaration, found by the line that it begins"
        } else if flows {
            "what the gradient at y is multiplied by on its way, found by the line that it begins"
        } else if name == "xhat" {
            "the normalized input, found by the line that it begins"
        } else {
            "a part that stands in several places, found by the line that it begins"
        };
        Letter::of(&name, g.to_mathml(symbol), words)
    };
    gradient.names().map(letter).collect()
}

/// Every letter in these lines.
pub(crate) fn letters<'a>(
    f: &Formula,
    d: &Derivation,
    gradient: &PrintedGradient,
    lines: impl Iterator<Item = &'a Line>,
) -> Vec<Letter> {
    let (g, declaration) = (&d.graph, &f.declaration);
    let site = declaration.site.as_ref().map_or("summed_inputs".to_owned(), ToString::to_string);
    let x = match site.as_str() {
        "weights" => "the weights",
        "inputs" => "the input of the layer",
        "weights_and_inputs" => "the weights, and likewise the input of the layer",
        _ => "the pre-activation, a weighted sum of the layer's input",
    };
    let mut all = vec![
        Letter::of("x", "<mi>x</mi>".to_owned(), x),
        Letter::of("y", "<mi>y</mi>".to_owned(), "what replaces it"),
    ];
    for (symbol, (name, _)) in d.current.iter().zip(&f.statistics) {
        let meaning = "found from x by the line that it begins";
        all.push(Letter::of(&name.to_string(), g.to_mathml(*symbol), meaning));
    }
    for (symbol, p) in d.params.iter().zip(&declaration.params) {
        let start = if p.grows.is_some() {
            "the root of the number of pooled elements".to_owned()
        } else {
            plain(p.initial)
        };
        let meaning = format!("learned, {}, starts at {start}", axis(p.axis));
        all.push(Letter::of(&p.name.to_string(), g.to_mathml(*symbol), meaning));
    }
    for c in &declaration.consts {
        let name = c.name.to_string();
        if let Some(symbol) = g.find(&name) {
            let meaning = format!("a constant, {} where nothing else is said", plain(c.default));
            all.push(Letter::of(&name, g.to_mathml(symbol), meaning));
        }
    }
    for i in f.frozen() {
        let statistic = f.statistics[i].0.to_string();
        let name = crate::derive::frozen_name(&statistic);
        if let Some(symbol) = g.find(&name) {
            let meaning = format!("`{statistic}` as it was stored before this batch");
            all.push(Letter::of(&name, g.to_mathml(symbol), meaning));
        }
    }
    for (symbol, name) in d.controls.iter().zip(&f.controls) {
        let meaning =
            format!("the error along `{name}` that earlier batches have left, stored for each channel");
        all.push(Letter::of(&g.to_text(*symbol), g.to_mathml(*symbol), meaning));
    }
    all.extend(names(f, d, gradient));
    let printed: String = lines.map(|l| l.mathml.as_str()).collect();
    let italic = |word: &str| format!("<mi>{word}</mi>");
    for (word, meaning) in FUNCTIONS.iter().chain(&WINDOW_WORDS) {
        if printed.contains(&italic(word)) {
            all.push(Letter::of(word, italic(word), *meaning));
        }
    }
    let mut pooled: Vec<ReferenceSet> = declaration.sets.iter().map(|s| s.0).collect();
    pooled.dedup();
    for set in pooled {
        let (word, meaning) = set_words(set);
        if printed.contains(&format!("<mtext>{word}</mtext>")) {
            all.push(Letter::of(word, format!("<mtext>{word}</mtext>"), meaning));
        }
    }
    if printed.contains("<mi>N</mi>") {
        all.push(Letter::of("N", italic("N"), "the number of elements that stands below it"));
    }
    all.push(Letter::of(
        "∂",
        "<mo>∂</mo>".to_owned(),
        "before a letter: the gradient of the loss with respect to it",
    ));
    // What is printed of constants that the formula does not use would only puzzle.
    all.retain(|letter| {
        letter.name == "∂"
            || printed.contains(letter.mathml.trim_start_matches("<mrow>").trim_end_matches("</mrow>"))
    });
    all
}
