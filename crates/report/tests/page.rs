//! What the page of a made-up run says, holds and weighs.

mod common;

use std::fs;
use std::path::Path;

fn rendered(dir: &Path) -> String {
    let path = report::render(&dir.join("run"), &dir.join("out")).unwrap();
    fs::read_to_string(path).unwrap()
}

#[test]
fn a_page_for_people_to_look_at() {
    let folder = tempfile::tempdir().unwrap();
    common::write(&folder.path().join("run"));
    let page = rendered(folder.path());
    if let Ok(keep) = std::env::var("NORMLAB_KEEP_PAGE") {
        report::render(&folder.path().join("run"), Path::new(&keep)).unwrap();
    }
    assert!(page.len() < 3_000_000, "{} bytes", page.len());
}
