//! `scaffold`: what the recipes `new-norm`, `check-norm`, `rm-norm` and `costs` call, and the walk-through of CI.
#![expect(clippy::print_stdout, reason = "a command line tool speaks through its standard output")]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::{Parser, Subcommand};
use scaffold::{Error, Name, Plan, Removal, Template, Workspace};

/// Skeletons that compile, and the check of one method.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Args {
    /// A folder inside normlab. Default: this one.
    #[arg(long, global = true)]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make the skeleton of something from templates/<what>/<kind>.json.
    New {
        /// What is made: a folder of templates/.
        what: String,
        /// Its name, like `mean-abs`.
        name: String,
        /// Which skeleton.
        #[arg(long)]
        kind: Option<String>,
        /// The key of its source in references.bib. Default: an entry is made, to be filled in.
        #[arg(long)]
        cite: Option<String>,
    },
    /// Check one method: conformance, picture, gradients, speed, state.
    Check {
        /// The method's id.
        name: String,
        /// Only the checks whose name contains this.
        only: Vec<String>,
    },
    /// Take away what `new` made, while git has none of it.
    Rm {
        /// What was made.
        #[arg(value_parser = ["norm"])]
        what: String,
        /// Its name.
        name: String,
        /// Also where `new` did not make it, or git has it.
        #[arg(long)]
        force: bool,
    },
    /// Carry out the edits that a walk-through shows under one of its headings; says how many lines that were.
    Edit {
        /// The page.
        page: String,
        /// The heading.
        section: String,
    },
    /// Print what each method has cost, from the commits.
    Costs,
}

/// The exit code for a request that is refused.
const REFUSED: u8 = 2;

fn main() -> ExitCode {
    match run(Args::parse()) {
        Ok(code) => code,
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::from(REFUSED)
        }
    }
}

fn run(args: Args) -> Result<ExitCode, Error> {
    let from = match args.root {
        Some(root) => root,
        None => std::env::current_dir().map_err(|source| Error::Io {
            path: PathBuf::from("."),
            action: "find this folder",
            source,
        })?,
    };
    let workspace = Workspace::find(&from)?;
    match args.command {
        Action::New { what, name, kind, cite } => {
            make(&workspace, &what, &name, kind.as_deref(), cite.as_deref())
        }
        Action::Check { name, only } => check(&workspace, &name, &only),
        Action::Rm { what: _, name, force } => remove(&workspace, &Name::new(&name)?, force),
        Action::Edit { page, section } => {
            let done = scaffold::edit(&workspace, &page, &section)?;
            println!("edited {} lines in {} files", done.lines, done.files);
            Ok(ExitCode::SUCCESS)
        }
        Action::Costs => {
            print!("{}", scaffold::table(&scaffold::added(&workspace)?));
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn make(
    workspace: &Workspace,
    what: &str,
    name: &str,
    kind: Option<&str>,
    cite: Option<&str>,
) -> Result<ExitCode, Error> {
    let name = Name::new(name)?;
    let template = Template::choose(workspace, what, &name, kind)?;
    let plan = Plan::of(workspace, what, &template, &name, cite)?;
    plan.write()?;
    for (path, _) in &plan.new {
        println!("new      {}", short(workspace, path));
    }
    for (path, _) in &plan.changed {
        println!("changed  {}", short(workspace, path));
    }
    println!("\nedit     {}", plan.edit.join("\n         "));
    println!("then     {}", plan.next);
    Ok(ExitCode::SUCCESS)
}

fn short(workspace: &Workspace, path: &Path) -> String {
    path.strip_prefix(workspace.root()).unwrap_or(path).display().to_string()
}

fn remove(workspace: &Workspace, name: &Name, force: bool) -> Result<ExitCode, Error> {
    let removal = Removal::of(workspace, name, force)?;
    removal.carry_out()?;
    println!("removed  {}", short(workspace, &removal.folder));
    for (path, _) in &removal.changed {
        println!("changed  {}", short(workspace, path));
    }
    for left in &removal.left {
        println!("left     {left}");
    }
    Ok(ExitCode::SUCCESS)
}

fn check(workspace: &Workspace, name: &str, only: &[String]) -> Result<ExitCode, Error> {
    let args = scaffold::slice(workspace, name, only)?;
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    // Cargo says the rest while it builds.
    eprintln!(
        "checking {name}: its kernels and the layers of dfdx are built first, which takes minutes the first time"
    );
    let status = Command::new(&cargo).args(&args).current_dir(workspace.root()).status().map_err(|e| {
        Error::Command { command: format!("{cargo} {}", args.join(" ")), reason: e.to_string() }
    })?;
    Ok(ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)))
}
