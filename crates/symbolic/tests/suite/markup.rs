//! Reads back what `to_latex` and `to_mathml` write, as a person sees it: braces and rows show nothing, so that what is
//! not in brackets, under a bar, under a root or raised does not stay together.

use symbolic::{Axes, Divisor, ExprId, Graph, Weights, Window};

/// What is seen, in reading order.
#[derive(Debug, Clone, PartialEq)]
enum Mark {
    Word(String),
    Number(String),
    Sign(char),
    Times,
    Raised(Vec<Mark>),
    Lowered(Vec<Mark>),
    Fraction(Vec<Mark>, Vec<Mark>),
    Root(Vec<Mark>),
}

/// Symbols by what is seen of them, and sets of axes by their words.
pub(crate) struct Notation<'a> {
    pub(crate) symbols: &'a [(&'a str, &'a str)],
    pub(crate) axes: &'a [(&'a str, Axes)],
}

impl Notation<'_> {
    pub(crate) fn latex(&self, g: &mut Graph, latex: &str) -> ExprId {
        let mut rest = latex;
        let marks = latex_marks(&mut rest);
        assert!(rest.is_empty(), "`{rest}` is left of `{latex}`");
        Reader { notation: self, marks: &marks }.whole(g)
    }

    pub(crate) fn mathml(&self, g: &mut Graph, mathml: &str) -> ExprId {
        let mut rest = mathml;
        let marks = mathml_marks(&mut rest);
        assert!(rest.is_empty(), "`{rest}` is left of `{mathml}`");
        Reader { notation: self, marks: &marks }.whole(g)
    }
}

fn eat(rest: &mut &str, token: &str) -> bool {
    let found = rest.strip_prefix(token);
    *rest = found.unwrap_or(rest);
    found.is_some()
}

fn take<'a>(rest: &mut &'a str, kept: impl Fn(char) -> bool) -> &'a str {
    let (taken, left) = rest.split_at(rest.find(|c| !kept(c)).unwrap_or(rest.len()));
    *rest = left;
    taken
}

/// The marks up to a closing brace or the end.
fn latex_marks(rest: &mut &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    loop {
        *rest = rest.trim_start();
        if rest.is_empty() || rest.starts_with('}') {
            return marks;
        }
        latex_mark(rest, &mut marks);
    }
}

fn latex_group(rest: &mut &str) -> Vec<Mark> {
    assert!(eat(rest, "{"), "expected a group at `{rest}`");
    let marks = latex_marks(rest);
    assert!(eat(rest, "}"), "expected `}}` at `{rest}`");
    marks
}

fn latex_mark(rest: &mut &str, marks: &mut Vec<Mark>) {
    for (token, sign) in
        [("\\left(", '('), ("\\right)", ')'), ("\\left\\lvert", '|'), ("\\right\\rvert", '|')]
    {
        if eat(rest, token) {
            return marks.push(Mark::Sign(sign));
        }
    }
    for token in ["\\text{", "\\mathrm{", "\\operatorname{", "\\operatorname*{"] {
        if eat(rest, token) {
            marks.push(Mark::Word(take(rest, |c| c != '}').replace('\\', "")));
            assert!(eat(rest, "}"), "a word ends");
            return;
        }
    }
    if eat(rest, "\\,") || eat(rest, "\\cdot") {
        marks.push(Mark::Times);
    } else if eat(rest, "\\frac") {
        let above = latex_group(rest);
        marks.push(Mark::Fraction(above, latex_group(rest)));
    } else if eat(rest, "\\sqrt") {
        marks.push(Mark::Root(latex_group(rest)));
    } else if eat(rest, "\\hat{") {
        marks.push(Mark::Word(format!("hat {}", take(rest, |c| c != '}'))));
        assert!(eat(rest, "}"), "an accent ends");
    } else if eat(rest, "\\") {
        marks.push(Mark::Word(take(rest, |c| c.is_ascii_alphabetic()).to_owned()));
    } else if rest.starts_with('{') {
        marks.extend(latex_group(rest));
    } else if rest.starts_with(['^', '_']) {
        let raised = eat(rest, "^");
        let _ = raised || eat(rest, "_");
        let mut inner = Vec::new();
        latex_mark(rest, &mut inner);
        marks.push(if raised { Mark::Raised(inner) } else { Mark::Lowered(inner) });
    } else if rest.starts_with(|c: char| c.is_ascii_digit()) {
        marks.push(Mark::Number(take(rest, |c| c.is_ascii_digit() || c == '.').to_owned()));
    } else {
        let seen = rest.chars().next().expect("not at the end");
        *rest = &rest[seen.len_utf8()..];
        marks.push(if seen.is_alphabetic() { Mark::Word(seen.into()) } else { Mark::Sign(seen) });
    }
}

/// The marks up to a closing tag or the end.
fn mathml_marks(rest: &mut &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    while !rest.is_empty() && !rest.starts_with("</") {
        marks.extend(mathml_element(rest));
    }
    marks
}

fn mathml_element(rest: &mut &str) -> Vec<Mark> {
    assert!(eat(rest, "<"), "expected a tag at `{rest}`");
    let tag = take(rest, |c| c != '>').to_owned();
    let name = tag.split(' ').next().expect("a name");
    assert!(eat(rest, ">"), "a tag ends");
    let close = format!("</{name}>");
    if matches!(name, "mi" | "mn" | "mo" | "mtext") {
        let text = take(rest, |c| c != '<').to_owned();
        assert!(eat(rest, &close), "expected `{close}` at `{rest}`");
        return leaf(name, &text);
    }
    let mut parts = Vec::new();
    while !rest.starts_with("</") {
        parts.push(mathml_element(rest));
    }
    assert!(eat(rest, &close), "expected `{close}` at `{rest}`");
    match (name, parts.as_slice()) {
        ("mrow", _) => parts.concat(),
        ("msqrt", _) => vec![Mark::Root(parts.concat())],
        ("mfrac", [above, below]) => vec![Mark::Fraction(above.clone(), below.clone())],
        ("msup", [base, raised]) => [base.as_slice(), &[Mark::Raised(raised.clone())]].concat(),
        ("msub" | "munder", [base, low]) => [base.as_slice(), &[Mark::Lowered(low.clone())]].concat(),
        ("msubsup", [base, low, raised]) => {
            [base.as_slice(), &[Mark::Lowered(low.clone()), Mark::Raised(raised.clone())]].concat()
        }
        ("mover", [base, accent]) => match (base.as_slice(), accent.as_slice()) {
            ([Mark::Word(base)], [Mark::Sign('^')]) => vec![Mark::Word(format!("hat {base}"))],
            _ => panic!("no accent {accent:?} over {base:?}"),
        },
        _ => panic!("`{name}` of {parts:?}"),
    }
}

fn leaf(name: &str, text: &str) -> Vec<Mark> {
    match (name, text) {
        ("mn", _) => vec![Mark::Number(text.to_owned())],
        ("mo", "&#x2061;") => Vec::new(),
        ("mo", "&#x2062;" | "·") => vec![Mark::Times],
        ("mo", "∑") => vec![Mark::Word("sum".to_owned())],
        ("mo", "−") => vec![Mark::Sign('-')],
        ("mo", _) => vec![Mark::Sign(text.chars().next().expect("a sign"))],
        (_, "⊤") => vec![Mark::Word("top".to_owned())],
        (_, "σ") => vec![Mark::Word("sigma".to_owned())],
        (_, "∂") => vec![Mark::Word("partial".to_owned())],
        (_, "∞") => vec![Mark::Word("infty".to_owned())],
        _ => vec![Mark::Word(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))],
    }
}

struct Reader<'a> {
    notation: &'a Notation<'a>,
    marks: &'a [Mark],
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> &'a Mark {
        let (first, rest) = self.marks.split_first().expect("something follows");
        self.marks = rest;
        first
    }

    fn eat(&mut self, mark: &Mark) -> bool {
        let found = self.marks.first() == Some(mark);
        if found {
            self.next();
        }
        found
    }

    fn expect(&mut self, sign: char) {
        assert!(self.eat(&Mark::Sign(sign)), "expected `{sign}` at {:?}", self.marks);
    }

    fn part(&self, g: &mut Graph, marks: &'a [Mark]) -> ExprId {
        Reader { notation: self.notation, marks }.whole(g)
    }

    fn whole(mut self, g: &mut Graph) -> ExprId {
        let e = self.sum(g);
        assert!(self.marks.is_empty(), "{:?} is left", self.marks);
        e
    }

    fn sum(&mut self, g: &mut Graph) -> ExprId {
        let negative = self.eat(&Mark::Sign('-'));
        let first = self.product(g);
        let mut total = if negative { g.neg(first) } else { first };
        loop {
            if self.eat(&Mark::Sign('+')) {
                let term = self.product(g);
                total = g.add(total, term);
            } else if self.eat(&Mark::Sign('-')) {
                let term = self.product(g);
                total = g.sub(total, term);
            } else {
                return total;
            }
        }
    }

    fn product(&mut self, g: &mut Graph) -> ExprId {
        let mut total = self.power(g);
        loop {
            if self.eat(&Mark::Times) {
                let factor = self.power(g);
                total = g.mul(total, factor);
            } else if self.eat(&Mark::Sign('/')) {
                let factor = self.power(g);
                total = g.div(total, factor);
            } else {
                return total;
            }
        }
    }

    fn power(&mut self, g: &mut Graph) -> ExprId {
        let base = self.atom(g);
        let Some(Mark::Raised(exponent)) = self.marks.first() else { return base };
        self.next();
        assert!(!matches!(self.marks.first(), Some(Mark::Raised(_))), "an exponent on an exponent");
        let exponent = self.part(g, exponent);
        g.pow_expr(base, exponent)
    }

    fn atom(&mut self, g: &mut Graph) -> ExprId {
        match self.next() {
            Mark::Sign('(') => {
                let e = self.sum(g);
                self.expect(')');
                e
            }
            Mark::Sign('|') => {
                let e = self.sum(g);
                self.expect('|');
                g.abs(e)
            }
            Mark::Number(digits) => self.number(g, digits),
            Mark::Fraction(above, below) => {
                let (above, below) = (self.part(g, above), self.part(g, below));
                g.div(above, below)
            }
            Mark::Root(inner) => {
                let inner = self.part(g, inner);
                g.sqrt(inner)
            }
            Mark::Word(word) => self.word(g, word),
            other => panic!("an operand cannot begin with {other:?}"),
        }
    }

    /// A number, with its power of ten where it has one.
    fn number(&mut self, g: &mut Graph, digits: &str) -> ExprId {
        let power = |marks: &[Mark]| match marks {
            [Mark::Number(power)] => Some(power.clone()),
            [Mark::Sign('-'), Mark::Number(power)] => Some(format!("-{power}")),
            _ => None,
        };
        let (mantissa, power, rest) = match self.marks {
            [Mark::Raised(raised), rest @ ..] if digits == "10" => ("1", power(raised), rest),
            [Mark::Times, Mark::Number(ten), Mark::Raised(raised), rest @ ..] if ten == "10" => {
                (digits, power(raised), rest)
            }
            _ => (digits, None, self.marks),
        };
        let Some(power) = power else { return g.num(digits.parse().expect("a number")) };
        self.marks = rest;
        assert!(!matches!(rest.first(), Some(Mark::Raised(_))), "an exponent on a power of ten");
        g.num(format!("{mantissa}e{power}").parse().expect("a number"))
    }

    fn word(&mut self, g: &mut Graph, word: &str) -> ExprId {
        let symbol = self
            .notation
            .symbols
            .iter()
            .find(|(seen, _)| seen.split(' ').next() == Some(word) || *seen == word);
        if let Some(&(seen, name)) = symbol {
            for more in seen.strip_prefix(word).expect("begins with it").split_whitespace() {
                let more = match more.split_at(1) {
                    ("^", raised) => Mark::Raised(vec![Mark::Number(raised.to_owned())]),
                    ("_", low) => Mark::Lowered(vec![Mark::Word(low.to_owned())]),
                    _ => Mark::Word(more.to_owned()),
                };
                assert!(self.eat(&more), "expected {more:?} at {:?}", self.marks);
            }
            return g.find(name).expect("declared");
        }
        let (mut raised, mut lowered) = (None, None);
        loop {
            match self.marks.first() {
                Some(Mark::Raised(inner))
                    if raised.is_none() && matches!(word, "e" | "window_sum" | "window_mean") =>
                {
                    raised = Some(inner.as_slice());
                }
                Some(Mark::Lowered(inner)) if lowered.is_none() => lowered = Some(inner.as_slice()),
                _ => break,
            }
            self.next();
        }
        match (word, raised, lowered) {
            ("infty", None, None) => g.num(f64::INFINITY),
            ("e", Some(exponent), None) => {
                assert!(!matches!(self.marks.first(), Some(Mark::Raised(_))), "an exponent on an exponent");
                let exponent = self.part(g, exponent);
                g.exp(exponent)
            }
            ("N", None, Some(over)) => g.count(self.axes(over)),
            ("sum", None, Some(over)) => {
                let e = self.product(g);
                g.sum(self.axes(over), e)
            }
            ("mean", None, Some(over)) => {
                let [e] = self.operands(g);
                g.mean(self.axes(over), e)
            }
            ("window_sum" | "window_mean", _, Some(details)) => {
                let [e] = self.operands(g);
                let transposed = raised.is_some_and(|raised| raised == [Mark::Word("top".to_owned())]);
                assert_eq!(transposed, raised.is_some());
                self.window(g, word, transposed, details, e)
            }
            (_, None, None) => self.function(g, word),
            _ => panic!("`{word}` with {raised:?} above and {lowered:?} below"),
        }
    }

    fn window(&self, g: &mut Graph, name: &str, transposed: bool, details: &'a [Mark], e: ExprId) -> ExprId {
        let parts: Vec<&[Mark]> = details.split(|mark| *mark == Mark::Sign(',')).collect();
        let [axis, size, words @ ..] = parts.as_slice() else { panic!("a window without a size") };
        let has = |word: &str| words.contains(&[Mark::Word(word.to_owned())].as_slice());
        let weights = if has("gaussian") { Weights::Gaussian } else { Weights::Box };
        let divisor = match (name, has("inside")) {
            ("window_sum", _) => Divisor::One,
            (_, true) => Divisor::Inside,
            (_, false) => Divisor::Whole,
        };
        let size = self.part(g, size);
        g.window(Window { axis: self.axes(axis), weights, divisor, transposed }, e, size)
    }

    fn axes(&self, marks: &[Mark]) -> Axes {
        let known = [("n", Axes::N), ("g", Axes::G), ("k", Axes::K), ("s", Axes::S)];
        marks.split(|mark| *mark == Mark::Sign(',')).fold(Axes::EMPTY, |axes, part| {
            let [Mark::Word(word)] = part else { panic!("{part:?} is no axis") };
            let found = known.iter().chain(self.notation.axes).find(|(seen, _)| seen == word);
            axes | found.unwrap_or_else(|| panic!("no axes `{word}`")).1
        })
    }

    fn operands<const N: usize>(&mut self, g: &mut Graph) -> [ExprId; N] {
        self.expect('(');
        let operands = std::array::from_fn(|i| {
            if i > 0 {
                self.expect(',');
            }
            self.sum(g)
        });
        self.expect(')');
        operands
    }

    fn function(&mut self, g: &mut Graph, name: &str) -> ExprId {
        if let "max" | "min" | "replace" = name {
            let [a, b] = self.operands(g);
            return match name {
                "max" => g.max(a, b),
                "min" => g.min(a, b),
                _ => g.replace_gradient(a, b),
            };
        }
        if name == "controlled" {
            let [value, direction, rate, state] = self.operands(g);
            return g.controlled(value, direction, rate, state);
        }
        let [e] = self.operands(g);
        match name {
            "ln" => g.ln(e),
            "tanh" => g.tanh(e),
            "sigmoid" => g.sigmoid(e),
            "erf" => g.erf(e),
            "sign" => g.sign(e),
            "step" => g.step(e),
            "stop" => g.stop_gradient(e),
            _ => panic!("no function `{name}`"),
        }
    }
}
