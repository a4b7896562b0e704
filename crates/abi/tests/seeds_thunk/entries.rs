//! Seeds 01, 02, 05 and 06: what arrives where through thunks and invokers, and what survives.

use crate::compiled::{forwarder, stack_balance};
use crate::machine::*;
use abi::slow::image::{CallImage, Registers, ResultImage, call_image_canary};
use abi::slow::{Capture, Captured};
use abi::thunk::{CountField, Invoke, ManagedConv, SharedEntry, ThunkBlock, ThunkError};
use abi::{Abi, Arch};
use code_memory::ExecSpace;
use std::backtrace::Backtrace;

/// 0 to 20 arguments, a different value in every slot, through the second of three thunks.
#[test]
fn seed_01_argument_array_is_contiguous_and_ascending() {
    let space = space();
    for conv in convs() {
        let shared = shared(&space, conv, record as *const u8);
        let block = ThunkBlock::publish(&space, &shared, &[7, u64::MAX - 1, 9]).expect("three thunks fit");
        let entry = block.entry(1).expect("there are three");
        for count in 0..=20 {
            let values = values(count);
            let call = managed_call(conv, entry, &values);
            let answer = match conv.popped(count) {
                0 => call.run(conv),
                _ => call.run_plain(conv),
            };
            assert_eq!(answer, ANSWER, "{conv}, {count} arguments");
            let [seen] = &seen()[..] else { panic!("{conv}: the interpreter is called once") };
            assert_eq!(seen.array, values, "{conv}, {count} arguments");
            assert_eq!((seen.count, seen.identity), (count, u64::MAX - 1), "{conv}");
            if conv.popped(count) == 0 {
                assert_eq!(seen.context, call.image.registers.int[conv.context() as usize], "{conv}");
            }
        }
    }
}

/// Callees under `Tail` pop their stack arguments: too little or too much moves the caller's stack pointer.
#[test]
fn seed_01_tail_callee_pops_what_its_caller_pushed() {
    let space = space();
    let conv = ManagedConv::Tail(Arch::HOST);
    let shared = shared(&space, conv, record as *const u8);
    let block = ThunkBlock::publish(&space, &shared, &[1]).expect("one thunk fits");
    for count in 0..=20 {
        let on_stack = (count + 2usize).saturating_sub(6);
        assert_eq!(conv.popped(count), (on_stack * 8 + 15) & !15);
        let caller = stack_balance(&space, conv.popped(count) as u32);
        // SAFETY: the caller is of this type; it passes room for exactly the arguments its call info announces.
        let off = unsafe {
            let caller: extern "C" fn(*const u8, u64) -> u64 = std::mem::transmute(caller.entry());
            caller(block.entry(0).expect("there is one"), call_info(count))
        };
        assert_eq!(off, 0, "{count} arguments");
        assert_eq!(seen().len(), 1);
    }
}

/// More stack arguments than fit a page: the copy touches every page and moves them all.
#[test]
fn seed_01_thousands_of_arguments() {
    let space = space();
    for conv in convs() {
        let shared = shared(&space, conv, record as *const u8);
        let block = ThunkBlock::publish(&space, &shared, &[3]).expect("one thunk fits");
        let values = values(4000);
        managed_call(conv, block.entry(0).expect("there is one"), &values).run_plain(conv);
        let [seen] = &seen()[..] else { panic!("{conv}: the interpreter is called once") };
        assert!(seen.array == values, "{conv}");
        let invoke = Invoke::publish(&space, conv).expect("the invoker is in order");
        // SAFETY: the thunk is a function of this convention.
        let answer = unsafe { invoke.call(block.entry(0).expect("there is one"), &values, 5) };
        assert_eq!(answer, ANSWER);
        let [seen] = &crate::machine::seen()[..] else { panic!("{conv}: the interpreter is called once") };
        assert!(seen.array == values && seen.context == 5, "{conv}");
    }
}

/// Registers that a jump from one function to another may change.
fn linkage_registers() -> &'static [usize] {
    match Arch::HOST {
        Arch::X64 => &[4, 11],
        Arch::Arm64 => &[16, 17, 18, 30, 31],
    }
}

fn assert_same_registers(found: &Registers, wanted: &Registers, what: &str) {
    for reg in (0..wanted.int.len()).filter(|reg| !linkage_registers().contains(reg)) {
        assert_eq!(found.int[reg], wanted.int[reg], "{what}: integer register {reg}");
    }
    assert_eq!(found.vec, wanted.vec, "{what}: vector registers");
}

/// Between the caller and the shared entry nothing changes but the scratch register with the identity.
#[test]
fn seed_02_thunk_keeps_argument_registers() {
    let space = space();
    // SAFETY: every call below passes at least two words on the stack.
    let capture = unsafe { Capture::new(16) }.expect("the pool is not exhausted");
    let targets = targets(&space, "capture", capture.entry());
    let block =
        ThunkBlock::publish_to(&space, &targets, capture.entry(), &[1, 2, 3]).expect("three thunks fit");
    for conv in convs() {
        for thunk in 0..3 {
            let call = managed_call(conv, block.entry(thunk).expect("there are three"), &values(2));
            call.run(conv);
            let [captured] = &capture.take()[..] else { panic!("one call is captured") };
            assert_same_registers(
                &captured.registers,
                &call.image.registers,
                &format!("{conv}, thunk {thunk}"),
            );
            // SAFETY: the image's stack has two words at least.
            assert_eq!(captured.stack, unsafe { std::slice::from_raw_parts(call.image.stack, 16) });
        }
    }
}

/// Calls `capture` through an invoker, itself called with canaries in every register its host preserves.
fn invoke_captured(conv: ManagedConv, capture: &Capture, values: &[u64]) -> Captured {
    let space = space();
    let invoke = Invoke::publish(&space, conv).expect("the invoker is in order");
    let mut answer = ResultImage::default();
    answer.registers.int[0] = 77;
    capture.set_answer(&answer, conv.popped(values.len() - 2));
    let mut image = CallImage::new(invoke.entry());
    image.fill_canaries(Abi::HOST);
    let args =
        [capture.entry().addr() as u64, values.as_ptr().addr() as u64, values.len() as u64 - 2, 0xc0_77e7];
    for (&reg, arg) in Abi::HOST.int_args().iter().zip(args) {
        image.registers.int[reg as usize] = arg;
    }
    let shadow = [0u128; 2];
    image.stack = shadow.as_ptr().cast();
    image.stack_size = 32;
    let mut result = ResultImage::default();
    // SAFETY: the invoker gets an entry, an array of count + 2 words and a context, and returns as the host's convention says.
    unsafe { call_image_canary(&image, &mut result) }.expect("the stack arguments fit");
    assert_eq!(result.clobbered(&image, Abi::HOST), [], "{conv}");
    // ARM64's `Tail` returns in x2, which a capture entry leaves alone: argument 0 comes back.
    let wanted = if conv == ManagedConv::Tail(Arch::Arm64) { None } else { Some(77) };
    assert!(wanted.is_none_or(|wanted| result.registers.int[Abi::HOST.int_results()[0] as usize] == wanted));
    let [captured] = &capture.take()[..] else { panic!("one call is captured") };
    captured.clone()
}

/// While every argument register is live, the address to enter is in a scratch register only, and nothing overwrites it.
#[test]
fn seed_05_entry_pointer_survives_the_argument_copy() {
    // SAFETY: the stack of a test thread continues far above the frames of the calls below.
    let capture = unsafe { Capture::new(32 + 21 * 8) }.expect("the pool is not exhausted");
    for conv in convs() {
        for count in 0..=20 {
            let values = values(count);
            let call = invoke_captured(conv, &capture, &values);
            let (registers, what) = (conv.int_args(), format!("{conv}, {count} arguments"));
            for (&reg, value) in registers.iter().zip(&values) {
                assert_eq!(call.registers.int[reg as usize], *value, "{what}: register {reg}");
            }
            let stack = call.stack.chunks_exact(8).skip(conv.shadow_space() as usize / 8);
            let stack = stack.map(|word| u64::from_le_bytes([0, 1, 2, 3, 4, 5, 6, 7].map(|i| word[i])));
            let on_stack = values.iter().copied().skip(registers.len());
            assert!(stack.zip(on_stack).all(|(found, wanted)| found == wanted), "{what}: stack arguments");
            assert_eq!(call.registers.int[conv.context() as usize], 0xc0_77e7, "{what}: context");
            assert_eq!(call.stack_pointer % 16, 0, "{what}: stack alignment");
        }
    }
}

/// The other direction: a thunk with every argument register live, entered through a pointer in a scratch register, and the
/// result through both.
#[test]
fn seed_05_invoker_and_thunk_are_inverse() {
    let space = space();
    for conv in convs() {
        let shared = shared(&space, conv, record as *const u8);
        let block = ThunkBlock::publish(&space, &shared, &[11]).expect("one thunk fits");
        let invoke = Invoke::publish(&space, conv).expect("the invoker is in order");
        for count in 0..=20 {
            let values = values(count);
            // SAFETY: the thunk is a function of this convention.
            let answer = unsafe { invoke.call(block.entry(0).expect("there is one"), &values, count as u64) };
            assert_eq!(answer, ANSWER, "{conv}");
            let [seen] = &seen()[..] else { panic!("{conv}: the interpreter is called once") };
            assert_eq!((&seen.array, seen.identity, seen.context), (&values, 11, count as u64), "{conv}");
            assert_eq!(seen.array_address % 8, 0);
        }
    }
}

/// The interpreter is called with an aligned stack, and frame pointers lead from it through the shared entry and a managed
/// caller to the host.
#[test]
fn seed_06_stack_is_aligned_and_frames_are_chained() {
    let space = space();
    // SAFETY: the frames of the calls below are larger than this window.
    let capture = unsafe { Capture::new(512) }.expect("the pool is not exhausted");
    for conv in convs() {
        let shared = shared(&space, conv, capture.entry());
        let block = ThunkBlock::publish(&space, &shared, &[0]).expect("one thunk fits");
        let entry = block.entry(0).expect("there is one");
        let caller = forwarder(&space);
        for count in 0..=2 {
            let mut call = managed_call(conv, caller.entry(), &values(count));
            call.image.registers.int[if Arch::HOST == Arch::X64 { 11 } else { 17 }] = entry.addr() as u64;
            call.run(conv);
            let [captured] = &capture.take()[..] else { panic!("one call is captured") };
            assert_eq!(captured.stack_pointer % 16, 0, "{conv}, {count} arguments");
            assert!(
                captured.return_address.wrapping_sub(shared.entry().addr()) < 512,
                "{conv}: called by the entry"
            );
            let word = |address: u64| {
                let at = address as usize - captured.stack_pointer;
                u64::from_le_bytes(captured.stack[at..at + 8].try_into().expect("eight bytes"))
            };
            let fp = captured.registers.int[if Arch::HOST == Arch::X64 { 5 } else { 29 }];
            let in_caller = word(fp + 8) as usize;
            assert!(
                in_caller.wrapping_sub(caller.entry().addr()) < caller.len(),
                "{conv}: frame of the caller"
            );
            let outer = word(fp);
            assert!(outer > fp && !space.is_published(word(outer + 8) as usize), "{conv}: frame of the host");
            // The host's frame pointer was a canary, and is in the chain as it was.
            assert_eq!(word(outer), call.image.registers.int[if Arch::HOST == Arch::X64 { 5 } else { 29 }]);
        }
    }
}

/// Whether the walk from here has passed two frames of published code, next to each other.
#[cfg(unix)]
fn crosses(space: &ExecSpace) -> bool {
    // By address: what is inlined decides how frames of Rust are named.
    let is_ours: Vec<bool> =
        crate::unwinder::backtrace().into_iter().map(|ip| space.is_published(ip)).collect();
    let first = is_ours.iter().position(|ours| *ours).unwrap_or(is_ours.len());
    is_ours[first..].starts_with(&[true, true, false])
}

/// Other systems have no unwinder that gives addresses: see the name of the test, which is beyond.
#[cfg(not(unix))]
fn crosses(_space: &ExecSpace) -> bool {
    true
}

/// # Safety
/// `space` must be the address of the space that the thunks are in.
unsafe extern "C" fn walk(_array: *mut u64, _count: usize, _identity: u64, space: u64) -> u64 {
    // SAFETY: by this function's contract.
    let space = unsafe { &*(space as *const ExecSpace) };
    let trace = Backtrace::force_capture().to_string();
    u64::from(crosses(space) && trace.contains("seed_06_backtrace_crosses_thunks"))
}

/// Unwind tables lead from the interpreter through shared entry and invoker to the test.
#[test]
fn seed_06_backtrace_crosses_thunks() {
    let space = space();
    let context = (&raw const space).addr() as u64;
    for conv in convs() {
        let shared = shared(&space, conv, walk as *const u8);
        let block = ThunkBlock::publish(&space, &shared, &[0]).expect("one thunk fits");
        let invoke = Invoke::publish(&space, conv).expect("the invoker is in order");
        for count in [0, 1, 9, 20] {
            // SAFETY: the thunk is a function of this convention.
            let crossed =
                unsafe { invoke.call(block.entry(0).expect("there is one"), &values(count), context) };
            assert_eq!(crossed, 1, "{conv}, {count} arguments");
        }
    }
}

/// An interpreter that changes every register its convention lets it change.
#[cfg(target_arch = "x86_64")]
mod greedy {
    #[unsafe(naked)]
    pub(super) unsafe extern "sysv64" fn sysv() {
        std::arch::naked_asm!(
            "xor ecx, ecx",
            "xor edx, edx",
            "xor esi, esi",
            "xor edi, edi",
            "pxor xmm6, xmm6",
            "pxor xmm7, xmm7",
            "pxor xmm8, xmm8",
            "pxor xmm9, xmm9",
            "pxor xmm10, xmm10",
            "pxor xmm11, xmm11",
            "pxor xmm12, xmm12",
            "pxor xmm13, xmm13",
            "pxor xmm14, xmm14",
            "pxor xmm15, xmm15",
            "mov eax, 5",
            "ret",
        )
    }
}

/// Where two conventions disagree about who saves a register, the entry between them does: a Win64 caller of a System V
/// interpreter, and a Win64 host that invokes a System V function.
#[cfg(target_arch = "x86_64")]
#[test]
fn seed_19_entries_save_what_the_other_side_may_change() {
    use abi::thunk::{emit_invoke, emit_shared_entry};
    use code_memory::RelocTarget;

    let space = space();
    let (win, sysv) = (ManagedConv::Platform(Abi::Win64), ManagedConv::Platform(Abi::SysvX64));
    let greedy = greedy::sysv as *const u8;
    let stub =
        emit_shared_entry(win, Abi::SysvX64, COUNT, RelocTarget::Address(greedy.addr())).expect("x64 both");
    let entry = stub.publish(&space, "entry").expect("there is room");
    assert_eq!(managed_call(win, entry.entry(), &values(3)).run(win), 5);

    let invoke =
        emit_invoke(sysv, Abi::Win64).expect("x64 both").publish(&space, "invoke").expect("there is room");
    let array = values(9);
    let call = [greedy.addr() as u64, array.as_ptr().addr() as u64, 9, 0];
    assert_eq!(managed_call(win, invoke.entry(), &call).run(win), 5);
}

/// Counts are taken from their field alone, and impossible fields are refused.
#[test]
fn count_fields_are_checked_and_masked() {
    let space = space();
    let conv = ManagedConv::Platform(Abi::HOST);
    let targets = targets(&space, "record", record as *const u8);
    for (shift, bits) in [(0, 0), (0, 25), (41, 24), (255, 255)] {
        let field = CountField { shift, bits };
        let refused = SharedEntry::publish(&space, &targets, conv, field, record as *const u8);
        assert!(matches!(refused, Err(ThunkError::CountField(found)) if found == field));
    }
    for field in [
        CountField { shift: 40, bits: 24 },
        CountField { shift: 63, bits: 1 },
        CountField { shift: 0, bits: 8 },
    ] {
        let shared = SharedEntry::publish(&space, &targets, conv, field, record as *const u8)
            .expect("the field is possible");
        let block = ThunkBlock::publish(&space, &shared, &[0]).expect("one thunk fits");
        let mut values = values(1);
        values[1] = 1 << field.shift | !(((1u64 << field.bits) - 1) << field.shift);
        assert_eq!(field.read(values[1]), 1);
        managed_call(conv, block.entry(0).expect("there is one"), &values).run(conv);
        assert_eq!(seen().iter().map(|seen| seen.array.clone()).collect::<Vec<_>>(), [values]);
    }
}
