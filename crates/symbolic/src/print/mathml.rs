//! Presentation MathML: `mfrac`, `msqrt`, `msup`; sums and means with what they run over below.

use super::mathml_symbol::{escape, symbol};
use super::number::{as_fraction, decimal, is_scientific, scientific};
use super::{Factor, Level};
use crate::{Axes, Binary, ExprId, Graph, Node, Unary};

impl Graph {
    /// The expression as a presentation MathML fragment: one `mrow`, to be put inside `math`. Well-formed XML that
    /// needs no fonts or scripts from elsewhere.
    pub fn to_mathml(&self, e: ExprId) -> String {
        row(&self.mathml(e).0)
    }

    fn mathml(&self, e: ExprId) -> (String, Level) {
        match self.node(e) {
            Node::Const(_) | Node::Mul(_) | Node::Pow(..) => self.mathml_product(e),
            Node::Symbol(id) => (symbol(self.symbol_at(*id)), Level::Atom),
            Node::Count(axes) => (format!("<msub><mi>N</mi>{}</msub>", self.mathml_axes(*axes)), Level::Atom),
            Node::Add(terms) => (self.mathml_sum(terms), Level::Sum),
            Node::PowExpr(base, exponent) => {
                let exponent = row(&self.mathml(*exponent).0);
                (format!("<msup>{}{exponent}</msup>", self.mathml_base(*base)), Level::Power)
            }
            Node::Unary(op, operand) => self.mathml_unary(*op, *operand),
            Node::Binary(op, left, right) => {
                let (left, right) = (self.mathml(*left).0, self.mathml(*right).0);
                (call(binary_name(*op), &format!("{left}<mo>,</mo>{right}")), Level::Atom)
            }
            Node::Window(window, operand, size) => {
                let (name, mut words) = window.words();
                let turned = words.pop_if(|word| *word == "transposed").is_some();
                let words: Vec<_> = words.iter().map(|word| format!("<mo>,</mo><mi>{word}</mi>")).collect();
                let words = words.concat();
                let size = row(&self.mathml(*size).0);
                let below = row(&format!("{}<mo>,</mo>{size}{words}", self.mathml_axes(window.axis)));
                let name = if turned {
                    format!("<msubsup><mi>{name}</mi>{below}<mi>⊤</mi></msubsup>")
                } else {
                    format!("<msub><mi>{name}</mi>{below}</msub>")
                };
                let operand = bracket(&self.mathml(*operand).0);
                (format!("<mrow>{name}<mo>&#x2061;</mo>{operand}</mrow>"), Level::Atom)
            }
            Node::Controlled { value, direction, rate, state } => {
                let [value, direction, rate, state] =
                    [value, direction, rate, state].map(|e| self.mathml(*e).0);
                let inner = format!("{value}<mo>,</mo>{direction}<mo>,</mo>{rate}<mo>,</mo>{state}");
                (call("controlled", &inner), Level::Atom)
            }
            Node::Sum(axes, operand) => {
                let sign = format!("<munder><mo>∑</mo>{}</munder>", self.mathml_axes(*axes));
                (format!("{sign}{}", self.mathml_at(*operand, Level::Product)), Level::Product)
            }
            Node::Mean(axes, operand) => {
                let name = format!("<munder><mi>mean</mi>{}</munder>", self.mathml_axes(*axes));
                let operand = bracket(&self.mathml(*operand).0);
                (row(&format!("{name}<mo>&#x2061;</mo>{operand}")), Level::Atom)
            }
        }
    }

    /// What a reduction runs over, in words where there are some.
    fn mathml_axes(&self, axes: Axes) -> String {
        match self.words_of(axes) {
            Some(words) => format!("<mtext>{}</mtext>", escape(words)),
            None => letters(axes),
        }
    }

    fn mathml_at(&self, e: ExprId, level: Level) -> String {
        let (inner, own) = self.mathml(e);
        if own < level { bracket(&inner) } else { inner }
    }

    /// An expression that an exponent follows, as one element.
    fn mathml_base(&self, e: ExprId) -> String {
        let (inner, own) = self.mathml(e);
        let carries_exponent = self.symbol_of(e).is_some_and(|s| s.latex.contains('^'));
        row(&if own < Level::Atom || carries_exponent { bracket(&inner) } else { inner })
    }

    fn mathml_unary(&self, op: Unary, operand: ExprId) -> (String, Level) {
        let inner = self.mathml(operand).0;
        match op {
            Unary::Exp => (format!("<msup><mi>e</mi>{}</msup>", row(&inner)), Level::Power),
            Unary::Abs => (row(&format!("<mo>|</mo>{inner}<mo>|</mo>")), Level::Atom),
            Unary::Ln => (call("ln", &inner), Level::Atom),
            Unary::Tanh => (call("tanh", &inner), Level::Atom),
            Unary::Sigmoid => (call("sigmoid", &inner), Level::Atom),
            Unary::Erf => (call("erf", &inner), Level::Atom),
            Unary::Sign => (call("sign", &inner), Level::Atom),
            Unary::Step => (call("step", &inner), Level::Atom),
            Unary::StopGradient => (call("stop", &inner), Level::Atom),
        }
    }

    fn mathml_sum(&self, terms: &[ExprId]) -> String {
        let mut sum = String::new();
        for (negative, term) in self.written_terms(terms) {
            let written = self.mathml(term).0;
            match (sum.is_empty(), negative) {
                (false, false) => sum.extend(["<mo>+</mo>", &written]),
                // A negative term already begins with its minus sign.
                (true, _) | (false, true) => sum.push_str(&written),
            }
        }
        sum
    }

    fn mathml_product(&self, e: ExprId) -> (String, Level) {
        let fraction = self.fraction(e);
        let mut above = Vec::new();
        let mut below = Vec::new();
        if let Some(constant) = fraction.constant {
            match as_fraction(constant) {
                Some((n, d)) => {
                    above.extend((n != 1).then(|| format!("<mn>{n}</mn>")));
                    below.push(format!("<mn>{d}</mn>"));
                }
                None => above.push(number(constant)),
            }
        }
        let lone = fraction.above.len() == 1 && below.is_empty() && above.is_empty();
        let last = fraction.above.len().saturating_sub(1);
        let (bare_above, bare_below) = fraction.bare(!above.is_empty(), !below.is_empty());
        above.extend(fraction.above.iter().enumerate().map(|(i, &f)| match bare_above {
            Some(base) => self.mathml(base).0,
            None => self.mathml_factor(f, i == last),
        }));
        below.extend(fraction.below.iter().map(|&f| match bare_below {
            Some(base) => self.mathml(base).0,
            None => self.mathml_factor(f, false),
        }));
        if above.is_empty() {
            above.push("<mn>1</mn>".to_owned());
        }
        let level = if below.is_empty() && fraction.above.is_empty() {
            // A power of ten has an exponent already.
            if fraction.constant.is_some_and(is_scientific) { Level::Product } else { Level::Atom }
        } else if lone && below.is_empty() {
            if fraction.above[0].exponent == 0.5 { Level::Atom } else { Level::Power }
        } else {
            Level::Product
        };
        let times = "<mo>&#x2062;</mo>";
        let product = above.join(times);
        let product = if below.is_empty() {
            product
        } else {
            format!("<mfrac>{}{}</mfrac>", row(&product), row(&below.join(times)))
        };
        if fraction.negative { (format!("<mo>−</mo>{product}"), Level::Sum) } else { (product, level) }
    }

    fn mathml_factor(&self, Factor { base, exponent }: Factor, last: bool) -> String {
        if exponent == 1.0 {
            self.mathml_at(base, if last { Level::Product } else { Level::Power })
        } else if exponent == 0.5 {
            format!("<msqrt>{}</msqrt>", self.mathml(base).0)
        } else {
            format!("<msup>{}{}</msup>", self.mathml_base(base), row(&exponent_number(exponent)))
        }
    }
}

fn row(inner: &str) -> String {
    format!("<mrow>{inner}</mrow>")
}

fn bracket(inner: &str) -> String {
    format!("<mrow><mo>(</mo>{inner}<mo>)</mo></mrow>")
}

fn call(name: &str, inner: &str) -> String {
    format!("<mrow><mi>{name}</mi><mo>&#x2061;</mo>{}</mrow>", bracket(inner))
}

fn letters(axes: Axes) -> String {
    let each: Vec<String> = axes.iter().map(|axis| format!("<mi>{}</mi>", axis.letters())).collect();
    row(&each.join("<mo>,</mo>"))
}

fn exponent_number(exponent: f64) -> String {
    if (exponent * 2.0).fract() == 0.0 && exponent.fract() != 0.0 {
        format!("<mn>{}</mn><mo>/</mo><mn>2</mn>", exponent * 2.0)
    } else {
        number(exponent)
    }
}

fn number(value: f64) -> String {
    if value.is_infinite() {
        return "<mi>∞</mi>".to_owned();
    }
    let text = decimal(value);
    match scientific(&text) {
        Some((mantissa, power)) => {
            let sign = if power.starts_with('-') { "<mo>−</mo>" } else { "" };
            let digits = power.trim_start_matches('-');
            let ten = format!("<msup><mn>10</mn><mrow>{sign}<mn>{digits}</mn></mrow></msup>");
            if mantissa == "1" { ten } else { row(&format!("<mn>{mantissa}</mn><mo>·</mo>{ten}")) }
        }
        None => format!("<mn>{}</mn>", escape(&text)),
    }
}

fn binary_name(op: Binary) -> &'static str {
    match op {
        Binary::Max => "max",
        Binary::Min => "min",
        Binary::ReplaceGradient => "replace",
    }
}
