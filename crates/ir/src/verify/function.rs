//! Checks of one function: layout of blocks and instructions, and that the value table agrees with it.

use super::fault::{FaultKind, Faults, List, Place};
use super::{dominance, module as module_checks, ops, states};
use crate::entity::{Block, Entity, Func, Inst, State, Table, Value};
use crate::function::{Def, Function};
use crate::module::Module;
use crate::ops::Op;
use crate::types::Type;

/// Where a live value is defined: the block, and the number of instructions of it that come before the first that may
/// use the value (0 for parameters).
pub(super) type Home = (Block, u32);

/// What is known of the function being checked.
pub(super) struct Checker<'a, 'f> {
    pub(super) module: &'a Module,
    func: Option<Func>,
    pub(super) function: &'a Function,
    pub(super) faults: &'a mut Faults<'f>,
    /// Which blocks the layout order lists.
    pub(super) alive: Table<Block, bool>,
    /// The block that each instruction stands in.
    place: Table<Inst, Option<Block>>,
    /// Where each value is defined, as far as the table and the place agree.
    pub(super) homes: Table<Value, Option<Home>>,
    /// How many results a call needs to have to fill the slots of each state.
    pub(super) results_needed: Table<State, u32>,
}

/// Checks everything in a function.
pub(super) fn check(module: &Module, func: Option<Func>, function: &Function, faults: &mut Faults<'_>) {
    let mut checker = Checker {
        module,
        func,
        function,
        faults,
        alive: Table::filled(function.blocks.len(), false),
        place: Table::filled(function.insts.len(), None),
        homes: Table::filled(function.values.len(), None),
        results_needed: states::results_needed(function),
    };
    let blocks = checker.layout();
    checker.definitions(&blocks);
    checker.entry(&blocks);
    for block in &blocks {
        for inst in &function.blocks[*block].insts {
            ops::check(&mut checker, *block, *inst);
        }
    }
    let sound = states::check(&mut checker);
    dominance::check(&mut checker, &blocks, sound);
}

impl<'a> Checker<'a, '_> {
    pub(super) fn fault(&mut self, place: Place, kind: FaultKind) {
        self.faults.function((self.module, self.func, self.function), place, kind);
    }

    /// Reports an index that its table does not have.
    pub(super) fn missing<K: Entity + std::fmt::Display>(&mut self, place: Place, key: K, len: usize) {
        self.fault(place, FaultKind::OutOfRange { name: key.to_string(), len });
    }

    /// The type of a value, `None` when there is no such value.
    pub(super) fn ty(&self, value: Value) -> Option<Type> {
        self.function.values.get(value).map(|data| data.ty)
    }

    /// Live blocks once each. Marks what is alive, and where.
    fn layout(&mut self) -> Vec<Block> {
        let function = self.function;
        module_checks::signature(&function.signature, |kind| self.fault(Place::default(), kind));
        if function.order.is_empty() {
            self.fault(Place::default(), FaultKind::NoBlocks {});
        }
        let mut blocks = Vec::with_capacity(function.order.len());
        for block in function.order.iter().copied() {
            let place = Place { block: Some(block), ..Place::default() };
            match self.alive.get(block) {
                None => self.missing(place, block, function.blocks.len()),
                Some(true) => self.fault(place, FaultKind::BlockTwice { block }),
                Some(false) => {
                    self.alive[block] = true;
                    blocks.push(block);
                }
            }
        }
        blocks.iter().for_each(|block| self.block(*block));
        blocks
    }

    fn block(&mut self, block: Block) {
        let insts = &self.function.blocks[block].insts;
        for (i, inst) in insts.iter().copied().enumerate() {
            let place = Place { block: Some(block), inst: Some(inst), ..Place::default() };
            match self.place.get(inst) {
                None => {
                    self.missing(place, inst, self.function.insts.len());
                    continue;
                }
                Some(Some(first)) => {
                    let first = *first;
                    self.fault(place, FaultKind::InstTwice { inst, first });
                }
                Some(None) => self.place[inst] = Some(block),
            }
            let op = self.function.insts[inst].op;
            let last = i + 1 == insts.len();
            if last && !op.is_terminator() {
                self.fault(place, FaultKind::NoTerminator { op });
            } else if !last && op.is_terminator() {
                self.fault(place, FaultKind::TerminatorInMiddle { op });
            }
        }
        if insts.is_empty() {
            self.fault(Place { block: Some(block), ..Place::default() }, FaultKind::EmptyBlock {});
        }
    }

    /// Compares the value table with what blocks and instructions define, both ways.
    fn definitions(&mut self, blocks: &[Block]) {
        let function = self.function;
        for block in blocks.iter().copied() {
            let place = Place { block: Some(block), ..Place::default() };
            for (i, param) in function.blocks[block].params.iter().enumerate() {
                self.definition(place, *param, |n| Def::Param(block, n), i, (block, 0));
            }
            for (at, inst) in function.blocks[block].insts.iter().copied().enumerate() {
                let place = Place { inst: Some(inst), ..place };
                let Some(data) = function.insts.get(inst) else { continue };
                for (i, result) in data.results.iter().enumerate() {
                    self.definition(place, *result, |n| Def::Result(inst, n), i, (block, at as u32 + 1));
                }
            }
        }
        for (value, data) in function.values.iter() {
            self.table_entry(value, data.def);
        }
    }

    fn definition(&mut self, place: Place, value: Value, def: impl Fn(u16) -> Def, i: usize, home: Home) {
        let here = def(i.min(usize::from(u16::MAX)) as u16);
        match self.function.values.get(value) {
            None => self.missing(place, value, self.function.values.len()),
            Some(data) if data.def != here || i > usize::from(u16::MAX) => {
                self.fault(place, FaultKind::DefMismatch { value, place: here, def: data.def });
            }
            Some(_) => {
                self.homes[value].get_or_insert(home);
            }
        }
    }

    /// Checks that a live place that the table entry names does define the value.
    fn table_entry(&mut self, value: Value, def: Def) {
        let function = self.function;
        let (found, place) = match def {
            Def::Gone => return,
            Def::Result(inst, i) => {
                let place = Place { inst: Some(inst), ..Place::default() };
                let Some(home) = self.place.get(inst).copied() else {
                    return self.missing(Place::default(), inst, function.insts.len());
                };
                if home.is_none() {
                    return;
                }
                (function.insts[inst].results.get(usize::from(i)), Place { block: home, ..place })
            }
            Def::Param(block, i) => {
                let place = Place { block: Some(block), ..Place::default() };
                match self.alive.get(block) {
                    None => return self.missing(Place::default(), block, function.blocks.len()),
                    Some(false) => return,
                    Some(true) => (function.blocks[block].params.get(usize::from(i)), place),
                }
            }
        };
        if found != Some(&value) {
            self.fault(place, FaultKind::StaleDef { value, def });
        }
    }

    fn entry(&mut self, blocks: &[Block]) {
        let Some(entry) = blocks.first().copied() else { return };
        let function = self.function;
        let place = Place { block: Some(entry), ..Place::default() };
        self.compare(
            place,
            &List::EntryParams,
            None,
            function.signature.params.iter().copied().map(Some),
            &function.blocks[entry].params,
        );
    }

    /// Compares a list of values with the types it should have, where those are known; of a list with the wrong length
    /// only that is reported. Values that do not exist are for others to report.
    pub(super) fn compare(
        &mut self,
        place: Place,
        list: &List,
        op: Option<Op>,
        expected: impl ExactSizeIterator<Item = Option<Type>>,
        values: &[Value],
    ) {
        if expected.len() != values.len() {
            let (expected, found) = (expected.len(), values.len());
            self.fault(place, FaultKind::Count { list: list.clone(), op, expected, found });
            return;
        }
        for (i, (expected, value)) in expected.zip(values.iter().copied()).enumerate() {
            if let (Some(expected), Some(found)) = (expected, self.ty(value))
                && expected != found
            {
                let (list, number) = (list.clone(), i + 1);
                self.fault(place, FaultKind::ValueType { list, op, number, value, expected, found });
            }
        }
    }
}
