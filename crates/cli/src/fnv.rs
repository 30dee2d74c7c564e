//! A digest by which sources and declarations are told apart, for the build script and the command alike.

/// Fowler, Noll and Vo's hash 1a of 128 bits: nobody tries to deceive it.
pub(crate) struct Fnv(u128);

impl Fnv {
    pub(crate) fn new() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }

    /// Takes in one piece; two pieces are not the same as one.
    pub(crate) fn take(&mut self, piece: &[u8]) {
        for byte in piece.iter().chain(&[0xff]) {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(0x0100_0000_0000_0000_0000_013b);
        }
    }

    pub(crate) fn digits(&self) -> String {
        format!("{:032x}", self.0)
    }
}
