//! Arguments of natives, and the errors about them.

use crate::error::Res;
use crate::vm::Vm;
use heap::Gc;
use sox_rt::{Array, Boxable, Fiber, Str, Table, Tag, Value};
use std::cell::Cell;

/// What a native is called with.
#[derive(Clone, Copy)]
pub(crate) struct Args<'a> {
    pub(crate) vm: &'a Vm,
    /// Where it was called from, for calls back.
    pub(crate) fiber: &'a Fiber,
    /// The arguments, for methods the receiver first. They are the caller's registers: the heap knows them.
    pub(crate) slots: &'a [Cell<Value>],
    /// The name that messages begin with.
    pub(crate) name: &'static str,
}

impl Args<'_> {
    /// How many there are, the receiver included.
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// An argument; nil when it was not given.
    pub(crate) fn get(&self, index: usize) -> Value {
        self.slots.get(index).map_or(Value::NIL, Cell::get)
    }

    /// Throws `NAME(): WHAT`.
    #[cold]
    pub(crate) fn fail<T>(&self, what: impl AsRef<[u8]>) -> Res<T> {
        let message = [self.name.as_bytes(), b"(): ", what.as_ref()].concat();
        self.vm.fail(message)
    }

    /// Throws unless there are so many arguments: `NAME(): requires N parameter(s)`, or `takes no parameters`.
    pub(crate) fn exactly(&self, count: usize) -> Res<()> {
        match (self.len() == count, count) {
            (true, _) => Ok(()),
            (false, 0) => self.fail("takes no parameters"),
            (false, 1) => self.fail("requires 1 parameter"),
            (false, count) => self.fail(format!("requires {count} parameters")),
        }
    }

    /// Throws unless the number of arguments is in a range. Methods say it this way: their receiver is no parameter to those
    /// who call them.
    pub(crate) fn between(&self, least: usize, most: usize) -> Res<()> {
        if (least..=most).contains(&self.len()) { Ok(()) } else { self.fail("invalid parameter count") }
    }

    /// An object of some type, or `NAME(): WHAT`.
    pub(crate) fn object<T: Boxable>(&self, index: usize, what: &str) -> Res<Gc<T>> {
        match self.get(index).get() {
            Some(object) => Ok(object),
            None => self.fail(what),
        }
    }

    /// An array, or an error about it.
    pub(crate) fn array(&self, index: usize) -> Res<Gc<Array>> {
        self.object(index, "parameter must be an array")
    }

    /// A table, or an error about it.
    pub(crate) fn table(&self, index: usize) -> Res<Gc<Table>> {
        self.object(index, "parameter must be a table")
    }

    /// A number, or an error about it.
    pub(crate) fn number(&self, index: usize) -> Res<f64> {
        self.number_or(index, "parameter must be a number")
    }

    /// The same with another message.
    pub(crate) fn number_or(&self, index: usize, what: &str) -> Res<f64> {
        match self.get(index).as_number() {
            Some(number) => Ok(number),
            None => self.fail(what),
        }
    }

    /// The string, its bytes in a row ([`Str::bytes`] is there), or an error about it.
    pub(crate) fn string(&self, index: usize) -> Res<Gc<Str>> {
        self.string_or(index, "parameter must be a string")
    }

    /// The same with another message.
    pub(crate) fn string_or(&self, index: usize, what: &str) -> Res<Gc<Str>> {
        let string = self.object::<Str>(index, what)?;
        self.vm.text(self.vm.rt.flatten(string))
    }

    /// The first arguments, which are to be strings all of them.
    pub(crate) fn strings<const N: usize>(&self, what: &str) -> Res<[Gc<Str>; N]> {
        let mut strings = [self.string_or(0, what)?; N];
        for (index, string) in strings.iter_mut().enumerate().skip(1) {
            *string = self.string_or(index, what)?;
        }
        Ok(strings)
    }

    /// Something that can be called, or an error about it.
    pub(crate) fn function(&self, index: usize) -> Res {
        let value = self.get(index);
        match value.tag() {
            Tag::Closure | Tag::Native | Tag::BoundMethod | Tag::Class => Ok(value),
            _ => self.fail("parameter must be a function"),
        }
    }

    /// A new string as a value.
    pub(crate) fn new_string(&self, bytes: &[u8]) -> Res {
        self.vm.text(self.vm.rt.string(bytes)).map(Value::from)
    }

    /// Appends to an array that the native makes.
    pub(crate) fn push(&self, array: Gc<Array>, value: Value) -> Res<()> {
        self.vm.mem(self.vm.rt.push(array, value))
    }

    /// Calls a function of the program. Counts as a call: natives that call back again and again can be ended.
    pub(crate) fn call(&self, callee: Value, args: &[Value]) -> Res {
        self.vm.count()?;
        self.vm.call(self.fiber, callee, args)
    }
}
