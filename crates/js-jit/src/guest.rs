//! The interpreter as optimized code sees it.

use ir::Type;
use ir::eval::Const;
use ir::interp::Deopt;
use jit::engine::FunctionId;
use jit::{Resume, RuntimeTable, SharedGuest};
use js_bytecode::Op;
use js_lower::runtime::{self, Lean};
use js_lower::{Note, Reason};
use js_rt::{Class, Code, Value, number};
use js_vm::{Intrinsic, Stepped, Vm};

const _: () = assert!(runtime::FRAME_CONSTRUCT == js_vm::FRAME_CONSTRUCT);

/// Optimized code runs for a [`Vm`].
#[derive(Debug)]
pub(crate) struct JavaScript;

impl SharedGuest for JavaScript {
    type Data = Vm;

    fn deopt(vm: &Vm, exit: &Deopt) -> Resume {
        let depth = vm.depth();
        let countdown = exit.frames.first().and_then(|frame| *frame.slots.first()?);
        let mut waiting = None;
        for frame in exit.frames.iter().rev() {
            let registers = frame.slots.get(1..).unwrap_or(&[]).iter().enumerate();
            let registers = registers.filter_map(|(number, slot)| slot.map(|slot| (number, value(vm, slot))));
            if let Some(call) = waiting {
                push_in_place(vm, call, frame.slots.get(1));
            }
            vm.leave_at(frame.offset, countdown.map(|countdown| countdown.bits() as u32), registers);
            waiting = Some(frame.offset.wrapping_sub(1));
        }
        if let Some(innermost) = exit.frames.first() {
            learn(vm, innermost.offset, exit.reason.0);
        }
        // The function has one frame; those of functions in place of its calls come to an end here.
        results(if vm.depth() > depth { left(vm.finish_in_place(depth)) } else { runtime::LEFT })
    }

    fn interpret(_: &Vm, _: FunctionId, _: &[u64]) -> Option<Resume> {
        // The code was taken away just now: the frame is as it was.
        Some(results(runtime::LEFT))
    }
}

/// The frame of a function in place of the call at an instruction of the innermost frame, with the function that is in its register 0.
fn push_in_place(vm: &Vm, call: u32, function: Option<&Option<Const>>) {
    let function = function.copied().flatten().map_or(Value::UNDEFINED, |function| value(vm, function));
    let code = vm.begin_frame().map(|(_, code)| code);
    let inst = code.and_then(|code| code.function.insts.get(call as usize).copied());
    let constructs = inst.filter(|inst| inst.op() == Op::New);
    let new_target = constructs.and_then(|inst| vm.innermost_register(usize::from(inst.b()) + 1));
    vm.push_in_place(call, function, new_target.unwrap_or(Value::UNDEFINED));
}

/// The status of a function that is left, whatever its frame does next.
fn left(stepped: Stepped) -> u64 {
    match stepped {
        Stepped::Gone => runtime::THREW,
        Stepped::Next | Stepped::Left => runtime::LEFT,
    }
}

/// Notes that code was left at an instruction of the innermost frame, for its next version.
fn learn(vm: &Vm, pc: u32, reason: u16) {
    if let Some((_, code)) = vm.begin_frame() {
        // That is about the call.
        let pc = if reason == Reason::Gone as u16 { pc.saturating_sub(1) } else { pc };
        let primitive = Reason::Shape as u16 == reason && is_primitive(vm, &code, pc);
        code.native.note(pc as usize, |note| match reason {
            _ if primitive => note.with(Note::PRIMITIVE).with_exit(),
            _ if reason == Reason::Loop as u16 => note.with(Note::WIDE).with_exit(),
            // It says nothing about the instruction at the head of the loop.
            _ if reason == Reason::Hoisted as u16 => note.with(Note::STAYS),
            _ => note.with_exit(),
        });
    }
    vm.tell_exit(Reason::name(reason));
}

/// Whether an instruction of the innermost frame reads a property of what is no object.
fn is_primitive(vm: &Vm, code: &Code, pc: u32) -> bool {
    let inst = code.function.insts.get(pc as usize);
    let reads = inst.filter(|inst| matches!(inst.op(), Op::GetProperty | Op::GetMethod));
    let base = reads.and_then(|inst| vm.innermost_registers().get(usize::from(inst.b())));
    base.is_some_and(|base| !base.get().is_object())
}

fn results(status: u64) -> Resume {
    Resume::Return(vec![Const::new(Type::I64, status), Const::new(Type::I64, 0)])
}

/// The value that a register has whose kind compiled code knows.
fn value(vm: &Vm, slot: Const) -> Value {
    match slot.ty() {
        Type::I32 => Value::int(slot.bits() as u32 as i32),
        Type::F64 => Value::number(f64::from_bits(slot.bits())),
        Type::Bool => Value::bool(slot.bits() != 0),
        _ => vm.value_of(slot.bits()),
    }
}

fn status(stepped: Stepped) -> u64 {
    match stepped {
        Stepped::Next => 0,
        Stepped::Gone => runtime::THREW,
        Stepped::Left => runtime::LEFT,
    }
}

/// The word of a new object for a constructor. None where finding its prototype may run anything, and where there is no memory: the
/// interpreter does it then, and throws.
fn create(vm: &Vm, new_target: Value) -> Option<u64> {
    let target = new_target.as_object().filter(|target| target.class() == Class::Function)?;
    let this = vm.ordinary_create_from_constructor(target, Intrinsic::ObjectPrototype, Class::Object).ok()?;
    Some(Value::from(this).bits())
}

/// The runtime functions. Frames are known without being named: code runs for the innermost one.
pub(crate) fn table() -> RuntimeTable {
    let mut table = RuntimeTable::new();
    table.bind_words::<JavaScript, _, _, 2>(runtime::STEP, |vm: &Vm, [_, pc]: [u64; 2]| {
        status(vm.step_through(pc as u32))
    });
    table.bind_words::<JavaScript, _, _, 2>(runtime::POLL, |vm: &Vm, [_, pc]: [u64; 2]| {
        status(vm.poll_at(pc as u32))
    });
    table.bind_words::<JavaScript, _, _, 2>(runtime::CALLED, |vm: &Vm, [came_to, pc]: [u64; 2]| {
        status(vm.finish_called(came_to == runtime::THREW, pc as u32))
    });
    table.bind_words::<JavaScript, _, _, 1>(runtime::WROTE, |vm: &Vm, [object]: [u64; 1]| {
        vm.wrote_word(object);
        0_u64
    });
    table.bind_words::<JavaScript, _, _, 2>(runtime::REMAINDER, |_: &Vm, [x, y]: [u64; 2]| {
        number::remainder(f64::from_bits(x), f64::from_bits(y)).to_bits()
    });
    table.bind_words::<JavaScript, _, _, 3>(
        runtime::IN_PLACE,
        |vm: &Vm, [pc, function, target]: [u64; 3]| {
            vm.push_in_place(pc as u32, vm.value_of(function), vm.value_of(target));
            0_u64
        },
    );
    table.bind_words::<JavaScript, _, _, 1>(runtime::CREATE, |vm: &Vm, [register]: [u64; 1]| {
        let of = vm.innermost_register(register as usize);
        of.and_then(|of| create(vm, of)).unwrap_or(0)
    });
    table.bind_words::<JavaScript, _, _, 1>(runtime::TRUTH, |vm: &Vm, [of]: [u64; 1]| {
        u64::from(vm.value_of(of).to_boolean())
    });
    table.bind_words::<JavaScript, _, _, 2>(runtime::STRICT_EQUAL, |vm: &Vm, [x, y]: [u64; 2]| {
        u64::from(vm.value_of(x).is_strictly_equal(vm.value_of(y)))
    });
    table
        .bind_words::<JavaScript, _, _, 0>(runtime::THROWN, |vm: &Vm, []: [u64; 0]| status(vm.lean_thrown()));
    lean(&mut table);
    table
}

/// The functions that execute one instruction.
fn lean(table: &mut RuntimeTable) {
    macro_rules! bind {
        ($($name:ident $function:ident;)*) => {$(
            table.bind_words::<JavaScript, _, _, 1>(Lean::$name.name(), |vm: &Vm, [pc]: [u64; 1]| {
                vm.$function(pc as u32).bits()
            });
        )*};
    }
    bind! {
        NewObject lean_new_object;
        NewArray lean_new_array;
        Append lean_append;
        Closure lean_closure;
        NewEnv lean_new_env;
        CopyEnv lean_copy_env;
        TypeOf lean_type_of;
        GetProperty lean_get_property;
        SetProperty lean_set_property;
        DefineField lean_define_field;
        GetGlobal lean_get_global;
        SetGlobal lean_set_global;
        GetElement lean_get_element;
        SetElement lean_set_element;
        Add lean_add;
        Text lean_text;
        LooselyEqual lean_loosely_equal;
        InstanceOf lean_instance_of;
        Has lean_has;
        GetPrivate lean_get_private;
        SetPrivate lean_set_private;
        IteratorOpen lean_iterator_open;
        IteratorClose lean_iterator_close;
        Call lean_call;
        Construct lean_construct;
    }
    table.bind_words::<JavaScript, _, _, 1>(Lean::Order.name(), |vm: &Vm, [packed]: [u64; 1]| {
        vm.lean_order(packed as u32, (packed >> 32) as u32).bits()
    });
    table.bind_words::<JavaScript, _, _, 1>(Lean::IteratorNext.name(), |vm: &Vm, [pc]: [u64; 1]| {
        vm.lean_iterator_next(pc as u32).map_or(runtime::DONE, Value::bits)
    });
}
