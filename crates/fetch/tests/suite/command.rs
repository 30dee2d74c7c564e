//! What a person types, and what is said to them.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::server::{Reply, Server, nobody};

/// The command, that looks for data sets in `folder`.
fn command(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fetch"));
    command.args(words).env("NORMLAB_DATA", folder).stdin(Stdio::null());
    // A proxy of the machine must not come between a test and its own server.
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(name);
    }
    command
}

fn run(folder: &Path, words: &[&str]) -> Output {
    command(folder, words).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn a_name_that_is_none_is_answered_with_those_that_are() {
    let folder = tempfile::tempdir().unwrap();
    for words in [&["mnits"][..], &["--list", "mnits"]] {
        let out = run(folder.path(), words);
        assert_eq!(out.status.code(), Some(2));
        let said = "error: there is no data set `mnits`; there are: mnist, fashion-mnist, tinyshakespeare, optdigits\n";
        assert_eq!(text(&out.stderr), said);
    }
}

#[test]
fn an_address_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for address in ["ftp://example.org/data", "example.org", "http://", "https:///data"] {
        let out = run(folder.path(), &["mnist", "--from", address]);
        assert_eq!(out.status.code(), Some(2));
        let said = text(&out.stderr);
        assert!(said.starts_with(&format!("error: `{address}` is no address to download from")), "{said}");
    }
}

#[test]
fn the_list_names_every_set_with_its_licence_and_what_is_here() {
    let folder = tempfile::tempdir().unwrap();
    let out = run(folder.path(), &["--list"]);
    assert!(out.status.success());
    let said = text(&out.stdout);
    for set in &fetch::SETS {
        for words in [set.name, set.about, set.licence, set.cite, set.mirrors[0]] {
            assert!(said.contains(words), "{words}: {said}");
        }
    }
    assert!(said.contains("30.9 MB in 4 files") && said.contains("0 of 4 files in "), "{said}");
    let one = run(folder.path(), &["--list", "optdigits"]);
    assert!(!text(&one.stdout).contains("mnist"));
}

#[test]
fn offline_ends_with_one_line_that_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let from = nobody();
    let out = run(folder.path(), &["mnist", "--from", &from]);
    assert_eq!(out.status.code(), Some(2));
    let said = text(&out.stderr);
    let last = said.lines().last().unwrap();
    assert!(last.starts_with("error: ") && last.contains("no server was reached"), "{said}");
    assert!(last.contains(&format!("{from}/mnist/train-images-idx3-ubyte.gz: ")), "{said}");
}

/// Ctrl-C while the server says nothing more: what came is kept, and the next command asks for the rest.
#[cfg(unix)]
#[test]
fn an_interrupt_keeps_what_came_and_says_so() {
    const CAME: usize = 10_000;
    let folder = tempfile::tempdir().unwrap();
    let part = folder.path().join("tinyshakespeare/input.txt.part");
    let mut first = true;
    let server = Server::new(move |_| {
        if !std::mem::take(&mut first) {
            return Reply::status("404 Not Found");
        }
        let mut reply = Reply::whole(&vec![b'a'; 1_115_394]).cut(CAME);
        reply.hangs = true;
        reply
    });
    let words = ["tinyshakespeare", "--from", &server.at("")];
    let mut child =
        command(folder.path(), &words).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while fs::metadata(&part).map_or(0, |file| file.len()) < CAME as u64 {
        assert!(begun.elapsed() < Duration::from_mins(1), "nothing came");
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let out = child.wait_with_output().unwrap();
    assert_eq!(out.status.code(), Some(130));
    let said = text(&out.stderr);
    let wanted = format!(
        "interrupted: {} keeps {CAME} of 1115394 bytes, and the same command goes on from there",
        part.display()
    );
    assert!(said.contains(&wanted), "{said}");
    let out = run(folder.path(), &words);
    assert_eq!(out.status.code(), Some(2));
    assert_eq!(server.seen().last().unwrap().from, Some(CAME));
    assert!(text(&out.stderr).contains("from byte 10000 on"), "{}", text(&out.stderr));
}
