//! A method of another repository: registered once, then listed, described and trained like those of normlab.

use bench::catalogue::methods;
use bench::experiment::{grid, runner, workloads};
use norm_core::conformance::{Judged, Reference};
use norms::{AddError, Method};

norm_core::normalization! {
    /// The root mean square once more
    ///
    /// The formula of `rms` under another name, so that both must learn the same.
    pub OwnRms(zhang2019rms, eq = "4") as "own-rms" over features {
        invariant weight_matrix_scaling, dataset_scaling, case_scaling;
        param gain = 1.0;
        const eps = 1e-5;
        ms = mean(square(x));
        y  = gain * x * rsqrt(ms + eps);
    }
}

impl Judged for OwnRms {
    const REFERENCE: Reference = norms::methods::RmsNorm::REFERENCE;
}

norm_core::normalization! {
    /// A method with a name that is taken
    pub Taken(zhang2019rms) as "rms" over features {
        ms = mean(square(x));
        y  = x * rsqrt(ms + 1);
    }
}

impl Judged for Taken {
    const REFERENCE: Reference = norms::methods::RmsNorm::REFERENCE;
}

static OWN: &[Method] = &[Method::of::<OwnRms>()];
static TAKEN: &[Method] = &[Method::of::<Taken>()];
static TWICE: &[Method] = &[Method::of::<OwnRms>(), Method::of::<OwnRms>()];

/// One test, since a process registers once.
#[test]
fn a_method_from_outside_is_listed_described_and_trained() {
    assert_eq!(norms::add(TAKEN), Err(AddError::Taken { id: "rms" }));
    assert_eq!(norms::add(TWICE), Err(AddError::Taken { id: "own-rms" }));
    norms::add(OWN).unwrap();
    assert_eq!(norms::add(OWN), Err(AddError::Late));

    assert_eq!(norms::find("own-rms").unwrap().descriptor().id, "own-rms");
    assert!(grid::methods().contains(&"own-rms"));
    let records = methods::records();
    let of = |id: &str| records.iter().find(|r| r.id == id).unwrap();
    assert_eq!(of("own-rms").gradient, of("rms").gradient);

    for (workload, place) in [("digits-mlp", "hidden"), ("digits-rnn-rows", "paper")] {
        let workload = workloads::find(workload).unwrap();
        let train = |method: &str| {
            let arm = workload.arm(method).unwrap();
            assert!(arm.placements().unwrap().contains(&place), "{:?}", arm.placements());
            let cell = grid::cell(workload, method, place, 1e-2, 1, 1);
            let record = runner::run_cell(&cell).unwrap().unwrap();
            let losses: Vec<_> = record.curve.iter().map(|p| (p.train_loss, p.valid_loss)).collect();
            (losses, record.parameters)
        };
        let (own, listed) = (train("own-rms"), train("rms"));
        assert!(own.0.len() > 1, "{own:?}");
        assert_eq!(own, listed, "{}", workload.id);
    }
}
