//! Requests as another language would send them, judged by plain loops in double precision and by central differences.

mod blocks;
mod controls;
mod conv;
mod images;
mod judge;
mod linear;
mod refusals;
mod request;
mod sums;
