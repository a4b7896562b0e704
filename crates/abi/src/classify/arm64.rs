//! AAPCS64 section 6.8, and what Apple ("Writing ARM64 code for Apple platforms") and Microsoft ("Overview of ARM64 ABI
//! conventions") change about it.

use super::{Arg, Bound, Moves, Value, integer_result, result_piece};
use crate::convention::Abi;
use crate::layout::LeafKind;
use crate::plan::{Extend, Place, ResultPlan};
use crate::types::{RecordKind, Type};

const REGISTERS: u8 = 8;

/// Where the three conventions differ.
struct Rules {
    /// 16-aligned values start at an even integer register.
    even_pairs: bool,
    /// Alignment that counts is the natural one, without a record's own `aligned` attribute.
    natural_alignment: bool,
    /// Stack arguments take their natural size and alignment instead of 8-byte slots.
    packed_stack: bool,
    /// Unnamed arguments go to the stack only.
    unnamed_on_stack: bool,
    /// A variadic call uses integer registers only, for its named arguments too.
    variadic_in_integers: bool,
}

impl Rules {
    fn of(abi: Abi) -> Rules {
        Rules {
            even_pairs: abi != Abi::DarwinArm64,
            natural_alignment: abi == Abi::Aapcs64,
            packed_stack: abi == Abi::DarwinArm64,
            unnamed_on_stack: abi == Abi::DarwinArm64,
            variadic_in_integers: abi == Abi::WindowsArm64,
        }
    }
}

/// The fundamental type of a homogeneous aggregate and the number of its members.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Homogeneous {
    size: u32,
    count: u8,
}

/// AAPCS64 section 5.9.5: a record of one to four members, all of one floating-point type or all short vectors of one size.
/// Scalars and vectors count as aggregates of one.
fn homogeneous(value: &Value<'_>) -> Option<Homogeneous> {
    let first = *value.leaves.first()?;
    let alike = |leaf: &crate::layout::Leaf| leaf.kind == first.kind && leaf.size == first.size;
    if first.kind == LeafKind::Int || !value.leaves.iter().all(alike) {
        return None;
    }
    let count = members(value.ty)?;
    (count <= 4 && count * first.size == value.size())
        .then_some(Homogeneous { size: first.size, count: count as u8 })
}

/// Number of fundamental members, union members overlapping; `None` when it is out of all bounds.
fn members(ty: &Type) -> Option<u32> {
    match ty {
        Type::Scalar(_) | Type::Vector { .. } => Some(1),
        Type::Array { elem, len } => members(elem)?.checked_mul(*len),
        Type::Record(r) => r.fields.iter().try_fold(0u32, |sum, field| {
            let n = members(&field.ty)?;
            match r.kind {
                RecordKind::Struct => sum.checked_add(n),
                RecordKind::Union => Some(sum.max(n)),
            }
        }),
    }
}

pub(super) fn bind(abi: Abi, args: &[Arg<'_>], result: Option<&Value<'_>>, variadic: bool) -> Bound {
    let mut state = State { rules: Rules::of(abi), moves: Moves::new(0), ngrn: 0, nsrn: 0 };
    let integers_only = variadic && state.rules.variadic_in_integers;
    for arg in args.iter().filter(|a| !a.value.is_empty()) {
        if arg.unnamed && state.rules.unnamed_on_stack {
            state.unnamed_on_stack(arg);
        } else if integers_only {
            state.integers_only(arg);
        } else {
            state.place(arg);
        }
    }
    Bound { moves: state.moves, result: bind_result(result), vector_count: None }
}

/// The counters of AAPCS64 section 6.8.2; the stack offset (NSAA) is in `moves`.
struct State {
    rules: Rules,
    moves: Moves,
    ngrn: u8,
    nsrn: u8,
}

impl State {
    /// Stages C.1 to C.17 for one argument.
    fn place(&mut self, arg: &Arg<'_>) {
        if let Some(h) = homogeneous(&arg.value) {
            self.homogeneous(arg, h);
        } else if arg.value.size() > 16 {
            let place = self.next_word();
            self.moves.address(arg, place);
        } else {
            self.general(arg);
        }
    }

    /// Floating-point and vector scalars and homogeneous aggregates: stages C.1 to C.6.
    fn homogeneous(&mut self, arg: &Arg<'_>, h: Homogeneous) {
        if self.nsrn + h.count <= REGISTERS {
            for i in 0..h.count {
                let place = Place::Vec(self.nsrn + i);
                self.moves.piece(arg, u32::from(i) * h.size, h.size, Extend::None, place);
            }
            self.nsrn += h.count;
            return;
        }
        self.nsrn = REGISTERS;
        let size = arg.value.size();
        if self.rules.packed_stack {
            self.moves.on_stack(arg, size, h.size);
        } else {
            let align = self.stack_align(arg);
            self.moves.on_stack(arg, size.next_multiple_of(8), align);
        }
    }

    /// Integers, pointers and records of up to 16 bytes: stages C.9 to C.17.
    fn general(&mut self, arg: &Arg<'_>) {
        let size = arg.value.size();
        let align = self.stack_align(arg);
        if align == 16 && self.rules.even_pairs {
            self.ngrn = self.ngrn.next_multiple_of(2);
        }
        let words = size.div_ceil(8) as u8;
        if self.ngrn + words <= REGISTERS {
            for i in 0..words {
                let skip = 8 * u32::from(i);
                let place = Place::Int(self.ngrn + i);
                self.moves.piece(arg, skip, (size - skip).min(8), arg.value.extend(), place);
            }
            self.ngrn += words;
            return;
        }
        self.ngrn = REGISTERS;
        if self.rules.packed_stack && !arg.value.is_record() {
            self.moves.on_stack(arg, size, size);
        } else {
            self.moves.on_stack(arg, size.next_multiple_of(8), align);
        }
    }

    /// Alignment of an argument on the stack: 8, or 16 for what is aligned to 16 or more.
    fn stack_align(&self, arg: &Arg<'_>) -> u32 {
        let layout = arg.value.layout;
        let align = if self.rules.natural_alignment { layout.natural_align } else { layout.align };
        if align >= 16 { 16 } else { 8 }
    }

    /// The next integer register, or 8 bytes of stack.
    fn next_word(&mut self) -> Place {
        if self.ngrn < REGISTERS {
            self.ngrn += 1;
            Place::Int(self.ngrn - 1)
        } else {
            Place::Stack(self.moves.push(8, 8))
        }
    }

    /// Apple: arguments of the `...` take 8-byte stack slots, 16-aligned ones start at a multiple of 16.
    fn unnamed_on_stack(&mut self, arg: &Arg<'_>) {
        if arg.value.size() > 16 && homogeneous(&arg.value).is_none() {
            let place = Place::Stack(self.moves.push(8, 8));
            self.moves.address(arg, place);
        } else {
            let align = self.stack_align(arg);
            self.moves.on_stack(arg, arg.value.size().next_multiple_of(8), align);
        }
    }

    /// Microsoft: a variadic call's arguments form one array of words, of which the first eight are in x0 to x7.
    fn integers_only(&mut self, arg: &Arg<'_>) {
        let size = arg.value.size();
        if size > 16 {
            let place = self.next_word();
            self.moves.address(arg, place);
            return;
        }
        if self.stack_align(arg) == 16 {
            if self.ngrn < REGISTERS {
                self.ngrn = self.ngrn.next_multiple_of(2);
            } else {
                self.moves.push(0, 16);
            }
        }
        for i in 0..size.div_ceil(8) {
            let place = self.next_word();
            self.moves.piece(arg, 8 * i, (size - 8 * i).min(8), arg.value.extend(), place);
        }
    }
}

fn bind_result(result: Option<&Value<'_>>) -> ResultPlan {
    let Some(value) = result.filter(|v| !v.is_empty()) else { return ResultPlan::Nothing };
    if let Some(h) = homogeneous(value) {
        let pieces =
            (0..h.count).map(|i| result_piece(u32::from(i) * h.size, h.size, Extend::None, Place::Vec(i)));
        return ResultPlan::Registers(pieces.collect());
    }
    if value.size() > 16 {
        return ResultPlan::Memory { pointer: Place::ResultPointer, returned: false };
    }
    integer_result(value)
}
