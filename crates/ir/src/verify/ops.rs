//! Checks of one instruction: types by the op table, what it carries, calls and branches.

use super::fault::{FaultKind, List, Place, imm_name};
use super::function::Checker;
use crate::builder::call_results;
use crate::entity::{AliasClass, Block, Inst, State};
use crate::function::{Imm, InstData, Targets};
use crate::module::Signature;
use crate::ops::{ImmKind, Op, Slot};
use crate::types::Type;
use std::collections::HashSet;

/// Checks an instruction by itself; an index without an instruction is reported by the layout.
pub(super) fn check(checker: &mut Checker<'_, '_>, block: Block, inst: Inst) {
    let Some(data) = checker.function.insts.get(inst) else { return };
    let place = Place { block: Some(block), inst: Some(inst), ..Place::default() };
    checker.uses_exist(place, data);
    checker.controlling_type(place, data);
    checker.table_types(place, data);
    if !matches_kind(&data.imm, data.op.imm()) {
        let found = imm_name(&data.imm);
        checker.fault(place, FaultKind::WrongImm { op: data.op, found });
        return;
    }
    checker.immediate(place, data);
}

fn matches_kind(imm: &Imm, kind: ImmKind) -> bool {
    match imm {
        Imm::None => kind == ImmKind::None,
        Imm::Int(_) => kind == ImmKind::Int,
        Imm::Float(_) => kind == ImmKind::Float,
        Imm::IntCond(_) => kind == ImmKind::IntCond,
        Imm::FloatCond(_) => kind == ImmKind::FloatCond,
        Imm::Mem { .. } => kind == ImmKind::Mem,
        Imm::Alloc { .. } => kind == ImmKind::Alloc,
        Imm::Func { .. } => kind == ImmKind::Func,
        Imm::Sig { .. } => kind == ImmKind::Sig,
        Imm::Runtime { .. } => kind == ImmKind::Runtime,
        Imm::Guard { .. } => kind == ImmKind::Guard,
        Imm::Targets(_) => kind == ImmKind::Targets,
        Imm::Trap(_) => kind == ImmKind::Trap,
    }
}

impl Checker<'_, '_> {
    fn uses_exist(&mut self, place: Place, data: &InstData) {
        let len = self.function.values.len();
        let branch = data.targets().iter().flat_map(|target| &target.args);
        for value in data.args.iter().chain(branch).copied() {
            if self.function.values.get(value).is_none() {
                self.missing(place, value, len);
            }
        }
    }

    fn controlling_type(&mut self, place: Place, data: &InstData) {
        let op = data.op;
        match data.ty {
            None if op.types().is_empty() => {}
            None => self.fault(place, FaultKind::MissingType { op }),
            Some(ty) if op.types().is_empty() => self.fault(place, FaultKind::UnexpectedType { op, ty }),
            Some(ty) if !op.types().contains(&ty) => self.fault(place, FaultKind::TypeNotAllowed { op, ty }),
            Some(_) => {}
        }
    }

    /// Operands and results of ops whose types the table gives.
    fn table_types(&mut self, place: Place, data: &InstData) {
        let lists = [
            (List::Operands, data.op.operands(), &data.args[..]),
            (List::Results, data.op.results(), &data.results[..]),
        ];
        for (list, slots, values) in lists {
            let Some(slots) = slots else { continue };
            // A missing or wrong controlling type was reported.
            let types = slots.iter().map(|slot| match slot {
                Slot::Fixed(ty) => Some(*ty),
                Slot::Controlling => data.ty.filter(|ty| data.op.types().contains(ty)),
            });
            self.compare(place, &list, Some(data.op), types, values);
        }
    }

    /// What the instruction carries, which is of the op's kind.
    fn immediate(&mut self, place: Place, data: &InstData) {
        match &data.imm {
            Imm::Int(bits) => {
                let ty = data.ty.or(match data.op.results() {
                    Some([Slot::Fixed(ty)]) => Some(*ty),
                    _ => None,
                });
                self.constant(place, ty.unwrap_or(Type::I64), *bits as u64);
            }
            Imm::Mem { class, .. } if self.module.classes.get(*class).is_none() => {
                self.missing(place, *class, self.module.classes.len());
            }
            Imm::Guard { state, .. } => self.guard_state(place, *state),
            Imm::Func { func, catches, state, keeps } => {
                match self.module.functions.get(*func) {
                    Some(callee) => self.call(place, data, &callee.signature, *catches),
                    None => self.missing(place, *func, self.module.functions.len()),
                }
                self.call_state(place, data, *state);
                self.kept(place, *keeps);
            }
            Imm::Sig { sig, catches } => match self.module.signatures.get(*sig) {
                Some(signature) => self.call(place, data, signature, *catches),
                None => self.missing(place, *sig, self.module.signatures.len()),
            },
            Imm::Runtime { runtime, catches, keeps } => {
                match self.module.runtimes.get(*runtime) {
                    Some(callee) => self.call(place, data, &callee.signature, *catches),
                    None => self.missing(place, *runtime, self.module.runtimes.len()),
                }
                self.kept(place, *keeps);
            }
            Imm::Targets(targets) => self.targets(place, data.op, targets),
            _ => {}
        }
        if data.op == Op::Return {
            let results = self.function.signature.results.iter().copied().map(Some);
            self.compare(place, &List::Returned, Some(data.op), results, &data.args);
        }
        if data.op == Op::Throw {
            self.throws(place, data.op);
        }
    }

    /// Checks the class that a call keeps.
    fn kept(&mut self, place: Place, class: Option<AliasClass>) {
        if let Some(class) = class.filter(|class| self.module.classes.get(*class).is_none()) {
            self.missing(place, class, self.module.classes.len());
        }
    }

    /// Checks the bits of a constant, in an instruction or a frame state.
    pub(super) fn constant(&mut self, place: Place, ty: Type, bits: u64) {
        match ty {
            Type::I32 if i64::from(bits as i32) as u64 != bits => {
                self.fault(place, FaultKind::NotSignExtended { bits });
            }
            Type::Bool if bits > 1 => self.fault(place, FaultKind::NotBool { bits }),
            Type::Pair => self.fault(place, FaultKind::PairConstant {}),
            _ => {}
        }
    }

    fn call(&mut self, place: Place, data: &InstData, callee: &Signature, catches: bool) {
        let op = data.op;
        let mut args = &data.args[..];
        if op == Op::CallIndirect {
            let (entry, rest) = args.split_at(args.len().min(1));
            self.compare(place, &List::Operands, Some(op), [Some(Type::Ptr)].into_iter(), entry);
            args = rest;
        }
        self.compare(place, &List::Arguments, Some(op), callee.params.iter().copied().map(Some), args);
        let results = call_results(callee, catches);
        self.compare(place, &List::Results, Some(op), results.into_iter().map(Some), &data.results);
        if callee.throws && !catches {
            self.throws(place, op);
        }
    }

    fn guard_state(&mut self, place: Place, state: State) {
        match self.results_needed.get(state) {
            None => self.missing(place, state, self.function.states.len()),
            Some(0) => {}
            Some(_) => self.fault(place, FaultKind::ResultInGuard { state }),
        }
    }

    fn call_state(&mut self, place: Place, data: &InstData, state: Option<State>) {
        let Some(state) = state else { return };
        let found = data.results.len();
        match self.results_needed.get(state).copied() {
            None => self.missing(place, state, self.function.states.len()),
            Some(needed) if needed as usize > found => {
                self.fault(place, FaultKind::ResultMissing { state, needed, found });
            }
            Some(_) => {}
        }
    }

    fn throws(&mut self, place: Place, op: Op) {
        if !self.function.signature.throws {
            self.fault(place, FaultKind::ThrowNotAllowed { op });
        }
    }

    fn targets(&mut self, place: Place, op: Op, targets: &Targets) {
        let expected = match op {
            Op::Brif => 2,
            Op::Switch => targets.cases.len() + 1,
            _ => 1,
        };
        let found = targets.list.len();
        if found != expected {
            self.fault(place, FaultKind::TargetCount { op, expected, found });
        }
        if op != Op::Switch && !targets.cases.is_empty() {
            self.fault(place, FaultKind::UnexpectedCases { op });
        }
        let mut seen = HashSet::new();
        for case in targets.cases.iter().copied() {
            if !seen.insert(case) {
                self.fault(place, FaultKind::DuplicateCase { case });
            }
        }
        let function = self.function;
        for target in &targets.list {
            let block = target.block;
            let Some(data) = function.blocks.get(block) else {
                self.missing(place, block, function.blocks.len());
                continue;
            };
            if function.order.first() == Some(&block) {
                self.fault(place, FaultKind::EntryTargeted { block });
            } else if !self.alive[block] {
                self.fault(place, FaultKind::DeadTarget { block });
            }
            // A parameter that does not exist was reported at its block.
            let params = data.params.iter().map(|param| function.values.get(*param).map(|data| data.ty));
            self.compare(place, &List::BranchArguments(block), Some(op), params, &target.args);
        }
    }
}
