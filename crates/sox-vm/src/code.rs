//! Functions as the interpreter has them: bytecode with its constants as values, and what it learns while running.

use heap::{Gc, Tracer};
use sox_bytecode::{Constant, Function, Inst, Module};
use sox_rt::{Closure, Runtime, Shape, Str, Tag, TooLong, Value};
use std::cell::Cell;
use std::sync::Arc;

/// What a place in the code found the last time.
#[derive(Clone, Copy, Default)]
pub(crate) enum Cache {
    /// Nothing yet.
    #[default]
    Empty,
    /// A property of instances of this shape, by number.
    Property(Gc<Shape>, u32),
    /// A property that instances of the first shape did not have; with it they have the second.
    Added(Gc<Shape>, Gc<Shape>),
    /// A method of instances of this shape.
    Method(Gc<Shape>, Gc<Closure>),
    /// The place of the key in a table, if that is the key there.
    Entry(usize),
    /// A method that the runtime has for values of this kind, by number.
    Builtin(Tag, u32),
}

/// A function's code.
pub(crate) struct Code {
    /// The module it is of.
    pub(crate) module: Arc<Module>,
    /// Its number there.
    pub(crate) number: usize,
    /// The number of the code of the module's first function.
    pub(crate) first: u32,
    pub(crate) insts: Box<[Inst]>,
    /// Registers of a frame.
    pub(crate) registers: usize,
    /// Arguments it needs, and takes.
    pub(crate) required: u32,
    pub(crate) params: u32,
    pub(crate) constants: Box<[Value]>,
    pub(crate) name: Gc<Str>,
    /// One for each property access.
    pub(crate) caches: Box<[Cell<Cache>]>,
}

impl Code {
    /// Makes the code of one function of a module; its first function has the number `first`.
    pub(crate) fn new(
        runtime: &Runtime,
        module: &Arc<Module>,
        number: usize,
        first: u32,
    ) -> Result<Code, TooLong> {
        let function = &module.functions[number];
        let constant = |constant: &Constant| match constant {
            Constant::Number(value) => Ok(Value::number(*value)),
            Constant::String(bytes) => runtime.string(bytes).map(Value::from),
        };
        // An array of the heap keeps the values until the code has them.
        let kept = runtime.array(function.constants.len() + 1)?;
        for each in &function.constants {
            runtime.push(kept, constant(each)?)?;
        }
        let name = runtime.string(function.name.as_bytes())?;
        Ok(Code {
            module: Arc::clone(module),
            number,
            first,
            insts: function.code.clone(),
            registers: function.registers as usize,
            required: function.required,
            params: function.params,
            constants: kept.elements().iter().map(Cell::get).collect(),
            name,
            caches: function.caches.iter().map(|_| Cell::default()).collect(),
        })
    }

    /// The function.
    pub(crate) fn function(&self) -> &Function {
        &self.module.functions[self.number]
    }

    /// A constant.
    #[inline]
    pub(crate) fn constant(&self, index: usize) -> Value {
        self.constants.get(index).copied().unwrap_or_default()
    }

    /// A string that is a constant.
    pub(crate) fn string(&self, index: usize) -> Gc<Str> {
        self.constant(index).get().unwrap_or(self.name)
    }

    /// The inline cache with a number, and the name that it is about.
    #[inline]
    pub(crate) fn cache(&self, index: usize) -> &Cell<Cache> {
        &self.caches[index]
    }

    /// The name that an inline cache is about.
    pub(crate) fn cache_name(&self, index: usize) -> Gc<Str> {
        self.string(self.function().caches.get(index).map_or(usize::MAX, |constant| *constant as usize))
    }

    /// The line of an instruction, as traces give it.
    pub(crate) fn line(&self, pc: usize) -> u32 {
        self.module.line_of(self.function(), pc)
    }

    pub(crate) fn trace(&self, tracer: &mut Tracer<'_>) {
        self.constants.iter().for_each(|constant| constant.trace(tracer));
        tracer.edge(self.name);
        for cache in &self.caches {
            match cache.get() {
                Cache::Property(shape, _) => tracer.edge(shape),
                Cache::Added(from, to) => {
                    tracer.edge(from);
                    tracer.edge(to);
                }
                Cache::Method(shape, method) => {
                    tracer.edge(shape);
                    tracer.edge(method);
                }
                Cache::Empty | Cache::Entry(_) | Cache::Builtin(..) => {}
            }
        }
    }
}
