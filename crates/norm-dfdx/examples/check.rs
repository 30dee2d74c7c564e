//! What `just check-norm <id>` runs for a method that has no program of its own: any registered one.

use std::process::ExitCode;

use norm_core::Formula;
use norm_dfdx::conformance::{Slice, kind_of, show};

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let (id, only) = (args.next().unwrap_or_default(), args.next().unwrap_or_default());
    let command = format!("just check-norm {id}");
    macro_rules! find {
        ($($formula:path),+) => { $(
            if <$formula>::DESCRIPTOR.id == id {
                let layer = Slice::<{ kind_of::<$formula>() }>::run::<$formula>(&only);
                return ExitCode::from(show::<$formula>(&command, &only, &layer));
            }
        )+ };
    }
    norms::for_each_norm!(find);
    eprintln!(
        "error: no registered method with a kernel is called `{id}`: `just norms` lists them. What divides an update is \
         held by `cargo test -p norms --test updates`"
    );
    ExitCode::from(2)
}
