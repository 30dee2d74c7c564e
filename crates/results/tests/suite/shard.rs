//! Shards of a run: every cell is in one, whatever else there is.

use std::fs;

use results::{Error, Run, RunWriter, Shard, Start};

use crate::common::{descriptions, record, start};

fn shard(text: &str) -> Shard {
    text.parse().unwrap()
}

#[test]
fn every_cell_is_in_one_shard_and_no_shard_is_empty() {
    let cells: Vec<_> = (1..=200).map(|seed| record("layer", 0.1, seed).cell).collect();
    for count in [1, 2, 3, 7] {
        let shards: Vec<Shard> = (1..=count).map(|i| shard(&format!("{i}/{count}"))).collect();
        for cell in &cells {
            assert_eq!(shards.iter().filter(|shard| shard.holds(cell)).count(), 1, "{cell:?}");
        }
        for shard in &shards {
            let share = cells.iter().filter(|cell| shard.holds(cell)).count();
            assert!(share > 100 / count, "{share} of 200 cells in {shard}");
        }
        assert_eq!(shards.iter().filter(|shard| shard.is_first()).count(), 1);
    }
    // A share is that of the id, as everybody sees it.
    let id = u64::from_str_radix(&cells[0].id(), 16).unwrap();
    assert!(shard(&format!("{}/7", id % 7 + 1)).holds(&cells[0]));
}

#[test]
fn what_is_no_shard_is_refused_with_what_is_one() {
    for text in ["", "x", "4", "0/4", "5/4", "0/0", "1/0", "-1/4", "1/4/2", "1/", "/4", "1.5/4", " 1/4"] {
        let said = text.parse::<Shard>().unwrap_err().to_string();
        assert_eq!(
            said,
            format!("expected i/n, the i-th of n shards with i from 1 to n, such as 1/4, got {text:?}")
        );
    }
    assert_eq!(shard("3/4").to_string(), "3/4");
}

#[test]
fn a_run_keeps_its_shard_and_takes_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let begin = |shard| RunWriter::begin(folder.path(), &Start { shard, ..start() }, &descriptions());
    drop(begin(Some(shard("2/4"))).unwrap());
    assert_eq!(Run::open(folder.path()).unwrap().manifest().shard, Some(shard("2/4")));
    let text = fs::read_to_string(folder.path().join("manifest.json")).unwrap();
    assert!(text.contains(r#""shard": "2/4""#), "{text}");
    drop(begin(Some(shard("2/4"))).unwrap());
    for (other, named) in [(Some(shard("1/4")), "shard 1/4"), (None, "all cells")] {
        let error = begin(other).unwrap_err();
        assert!(matches!(error, Error::Shard { .. }), "{error}");
        let said = error.to_string();
        assert!(said.contains(&format!("expected shard 2/4, as this run began, got {named};")), "{said}");
    }
    fs::write(folder.path().join("manifest.json"), text.replace("2/4", "5/4")).unwrap();
    let said = Run::open(folder.path()).unwrap_err().to_string();
    assert!(said.contains("manifest.json:") && said.contains("expected i/n"), "{said}");
    // A run that is whole says nothing of shards, as before there were any.
    let whole = tempfile::tempdir().unwrap();
    drop(RunWriter::begin(whole.path(), &start(), &descriptions()).unwrap());
    assert!(!fs::read_to_string(whole.path().join("manifest.json")).unwrap().contains("shard"));
}
