//! Where each entity of a parsed module stands in its text.

use super::error::Pos;
use crate::entity::{AliasClass, Block, Entity, Func, Inst, Runtime, State, Table, Value, Virtual};

/// Positions in the text of one function. Entities that the text does not define (made by passes later) have none.
#[derive(Clone, Debug, Default)]
pub struct FunctionMap {
    pub(super) header: Pos,
    pub(super) blocks: Table<Block, Pos>,
    pub(super) insts: Table<Inst, Pos>,
    pub(super) values: Table<Value, Pos>,
    pub(super) states: Table<State, Pos>,
    pub(super) virtuals: Table<Virtual, Pos>,
}

/// Positions in the text of a module.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    pub(super) classes: Table<AliasClass, Pos>,
    pub(super) runtimes: Table<Runtime, Pos>,
    pub(super) functions: Table<Func, FunctionMap>,
}

fn get<K: Entity>(table: &Table<K, Pos>, key: K) -> Option<Pos> {
    // Gaps of the numbering hold the default, which is no position.
    table.get(key).copied().filter(|pos| pos.line > 0)
}

impl FunctionMap {
    /// The function's first line.
    pub fn header(&self) -> Pos {
        self.header
    }

    /// The line that opens a block.
    pub fn block(&self, block: Block) -> Option<Pos> {
        get(&self.blocks, block)
    }

    /// The first token of an instruction.
    pub fn inst(&self, inst: Inst) -> Option<Pos> {
        get(&self.insts, inst)
    }

    /// The name of a value where it is defined.
    pub fn value(&self, value: Value) -> Option<Pos> {
        get(&self.values, value)
    }

    /// The definition of a frame state.
    pub fn state(&self, state: State) -> Option<Pos> {
        get(&self.states, state)
    }

    /// The definition of a virtual.
    pub fn virtual_object(&self, object: Virtual) -> Option<Pos> {
        get(&self.virtuals, object)
    }
}

impl SourceMap {
    /// The declaration of an alias class.
    pub fn class(&self, class: AliasClass) -> Option<Pos> {
        get(&self.classes, class)
    }

    /// The declaration of a runtime entry.
    pub fn runtime(&self, runtime: Runtime) -> Option<Pos> {
        get(&self.runtimes, runtime)
    }

    /// Positions in a function.
    pub fn function(&self, func: Func) -> Option<&FunctionMap> {
        self.functions.get(func)
    }
}
