//! Text that becomes part of a page.

/// Escapes what XML and HTML give a meaning to.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// A name as it stands in a sentence, a drawing or a cell: one with letters that run from right to left between marks that keep
/// it from turning what stands around it, any other as it is.
pub(crate) fn isolated(name: &str) -> String {
    let leftwards = |c: char| {
        matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
    };
    if name.chars().any(leftwards) { format!("{OPEN}{name}{CLOSE}") } else { name.to_owned() }
}

/// The name without the marks of [`isolated`], as files hold it.
pub(crate) fn bare(text: &str) -> String {
    text.replace([OPEN, CLOSE], "")
}

const OPEN: char = '\u{2068}';
const CLOSE: char = '\u{2069}';

/// Elements of presentation MathML that a formula may be made of.
const MATH: [&str; 24] = [
    "math",
    "mrow",
    "mi",
    "mn",
    "mo",
    "ms",
    "mtext",
    "mspace",
    "mfrac",
    "msqrt",
    "mroot",
    "msub",
    "msup",
    "msubsup",
    "munder",
    "mover",
    "munderover",
    "mtable",
    "mtr",
    "mtd",
    "mstyle",
    "mpadded",
    "mphantom",
    "mprescripts",
];

/// The formula as it goes into the page: the `<math>` element if it is one and nothing else, otherwise its text.
/// A record is data from a file; markup in it is let through only after a look at every tag.
pub(crate) fn formula(mathml: &str, text: &str) -> String {
    let mathml = mathml.trim();
    if is_math(mathml) { mathml.to_owned() } else { format!("<code>{}</code>", escape(text)) }
}

fn is_math(text: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    let mut roots = 0;
    while let Some(start) = rest.find('<') {
        if open.is_empty() && !rest[..start].trim().is_empty() {
            return false;
        }
        let Some(end) = rest.find('>') else { return false };
        if end < start || !entities_are_plain(&rest[..start]) {
            return false;
        }
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name.trim_end()) {
                return false;
            }
            continue;
        }
        let body = tag.strip_suffix('/').unwrap_or(tag);
        let (name, attributes) = body.split_once(char::is_whitespace).unwrap_or((body, ""));
        if !MATH.contains(&name) || !attributes_are_plain(attributes) || (name == "math") != open.is_empty() {
            return false;
        }
        roots += usize::from(open.is_empty());
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    open.is_empty() && roots == 1 && rest.trim().is_empty()
}

/// Only the entities that XML itself has, and numbers.
fn entities_are_plain(text: &str) -> bool {
    text.split('&').skip(1).all(|after| {
        after.split_once(';').is_some_and(|(name, _)| {
            matches!(name, "amp" | "lt" | "gt" | "quot" | "apos")
                || name
                    .strip_prefix('#')
                    .is_some_and(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_alphanumeric()))
        })
    })
}

/// Only `name="value"` with names that cannot load or run anything.
fn attributes_are_plain(attributes: &str) -> bool {
    let mut rest = attributes.trim();
    while !rest.is_empty() {
        let Some((name, after)) = rest.split_once("=\"") else { return false };
        let Some((value, tail)) = after.split_once('"') else { return false };
        let allowed = matches!(
            name.trim(),
            "xmlns"
                | "display"
                | "stretchy"
                | "fence"
                | "separator"
                | "form"
                | "lspace"
                | "rspace"
                | "width"
                | "mathvariant"
                | "accent"
                | "accentunder"
                | "columnalign"
                | "displaystyle"
                | "linethickness"
                | "minsize"
                | "maxsize"
                | "largeop"
                | "movablelimits"
                | "symmetric"
                | "alttext"
        );
        if !allowed || !entities_are_plain(value) {
            return false;
        }
        rest = tail.trim_start();
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_from_right_to_left_are_isolated() {
        assert_eq!(isolated("Layer, \u{fc}"), "Layer, \u{fc}");
        let hebrew = isolated("\u{5e0}\u{5e8}");
        assert_eq!(hebrew, "\u{2068}\u{5e0}\u{5e8}\u{2069}");
        assert_eq!(bare(&hebrew), "\u{5e0}\u{5e8}");
    }

    #[test]
    fn formulas_pass_and_nothing_else_does() {
        let good = "<math display=\"block\"><mrow><mi>y</mi><mo>&lt;</mo><mspace width=\"1em\"/><mn>1</mn></mrow></math>";
        assert_eq!(formula(good, "y"), good);
        for bad in [
            "",
            "y = x",
            "<math><mi>y</math>",
            "<math><mi>y</mi></math> tail",
            "<math></math><math></math>",
            "<math><script>x</script></math>",
            "<math onclick=\"x()\"></math>",
            "<math><mi href=\"x\">y</mi></math>",
            "<math><mi>&nbsp;</mi></math>",
            "<mi>y</mi>",
            "<math",
        ] {
            assert_eq!(formula(bad, "a<b"), "<code>a&lt;b</code>", "{bad}");
        }
    }
}
