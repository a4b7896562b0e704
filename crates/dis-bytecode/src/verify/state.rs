//! What the words of a frame hold at a place in the code, as far as nobody counts it: addresses and frames being filled.

/// A word that is more than a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// A frame of this type that is being filled, and where the call's result will go.
    Frame(u32, Goes),
    /// A frame for a function of another module, by its number in the link table, `None` when only run time knows it.
    Foreign(Option<i32>, Goes),
    /// The address of this place in the own frame.
    Fp(u32),
    /// The address of this place in module data.
    Mp(u32),
    /// Some address.
    Address,
    /// What an object begins with: the address of module data, in case it is a module.
    First,
}

/// Where a call's result goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goes {
    /// Nobody said.
    Nowhere,
    /// Here in the own frame.
    Own(u32),
    /// Elsewhere.
    Elsewhere,
}

/// Most words that are followed at a time.
const MOST: usize = 4096;

/// Offsets with what is there, ascending. Any other word is a number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State(Vec<(u32, Value)>);

impl State {
    /// A frame as a function begins: it has a return address, and its caller's place for the result.
    pub(super) fn entry(result: u32) -> State {
        State(vec![(result, Value::Address)])
    }

    pub(super) fn get(&self, offset: u32) -> Option<Value> {
        self.0.binary_search_by_key(&offset, |entry| entry.0).ok().map(|index| self.0[index].1)
    }

    /// Bytes from here to the next word that must not change behind the verifier's back, or to the end of the frame.
    pub(super) fn extent(&self, from: u32, end: u32) -> u32 {
        let start = self.0.partition_point(|entry| entry.0 < from);
        let next = self.0[start..].iter().find(|entry| entry.1 != Value::First);
        next.map_or(end, |entry| entry.0).saturating_sub(from)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// These bytes hold other numbers now.
    pub(super) fn overwrite(&mut self, from: u32, size: u32, word: u32) {
        let start = self.0.partition_point(|entry| entry.0 + word <= from);
        let end = self.0.partition_point(|entry| entry.0 < from.saturating_add(size));
        if start < end {
            self.0.drain(start..end);
        }
    }

    /// The word here is this now. False when there is no room to follow it.
    pub(super) fn set(&mut self, offset: u32, value: Value) -> bool {
        match self.0.binary_search_by_key(&offset, |entry| entry.0) {
            Ok(index) => self.0[index].1 = value,
            Err(_) if self.0.len() >= MOST => return false,
            Err(index) => self.0.insert(index, (offset, value)),
        }
        true
    }

    /// What holds both here and in `other`. True when that is less than held here. An address of one place in the own frame or of
    /// another is a number from now on: compilers leave such in temporaries, and do not use them.
    pub(super) fn join(&mut self, other: &State) -> bool {
        let before = self.clone();
        self.0.retain_mut(|(offset, value)| match other.get(*offset) {
            Some(there) if there == *value => true,
            Some(Value::Mp(_) | Value::Address) if matches!(value, Value::Mp(_) | Value::Address) => {
                *value = Value::Address;
                true
            }
            _ => false,
        });
        *self != before
    }
}
