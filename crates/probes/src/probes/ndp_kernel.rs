//! One normalized dot product: the method, HMAX's, and the cosine that both are.

use hmax::Ndp;

use crate::dense::{dot, length};
use crate::draw::Draw;
use crate::norm::Norm;
use crate::probe::{Probe, Values};

const PIXELS: usize = 25;
const PATCHES: usize = 40;
const TEMPLATES: usize = 12;

pub(crate) const PROBE: Probe = Probe {
    id: "ndp-kernel",
    about: "Normalized dot products of 12 templates and 40 patches of 25 pixels, by the method and by HMAX's kernel, with and \
            without centring, k, floor and absolute value: their largest difference; and how far they are from the rectified \
            cosine, and with both sides centred from the rectified correlation, in plain loops.",
    find,
};

/// What the kernel of HMAX answers, `[patches][templates]`.
fn by_hmax(ndp: &Ndp, templates: &[f32], patches: &[f32]) -> Vec<f64> {
    let templates: Vec<_> =
        templates.chunks_exact(PIXELS).map(|t| ndp.template(t).expect("a template with contrast")).collect();
    let one = |patch: &[f32]| -> Vec<f64> {
        templates.iter().map(|t| f64::from(ndp.respond(t, patch).expect("a patch"))).collect()
    };
    patches.chunks_exact(PIXELS).flat_map(one).collect()
}

/// What the method answers: it divides the patch; the template is brought to unit norm and the product rectified by the layer.
fn by_method(ndp: &Ndp, templates: &[f32], patches: &[f32]) -> Vec<f64> {
    let wide = |v: &[f32]| -> Vec<f64> { v.iter().map(|v| f64::from(*v)).collect() };
    let norm = Norm::new("ndp", PATCHES, PIXELS)
        .with("k", ndp.k.into())
        .with("thres", ndp.thres.into())
        .with("zero", if ndp.centre_patch { 1.0 } else { 0.0 });
    let patches = norm.forward(&wide(patches)).y;
    let templates: Vec<Vec<f64>> = templates
        .chunks_exact(PIXELS)
        .map(|t| {
            let t = if ndp.centre_template { centred(&wide(t)) } else { wide(t) };
            let size = length(&t);
            t.iter().map(|t| t / size).collect()
        })
        .collect();
    let rectified = |product: f64| if ndp.abs { product.abs() } else { product.max(0.0) };
    patches
        .chunks_exact(PIXELS)
        .flat_map(|p| templates.iter().map(move |t| rectified(dot(p, t))).collect::<Vec<_>>())
        .collect()
}

fn centred(v: &[f64]) -> Vec<f64> {
    let mean = v.iter().sum::<f64>() / v.len() as f64;
    v.iter().map(|v| v - mean).collect()
}

/// The rectified cosine, of sides that are centred or are not.
fn judged(centre: bool, templates: &[f32], patches: &[f32]) -> Vec<f64> {
    let side = |v: &[f32]| {
        let v: Vec<f64> = v.iter().map(|v| f64::from(*v)).collect();
        if centre { centred(&v) } else { v }
    };
    let mut all = Vec::new();
    for patch in patches.chunks_exact(PIXELS).map(side) {
        for template in templates.chunks_exact(PIXELS).map(side) {
            all.push((dot(&patch, &template) / (length(&patch) * length(&template))).max(0.0));
        }
    }
    all
}

fn find() -> Values {
    let mut draw = Draw::new(167);
    let mut pixels = |n: usize| -> Vec<f32> { (0..n * PIXELS).map(|_| (draw.normal() + 0.4) as f32).collect() };
    let (templates, patches) = (pixels(TEMPLATES), pixels(PATCHES));
    let plain = Ndp { centre_template: false, centre_patch: false, thres: 0.0, abs: false, k: 0.0 };
    let both = Ndp { centre_template: true, centre_patch: true, ..plain };
    let settings = [
        plain,
        both,
        Ndp::default(),
        Ndp { abs: true, ..both },
        Ndp { k: 0.7, ..plain },
        Ndp { thres: 1.5, ..plain },
        Ndp { k: 2.0, thres: 0.9, ..both },
    ];
    let differ = |a: &[f64], b: &[f64]| norm_core::conformance::difference(a, b);
    let hmax = settings
        .iter()
        .map(|ndp| differ(&by_hmax(ndp, &templates, &patches), &by_method(ndp, &templates, &patches)));
    let to_judge = |ndp: &Ndp, centre| {
        let judged = judged(centre, &templates, &patches);
        let of = [by_hmax(ndp, &templates, &patches), by_method(ndp, &templates, &patches)];
        norm_core::conformance::largest(of.iter().map(|answers| differ(answers, &judged)))
    };
    Values::new()
        .with("hmax", norm_core::conformance::largest(hmax))
        .with("cosine", to_judge(&plain, false))
        .with("pearson", to_judge(&both, true))
        .with("half_centred", to_judge(&Ndp { centre_patch: false, ..both }, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_is_what_it_is_said_to_be() {
        let found = find();
        for same in ["hmax", "cosine", "pearson"] {
            assert!(found.get(same) < 1e-5, "{found:?}");
        }
        // The published S1 centres the template alone: no correlation.
        assert!(found.get("half_centred") > 1e-2, "{found:?}");
    }
}
