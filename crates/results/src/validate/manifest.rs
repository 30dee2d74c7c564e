//! The manifest in itself.

use std::collections::BTreeSet;

use crate::timestamp::is_utc;
use crate::{Manifest, Problem};

const FILE: &str = "manifest.json";

pub(crate) fn check(m: &Manifest, problems: &mut Vec<Problem>) {
    let mut seen = BTreeSet::new();
    for seed in &m.seeds {
        if !seen.insert(seed) {
            problems.push(Problem::Duplicate { file: FILE.into(), field: "seeds", value: seed.to_string() });
        }
    }
    if m.seeds.is_empty() {
        problems.push(Problem::Empty { file: FILE.into(), field: "seeds" });
    }
    let mut form = |field, ok: bool, expected, got: &str| {
        if !ok {
            problems.push(Problem::Form { file: FILE.into(), field, expected, got: got.to_owned() });
        }
    };
    let utc = "YYYY-MM-DDThh:mm:ssZ";
    form("started", is_utc(&m.started), utc, &m.started);
    if let Some(finished) = &m.finished {
        form("finished", is_utc(finished), utc, finished);
        form(
            "finished",
            !is_utc(&m.started) || *finished >= m.started,
            "a time not before the start",
            finished,
        );
    }
    let mut identities = BTreeSet::new();
    for part in &m.parts {
        let lock = &part.identity.lock_sha256;
        let digest = lock.len() == 64 && lock.chars().all(|c| c.is_ascii_hexdigit());
        form("parts.identity.lock_sha256", digest, "64 hexadecimal digits", lock);
        for command in &part.commands {
            form("parts.commands.started", is_utc(&command.started), utc, &command.started);
        }
        if let Some(same) = &part.same_bits_as {
            let earlier = identities.contains(&same.identity);
            form("parts.same_bits_as.identity", earlier, "the identity of an earlier part", &same.identity);
        }
        let id = part.identity.id();
        form("parts.identity", identities.insert(id.clone()), "each identity in one part", &id);
    }
    for part in &m.parts {
        if part.commands.is_empty() || part.commands.iter().any(|c| c.words.is_empty()) {
            problems.push(Problem::Empty { file: FILE.into(), field: "parts.commands" });
        }
    }
}
