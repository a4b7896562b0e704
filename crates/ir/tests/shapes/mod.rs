//! A small generator of random valid modules: every op, frame states and virtuals in circles, gaps as passes leave
//! them. What the programs compute makes no sense; they are not for running.

use ir::function::{Target, Targets};
use ir::*;

/// xorshift64*.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Rng {
        Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((self.bits() >> 32) as usize) % n.max(1)
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    fn types(&mut self, most: usize) -> Vec<Type> {
        (0..self.below(most + 1)).map(|_| *self.pick(&Type::ALL)).collect()
    }

    /// Bits with many edge cases among them.
    fn edgy(&mut self) -> u64 {
        let bits = self.bits();
        *self.pick(&[
            0,
            1,
            u64::MAX,
            1 << 63,
            i64::MAX as u64,
            0x7ff0 << 48,
            0x7ff8 << 48,
            0x7ff1 << 48,
            bits,
            bits >> 32,
        ])
    }

    fn constant(&mut self, ty: Type) -> u64 {
        match ty {
            Type::I32 => i64::from(self.edgy() as i32) as u64,
            Type::Bool => self.bits() & 1,
            _ => self.edgy(),
        }
    }
}

/// A valid module.
pub(crate) fn module(seed: u64) -> Module {
    let mut rng = Rng::new(seed);
    let mut module = Module::default();
    for i in 0..1 + rng.below(4) {
        let name = format!("{}{i}", rng.pick(&["heap", "all", "odd name", "", "é\"\\", "v"]));
        module.classes.push(AliasClassData { name, immutable: rng.chance(30) });
    }
    module.classes.push(AliasClassData { name: "all".into(), immutable: false });
    for i in 0..1 + rng.below(3) {
        let name = format!("{}{i}", rng.pick(&["helper", "get x", "7", "", "\n\t\u{1b}"]));
        let (signature, allocates) = (signature(&mut rng), rng.chance(50));
        let (reads, writes) = (class_set(&mut rng, &module), class_set(&mut rng, &module));
        module.runtimes.push(RuntimeData { name, signature, allocates, reads, writes });
    }
    for i in 0..1 + rng.below(4) {
        let name = format!("{}{i}", rng.pick(&["f", "a b", "$.", "", "\u{2028};\""]));
        module.functions.push(Function { name, signature: signature(&mut rng), ..Function::default() });
    }
    for func in module.functions.keys() {
        let mut function = module.functions[func].clone();
        body(&mut rng, &mut module, &mut function);
        module.functions[func] = function;
    }
    module
}

fn signature(rng: &mut Rng) -> Signature {
    Signature { params: rng.types(4), results: rng.types(3), throws: rng.chance(50) }
}

fn class_set(rng: &mut Rng, module: &Module) -> ClassSet {
    match rng.below(3) {
        0 => ClassSet::Empty,
        1 => ClassSet::All,
        _ => {
            let first = rng.below(module.classes.len()) as u32;
            ClassSet::Some(module.classes.keys().filter(|c| c.0 == first || rng.chance(50)).collect())
        }
    }
}

/// Values in scope: those of the entry block and of the current one.
struct Scope {
    entry: Vec<Value>,
    here: Vec<Value>,
}

fn body(rng: &mut Rng, module: &mut Module, function: &mut Function) {
    // Dead values first now and then, so that live ones have gaps, small or too large to be kept.
    for _ in 0..*rng.pick(&[0, 0, 3, 40, 3000]) {
        function.values.push(ValueData { ty: Type::F64, def: Def::Gone });
    }
    let params = function.signature.params.clone();
    let entry = function.add_block();
    params.iter().for_each(|ty| {
        function.add_param(entry, *ty);
    });
    for _ in 0..rng.below(6) {
        let block = function.add_block();
        for ty in rng.types(3) {
            function.add_param(block, ty);
        }
        function.blocks[block].cold = rng.chance(20);
    }
    let at = rng.below(function.order.len());
    function.order[1..].rotate_left(at.min(function.blocks.len() - 1));
    let mut scope = Scope { entry: Vec::new(), here: Vec::new() };
    for block in function.blocks.keys() {
        scope.here = function.blocks[block].params.to_vec();
        for _ in 0..rng.below(25) {
            instruction(rng, module, function, block, &mut scope);
        }
        terminator(rng, module, function, block, &mut scope);
        if block == entry {
            scope.entry = std::mem::take(&mut scope.here);
        }
    }
    remove_some(rng, function);
}

/// Takes out unused instructions and untargeted blocks, as dead code elimination does.
fn remove_some(rng: &mut Rng, function: &mut Function) {
    let targeted: Vec<Block> = function.order.iter().flat_map(|b| function.successors(*b)).collect();
    let entry = function.entry();
    let gone: Vec<Block> = function
        .order
        .iter()
        .copied()
        .filter(|b| *b != entry && !targeted.contains(b) && rng.chance(50))
        .collect();
    function.order.retain(|block| !gone.contains(block));
    let mut used = std::collections::HashSet::new();
    for block in &function.order {
        for inst in &function.blocks[*block].insts {
            function.each_use(*inst, |value| {
                used.insert(value);
            });
        }
    }
    for block in function.order.clone() {
        let mut insts = std::mem::take(&mut function.blocks[block].insts);
        insts.retain(|inst| {
            let data = &function.insts[*inst];
            let keep =
                data.op.is_terminator() || data.results.iter().any(|v| used.contains(v)) || rng.chance(70);
            if !keep {
                data.results.clone().iter().for_each(|v| function.values[*v].def = Def::Gone);
            }
            keep
        });
        function.blocks[block].insts = insts;
    }
    for block in gone {
        let values = function.blocks[block].params.clone();
        let results: Vec<Value> =
            function.blocks[block].insts.iter().flat_map(|i| function.insts[*i].results.clone()).collect();
        values.into_iter().chain(results).for_each(|v| function.values[v].def = Def::Gone);
    }
}

fn push(
    function: &mut Function,
    block: Block,
    rng: &mut Rng,
    data: (Op, Option<Type>, Vec<Value>, Imm),
    results: &[Type],
) -> Inst {
    let (op, ty, args, imm) = data;
    let inst = function.make_inst(op, ty, args.into(), imm, results);
    if rng.chance(30) {
        function.insts[inst].position = rng.below(1000) as u32;
    }
    function.blocks[block].insts.push(inst);
    inst
}

/// A value of the type: one in scope, or a new one.
fn value(rng: &mut Rng, function: &mut Function, block: Block, scope: &mut Scope, ty: Type) -> Value {
    let fits = |v: &&Value| function.ty(**v) == ty;
    let known: Vec<Value> = scope.entry.iter().chain(&scope.here).filter(fits).copied().collect();
    if !known.is_empty() && rng.chance(90) {
        return *rng.pick(&known);
    }
    let bits = rng.constant(ty);
    let data = match ty {
        Type::I32 | Type::I64 => (Op::Iconst, Some(ty), vec![], Imm::Int(bits as i64)),
        Type::F64 => (Op::Fconst, None, vec![], Imm::Float(bits)),
        Type::Bool => (Op::Bconst, None, vec![], Imm::Int(bits as i64)),
        Type::Ptr => (Op::Pconst, None, vec![], Imm::Int(bits as i64)),
        Type::Boxed => (Op::Xconst, None, vec![], Imm::Int(bits as i64)),
        Type::Pair => {
            let half = value(rng, function, block, scope, Type::I64);
            (Op::PairMake, None, vec![half, half], Imm::None)
        }
    };
    let inst = push(function, block, rng, data, &[ty]);
    let value = function.insts[inst].results[0];
    scope.here.push(value);
    value
}

fn instruction(rng: &mut Rng, module: &mut Module, function: &mut Function, block: Block, scope: &mut Scope) {
    let op = *rng.pick(Op::ALL);
    if op.is_terminator() {
        return;
    }
    let ty = (!op.types().is_empty()).then(|| *rng.pick(op.types()));
    let resolve = |slot: &Slot| match slot {
        Slot::Fixed(ty) => *ty,
        Slot::Controlling => ty.expect("the op has a controlling type"),
    };
    let mut operands: Vec<Type> = op.operands().unwrap_or(&[]).iter().map(resolve).collect();
    let mut results: Vec<Type> = op.results().unwrap_or(&[]).iter().map(resolve).collect();
    let mut with_callee = |signature: &Signature, catches: bool| {
        operands.extend(&signature.params);
        results.extend(&signature.results);
        results.extend(catches.then_some(Type::Bool));
    };
    let may_throw = function.signature.throws;
    let imm = match op.imm() {
        ImmKind::None | ImmKind::Trap | ImmKind::Targets => Imm::None,
        ImmKind::Int => Imm::Int(rng.constant(results[0]) as i64),
        ImmKind::Float => Imm::Float(rng.edgy()),
        ImmKind::IntCond => Imm::IntCond(*rng.pick(IntCond::ALL)),
        ImmKind::FloatCond => Imm::FloatCond(*rng.pick(FloatCond::ALL)),
        ImmKind::Mem => {
            let edge = rng.edgy() as i32;
            let class = AliasClass(rng.below(module.classes.len()) as u32);
            Imm::Mem { offset: *rng.pick(&[0, 8, -8, i32::MIN, i32::MAX, edge]), class }
        }
        ImmKind::Alloc => Imm::Alloc { size: rng.below(100) as u32, kind: rng.bits() as u32 },
        ImmKind::Guard => guard(rng, function, block, scope),
        ImmKind::Func => {
            let func = Func(rng.below(module.functions.len()) as u32);
            let callee = &module.functions[func].signature;
            let catches = rng.chance(50) || callee.throws && !may_throw;
            with_callee(callee, catches);
            let state = rng.chance(30).then(|| frame_state(rng, function, block, scope, results.len()));
            let keeps = rng.chance(30).then(|| AliasClass(rng.below(module.classes.len()) as u32));
            Imm::Func { func, catches, state, keeps }
        }
        ImmKind::Runtime => {
            let runtime = Runtime(rng.below(module.runtimes.len()) as u32);
            let callee = &module.runtimes[runtime].signature;
            let catches = rng.chance(50) || callee.throws && !may_throw;
            with_callee(callee, catches);
            let keeps = rng.chance(30).then(|| AliasClass(rng.below(module.classes.len()) as u32));
            Imm::Runtime { runtime, catches, keeps }
        }
        ImmKind::Sig => {
            let signature = signature(rng);
            let catches = rng.chance(50) || signature.throws && !may_throw;
            with_callee(&signature, catches);
            operands.insert(0, Type::Ptr);
            Imm::Sig { sig: module.signature(&signature), catches }
        }
    };
    let args = operands.iter().map(|ty| value(rng, function, block, scope, *ty)).collect();
    let inst = push(function, block, rng, (op, ty, args, imm), &results);
    scope.here.extend(function.insts[inst].results.iter().copied());
}

/// A guard's exit.
fn guard(rng: &mut Rng, function: &mut Function, block: Block, scope: &mut Scope) -> Imm {
    let state = frame_state(rng, function, block, scope, 0);
    Imm::Guard { state, reason: Reason(rng.bits() as u16) }
}

/// A state over values in scope, with callers. `results`: how many results the call has that it belongs to.
fn frame_state(
    rng: &mut Rng,
    function: &mut Function,
    block: Block,
    scope: &mut Scope,
    results: usize,
) -> State {
    let first = function.virtuals.len();
    let count = rng.below(3);
    for _ in 0..count {
        let mut fields = Vec::new();
        let mut offset = 0;
        for _ in 0..rng.below(5) {
            let ty = *rng.pick(&Type::ALL);
            let item = match rng.below(3) {
                0 if ty == Type::Pair => FrameValue::Pair(rng.edgy(), rng.edgy()),
                0 => FrameValue::Const(ty, rng.constant(ty)),
                1 if ty == Type::Ptr => FrameValue::Virtual(Virtual((first + rng.below(count)) as u32)),
                _ => FrameValue::Value(value(rng, function, block, scope, ty)),
            };
            fields.push((offset, ty, item));
            offset += ty.size() + rng.below(8) as u32;
        }
        fields.reverse();
        function.virtuals.push(VirtualData { size: offset, kind: rng.below(9) as u32, fields });
    }
    let mut parent = None;
    let outer = rng.below(3);
    for depth in (0..=outer).rev() {
        // Callers wait for calls that are gone.
        let results = if depth > 0 { 3 } else { results };
        let mut values = Vec::new();
        for _ in 0..rng.below(6) {
            let ty = *rng.pick(&Type::ALL);
            values.push(match rng.below(5) {
                0 => FrameValue::Dead,
                4 if results > 0 => FrameValue::Result(rng.below(results) as u16),
                1 if ty == Type::Pair => FrameValue::Pair(rng.edgy(), rng.edgy()),
                1 => FrameValue::Const(ty, rng.constant(ty)),
                2 if count > 0 => FrameValue::Virtual(Virtual((first + rng.below(count)) as u32)),
                _ => FrameValue::Value(value(rng, function, block, scope, ty)),
            });
        }
        let (code, offset) = (rng.bits() as u32, rng.below(100) as u32);
        parent = Some(function.states.push(StateData { code, offset, values, parent }));
    }
    parent.expect("there is at least one state")
}

fn target(rng: &mut Rng, function: &mut Function, block: Block, scope: &mut Scope) -> Target {
    let to = Block(1 + rng.below(function.blocks.len() - 1) as u32);
    let types: Vec<Type> = function.blocks[to].params.iter().map(|v| function.ty(*v)).collect();
    let args = types.iter().map(|ty| value(rng, function, block, scope, *ty)).collect();
    Target { block: to, args }
}

fn terminator(rng: &mut Rng, module: &Module, function: &mut Function, block: Block, scope: &mut Scope) {
    let _ = module;
    let branches = function.blocks.len() > 1;
    let (op, args, imm) = match rng.below(8) {
        0 if function.signature.throws => (Op::Throw, vec![], Imm::None),
        1 => (Op::Deopt, vec![], guard(rng, function, block, scope)),
        2 => (Op::Trap, vec![], Imm::Trap(TrapCode(rng.bits() as u16))),
        n @ 3..=6 if branches => {
            let (op, operand) = match n {
                3 => (Op::Jump, None),
                4 => (Op::Switch, Some(Type::I32)),
                _ => (Op::Brif, Some(Type::Bool)),
            };
            let mut cases: Vec<i32> = Vec::new();
            if op == Op::Switch {
                cases = (0..rng.below(5)).map(|_| rng.edgy() as i32).collect();
                cases.sort_unstable();
                cases.dedup();
            }
            let count = [1, 1 + cases.len(), 2][n.min(5) - 3];
            let list = (0..count).map(|_| target(rng, function, block, scope)).collect();
            let args = operand.map(|ty| value(rng, function, block, scope, ty));
            (op, args.into_iter().collect(), Imm::Targets(Box::new(Targets { list, cases })))
        }
        _ => {
            let results = function.signature.results.clone();
            let args = results.iter().map(|ty| value(rng, function, block, scope, *ty)).collect();
            (Op::Return, args, Imm::None)
        }
    };
    push(function, block, rng, (op, None, args, imm), &[]);
}
