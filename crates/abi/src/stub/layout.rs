//! Where a stub keeps what inside its own stack area.

use super::StubError;
use crate::convention::Abi;
use crate::plan::{Plan, ResultPlan};

/// The largest stack area, frame or alignment a stub is emitted for, in bytes; larger ones could not be addressed
/// with the displacements the instructions have, and no thread's stack would hold them.
pub(super) const MAX_AREA: u32 = 1 << 28;

/// The stack area of one stub.
///
/// From the frame pointer downwards: the saved result pointer, registers saved for the caller, and (after the
/// stack pointer was aligned) from the stack pointer upwards: what the callee expects there, the frame, the result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    /// Bytes the stack pointer is lowered by, a multiple of 16; aligning lowers it further.
    pub(super) size: u32,
    /// Alignment of the stack pointer, at least 16.
    pub(super) align: u32,
    /// Where the result pointer is kept across the call, from the frame pointer.
    pub(super) pointer: Option<i32>,
    /// Integer registers to preserve and where, from the frame pointer.
    pub(super) saved_int: Vec<(u8, i32)>,
    /// Vector registers to preserve (all 128 bits) and where, from the frame pointer.
    pub(super) saved_vec: Vec<(u8, i32)>,
    /// Bytes at the stack pointer that belong to the callee: stack arguments, shadow space.
    pub(super) outgoing: u32,
    /// Callbacks: where the frame is, from the stack pointer.
    pub(super) frame: u32,
    /// Callbacks: where the result buffer is, from the stack pointer.
    pub(super) result: u32,
}

impl Layout {
    /// The stack area of a call stub: code called as `host` that calls with `plan`.
    pub(super) fn for_call(plan: &Plan, host: Abi) -> Result<Layout, StubError> {
        let mut layout =
            Layout { outgoing: plan.stack_size, align: plan.stack_align.max(16), ..Layout::default() };
        limit("stack arguments", plan.stack_size)?;
        limit("frame", plan.frame_size)?;
        limit("alignment of the stack arguments", plan.stack_align)?;
        let keep_pointer = matches!(plan.result, ResultPlan::Registers(_));
        let saved = layout.save(keep_pointer, host, plan.abi);
        layout.size = saved + align_up(plan.stack_size, 16);
        Ok(layout)
    }

    /// The stack area of a callback adaptor: code called with `plan` that calls a handler as `host`.
    pub(super) fn for_callback(plan: &Plan, host: Abi) -> Result<Layout, StubError> {
        let result = plan.result_slot.unwrap_or(crate::plan::Slot { offset: 0, size: 0, align: 1 });
        limit("frame", plan.frame_size)?;
        limit("alignment of the frame", plan.frame_align)?;
        limit("stack arguments", plan.stack_size)?;
        limit("result", result.size)?;
        limit("alignment of the result", result.align)?;

        let in_memory = matches!(plan.result, ResultPlan::Memory { .. });
        let result_align = if in_memory { 16 } else { result.align.max(16) };
        // A handler may write a whole word for a narrow or missing result.
        let result_size = if in_memory { 0 } else { align_up(result.size.max(16), 16) };
        let mut layout = Layout {
            outgoing: host.shadow_space(),
            align: plan.frame_align.max(result_align),
            frame: align_up(host.shadow_space(), plan.frame_align.max(16)),
            ..Layout::default()
        };
        layout.result = align_up(layout.frame + plan.frame_size, result_align);
        let saved = layout.save(in_memory, plan.abi, host);
        layout.size = saved + align_up(layout.result + result_size, 16);
        Ok(layout)
    }

    /// Lays out what is addressed from the frame pointer: the result pointer, and the registers that `caller`
    /// expects back and `callee` does not preserve. Returns the bytes used, a multiple of 16.
    fn save(&mut self, pointer: bool, caller: Abi, callee: Abi) -> u32 {
        let mut used = 0;
        let mut take = |bytes: u32| {
            used += bytes;
            -(used as i32)
        };
        if pointer {
            self.pointer = Some(take(8));
        }
        for &reg in caller.int_callee_saved().iter().filter(|r| !callee.int_callee_saved().contains(r)) {
            self.saved_int.push((reg, take(8)));
        }
        let pad = (self.saved_int.len() as u32 + u32::from(pointer)) % 2 * 8;
        take(pad);
        for &reg in caller.vec_callee_saved().iter().filter(|r| !callee.vec_callee_saved().contains(r)) {
            self.saved_vec.push((reg, take(16)));
        }
        used
    }
}

fn limit(what: &'static str, bytes: u32) -> Result<(), StubError> {
    if bytes > MAX_AREA { Err(StubError::TooLarge { what, bytes, limit: MAX_AREA }) } else { Ok(()) }
}

/// `n` rounded up to a multiple of `align`, a power of two; both at most [`MAX_AREA`] or a small sum of such.
pub(super) fn align_up(n: u32, align: u32) -> u32 {
    (n + align - 1) & !(align - 1)
}

#[cfg(test)]
mod tests {
    use super::{Layout, MAX_AREA, align_up};
    use crate::convention::Abi;
    use crate::plan::{Move, Place, Plan, ResultPlan, Slot};
    use crate::signature::Signature;
    use crate::stub::{StubError, emit_call, emit_callback};

    /// A plan with the given extents and no moves.
    fn plan(abi: Abi, frame: (u32, u32), stack: (u32, u32), result: ResultPlan, slot: Slot) -> Plan {
        Plan {
            abi,
            signature: Signature::new([], None),
            slots: Vec::new(),
            frame_size: align_up(frame.0, frame.1),
            frame_align: frame.1,
            args: Vec::new(),
            stack_size: align_up(stack.0, 16),
            stack_align: stack.1,
            result_slot: Some(slot),
            result,
            vector_count: None,
        }
    }

    /// The areas as byte ranges from the frame pointer down, for a frame pointer of `distance` and a stack pointer of 0.
    fn areas(layout: &Layout, distance: u32, frame: u32, result: u32) -> Vec<(&'static str, i64, i64)> {
        let from_fp = |at: i32, size: i64| (i64::from(distance) + i64::from(at), size);
        let mut areas = vec![
            ("outgoing", 0, i64::from(layout.outgoing)),
            ("frame", layout.frame.into(), frame.into()),
            ("result", layout.result.into(), result.into()),
        ];
        areas.extend(layout.pointer.map(|at| from_fp(at, 8)).map(|(at, size)| ("pointer", at, size)));
        areas.extend(
            layout.saved_int.iter().map(|s| from_fp(s.1, 8)).map(|(at, size)| ("saved int", at, size)),
        );
        areas.extend(
            layout.saved_vec.iter().map(|s| from_fp(s.1, 16)).map(|(at, size)| ("saved vec", at, size)),
        );
        areas.retain(|area| area.2 > 0);
        areas
    }

    #[test]
    fn no_two_areas_of_a_stub_overlap() {
        let results = || {
            let pointer = Place::Int(0);
            [
                ResultPlan::Nothing,
                ResultPlan::Registers(vec![]),
                ResultPlan::Memory { pointer, returned: true },
            ]
        };
        let mut seen = 0;
        for (abi, host) in
            Abi::ALL.iter().flat_map(|a| Abi::ALL.map(|h| (*a, h))).filter(|(a, h)| a.arch() == h.arch())
        {
            for frame in [(0, 16), (16, 16), (4096, 64), (96, 32), (1 << 20, 4096)] {
                for (result, size, align) in results()
                    .into_iter()
                    .flat_map(|r| [(0, 1), (3, 1), (64, 16), (128, 64)].map(|s| (r.clone(), s.0, s.1)))
                {
                    let slot = Slot { offset: 0, size, align };
                    let in_memory = matches!(result, ResultPlan::Memory { .. });
                    let plan = plan(abi, frame, (frame.0 + 8, frame.1), result, slot);
                    let call = Layout::for_call(&plan, host).expect("small enough");
                    disjoint(&areas(&call, call.size, 0, 0), call.size);
                    let callback = Layout::for_callback(&plan, host).expect("small enough");
                    let result = if in_memory { 0 } else { align_up(size.max(16), 16) };
                    disjoint(&areas(&callback, callback.size, plan.frame_size, result), callback.size);
                    assert_eq!(callback.frame % plan.frame_align, 0);
                    assert!(in_memory || callback.result.is_multiple_of(align));
                    assert!(callback.align >= plan.frame_align && call.align >= plan.stack_align);
                    seen += 1;
                }
            }
        }
        assert_eq!(seen, 13 * 5 * 12);
    }

    fn disjoint(areas: &[(&str, i64, i64)], size: u32) {
        for (i, a) in areas.iter().enumerate() {
            assert!(a.1 >= 0 && a.1 + a.2 <= size.into(), "{a:?} outside of {size} bytes");
            for b in &areas[i + 1..] {
                assert!(a.1 + a.2 <= b.1 || b.1 + b.2 <= a.1, "{a:?} and {b:?} overlap");
            }
        }
    }

    #[test]
    fn what_cannot_be_addressed_is_refused() {
        let slot = Slot { offset: 0, size: 8, align: 8 };
        let huge = plan(Abi::HOST, (MAX_AREA + 16, 16), (0, 16), ResultPlan::Nothing, slot);
        assert!(matches!(emit_call(&huge, Abi::HOST), Err(StubError::TooLarge { what: "frame", .. })));
        assert!(matches!(emit_callback(&huge, Abi::HOST), Err(StubError::TooLarge { what: "frame", .. })));
        let huge = plan(Abi::HOST, (16, 16), (MAX_AREA + 16, 16), ResultPlan::Nothing, slot);
        assert!(matches!(
            emit_call(&huge, Abi::HOST),
            Err(StubError::TooLarge { what: "stack arguments", .. })
        ));
    }

    #[test]
    fn the_largest_areas_assemble_on_every_host() {
        for abi in Abi::ALL {
            let slot = Slot { offset: 0, size: MAX_AREA, align: MAX_AREA };
            let mut large = plan(abi, (MAX_AREA, MAX_AREA), (MAX_AREA, MAX_AREA), ResultPlan::Nothing, slot);
            let size = MAX_AREA - 64;
            large.args = vec![
                Move::Block { arg: 0, offset: 0, size, stack: 0 },
                Move::Block { arg: 0, offset: size, size: 64, stack: size },
                Move::Address { arg: 0, offset: size, size: 3, place: Place::Int(0) },
            ];
            for host in Abi::ALL.into_iter().filter(|h| h.arch() == abi.arch()) {
                emit_call(&large, host).expect("within the limits");
                emit_callback(&large, host).expect("within the limits");
            }
        }
    }
}
