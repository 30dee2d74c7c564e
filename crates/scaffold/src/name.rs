//! One name, written the ways that a crate, a path, a type and a sentence want it.

use crate::error::Error;

/// Words that no item can be called.
const KEYWORDS: [&str; 51] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield",
];

/// The longest name: the lists have columns.
const LONGEST: usize = 32;

/// A name such as `mean-abs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// Takes lower-case words joined by single dashes, each beginning with a letter.
    ///
    /// # Errors
    /// [`Error::Name`]
    pub fn new(name: &str) -> Result<Self, Error> {
        let fault = |fault| Err(Error::Name { name: name.to_owned(), fault });
        if name.is_empty() {
            return fault("it is empty");
        }
        if name.len() > LONGEST {
            return fault("it has more than 32 characters");
        }
        if name.chars().any(|c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')) {
            return fault("only a to z, 0 to 9 and dashes can stand in it");
        }
        if name.split('-').any(|word| !word.starts_with(|c: char| c.is_ascii_lowercase())) {
            return fault("every word between dashes begins with a letter");
        }
        if KEYWORDS.contains(&name) {
            return fault("it is a keyword of Rust");
        }
        Ok(Self(name.to_owned()))
    }

    /// `meanabs`: the key that is made up for its source.
    pub fn key(&self) -> String {
        self.0.replace('-', "")
    }

    /// `mean-abs`
    pub fn id(&self) -> &str {
        &self.0
    }

    /// `mean_abs`
    pub fn module(&self) -> String {
        self.0.replace('-', "_")
    }

    /// `MeanAbs`
    pub fn camel(&self) -> String {
        self.0.split('-').map(capital).collect()
    }

    /// `MeanAbsNorm`; a name that ends so already stays as it is.
    pub fn norm(&self) -> String {
        let camel = self.camel();
        if camel.ends_with("Norm") { camel } else { camel + "Norm" }
    }

    /// `Mean abs`
    pub fn title(&self) -> String {
        capital(&self.0.replace('-', " "))
    }
}

/// What keeps a text from being a key: a declaration names it as it names a variable.
pub(crate) fn fault_of_key(key: &str) -> Option<&'static str> {
    if !key.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Some("it begins with a letter");
    }
    if key.chars().any(|c| !(c.is_ascii_alphanumeric() || c == '_')) {
        return Some("it is made of letters, digits and underscores, without a dash");
    }
    KEYWORDS.contains(&key).then_some("it is no keyword of Rust")
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(chars).collect()
}
