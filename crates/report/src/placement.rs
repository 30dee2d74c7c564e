//! What the places in a recurrent cell are, for a reader who has only their names: a vocabulary, the same for all methods.

use results::MethodRecord;

/// A spot of an LSTM at which something can be normalized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spot {
    /// What the input is multiplied by its weights to.
    InputTerm,
    /// The same of the hidden state.
    RecurrentTerm,
    /// The sum of both.
    Sum,
    /// The cell before it is carried on.
    CarriedCell,
    /// The cell where it is read out, and not where it is carried on.
    ReadOutCell,
    /// Both matrices of weights.
    Weights,
    /// The input and the hidden state, before they are multiplied.
    Inputs,
}

/// A named place: its spots, and the same in words.
struct Place {
    name: &'static str,
    spots: &'static [Spot],
    words: &'static str,
}

const TERMS_AND_CELL: &str =
    "the input and the recurrent term, each by itself, and the cell where it is read out";

const PLACES: [Place; 9] = [
    Place {
        name: "paper",
        spots: &[Spot::InputTerm, Spot::RecurrentTerm, Spot::ReadOutCell],
        words: TERMS_AND_CELL,
    },
    Place {
        name: "recurrent_batch",
        spots: &[Spot::InputTerm, Spot::RecurrentTerm, Spot::ReadOutCell],
        words: TERMS_AND_CELL,
    },
    Place {
        name: "carried_batch",
        spots: &[Spot::InputTerm, Spot::RecurrentTerm, Spot::CarriedCell],
        words: "the input and the recurrent term, each by itself, and the cell that is carried on",
    },
    Place { name: "read_out", spots: &[Spot::ReadOutCell], words: "the cell where it is read out, alone" },
    Place { name: "input", spots: &[Spot::InputTerm], words: "the input term alone" },
    Place { name: "joint", spots: &[Spot::Sum], words: "the sum of the input and the recurrent term" },
    Place { name: "weights", spots: &[Spot::Weights], words: "the weights, once for all steps" },
    Place {
        name: "operands",
        spots: &[Spot::Weights, Spot::Inputs],
        words: "the weights, the inputs and the hidden state, each before they are multiplied",
    },
    Place { name: "none", spots: &[], words: "nothing" },
];

fn known(name: &str) -> Option<&'static Place> {
    PLACES.iter().find(|place| place.name == name)
}

/// The names of a method's places in an LSTM.
fn names(m: &MethodRecord) -> Vec<&str> {
    m.placements.iter().filter_map(|place| place.strip_prefix("lstm:")).map(str::trim).collect()
}

/// Its places in an LSTM, in words and by name; all that it has, by name, where none is said to be of an LSTM.
pub(crate) fn in_lstm(m: &MethodRecord) -> (String, String) {
    let names = names(m);
    if names.is_empty() {
        let all = m.placements.join(", ");
        return (if all.is_empty() { "no place of its own".to_owned() } else { all }, String::new());
    }
    let words: Vec<String> = names
        .iter()
        .map(|name| known(name).map_or_else(|| format!("the place “{name}”"), |place| place.words.to_owned()))
        .collect();
    (words.join("; or "), format!("“{}”", names.join("”, “")))
}

/// The spots of the first of its places in an LSTM; `None` where it has none there, or one that nobody here knows.
pub(crate) fn spots(m: &MethodRecord) -> Option<&'static [Spot]> {
    names(m).first().and_then(|name| known(name)).map(|place| place.spots)
}

/// Its places by name, and the models that have it there.
pub(crate) fn by_name(m: &MethodRecord) -> Vec<(String, String)> {
    let mut places: Vec<(String, String)> = Vec::new();
    for place in &m.placements {
        let (model, name) = place.split_once(':').map_or(("", place.trim()), |(a, b)| (a.trim(), b.trim()));
        match places.iter_mut().find(|(known, _)| known == name) {
            Some((_, models)) => *models = format!("{models}, {model}"),
            None => places.push((name.to_owned(), model.to_owned())),
        }
    }
    places
}
