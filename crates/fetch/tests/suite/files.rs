//! How one file is had, and how not.

use std::fs;
use std::path::{Path, PathBuf};

use data::{DataFolder, Pinned, PinnedFile};
use fetch::{Attempt, Error, Failure, Fetcher, Outcome, Watch};
use tempfile::TempDir;

use crate::server::{Reply, Server, nobody};

/// The content of the file that is wanted: some megabytes would do no more than these bytes, which are read in several pieces.
fn content() -> Vec<u8> {
    (0..200_000u64).map(|i| (i * i / 7 % 251) as u8).collect()
}

/// Its sha256.
const SHA256: &str = "c60ce11d1fc1869fab78a3d993dc3bdc176fa56e9db96de74fd1aa0cc2f46392";

/// It in a set of its own.
const FILE: PinnedFile =
    PinnedFile { published: Pinned { file: "set/file", bytes: 200_000, sha256: SHA256 }, raw: None };

/// Keeps what it is told.
#[derive(Default)]
struct Told {
    began: Vec<u64>,
    most: u64,
    failed: Vec<Failure>,
}

impl Watch for Told {
    fn begin(&mut self, _: &Pinned, part: &Path, _: &str, there: u64) {
        assert_eq!(part.file_name().unwrap(), "file.part");
        self.began.push(there);
    }

    fn advance(&mut self, there: u64) {
        self.most = self.most.max(there);
    }

    fn failed(&mut self, attempt: &Attempt) {
        self.failed.push(attempt.failure.clone());
    }
}

/// A folder that files come into.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("set/file")
    }

    fn part(&self) -> PathBuf {
        self.0.path().join("set/file.part")
    }

    fn fetch_from(&self, addresses: &[String]) -> (Result<Outcome, Error>, Told) {
        let mut told = Told::default();
        let fetcher = Fetcher::new(DataFolder::new(self.0.path()), false);
        (fetcher.file(&FILE, addresses, &mut told), told)
    }

    fn fetch(&self, server: &Server) -> (Result<Outcome, Error>, Told) {
        self.fetch_from(&[server.at("/file")])
    }

    /// The file is whole, under its name and no other.
    fn is_whole(&self) {
        assert!(fs::read(self.file()).unwrap() == content(), "other content");
        assert!(!self.part().exists());
    }

    /// Nothing is left but so many bytes of a part.
    fn keeps(&self, bytes: usize) {
        assert!(!self.file().exists());
        let part = fs::read(self.part()).unwrap_or_default();
        assert!(part == content()[..bytes], "{} bytes are kept", part.len());
        assert_eq!(self.part().exists(), bytes > 0);
    }
}

/// Puts something there beforehand.
fn put(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn asked_from(server: &Server) -> Vec<Option<usize>> {
    server.seen().iter().map(|request| request.from).collect()
}

/// The failures of an error in which servers were reached, and what is kept.
fn not_given(outcome: Result<Outcome, Error>) -> (Vec<Failure>, u64) {
    match outcome {
        Err(Error::NotGiven { attempts, kept, .. }) => {
            (attempts.into_iter().map(|attempt| attempt.failure).collect(), kept)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_whole_file_comes_once_and_is_left_from_then_on() {
    let (place, server) = (Place::new(), Server::new(|_| Reply::whole(&content())));
    let (outcome, told) = place.fetch(&server);
    assert_eq!(outcome.unwrap(), Outcome::Downloaded(place.file()));
    assert_eq!((told.began, told.most), (vec![0], 200_000));
    place.is_whole();
    assert_eq!(place.fetch(&server).0.unwrap(), Outcome::Found(place.file()));
    assert_eq!(asked_from(&server), [None]);
}

#[test]
fn a_connection_that_breaks_is_taken_up_where_it_broke() {
    let place = Place::new();
    let server = Server::new(|request| Reply::asked(&content(), request).cut(70_000));
    let (outcome, told) = place.fetch(&server);
    outcome.unwrap();
    place.is_whole();
    assert_eq!(asked_from(&server), [None, Some(70_000), Some(140_000)]);
    assert_eq!(told.began, [0, 70_000, 140_000]);
    assert!(told.failed.is_empty());
}

#[test]
fn what_is_kept_is_taken_up_by_the_next_command() {
    let place = Place::new();
    let server = Server::new(|request| match request.from {
        None => Reply::whole(&content()).cut(50_000),
        Some(_) => Reply::status("503 Service Unavailable"),
    });
    let (failures, kept) = not_given(place.fetch(&server).0);
    assert_eq!((failures, kept), (vec![Failure::Status(503)], 50_000));
    place.keeps(50_000);
    let better = Server::new(|request| Reply::asked(&content(), request));
    let (outcome, told) = place.fetch(&better);
    outcome.unwrap();
    place.is_whole();
    assert_eq!(asked_from(&better), [Some(50_000)]);
    assert_eq!(told.began, [50_000]);
}

#[test]
fn an_error_says_what_is_kept_and_how_to_go_on() {
    let place = Place::new();
    put(&place.part(), &content()[..1000]);
    let server = Server::new(|_| Reply::status("404 Not Found"));
    let said = place.fetch(&server).0.unwrap_err().to_string();
    assert!(said.contains("/file: HTTP status 404"), "{said}");
    assert!(said.contains("; 1000 bytes are kept, and the same command goes on from there"), "{said}");
    assert!(said.contains("--from"), "{said}");
}

#[test]
fn a_connection_that_brings_nothing_new_is_given_up() {
    let place = Place::new();
    let server = Server::new(|request| {
        Reply::asked(&content(), request).cut(match request.from {
            None => 10,
            Some(_) => 0,
        })
    });
    let (failures, kept) = not_given(place.fetch(&server).0);
    assert!(matches!(failures[..], [Failure::Cut { there: 10, expected: 200_000, .. }]), "{failures:?}");
    assert_eq!(kept, 10);
    assert_eq!(asked_from(&server), [None, Some(10), Some(10), Some(10)]);
    place.keeps(10);
}

/// A server without ranges answers with the whole file: nothing of it is put behind what was there.
#[test]
fn a_server_without_ranges_begins_anew() {
    let place = Place::new();
    put(&place.part(), &content()[..1000]);
    let server = Server::new(|_| Reply::whole(&content()));
    place.fetch(&server).0.unwrap();
    place.is_whole();
    assert_eq!(asked_from(&server), [Some(1000)]);
}

/// And where it says that it gave a range and it is another one, it is asked for everything.
#[test]
fn another_range_than_the_one_asked_for_is_not_taken() {
    let place = Place::new();
    put(&place.part(), &content()[..1000]);
    let server = Server::new(|request| {
        let mut reply = Reply::asked(&content(), request);
        for header in &mut reply.headers {
            *header = header.replace("bytes 1000-", "bytes 900-");
        }
        reply
    });
    place.fetch(&server).0.unwrap();
    place.is_whole();
    assert_eq!(asked_from(&server), [Some(1000), None]);
}

#[test]
fn a_part_that_is_longer_than_the_file_is_thrown_away() {
    let place = Place::new();
    put(&place.part(), &[content(), content()].concat());
    let server = Server::new(|request| Reply::asked(&content(), request));
    place.fetch(&server).0.unwrap();
    place.is_whole();
    assert_eq!(asked_from(&server), [None]);
}

/// Nothing is asked for where only the name is missing.
#[test]
fn a_part_that_is_whole_needs_no_server() {
    let place = Place::new();
    put(&place.part(), &content());
    let (outcome, told) = place.fetch_from(&[nobody()]);
    outcome.unwrap();
    place.is_whole();
    assert!(told.began.is_empty());
}

#[test]
fn a_wrong_checksum_is_refused_and_nothing_is_kept() {
    let place = Place::new();
    let server = Server::new(|_| Reply::whole(&content().iter().map(|byte| byte ^ 1).collect::<Vec<u8>>()));
    let (failures, kept) = not_given(place.fetch(&server).0);
    let [Failure::Checksum { got, expected }] = &failures[..] else { panic!("{failures:?}") };
    assert_eq!((*expected, got.len(), kept), (SHA256, 64, 0));
    assert_ne!(got, expected);
    place.keeps(0);
}

/// The rest of a part that is of another file gives a wrong checksum; what the server has may be right all the same.
#[test]
fn a_part_of_another_file_is_not_blamed_on_the_server() {
    let place = Place::new();
    put(&place.part(), &[9; 5000]);
    let server = Server::new(|request| Reply::asked(&content(), request));
    let (outcome, told) = place.fetch(&server);
    outcome.unwrap();
    place.is_whole();
    assert_eq!(asked_from(&server), [Some(5000), None]);
    assert!(told.failed.is_empty());
}

#[test]
fn another_length_is_refused_before_a_byte_is_written() {
    let place = Place::new();
    put(&place.part(), &content()[..1000]);
    for length in [100, 199_999, 200_001] {
        let server = Server::new(move |_| Reply::whole(&vec![0; length]));
        let (failures, kept) = not_given(place.fetch(&server).0);
        assert_eq!(failures, [Failure::Length { got: length as u64, expected: 200_000 }]);
        assert_eq!(kept, 1000);
        place.keeps(1000);
    }
}

/// Without a length the end of the connection is the end of the file.
#[test]
fn a_file_of_no_announced_length_is_measured_by_what_comes() {
    let unannounced = |length: usize| {
        Server::new(move |_| {
            let mut reply = Reply::whole(&[content(), vec![0; 10]].concat()[..length]);
            reply.headers.clear();
            reply
        })
    };
    let place = Place::new();
    place.fetch(&unannounced(200_000)).0.unwrap();
    place.is_whole();
    let place = Place::new();
    let (failures, kept) = not_given(place.fetch(&unannounced(200_010)).0);
    assert_eq!((failures, kept), (vec![Failure::Long { expected: 200_000 }], 0));
    let (failures, kept) = not_given(place.fetch(&unannounced(199_000)).0);
    assert!(matches!(failures[..], [Failure::Cut { there: 199_000, .. }]), "{failures:?}");
    assert_eq!(kept, 199_000);
}

#[test]
fn mirrors_are_tried_in_their_order() {
    let place = Place::new();
    let server = Server::new(|request| match request.path.as_str() {
        "/good" => Reply::whole(&content()),
        _ => Reply::status("404 Not Found"),
    });
    let addresses = [nobody(), server.at("/first"), server.at("/good"), server.at("/never")];
    let (outcome, told) = place.fetch_from(&addresses);
    outcome.unwrap();
    place.is_whole();
    assert!(matches!(told.failed[..], [Failure::Unreachable(_), Failure::Status(404)]), "{:?}", told.failed);
    let paths: Vec<String> = server.seen().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["/first", "/good"]);
}

#[test]
fn offline_is_said_as_that() {
    let place = Place::new();
    let addresses = [nobody(), nobody()];
    let error = place.fetch_from(&addresses).0.unwrap_err();
    assert!(matches!(&error, Error::Offline { attempts, .. } if attempts.len() == 2), "{error:?}");
    let said = error.to_string();
    assert!(said.starts_with(&format!("{}: no server was reached (", place.file().display())), "{said}");
    assert!(said.contains("copy the file there by hand") && said.contains("--from <url>"), "{said}");
    place.keeps(0);
}

/// The client knows TLS, and does without it nowhere that asks for it.
#[test]
fn a_server_that_does_not_know_tls_gives_no_answer() {
    let (place, server) = (Place::new(), Server::new(|_| Reply::whole(&content())));
    let (failures, kept) = not_given(place.fetch_from(&[server.at("/file").replace("http:", "https:")]).0);
    assert!(matches!(failures[..], [Failure::NoAnswer(_)]), "{failures:?}");
    assert_eq!(kept, 0);
    assert!(server.seen().is_empty());
}

#[test]
fn a_file_that_is_another_one_is_replaced_only_when_asked() {
    let place = Place::new();
    let server = Server::new(|_| Reply::whole(&content()));
    for other in [vec![1, 2, 3], vec![0; 200_000]] {
        put(&place.file(), &other);
        let error = place.fetch(&server).0.unwrap_err();
        assert!(matches!(error, Error::Different { .. }), "{error:?}");
        let said = error.to_string();
        assert!(said.starts_with(&format!("{}: ", place.file().display())), "{said}");
        assert!(said.contains("--again"), "{said}");
        assert_eq!(fs::read(place.file()).unwrap(), other);
        assert!(server.seen().is_empty());
    }
    let fetcher = Fetcher::new(DataFolder::new(place.0.path()), true);
    fetcher.file(&FILE, &[server.at("/file")], &mut Told::default()).unwrap();
    place.is_whole();
    fetcher.file(&FILE, &[server.at("/file")], &mut Told::default()).unwrap();
    assert_eq!(server.seen().len(), 1, "a file that is right is left, asked or not");
}

/// Whoever runs the tests may write everywhere, so a folder that no right can make is taken.
#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let place = Place::new();
    let file = place.0.path().join("no-folder");
    fs::write(&file, "").unwrap();
    let fetcher = Fetcher::new(DataFolder::new(&file), false);
    let server = Server::new(|_| Reply::whole(&content()));
    let error = fetcher.file(&FILE, &[server.at("/file")], &mut Told::default()).unwrap_err();
    assert!(matches!(error, Error::NotWritten { .. }), "{error:?}");
    let said = error.to_string();
    assert!(said.contains("no-folder") && said.contains("NORMLAB_DATA"), "{said}");
    assert!(server.seen().is_empty());
}

#[test]
fn two_downloads_of_one_file_do_not_mix() {
    let place = Place::new();
    put(&place.part(), &content()[..1000]);
    let other = fs::File::open(place.part()).unwrap();
    other.lock().unwrap();
    let server = Server::new(|request| Reply::asked(&content(), request));
    let error = place.fetch(&server).0.unwrap_err();
    assert!(matches!(error, Error::Busy { .. }), "{error:?}");
    assert!(error.to_string().contains("wait"), "{error}");
    drop(other);
    place.fetch(&server).0.unwrap();
    place.is_whole();
}
