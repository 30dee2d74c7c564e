//! The registry of workloads: every one, once. A workload is added by its file in `workloads/` and one line here. Those whose
//! data are downloaded stand apart, so that no tier needs a network.

use crate::error::Error;

use super::workload::Workload;

macro_rules! register {
    (downloaded: $($downloaded:ident),+; $($name:ident),+ $(,)?) => {
        $(mod $downloaded;)+
        $(mod $name;)+

        /// Every workload whose data are part of the build, in the order of the page.
        pub static WORKLOADS: &[&Workload] = &[$(&$name::WORKLOAD),+];

        /// Workloads whose data `just data` downloads: trained where somebody asks for them by name.
        pub static DOWNLOADED: &[&Workload] = &[$(&$downloaded::WORKLOAD),+];
    };
}

register! {
    downloaded: fashion_conv;
    digits_mlp,
    digits_conv,
    digits_shared_conv,
    digits_lstm_64,
    digits_gru_rows,
    digits_rnn_rows,
    shakespeare_lstm,
    shakespeare_rnn,
    shakespeare_gru,
    adding,
    adding_lengths,
    copying,
    digits_mlp_sgd,
    paperclips_hmax,
    cluttered_conv,
    gridworld_q,
}

/// The workload of that id.
///
/// # Errors
///
/// [`Error::UnknownWorkload`], with the names that there are.
pub fn find(id: &str) -> Result<&'static Workload, Error> {
    let known = || Error::UnknownWorkload { got: id.to_owned(), known: ids() };
    all().find(|w| w.id == id).ok_or_else(known)
}

/// Those whose data are part of the build, then the others.
pub fn all() -> impl Iterator<Item = &'static Workload> {
    WORKLOADS.iter().chain(DOWNLOADED).copied()
}

/// All ids, for a message.
pub fn ids() -> String {
    all().map(|w| w.id).collect::<Vec<_>>().join(", ")
}
