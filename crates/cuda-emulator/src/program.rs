//! CUDA text as a program.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::error::{Error, io};
use crate::launch::{Order, Work};

/// How long the kernels may take.
const LIMIT: Duration = Duration::from_mins(1);
/// The exit code of the program that saw something wrong.
const WRONG: i32 = 3;

/// What is watched beside the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Guards around buffers, and shared memory that shows where nobody wrote it.
    Guards,
    /// AddressSanitizer: every read and write, shared arrays too. Slower.
    Addresses,
}

/// A compiled text.
#[derive(Debug)]
pub struct Program {
    folder: TempDir,
    kernels: Vec<&'static str>,
}

impl Program {
    /// Compiles a text with its kernels, by their names.
    ///
    /// # Errors
    ///
    /// [`Error::NoCompiler`], [`Error::Compile`], [`Error::Io`].
    pub fn compile(text: &str, kernels: &[&'static str], check: Check) -> Result<Self, Error> {
        let folder = tempfile::tempdir().map_err(io("make a folder for the program"))?;
        let mut main = String::from("#include \"cuda.h\"\n#include \"text.cu\"\n#include \"emulator.h\"\n");
        let entries: Vec<String> = kernels.iter().map(|name| format!("EMULATED_ENTRY({name})")).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(
            main,
            "int main(int, char** words) {{ return emulated::serve({{{}}}, unsigned(std::atoi(words[1]))); }}",
            entries.join(", ")
        );
        for (name, contents) in [
            ("cuda.h", include_str!("cpp/cuda.h")),
            ("emulator.h", include_str!("cpp/emulator.h")),
            ("text.cu", text),
            ("main.cpp", &main),
        ] {
            fs::write(folder.path().join(name), contents).map_err(io("write the text of the program"))?;
        }
        let compiler = std::env::var_os("CXX").unwrap_or_else(|| "c++".into());
        let sanitizer: &[&str] = match check {
            Check::Guards => &[],
            Check::Addresses => &["-fsanitize=address", "-g1"],
        };
        let out = Command::new(compiler)
            // Products and sums as they are written: a fused one rounds otherwise than the reference.
            .args(["-std=c++17", "-O1", "-ffp-contract=off", "-Wall", "-Wno-unknown-pragmas", "-Wno-unused"])
            .args(sanitizer)
            .args(["main.cpp", "-o", "program"])
            .current_dir(folder.path())
            .output()
            .map_err(|source| Error::NoCompiler { source })?;
        if !out.status.success() {
            return Err(Error::Compile { messages: String::from_utf8_lossy(&out.stderr).into_owned() });
        }
        Ok(Self { folder, kernels: kernels.to_vec() })
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("program")
    }

    /// Runs the launches, and gives the buffers as they are afterwards.
    ///
    /// # Errors
    ///
    /// [`Error::Wrong`], [`Error::Memory`] and [`Error::TimedOut`] for what is wrong with the kernels; [`Error::Kernel`] and
    /// [`Error::Buffer`] for what is wrong with the launches; [`Error::Ended`], [`Error::Io`].
    pub fn run(&self, work: &Work, order: Order) -> Result<Vec<Vec<f32>>, Error> {
        let input = work.encode(&self.kernels)?;
        let mut child = Command::new(self.path())
            .arg(order.seed().to_string())
            // Fibers of one program never free what others of it hold.
            .env("ASAN_OPTIONS", "detect_leaks=0:detect_stack_use_after_return=0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(io("start the program"))?;
        let (mut stdin, mut stdout, mut stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (written, out, messages) = thread::scope(|scope| {
            // A program that ends early closes its input, which is no failure of its own.
            let writer = scope.spawn(move || stdin.take().map(|mut pipe| pipe.write_all(&input)));
            let out = scope.spawn(move || read(stdout.as_mut()));
            let messages = scope.spawn(move || read(stderr.as_mut()));
            let ended = wait(&mut child, LIMIT);
            let _ = writer.join();
            (ended, out.join().unwrap_or_default(), messages.join().unwrap_or_default())
        });
        let status = written?.ok_or(Error::TimedOut { limit: LIMIT })?;
        let messages = String::from_utf8_lossy(&messages).into_owned();
        if status.code() == Some(WRONG)
            && let Some(what) = messages.lines().find_map(|line| line.strip_prefix("WRONG: "))
        {
            return Err(Error::Wrong { what: what.to_owned() });
        }
        if let Some(what) = messages.lines().find_map(|line| line.strip_prefix("SUMMARY: AddressSanitizer: "))
        {
            return Err(Error::Memory { what: what.to_owned() });
        }
        if !status.success() {
            return Err(Error::Ended { status, messages });
        }
        work.decode(&out).ok_or(Error::Ended { status, messages })
    }
}

fn read(pipe: Option<&mut impl std::io::Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        // What came until it broke is all that there is.
        let _ = pipe.read_to_end(&mut bytes);
    }
    bytes
}

/// Waits for the end; a program that takes longer is ended, and gives nothing.
fn wait(child: &mut std::process::Child, limit: Duration) -> Result<Option<std::process::ExitStatus>, Error> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().map_err(io("wait for the program"))? {
            return Ok(Some(status));
        }
        if began.elapsed() > limit {
            let _ = child.kill();
            let _ = child.wait();
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(2));
    }
}
