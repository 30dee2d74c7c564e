//! Products of small matrices, each entry added up in double precision.

use norm_core::Elem;

fn entry<T: Elem>(terms: impl Iterator<Item = (T, T)>) -> T {
    T::lit(terms.map(|(a, b)| a.to_f64() * b.to_f64()).sum())
}

/// `a[n, k] b[m, k]ᵀ`, `[n, m]`.
pub(crate) fn nt<T: Elem>(a: &[T], b: &[T], n: usize, k: usize, m: usize) -> Vec<T> {
    let at = |r: usize, c: usize| (0..k).map(move |i| (a[r * k + i], b[c * k + i]));
    (0..n).flat_map(|r| (0..m).map(move |c| entry(at(r, c)))).collect()
}

/// `a[n, k] b[k, m]`, `[n, m]`.
pub(crate) fn nn<T: Elem>(a: &[T], b: &[T], n: usize, k: usize, m: usize) -> Vec<T> {
    let at = |r: usize, c: usize| (0..k).map(move |i| (a[r * k + i], b[i * m + c]));
    (0..n).flat_map(|r| (0..m).map(move |c| entry(at(r, c)))).collect()
}

/// `a[n, k]ᵀ b[n, m]`, `[k, m]`.
pub(crate) fn tn<T: Elem>(a: &[T], b: &[T], n: usize, k: usize, m: usize) -> Vec<T> {
    let at = |r: usize, c: usize| (0..n).map(move |i| (a[i * k + r], b[i * m + c]));
    (0..k).flat_map(|r| (0..m).map(move |c| entry(at(r, c)))).collect()
}
