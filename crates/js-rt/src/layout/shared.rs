//! Bytes that several isolates have, and who waits for changes of them.

use heap::{Region, Zeroed};
use std::fmt;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Eight bytes.
struct Word(#[allow(dead_code, reason = "its bytes are reached by their address")] AtomicU64);

// SAFETY: zero bytes are the number zero.
unsafe impl Zeroed for Word {}

/// 6.2.9 A Shared Data Block. Its bytes are only ever accessed atomically; its length may grow up to a maximum, for which
/// there are addresses from the start.
pub struct SharedBlock {
    words: Region<Word>,
    len: AtomicUsize,
    max: usize,
    growable: bool,
    waiters: Mutex<Waiters>,
    woken: Condvar,
}

// SAFETY: threads access the words by atomic operations only.
unsafe impl Sync for SharedBlock {}

/// Those who wait, in the order in which they came.
#[derive(Default)]
struct Waiters {
    next: u64,
    list: Vec<Waiter>,
}

struct Waiter {
    id: u64,
    at: usize,
    notified: bool,
}

/// What `Atomics` does to a number in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtomicOp {
    /// Nothing.
    Load,
    /// Sets it.
    Exchange,
    /// Adds.
    Add,
    /// Subtracts.
    Sub,
    /// Bitwise and.
    And,
    /// Bitwise or.
    Or,
    /// Bitwise exclusive or.
    Xor,
}

impl AtomicOp {
    /// What it makes of a number, modulo 2^64.
    pub fn apply(self, old: u64, value: u64) -> u64 {
        match self {
            AtomicOp::Load => old,
            AtomicOp::Exchange => value,
            AtomicOp::Add => old.wrapping_add(value),
            AtomicOp::Sub => old.wrapping_sub(value),
            AtomicOp::And => old & value,
            AtomicOp::Or => old | value,
            AtomicOp::Xor => old ^ value,
        }
    }
}

macro_rules! read_modify_write {
    ($atomic:expr, $op:expr, $value:expr, $type:ty) => {{
        let (atomic, value) = ($atomic, $value as $type);
        u64::from(match $op {
            AtomicOp::Load => atomic.load(Ordering::SeqCst),
            AtomicOp::Exchange => atomic.swap(value, Ordering::SeqCst),
            AtomicOp::Add => atomic.fetch_add(value, Ordering::SeqCst),
            AtomicOp::Sub => atomic.fetch_sub(value, Ordering::SeqCst),
            AtomicOp::And => atomic.fetch_and(value, Ordering::SeqCst),
            AtomicOp::Or => atomic.fetch_or(value, Ordering::SeqCst),
            AtomicOp::Xor => atomic.fetch_xor(value, Ordering::SeqCst),
        })
    }};
}

impl SharedBlock {
    /// A block of `len` bytes that are zero, which may grow to `max`; `None` when the system has no memory.
    pub fn new(len: usize, max: Option<usize>) -> Option<Arc<SharedBlock>> {
        let capacity = max.unwrap_or(len).max(len);
        let words = Region::new(capacity.div_ceil(8))?;
        Some(Arc::new(SharedBlock {
            words,
            len: AtomicUsize::new(len),
            max: capacity,
            growable: max.is_some(),
            waiters: Mutex::default(),
            woken: Condvar::new(),
        }))
    }

    /// Number of bytes.
    pub fn len(&self) -> usize {
        self.len.load(Ordering::SeqCst)
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The largest number of bytes.
    pub fn capacity(&self) -> usize {
        self.max
    }

    /// Whether it was made with a maximum.
    pub fn is_growable(&self) -> bool {
        self.growable
    }

    /// Grows to `len` bytes; whether it may.
    pub fn grow(&self, len: usize) -> bool {
        self.growable
            && len <= self.max
            && self
                .len
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |old| (old <= len).then_some(len))
                .is_ok()
    }

    /// The address of the first byte.
    pub fn address(&self) -> usize {
        self.words.as_ptr().expose_provenance()
    }

    /// The address of `size` bytes at a place, if they are all there and the place is aligned.
    fn place(&self, at: usize, size: usize) -> Option<usize> {
        let end = at.checked_add(size)?;
        (end <= self.len() && at.is_multiple_of(size)).then(|| self.address() + at)
    }

    /// A read-modify-write of 1, 2, 4 or 8 bytes, sequentially consistent: the number before it. `None` when they are not all
    /// there, or not aligned.
    pub fn atomic(&self, at: usize, size: usize, op: AtomicOp, value: u64) -> Option<u64> {
        let address = self.place(at, size)?;
        // SAFETY: the bytes are the block's, aligned, and accessed by atomic operations only. Those of different sizes are
        // coherent on the machines that this is for.
        unsafe {
            Some(match size {
                1 => read_modify_write!(AtomicU8::from_ptr(pointer(address)), op, value, u8),
                2 => read_modify_write!(AtomicU16::from_ptr(pointer(address)), op, value, u16),
                4 => read_modify_write!(AtomicU32::from_ptr(pointer(address)), op, value, u32),
                8 => read_modify_write!(AtomicU64::from_ptr(pointer(address)), op, value, u64),
                _ => return None,
            })
        }
    }

    /// Sets a number of 1, 2, 4 or 8 bytes if it is `expected`: the number before it.
    pub fn compare_exchange(&self, at: usize, size: usize, expected: u64, value: u64) -> Option<u64> {
        let address = self.place(at, size)?;
        macro_rules! exchange {
            ($atomic:ident, $type:ty) => {{
                // SAFETY: as in `atomic`.
                let atomic = unsafe { $atomic::from_ptr(pointer(address)) };
                let (expected, value) = (expected as $type, value as $type);
                let result = atomic.compare_exchange(expected, value, Ordering::SeqCst, Ordering::SeqCst);
                u64::from(result.unwrap_or_else(|old| old))
            }};
        }
        Some(match size {
            1 => exchange!(AtomicU8, u8),
            2 => exchange!(AtomicU16, u16),
            4 => exchange!(AtomicU32, u32),
            8 => exchange!(AtomicU64, u64),
            _ => return None,
        })
    }

    /// Bytes from `at` on, unordered; `None` when they are not all there.
    pub(crate) fn get<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        if at.checked_add(N)? > self.len() {
            return None;
        }
        let mut bytes = [0; N];
        if at.is_multiple_of(N.max(1)) && matches!(N, 1 | 2 | 4 | 8) {
            let address = self.address() + at;
            // SAFETY: as in `atomic`.
            let word = unsafe {
                match N {
                    1 => u64::from(AtomicU8::from_ptr(pointer(address)).load(Ordering::Relaxed)),
                    2 => u64::from(AtomicU16::from_ptr(pointer(address)).load(Ordering::Relaxed)),
                    4 => u64::from(AtomicU32::from_ptr(pointer(address)).load(Ordering::Relaxed)),
                    _ => AtomicU64::from_ptr(pointer(address)).load(Ordering::Relaxed),
                }
            };
            bytes.copy_from_slice(&word.to_le_bytes()[..N]);
        } else {
            for (i, byte) in bytes.iter_mut().enumerate() {
                [*byte] = self.get::<1>(at + i)?;
            }
        }
        Some(bytes)
    }

    /// Sets bytes from `at` on, unordered; whether they are all there.
    pub(crate) fn set<const N: usize>(&self, at: usize, bytes: [u8; N]) -> bool {
        if at.checked_add(N).is_none_or(|end| end > self.len()) {
            return false;
        }
        if at.is_multiple_of(N.max(1)) && matches!(N, 1 | 2 | 4 | 8) {
            let address = self.address() + at;
            let mut word = [0; 8];
            word[..N].copy_from_slice(&bytes);
            let word = u64::from_le_bytes(word);
            // SAFETY: as in `atomic`.
            unsafe {
                match N {
                    1 => AtomicU8::from_ptr(pointer(address)).store(word as u8, Ordering::Relaxed),
                    2 => AtomicU16::from_ptr(pointer(address)).store(word as u16, Ordering::Relaxed),
                    4 => AtomicU32::from_ptr(pointer(address)).store(word as u32, Ordering::Relaxed),
                    _ => AtomicU64::from_ptr(pointer(address)).store(word, Ordering::Relaxed),
                }
            }
            return true;
        }
        bytes.iter().enumerate().all(|(i, byte)| self.set(at + i, [*byte]))
    }

    fn lock(&self) -> MutexGuard<'_, Waiters> {
        self.waiters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// 25.4.3.14 DoWait up to the suspension: a place in the list of those who wait for a notification at `at`, if the number of
    /// 4 or 8 bytes there is `expected`.
    pub fn begin_wait(self: &Arc<Self>, at: usize, size: usize, expected: u64) -> Option<Ticket> {
        let mut waiters = self.lock();
        if self.atomic(at, size, AtomicOp::Load, 0)? != expected {
            return None;
        }
        let id = waiters.next;
        waiters.next += 1;
        waiters.list.push(Waiter { id, at, notified: false });
        Some(Ticket { block: Arc::clone(self), id })
    }

    /// 25.4.15 Atomics.notify: wakes so many of those who wait at `at`, the first ones; how many there were.
    pub fn notify(&self, at: usize, count: usize) -> usize {
        let mut waiters = self.lock();
        let waiting = waiters.list.iter_mut().filter(|waiter| waiter.at == at && !waiter.notified);
        let woken = waiting.take(count).map(|waiter| waiter.notified = true).count();
        drop(waiters);
        self.woken.notify_all();
        woken
    }
}

fn pointer<T>(address: usize) -> *mut T {
    std::ptr::with_exposed_provenance_mut(address)
}

impl fmt::Debug for SharedBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharedBlock({} of {} bytes)", self.len(), self.max)
    }
}

/// A place among those who wait for a change of a block. Dropping it gives it up.
#[derive(Debug)]
pub struct Ticket {
    block: Arc<SharedBlock>,
    id: u64,
}

impl Ticket {
    /// Whether it was notified.
    pub fn is_notified(&self) -> bool {
        self.block.lock().list.iter().any(|waiter| waiter.id == self.id && waiter.notified)
    }

    /// Blocks the thread until it is notified, or so much time has passed; whether it was notified.
    pub fn wait(&self, timeout: Option<Duration>) -> bool {
        let end = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let is_waiting = |waiters: &mut Waiters| !waiters.list.iter().any(|w| w.id == self.id && w.notified);
        let waiters = self.block.lock();
        let waiters = match end {
            None => self.block.woken.wait_while(waiters, is_waiting).unwrap_or_else(PoisonError::into_inner),
            Some(end) => {
                let left = end.saturating_duration_since(Instant::now());
                let result = self.block.woken.wait_timeout_while(waiters, left, is_waiting);
                result.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        waiters.list.iter().any(|waiter| waiter.id == self.id && waiter.notified)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.block.lock().list.retain(|waiter| waiter.id != self.id);
    }
}
