//! A step of Path-SGD of a recurrent ReLU net (neyshabur2016path), for nets that hold their numbers themselves.

use norm_core::Elem;
use norm_path_sgd::{Dense, Loss, Recurrent, descend, recurrent_scales};

use super::{PathSgdConfig, PathSgdError};

/// Numbers and the gradient at them.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved<E> {
    /// The numbers.
    pub values: Vec<E>,
    /// As many slopes.
    pub gradient: Vec<E>,
}

/// `h_t = relu(W_ih x_t + W_hh h_{t-1} + b)` from `h_0 = 0`, read out by `W_out h_t + b_out`.
#[derive(Clone, Debug, PartialEq)]
pub struct RecurrentNet<E> {
    /// Width of the input of a step.
    pub inputs: usize,
    /// Steps.
    pub steps: usize,
    /// Whether every step has a loss, or the last one only: where paths end.
    pub every_step: bool,
    /// `W_ih`, `[units, inputs]`.
    pub weight_ih: Moved<E>,
    /// `W_hh`, `[units, units]`.
    pub weight_hh: Moved<E>,
    /// `b`, `[units]`.
    pub bias: Moved<E>,
    /// `W_out`, `[outputs, units]`.
    pub read_out: Moved<E>,
    /// `b_out`, `[outputs]`.
    pub read_out_bias: Moved<E>,
}

impl PathSgdConfig {
    /// One step of a recurrent net, divided by the first term of its path scales.
    ///
    /// # Errors
    ///
    /// [`PathSgdError::Scales`] where sizes do not follow, a weight is not finite or a setting lies outside its domain; only
    /// the latter can have moved some of the weights.
    pub fn step_recurrent<E: Elem>(&self, net: &mut RecurrentNet<E>) -> Result<(), PathSgdError> {
        let units = net.bias.values.len();
        let read_out = Dense {
            weight: &net.read_out.values,
            bias: Some(&net.read_out_bias.values),
            inputs: units,
            outputs: net.read_out_bias.values.len(),
        };
        let scales = recurrent_scales(&Recurrent {
            weight_ih: &net.weight_ih.values,
            weight_hh: &net.weight_hh.values,
            bias: Some(&net.bias.values),
            readout: Some(read_out),
            inputs: net.inputs,
            hidden: units,
            steps: net.steps,
            loss: if net.every_step { Loss::EveryStep } else { Loss::LastStep },
        })?;
        let factor = scales.log2_factor - self.log2_reference;
        let (of_read_out, of_its_bias) =
            scales.readout.map(|r| (r.weight, r.bias.unwrap_or_default())).unwrap_or_default();
        for (moved, scales) in [
            (&mut net.weight_ih, &scales.weight_ih),
            (&mut net.weight_hh, &scales.weight_hh),
            (&mut net.bias, &scales.bias.unwrap_or_default()),
            (&mut net.read_out, &of_read_out),
            (&mut net.read_out_bias, &of_its_bias),
        ] {
            descend(&mut moved.values, &moved.gradient, scales, factor, self.lr, self.floor)?;
        }
        Ok(())
    }
}
