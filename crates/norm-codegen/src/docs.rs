//! What people read: equations in text, LaTeX and MathML, all printed from the expressions the code is made of.

use proc_macro2::TokenStream;
use quote::quote;
use symbolic::{ExprId, Graph};

use crate::declaration::doc_lines;
use crate::derive::Derivation;
use crate::formula::Formula;
use crate::gradient::{Left, PrintedGradient};

/// One printed equation.
pub(crate) struct Line {
    pub(crate) lhs: String,
    pub(crate) text: String,
    pub(crate) latex: String,
    pub(crate) mathml: String,
}

impl Line {
    pub(crate) fn of(g: &Graph, lhs: &str, lhs_latex: &str, lhs_mathml: &str, rhs: ExprId) -> Self {
        Self {
            lhs: lhs.to_owned(),
            text: g.to_text(rhs),
            latex: format!("{lhs_latex} = {}", g.to_latex(rhs)),
            mathml: format!("<mrow>{lhs_mathml}<mo>=</mo>{}</mrow>", g.to_mathml(rhs)),
        }
    }

    pub(crate) fn tokens(&self) -> TokenStream {
        let Self { lhs, text, latex, mathml } = self;
        quote!(::norm_core::Equation { lhs: #lhs, text: #text, latex: #latex, mathml: #mathml })
    }
}

fn of_symbol(g: &Graph, symbol: ExprId, rhs: ExprId) -> Line {
    Line::of(g, &g.to_text(symbol), &g.to_latex(symbol), &g.to_mathml(symbol), rhs)
}

fn differential(g: &Graph, of: ExprId, rhs: ExprId) -> Line {
    let lhs = format!("d{}", g.to_text(of));
    let latex = format!("\\partial {}", g.to_latex(of));
    let mathml = format!("<mrow><mo>∂</mo>{}</mrow>", g.to_mathml(of));
    Line::of(g, &lhs, &latex, &mathml, rhs)
}

/// The formula, a line per statistic and one for `y`.
pub(crate) fn forward(d: &Derivation) -> Vec<Line> {
    let mut lines: Vec<Line> =
        d.current.iter().zip(&d.definitions).map(|(s, e)| of_symbol(&d.graph, *s, *e)).collect();
    lines.push(Line::of(&d.graph, "y", "y", "<mi>y</mi>", d.y));
    lines
}

/// The gradient, line by line.
pub(crate) fn backward(gradient: &PrintedGradient) -> Vec<Line> {
    let g = &gradient.graph;
    let line = |&(left, e): &(Left, ExprId)| match left {
        Left::Name(name) => of_symbol(g, name, e),
        Left::Statistic { of, .. } | Left::Gradient(of) => differential(g, of, e),
        Left::State(state) => {
            let (text, latex, mathml) = (g.to_text(state), g.to_latex(state), g.to_mathml(state));
            let mathml = format!("<msup>{mathml}<mo>′</mo></msup>");
            Line::of(g, &format!("{text}'"), &format!("{latex}'"), &mathml, e)
        }
    };
    gradient.lines.iter().map(line).collect()
}

/// The type's documentation: the user's words, then formula, gradient and source.
pub(crate) fn rustdoc(f: &Formula, d: &Derivation, gradient: &PrintedGradient) -> TokenStream {
    let declaration = &f.declaration;
    let mut lines = doc_lines(&declaration.attributes);
    if lines.is_empty() {
        lines.push(format!("`{}`.", declaration.id.value()));
    }
    lines.push(String::new());
    lines.push(format!(
        "Pools over **{}**; layout `x[N][G][K][S]` (cases, groups, channels in a group, space).",
        declaration.sets.iter().map(|s| s.0.word()).collect::<Vec<_>>().join("**, **")
    ));
    lines.push(String::new());
    lines.push("```text".into());
    lines.extend(forward(d).iter().map(|l| format!("{} = {}", l.lhs, l.text)));
    lines.push("```".into());
    lines.push("Gradient, derived symbolically (`d…` is the gradient of the loss at …):".into());
    lines.push("```text".into());
    lines.extend(backward(gradient).iter().map(|l| format!("{} = {}", l.lhs, l.text)));
    lines.push("```".into());
    let equations = declaration.equations.as_ref().map(|e| format!(", equations {}", e.value()));
    lines.push(format!(
        "Source: `{}`{} (see `references.bib`).",
        declaration.cite,
        equations.unwrap_or_default()
    ));
    quote!(#(#[doc = #lines])*)
}
