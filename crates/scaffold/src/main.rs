//! `scaffold`: what the recipes `new-norm`, `check-norm` and `costs` call, and the walk-through of CI.
#![expect(clippy::print_stdout, reason = "a command line tool speaks through its standard output")]

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use clap::{Parser, Subcommand};
use scaffold::{Error, Name, Plan, Template, Workspace};

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
        only: Option<String>,
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
        Action::New { what, name, kind, cite } => make(&workspace, &what, &name, kind, cite.as_deref()),
        Action::Check { name, only } => check(&workspace, &name, only),
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
    kind: Option<String>,
    cite: Option<&str>,
) -> Result<ExitCode, Error> {
    // Where there is one kind only, it need not be said.
    let kind = match (kind, &Template::kinds(workspace, what)?[..]) {
        (Some(kind), _) => kind,
        (None, [only]) => only.clone(),
        (None, _) => String::new(),
    };
    let template = Template::load(workspace, what, &kind)?;
    let name = Name::new(name)?;
    let plan = Plan::of(workspace, what, &template, &name, cite)?;
    plan.write()?;
    let short = |p: &PathBuf| p.strip_prefix(workspace.root()).unwrap_or(p).display().to_string();
    for (path, _) in &plan.new {
        println!("new      {}", short(path));
    }
    for (path, _) in &plan.changed {
        println!("changed  {}", short(path));
    }
    println!("\nedit     {}", plan.edit.join("\n         "));
    println!("then     {}", plan.next);
    Ok(ExitCode::SUCCESS)
}

fn check(workspace: &Workspace, name: &str, only: Option<String>) -> Result<ExitCode, Error> {
    let mut args = scaffold::slice(workspace, name)?;
    args.extend(only);
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let status = Command::new(&cargo).args(&args).current_dir(workspace.root()).status().map_err(|e| {
        Error::Command { command: format!("{cargo} {}", args.join(" ")), reason: e.to_string() }
    })?;
    Ok(ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)))
}
