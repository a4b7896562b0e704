//! Scalar replacement: an allocation that nobody else can see becomes its fields, as SSA values.
//!
//! Loads and stores at constant offsets, comparisons and frame states may name the object; everything else lets it
//! escape. Frame states get a virtual object, which is made anew when the guard leaves. An object that is stored in
//! another one can go once the other is gone, so there are several rounds.

use super::ssa::Repair;
use super::{Context, Pass, edit};
use crate::cfg::Cfg;
use crate::entity::{AliasClass, Block, Inst, State, Table, Value, Virtual};
use crate::eval::Const;
use crate::function::{Def, FrameValue, Function, Imm, InstData, Values, VirtualData};
use crate::ops::Op;
use crate::types::{IntCond, Type};
use rustc_hash::FxHashMap;

/// The pass.
pub const PASS: Pass =
    Pass { name: "scalar", summary: "take apart allocations that nobody else can see", run };

/// Objects in objects in objects, at most.
const ROUNDS: u32 = 8;
/// Fields of an object that is taken apart, at most: each may become a parameter of many blocks.
const FIELDS: usize = 64;

fn run(func: &mut Function, ctx: &Context<'_>) -> bool {
    let cfg = Cfg::new(func);
    // What is not looked at must not name what goes.
    let mut changed = edit::remove_unreachable(func, &cfg);
    for _ in 0..ROUNDS {
        let Some(objects) = find(func, &cfg) else { break };
        ctx.count("allocations removed", objects.list.len() as u32);
        Replacement::new(func, &cfg, objects).run();
        changed = true;
    }
    changed
}

/// An address in an object.
#[derive(Clone, Copy, Debug)]
struct Address {
    object: usize,
    offset: i64,
}

/// A part of an object that is only accessed as a whole.
struct Field {
    offset: u32,
    ty: Type,
    class: AliasClass,
}

/// An allocation.
struct Object {
    alloc: Inst,
    size: u32,
    kind: u32,
    fields: Vec<Field>,
    escapes: bool,
}

/// Allocations, and the values that point into them.
struct Objects {
    list: Vec<Object>,
    addresses: FxHashMap<Value, Address>,
}

/// The allocations that can be taken apart; `None` when there are none.
fn find(func: &Function, cfg: &Cfg) -> Option<Objects> {
    let mut objects = Objects { list: Vec::new(), addresses: FxHashMap::default() };
    for block in &cfg.rpo {
        for inst in &func.blocks[*block].insts {
            objects.look(func, *inst);
        }
    }
    // The list is kept dense: what escapes is dropped with its addresses.
    let mut place = Vec::with_capacity(objects.list.len());
    let mut kept = 0;
    for object in &objects.list {
        place.push((!object.escapes).then_some(kept));
        kept += usize::from(!object.escapes);
    }
    objects.list.retain(|object| !object.escapes);
    objects.addresses.retain(|_, address| match place[address.object] {
        Some(index) => {
            address.object = index;
            true
        }
        None => false,
    });
    (kept > 0).then_some(objects)
}

impl Objects {
    /// Notes what an instruction does with objects. Definitions are seen before their uses.
    fn look(&mut self, func: &Function, inst: Inst) {
        let data = &func.insts[inst];
        match (data.op, &data.imm) {
            (Op::Alloc, Imm::Alloc { size, kind }) => {
                let object = self.list.len();
                let (size, kind) = (*size, *kind);
                self.list.push(Object { alloc: inst, size, kind, fields: Vec::new(), escapes: false });
                self.addresses.insert(data.results[0], Address { object, offset: 0 });
            }
            (Op::PtrAdd, _) => self.add(func, data),
            (Op::Load, Imm::Mem { offset, class }) => {
                self.access(data.args[0], *offset, *class, data.ty);
            }
            (Op::Store, Imm::Mem { offset, class }) => {
                self.escape(data.args[0]);
                self.access(data.args[1], *offset, *class, data.ty);
            }
            (Op::Icmp, Imm::IntCond(IntCond::Eq | IntCond::Ne)) => {}
            _ => {
                data.args.iter().for_each(|value| self.escape(*value));
                let branch = data.targets().iter().flat_map(|target| &target.args);
                branch.for_each(|value| self.escape(*value));
            }
        }
        if let Some(state) = data.state() {
            // A frame cannot name the middle of an object that is not there.
            func.each_state_use(state, &mut |value| {
                if self
                    .addresses
                    .get(&value)
                    .is_some_and(|a| self.list[a.object].alloc != defined_by(func, value))
                {
                    self.escape(value);
                }
            });
        }
    }

    fn escape(&mut self, value: Value) {
        if let Some(address) = self.addresses.get(&value) {
            self.list[address.object].escapes = true;
        }
    }

    fn add(&mut self, func: &Function, data: &InstData) {
        let Some(Address { object, offset }) = self.addresses.get(&data.args[0]).copied() else { return };
        let step = edit::as_int(func, data.args[1]);
        match step.and_then(|step| offset.checked_add(step)) {
            Some(offset) => drop(self.addresses.insert(data.results[0], Address { object, offset })),
            None => self.list[object].escapes = true,
        }
    }

    fn access(&mut self, address: Value, offset: i32, class: AliasClass, ty: Option<Type>) {
        let (Some(address), Some(ty)) = (self.addresses.get(&address), ty) else { return };
        let object = &mut self.list[address.object];
        let start = address.offset.checked_add(i64::from(offset));
        let inside = |start: &i64| *start >= 0 && start + i64::from(ty.size()) <= i64::from(object.size);
        let Some(start) = start.filter(inside) else {
            object.escapes = true;
            return;
        };
        let offset = start as u32;
        for field in &object.fields {
            if (field.offset, field.ty, field.class) == (offset, ty, class) {
                return;
            }
            if field.offset < offset + ty.size() && offset < field.offset + field.ty.size() {
                object.escapes = true;
                return;
            }
        }
        object.fields.push(Field { offset, ty, class });
        object.escapes |= object.fields.len() > FIELDS;
    }

    /// Object and field number of an access.
    fn field(&self, data: &InstData) -> Option<(usize, usize)> {
        let address = self.addresses.get(data.args.last()?)?;
        let Imm::Mem { offset, .. } = data.imm else { return None };
        let start = address.offset + i64::from(offset);
        let fields = &self.list[address.object].fields;
        Some((address.object, fields.iter().position(|field| i64::from(field.offset) == start)?))
    }
}

fn defined_by(func: &Function, value: Value) -> Inst {
    match func.values[value].def {
        Def::Result(inst, _) => inst,
        _ => Inst(u32::MAX),
    }
}

/// A field while its object is taken apart.
struct Variable {
    repair: Repair,
    /// What it is at first.
    zero: Value,
}

struct Replacement<'a> {
    func: &'a mut Function,
    cfg: &'a Cfg,
    objects: Objects,
    /// By object and field.
    variables: Vec<Vec<Variable>>,
    /// What fields are at the place looked at, as far as it is known in this block.
    now: FxHashMap<(usize, usize), Value>,
    /// States and objects made since a field changed.
    states: FxHashMap<State, State>,
    virtuals: FxHashMap<usize, Virtual>,
    renames: edit::Renames,
}

impl<'a> Replacement<'a> {
    fn new(func: &'a mut Function, cfg: &'a Cfg, objects: Objects) -> Replacement<'a> {
        let mut zeros: Table<Inst, Option<usize>> = Table::filled(func.insts.len(), None);
        for (index, object) in objects.list.iter().enumerate() {
            zeros[object.alloc] = Some(index);
        }
        let mut made: Vec<Vec<Value>> = objects.list.iter().map(|_| Vec::new()).collect();
        let mut ends: FxHashMap<(usize, usize), Vec<(Block, Value)>> = FxHashMap::default();
        for block in &cfg.rpo {
            let insts = std::mem::take(&mut func.blocks[*block].insts);
            let mut kept = Vec::with_capacity(insts.len());
            let mut last: FxHashMap<(usize, usize), Value> = FxHashMap::default();
            for inst in insts {
                if let Some(object) = zeros.get(inst).copied().flatten() {
                    for (number, field) in objects.list[object].fields.iter().enumerate() {
                        let zero = zero(func, field.ty, &mut kept);
                        made[object].push(zero);
                        last.insert((object, number), zero);
                    }
                } else if func.insts[inst].op == Op::Store
                    && let Some(field) = objects.field(&func.insts[inst])
                {
                    last.insert(field, func.insts[inst].args[0]);
                }
                kept.push(inst);
            }
            func.blocks[*block].insts = kept;
            for (field, value) in last {
                ends.entry(field).or_default().push((*block, value));
            }
        }
        let mut variables = Vec::new();
        for (index, object) in objects.list.iter().enumerate() {
            let of = |(number, field): (usize, &Field)| Variable {
                repair: Repair::new(field.ty, ends.remove(&(index, number)).unwrap_or_default()),
                zero: made[index][number],
            };
            variables.push(object.fields.iter().enumerate().map(of).collect());
        }
        Replacement {
            func,
            cfg,
            objects,
            variables,
            now: FxHashMap::default(),
            states: FxHashMap::default(),
            virtuals: FxHashMap::default(),
            renames: edit::Renames::new(),
        }
    }

    fn run(mut self) {
        for block in &self.cfg.rpo {
            self.now.clear();
            self.forget();
            let insts = self.func.blocks[*block].insts.clone();
            let mut gone = Vec::new();
            for inst in insts {
                if !self.inst(*block, inst) {
                    gone.push(inst);
                }
            }
            if !gone.is_empty() {
                let mut gone = gone.into_iter().peekable();
                edit::retain(self.func, *block, |_, inst| gone.next_if_eq(&inst).is_none());
            }
        }
        self.renames.apply(self.func);
    }

    /// States made so far are right no more.
    fn forget(&mut self) {
        self.states.clear();
        self.virtuals.clear();
    }

    /// Processes one instruction; the answer says whether it stays.
    fn inst(&mut self, block: Block, inst: Inst) -> bool {
        let data = &self.func.insts[inst];
        match data.op {
            Op::Alloc => match self.objects.addresses.get(&data.results[0]).copied() {
                Some(address) => {
                    for (number, variable) in self.variables[address.object].iter().enumerate() {
                        self.now.insert((address.object, number), variable.zero);
                    }
                    self.forget();
                    false
                }
                None => true,
            },
            Op::PtrAdd => !self.objects.addresses.contains_key(&data.results[0]),
            Op::Load => match self.objects.field(data) {
                Some(field) => {
                    let loaded = data.results[0];
                    let value = self.current(block, field);
                    self.renames.add(loaded, value);
                    false
                }
                None => true,
            },
            Op::Store => match self.objects.field(data) {
                Some(field) => {
                    let value = data.args[0];
                    self.now.insert(field, value);
                    self.forget();
                    false
                }
                None => true,
            },
            Op::Icmp => {
                self.compare(inst);
                true
            }
            _ => {
                if let Some(state) = data.state()
                    && self.mentions(state)
                {
                    let copy = self.state(block, state);
                    self.func.insts[inst].state_mut().into_iter().for_each(|state| *state = copy);
                }
                true
            }
        }
    }

    /// What a field is at the place looked at.
    fn current(&mut self, block: Block, field: (usize, usize)) -> Value {
        if let Some(value) = self.now.get(&field) {
            return self.renames.resolve(*value);
        }
        let value = self.variables[field.0][field.1].repair.at_start(self.func, self.cfg, block);
        self.now.insert(field, value);
        self.renames.resolve(value)
    }

    /// An object that nobody else sees equals itself and nothing else.
    fn compare(&mut self, inst: Inst) {
        let data = &self.func.insts[inst];
        let address = |value: Value| self.objects.addresses.get(&value).map(|a| (a.object, a.offset));
        let (a, b) = (address(data.args[0]), address(data.args[1]));
        let Imm::IntCond(cond) = data.imm else { return };
        if a.is_none() && b.is_none() {
            return;
        }
        let truth = (a == b) == (cond == IntCond::Eq);
        edit::rewrite(self.func, inst, Op::Bconst, &[], Imm::Int(i64::from(truth)));
    }

    fn mentions(&self, state: State) -> bool {
        let mut found = false;
        self.func.each_state_use(state, &mut |value| found |= self.objects.addresses.contains_key(&value));
        found
    }

    /// A copy of a state and its callers with virtual objects in place of the allocations.
    fn state(&mut self, block: Block, state: State) -> State {
        if let Some(known) = self.states.get(&state) {
            return *known;
        }
        let mut chain = vec![state];
        while let Some(parent) = chain.last().and_then(|state| self.func.states[*state].parent) {
            chain.push(parent);
        }
        let mut copies = Copies::default();
        let mut parent = None;
        for from in chain.into_iter().rev() {
            let mut data = self.func.states[from].clone();
            for item in &mut data.values {
                *item = self.frame_value(block, *item, &mut copies);
            }
            data.parent = parent;
            parent = Some(self.func.states.push(data));
        }
        while let Some(copy) = copies.unfinished.pop() {
            let mut fields = self.func.virtuals[copy].fields.clone();
            for (.., item) in &mut fields {
                *item = self.frame_value(block, *item, &mut copies);
            }
            self.func.virtuals[copy].fields = fields;
        }
        let copy = parent.unwrap_or(state);
        self.states.insert(state, copy);
        copy
    }

    fn frame_value(&mut self, block: Block, item: FrameValue, copies: &mut Copies) -> FrameValue {
        match item {
            FrameValue::Value(value) => match self.objects.addresses.get(&value) {
                Some(address) => FrameValue::Virtual(self.object(block, address.object)),
                None => item,
            },
            FrameValue::Virtual(object) => {
                let func = &mut *self.func;
                let copy = *copies.made.entry(object).or_insert_with(|| {
                    let data = func.virtuals[object].clone();
                    let copy = func.virtuals.push(data);
                    copies.unfinished.push(copy);
                    copy
                });
                FrameValue::Virtual(copy)
            }
            other => other,
        }
    }

    /// The object as it is now. What is zero needs no field.
    fn object(&mut self, block: Block, object: usize) -> Virtual {
        if let Some(known) = self.virtuals.get(&object) {
            return *known;
        }
        let mut fields = Vec::new();
        for number in 0..self.variables[object].len() {
            let value = self.current(block, (object, number));
            if value != self.variables[object][number].zero {
                let Field { offset, ty, .. } = self.objects.list[object].fields[number];
                fields.push((offset, ty, FrameValue::Value(value)));
            }
        }
        fields.sort_by_key(|(offset, ..)| *offset);
        let Object { size, kind, .. } = self.objects.list[object];
        let made = self.func.virtuals.push(VirtualData { size, kind, fields });
        self.virtuals.insert(object, made);
        made
    }
}

/// Virtual objects of a state that is being copied.
#[derive(Default)]
struct Copies {
    made: FxHashMap<Virtual, Virtual>,
    /// Copies whose fields still say what the original's do.
    unfinished: Vec<Virtual>,
}

/// A zero of this type, appended to a block's instructions.
fn zero(func: &mut Function, ty: Type, insts: &mut Vec<Inst>) -> Value {
    let (op, controlling, args, imm) = match Const::zero(ty).to_inst() {
        Some((op, ty, imm)) => (op, ty, Values::new(), imm),
        None => {
            let word = zero(func, Type::I64, insts);
            (Op::PairMake, None, Values::from_slice(&[word, word]), Imm::None)
        }
    };
    let inst = func.make_inst(op, controlling, args, imm, &[ty]);
    insts.push(inst);
    func.insts[inst].results[0]
}
