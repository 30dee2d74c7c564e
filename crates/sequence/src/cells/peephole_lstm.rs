//! Long short-term memory whose gates see the cell (gers2000recurrent): each through weights of its own, one for each unit.
//! These stand in slots, [`Diagonal`] unless something else is put there.

use norm_core::{CellKernel, Elem, Kernel};

use crate::cell::Cell;
use crate::graph::{Builder, INPUT, Side};
use crate::slot::{Place, Slot};

norm_core::pointwise! {
    /// Peephole LSTM step up to the cell: input and forget gate see the cell before it
    pub PeepholeUpdate(gers2000recurrent) {
        in i, f, g, o, ci, cf, c0;
        c = sigmoid(f + cf) * c0 + sigmoid(i + ci) * tanh(g);
        before = o;
        out c, before;
    }
}

norm_core::pointwise! {
    /// Peephole LSTM read-out: the output gate sees the new cell
    pub PeepholeReadOut(gers2000recurrent) {
        in o, co, c;
        h = sigmoid(o + co) * tanh(c);
        out h;
    }
}

norm_core::formula! {
    /// A product with one weight for each unit
    ///
    /// It starts at 0, where a gate does not see the cell yet.
    pub Diagonal(gers2000recurrent) as "diagonal" over nothing {
        param weight = 0.0;
        y = weight * x;
    }
}

/// The slots that a cell has from the start.
pub(crate) fn fill<T: Elem>(cell: &mut Cell<T>) {
    for place in [Place::CellToInputGate, Place::CellToForgetGate, Place::CellToOutputGate] {
        cell.put(place, Slot::new(Kernel::portable::<Diagonal>()));
    }
}

/// Gates in the order input, forget, candidate, output.
pub(crate) fn describe<T: Elem>(b: &mut Builder<'_, T>) {
    let (h, c) = (b.carry(), b.carry());
    let seen = b.norm(Place::RecurrentInput, h);
    let ax = b.product(Side::Input, 0, 4, INPUT);
    let ax = b.norm(Place::InputToHidden, ax);
    let ah = b.product(Side::Hidden, 0, 4, seen);
    let ah = b.norm(Place::HiddenToHidden, ah);
    let z = b.joined(&[ax, ah], 0);
    let ci = b.norm(Place::CellToInputGate, c);
    let cf = b.norm(Place::CellToForgetGate, c);
    let [c_after, o] = b.update(CellKernel::of::<PeepholeUpdate>(), &[z, ci, cf, c]);
    let c_after = b.norm(Place::Carried, c_after);
    let co = b.norm(Place::CellToOutputGate, c_after);
    let read = b.norm(Place::ReadOut, c_after);
    let [h_after] = b.update(CellKernel::of::<PeepholeReadOut>(), &[o, co, read]);
    let h_after = b.norm(Place::Hidden, h_after);
    b.carry_on(c, c_after);
    b.carry_on(h, h_after);
}
