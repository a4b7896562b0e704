//! The machine as compiled code sees it.

use dis_vm::Vm;
use dis_vm::tier::{KIND, LEFT, Slot};
use ir::Type;
use ir::eval::Const;
use ir::interp::Deopt;
use jit::engine::FunctionId;
use jit::{Lent, Resume, RuntimeTable, SharedGuest};

/// Compiled code of Dis runs for a [`Vm`].
#[derive(Debug)]
pub(crate) struct Dis;

impl SharedGuest for Dis {
    type Data = Lent<Vm>;

    /// Puts slots of the frame where the interpreter finds them, and says which frames there are. The state has the frame, the quantum
    /// with the instructions that it does not count yet, where the frame's record is, how many are being filled, the top of the stack, how
    /// many of them have no record, and pairs: number and type of each of these, and where it is; offset and kind of a slot, and
    /// what it holds.
    fn deopt(vm: &Lent<Vm>, exit: &Deopt) -> Resume {
        let Some(left) = exit.frames.first() else { return results([0, 0]) };
        let bits = |index: usize| left.slots.get(index).copied().flatten().map_or(0, |value| value.bits());
        let frame = bits(0);
        vm.with(|vm| {
            vm.tier_frames(bits(3), bits(4), bits(5));
            let first = 7 + 2 * bits(6) as usize;
            for index in (7..first).step_by(2) {
                let which = bits(index);
                vm.tier_filling(bits(3), 1 + (which >> 32) as u32, which as u32, bits(index + 1));
            }
            for index in (first..left.slots.len().saturating_sub(1)).step_by(2) {
                let slot = bits(index);
                vm.tier_restore(frame + (slot >> 8), kind(slot as u8), bits(index + 1));
            }
            vm.tier_note(left.offset, exit.reason.0);
        });
        results([LEFT << KIND | u64::from(left.offset), bits(1).wrapping_sub(bits(2))])
    }

    /// A function was called that has no code.
    fn interpret(vm: &Lent<Vm>, id: FunctionId, args: &[u64]) -> Option<Resume> {
        let &[frame, quantum, own, ..] = args else { return None };
        let call = |vm: &mut Vm| vm.tier_begin(id.0).map(|pc| vm.tier_call(own, frame, pc, quantum));
        vm.with(call).flatten().map(results)
    }
}

fn kind(number: u8) -> Slot {
    let all = [Slot::Byte, Slot::Word, Slot::Reference, Slot::Big, Slot::Real];
    all.into_iter().find(|slot| *slot as u8 == number).unwrap_or(Slot::Word)
}

fn results(words: [u64; 2]) -> Resume {
    Resume::Return(words.iter().map(|word| Const::new(Type::I64, *word)).collect())
}

/// The runtime function.
pub(crate) fn table() -> RuntimeTable {
    let mut table = RuntimeTable::new();
    table.bind_words::<Dis, _, _, 2>(dis_lower::STEP, |vm: &Lent<Vm>, [pc, quantum]: [u64; 2]| {
        vm.with(|vm| vm.tier_step(pc, quantum)).unwrap_or([LEFT << KIND | pc, quantum])
    });
    table.bind_words::<Dis, _, _, 1>(dis_lower::TURN, |vm: &Lent<Vm>, [quantum]: [u64; 1]| {
        vm.with(|vm| vm.tier_turn(quantum)).unwrap_or(quantum)
    });
    table.bind_words::<Dis, _, _, 1>(dis_lower::RELEASE, |vm: &Lent<Vm>, [reference]: [u64; 1]| {
        vm.with(|vm| vm.tier_release(reference));
        reference
    });
    table
}
