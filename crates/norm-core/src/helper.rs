//! A second thread that is awake when the next piece of work comes.
//!
//! Waking a thread that sleeps takes 20 to 50 µs, as long as a whole normalization of 128×512 elements, so a pool whose threads
//! sleep between calls cannot help with work of that size. This one thread looks out for work for [`AWAKE`] after the last it
//! had, and only then sleeps; whoever calls in a loop finds it awake.
//!
//! Nobody waits for it: caller and helper take numbers from one counter, and a caller that took the last number while the helper
//! had not yet begun goes on without it. So where the helper sleeps, or finds no free core, a call takes as long as on one thread
//! and a wake-up call more. It serves one caller at a time; another one meanwhile works alone.

use std::any::Any;
use std::hint::spin_loop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// How long the helper looks out for work before it sleeps.
const AWAKE: Duration = Duration::from_micros(100);

/// Nothing to do.
const IDLE: usize = 0;
/// A caller has put a job there.
const POSTED: usize = 1;
/// The helper is at it.
const TAKEN: usize = 2;
/// The helper has left it.
const DONE: usize = 3;

/// Numbers to be taken, each once, by whoever comes first.
struct Job<'a> {
    run: &'a (dyn Fn(usize) + Sync),
    next: AtomicUsize,
    count: usize,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

impl Job<'_> {
    fn work(&self) {
        loop {
            let i = self.next.fetch_add(1, Ordering::Relaxed);
            if i >= self.count {
                return;
            }
            (self.run)(i);
        }
    }
}

struct Helper {
    /// Held by the one caller whom it serves.
    caller: Mutex<()>,
    phase: AtomicUsize,
    job: AtomicPtr<Job<'static>>,
    asleep: AtomicBool,
}

static HELPER: Helper = Helper {
    caller: Mutex::new(()),
    phase: AtomicUsize::new(IDLE),
    job: AtomicPtr::new(std::ptr::null_mut()),
    asleep: AtomicBool::new(false),
};

/// The thread, begun by the first who has work for it; nothing where the machine has one core or no thread could be begun.
fn thread() -> Option<&'static Thread> {
    static THREAD: OnceLock<Option<Thread>> = OnceLock::new();
    let begin = || {
        if thread::available_parallelism().is_ok_and(|cores| cores.get() == 1) {
            return None;
        }
        let builder = thread::Builder::new().name("norm-core helper".to_owned());
        Some(builder.spawn(|| HELPER.serve()).ok()?.thread().clone())
    };
    THREAD.get_or_init(begin).as_ref()
}

/// Calls `run` with every number below `count`, some of them on the helper where it is free.
pub(crate) fn share(count: usize, run: &(dyn Fn(usize) + Sync)) {
    let Some((thread, _serving)) = thread().zip(HELPER.free()) else { return (0..count).for_each(run) };
    let job = Job { run, next: AtomicUsize::new(0), count, panic: Mutex::new(None) };
    {
        let _withdrawn = HELPER.post(&job, thread);
        job.work();
    }
    let panicked = job.panic.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(panic) = panicked {
        resume_unwind(panic);
    }
}

/// A job that is posted. When it is dropped, also by a panic of the caller's part, the helper no longer sees the job.
struct Posted;

impl Drop for Posted {
    fn drop(&mut self) {
        let withdrawn =
            HELPER.phase.compare_exchange(POSTED, IDLE, Ordering::AcqRel, Ordering::Acquire).is_ok();
        if withdrawn {
            return;
        }
        let mut looks = 0u32;
        while HELPER.phase.load(Ordering::Acquire) != DONE {
            looks += 1;
            // The helper may have lost its core in the middle of its part, perhaps to this thread.
            if looks.is_multiple_of(1024) { thread::yield_now() } else { spin_loop() }
        }
        HELPER.phase.store(IDLE, Ordering::Release);
    }
}

impl Helper {
    /// The right to give it work; nothing while another caller has it.
    fn free(&self) -> Option<MutexGuard<'_, ()>> {
        match self.caller.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    fn post(&self, job: &Job<'_>, thread: &Thread) -> Posted {
        self.job.store(std::ptr::from_ref(job).cast_mut().cast(), Ordering::Relaxed);
        self.phase.store(POSTED, Ordering::SeqCst);
        if self.asleep.load(Ordering::SeqCst) {
            thread.unpark();
        }
        Posted
    }

    /// What the thread does as long as the process lives.
    fn serve(&self) {
        loop {
            self.wait();
            if self.phase.compare_exchange(POSTED, TAKEN, Ordering::AcqRel, Ordering::Relaxed).is_err() {
                continue; // withdrawn meanwhile
            }
            // SAFETY: the pointer was stored before POSTED, which this thread has just read, so it is that of the job which is
            // posted. Its caller holds `Posted`, whose drop does not return while the phase is TAKEN, so the job and all that it
            // borrows live until DONE is stored below. `run` is `Sync` and the rest is atomic or behind a lock.
            let job = unsafe { &*self.job.load(Ordering::Relaxed) };
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| job.work())) {
                // Nobody else takes further numbers of it.
                job.next.store(job.count, Ordering::Relaxed);
                *job.panic.lock().unwrap_or_else(PoisonError::into_inner) = Some(panic);
            }
            self.phase.store(DONE, Ordering::Release);
        }
    }

    /// Until a job is posted: awake for a while, then asleep.
    fn wait(&self) {
        let (begun, mut looks) = (Instant::now(), 0u32);
        while self.phase.load(Ordering::Acquire) != POSTED {
            looks += 1;
            // Reading the clock takes as long as many looks.
            if !looks.is_multiple_of(64) || begun.elapsed() < AWAKE {
                spin_loop();
                continue;
            }
            self.asleep.store(true, Ordering::SeqCst);
            // A job that was posted before this store is seen here, one that is posted after it wakes the thread.
            while self.phase.load(Ordering::SeqCst) != POSTED {
                thread::park();
            }
            self.asleep.store(false, Ordering::SeqCst);
        }
    }
}
