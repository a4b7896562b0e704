//! Statements that call.

use crate::entity::{Entity, Value};
use crate::function::Values;
use crate::module::Signature;
use crate::ops::Op;
use crate::random::body::{Body, Plan, Shape};
use crate::random::layout::ENTRY_AREA;
use crate::random::runtime;
use crate::types::Type;

/// Operations on a number that a later activation can be handed instead of the result.
const SUMS: [Op; 4] = [Op::Iadd, Op::Isub, Op::Imul, Op::Ishl];

impl Body<'_> {
    /// A function that may be called here: a later one, whose worst case fits the budget.
    fn callee(&mut self) -> Option<Plan> {
        let plans = self.plans;
        let later = plans.get(self.plan.func.index() + 1..)?;
        if later.is_empty() {
            return None;
        }
        let plan = later[self.rng.index(later.len())].clone();
        self.room(1, plan.cost + 200).then_some(plan)
    }

    /// Whether a call of something that throws (or not) catches.
    fn catches(&mut self, throws: bool) -> bool {
        throws && (!self.plan.throws || self.rng.chance(50))
    }

    pub(super) fn call(&mut self) {
        let Some(plan) = self.callee() else { return };
        let args = self.values_of(&plan.params);
        let catches = self.catches(plan.throws);
        let results = self.direct(&plan, &args, catches);
        self.spend(plan.cost);
        self.take_results(&results, &plan.results, catches);
    }

    /// A direct call; often with a frame state.
    fn direct(&mut self, plan: &Plan, args: &[Value], catches: bool) -> Values {
        if !self.plan.guards || !self.config.call_states || self.rng.chance(25) {
            return self.b.call(self.module, plan.func, args, catches);
        }
        let state = self.state();
        self.b.call_with_state(self.module, plan.func, args, catches, state)
    }

    /// Calls a function through the table of entry pointers; sometimes one of two with the same type.
    pub(super) fn call_indirect(&mut self) {
        let Some(plan) = self.callee() else { return };
        let twin = self.plans[self.plan.func.index() + 1..].iter().rev().find(|other| {
            other.func != plan.func
                && other.params == plan.params
                && other.results == plan.results
                && other.throws == plan.throws
        });
        let twin = twin.cloned();
        let signature = plan.signature();
        let known = self.module.signatures.iter().find(|(_, s)| **s == signature);
        let Some(sig) = known.map(|(sig, _)| sig) else { return };
        let args = self.values_of(&plan.params);
        let mut entry = self.entry(&plan);
        let mut cost = plan.cost;
        if let Some(twin) = twin
            && self.room(1, cost.max(twin.cost) + 200)
        {
            let condition = self.scalar(Type::Bool, 2);
            let other = self.entry(&twin);
            entry = self.b.select(condition, entry, other);
            cost = cost.max(twin.cost);
        }
        let catches = self.catches(plan.throws);
        let results = self.b.call_indirect(self.module, sig, entry, &args, catches);
        self.spend(cost);
        self.take_results(&results, &plan.results, catches);
    }

    fn entry(&mut self, plan: &Plan) -> Value {
        let offset = ENTRY_AREA.offset + 8 * plan.func.index() as u32;
        let buffer = self.buffer();
        self.b.load(Type::Ptr, buffer, offset as i32, ENTRY_AREA.class)
    }

    /// Arguments for this function that count down.
    fn counting_down(&mut self) -> Vec<Value> {
        let mut args = self.values_of(&self.plan.params.clone());
        let (counter, three, one) = (self.b.params()[1], self.i32(3), self.i32(1));
        let left = self.b.binary(Op::Band, counter, three);
        args[1] = self.b.binary(Op::Isub, left, one);
        args
    }

    /// Calls this function.
    pub(super) fn self_call(&mut self) {
        self.recursed = true;
        let args = self.counting_down();
        let catches = self.catches(self.plan.throws);
        let plan = self.plan.clone();
        let results = self.direct(&plan, &args, catches);
        let shapes = self.plan.results.clone();
        self.take_results(&results, &shapes, catches);
    }

    /// Ends this function in a call of itself, and often in arithmetic on the results.
    pub(super) fn tail_call(&mut self) {
        self.recursed_last = true;
        let args = self.counting_down();
        let shapes = self.plan.results.clone();
        let others = self.values_of(&shapes);
        let results = if self.rng.chance(30) {
            let plan = self.plan.clone();
            self.direct(&plan, &args, false)
        } else {
            self.b.call(self.module, self.plan.func, &args, false)
        };
        let plain = self.rng.chance(40);
        let mut values: Vec<Value> = results.to_vec();
        for (value, (shape, other)) in values.iter_mut().zip(shapes.iter().zip(others)) {
            let Shape::Scalar(ty @ (Type::I32 | Type::I64 | Type::Bool)) = *shape else { continue };
            let bits = ty == Type::Bool || self.rng.chance(30);
            let op = self.rng.pick(if bits { &[Op::Band, Op::Bor, Op::Bxor][..] } else { &SUMS[..] });
            for _ in 0..if plain { 0 } else { self.rng.below(3) } {
                let op = if bits { op } else { self.rng.pick(&SUMS) };
                let flipped = op != Op::Ishl && self.rng.chance(40);
                let (a, b) = if flipped { (other, *value) } else { (*value, other) };
                *value = self.b.binary(op, a, b);
            }
        }
        if self.rng.chance(40) {
            let types: Vec<Type> = shapes.iter().map(|shape| shape.ty()).collect();
            let end = self.b.add_block(&types);
            self.b.jump(end, &values);
            self.b.switch_to(end);
            values = self.b.block_params(end).to_vec();
        }
        self.b.ret(&values);
    }

    pub(super) fn call_runtime(&mut self) {
        let all: Vec<_> = self.module.runtimes.iter().collect();
        let (index, data) = all[self.rng.index(all.len())];
        let args: Vec<Value> = data
            .signature
            .params
            .iter()
            .map(|ty| self.value_of(if *ty == Type::Ptr { Shape::Buffer } else { Shape::Scalar(*ty) }))
            .collect();
        let args: Vec<Value> = args.into_iter().map(|value| self.shown(value)).collect();
        let catches = self.catches(data.signature.throws);
        if data.signature.throws && !catches && !self.plan.throws {
            return;
        }
        let shapes = runtime_results(&data.name, &data.signature);
        let results = self.b.call_runtime(self.module, index, &args, catches);
        self.take_results(&results, &shapes, catches);
    }

    /// Brings the results of a call into scope. After a catching call that throws they are zero, which is no object: then
    /// a branch replaces them, as it does sometimes for numbers too.
    fn take_results(&mut self, results: &Values, shapes: &[Shape], catches: bool) {
        let values: Vec<Value> = results.iter().copied().take(shapes.len()).collect();
        let threw = results.last().copied().filter(|_| catches);
        let objects = shapes.iter().any(|shape| matches!(shape, Shape::Object(_)));
        let Some(threw) = threw else {
            values.iter().zip(shapes).for_each(|(value, shape)| self.define(*value, *shape));
            return;
        };
        if !objects && self.rng.chance(40) {
            values.iter().zip(shapes).for_each(|(value, shape)| self.define(*value, *shape));
            self.define(threw, Shape::Scalar(Type::Bool));
            return;
        }
        let handler = self.b.add_block(&[]);
        let types: Vec<Type> = shapes.iter().map(|shape| shape.ty()).collect();
        let merge = self.b.add_block(&types);
        self.b.brif(threw, (handler, &[]), (merge, &values));
        let scope = self.scope();
        self.b.switch_to(handler);
        self.b.func().blocks[handler].cold = self.rng.chance(70);
        self.statements(2);
        let instead = self.values_of(shapes);
        self.b.jump(merge, &instead);
        self.leave_scope(&scope);
        self.b.switch_to(merge);
        let params = self.b.block_params(merge).to_vec();
        params.into_iter().zip(shapes).for_each(|(value, shape)| self.define(value, *shape));
        self.define(threw, Shape::Scalar(Type::Bool));
    }
}

fn runtime_results(name: &str, signature: &Signature) -> Vec<Shape> {
    let shape = |ty: &Type| if name == runtime::NEW { Shape::Object(0) } else { Shape::Scalar(*ty) };
    signature.results.iter().map(shape).collect()
}
