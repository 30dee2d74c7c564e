//! What a site stands: many methods and one, strange names, the runs that are kept; and what no template may hold.

use std::fs;
use std::path::Path;

use results::MethodRecord;

use crate::common;
use crate::common::check::{check, check_size};
use crate::common::{Site, judged, position, rendered};
use crate::language;

fn with_methods(methods: &[MethodRecord]) -> (tempfile::TempDir, Site) {
    let folder = tempfile::tempdir().unwrap();
    let run = judged::write(&folder.path().join("run"));
    run.write_methods(methods).unwrap();
    let site = rendered(folder.path());
    check(&site);
    (folder, site)
}

#[test]
fn two_hundred_methods_have_two_hundred_pages_and_one_has_one() {
    let many: Vec<MethodRecord> = (0..200)
        .map(|n| {
            let like = common::METHODS[n % common::METHODS.len()];
            MethodRecord { id: format!("m{n}"), title: format!("Method {n}"), ..common::method(like) }
        })
        .collect();
    let (_folder, site) = with_methods(&many);
    assert_eq!(site.pages.len(), 6 + many.len());
    for n in [0, 77, 199] {
        position(site.index(), &format!("<a href=\"methods/m{n}.html\"><bdi>Method {n}</bdi></a>"));
    }
    let (_folder, site) = with_methods(&[common::method("layer")]);
    assert_eq!(site.pages.len(), 6 + 1);
    let page = site.method("layer");
    assert!(!page.contains("Before: ") && !page.contains("After: "));
}

/// Every name is a link to its page, a row, a heading, and turns nothing around it.
#[test]
fn strange_names_stay_text_and_keep_to_themselves() {
    let hebrew = "\u{5e0}\u{5e8}\u{5de}\u{5d5}\u{5dc} (2)";
    let long = "very long ".repeat(60);
    let names = [hebrew, &long, "<b>bold</b> & \"co\"", "a\u{300}\u{301}"];
    let methods: Vec<MethodRecord> = common::METHODS
        .iter()
        .zip(names)
        .map(|(id, name)| MethodRecord { title: name.trim().into(), ..common::method(id) })
        .collect();
    let (folder, site) = with_methods(&methods);
    let isolated = format!("\u{2068}{hebrew}\u{2069}");
    position(site.index(), &format!("<bdi>{isolated}</bdi>"));
    for (path, page) in &site.pages {
        assert_eq!(page.matches(hebrew).count(), page.matches(&isolated).count(), "{path}");
        assert!(!page.contains("<b>"), "{path}");
    }
    position(site.index(), "&lt;b&gt;bold&lt;/b&gt; &amp;");
    // Files hold the name as it is.
    let csv = fs::read_to_string(folder.path().join("out/data/standings-mlp.csv")).unwrap();
    assert!(csv.contains(hebrew) && !csv.contains('\u{2068}'), "{csv}");
}

/// What only measurements name has a row without a link.
#[test]
fn a_method_without_a_record_has_a_row_and_no_page() {
    let folder = tempfile::tempdir().unwrap();
    common::write(&folder.path().join("run"));
    fs::remove_file(folder.path().join("run/methods.json")).unwrap();
    let site = rendered(folder.path());
    check(&site);
    assert_eq!(site.pages.len(), 6);
    let row = &site.index()[position(site.index(), "<tr id=\"row-layer\">")..];
    assert!(
        row.starts_with("<tr id=\"row-layer\"><th scope=\"row\" data-sort=\"layer\"><bdi>layer</bdi></th>")
    );
    position(site.page("workloads.html"), "<tr id=\"standing-mlp-layer\"><th scope=\"row\">layer</th>");
}

/// Two methods whose ids look alike have a page each.
#[test]
fn ids_that_look_alike_have_pages_of_their_own() {
    let like = |id: &str| MethodRecord { id: id.into(), ..common::method("layer") };
    let (_folder, site) = with_methods(&["a b", "a-b", "A b", "../a", "con", "index"].map(like));
    assert_eq!(site.pages.len(), 6 + 6);
}

/// A line that is too long to be read as a formula is there as text, and does not weigh on the page.
#[test]
fn a_long_line_of_a_gradient_stands_behind_a_disclosure() {
    let mut method = common::method("layer");
    let sum = "<mi>x</mi><mo>+</mo>".repeat(400);
    method.gradient[0].mathml = format!("<math><mrow>{sum}<mi>x</mi></mrow></math>");
    method.gradient[0].text = format!("dx = {} < x", "x + ".repeat(400));
    let (_folder, site) = with_methods(&[method]);
    let page = site.method("layer");
    position(page, "<details><summary>dx, a long line</summary><code>dx = x + x");
    assert!(page.contains("x +  &lt; x</code></details>") && !page.contains(&sum), "as text");
}

/// A column of which no method has anything is not there, and one that some have is.
#[test]
fn the_table_has_the_columns_that_have_data() {
    let folder = tempfile::tempdir().unwrap();
    common::write(&folder.path().join("run"));
    position(rendered(folder.path()).index(), "<th scope=\"col\" class=\"num\">share of copy speed");
    fs::remove_file(folder.path().join("run/throughput.json")).unwrap();
    let site = rendered(folder.path());
    check(&site);
    let table = &site.index()[position(site.index(), "id=\"comparison\"")..];
    // The cost is the only column of numbers.
    assert!(!table.contains("<th scope=\"col\" class=\"num\">"), "no cost was measured");
    let families =
        ["Over cases: statistics of a batch", "Within one case"].map(|family| position(table, family));
    let (batch, layer) = (position(table, "id=\"row-batch\""), position(table, "id=\"row-layer\""));
    assert!(families[0] < batch && batch < families[1] && families[1] < layer);
    let row = &table[batch..batch + table[batch..].find("</tr>").unwrap()];
    position(
        row,
        "<span class=\"sign no\" aria-hidden=\"true\">✗</span>no</summary><small>no variance; probed</small></details>",
    );
}

#[test]
fn runs_that_are_kept_make_small_sites() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reports");
    let mut found = 0;
    for entry in fs::read_dir(kept).unwrap() {
        let run = entry.unwrap().path();
        if run.join("manifest.json").is_file() {
            let out = tempfile::tempdir().unwrap();
            report::render(&run, out.path()).unwrap();
            let site = Site::read(out.path());
            check(&site);
            check_size(&site);
            language::nothing_is_untranslated(&site);
            let size = |path: &Path| fs::metadata(path).unwrap().len();
            let data: u64 =
                fs::read_dir(out.path().join("data")).unwrap().map(|e| size(&e.unwrap().path())).sum();
            // Every seed of every contender at every update.
            assert!(data < 3_000_000, "{}: {data} bytes of tables", run.display());
            if let Ok(keep) = std::env::var("NORMLAB_KEEP_SITES") {
                report::render(&run, &Path::new(&keep).join(run.file_name().unwrap())).unwrap();
            }
            found += 1;
        }
    }
    assert!(found > 0, "no run is kept");
}

/// What a template says is true of any run: it has no number in it and names no method.
#[test]
fn templates_hold_no_numbers_and_no_names() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates/report");
    let mut read = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "tera") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let words = without(&without(&text, "{", "}"), "<", ">").to_lowercase();
        let name = path.display();
        let number = words.split_whitespace().find(|word| word.contains(|c: char| c.is_ascii_digit()));
        assert_eq!(number, None, "{name}");
        for method in ["layer", "batch", "recurrent", "weight", "cosine", "streaming", "group", "instance"] {
            assert!(!words.contains(&format!("{method} normalization")), "{name} names {method}");
        }
        read += 1;
    }
    assert!(read > 5, "the templates were not found");
}

/// A text without what stands between two marks.
fn without(text: &str, open: &str, close: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(open) {
        out += before;
        out.push(' ');
        rest = after.split_once(close).map_or("", |(_, after)| after);
    }
    out + rest
}
