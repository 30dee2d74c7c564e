//! What is run: buffers, and kernels over them.

use crate::error::Error;

/// The order in which the threads of a block, and the blocks of a grid, run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As they are numbered.
    Rising,
    /// The other way round.
    Falling,
    /// Drawn anew at every turn.
    Drawn(u16),
}

impl Order {
    /// Those in which a kernel is to give the same numbers.
    pub const SEVERAL: [Self; 4] = [Self::Rising, Self::Falling, Self::Drawn(1), Self::Drawn(2)];

    pub(crate) fn seed(self) -> u32 {
        match self {
            Self::Rising => 0,
            Self::Falling => 1,
            Self::Drawn(seed) => 2 + u32::from(seed),
        }
    }
}

/// An argument of a kernel.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// A pointer to a buffer, by its number.
    Buffer(usize),
    /// A value, as its bytes.
    Value(Vec<u8>),
}

impl Argument {
    /// A 32-bit integer.
    pub fn int(value: i32) -> Self {
        Self::Value(value.to_ne_bytes().to_vec())
    }

    /// A number of single precision.
    pub fn float(value: f32) -> Self {
        Self::Value(value.to_ne_bytes().to_vec())
    }

    /// A number of double precision.
    pub fn double(value: f64) -> Self {
        Self::Value(value.to_ne_bytes().to_vec())
    }
}

/// One launch.
#[derive(Clone, Debug, PartialEq)]
pub struct Launch {
    /// The kernel.
    pub kernel: &'static str,
    /// Blocks in x, y and z.
    pub grid: [u32; 3],
    /// Threads of a block in x, y and z.
    pub block: [u32; 3],
    /// In the order of the kernel's parameters.
    pub arguments: Vec<Argument>,
}

/// Buffers of single precision, and launches one after the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Work {
    /// What the buffers hold before.
    pub buffers: Vec<Vec<f32>>,
    /// The launches.
    pub launches: Vec<Launch>,
}

impl Work {
    /// As the program reads it.
    pub(crate) fn encode(&self, kernels: &[&str]) -> Result<Vec<u8>, Error> {
        let mut out = Vec::new();
        let word = |out: &mut Vec<u8>, value: u32| out.extend(value.to_ne_bytes());
        word(&mut out, self.buffers.len() as u32);
        for buffer in &self.buffers {
            out.extend((size_of_val(&buffer[..]) as u64).to_ne_bytes());
            out.extend(buffer.iter().flat_map(|v| v.to_ne_bytes()));
        }
        word(&mut out, self.launches.len() as u32);
        for launch in &self.launches {
            let number = kernels
                .iter()
                .position(|k| *k == launch.kernel)
                .ok_or_else(|| Error::Kernel { name: launch.kernel.to_owned(), known: kernels.join(", ") })?;
            word(&mut out, number as u32);
            for dim in launch.grid.into_iter().chain(launch.block) {
                word(&mut out, dim);
            }
            word(&mut out, launch.arguments.len() as u32);
            for argument in &launch.arguments {
                match argument {
                    Argument::Buffer(index) if *index < self.buffers.len() => {
                        out.push(0);
                        word(&mut out, *index as u32);
                    }
                    Argument::Buffer(index) => {
                        return Err(Error::Buffer { index: *index, count: self.buffers.len() });
                    }
                    Argument::Value(bytes) => {
                        out.push(1);
                        word(&mut out, bytes.len() as u32);
                        out.extend(bytes);
                    }
                }
            }
        }
        Ok(out)
    }

    /// What the buffers hold afterwards; nothing where the program wrote another number of bytes.
    pub(crate) fn decode(&self, bytes: &[u8]) -> Option<Vec<Vec<f32>>> {
        let (numbers, rest) = bytes.as_chunks();
        let mut numbers = numbers.iter().map(|b| f32::from_ne_bytes(*b));
        let buffers: Option<Vec<Vec<f32>>> = self
            .buffers
            .iter()
            .map(|buffer| {
                let taken: Vec<f32> = numbers.by_ref().take(buffer.len()).collect();
                (taken.len() == buffer.len()).then_some(taken)
            })
            .collect();
        buffers.filter(|_| rest.is_empty() && numbers.next().is_none())
    }
}
