//! Layers whose outputs are linear in their weights: dense and convolutional.

use norm_core::Elem;

use crate::Error;
use crate::scaled::Scaled;

/// `W x + b`.
#[derive(Clone, Copy, Debug)]
pub struct Dense<'a, T> {
    /// `[outputs, inputs]`, row-major.
    pub weight: &'a [T],
    /// `[outputs]`, if there is one.
    pub bias: Option<&'a [T]>,
    /// Width of the input.
    pub inputs: usize,
    /// Width of the output.
    pub outputs: usize,
}

/// A convolution of `[in_channels, height, width]`; its output, `[out_channels, …, …]`, is flattened row-major.
#[derive(Clone, Copy, Debug)]
pub struct Conv2d<'a, T> {
    /// `[out_channels, in_channels, kernel.0, kernel.1]`, row-major.
    pub weight: &'a [T],
    /// `[out_channels]`, if there is one.
    pub bias: Option<&'a [T]>,
    /// Channels of the input.
    pub in_channels: usize,
    /// Channels of the output.
    pub out_channels: usize,
    /// Height and width of the kernel.
    pub kernel: (usize, usize),
    /// Height and width of the input.
    pub input: (usize, usize),
    /// In both directions.
    pub stride: usize,
    /// Zeros on each side, in both directions. No path starts in them.
    pub padding: usize,
}

/// A layer of a chain.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Layer<'a, T> {
    /// Fully connected.
    Dense(Dense<'a, T>),
    /// Weights shared over space.
    Conv2d(Conv2d<'a, T>),
}

/// Which weight leads from which input to which output.
#[derive(Clone, Copy, Debug)]
enum Wiring {
    Dense,
    Conv {
        in_channels: usize,
        kernel: (usize, usize),
        input: (usize, usize),
        output: (usize, usize),
        stride: usize,
        padding: usize,
    },
}

/// A layer with its weights squared.
#[derive(Clone, Debug)]
pub(crate) struct Squared {
    wiring: Wiring,
    weight: Scaled,
    bias: Option<Scaled>,
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
}

impl Squared {
    /// `name` stands before `weight` and `bias` in an error; `at` is the place in the chain.
    pub(crate) fn of<T: Elem>(layer: &Layer<'_, T>, name: &str, at: usize) -> Result<Self, Error> {
        let (wiring, weight, bias, inputs, outputs, weights, biases) = match layer {
            Layer::Dense(d) => {
                (Wiring::Dense, d.weight, d.bias, d.inputs, d.outputs, d.inputs * d.outputs, d.outputs)
            }
            Layer::Conv2d(c) => {
                let output = |kernel: usize, input: usize| match (input + 2 * c.padding).checked_sub(kernel) {
                    Some(room) if c.stride > 0 && kernel > 0 => Ok(room / c.stride + 1),
                    _ => Err(Error::Convolution {
                        layer: at,
                        kernel,
                        stride: c.stride,
                        padding: c.padding,
                        input,
                    }),
                };
                let output = (output(c.kernel.0, c.input.0)?, output(c.kernel.1, c.input.1)?);
                let wiring = Wiring::Conv {
                    in_channels: c.in_channels,
                    kernel: c.kernel,
                    input: c.input,
                    output,
                    stride: c.stride,
                    padding: c.padding,
                };
                let weights = c.out_channels * c.in_channels * c.kernel.0 * c.kernel.1;
                let (inputs, outputs) =
                    (c.in_channels * c.input.0 * c.input.1, c.out_channels * output.0 * output.1);
                (wiring, c.weight, c.bias, inputs, outputs, weights, c.out_channels)
            }
        };
        for (what, size) in [("inputs", inputs), ("outputs", outputs)] {
            if size == 0 {
                return Err(Error::Empty { what: format!("{what} of {name}") });
            }
        }
        length(&format!("{name}.weight"), weight.len(), weights)?;
        let weight = Scaled::squares(&|| format!("{name}.weight"), weight)?;
        let bias = match bias {
            Some(bias) => {
                length(&format!("{name}.bias"), bias.len(), biases)?;
                Some(Scaled::squares(&|| format!("{name}.bias"), bias)?)
            }
            None => None,
        };
        Ok(Self { wiring, weight, bias, inputs, outputs })
    }

    /// Calls `f(output, input, weight)` for every use of every weight.
    #[inline]
    fn each_use(&self, mut f: impl FnMut(usize, usize, usize)) {
        match self.wiring {
            Wiring::Dense => {
                for o in 0..self.outputs {
                    for i in 0..self.inputs {
                        f(o, i, o * self.inputs + i);
                    }
                }
            }
            Wiring::Conv { in_channels, kernel, input, output, stride, padding } => {
                let places = output.0 * output.1;
                for o in 0..self.outputs {
                    let (channel, y, x) = (o / places, o % places / output.1, o % output.1);
                    for c in 0..in_channels {
                        for (ky, kx) in (0..kernel.0).flat_map(|ky| (0..kernel.1).map(move |kx| (ky, kx))) {
                            // In padded coordinates; what lies in the padding is no input.
                            let (py, px) = (y * stride + ky, x * stride + kx);
                            let inside = (padding..padding + input.0).contains(&py)
                                && (padding..padding + input.1).contains(&px);
                            if inside {
                                let i = (c * input.0 + py - padding) * input.1 + px - padding;
                                f(o, i, ((channel * in_channels + c) * kernel.0 + ky) * kernel.1 + kx);
                            }
                        }
                    }
                }
            }
        }
    }

    /// Which bias an output has.
    fn bias_of(&self, output: usize) -> usize {
        match self.wiring {
            Wiring::Dense => output,
            Wiring::Conv { output: places, .. } => output / (places.0 * places.1),
        }
    }

    /// Squared paths that arrive at each output, given those that arrive at each input.
    pub(crate) fn arriving(&self, at: &Scaled) -> Scaled {
        let mut sums = vec![0.0; self.outputs];
        self.each_use(|o, i, w| sums[o] += self.weight.values[w] * at.values[i]);
        let mut arriving = Scaled::new(sums, self.weight.exponent + at.exponent);
        if let Some(bias) = &self.bias {
            let values = (0..self.outputs).map(|o| bias.values[self.bias_of(o)]).collect();
            arriving.add(&Scaled { values, exponent: bias.exponent });
        }
        arriving
    }

    /// Squared paths that leave each input, given those that leave each output.
    pub(crate) fn leaving(&self, from: &Scaled) -> Scaled {
        let mut sums = vec![0.0; self.inputs];
        self.each_use(|o, i, w| sums[i] += self.weight.values[w] * from.values[o]);
        Scaled::new(sums, self.weight.exponent + from.exponent)
    }

    /// Squared paths through each weight, without the weight, summed over its uses.
    pub(crate) fn through_weight(&self, arriving: &Scaled, leaving: &Scaled) -> Scaled {
        let mut sums = vec![0.0; self.weight.values.len()];
        self.each_use(|o, i, w| sums[w] += arriving.values[i] * leaving.values[o]);
        Scaled { values: sums, exponent: arriving.exponent + leaving.exponent }
    }

    /// Squared paths that start at each bias, without the bias, summed over its uses.
    pub(crate) fn through_bias(&self, leaving: &Scaled) -> Option<Scaled> {
        let bias = self.bias.as_ref()?;
        let mut sums = vec![0.0; bias.values.len()];
        for (o, l) in leaving.values.iter().enumerate() {
            sums[self.bias_of(o)] += l;
        }
        Some(Scaled { values: sums, exponent: leaving.exponent })
    }

    /// The squared weights.
    pub(crate) fn weight(&self) -> &Scaled {
        &self.weight
    }
}

/// Refuses a buffer of another length.
pub(crate) fn length(what: &str, got: usize, expected: usize) -> Result<(), Error> {
    if got == expected { Ok(()) } else { Err(Error::Length { what: what.to_owned(), expected, got }) }
}
