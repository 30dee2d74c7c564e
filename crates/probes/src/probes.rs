//! Every probe, once. A probe is added by its file in `probes/` and one line here.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use results::ProbeRecord;

use crate::probe::Probe;

macro_rules! register {
    ($($name:ident),+ $(,)?) => {
        $(mod $name;)+

        const PROBES: &[Probe] = &[$($name::PROBE),+];

        #[cfg(test)]
        const FILES: [&str; PROBES.len()] = [$(stringify!($name)),+];

        /// The names of all probes, in the order in which [`all`] runs them.
        pub const IDS: [&str; PROBES.len()] = [$($name::PROBE.id),+];
    };
}

register! {
    bn_weight_scale,
    gradient_orthogonality,
    invariance_table,
    tanh_slope,
    gradient_by_step,
    zero_variance_start,
    learned_start,
    weight_tied_residual,
    streaming_reductions,
    weight_norm_orthogonality,
    data_start,
    cosine_bounds,
    cosine_floor,
    path_rescaling,
    path_norm,
    path_kappa2,
    path_recurrent_rescaling,
    path_shortened_scales,
    hmax_tuning,
    hmax_pooling,
    hmax_clutter,
    hmax_few_examples,
    hmax_variants,
    hmax_contrast,
    hmax_softmax,
    hmax_engine,
    divisive_saturation,
    divisive_suppression,
    divisive_identities,
    weight_cosine_identity,
    reparametrization_residual,
    one_input_sign,
    weight_batch_whitened,
    ndp_kernel,
    batch_deviations,
}

/// Runs the probe of that name; nothing where there is none.
pub fn run(id: &str) -> Option<ProbeRecord> {
    PROBES.iter().find(|probe| probe.id == id).map(Probe::record)
}

/// Runs those of these names that there are, as many at once as there are cores: none hears of another. They come back in the order of
/// their names.
pub fn some(ids: &[&str]) -> Vec<ProbeRecord> {
    let wanted: Vec<&Probe> = ids.iter().filter_map(|id| PROBES.iter().find(|p| p.id == *id)).collect();
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let workers = thread::available_parallelism().map_or(1, Into::into);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((n, probe)) = take(&next, &wanted) {
                    let record = probe.record();
                    found.lock().unwrap_or_else(PoisonError::into_inner).push((n, record));
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by_key(|(n, _)| *n);
    found.into_iter().map(|(_, record)| record).collect()
}

/// The next of a list that nobody has taken, with its place.
fn take<'a>(next: &AtomicUsize, wanted: &[&'a Probe]) -> Option<(usize, &'a Probe)> {
    let n = next.fetch_add(1, Ordering::Relaxed);
    Some((n, *wanted.get(n)?))
}

/// Runs all of them.
pub fn all() -> Vec<ProbeRecord> {
    some(&IDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_those_of_the_files() {
        let mut sorted = IDS.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), IDS.len());
        assert_eq!(IDS.map(|id| id.replace('-', "_")), FILES.map(str::to_owned));
        assert!(run("no-such-probe").is_none());
    }

    /// The cheap ones twice.
    #[test]
    fn a_probe_finds_the_same_bits_each_time() {
        let bits = |id: &str| {
            let record = run(id).unwrap();
            assert_eq!(record.id, id);
            assert!(record.about.ends_with('.'), "{id}");
            let values = record.values.into_iter().map(|(name, value)| (name, value.to_bits()));
            values.collect::<Vec<_>>()
        };
        for id in ["bn-weight-scale", "invariance-table", "path-rescaling", "hmax-engine", "learned-start"] {
            assert_eq!(bits(id), bits(id), "{id}");
        }
    }
}
