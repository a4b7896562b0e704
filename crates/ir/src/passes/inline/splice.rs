//! Putting a copy of a callee's body in place of a call.

use crate::entity::{AliasClass, Block, Inst, State, Value, Virtual};
use crate::eval::Const;
use crate::function::{
    Def, FrameValue, Function, Imm, InstData, StateData, Target, Targets, Values, VirtualData,
};
use crate::ops::Op;
use crate::passes::Context;
use crate::types::Type;
use rustc_hash::FxHashMap;

/// A call in a copied body.
pub(super) struct CopiedCall {
    pub(super) inst: Inst,
    /// Where the copy is.
    pub(super) block: Block,
    /// Where it is in the callee.
    pub(super) from: Block,
}

/// What happened.
pub(super) struct Copied {
    /// Calls among the copied instructions.
    pub(super) calls: Vec<CopiedCall>,
    /// New blocks as they are to be laid out; the last has what followed the call. The function's order has them at its
    /// end, in no particular order.
    pub(super) blocks: Vec<Block>,
}

/// What is copied.
pub(super) struct Body<'a> {
    pub(super) callee: &'a Function,
    /// Blocks of the callee whose polls are left out.
    pub(super) skips_polls: &'a dyn Fn(Block) -> bool,
}

/// Replaces the call in `block` by the body of its callee.
pub(super) fn splice(
    func: &mut Function,
    ctx: &Context<'_>,
    block: Block,
    call: Inst,
    body: &Body<'_>,
) -> Copied {
    let callee = body.callee;
    let data = func.insts[call].clone();
    let new_from = func.order.len();
    let behind = split(func, block, call);
    let mut copy = Copy {
        ctx,
        callee,
        catches: data.catches(),
        caller: data.state(),
        keeps: data.keeps(),
        position: data.position,
        behind,
        landing: None,
        results: data.results.iter().map(|v| func.ty(*v)).collect(),
        values: FxHashMap::default(),
        blocks: FxHashMap::default(),
        insts: FxHashMap::default(),
        states: FxHashMap::default(),
        virtuals: FxHashMap::default(),
        calls: Vec::new(),
        func,
    };
    let entry = copy.outline(&data.args);
    for from in &callee.order {
        copy.block(*from, (body.skips_polls)(*from));
    }
    let calls = copy.calls;
    jump(func, block, entry, Values::new(), data.position);
    let mut blocks = func.order[new_from..].to_vec();
    blocks.retain(|b| *b != behind);
    blocks.push(behind);
    Copied { calls, blocks }
}

/// Moves what follows the call to a block of its own whose parameters are the call's results.
fn split(func: &mut Function, block: Block, call: Inst) -> Block {
    let insts = &mut func.blocks[block].insts;
    let at = insts.iter().rposition(|inst| *inst == call).unwrap_or(insts.len());
    let tail = insts.split_off((at + 1).min(insts.len()));
    insts.truncate(at);
    let behind = func.add_block();
    func.blocks[behind].cold = func.blocks[block].cold;
    func.blocks[behind].insts = tail;
    for (i, value) in std::mem::take(&mut func.insts[call].results).into_iter().enumerate() {
        func.values[value].def = Def::Param(behind, i as u16);
        func.blocks[behind].params.push(value);
    }
    behind
}

fn jump(func: &mut Function, from: Block, block: Block, args: Values, position: u32) {
    let targets = Targets { list: vec![Target { block, args }], cases: Vec::new() };
    push(func, from, (Op::Jump, None, Values::new(), Imm::Targets(Box::new(targets))), &[], position);
}

type Parts = (Op, Option<Type>, Values, Imm);

fn push(func: &mut Function, block: Block, parts: Parts, results: &[Type], position: u32) -> Inst {
    let (op, ty, args, imm) = parts;
    let inst = func.make_inst(op, ty, args, imm, results);
    func.insts[inst].position = position;
    func.blocks[block].insts.push(inst);
    inst
}

/// A body being copied.
struct Copy<'a> {
    func: &'a mut Function,
    ctx: &'a Context<'a>,
    callee: &'a Function,
    catches: bool,
    /// The frame state of the call.
    caller: Option<State>,
    /// What the call leaves as it is; so does each call of the body.
    keeps: Option<AliasClass>,
    position: u32,
    behind: Block,
    /// Where exceptions go under `catch`, once there is one.
    landing: Option<Block>,
    /// Result types of the call.
    results: Vec<Type>,
    /// Copies of what is alive in the callee: its tables may hold much more.
    values: FxHashMap<Value, Value>,
    blocks: FxHashMap<Block, Block>,
    insts: FxHashMap<Inst, Inst>,
    states: FxHashMap<State, State>,
    virtuals: FxHashMap<Virtual, Virtual>,
    calls: Vec<CopiedCall>,
}

impl Copy<'_> {
    /// Makes all blocks, parameters and results, so that uses find their copies wherever they stand. The copied entry.
    fn outline(&mut self, args: &[Value]) -> Block {
        let callee = self.callee;
        let entry = callee.entry();
        for from in &callee.order {
            let to = self.func.add_block();
            self.blocks.insert(*from, to);
            self.func.blocks[to].cold = callee.blocks[*from].cold;
            for (i, param) in callee.blocks[*from].params.iter().enumerate() {
                let value = match args.get(i) {
                    Some(arg) if *from == entry => *arg,
                    _ => self.func.add_param(to, callee.ty(*param)),
                };
                self.values.insert(*param, value);
            }
            for inst in &callee.blocks[*from].insts {
                let data = &callee.insts[*inst];
                let results: Vec<Type> = data.results.iter().map(|v| callee.ty(*v)).collect();
                let made = self.func.make_inst(data.op, data.ty, Values::new(), Imm::None, &results);
                self.func.insts[made].position = self.position;
                self.insts.insert(*inst, made);
                for (value, copy) in data.results.iter().zip(&self.func.insts[made].results) {
                    self.values.insert(*value, *copy);
                }
            }
        }
        self.new_block(entry)
    }

    fn new_block(&self, from: Block) -> Block {
        self.blocks.get(&from).copied().unwrap_or(self.behind)
    }

    /// What a value of the callee is here. Every value that is used was defined in a block that was copied.
    fn value(&self, value: Value) -> Value {
        self.values.get(&value).copied().expect("a verified function uses what it defines")
    }

    fn values(&self, values: &[Value]) -> Values {
        values.iter().map(|value| self.value(*value)).collect()
    }

    fn block(&mut self, from: Block, skip_polls: bool) {
        let callee = self.callee;
        let mut to = self.new_block(from);
        for inst in &callee.blocks[from].insts {
            let data = &callee.insts[*inst];
            match data.op {
                Op::Poll if skip_polls => {}
                Op::Return => self.ret(to, data),
                Op::Throw if self.catches => {
                    let landing = self.landing();
                    self.func.blocks[to].cold = true;
                    jump(self.func, to, landing, Values::new(), self.position);
                }
                _ => {
                    let Some(made) = self.insts.get(inst).copied() else { continue };
                    self.fill(made, data);
                    self.func.blocks[to].insts.push(made);
                    if data.op == Op::Call {
                        self.calls.push(CopiedCall { inst: made, block: to, from });
                    }
                    if self.catches && self.may_throw(made) {
                        to = self.catch(made, to);
                    }
                }
            }
        }
    }

    fn ret(&mut self, to: Block, data: &InstData) {
        let mut args = self.values(&data.args);
        if self.catches {
            args.push(self.constant(to, Const::bool(false)));
        }
        jump(self.func, to, self.behind, args, self.position);
    }

    /// Operands, targets and states of a copied instruction.
    fn fill(&mut self, made: Inst, data: &InstData) {
        let args = self.values(&data.args);
        let imm = match &data.imm {
            Imm::Targets(targets) => {
                let list = targets.list.iter().map(|target| Target {
                    block: self.new_block(target.block),
                    args: self.values(&target.args),
                });
                Imm::Targets(Box::new(Targets { list: list.collect(), cases: targets.cases.clone() }))
            }
            Imm::Guard { state, reason } => Imm::Guard { state: self.state(*state), reason: *reason },
            // A frame without its caller is of no use.
            Imm::Func { func, catches, state, keeps } => {
                let state = state.filter(|_| self.caller.is_some()).map(|state| self.state(state));
                Imm::Func { func: *func, catches: *catches, state, keeps: keeps.or(self.keeps) }
            }
            Imm::Runtime { runtime, catches, keeps } => {
                Imm::Runtime { runtime: *runtime, catches: *catches, keeps: keeps.or(self.keeps) }
            }
            other => other.clone(),
        };
        let copy = &mut self.func.insts[made];
        (copy.args, copy.imm) = (args, imm);
    }

    /// Whether a copied call may throw and does not catch.
    fn may_throw(&self, made: Inst) -> bool {
        let module = self.ctx.module;
        match self.func.insts[made].imm {
            Imm::Func { func, catches: false, .. } if func == self.ctx.func => self.func.signature.throws,
            Imm::Func { func, catches: false, .. } => module.functions[func].signature.throws,
            Imm::Sig { sig, catches: false } => module.signatures[sig].throws,
            Imm::Runtime { runtime, catches: false, .. } => module.runtimes[runtime].signature.throws,
            _ => false,
        }
    }

    /// Makes a copied call catch; where it goes on when nothing was thrown.
    fn catch(&mut self, made: Inst, block: Block) -> Block {
        match &mut self.func.insts[made].imm {
            Imm::Func { catches, .. } | Imm::Sig { catches, .. } | Imm::Runtime { catches, .. } => {
                *catches = true;
            }
            _ => {}
        }
        let index = self.func.insts[made].results.len() as u16;
        let threw = crate::function::ValueData { ty: Type::Bool, def: Def::Result(made, index) };
        let threw = self.func.values.push(threw);
        self.func.insts[made].results.push(threw);
        let landing = self.landing();
        let next = self.func.add_block();
        self.func.blocks[next].cold = self.func.blocks[block].cold;
        let list = [landing, next].map(|block| Target { block, args: Values::new() }).to_vec();
        let targets = Imm::Targets(Box::new(Targets { list, cases: Vec::new() }));
        push(self.func, block, (Op::Brif, None, Values::from_slice(&[threw]), targets), &[], self.position);
        next
    }

    /// The block that goes on behind the call as after an exception: results zero, the last one true.
    fn landing(&mut self) -> Block {
        if let Some(landing) = self.landing {
            return landing;
        }
        let landing = self.func.add_block();
        self.landing = Some(landing);
        self.func.blocks[landing].cold = true;
        let types = self.results.clone();
        let zeros = &types[..types.len().saturating_sub(1)];
        let mut args: Values = zeros.iter().map(|ty| self.constant(landing, Const::zero(*ty))).collect();
        args.push(self.constant(landing, Const::bool(true)));
        jump(self.func, landing, self.behind, args, self.position);
        landing
    }

    fn constant(&mut self, block: Block, value: Const) -> Value {
        let inst = match value.to_inst() {
            Some((op, ty, imm)) => {
                push(self.func, block, (op, ty, Values::new(), imm), &[value.ty()], self.position)
            }
            None => {
                let words = value.words().map(|word| self.constant(block, Const::i64(word as i64)));
                let parts = (Op::PairMake, None, Values::from_slice(&words), Imm::None);
                push(self.func, block, parts, &[Type::Pair], self.position)
            }
        };
        self.func.insts[inst].results[0]
    }

    /// A frame state of the callee here: with the call's state as the outermost frame's caller.
    fn state(&mut self, state: State) -> State {
        let callee = self.callee;
        let mut chain = Vec::new();
        let mut next = Some(state);
        let mut parent = self.caller;
        while let Some(state) = next {
            if let Some(known) = self.states.get(&state) {
                parent = Some(*known);
                break;
            }
            chain.push(state);
            next = callee.states[state].parent;
        }
        for state in chain.into_iter().rev() {
            let data = &callee.states[state];
            let values = data.values.iter().map(|item| self.frame_value(*item)).collect();
            let copy = StateData { code: data.code, offset: data.offset, values, parent };
            let copy = self.func.states.push(copy);
            self.states.insert(state, copy);
            parent = Some(copy);
        }
        parent.expect("the chain has at least the state itself")
    }

    fn frame_value(&mut self, item: FrameValue) -> FrameValue {
        match item {
            FrameValue::Value(value) => FrameValue::Value(self.value(value)),
            FrameValue::Virtual(object) => FrameValue::Virtual(self.object(object)),
            other => other,
        }
    }

    /// A virtual object of the callee here, with all those it leads to: they may do so in circles.
    fn object(&mut self, object: Virtual) -> Virtual {
        let mut work = Vec::new();
        let copy = self.shell(object, &mut work);
        while let Some(from) = work.pop() {
            let mut fields = self.callee.virtuals[from].fields.clone();
            for (.., item) in &mut fields {
                *item = match *item {
                    FrameValue::Virtual(inner) => FrameValue::Virtual(self.shell(inner, &mut work)),
                    other => self.frame_value(other),
                };
            }
            let to = self.virtuals[&from];
            self.func.virtuals[to].fields = fields;
        }
        copy
    }

    /// The object without its fields; when it is new, it is put on the list of those that need them.
    fn shell(&mut self, object: Virtual, work: &mut Vec<Virtual>) -> Virtual {
        if let Some(known) = self.virtuals.get(&object) {
            return *known;
        }
        let VirtualData { size, kind, .. } = self.callee.virtuals[object];
        let copy = self.func.virtuals.push(VirtualData { size, kind, fields: Vec::new() });
        self.virtuals.insert(object, copy);
        work.push(object);
        copy
    }
}
