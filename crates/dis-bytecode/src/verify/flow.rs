//! Code: from every entry along every way, with what is known of uncounted addresses on it.

use super::place::Target;
use super::state::{Goes, State, Value};
use super::{Check, Function, Place, Verifier};
use crate::{Access, Flow, Inst, Kind, Op, Operand, TypeDesc};
use std::collections::{BTreeSet, HashMap};

/// Visits of an instruction that are on average enough; real programs need fewer than two.
const VISITS: usize = 64;

/// A function that is being looked at.
pub(super) struct Walk<'a> {
    pub(super) frame: &'a TypeDesc,
    /// The instruction.
    pub(super) pc: u32,
    number: u32,
    /// What is known where ways meet.
    leaders: HashMap<u32, State>,
    pending: Vec<u32>,
    /// Slots that hold addresses somewhere in the function.
    private: BTreeSet<u32>,
    /// Places in the frame to which addresses exist that are not followed. No address may ever be there.
    escaped: BTreeSet<u32>,
    /// A word of the frame into which the last instruction copied a reference from a place in module data.
    copied: Option<(u32, u32)>,
    /// Words that all leaders together know about.
    known: usize,
}

impl Verifier<'_> {
    pub(super) fn functions(&mut self) {
        let module = self.module;
        if module.entry_pc != -1 {
            self.function(Place::Header, module.entry_pc as u32, module.entry_type as u32);
        }
        for (index, export) in module.exports.iter().enumerate() {
            if export.pc != -1 {
                self.function(Place::Export(index as u32), export.pc as u32, export.frame as u32);
            }
        }
        self.covering();
        self.visits = module.code.len() * VISITS + 100_000;
        let mut next = 0;
        while next < self.facts.functions.len() && !self.gave_up() {
            self.walk(next as u32);
            next += 1;
        }
        self.frozen();
    }

    /// For each instruction the handlers around it.
    fn covering(&mut self) {
        let handlers = self.module.handlers.as_deref().unwrap_or_default();
        let total: usize = handlers.iter().map(|handler| (handler.to - handler.from) as usize).sum();
        if total > self.module.code.len() * VISITS {
            self.fault(Place::Header, "handlers lie within one another too deep to be looked at");
            return;
        }
        for (index, handler) in handlers.iter().enumerate() {
            for pc in handler.from..handler.to {
                self.around.entry(pc as u32).or_default().push(index as u32);
            }
        }
    }

    /// There is a function here with such frames.
    fn function(&mut self, place: Place, pc: u32, frame: u32) {
        let ty = &self.module.types[frame as usize];
        if ty.size < 5 * self.w || (0..5).any(|index| ty.bit(index)) {
            let reason =
                format!("type {frame} is no frame: it needs {} bytes that are no pointers first", 5 * self.w);
            return self.fault(place, reason);
        }
        match self.by_pc.get(&pc) {
            None => {
                self.by_pc.insert(pc, frame);
                self.facts.functions.push(Function { pc, frame });
            }
            Some(other) if *other == frame || self.module.types[*other as usize] == *ty => {}
            Some(other) => {
                let reason = format!("the function at {pc} has frames of type {other} and of type {frame}");
                self.fault(place, reason);
            }
        }
    }

    fn walk(&mut self, number: u32) {
        let Function { pc, frame } = self.facts.functions[number as usize];
        let mut walk = Walk {
            frame: &self.module.types[frame as usize],
            pc,
            number,
            leaders: HashMap::new(),
            pending: Vec::new(),
            private: BTreeSet::from([4 * self.w]),
            escaped: BTreeSet::new(),
            copied: None,
            known: 0,
        };
        self.goes(&mut walk, pc, &State::entry(4 * self.w));
        while let Some(pc) = walk.pending.pop() {
            let state = walk.leaders[&pc].clone();
            self.run(&mut walk, pc, state);
            if self.gave_up() {
                return;
            }
        }
        if let Some(at) = walk.escaped.intersection(&walk.private).next() {
            let reason = format!("{at}(fp) holds addresses, and its own address goes to places unknown");
            self.fault(Place::Inst(pc), reason);
        }
        for (pc, at) in std::mem::take(&mut self.leas) {
            let end = match walk.escaped.contains(&at) {
                true => walk.private.range(at..).next().copied().unwrap_or(walk.frame.size),
                false => walk.frame.size,
            };
            self.facts.checks[pc as usize][0] = Check::Extent(end.saturating_sub(at));
        }
    }

    /// One way leads here with this.
    fn goes(&mut self, walk: &mut Walk<'_>, pc: u32, state: &State) {
        self.work(state.len() / 8);
        let changed = match walk.leaders.get_mut(&pc) {
            Some(known) => known.join(state),
            None => {
                walk.known += state.len();
                walk.leaders.insert(pc, state.clone());
                true
            }
        };
        if changed {
            walk.pending.push(pc);
        }
    }

    /// From a place where ways meet to the next one.
    fn run(&mut self, walk: &mut Walk<'_>, start: u32, mut state: State) {
        let mut pc = start;
        walk.copied = None;
        loop {
            let Some(inst) = self.module.code.get(pc as usize).copied() else {
                return self.fault(Place::Inst(walk.pc), "the code ends behind it, and it goes on");
            };
            walk.pc = pc;
            if self.visits == 0 || walk.known > self.module.code.len() * VISITS + 100_000 {
                return self.fault(Place::Inst(pc), "the ways through this function are too many to follow");
            }
            self.visits -= 1;
            match self.facts.owner[pc as usize].replace(walk.number) {
                Some(other) if other != walk.number => {
                    let reason = format!(
                        "it belongs to the functions at {} and {}",
                        self.start(other),
                        self.start(walk.number)
                    );
                    return self.fault(Place::Inst(pc), reason);
                }
                Some(_) => {}
                None => self.raises(walk, pc),
            }
            let before = self.faults.len();
            self.inst(walk, &inst, &mut state);
            if self.faults.len() > before || !self.follow(walk, &inst, &state) {
                return;
            }
            pc += 1;
            if walk.leaders.contains_key(&pc) {
                return self.goes(walk, pc, &state);
            }
        }
    }

    fn start(&self, number: u32) -> u32 {
        self.facts.functions[number as usize].pc
    }

    /// Handlers around an instruction. When one is entered, nothing is known but where the result goes.
    fn raises(&mut self, walk: &mut Walk<'_>, pc: u32) {
        let state = State::entry(4 * self.w);
        let Some(around) = self.around.get(&pc).cloned() else { return };
        let module = self.module;
        for index in around {
            let handler = &module.handlers.as_deref().unwrap_or_default()[index as usize];
            self.work(1 + usize::try_from(handler.ty).map_or(0, |ty| module.types[ty].map.len()));
            let offset = u32::try_from(handler.offset).ok();
            if !offset.is_some_and(|offset| walk.frame.is_pointer(offset, self.word)) {
                let reason = format!(
                    "{}(fp) is no pointer slot in the function at {}",
                    handler.offset,
                    self.start(walk.number)
                );
                return self.fault(Place::Handler(index), reason);
            }
            let released = (handler.ty != -1).then(|| &module.types[handler.ty as usize]);
            let wrong = released
                .and_then(|ty| ty.pointers(self.word).find(|at| !walk.frame.is_pointer(*at, self.word)));
            if let Some(at) = wrong {
                return self
                    .fault(Place::Handler(index), format!("it releases {at}(fp), which is no pointer slot"));
            }
            let targets = handler.catches.iter().map(|catch| catch.pc).chain([handler.otherwise]);
            for target in targets.filter(|pc| *pc != -1) {
                self.goes(walk, target as u32, &state);
            }
        }
    }

    /// Passes on what is known. Whether the next instruction may follow.
    fn follow(&mut self, walk: &mut Walk<'_>, inst: &Inst, state: &State) -> bool {
        match (inst.op.flow(), inst.dst) {
            (Flow::Next | Flow::Call, _) => true,
            (Flow::Stop, _) => false,
            (flow @ (Flow::Branch | Flow::Jump), Operand::Imm(target)) => {
                self.goes(walk, target as u32, state);
                flow == Flow::Branch
            }
            (_, Operand::Mp(offset)) => {
                let targets = self.table(walk.pc, inst.op.roles()[2].kind, offset as u32);
                self.work(targets.as_ref().map_or(0, Vec::len));
                for target in targets.unwrap_or_default() {
                    self.goes(walk, target, state);
                }
                false
            }
            _ => false,
        }
    }

    fn inst(&mut self, walk: &mut Walk<'_>, inst: &Inst, state: &mut State) {
        if let Err(reason) = self.try_inst(walk, inst, state) {
            self.fault(Place::Inst(walk.pc), format!("{}: {reason}", crate::disassemble_inst(inst)));
        }
    }

    fn try_inst(&mut self, walk: &mut Walk<'_>, inst: &Inst, state: &mut State) -> Result<(), String> {
        let roles = inst.op.roles();
        let operands = inst.operands();
        let mut targets = [Target::None; 3];
        // What the instruction says about sizes and types: in the middle, or as its source.
        let mut extra = None;
        let copied = walk.copied.take();
        for (index, (role, operand)) in roles.into_iter().zip(operands).enumerate() {
            if role.kind.is_static() {
                extra = self.constant(walk, role.kind, operand)?;
                if extra.is_none() {
                    targets[index] = self.resolve(operand, state, walk.frame)?;
                }
            } else if role.access != Access::No {
                targets[index] = match self.copy(walk, copied, (index, role), operand) {
                    Some(from) => Target::Mp(from),
                    None => self.resolve(operand, state, walk.frame)?,
                };
            } else if operand != Operand::None {
                return Err("there is an operand that the instruction does not have".into());
            }
        }
        for (index, role) in roles.into_iter().enumerate() {
            if role.access == Access::No || role.kind.is_static() && targets[index] == Target::None {
                continue;
            }
            let check = match role.kind {
                Kind::Goto | Kind::Case | Kind::CaseC | Kind::CaseL => match targets[index] {
                    Target::Mp(_) => Check::Proven,
                    _ => return Err("the table is not in module data".into()),
                },
                Kind::Alt => self.alt(walk, targets[index], state)?,
                _ => self.access(walk, role, targets[index], extra)?,
            };
            self.facts.checks[walk.pc as usize][index] = check;
        }
        self.taken(walk, inst, &targets, state)?;
        self.calls(walk, inst, extra, state)?;
        self.effects(walk, inst, &targets, extra, state)?;
        if let (Op::Movw, Operand::Mp(_), Target::Mp(from), Target::Own(to)) =
            (inst.op, inst.src, targets[0], targets[2])
        {
            let reference = self.module.types.first().is_some_and(|ty| ty.is_pointer(from, self.word));
            walk.copied = reference.then_some((to, from));
        }
        Ok(())
    }

    /// Where in module data a reference comes from that is read from a word.
    fn copy(
        &mut self,
        walk: &mut Walk<'_>,
        copied: Option<(u32, u32)>,
        (index, role): (usize, crate::Role),
        operand: Operand,
    ) -> Option<u32> {
        let (slot, from) = copied?;
        let reads = matches!(role.access, Access::Read | Access::Default) && role.kind.is_pointer();
        if !reads || operand != Operand::Fp(slot.cast_signed()) || walk.frame.is_pointer(slot, self.word) {
            return None;
        }
        self.facts.copies.insert((walk.pc, index), from);
        walk.private.insert(slot);
        Some(from)
    }

    /// Addresses that are taken, and places that others write: what may be done there has an end.
    fn taken(
        &mut self,
        walk: &mut Walk<'_>,
        inst: &Inst,
        targets: &[Target; 3],
        state: &mut State,
    ) -> Result<(), String> {
        match (inst.op, targets[0], targets[2]) {
            // A constant to be sent: the address of a word that nobody writes.
            (Op::Lea, Target::Imm(_), _) => {}
            (Op::Lea, Target::Mp(at), _) => self.reached.push((walk.pc, 0, at)),
            (Op::Recv, _, Target::Mp(at)) => self.reached.push((walk.pc, 2, at)),
            (Op::Recv, _, Target::Own(at)) => {
                state.overwrite(at, self.w, self.w);
                let extent = state.extent(at, walk.frame.size);
                self.facts.checks[walk.pc as usize][2] = Check::Extent(extent);
            }
            (Op::Lea, Target::Own(at), to) => {
                self.leas.insert((walk.pc, at));
                let result = 4 * self.w;
                match (to, inst.dst) {
                    (Target::Own(_), _) => {}
                    (Target::Filling(_, second), Operand::FpInd { first, .. }) if second == result => {
                        self.result(state, first as u32, Goes::Own(at));
                    }
                    (Target::Callee, Operand::FpInd { first, second }) if second as u32 == result => {
                        self.result(state, first as u32, Goes::Own(at));
                    }
                    _ => {
                        walk.escaped.insert(at);
                    }
                }
            }
            (Op::Lea, _, Target::Filling(..) | Target::Callee) => {
                if let Operand::FpInd { first, second } = inst.dst
                    && second as u32 == 4 * self.w
                {
                    self.result(state, first as u32, Goes::Elsewhere);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The frame in this slot is for a call whose result goes there.
    fn result(&self, state: &mut State, slot: u32, goes: Goes) {
        let value = match state.get(slot) {
            Some(Value::Frame(ty, _)) => Value::Frame(ty, goes),
            Some(Value::Foreign(link, _)) => Value::Foreign(link, goes),
            _ => return,
        };
        // It is there already, so there is room for it.
        state.set(slot, value);
    }

    /// A number that is in the instruction, or in module data that nothing changes, where compilers put what does not fit a
    /// middle operand. Numbers of links and imports may also be known at run time only.
    fn constant(&mut self, walk: &Walk<'_>, kind: Kind, operand: Operand) -> Result<Option<i32>, String> {
        let n = match operand {
            Operand::Imm(n) => n,
            Operand::None => return Err("an operand is missing".into()),
            _ if matches!(kind, Kind::Link | Kind::Import) => return Ok(None),
            Operand::Mp(at) if kind != Kind::Pc => {
                let at = u32::try_from(at).map_err(|_| format!("the offset {at} is negative"))?;
                self.frozen.entry((at, at.saturating_add(self.w))).or_insert(walk.pc);
                self.initial.word(at).ok_or_else(|| format!("there is no number at {at}(mp)"))?
            }
            _ => return Err(format!("{kind:?} has to be a constant")),
        };
        let imports = self.module.imports.as_deref().unwrap_or_default();
        let fits = match kind {
            Kind::Pc => self.is_pc(n),
            Kind::Type => self.is_type(n),
            Kind::Import => usize::try_from(n).is_ok_and(|n| n < imports.len()),
            Kind::Link => true,
            _ => n >= 0,
        };
        if fits { Ok(Some(n)) } else { Err(format!("there is no {kind:?} {n}")) }
    }

    /// How many entries of a table of channels are complete.
    fn alt(&mut self, walk: &mut Walk<'_>, target: Target, state: &mut State) -> Result<Check, String> {
        let Target::Own(at) = target else { return Err("the table of channels is not in the frame".into()) };
        let role = crate::Role { access: Access::Write, kind: Kind::Word };
        self.access(walk, role, Target::Own(at), None)?;
        self.access(walk, role, Target::Own(at + self.w), None)?;
        let (mut count, mut extent, mut places) = (0, u32::MAX, Vec::new());
        let mut entry = at + 2 * self.w;
        while entry.saturating_add(2 * self.w) <= walk.frame.size {
            match state.get(entry + self.w) {
                // It may be put where a word was followed that is not needed any more.
                Some(Value::Fp(place)) => {
                    places.push(place);
                    state.overwrite(place, self.w, self.w);
                }
                Some(Value::Mp(place)) => extent = extent.min(self.module.data_size.saturating_sub(place)),
                Some(Value::Address) => {}
                _ => break,
            }
            count += 1;
            entry += 2 * self.w;
        }
        let free = places.into_iter().map(|place| state.extent(place, walk.frame.size)).min();
        Ok(Check::Alt { count, extent: extent.min(free.unwrap_or(u32::MAX)) })
    }

    /// Frames go to the functions they were made for.
    fn calls(
        &mut self,
        walk: &Walk<'_>,
        inst: &Inst,
        extra: Option<i32>,
        state: &mut State,
    ) -> Result<(), String> {
        if inst.op.roles()[0].kind != Kind::Frame {
            return Ok(());
        }
        let slot = match inst.src {
            Operand::Fp(slot) => slot as u32,
            _ => return Err("the frame for a call is not in a slot of the own frame".into()),
        };
        let held = state.get(slot);
        let goes = match (inst.op, held, extra) {
            (Op::Call | Op::Spawn, Some(Value::Frame(ty, goes)), Some(pc)) => {
                self.function(Place::Inst(walk.pc), pc as u32, ty);
                goes
            }
            // Functions of other modules with any number of arguments get frames of this module's types.
            (Op::Mcall | Op::Mspawn, Some(Value::Frame(_, goes)), _) => goes,
            (Op::Mcall | Op::Mspawn, Some(Value::Foreign(made, goes)), link) if made == link => goes,
            (Op::Mcall | Op::Mspawn, Some(Value::Foreign(..)), _) => {
                return Err("the frame was made for another link".into());
            }
            _ => return Err(format!("{slot}(fp) does not hold a frame for this call here")),
        };
        // The callee ends it.
        state.overwrite(slot, self.w, self.w);
        match goes {
            Goes::Own(_) if matches!(inst.op, Op::Spawn | Op::Mspawn) => {
                Err("the result of a proc would go to a frame that may be gone".into())
            }
            Goes::Own(at) => {
                // It may be put where a word was followed that is not needed any more.
                state.overwrite(at, self.w, self.w);
                let extent = state.extent(at, walk.frame.size);
                self.facts.checks[walk.pc as usize][0] = Check::Extent(extent);
                Ok(())
            }
            Goes::Nowhere | Goes::Elsewhere => Ok(()),
        }
    }

    /// What the frame's words are afterwards.
    fn effects(
        &mut self,
        walk: &mut Walk<'_>,
        inst: &Inst,
        targets: &[Target; 3],
        extra: Option<i32>,
        state: &mut State,
    ) -> Result<(), String> {
        let roles = inst.op.roles();
        for (role, target) in roles.into_iter().zip(targets) {
            let Target::Own(at) = *target else { continue };
            if !matches!(role.access, Access::Write | Access::Update) {
                continue;
            }
            let size = match (role.kind, extra) {
                (Kind::Memory, Some(size)) => size as u32,
                (Kind::Record, Some(ty)) => self.module.types[ty as usize].size,
                (kind, _) => kind.size(self.w).unwrap_or(0),
            };
            state.overwrite(at, size, self.w);
            let value = match (role.kind, inst.op) {
                (Kind::Frame, Op::Frame) => {
                    let ty = extra.unwrap_or_default() as u32;
                    let desc = &self.module.types[ty as usize];
                    if desc.size < 5 * self.w || (0..5).any(|index| desc.bit(index)) {
                        return Err(format!("type {ty} is no frame"));
                    }
                    Value::Frame(ty, Goes::Nowhere)
                }
                (Kind::Frame, _) => Value::Foreign(extra, Goes::Nowhere),
                (Kind::Address, Op::Lea) => match targets[0] {
                    Target::Own(at) => Value::Fp(at),
                    Target::Mp(at) => Value::Mp(at),
                    _ => Value::Address,
                },
                (Kind::Address, _) => Value::Address,
                (Kind::Word, Op::Movw) if at.is_multiple_of(self.w) => match (inst.src, targets[0]) {
                    (Operand::FpInd { second: 0, .. } | Operand::MpInd { second: 0, .. }, Target::Object) => {
                        Value::First
                    }
                    _ => continue,
                },
                _ => continue,
            };
            if value != Value::First {
                walk.private.insert(at);
            }
            if !state.set(at, value) {
                return Err("more than 4096 addresses at a time".into());
            }
        }
        Ok(())
    }
}
