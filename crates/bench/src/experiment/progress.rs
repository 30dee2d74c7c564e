//! How far a long piece of work is: a bar on a terminal, a line every half minute where there is none.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::error::Error;

/// How often a log hears of it.
pub const EVERY: Duration = Duration::from_secs(30);

/// Work of which so many pieces are done.
pub struct Progress {
    bar: ProgressBar,
    done: Arc<AtomicU64>,
    lines: Option<Lines>,
}

/// The thread that writes lines, and how to end it.
struct Lines {
    end: Arc<(Mutex<bool>, Condvar)>,
    thread: JoinHandle<()>,
}

impl Progress {
    /// Shows `total` pieces called `what` on standard error.
    pub fn new(what: &'static str, total: u64) -> Result<Self, Error> {
        if std::io::stderr().is_terminal() {
            let bar = ProgressBar::new(total);
            bar.set_style(
                ProgressStyle::with_template(&format!(
                    "{{bar:32}} {{pos}}/{{len}} {what}  {{elapsed}} elapsed, {{eta}} to go  {{msg}}"
                ))
                .map_err(|source| Error::Progress { source })?,
            );
            bar.tick();
            return Ok(Self { bar, done: Arc::default(), lines: None });
        }
        Ok(Self::in_lines(what, total, EVERY, std::io::stderr()))
    }

    /// Writes a line at the end of each interval.
    pub fn in_lines(
        what: &'static str,
        total: u64,
        every: Duration,
        mut to: impl Write + Send + 'static,
    ) -> Self {
        let done = Arc::new(AtomicU64::new(0));
        let end = Arc::new((Mutex::new(false), Condvar::new()));
        let (seen, ended, begun) = (Arc::clone(&done), Arc::clone(&end), Instant::now());
        let thread = std::thread::spawn(move || {
            let (flag, bell) = &*ended;
            let mut over = flag.lock().unwrap_or_else(PoisonError::into_inner);
            loop {
                let (guard, wait) = bell
                    .wait_timeout_while(over, every, |over| !*over)
                    .unwrap_or_else(PoisonError::into_inner);
                over = guard;
                if !wait.timed_out() {
                    return;
                }
                // A log that cannot be written does not end the work.
                let _ = writeln!(to, "{}", line(what, seen.load(Ordering::SeqCst), total, begun.elapsed()));
            }
        });
        Self { bar: ProgressBar::hidden(), done, lines: Some(Lines { end, thread }) }
    }

    /// One more piece is done.
    pub fn add_one(&self) {
        self.done.fetch_add(1, Ordering::SeqCst);
        self.bar.inc(1);
    }

    /// So many pieces are done.
    pub fn set(&self, done: u64) {
        self.done.store(done, Ordering::SeqCst);
        self.bar.set_position(done);
    }

    /// What is worked on, for the bar.
    pub fn message(&self, text: String) {
        self.bar.set_message(text);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
        if let Some(Lines { end, thread }) = self.lines.take() {
            *end.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
            end.1.notify_all();
            // It can only have ended early, and then there is nothing left to end.
            let _ = thread.join();
        }
    }
}

/// What is done, and the time that the rest takes at the pace so far.
pub fn line(what: &str, done: u64, total: u64, elapsed: Duration) -> String {
    let left = if done == 0 {
        "time left unknown".to_owned()
    } else {
        let pace = elapsed.as_secs_f64() / done as f64;
        let rest = Duration::from_secs_f64(pace * total.saturating_sub(done) as f64);
        format!("about {} to go", in_words(rest))
    };
    format!("{done} of {total} {what}, {} so far, {left}", in_words(elapsed))
}

/// A time to the second below ten minutes, to the minute above.
fn in_words(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..600 => format!("{} min {} s", seconds / 60, seconds % 60),
        600..36_000 => format!("{} min", seconds / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}
