//! Requests as another language would send them, judged by plain loops in double precision and by central differences.

mod answers;
mod blocks;
mod constants;
mod controls;
mod conv;
mod files;
mod images;
mod judge;
mod linear;
mod masks;
mod options;
mod refusals;
mod request;
mod scaling;
mod sizes;
mod stored_cells;
mod sums;
