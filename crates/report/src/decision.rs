//! From needs to methods: what the records leave to choose from.

use results::{Answer, MethodRecord, Property};

use crate::load::Loaded;
use crate::table::{Cell, Table};

/// A need and the property that meets it.
type Need = (&'static str, fn(&MethodRecord) -> &Property);

const NEEDS: [Need; 5] = [
    ("one example at a time", |m| &m.batch_one),
    ("the same function in training and in use", |m| &m.train_equals_eval),
    ("sequences longer than those trained on", |m| &m.longer_than_training),
    ("padded batches without a mask", |m| &m.padding),
    ("nothing left to compute after training", |m| &m.reparametrization),
];

/// One row per need.
pub(crate) fn table(loaded: &Loaded) -> Table {
    let mut table = Table::new(
        "What each need leaves to choose from; the reasons are in the cells of the comparison",
        &["what you need", "fits", "under conditions", "does not fit"],
    );
    let list =
        |names: Vec<&str>| if names.is_empty() { Cell::absent("none") } else { Cell::text(names.join("; ")) };
    for (need, property) in NEEDS {
        if loaded.methods.is_empty() {
            break;
        }
        let with = |answer: Answer| -> Vec<&str> {
            loaded.methods.iter().filter(|m| property(m).answer == answer).map(|m| m.title.as_str()).collect()
        };
        table.rows.push(vec![
            Cell::text(need).linked("#comparison"),
            list(with(Answer::Yes)),
            list(with(Answer::Conditional)),
            list(with(Answer::No)),
        ]);
    }
    table
}
