//! LaTeX: fractions, roots, sums and means with what they run over below.

use super::number::{as_fraction, decimal, is_scientific, scientific};
use super::{Factor, Level};
use crate::{Axes, Binary, ExprId, Graph, Node, Unary};

impl Graph {
    /// The expression as LaTeX for math mode; needs `amsmath` only. Sums, means and counts (`N`)
    /// have what they run over below.
    pub fn to_latex(&self, e: ExprId) -> String {
        self.latex(e).0
    }

    fn latex(&self, e: ExprId) -> (String, Level) {
        match self.node(e) {
            Node::Const(_) | Node::Mul(_) | Node::Pow(..) => self.latex_product(e),
            Node::Symbol(id) => (self.symbol_at(*id).latex.clone(), Level::Atom),
            Node::Count(axes) => (format!("N_{{{}}}", self.latex_axes(*axes)), Level::Atom),
            Node::Add(terms) => (self.latex_sum(terms), Level::Sum),
            Node::PowExpr(base, exponent) => {
                (format!("{{{}}}^{{{}}}", self.latex_base(*base), self.to_latex(*exponent)), Level::Power)
            }
            Node::Unary(op, operand) => self.latex_unary(*op, *operand),
            Node::Binary(op, left, right) => {
                let (left, right) = (self.to_latex(*left), self.to_latex(*right));
                (format!("{}{}", binary_name(*op), bracket(&format!("{left}, {right}"))), Level::Atom)
            }
            Node::Window(window, operand, size) => {
                let (name, mut words) = window.words();
                let star = if words.pop_if(|word| *word == "transposed").is_some() { "^{\\top}" } else { "" };
                let words: Vec<_> = words.iter().map(|word| format!(",\\mathrm{{{word}}}")).collect();
                let words = words.concat();
                let (operand, size) = (bracket(&self.to_latex(*operand)), self.to_latex(*size));
                let (name, axis) = (name.replace('_', "\\_"), self.latex_axes(window.axis));
                (format!("\\operatorname{{{name}}}{star}_{{{axis},{size}{words}}}{operand}"), Level::Atom)
            }
            Node::Controlled { value, direction, rate, state } => {
                let [value, direction, rate, state] =
                    [value, direction, rate, state].map(|e| self.to_latex(*e));
                let inner = bracket(&format!("{value}, {direction}, {rate}, {state}"));
                (format!("\\operatorname{{controlled}}{inner}"), Level::Atom)
            }
            Node::Sum(axes, operand) => (self.latex_reduction(*axes, *operand), Level::Product),
            Node::Mean(axes, operand) => {
                let operand = bracket(&self.to_latex(*operand));
                (format!("\\operatorname*{{mean}}_{{{}}}{operand}", self.latex_axes(*axes)), Level::Atom)
            }
        }
    }

    fn latex_at(&self, e: ExprId, level: Level) -> String {
        let (latex, own) = self.latex(e);
        if own < level { bracket(&latex) } else { latex }
    }

    /// An expression that an exponent follows; one that already carries an exponent needs brackets.
    fn latex_base(&self, e: ExprId) -> String {
        let (latex, own) = self.latex(e);
        if own < Level::Atom || (self.symbol_of(e).is_some() && latex.contains('^')) {
            bracket(&latex)
        } else {
            latex
        }
    }

    fn latex_reduction(&self, axes: Axes, operand: ExprId) -> String {
        format!("\\sum_{{{}}} {}", self.latex_axes(axes), self.latex_at(operand, Level::Product))
    }

    /// What a reduction runs over, in words where there are some.
    fn latex_axes(&self, axes: Axes) -> String {
        self.words_of(axes).map_or_else(|| axes.letters(), |words| format!("\\text{{{words}}}"))
    }

    fn latex_unary(&self, op: Unary, operand: ExprId) -> (String, Level) {
        let inner = self.to_latex(operand);
        match op {
            Unary::Exp => (format!("e^{{{inner}}}"), Level::Power),
            Unary::Abs => (format!("\\left\\lvert {inner} \\right\\rvert"), Level::Atom),
            Unary::Ln => (format!("\\ln{}", bracket(&inner)), Level::Atom),
            Unary::Tanh => (format!("\\tanh{}", bracket(&inner)), Level::Atom),
            Unary::Sigmoid => (format!("\\operatorname{{sigmoid}}{}", bracket(&inner)), Level::Atom),
            Unary::Erf => (format!("\\operatorname{{erf}}{}", bracket(&inner)), Level::Atom),
            Unary::Sign => (format!("\\operatorname{{sign}}{}", bracket(&inner)), Level::Atom),
            Unary::Step => (format!("\\operatorname{{step}}{}", bracket(&inner)), Level::Atom),
            Unary::StopGradient => (format!("\\operatorname{{stop}}{}", bracket(&inner)), Level::Atom),
        }
    }

    fn latex_sum(&self, terms: &[ExprId]) -> String {
        let mut latex = String::new();
        for (negative, term) in self.written_terms(terms) {
            let written = self.to_latex(term);
            match (latex.is_empty(), negative) {
                (true, _) => latex.push_str(&written),
                (false, false) => latex.extend([" + ", &written]),
                (false, true) => latex.extend([" - ", written.trim_start_matches('-')]),
            }
        }
        latex
    }

    fn latex_product(&self, e: ExprId) -> (String, Level) {
        let fraction = self.fraction(e);
        let mut above = Vec::new();
        let mut below = Vec::new();
        if let Some(constant) = fraction.constant {
            match as_fraction(constant) {
                Some((n, d)) => {
                    above.extend((n != 1).then(|| n.to_string()));
                    below.push(d.to_string());
                }
                None => above.push(latex_number(constant)),
            }
        }
        let lone = fraction.above.len() == 1 && below.is_empty() && above.is_empty();
        let last = fraction.above.len().saturating_sub(1);
        let (bare_above, bare_below) = fraction.bare(!above.is_empty(), !below.is_empty());
        above.extend(fraction.above.iter().enumerate().map(|(i, &f)| match bare_above {
            Some(base) => self.to_latex(base),
            None => self.latex_factor(f, i == last),
        }));
        below.extend(fraction.below.iter().map(|&f| match bare_below {
            Some(base) => self.to_latex(base),
            None => self.latex_factor(f, false),
        }));
        if above.is_empty() {
            above.push("1".to_owned());
        }
        let text = above.join(" \\, ");
        let level = if below.is_empty() && fraction.above.is_empty() {
            // A power of ten has an exponent already.
            if fraction.constant.is_some_and(is_scientific) { Level::Product } else { Level::Atom }
        } else if lone && below.is_empty() {
            if fraction.above[0].exponent == 0.5 { Level::Atom } else { Level::Power }
        } else {
            Level::Product
        };
        let text =
            if below.is_empty() { text } else { format!("\\frac{{{text}}}{{{}}}", below.join(" \\, ")) };
        if fraction.negative { (format!("-{text}"), Level::Sum) } else { (text, level) }
    }

    /// A factor; a sum sign reaches over everything to its right, so only the last factor may be a bare sum.
    fn latex_factor(&self, Factor { base, exponent }: Factor, last: bool) -> String {
        if exponent == 1.0 {
            let level = if last { Level::Product } else { Level::Power };
            self.latex_at(base, level)
        } else if exponent == 0.5 {
            format!("\\sqrt{{{}}}", self.to_latex(base))
        } else {
            format!("{{{}}}^{{{}}}", self.latex_base(base), latex_exponent(exponent))
        }
    }
}

fn bracket(inner: &str) -> String {
    format!("\\left({inner}\\right)")
}

/// Halves above one are written as fractions: 3/2 rather than 1.5.
fn latex_exponent(exponent: f64) -> String {
    if (exponent * 2.0).fract() == 0.0 && exponent.fract() != 0.0 {
        format!("{}/2", exponent * 2.0)
    } else {
        latex_number(exponent)
    }
}

fn latex_number(value: f64) -> String {
    if value.is_infinite() {
        return "\\infty".to_owned();
    }
    if value.is_nan() {
        return "\\mathrm{NaN}".to_owned();
    }
    let text = decimal(value);
    match scientific(&text) {
        Some(("1", power)) => format!("10^{{{power}}}"),
        Some((mantissa, power)) => format!("{mantissa} \\cdot 10^{{{power}}}"),
        None => text,
    }
}

fn binary_name(op: Binary) -> &'static str {
    match op {
        Binary::Max => "\\max",
        Binary::Min => "\\min",
        Binary::ReplaceGradient => "\\operatorname{replace}",
    }
}
