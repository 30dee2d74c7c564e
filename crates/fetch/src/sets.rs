//! The data sets that there are: what they are, under which licence, and where their files lie.

use data::{DataFolder, PinnedFile};

use crate::Error;

/// A data set that can be downloaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataSet {
    /// The name that people type, and of its folder.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Under which licence it is published, as far as that is known.
    pub licence: &'static str,
    /// Its key in `references.bib`.
    pub cite: &'static str,
    /// Whether the build holds all of it, so that the files are only needed to compare.
    pub embedded: bool,
    /// Where its files lie, the first to be tried first. An address that ends in `/` is a folder that has every file under its
    /// own name; any other one is the only file of the set, whatever it is called there.
    pub mirrors: &'static [&'static str],
}

/// Every data set, once.
pub static SETS: [DataSet; 4] = [
    DataSet {
        name: "mnist",
        about: "MNIST: 60000 and 10000 handwritten digits of 28 by 28 pixels",
        licence: "CC BY-SA 3.0, as the documentation of Keras says; copyright Yann LeCun and Corinna Cortes",
        cite: "lecun1998gradient",
        embedded: false,
        mirrors: &[
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ],
    },
    DataSet {
        name: "fashion-mnist",
        about: "Fashion-MNIST: 60000 and 10000 pictures of clothes of 28 by 28 pixels, 10 classes",
        licence: "MIT, copyright 2017 Zalando SE",
        cite: "xiao2017fashion",
        embedded: false,
        mirrors: &[
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        ],
    },
    DataSet {
        name: "tinyshakespeare",
        about: "tiny Shakespeare: 1115394 characters of plays, of which the build holds the first 299868",
        licence: "the plays are in the public domain; the repository states the MIT licence",
        cite: "karpathy2015char",
        embedded: false,
        mirrors: &[
            "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/",
            "https://storage.googleapis.com/download.tensorflow.org/data/shakespeare.txt",
        ],
    },
    DataSet {
        name: "optdigits",
        about: "optdigits: 3823 and 1797 handwritten digits of 8 by 8 pixels, all of which the build holds",
        licence: "CC BY 4.0",
        cite: "alpaydin1998digits",
        embedded: true,
        mirrors: &["https://archive.ics.uci.edu/ml/machine-learning-databases/optdigits/"],
    },
];

/// The data set of that name.
///
/// # Errors
///
/// [`Error::UnknownSet`], with the names that there are.
pub fn find(name: &str) -> Result<&'static DataSet, Error> {
    SETS.iter()
        .find(|set| set.name == name)
        .ok_or_else(|| Error::UnknownSet { got: name.to_owned(), known: SETS.map(|set| set.name).join(", ") })
}

impl DataSet {
    /// Its files.
    pub fn files(&self) -> Vec<PinnedFile> {
        let own = |file: &PinnedFile| {
            file.published.file.split_once('/').is_some_and(|(folder, _)| folder == self.name)
        };
        DataFolder::files().into_iter().filter(own).collect()
    }

    /// Length of all its files, as they are published.
    pub fn bytes(&self) -> u64 {
        self.files().iter().map(|file| file.published.bytes).sum()
    }

    /// Where one of its files lies, the first to be tried first.
    pub fn addresses(&self, file: &PinnedFile) -> Vec<String> {
        let name = file.published.file.rsplit('/').next().unwrap_or_default();
        let at = |mirror: &&str| {
            if mirror.ends_with('/') { format!("{mirror}{name}") } else { (*mirror).to_owned() }
        };
        self.mirrors.iter().map(at).collect()
    }
}

/// Where a file lies on a server that is laid out as a data folder is.
///
/// # Errors
///
/// [`Error::Address`] unless the server is named by an address of HTTP or HTTPS.
pub fn from_mirror(base: &str, file: &PinnedFile) -> Result<String, Error> {
    let host = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://")).unwrap_or_default();
    if host.is_empty() || host.starts_with('/') || base.contains(char::is_whitespace) {
        return Err(Error::Address { got: base.to_owned() });
    }
    Ok(format!("{}/{}", base.trim_end_matches('/'), file.published.file))
}
