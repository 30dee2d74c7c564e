//! Several processes that write one run.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use super::{Descriptions, RunWriter, Start, takes};
use crate::lock::Lock;
use crate::{Error, Run};

/// How long a run may take to begin once its folder is locked.
const BEGINS: Duration = Duration::from_secs(30);
/// How long a run that is there may take to list the seeds of the command that has just continued it.
const LISTS: Duration = Duration::from_secs(2);

impl RunWriter {
    /// Joins the process that is writing this run, or begins or continues it where none is.
    ///
    /// Who has joined writes cells, each under its [`RunWriter::lock_cell`], and nothing else: manifest, descriptions, times,
    /// probes and verdicts are the business of the process that holds the run's lock ([`Error::Joined`]).
    ///
    /// # Errors
    ///
    /// Those of [`RunWriter::begin`], except [`Error::Locked`]; [`Error::OtherSeeds`] where the run does not declare the seeds of
    /// this command.
    pub fn join(dir: impl Into<PathBuf>, start: &Start, about: &Descriptions) -> Result<Self, Error> {
        let (dir, asked) = (dir.into(), Instant::now());
        loop {
            match Self::begin(&dir, start, about) {
                Err(Error::Locked { .. }) => {}
                other => return other,
            }
            let refused = match Run::open(&dir).and_then(|run| Self::beside(run, start)) {
                Ok(joined) => return Ok(joined),
                Err(refused) => refused,
            };
            let may_take = match refused {
                Error::NotARun { .. } => BEGINS,
                Error::OtherSeeds { .. } => LISTS,
                _ => Duration::ZERO,
            };
            if asked.elapsed() >= may_take {
                return Err(refused);
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// A writer beside the one that holds the lock.
    fn beside(run: Run, start: &Start) -> Result<Self, Error> {
        // With another part of the run its lock would be needed.
        takes(&run, &Start { another_part: false, ..start.clone() })?;
        let lacks = |seed: &u64| !run.manifest.seeds.contains(seed);
        let seeds: Vec<u64> = start.seeds.iter().copied().filter(lacks).collect();
        if !seeds.is_empty() {
            return Err(Error::OtherSeeds { path: run.dir, seeds });
        }
        Ok(Self { run, identity: start.part.identity.id(), lock: None })
    }

    /// Whether this process holds the run's lock.
    pub fn leads(&self) -> bool {
        self.lock.is_some()
    }

    /// The writer with the run's lock: at once where it has it, and where it has joined a process that has ended. `None` while that
    /// one still writes.
    pub fn lead(mut self) -> Result<Option<Self>, Error> {
        if self.lock.is_none() {
            match Lock::take(&self.run.dir) {
                Ok(lock) => self.lock = Some(lock),
                Err(Error::Locked { .. }) => return Ok(None),
                Err(other) => return Err(other),
            }
            // As the other has left it.
            self.run = Run::open(self.run.dir.clone())?;
        }
        Ok(Some(self))
    }

    /// Refuses what only the holder of the run's lock may write.
    pub(super) fn leading(&self) -> Result<(), Error> {
        if self.leads() { Ok(()) } else { Err(Error::Joined { path: self.run.dir.clone() }) }
    }
}
