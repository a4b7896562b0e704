//! What the tests share: spaces, managed calls described as register images, and an interpreter that records.

use abi::slow::image::{CallImage, ResultImage, call_image_canary};
use abi::thunk::{CountField, ManagedConv, SharedEntry, Targets};
use abi::{Abi, Arch};
use code_memory::{ExecSpace, Near};
use std::cell::RefCell;
use std::sync::Arc;

/// The call info of the tests: the count sits in the middle, with other bits set around it.
pub(crate) const COUNT: CountField = CountField { shift: 8, bits: 12 };

pub(crate) fn call_info(count: usize) -> u64 {
    0xab00_0000_0010_00cd | (count as u64) << 8
}

pub(crate) fn space() -> ExecSpace {
    ExecSpace::reserve(1 << 20, Near::Anywhere).expect("this machine allows executable memory")
}

pub(crate) fn convs() -> Vec<ManagedConv> {
    ManagedConv::all(Arch::HOST)
}

/// Function, call info and `count` arguments, all different.
pub(crate) fn values(count: usize) -> Vec<u64> {
    let argument = |i: usize| 0xa000_0000_0000_0000 | ((i as u64 + 1) * 0x0001_0203_0405_0607);
    [0xf00d_0000_1234_5678, call_info(count)].into_iter().chain((0..count).map(argument)).collect()
}

/// A call of a managed function with every register the convention leaves free filled with its own value.
pub(crate) struct ManagedCall {
    pub(crate) image: CallImage,
    _stack: Vec<u64>,
}

pub(crate) fn managed_call(conv: ManagedConv, entry: *const u8, values: &[u64]) -> ManagedCall {
    let registers = conv.int_args();
    let mut stack = vec![0x5bad_5bad_5bad_5bad; conv.shadow_space() as usize / 8];
    stack.extend(values.iter().skip(registers.len()));
    // What lies above the last argument must not be taken for one.
    stack.extend([0xdead_dead_dead_dead, 0xdead_dead_dead_dead]);
    if stack.len() % 2 == 1 {
        stack.push(0xdead_dead_dead_dead);
    }
    let mut image = CallImage::new(entry);
    for (reg, slot) in image.registers.int.iter_mut().enumerate() {
        *slot = 0xc100_0000_0000_0000 | reg as u64;
    }
    for (reg, slot) in image.registers.vec.iter_mut().enumerate() {
        *slot = 0xc200_0000_0000_0000_0000_0000_0000_0000 | reg as u128;
    }
    for (&reg, &value) in registers.iter().zip(values) {
        image.registers.int[reg as usize] = value;
    }
    image.stack = stack.as_ptr().cast();
    image.stack_size = stack.len() * 8;
    ManagedCall { image, _stack: stack }
}

/// The platform convention whose callee-saved registers a managed convention shares.
pub(crate) fn preserved_like(conv: ManagedConv) -> Abi {
    match conv {
        ManagedConv::Platform(abi) => abi,
        ManagedConv::Tail(Arch::X64) => Abi::SysvX64,
        ManagedConv::Tail(Arch::Arm64) => Abi::Aapcs64,
    }
}

impl ManagedCall {
    /// Makes the call and checks that the callee-saved registers of the convention survive. Not for conventions whose callees pop
    /// stack arguments, when there are any.
    pub(crate) fn run(&self, conv: ManagedConv) -> u64 {
        let mut result = ResultImage::default();
        // SAFETY: the tests call thunks with images made for their convention; their stack arguments are few.
        unsafe { call_image_canary(&self.image, &mut result) }.expect("the stack arguments fit");
        assert_eq!(result.clobbered(&self.image, preserved_like(conv)), [], "{conv}");
        result.registers.int[conv.int_result() as usize]
    }

    /// Makes the call through the trampoline that finds its frame whatever the callee pops.
    pub(crate) fn run_plain(&self, conv: ManagedConv) -> u64 {
        let mut result = ResultImage::default();
        // SAFETY: as in `run`.
        unsafe { abi::slow::image::call_image(&self.image, &mut result) };
        // ARM64's `Tail` returns in x2, which the plain trampoline does not store.
        match conv {
            ManagedConv::Tail(Arch::Arm64) => ANSWER,
            _ => result.registers.int[conv.int_result() as usize],
        }
    }
}

/// One call the recording interpreter has seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) array: Vec<u64>,
    pub(crate) count: usize,
    pub(crate) identity: u64,
    pub(crate) context: u64,
    pub(crate) array_address: usize,
}

thread_local! {
    static SEEN: RefCell<Vec<Seen>> = const { RefCell::new(Vec::new()) };
}

pub(crate) fn seen() -> Vec<Seen> {
    SEEN.take()
}

/// What the recording interpreter returns.
pub(crate) const ANSWER: u64 = 0x600d_0000_beef_cafe;

pub(crate) unsafe extern "C" fn record(array: *mut u64, count: usize, identity: u64, context: u64) -> u64 {
    // SAFETY: thunks hand over function, call info and `count` arguments.
    let words = unsafe { std::slice::from_raw_parts_mut(array, count + 2) };
    SEEN.with_borrow_mut(|seen| {
        seen.push(Seen { array: words.to_vec(), count, identity, context, array_address: array.addr() });
    });
    // The array belongs to the interpreter: writing to it must harm nobody.
    words.fill(!0);
    ANSWER
}

/// Targets that allow `space` and one host function.
pub(crate) fn targets(space: &ExecSpace, name: &str, function: *const u8) -> Targets {
    let mut targets = Targets::new();
    targets.allow_space(space);
    // SAFETY: the tests pass functions of this program, or capture entries that outlive what is made with these targets.
    unsafe { targets.declare_host(name, function) };
    targets
}

/// A shared entry in front of `interpreter`.
pub(crate) fn shared(space: &ExecSpace, conv: ManagedConv, interpreter: *const u8) -> Arc<SharedEntry> {
    let targets = targets(space, "interpreter", interpreter);
    SharedEntry::publish(space, &targets, conv, COUNT, interpreter).expect("the entry is in order")
}
