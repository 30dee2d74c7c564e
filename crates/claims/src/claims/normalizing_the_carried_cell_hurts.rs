//! The cell must be carried on as it is.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R24",
    source: "cooijmans2017recurrent",
    statement: "Normalizing the cell that is carried to the next step, and not only what the output gate \
        reads, makes an LSTM learn worse.",
    takes: "adding or copying task: how many seeds solve it with the cell carried on normalized and as it is",
    evidence: Evidence::Later {
        core_minutes: 20.0,
        missing: "no LSTM carries its normalized cell on, and no workload trains the adding task",
    },
    differs: "a small adding task; the paper tells of it without numbers",
};
