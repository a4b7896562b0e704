//! Checks a binding plan against what every plan must be, whatever the convention: for tests, fuzzing and plans made by hand.
//!
//! The classifiers say *where* things go; that C compilers agree is shown by the `abi-check` example. This module says
//! what no right answer can look like: two values in one register, a byte that nobody carries, a step outside its slot.

use crate::convention::Abi;
use crate::layout::{Layout, leaves};
use crate::plan::{Extend, Move, Place, Plan, ResultPlan, Slot};
use crate::types::Type;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

/// What is wrong with a plan. Steps count from 0 in [`Plan::args`] or in the result's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanFault {
    /// A size, alignment or count that concerns the plan as a whole.
    Whole(&'static str),
    /// An argument's slot in the frame.
    Slot {
        /// Index of the argument.
        arg: usize,
        /// What is wrong with its slot.
        why: &'static str,
    },
    /// One step by itself.
    Step {
        /// Which one.
        step: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Two steps use one register or the same bytes of the stack.
    Shared {
        /// The step that comes first at the place.
        first: usize,
        /// The one that gets in its way.
        second: usize,
    },
    /// A byte of an argument or of the result (`None`) that no step carries, or several do.
    Byte {
        /// Index of the argument, `None` for the result.
        arg: Option<usize>,
        /// Byte offset in its type.
        byte: u32,
        /// Whether it is left out or carried twice.
        why: &'static str,
    },
}

impl fmt::Display for PlanFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlanFault::Whole(why) => f.write_str(why),
            PlanFault::Slot { arg, why } => write!(f, "slot of argument {arg}: {why}"),
            PlanFault::Step { step, why } => write!(f, "step {step}: {why}"),
            PlanFault::Shared { first, second } => write!(f, "steps {first} and {second} share a place"),
            PlanFault::Byte { arg: Some(arg), byte, why } => write!(f, "byte {byte} of argument {arg} {why}"),
            PlanFault::Byte { arg: None, byte, why } => write!(f, "byte {byte} of the result {why}"),
        }
    }
}

impl std::error::Error for PlanFault {}

/// Checks the invariants that hold for every plan.
///
/// # Errors
/// The first fault found. None comes from a plan that [`Plan::new`] made.
pub fn check(plan: &Plan) -> Result<(), PlanFault> {
    frame(plan)?;
    stack(plan)?;
    for (step, action) in plan.args.iter().enumerate() {
        one_step(plan, step, action)?;
    }
    places(plan)?;
    for arg in 0..plan.slots.len() {
        argument(plan, arg)?;
    }
    result(plan)?;
    let vectors = plan.args.iter().filter(|step| matches!(step, Move::Value { place: Place::Vec(_), .. }));
    let expected = (plan.abi == Abi::SysvX64 && plan.signature.is_variadic()).then(|| vectors.count());
    ensure(plan.vector_count.map(usize::from) == expected, || {
        PlanFault::Whole("the number of vector registers is not the one al is to hold")
    })
}

fn ensure(holds: bool, fault: impl FnOnce() -> PlanFault) -> Result<(), PlanFault> {
    if holds { Ok(()) } else { Err(fault()) }
}

/// Slots lie in order, aligned, apart, and inside the frame.
fn frame(plan: &Plan) -> Result<(), PlanFault> {
    ensure(plan.slots.len() == plan.signature.params.len(), || {
        PlanFault::Whole("not every parameter has a slot")
    })?;
    ensure(plan.frame_align.is_power_of_two() && plan.frame_align >= 16, || {
        PlanFault::Whole("the frame's alignment is not a power of two of at least 16")
    })?;
    ensure(plan.frame_size.is_multiple_of(plan.frame_align), || {
        PlanFault::Whole("the frame's size is no multiple of its alignment")
    })?;
    let mut end = 0;
    for (arg, slot) in plan.slots.iter().enumerate() {
        let fault = |why| move || PlanFault::Slot { arg, why };
        ensure(slot.align.is_power_of_two(), fault("alignment is not a power of two"))?;
        ensure(slot.align <= plan.frame_align, fault("aligned to more than the frame is"))?;
        ensure(slot.offset.is_multiple_of(slot.align.max(8)), fault("not aligned"))?;
        ensure(slot.offset >= end, fault("overlaps the one before"))?;
        end = slot.offset.saturating_add(slot.size.next_multiple_of(8));
        ensure(end <= plan.frame_size, fault("reaches past the frame"))?;
    }
    Ok(())
}

fn stack(plan: &Plan) -> Result<(), PlanFault> {
    ensure(plan.stack_size.is_multiple_of(16), || {
        PlanFault::Whole("the stack area's size is no multiple of 16")
    })?;
    ensure(plan.stack_align.is_power_of_two() && plan.stack_align >= 16, || {
        PlanFault::Whole("the stack's alignment is not a power of two of at least 16")
    })?;
    ensure(plan.stack_size >= plan.abi.shadow_space(), || PlanFault::Whole("no room for the shadow space"))
}

/// Which argument a step belongs to and which frame bytes it is about.
fn subject(action: &Move) -> (usize, Range<u32>) {
    match *action {
        Move::Value { arg, offset, size, .. } => (arg.into(), offset..offset.saturating_add(size.into())),
        Move::Block { arg, offset, size, .. } | Move::Address { arg, offset, size, .. } => {
            (arg.into(), offset..offset.saturating_add(size))
        }
    }
}

fn one_step(plan: &Plan, step: usize, action: &Move) -> Result<(), PlanFault> {
    let fault = |why| move || PlanFault::Step { step, why };
    let (arg, bytes) = subject(action);
    let Some(slot) = plan.slots.get(arg) else { return Err(fault("no such argument")()) };
    let inside = slot.offset <= bytes.start && bytes.end <= slot.offset.saturating_add(slot.size);
    ensure(inside && !bytes.is_empty(), fault("outside its argument's slot"))?;
    match *action {
        Move::Value { size, place, extend, .. } => {
            let widest = if matches!(place, Place::Vec(_)) { 16 } else { 8 };
            ensure(size <= widest, fault("more bytes than the place holds"))?;
            ensure(extend == Extend::None || size < 8, fault("extends what is already 8 bytes"))?;
            let registers = (plan.abi.int_args().len(), plan.abi.vec_args().into());
            ensure(exists(place, registers, true), fault("no such place for an argument"))?;
        }
        Move::Block { .. } => {
            ensure(bytes == whole(slot), fault("a block that is not the whole argument"))?;
        }
        Move::Address { place, .. } => {
            let registers = (plan.abi.int_args().len(), 0);
            ensure(exists(place, registers, true), fault("no such place for an address"))?;
            ensure(bytes == whole(slot), fault("an address that is not the whole argument's"))?;
        }
    }
    if let Some(area) = stack_bytes(action) {
        ensure(area.start >= plan.abi.shadow_space(), fault("in the shadow space"))?;
        ensure(area.end <= plan.stack_size, fault("past the stack area"))?;
        ensure(stack_aligned(plan, slot, action, area.start), fault("misaligned on the stack"))?;
    }
    Ok(())
}

fn whole(slot: &Slot) -> Range<u32> {
    slot.offset..slot.offset.saturating_add(slot.size)
}

/// Whether a place exists among so many integer and vector registers, and on the stack if that is allowed.
fn exists(place: Place, (ints, vecs): (usize, usize), stack: bool) -> bool {
    match place {
        Place::Int(i) => usize::from(i) < ints,
        Place::Vec(i) => usize::from(i) < vecs,
        Place::Stack(_) => stack,
        Place::ResultPointer => false,
    }
}

/// Darwin packs stack arguments; elsewhere each starts at a multiple of 8. System V keeps over-aligned records aligned.
fn stack_aligned(plan: &Plan, slot: &Slot, action: &Move, start: u32) -> bool {
    let first = subject(action).1.start == slot.offset;
    match (plan.abi, action) {
        (Abi::SysvX64, Move::Block { .. }) => {
            start.is_multiple_of(slot.align.max(8)) && slot.align <= plan.stack_align
        }
        (Abi::DarwinArm64, Move::Value { size, .. }) => {
            start.is_multiple_of(u32::from(*size).next_power_of_two().min(8).min(slot.align))
        }
        // Homogeneous aggregates are packed too.
        (Abi::DarwinArm64, Move::Block { .. }) => start.is_multiple_of(slot.align.min(8)),
        _ => !first || start.is_multiple_of(8),
    }
}

/// The stack bytes that a step uses, when it does.
fn stack_bytes(action: &Move) -> Option<Range<u32>> {
    let (start, size) = match *action {
        Move::Value { place: Place::Stack(at), size, extend: Extend::None, .. } => (at, size.into()),
        Move::Value { place: Place::Stack(at), .. } | Move::Address { place: Place::Stack(at), .. } => {
            (at, 8)
        }
        Move::Block { stack, size, .. } => (stack, size),
        _ => return None,
    };
    Some(start..start.saturating_add(size))
}

/// No two steps use one place, and none uses the one that carries the address of a result in memory.
fn places(plan: &Plan) -> Result<(), PlanFault> {
    let mut registers: HashMap<Place, usize> = HashMap::new();
    let mut areas: Vec<(Range<u32>, usize)> = Vec::new();
    for (second, action) in plan.args.iter().enumerate() {
        if let Move::Value { place, .. } | Move::Address { place, .. } = *action
            && !matches!(place, Place::Stack(_))
            && let Some(first) = registers.insert(place, second)
        {
            return Err(PlanFault::Shared { first, second });
        }
        areas.extend(stack_bytes(action).map(|area| (area, second)));
    }
    if let ResultPlan::Memory { pointer, .. } = plan.result {
        let wanted = match plan.abi {
            Abi::SysvX64 | Abi::Win64 => Place::Int(0),
            Abi::Aapcs64 | Abi::DarwinArm64 | Abi::WindowsArm64 => Place::ResultPointer,
        };
        ensure(pointer == wanted && !registers.contains_key(&pointer), || {
            PlanFault::Whole("the result's address has no place of its own")
        })?;
    }
    areas.sort_by_key(|(area, _)| area.start);
    for pair in areas.windows(2) {
        let ((before, first), (after, second)) = (&pair[0], &pair[1]);
        ensure(before.end <= after.start, || PlanFault::Shared { first: *first, second: *second })?;
    }
    Ok(())
}

/// Every meaningful byte of the argument is carried once; Win64's unnamed floating-point values twice, on purpose.
fn argument(plan: &Plan, arg: usize) -> Result<(), PlanFault> {
    let slot = &plan.slots[arg];
    let mut carried = Vec::new();
    for action in plan.args.iter().filter(|action| subject(action).0 == arg) {
        let copy = plan.abi == Abi::Win64
            && plan.signature.is_unnamed(arg)
            && matches!(action, Move::Value { place: Place::Int(i), .. } if twin(plan, arg, *i));
        if !copy {
            let (_, bytes) = subject(action);
            carried.push(bytes.start - slot.offset..bytes.end - slot.offset);
        }
    }
    coverage(&plan.signature.params[arg], plan.abi, carried, Some(arg))
}

/// Whether the argument is in the vector register of this number too.
fn twin(plan: &Plan, wanted: usize, register: u8) -> bool {
    let here = Place::Vec(register);
    plan.args.iter().any(|step| matches!(step, Move::Value { arg, place, .. } if usize::from(*arg) == wanted && *place == here))
}

fn result(plan: &Plan) -> Result<(), PlanFault> {
    let Some(ty) = &plan.signature.result else {
        let nothing = plan.result == ResultPlan::Nothing && plan.result_slot.is_none();
        return ensure(nothing, || PlanFault::Whole("a result where there is none"));
    };
    let Some(slot) = plan.result_slot else {
        return Err(PlanFault::Whole("the result has no slot"));
    };
    let moves = match &plan.result {
        ResultPlan::Memory { .. } => return Ok(()),
        ResultPlan::Nothing => &[][..],
        ResultPlan::Registers(moves) => moves,
    };
    let mut used = HashMap::new();
    let mut carried = Vec::new();
    for (step, action) in moves.iter().enumerate() {
        let fault = |why| move || PlanFault::Step { step, why };
        let Move::Value { arg: 0, offset, size, place, .. } = *action else {
            return Err(fault("a result comes in registers only as values")());
        };
        let registers = (plan.abi.int_results().len(), plan.abi.vec_results().into());
        ensure(exists(place, registers, false), fault("no such place for a result"))?;
        let widest = if matches!(place, Place::Vec(_)) { 16 } else { 8 };
        ensure((1..=widest).contains(&size), fault("more bytes than the place holds, or none"))?;
        let bytes = offset..offset.saturating_add(size.into());
        ensure(bytes.end <= slot.size, fault("outside the result"))?;
        if let Some(first) = used.insert(place, step) {
            return Err(PlanFault::Shared { first, second: step });
        }
        carried.push(bytes);
    }
    coverage(ty, plan.abi, carried, None)
}

/// The carried ranges do not overlap and contain every fundamental type inside `ty`.
fn coverage(ty: &Type, abi: Abi, mut carried: Vec<Range<u32>>, arg: Option<usize>) -> Result<(), PlanFault> {
    carried.sort_by_key(|bytes| bytes.start);
    let twice = carried.windows(2).find(|pair| pair[0].end > pair[1].start);
    if let Some(pair) = twice {
        return Err(PlanFault::Byte { arg, byte: pair[1].start, why: "is carried twice" });
    }
    // Types in memory are carried whole, and may have more members than anybody wants to look at one by one.
    let size = Layout::of(ty, abi).map_err(|_| PlanFault::Whole("a type that cannot be laid out"))?.size;
    if carried.first() == Some(&(0..size)) {
        return Ok(());
    }
    let leaves =
        leaves(ty, abi).map_err(|_| PlanFault::Whole("a type in pieces that has too many members"))?;
    for leaf in leaves {
        // Pieces may meet inside a fundamental type: 16-byte integers travel in two registers.
        let mut byte = leaf.offset;
        let end = leaf.offset + leaf.size;
        while byte < end {
            let at = carried.partition_point(|bytes| bytes.end <= byte);
            match carried.get(at) {
                Some(bytes) if bytes.contains(&byte) => byte = bytes.end,
                _ => return Err(PlanFault::Byte { arg, byte, why: "is not carried" }),
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::Signature;
    use crate::types::Scalar;

    fn plan(abi: Abi) -> Plan {
        let pair = Type::structure([Scalar::I64.into(), Scalar::F64.into()]);
        let large = Type::structure([Type::array(Scalar::I32.into(), 9)]);
        let params =
            [pair.clone(), Scalar::I8.into(), large, Scalar::I128.into(), pair.clone(), pair.clone()];
        Plan::new(abi, &Signature::new(params, Some(pair))).unwrap()
    }

    fn broken(abi: Abi, break_it: impl FnOnce(&mut Plan)) -> PlanFault {
        let mut plan = plan(abi);
        break_it(&mut plan);
        check(&plan).expect_err("the fault goes unnoticed")
    }

    #[test]
    fn plans_from_the_classifiers_are_sound() {
        for abi in Abi::ALL {
            assert_eq!(check(&plan(abi)), Ok(()), "{abi}");
            let unnamed = [Scalar::Ptr.into(), Scalar::F64.into(), Scalar::I128.into(), Scalar::F64.into()];
            let variadic = Signature::variadic(unnamed, 1, Some(Scalar::I32.into()));
            assert_eq!(check(&Plan::new(abi, &variadic).unwrap()), Ok(()), "{abi}");
        }
    }

    #[test]
    fn a_step_too_few_or_too_many_is_a_fault() {
        for abi in Abi::ALL {
            let missing = broken(abi, |plan| plan.args.clear());
            assert_eq!(missing, PlanFault::Byte { arg: Some(0), byte: 0, why: "is not carried" }, "{abi}");
            let doubled = broken(abi, |plan| plan.args.push(plan.args[0]));
            assert_eq!(doubled, PlanFault::Shared { first: 0, second: plan(abi).args.len() }, "{abi}");
        }
    }

    #[test]
    fn places_that_do_not_exist_or_overlap_are_faults() {
        let stack_step =
            |plan: &Plan| plan.args.iter().position(|s| matches!(s, Move::Block { .. })).unwrap();
        let step = stack_step(&plan(Abi::SysvX64));
        let at = |to: u32| {
            move |plan: &mut Plan| match &mut plan.args[step] {
                Move::Block { stack, .. } => *stack = to,
                other => panic!("{other:?}"),
            }
        };
        let past = PlanFault::Step { step, why: "past the stack area" };
        assert_eq!(broken(Abi::SysvX64, at(4096)), past);
        let odd = PlanFault::Step { step, why: "misaligned on the stack" };
        assert_eq!(broken(Abi::SysvX64, at(4)), odd);
        let register = broken(Abi::Aapcs64, |plan| match &mut plan.args[0] {
            Move::Value { place, .. } => *place = Place::Int(8),
            other => panic!("{other:?}"),
        });
        assert_eq!(register, PlanFault::Step { step: 0, why: "no such place for an argument" });
        let result = broken(Abi::Aapcs64, |plan| plan.result = ResultPlan::Nothing);
        assert_eq!(result, PlanFault::Byte { arg: None, byte: 0, why: "is not carried" });
        let pointer = broken(Abi::SysvX64, |plan| {
            plan.result = ResultPlan::Memory { pointer: Place::Int(0), returned: true };
        });
        assert_eq!(pointer, PlanFault::Whole("the result's address has no place of its own"));
    }

    #[test]
    fn sizes_and_alignments_are_checked() {
        let whole = |break_it: fn(&mut Plan)| matches!(broken(Abi::Win64, break_it), PlanFault::Whole(_));
        assert!(whole(|plan| plan.stack_size = 16));
        assert!(whole(|plan| plan.stack_align = 8));
        assert!(whole(|plan| plan.frame_align = 24));
        assert!(whole(|plan| plan.frame_size += 8));
        assert!(whole(|plan| plan.vector_count = Some(0)));
        let slot = broken(Abi::Win64, |plan| plan.slots[1].offset = 8);
        assert_eq!(slot, PlanFault::Slot { arg: 1, why: "overlaps the one before" });
    }
}
