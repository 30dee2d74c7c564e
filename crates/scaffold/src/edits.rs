//! The edits that a walk-through in Markdown shows, carried out: the text that people read is the one that is tested.
//!
//! A block of code under a line `<!-- edit <file>: <first> .. <last> -->` stands for the lines of that file from the first
//! that begins with `<first>` to the next that begins with `<last>`, blanks aside.

use std::fs;

use crate::error::Error;
use crate::workspace::Workspace;

/// One block and the lines it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Edit {
    file: String,
    first: String,
    last: String,
    lines: Vec<String>,
}

/// What was edited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Edited {
    /// Files.
    pub files: usize,
    /// Lines written that are not blank.
    pub lines: usize,
}

fn read(text: &str) -> Vec<Edit> {
    let (mut all, mut lines) = (Vec::new(), text.lines());
    while let Some(line) = lines.next() {
        let said = line.trim().strip_prefix("<!-- edit ").and_then(|l| l.strip_suffix(" -->"));
        let Some((file, range)) = said.and_then(|l| l.split_once(": ")) else { continue };
        let Some((first, last)) = range.split_once(" .. ") else { continue };
        let block = lines.by_ref().skip_while(|l| !l.trim().starts_with("```")).skip(1);
        let block = block.take_while(|l| !l.trim().starts_with("```")).map(str::to_owned).collect();
        all.push(Edit {
            file: file.into(),
            first: first.trim().into(),
            last: last.trim().into(),
            lines: block,
        });
    }
    all
}

/// The text with the edit made, or the beginning that no line has.
fn apply(old: &str, edit: &Edit) -> Result<String, String> {
    let lines: Vec<&str> = old.lines().collect();
    let find = |start: &str, from: usize| {
        let at = lines[from..].iter().position(|l| l.trim().starts_with(start));
        at.map(|at| from + at).ok_or_else(|| start.to_owned())
    };
    let first = find(&edit.first, 0)?;
    let last = find(&edit.last, first)?;
    let indent = |line: &str| line.len() - line.trim_start().len();
    // The block keeps its shape, from where the lines stood that it replaces.
    let shown = edit.lines.iter().filter(|l| !l.is_empty()).map(|l| indent(l)).min().unwrap_or(0);
    let margin = " ".repeat(indent(lines[first]));
    let new = edit.lines.iter().map(|l| match l.get(shown..) {
        Some(rest) if !rest.is_empty() => format!("{margin}{rest}"),
        _ => String::new(),
    });
    let all = lines[..first].iter().map(|l| (*l).to_owned()).chain(new);
    let all: Vec<String> = all.chain(lines[last + 1..].iter().map(|l| (*l).to_owned())).collect();
    Ok(all.join("\n") + "\n")
}

/// Carries out the edits of a page under the heading `## <section>`.
///
/// # Errors
/// [`Error::Marker`] where a file has no such line, or the page no edit in that section; [`Error::Io`]
pub fn edit(workspace: &Workspace, page: &str, section: &str) -> Result<Edited, Error> {
    let text = workspace.read(page)?;
    let heading = format!("## {section}\n");
    let missing = |marker: String| Error::Marker { file: page.to_owned(), marker };
    let (_, rest) = text.split_once(&heading).ok_or_else(|| missing(heading.trim().to_owned()))?;
    let edits = read(rest.split("\n## ").next().unwrap_or(rest));
    if edits.is_empty() {
        return Err(missing("<!-- edit".to_owned()));
    }
    let (mut done, mut files) = (Edited::default(), Vec::new());
    for edit in &edits {
        let new = apply(&workspace.read(&edit.file)?, edit)
            .map_err(|marker| Error::Marker { file: edit.file.clone(), marker })?;
        let path = workspace.at(&edit.file);
        fs::write(&path, new).map_err(|source| Error::Io { path, action: "write it", source })?;
        done.lines += edit.lines.iter().filter(|l| !l.trim().is_empty()).count();
        if !files.contains(&&edit.file) {
            files.push(&edit.file);
        }
    }
    done.files = files.len();
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_takes_the_place_of_the_lines_it_names() {
        let page = "text\n<!-- edit a.rs: ms = .. y = -->\n```rust,ignore\ns = 1;\n\n    t = 2;\n```\nmore\n";
        let [edit] = &read(page)[..] else { panic!() };
        assert_eq!(edit.lines, ["s = 1;", "", "    t = 2;"]);
        let old = "fn f() {\n    ms = 0;\n    // between\n    y = 3;\n}\n";
        assert_eq!(apply(old, edit).unwrap(), "fn f() {\n    s = 1;\n\n        t = 2;\n}\n");
        assert_eq!(apply("fn f() {\n    ms = 0;\n}\n", edit), Err("y =".to_owned()));
    }
}
