//! The numbers in names such as `v7`: when they are kept, and what becomes of them otherwise.

use super::error::Pos;
use crate::entity::{Entity, Table};
use std::collections::HashMap;

/// Whether entities whose greatest number is `max` keep their numbers when `count` of them are defined.
///
/// The one rule for parser and printer. Tables are as long as the greatest number, so numbers that would make memory
/// grow far beyond the text are not kept; small gaps, as passes leave them, are.
pub(super) fn keeps_numbers(max: u32, count: usize) -> bool {
    (max as usize) < 64 + 16 * count
}

/// The numbers that entities get: their own, or dense ones.
#[derive(Clone, Debug)]
pub(super) enum Numbering {
    /// Each keeps its number.
    Kept,
    /// New number by old number; what has none is not defined.
    Dense(HashMap<u32, u32>),
}

impl Numbering {
    /// The numbering for these numbers in order of definition.
    pub(super) fn of(numbers: impl Iterator<Item = u32> + Clone, always_dense: bool) -> Numbering {
        let count = numbers.clone().count();
        let max = numbers.clone().max().unwrap_or(0);
        if !always_dense && keeps_numbers(max, count) {
            Numbering::Kept
        } else {
            Numbering::Dense(numbers.zip(0..).collect())
        }
    }

    /// The new number, `None` for what is not defined.
    pub(super) fn get(&self, number: u32) -> Option<u32> {
        match self {
            Numbering::Kept => Some(number),
            Numbering::Dense(map) => map.get(&number).copied(),
        }
    }

    /// The new name of an entity; its old one when it is not defined.
    pub(super) fn apply<K: Entity>(&self, key: &mut K) {
        if let Some(number) = self.get(key.index() as u32) {
            *key = K::from_index(number as usize);
        }
    }
}

/// What a function's text defines of one kind, by number, in order of definition.
#[derive(Debug)]
pub(super) struct Definitions<T> {
    items: Vec<(u32, Pos, T)>,
    index: HashMap<u32, usize>,
}

impl<T: Clone> Definitions<T> {
    pub(super) fn new() -> Self {
        Definitions { items: Vec::new(), index: HashMap::new() }
    }

    /// Adds a definition, or hands back where the number was defined before.
    pub(super) fn define(&mut self, number: u32, pos: Pos, item: T) -> Result<(), Pos> {
        if let Some(first) = self.index.get(&number) {
            return Err(self.items[*first].1);
        }
        self.index.insert(number, self.items.len());
        self.items.push((number, pos, item));
        Ok(())
    }

    pub(super) fn contains(&self, number: u32) -> bool {
        self.index.contains_key(&number)
    }

    /// The latest definition.
    pub(super) fn last_mut(&mut self) -> Option<&mut T> {
        self.items.last_mut().map(|(.., item)| item)
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> + Clone {
        self.items.iter().map(|(number, ..)| *number)
    }

    /// The tables of items and positions under the numbering of these definitions, gaps filled with `hole`.
    pub(super) fn into_tables<K: Entity>(
        self,
        numbering: &Numbering,
        hole: T,
    ) -> (Table<K, T>, Table<K, Pos>) {
        let place = |number| numbering.get(number).unwrap_or(0) as usize;
        let len = self.numbers().map(|n| place(n) + 1).max().unwrap_or(0);
        let mut items = Table::filled(len, hole);
        let mut positions = Table::filled(len, Pos::default());
        for (number, pos, item) in self.items {
            let key = K::from_index(place(number));
            items[key] = item;
            positions[key] = pos;
        }
        (items, positions)
    }
}
