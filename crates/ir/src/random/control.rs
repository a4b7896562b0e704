//! Statements with control flow: branches, switches, loops.

use crate::entity::{Block, Value};
use crate::eval::Const;
use crate::function::Reason;
use crate::ops::Op;
use crate::random::body::{Around, Body, Shape};
use crate::types::{IntCond, Type};

/// How a loop counts.
struct Counter {
    /// The controlling type of the counter.
    ty: Type,
    start: i64,
    step: i64,
    /// The loop goes on while the counter compares so to `end`.
    condition: IntCond,
    end: Value,
    /// Whether the step is checked arithmetic.
    guarded: bool,
}

/// The types of block parameters.
fn types(shapes: &[Shape]) -> Vec<Type> {
    shapes.iter().map(|shape| shape.ty()).collect()
}

impl Body<'_> {
    fn new_block(&mut self, shapes: &[Shape]) -> Block {
        self.b.add_block(&types(shapes))
    }

    /// Goes on in a block whose parameters have these shapes.
    fn go_on_in(&mut self, block: Block, shapes: &[Shape]) {
        self.b.switch_to(block);
        let params = self.b.block_params(block).to_vec();
        for (value, shape) in params.into_iter().zip(shapes) {
            self.define(value, *shape);
        }
    }

    /// Statements in a block of their own that ends in a jump to `merge` with values of these shapes.
    fn arm(&mut self, block: Block, merge: Block, shapes: &[Shape], most: u32) {
        let scope = self.scope();
        self.b.switch_to(block);
        self.statements(most);
        let values = self.values_of(shapes);
        self.b.jump(merge, &values);
        self.leave_scope(&scope);
    }

    /// If, with or without else.
    pub(super) fn branch(&mut self) {
        let condition = self.scalar(Type::Bool, 2);
        self.branch_on(condition);
    }

    fn branch_on(&mut self, condition: Value) {
        let shapes = self.some_shapes(3);
        let then = self.new_block(&[]);
        let merge = self.new_block(&shapes);
        if self.rng.chance(30) {
            let values = self.values_of(&shapes);
            self.b.brif(condition, (then, &[]), (merge, &values));
        } else {
            let other = self.new_block(&[]);
            self.b.brif(condition, (then, &[]), (other, &[]));
            self.arm(other, merge, &shapes, 4);
        }
        self.arm(then, merge, &shapes, 4);
        self.go_on_in(merge, &shapes);
    }

    /// Both ways of a branch go to one block, with different values.
    pub(super) fn short_branch(&mut self) {
        let condition = self.scalar(Type::Bool, 2);
        let mut shapes = self.some_shapes(2);
        shapes.push(Shape::Scalar(Type::I32));
        let merge = self.new_block(&shapes);
        let (a, b) = (self.values_of(&shapes), self.values_of(&shapes));
        if self.rng.chance(70) {
            self.b.brif(condition, (merge, &a), (merge, &b));
            self.go_on_in(merge, &shapes);
            return;
        }
        // The second branch repeats the first one, as far as a constant says so.
        let flag = self.b.func().add_param(merge, Type::Bool);
        let (yes, no) = (self.constant(Const::bool(true)), self.constant(Const::bool(false)));
        let known = self.rng.chance(50);
        let other = if known { no } else { self.value_of(Shape::Scalar(Type::Bool)) };
        let (a, b) = ([a.as_slice(), &[yes]].concat(), [b.as_slice(), &[other]].concat());
        self.b.brif(condition, (merge, &a), (merge, &b));
        self.go_on_in(merge, &shapes);
        self.branch_on(flag);
    }

    /// A float goes through a word where two ways meet.
    pub(super) fn float_as_word(&mut self) {
        let condition = self.scalar(Type::Bool, 1);
        let one = self.word_of_float();
        let other = if self.rng.chance(50) { self.word_of_float() } else { self.scalar(Type::I64, 1) };
        let (then, merge) = (self.new_block(&[]), self.new_block(&[Shape::Scalar(Type::I64)]));
        self.b.brif(condition, (then, &[]), (merge, &[one]));
        let scope = self.scope();
        self.b.switch_to(then);
        self.statements(2);
        self.b.jump(merge, &[other]);
        self.leave_scope(&scope);
        self.b.switch_to(merge);
        let word = self.b.block_params(merge)[0];
        let float = self.b.unary(Op::BitsToF64, word);
        self.define(float, Shape::Scalar(Type::F64));
        if self.rng.chance(20) {
            self.define(word, Shape::Scalar(Type::I64));
        }
    }

    fn word_of_float(&mut self) -> Value {
        let float = self.scalar(Type::F64, 1);
        let shown = self.shown(float);
        self.b.unary(Op::F64ToBits, shown)
    }

    pub(super) fn switch(&mut self) {
        let mut value = self.scalar(Type::I32, 2);
        if self.rng.chance(70) {
            let seven = self.i32(7);
            value = self.b.binary(Op::Band, value, seven);
        }
        let shapes = self.some_shapes(2);
        let merge = self.new_block(&shapes);
        let default = self.new_block(&[]);
        let mut arms = vec![default];
        let cases = self.cases(&mut arms, merge, &shapes);
        let targets: Vec<(i32, Block, &[Value])> =
            cases.iter().map(|(case, block, values)| (*case, *block, values.as_slice())).collect();
        self.b.switch(value, &targets, (default, &[]));
        for arm in arms {
            self.arm(arm, merge, &shapes, 2);
        }
        self.go_on_in(merge, &shapes);
    }

    /// Cases that go to arms of their own, which are added to `arms`, to one of those before, or straight to `merge`.
    fn cases(
        &mut self,
        arms: &mut Vec<Block>,
        merge: Block,
        shapes: &[Shape],
    ) -> Vec<(i32, Block, Vec<Value>)> {
        let mut cases: Vec<(i32, Block, Vec<Value>)> = Vec::new();
        for _ in 0..self.rng.range(0, 5) {
            let case = if self.rng.chance(80) { self.rng.below(8) as i32 } else { self.edge_case() };
            if cases.iter().any(|(known, ..)| *known == case) {
                continue;
            }
            match self.rng.below(5) {
                0 => {
                    let values = self.values_of(shapes);
                    cases.push((case, merge, values));
                }
                1 => {
                    let block = self.rng.pick(arms);
                    cases.push((case, block, Vec::new()));
                }
                _ => {
                    arms.push(self.new_block(&[]));
                    cases.push((case, arms[arms.len() - 1], Vec::new()));
                }
            }
        }
        cases
    }

    fn edge_case(&mut self) -> i32 {
        self.rng.pick(&[-1, i32::MIN, i32::MAX, 100, 255])
    }

    /// How often a loop may go round, fitting the budget; `None` when not even twice.
    fn trips(&mut self) -> Option<u64> {
        let most = if self.rng.chance(15) { 40 } else { 8 };
        let trips = u64::from(self.rng.range(1, most));
        [trips, 2].into_iter().find(|trips| self.room(*trips, 200))
    }

    /// A counter that ends the loop within `trips` rounds: up or down, with a fixed or a computed end.
    fn counter(&mut self, trips: u64) -> Counter {
        let ty = self.rng.pick(&[Type::I32, Type::I32, Type::I64]);
        let guarded = self.config.guards && self.rng.chance(40);
        let step = i64::from(self.rng.range(1, 3));
        let span = trips as i64 * step;
        if self.rng.chance(35) {
            let end = self.b.iconst(ty, 0);
            return Counter { ty, start: span, step: -step, condition: IntCond::Sgt, end, guarded };
        }
        let end = if self.rng.chance(50) {
            self.b.iconst(ty, span)
        } else {
            // At most `span`, at least 0.
            let mask = (1i64 << span.ilog2()) - 1;
            let value = self.scalar(ty, 1);
            let mask = self.b.iconst(ty, mask);
            self.b.binary(Op::Band, value, mask)
        };
        let condition = self.rng.pick(&[IntCond::Slt, IntCond::Ult]);
        Counter { ty, start: 0, step, condition, end, guarded }
    }

    /// The counter after one round.
    fn advance(&mut self, counter: &Counter, value: Value) -> Value {
        let step = self.b.iconst(counter.ty, counter.step);
        if !counter.guarded {
            return self.b.binary(Op::Iadd, value, step);
        }
        let state = self.state();
        self.b.checked(Op::IaddGuard, value, step, state, Reason(1))
    }

    /// A loop that counts, tested at its top or at its bottom, with values carried round.
    pub(super) fn counted_loop(&mut self) {
        let Some(trips) = self.trips() else { return };
        let counter = self.counter(trips);
        let carried = self.some_shapes(4);
        let with_count: Vec<Shape> = [&[Shape::Scalar(counter.ty)], carried.as_slice()].concat();
        let (header, latch) = (self.new_block(&with_count), self.new_block(&carried));
        let exit = self.new_block(&carried);
        let start = self.constant(Const::new(counter.ty, counter.start as u64));
        let initial = self.values_of(&carried);
        self.b.jump(header, &[&[start], initial.as_slice()].concat());

        let before = self.scope();
        // Once more for the test that fails.
        self.enter_loop(trips + 1);
        self.go_on_in(header, &with_count);
        let in_header = self.scope();
        if self.plan.guards && self.rng.chance(70) {
            let state = self.state();
            self.b.anchor(state, Reason(6));
        }
        let top_tested = self.rng.chance(60);
        if top_tested {
            self.test_at_top(&counter, header, exit);
        }
        self.around.push(Around { exit, latch, carried: carried.clone() });
        self.statements(6);
        self.around.pop();
        let values = self.values_of(&carried);
        self.b.jump(latch, &values);

        // `continue` comes to the latch from places that do not see the body's values.
        self.leave_scope(&in_header);
        self.go_on_in(latch, &carried);
        self.finish_round(&counter, header, latch, (!top_tested).then_some(exit));
        self.leave_loop(trips + 1);
        // Every way to the exit passes the header: sometimes its values are used behind the loop.
        let keep = self.rng.chance(40);
        self.leave_scope(if keep { &in_header } else { &before });
        self.go_on_in(exit, &carried);
    }

    /// Leaves from the header, or goes on in a new block.
    fn test_at_top(&mut self, counter: &Counter, header: Block, exit: Block) {
        let params = self.b.block_params(header).to_vec();
        let more = self.b.icmp(counter.condition, params[0], counter.end);
        let body = self.b.add_block(&[]);
        self.b.brif(more, (body, &[]), (exit, &params[1..]));
        self.b.switch_to(body);
    }

    /// The latch: counts and goes round; leaves to `exit` when the loop is tested here.
    fn finish_round(&mut self, counter: &Counter, header: Block, latch: Block, exit: Option<Block>) {
        let at = self.b.block_params(header)[0];
        let values = self.b.block_params(latch).to_vec();
        if self.rng.chance(60) {
            self.poll();
        }
        let next = self.advance(counter, at);
        let round: Vec<Value> = [&[next], values.as_slice()].concat();
        match exit {
            None => self.b.jump(header, &round),
            Some(exit) => {
                let more = self.b.icmp(counter.condition, next, counter.end);
                self.b.brif(more, (header, &round), (exit, &values));
            }
        }
    }

    /// A loop of two blocks that can be entered at either.
    pub(super) fn irreducible(&mut self) {
        let Some(trips) = self.trips() else { return };
        let carried = self.some_shapes(2);
        let count = Shape::Scalar(Type::I32);
        let with_count: Vec<Shape> = [&[count], carried.as_slice()].concat();
        let blocks = [self.new_block(&with_count), self.new_block(&with_count)];
        let exit = self.new_block(&carried);
        let condition = self.scalar(Type::Bool, 2);
        let start = self.i32(trips as i32);
        let (a, b) = (self.values_of(&carried), self.values_of(&carried));
        let (a, b) = ([&[start], a.as_slice()].concat(), [&[start], b.as_slice()].concat());
        self.b.brif(condition, (blocks[0], &a), (blocks[1], &b));
        self.enter_loop(trips);
        // Inner loops would leave by `break` to a loop that is not around them any more.
        let around = std::mem::take(&mut self.around);
        for (block, other) in [(blocks[0], blocks[1]), (blocks[1], blocks[0])] {
            let scope = self.scope();
            self.go_on_in(block, &with_count);
            let at = self.b.block_params(block)[0];
            self.statements(2);
            let one = self.i32(1);
            let left = self.b.binary(Op::Isub, at, one);
            let zero = self.i32(0);
            let more = self.b.icmp(IntCond::Sgt, left, zero);
            let values = self.values_of(&carried);
            let round = [&[left], values.as_slice()].concat();
            self.b.brif(more, (other, &round), (exit, &values));
            self.leave_scope(&scope);
        }
        self.around = around;
        self.leave_loop(trips);
        self.go_on_in(exit, &carried);
    }
}
