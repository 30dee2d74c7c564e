//! Which cells of cases, steps and features an output looks at, as a probe measured it or, where none did, as it is declared.

use std::collections::BTreeSet;

use results::{DependencyPicture, MethodRecord};

/// One of the three directions of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Axis {
    /// What runs along it, in the plural; empty where nothing does.
    pub(crate) name: String,
    pub(crate) length: usize,
}

/// A cell, by its place along cases, steps and features.
pub(crate) type Place = [usize; 3];

/// The cells that one output depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pooled {
    /// Cases (or nothing), steps (or places, or inputs), features (or units).
    pub(crate) axes: [Axis; 3],
    pub(crate) output: Place,
    pub(crate) cells: BTreeSet<Place>,
    /// Whether a probe found them; otherwise they are as the reference set is declared.
    pub(crate) measured: bool,
}

impl Pooled {
    /// From the first picture that unrolls, otherwise from the letters of the declared reference set. `None` where neither says.
    pub(crate) fn of(m: &MethodRecord) -> Option<Self> {
        m.pictures.iter().find_map(measured).or_else(|| declared(&m.reference_set.axes))
    }

    /// How much of each axis the output looks at, in words: `all 3 cases, 1 of 2 steps, 1 of 4 features`.
    pub(crate) fn words(&self) -> String {
        let mut product = 1;
        let parts: Vec<String> = (0..3)
            .filter(|&at| self.axes[at].length > 1)
            .map(|at| {
                let Axis { name, length } = &self.axes[at];
                let reached = self.cells.iter().map(|cell| cell[at]).collect::<BTreeSet<_>>().len();
                product *= reached;
                if reached == *length {
                    format!("all {length} {name}")
                } else {
                    format!("{reached} of {length} {name}")
                }
            })
            .collect();
        let whole = if product == self.cells.len() { "" } else { ", but not all of these together" };
        format!("{}{whole}", parts.join(", "))
    }
}

/// The measured dependencies of the output that looks at most; of several, of the one that is nearest to the corner which a
/// drawing shows from three sides: the first case, the last step, the first feature.
fn measured(p: &DependencyPicture) -> Option<Pooled> {
    let grid = p.grid.as_ref()?;
    let names: Vec<&str> =
        grid.down_axis.split(',').chain(grid.across_axis.split(',')).map(str::trim).collect();
    let coordinates = |labels: &[String]| -> Option<Vec<Vec<usize>>> {
        let all: Option<Vec<_>> = labels.iter().map(|label| coordinates(label)).collect();
        all.filter(|all| all.iter().all(|at| at.len() == names.len()))
    };
    let (rows, columns) = (coordinates(&p.rows)?, coordinates(&p.columns)?);
    if columns.is_empty()
        || p.cells.len() != rows.len()
        || p.cells.iter().any(|row| row.len() != columns.len())
    {
        return None;
    }
    let directions = directions(&names)?;
    let length = |axis: usize| columns.iter().map(|at| at[axis] + 1).max().unwrap_or(1);
    let lengths = directions.map(|axis| axis.map_or(1, length));
    let project = |at: &[usize]| directions.map(|axis| axis.map_or(0, |axis| at[axis]));
    let corner = [0, lengths[1] - 1, 0];
    let apart = |at: &[usize]| project(at).iter().zip(corner).map(|(a, b)| a.abs_diff(b)).sum::<usize>();
    let best = (0..rows.len()).max_by_key(|&row| {
        let reached = p.cells[row].iter().filter(|on| **on).count();
        // Of equals the first.
        (reached, std::cmp::Reverse((apart(&rows[row]), row)))
    })?;
    let output = &rows[best];
    // What lies off the three axes, as the other step of an image, is not drawn.
    let beside = |at: &[usize]| {
        (0..names.len()).all(|axis| directions.contains(&Some(axis)) || at[axis] == output[axis])
    };
    let reached = columns.iter().zip(&p.cells[best]).filter(|(at, on)| **on && beside(at));
    let plural = |axis: Option<usize>| axis.map_or_else(String::new, |axis| plural(names[axis], &names));
    Some(Pooled {
        axes: [0, 1, 2].map(|at| Axis { name: plural(directions[at]), length: lengths[at] }),
        output: project(output),
        cells: reached.map(|(at, _)| project(at)).collect(),
        measured: true,
    })
}

/// The numbers in the brackets of a label: `x[0,t1,3]` is 0, 1, 3.
fn coordinates(label: &str) -> Option<Vec<usize>> {
    let (_, rest) = label.split_once('[')?;
    let inside = rest.strip_suffix(']')?;
    let number = |part: &str| part.trim().trim_start_matches(|c: char| !c.is_ascii_digit()).parse().ok();
    // A drawing of more would show nothing.
    inside.split(',').map(number).collect::<Option<Vec<usize>>>().filter(|all| all.iter().all(|n| *n < 64))
}

/// Which axes of a picture go along cases, steps and features. Places of an image go where steps would.
fn directions(names: &[&str]) -> Option<[Option<usize>; 3]> {
    let find =
        |starts: &[&str]| names.iter().position(|name| starts.iter().any(|start| name.starts_with(start)));
    let cases = find(&["case"]);
    let along = find(&["place", "position"]).or_else(|| find(&["step", "time"]));
    match find(&["channel", "feature"]) {
        Some(features) => Some([cases, along, Some(features)]),
        // Weights: the inputs of each unit.
        None if names.len() == 2 => Some([None, Some(1), Some(0)]),
        None => None,
    }
}

fn plural(name: &str, all: &[&str]) -> String {
    match name {
        // Without places a channel is a feature.
        "channel" if !all.contains(&"place") => "features".to_owned(),
        name if name.ends_with('s') => name.to_owned(),
        name => format!("{name}s"),
    }
}

/// From the letters of a reference set: N cases, T steps, C features.
fn declared(axes: &str) -> Option<Pooled> {
    const LENGTHS: Place = [3, 2, 4];
    let has = |letter: &str| axes.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == letter);
    let pools = ["N", "T", "C"].map(has);
    if !pools.contains(&true) {
        return None;
    }
    let output = [0, LENGTHS[1] - 1, 0];
    let within = |cell: &Place| (0..3).all(|at| pools[at] || cell[at] == output[at]);
    let all = (0..LENGTHS[0])
        .flat_map(|n| (0..LENGTHS[1]).flat_map(move |t| (0..LENGTHS[2]).map(move |c| [n, t, c])));
    let name = |at: usize| ["cases", "steps", "features"][at].to_owned();
    Some(Pooled {
        axes: [0, 1, 2].map(|at| Axis { name: name(at), length: LENGTHS[at] }),
        output,
        cells: all.filter(within).collect(),
        measured: false,
    })
}

#[cfg(test)]
mod tests {
    use results::{PictureGrid, ReferenceSetRecord};

    use super::*;

    /// Three cases, two steps, four channels; `depends` says which pairs do.
    fn method(depends: impl Fn(Place, Place) -> bool) -> MethodRecord {
        let all: Vec<Place> = (0..24).map(|i| [i / 8, i / 4 % 2, i % 4]).collect();
        let label = |what: &str, at: &Place| format!("{what}[{},t{},{}]", at[0], at[1], at[2]);
        let picture = DependencyPicture {
            title: "y on x".into(),
            rows: all.iter().map(|at| label("y", at)).collect(),
            columns: all.iter().map(|at| label("x", at)).collect(),
            cells: all.iter().map(|a| all.iter().map(|b| depends(*a, *b)).collect()).collect(),
            grid: Some(PictureGrid {
                down_axis: "case, step".into(),
                down: 6,
                across_axis: "channel".into(),
                across: 4,
            }),
            declared_equals_measured: true,
        };
        MethodRecord { pictures: vec![picture], ..MethodRecord::default() }
    }

    #[test]
    fn time_tells_apart_what_a_flat_picture_shows_alike() {
        let words = |depends: fn(Place, Place) -> bool| Pooled::of(&method(depends)).unwrap().words();
        assert_eq!(words(|a, b| a[0] == b[0] && a[1] == b[1]), "1 of 3 cases, 1 of 2 steps, all 4 features");
        assert_eq!(words(|a, b| a[1] == b[1] && a[2] == b[2]), "all 3 cases, 1 of 2 steps, 1 of 4 features");
        assert_eq!(words(|a, b| a[2] == b[2]), "all 3 cases, all 2 steps, 1 of 4 features");
        let cross = words(|a, b| a[2] == b[2] || a[..2] == b[..2]);
        assert_eq!(cross, "all 3 cases, all 2 steps, all 4 features, but not all of these together");
    }

    #[test]
    fn the_output_is_one_that_a_drawing_shows_from_three_sides() {
        let pooled = Pooled::of(&method(|a, b| a[1] == b[1] && a[2] == b[2])).unwrap();
        assert_eq!(pooled.output, [0, 1, 0]);
        // Unless another looks at more.
        let pooled = Pooled::of(&method(|a, b| a == b || (a[2] == 2 && a[..2] == b[..2]))).unwrap();
        assert_eq!((pooled.output, pooled.cells.len()), ([0, 1, 2], 4));
    }

    #[test]
    fn without_a_picture_the_declared_letters_are_drawn() {
        let axes = |axes: &str| ReferenceSetRecord { name: String::new(), axes: axes.into() };
        let of =
            |text: &str| Pooled::of(&MethodRecord { reference_set: axes(text), ..MethodRecord::default() });
        let sequence = of("N and T of one feature").unwrap();
        assert_eq!(
            (sequence.measured, sequence.words().as_str()),
            (false, "all 3 cases, all 2 steps, 1 of 4 features")
        );
        assert_eq!(of("C and S of one case").unwrap().words(), "1 of 3 cases, 1 of 2 steps, all 4 features");
        assert_eq!(of("every path through a weight"), None);
    }
}
