//! Function bodies: statements drawn at random, the values that they may use, and what they cost.

use crate::builder::Builder;
use crate::entity::{Block, Entity, Func, Value};
use crate::function::Imm;
use crate::module::Module;
use crate::ops::Op;
use crate::random::expr::Menu;
use crate::random::{Config, Rng};
use crate::types::{IntCond, Type};

/// What the generator knows of a value besides its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A number or opaque value.
    Scalar(Type),
    /// The address of the buffer.
    Buffer,
    /// The address of an object of this kind; never null.
    Object(u32),
}

impl Shape {
    pub(super) fn ty(self) -> Type {
        match self {
            Shape::Scalar(ty) => ty,
            Shape::Buffer | Shape::Object(_) => Type::Ptr,
        }
    }
}

/// What is decided of a function before its body is made.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) func: Func,
    pub(super) params: Vec<Shape>,
    pub(super) results: Vec<Shape>,
    pub(super) throws: bool,
    /// May call itself, up to three deep: parameter 1 counts down.
    pub(super) recursive: bool,
    /// May leave through frame states.
    pub(super) guards: bool,
    /// Instructions it may execute.
    pub(super) budget: u64,
    /// Instructions it executes at most; known once the body is made.
    pub(super) cost: u64,
}

/// A loop around the place where statements go.
#[derive(Clone, Debug)]
pub(super) struct Around {
    /// Where `break` goes.
    pub(super) exit: Block,
    /// Where `continue` goes.
    pub(super) latch: Block,
    /// What both take.
    pub(super) carried: Vec<Shape>,
}

/// Instructions that a statement without inner statements takes at most, about.
const STATEMENT_COST: u64 = 150;

/// A function body being made.
pub(super) struct Body<'a> {
    pub(super) rng: &'a mut Rng,
    pub(super) config: &'a Config,
    pub(super) module: &'a Module,
    pub(super) menu: &'a Menu,
    pub(super) plans: &'a [Plan],
    pub(super) plan: Plan,
    pub(super) b: Builder<'a>,
    /// Values that dominate the place where statements go.
    pub(super) env: Vec<(Value, Shape)>,
    /// Conditions that guards have checked, among the values that dominate.
    pub(super) checked: Vec<Value>,
    pub(super) around: Vec<Around>,
    /// How often the place where statements go is reached at most.
    times: u64,
    cost: u64,
    /// Instructions whose cost is counted.
    counted: usize,
    statements_left: u32,
    /// Bytecode offset of the next frame state.
    pub(super) offset: u32,
    /// Whether the one self-call in the middle was made.
    pub(super) recursed: bool,
    /// Whether the one at the end was.
    pub(super) recursed_last: bool,
}

/// Values in scope.
pub(super) struct Scope {
    env: usize,
    checked: usize,
}

#[derive(Clone, Copy, Debug)]
enum Statement {
    Compute,
    Load,
    Store,
    Flag,
    Fixed,
    Context,
    SelectPointer,
    ComparePointers,
    MeasurePointer,
    Alloc,
    LoadField,
    StoreField,
    Cell,
    Branch,
    ShortBranch,
    FloatAsWord,
    Switch,
    Loop,
    Irreducible,
    Leave,
    Call,
    CallIndirect,
    CallRuntime,
    SelfCall,
    Guard,
    Checked,
    Poll,
}

impl<'a> Body<'a> {
    pub(super) fn new(
        rng: &'a mut Rng,
        config: &'a Config,
        module: &'a Module,
        menu: &'a Menu,
        plans: &'a [Plan],
        func: Func,
        b: Builder<'a>,
    ) -> Body<'a> {
        let plan = plans[func.index()].clone();
        let env = b.params().iter().copied().zip(plan.params.iter().copied()).collect();
        let statements_left = rng.range(1, config.statements.max(1));
        Body {
            rng,
            config,
            module,
            menu,
            plans,
            plan,
            b,
            env,
            checked: Vec::new(),
            around: Vec::new(),
            times: 1,
            cost: 0,
            counted: 0,
            statements_left,
            offset: 0,
            recursed: false,
            recursed_last: false,
        }
    }

    /// Makes the whole body; what it costs at most, with all the calls of itself.
    pub(super) fn build(mut self) -> u64 {
        if self.plan.recursive {
            self.recursion_ends();
        }
        while self.statements_left > 0 && self.room(1, STATEMENT_COST) {
            self.statement();
        }
        if self.plan.recursive && self.rng.chance(60) {
            self.tail_call();
        } else {
            self.result();
        }
        self.charge();
        // Three deep, with one call in each activation or two.
        let activations = match (self.recursed, self.recursed_last) {
            (true, true) => 15,
            (false, false) => 1,
            _ => 4,
        };
        self.cost * activations
    }

    /// Counts the instructions made since the last call.
    fn charge(&mut self) {
        let made = self.b.func().insts.len();
        self.cost += (made - self.counted) as u64 * self.times;
        self.counted = made;
    }

    /// Whether `instructions` more, executed `times` times as often as what is made here, stay in the budget.
    pub(super) fn room(&mut self, times: u64, instructions: u64) -> bool {
        self.charge();
        self.cost + self.times * times * instructions <= self.plan.budget
    }

    /// Counts what is executed elsewhere when control comes here.
    pub(super) fn spend(&mut self, instructions: u64) {
        self.cost += self.times * instructions;
    }

    /// From here on, until [`Body::leave_loop`], everything is executed `trips` times as often.
    pub(super) fn enter_loop(&mut self, trips: u64) {
        self.charge();
        self.times *= trips;
    }

    pub(super) fn leave_loop(&mut self, trips: u64) {
        self.charge();
        self.times /= trips;
    }

    pub(super) fn scope(&self) -> Scope {
        Scope { env: self.env.len(), checked: self.checked.len() }
    }

    /// Forgets values that came into scope since.
    pub(super) fn leave_scope(&mut self, scope: &Scope) {
        self.env.truncate(scope.env);
        self.checked.truncate(scope.checked);
    }

    pub(super) fn define(&mut self, value: Value, shape: Shape) {
        self.env.push((value, shape));
    }

    /// The address of the buffer.
    pub(super) fn buffer(&mut self) -> Value {
        self.b.params()[0]
    }

    /// A value of the shape that is in scope, rather a recent one.
    pub(super) fn known(&mut self, shape: Shape) -> Option<Value> {
        let fitting: Vec<Value> = self.env.iter().filter(|(_, s)| *s == shape).map(|(v, _)| *v).collect();
        if fitting.is_empty() {
            return None;
        }
        let recent = fitting.len().min(4);
        let from = if self.rng.chance(60) { fitting.len() - recent } else { 0 };
        Some(fitting[from + self.rng.index(fitting.len() - from)])
    }

    /// A value of the shape: known, or made here.
    pub(super) fn value_of(&mut self, shape: Shape) -> Value {
        let known = if self.rng.chance(80) || shape == Shape::Buffer { self.known(shape) } else { None };
        match (known, shape) {
            (Some(value), _) => value,
            (None, Shape::Scalar(ty)) => self.scalar(ty, 2),
            (None, Shape::Buffer) => self.buffer(),
            (None, Shape::Object(kind)) => self.object(kind),
        }
    }

    pub(super) fn values_of(&mut self, shapes: &[Shape]) -> Vec<Value> {
        shapes.iter().map(|shape| self.value_of(*shape)).collect()
    }

    /// Some shapes that values in scope have, for block parameters.
    pub(super) fn some_shapes(&mut self, most: u32) -> Vec<Shape> {
        (0..self.rng.below(most + 1)).map(|_| self.env[self.rng.index(self.env.len())].1).collect()
    }

    /// Up to `most` statements.
    pub(super) fn statements(&mut self, most: u32) {
        for _ in 0..self.rng.below(most + 1) {
            if self.statements_left == 0 || !self.room(1, STATEMENT_COST) {
                return;
            }
            self.statement();
        }
    }

    fn statement(&mut self) {
        use Statement::*;
        self.statements_left = self.statements_left.saturating_sub(1);
        let position = self.b.func().insts.len() as u32;
        self.b.set_position(position);
        let on = |feature: bool, weight: u32| if feature { weight } else { 0 };
        let c = self.config;
        let favoured = |weight: u32| if c.calls_foremost { 6 * weight } else { weight };
        let deep = self.around.len() as u32 >= c.loop_depth;
        let menu = [
            (14, Compute),
            (12, Load),
            (14, Store),
            (3, Flag),
            (2, Fixed),
            (on(c.context, 2), Context),
            (2, SelectPointer),
            (2, ComparePointers),
            (2, MeasurePointer),
            (on(self.may_alloc(), favoured(8)), Alloc),
            (favoured(6), LoadField),
            (favoured(5), StoreField),
            (4, Cell),
            (7, Branch),
            (2, ShortBranch),
            (4, FloatAsWord),
            (3, Switch),
            (on(!deep, 8), Loop),
            (on(!deep && c.irreducible, 2), Irreducible),
            (favoured(3), Leave),
            (on(c.calls, favoured(8) - 2), Call),
            (on(c.indirect_calls, 4), CallIndirect),
            (on(c.runtime_calls, 5), CallRuntime),
            (on(self.plan.recursive && !self.recursed && self.times == 1, 30), SelfCall),
            (on(self.plan.guards, favoured(7)), Guard),
            (on(self.plan.guards, favoured(7)), Checked),
            (on(self.plan.throws, 2), Poll),
        ];
        match self.rng.weighted(&menu).unwrap_or(Compute) {
            Compute => self.compute(),
            Load => self.load_bytes(),
            Store => self.store_bytes(),
            Flag => self.flag(),
            Fixed => self.load_fixed(),
            Context => self.load_context(),
            SelectPointer => self.select_pointer(),
            ComparePointers => self.compare_pointers(),
            MeasurePointer => self.measure_pointer(),
            Alloc => self.alloc(),
            LoadField => self.load_field(),
            StoreField => self.store_field(),
            Cell => self.cell(),
            Branch => self.branch(),
            ShortBranch => self.short_branch(),
            FloatAsWord => self.float_as_word(),
            Switch => self.switch(),
            Loop => self.counted_loop(),
            Irreducible => self.irreducible(),
            Leave => self.leave_sometimes(),
            Call => self.call(),
            CallIndirect => self.call_indirect(),
            CallRuntime => self.call_runtime(),
            SelfCall => self.self_call(),
            Guard => self.guard(),
            Checked => self.checked_arithmetic(),
            Poll => self.poll(),
        }
    }

    /// An interrupt poll, where it may throw.
    pub(super) fn poll(&mut self) {
        if self.plan.throws {
            self.b.op(Op::Poll, None, &[], Imm::None);
        }
    }

    /// A new value from a small expression.
    fn compute(&mut self) {
        let shape = super::program::shape(self.rng, self.config, false);
        let value = self.scalar(shape.ty(), 3);
        self.define(value, shape);
    }

    /// Ends the function with results, the recently made values among them.
    pub(super) fn result(&mut self) {
        let shapes = self.plan.results.clone();
        let values = self.values_of(&shapes);
        self.b.ret(&values);
    }

    /// Returns at once when the counter in parameter 1, modulo 4, is 0.
    fn recursion_ends(&mut self) {
        let counter = self.b.params()[1];
        let three = self.b.iconst(Type::I32, 3);
        let left = self.b.binary(Op::Band, counter, three);
        let zero = self.b.iconst(Type::I32, 0);
        let done = self.b.icmp(IntCond::Eq, left, zero);
        let (end, go_on) = (self.b.add_block(&[]), self.b.add_block(&[]));
        self.b.brif(done, (end, &[]), (go_on, &[]));
        self.b.switch_to(end);
        let scope = self.scope();
        self.result();
        self.leave_scope(&scope);
        self.b.switch_to(go_on);
    }
}
