//! What can go wrong, and what the emulator finds wrong.

use std::time::Duration;

/// Why a launch gave no numbers.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no C++ compiler.
    #[error("no C++ compiler: {source}; install g++, or name one in CXX")]
    NoCompiler {
        /// What the system said.
        source: std::io::Error,
    },
    /// The text is no C++ with the words of CUDA.
    #[error("the text does not compile:\n{messages}")]
    Compile {
        /// What the compiler said.
        messages: String,
    },
    /// The program has no such kernel.
    #[error("no kernel `{name}`; there are {known}")]
    Kernel {
        /// The name.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// The launch names a buffer that was not given.
    #[error("no buffer {index}; there are {count}")]
    Buffer {
        /// Its number.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// The emulator saw what CUDA does not allow.
    #[error("{what}")]
    Wrong {
        /// Kernel, block, line and what is wrong.
        what: String,
    },
    /// AddressSanitizer saw a read or a write outside.
    #[error("memory: {what}")]
    Memory {
        /// Its summary.
        what: String,
    },
    /// The program ended in another way.
    #[error("the program ended with {status}: {messages}")]
    Ended {
        /// How.
        status: std::process::ExitStatus,
        /// What it said.
        messages: String,
    },
    /// It did not end.
    #[error("the kernels did not end within {limit:?}")]
    TimedOut {
        /// The limit.
        limit: Duration,
    },
    /// A file could not be written, or the program not be started.
    #[error("cannot {action}: {source}")]
    Io {
        /// What was done.
        action: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
}

/// As a closure for `map_err`.
pub(crate) fn io(action: &'static str) -> impl FnOnce(std::io::Error) -> Error {
    move |source| Error::Io { action, source }
}
