//! Data sets as plain arrays, with checksums.
