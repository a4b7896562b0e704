//! A function: blocks with parameters, instructions, values, frame states.

use crate::entity::{AliasClass, Block, Entity, Func, Inst, Runtime, Sig, State, Table, Value, Virtual};
use crate::module::Signature;
use crate::ops::Op;
use crate::types::{FloatCond, IntCond, Type};
use smallvec::SmallVec;

/// Operands, results or branch arguments.
pub type Values = SmallVec<[Value; 3]>;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Def {
    /// Result number `1` of an instruction.
    Result(Inst, u16),
    /// Parameter number `1` of a block.
    Param(Block, u16),
    /// Nowhere any more: its instruction or block is gone. Nothing refers to such a value.
    Gone,
}

/// What is known of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueData {
    /// Its type.
    pub ty: Type,
    /// Where it comes from.
    pub def: Def,
}

/// A basic block. The entry block's parameters are the function's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BlockData {
    /// Parameters.
    pub params: Values,
    /// Instructions in order, the last one a terminator once the function is complete.
    pub insts: Vec<Inst>,
    /// Rarely reached: laid out last.
    pub cold: bool,
}

/// A branch target with the values for the block's parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The block.
    pub block: Block,
    /// One value per parameter.
    pub args: Values,
}

/// The targets of a terminator.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Targets {
    /// `jump`: one; `brif`: then and else; `switch`: one per case, then the default.
    pub list: Vec<Target>,
    /// `switch`: the case values, all different.
    pub cases: Vec<i32>,
}

/// Why a guard leaves: an index into the guest's table of reasons, counted and printed by the tiering crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Reason(pub u16);

/// A trap code, from the table of the tiering crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TrapCode(pub u16);

impl TrapCode {
    /// Integer division by zero.
    pub const DIVISION_BY_ZERO: TrapCode = TrapCode(0);
    /// Code that cannot be reached was.
    pub const UNREACHABLE: TrapCode = TrapCode(1);
}

/// What an instruction carries besides operands; the variant follows from its op.
#[derive(Clone, Debug, PartialEq)]
pub enum Imm {
    /// Nothing.
    None,
    /// Bits of a constant, sign-extended from its type.
    Int(i64),
    /// Bits of a float.
    Float(u64),
    /// An integer condition.
    IntCond(IntCond),
    /// A float condition.
    FloatCond(FloatCond),
    /// A memory access.
    Mem {
        /// Signed byte offset from the address operand.
        offset: i32,
        /// What it may alias with.
        class: AliasClass,
    },
    /// An allocation of zeroed memory.
    Alloc {
        /// Size in bytes.
        size: u32,
        /// Guest-defined kind, handed to the allocation runtime call.
        kind: u32,
    },
    /// A call of a function of this module.
    Func {
        /// The callee.
        func: Func,
        /// See [`InstData::catches`].
        catches: bool,
        /// The caller's frame as it waits for the callee. The call itself does not leave through it: it becomes the
        /// parent of the callee's frame states when the callee is inlined. See [`StateData::parent`].
        state: Option<State>,
        /// A class that is as it was behind the call, whatever the callee calls and wherever it leaves to.
        keeps: Option<AliasClass>,
    },
    /// A call through an entry pointer.
    Sig {
        /// The callee's signature.
        sig: Sig,
        /// See [`InstData::catches`].
        catches: bool,
    },
    /// A call of the runtime.
    Runtime {
        /// The table entry.
        runtime: Runtime,
        /// See [`InstData::catches`].
        catches: bool,
        /// As for functions of the module.
        keeps: Option<AliasClass>,
    },
    /// A guard's exit.
    Guard {
        /// What the interpreter needs to go on.
        state: State,
        /// Why it left.
        reason: Reason,
    },
    /// Branch targets.
    Targets(Box<Targets>),
    /// A trap code.
    Trap(TrapCode),
}

/// An instruction.
#[derive(Clone, Debug, PartialEq)]
pub struct InstData {
    /// What it does.
    pub op: Op,
    /// The controlling type, for ops that have one.
    pub ty: Option<Type>,
    /// Operands.
    pub args: Values,
    /// What it carries besides.
    pub imm: Imm,
    /// The values it defines.
    pub results: SmallVec<[Value; 1]>,
    /// Source position for debuggers and annotated disassembly: the guest's bytecode offset, or `u32::MAX`.
    pub position: u32,
}

impl InstData {
    /// Whether the call catches: it hands back one more result, a `bool` that says whether the callee threw (the other
    /// results are then zero), instead of leaving this function with the exception.
    pub fn catches(&self) -> bool {
        matches!(
            self.imm,
            Imm::Func { catches: true, .. }
                | Imm::Sig { catches: true, .. }
                | Imm::Runtime { catches: true, .. }
        )
    }

    /// Branch targets of a terminator.
    pub fn targets(&self) -> &[Target] {
        match &self.imm {
            Imm::Targets(t) => &t.list,
            _ => &[],
        }
    }

    /// Branch targets of a terminator, mutably.
    pub fn targets_mut(&mut self) -> &mut [Target] {
        match &mut self.imm {
            Imm::Targets(t) => &mut t.list,
            _ => &mut [],
        }
    }

    /// The frame state of a guard, or of a call that has one.
    pub fn state(&self) -> Option<State> {
        match self.imm {
            Imm::Guard { state, .. } => Some(state),
            Imm::Func { state, .. } => state,
            _ => None,
        }
    }

    /// The class that a call leaves as it is, whatever its callee's declaration says.
    pub fn keeps(&self) -> Option<AliasClass> {
        match self.imm {
            Imm::Func { keeps, .. } | Imm::Runtime { keeps, .. } => keeps,
            _ => None,
        }
    }

    /// The frame state of a guard or call, mutably.
    pub fn state_mut(&mut self) -> Option<&mut State> {
        match &mut self.imm {
            Imm::Guard { state, .. } => Some(state),
            Imm::Func { state, .. } => state.as_mut(),
            _ => None,
        }
    }
}

/// Where one live value of the guest's frame is when a guard leaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FrameValue {
    /// In this SSA value.
    Value(Value),
    /// A constant of this type with these bits; of any type but `pair`.
    Const(Type, u64),
    /// A constant pair: first word, second word.
    Pair(u64, u64),
    /// In the frame of a caller: what the call that the frame waits in will have as this result, counted from 0. Whoever
    /// rebuilds the frame fills it in when the frame of the callee has returned.
    Result(u16),
    /// An allocation that was taken apart: to be made anew.
    Virtual(Virtual),
    /// Nobody will look.
    Dead,
}

/// What the interpreter needs to go on where compiled code leaves: one guest frame, and its caller when it was inlined.
#[derive(Clone, Debug, PartialEq)]
pub struct StateData {
    /// The guest's own name of the code (function) the frame belongs to.
    pub code: u32,
    /// Bytecode offset to continue at.
    pub offset: u32,
    /// The frame's slots: registers, then stack, as the guest lays them out.
    pub values: Vec<FrameValue>,
    /// The state of the caller into which this frame's function was inlined.
    ///
    /// It is the state of the call that was there, `code` and `offset` naming the place behind the call: the frame waits
    /// for the frame on top of it. When that returns, its results go to the [`FrameValue::Result`] slots (a `catch`
    /// call's last result is then false) and the frame goes on at `offset`. When it throws, the guest does what it does
    /// for an exception out of a call at this place; for a call that catches, all results are then zero but the last,
    /// which is true.
    pub parent: Option<State>,
}

/// An allocation described by its contents.
#[derive(Clone, Debug, PartialEq)]
pub struct VirtualData {
    /// Size in bytes.
    pub size: u32,
    /// Guest-defined kind.
    pub kind: u32,
    /// Stores to make: offset, type, value. What no store covers is zero.
    pub fields: Vec<(u32, Type, FrameValue)>,
}

/// A function body in SSA form.
#[derive(Clone, Debug, Default)]
pub struct Function {
    /// Name in the text form, unique in the module.
    pub name: String,
    /// Types of parameters and results.
    pub signature: Signature,
    /// Every block ever made; the ones in `order` are alive.
    pub blocks: Table<Block, BlockData>,
    /// Every instruction ever made; the ones in a live block are alive.
    pub insts: Table<Inst, InstData>,
    /// Every value ever made.
    pub values: Table<Value, ValueData>,
    /// Frame states.
    pub states: Table<State, StateData>,
    /// Allocations that frame states describe.
    pub virtuals: Table<Virtual, VirtualData>,
    /// Live blocks in layout order, the entry first.
    pub order: Vec<Block>,
}

impl Function {
    /// The entry block.
    ///
    /// # Panics
    /// When the function has no block yet.
    pub fn entry(&self) -> Block {
        self.order[0]
    }

    /// The type of a value.
    pub fn ty(&self, value: Value) -> Type {
        self.values[value].ty
    }

    /// A new block at the end of the order.
    pub fn add_block(&mut self) -> Block {
        let block = self.blocks.push(BlockData::default());
        self.order.push(block);
        block
    }

    /// A new parameter of a block.
    pub fn add_param(&mut self, block: Block, ty: Type) -> Value {
        let index = self.blocks[block].params.len() as u16;
        let value = self.values.push(ValueData { ty, def: Def::Param(block, index) });
        self.blocks[block].params.push(value);
        value
    }

    /// A new instruction with results of the given types, not yet in any block.
    pub fn make_inst(&mut self, op: Op, ty: Option<Type>, args: Values, imm: Imm, results: &[Type]) -> Inst {
        let inst = Inst::from_index(self.insts.len());
        let results = results
            .iter()
            .enumerate()
            .map(|(i, ty)| self.values.push(ValueData { ty: *ty, def: Def::Result(inst, i as u16) }))
            .collect();
        self.insts.push(InstData { op, ty, args, imm, results, position: u32::MAX })
    }

    /// The terminator of a complete block.
    ///
    /// # Panics
    /// When the block is empty.
    pub fn terminator(&self, block: Block) -> Inst {
        *self.blocks[block].insts.last().expect("a complete block ends in a terminator")
    }

    /// Blocks control may go to from `block`, with repetitions.
    pub fn successors(&self, block: Block) -> impl Iterator<Item = Block> + '_ {
        let targets = match self.blocks[block].insts.last() {
            Some(inst) => self.insts[*inst].targets(),
            None => &[],
        };
        targets.iter().map(|t| t.block)
    }

    /// Calls `each` with every value the instruction uses, branch arguments and frame-state contents included.
    pub fn each_use(&self, inst: Inst, mut each: impl FnMut(Value)) {
        let data = &self.insts[inst];
        data.args.iter().copied().for_each(&mut each);
        data.targets().iter().flat_map(|t| t.args.iter().copied()).for_each(&mut each);
        if let Some(state) = data.state() {
            self.each_state_use(state, &mut each);
        }
    }

    /// Calls `each` with every value a frame state and its parents need. A chain of parents that comes back to itself,
    /// which the verifier rejects, is followed for as many steps as there are states.
    pub fn each_state_use(&self, state: State, each: &mut impl FnMut(Value)) {
        let mut next = Some(state);
        for _ in 0..self.states.len() {
            let Some(state) = next else { return };
            let data = &self.states[state];
            let mut work: Vec<FrameValue> = data.values.clone();
            let mut seen: Vec<Virtual> = Vec::new();
            while let Some(item) = work.pop() {
                match item {
                    FrameValue::Value(v) => each(v),
                    FrameValue::Virtual(obj) if !seen.contains(&obj) => {
                        seen.push(obj);
                        work.extend(self.virtuals[obj].fields.iter().map(|(_, _, v)| *v));
                    }
                    FrameValue::Virtual(_)
                    | FrameValue::Const(..)
                    | FrameValue::Pair(..)
                    | FrameValue::Result(_)
                    | FrameValue::Dead => {}
                }
            }
            next = data.parent;
        }
    }
}
