//! What pictures may take: how many pixels one may have, and how much memory all that are held at one time.
//!
//! Many threads ask one [`Limits`]. A picture takes its share before it is decoded and gives it back when it
//! is dropped, so twenty threads with twenty panoramas wait for each other and do not fill the memory. A
//! picture that needs more than one run should take waits until it is alone; one that needs more than the
//! machine has is refused. A thread that holds a picture must not ask for another.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::Undrawable;

/// More pixels are refused: 16,384 × 16,384.
const MOST_PIXELS: u64 = 1 << 28;

/// What decoding, turning and writing a picture takes at most, in bytes for each pixel.
const EACH_PIXEL: u64 = 10;

/// What is taken to be free if the system does not say, in bytes.
const USUAL: u64 = 4 << 30;
/// No less than what two photos of 24 megapixels need, in bytes.
const LEAST: u64 = 512 << 20;
/// More would gain nothing, in bytes.
const MOST: u64 = 8 << 30;

/// What pictures may take; clones share it.
#[derive(Debug, Clone)]
pub struct Limits {
    most_pixels: u64,
    memory: Arc<Memory>,
}

#[derive(Debug)]
struct Memory {
    all: u64,
    taken: Mutex<u64>,
    given_back: Condvar,
}

impl Limits {
    /// Half of what the machine has free.
    pub fn of_this_machine() -> Self {
        Self::within((free().unwrap_or(USUAL) / 2).clamp(LEAST, MOST))
    }

    /// This much memory, in bytes.
    pub fn within(memory: u64) -> Self {
        let memory = Memory { all: memory, taken: Mutex::new(0), given_back: Condvar::new() };
        Limits { most_pixels: MOST_PIXELS, memory: Arc::new(memory) }
    }

    /// Waits until there is memory for a picture of this size, of which the decoder itself says how many bytes
    /// it gives.
    ///
    /// # Errors
    /// If it is larger than any may be, or has no pixels.
    pub(super) fn share(&self, width: u32, height: u32, decoded: u64) -> Result<Share, Undrawable> {
        let pixels = u64::from(width) * u64::from(height);
        if pixels == 0 {
            return Err(Undrawable::Damaged("it has no pixels".to_owned()));
        }
        // what is decoded becomes three bytes, which may be turned
        let bytes = pixels.saturating_mul(EACH_PIXEL).max(decoded.saturating_add(pixels.saturating_mul(6)));
        if pixels > self.most_pixels || bytes > self.memory.all.saturating_mul(2) {
            return Err(Undrawable::TooLarge);
        }
        Ok(self.bytes(bytes))
    }

    /// Waits until there is so much memory, in bytes.
    pub(super) fn bytes(&self, bytes: u64) -> Share {
        let bytes = bytes.min(self.memory.all);
        let taken = self.memory.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = |taken: &mut u64| self.memory.all - *taken < bytes;
        let waited = self.memory.given_back.wait_while(taken, is_full);
        *waited.unwrap_or_else(PoisonError::into_inner) += bytes;
        Share { bytes, memory: Arc::clone(&self.memory) }
    }
}

/// The memory of one picture, which it gives back when it is dropped.
#[derive(Debug)]
pub(super) struct Share {
    bytes: u64,
    memory: Arc<Memory>,
}

impl Drop for Share {
    fn drop(&mut self) {
        *self.memory.taken.lock().unwrap_or_else(PoisonError::into_inner) -= self.bytes;
        self.memory.given_back.notify_all();
    }
}

/// The memory that is free, in bytes, as far as the system says.
#[cfg(target_os = "linux")]
fn free() -> Option<u64> {
    let said = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = said.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

/// Other systems each have their own way to ask, and none is used yet.
#[cfg(not(target_os = "linux"))]
fn free() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::mpsc::{self, RecvTimeoutError};
    use std::thread;
    use std::time::Duration;

    use super::{EACH_PIXEL, Limits};

    #[test]
    fn sizes() {
        let limits = Limits::within(4 << 30);
        let allows = |width, height| limits.share(width, height, 0).is_ok();
        assert!(allows(1, 1));
        assert!(allows(1 << 14, 1 << 14));
        assert!(!allows((1 << 14) + 1, 1 << 14));
        assert!(!allows(50_000, 50_000));
        assert!(!allows(u32::MAX, u32::MAX));
        assert!(!allows(0, 10));
    }

    #[test]
    fn what_the_machine_has_no_memory_for_is_refused() {
        let limits = Limits::within(100 * EACH_PIXEL);
        assert!(limits.share(20, 10, 0).is_ok());
        assert!(limits.share(20, 11, 0).is_err());
        // sixteen bits for each channel, and the colours once more
        assert!(limits.share(20, 10, 200 * 4).is_ok());
        assert!(limits.share(20, 10, 200 * 8).is_err());
    }

    #[test]
    fn no_more_is_held_than_there_is() {
        let limits = Limits::within(300 * EACH_PIXEL);
        let (now, most) = (AtomicU64::new(0), AtomicU64::new(0));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let share = limits.share(10, 10, 0).unwrap();
                        most.fetch_max(now.fetch_add(100, Ordering::SeqCst) + 100, Ordering::SeqCst);
                        thread::yield_now();
                        now.fetch_sub(100, Ordering::SeqCst);
                        drop(share);
                    }
                });
            }
        });
        assert!((100..=300).contains(&most.into_inner()));
    }

    #[test]
    fn what_needs_more_than_there_is_waits_until_it_is_alone() {
        let limits = Limits::within(10 * EACH_PIXEL);
        let held = limits.share(1, 1, 0).unwrap();
        let other = limits.clone();
        let (has, waits) = mpsc::channel();
        let large = thread::spawn(move || {
            let share = other.share(4, 5, 0).unwrap();
            has.send(()).unwrap();
            drop(share);
        });
        assert_eq!(waits.recv_timeout(Duration::from_millis(200)), Err(RecvTimeoutError::Timeout));
        drop(held);
        waits.recv_timeout(Duration::from_secs(60)).unwrap();
        large.join().unwrap();
        assert_eq!(*limits.memory.taken.lock().unwrap(), 0);
    }
}
