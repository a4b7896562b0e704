//! Stubs made ready to call: buffers with canaries, call stubs, callbacks with a recording handler, random bytes.

use abi::stub::{ClosureData, Handler, emit_call, emit_callback, emit_closure};
use abi::{Abi, Arch, Plan, ResultPlan};
use code_memory::{Code, ExecSpace, Near};
use std::alloc::{Layout, alloc, dealloc};
use std::ffi::c_void;
use std::sync::OnceLock;

/// Executable memory for all tests of this file.
pub(crate) fn space() -> &'static ExecSpace {
    static SPACE: OnceLock<ExecSpace> = OnceLock::new();
    SPACE.get_or_init(|| ExecSpace::reserve(64 << 20, Near::Anywhere).expect("executable memory"))
}

/// The conventions of this machine's architecture.
pub(crate) fn native() -> impl Iterator<Item = Abi> + Clone {
    Abi::ALL.into_iter().filter(|abi| abi.arch() == Arch::HOST)
}

/// Conventions whose functions can be written in Rust here, so that stubs can be called as them.
pub(crate) fn hosts() -> impl Iterator<Item = Abi> + Clone {
    native().filter(|abi| Arch::HOST == Arch::X64 || *abi == Abi::HOST)
}

/// xorshift64*.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Rng {
        Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        (self.next() >> 11) % n
    }

    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        bytes.iter_mut().for_each(|b| *b = self.next() as u8);
    }
}

const CANARY: u8 = 0xc5;

/// Aligned bytes between canaries, which are checked when it is dropped.
pub(crate) struct Buffer {
    base: *mut u8,
    layout: Layout,
    len: usize,
    margin: usize,
}

impl Buffer {
    pub(crate) fn new(len: usize, align: usize) -> Buffer {
        let margin = align.max(64);
        let layout = Layout::from_size_align(margin + len + margin, align).expect("a possible layout");
        // SAFETY: the layout has a size above zero, and all of the allocation is initialised at once.
        let base = unsafe {
            let base = alloc(layout);
            assert!(!base.is_null());
            base.write_bytes(CANARY, layout.size());
            base
        };
        Buffer { base, layout, len, margin }
    }

    /// A frame of the plan's size and alignment.
    pub(crate) fn frame(plan: &Plan) -> Buffer {
        Buffer::new(plan.frame_size as usize, plan.frame_align as usize)
    }

    /// A result buffer for the plan: padded to a multiple of 16 bytes, none at all for `void`.
    pub(crate) fn result(plan: &Plan) -> Buffer {
        let (size, align) = plan.result_slot.map_or((0, 1), |s| (s.size, s.align));
        let len = match plan.result {
            // The callee writes the result type and not one byte more.
            ResultPlan::Memory { .. } => size,
            ResultPlan::Registers(_) | ResultPlan::Nothing => size.next_multiple_of(16),
        };
        Buffer::new(len as usize, align.max(16) as usize)
    }

    pub(crate) fn ptr(&mut self) -> *mut u8 {
        self.base.wrapping_add(self.margin)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        // SAFETY: `len` initialised bytes lie `margin` bytes into the allocation.
        unsafe { std::slice::from_raw_parts(self.base.add(self.margin), self.len) }
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `bytes`, and `self` is borrowed exclusively.
        unsafe { std::slice::from_raw_parts_mut(self.base.add(self.margin), self.len) }
    }

    fn intact(&self) -> bool {
        // SAFETY: the whole allocation was initialised.
        let all = unsafe { std::slice::from_raw_parts(self.base, self.layout.size()) };
        let (before, rest) = all.split_at(self.margin);
        before.iter().chain(&rest[self.len..]).all(|b| *b == CANARY)
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let intact = self.intact();
        // SAFETY: allocated with this layout, freed once.
        unsafe { dealloc(self.base, self.layout) };
        assert!(intact || std::thread::panicking(), "bytes next to a frame or result buffer were written");
    }
}

/// A published call stub.
pub(crate) struct CallStub {
    pub(crate) code: Code,
    host: Abi,
}

impl CallStub {
    pub(crate) fn new(plan: &Plan, host: Abi) -> CallStub {
        let code = emit_call(plan, host).expect("a call stub").publish(space(), "call").expect("published");
        CallStub { code, host }
    }

    pub(crate) fn call(&self, target: *const u8, frame: &mut Buffer, result: &mut Buffer) {
        // SAFETY: the caller of this harness hands over a target that fits the plan; the code stays published during the call.
        unsafe { invoke(self.code.entry(), self.host, target, frame.ptr(), result.ptr()) }
    }
}

/// # Safety
/// `stub` must be a call stub for `host`; the rest must suit its plan.
#[cfg(target_arch = "x86_64")]
unsafe fn invoke(stub: *const u8, host: Abi, target: *const u8, frame: *mut u8, result: *mut u8) {
    type Sysv = unsafe extern "sysv64" fn(*const u8, *mut u8, *mut u8);
    type Win = unsafe extern "win64" fn(*const u8, *mut u8, *mut u8);
    // SAFETY: by this function's contract.
    unsafe {
        match host {
            Abi::Win64 => std::mem::transmute::<*const u8, Win>(stub)(target, frame, result),
            _ => std::mem::transmute::<*const u8, Sysv>(stub)(target, frame, result),
        }
    }
}

/// # Safety
/// `stub` must be a call stub for this machine's convention; the rest must suit its plan.
#[cfg(target_arch = "aarch64")]
unsafe fn invoke(stub: *const u8, _host: Abi, target: *const u8, frame: *mut u8, result: *mut u8) {
    type Host = unsafe extern "C" fn(*const u8, *mut u8, *mut u8);
    // SAFETY: by this function's contract.
    unsafe { std::mem::transmute::<*const u8, Host>(stub)(target, frame, result) }
}

type Action = Box<dyn FnMut(&mut [u8], *mut u8)>;

struct State {
    frame_size: usize,
    frame_align: usize,
    action: Action,
}

/// A closure and the adaptor behind it; calls `action` with the frame and the place for the result.
pub(crate) struct Callback {
    pub(crate) adaptor: Code,
    pub(crate) closure: Code,
    _data: Box<ClosureData>,
    state: *mut State,
}

impl Callback {
    pub(crate) fn new(plan: &Plan, host: Abi, action: impl FnMut(&mut [u8], *mut u8) + 'static) -> Callback {
        let state = State {
            frame_size: plan.frame_size as usize,
            frame_align: plan.frame_align as usize,
            action: Box::new(action),
        };
        let state = Box::into_raw(Box::new(state));
        let mut callback = Callback::raw(plan, handler(host), host, state.cast());
        callback.state = state;
        callback
    }

    /// A callback with a handler of the caller's own.
    pub(crate) fn raw(plan: &Plan, handler: Handler, host: Abi, user: *mut c_void) -> Callback {
        let adaptor =
            emit_callback(plan, host).expect("an adaptor").publish(space(), "adaptor").expect("published");
        let data = Box::new(ClosureData { handler, user });
        let closure =
            emit_closure(Arch::HOST, adaptor.entry(), &*data).publish(space(), "closure").expect("published");
        Callback { adaptor, closure, _data: data, state: std::ptr::null_mut() }
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        if !self.state.is_null() {
            // SAFETY: made by `Box::into_raw` in `new`, and no call is under way.
            drop(unsafe { Box::from_raw(self.state) });
        }
    }
}

/// # Safety
/// `user` must be the state of a live `Callback`, which nobody else uses at the moment; the rest must suit its plan.
unsafe fn handle(user: *mut c_void, frame: *mut u8, result: *mut u8) {
    // SAFETY: by this function's contract.
    unsafe {
        let state = &mut *user.cast::<State>();
        assert_eq!(frame.addr() % state.frame_align, 0, "the frame is misaligned");
        (state.action)(std::slice::from_raw_parts_mut(frame, state.frame_size), result);
    }
}

#[cfg(target_arch = "x86_64")]
fn handler(host: Abi) -> Handler {
    unsafe extern "sysv64" fn sysv(user: *mut c_void, frame: *mut u8, result: *mut u8) {
        // SAFETY: called by an adaptor with the state `Callback::new` made.
        unsafe { handle(user, frame, result) }
    }
    unsafe extern "win64" fn win(user: *mut c_void, frame: *mut u8, result: *mut u8) {
        // SAFETY: called by an adaptor with the state `Callback::new` made.
        unsafe { handle(user, frame, result) }
    }
    match host {
        // SAFETY: the adaptor was emitted for a handler of this convention; nothing else calls it.
        Abi::Win64 => unsafe { std::mem::transmute::<*const (), Handler>(win as *const ()) },
        // SAFETY: as above.
        _ => unsafe { std::mem::transmute::<*const (), Handler>(sysv as *const ()) },
    }
}

#[cfg(target_arch = "aarch64")]
fn handler(_host: Abi) -> Handler {
    unsafe extern "C" fn host(user: *mut c_void, frame: *mut u8, result: *mut u8) {
        // SAFETY: called by an adaptor with the state `Callback::new` made.
        unsafe { handle(user, frame, result) }
    }
    host
}
