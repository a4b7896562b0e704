//! What frame states need: the one definition that must dominate a guard, worked out once per state.
//!
//! The definitions that dominate one point dominate each other in a chain. So for any set of values it is enough to
//! know the last of the chain, or that there is no chain; a state with thousands of slots that a thousand guards use
//! is looked through once.

use super::function::{Checker, Home};
use crate::cfg::Cfg;
use crate::entity::{State, Table, Value, Virtual};
use crate::function::FrameValue;

/// What must hold where a set of values is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// Nothing: the set is empty.
    Nothing,
    /// This definition must dominate the use; all others dominate it.
    After(Home),
    /// No place has all of the values.
    Never,
    /// A value has no definition alive.
    Undefined,
}

/// The needs of every state and virtual of a function.
pub(super) struct Needs {
    states: Table<State, Need>,
}

impl Needs {
    /// Works out the needs of a function whose states are sound.
    pub(super) fn new(checker: &Checker<'_, '_>, cfg: Option<&Cfg>) -> Needs {
        let virtuals = virtuals(checker, cfg);
        let states = &checker.function.states;
        let mut needs: Table<State, Option<Need>> = Table::filled(states.len(), None);
        let mut chain = Vec::new();
        for start in states.keys() {
            let mut next = Some(start);
            let mut need = Need::Nothing;
            while let Some(state) = next {
                if let Some(known) = needs[state] {
                    need = known;
                    break;
                }
                chain.push(state);
                next = states[state].parent;
            }
            // From the outermost caller inwards.
            while let Some(state) = chain.pop() {
                for item in &states[state].values {
                    need = join(cfg, need, item_need(checker, &virtuals, item));
                }
                needs[state] = Some(need);
            }
        }
        let mut all = Table::new();
        for need in needs.values() {
            all.push(need.unwrap_or(Need::Nothing));
        }
        Needs { states: all }
    }

    /// What a guard with this state needs.
    pub(super) fn state(&self, state: State) -> Need {
        self.states.get(state).copied().unwrap_or(Need::Nothing)
    }
}

/// What one value needs.
pub(super) fn value_need(checker: &Checker<'_, '_>, value: Value) -> Need {
    match checker.homes.get(value) {
        Some(Some(home)) => Need::After(*home),
        _ => Need::Undefined,
    }
}

fn item_need(checker: &Checker<'_, '_>, virtuals: &Table<Virtual, Need>, item: &FrameValue) -> Need {
    match item {
        FrameValue::Value(value) => value_need(checker, *value),
        FrameValue::Virtual(object) => virtuals[*object],
        FrameValue::Const(..) | FrameValue::Pair(..) | FrameValue::Result(_) | FrameValue::Dead => {
            Need::Nothing
        }
    }
}

/// What the values of both sets need. Without a control-flow graph only whether all are defined.
fn join(cfg: Option<&Cfg>, a: Need, b: Need) -> Need {
    match (a, b) {
        (Need::Nothing, other) | (other, Need::Nothing) => other,
        (Need::Undefined, _) | (_, Need::Undefined) => Need::Undefined,
        (Need::Never, _) | (_, Need::Never) => Need::Never,
        (Need::After((block, at)), Need::After((other, other_at))) => match cfg {
            _ if block == other => Need::After((block, at.max(other_at))),
            Some(cfg) if cfg.dominates(block, other) => b,
            Some(cfg) if cfg.dominates(other, block) => a,
            _ => Need::Never,
        },
    }
}

/// The needs of virtuals, which may hold each other in circles: all of a strongly connected component need the same.
///
/// Tarjan, "Depth-First Search and Linear Graph Algorithms", with an explicit stack.
fn virtuals(checker: &Checker<'_, '_>, cfg: Option<&Cfg>) -> Table<Virtual, Need> {
    let objects = &checker.function.virtuals;
    const NEW: u32 = u32::MAX;
    let mut needs = Table::filled(objects.len(), Need::Nothing);
    let mut number = Table::filled(objects.len(), NEW);
    let mut low: Table<Virtual, u32> = Table::filled(objects.len(), NEW);
    let mut finished = Table::filled(objects.len(), false);
    let mut open: Vec<Virtual> = Vec::new();
    let mut path: Vec<(Virtual, usize)> = Vec::new();
    let mut count = 0;
    for root in objects.keys() {
        if number[root] == NEW {
            path.push((root, 0));
        }
        while let Some((object, field)) = path.last_mut() {
            let object = *object;
            if *field == 0 && number[object] == NEW {
                (number[object], low[object]) = (count, count);
                count += 1;
                open.push(object);
            }
            let item = objects[object].fields.get(*field).map(|(.., item)| item);
            *field += 1;
            match item {
                Some(FrameValue::Virtual(inner)) if number[*inner] == NEW => path.push((*inner, 0)),
                Some(FrameValue::Virtual(inner)) if !finished[*inner] => {
                    low[object] = low[object].min(number[*inner]);
                }
                Some(item) => needs[object] = join(cfg, needs[object], item_need(checker, &needs, item)),
                None => {
                    path.pop();
                    if low[object] == number[object] {
                        close(&mut open, object, &mut needs, &mut finished, cfg);
                    }
                    if let Some((outer, _)) = path.last() {
                        // Right for tree edges, and those into a finished component take nothing from `low`.
                        if !finished[object] {
                            low[*outer] = low[*outer].min(low[object]);
                        }
                        needs[*outer] = join(cfg, needs[*outer], needs[object]);
                    }
                }
            }
        }
    }
    needs
}

/// Takes the component with this root off the stack of open objects and gives all of it what any of it needs.
fn close(
    open: &mut Vec<Virtual>,
    root: Virtual,
    needs: &mut Table<Virtual, Need>,
    finished: &mut Table<Virtual, bool>,
    cfg: Option<&Cfg>,
) {
    let start = open.iter().rposition(|object| *object == root).unwrap_or(0);
    let members = open.split_off(start);
    let need = members.iter().fold(Need::Nothing, |need, object| join(cfg, need, needs[*object]));
    for object in members {
        needs[object] = need;
        finished[object] = true;
    }
}
