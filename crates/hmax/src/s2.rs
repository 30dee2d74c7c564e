//! S2: how much a patch of C1 resembles stored prototypes.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};

use crate::{
    error::{HmaxError, Result, finite, length, side as check_side, some},
    layer::{Layer, UNKNOWN},
    tuning::{Gaussian, Ndp, PatchSums, Template},
};

/// Which cells of a patch a prototype keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Density {
    /// All orientations at every place.
    Dense,
    /// The strongest orientation at each place only (`mutch2008object`).
    Sparse,
}

/// Where a prototype was cut: the scale, and the centre in the coordinates of the layout.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Origin {
    /// Index of the layer.
    pub scale: usize,
    /// Centre, from 0 at the top to 1 at the bottom.
    pub y: f64,
    /// Centre, from 0 at the left to 1 at the right.
    pub x: f64,
}

/// One cell of a prototype.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Entry {
    feature: usize,
    y: usize,
    x: usize,
    value: f32,
}

/// What an S2 cell looks for: values at some cells of a square of C1 cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Prototype {
    side: usize,
    spacing: usize,
    features: usize,
    entries: Vec<Entry>,
    origin: Option<Origin>,
}

/// Patches with a lower mean have nothing in them worth keeping (`serre2005object`).
const BLANK: f32 = 0.01;

impl Prototype {
    /// Values `[features][side][side]`.
    ///
    /// # Errors
    /// A size of 0, another number of values, or one that is not finite.
    pub fn new(features: usize, side: usize, values: &[f32], density: Density) -> Result<Self> {
        some("the number of features", features)?;
        check_side("the side of a prototype", side)?;
        length("the prototype", features.saturating_mul(side * side), values.len())?;
        finite("the prototype", values)?;
        let at = |feature: usize, place: usize| values[feature * side * side + place];
        let mut entries = Vec::new();
        for place in 0..side * side {
            let strongest =
                (0..features).fold(0, |best, f| if at(f, place) > at(best, place) { f } else { best });
            let kept = match density {
                Density::Dense => 0..features,
                Density::Sparse => strongest..strongest + 1,
            };
            let (y, x) = (place / side, place % side);
            entries.extend(kept.map(|feature| Entry { feature, y, x, value: at(feature, place) }));
        }
        Ok(Self { side, spacing: 1, features, entries, origin: None })
    }

    /// All `features⁴` ways to put one orientation at each of 2×2 places, each with the value 1, the places
    /// `spacing` cells apart (`riesenhuber1999hmax`).
    ///
    /// # Errors
    /// `features` or `spacing` is 0, or `features` above 32: there would be more than a million.
    pub fn arrangements(features: usize, spacing: usize) -> Result<Vec<Self>> {
        some("the number of features", features)?;
        check_side("the spacing", spacing)?;
        if features > 32 {
            let value = features as f64;
            return Err(HmaxError::Parameter { name: "the number of features", value, expected: "1 to 32" });
        }
        let of = |code: usize| {
            let entries = (0..4).map(|place| Entry {
                feature: code / features.pow(place) % features,
                y: place as usize / 2 * spacing,
                x: place as usize % 2 * spacing,
                value: 1.0,
            });
            Self { side: 2, spacing, features, entries: entries.collect(), origin: None }
        };
        Ok((0..features.pow(4)).map(of).collect())
    }

    /// The patch of `layer` whose first cell is (`y`, `x`), or `None` if it leaves the layer, holds an
    /// [`UNKNOWN`] or is nearly blank (a mean below 0.01).
    ///
    /// # Errors
    /// `side` is 0.
    pub fn cut(
        layer: &Layer,
        scale: usize,
        (y, x): (usize, usize),
        side: usize,
        density: Density,
    ) -> Result<Option<Self>> {
        let (height, width) = layer.size();
        if side > height.min(width) || y > height - side || x > width - side {
            return Ok(None);
        }
        let values: Vec<f32> = (0..layer.features())
            .flat_map(|f| (y..y + side).flat_map(move |y| &layer.row(f, y)[x..x + side]))
            .copied()
            .collect();
        if values.contains(&UNKNOWN) || values.iter().sum::<f32>() < BLANK * values.len() as f32 {
            return Ok(None);
        }
        let mut it = Self::new(layer.features(), side, &values, density)?;
        let centre = |axis: &crate::Axis, i: usize| f64::midpoint(axis.centre(i), axis.centre(i + side - 1));
        it.origin = Some(Origin { scale, y: centre(layer.y(), y), x: centre(layer.x(), x) });
        Ok(Some(it))
    }

    /// `count` prototypes from random places of random training images, their sides taken in turn from `sides`. Each
    /// image is its C1 layers, one per scale. Fewer come back where too many places are blank.
    ///
    /// # Errors
    /// No image, no side, or a side of 0.
    pub fn sample(
        images: &[Vec<Layer>],
        sides: &[usize],
        count: usize,
        density: Density,
        seed: u64,
    ) -> Result<Vec<Self>> {
        some("the number of training images", images.len())?;
        some("the number of prototype sides", sides.len())?;
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        // A remainder favours small results by less than 1e-15 here.
        let mut below = |n: usize| (rng.next_u64() % n.max(1) as u64) as usize;
        let mut found = Vec::with_capacity(count);
        for _ in 0..count.saturating_mul(50) {
            if found.len() == count {
                break;
            }
            let (scales, side) = (&images[below(images.len())], sides[found.len() % sides.len()]);
            some("the side of a prototype", side)?;
            let scale = below(scales.len());
            let Some(layer) = scales.get(scale) else { continue };
            let (height, width) = layer.size();
            let room = |cells: usize| (cells + 1).saturating_sub(side);
            let place = (below(room(height)), below(room(width)));
            found.extend(Self::cut(layer, scale, place, side, density)?);
        }
        Ok(found)
    }

    /// Side in cells that it looks at.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Side in cells of the layer, gaps included.
    pub fn reach(&self) -> usize {
        (self.side - 1) * self.spacing + 1
    }

    /// Number of cells that it looks at.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Never: a prototype has a cell.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Where it was cut; `None` if it was not.
    pub fn origin(&self) -> Option<Origin> {
        self.origin
    }
}

/// How S2 cells answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tuning {
    /// A Gaussian around the prototype.
    Gaussian(Gaussian),
    /// The normalized dot product with it.
    Ndp(Ndp),
}

/// S2 cells of many features: prototypes and how they are compared.
#[derive(Clone, Debug)]
pub struct S2 {
    prototypes: Vec<Prototype>,
    squares: Vec<f64>,
    templates: Vec<Template>,
    tuning: Tuning,
}

impl S2 {
    /// One feature per prototype.
    ///
    /// # Errors
    /// No prototype, prototypes over different numbers of C1 features, parameters out of range, and with
    /// [`Tuning::Ndp`] a prototype without a direction.
    pub fn new(prototypes: Vec<Prototype>, tuning: Tuning) -> Result<Self> {
        some("the number of prototypes", prototypes.len())?;
        let expected = prototypes[0].features;
        if let Some(p) = prototypes.iter().find(|p| p.features != expected) {
            return Err(HmaxError::Features { what: "a prototype", expected, got: p.features });
        }
        let values = |p: &Prototype| p.entries.iter().map(|e| e.value).collect::<Vec<f32>>();
        let templates = match tuning {
            Tuning::Gaussian(g) => g.check().map(|()| Vec::new())?,
            Tuning::Ndp(ndp) => {
                ndp.check()?;
                prototypes.iter().map(|p| ndp.template(&values(p))).collect::<Result<_>>()?
            }
        };
        let squares =
            prototypes.iter().map(|p| p.entries.iter().map(|e| f64::from(e.value).powi(2)).sum()).collect();
        Ok(Self { prototypes, squares, templates, tuning })
    }

    /// The prototypes.
    pub fn prototypes(&self) -> &[Prototype] {
        &self.prototypes
    }

    /// Number of features that the layer below must have.
    pub fn inputs(&self) -> usize {
        self.prototypes[0].features
    }

    /// The answer of prototype `feature` to the patch of `c1` whose first cell is (`y`, `x`). [`UNKNOWN`] if the
    /// patch leaves the layer or holds an unknown value, or there is no such prototype.
    pub fn respond(&self, feature: usize, c1: &Layer, (y, x): (usize, usize)) -> f32 {
        let Some(p) = self.prototypes.get(feature) else { return UNKNOWN };
        let (height, width) = c1.size();
        let reach = p.reach();
        if reach > height.min(width) || y > height - reach || x > width - reach || p.features > c1.features()
        {
            return UNKNOWN;
        }
        let at = |e: &Entry| c1.values()[(e.feature * height + y + e.y) * width + x + e.x];
        match self.tuning {
            Tuning::Gaussian(gaussian) => {
                let mut distance = 0.0;
                for e in &p.entries {
                    let v = at(e);
                    if v == UNKNOWN {
                        return UNKNOWN;
                    }
                    distance += (f64::from(v) - f64::from(e.value)).powi(2);
                }
                gaussian.respond(distance, p.side, self.squares[feature])
            }
            Tuning::Ndp(ndp) => {
                let (mut dot, mut weight_sum, mut sums) = (0.0, 0.0, PatchSums::default());
                for (e, w) in p.entries.iter().zip(self.templates[feature].weights()) {
                    let v = at(e);
                    if v == UNKNOWN {
                        return UNKNOWN;
                    }
                    let v = f64::from(v);
                    dot += w * v;
                    weight_sum += w;
                    sums.sum += v;
                    sums.squares += v * v;
                }
                ndp.answer(dot, weight_sum, sums, p.entries.len())
            }
        }
    }
}
