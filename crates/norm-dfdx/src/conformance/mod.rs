//! The conformance kit of a layer, callable from any repository: what a method must survive in dfdx.
//!
//! Everything is driven from the declaration. Summed inputs and inputs are normalized by a [`NormLayer`](crate::NormLayer),
//! weights and both sides by a [`NormedLinearLayer`](crate::NormedLinearLayer). [`conformance!`](crate::conformance!)
//! makes it a test; [`check!`](crate::check!) makes it a program that shows it together with the kit of the kernels.

mod checks;
mod edges;
mod judge;
mod overview;
pub mod speed;
mod subject;
mod tensors;

use norm_core::conformance::{Judged, Report, Subject};
use norm_core::{Elem, Formula, Kernel, PolicyKind, ReferenceSet, Site};

use crate::layer::{NormLayer, pools_cases, stores};
use crate::normed_linear::{NormedLinearLayer, brings_gain, brings_nothing};
use crate::path::Fused;
use crate::policy::Declared;
use dfdx::prelude::Cpu;
use judge::Place;
use subject::{Makers, WIDTH};

/// Which layer holds a method: a [`Slice`] of that number.
#[doc(hidden)]
pub mod kind {
    pub const LAYER: u8 = 0;
    pub const GROUPED: u8 = 1;
    pub const LINEAR: u8 = 2;
    pub const NO_LAYER: u8 = 3;
}

/// The number of the [`Slice`] that checks a method.
#[doc(hidden)]
pub const fn kind_of<F: Formula>() -> u8 {
    let d = F::DESCRIPTOR;
    match d.site {
        _ if brings_gain::<F>() || brings_nothing::<F>() => kind::LINEAR,
        Site::Weights | Site::WeightsAndInputs | Site::Update => kind::NO_LAYER,
        _ if matches!(d.policy, PolicyKind::Streaming) => kind::NO_LAYER,
        _ if stores::<F, Declared>() && !pools_cases::<F>() => kind::NO_LAYER,
        _ if matches!(d.reference_set, ReferenceSet::Group) => kind::GROUPED,
        _ => kind::LAYER,
    }
}

/// The checks of one kind of layer. A type for each, because a layer that does not take a method does not compile with it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Slice<const KIND: u8>;

type Layer<F, E, const G: usize> = NormLayer<F, WIDTH, E, Cpu, Declared, Fused, G>;
type Linear<F, E> = NormedLinearLayer<F, WIDTH, WIDTH, E, Cpu, Fused>;

impl Slice<{ kind::LAYER }> {
    /// Runs the checks whose name contains `only`.
    pub fn run<F: Formula>(only: &str) -> Report {
        let makers = Makers::of::<Layer<F, f64, 1>, Layer<F, f32, 1>>();
        checks::run(F::DESCRIPTOR, &f64::kernel::<F>(), Place::Input { groups: 1 }, makers, only)
    }
}

impl Slice<{ kind::GROUPED }> {
    /// Runs the checks whose name contains `only`.
    pub fn run<F: Formula>(only: &str) -> Report {
        let makers = Makers::of::<Layer<F, f64, 2>, Layer<F, f32, 2>>();
        checks::run(F::DESCRIPTOR, &f64::kernel::<F>(), Place::Input { groups: 2 }, makers, only)
    }
}

impl Slice<{ kind::LINEAR }> {
    /// Runs the checks whose name contains `only`.
    pub fn run<F: Formula>(only: &str) -> Report {
        let makers = Makers::of::<Linear<F, f64>, Linear<F, f32>>();
        checks::run(F::DESCRIPTOR, &f64::kernel::<F>(), Place::Weights, makers, only)
    }
}

impl Slice<{ kind::NO_LAYER }> {
    /// Says that nothing was checked.
    pub fn run<F: Formula>(only: &str) -> Report {
        checks::no_layer(F::DESCRIPTOR, &f64::kernel::<F>(), only)
    }
}

/// The checks of the operations that layers are made of, on both paths, without a layer: nothing is compiled for the method.
pub fn operations(kernel: &Kernel<f64>) -> Report {
    checks::only_operations(kernel.descriptor, kernel)
}

/// What the program that [`check!`](crate::check!) makes prints: 1 where a check failed, 2 where `only` picks none.
#[doc(hidden)]
pub fn show<F: Judged>(command: &str, only: &str, layer: &Report) -> u8 {
    overview::show(&Subject::of::<F>(), kind_of::<F>() != kind::NO_LAYER, command, only, layer)
}

/// Makes the kit a test: `norm_dfdx::conformance!(name_of_the_test: MyNorm)`.
#[macro_export]
macro_rules! conformance {
    ($($name:ident: $formula:path),+ $(,)?) => {
        $(
            #[test]
            fn $name() {
                let report =
                    $crate::conformance::Slice::<{ $crate::conformance::kind_of::<$formula>() }>::run::<$formula>("");
                assert!(report.passed(), "\n{report}");
            }
        )+
    };
}

/// Makes a program of both kits for one method: `norm_dfdx::check!(MyNorm, "the command that runs it")` is a `main` that
/// prints the formula, its dependencies, a table of all checks with the command that repeats each failure, the largest
/// difference of each judge of the gradient, the path that ran, its speed and its state. Without a command it is
/// `just check-norm <id>`. The program's first argument picks the checks whose name contains it. It exits with 1 where
/// one failed, with 2 where none is picked.
#[macro_export]
macro_rules! check {
    ($formula:path) => {
        $crate::check!($formula, "");
    };
    ($formula:path, $command:expr) => {
        fn main() -> ::std::process::ExitCode {
            let only = ::std::env::args().nth(1).unwrap_or_default();
            let layer = $crate::conformance::Slice::<{ $crate::conformance::kind_of::<$formula>() }>::run::<
                $formula,
            >(&only);
            ::std::process::ExitCode::from($crate::conformance::show::<$formula>($command, &only, &layer))
        }
    };
}
