//! A folder of data files that are checked before they are read.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    DataError, Images, Pinned, PinnedFile, Result, Text, TrainTest, checksum, idx, optdigits,
    pinned::{FASHION_MNIST, MNIST, OPTDIGITS, TINY_SHAKESPEARE},
    source::{Source, cannot_read},
};

/// Environment variable that names the data folder.
pub const DATA_VARIABLE: &str = "NORMLAB_DATA";

/// A folder laid out as
///
/// ```text
/// mnist/{train,t10k}-{images-idx3,labels-idx1}-ubyte.gz            (or without .gz)
/// fashion-mnist/{train,t10k}-{images-idx3,labels-idx1}-ubyte.gz    (or without .gz)
/// optdigits/optdigits.{tra,tes}
/// tinyshakespeare/input.txt
/// ```
///
/// Any part may be absent. Every file read must have the pinned length and sha256, so that a
/// record which names a data set names its bytes.
#[derive(Clone, Debug)]
pub struct DataFolder(PathBuf);

impl DataFolder {
    /// The folder at `path`; nothing is read yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The folder named by `NORMLAB_DATA`, if that is set and not empty.
    pub fn from_env() -> Option<Self> {
        std::env::var_os(DATA_VARIABLE).filter(|value| !value.is_empty()).map(Self::new)
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Every file this type can read.
    pub fn files() -> Vec<PinnedFile> {
        [&MNIST[..], &FASHION_MNIST, &OPTDIGITS, &[TINY_SHAKESPEARE]].concat()
    }

    /// Checks one file against its pinned length and sha256, and returns the path that was read.
    ///
    /// # Errors
    /// [`DataError::Missing`], [`DataError::Read`], [`DataError::Length`], [`DataError::Checksum`].
    pub fn verify(&self, file: &PinnedFile) -> Result<PathBuf> {
        let (path, pinned) = self.locate(file);
        content(&path, pinned).map(|_| path)
    }

    /// MNIST (60000 and 10000 images of 28×28, 10 classes) in its official division.
    ///
    /// # Errors
    /// As [`DataFolder::verify`].
    pub fn mnist(&self) -> Result<TrainTest> {
        self.idx("mnist", &MNIST)
    }

    /// Fashion-MNIST (60000 and 10000 images of 28×28, 10 classes) in its official division.
    ///
    /// # Errors
    /// As [`DataFolder::verify`].
    pub fn fashion_mnist(&self) -> Result<TrainTest> {
        self.idx("fashion-mnist", &FASHION_MNIST)
    }

    /// optdigits (3823 and 1797 images of 8×8, 10 classes) in its official division: no writer of
    /// the test part occurs in the training part. The same cases as the embedded
    /// [`optdigits`](crate::optdigits()), from the published files.
    ///
    /// # Errors
    /// As [`DataFolder::verify`].
    pub fn optdigits(&self) -> Result<TrainTest> {
        let part = |file, name: &str| -> Result<Images> {
            optdigits::from_source(name.to_owned(), self.open(file)?)
        };
        Ok(TrainTest {
            train: part(&OPTDIGITS[0], "optdigits/train")?,
            test: part(&OPTDIGITS[1], "optdigits/test")?,
        })
    }

    /// Tiny Shakespeare: 1115394 characters, 65 distinct. [`shakespeare`](crate::shakespeare()) embeds its
    /// beginning.
    ///
    /// # Errors
    /// As [`DataFolder::verify`].
    pub fn tiny_shakespeare(&self) -> Result<Text> {
        Text::from_source(self.open(&TINY_SHAKESPEARE)?)
    }

    fn idx(
        &self,
        name: &str,
        [images, labels, test_images, test_labels]: &[PinnedFile; 4],
    ) -> Result<TrainTest> {
        let part = |part: &str, images, labels| {
            idx::from_sources(format!("{name}/{part}"), self.open(images)?, self.open(labels)?, 10)
        };
        Ok(TrainTest { train: part("train", images, labels)?, test: part("test", test_images, test_labels)? })
    }

    fn open(&self, file: &PinnedFile) -> Result<Source> {
        let (path, pinned) = self.locate(file);
        let content = content(&path, pinned)?;
        Source::held(&path, content)
    }

    /// The published form unless only the raw one is there.
    fn locate(&self, file: &PinnedFile) -> (PathBuf, Pinned) {
        let published = self.0.join(file.published.file);
        if let Some(raw) = file.raw
            && !published.exists()
        {
            let path = self.0.join(raw.file);
            if path.exists() {
                return (path, raw);
            }
        }
        (published, file.published)
    }
}

/// The bytes of a file that has the pinned length and digest.
fn content(path: &Path, pinned: Pinned) -> Result<Vec<u8>> {
    let got = fs::metadata(path).map_err(|e| cannot_read(path, e))?.len();
    if got != pinned.bytes {
        return Err(DataError::Length { path: path.to_path_buf(), expected: pinned.bytes, got });
    }
    let content = fs::read(path).map_err(|e| cannot_read(path, e))?;
    let got = checksum::sha256(&content);
    if got != pinned.sha256 {
        return Err(DataError::Checksum { path: path.to_path_buf(), expected: pinned.sha256, got });
    }
    Ok(content)
}
