//! Throughput for a run: the Criterion benches, built from the same sources as this command.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use bench::experiment::progress::Progress;
use bench::experiment::runner;
use bench::throughput;
use bench::throughput::begin::{ENDS_WITH_STDIN, TIER};
use results::{RunWriter, Tier};

use crate::build::BUILD;
use crate::say;
use crate::sources::Sources;

/// Where this command was built.
fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.ancestors().nth(2).unwrap_or(own)
}

/// Refuses benches of other sources than this command's: the run would say that one build measured both.
pub(crate) fn same_sources() -> Result<()> {
    let root = root();
    let now = Sources::of(root);
    let lock = std::fs::read(root.join("Cargo.lock")).unwrap_or_default();
    let built = Sources { commit: BUILD.commit.into(), dirty: BUILD.dirty, changes: BUILD.changes.into() };
    if now != built || lock != BUILD.lock {
        bail!(
            "the sources in {} are no longer those of this command, and benches would be built from them: \
             start it by `just report`, which builds both, or leave them out with --no-bench",
            root.display()
        );
    }
    Ok(())
}

/// Starts the benches with further words. They end when this process does.
fn start(root: &Path, home: &Path, tier: Tier, words: &[&str], out: Stdio, log: Stdio) -> Result<Child> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    Command::new(cargo)
        .current_dir(root)
        .args(["bench", "--quiet", "--package", "bench"])
        .args(["--bench", "norm", "--bench", "cell", "--bench", "update", "--"])
        .args(words)
        .env("CRITERION_HOME", home)
        .env(TIER, tier.name())
        .env(ENDS_WITH_STDIN, "1")
        .stdin(Stdio::piped())
        .stdout(out)
        .stderr(log)
        .spawn()
        .context("cargo could not be started")
}

/// Waits for the benches; `false` if an interrupt ended them.
fn finish(mut child: Child, why: &str, mut each_moment: impl FnMut()) -> Result<bool> {
    loop {
        if let Some(status) = child.try_wait().context("cargo was lost")? {
            if runner::stopping() {
                return Ok(false);
            }
            if !status.success() {
                bail!("the benches failed: {why}");
            }
            return Ok(true);
        }
        if runner::stopping() {
            // The bench below cargo ends by itself when its input does.
            drop(child.stdin.take());
            let _ = child.kill();
            child.wait().context("cargo was lost")?;
            return Ok(false);
        }
        each_moment();
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// How many benchmarks a tier has, after they have been built; `None` if an interrupt ended that.
fn count(root: &Path, home: &Path, tier: Tier) -> Result<Option<u64>> {
    let mut child = start(root, home, tier, &["--list"], Stdio::piped(), Stdio::inherit())?;
    let mut listed = child.stdout.take().context("cargo's output was lost")?;
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        listed.read_to_string(&mut text).map(|_| text)
    });
    if !finish(child, "they do not build, as said above", || {})? {
        return Ok(None);
    }
    let text = reader.join().ok().context("cargo's output was lost")?.context("cargo's output was lost")?;
    Ok(Some(text.lines().filter(|line| line.ends_with(": benchmark")).count() as u64))
}

/// Benchmarks of which Criterion has saved the estimates.
fn saved(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .map(|path| match path.file_name() {
            Some(name) if name == "new" => u64::from(path.join("estimates.json").is_file()),
            _ if path.is_dir() => saved(&path),
            _ => 0,
        })
        .sum()
}

/// Runs the benches of a tier and writes their records; `false` if an interrupt ended them. What Criterion saves stays under
/// the target folder.
pub(crate) fn measure(run: &mut RunWriter, tier: Tier) -> Result<bool> {
    let root = root();
    same_sources()?;
    let name = run.dir().file_name().map_or_else(|| "run".into(), |n| n.to_string_lossy().into_owned());
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let home = std::path::absolute(target)?.join("criterion-runs").join(name);
    if home.exists() {
        std::fs::remove_dir_all(&home).with_context(|| format!("cannot clear {}", home.display()))?;
    }
    say::note(format_args!("building the benches of tier {tier} …"));
    let Some(total) = count(root, &home, tier)? else { return Ok(false) };
    // What Criterion says of each benchmark is kept where it can be looked up.
    let log = home.join("log.txt");
    std::fs::create_dir_all(&home).with_context(|| format!("cannot create {}", home.display()))?;
    let to = std::fs::File::create(&log).with_context(|| format!("cannot create {}", log.display()))?;
    let child = start(root, &home, tier, &[], Stdio::null(), to.into())?;
    let progress = Progress::new("benchmarks", total)?;
    let why = format!("{} says why", log.display());
    let ended = finish(child, &why, || progress.set(saved(&home)))?;
    drop(progress);
    if ended {
        run.write_throughput(&throughput::records(&home)?)?;
    }
    Ok(ended)
}
