//! The tensors of a layer as dfdx sees them: for building, optimizing, saving, loading and moving.

use std::marker::PhantomData;

use dfdx::prelude::*;
use norm_core::{Formula, policy};

use crate::blocks_op::Mailbox;
use crate::initial::{Initial, MOST, kept, trained};
use crate::layer::{Holder, NormLayer, held, looks_at_store, pools_cases, pools_groups, stores};
use crate::policy::{Averaging, Policy};

/// How dfdx reads a scalar of a layer.
type Get<L> = fn(&L) -> &f64;
/// How dfdx writes a scalar of a layer.
type GetMut<L> = fn(&mut L) -> &mut f64;

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

    #[expect(clippy::too_many_lines, reason = "one field after the other, as dfdx takes them")]
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

        let channel: Vec<_> = held::<F>(Holder::Channel)
            .enumerate()
            .map(|(i, at)| {
                let name = d.params[at].name;
                Self::tensor(
                    name,
                    move |s| &s.channel[i],
                    move |s| &mut s.channel[i],
                    trained::<OfLayer<F, C, G>, _, E, D>(at),
                )
            })
            .collect();
        let group: Vec<_> = held::<F>(Holder::Group)
            .enumerate()
            .map(|(i, at)| {
                let name = d.params[at].name;
                Self::tensor(
                    name,
                    move |s| &s.group[i],
                    move |s| &mut s.group[i],
                    trained::<OfLayer<F, C, G>, _, E, D>(at),
                )
            })
            .collect();
        let scalar: Vec<_> = held::<F>(Holder::Scalar)
            .enumerate()
            .map(|(i, at)| {
                let name = d.params[at].name;
                Self::tensor(
                    name,
                    move |s| &s.scalar[i],
                    move |s| &mut s.scalar[i],
                    trained::<OfLayer<F, C, G>, _, E, D>(at),
                )
            })
            .collect();

        let statistics = if averages { d.statistics } else { &[] };
        let names: Vec<String> = statistics.iter().map(norm_core::Statistic::stored_name).collect();
        let running: Vec<_> = statistics
            .iter()
            .zip(&names)
            .enumerate()
            .map(|(i, (_, name))| {
                let options = kept(d.starts_at(i) != 0.0);
                Self::tensor(name, move |l| &l.running[i], move |l| &mut l.running[i], options)
            })
            .collect();
        let controls: Vec<_> = d
            .plan
            .controls()
            .into_iter()
            .enumerate()
            .map(|(i, c)| {
                Self::tensor(c.name, move |l| &l.controls[i], move |l| &mut l.controls[i], kept(false))
            })
            .collect();

        let consts: Vec<_> = d
            .consts
            .iter()
            .enumerate()
            .map(|(i, c)| {
                let options = ScalarOptions::from_default(c.default);
                Self::scalar(c.name, move |s| &s.consts[i], move |s| &mut s.consts[i], options)
            })
            .collect();

        let usual = Averaging::from(policy::Running::default());
        let options: [(&str, f64, Get<Self>, GetMut<Self>); 2] = [
            ("rate", usual.rate, |s| &s.averaging.rate, |s| &mut s.averaging.rate),
            ("correction", usual.correction, |s| &s.averaging.correction, |s| &mut s.averaging.correction),
        ];
        let averaging: Vec<_> = options
            .into_iter()
            .filter(|(name, ..)| averages && d.consts.iter().all(|c| c.name != *name))
            .map(|(name, default, get, get_mut)| {
                Self::scalar(name, get, get_mut, ScalarOptions::from_default(default))
            })
            .collect();

        visitor.visit_fields(
            ((channel, group, scalar), running, controls, consts, averaging),
            |((channel, group, scalar), running, controls, consts, averaging)| NormLayer {
                channel,
                group,
                scalar,
                running,
                controls,
                mailbox: Mailbox::default(),
                consts,
                averaging: match averaging[..] {
                    [rate, correction] => Averaging { rate, correction },
                    [correction] => Averaging { correction, ..usual },
                    _ => usual,
                },
                kind: PhantomData,
            },
        )
    }
}
