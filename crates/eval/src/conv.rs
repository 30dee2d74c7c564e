//! `as = conv`: a patch of the image under the filter is a row.

use norm_core::Site;

use crate::affine::{Affine, Layer, check};
use crate::answer::Answer;
use crate::error::Error;
use crate::limits;
use crate::norm::{Real, double, narrow, widen};
use crate::request::Request;
use crate::sums::Of;

/// Sizes of a convolution.
#[derive(Clone, Copy)]
struct Sizes {
    cases: usize,
    channels: usize,
    image: [usize; 2],
    filter: [usize; 2],
    out: [usize; 2],
    stride: usize,
    padding: usize,
}

impl Sizes {
    fn patch(&self) -> usize {
        self.channels * self.filter[0] * self.filter[1]
    }

    fn positions(&self) -> usize {
        self.out[0] * self.out[1]
    }

    /// For each element of each patch, rows in the order case, position, its place in the image; nothing in the padding.
    fn each(&self, mut f: impl FnMut(usize, Option<usize>)) {
        let [h, w] = self.image;
        let mut at = 0;
        for n in 0..self.cases {
            for position in 0..self.positions() {
                let corner = [position / self.out[1] * self.stride, position % self.out[1] * self.stride];
                for c in 0..self.channels {
                    for u in 0..self.filter[0] {
                        for v in 0..self.filter[1] {
                            let (i, j) = (corner[0] + u, corner[1] + v);
                            let inside = i >= self.padding
                                && i < h + self.padding
                                && j >= self.padding
                                && j < w + self.padding;
                            let place =
                                || ((n * self.channels + c) * h + i - self.padding) * w + j - self.padding;
                            f(at, inside.then(place));
                            at += 1;
                        }
                    }
                }
            }
        }
    }
}

/// `[cases][a][b]` to `[cases][b][a]`.
fn turn<T: Copy>(v: &[T], cases: usize, a: usize, b: usize) -> Vec<T> {
    let index = |at: usize| (at / (a * b)) * a * b + at % a * b + at / a % b;
    debug_assert_eq!(v.len(), cases * a * b);
    (0..v.len()).map(|at| v[index(at)]).collect()
}

fn extent(image: usize, filter: usize, padding: usize, stride: usize) -> Option<usize> {
    Some((image + 2 * padding).checked_sub(filter)? / stride + 1)
}

pub(crate) fn run<T: Real>(r: &mut Request) -> Result<Answer, Error> {
    check(r)?;
    let ([n, c, h, w], x) = r.ranked("x", "[N, C, H, W]")?;
    let ([o, channels, kh, kw], weight) = r.ranked("param.weight", "[O, C, kh, kw]")?;
    let (stride, padding) = (r.size("stride", 1, 1)?, r.size("padding", 0, 0)?);
    let out = extent(h, kh, padding, stride).zip(extent(w, kw, padding, stride)).filter(|_| channels == c);
    let Some((oh, ow)) = out else {
        let expected = format!(
            "[O, {c}, kh, kw] with kh at most {} and kw at most {}",
            h + 2 * padding,
            w + 2 * padding
        );
        return Err(Error::Shape {
            name: "param.weight".to_owned(),
            got: vec![o, channels, kh, kw],
            expected,
        });
    };
    let s = Sizes { cases: n, channels: c, image: [h, w], filter: [kh, kw], out: [oh, ow], stride, padding };
    limits::elements("patches under the filter", &[n, oh, ow, c, kh, kw])?;
    limits::elements("the answer `y`", &[n, o, oh, ow])?;
    let mask = if matches!(r.descriptor().site, Site::SummedInputs) { r.mask(&[n])? } else { None };
    let x = narrow::<T>(&x);
    let mut rows = vec![T::lit(0.0); n * s.positions() * s.patch()];
    s.each(|at, place| {
        if let Some(place) = place {
            rows[at] = x[place];
        }
    });
    let affine = Affine::new(r, [n * s.positions(), s.patch(), o], rows, narrow(&weight))?;
    let of = Of { steps: 1, cases: n, channels: o, space: s.positions(), row: ow, mask };
    // `turn` reads `[cases][b][a]`, so it is told what it writes.
    let forth = |v: &[T]| turn(v, n, s.positions(), o);
    let back = |v: &[T]| turn(v, n, o, s.positions());
    let layer = Layer { affine, of, forth: &forth, back: &back };
    let (mut answer, rows) = layer.run(r, &[n, o, oh, ow], &[o, c, kh, kw])?;
    if let Some(rows) = rows {
        let mut dx = vec![0.0; x.len()];
        s.each(|at, place| {
            if let Some(place) = place {
                dx[place] += double(rows[at]);
            }
        });
        answer.put("dx", &[n, c, h, w], widen(&narrow::<T>(&dx)));
    }
    Ok(answer)
}
