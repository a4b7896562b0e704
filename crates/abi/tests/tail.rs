//! Bridges, dispatch and abort of the `Tail` convention against each other: C enters a thunk, whose dispatch entry hands the
//! registers to a function of this file. Against Cranelift's own code they are tested in `jit`.

use abi::Abi;
use abi::thunk::tail::{
    BridgeShape, BridgeStatus, DispatchAction, Place, Registers, TailLayout, Word, emit_abort, emit_bridge,
    emit_dispatch, emit_leave,
};
use abi::thunk::{Targets, ThunkBlock};
use abi::{Arch, slow::image};
use code_memory::{Code, ExecSpace, Near, RelocTarget};

/// The context of these tests; the link of the bridges is not at its start.
#[repr(C)]
struct Context {
    padding: u64,
    entry_sp: usize,
    decide: fn(&mut Context, u64, &mut Registers) -> DispatchAction,
    machine: *const Machine,
    layout: *const TailLayout,
    depth: u64,
    notes: Vec<u64>,
}

const ENTRY_SP: u32 = 8;

struct Machine {
    bridge: Code,
    abort: Code,
    leave: Code,
    thunks: ThunkBlock,
    _dispatch: Code,
    space: ExecSpace,
}

unsafe extern "C" fn decide(
    context: *mut Context,
    identity: u64,
    registers: *mut Registers,
) -> DispatchAction {
    // SAFETY: the dispatch entry hands over the context of the test that runs, and its own registers.
    let (context, registers) = unsafe { (&mut *context, &mut *registers) };
    (context.decide)(context, identity, registers)
}

unsafe extern "C" fn note(context: *mut Context, code: u64) {
    // SAFETY: as in `decide`.
    unsafe { (*context).notes.push(code) };
}

impl Machine {
    fn new() -> Machine {
        let space =
            ExecSpace::reserve(1 << 20, Near::Anywhere).expect("this machine allows executable memory");
        let publish = |code: Result<abi::stub::StubCode, _>, name| {
            code.expect("it assembles").publish(&space, name).expect("it is in order")
        };
        let abort = publish(emit_abort(Abi::HOST, ENTRY_SP), "abort");
        let to_abort = RelocTarget::Address(abort.entry().addr());
        let address = |function: *const ()| RelocTarget::Address(function.addr());
        let decide = address(decide as *const ());
        let dispatch = publish(emit_dispatch(Abi::HOST, &decide, &to_abort), "dispatch");
        let leave = publish(emit_leave(Abi::HOST, &address(note as *const ()), &to_abort), "leave");
        let bridge = publish(emit_bridge(Abi::HOST, ENTRY_SP, BridgeShape::FULL), "bridge");
        let mut targets = Targets::new();
        targets.allow_space(&space);
        let thunks = ThunkBlock::publish_to(&space, &targets, dispatch.entry(), &[70, 71, 72]);
        let thunks = thunks.expect("the thunks are in order");
        Machine { bridge, abort, leave, thunks, _dispatch: dispatch, space }
    }

    fn context(&self, decide: fn(&mut Context, u64, &mut Registers) -> DispatchAction) -> Context {
        Context {
            padding: 0,
            entry_sp: 0x1234,
            decide,
            machine: self,
            layout: std::ptr::null(),
            depth: 0,
            notes: Vec::new(),
        }
    }

    /// Enters thunk number `thunk` with these registers by a bridge of this shape, under a canary that fills every
    /// register which calls preserve.
    fn enter(
        &self,
        context: *mut Context,
        thunk: usize,
        registers: &mut Registers,
        bridge: &Code,
    ) -> BridgeStatus {
        let mut call = image::CallImage::new(bridge.entry());
        for (reg, slot) in call.registers.int.iter_mut().enumerate() {
            *slot = 0xc100_0000_0000_0000 | reg as u64;
        }
        for (reg, slot) in call.registers.vec.iter_mut().enumerate() {
            *slot = 0xc200_0000_0000_0000_0000_0000_0000_0000 | reg as u128;
        }
        let entry = self.thunks.entry(thunk).expect("there are three thunks");
        let args = [
            context.expose_provenance(),
            entry.expose_provenance(),
            (&raw mut *registers).expose_provenance(),
        ];
        for (&reg, arg) in Abi::HOST.int_args().iter().zip(args) {
            call.registers.int[reg as usize] = arg as u64;
        }
        let mut result = image::ResultImage::default();
        // SAFETY: the image is that of a call of a bridge, which has no stack arguments.
        unsafe { image::call_image_canary(&call, &mut result) }.expect("there are no stack arguments");
        assert_eq!(result.clobbered(&call, Abi::HOST), [], "registers the C caller wants back");
        match result.registers.int[Abi::HOST.int_results()[0] as usize] as u32 {
            0 => BridgeStatus::Returned,
            1 => BridgeStatus::Aborted,
            other => panic!("status {other}"),
        }
    }
}

fn word(list: u64, index: usize) -> u64 {
    0x1111_0000_0000_0000 * list + (index as u64 + 1) * 0x0001_0203_0405
}

fn put(place: Place, registers: &mut Registers, memory: &mut [u64], value: u64) {
    match place {
        Place::Int(index) => registers.int[index as usize] = value,
        Place::Float(index) => registers.float[index as usize] = value,
        Place::Memory(offset) => memory[offset as usize / 8] = value,
    }
}

fn get(place: Place, registers: &Registers, memory: &[u64]) -> u64 {
    match place {
        Place::Int(index) => registers.int[index as usize],
        Place::Float(index) => registers.float[index as usize],
        Place::Memory(offset) => memory[offset as usize / 8],
    }
}

/// Checks every argument and returns every result.
fn answer(context: &mut Context, identity: u64, registers: &mut Registers) -> DispatchAction {
    assert_eq!(identity, 71);
    // SAFETY: the test set the layout, whose stack arguments and return area its call has.
    let (layout, stack) = unsafe {
        let layout = &*context.layout;
        (layout, std::slice::from_raw_parts(registers.stack, layout.stack_bytes as usize / 8))
    };
    for (index, place) in layout.params.iter().enumerate() {
        assert_eq!(get(*place, registers, stack), word(1, index), "argument {index} at {place:?}");
    }
    let area: &mut [u64] = match layout.area {
        // SAFETY: as above.
        Some(index) => unsafe {
            let address = std::ptr::with_exposed_provenance_mut(registers.int[index as usize] as usize);
            std::slice::from_raw_parts_mut(address, layout.area_bytes as usize / 8)
        },
        None => &mut [],
    };
    for (index, place) in layout.results.iter().enumerate() {
        put(*place, registers, area, word(2, index));
    }
    registers.stack_size = layout.stack_bytes.into();
    DispatchAction::Return
}

/// Word lists of every length up to `max`: all integers, all floats, alternating both ways, and a pseudo-random mix.
fn lists(max: usize) -> Vec<Vec<Word>> {
    let class = |float: bool| if float { Word::Float } else { Word::Int };
    let patterns: [fn(usize) -> bool; 5] =
        [|_| false, |_| true, |i| i % 2 == 0, |i| i % 2 == 1, |i| (i * 2_654_435_761) >> 7 & 1 == 1];
    let lengths = 0..=max;
    lengths.flat_map(|n| patterns.map(|float| (0..n).map(|i| class(float(i))).collect())).collect()
}

fn check(machine: &Machine, params: &[Word], results: &[Word], bridge: &Code) {
    let layout = TailLayout::new(Arch::HOST, params, results).expect("a short signature");
    let mut context = machine.context(answer);
    context.layout = &layout;
    let mut stack = vec![0; layout.stack_bytes as usize / 8];
    let mut area = vec![0_u64; layout.area_bytes as usize / 8];
    let mut registers = Registers::default();
    for (index, place) in layout.params.iter().enumerate() {
        put(*place, &mut registers, &mut stack, word(1, index));
    }
    if let Some(index) = layout.area {
        registers.int[index as usize] = area.as_mut_ptr().expose_provenance() as u64;
    }
    (registers.stack, registers.stack_size) = (stack.as_ptr(), stack.len() as u64);
    let status = machine.enter(&raw mut context, 1, &mut registers, bridge);
    assert_eq!((status, context.entry_sp), (BridgeStatus::Returned, 0x1234));
    for (index, place) in layout.results.iter().enumerate() {
        assert_eq!(
            get(*place, &registers, &area),
            word(2, index),
            "result {index} at {place:?} of {results:?}"
        );
    }
}

#[test]
fn every_argument_and_result_travels_in_full_bridges() {
    let machine = Machine::new();
    for params in lists(24) {
        check(&machine, &params, &[], &machine.bridge);
        check(&machine, &params, &[Word::Int; 9], &machine.bridge);
    }
    for results in lists(24) {
        check(&machine, &[Word::Int, Word::Float], &results, &machine.bridge);
    }
}

#[test]
fn bridges_of_exactly_the_needed_shape_suffice() {
    let machine = Machine::new();
    for (params, results) in lists(18).into_iter().zip(lists(18).into_iter().rev()) {
        let shape = TailLayout::new(Arch::HOST, &params, &results).expect("a short signature").shape();
        let code = emit_bridge(Abi::HOST, ENTRY_SP, shape).expect("it assembles");
        check(&machine, &params, &results, &code.publish(&machine.space, "bridge").expect("it is in order"));
    }
}

#[test]
fn many_stack_arguments_cross_pages() {
    let machine = Machine::new();
    check(&machine, &[Word::Int; 3001], &[Word::Int], &machine.bridge);
}

#[test]
fn dispatch_jumps_with_the_arguments_as_they_were() {
    fn jump(context: &mut Context, identity: u64, registers: &mut Registers) -> DispatchAction {
        if identity == 71 {
            return answer(context, identity, registers);
        }
        // SAFETY: the machine outlives the call.
        registers.target = unsafe { (*context.machine).thunks.entry(1) }.expect("there are three thunks");
        registers.stack_size = 0x7777;
        DispatchAction::Jump
    }
    let machine = Machine::new();
    for params in lists(16) {
        let layout = TailLayout::new(Arch::HOST, &params, &[Word::Int; 9]).expect("a short signature");
        let mut context = machine.context(jump);
        context.layout = &layout;
        let mut stack = vec![0; layout.stack_bytes as usize / 8];
        let mut area = vec![0_u64; layout.area_bytes as usize / 8];
        let mut registers = Registers::default();
        for (index, place) in layout.params.iter().enumerate() {
            put(*place, &mut registers, &mut stack, word(1, index));
        }
        let index = layout.area.expect("nine results need an area");
        registers.int[index as usize] = area.as_mut_ptr().expose_provenance() as u64;
        (registers.stack, registers.stack_size) = (stack.as_ptr(), stack.len() as u64);
        let status = machine.enter(&raw mut context, 0, &mut registers, &machine.bridge);
        assert_eq!(status, BridgeStatus::Returned);
        assert_eq!(get(layout.results[8], &registers, &area), word(2, 8));
    }
}

/// Enters itself until it is deep, then aborts; every level sees its own bridge come back aborted and aborts in turn, except
/// the one where `notes` says to swallow it.
fn dive(context: &mut Context, identity: u64, registers: &mut Registers) -> DispatchAction {
    assert_eq!(identity, 72);
    let depth = context.depth;
    if depth == 40 {
        return DispatchAction::Abort;
    }
    context.depth += 1;
    let linked = context.entry_sp;
    // SAFETY: the machine outlives the call.
    let machine = unsafe { &*context.machine };
    let status = machine.enter(context, 2, &mut Registers::default(), &machine.bridge);
    assert_eq!(context.entry_sp, linked, "the bridge that is innermost again");
    context.notes.push(depth);
    match (status, depth) {
        (BridgeStatus::Aborted, 20) => {
            registers.int = [5; 8];
            registers.stack_size = 0;
            DispatchAction::Return
        }
        (BridgeStatus::Aborted, _) => DispatchAction::Abort,
        (BridgeStatus::Returned, _) => {
            registers.stack_size = 0;
            DispatchAction::Return
        }
    }
}

#[test]
fn abort_leaves_one_bridge_at_a_time() {
    let machine = Machine::new();
    let mut context = machine.context(dive);
    let mut registers = Registers::default();
    let status = machine.enter(&raw mut context, 2, &mut registers, &machine.bridge);
    assert_eq!((status, context.entry_sp), (BridgeStatus::Returned, 0x1234));
    assert_eq!(context.notes, (0..40).rev().collect::<Vec<u64>>());
}

#[test]
fn leave_notes_its_arguments_and_aborts() {
    fn trap(context: &mut Context, _: u64, _: &mut Registers) -> DispatchAction {
        // SAFETY: the machine outlives the call; leave is a C function of two words. This frame has nothing to drop.
        unsafe {
            let leave: unsafe extern "C" fn(*mut Context, u64) -> ! =
                std::mem::transmute((*context.machine).leave.entry());
            leave_with(leave, context)
        }
    }
    /// Managed code calls leave with the context in the pinned register; a function of this file has to put it there.
    unsafe fn leave_with(leave: unsafe extern "C" fn(*mut Context, u64) -> !, context: *mut Context) -> ! {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the caller's promise; nothing comes back.
        unsafe {
            std::arch::asm!("mov r15, rdi", "jmp rax", in("rax") leave, in("rdi") context, in("rsi") 99_u64,
                in("rcx") context, in("rdx") 99_u64, options(noreturn))
        }
        #[cfg(target_arch = "aarch64")]
        // SAFETY: as above.
        unsafe {
            std::arch::asm!("mov x21, x0", "br x16", in("x16") leave, in("x0") context, in("x1") 99_u64,
                options(noreturn))
        }
    }
    let machine = Machine::new();
    let mut context = machine.context(trap);
    let status = machine.enter(&raw mut context, 0, &mut Registers::default(), &machine.bridge);
    assert_eq!((status, context.entry_sp, &context.notes[..]), (BridgeStatus::Aborted, 0x1234, &[99][..]));
    assert_eq!(context.padding, 0);
    assert!(machine.abort.len() > 0);
}
