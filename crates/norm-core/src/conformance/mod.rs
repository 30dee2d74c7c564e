//! The conformance kit: what a method must survive, callable from any repository.
//!
//! A method brings its declaration and its judge ([`Reference`]: plain `f64` loops written from the paper); the
//! kit brings shapes, data and checks. [`run`] gives a [`Report`]; [`conformance!`](crate::conformance!) makes it
//! a test. [`Probe`] finds by experiment which outputs and gradients depend on which inputs.

mod reference;

pub use reference::{
    Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward, StoredReference, Subject,
};
