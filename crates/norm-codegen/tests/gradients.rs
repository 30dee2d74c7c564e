//! The printed gradient of every method: it has the values of the derived one, and one golden file shows both.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use norm_codegen::{Declaration, Derivation, Formula, PrintedGradient, Typing};
use proc_macro2::{TokenStream, TokenTree};
use symbolic::Env;

/// Cases, groups, channels in a group, positions.
const SIZES: [usize; 4] = [3, 2, 3, 4];

/// Characters of a line that a reviewer reads.
const READ: usize = 400;

/// Every declaration of a method in this workspace, by name.
fn methods() -> Vec<(String, Formula, Derivation)> {
    let mut found: Vec<_> = sources().into_iter().map(declared).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

fn declared(source: TokenStream) -> (String, Formula, Derivation) {
    let formula = Formula::of(&syn::parse2::<Declaration>(source).unwrap()).unwrap();
    let derivation = Derivation::of(&formula, Typing::Natural).unwrap();
    (formula.name().to_string(), formula, derivation)
}

/// What stands in the braces of every `normalization!`.
fn sources() -> Vec<TokenStream> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for folder in std::fs::read_dir(crates).unwrap().map(|entry| entry.unwrap().path()) {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let helpers = ["norm-core", "norm-codegen", "norm-macros", "norm-corpus", "norm-dfdx"];
        if !name.starts_with("norm-") || helpers.contains(&name.as_str()) {
            continue;
        }
        for file in std::fs::read_dir(folder.join("src")).unwrap().map(|entry| entry.unwrap().path()) {
            if file.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&file).unwrap();
                declarations(text.parse().unwrap(), &mut found);
            }
        }
    }
    assert!(found.len() >= 30, "{} methods were found", found.len());
    found
}

fn declarations(tokens: TokenStream, found: &mut Vec<TokenStream>) {
    let mut declared = false;
    for token in tokens {
        match token {
            TokenTree::Ident(word) => declared = word == "normalization",
            TokenTree::Group(group) if declared => {
                found.push(group.stream());
                declared = false;
            }
            _ => {}
        }
    }
}

struct Random(u64);

impl Random {
    /// Values between -1 and 1.
    fn values(&mut self, n: usize) -> Vec<f64> {
        let mut next = || {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 11) as f64 / 2f64.powi(52) - 1.0
        };
        (0..n).map(|_| next()).collect()
    }
}

/// Random values of everything that a gradient is made of. With `moved`, constants are away from their defaults, but whole
/// ones, which count something, are not.
fn inputs(f: &Formula, d: &Derivation, moved: bool, mask: Option<Vec<bool>>) -> Env {
    let mut r = Random(17);
    let mut env = Env::new(SIZES).row(2);
    if let Some(mask) = mask {
        env = env.mask(mask);
    }
    for e in [d.x, d.dy].iter().chain(&d.params).chain(&d.controls) {
        let data = r.values(env.len(d.graph.axes(*e)));
        env = env.bind(&d.graph.to_text(*e), data);
    }
    for e in &d.frozen {
        let data = r.values(env.len(d.graph.axes(*e))).into_iter().map(|v| v.abs() + 0.5).collect();
        env = env.bind(&d.graph.to_text(*e), data);
    }
    for (name, default) in f.const_specs() {
        let whole = default >= 1.0 && default.fract() == 0.0;
        let value = if moved && !whole { default + 0.3 } else { default };
        env = env.bind(&name, vec![value]);
    }
    env
}

/// The printed lines against the derivation, where cases count.
fn agree(name: &str, f: &Formula, d: &Derivation, moved: bool, mask: Option<Vec<bool>>) {
    let env = inputs(f, d, moved, mask);
    let derived = d.interpret(env.clone()).unwrap();
    let mut known = env.clone();
    for statistic in &d.current {
        let statistic = d.graph.to_text(*statistic);
        known = known.bind(&statistic, derived[&statistic].data.clone());
    }
    let printed = PrintedGradient::presented(f, d).interpret(known.clone()).unwrap();
    assert_eq!(printed.len(), 1 + d.params.len() + d.controls.len(), "{name}");
    for (left, value) in printed {
        let control = left.strip_suffix('\'');
        let wanted = &derived[&control.map_or(left.clone(), |control| format!("d{control}"))];
        // What is found is added to the state of a control.
        let before = control.and_then(|control| env.value(control));
        let wanted: Vec<f64> = match before {
            Some(before) => wanted.data.iter().zip(before).map(|(found, before)| found + before).collect(),
            None => wanted.data.clone(),
        };
        assert_eq!(value.data.len(), wanted.len(), "{left} of {name}");
        let scale = wanted.iter().fold(1e-3_f64, |most, v| most.max(v.abs()));
        let per_case = wanted.len() / SIZES[0];
        for (i, (got, wanted)) in value.data.iter().zip(&wanted).enumerate() {
            if value.axes.contains(symbolic::Axes::N) && !env.is_counted(i / per_case) {
                continue;
            }
            assert!(
                (got - wanted).abs() <= 1e-10 * scale,
                "{left}[{i}] of {name} is {got} as printed, {wanted} as derived"
            );
        }
    }
}

#[test]
fn the_printed_gradient_has_the_values_of_the_derived_one() {
    for (name, f, d) in methods() {
        for moved in [false, true] {
            agree(&name, &f, &d, moved, None);
            agree(&name, &f, &d, moved, Some(vec![true, false, true]));
        }
    }
}

fn shown(lines: &[String]) -> String {
    let mut text = String::new();
    for line in lines {
        let length = line.chars().count();
        if length > READ {
            let start: String = line.chars().take(READ).collect();
            writeln!(text, "    {start} ... {length} characters").unwrap();
        } else {
            writeln!(text, "    {line}").unwrap();
        }
    }
    text
}

#[test]
fn gradients_of_all_methods_before_and_after() {
    let mut text = String::new();
    for (name, f, d) in methods() {
        let (before, after) = (PrintedGradient::as_derived(&f, &d), PrintedGradient::presented(&f, &d));
        write!(text, "{name}\n  as derived\n{}  as printed\n{}", shown(&before.text()), shown(&after.text()))
            .unwrap();
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!("5-gradients", text));
}

/// The lines of the textbook, by the same rules as every other method's.
#[test]
fn layer_norm_has_the_gradient_of_the_textbook() {
    let all = methods();
    let (_, f, d) = all.iter().find(|(name, ..)| name == "LayerNorm").unwrap();
    let lines = PrintedGradient::presented(f, d).text();
    let expected = [
        "xhat = (x - mu)/sqrt(var + eps)",
        "g = gain*dy",
        "dx = (g - mean[k,s](g) - xhat*mean[k,s](g*xhat))/sqrt(var + eps)",
        "dgain = sum[n,s](dy*xhat)",
        "dbias = sum[n,s](dy)",
    ];
    assert_eq!(lines, expected);
}

/// No line that is worth nothing, no constant that nobody reads, and twice the same text.
#[test]
fn printed_lines_are_clean() {
    for (name, f, d) in methods() {
        let lines = PrintedGradient::presented(&f, &d).text();
        for line in &lines {
            for digits in
                ["1.128379", "0.797884", "0.564189", "0.398942", "0.5*", "0.25*", "1*", "^1)", "^1 "]
            {
                let standing = line.match_indices(digits).any(|(at, _)| {
                    !line[..at].ends_with(|c: char| c.is_ascii_digit() || c.is_alphabetic() || c == '.')
                });
                assert!(!standing, "{name}: `{digits}` in {line}");
            }
        }
        let of_a_statistic = |line: &&String| {
            d.current.iter().any(|s| line.starts_with(&format!("d{} =", d.graph.to_text(*s))))
        };
        let idle = lines.iter().filter(of_a_statistic).find(|line| line.ends_with(" = 0"));
        assert_eq!(idle, None, "{name}");
        assert_eq!(PrintedGradient::presented(&f, &d).text(), lines, "{name}");
    }
}

/// The MathML in every literal of a struct.
fn mathml_of(name: &str, tokens: TokenStream, found: &mut Vec<String>) {
    let mut word = String::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => word = ident.to_string(),
            TokenTree::Group(group) if word == name => {
                let mut field = String::new();
                for token in group.stream() {
                    match token {
                        TokenTree::Ident(ident) => field = ident.to_string(),
                        TokenTree::Literal(text) if field == "mathml" => {
                            let text = syn::parse_str::<syn::LitStr>(&text.to_string()).unwrap();
                            found.push(text.value());
                        }
                        _ => {}
                    }
                }
            }
            TokenTree::Group(group) => mathml_of(name, group.stream(), found),
            _ => {}
        }
    }
}

/// Letters in a piece of MathML.
fn letters(mathml: &str) -> BTreeSet<&str> {
    mathml.split("<mi>").skip(1).filter_map(|rest| rest.split("</mi>").next()).collect()
}

#[test]
fn every_letter_of_a_line_is_explained() {
    for source in sources() {
        let (name, ..) = declared(source.clone());
        let code = norm_codegen::normalization(source);
        let (mut lines, mut explained) = (Vec::new(), Vec::new());
        mathml_of("Equation", code.clone(), &mut lines);
        mathml_of("Letter", code, &mut explained);
        assert!(lines.len() > 1 && explained.len() > 1, "{name}");
        let distinct: BTreeSet<&String> = explained.iter().collect();
        assert_eq!(distinct.len(), explained.len(), "{name}: one letter twice in {explained:?}");
        // School mathematics says itself what it is.
        let plain = ["e", "ln", "tanh", "max", "min", "∂"];
        for line in &lines {
            for letter in letters(line) {
                let known = plain.contains(&letter) || explained.iter().any(|e| letters(e).contains(letter));
                assert!(known, "{name}: nobody says what {letter} is in {line}");
            }
        }
    }
}
