//! Stretches of a text for a model that predicts the next character.

use std::ops::Range;

use crate::{
    Batches, DataError, Epoch, LastBatch, Result, Text,
    random::{self, Draws},
};

/// Windows over a part of a text: each is a case of `steps` inputs and `steps` targets, the target of
/// a step being the character after its input. A window is named by the place of its first input.
///
/// ```
/// use data::{Fractions, Windows, shakespeare};
///
/// let text = shakespeare();
/// let parts = text.parts(Fractions { validation: 0.1, test: 0.1 })?;
/// let windows = Windows::new(&text, parts.train, 100)?;
/// let (mut inputs, mut targets) = (Vec::new(), Vec::new());
/// for starts in windows.batches(32, 7, 0)? {
///     windows.gather(&starts, &mut inputs, &mut targets)?; // each [B = 32][T = 100]
/// }
/// assert_eq!((inputs.len(), inputs[1]), (32 * 100, targets[0]));
/// # Ok::<(), data::DataError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Windows<'a> {
    codes: &'a [u8],
    part: Range<usize>,
    steps: usize,
}

impl<'a> Windows<'a> {
    /// Windows of `steps` steps over the characters `part` of `text`; none leaves that part.
    ///
    /// # Errors
    /// [`DataError::Characters`] for a part that is not in the text, [`DataError::WindowSteps`] if
    /// `steps` is zero or the part has fewer than `steps + 1` characters.
    pub fn new(text: &'a Text, part: Range<usize>, steps: usize) -> Result<Self> {
        let codes = text.codes();
        if part.start > part.end || part.end > codes.len() {
            return Err(DataError::Characters { asked: part, within: 0..codes.len() });
        }
        if steps == 0 || steps >= part.len() {
            return Err(DataError::WindowSteps { steps, characters: part.len() });
        }
        Ok(Self { codes, part, steps })
    }

    /// Windows side by side from the beginning of the part, as many as fit: for evaluation.
    pub fn in_order(&self) -> Vec<usize> {
        self.side_by_side(0, (self.part.len() - 1) / self.steps)
    }

    /// Windows of one epoch of training: side by side from an offset below `steps` that is drawn from
    /// `seed` and `epoch`, so that the cuts between windows move. Every epoch has the same number.
    pub fn of_epoch(&self, seed: u64, epoch: u64) -> Vec<usize> {
        // As many as fit behind any offset, but one at least.
        let windows = (self.part.len() / self.steps - 1).max(1);
        let most = (self.part.len() - 1 - windows * self.steps).min(self.steps - 1);
        let offset = random::below(&mut random::case_stream(seed, Draws::Window, epoch), most + 1);
        self.side_by_side(offset, windows)
    }

    /// The windows of one epoch in batches, shuffled by `seed` and `epoch` as [`Batches`] does; those
    /// that do not fill a batch are left out.
    ///
    /// # Errors
    /// [`DataError::BatchSize`] if `batch` is zero or larger than the number of windows.
    pub fn batches(&self, batch: usize, seed: u64, epoch: u64) -> Result<Epoch> {
        Ok(Batches::new(&self.of_epoch(seed, epoch), batch, LastBatch::Drop, seed)?.epoch(epoch))
    }

    /// Writes the codes of the windows that begin at `starts`, window by window: inputs and targets,
    /// each `[B][steps]`.
    ///
    /// # Errors
    /// [`DataError::Characters`] for a window that leaves the part; both are then left empty.
    pub fn gather(&self, starts: &[usize], inputs: &mut Vec<usize>, targets: &mut Vec<usize>) -> Result<()> {
        inputs.clear();
        targets.clear();
        let fits = self.part.start..self.part.end - self.steps;
        if let Some(&start) = starts.iter().find(|&start| !fits.contains(start)) {
            let asked = start..start.saturating_add(self.steps + 1);
            return Err(DataError::Characters { asked, within: self.part.clone() });
        }
        for &start in starts {
            let window = &self.codes[start..=start + self.steps];
            inputs.extend(window[..self.steps].iter().map(|&code| usize::from(code)));
            targets.extend(window[1..].iter().map(|&code| usize::from(code)));
        }
        Ok(())
    }

    fn side_by_side(&self, offset: usize, windows: usize) -> Vec<usize> {
        (0..windows).map(|window| self.part.start + offset + window * self.steps).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each character is its own place.
    fn text() -> Text {
        Text { alphabet: (0..100).collect(), codes: (0..100).collect() }
    }

    #[test]
    fn targets_are_the_next_characters() {
        let text = text();
        let windows = Windows::new(&text, 10..90, 3).unwrap();
        let (mut inputs, mut targets) = (vec![1], vec![1]);
        windows.gather(&[86, 10], &mut inputs, &mut targets).unwrap();
        assert_eq!(inputs, [86, 87, 88, 10, 11, 12]);
        assert_eq!(targets, [87, 88, 89, 11, 12, 13]);
    }

    #[test]
    fn windows_in_order_cover_the_part() {
        let text = text();
        let starts = |part, steps| Windows::new(&text, part, steps).unwrap().in_order();
        assert_eq!(starts(10..30, 5), [10, 15, 20]);
        // One character more is the target of a fourth window.
        assert_eq!(starts(10..31, 5), [10, 15, 20, 25]);
        assert_eq!(starts(0..6, 5), [0]);
    }

    #[test]
    fn every_epoch_moves_the_windows_within_the_part() {
        let text = text();
        for (part, steps, count, offsets) in
            [(10..90, 7, 10, 7), (10..31, 5, 3, 5), (10..30, 5, 3, 5), (0..8, 5, 1, 3), (0..6, 5, 1, 1)]
        {
            let windows = Windows::new(&text, part.clone(), steps).unwrap();
            let mut seen = vec![0; offsets];
            for epoch in 0..200 {
                let starts = windows.of_epoch(3, epoch);
                assert_eq!(starts.len(), count);
                assert!(starts.windows(2).all(|pair| pair[1] - pair[0] == steps));
                windows.gather(&starts, &mut vec![], &mut vec![]).unwrap();
                seen[starts[0] - part.start] += 1;
            }
            assert!(seen.iter().all(|&epochs| epochs > 10), "{part:?}: {seen:?}");
        }
    }

    #[test]
    fn batches_depend_on_seed_and_epoch() {
        let text = text();
        let windows = Windows::new(&text, 0..100, 4).unwrap();
        let drawn = |seed, epoch| windows.batches(5, seed, epoch).unwrap().collect::<Vec<_>>();
        let (here, mut sorted) = (drawn(1, 2), drawn(1, 2).concat());
        assert_eq!(here.iter().map(Vec::len).collect::<Vec<_>>(), [5; 4]);
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), 20);
        assert!(sorted.iter().all(|start| windows.of_epoch(1, 2).contains(start)));
        assert_ne!(here.concat(), sorted);
        assert_eq!(here, drawn(1, 2));
        assert_ne!(here, drawn(1, 3));
        assert_ne!(here, drawn(2, 2));
        // Records name the seed only, so the windows it stands for may never change.
        assert_eq!(here[0], [34, 14, 50, 58, 78]);
        assert!(matches!(windows.batches(25, 1, 2), Err(DataError::BatchSize { batch: 25, cases: 24 })));
    }

    #[test]
    fn windows_outside_the_part_are_refused() {
        let text = text();
        let outside = Windows::new(&text, 50..101, 3).unwrap_err();
        assert_eq!(outside.to_string(), "characters 50..101, expected within 0..100");
        let backwards = Range { start: 6, end: 5 };
        assert!(matches!(Windows::new(&text, backwards, 3), Err(DataError::Characters { .. })));
        for steps in [0, 10] {
            let error = Windows::new(&text, 50..60, steps).unwrap_err();
            assert!(matches!(error, DataError::WindowSteps { characters: 10, .. }));
        }
        let windows = Windows::new(&text, 50..60, 3).unwrap();
        let (mut inputs, mut targets) = (vec![1], vec![1]);
        for start in [49, 57, usize::MAX] {
            let error = windows.gather(&[50, start], &mut inputs, &mut targets).unwrap_err();
            assert!(matches!(error, DataError::Characters { within: Range { start: 50, end: 60 }, .. }));
            assert!(inputs.is_empty() && targets.is_empty());
        }
        windows.gather(&[50, 56], &mut inputs, &mut targets).unwrap();
    }
}
