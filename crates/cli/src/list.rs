//! The list of methods, for people and for programs.

use anyhow::Result;
use norm_core::{Descriptor, UpdateDescriptor};
use sequence::{CellKind, Placement};
use serde_json::{Value, json};

use crate::say;

fn value(d: &Descriptor) -> Value {
    json!({
        "id": d.id,
        "title": d.title,
        "kind": "normalization",
        "site": d.site.name(),
        "reference_set": d.over(),
        "policy": d.policy.name(),
        "placements": placements(d),
        "parameters": d.params.iter().map(|p| json!({
            "name": p.name, "initial": p.initial, "axis": p.axis.name(),
        })).collect::<Vec<_>>(),
        "constants": d.consts.iter().map(|c| json!({ "name": c.name, "default": c.default })).collect::<Vec<_>>(),
        "state": state(d),
        "citation": d.cite,
    })
}

/// What it stores: averages, and what its controls have found.
fn state(d: &Descriptor) -> Vec<String> {
    d.stored_names().into_iter().chain(d.plan.controls().into_iter().map(|c| c.name.to_owned())).collect()
}

/// Where it may stand in a recurrent cell, the usual placement first.
fn placements(d: &Descriptor) -> Vec<&'static str> {
    let fits = |p: &&Placement| CellKind::ALL.iter().any(|kind| p.allows(d, *kind).is_ok());
    let all = Placement::ALL.iter().filter(fits).map(|p| p.name);
    let usual = d.placements.first().copied();
    usual.into_iter().chain(all.filter(|name| Some(*name) != usual)).collect()
}

fn update(d: &UpdateDescriptor) -> Value {
    json!({
        "id": d.id,
        "title": d.title,
        "kind": "update",
        "site": UpdateDescriptor::SITE.name(),
        "reference_set": "every path through a weight",
        "policy": "instant",
        "placements": [],
        "parameters": [],
        "constants": d.consts.iter().map(|c| json!({ "name": c.name, "default": c.default })).collect::<Vec<_>>(),
        "state": [],
        "citation": d.cite,
    })
}

/// Prints every registered method.
pub(crate) fn norms(as_json: bool) -> Result<()> {
    let all = norms::all().map(norms::Method::descriptor);
    if as_json {
        let list: Vec<Value> = all.map(value).chain(norms::UPDATES.iter().map(|u| update(u))).collect();
        return say::line(serde_json::to_string_pretty(&list)?);
    }
    let mut lines = vec![format!("{:<24} {:<30} {:<19} {:<9} source", "id", "pools over", "site", "policy")];
    for d in all {
        let (set, site) = (d.over(), d.site.name().replace('_', " "));
        lines.push(format!("{:<24} {set:<30} {site:<19} {:<9} {}", d.id, d.policy.name(), d.cite));
    }
    for d in norms::UPDATES {
        let site = UpdateDescriptor::SITE.name();
        lines.push(format!("{:<24} {:<30} {site:<19} {:<9} {}", d.id, "paths", "instant", d.cite));
    }
    say::line(lines.join("\n"))
}
