//! One step of every update, and the plain step beside it, to be timed. The networks are those of the workloads, so that
//! an update which is trained somewhere is timed without a line of its own.

use results::{BenchId, CellSettings, Tier};

use crate::error::Error;
use crate::experiment::axes::Axes;
use crate::experiment::grid::{self, Filter};
use crate::experiment::learner::{Batch, Learner};
use crate::experiment::workload::Workload;
use crate::experiment::workloads::WORKLOADS;

/// An optimizer with its network and the gradients of one batch.
pub struct Step {
    /// What it does, under the name of the update; `none` for the plain step.
    pub id: BenchId,
    cell: String,
    learner: Box<dyn Learner>,
}

impl Step {
    /// Does it once. The rate is 0, so that the weights stay and every step is the same one.
    ///
    /// # Errors
    ///
    /// [`Error::Training`] where the optimizer fails or refuses: what it does then is not what is to be timed.
    pub fn take(&mut self) -> Result<(), Error> {
        let failed = |what| Error::Training { cell: self.cell.clone(), step: 1, what };
        match self.learner.update() {
            Ok(None) => Ok(()),
            Ok(Some(what)) | Err(what) => Err(failed(what)),
        }
    }
}

/// The steps that a tier measures, the plain one of each network first. The quick tier compares no updates.
///
/// # Errors
///
/// [`Error::Data`], [`Error::Training`].
pub fn measured(tier: Option<Tier>) -> Result<Vec<Step>, Error> {
    if tier == Some(Tier::Quick) {
        return Ok(Vec::new());
    }
    let with_updates = WORKLOADS.iter().filter(|w| !w.updates.is_empty());
    Ok(with_updates.map(|w| steps(w)).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// The network of a cell before its first update, and a batch of its training cases.
pub(super) fn begun(workload: &Workload, cell: &CellSettings) -> Result<(Box<dyn Learner>, Batch), Error> {
    let axes = Axes::new(&cell.settings);
    let cases = (workload.cases)(cell, &axes)?;
    let build = workload.arm(&cell.method)?.build(workload, &cell.variant)?;
    let learner = build(cell, &axes).map_err(|what| Error::Training { cell: cell.id(), step: 0, what })?;
    let batch = cases.batch(&cases.training()[..cell.batch_size], learner.steps());
    Ok((learner, batch))
}

fn steps(workload: &Workload) -> Result<Vec<Step>, Error> {
    let filter = Filter { workload: Some(workload.id.to_owned()), seeds: Some(1), ..Filter::default() };
    let mut steps = Vec::new();
    for mut cell in grid::cells(Tier::Smoke, &filter) {
        cell.learning_rate = 0.0;
        let (mut learner, batch) = begun(workload, &cell)?;
        learner.loss(batch).map_err(|what| Error::Training { cell: cell.id(), step: 0, what })?;
        let id = BenchId::Update {
            method: cell.method.clone(),
            path: "optimizer".to_owned(),
            dtype: cell.dtype.clone(),
            shape: learner.parameters().to_string(),
            pass: "step".to_owned(),
        };
        steps.push(Step { id, cell: cell.id(), learner });
    }
    Ok(steps)
}
