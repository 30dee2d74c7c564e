//! An LSTM cell with the spots marked at which a method normalizes.

use std::fmt::Write as _;

use results::MethodRecord;

use crate::markup::escape;
use crate::placement::{self, Spot};

/// Narrow enough that twelve units of text are read on a telephone.
const SIZE: (usize, usize) = (332, 208);

/// The drawing; `None` where a method has no known place in an LSTM.
pub(crate) fn cell(m: &MethodRecord, id: &str) -> Option<String> {
    let spots = placement::spots(m)?;
    let words = placement::in_lstm(m).0;
    let mut drawing = Drawing { spots, out: String::new() };
    drawing.terms();
    drawing.gates();
    drawing.carried();
    let (width, height) = SIZE;
    let title = format!("An LSTM cell; normalized: {words}");
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"lstm\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-labelledby=\"{id}-t\"><title id=\"{id}-t\">{}</title>{}</svg>",
        escape(&title),
        drawing.out
    ))
}

struct Drawing<'a> {
    spots: &'a [Spot],
    out: String,
}

impl Drawing<'_> {
    fn is(&self, spot: Spot) -> bool {
        self.spots.contains(&spot)
    }

    fn line(&mut self, path: &str) {
        // Writing to a String cannot fail.
        let _ = write!(self.out, "<path class=\"wire\" d=\"{path}\"/>");
    }

    fn text(&mut self, text: &str, (x, y): (usize, usize), class: &str) {
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        let _ = write!(self.out, "<text x=\"{x}\" y=\"{}\"{class}>{text}</text>", y + 4);
    }

    /// A box around a text, filled where what it stands for is normalized.
    fn boxed(&mut self, text: &str, (x, y): (usize, usize), width: usize, normalized: bool) {
        let class = if normalized { "hot" } else { "box" };
        let (left, top) = (x - width / 2, y - 11);
        let _ = write!(
            self.out,
            "<rect class=\"{class}\" x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"22\" rx=\"4\"/>"
        );
        self.text(text, (x, y), if normalized { "t" } else { "" });
    }

    /// A norm on a wire; nothing where there is none.
    fn norm(&mut self, spot: Spot, at: (usize, usize)) {
        if self.is(spot) {
            self.boxed("norm", at, 40, true);
        }
    }

    fn operator(&mut self, text: &str, (x, y): (usize, usize)) {
        let _ = write!(self.out, "<circle class=\"box\" cx=\"{x}\" cy=\"{y}\" r=\"9\"/>");
        self.text(text, (x, y), "");
    }

    /// Input and hidden state, each times its weights, and their sum.
    fn terms(&mut self) {
        let (weights, inputs) = (self.is(Spot::Weights), self.is(Spot::Inputs));
        for (y, input, matrix, spot) in
            [(22, "x(t)", "Wx", Spot::InputTerm), (78, "h(t−1)", "Wh", Spot::RecurrentTerm)]
        {
            self.line(&format!("M44 {y}H152V{}", if y < 50 { 41 } else { 59 }));
            if inputs {
                self.boxed(input, (22, y), 42, true);
            } else {
                self.text(input, (22, y), "");
            }
            self.boxed(matrix, (70, y), 30, weights);
            self.norm(spot, (114, y));
        }
        self.line("M161 50H226");
        self.operator("+", (152, 50));
        self.norm(Spot::Sum, (192, 50));
    }

    /// The four gates, and where they go.
    fn gates(&mut self) {
        for (n, gate) in ["i", "f", "o", "g"].iter().enumerate() {
            self.boxed(gate, (238 + 26 * n, 50), 24, false);
        }
        self.line("M277 61V114M72 114H292M72 114V141M112 114V141M292 114V141");
        self.text("f", (64, 128), "");
        self.text("i·g", (99, 128), "");
        self.text("o", (284, 128), "");
    }

    /// The cell: carried on below, read out at the right.
    fn carried(&mut self) {
        self.line("M44 150H304M176 150V186H196");
        self.text("c(t−1)", (22, 150), "");
        self.operator("×", (72, 150));
        self.operator("+", (112, 150));
        self.norm(Spot::CarriedCell, (147, 150));
        self.text("c(t)", (182, 140), "");
        self.text("to the next step", (246, 186), "");
        self.norm(Spot::ReadOutCell, (217, 150));
        self.boxed("tanh", (259, 150), 36, false);
        self.operator("×", (292, 150));
        self.text("h(t)", (319, 150), "");
    }
}
