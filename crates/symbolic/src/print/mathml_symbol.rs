//! The LaTeX of a symbol as MathML. Symbols use a small part of LaTeX: letters, Greek names, accents, indices,
//! `\mathrm`-like wrappers and `\frac`. Anything else falls back to the symbol's plain name.

use crate::Symbol;

/// A symbol as MathML elements.
pub(super) fn symbol(symbol: &Symbol) -> String {
    let mut reader = Reader { rest: &symbol.latex };
    match reader.sequence() {
        Some(parts) if reader.rest.is_empty() && !parts.is_empty() => wrap(parts),
        _ => format!("<mi>{}</mi>", escape(&symbol.name)),
    }
}

/// Text safe inside an XML element.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn wrap(mut parts: Vec<String>) -> String {
    if parts.len() == 1 { parts.remove(0) } else { format!("<mrow>{}</mrow>", parts.concat()) }
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// Items with their indices, up to a closing brace or the end; `None` for LaTeX this does not know.
    fn sequence(&mut self) -> Option<Vec<String>> {
        let mut parts = Vec::new();
        loop {
            self.rest = self.rest.trim_start();
            if self.rest.is_empty() || self.rest.starts_with('}') {
                return Some(parts);
            }
            let base = self.item()?;
            parts.push(self.with_indices(base)?);
        }
    }

    fn with_indices(&mut self, base: String) -> Option<String> {
        let (mut below, mut above) = (None, None);
        loop {
            self.rest = self.rest.trim_start();
            let slot = match self.rest.chars().next() {
                Some('_') => &mut below,
                Some('^') => &mut above,
                _ => break,
            };
            if slot.is_some() {
                return None;
            }
            self.rest = &self.rest[1..];
            *slot = Some(self.item()?);
        }
        Some(match (below, above) {
            (None, None) => base,
            (Some(below), None) => format!("<msub>{base}{below}</msub>"),
            (None, Some(above)) => format!("<msup>{base}{above}</msup>"),
            (Some(below), Some(above)) => format!("<msubsup>{base}{below}{above}</msubsup>"),
        })
    }

    /// One letter, number, command or braced group, as one element.
    fn item(&mut self) -> Option<String> {
        self.rest = self.rest.trim_start();
        let first = self.rest.chars().next()?;
        match first {
            '{' => {
                self.rest = &self.rest[1..];
                let parts = self.sequence()?;
                self.rest = self.rest.strip_prefix('}')?;
                Some(wrap(parts))
            }
            '\\' => self.command(),
            '0'..='9' => {
                let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
                Some(format!("<mn>{}</mn>", self.take(end)))
            }
            c if c.is_alphabetic() => Some(format!("<mi>{}</mi>", self.take(c.len_utf8()))),
            '/' | '+' | '-' | ',' | '(' | ')' | '*' | '|' | '=' | '\'' => {
                Some(format!("<mo>{}</mo>", self.take(1).replace('\'', "′")))
            }
            _ => None,
        }
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn command(&mut self) -> Option<String> {
        let name_length =
            self.rest[1..].find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(self.rest.len() - 1);
        let name = &self.take(1 + name_length)[1..];
        if let Some(letter) = letter(name) {
            return Some(format!("<mi>{letter}</mi>"));
        }
        if let Some(accent) = accent(name) {
            let inner = self.item()?;
            return Some(format!("<mover accent=\"true\">{inner}<mo>{accent}</mo></mover>"));
        }
        match name {
            "mathrm" | "text" | "operatorname" | "mathit" => Some(format!("<mi>{}</mi>", self.verbatim()?)),
            "mathbf" | "boldsymbol" | "left" | "right" => self.item(),
            "frac" => {
                let (above, below) = (self.item()?, self.item()?);
                Some(format!("<mfrac>{above}{below}</mfrac>"))
            }
            _ => None,
        }
    }

    /// The text between braces as it stands.
    fn verbatim(&mut self) -> Option<String> {
        let inner = self.rest.trim_start().strip_prefix('{')?;
        let end = inner.find('}')?;
        self.rest = &inner[end + 1..];
        let text = &inner[..end];
        (!text.contains(['{', '\\'])).then(|| escape(text))
    }
}

fn accent(name: &str) -> Option<&'static str> {
    Some(match name {
        "hat" | "widehat" => "^",
        "bar" | "overline" => "‾",
        "tilde" | "widetilde" => "~",
        "dot" => "˙",
        "ddot" => "¨",
        "vec" => "→",
        _ => return None,
    })
}

fn letter(name: &str) -> Option<&'static str> {
    Some(match name {
        "alpha" => "α",
        "beta" => "β",
        "gamma" => "γ",
        "delta" => "δ",
        "epsilon" => "ϵ",
        "varepsilon" => "ε",
        "zeta" => "ζ",
        "eta" => "η",
        "theta" => "θ",
        "kappa" => "κ",
        "lambda" => "λ",
        "mu" => "μ",
        "nu" => "ν",
        "xi" => "ξ",
        "pi" => "π",
        "rho" => "ρ",
        "sigma" => "σ",
        "tau" => "τ",
        "phi" => "ϕ",
        "varphi" => "φ",
        "chi" => "χ",
        "psi" => "ψ",
        "omega" => "ω",
        "Gamma" => "Γ",
        "Delta" => "Δ",
        "Theta" => "Θ",
        "Lambda" => "Λ",
        "Sigma" => "Σ",
        "Phi" => "Φ",
        "Psi" => "Ψ",
        "Omega" => "Ω",
        "partial" => "∂",
        "nabla" => "∇",
        "ell" => "ℓ",
        "infty" => "∞",
        _ => return None,
    })
}
