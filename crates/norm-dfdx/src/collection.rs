//! The tensors of a layer as dfdx sees them: for building, optimizing, saving, loading and moving.

use std::marker::PhantomData;
use std::slice::{from_mut, from_ref};

use dfdx::prelude::*;
use norm_core::{Formula, Start, policy};

use crate::fields::{Fields, List};
use crate::initial::{Initial, MOST, kept, trained};
use crate::layer::{Holder, NormLayer, held, looks_at_store, pools_cases, pools_groups, stores};
use crate::mailbox::Mailbox;
use crate::policy::{Averaging, Policy};

/// Where the parameters of a layer start.
struct OfLayer<F, const C: usize, const G: usize>(PhantomData<F>);

impl<F: Formula, const C: usize, const G: usize> Initial for OfLayer<F, C, G> {
    fn value(at: usize) -> f64 {
        // A layer knows its channels, not the space of what will come.
        let layout = F::DESCRIPTOR.reference_set.layout(1, C, 1, G);
        let value = |p: &norm_core::Param| layout.map_or(p.initial, |l| p.initial_at(&l));
        F::DESCRIPTOR.params.get(at).map_or(0.0, value)
    }
}

impl<F: Formula, const C: usize, E: Dtype, D: Device<E>, Pol: Policy, P: 'static, const G: usize>
    TensorCollection<E, D> for NormLayer<F, C, E, D, Pol, P, G>
{
    type To<E2: Dtype, D2: Device<E2>> = NormLayer<F, C, E2, D2, Pol, P, G>;

    fn iter_tensors<V: ModuleVisitor<Self, E, D>>(
        visitor: &mut V,
    ) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
        let d = F::DESCRIPTOR;
        let averages = stores::<F, Pol>();
        const { assert!(F::DESCRIPTOR.params.len() <= MOST, "a layer holds at most eight parameters") };
        const { assert!(!stores::<F, Pol>() || pools_cases::<F>(), "statistics of single cases are not averaged") };
        const {
            assert!(
                stores::<F, Pol>() || !looks_at_store::<F>(),
                "the method looks at stored statistics, so its policy has to store some"
            );
        };
        const {
            assert!(
                !pools_groups::<F>() || (G > 0 && C.is_multiple_of(G)),
                "the groups do not divide the channels"
            );
        };

        let mut fields = Fields::of(visitor);
        let (mut channel, mut group, mut scalar) = (Vec::new(), Vec::new(), Vec::new());
        let list = List { get: |l: &Self| &l.channel, get_mut: |l| &mut l.channel };
        for (i, at) in held::<F>(Holder::Channel).enumerate() {
            let options = trained::<OfLayer<F, C, G>, _, E, D>(at);
            fields.tensor(d.params[at].name, options, i, list, &mut channel)?;
        }
        let list = List { get: |l: &Self| &l.group, get_mut: |l| &mut l.group };
        for (i, at) in held::<F>(Holder::Group).enumerate() {
            let options = trained::<OfLayer<F, C, G>, _, E, D>(at);
            fields.tensor(d.params[at].name, options, i, list, &mut group)?;
        }
        let list = List { get: |l: &Self| &l.scalar, get_mut: |l| &mut l.scalar };
        for (i, at) in held::<F>(Holder::Scalar).enumerate() {
            let options = trained::<OfLayer<F, C, G>, _, E, D>(at);
            fields.tensor(d.params[at].name, options, i, list, &mut scalar)?;
        }

        let (mut running, mut controls) = (Vec::new(), Vec::new());
        let list = List { get: |l: &Self| &l.running, get_mut: |l| &mut l.running };
        for (i, statistic) in d.statistics.iter().enumerate().filter(|_| averages) {
            let options = kept(d.start(i));
            fields.tensor(&statistic.stored_name(), options, i, list, &mut running)?;
        }
        let list = List { get: |l: &Self| &l.controls, get_mut: |l| &mut l.controls };
        for (i, control) in d.plan.controls().into_iter().enumerate() {
            fields.tensor(control.name, kept(Start::Value(0.0)), i, list, &mut controls)?;
        }

        let mut consts = Vec::new();
        let list = List { get: |l: &Self| &l.consts, get_mut: |l| &mut l.consts };
        for (i, c) in d.consts.iter().enumerate() {
            fields.scalar(c.name, c.default, i, list, &mut consts)?;
        }
        let mut averaging = Averaging::from(policy::Running::default());
        let rate: List<Self, f64> =
            List { get: |l| from_ref(&l.averaging.rate), get_mut: |l| from_mut(&mut l.averaging.rate) };
        let correction: List<Self, f64> = List {
            get: |l| from_ref(&l.averaging.correction),
            get_mut: |l| from_mut(&mut l.averaging.correction),
        };
        let options =
            [("rate", rate, &mut averaging.rate), ("correction", correction, &mut averaging.correction)];
        for (name, list, option) in options {
            // A method that names it among its constants is averaged by that.
            if averages && d.consts.iter().all(|c| c.name != name) {
                let mut read = Vec::new();
                fields.scalar(name, *option, 0, list, &mut read)?;
                *option = read.pop().unwrap_or(*option);
            }
        }

        Ok(fields.whole().then(|| NormLayer {
            channel,
            group,
            scalar,
            running,
            controls,
            mailbox: Mailbox::default(),
            consts,
            averaging,
            kind: PhantomData,
        }))
    }
}
