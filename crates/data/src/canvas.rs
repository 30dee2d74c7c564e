//! Digits of 8×8 pixels somewhere on a larger canvas, alone or among fragments of other digits.

use rand_chacha::ChaCha8Rng;

use crate::{
    DataError, Images, Result, optdigits,
    random::{self, Draws},
};

const DIGIT: usize = 8;
const CANVAS: usize = 16;
const FRAGMENT: usize = 4;
const FRAGMENTS: usize = 4;

/// Least ink of a fragment, as a fraction of an all-white one: an empty corner of a digit is no clutter.
const INK: f64 = 0.25;

/// Each image of 8×8 at a place of its own on a black canvas: `[N][16][16]`, labels kept.
///
/// The place is uniform over all that hold the whole image. It is drawn from `seed`, with one stream
/// per case: case i is the same whatever the number of cases.
///
/// # Errors
/// [`DataError::ImageSize`] unless the images are 8×8.
pub fn shifted(images: &Images, seed: u64) -> Result<Images> {
    on_canvas(images, "shifted", |case, canvas| {
        place(images, case, &mut random::case_stream(seed, Draws::Canvas, case as u64), canvas);
    })
}

/// [`shifted`], same places for the same seed, with four 4×4 fragments of other digits around: `[N][16][16]`.
///
/// The digit and the fragments do not overlap; fragments may overlap each other, where the brighter
/// pixel shows. Fragments are cut at random from the training part of [`optdigits`], whatever
/// `images` are: test cases then lend no pixel to each other, and the clutter of case i does not depend
/// on the number of cases. A digit is never among its own fragments.
///
/// # Errors
/// [`DataError::ImageSize`] unless the images are 8×8.
pub fn cluttered(images: &Images, seed: u64) -> Result<Images> {
    let others = optdigits().train;
    on_canvas(images, "cluttered", |case, canvas| {
        let mut rng = random::case_stream(seed, Draws::Canvas, case as u64);
        let at = place(images, case, &mut rng, canvas);
        for _ in 0..FRAGMENTS {
            let fragment = fragment(&others, images, case, &mut rng);
            let (top, left) = free_place(at, &mut rng);
            for (y, row) in fragment.iter().enumerate() {
                let start = (top + y) * CANVAS + left;
                for (pixel, &level) in canvas[start..start + FRAGMENT].iter_mut().zip(row) {
                    *pixel = level.max(*pixel);
                }
            }
        }
    })
}

fn on_canvas(images: &Images, how: &str, mut draw: impl FnMut(usize, &mut [u8])) -> Result<Images> {
    let got = (images.height(), images.width());
    if got != (DIGIT, DIGIT) {
        return Err(DataError::ImageSize { expected: (DIGIT, DIGIT), got });
    }
    let mut levels = vec![0; images.len() * CANVAS * CANVAS];
    for (case, canvas) in levels.chunks_exact_mut(CANVAS * CANVAS).enumerate() {
        draw(case, canvas);
    }
    let name = format!("{}/{how}", images.name());
    Ok(Images { name, height: CANVAS, width: CANVAS, levels, ..images.clone() })
}

/// Copies the digit to a random place; returns its top and left.
fn place(images: &Images, case: usize, rng: &mut ChaCha8Rng, canvas: &mut [u8]) -> (usize, usize) {
    let (top, left) = corner(CANVAS - DIGIT, rng);
    for (y, row) in images.case(case).chunks_exact(DIGIT).enumerate() {
        canvas[(top + y) * CANVAS + left..][..DIGIT].copy_from_slice(row);
    }
    (top, left)
}

/// A random part of a random other digit that holds enough ink, in the levels of `images`.
fn fragment(
    others: &Images,
    images: &Images,
    case: usize,
    rng: &mut ChaCha8Rng,
) -> [[u8; FRAGMENT]; FRAGMENT] {
    let least = INK * (FRAGMENT * FRAGMENT) as f64 * f64::from(others.white());
    loop {
        let other = others.case(random::below(rng, others.len()));
        let (top, left) = corner(DIGIT - FRAGMENT, rng);
        let cut: [[u8; FRAGMENT]; FRAGMENT] =
            std::array::from_fn(|y| std::array::from_fn(|x| other[(top + y) * DIGIT + left + x]));
        let ink: u32 = cut.iter().flatten().map(|&level| u32::from(level)).sum();
        if f64::from(ink) >= least && other != images.case(case) {
            let (white, full) = (u32::from(images.white()), u32::from(others.white()));
            // Exact where both sets have the same white; rounded to the nearest level elsewhere.
            return cut.map(|row| row.map(|level| ((u32::from(level) * white + full / 2) / full) as u8));
        }
    }
}

/// A place for a fragment that leaves the digit at `at` alone. At least 48 of the 169 places do.
fn free_place(at: (usize, usize), rng: &mut ChaCha8Rng) -> (usize, usize) {
    let apart = |a: usize, b: usize| a + FRAGMENT <= b || b + DIGIT <= a;
    loop {
        let (top, left) = corner(CANVAS - FRAGMENT, rng);
        if apart(top, at.0) || apart(left, at.1) {
            return (top, left);
        }
    }
}

/// Top and left, each uniform in `0..=most`.
fn corner(most: usize, rng: &mut ChaCha8Rng) -> (usize, usize) {
    (random::below(rng, most + 1), random::below(rng, most + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digits;

    const PIXELS: usize = CANVAS * CANVAS;

    /// The first cases of the test digits.
    fn first(cases: usize) -> Images {
        let mut set = digits();
        set.levels.truncate(cases * set.pixels());
        set.labels.truncate(cases);
        set
    }

    fn window(canvas: &[u8], (top, left): (usize, usize)) -> Vec<u8> {
        (0..DIGIT).flat_map(|y| canvas[(top + y) * CANVAS + left..][..DIGIT].to_vec()).collect()
    }

    /// Where the whole ink of a canvas with nothing else on it is `digit`.
    fn places(canvas: &[u8], digit: &[u8]) -> Vec<(usize, usize)> {
        let ink = |levels: &[u8]| levels.iter().map(|&level| u32::from(level)).sum::<u32>();
        (0..=8)
            .flat_map(|top| (0..=8).map(move |left| (top, left)))
            .filter(|&at| window(canvas, at) == digit && ink(canvas) == ink(digit))
            .collect()
    }

    #[test]
    fn a_shifted_digit_is_whole_and_anywhere() {
        let set = first(1000);
        let on_canvas = shifted(&set, 5).unwrap();
        assert_eq!((on_canvas.height(), on_canvas.width(), on_canvas.len()), (16, 16, 1000));
        assert_eq!((on_canvas.labels(), on_canvas.name()), (set.labels(), "digits/shifted"));
        let mut seen = [[0; 9]; 9];
        for case in 0..set.len() {
            let found = places(on_canvas.case(case), set.case(case));
            assert_eq!(found.len(), 1, "case {case}");
            seen[found[0].0][found[0].1] += 1;
        }
        // 12.3 expected at each of the 81 places, standard deviation 3.5.
        assert!(seen.iter().flatten().all(|&count| (1..30).contains(&count)), "{seen:?}");
    }

    #[test]
    fn fragments_lie_beside_the_digit() {
        let set = first(1000);
        let (alone, among) = (shifted(&set, 5).unwrap(), cluttered(&set, 5).unwrap());
        assert_eq!((among.labels(), among.name()), (set.labels(), "digits/cluttered"));
        assert!(among.levels().iter().all(|&level| level <= 16));
        let mut fewest = usize::MAX;
        for case in 0..set.len() {
            let at = places(alone.case(case), set.case(case))[0];
            assert_eq!(window(among.case(case), at), set.case(case), "case {case}");
            let changed = alone.case(case).iter().zip(among.case(case)).filter(|(a, b)| a != b).count();
            assert!(changed <= FRAGMENTS * FRAGMENT * FRAGMENT);
            fewest = fewest.min(changed);
        }
        // A fragment with a quarter of the ink of a white one has four pixels or more.
        assert!(fewest >= 4, "{fewest}");
    }

    #[test]
    fn the_seed_decides_and_the_number_of_cases_does_not() {
        let (few, many) = (first(10), first(200));
        for make in [shifted, cluttered] {
            let some = make(&few, 5).unwrap();
            assert_eq!(some.levels(), &make(&many, 5).unwrap().levels()[..10 * PIXELS]);
            assert_eq!(some, make(&few, 5).unwrap());
            assert_ne!(some, make(&few, 6).unwrap());
        }
    }

    #[test]
    fn a_digit_is_not_among_its_own_fragments() {
        // Two cases, the second white all over: whatever fragment is cut for the first must be white.
        let mut two = first(2);
        two.levels[64..].fill(16);
        for stream in 0..50 {
            assert_eq!(fragment(&two, &two, 0, &mut random::stream(1, stream)), [[16; 4]; 4]);
        }
    }

    #[test]
    fn fragments_take_the_white_of_the_images() {
        let (mut dim, mut bright) = (first(50), first(50));
        bright.white = 255;
        dim.levels.fill(0);
        bright.levels.fill(0);
        let (dim, bright) = (cluttered(&dim, 5).unwrap(), cluttered(&bright, 5).unwrap());
        for (a, b) in dim.scaled().iter().zip(bright.scaled()) {
            assert!((a - b).abs() < 0.002, "{a} became {b}");
        }
        assert!(bright.levels().iter().any(|&level| level > 200));
    }

    /// Records name the seed only, so the places it stands for may never change.
    #[test]
    fn canvases_are_pinned() {
        let set = first(3);
        let on_canvas = shifted(&set, 1).unwrap();
        let found: Vec<_> = (0..3).map(|case| places(on_canvas.case(case), set.case(case))[0]).collect();
        assert_eq!(found, [(8, 0), (5, 0), (0, 4)]);
        assert_eq!(crate::checksum::sha256(cluttered(&set, 1).unwrap().levels())[..16], *"23cbbc00d1665f0e");
    }

    #[test]
    fn other_sizes_are_refused() {
        let large = shifted(&first(2), 1).unwrap();
        for make in [shifted, cluttered] {
            let error = make(&large, 1).unwrap_err();
            assert!(matches!(error, DataError::ImageSize { expected: (8, 8), got: (16, 16) }));
        }
        assert!(cluttered(&first(0), 1).unwrap().is_empty());
    }
}
