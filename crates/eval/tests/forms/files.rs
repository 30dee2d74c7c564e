//! What a request's file may hold, where an answer goes, and what a refusal looks like on a terminal.

use std::path::Path;

use eval::Error;

use crate::request::{Request, noise, send};

/// A safetensors file of this header and these bytes.
fn file(header: &str, bytes: usize) -> Vec<u8> {
    let mut all = (header.len() as u64).to_le_bytes().to_vec();
    all.extend(header.as_bytes());
    all.resize(all.len() + bytes, 0);
    all
}

#[test]
fn names_that_stand_twice() {
    let x = |shape: &str, from: usize| {
        format!(r#"{{"dtype":"F64","shape":{shape},"data_offsets":[{from},{}]}}"#, from + 64)
    };
    let metadata = r#""__metadata__":{"mode":"train","mode":"eval"},"#;
    for (header, bytes, named) in [
        (format!(r#"{{"x":{},"x":{}}}"#, x("[2,4]", 0), x("[4,2]", 0)), 64, "tensor `x`"),
        (format!(r#"{{"x":{},"x":{}}}"#, x("[2,4]", 0), x("[2,4]", 64)), 128, "tensor `x`"),
        (format!(r#"{{"x":{},"\u0078":{}}}"#, x("[2,4]", 0), x("[2,4]", 0)), 64, "tensor `x`"),
        (format!(r#"{{{metadata}"x":{}}}"#, x("[2,4]", 0)), 64, "metadata `mode`"),
        (
            format!(r#"{{"__metadata__":{{}},"x":{},"__metadata__":{{"mode":"eval"}}}}"#, x("[2,4]", 0)),
            64,
            "the metadata",
        ),
        (
            r#"{"x":{"dtype":"F32","dtype":"F64","shape":[2,4],"data_offsets":[0,64]}}"#.to_owned(),
            64,
            "`dtype` of tensor `x`",
        ),
    ] {
        let refused = send("layer", &file(&header, bytes)).expect_err(&header);
        assert!(matches!(&refused, Error::Twice { what, .. } if what == named), "{header}: {refused}");
    }
    let once = format!(r#"{{"x":{},"dy":{}}}"#, x("[2,4]", 0), x("[2,4]", 64));
    assert!(send("layer", &file(&once, 128)).is_ok());
}

/// One line each, whatever the names are, short and without characters that move the cursor.
#[test]
fn refusals_are_one_line() {
    let hostile = ["a\nb", "a\r\nb", "\x1b[2J", "a\u{202e}b", "a\u{2028}b", "a\0b", &"n".repeat(1_000_000)];
    let mut said = Vec::new();
    for name in hostile {
        let r = Request::default().tensor("x", &[2, 3], &noise(6, 1));
        let words = [("mode", name), (name, "train"), ("const.eps", name), (&format!("const.{name}"), "1")];
        for (key, value) in words {
            said.push(r.clone().word(key, value).send("layer").expect_err("it was carried out").to_string());
        }
        let tensors = [name.to_owned(), format!("param.{name}"), format!("state.{name}")];
        for tensor in tensors {
            let r = r.clone().tensor(&tensor, &[1], &[1.0]);
            said.push(r.send("layer").expect_err("it was carried out").to_string());
        }
        said.push(r.send(name).expect_err("it was carried out").to_string());
        let header =
            format!(r#"{{"{}":{{"dtype":"F64","shape":[1],"data_offsets":[8,16]}}}}"#, name.escape_debug());
        said.push(send("layer", &file(&header, 8)).expect_err("it was carried out").to_string());
    }
    let folder = tempfile::tempdir().unwrap();
    for name in ["in\nput", "in\x1b[2Jput"] {
        let missing = folder.path().join(name);
        said.push(eval::evaluate("layer", &missing, Path::new("out")).unwrap_err().to_string());
        let request = folder.path().join("request");
        std::fs::write(&request, Request::default().tensor("x", &[1, 2], &[1.0, 2.0]).bytes()).unwrap();
        let nowhere = folder.path().join(name).join("answer");
        said.push(eval::evaluate("layer", &request, &nowhere).unwrap_err().to_string());
    }
    for line in said {
        assert!(!line.chars().any(|c| c.is_control() || "\u{202e}\u{2028}".contains(c)), "{line:?}");
        assert!(line.len() < 2000, "{} bytes: {}", line.len(), &line[..100]);
    }
}

#[cfg(unix)]
mod on_unix {
    use std::fs::{self, Permissions};
    use std::io::Read;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::{Path, PathBuf};

    use crate::request::{Request, noise};

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Self {
            let folder = Self(tempfile::tempdir().unwrap());
            let request = Request::default().tensor("x", &[2, 3], &noise(6, 1));
            fs::write(folder.at("request"), request.bytes()).unwrap();
            folder
        }
        fn at(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }
        fn ask(&self, to: &Path) -> Result<(), eval::Error> {
            eval::evaluate("layer", &self.at("request"), to)
        }
        fn names(&self) -> Vec<String> {
            let mut all: Vec<String> = fs::read_dir(self.0.path())
                .unwrap()
                .map(|f| f.unwrap().file_name().into_string().unwrap())
                .collect();
            all.sort();
            all
        }
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    fn is_answer(bytes: &[u8]) -> bool {
        safetensors::SafeTensors::deserialize(bytes).is_ok_and(|f| f.tensor("y").is_ok())
    }

    #[test]
    fn an_answer_has_the_rights_of_any_new_file_or_of_the_one_it_replaces() {
        let folder = Folder::new();
        fs::write(folder.at("other"), b"").unwrap();
        folder.ask(&folder.at("answer")).unwrap();
        assert_eq!(mode(&folder.at("answer")), mode(&folder.at("other")));
        for rights in [0o600, 0o640, 0o666] {
            fs::set_permissions(folder.at("answer"), Permissions::from_mode(rights)).unwrap();
            folder.ask(&folder.at("answer")).unwrap();
            assert_eq!(mode(&folder.at("answer")), rights);
        }
        assert_eq!(folder.names(), ["answer", "other", "request"]);
    }

    #[test]
    fn links_are_followed_and_stay() {
        let folder = Folder::new();
        fs::create_dir(folder.at("far")).unwrap();
        symlink("far/answer", folder.at("near")).unwrap();
        symlink("near", folder.at("link")).unwrap();
        // First to where nothing is yet, then over what is there.
        for _ in 0..2 {
            folder.ask(&folder.at("link")).unwrap();
            assert!(is_answer(&fs::read(folder.at("far/answer")).unwrap()));
            assert_eq!(fs::read_link(folder.at("link")).unwrap(), Path::new("near"));
            assert_eq!(fs::read_link(folder.at("near")).unwrap(), Path::new("far/answer"));
        }
        symlink("circle", folder.at("circle")).unwrap();
        assert!(folder.ask(&folder.at("circle")).is_err());
        assert!(folder.ask(&folder.at("far")).is_err(), "a folder was written");
        assert_eq!(folder.names(), ["circle", "far", "link", "near", "request"]);
    }

    #[test]
    fn devices_and_pipes_are_written_to() {
        let folder = Folder::new();
        folder.ask(Path::new("/dev/null")).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
        let pipe = folder.at("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || {
                let mut bytes = Vec::new();
                fs::File::open(pipe).unwrap().read_to_end(&mut bytes).unwrap();
                bytes
            }
        });
        folder.ask(&pipe).unwrap();
        assert!(is_answer(&reader.join().unwrap()));
        assert_eq!(folder.names(), ["pipe", "request"]);
        let full = folder.ask(Path::new("/dev/full")).unwrap_err().to_string();
        assert!(full.starts_with("cannot write /dev/full"), "{full}");
    }

    /// Behind what the open file holds already.
    #[cfg(target_os = "linux")]
    #[test]
    fn open_files_go_on() {
        use std::io::Write;
        use std::os::fd::AsRawFd;
        let folder = Folder::new();
        let mut open = fs::File::create(folder.at("log")).unwrap();
        open.write_all(b"before").unwrap();
        folder.ask(Path::new(&format!("/dev/fd/{}", open.as_raw_fd()))).unwrap();
        let bytes = fs::read(folder.at("log")).unwrap();
        assert!(bytes.starts_with(b"before") && is_answer(&bytes[6..]));
    }

    /// A request may come through a pipe too.
    #[test]
    fn requests_through_a_pipe() {
        let folder = Folder::new();
        let pipe = folder.at("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let bytes = fs::read(folder.at("request")).unwrap();
        let writer = std::thread::spawn({
            let pipe = pipe.clone();
            move || fs::write(pipe, bytes).unwrap()
        });
        eval::evaluate("layer", &pipe, &folder.at("answer")).unwrap();
        writer.join().unwrap();
        assert!(is_answer(&fs::read(folder.at("answer")).unwrap()));
    }
}
