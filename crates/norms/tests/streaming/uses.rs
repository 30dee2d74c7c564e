//! Uses of a layer that streams, and what they are compared with.

use norm_core::conformance::relative_difference;
use norm_core::streaming::{Store, Streaming, Used};
use norm_core::{Call, Isa, Kernel, Layout, Rule};
use norms::{Method, find};

/// The numbers of a test, the same everywhere.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// About normal: a sum of twelve.
    fn normal(&mut self) -> f64 {
        let mut sum = -6.0;
        for _ in 0..12 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            sum += (self.0 >> 11) as f64 / 2f64.powi(53);
        }
        sum
    }
    pub(crate) fn normals(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.normal()).collect()
    }
}

/// One use of a layer.
#[derive(Clone)]
pub(crate) struct Use {
    pub(crate) layout: Layout,
    pub(crate) x: Vec<f64>,
    pub(crate) dy: Vec<f64>,
    pub(crate) params: Vec<Vec<f64>>,
    pub(crate) consts: Vec<f64>,
    pub(crate) mask: Option<Vec<bool>>,
}

impl Use {
    pub(crate) fn new(d: &norm_core::Descriptor, layout: Layout, seed: u64) -> Self {
        let mut r = Random(seed);
        let x = r.normals(layout.len()).iter().map(|v| 0.7 + 1.9 * v).collect();
        let dy = r.normals(layout.len());
        let params = d.params.iter().map(|p| {
            r.normals(p.axis.len(&layout)).iter().map(|v| p.initial + 0.2 + 0.3 * v).collect::<Vec<_>>()
        });
        let params = params.collect();
        Self { layout, x, dy, params, consts: d.default_consts(), mask: None }
    }

    pub(crate) fn with<R>(&self, f: impl FnOnce(&Call<'_, f64>) -> R) -> R {
        let params: Vec<&[f64]> = self.params.iter().map(|p| &p[..]).collect();
        f(&Call {
            layout: self.layout,
            x: &self.x,
            params: &params,
            consts: &self.consts,
            mask: self.mask.as_deref(),
        })
    }
}

pub(crate) struct Gradients {
    pub(crate) dx: Vec<f64>,
    pub(crate) dparams: Vec<Vec<f64>>,
}

/// Output and what the backward needs.
pub(crate) fn forward(
    s: &Streaming,
    k: &Kernel<f64>,
    u: &Use,
    store: &mut Store<f64>,
) -> (Vec<f64>, Used<f64>) {
    u.with(|call| s.forward(k, Isa::detect(), call, store)).unwrap()
}

pub(crate) fn backward(
    s: &Streaming,
    k: &Kernel<f64>,
    u: &Use,
    used: &Used<f64>,
    store: &mut Store<f64>,
) -> Gradients {
    let mut dx = vec![f64::NAN; u.x.len()];
    let mut dparams: Vec<Vec<f64>> = u.params.iter().map(|p| vec![0.0; p.len()]).collect();
    let mut slots: Vec<&mut [f64]> = dparams.iter_mut().map(|p| &mut p[..]).collect();
    let half = &mut store.gradients;
    u.with(|call| s.backward(k, Isa::detect(), call, &u.dy, used, half, true, &mut dx, &mut slots)).unwrap();
    Gradients { dx, dparams }
}

/// A plain forward and backward.
pub(crate) fn plain(k: &Kernel<f64>, u: &Use) -> (Vec<f64>, Gradients) {
    let mut statistics = vec![0.0; k.statistics_len(&u.layout)];
    let y = u.with(|call| k.forward_new(Isa::detect(), call, &mut statistics)).unwrap();
    let mut dx = vec![f64::NAN; u.x.len()];
    let mut dparams: Vec<Vec<f64>> = u.params.iter().map(|p| vec![0.0; p.len()]).collect();
    let mut slots: Vec<&mut [f64]> = dparams.iter_mut().map(|p| &mut p[..]).collect();
    u.with(|call| {
        k.backward(Isa::detect(), call, &u.dy, &statistics, Rule::Exact, true, &mut dx, &mut slots)
    })
    .unwrap();
    (y, Gradients { dx, dparams })
}

pub(crate) fn close(what: &str, a: &[f64], b: &[f64], bound: f64) {
    let off = relative_difference(a, b, 1.0);
    assert!(off <= bound, "{what}: off by {off:.2e}, allowed {bound:.0e}");
}

pub(crate) fn same(what: &str, a: &(Vec<f64>, Gradients), b: &(Vec<f64>, Gradients), bound: f64) {
    close(&format!("{what}, y"), &a.0, &b.0, bound);
    close(&format!("{what}, dx"), &a.1.dx, &b.1.dx, bound);
    for (i, (a, b)) in a.1.dparams.iter().zip(&b.1.dparams).enumerate() {
        close(&format!("{what}, parameter {i}"), a, b, bound);
    }
}

pub(crate) fn method(id: &str) -> &'static Method {
    find(id).unwrap()
}
