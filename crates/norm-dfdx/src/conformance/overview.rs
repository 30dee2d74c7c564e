//! Everything about one method on a screen.

use std::fmt::Write as _;
use std::io::Write as _;

use norm_core::conformance::{self, Report, Subject, Table, Unpicked};
use norm_core::{Isa, PolicyKind, Skeleton};

use super::{checks, speed};

/// Checks that judge a gradient, with the word for each judge.
const JUDGES: [(&str, &str); 4] = [
    ("backward equals the reference", "reference by hand"),
    ("backward equals central differences", "central differences"),
    (checks::TAPE, "dfdx's tape over the composed path"),
    ("shift and scale identities of dx", "identities"),
];

/// What is printed below the table, by its first word.
const LINES: [&str; 4] = ["gradient", "path", "speed", "state"];

/// Prints it: 1 where a check failed, 2 where `only` picks none.
pub(super) fn show(subject: &Subject, has_layer: bool, command: &str, only: &str, layer: &Report) -> u8 {
    let d = subject.f64.descriptor;
    let usual = format!("just check-norm {}", d.id);
    let command = if command.is_empty() { &usual } else { command };
    let kernels = conformance::run_only(subject, only);
    let parts = [("kernels", &kernels), ("layer of dfdx", layer)];
    let parts: Vec<_> = parts.into_iter().filter(|(_, r)| !r.checks.is_empty()).collect();
    if parts.is_empty() {
        let (here, absent): (Vec<&str>, Vec<&str>) =
            checks::names().partition(|name| has_layer || !checks::needs_layer(name));
        let all: Vec<&str> = conformance::names().chain(here).collect();
        let others: Vec<_> = absent.into_iter().map(|name| (name, "no layer of this kit holds it")).collect();
        let unpicked =
            Unpicked { word: only, method: d.id, command, checks: &all, others: &others, lines: &LINES };
        let _ = writeln!(std::io::stderr(), "error: {unpicked}");
        return 2;
    }
    let mut page = if only.is_empty() { head(subject) } else { String::new() };
    page += &Table { parts: &parts, command }.to_string();
    if only.is_empty() {
        page += &tail(subject, &kernels, layer);
    }
    // Who closed the pipe does not want to read on.
    let _ = std::io::stdout().write_all(page.as_bytes());
    u8::from(!(kernels.passed() && layer.passed()))
}

/// What it is, and what depends on what. Writing to a string does not fail, here and below.
fn head(subject: &Subject) -> String {
    let d = subject.f64.descriptor;
    let mut page = format!("{} ({}), {}\n", d.title, d.id, d.cite);
    for line in d.formula {
        let _ = writeln!(page, "  {} = {}", line.lhs, line.text);
    }
    let (set, site) = (d.over(), d.site.name().replace('_', " "));
    let _ = writeln!(page, "  over {set}, at {site}, policy {}\n", d.policy.name());
    match conformance::picture(&subject.f64) {
        Ok(picture) => page += &picture,
        Err(e) => {
            let _ = writeln!(page, "  no picture: {e}");
        }
    }
    page.push('\n');
    page
}

/// Gradient, path, speed, state.
fn tail(subject: &Subject, kernels: &Report, layer: &Report) -> String {
    let d = subject.f64.descriptor;
    let mut page = String::from("\ngradient  largest difference from each judge\n");
    for (name, judge) in JUDGES {
        let check = kernels.check(name).or_else(|| layer.check(name));
        let said = match check.map(|c| (&c.outcome, c.largest)) {
            Some((conformance::Outcome::Skip { reason }, _)) => reason.clone(),
            Some((_, largest)) => format!("{largest:.1e}"),
            None => "not asked".to_owned(),
        };
        let _ = writeln!(page, "          {judge:<36} {said}");
    }
    let _ =
        writeln!(page, "path      fused on {:?}; composed in dfdx operations on any device", Isa::detect());
    let sizes: Vec<String> = speed::shape(d)
        .iter()
        .enumerate()
        .filter(|(axis, n)| *axis < 2 || **n > 1)
        .map(|(_, n)| n.to_string())
        .collect();
    let sizes = sizes.join("×");
    match speed::measure(&subject.f32) {
        Ok(speed) => {
            let ms = |t: std::time::Duration| t.as_secs_f64() * 1e3;
            let times = |t| ms(t) / ms(speed.copy);
            let (forward, both) = (speed.forward, speed.both);
            let _ = writeln!(
                page,
                "speed     {sizes}, f32: forward {:.3} ms, {:.1} × a copy of x; with backward {:.3} ms, {:.1} ×",
                ms(forward),
                times(forward),
                ms(both),
                times(both),
            );
        }
        Err(e) => {
            let _ = writeln!(page, "speed     not measured: {e}");
        }
    }
    let one = d.state_bytes(1, size_of::<f32>());
    let per = if d.reference_set.skeleton() == Skeleton::Channelwise { "channel" } else { "reference set" };
    let state = match d.policy {
        PolicyKind::Instant => "0 bytes: nothing is stored".to_owned(),
        policy => format!("{one} bytes in f32 for each {per} (policy {})", policy.name()),
    };
    let _ = writeln!(page, "state     {state}");
    page
}
