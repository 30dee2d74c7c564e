//! What Criterion measured, with what had to be moved: reads and writes of whole arrays, written down per method
//! and pass, not measured.

use std::path::Path;

use norm_core::Skeleton;
use results::{BenchId, ThroughputRecord, Traffic, from_criterion};

use crate::error::Error;

/// Arrays of the input's size that a pass reads and writes at least, whatever the path.
///
/// Forward: a method that pools within a case reads `x` once; one that pools over cases reads it twice, for the
/// statistics and for the output. Backward reads `x` and `dy` once or twice likewise, and writes `dx`.
pub fn arrays(method: &str, pass: &str) -> Option<(u64, u64)> {
    let d = norms::find(method)?.descriptor();
    let sweeps = match d.reference_set.skeleton() {
        Skeleton::Rowwise => 1,
        Skeleton::Channelwise => 2,
    };
    match pass {
        "fwd" => Some((sweeps, 1)),
        "fwdbwd" => Some((sweeps + 2 * sweeps, 2)),
        _ => None,
    }
}

/// The records under a Criterion folder.
pub fn records(criterion: &Path) -> Result<Vec<ThroughputRecord>, Error> {
    let mut records = from_criterion(criterion)?;
    for r in &mut records {
        let Ok(id) = r.id.parse::<BenchId>() else { continue };
        let moved = match &id {
            BenchId::Norm { method, pass, .. } => arrays(method, pass),
            // Weights and gradients in, weights out.
            BenchId::Update { .. } => Some((2, 1)),
            _ => None,
        };
        if let (Some((reads, writes)), Some(size)) = (moved, id.element_bytes()) {
            let bytes = id.elements() * size;
            r.traffic = Some(Traffic { reads: reads * bytes, writes: writes * bytes });
        }
    }
    Ok(records)
}
