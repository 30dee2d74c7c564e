//! Reads back what `to_text` writes.

use symbolic::{Axes, Divisor, ExprId, Graph, Weights, Window};

/// Parses a formula into a graph whose symbols are declared; panics on anything `to_text` would not write.
pub(crate) fn parse(g: &mut Graph, text: &str) -> ExprId {
    let mut parser = Parser { g, rest: text };
    let e = parser.sum();
    assert!(parser.rest.is_empty(), "`{}` is left of `{text}`", parser.rest);
    e
}

struct Parser<'a> {
    g: &'a mut Graph,
    rest: &'a str,
}

impl Parser<'_> {
    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest.strip_prefix(token);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn expect(&mut self, token: &str) {
        assert!(self.eat(token), "expected `{token}` at `{}`", self.rest);
    }

    fn sum(&mut self) -> ExprId {
        let negative = self.eat("-");
        let first = self.product();
        let mut total = if negative { self.g.neg(first) } else { first };
        loop {
            if self.eat(" + ") {
                let term = self.product();
                total = self.g.add(total, term);
            } else if self.eat(" - ") {
                let term = self.product();
                total = self.g.sub(total, term);
            } else {
                return total;
            }
        }
    }

    fn product(&mut self) -> ExprId {
        let mut total = self.power();
        loop {
            if self.eat("*") {
                let factor = self.power();
                total = self.g.mul(total, factor);
            } else if self.eat("/") {
                let factor = self.power();
                total = self.g.div(total, factor);
            } else {
                return total;
            }
        }
    }

    fn power(&mut self) -> ExprId {
        let base = self.atom();
        if self.eat("^") {
            let exponent = self.atom();
            return self.g.pow_expr(base, exponent);
        }
        base
    }

    fn atom(&mut self) -> ExprId {
        if self.eat("(") {
            let inner = self.sum();
            self.expect(")");
            return inner;
        }
        if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            return self.number();
        }
        let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        if self.eat("[") {
            return self.reduction(name);
        }
        if self.eat("(") {
            return self.call(name);
        }
        self.g.find(name).unwrap_or_else(|| panic!("no symbol `{name}`"))
    }

    fn number(&mut self) -> ExprId {
        let digits = |text: &str, from: usize| {
            from + text[from..].find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len() - from)
        };
        let mut end = digits(self.rest, 0);
        if self.rest[end..].starts_with('e') {
            let sign = usize::from(self.rest[end + 1..].starts_with('-'));
            end = digits(self.rest, end + 1 + sign);
        }
        let (number, rest) = self.rest.split_at(end);
        self.rest = rest;
        self.g.num(number.parse().expect("a number"))
    }

    fn reduction(&mut self, name: &str) -> ExprId {
        let mut axes = Axes::EMPTY;
        for (letter, axis) in [("n", Axes::N), ("g", Axes::G), ("k", Axes::K), ("s", Axes::S)] {
            if self.eat(letter) {
                axes = axes | axis;
                self.eat(",");
            }
        }
        let gaussian = self.eat("gaussian");
        self.eat(",");
        let inside = self.eat("inside");
        self.eat(",");
        let transposed = self.eat("transposed");
        self.expect("]");
        if name.starts_with("window") {
            self.expect("(");
            let e = self.sum();
            self.expect(", ");
            let size = self.sum();
            self.expect(")");
            let divisor = match (name, inside) {
                ("window_sum", _) => Divisor::One,
                (_, true) => Divisor::Inside,
                (_, false) => Divisor::Whole,
            };
            let weights = if gaussian { Weights::Gaussian } else { Weights::Box };
            return self.g.window(Window { axis: axes, weights, divisor, transposed }, e, size);
        }
        if name == "count" {
            return self.g.count(axes);
        }
        self.expect("(");
        let e = self.sum();
        self.expect(")");
        match name {
            "sum" => self.g.sum(axes, e),
            "mean" => self.g.mean(axes, e),
            _ => panic!("no reduction `{name}`"),
        }
    }

    fn call(&mut self, name: &str) -> ExprId {
        let a = self.sum();
        let b = if self.eat(", ") { Some(self.sum()) } else { None };
        self.expect(")");
        match (name, b) {
            ("sqrt", None) => self.g.sqrt(a),
            ("exp", None) => self.g.exp(a),
            ("ln", None) => self.g.ln(a),
            ("tanh", None) => self.g.tanh(a),
            ("sigmoid", None) => self.g.sigmoid(a),
            ("erf", None) => self.g.erf(a),
            ("abs", None) => self.g.abs(a),
            ("sign", None) => self.g.sign(a),
            ("step", None) => self.g.step(a),
            ("stop_gradient", None) => self.g.stop_gradient(a),
            ("max", Some(b)) => self.g.max(a, b),
            ("min", Some(b)) => self.g.min(a, b),
            ("replace_gradient", Some(b)) => self.g.replace_gradient(a, b),
            _ => panic!("no function `{name}`"),
        }
    }
}
