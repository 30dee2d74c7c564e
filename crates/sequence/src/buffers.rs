//! The values of a pass, kept for its backward pass.

use norm_core::Elem;

use crate::cell::Sizes;
use crate::forward::at;
use crate::graph::{Graph, Value};
use crate::storage::{Home, Storage};

/// Makes room for `len` elements; what stands in them is left as it is.
pub(crate) fn fit<T: Elem>(v: &mut Vec<T>, len: usize) {
    if v.len() < len {
        v.resize(len, T::default());
    }
}

/// Makes room for so many buffers.
pub(crate) fn fit_list<T>(list: &mut Vec<Vec<T>>, count: usize) {
    if list.len() < count {
        list.resize_with(count, Vec::new);
    }
}

/// Buffers of values. Grown when needed, never shrunk.
#[derive(Debug)]
pub(crate) struct Buffers<T> {
    /// Of values with one of their own, `[T, N, parts · H]`.
    pub(crate) own: Vec<Vec<T>>,
    /// Of carried states, from before the first step on, `[T + 1, N, H]`.
    pub(crate) carried: Vec<Vec<T>>,
    /// What is added to a sum at once.
    pub(crate) passing: Vec<T>,
}

impl<T> Default for Buffers<T> {
    fn default() -> Self {
        Self { own: Vec::new(), carried: Vec::new(), passing: Vec::new() }
    }
}

/// A buffer that a node writes, taken out while the node reads others.
pub(crate) struct Lent<T> {
    value: Value,
    home: Home,
    data: Vec<T>,
}

impl<T> Default for Lent<T> {
    fn default() -> Self {
        Self { value: Value(0), home: Home::Input, data: Vec::new() }
    }
}

impl<T: Elem> Lent<T> {
    /// The place of step `t`, `len` elements, and what lies before it, with the state that the history belongs to.
    pub(crate) fn split(&mut self, t: usize, len: usize) -> (Option<(usize, &[T])>, &mut [T]) {
        match self.home {
            Home::After(i) => {
                let (before, after) = self.data.split_at_mut((t + 1) * len);
                (Some((i, before)), &mut after[..len])
            }
            Home::Passing => (None, &mut self.data[..len]),
            _ => (None, &mut self.data[at(t, len)]),
        }
    }

    /// The place of step `t`.
    pub(crate) fn step(&mut self, t: usize, len: usize) -> &mut [T] {
        self.split(t, len).1
    }
}

impl<T: Elem> Buffers<T> {
    pub(crate) fn fit(&mut self, graph: &Graph<T>, storage: &Storage, s: &Sizes) {
        let one = s.cases * s.units;
        fit_list(&mut self.own, graph.shapes.len());
        fit_list(&mut self.carried, graph.carries.len());
        for (v, shape) in graph.shapes.iter().enumerate() {
            let (value, home) = storage.home(Value(v));
            let steps = if shape.whole { s.steps } else { 1 };
            match home {
                Home::Own if value.0 == v => fit(&mut self.own[v], s.steps * one * shape.parts),
                Home::Passing => fit(&mut self.passing, steps * one * shape.parts),
                _ => {}
            }
        }
        for states in &mut self.carried[..graph.carries.len()] {
            fit(states, (s.steps + 1) * one);
        }
    }

    fn buffer(&mut self, value: Value, home: Home) -> Option<&mut Vec<T>> {
        match home {
            Home::Input => None,
            Home::Before(i) | Home::After(i) => self.carried.get_mut(i),
            Home::Own => self.own.get_mut(value.0),
            Home::Passing => Some(&mut self.passing),
        }
    }

    /// Takes out the buffer of a value, to be written.
    pub(crate) fn lend(&mut self, storage: &Storage, v: Value) -> Lent<T> {
        let (value, home) = storage.home(v);
        let data = self.buffer(value, home).map(std::mem::take).unwrap_or_default();
        Lent { value, home, data }
    }

    /// Puts it back.
    pub(crate) fn put(&mut self, lent: Lent<T>) {
        if let Some(buffer) = self.buffer(lent.value, lent.home) {
            *buffer = lent.data;
        }
    }

    /// A value at step `t`, `len` elements of it; `x` is the input. `history` is of a state whose buffer is lent.
    pub(crate) fn read<'b>(
        &'b self,
        storage: &Storage,
        v: Value,
        t: usize,
        len: usize,
        x: &'b [T],
        history: &[Option<(usize, &'b [T])>],
    ) -> &'b [T] {
        let (value, home) = storage.home(v);
        match home {
            Home::Input => &x[at(t, len)],
            Home::Before(i) => {
                let lent = history.iter().flatten().find(|(of, _)| *of == i);
                &lent.map_or(&self.carried[i][..], |(_, data)| data)[at(t, len)]
            }
            Home::After(i) => &self.carried[i][at(t + 1, len)],
            Home::Own => &self.own[value.0][at(t, len)],
            Home::Passing => &self.passing[..len],
        }
    }

    /// A value of all steps, `len` elements.
    pub(crate) fn read_all<'b>(
        &'b self,
        storage: &Storage,
        v: Value,
        len: usize,
        one: usize,
        x: &'b [T],
    ) -> &'b [T] {
        match storage.home(v) {
            (_, Home::After(i)) => &self.carried[i][one..one + len],
            _ => self.read(storage, v, 0, len, x, &[]),
        }
    }
}
