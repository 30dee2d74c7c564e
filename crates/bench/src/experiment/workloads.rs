//! The registry of workloads: every one, once. A workload is added by its file in `workloads/` and one line here.

use crate::error::Error;

use super::workload::Workload;

macro_rules! register {
    ($($name:ident),+ $(,)?) => {
        $(mod $name;)+

        /// Every workload, in the order of the page.
        pub static WORKLOADS: &[&Workload] = &[$(&$name::WORKLOAD),+];
    };
}

register! {
    digits_mlp,
    digits_conv,
    digits_shared_conv,
    digits_lstm_64,
    digits_gru_rows,
    digits_rnn_rows,
    shakespeare_lstm,
    shakespeare_rnn,
    adding,
    adding_lengths,
    digits_mlp_sgd,
    paperclips_hmax,
    cluttered_conv,
}

/// The workload of that id.
///
/// # Errors
///
/// [`Error::UnknownWorkload`], with the names that there are.
pub fn find(id: &str) -> Result<&'static Workload, Error> {
    let known = || Error::UnknownWorkload { got: id.to_owned(), known: ids() };
    WORKLOADS.iter().copied().find(|w| w.id == id).ok_or_else(known)
}

/// All ids, for a message.
pub fn ids() -> String {
    WORKLOADS.iter().map(|w| w.id).collect::<Vec<_>>().join(", ")
}
