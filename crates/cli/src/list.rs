//! The list of methods, for people and for programs.

use anyhow::Result;
use norm_core::Descriptor;
use serde_json::{Value, json};

fn value(d: &Descriptor) -> Value {
    json!({
        "id": d.id,
        "title": d.title,
        "kind": "normalization",
        "site": d.site.name(),
        "reference_set": d.reference_set.name(),
        "policy": d.policy.name(),
        "parameters": d.params.iter().map(|p| json!({
            "name": p.name, "initial": p.initial, "axis": p.axis.name(),
        })).collect::<Vec<_>>(),
        "constants": d.consts.iter().map(|c| json!({ "name": c.name, "default": c.default })).collect::<Vec<_>>(),
        "state": d.stored_names(),
        "citation": d.cite,
    })
}

/// Prints every registered method.
pub(crate) fn norms(as_json: bool) -> Result<()> {
    let all = norms::METHODS.iter().map(norms::Method::descriptor);
    if as_json {
        println!("{}", serde_json::to_string_pretty(&all.map(value).collect::<Vec<_>>())?);
        return Ok(());
    }
    println!("{:<10} {:<16} {:<14} {:<8} source", "id", "pools over", "site", "policy");
    for d in all {
        let (set, site) = (d.reference_set.name(), d.site.name().replace('_', " "));
        println!("{:<10} {set:<16} {site:<14} {:<8} {}", d.id, d.policy.name(), d.cite);
    }
    Ok(())
}
