//! What can go wrong.

use crate::Axes;

/// Errors of the symbolic engine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A symbol was declared again with other axes.
    #[error("symbol `{name}` varies over {expected}, but was declared again over {got}")]
    SymbolAxes {
        /// The symbol.
        name: String,
        /// Axes of the first declaration.
        expected: Axes,
        /// Axes of the second one.
        got: Axes,
    },
    /// A definition whose left side is not a symbol.
    #[error("only a symbol can be defined, got `{expr}`")]
    NotASymbol {
        /// The left side, as text.
        expr: String,
    },
    /// A symbol was given a second, different meaning.
    #[error("symbol `{name}` is already defined as `{expected}`, got `{got}`")]
    Redefined {
        /// The symbol.
        name: String,
        /// Its first meaning, as text.
        expected: String,
        /// The second one, as text.
        got: String,
    },
    /// A meaning that varies over axes its symbol does not have.
    #[error("symbol `{name}` varies over {expected}, but its definition varies over {got}")]
    DefinitionAxes {
        /// The symbol.
        name: String,
        /// Axes of the symbol.
        expected: Axes,
        /// Axes of the definition.
        got: Axes,
    },
    /// A meaning that contains its own symbol, directly or through other definitions.
    #[error("the definition of `{name}` leads back to `{name}`")]
    CyclicDefinition {
        /// The symbol.
        name: String,
    },
    /// An id that this graph never handed out.
    #[error("the graph has {len} nodes, got node {got}")]
    UnknownExpr {
        /// How many nodes there are.
        len: usize,
        /// The index asked for.
        got: usize,
    },
    /// A symbol the environment gives no value.
    #[error("symbol `{name}` over {axes} has no value")]
    Unbound {
        /// The symbol.
        name: String,
        /// Axes its value should vary over.
        axes: Axes,
    },
    /// A value of the wrong length.
    #[error("symbol `{name}` over {axes} needs {expected} values, got {got}")]
    WrongLength {
        /// The symbol.
        name: String,
        /// Axes its value varies over.
        axes: Axes,
        /// Length by the sizes of those axes.
        expected: usize,
        /// Length given.
        got: usize,
    },
    /// A mask of the wrong length.
    #[error("the mask needs one entry for each of {expected} cases, got {got}")]
    MaskLength {
        /// Number of cases.
        expected: usize,
        /// Length of the mask.
        got: usize,
    },
    /// A window that has no elements, or not a whole number of them.
    #[error("`{expr}` has a window of {got} elements: it must be a whole number from 1 on")]
    WindowSize {
        /// The expression, as text.
        expr: String,
        /// The size asked for.
        got: String,
    },
    /// An unmasked element of an input that is not a number.
    #[error("symbol `{name}` is not a number at element {index}")]
    NanInput {
        /// The symbol.
        name: String,
        /// Row-major index of the first such element.
        index: usize,
    },
    /// An unmasked element of a result that is not a number although its operands are.
    #[error("`{expr}` is not a number at element {index}")]
    NanResult {
        /// The expression, as text.
        expr: String,
        /// Row-major index of the first such element.
        index: usize,
    },
}
