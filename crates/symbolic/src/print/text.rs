//! Plain text: `gain*(x - mu)/sqrt(var + eps) + bias`.

use super::number::{as_fraction, decimal};
use super::{Factor, Level};
use crate::{Binary, ExprId, Graph, Node, Unary};

impl Graph {
    /// The expression as plain text.
    ///
    /// Operators are `+ - * / ^`, functions `sqrt exp ln tanh sigmoid abs sign step stop_gradient max min
    /// replace_gradient controlled`, reductions `sum[k,s](e)`, `mean[k,s](e)` and `count[k,s]`, windows
    /// `window_mean[k](e, size)` with words for what is not usual. The same expression gives the
    /// same text in whatever order the graph was built.
    pub fn to_text(&self, e: ExprId) -> String {
        self.text(e).0
    }

    fn text(&self, e: ExprId) -> (String, Level) {
        match self.node(e) {
            Node::Const(_) | Node::Mul(_) | Node::Pow(..) => self.text_product(e),
            Node::Symbol(id) => (self.symbol_at(*id).name.clone(), Level::Atom),
            Node::Count(axes) => (format!("count[{}]", axes.letters()), Level::Atom),
            Node::Add(terms) => (self.text_sum(terms), Level::Sum),
            Node::PowExpr(base, exponent) => {
                let (base, exponent) =
                    (self.text_at(*base, Level::Atom), self.text_at(*exponent, Level::Atom));
                (format!("{base}^{exponent}"), Level::Power)
            }
            Node::Unary(op, operand) => {
                (format!("{}({})", unary_name(*op), self.to_text(*operand)), Level::Atom)
            }
            Node::Binary(op, left, right) => {
                let (left, right) = (self.to_text(*left), self.to_text(*right));
                (format!("{}({left}, {right})", binary_name(*op)), Level::Atom)
            }
            Node::Window(window, operand, size) => {
                let (name, words) = window.words();
                let words: Vec<_> = words.iter().map(|word| format!(",{word}")).collect();
                let words = words.concat();
                let (operand, size) = (self.to_text(*operand), self.to_text(*size));
                (format!("{name}[{}{words}]({operand}, {size})", window.axis.letters()), Level::Atom)
            }
            Node::Controlled { value, direction, rate, state } => {
                let [value, direction, rate, state] =
                    [value, direction, rate, state].map(|e| self.to_text(*e));
                (format!("controlled({value}, {direction}, {rate}, {state})"), Level::Atom)
            }
            Node::Sum(axes, operand) => {
                (format!("sum[{}]({})", axes.letters(), self.to_text(*operand)), Level::Atom)
            }
            Node::Mean(axes, operand) => {
                (format!("mean[{}]({})", axes.letters(), self.to_text(*operand)), Level::Atom)
            }
        }
    }

    /// The expression, in parentheses if it binds more loosely than `level`.
    fn text_at(&self, e: ExprId, level: Level) -> String {
        let (text, own) = self.text(e);
        if own < level { format!("({text})") } else { text }
    }

    fn text_sum(&self, terms: &[ExprId]) -> String {
        let mut text = String::new();
        for (negative, term) in self.written_terms(terms) {
            let written = self.to_text(term);
            match (text.is_empty(), negative) {
                (true, _) => text.push_str(&written),
                (false, false) => text.extend([" + ", &written]),
                (false, true) => text.extend([" - ", written.trim_start_matches('-')]),
            }
        }
        text
    }

    /// Products, powers and constants: everything that can become a fraction.
    fn text_product(&self, e: ExprId) -> (String, Level) {
        let fraction = self.fraction(e);
        let mut above = Vec::new();
        let mut below = Vec::new();
        if let Some(constant) = fraction.constant {
            match as_fraction(constant) {
                Some((1, d)) => below.push(d.to_string()),
                Some((n, d)) => {
                    above.push(n.to_string());
                    below.push(d.to_string());
                }
                None => above.push(decimal(constant)),
            }
        }
        let single = fraction.above.len() + fraction.below.len() == 1 && fraction.constant.is_none();
        let lone_power = single && fraction.below.is_empty() && !fraction.negative;
        above.extend(fraction.above.iter().map(|&f| self.text_factor(f)));
        below.extend(fraction.below.iter().map(|&f| self.text_factor(f)));
        if above.is_empty() {
            above.push("1".to_owned());
        }
        let mut text = above.join("*");
        match below.as_slice() {
            [] => {}
            [only] => text.extend(["/", only]),
            _ => text.extend(["/(", &below.join("*"), ")"]),
        }
        if fraction.negative {
            // A leading minus binds like a subtraction: it never stands after another operator unbracketed.
            return (format!("-{text}"), Level::Sum);
        }
        let atom = below.is_empty() && fraction.above.is_empty();
        let level = match (atom, lone_power) {
            (true, _) => Level::Atom,
            (false, true) if fraction.above[0].exponent == 0.5 => Level::Atom,
            (false, true) => Level::Power,
            (false, false) => Level::Product,
        };
        (text, level)
    }

    fn text_factor(&self, Factor { base, exponent }: Factor) -> String {
        if exponent == 1.0 {
            self.text_at(base, Level::Power)
        } else if exponent == 0.5 {
            format!("sqrt({})", self.to_text(base))
        } else {
            format!("{}^{}", self.text_at(base, Level::Atom), decimal(exponent))
        }
    }
}

fn unary_name(op: Unary) -> &'static str {
    match op {
        Unary::Exp => "exp",
        Unary::Ln => "ln",
        Unary::Tanh => "tanh",
        Unary::Sigmoid => "sigmoid",
        Unary::Erf => "erf",
        Unary::Abs => "abs",
        Unary::Sign => "sign",
        Unary::Step => "step",
        Unary::StopGradient => "stop_gradient",
    }
}

fn binary_name(op: Binary) -> &'static str {
    match op {
        Binary::Max => "max",
        Binary::Min => "min",
        Binary::ReplaceGradient => "replace_gradient",
    }
}
