//! The interpreter as compiled code sees it.

use ir::Type;
use ir::eval::Const;
use ir::interp::{Deopt, GuestFrame};
use jit::engine::FunctionId;
use jit::{Resume, RuntimeTable, SharedGuest};
use sox_lower::{DEAD, runtime};
use sox_rt::{Tag, number};
use sox_vm::{Left, Vm};

/// Compiled code of Sox runs for a [`Vm`].
#[derive(Debug)]
pub(crate) struct Sox;

impl SharedGuest for Sox {
    type Data = Vm;

    fn deopt(vm: &Vm, exit: &Deopt) -> Resume {
        let left =
            |frame: &GuestFrame| Left { code: frame.code, pc: frame.offset, words: words(&frame.slots) };
        let frames: Vec<Left> = exit.frames.iter().map(left).collect();
        results(vm.tier_deopt(&frames, exit.reason.0))
    }

    fn interpret(vm: &Vm, _: FunctionId, args: &[u64]) -> Option<Resume> {
        let &[frame, regs, closure] = args else { return None };
        Some(results(vm.tier_interpret(frame, regs, closure)))
    }
}

fn results(words: [u64; 2]) -> Resume {
    Resume::Return(words.iter().map(|word| Const::new(Type::I64, *word)).collect())
}

/// The words of a frame state: those of the frame, then a tag and a payload for each register.
fn words(slots: &[Option<Const>]) -> Vec<u64> {
    let word = |slot: Option<Const>| slot.map_or(u64::MAX, |value| value.bits());
    let (frame, registers) = slots.split_at(slots.len().min(4));
    let mut words: Vec<u64> = frame.iter().map(|slot| word(*slot)).collect();
    for pair in registers.chunks(2) {
        let tag = pair.first().copied().flatten().map_or(DEAD, |tag| tag.bits());
        let (tag, payload) = match pair.get(1).copied().flatten() {
            None => (tag, 0),
            Some(value) => match value.ty() {
                // These are unboxed.
                Type::Bool => (if value.bits() == 0 { Tag::False } else { Tag::True } as u64, 0),
                Type::I32 => (tag, f64::from(value.bits() as u32 as i32).to_bits()),
                _ => (tag, value.bits()),
            },
        };
        words.extend([tag, payload]);
    }
    words
}

/// The runtime functions.
pub(crate) fn table() -> RuntimeTable {
    let mut table = RuntimeTable::new();
    table.bind_words::<Sox, _, _, 2>(runtime::STEP, |vm: &Vm, [frame, pc]: [u64; 2]| vm.tier_step(frame, pc));
    table.bind_words::<Sox, _, _, 3>(runtime::CALL, |vm: &Vm, [frame, regs, closure]: [u64; 3]| {
        vm.tier_interpret(frame, regs, closure)
    });
    table.bind_words::<Sox, _, _, 2>(runtime::POLL, |vm: &Vm, [frame, pc]: [u64; 2]| vm.tier_poll(frame, pc));
    table.bind_words::<Sox, _, _, 3>(runtime::INSTANCE, |vm: &Vm, [frame, pc, class]: [u64; 3]| {
        vm.tier_instance(frame, pc, class)
    });
    table.bind_words::<Sox, _, _, 1>(runtime::WROTE, |vm: &Vm, [object]: [u64; 1]| {
        vm.tier_wrote(object);
        0_u64
    });
    table.bind_words::<Sox, _, _, 2>(runtime::REMAINDER, |_: &Vm, [x, y]: [u64; 2]| {
        number::remainder(f64::from_bits(x), f64::from_bits(y)).to_bits()
    });
    table
}
