//! What the pages of a made-up run say, hold and weigh.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use results::{Descriptions, RunWriter};

use crate::common;
use crate::common::check::{check, elements};
use crate::common::{position, rendered};

#[test]
fn the_pages_are_sound_and_stand_alone() {
    let folder = tempfile::tempdir().unwrap();
    common::write(&folder.path().join("run"));
    check(&rendered(folder.path()));
    // A person who wants to look at it names a folder to keep it in.
    if let Ok(keep) = std::env::var("NORMLAB_KEEP_PAGE") {
        report::render(&folder.path().join("run"), Path::new(&keep)).unwrap();
    }
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut found = Vec::new();
    for folder in &folders {
        common::write(&folder.path().join("run"));
        let site = rendered(folder.path());
        let data = folder.path().join("out/data");
        let mut files: Vec<_> = fs::read_dir(data).unwrap().map(|e| e.unwrap().path()).collect();
        files.sort();
        let bytes: Vec<_> =
            files.iter().map(|f| (f.file_name().unwrap().to_owned(), fs::read(f).unwrap())).collect();
        found.push((site.pages, bytes));
    }
    assert_eq!(found[0], found[1]);
}

#[test]
fn every_number_drawn_can_be_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    common::write(&folder.path().join("run"));
    let site = rendered(folder.path());
    let (mut files, mut figures) = (0, 0);
    for page in site.pages.values() {
        figures += page.matches("class=\"plot\"").count();
        files += elements(page).iter().filter(|e| e.get("download").is_some()).count();
    }
    assert!(figures > 0 && files > 2 * figures, "{files} files for {figures} figures");
    let page = site.page("workloads.html");
    for link in elements(page).iter().filter_map(|e| e.get("href")).filter(|h| h.starts_with("data/")) {
        let text = fs::read_to_string(folder.path().join("out").join(link)).unwrap();
        assert!(text.contains("schema_version"), "{link}");
    }
    let curve = fs::read_to_string(folder.path().join("out/data/curves-mlp.csv")).unwrap();
    assert_eq!(curve.lines().count(), 1 + 4 * 20, "a row per contender and evaluation");
}

#[test]
fn sizes_are_in_natural_order_and_shares_are_of_the_right_ceiling() {
    let folder = tempfile::tempdir().unwrap();
    common::write(&folder.path().join("run"));
    let site = rendered(folder.path());
    let page = site.page("throughput.html");
    let places =
        ["64x512", "128x2048", "4096x1024"].map(|s| position(page, &format!("id=\"bench-norm-f32-{s}\"")));
    assert!(places.is_sorted(), "{places:?}");
    // The table of all methods quotes the most complete pass, under the name that benches give it.
    position(site.index(), "share of copy speed, forward and backward at 4096×1024, f32");
    // Batch reads twice: its ceiling is the copy that reads twice, 1.5 times slower; 1.5 / (1.3 · 1.1) = 104.9 %.
    let text = fs::read_to_string(folder.path().join("out/data/bench-norm-f32-64x512-fwd.csv")).unwrap();
    let batch = text.lines().find(|l| l.starts_with("Batch Normalization,fused")).unwrap();
    assert!(batch.contains("1.0489510489510"), "{batch}");
    assert!(batch.contains("same traffic"), "{batch}");
    let cells =
        fs::read_to_string(folder.path().join("out/data/bench-cell-lstm-f32-50x64x128-fwdbwd.csv")).unwrap();
    assert!(cells.contains(",,none,"), "no copy, no share: {cells}");
}

/// A method of images has a row of its own shape beside a copy of that shape, whatever it does without places.
#[test]
fn a_method_of_images_is_quoted_at_its_own_shape() {
    let folder = tempfile::tempdir().unwrap();
    let mut run = common::write(&folder.path().join("run"));
    let flat = common::throughput();
    let images = [("8x16x16x16", 32_768u64), ("64x64x32x32", 4_194_304)];
    let mut all: Vec<_> = flat.iter().filter(|r| !r.id.contains("/rms/")).cloned().collect();
    for (shape, elements) in images {
        let like = |id: String, ns: f64| results::ThroughputRecord {
            id,
            median_ns: ns,
            lower_ns: ns,
            upper_ns: ns,
            mean_ns: ns,
            traffic: Some(results::Traffic { reads: elements * 4, writes: elements * 4 }),
            ..flat[0].clone()
        };
        let copy = elements as f64 * 0.05;
        all.push(like(format!("copy/f32/{shape}/1r1w"), copy));
        for (path, slow) in [("fused", 4.0), ("composed", 40.0)] {
            all.push(like(format!("norm/rms/{path}/f32/{shape}/fwdbwd"), copy * slow));
        }
    }
    let mut front = |records: &[results::ThroughputRecord]| {
        run.write_throughput(records).unwrap();
        let site = rendered(folder.path());
        position(site.index(), "share of copy speed, forward and backward at 4096×1024, f32");
        let text = fs::read_to_string(folder.path().join("out/data/methods.csv")).unwrap();
        let row = |id: &str| text.lines().find(|l| l.starts_with(id)).unwrap().to_owned();
        (site, row("rms,"), row("layer,"))
    };
    let (site, rms, layer) = front(&all);
    check(&site);
    // A quarter of the speed of its copy, not of the flat one.
    assert!(rms.contains("25.0\u{a0}%") && rms.contains("fused, at 64×64×32×32, f32"), "{rms}");
    assert!(layer.contains(", fused)") && !layer.contains(", at "), "{layer}");
    position(site.index(), "href=\"throughput.html#bench-norm-f32-64x64x32x32\"");
    position(site.page("throughput.html"), "id=\"bench-norm-f32-8x16x16x16\"");
    // An earlier run timed it without places, where it has nothing to pool.
    let earlier = flat.iter().filter(|r| r.id.contains("/rms/")).cloned();
    all.extend(earlier);
    let (_, rms, _) = front(&all);
    assert!(rms.contains("25.0\u{a0}%") && rms.contains("fused, at 64×64×32×32, f32"), "{rms}");
    // Of shapes of its own, the one nearest in size.
    all.retain(|r| !r.id.contains("64x64x32x32"));
    let (_, rms, _) = front(&all);
    assert!(rms.contains("fused, at 8×16×16×16, f32"), "{rms}");
}

#[test]
fn a_step_of_an_optimizer_stands_beside_the_plain_one_and_a_copy() {
    let folder = tempfile::tempdir().unwrap();
    common::write(&folder.path().join("run"));
    let site = rendered(folder.path());
    let page = site.page("throughput.html");
    let (cell, step) = (
        position(page, "id=\"bench-cell-lstm-f32-50x64x128\""),
        position(page, "id=\"bench-update-f32-17610\""),
    );
    assert!(cell < step);
    position(page, "step of the optimizer, 17610 weights, f32");
    let rows = fs::read_to_string(folder.path().join("out/data/bench-update-f32-17610-step.csv")).unwrap();
    for (method, share) in [("No normalization", "0.4,"), ("RMS Normalization", "0.005,")] {
        let row = rows.lines().find(|l| l.starts_with(&format!("{method},optimizer")));
        assert!(row.is_some_and(|r| r.contains(share) && r.contains("same traffic")), "{rows}");
    }
}

#[test]
fn what_is_not_there_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    RunWriter::begin(&run, &common::start(), &Descriptions::default()).unwrap();
    for file in ["methods.json", "workloads.json", "references.bib"] {
        fs::remove_file(run.join(file)).unwrap();
    }
    let site = rendered(folder.path());
    check(&site);
    for (page, text) in [
        ("index.html", "This run holds no methods."),
        ("index.html", "This run holds no advice"),
        ("index.html", "no record in this run"),
        ("throughput.html", "This run holds no timings."),
        ("workloads.html", "This run holds no training runs"),
        ("provenance.html", "Not in this run: throughput.json"),
        ("provenance.html", "Not in this run: methods.json"),
        ("throughput.html", "The noise floor was not measured"),
        ("provenance.html", "This run carries no bibliography."),
    ] {
        position(site.page(page), text);
    }
    assert_eq!(site.pages.len(), 6, "no method has a page");
}

#[test]
fn a_broken_cell_is_named_and_the_rest_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let run = common::write(&folder.path().join("run"));
    let broken = common::cell("mlp", "layer", 0.1, 1);
    fs::write(run.cell_path(&broken.id), "{").unwrap();
    let site = rendered(folder.path());
    check(&site);
    position(site.page("provenance.html"), &format!("Not usable: cells/{}.json:1:1", broken.id));
    position(site.page("workloads.html"), "Layer Normalization: 1 of 4 rates have fewer than all 5 seeds.");
    assert!(!site.says(folder.path().to_str().unwrap()), "no page says where the run lay");
}

type Change = fn(&mut results::ConvergenceRecord);

/// One altered record turns no ranking: it is named and left out.
#[test]
fn a_cell_that_contradicts_its_run_is_named_and_takes_part_in_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let run = common::write(&folder.path().join("run"));
    let (before, standings) = (rendered(folder.path()), folder.path().join("out/data/standings-mlp.csv"));
    assert!(!before.says("Not usable"));
    let ranking = |text: &str| {
        text.lines().skip(1).map(|l| l.split(',').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let whole = ranking(&fs::read_to_string(&standings).unwrap());
    let changes: [(&str, Change); 4] = [
        ("target", |c| c.target.direction = results::Direction::LowerIsBetter),
        ("target", |c| c.target.value = 0.01),
        ("curve.valid_accuracy", |c| c.curve[19].valid_accuracy = Some(7.0)),
        ("curve.train_loss", |c| c.curve[19].train_loss = Some(f64::NAN)),
    ];
    // The first by name too, from which a page could take its target.
    let id = run.cell_ids().unwrap().remove(0);
    let first = run.cell(&id).unwrap().unwrap();
    for record in [first, common::cell("mlp", "none", 0.1, 1)] {
        for (field, change) in changes {
            let mut changed = record.clone();
            change(&mut changed);
            run.write_cell(&changed).unwrap();
            let site = rendered(folder.path());
            check(&site);
            let said = format!("Not usable: cells/{}.json: {field}: expected", record.id);
            position(site.page("provenance.html"), &said);
            assert_eq!(ranking(&fs::read_to_string(&standings).unwrap()), whole, "{field}");
        }
        run.write_cell(&record).unwrap();
    }
    assert_eq!(rendered(folder.path()).pages, before.pages);
}

/// A benchmark that did not move what its operation moves measured something else.
#[test]
fn a_speed_that_cannot_be_is_named_and_not_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let mut run = common::write(&folder.path().join("run"));
    let mut records = run.throughput().unwrap().unwrap();
    let nothing = "norm/none/composed/f32/4096x1024/fwd";
    let record = records.iter_mut().find(|r| r.id == nothing).unwrap();
    (record.median_ns, record.lower_ns, record.upper_ns, record.mean_ns) = (450.0, 449.0, 451.0, 450.0);
    run.write_throughput(&records).unwrap();
    let site = rendered(folder.path());
    check(&site);
    position(
        site.page("provenance.html"),
        &format!("Not usable: throughput.json, {nothing}: median_ns: expected no less than"),
    );
    let rows = |shape: &str| {
        fs::read_to_string(folder.path().join(format!("out/data/bench-norm-f32-{shape}-fwd.csv"))).unwrap()
    };
    assert!(!rows("4096x1024").contains("No normalization,composed"), "{}", rows("4096x1024"));
    assert!(rows("4096x1024").contains("No normalization,fused"));
    assert!(rows("64x512").contains("No normalization,composed"));
}

#[test]
fn what_two_builds_measured_is_never_put_into_one_row() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("run");
    drop(common::write(&dir));
    let mut other = results::Start { another_part: true, seeds: vec![6], ..common::start() };
    other.part.identity.cpu = "Another processor".into();
    let run = RunWriter::begin(&dir, &other, &Descriptions::default()).unwrap();
    run.write_cell(&common::cell("mlp", "layer", 0.1, 6)).unwrap();
    let site = rendered(folder.path());
    check(&site);
    let text = fs::read_to_string(folder.path().join("out/data/standings-mlp.csv")).unwrap();
    assert!(
        text.contains("\"Layer Normalization, part 1\"") && text.contains("\"Layer Normalization, part 2\""),
        "{text}"
    );
    for text in ["Part 1: processor", "Part 2: processor", "Another processor", "Part 2: training runs"] {
        position(site.page("provenance.html"), text);
    }
    let lstm = fs::read_to_string(folder.path().join("out/data/standings-lstm.csv")).unwrap();
    assert!(!lstm.contains("part 1"), "one build measured all of it: {lstm}");
}

#[test]
fn a_page_replaces_the_one_before_it_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let run = common::write(&folder.path().join("run"));
    rendered(folder.path());
    let out = folder.path().join("out");
    let data = out.join("data");
    let names = |dir: &Path| -> BTreeSet<String> {
        fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    };
    let whole = names(&data);
    for file in ["throughput.json", "peers.json"] {
        fs::remove_file(folder.path().join("run").join(file)).unwrap();
    }
    fs::write(data.join(".methods.csv.4000000-0.tmp"), "torn").unwrap();
    fs::write(out.join(".index.html.4000000-7.tmp"), "torn").unwrap();
    let own = ["mine.csv", "mine.json", "renamed.json", "notes.txt"];
    for name in own {
        fs::write(data.join(name), "{}").unwrap();
    }
    fs::copy(data.join("methods.json"), data.join("renamed.json")).unwrap();
    // Pages of methods: one that this run no longer has, one that somebody keeps under another name, and a stranger's.
    let methods = out.join("methods");
    fs::copy(methods.join("rms.html"), methods.join("kept.html")).unwrap();
    fs::write(methods.join("mine.html"), "<p>mine</p>").unwrap();
    fs::write(methods.join(".rms.html.4000000-1.tmp"), "torn").unwrap();
    let described = common::METHODS.map(common::method);
    run.write_methods(&described[..3]).unwrap();
    rendered(folder.path());
    let left = names(&data);
    let stale: Vec<_> = whole.iter().filter(|name| name.starts_with("bench-")).collect();
    assert!(stale.len() > 10 && stale.iter().all(|name| !left.contains(*name)), "{left:?}");
    let expected: BTreeSet<String> = whole
        .iter()
        .filter(|name| !name.starts_with("bench-"))
        .cloned()
        .chain(own.map(str::to_owned))
        .collect();
    assert_eq!(left, expected);
    let pages = ["index", "index.es", "claims", "workloads", "throughput", "provenance"]
        .map(|name| format!("{name}.html"));
    assert_eq!(names(&out), pages.into_iter().chain(["data", "methods"].map(str::to_owned)).collect());
    let of_methods = ["none", "batch", "layer", "kept", "mine"].map(|name| format!("{name}.html"));
    assert_eq!(names(&methods), of_methods.into());
    // A page that cannot be made leaves the one that is there.
    let before = fs::read(out.join("index.html")).unwrap();
    fs::write(run.dir().join("manifest.json"), "{").unwrap();
    report::render(run.dir(), &out).unwrap_err();
    assert_eq!(fs::read(out.join("index.html")).unwrap(), before);
}

#[test]
fn names_that_look_alike_have_files_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let run = common::write(&folder.path().join("run"));
    let mut workloads = run.workloads().unwrap().unwrap();
    let names = ["a b", "a-b", "A b", "a+b", "", "☃"];
    for name in names {
        workloads.push(results::WorkloadRecord { id: name.into(), ..workloads[0].clone() });
        let mut cell = common::cell("mlp", "layer", 0.1, 1);
        cell.cell.workload = name.into();
        cell.id = cell.cell.id();
        run.write_workloads(&workloads).unwrap();
        run.write_cell(&cell).unwrap();
    }
    check(&rendered(folder.path()));
    let files = fs::read_dir(folder.path().join("out/data")).unwrap().map(|e| e.unwrap().path());
    let stem = |path: std::path::PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let standings: BTreeSet<String> = files.map(stem).filter(|stem| stem.starts_with("standings-")).collect();
    assert_eq!(standings.len(), 2 + names.len(), "{standings:?}");
}

#[test]
fn a_dependency_that_is_not_as_declared_is_loud() {
    let folder = tempfile::tempdir().unwrap();
    let run = common::write(&folder.path().join("run"));
    let mut methods = common::METHODS.map(common::method);
    methods[2].pictures[0].declared_equals_measured = false;
    run.write_methods(&methods).unwrap();
    let site = rendered(folder.path());
    check(&site);
    position(site.method("layer"), "this is NOT what the method declares");
}

#[test]
fn markup_in_a_record_stays_text() {
    let folder = tempfile::tempdir().unwrap();
    let run = common::write(&folder.path().join("run"));
    let mut methods = common::METHODS.map(common::method);
    methods[1].title = "<script>alert(1)</script> & \"co\"".into();
    methods[1].formula[0].mathml = "<math><script>alert(2)</script></math>".into();
    run.write_methods(&methods).unwrap();
    let site = rendered(folder.path());
    check(&site);
    for (path, page) in &site.pages {
        assert_eq!(page.matches("<script").count(), 1, "only its own: {path}");
    }
    assert!(site.says("&lt;script&gt;alert(1)"));
}

#[test]
fn a_folder_that_is_no_run_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let error = report::render(folder.path(), &folder.path().join("out")).unwrap_err();
    assert!(error.to_string().contains("manifest.json"), "{error}");
}
