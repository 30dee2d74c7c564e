//! `fetch`: what `just data` calls.

mod tell;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use data::DataFolder;
use fetch::{DataSet, Error, Fetcher, Outcome, SETS, find, from_mirror};

use tell::{Teller, note};

/// Download the data sets that the build does not hold, and verify them. A file that is there and right is left; one that broke
/// off is continued.
#[derive(Parser)]
#[command(
    version,
    after_help = "Exit codes: 0 all files are there and right; 2 refused or failed; 130 interrupted."
)]
struct Args {
    /// The data sets, as --list names them. Default: all that are not in the build.
    names: Vec<String>,
    /// Say what there is: sizes, licences, citations, addresses, and which files are here.
    #[arg(long)]
    list: bool,
    /// Download files anew that are there and are other ones.
    #[arg(long)]
    again: bool,
    /// A server to download from instead, laid out as the folder is: URL/mnist/train-images-idx3-ubyte.gz
    #[arg(long, value_name = "URL")]
    from: Option<String>,
    /// The folder. Default: what NORMLAB_DATA names, or else `data`.
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
}

/// The exit code for what is refused or fails.
const FAILED: u8 = 2;

fn main() -> ExitCode {
    let args = Args::parse();
    let folder = args.to.as_ref().map(DataFolder::new).or_else(DataFolder::from_env);
    let folder = folder.unwrap_or_else(|| DataFolder::new("data"));
    let done = if args.list { list(&args.names, &folder) } else { bring(&args, folder) };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            note(&format!("error: {e}"));
            ExitCode::from(FAILED)
        }
    }
}

/// A line on standard output. Whoever reads no more wants no more.
fn say(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// The data sets of those names; of no names, those of `otherwise`.
fn chosen(names: &[String], otherwise: fn(&DataSet) -> bool) -> Result<Vec<&'static DataSet>, Error> {
    if names.is_empty() {
        return Ok(SETS.iter().filter(|set| otherwise(set)).collect());
    }
    names.iter().map(|name| find(name)).collect()
}

fn list(names: &[String], folder: &DataFolder) -> Result<(), Error> {
    for set in chosen(names, |_| true)? {
        let files = set.files();
        let here = files.iter().filter(|file| folder.verify(file).is_ok()).count();
        say(format_args!("{}\n  {}", set.name, set.about));
        say(format_args!("  licence    {}", set.licence));
        say(format_args!("  cite as    {} in references.bib", set.cite));
        say(format_args!("  size       {} in {}", megabytes(set.bytes()), count(files.len())));
        say(format_args!("  from       {}", set.mirrors.join("\n             ")));
        say(format_args!("  here       {here} of {} in {}", count(files.len()), folder.path().display()));
    }
    Ok(())
}

fn bring(args: &Args, folder: DataFolder) -> Result<(), Error> {
    let sets = chosen(&args.names, |set| !set.embedded)?;
    let place = folder.path().to_path_buf();
    let fetcher = Fetcher::new(folder, args.again);
    let mut teller = Teller::new();
    for set in &sets {
        for file in set.files() {
            let addresses = match &args.from {
                Some(base) => vec![from_mirror(base, &file)?],
                None => set.addresses(&file),
            };
            let outcome = fetcher.file(&file, &addresses, &mut teller);
            teller.end();
            match outcome? {
                Outcome::Found(path) => say(format_args!("{}: there, and right", path.display())),
                Outcome::Downloaded(path) => say(format_args!(
                    "{}: downloaded, {}, and right",
                    path.display(),
                    megabytes(file.published.bytes)
                )),
            }
        }
    }
    if DataFolder::from_env().is_none_or(|named| named.path() != place) {
        let place = std::path::absolute(&place).unwrap_or(place);
        say(format_args!(
            "what trains on them looks in NORMLAB_DATA: export NORMLAB_DATA={}",
            place.display()
        ));
    }
    Ok(())
}

/// A size for a person.
fn megabytes(bytes: u64) -> String {
    match bytes {
        0..100_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// So many files.
fn count(files: usize) -> String {
    if files == 1 { "1 file".to_owned() } else { format!("{files} files") }
}
