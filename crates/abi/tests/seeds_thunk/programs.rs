//! The bytecode of the interpreter-and-stub model, its interpreter, and a compiler for C expressions.

/// Operators, lowest precedence first, as C ranks them: `==` binds tighter than `&`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BinOp {
    Or,
    Xor,
    And,
    Eq,
    Lt,
    Shl,
    Sar,
    Add,
    Sub,
    Mul,
}

impl BinOp {
    pub(crate) const ALL: [BinOp; 10] = [
        BinOp::Or,
        BinOp::Xor,
        BinOp::And,
        BinOp::Eq,
        BinOp::Lt,
        BinOp::Shl,
        BinOp::Sar,
        BinOp::Add,
        BinOp::Sub,
        BinOp::Mul,
    ];

    fn token(self) -> &'static str {
        ["|", "^", "&", "==", "<", "<<", ">>", "+", "-", "*"][self as usize]
    }

    fn precedence(self) -> u8 {
        [1, 2, 3, 4, 5, 6, 6, 7, 7, 8][self as usize]
    }

    pub(crate) fn apply(self, left: i64, right: i64) -> i64 {
        match self {
            BinOp::Or => left | right,
            BinOp::Xor => left ^ right,
            BinOp::And => left & right,
            BinOp::Eq => (left == right).into(),
            BinOp::Lt => (left < right).into(),
            BinOp::Shl => left.wrapping_shl(right as u32),
            BinOp::Sar => left.wrapping_shr(right as u32),
            BinOp::Add => left.wrapping_add(right),
            BinOp::Sub => left.wrapping_sub(right),
            BinOp::Mul => left.wrapping_mul(right),
        }
    }
}

/// An accumulator machine with an operand stack. Targets are indices of operations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Const(i64),
    Load(usize),
    Store(usize),
    Push,
    /// accumulator = popped operand `op` accumulator.
    Bin(BinOp),
    Jump(usize),
    JumpIfZero(usize),
    /// Jumps to `targets[accumulator - low]`, or to `default`.
    Dense {
        low: i64,
        targets: Vec<usize>,
        default: usize,
    },
    /// Jumps to the target of the key that equals the accumulator, or to `default`.
    Sparse {
        cases: Vec<(i64, usize)>,
        default: usize,
    },
    /// Calls the run-time helper, which may change everything in the state.
    Helper,
    Return,
}

pub(crate) const LOCALS: usize = 8;
pub(crate) const DEPTH: usize = 16;

/// The VM state, as both tiers and the helper see it.
#[repr(C)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) acc: i64,
    pub(crate) locals: [i64; LOCALS],
    pub(crate) stack: [i64; DEPTH],
    pub(crate) helper_calls: i64,
}

impl State {
    pub(crate) fn new(locals: [i64; LOCALS]) -> State {
        State { acc: 0, locals, stack: [0; DEPTH], helper_calls: 0 }
    }
}

/// The helper of both tiers: mutates the accumulator and a local.
pub(crate) unsafe extern "C" fn helper(state: *mut State) {
    // SAFETY: both tiers pass their live state.
    let state = unsafe { &mut *state };
    state.helper_calls += 1;
    state.acc = state.acc.wrapping_mul(31).wrapping_add(state.locals[0]) ^ 0x55;
    state.locals[1] = state.locals[1].wrapping_add(state.acc);
}

/// The reference tier.
pub(crate) fn interpret(program: &[Op], state: &mut State) -> i64 {
    let (mut at, mut depth) = (0, 0);
    loop {
        let op = &program[at];
        at += 1;
        match op {
            Op::Const(value) => state.acc = *value,
            Op::Load(local) => state.acc = state.locals[*local],
            Op::Store(local) => state.locals[*local] = state.acc,
            Op::Push => {
                state.stack[depth] = state.acc;
                depth += 1;
            }
            Op::Bin(op) => {
                depth -= 1;
                state.acc = op.apply(state.stack[depth], state.acc);
            }
            Op::Jump(target) => at = *target,
            Op::JumpIfZero(target) if state.acc == 0 => at = *target,
            Op::JumpIfZero(_) => {}
            Op::Dense { low, targets, default } => {
                let index = usize::try_from(state.acc.wrapping_sub(*low)).ok();
                at = *index.and_then(|index| targets.get(index)).unwrap_or(default);
            }
            Op::Sparse { cases, default } => {
                at = cases.iter().find(|(key, _)| *key == state.acc).map_or(*default, |(_, target)| *target);
            }
            // SAFETY: the state is live and exclusive.
            Op::Helper => unsafe { helper(state) },
            Op::Return => return state.acc,
        }
    }
}

/// Compiles an expression over integers and the locals `a` to `h`, ending in a return.
pub(crate) fn compile_expression(text: &str) -> Vec<Op> {
    let mut parser = Parser { rest: text.trim_start(), ops: Vec::new() };
    parser.expression(0);
    assert_eq!(parser.rest, "", "in {text}");
    parser.ops.push(Op::Return);
    parser.ops
}

struct Parser<'a> {
    rest: &'a str,
    ops: Vec<Op>,
}

impl Parser<'_> {
    fn expression(&mut self, above: u8) {
        self.operand();
        // The longest token wins: `<<` is not `<`.
        while let Some(op) = BinOp::ALL
            .into_iter()
            .filter(|op| self.rest.starts_with(op.token()))
            .max_by_key(|op| op.token().len())
            .filter(|op| op.precedence() > above)
        {
            self.skip(op.token().len());
            self.ops.push(Op::Push);
            self.expression(op.precedence());
            self.ops.push(Op::Bin(op));
        }
    }

    fn operand(&mut self) {
        let first = self.rest.bytes().next().expect("an operand");
        match first {
            b'(' => {
                self.skip(1);
                self.expression(0);
                assert!(self.rest.starts_with(')'), "a parenthesis is open before {}", self.rest);
                self.skip(1);
            }
            b'a'..=b'h' => {
                self.ops.push(Op::Load((first - b'a').into()));
                self.skip(1);
            }
            _ => {
                let digits = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
                self.ops.push(Op::Const(self.rest[..digits].parse().expect("a number")));
                self.skip(digits);
            }
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest[bytes..].trim_start();
    }
}

/// The operand stack's depth before every operation that can be reached; branches in these programs only go forward.
pub(crate) fn depths(program: &[Op]) -> Vec<Option<usize>> {
    let mut depths = vec![None; program.len()];
    depths[0] = Some(0);
    for at in 0..program.len() {
        let Some(depth) = depths[at] else { continue };
        let after = match &program[at] {
            Op::Push => depth + 1,
            Op::Bin(_) => depth - 1,
            _ => depth,
        };
        let mut next = match &program[at] {
            Op::Jump(target) => vec![*target],
            Op::JumpIfZero(target) => vec![*target, at + 1],
            Op::Dense { targets, default, .. } => [targets.as_slice(), &[*default]].concat(),
            Op::Sparse { cases, default } => cases.iter().map(|case| case.1).chain([*default]).collect(),
            Op::Return => Vec::new(),
            _ => vec![at + 1],
        };
        next.dedup();
        for target in next {
            assert!(
                target > at && depths[target].is_none_or(|known| known == after),
                "operation {at}: {target}"
            );
            depths[target] = Some(after);
        }
    }
    depths
}

/// A seeded generator (SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

/// A random program: blocks of straight code, connected by forward branches of every kind, at empty operand stack.
pub(crate) fn random_program(random: &mut Random) -> Vec<Op> {
    let blocks: Vec<Vec<Op>> = (0..6).map(|_| random_block(random)).collect();
    // A block is its code and one branch.
    let starts: Vec<usize> =
        blocks.iter().scan(0, |at, block| Some(std::mem::replace(at, *at + block.len() + 1))).collect();
    let mut program = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        program.extend(block.iter().cloned());
        let later = &starts[index + 1..];
        let mut pick = || later[random.below(later.len())];
        let branch = match (later.len(), index % 4) {
            (0, _) => Op::Return,
            (_, 0) => Op::Dense { low: -1, targets: vec![pick(), pick(), pick()], default: pick() },
            (_, 1) => {
                Op::Sparse { cases: vec![(0, pick()), (1, pick()), (1 << 40, pick())], default: pick() }
            }
            (_, 2) => Op::JumpIfZero(pick()),
            _ => Op::Jump(pick()),
        };
        program.push(branch);
    }
    program
}

fn random_block(random: &mut Random) -> Vec<Op> {
    let mut ops = Vec::new();
    for _ in 0..3 + random.below(4) {
        ops.push(match random.below(3) {
            0 => Op::Const([0, 1, -1, 63, 1 << 40, i64::MIN, random.next() as i64][random.below(7)]),
            _ => Op::Load(random.below(LOCALS)),
        });
        ops.push(Op::Push);
        ops.push(Op::Load(random.below(LOCALS)));
        ops.push(Op::Bin(BinOp::ALL[random.below(BinOp::ALL.len())]));
        match random.below(3) {
            0 => ops.push(Op::Store(random.below(LOCALS))),
            1 => ops.push(Op::Helper),
            _ => {}
        }
    }
    if random.below(2) == 0 {
        // So that switches see small values too.
        ops.extend([Op::Push, Op::Const(3), Op::Bin(BinOp::And)]);
    }
    ops
}
