//! What the places in a recurrent cell are, for a reader who has only their names: a vocabulary, the same for all methods.

use results::MethodRecord;

const WORDS: [(&str, &str); 8] = [
    ("paper", "the input and the recurrent term, each by itself, and the cell where it is read out"),
    (
        "recurrent_batch",
        "the input and the recurrent term, each by itself, and the cell where it is read out",
    ),
    ("carried_batch", "the input and the recurrent term, each by itself, and the cell that is carried on"),
    ("read_out", "the cell where it is read out, alone"),
    ("input", "the input term alone"),
    ("joint", "the sum of the input and the recurrent term"),
    ("weights", "the weights, once for all steps"),
    ("operands", "the weights, the inputs and the hidden state, each before they are multiplied"),
];

/// Its places in an LSTM, in words and by name; all that it has, by name, where none is said to be of an LSTM.
pub(crate) fn in_lstm(m: &MethodRecord) -> (String, String) {
    let names: Vec<&str> =
        m.placements.iter().filter_map(|place| place.strip_prefix("lstm:")).map(str::trim).collect();
    if names.is_empty() {
        let all = m.placements.join(", ");
        return (if all.is_empty() { "no place of its own".to_owned() } else { all }, String::new());
    }
    let words: Vec<String> = names
        .iter()
        .map(|name| {
            let known = WORDS.iter().find(|(known, _)| known == name);
            known.map_or_else(|| format!("the place “{name}”"), |(_, words)| (*words).to_owned())
        })
        .collect();
    (words.join("; or "), format!("“{}”", names.join("”, “")))
}
