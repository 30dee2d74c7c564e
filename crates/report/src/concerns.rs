//! Which claims speak of which of the three methods that the question is about.

/// The methods of the question, in its order.
pub(crate) const THREE: [&str; 3] = ["layer", "recurrent-batch", "bn-rnn"];

const LAYER: &[&str] = &["layer"];
const RECURRENT: &[&str] = &["recurrent-batch"];
const INPUT: &[&str] = &["bn-rnn"];

/// A claim and the methods that its statement concerns, by how much it matters to whoever asks for the difference.
pub(crate) const CONCERNS: &[(&str, &[&str])] = &[
    // Where layer normalization serves and where not, and what it is.
    ("R7", LAYER),
    ("R8", LAYER),
    ("Q12", LAYER),
    ("R6", LAYER),
    // Recurrent batch normalization: statistics of each step, the gain, speed, long sequences.
    ("Q6", RECURRENT),
    ("Q7", RECURRENT),
    ("R15", RECURRENT),
    ("R20", RECURRENT),
    // Batch normalization of the input term alone.
    ("R30", INPUT),
    ("R31", INPUT),
    ("SD3", INPUT),
    ("R34", INPUT),
    // What tells all of them apart.
    ("IV1", &THREE),
    ("IV2", &THREE),
    ("R5", LAYER),
    ("F1", LAYER),
    ("NN1", LAYER),
    ("R9", &["layer", "recurrent-batch"]),
    ("R10", LAYER),
    ("R11", LAYER),
    ("R37", LAYER),
    ("SN4", LAYER),
    ("SD1", RECURRENT),
    ("R18", RECURRENT),
    ("R19", RECURRENT),
    ("SD2", RECURRENT),
    ("R17", RECURRENT),
    ("R14", RECURRENT),
    ("R16", RECURRENT),
    ("R21", RECURRENT),
    ("R23", RECURRENT),
    ("R24", RECURRENT),
    ("R25", RECURRENT),
    ("R33", &["recurrent-batch", "bn-rnn"]),
    ("R32", INPUT),
];

/// The claims that concern a method, what matters most first.
pub(crate) fn of(method: &str) -> impl Iterator<Item = &'static str> {
    CONCERNS.iter().filter(move |(_, methods)| methods.contains(&method)).map(|(id, _)| *id)
}
