//! The arena: hash-consed nodes, symbols and their definitions.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{Axes, Error, ExprId, Node, Symbol, SymbolId};

/// An arena of hash-consed expressions: equal expressions have equal ids.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    axes: Vec<Axes>,
    /// Only ever looked up, never iterated: its order cannot reach any output.
    interned: HashMap<Node, ExprId>,
    symbols: Vec<Symbol>,
    names: BTreeMap<String, SymbolId>,
    /// Symbol to meaning, as given to `define`.
    meanings: BTreeMap<ExprId, ExprId>,
    /// Simplified meaning to symbol, what `fold-definition` looks up.
    folds: BTreeMap<ExprId, ExprId>,
    /// What sets of axes are called in formulas for readers.
    axis_words: Vec<(Axes, String)>,
}

impl Graph {
    /// An empty graph.
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares a symbol, or finds the one of that name.
    ///
    /// # Errors
    /// [`Error::SymbolAxes`] if the name is taken by a symbol over other axes.
    pub fn symbol(&mut self, name: &str, latex: &str, axes: Axes) -> Result<ExprId, Error> {
        if let Some(&id) = self.names.get(name) {
            let expected = self.symbols[id.index()].axes;
            if expected != axes {
                return Err(Error::SymbolAxes { name: name.to_owned(), expected, got: axes });
            }
            return Ok(self.intern(Node::Symbol(id)));
        }
        let id = SymbolId(self.symbols.len() as u32);
        self.symbols.push(Symbol { name: name.to_owned(), latex: latex.to_owned(), axes });
        self.names.insert(name.to_owned(), id);
        Ok(self.intern(Node::Symbol(id)))
    }

    /// Gives a set of axes words, which [`Graph::to_latex`] and [`Graph::to_mathml`] print in place of its letters. Text keeps
    /// the letters: it is what declarations are compared by.
    pub fn name_axes(&mut self, axes: Axes, words: &str) {
        self.axis_words.retain(|(known, _)| *known != axes);
        self.axis_words.push((axes, words.to_owned()));
    }

    /// The words of a set of axes.
    pub(crate) fn words_of(&self, axes: Axes) -> Option<&str> {
        self.axis_words.iter().find(|(known, _)| *known == axes).map(|(_, words)| words.as_str())
    }

    /// The symbol of that name, if it was declared.
    pub fn find(&self, name: &str) -> Option<ExprId> {
        let id = *self.names.get(name)?;
        self.interned.get(&Node::Symbol(id)).copied()
    }

    /// Records `symbol := meaning`. From then on [`Graph::simplify`] folds whatever equals the meaning into the
    /// symbol (`fold-definition`). Defining again with the same meaning changes nothing; of two symbols with one
    /// meaning the first is folded to.
    ///
    /// # Errors
    /// [`Error::NotASymbol`], [`Error::DefinitionAxes`], [`Error::Redefined`], [`Error::CyclicDefinition`].
    pub fn define(&mut self, symbol: ExprId, meaning: ExprId) -> Result<(), Error> {
        self.check(&[symbol, meaning])?;
        let Some(known) = self.symbol_of(symbol) else {
            return Err(Error::NotASymbol { expr: self.to_text(symbol) });
        };
        let name = known.name.clone();
        let (expected, got) = (known.axes, self.axes(meaning));
        if !got.is_subset(expected) {
            return Err(Error::DefinitionAxes { name, expected, got });
        }
        if let Some(&first) = self.meanings.get(&symbol) {
            return if first == meaning {
                Ok(())
            } else {
                Err(Error::Redefined { name, expected: self.to_text(first), got: self.to_text(meaning) })
            };
        }
        let key = self.simplify(meaning);
        if self.leads_to(meaning, symbol) || self.leads_to(key, symbol) {
            return Err(Error::CyclicDefinition { name });
        }
        self.meanings.insert(symbol, meaning);
        // A bare symbol or constant is no work to save, and folding it would rename unrelated uses. A meaning with
        // fewer axes than its symbol would grow where it is folded.
        if got == expected && !matches!(self.node(key), Node::Const(_) | Node::Symbol(_) | Node::Count(_)) {
            self.folds.entry(key).or_insert(symbol);
        }
        Ok(())
    }

    /// The meaning given to a symbol by [`Graph::define`].
    pub fn definition(&self, symbol: ExprId) -> Option<ExprId> {
        self.meanings.get(&symbol).copied()
    }

    /// The operation of a node.
    pub fn node(&self, e: ExprId) -> &Node {
        &self.nodes[e.index()]
    }

    /// The axes a node varies over.
    pub fn axes(&self, e: ExprId) -> Axes {
        self.axes[e.index()]
    }

    /// The symbol a node is, if it is one.
    pub fn symbol_of(&self, e: ExprId) -> Option<&Symbol> {
        match self.nodes.get(e.index())? {
            Node::Symbol(id) => Some(self.symbol_at(*id)),
            _ => None,
        }
    }

    /// The symbol with that id.
    pub fn symbol_at(&self, id: SymbolId) -> &Symbol {
        &self.symbols[id.index()]
    }

    /// The value of a node that is a constant.
    pub fn as_number(&self, e: ExprId) -> Option<f64> {
        match self.node(e) {
            Node::Const(value) => Some(value.get()),
            _ => None,
        }
    }

    /// Every symbol that occurs in an expression.
    pub fn symbols_in(&self, e: ExprId) -> BTreeSet<SymbolId> {
        let nodes = self.topological(&[e]).into_iter();
        nodes.filter_map(|e| if let Node::Symbol(id) = self.node(e) { Some(*id) } else { None }).collect()
    }

    /// Every node the roots are made of, each once, operands before the nodes that use them; roots in the order
    /// given, operands left to right.
    pub fn topological(&self, roots: &[ExprId]) -> Vec<ExprId> {
        self.postorder(roots, Node::operands)
    }

    /// Depth-first postorder over the operands that `follow` names. Iterative, so that depth is no danger.
    pub(crate) fn postorder(&self, roots: &[ExprId], follow: impl Fn(&Node) -> Vec<ExprId>) -> Vec<ExprId> {
        let mut seen = vec![false; self.nodes.len()];
        let mut order = Vec::new();
        let mut stack: Vec<(ExprId, bool)> = roots.iter().rev().map(|&e| (e, false)).collect();
        while let Some((e, operands_done)) = stack.pop() {
            if operands_done {
                order.push(e);
            } else if !std::mem::replace(&mut seen[e.index()], true) {
                stack.push((e, true));
                stack.extend(follow(self.node(e)).into_iter().rev().map(|o| (o, false)));
            }
        }
        order
    }

    /// Replaces nodes by others, all at once: what a replacement contains is not replaced again.
    pub fn substitute(&mut self, e: ExprId, map: &[(ExprId, ExprId)]) -> ExprId {
        let map: BTreeMap<ExprId, ExprId> = map.iter().copied().collect();
        self.rebuild(e, |_, old| map.get(&old).copied())
    }

    /// Rebuilds an expression bottom-up through the constructors; where `replace` gives a node, that is taken.
    pub(crate) fn rebuild(&mut self, e: ExprId, replace: impl Fn(&Self, ExprId) -> Option<ExprId>) -> ExprId {
        let mut done: BTreeMap<ExprId, ExprId> = BTreeMap::new();
        for old in self.topological(&[e]) {
            let new = match replace(self, old) {
                Some(new) => new,
                None => self.with_operands(old, |operand| done[&operand]),
            };
            done.insert(old, new);
        }
        done[&e]
    }

    /// The same operation on other operands, through the constructors.
    pub(crate) fn with_operands(&mut self, e: ExprId, of: impl Fn(ExprId) -> ExprId) -> ExprId {
        match self.node(e).clone() {
            Node::Const(_) | Node::Symbol(_) | Node::Count(_) => e,
            Node::Add(list) => self.add_all(&list.into_iter().map(of).collect::<Vec<_>>()),
            Node::Mul(list) => self.mul_all(&list.into_iter().map(of).collect::<Vec<_>>()),
            Node::Pow(base, exponent) => self.pow(of(base), exponent.get()),
            Node::PowExpr(base, exponent) => self.pow_expr(of(base), of(exponent)),
            Node::Unary(op, operand) => self.unary(op, of(operand)),
            Node::Binary(op, left, right) => self.binary(op, of(left), of(right)),
            Node::Controlled { value, direction, rate, state } => {
                self.controlled(of(value), of(direction), of(rate), of(state))
            }
            Node::Sum(axes, operand) => self.sum(axes, of(operand)),
            Node::Mean(axes, operand) => self.mean(axes, of(operand)),
            Node::Window(window, operand, size) => self.window(window, of(operand), of(size)),
        }
    }

    /// The node's id, made on first sight. Only the constructors call this, with nodes in canonical form.
    pub(crate) fn intern(&mut self, node: Node) -> ExprId {
        if let Some(&id) = self.interned.get(&node) {
            return id;
        }
        let axes = self.axes_of(&node);
        let id = ExprId(self.nodes.len() as u32);
        self.nodes.push(node.clone());
        self.axes.push(axes);
        self.interned.insert(node, id);
        id
    }

    /// The axis typing rules.
    fn axes_of(&self, node: &Node) -> Axes {
        match node {
            Node::Const(_) | Node::Count(_) => Axes::EMPTY,
            Node::Symbol(id) => self.symbols[id.index()].axes,
            Node::Sum(over, e) | Node::Mean(over, e) => self.axes(*e) - *over,
            // At a border even a window over what does not vary along it does.
            Node::Window(window, e, _) => self.axes(*e) | window.axis,
            Node::Controlled { value, .. } => self.axes(*value),
            Node::Add(_)
            | Node::Mul(_)
            | Node::Pow(..)
            | Node::PowExpr(..)
            | Node::Unary(..)
            | Node::Binary(..) => {
                node.operands().into_iter().fold(Axes::EMPTY, |axes, e| axes | self.axes(e))
            }
        }
    }

    /// The symbol that was defined as exactly this simplified expression.
    pub(crate) fn folded(&self, meaning: ExprId) -> Option<ExprId> {
        self.folds.get(&meaning).copied()
    }

    /// Definitions that are powers, as (base, exponent, symbol).
    pub(crate) fn folded_powers(&self, base: ExprId) -> Vec<(f64, ExprId)> {
        let powers = self.folds.iter().filter_map(|(&meaning, &symbol)| match self.node(meaning) {
            Node::Pow(b, exponent) if *b == base => Some((exponent.get(), symbol)),
            _ => None,
        });
        powers.collect()
    }

    /// The first definition that is a power of this base with an exponent that is not a constant: exponent, symbol.
    pub(crate) fn folded_named_power(&self, base: ExprId) -> Option<(ExprId, ExprId)> {
        self.folds.iter().find_map(|(&meaning, &symbol)| match self.node(meaning) {
            Node::PowExpr(b, exponent) if *b == base => Some((*exponent, symbol)),
            _ => None,
        })
    }

    /// Refuses ids this graph never handed out.
    pub(crate) fn check(&self, ids: &[ExprId]) -> Result<(), Error> {
        let len = self.nodes.len();
        match ids.iter().find(|e| e.index() >= len) {
            Some(e) => Err(Error::UnknownExpr { len, got: e.index() }),
            None => Ok(()),
        }
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether `symbol` occurs in `e` or in a definition of a symbol of `e`, at any depth.
    fn leads_to(&self, e: ExprId, symbol: ExprId) -> bool {
        let reached = self.postorder(&[e], |node| match node {
            Node::Symbol(id) => {
                let meaning = self.interned.get(&Node::Symbol(*id)).and_then(|s| self.meanings.get(s));
                meaning.copied().into_iter().collect()
            }
            other => other.operands(),
        });
        reached.contains(&symbol)
    }
}
