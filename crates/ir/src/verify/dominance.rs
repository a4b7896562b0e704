//! Checks that every use is dominated by its definition, contents of frame states included.

use super::fault::{FaultKind, Place};
use super::function::{Checker, Home};
use super::needs::{Need, Needs, value_need};
use crate::cfg::Cfg;
use crate::entity::{Block, State, Value, Virtual};
use crate::function::{FrameValue, Function};
use std::collections::HashSet;

/// Checks the uses in these live blocks. `sound` says whether the frame states can be walked.
pub(super) fn check(checker: &mut Checker<'_, '_>, blocks: &[Block], sound: bool) {
    let function = checker.function;
    let cfg = has_graph(function).then(|| Cfg::new(function));
    let needs = sound.then(|| Needs::new(checker, cfg.as_ref()));
    for block in blocks.iter().copied() {
        let cfg = cfg.as_ref().filter(|cfg| cfg.is_reachable(block));
        for (at, inst) in function.blocks[block].insts.iter().copied().enumerate() {
            let Some(data) = function.insts.get(inst) else { continue };
            let here = Here {
                place: Place { block: Some(block), inst: Some(inst), ..Place::default() },
                home: (block, at as u32),
                cfg,
            };
            let branch = data.targets().iter().flat_map(|target| &target.args);
            for value in data.args.iter().chain(branch).copied() {
                // A value that does not exist was reported by the check of the instruction.
                if function.values.get(value).is_some() {
                    checker.used(&here, value, None);
                }
            }
            if let (Some(needs), Some(state)) = (&needs, data.state())
                && !here.has(needs.state(state))
            {
                checker.state_used(&here, state);
            }
        }
    }
}

/// Whether the blocks and branches exist from which the control-flow graph is made.
fn has_graph(function: &Function) -> bool {
    let exists = |block: &Block| function.blocks.get(*block).is_some();
    // Dead blocks matter too: a branch may lead into one.
    let sound = |block: Block| {
        let Some(last) = function.blocks[block].insts.last() else { return true };
        function
            .insts
            .get(*last)
            .is_some_and(|data| data.targets().iter().all(|target| exists(&target.block)))
    };
    function.order.iter().all(exists) && function.blocks.keys().all(sound)
}

/// The place of a use.
struct Here<'a> {
    place: Place,
    home: Home,
    /// The graph, when it exists and control reaches the place.
    cfg: Option<&'a Cfg>,
}

impl Here<'_> {
    /// Whether the need is met.
    fn has(&self, need: Need) -> bool {
        match need {
            Need::Nothing => true,
            Need::Undefined => false,
            Need::Never => self.cfg.is_none(),
            Need::After((def, at)) => match self.cfg {
                None => true,
                Some(_) if def == self.home.0 => at <= self.home.1,
                Some(cfg) => cfg.dominates(def, self.home.0),
            },
        }
    }
}

impl Checker<'_, '_> {
    fn used(&mut self, here: &Here<'_>, value: Value, state: Option<State>) {
        let need = value_need(self, value);
        if here.has(need) {
            return;
        }
        let kind = match need {
            Need::After((def, _)) => FaultKind::NotDominated { value, state, def, here: def == here.home.0 },
            _ => FaultKind::Undefined { value, state },
        };
        self.fault(here.place, kind);
    }

    /// Reports what is missing for a guard with this state, each value once.
    fn state_used(&mut self, here: &Here<'_>, state: State) {
        if self.faults.is_full() {
            return;
        }
        let function = self.function;
        let mut values: HashSet<Value> = HashSet::new();
        let mut objects: HashSet<Virtual> = HashSet::new();
        let mut next = Some(state);
        while let Some(frame) = next {
            let mut work: Vec<&FrameValue> = function.states[frame].values.iter().rev().collect();
            while let Some(item) = work.pop() {
                match item {
                    FrameValue::Value(value) if values.insert(*value) => self.used(here, *value, Some(frame)),
                    FrameValue::Virtual(object) if objects.insert(*object) => {
                        work.extend(function.virtuals[*object].fields.iter().rev().map(|(.., item)| item));
                    }
                    _ => {}
                }
            }
            next = function.states[frame].parent;
        }
    }
}
