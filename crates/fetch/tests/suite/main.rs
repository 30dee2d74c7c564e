//! Downloads from a server of the test's own, refusals, and the table of data sets.

mod command;
mod files;
mod server;
mod table;
