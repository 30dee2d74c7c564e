//! A measurement that ends with whoever asked for it.

use std::io::Read;

/// Set by a process that started this one and keeps its standard input open as long as it lives.
pub const ENDS_WITH_STDIN: &str = "NORMLAB_ENDS_WITH_STDIN";

/// Ends this process when its standard input does, if [`ENDS_WITH_STDIN`] is set. The system closes a pipe however the process
/// at its other end ends, so that a report that is killed leaves no benches running.
pub fn end_with_parent() {
    if std::env::var_os(ENDS_WITH_STDIN).is_none() {
        return;
    }
    std::thread::spawn(|| {
        let mut rest = [0; 64];
        while std::io::stdin().read(&mut rest).is_ok_and(|n| n > 0) {}
        std::process::exit(130);
    });
}
