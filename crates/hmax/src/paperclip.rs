//! Paperclips: the wire figures that view-tuned units are tested with (`riesenhuber1999hmax`), drawn here.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};

use crate::{
    error::{HmaxError, Result, positive, side},
    image::Gray,
};

/// Vertices of a clip.
const VERTICES: usize = 6;

/// Width of the wire in pixels, at every scale.
const WIRE: f64 = 2.0;

/// A bent wire: six vertices in space, `[x, y, z]` with `y` upright, centred and of unit extent: at any angle about the
/// vertical axis its picture fits into a square of side 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Paperclip {
    vertices: [[f64; 3]; VERTICES],
}

/// How a clip is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// Side of the image in pixels.
    pub frame: usize,
    /// Side of the square that the clip fits into, in pixels.
    pub clip: f64,
    /// Turn about the vertical axis.
    pub degrees: f64,
    /// Pixels that the clip is moved to the right.
    pub right: f64,
    /// Pixels that the clip is moved down.
    pub down: f64,
}

impl View {
    /// The training view of the published sizes: a clip of 64 pixels in the middle of 160.
    pub const PUBLISHED: Self = Self { frame: 160, clip: 64.0, degrees: 0.0, right: 0.0, down: 0.0 };

    /// The training view of the smaller replication: 48 pixels in the middle of 96.
    pub const SMALL: Self = Self { frame: 96, clip: 48.0, ..Self::PUBLISHED };

    /// The view `octaves` larger.
    pub fn scaled(self, octaves: f64) -> Self {
        Self { clip: self.clip * octaves.exp2(), ..self }
    }

    /// The view turned to `degrees`.
    pub fn turned(self, degrees: f64) -> Self {
        Self { degrees, ..self }
    }

    /// The view moved by so many pixels.
    pub fn shifted(self, right: f64, down: f64) -> Self {
        Self { right, down, ..self }
    }
}

impl Paperclip {
    /// The clip of this number among those of `seed`. Its five segments have random directions and lengths within
    /// 20 % of each other.
    pub fn random(seed: u64, number: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(number);
        let mut uniform = || (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        let mut vertices = [[0.0; 3]; VERTICES];
        for i in 1..VERTICES {
            let length = 1.0 + 0.2 * uniform();
            // Height and angle of a point on the sphere are independent and uniform.
            let (up, around) = (2.0 * uniform() - 1.0, std::f64::consts::TAU * uniform());
            let flat = (1.0 - up * up).sqrt();
            let along = [flat * around.cos(), up, flat * around.sin()];
            vertices[i] = std::array::from_fn(|axis| vertices[i - 1][axis] + length * along[axis]);
        }
        for axis in 0..3 {
            let values = vertices.map(|v| v[axis]);
            let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(l, h), &v| (l.min(v), h.max(v)));
            for v in &mut vertices {
                v[axis] -= 0.5 * (low + high);
            }
        }
        let reach = vertices.iter().fold(0.0f64, |r, v| r.max(v[1].abs()).max(v[0].hypot(v[2])));
        vertices.iter_mut().flatten().for_each(|c| *c *= 0.5 / reach);
        Self { vertices }
    }

    /// The vertices, `[x, y, z]` each.
    pub fn vertices(&self) -> &[[f64; 3]] {
        &self.vertices
    }

    /// The clip in parallel projection: lines of 2 pixels, value 1 on 0, shaded over one pixel at the rim. What lies
    /// outside the frame is not drawn.
    ///
    /// # Errors
    /// A frame of 0 or above 32767, a clip that is not above 0, an angle or a shift that is not finite.
    pub fn view(&self, view: &View) -> Result<Gray> {
        side("the frame", view.frame)?;
        positive("the size of the clip", view.clip)?;
        for (name, value) in [("the turn", view.degrees), ("the shift", view.right), ("the shift", view.down)]
        {
            if !value.is_finite() {
                return Err(HmaxError::Parameter { name, value, expected: "a finite number" });
            }
        }
        let (sin, cos) = view.degrees.to_radians().sin_cos();
        let middle = view.frame as f64 / 2.0;
        let points = self.vertices.map(|[x, y, z]| {
            [middle + view.right + view.clip * (x * cos + z * sin), middle + view.down - view.clip * y]
        });
        let pixel = |i: usize| {
            let at = [(i % view.frame) as f64 + 0.5, (i / view.frame) as f64 + 0.5];
            let nearest = points.windows(2).map(|p| distance(at, p[0], p[1])).fold(f64::MAX, f64::min);
            (0.5 * WIRE + 0.5 - nearest).clamp(0.0, 1.0) as f32
        };
        Gray::new(view.frame, view.frame, (0..view.frame * view.frame).map(pixel).collect())
    }
}

/// From a point to a segment.
fn distance(at: [f64; 2], from: [f64; 2], to: [f64; 2]) -> f64 {
    let (along, off) = ([to[0] - from[0], to[1] - from[1]], [at[0] - from[0], at[1] - from[1]]);
    let squares = along[0] * along[0] + along[1] * along[1];
    let share = if squares == 0.0 {
        0.0
    } else {
        ((off[0] * along[0] + off[1] * along[1]) / squares).clamp(0.0, 1.0)
    };
    (off[0] - share * along[0]).hypot(off[1] - share * along[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_alike_in_length_and_the_clip_fits_at_any_angle() {
        for number in 0..20 {
            let clip = Paperclip::random(1, number);
            let lengths: Vec<f64> = clip
                .vertices()
                .windows(2)
                .map(|v| (0..3).map(|a| (v[1][a] - v[0][a]).powi(2)).sum::<f64>().sqrt())
                .collect();
            let (low, high) = lengths.iter().fold((f64::MAX, 0.0f64), |(l, h), &v| (l.min(v), h.max(v)));
            assert!(high / low <= 1.2 + 1e-9, "{lengths:?}");
            let reach = clip.vertices().iter().map(|v| v[1].abs().max(v[0].hypot(v[2]))).fold(0.0, f64::max);
            assert!((reach - 0.5).abs() < 1e-12);
            for degrees in [0.0, 50.0, 200.0] {
                let image = clip.view(&View::PUBLISHED.turned(degrees)).unwrap();
                // The wire itself is a pixel and a half wide to each side of its middle.
                let outside = |p: usize| !(46..114).contains(&(p % 160)) || !(46..114).contains(&(p / 160));
                let drawn = |(p, &v): (usize, &f32)| v > 0.0 && outside(p);
                assert!(!image.pixels().iter().enumerate().any(drawn));
                assert!(image.pixels().contains(&1.0));
            }
        }
    }

    #[test]
    fn clips_come_from_the_seed() {
        assert_eq!(Paperclip::random(7, 3), Paperclip::random(7, 3));
        assert_ne!(Paperclip::random(7, 3), Paperclip::random(7, 4));
        assert_ne!(Paperclip::random(7, 3), Paperclip::random(8, 3));
    }

    #[test]
    fn whole_shifts_move_the_picture() {
        let clip = Paperclip::random(2, 0);
        let still = clip.view(&View::SMALL).unwrap();
        let moved = clip.view(&View::SMALL.shifted(5.0, -3.0)).unwrap();
        let differ =
            still.shifted(-3, 5).pixels().iter().zip(moved.pixels()).any(|(a, b)| (a - b).abs() > 1e-5);
        assert!(!differ);
        assert!(clip.view(&View { clip: 0.0, ..View::SMALL }).is_err());
        assert!(clip.view(&View { frame: 0, ..View::SMALL }).is_err());
    }
}
