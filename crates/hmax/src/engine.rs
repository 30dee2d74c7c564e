//! Runs a network of layers cell by cell (`mutch2010cns`).
//!
//! A [`Kernel`] says what one cell does. It sees its own position and the layers that its layer names as previous, and
//! finds its afferents by asking these for the cells nearest to it or within a distance. No connection is stored. A
//! layer's step is one later than the latest it reads; within a step every cell is independent of every other, so
//! cells run in parallel and the result has the same bits at any number of threads.

use std::collections::BTreeMap;

use crate::{
    error::{HmaxError, Result, length, some},
    image::Gray,
    layer::Layer,
    layout::Axis,
};

/// The cell that a kernel is called for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Its feature.
    pub feature: usize,
    /// Its row.
    pub y: usize,
    /// Its column.
    pub x: usize,
    /// Where its row is centred, 0 at the top of the image to 1 at the bottom.
    pub y_centre: f64,
    /// Where its column is centred, 0 at the left to 1 at the right.
    pub x_centre: f64,
    /// Distance of its layer's rows.
    pub y_space: f64,
    /// Distance of its layer's columns.
    pub x_space: f64,
}

/// Features and axes of a layer that is yet to run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Number of features.
    pub features: usize,
    /// Rows.
    pub y: Axis,
    /// Columns.
    pub x: Axis,
}

/// What one cell does.
pub trait Kernel: Send + Sync {
    /// Refuses previous layers or a layer that the kernel is not made for.
    fn check(&self, layer: &str, own: Shape, previous: &[Shape]) -> Result<()>;

    /// The cell's value, a finite number or [`UNKNOWN`](crate::UNKNOWN). `previous` is in the order in which the
    /// layer names them.
    fn respond(&self, cell: Cell, previous: &[&Layer]) -> f32;
}

/// A layer to be.
pub struct LayerSpec {
    /// Its name, unique in the network.
    pub name: String,
    /// Its group: layers that are one stage of the model at several scales.
    pub group: String,
    /// Features and axes.
    pub shape: Shape,
    /// The layers that its cells read.
    pub previous: Vec<String>,
    /// What its cells do.
    pub kernel: Box<dyn Kernel>,
}

/// The name of the layer that holds the image.
pub const INPUT: &str = "input";

struct Node {
    spec: LayerSpec,
    previous: Vec<usize>,
    step: usize,
}

/// Layers in the order of their steps.
pub struct Network {
    input: Shape,
    nodes: Vec<Node>,
}

impl Network {
    /// A network over images of `height`×`width` pixels. Layers may be given in any order; the image is the layer
    /// [`INPUT`].
    ///
    /// # Errors
    /// A size of 0, a name that is used twice or does not exist, layers that wait for each other, a layer that its
    /// kernel refuses.
    pub fn new(height: usize, width: usize, layers: Vec<LayerSpec>) -> Result<Self> {
        let input = Shape { features: 1, y: Axis::pixels(height)?, x: Axis::pixels(width)? };
        // Place 0 is the image.
        let mut places = BTreeMap::from([(INPUT.to_owned(), 0)]);
        for (i, layer) in layers.iter().enumerate() {
            some("the number of features of a layer", layer.shape.features)?;
            if places.insert(layer.name.clone(), i + 1).is_some() {
                return Err(HmaxError::DuplicateLayer { name: layer.name.clone() });
            }
        }
        let mut reads = vec![Vec::new()];
        for layer in &layers {
            let place = |previous: &String| {
                places.get(previous).copied().ok_or_else(|| HmaxError::NoSuchLayer {
                    layer: layer.name.clone(),
                    previous: previous.clone(),
                })
            };
            reads.push(layer.previous.iter().map(place).collect::<Result<_>>()?);
        }
        let steps = steps(&reads).map_err(|at| HmaxError::Cycle { layer: layers[at - 1].name.clone() })?;
        for (i, layer) in layers.iter().enumerate() {
            let shape = |&place: &usize| if place == 0 { input } else { layers[place - 1].shape };
            let previous: Vec<Shape> = reads[i + 1].iter().map(shape).collect();
            layer.kernel.check(&layer.name, layer.shape, &previous)?;
        }
        let mut order: Vec<usize> = (1..reads.len()).collect();
        order.sort_by_key(|&place| steps[place]);
        let mut position = vec![0; reads.len()];
        for (at, &place) in order.iter().enumerate() {
            position[place] = at + 1;
        }
        let mut nodes: Vec<Node> = layers
            .into_iter()
            .enumerate()
            .map(|(i, spec)| Node {
                spec,
                previous: reads[i + 1].iter().map(|&p| position[p]).collect(),
                step: steps[i + 1],
            })
            .collect();
        nodes.sort_by_key(|n| n.step);
        Ok(Self { input, nodes })
    }

    /// Names of the layers and their steps, in the order in which they run. The image is step 0.
    pub fn steps(&self) -> impl Iterator<Item = (&str, usize)> {
        self.nodes.iter().map(|n| (n.spec.name.as_str(), n.step))
    }

    /// Runs every layer.
    ///
    /// # Errors
    /// An image of another size.
    pub fn run(&self, image: &Gray) -> Result<Activity> {
        length("a column of the image", self.input.y.cells(), image.height())?;
        length("a row of the image", self.input.x.cells(), image.width())?;
        let mut layers = vec![image.to_layer()];
        for node in &self.nodes {
            let previous: Vec<&Layer> = node.previous.iter().map(|&p| &layers[p]).collect();
            let Shape { features, y, x } = node.spec.shape;
            let layer = Layer::by_rows(features, y, x, |feature, row, out| {
                for (column, out) in out.iter_mut().enumerate() {
                    let cell = Cell {
                        feature,
                        y: row,
                        x: column,
                        y_centre: y.centre(row),
                        x_centre: x.centre(column),
                        y_space: y.space(),
                        x_space: x.space(),
                    };
                    *out = node.spec.kernel.respond(cell, &previous);
                }
            });
            layers.push(layer);
        }
        let names = self.nodes.iter().map(|n| (n.spec.name.clone(), n.spec.group.clone()));
        let names = std::iter::once((INPUT.to_owned(), INPUT.to_owned())).chain(names).collect();
        Ok(Activity { names, layers })
    }
}

/// The step of every place, or a place that waits for itself.
fn steps(reads: &[Vec<usize>]) -> Result<Vec<usize>, usize> {
    let mut steps: Vec<Option<usize>> = vec![None; reads.len()];
    steps[0] = Some(0);
    loop {
        let mut settled = false;
        for place in 1..reads.len() {
            if steps[place].is_some() {
                continue;
            }
            let latest = reads[place].iter().map(|&p| steps[p]).try_fold(0, |a, s| s.map(|s| a.max(s)));
            if let Some(latest) = latest {
                steps[place] = Some(latest + 1);
                settled = true;
            }
        }
        if !settled {
            break;
        }
    }
    steps.iter().enumerate().map(|(place, s)| s.ok_or(place)).collect()
}

/// What the layers of a network hold after a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    names: Vec<(String, String)>,
    layers: Vec<Layer>,
}

impl Activity {
    /// A layer by its name.
    pub fn layer(&self, name: &str) -> Option<&Layer> {
        self.names.iter().position(|(n, _)| n == name).map(|i| &self.layers[i])
    }

    /// The layers of a group, in the order in which they ran.
    pub fn group(&self, group: &str) -> Vec<&Layer> {
        self.names.iter().zip(&self.layers).filter(|((_, g), _)| g == group).map(|(_, l)| l).collect()
    }
}
