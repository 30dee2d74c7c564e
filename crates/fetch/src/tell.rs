//! What a person is told while files come: a bar on a terminal, lines where there is none, and what is kept when an interrupt
//! ends it.

use std::fs;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use data::Pinned;
use fetch::{Attempt, Watch};
use indicatif::{ProgressBar, ProgressStyle};

/// What a shell says of a program that an interrupt ended.
const INTERRUPTED: i32 = 130;

/// The part that grows now, and how long it will be.
static GROWING: Mutex<Option<(PathBuf, u64)>> = Mutex::new(None);

/// A line on standard error. Where nobody listens the files come all the same.
pub(crate) fn note(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

pub(crate) struct Teller {
    bar: Option<ProgressBar>,
}

impl Teller {
    /// The only one of the process: it says what is kept when Ctrl-C ends it.
    pub(crate) fn new() -> Self {
        // Without the handler an interrupt ends the process too, and as much is kept.
        let _ = ctrlc::set_handler(|| {
            note(&format!("\n{}", interrupted()));
            std::process::exit(INTERRUPTED);
        });
        Self { bar: std::io::stderr().is_terminal().then(bar) }
    }

    /// The file is there, or will not come.
    pub(crate) fn end(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        *growing() = None;
    }

    fn line(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| note(line)),
            None => note(line),
        }
    }
}

impl Watch for Teller {
    fn begin(&mut self, file: &Pinned, part: &Path, address: &str, there: u64) {
        *growing() = Some((part.to_path_buf(), file.bytes));
        let from = if there > 0 { format!(", from byte {there} on") } else { String::new() };
        self.line(&format!("{}: {address}{from}", file.file));
        if let Some(bar) = &self.bar {
            bar.reset();
            bar.set_length(file.bytes);
            bar.set_position(there);
        }
    }

    fn advance(&mut self, there: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(there);
        }
    }

    fn failed(&mut self, attempt: &Attempt) {
        self.line(&format!("not from {attempt}"));
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    let template = "{bar:32} {bytes}/{total_bytes}  {bytes_per_sec}, {eta} to go";
    // The usual style shows as much, if not as well.
    bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

fn growing() -> std::sync::MutexGuard<'static, Option<(PathBuf, u64)>> {
    GROWING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is kept, and how to go on.
fn interrupted() -> String {
    match &*growing() {
        None => "interrupted; the same command goes on with the next file".to_owned(),
        Some((part, bytes)) => {
            let kept = fs::metadata(part).map_or(0, |file| file.len());
            let part = part.display();
            format!(
                "interrupted: {part} keeps {kept} of {bytes} bytes, and the same command goes on from there"
            )
        }
    }
}
