//! A block of cases, steps and features, with the cells filled that one output depends on.

use std::fmt::Write as _;

use results::MethodRecord;
use serde::Serialize;

use crate::markup::escape;
use crate::pooled::{Place, Pooled};

/// A drawing and what it shows, in a sentence.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Block {
    pub(crate) svg: String,
    pub(crate) caption: String,
}

/// How large a block is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// In a row of a table, without names at its axes.
    Small,
    /// As a figure.
    Large,
}

/// The block of a method, from its records; `None` where they do not say what it pools.
pub(crate) fn block(m: &MethodRecord, id: &str, size: Size) -> Option<Block> {
    let pooled = Pooled::of(m)?;
    let all: usize = pooled.axes.iter().map(|axis| axis.length).product();
    let own = if pooled.cells.len() == 1 && pooled.cells.contains(&pooled.output) {
        let before =
            if m.state.is_empty() { "" } else { ": what it is normalized by was found in earlier batches" };
        format!("its own input alone{before}")
    } else {
        format!("{} of {all} inputs: {}", pooled.cells.len(), pooled.words())
    };
    let known =
        if pooled.measured { "measured by perturbing each" } else { "drawn from the declared reference set" };
    let caption = format!("In training the outlined output depends on {own} ({known}).");
    Some(Block { svg: draw(&pooled, id, size, &caption), caption })
}

/// Lengths of a drawing.
struct Lengths {
    /// Side of a cell.
    side: usize,
    /// How far the next case lies to the right and upwards.
    shift: (usize, usize),
    /// Room for names at the left, above, at the right and below.
    margin: (usize, usize, usize, usize),
}

fn lengths(size: Size, longest: usize) -> Lengths {
    match size {
        Size::Small => {
            Lengths { side: if longest > 8 { 5 } else { 10 }, shift: (7, 5), margin: (1, 1, 1, 1) }
        }
        Size::Large => {
            Lengths { side: if longest > 8 { 16 } else { 32 }, shift: (18, 14), margin: (20, 8, 50, 20) }
        }
    }
}

/// The three sides that are seen: the first case in front, the first feature on top, the last step at the right.
fn draw(p: &Pooled, id: &str, size: Size, title: &str) -> String {
    let [cases, steps, features] = [0, 1, 2].map(|at| p.axes[at].length);
    let Lengths { side, shift, margin } = lengths(size, steps.max(features));
    let flat = cases == 1;
    let depth = if flat { (0, 0) } else { (cases * shift.0, cases * shift.1) };
    let (left, top) = (margin.0, margin.1 + depth.1);
    let (width, height) = (left + steps * side + depth.0 + margin.2, top + features * side + margin.3);
    let mut sides = [Faces::default(), Faces::default(), Faces::default()];
    for (t, c) in (0..steps).flat_map(|t| (0..features).map(move |c| (t, c))) {
        let path = format!("M{} {}h{side}v{side}h-{side}z", left + t * side, top + c * side);
        sides[0].add(p, [0, t, c], &path);
    }
    if !flat {
        let (over, up) = shift;
        for n in 0..cases {
            for t in 0..steps {
                let path =
                    format!("M{} {}h{side}l{over}-{up}h-{side}z", left + t * side + n * over, top - n * up);
                sides[1].add(p, [n, t, 0], &path);
            }
            for c in 0..features {
                let (x, y) = (left + steps * side + n * over, top + c * side - n * up);
                sides[2].add(p, [n, steps - 1, c], &format!("M{x} {y}l{over}-{up}v{side}l-{over} {up}z"));
            }
        }
    }
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"block{}\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-labelledby=\"{id}-t\"><title id=\"{id}-t\">{}</title>",
        if size == Size::Small { " small" } else { "" },
        escape(title)
    );
    for (class, faces) in ["front", "top", "side"].iter().zip(&sides) {
        faces.write(&mut out, class);
    }
    // On top of all, so that no neighbour draws over it.
    let outlines: String = sides.iter().map(|faces| faces.output.as_str()).collect();
    let _ = write!(out, "<path class=\"focus\" d=\"{outlines}\"/>");
    if size == Size::Large {
        names(&mut out, p, (left, top), side, depth);
    }
    out + "</svg>"
}

/// Names at the axes.
fn names(out: &mut String, p: &Pooled, (left, top): (usize, usize), side: usize, depth: (usize, usize)) {
    let [cases, along, down] = [0, 1, 2].map(|at| &p.axes[at]);
    let (right, bottom) = (left + along.length * side, top + down.length * side);
    let middle = usize::midpoint(top, bottom);
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "<text x=\"14\" y=\"{middle}\" transform=\"rotate(-90 14 {middle})\" text-anchor=\"middle\">{}</text>",
        escape(&down.name)
    );
    if along.length > 1 {
        let _ = write!(out, "<text x=\"{left}\" y=\"{}\">{} →</text>", bottom + 15, escape(&along.name));
    }
    if cases.length > 1 {
        let (x, y) = (right + depth.0 / 2 + 8, bottom - depth.1 / 2 + 8);
        let _ = write!(out, "<text x=\"{x}\" y=\"{y}\">{} ↗</text>", escape(&cases.name));
    }
}

/// The cells of one side: all filled ones are one path, and so are all others.
#[derive(Default)]
struct Faces {
    filled: String,
    empty: String,
    output: String,
}

impl Faces {
    fn add(&mut self, p: &Pooled, cell: Place, path: &str) {
        let kind = if p.cells.contains(&cell) { &mut self.filled } else { &mut self.empty };
        kind.push_str(path);
        if cell == p.output {
            self.output.push_str(path);
        }
    }

    fn write(&self, out: &mut String, class: &str) {
        for (kind, path) in [("off", &self.empty), ("on", &self.filled)] {
            if !path.is_empty() {
                // Writing to a String cannot fail.
                let _ = write!(out, "<path class=\"{kind} {class}\" d=\"{path}\"/>");
            }
        }
    }
}
