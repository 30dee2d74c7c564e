//! The site of a kept run in a real browser: nothing is cut, nothing lies over something else, everything can be read and reached, and
//! nothing is loaded from elsewhere. `just browser` runs it; it needs Chromium.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Names under which distributions install it.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];
/// How long a page may take at all its sizes.
const LONGEST: Duration = Duration::from_mins(2);
/// Pages at which people look; of the methods those that the question names.
const PAGES: [&str; 9] = [
    "index.html",
    "index.es.html",
    "claims.html",
    "workloads.html",
    "throughput.html",
    "provenance.html",
    "methods/layer.html",
    "methods/recurrent-batch.html",
    "methods/bn-rnn.html",
];

/// The browser that `NORMLAB_BROWSER` names, or the first that there is.
fn browser() -> PathBuf {
    if let Some(named) = std::env::var_os("NORMLAB_BROWSER") {
        return named.into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .flat_map(|folder| BROWSERS.map(|name| folder.join(name)))
        .find(|file| file.is_file())
        .expect("Chromium is not installed: `apt-get install chromium`, or name a browser in NORMLAB_BROWSER")
}

/// Runs it with a profile of its own, and gives what it prints.
fn run(profile: &Path, arguments: &[&str]) -> String {
    let profile = format!("--user-data-dir={}", profile.display());
    let mut child = Command::new(browser())
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
        .args(["--allow-file-access-from-files", "--disable-extensions", "--force-device-scale-factor=1"])
        .arg(profile)
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the browser starts");
    let mut out = child.stdout.take().expect("it has an output");
    let reader = thread::spawn(move || {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut out, &mut text).map(|_| text)
    });
    let began = Instant::now();
    loop {
        match child.try_wait().expect("it can be waited for") {
            Some(status) => {
                assert!(status.success(), "the browser ended with {status}");
                break;
            }
            None if began.elapsed() > LONGEST => {
                let _ = child.kill();
                panic!("the browser took longer than {LONGEST:?}");
            }
            None => thread::sleep(Duration::from_millis(50)),
        }
    }
    reader.join().expect("the reader ends").expect("the page is text")
}

/// What speaks against a page.
fn look(profile: &Path, site: &Path, page: &str) -> Vec<String> {
    let script = include_str!("look.js");
    let frame = site.join("look.html");
    let text = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>look</title></head><body>\
         <pre id=\"found\"></pre><script>{script}</script><script>look(\"{page}\")</script></body></html>"
    );
    fs::write(&frame, text).expect("the frame is written");
    let address = format!("file://{}", frame.display());
    let size = "--window-size=2600,1000";
    let dom = run(profile, &[size, "--virtual-time-budget=60000", "--dump-dom", &address]);
    fs::remove_file(&frame).expect("the frame is removed");
    let (_, rest) = dom.split_once("<pre id=\"found\">").expect("the frame was shown");
    let json = rest.split("</pre>").next().unwrap_or_default();
    let json = json.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ").replace("&amp;", "&");
    let found: serde_json::Value = serde_json::from_str(&json)
        .unwrap_or_else(|e| panic!("{page}: the look did not end: {e}: {json:.200}"));
    assert_eq!(found["done"], true, "{page}");
    let found = found["found"].as_array().expect("a list of faults");
    found.iter().filter_map(|fault| Some(format!("{page}, {}", fault.as_str()?))).collect()
}

fn site(folder: &Path) -> PathBuf {
    let run = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reports/2026-11-30-standard");
    let out = folder.join("site");
    report::render(&run, &out).expect("the kept run can be rendered");
    out
}

#[test]
#[ignore = "needs Chromium: just browser"]
fn nothing_is_cut_hidden_unreadable_or_loaded() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path());
    let profile = folder.path().join("profile");
    let faults: Vec<String> = PAGES.iter().flat_map(|page| look(&profile, &site, page)).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// A page with one fault of each kind: a look that finds nothing there would find nothing anywhere.
#[test]
#[ignore = "needs Chromium: just browser"]
fn planted_faults_are_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = "<!DOCTYPE html><html lang=\"en\"><head><title>planted</title><style>body{margin:0}</style></head><body>\
        <svg width=\"100\" height=\"40\" role=\"img\"><title>planted</title><text x=\"80\" y=\"20\">cut by the frame</text>\
        <text x=\"5\" y=\"20\">over</text><text x=\"8\" y=\"21\">under</text></svg>\
        <p style=\"color:#ccc;background:#fff\">pale</p><div style=\"width:500px;height:1px\"></div><button></button>\
        <img src=\"other.svg\" alt=\"\">\
        <table data-sortable=\"\"><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr><tr><td>2</td></tr><tr><td>3</td>\
        </tr><tr><td>4</td></tr></tbody></table></body></html>";
    let other = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"/>";
    fs::write(folder.path().join("other.svg"), other).expect("the picture is written");
    fs::write(folder.path().join("planted.html"), page).expect("the page is written");
    let faults = look(&folder.path().join("profile"), folder.path(), "planted.html").join("\n");
    for fault in [
        "is cut by its frame",
        "lie over each other",
        "pixels wider than the window",
        "low contrast",
        "a button has no name",
        "it loads ",
        "a table that sorts has no button in its head",
    ] {
        assert!(faults.contains(fault), "not found: {fault}; found: {faults}");
    }
}

#[test]
#[ignore = "needs Chromium: just browser"]
fn the_answer_prints_on_a_few_sheets() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path());
    let sheet = folder.path().join("index.pdf");
    let (to, address) =
        (format!("--print-to-pdf={}", sheet.display()), format!("file://{}/index.html", site.display()));
    run(&folder.path().join("profile"), &[&to, "--no-pdf-header-footer", &address]);
    let pdf = fs::read(&sheet).expect("a printed page");
    let pages = pdf.windows(10).filter(|w| *w == b"/Type /Pag").count();
    // One of them is the list of all pages.
    assert!((2..=40).contains(&pages), "{pages} sheets");
}
