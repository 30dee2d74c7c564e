//! The base model of HMAX, and with sparse prototypes, inhibition and limited ranges one after another (mutch2008object).

use hmax::{Gaussian, Layer, Pool, Prototype, Pyramid, Resampling, Result, S2, Tuning, c2};

use crate::digits::Drawn;
use crate::draw::Draw;
use crate::probe::{Probe, Values};

const TEST: usize = 150;
const DRAWS: u64 = 2;
const PROTOTYPES: usize = 80;
const PER_CLASS: usize = 5;

pub(crate) const PROBE: Probe = Probe {
    id: "hmax-variants",
    about: "Digits of 80 pixels, 5 examples of each class, 80 prototypes: the share of 150 others that ridge regression gets right by C2 \
            features of the base model, with sparse prototypes and twelve orientations, with inhibition too, and with C2 limited to \
            where the prototype was cut; the mean of two draws.",
    find: || found(TEST, DRAWS).expect("pictures that the filters fit into"),
};

/// The four models, each with one part more, at the size of the pictures.
fn variants() -> [(&'static str, Pyramid); 4] {
    let small = |model: Pyramid| Pyramid {
        base: 80,
        scales: 5,
        c1_window: 6,
        c1_step: 3,
        sides: vec![3, 5],
        s2: Gaussian { smallest: 3, ..model.s2 },
        ..model
    };
    let (base, full) = (small(Pyramid::cvpr06_base()), small(Pyramid::cvpr06_full()));
    let sparse = Pyramid { density: full.density, orientations: full.orientations.clone(), ..base.clone() };
    let inhibited = Pyramid { inhibition: full.inhibition, ..sparse.clone() };
    let limited = Pyramid { reach: full.reach, ..inhibited.clone() };
    [("base", base), ("sparse", sparse), ("inhibited", inhibited), ("limited", limited)]
}

fn found(test: usize, draws: u64) -> Result<Values> {
    let variants = variants();
    let mut shares = [0.0; 4];
    for n in 0..draws {
        let drawn = Drawn::new(PER_CLASS, test, &mut Draw::new(195 + n));
        let train = 10 * PER_CLASS;
        let mut seen: Option<(&Pyramid, Vec<Vec<Layer>>)> = None;
        for (share, (_, model)) in shares.iter_mut().zip(&variants) {
            // The last model sees what the one before it does.
            let same = |before: &Pyramid| Pyramid { reach: model.reach, ..before.clone() } == *model;
            if !seen.as_ref().is_some_and(|(before, _)| same(before)) {
                seen = Some((model, see(model, &drawn)?));
            }
            let Some((_, c1)) = &seen else { continue };
            let prototypes = Prototype::sample(&c1[..train], &model.sides, PROTOTYPES, model.density, n)?;
            let s2 = S2::new(prototypes, Tuning::Gaussian(model.s2))?;
            let features: Vec<Vec<f32>> =
                c1.iter().map(|c1| c2(c1, &s2, model.reach, Pool::Max)).collect::<Result<_>>()?;
            *share += drawn.right(&features, train)? / draws as f64;
        }
    }
    let steps = shares.windows(2).map(|pair| pair[1] - pair[0]);
    let mut values = Values::new()
        .with("smallest_step", steps.fold(f64::INFINITY, f64::min))
        .with("gained", shares[3] - shares[0]);
    for ((name, _), share) in variants.iter().zip(shares) {
        values.put(*name, share);
    }
    Ok(values)
}

/// C1 of every case.
fn see(model: &Pyramid, drawn: &Drawn) -> Result<Vec<Vec<Layer>>> {
    let network = model.network(80, 80)?;
    let one = |case| {
        let picture = drawn.picture(case)?.resized(80, 80, Resampling::Bicubic)?;
        Ok(network.run(&picture)?.group("c1").into_iter().cloned().collect())
    };
    (0..drawn.len()).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_variant_has_one_part_more() {
        let [(_, base), (_, sparse), (_, inhibited), (_, limited)] = variants();
        assert!(base.density != sparse.density && base.inhibition == sparse.inhibition);
        assert!(sparse.inhibition != inhibited.inhibition && sparse.reach == inhibited.reach);
        assert!(inhibited.reach != limited.reach && inhibited.inhibition == limited.inhibition);
    }

    #[test]
    fn all_of_them_tell_digits_apart() {
        let found = found(40, 1).unwrap();
        for name in ["base", "sparse", "inhibited", "limited"] {
            assert!(found.get(name) > 0.3, "{name}: {found:?}");
        }
    }
}
