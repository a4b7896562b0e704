//! Bodies of functions in place of calls.
//!
//! Such a function has no frame of its own while its code runs. Exits name it and those around it, and who leaves pushes them all. The
//! runtime works for the innermost frame: around what it does, frames are pushed and taken away again. So what is put in place of calls is
//! mostly what does without.

use super::Emitter;
use super::scope::{Arrival, Caller, Scope};
use crate::flow::{Flow, handlers};
use crate::kinds::kinds;
use crate::snapshot::Snapshot;
use crate::value::{Kind, Val};
use ir::{Block, FrameValue, Op as Ir, State, Type, Value};
use js_bytecode::Inst;
use js_rt::Value as Word;
use js_rt::offsets::FRAME_TOP;

/// Functions in place of calls of one another, at most.
const DEEPEST: usize = 4;
/// Instructions of all of them in a function, at most.
pub(super) const MOST_IN_PLACE: usize = 200;

/// What a function is called with that is put in place of a call.
pub(crate) struct Callee {
    /// Where its frame record and register 0 are if they are pushed.
    pub(crate) record: Value,
    pub(crate) window: Value,
    pub(crate) function: Value,
    pub(crate) this: Val,
    /// Where it is constructed with.
    pub(crate) new_target: Option<Value>,
    pub(crate) args: Vec<Val>,
}

impl<'a> Emitter<'a> {
    /// The function with a code if its body is to be put in place of the call being lowered.
    pub(crate) fn body_of(&self, code: u64) -> Option<&'a Snapshot> {
        let body = self.at.snapshot.body_of(code)?;
        let usual = self.note().exits < self.at.snapshot.most_exits();
        let fits = usual && self.around.len() < DEEPEST && body.insts.len() <= self.left_in_place;
        Some(body).filter(|_| fits)
    }

    /// Whether a function in place of a call is being lowered.
    pub(crate) fn is_in_place(&self) -> bool {
        !self.around.is_empty()
    }

    /// Lowers a function in place of a call: where it returns, and where control comes with a status when it does not, if it does that.
    pub(crate) fn in_place(&mut self, body: &'a Snapshot, callee: Callee) -> (Vec<Arrival>, Option<Block>) {
        self.left_in_place -= body.insts.len();
        let flow = Flow::new(body, None);
        let mut regs = vec![Val::Constant(Word::UNDEFINED.bits()); body.registers as usize];
        regs[0] = Val::Any(callee.function);
        regs[1] = callee.this;
        let params = usize::from(body.params);
        for (reg, arg) in regs[2..].iter_mut().zip(callee.args.iter().take(params)) {
            *reg = *arg;
        }
        let entry =
            regs.iter().map(|value| if *value == Val::None { Kind::Any } else { value.kind() }).collect();
        let kinds = kinds(body, &flow, &entry);
        let state = self.waiting_state();
        let gone = self.cold_block_with(&[Type::I64]);
        let (flow, kinds) = self.facts.keep((flow, kinds));
        let mut scope = Scope::new((body, flow, kinds), callee.record, callee.window);
        scope.regs = regs;
        let scope = std::mem::replace(&mut self.at, scope);
        let (function, new_target) = (callee.function, callee.new_target);
        self.around.push(Caller {
            scope,
            function,
            new_target,
            state,
            gone,
            goes: false,
            arrivals: Vec::new(),
        });
        self.lower_blocks();
        let Some(caller) = self.around.pop() else { unreachable!("it was pushed") };
        self.at = caller.scope;
        (caller.arrivals, caller.goes.then_some(gone))
    }

    /// The frame of a function that waits for the call it stands at.
    fn waiting_state(&mut self) -> State {
        let mut data = self.state_data(self.at.pc);
        data.offset += 1;
        // The function in its place has the countdown.
        data.values[0] = FrameValue::Dead;
        self.b().state(data)
    }

    /// Has the frames pushed of functions in place of calls, for the runtime. Their registers are undefined.
    pub(crate) fn push_frames(&mut self) {
        for number in 0..self.around.len() {
            self.spill_around(number);
            let caller = &self.around[number];
            let (pc, function, new_target) = (caller.scope.pc as u64, caller.function, caller.new_target);
            let pc = self.int(pc);
            let new_target = new_target.unwrap_or_else(|| self.int(Word::UNDEFINED.bits()));
            self.runtime(self.functions.in_place, &[pc, function, new_target]);
        }
    }

    /// Takes them away.
    pub(crate) fn pop_frames(&mut self) {
        let Some(outermost) = self.around.first() else { return };
        let (frame, class) = (outermost.scope.frame, self.classes.frames);
        let depth = self.address(self.at.snapshot.cells.stack.depth);
        let (frames, count) = (self.load(Type::I64, depth, 0, class), self.int(self.around.len() as u64));
        let frames = self.b().binary(Ir::Isub, frames, count);
        self.store(frames, depth, 0, class);
        let top = self.load(Type::I32, frame, FRAME_TOP, class);
        self.set_top(top);
    }

    /// Stores what handlers around the call look at that a function stands at.
    fn spill_around(&mut self, number: usize) {
        let scope = &self.around[number].scope;
        let handlers = handlers(scope.snapshot, scope.pc);
        let live: Vec<u16> = handlers.flat_map(|handler| scope.flow.live[handler].iter()).collect();
        for reg in live {
            let scope = &self.around[number].scope;
            let (at, window) = (usize::from(reg), scope.window);
            if !scope.kept[at] && scope.regs[at] != Val::None {
                self.spill_value(scope.regs[at], window, reg);
            }
        }
    }

    /// The current block goes on behind a call.
    pub(crate) fn arrival(&self, value: Val) -> Arrival {
        Arrival { block: self.block, value, count: self.count }
    }

    /// Ends blocks, which go on with what a call came to in a register: of the kind that all say, and `last` is guarded to be. Whether there are
    /// any.
    pub(crate) fn meet_arrivals(&mut self, inst: Inst, arrivals: &[Arrival], last: Option<Arrival>) -> bool {
        let kind = arrivals.iter().fold(Kind::None, |kind, arrival| kind.join(arrival.value.kind()));
        let known = self.note().exits == 0 && matches!(kind, Kind::Bool | Kind::Int | Kind::Number);
        let kind = if known { kind } else { Kind::Any };
        let ty = match kind {
            Kind::Bool => Type::Bool,
            Kind::Int => Type::I32,
            Kind::Number => Type::F64,
            _ => Type::I64,
        };
        if arrivals.is_empty() && last.is_none() {
            return false;
        }
        let mut types = vec![ty];
        let counts = arrivals.first().or(last.as_ref()).is_some_and(|arrival| arrival.count.is_some());
        types.extend(counts.then_some(Type::I32));
        let done = self.new_block(&types);
        for arrival in arrivals.iter().chain(&last) {
            self.switch_to(arrival.block);
            self.count = arrival.count;
            let value = self.apart(|this| {
                this.set(inst.a(), arrival.value);
                this.coerced(arrival.value, kind, this.at.pc + 1)
            });
            let mut args = vec![self.word_of(value)];
            args.extend(self.count);
            self.b().jump(done, &args);
        }
        self.switch_to(done);
        let params = self.params(done);
        self.count = params.get(1).copied();
        let value = match kind {
            Kind::Bool => Val::Bool(params[0]),
            Kind::Int => Val::Int(params[0]),
            Kind::Number => Val::Number(params[0], None),
            _ => Val::Any(params[0]),
        };
        self.set(inst.a(), value);
        true
    }
}
