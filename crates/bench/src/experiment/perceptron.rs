//! A perceptron whose sizes are types and everything else is a value: depth, nonlinearity, method, what it stores, where it
//! starts. A normalization stands before each hidden nonlinearity, or at the weights of the hidden layers; the output layer
//! is plain (Ba et al. 2016: normalized logits lose their confidence; Luo et al. 2018: cosines floor the loss).

mod layer;
mod norm;
mod start;
mod update;

use dfdx::prelude::*;
use norm_core::Descriptor;
use results::CellSettings;

use super::axes::Axes;
use super::learner::{Batch, Frozen, Learner, Source, Units};
use super::optimizer::{self, Trained, Visitor};
use super::start::Draws;
use super::typed::{self, Logits, Tape as Recording, said};

use layer::{Hidden, Use};
use update::Update;

/// What stands between two layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nonlinearity {
    Relu,
    Tanh,
    Sigmoid,
}

impl Nonlinearity {
    const CHOICES: [(&'static str, Self); 3] =
        [("relu", Self::Relu), ("tanh", Self::Tanh), ("sigmoid", Self::Sigmoid)];

    fn of<S: Shape, T: Tape<f32, Cpu>>(
        self,
        x: Tensor<S, f32, Cpu, T>,
    ) -> Result<Tensor<S, f32, Cpu, T>, CpuError> {
        match self {
            Self::Relu => x.try_relu(),
            Self::Tanh => x.try_tanh(),
            Self::Sigmoid => x.try_sigmoid(),
        }
    }

    fn slope(self, x: f64) -> f64 {
        match self {
            Self::Relu => f64::from(u8::from(x > 0.0)),
            Self::Tanh => 1.0 - x.tanh().powi(2),
            Self::Sigmoid => {
                let y = 1.0 / (1.0 + (-x).exp());
                y * (1.0 - y)
            }
        }
    }
}

/// The trained tensors of `I` inputs, hidden layers of `H` units, `O` classes.
#[derive(Clone)]
struct Layers<const I: usize, const H: usize, const O: usize> {
    first: Hidden<I, H>,
    others: Vec<Hidden<H, H>>,
    read_out: modules::Linear<H, O, f32, Cpu>,
    nonlinearity: Nonlinearity,
}

impl<const I: usize, const H: usize, const O: usize> Trained for Layers<I, H, O> {
    fn visit<V: Visitor>(&mut self, v: &mut V) -> Result<(), String> {
        let mut all = || -> Result<(), CpuError> {
            self.first.visit(v)?;
            self.others.iter_mut().try_for_each(|layer| layer.visit(v))?;
            v.tensor(&mut self.read_out.weight)?;
            v.tensor(&mut self.read_out.bias)
        };
        all().map_err(said)
    }
}

impl<const I: usize, const H: usize, const O: usize> Layers<I, H, O> {
    fn logits<T: Tape<f32, Cpu>>(
        &self,
        x: Tensor<(usize, Const<I>), f32, Cpu, T>,
        uses: &mut dyn FnMut(usize, Use<'_>) -> Result<(), String>,
        source: Source,
        mut dropout: Option<(Draws, f64)>,
    ) -> Result<Logits<O, T>, String> {
        let mut h = self.first.forward(x, source, &mut |u| uses(0, u))?;
        h = drop(self.nonlinearity.of(h).map_err(said)?, &mut dropout)?;
        for (i, layer) in self.others.iter().enumerate() {
            h = layer.forward(h, source, &mut |u| uses(i + 1, u))?;
            h = drop(self.nonlinearity.of(h).map_err(said)?, &mut dropout)?;
        }
        self.read_out.try_forward(h).map_err(said)
    }

    /// What goes into the nonlinearities, layer after layer, each `[cases][units]`.
    fn sums(&self, x: Tensor<(usize, Const<I>), f32, Cpu>, source: Source) -> Result<Vec<Vec<f32>>, String> {
        let mut h = self.first.forward(x, source, &mut |_| Ok(()))?;
        let mut all = vec![h.as_vec()];
        for layer in &self.others {
            h = layer.forward(self.nonlinearity.of(h).map_err(said)?, source, &mut |_| Ok(()))?;
            all.push(h.as_vec());
        }
        Ok(all)
    }
}

/// Units left out of a pass, the others enlarged.
fn drop<const H: usize, T: Tape<f32, Cpu>>(
    h: Tensor<(usize, Const<H>), f32, Cpu, T>,
    dropout: &mut Option<(Draws, f64)>,
) -> Result<Tensor<(usize, Const<H>), f32, Cpu, T>, String> {
    let Some((draws, probability)) = dropout else { return Ok(h) };
    let shape = *h.shape();
    let factors = draws.dropped(shape.0 * H, *probability);
    let factors = h.device().try_tensor_from_vec(factors, shape).map_err(said)?;
    factors.retaped::<T>().try_mul(h).map_err(said)
}

/// The network in training.
struct Perceptron<const I: usize, const H: usize, const O: usize> {
    dev: Cpu,
    layers: Layers<I, H, O>,
    /// Whether the first batch sets gains and biases.
    data_start: bool,
    update: Update,
    /// Probability that a hidden unit is left out of a pass in training.
    dropout: f64,
    seed: u64,
    /// Passes in training so far.
    passes: u64,
    /// Always there between calls; taken while a tape owns them.
    gradients: Option<Gradients<f32, Cpu>>,
    /// How many batches they are of.
    batches: usize,
}

impl<const I: usize, const H: usize, const O: usize> Perceptron<I, H, O> {
    /// The draws of one pass in training.
    fn dropout(&self) -> Option<(Draws, f64)> {
        // Streams below this one are those of the weights.
        const FIRST: u64 = 1 << 32;
        (self.dropout > 0.0).then(|| (Draws::new(self.seed, FIRST + self.passes), self.dropout))
    }

    fn input(&self, batch: &mut Batch) -> Tensor<(usize, Const<I>), f32, Cpu> {
        self.dev.tensor_from_vec(std::mem::take(&mut batch.x), (batch.cases, Const))
    }
}

/// Where tables compare a method.
///
/// # Errors
///
/// Why it has no place in a perceptron.
pub(crate) const fn place(d: &'static Descriptor) -> Result<&'static str, &'static str> {
    match norm::stands(d) {
        Ok(()) => Ok("hidden"),
        Err(reason) => Err(reason),
    }
}

/// The network of a cell with so many hidden layers, unless the settings say otherwise.
///
/// # Errors
///
/// In words, for a setting or a method that there is not.
pub(crate) fn build<const I: usize, const H: usize, const O: usize>(
    depth: usize,
    settings: &CellSettings,
    axes: &Axes<'_>,
) -> Result<Box<dyn Learner>, String> {
    let method =
        norms::find(&settings.method).ok_or_else(|| format!("there is no method `{}`", settings.method))?;
    let depth = axes
        .number("depth", "a whole number of hidden layers from 1 to 64", |v: usize| (1..=64).contains(&v))?
        .unwrap_or(depth);
    let nonlinearity = axes.choice("nonlinearity", &Nonlinearity::CHOICES)?.unwrap_or(Nonlinearity::Relu);
    let data_start = axes.choice("data_start", &[("no", false), ("yes", true)])?.unwrap_or(false);
    let choices = norm::Choices::of(method, axes)?;
    let dev = Cpu::seed_from_u64(settings.seed);
    let draws = |layer: usize| Draws::new(settings.seed, layer as u64);
    let mut layers = Layers::<I, H, O> {
        first: Hidden::new(&dev, &mut draws(0), &choices, depth == 1),
        others: (1..depth).map(|i| Hidden::new(&dev, &mut draws(i), &choices, i + 1 == depth)).collect(),
        read_out: layer::linear(&dev, &mut draws(depth)),
        nonlinearity,
    };
    if let Some(factor) = axes.positive("weight_scale")? {
        start::scale(&mut layers, factor);
    }
    let is_plain = method.descriptor().is_identity() && nonlinearity == Nonlinearity::Relu;
    let only = |what: &str| {
        if is_plain {
            Ok(())
        } else {
            Err(format!("{what} is for the plain network of ReLU units: other units have no such symmetry"))
        }
    };
    if axes.choice("start", &[("balanced", false), ("unbalanced", true)])? == Some(true) {
        only("the start `unbalanced`")?;
        start::unbalance(&mut layers, &mut draws(depth + 1));
    }
    let update = Update::of(axes, settings.learning_rate)?;
    if matches!(update, Update::Path(_)) {
        only("the optimizer `path-sgd`")?;
    }
    let dropout = axes.number("dropout", "from 0 to below 1", |v: f64| (0.0..1.0).contains(&v))?;
    Ok(Box::new(Perceptron {
        dev,
        layers,
        data_start,
        update,
        dropout: dropout.unwrap_or(0.0),
        seed: settings.seed,
        passes: 0,
        gradients: None,
        batches: 0,
    }))
}

impl<const I: usize, const H: usize, const O: usize> Learner for Perceptron<I, H, O> {
    fn steps(&self) -> usize {
        1
    }

    fn values(&self) -> usize {
        I
    }

    fn classes(&self) -> usize {
        O
    }

    fn initialize(&mut self, mut batch: Batch) -> Result<(), String> {
        if !self.data_start {
            return Ok(());
        }
        let x = self.input(&mut batch);
        let Layers { first, others, nonlinearity, .. } = &mut self.layers;
        let mut h = nonlinearity.of(first.start_from(x)?).map_err(said)?;
        for layer in others {
            h = nonlinearity.of(layer.start_from(h)?).map_err(said)?;
        }
        Ok(())
    }

    fn loss(&mut self, mut batch: Batch) -> Result<f64, String> {
        let x = self.input(&mut batch);
        // A step that failed has lost them.
        let mut gradients = self.gradients.take().unwrap_or_else(Gradients::leaky);
        optimizer::prepare(&mut self.layers, &mut gradients, self.batches == 0)?;
        self.passes += 1;
        let mut found: Vec<Vec<f32>> = Vec::new();
        let mut keep = |_: usize, u: Use<'_>| {
            found.push(u.found.to_vec());
            Ok(())
        };
        let logits: Logits<O, Recording> =
            self.layers.logits(x.traced(gradients), &mut keep, Source::Batch, self.dropout())?;
        let (value, gradients) = typed::loss(logits, batch.labels, None)?;
        self.gradients = Some(gradients);
        self.batches += 1;
        let mut found = found.into_iter();
        self.layers.first.take_in(found.next(), batch.cases);
        for layer in &mut self.layers.others {
            layer.take_in(found.next(), batch.cases);
        }
        Ok(value)
    }

    fn update(&mut self) -> Result<Option<String>, String> {
        let Some(mut gradients) = self.gradients.take() else { return Ok(None) };
        if self.batches > 1 {
            optimizer::scale(&mut self.layers, &mut gradients, 1.0 / self.batches as f64)?;
        }
        self.batches = 0;
        let done = self.update.step(&mut self.layers, &mut gradients);
        self.gradients = Some(gradients);
        done
    }

    fn sources(&self) -> &'static [Source] {
        if self.layers.first.stores() {
            &[Source::Population, Source::Running, Source::Batch]
        } else {
            &[Source::Running]
        }
    }

    fn estimate(&mut self, batches: &mut dyn Iterator<Item = Batch>) -> Result<(), String> {
        if !self.layers.first.stores() {
            return Ok(());
        }
        // Layer after layer in one pass: the statistics of a batch depend on that batch alone.
        let mut all: Vec<(Vec<Vec<f32>>, usize)> = Vec::new();
        for mut batch in batches {
            let x = self.input(&mut batch);
            let mut found = Vec::new();
            let mut keep = |_: usize, u: Use<'_>| {
                found.push(u.found.to_vec());
                Ok(())
            };
            self.layers.logits(x, &mut keep, Source::Batch, None)?;
            all.push((found, batch.cases));
        }
        self.layers.first.forget_population();
        self.layers.others.iter_mut().for_each(Hidden::forget_population);
        for (n, (found, cases)) in all.iter().enumerate() {
            self.layers.first.average(&found[0], *cases, n);
            for (layer, found) in self.layers.others.iter_mut().zip(&found[1..]) {
                layer.average(found, *cases, n);
            }
        }
        Ok(())
    }

    fn logits(&self, mut batch: Batch, source: Source) -> Result<Vec<f32>, String> {
        let x = self.input(&mut batch);
        Ok(self.layers.logits(x, &mut |_, _| Ok(()), source, None)?.as_vec())
    }

    fn frozen(&self, source: Source) -> Option<Frozen> {
        let (dev, layers) = (self.dev.clone(), self.layers.clone());
        Some(Box::new(move |batch: Batch| {
            let x = dev.tensor_from_vec(batch.x, (batch.cases, Const));
            Ok(layers.logits(x, &mut |_, _| Ok(()), source, None)?.as_vec())
        }))
    }

    fn gradient_norm(&mut self) -> Option<f64> {
        let mut gradients = self.gradients.take()?;
        let norm = optimizer::norm(&mut self.layers, &mut gradients).ok();
        self.gradients = Some(gradients);
        norm.map(|norm| norm / self.batches.max(1) as f64)
    }

    fn parameters(&self) -> usize {
        let others: usize = self.layers.others.iter().map(Hidden::parameters).sum();
        self.layers.first.parameters() + others + O * (H + 1)
    }

    fn state_bytes(&self) -> usize {
        let others: usize = self.layers.others.iter().map(Hidden::stored).sum();
        (self.layers.first.stored() + others) * size_of::<f32>()
    }

    fn units(&self, mut batch: Batch, source: Source) -> Result<Vec<Units>, String> {
        let cases = batch.cases;
        let nonlinearity = self.layers.nonlinearity;
        let of_layer = |sums: Vec<f32>| {
            let variance = |unit: usize| {
                let column = || sums.iter().skip(unit).step_by(H).map(|v| f64::from(*v));
                let mean = column().sum::<f64>() / cases as f64;
                column().map(|v| (v - mean).powi(2)).sum::<f64>() / cases as f64
            };
            let slopes = sums.iter().map(|v| nonlinearity.slope(f64::from(*v)));
            Units {
                variance: Some((0..H).map(variance).sum::<f64>() / H as f64),
                slope: slopes.sum::<f64>() / sums.len().max(1) as f64,
            }
        };
        let x = self.input(&mut batch);
        Ok(self.layers.sums(x, source)?.into_iter().map(of_layer).collect())
    }

    fn rows(&self) -> Option<(Vec<f32>, usize)> {
        Some((self.layers.first.linear.weight.as_vec(), I))
    }
}
