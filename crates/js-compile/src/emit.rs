//! Instructions of one function while it is being compiled: labels, constants, caches, handlers, positions.

use js_bytecode::{Callee, Constant, Effect, Handler, Inst, Op, Position, ScopeInfo, Text};
use rustc_hash::FxHashMap;

/// A register.
pub(crate) type Reg = u16;

/// A place to jump to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label(u32);

#[derive(Default)]
struct LabelState {
    at: Option<u32>,
    from: Vec<u32>,
}

/// Instructions whose exceptions go to one handler; code that leaves them is not among them.
#[derive(Default)]
pub(crate) struct Region {
    pieces: Vec<(u32, u32)>,
    start: Option<u32>,
}

/// The instructions of a function.
#[derive(Default)]
pub(crate) struct Emitter {
    pub(crate) insts: Vec<Inst>,
    pub(crate) constants: Vec<Constant>,
    pub(crate) caches: Vec<u32>,
    pub(crate) scopes: Vec<ScopeInfo>,
    pub(crate) handlers: Vec<Handler>,
    pub(crate) positions: Vec<Position>,
    pub(crate) callees: Vec<Callee>,
    /// Offset in the source of what is being compiled.
    pub(crate) position: u32,
    /// Nothing leads to the next instruction: it is left out.
    pub(crate) dead: bool,
    /// Something does not fit.
    pub(crate) too_large: bool,
    labels: Vec<LabelState>,
    strings: FxHashMap<Text, u32>,
    numbers: FxHashMap<u64, u32>,
}

impl Emitter {
    pub(crate) fn here(&self) -> u32 {
        self.insts.len() as u32
    }

    fn push(&mut self, inst: Inst) {
        if self.dead {
            return;
        }
        if self.insts.len() >= Inst::C_MAX as usize {
            self.too_large = true;
            self.insts.clear();
        }
        if inst.op().effect() != Effect::Pure
            && self.positions.last().is_none_or(|p| p.offset != self.position)
        {
            self.positions.push(Position { inst: self.here(), offset: self.position });
        }
        self.insts.push(inst);
        use Op::{
            Jump, Loop, Rethrow, Return, ReturnDerived, ReturnUndefined, Throw, ThrowConst, ThrowError,
        };
        if matches!(
            inst.op(),
            Jump | Loop
                | Return
                | ReturnUndefined
                | ReturnDerived
                | Throw
                | Rethrow
                | ThrowConst
                | ThrowError
        ) {
            self.dead = true;
        }
    }

    /// Notes what the next instruction calls.
    pub(crate) fn callee(&mut self, start: u32, end: u32) {
        if !self.dead {
            self.callees.push(Callee { inst: self.here(), source: (start, end) });
        }
    }

    /// Emits an instruction.
    pub(crate) fn op(&mut self, op: Op, a: Reg, b: u16, c: u32) {
        if c > 0xff_ffff {
            self.too_large = true;
        }
        self.push(Inst::new(op, a, b, c));
    }

    /// Emits an instruction whose C is signed.
    pub(crate) fn signed(&mut self, op: Op, a: Reg, b: u16, c: i32) {
        self.push(Inst::signed(op, a, b, c));
    }

    pub(crate) fn load_int(&mut self, a: Reg, value: i32) {
        self.push(Inst::load_int(a, value));
    }

    /// Moves, unless the two are the same.
    pub(crate) fn mov(&mut self, to: Reg, from: Reg) {
        if to != from {
            self.push(Inst::new(Op::Move, to, from, 0));
        }
    }

    pub(crate) fn label(&mut self) -> Label {
        self.labels.push(LabelState::default());
        Label(self.labels.len() as u32 - 1)
    }

    /// Puts the label here.
    pub(crate) fn bind(&mut self, label: Label) {
        let here = self.here();
        let Some(state) = self.labels.get_mut(label.0 as usize) else { return };
        state.at = Some(here);
        let from = std::mem::take(&mut state.from);
        if !from.is_empty() {
            self.dead = false;
        }
        for at in from {
            self.patch(at, here);
        }
    }

    fn patch(&mut self, at: u32, to: u32) {
        let distance = i64::from(to) - i64::from(at) - 1;
        if distance.unsigned_abs() > Inst::C_MAX as u64 {
            self.too_large = true;
            return;
        }
        if let Some(inst) = self.insts.get_mut(at as usize) {
            *inst = inst.with_c(distance as i32 as u32 & 0xff_ffff);
        }
    }

    /// Emits a forward jump, or a loop instruction if the label stands behind.
    pub(crate) fn jump(&mut self, op: Op, a: Reg, b: u16, label: Label) {
        if self.dead {
            return;
        }
        let at = self.here();
        let bound = self.labels.get(label.0 as usize).and_then(|l| l.at);
        match bound {
            None => {
                self.push(Inst::new(op, a, b, 0));
                if let Some(state) = self.labels.get_mut(label.0 as usize) {
                    state.from.push(at);
                }
            }
            Some(to) => match loop_form(op) {
                Some(op) => {
                    self.push(Inst::new(op, a, b, 0));
                    self.patch(at, to);
                }
                None => {
                    let out = self.label();
                    match inverse(op) {
                        Some(inverse) => self.jump(inverse, a, b, out),
                        None => {
                            let take = self.label();
                            self.jump(op, a, b, take);
                            self.jump(Op::Jump, 0, 0, out);
                            self.bind(take);
                        }
                    }
                    self.jump(Op::Jump, 0, 0, label);
                    self.bind(out);
                }
            },
        }
    }

    pub(crate) fn string(&mut self, value: Text) -> u32 {
        if let Some(&index) = self.strings.get(&value) {
            return index;
        }
        let index = self.constant(Constant::String(value.clone()));
        self.strings.insert(value, index);
        index
    }

    pub(crate) fn number(&mut self, value: f64) -> u32 {
        if let Some(&index) = self.numbers.get(&value.to_bits()) {
            return index;
        }
        let index = self.constant(Constant::Number(value));
        self.numbers.insert(value.to_bits(), index);
        index
    }

    pub(crate) fn constant(&mut self, value: Constant) -> u32 {
        self.constants.push(value);
        self.constants.len() as u32 - 1
    }

    /// A new inline cache for a property.
    pub(crate) fn cache(&mut self, name: Text) -> u32 {
        let name = self.string(name);
        self.caches.push(name);
        self.caches.len() as u32 - 1
    }

    pub(crate) fn open(&self) -> Region {
        Region { pieces: Vec::new(), start: Some(self.here()) }
    }

    pub(crate) fn suspend(&self, region: &mut Region) {
        if let Some(start) = region.start.take()
            && start < self.here()
        {
            region.pieces.push((start, self.here()));
        }
    }

    pub(crate) fn resume(&self, region: &mut Region) {
        region.start = Some(self.here());
    }

    /// Begins the handler of a region here: whether there is anything that leads to it.
    pub(crate) fn handler(&mut self, mut region: Region, exception: Reg) -> bool {
        self.suspend(&mut region);
        let target = self.here();
        let before = self.handlers.len();
        for (start, end) in region.pieces {
            let throws = self.insts.get(start as usize..end as usize).unwrap_or(&[]);
            if throws.iter().any(|i| i.op().effect() != Effect::Pure) {
                self.handlers.push(Handler { start, end, target });
            }
        }
        let reached = self.handlers.len() > before;
        self.dead = !reached;
        self.op(Op::Catch, exception, 0, 0);
        reached
    }
}

const fn loop_form(op: Op) -> Option<Op> {
    Some(match op {
        Op::Jump => Op::Loop,
        Op::JumpIf => Op::LoopIf,
        Op::JumpIfNot => Op::LoopIfNot,
        Op::JumpLt => Op::LoopLt,
        Op::JumpLe => Op::LoopLe,
        Op::JumpGt => Op::LoopGt,
        Op::JumpGe => Op::LoopGe,
        Op::JumpLtInt => Op::LoopLtInt,
        Op::JumpLeInt => Op::LoopLeInt,
        Op::JumpGtInt => Op::LoopGtInt,
        Op::JumpGeInt => Op::LoopGeInt,
        _ => return None,
    })
}

/// The jump that is taken exactly when the other is not.
pub(crate) const fn inverse(op: Op) -> Option<Op> {
    use Op::{
        JumpEq, JumpEqNull, JumpGe, JumpGeInt, JumpGt, JumpGtInt, JumpIf, JumpIfNot, JumpIfNotNullish,
        JumpIfNotUndefined, JumpIfNullish, JumpIfUndefined, JumpLe, JumpLeInt, JumpLt, JumpLtInt, JumpNe,
        JumpNeNull, JumpNotGe, JumpNotGeInt, JumpNotGt, JumpNotGtInt, JumpNotLe, JumpNotLeInt, JumpNotLt,
        JumpNotLtInt, JumpStrictEq, JumpStrictEqInt, JumpStrictNe, JumpStrictNeInt,
    };
    Some(match op {
        JumpIf => JumpIfNot,
        JumpIfNot => JumpIf,
        JumpIfUndefined => JumpIfNotUndefined,
        JumpIfNotUndefined => JumpIfUndefined,
        JumpIfNullish => JumpIfNotNullish,
        JumpIfNotNullish => JumpIfNullish,
        JumpEq => JumpNe,
        JumpNe => JumpEq,
        JumpEqNull => JumpNeNull,
        JumpNeNull => JumpEqNull,
        JumpStrictEq => JumpStrictNe,
        JumpStrictNe => JumpStrictEq,
        JumpStrictEqInt => JumpStrictNeInt,
        JumpStrictNeInt => JumpStrictEqInt,
        JumpLt => JumpNotLt,
        JumpLe => JumpNotLe,
        JumpGt => JumpNotGt,
        JumpGe => JumpNotGe,
        JumpNotLt => JumpLt,
        JumpNotLe => JumpLe,
        JumpNotGt => JumpGt,
        JumpNotGe => JumpGe,
        JumpLtInt => JumpNotLtInt,
        JumpLeInt => JumpNotLeInt,
        JumpGtInt => JumpNotGtInt,
        JumpGeInt => JumpNotGeInt,
        JumpNotLtInt => JumpLtInt,
        JumpNotLeInt => JumpLeInt,
        JumpNotGtInt => JumpGtInt,
        JumpNotGeInt => JumpGeInt,
        _ => return None,
    })
}
