//! Bytes of a file, packed or not, read piece by piece.

use std::{
    fs::File,
    io::{BufReader, Cursor, ErrorKind, Read},
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;

use crate::{DataError, Result};

const GZIP_MARK: [u8; 2] = [0x1f, 0x8b];

/// A file being read. A name that ends in `.gz` must be a gzip file and is unpacked on the way, all its members one after
/// the other (RFC 1952); nothing else may follow them.
pub(crate) struct Source {
    path: PathBuf,
    reader: Box<dyn Read>,
    packed: bool,
    offset: u64,
}

impl Source {
    /// Opens the file at `path`.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(|source| cannot_read(path, source))?;
        Self::new(path, BufReader::new(file))
    }

    /// Reads `content`, which came from the file at `path`.
    pub(crate) fn held(path: &Path, content: Vec<u8>) -> Result<Self> {
        Self::new(path, Cursor::new(content))
    }

    fn new(path: &Path, mut reader: impl Read + 'static) -> Result<Self> {
        let packed = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("gz"));
        let mut source =
            Self { path: path.to_path_buf(), reader: Box::new(std::io::empty()), packed: false, offset: 0 };
        if packed {
            let mut mark = Vec::new();
            reader.by_ref().take(2).read_to_end(&mut mark).map_err(|e| cannot_read(path, e))?;
            if mark != GZIP_MARK {
                return Err(DataError::NotGzip { path: source.path, got: mark });
            }
            source.reader = Box::new(MultiGzDecoder::new(Cursor::new(mark).chain(reader)));
            source.packed = true;
        } else {
            source.reader = Box::new(reader);
        }
        Ok(source)
    }

    /// The file's path.
    pub(crate) fn path(&self) -> PathBuf {
        self.path.clone()
    }

    /// The next `count` bytes, fewer only at the end of the file.
    ///
    /// The buffer grows with what is really there, so a header that lies about its sizes costs
    /// no memory.
    pub(crate) fn next(&mut self, count: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let outcome = self.reader.by_ref().take(count).read_to_end(&mut bytes);
        self.offset += bytes.len() as u64;
        match outcome {
            Ok(_) => Ok(bytes),
            Err(source) if self.packed => {
                Err(DataError::CorruptGzip { path: self.path(), offset: self.offset, source })
            }
            Err(source) => Err(cannot_read(&self.path, source)),
        }
    }

    /// Everything, if it is no longer than `limit`.
    pub(crate) fn all(&mut self, limit: u64) -> Result<Vec<u8>> {
        let bytes = self.next(limit + 1)?;
        if bytes.len() as u64 > limit {
            return Err(DataError::TooLong { path: self.path(), limit });
        }
        Ok(bytes)
    }
}

/// The error of a file that the system did not let us read.
pub(crate) fn cannot_read(path: &Path, source: std::io::Error) -> DataError {
    let path = path.to_path_buf();
    if source.kind() == ErrorKind::NotFound {
        DataError::Missing { path }
    } else {
        DataError::Read { path, source }
    }
}
