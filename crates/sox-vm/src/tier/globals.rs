//! Globals that hold functions and classes, which compiled code takes to stay what they are.
//!
//! There is a word for each that a compiler was told of. Code looks at the word where it reads the global, and knows the rest.

use crate::code::Code;
use crate::vm::Vm;
use heap::Gc;
use sox_bytecode::Op;
use sox_bytecode::feedback::Steady;
use sox_rt::{Closure, ModuleObject, Native, Tag, Value};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// A global: its module's handle, its slot.
type Global = (u64, usize);

/// The words: 0 until the global is set again, 1 for good after that.
#[derive(Default)]
pub(crate) struct Watched(RefCell<HashMap<Global, Box<Cell<u32>>>>);

impl Watched {
    /// The address of a global's word, unless it is known not to stay.
    fn watch(&self, module: u64, slot: usize) -> Option<usize> {
        let mut words = self.0.borrow_mut();
        let word = words.entry((module, slot)).or_default();
        (word.get() == 0).then(|| std::ptr::from_ref::<Cell<u32>>(word).expose_provenance())
    }

    fn changed(&self, module: u64, slot: usize) {
        if let Some(word) = self.0.borrow().get(&(module, slot)) {
            word.set(1);
        }
    }
}

/// Whether globals with such values mostly keep them.
#[inline]
fn stays(value: Value) -> bool {
    matches!(value.tag(), Tag::Closure | Tag::Native | Tag::Class)
}

impl Vm {
    /// A global is about to get another value.
    #[inline]
    pub(crate) fn replaces(&self, module: Gc<ModuleObject>, slot: usize, before: Value) {
        if stays(before) {
            self.unwatch(module, slot);
        }
    }

    #[cold]
    #[inline(never)]
    fn unwatch(&self, module: Gc<ModuleObject>, slot: usize) {
        self.state.watched.changed(module.to_bits(), slot);
    }

    /// Sets a global, defined or not.
    pub(crate) fn define_global(&self, module: Gc<ModuleObject>, slot: usize, value: Value) {
        let before = module.globals().slots().get(slot).map_or(Value::NIL, Cell::get);
        self.replaces(module, slot, before);
        self.rt.set_global(module, slot, value);
    }

    /// The globals that a function reads and that hold what mostly stays.
    pub(super) fn steady(&self, own: &Code) -> Box<[Steady]> {
        let Some(module) = own.globals.get() else { return Box::default() };
        let mut slots: Vec<usize> = own
            .insts
            .iter()
            .filter(|inst| inst.op() == Some(Op::GetGlobal))
            .map(|inst| inst.index())
            .collect();
        slots.sort_unstable();
        slots.dedup();
        let steady = |slot: usize| {
            let value = module.globals().slots().get(slot)?.get();
            if !stays(value) {
                return None;
            }
            let watch = self.state.watched.watch(module.to_bits(), slot)?;
            let closure = value.get::<Closure>().map(|closure| closure.info().code);
            let number = closure.or_else(|| value.get::<Native>().map(|native| native.number));
            let [tag, _] = value.words().into();
            let object = super::feedback::word(own, value.object()?);
            Some(Steady { slot, tag, object, number, watch })
        };
        slots.into_iter().filter_map(steady).collect()
    }
}
