//! The adding task with sequences of several lengths.

use crate::experiment::adding::{self, INPUTS};
use crate::experiment::recurrence::{Kind, build};
use crate::experiment::workload::Workload;

pub(crate) static WORKLOAD: Workload = adding::workload(
    ("adding-lengths", "Adding two marked numbers of sequences of several lengths"),
    "the adding task: 25 to 50 numbers in [0, 1), one marked in either half, and their sum; 4000 sequences train and 1000 validate, drawn by the seed, and 1000 others judge",
    "LSTM of 32 units over 25 to 50 steps of a number and its mark, padded to the longest of a batch and masked, last state of each sequence to a number",
    adding::of_lengths,
    |cell, axes| build::<INPUTS, 32, 128, 128, 1>(Kind { padded: true, ..adding::kind(axes)? }, cell, axes),
);
