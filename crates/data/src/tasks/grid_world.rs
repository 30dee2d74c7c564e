//! A grid world, through which somebody finds a way.

use std::collections::VecDeque;

use crate::{
    DataError, Result,
    random::{self, Draws},
};

/// A square of cells, row by row, some of which are walls. From each free cell every other can be reached.
///
/// A step goes up, down, left or right, and leaves whoever would leave the square or meet a wall where they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GridWorld {
    side: usize,
    free: Vec<bool>,
}

/// Longest side: laying walls takes time as the square of the number of cells.
const LONGEST_SIDE: usize = 32;

/// A grid world of `side` by `side` cells, of which `walls` are walls, laid in an order drawn from `seed`.
///
/// # Errors
/// [`DataError::TaskSize`] for a side below 2 or above 32, and for walls that would leave fewer than two cells free.
pub fn grid_world(side: usize, walls: usize, seed: u64) -> Result<GridWorld> {
    check("side", side, 2, LONGEST_SIDE)?;
    let cells = side * side;
    check("number of walls", walls, 0, cells - 2)?;
    let mut world = GridWorld { side, free: vec![true; cells] };
    let mut order: Vec<usize> = (0..cells).collect();
    random::shuffle(&mut random::case_stream(seed, Draws::GridWorld, 0), &mut order);
    let mut left = walls;
    // A cell without which others would be cut off stays free, and may become a wall in a later round. Connected cells always
    // have two that can be left out, so each round lays a wall.
    while left > 0 {
        for &cell in &order {
            if left > 0 && world.free[cell] {
                world.free[cell] = false;
                if world.is_connected() {
                    left -= 1;
                } else {
                    world.free[cell] = true;
                }
            }
        }
    }
    Ok(world)
}

fn check(what: &'static str, got: usize, least: usize, most: usize) -> Result<()> {
    if (least..=most).contains(&got) {
        Ok(())
    } else {
        Err(DataError::TaskSize { task: "grid world", what, got, least, most })
    }
}

impl GridWorld {
    /// Number of ways to step.
    pub const ACTIONS: usize = 4;

    /// Number of cells, walls among them.
    pub fn cells(&self) -> usize {
        self.free.len()
    }

    /// The cells that are no walls, in ascending order.
    pub fn free(&self) -> impl Iterator<Item = usize> {
        (0..self.cells()).filter(move |&cell| self.free[cell])
    }

    /// The cell that a step leads to: 0 goes up, 1 down, 2 left, 3 right, and any other stays.
    pub fn step(&self, cell: usize, action: usize) -> usize {
        let (row, column) = (cell / self.side, cell % self.side);
        let next = match action {
            0 if row > 0 => cell - self.side,
            1 if row + 1 < self.side => cell + self.side,
            2 if column > 0 => cell - 1,
            3 if column + 1 < self.side => cell + 1,
            _ => cell,
        };
        if self.free.get(next) == Some(&true) { next } else { cell }
    }

    /// Fewest steps from each cell to `goal`; none from walls, and none from anywhere to a wall.
    pub fn distances(&self, goal: usize) -> Vec<Option<usize>> {
        let mut distances = vec![None; self.cells()];
        if self.free.get(goal) != Some(&true) {
            return distances;
        }
        distances[goal] = Some(0);
        let mut reached = VecDeque::from([(goal, 0)]);
        // Every step can be taken back, so ways from the goal are as long as ways to it.
        while let Some((cell, distance)) = reached.pop_front() {
            for action in 0..Self::ACTIONS {
                let next = self.step(cell, action);
                if distances[next].is_none() {
                    distances[next] = Some(distance + 1);
                    reached.push_back((next, distance + 1));
                }
            }
        }
        distances
    }

    fn is_connected(&self) -> bool {
        let from = self.free().next().map(|cell| self.distances(cell));
        from.is_some_and(|distances| self.free().all(|cell| distances[cell].is_some()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walls_are_as_many_as_asked_for_and_cut_nothing_off() {
        for (side, walls) in [(2, 0), (2, 2), (5, 5), (7, 20), (6, 34)] {
            for seed in 0..20 {
                let world = grid_world(side, walls, seed).unwrap();
                let free: Vec<usize> = world.free().collect();
                assert_eq!((world.cells(), free.len()), (side * side, side * side - walls));
                for &goal in &free {
                    let distances = world.distances(goal);
                    let reached = distances.iter().filter(|distance| distance.is_some()).count();
                    assert_eq!(reached, free.len(), "side {side}, {walls} walls, seed {seed}");
                }
            }
        }
    }

    #[test]
    fn steps_keep_to_the_square_and_out_of_walls() {
        let world = grid_world(3, 0, 1).unwrap();
        assert_eq!((0..5).map(|action| world.step(4, action)).collect::<Vec<_>>(), [1, 7, 3, 5, 4]);
        assert_eq!((0..4).map(|action| world.step(0, action)).collect::<Vec<_>>(), [0, 3, 0, 1]);
        assert_eq!((0..4).map(|action| world.step(8, action)).collect::<Vec<_>>(), [5, 8, 7, 8]);
        assert_eq!(world.step(99, 0), 99);
        let world = grid_world(6, 15, 3).unwrap();
        for cell in world.free() {
            for (there, back) in [(0, 1), (1, 0), (2, 3), (3, 2)] {
                let next = world.step(cell, there);
                assert!(world.free().any(|free| free == next));
                assert!(next == cell || world.step(next, back) == cell);
            }
        }
    }

    #[test]
    fn a_distance_is_one_more_than_that_of_the_best_step() {
        assert_eq!(grid_world(3, 0, 1).unwrap().distances(4), [2, 1, 2, 1, 0, 1, 2, 1, 2].map(Some));
        let world = grid_world(6, 15, 3).unwrap();
        for goal in world.free() {
            let distances = world.distances(goal);
            assert_eq!(distances[goal], Some(0));
            for cell in world.free().filter(|&cell| cell != goal) {
                let best =
                    (0..GridWorld::ACTIONS).filter_map(|action| distances[world.step(cell, action)]).min();
                assert_eq!(distances[cell], best.map(|steps| steps + 1));
            }
        }
        let wall = (0..36).find(|&cell| world.free().all(|free| free != cell)).unwrap();
        assert!(world.distances(wall).iter().all(Option::is_none));
        assert!(world.distances(99).iter().all(Option::is_none));
    }

    #[test]
    fn the_seed_decides() {
        let of = |seed| grid_world(6, 10, seed).unwrap();
        assert_eq!(of(3), of(3));
        assert_ne!(of(3), of(4));
        // Records name the seed only, so the world it stands for may never change.
        let walls =
            |world: &GridWorld| (0..world.cells()).filter(|&cell| !world.free[cell]).collect::<Vec<_>>();
        assert_eq!(walls(&grid_world(5, 5, 1).unwrap()), [10, 12, 16, 19, 24]);
    }

    #[test]
    fn impossible_sizes_are_refused() {
        for (side, walls) in [(0, 0), (1, 0), (33, 0), (usize::MAX, 0), (2, 3), (5, 24)] {
            assert!(matches!(
                grid_world(side, walls, 1),
                Err(DataError::TaskSize { task: "grid world", .. })
            ));
        }
        let error = grid_world(5, 24, 1).unwrap_err().to_string();
        assert_eq!(error, "grid world: number of walls is 24, expected 0 to 23");
    }
}
