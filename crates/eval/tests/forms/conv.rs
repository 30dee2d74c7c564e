//! `as = conv`: patches are rows.

use crate::judge::{Layer, Named, slopes};
use crate::linear::SETTINGS;
use crate::request::{PATHS, Request, close, noise};

#[derive(Clone, Copy)]
struct Sizes {
    n: usize,
    c: usize,
    h: usize,
    w: usize,
    kh: usize,
    kw: usize,
    stride: usize,
    padding: usize,
}

impl Sizes {
    fn out(&self) -> [usize; 2] {
        [
            (self.h + 2 * self.padding - self.kh) / self.stride + 1,
            (self.w + 2 * self.padding - self.kw) / self.stride + 1,
        ]
    }
    /// A pixel of the padded image, by its corner and its place under the filter.
    fn pixel(&self, x: &[f64], n: usize, c: usize, row: usize, column: usize) -> f64 {
        let inside = |at: usize, len: usize| at.checked_sub(self.padding).filter(|at| *at < len);
        match (inside(row, self.h), inside(column, self.w)) {
            (Some(i), Some(j)) => x[((n * self.c + c) * self.h + i) * self.w + j],
            _ => 0.0,
        }
    }
    /// `f` of `(n, o, oh, ow)` as a flat tensor.
    fn each(&self, o: usize, mut f: impl FnMut(usize, usize, usize, usize) -> f64) -> Vec<f64> {
        let [oh, ow] = self.out();
        let mut all = Vec::new();
        for n in 0..self.n {
            for o in 0..o {
                for i in 0..oh {
                    for j in 0..ow {
                        all.push(f(n, o, i * self.stride, j * self.stride));
                    }
                }
            }
        }
        all
    }
    /// A convolution in the sense of deep learning, of the image through `of`.
    fn convolve(&self, x: &[f64], filters: &[f64], o: usize, of: impl Fn(f64) -> f64) -> Vec<f64> {
        self.each(o, |n, o, row, column| {
            let mut sum = 0.0;
            for c in 0..self.c {
                for u in 0..self.kh {
                    for v in 0..self.kw {
                        let filter = filters[((o * self.c + c) * self.kh + u) * self.kw + v];
                        sum += filter * of(self.pixel(x, n, c, row + u, column + v));
                    }
                }
            }
            sum
        })
    }
    fn patches(&self, x: &[f64]) -> Vec<f64> {
        let [oh, ow] = self.out();
        let mut rows = Vec::new();
        for n in 0..self.n {
            for at in 0..oh * ow {
                let (row, column) = (at / ow * self.stride, at % ow * self.stride);
                for c in 0..self.c {
                    for u in 0..self.kh {
                        rows.extend((0..self.kw).map(|v| self.pixel(x, n, c, row + u, column + v)));
                    }
                }
            }
        }
        rows
    }
    fn patch(&self) -> usize {
        self.c * self.kh * self.kw
    }
    fn request(&self, path: &str, o: usize, x: &[f64], w: &[f64]) -> Request {
        Request::default()
            .word("as", "conv")
            .word("path", path)
            .word("stride", &self.stride.to_string())
            .word("padding", &self.padding.to_string())
            .tensor("x", &[self.n, self.c, self.h, self.w], x)
            .tensor("param.weight", &[o, self.c, self.kh, self.kw], w)
    }
}

const SAME: Sizes = Sizes { n: 2, c: 2, h: 4, w: 3, kh: 3, kw: 2, stride: 1, padding: 1 };
const STRIDED: Sizes = Sizes { n: 2, c: 1, h: 5, w: 6, kh: 2, kw: 3, stride: 2, padding: 0 };

#[test]
fn every_method_on_every_path_is_the_plain_loop_and_its_slopes() {
    for (s, (method, params, consts)) in
        [SAME, STRIDED].into_iter().flat_map(|s| SETTINGS.map(|setting| (s, setting)))
    {
        let o = 3;
        let [oh, ow] = s.out();
        let judge = Layer { method, consts, inputs: s.patch(), outputs: o, space: oh * ow };
        let x: Vec<f64> = noise(s.n * s.c * s.h * s.w, 21).iter().map(|v| v + 0.4).collect();
        let (w, dy) = (noise(o * s.patch(), 22), noise(s.n * o * oh * ow, 23));
        let forward = |t: &Named| {
            let mut rows = t.clone();
            rows.insert("x".to_owned(), s.patches(&t["x"]));
            judge.forward(&rows)
        };
        for path in PATHS {
            let mut r = s.request(path, o, &x, &w).tensor("dy", &[s.n, o, oh, ow], &dy);
            for (name, value) in consts {
                r = r.word(&format!("const.{name}"), &value.to_string());
            }
            for (name, seed) in params.iter().zip(24..) {
                let values: Vec<f64> = noise(o, seed).iter().map(|v| 0.9 + 0.5 * v).collect();
                r = r.tensor(&format!("param.{name}"), &[o], &values);
            }
            let named: Named =
                r.tensors.iter().filter(|t| *t.0 != "dy").map(|(n, a)| (n.clone(), a.1.clone())).collect();
            let answer = r.send(method).unwrap();
            let at = format!("{method} {consts:?} {path}");
            assert_eq!(answer["y"].0, [s.n, o, oh, ow]);
            close(&format!("y of {at}"), &answer["y"].1, &forward(&named), 1e-13);
            for name in named.keys() {
                let got = if name == "x" { "dx".to_owned() } else { format!("d{name}") };
                assert_eq!(answer[&got].0, r.tensors[name].0, "{got} of {at}");
                let want = slopes(&named, name, &dy, forward);
                close(&format!("{got} of {at}"), &answer[&got].1, &want, 1e-8);
            }
        }
    }
}

/// The norm of every patch is the root of the squared image convolved with ones; the mean is the image convolved with
/// ones: the form that needs no patches.
#[test]
fn patch_norms_are_a_convolution_with_ones() {
    let o = 3;
    for s in [SAME, STRIDED] {
        let [oh, ow] = s.out();
        let x = noise(s.n * s.c * s.h * s.w, 31);
        let w = noise(o * s.patch(), 32);
        let ones = vec![1.0; o * s.patch()];
        let size = s.patch() as f64;
        for (method, centred) in [("cosine", false), ("cosine-centred", true)] {
            let unit: Vec<f64> = w
                .chunks_exact(s.patch())
                .flat_map(|w| {
                    let mean = if centred { w.iter().sum::<f64>() / size } else { 0.0 };
                    let norm = w.iter().map(|w| (w - mean).powi(2)).sum::<f64>().sqrt();
                    w.iter().map(move |w| (w - mean) / norm).collect::<Vec<_>>()
                })
                .collect();
            let dots = s.convolve(&x, &unit, o, |v| v);
            let sums = s.convolve(&x, &ones, o, |v| v);
            let squares = s.convolve(&x, &ones, o, |v| v * v);
            // A unit filter without a mean does not see that of the patch: it enters the norm only.
            let want: Vec<f64> = (0..dots.len())
                .map(|at| {
                    let off = if centred { sums[at] * sums[at] / size } else { 0.0 };
                    dots[at] / (squares[at] - off).sqrt()
                })
                .collect();
            for path in PATHS {
                let answer = s.request(path, o, &x, &w).send(method).unwrap();
                assert_eq!(answer["y"].0, [s.n, o, oh, ow]);
                close(&format!("{method} {path}"), &answer["y"].1, &want, 1e-12);
            }
        }
    }
}
