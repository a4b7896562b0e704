//! System V AMD64: section 3.2.3 of the psABI, "Parameter Passing".

use super::{Arg, Bound, Moves, Value, result_piece};
use crate::convention::Abi;
use crate::layout::{Leaf, LeafKind};
use crate::plan::{Extend, Place, ResultPlan};
use crate::types::Scalar;

/// The psABI's classes, as far as our types reach them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// The psABI's NO_CLASS: padding.
    Empty,
    Integer,
    Sse,
    SseUp,
}

impl Class {
    /// The psABI's merging rule for two fields in one eightbyte.
    fn merge(self, other: Class) -> Class {
        match (self, other) {
            (a, b) if a == b => a,
            (Class::Empty, c) | (c, Class::Empty) => c,
            (Class::Integer, _) | (_, Class::Integer) => Class::Integer,
            _ => Class::Sse,
        }
    }
}

/// A vector of one double. The psABI does not speak of it; gcc and clang agree on memory.
fn is_lone_double(leaf: &Leaf) -> bool {
    leaf.kind == LeafKind::Vector && leaf.size == 8 && leaf.scalar == Scalar::F64
}

/// The classes of a value's eightbytes; `None` is MEMORY.
fn classify(value: &Value<'_>) -> Option<[Class; 2]> {
    if value.size() > 16 {
        return None;
    }
    let mut classes = [Class::Empty; 2];
    for leaf in &value.leaves {
        if leaf.offset % leaf.natural_align() != 0 || is_lone_double(leaf) {
            return None;
        }
        let first = (leaf.offset / 8) as usize;
        let (low, high) = match leaf.kind {
            LeafKind::Int => (Class::Integer, Class::Integer),
            LeafKind::Float => (Class::Sse, Class::Sse),
            LeafKind::Vector => (Class::Sse, Class::SseUp),
        };
        classes[first] = classes[first].merge(low);
        if leaf.size == 16 {
            classes[1] = classes[1].merge(high);
        }
    }
    if classes[1] == Class::SseUp && classes[0] != Class::Sse {
        classes[1] = Class::Sse;
    }
    Some(classes)
}

/// One register's worth of a classified value.
struct Piece {
    skip: u32,
    size: u32,
    vector: bool,
}

/// The register pieces of a value; eightbytes that are all padding have none.
fn pieces(value: &Value<'_>, classes: [Class; 2]) -> Vec<Piece> {
    let size = value.size();
    let mut out = Vec::with_capacity(2);
    for (i, class) in classes.into_iter().enumerate() {
        let skip = 8 * i as u32;
        let vector = class == Class::Sse;
        let width = if vector && i == 0 && classes[1] == Class::SseUp { 16 } else { 8 };
        if matches!(class, Class::Integer | Class::Sse) {
            out.push(Piece { skip, size: (size - skip).min(width), vector });
        }
    }
    out
}

pub(super) fn bind(args: &[Arg<'_>], result: Option<&Value<'_>>, variadic: bool) -> Bound {
    let mut state = State { moves: Moves::new(0), ints: 0, vecs: 0 };
    let result = bind_result(result, &mut state);
    for arg in args {
        state.place(arg);
    }
    let vector_count = variadic.then_some(state.vecs);
    Bound { moves: state.moves, result, vector_count }
}

struct State {
    moves: Moves,
    ints: u8,
    vecs: u8,
}

impl State {
    fn place(&mut self, arg: &Arg<'_>) {
        let value = &arg.value;
        if value.is_empty() {
            return;
        }
        if let Some(classes) = classify(value) {
            let pieces = pieces(value, classes);
            let vecs = pieces.iter().filter(|p| p.vector).count() as u8;
            let ints = pieces.len() as u8 - vecs;
            let int_regs = Abi::SysvX64.int_args().len() as u8;
            if self.ints + ints <= int_regs && self.vecs + vecs <= Abi::SysvX64.vec_args() {
                self.in_registers(arg, &pieces);
                return;
            }
        }
        self.moves.on_stack(arg, value.size().next_multiple_of(8), value.layout.align.max(8));
    }

    fn in_registers(&mut self, arg: &Arg<'_>, pieces: &[Piece]) {
        for piece in pieces {
            let (place, extend) = if piece.vector {
                self.vecs += 1;
                (Place::Vec(self.vecs - 1), Extend::None)
            } else {
                self.ints += 1;
                (Place::Int(self.ints - 1), arg.value.extend())
            };
            self.moves.piece(arg, piece.skip, piece.size, extend, place);
        }
    }
}

fn bind_result(result: Option<&Value<'_>>, state: &mut State) -> ResultPlan {
    let Some(value) = result.filter(|v| !v.is_empty()) else { return ResultPlan::Nothing };
    let Some(classes) = classify(value) else {
        state.ints = 1;
        return ResultPlan::Memory { pointer: Place::Int(0), returned: true };
    };
    let (mut ints, mut vecs) = (0, 0);
    let moves = pieces(value, classes).into_iter().map(|piece| {
        if piece.vector {
            vecs += 1;
            result_piece(piece.skip, piece.size, Extend::None, Place::Vec(vecs - 1))
        } else {
            ints += 1;
            result_piece(piece.skip, piece.size, value.extend(), Place::Int(ints - 1))
        }
    });
    ResultPlan::Registers(moves.collect())
}
