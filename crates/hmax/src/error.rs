//! What can be wrong with an image, a parameter or a network.

/// Short form of this crate's results.
pub type Result<T, E = HmaxError> = std::result::Result<T, E>;

/// Every failure of this crate.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HmaxError {
    /// A size or a count is zero.
    #[error("{what} is 0, at least 1 is needed")]
    Empty {
        /// What has no elements.
        what: &'static str,
    },
    /// A buffer has the wrong length.
    #[error("{what} has {got} elements, expected {expected}")]
    Length {
        /// The buffer.
        what: &'static str,
        /// What the sizes ask for.
        expected: usize,
        /// What came.
        got: usize,
    },
    /// A value is infinite or not a number.
    #[error("{what}: element {index} is {value}, expected a finite number")]
    NotFinite {
        /// The buffer.
        what: &'static str,
        /// Place in the buffer, row by row from 0.
        index: usize,
        /// Value found.
        value: f32,
    },
    /// A parameter is outside its range.
    #[error("{name} is {value}, expected {expected}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// Value found.
        value: f64,
        /// The range.
        expected: &'static str,
    },
    /// A receptive field does not fit into what it looks at.
    #[error(
        "a {what} of {field}×{field} does not fit into {height}×{width}: take a larger image or a smaller {what}"
    )]
    TooSmall {
        /// `"filter"`, `"window"` or `"prototype"`.
        what: &'static str,
        /// Its side.
        field: usize,
        /// Height of what it looks at.
        height: usize,
        /// Width of what it looks at.
        width: usize,
    },
    /// A template has nothing in it that a patch could resemble.
    #[error("the template is {what}, so it has no direction: take it from a patch with structure")]
    Flat {
        /// `"zero"` or `"constant and would be centred"`.
        what: &'static str,
    },
    /// Layers or prototypes with different numbers of features meet.
    #[error("{what} has {got} features, expected {expected}")]
    Features {
        /// Which of them.
        what: &'static str,
        /// Expected number.
        expected: usize,
        /// Number found.
        got: usize,
    },
    /// Scales that are pooled together are not of one size.
    #[error("scale {scale} is {got:?} (height, width), expected {expected:?} as scale 0")]
    Scales {
        /// The scale, from 0.
        scale: usize,
        /// Height and width of the first scale.
        expected: (usize, usize),
        /// Height and width found.
        got: (usize, usize),
    },
    /// A receptive field cannot be centred.
    #[error(
        "{cells} cells seen through fields of {field} in steps of {step}: the parities of {cells} and {field} differ, so the step must be odd"
    )]
    Parity {
        /// Cells of the layer below.
        cells: usize,
        /// Receptive field in these cells.
        field: usize,
        /// Step in these cells.
        step: usize,
    },
    /// Two layers have one name.
    #[error("two layers are called `{name}`")]
    DuplicateLayer {
        /// The name.
        name: String,
    },
    /// A layer reads one that does not exist.
    #[error("layer `{layer}` reads `{previous}`, which does not exist")]
    NoSuchLayer {
        /// The layer that reads.
        layer: String,
        /// The name it gives.
        previous: String,
    },
    /// Layers read each other in a circle, so no order of steps exists.
    #[error("layer `{layer}` waits for itself, through the layers it reads")]
    Cycle {
        /// One layer of the circle.
        layer: String,
    },
    /// A kernel reads another number of layers.
    #[error("layer `{layer}` reads {got} layers, its kernel {expected}")]
    Reads {
        /// The layer.
        layer: String,
        /// What the kernel reads.
        expected: &'static str,
        /// What the layer names.
        got: usize,
    },
    /// The classes of the training cases leave nothing to learn.
    #[error("case {case} has class {class}, expected one below {classes}")]
    Class {
        /// The case, from 0.
        case: usize,
        /// Its class.
        class: usize,
        /// Number of classes.
        classes: usize,
    },
}

pub(crate) fn positive(name: &'static str, value: f64) -> Result<()> {
    if value.is_finite() && value > 0.0 {
        Ok(())
    } else {
        Err(HmaxError::Parameter { name, value, expected: "a finite number above 0" })
    }
}

pub(crate) fn not_negative(name: &'static str, value: f64) -> Result<()> {
    if value.is_finite() && value >= 0.0 {
        Ok(())
    } else {
        Err(HmaxError::Parameter { name, value, expected: "a finite number, 0 or above" })
    }
}

pub(crate) fn some(what: &'static str, n: usize) -> Result<()> {
    if n == 0 { Err(HmaxError::Empty { what }) } else { Ok(()) }
}

/// Sides that are squared or multiplied with a step: below this nothing overflows.
pub(crate) fn side(name: &'static str, n: usize) -> Result<()> {
    some(name, n)?;
    if n < 1 << 15 {
        return Ok(());
    }
    Err(HmaxError::Parameter { name, value: n as f64, expected: "below 32768" })
}

pub(crate) fn length(what: &'static str, expected: usize, got: usize) -> Result<()> {
    if expected == got { Ok(()) } else { Err(HmaxError::Length { what, expected, got }) }
}

pub(crate) fn finite(what: &'static str, values: &[f32]) -> Result<()> {
    match values.iter().position(|v| !v.is_finite()) {
        None => Ok(()),
        Some(index) => Err(HmaxError::NotFinite { what, index, value: values[index] }),
    }
}
