//! Checks of frame states and virtual objects by themselves.

use super::fault::{FaultKind, Place};
use super::function::Checker;
use crate::entity::{State, Table, Virtual};
use crate::function::{FrameValue, Function};
use crate::types::Type;

/// Checks every state and virtual; whether all their indices exist and no state is its own ancestor.
pub(super) fn check(checker: &mut Checker<'_, '_>) -> bool {
    let mut sound = true;
    for (state, data) in checker.function.states.iter() {
        let place = Place { state: Some(state), ..Place::default() };
        for item in &data.values {
            sound &= checker.item(place, item);
            if let FrameValue::Const(ty, bits) = item {
                checker.constant(place, *ty, *bits);
            }
        }
        if let Some(parent) = data.parent.filter(|parent| checker.function.states.get(*parent).is_none()) {
            checker.missing(place, parent, checker.function.states.len());
            sound = false;
        }
    }
    for object in checker.function.virtuals.keys() {
        sound &= checker.fields(object);
    }
    checker.cycles() && sound
}

/// How many results a call needs to fill the `result` slots of each state.
pub(super) fn results_needed(function: &Function) -> Table<State, u32> {
    let mut needed = Table::filled(function.states.len(), 0);
    for (state, data) in function.states.iter() {
        let counts = data.values.iter().map(|item| match item {
            FrameValue::Result(number) => u32::from(*number) + 1,
            _ => 0,
        });
        needed[state] = counts.max().unwrap_or(0);
    }
    needed
}

impl Checker<'_, '_> {
    /// Whether what a slot names exists.
    fn item(&mut self, place: Place, item: &FrameValue) -> bool {
        match item {
            FrameValue::Value(value) if self.function.values.get(*value).is_none() => {
                self.missing(place, *value, self.function.values.len());
                false
            }
            FrameValue::Virtual(object) if self.function.virtuals.get(*object).is_none() => {
                self.missing(place, *object, self.function.virtuals.len());
                false
            }
            _ => true,
        }
    }

    fn fields(&mut self, object: Virtual) -> bool {
        let place = Place { object: Some(object), ..Place::default() };
        let data = &self.function.virtuals[object];
        let mut sound = true;
        for (offset, ty, item) in data.fields.iter().cloned() {
            sound &= self.item(place, &item);
            if u64::from(offset) + u64::from(ty.size()) > u64::from(data.size) {
                self.fault(place, FaultKind::FieldOutOfBounds { object, offset, ty, size: data.size });
            }
            self.contents(place, object, offset, ty, &item);
        }
        let mut extents: Vec<(u32, Type)> =
            data.fields.iter().map(|(offset, ty, _)| (*offset, *ty)).collect();
        extents.sort_unstable();
        let mut end = 0;
        for (offset, ty) in extents {
            if u64::from(offset) < end {
                self.fault(place, FaultKind::FieldOverlap { object, offset, ty });
            }
            end = end.max(u64::from(offset) + u64::from(ty.size()));
        }
        sound
    }

    /// Checks that a field of the type can hold the item.
    fn contents(&mut self, place: Place, object: Virtual, offset: u32, ty: Type, item: &FrameValue) {
        let found = match item {
            FrameValue::Value(value) => self.ty(*value),
            FrameValue::Const(ty, bits) => {
                self.constant(place, *ty, *bits);
                Some(*ty)
            }
            FrameValue::Pair(..) => Some(Type::Pair),
            // The object is there before the callee returns.
            FrameValue::Result(_) => {
                self.fault(place, FaultKind::ResultField { object, offset });
                None
            }
            // An object is known by its address.
            FrameValue::Virtual(_) => Some(Type::Ptr),
            FrameValue::Dead => {
                self.fault(place, FaultKind::DeadField { object, offset });
                None
            }
        };
        // What a value that is gone once was no longer matters; a use of it is reported where it is used.
        let gone = matches!(item, FrameValue::Value(value) if self.homes.get(*value) == Some(&None));
        if let Some(found) = found.filter(|found| *found != ty && !gone) {
            self.fault(place, FaultKind::FieldType { object, offset, expected: ty, found });
        }
    }

    /// Whether every chain of parents ends.
    fn cycles(&mut self) -> bool {
        // The walk that reached each state first, 0 for none.
        let mut walk: Table<State, u32> = Table::filled(self.function.states.len(), 0);
        let mut sound = true;
        for (start, number) in self.function.states.keys().zip(1..) {
            let mut next = Some(start);
            while let Some(state) = next.filter(|state| walk.get(*state) == Some(&0)) {
                walk[state] = number;
                next = self.function.states[state].parent;
            }
            if let Some(state) = next.filter(|state| walk.get(*state) == Some(&number)) {
                let place = Place { state: Some(state), ..Place::default() };
                self.fault(place, FaultKind::StateCycle { state });
                sound = false;
            }
        }
        sound
    }
}
