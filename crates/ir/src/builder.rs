//! Builds functions instruction by instruction, with the result types worked out from the op table.

use crate::entity::{Block, Func, Inst, Runtime, Sig, State, Value};
use crate::function::{Function, Imm, Reason, StateData, Target, Targets, TrapCode, Values};
use crate::module::{Module, Signature};
use crate::ops::{Op, Slot};
use crate::types::{FloatCond, IntCond, Type};
use crate::{AliasClass, function};

/// Appends instructions to the blocks of one function.
///
/// The builder checks nothing that the verifier checks: build, then verify.
#[derive(Debug)]
pub struct Builder<'a> {
    func: &'a mut Function,
    block: Block,
    position: u32,
}

impl<'a> Builder<'a> {
    /// A builder for a fresh function; makes the entry block with the function's parameters.
    pub fn new(func: &'a mut Function) -> Builder<'a> {
        let block = func.add_block();
        for ty in func.signature.params.clone() {
            func.add_param(block, ty);
        }
        Builder { func, block, position: u32::MAX }
    }

    /// A builder that appends to an existing block.
    pub fn at(func: &'a mut Function, block: Block) -> Builder<'a> {
        Builder { func, block, position: u32::MAX }
    }

    /// The function being built.
    pub fn func(&mut self) -> &mut Function {
        self.func
    }

    /// The block instructions go to.
    pub fn block(&self) -> Block {
        self.block
    }

    /// The parameters of the entry block.
    pub fn params(&self) -> &[Value] {
        &self.func.blocks[self.func.entry()].params
    }

    /// A new block with these parameters; instructions still go to the current one.
    pub fn add_block(&mut self, params: &[Type]) -> Block {
        let block = self.func.add_block();
        for ty in params {
            self.func.add_param(block, *ty);
        }
        block
    }

    /// The parameters of a block.
    pub fn block_params(&self, block: Block) -> &[Value] {
        &self.func.blocks[block].params
    }

    /// Further instructions go to the end of `block`.
    pub fn switch_to(&mut self, block: Block) {
        self.block = block;
    }

    /// Further instructions come from this bytecode offset.
    pub fn set_position(&mut self, position: u32) {
        self.position = position;
    }

    /// Appends an instruction whose result types are given.
    pub fn push(&mut self, op: Op, ty: Option<Type>, args: &[Value], imm: Imm, results: &[Type]) -> Inst {
        let inst = self.func.make_inst(op, ty, Values::from_slice(args), imm, results);
        self.func.insts[inst].position = self.position;
        self.func.blocks[self.block].insts.push(inst);
        inst
    }

    /// Appends an instruction with results as the op table says.
    ///
    /// # Panics
    /// For ops whose results depend on a signature: use the call methods for those.
    pub fn op(&mut self, op: Op, ty: Option<Type>, args: &[Value], imm: Imm) -> Inst {
        let slots = op.results().expect("the result types of a call come from its signature");
        let result = slots.first().map(|slot| match slot {
            Slot::Controlling => ty.expect("the op has a controlling type"),
            Slot::Fixed(ty) => *ty,
        });
        self.push(op, ty, args, imm, result.as_slice())
    }

    fn value(&mut self, op: Op, ty: Option<Type>, args: &[Value], imm: Imm) -> Value {
        let inst = self.op(op, ty, args, imm);
        self.func.insts[inst].results[0]
    }

    /// `iconst`, sign-extended to 64 bits whatever the type.
    pub fn iconst(&mut self, ty: Type, value: i64) -> Value {
        let value = if ty == Type::I32 { i64::from(value as i32) } else { value };
        self.value(Op::Iconst, Some(ty), &[], Imm::Int(value))
    }

    /// `fconst`.
    pub fn fconst(&mut self, value: f64) -> Value {
        self.value(Op::Fconst, None, &[], Imm::Float(value.to_bits()))
    }

    /// `bconst`.
    pub fn bconst(&mut self, value: bool) -> Value {
        self.value(Op::Bconst, None, &[], Imm::Int(i64::from(value)))
    }

    /// An op without controlling type that takes one operand.
    pub fn unary(&mut self, op: Op, arg: Value) -> Value {
        let ty = self.controlling(op, arg);
        self.value(op, ty, &[arg], Imm::None)
    }

    /// An op that takes two operands; the controlling type is the first operand's.
    pub fn binary(&mut self, op: Op, a: Value, b: Value) -> Value {
        let ty = self.controlling(op, a);
        self.value(op, ty, &[a, b], Imm::None)
    }

    fn controlling(&self, op: Op, arg: Value) -> Option<Type> {
        (!op.types().is_empty()).then(|| self.func.ty(arg))
    }

    /// A conversion to `ty`, for ops whose controlling type is the result's.
    pub fn convert(&mut self, op: Op, ty: Type, arg: Value) -> Value {
        self.value(op, Some(ty), &[arg], Imm::None)
    }

    /// `icmp`.
    pub fn icmp(&mut self, cond: IntCond, a: Value, b: Value) -> Value {
        let ty = self.func.ty(a);
        self.value(Op::Icmp, Some(ty), &[a, b], Imm::IntCond(cond))
    }

    /// `fcmp`.
    pub fn fcmp(&mut self, cond: FloatCond, a: Value, b: Value) -> Value {
        self.value(Op::Fcmp, None, &[a, b], Imm::FloatCond(cond))
    }

    /// `select`.
    pub fn select(&mut self, cond: Value, a: Value, b: Value) -> Value {
        let ty = self.func.ty(a);
        self.value(Op::Select, Some(ty), &[cond, a, b], Imm::None)
    }

    /// A load of `ty` from `address + offset`.
    pub fn load(&mut self, ty: Type, address: Value, offset: i32, class: AliasClass) -> Value {
        self.value(Op::Load, Some(ty), &[address], Imm::Mem { offset, class })
    }

    /// A store to `address + offset`.
    pub fn store(&mut self, value: Value, address: Value, offset: i32, class: AliasClass) {
        let ty = self.func.ty(value);
        self.op(Op::Store, Some(ty), &[value, address], Imm::Mem { offset, class });
    }

    /// An op of the table with any immediate; the result.
    pub fn with_imm(&mut self, op: Op, ty: Option<Type>, args: &[Value], imm: Imm) -> Value {
        self.value(op, ty, args, imm)
    }

    /// Checked arithmetic with its exit.
    pub fn checked(&mut self, op: Op, a: Value, b: Value, state: State, reason: Reason) -> Value {
        let ty = self.controlling(op, a);
        self.value(op, ty, &[a, b], Imm::Guard { state, reason })
    }

    /// `guard`.
    pub fn guard(&mut self, cond: Value, state: State, reason: Reason) {
        self.op(Op::Guard, None, &[cond], Imm::Guard { state, reason });
    }

    /// `anchor`.
    pub fn anchor(&mut self, state: State, reason: Reason) {
        self.op(Op::Anchor, None, &[], Imm::Guard { state, reason });
    }

    /// A frame state for guards of this function.
    pub fn state(&mut self, state: StateData) -> State {
        self.func.states.push(state)
    }

    /// A direct call; the results, with a final `bool` when it catches.
    pub fn call(&mut self, module: &Module, func: Func, args: &[Value], catches: bool) -> function::Values {
        let results = call_results(&module.functions[func].signature, catches);
        self.call_inst(Op::Call, args, Imm::Func { func, catches, state: None, keeps: None }, &results)
    }

    /// A direct call that may be inlined with its guards: `state` is this function's frame as it waits in the call.
    pub fn call_with_state(
        &mut self,
        module: &Module,
        func: Func,
        args: &[Value],
        catches: bool,
        state: State,
    ) -> function::Values {
        let results = call_results(&module.functions[func].signature, catches);
        self.call_inst(Op::Call, args, Imm::Func { func, catches, state: Some(state), keeps: None }, &results)
    }

    /// Says of a direct call, by its results, that a class is behind it as it was; see [`Imm::Func`].
    pub fn keeps(&mut self, results: &[Value], class: AliasClass) {
        let def = results.first().map(|result| self.func.values[*result].def);
        if let Some(function::Def::Result(call, _)) = def
            && let Imm::Func { keeps, .. } = &mut self.func.insts[call].imm
        {
            *keeps = Some(class);
        }
    }

    /// A call through an entry pointer.
    pub fn call_indirect(
        &mut self,
        module: &Module,
        sig: Sig,
        entry: Value,
        args: &[Value],
        catches: bool,
    ) -> function::Values {
        let results = call_results(&module.signatures[sig], catches);
        let mut all = vec![entry];
        all.extend_from_slice(args);
        self.call_inst(Op::CallIndirect, &all, Imm::Sig { sig, catches }, &results)
    }

    /// A call of the runtime.
    pub fn call_runtime(
        &mut self,
        module: &Module,
        runtime: Runtime,
        args: &[Value],
        catches: bool,
    ) -> function::Values {
        let results = call_results(&module.runtimes[runtime].signature, catches);
        self.call_inst(Op::CallRuntime, args, Imm::Runtime { runtime, catches, keeps: None }, &results)
    }

    fn call_inst(&mut self, op: Op, args: &[Value], imm: Imm, results: &[Type]) -> function::Values {
        let inst = self.push(op, None, args, imm, results);
        self.func.insts[inst].results.iter().copied().collect()
    }

    /// `jump`.
    pub fn jump(&mut self, block: Block, args: &[Value]) {
        let list = vec![target(block, args)];
        self.terminate(Op::Jump, &[], Imm::Targets(Box::new(Targets { list, cases: Vec::new() })));
    }

    /// `brif`.
    pub fn brif(&mut self, cond: Value, then: (Block, &[Value]), other: (Block, &[Value])) {
        let list = vec![target(then.0, then.1), target(other.0, other.1)];
        self.terminate(Op::Brif, &[cond], Imm::Targets(Box::new(Targets { list, cases: Vec::new() })));
    }

    /// `switch`.
    pub fn switch(&mut self, value: Value, cases: &[(i32, Block, &[Value])], default: (Block, &[Value])) {
        let mut list: Vec<Target> = cases.iter().map(|(_, block, args)| target(*block, args)).collect();
        list.push(target(default.0, default.1));
        let cases = cases.iter().map(|(case, ..)| *case).collect();
        self.terminate(Op::Switch, &[value], Imm::Targets(Box::new(Targets { list, cases })));
    }

    /// `return`.
    pub fn ret(&mut self, values: &[Value]) {
        self.terminate(Op::Return, values, Imm::None);
    }

    /// `trap`.
    pub fn trap(&mut self, code: TrapCode) {
        self.terminate(Op::Trap, &[], Imm::Trap(code));
    }

    fn terminate(&mut self, op: Op, args: &[Value], imm: Imm) {
        self.push(op, None, args, imm, &[]);
    }
}

/// Result types of a call.
pub fn call_results(signature: &Signature, catches: bool) -> Vec<Type> {
    let mut results = signature.results.clone();
    if catches {
        results.push(Type::Bool);
    }
    results
}

fn target(block: Block, args: &[Value]) -> Target {
    Target { block, args: Values::from_slice(args) }
}
