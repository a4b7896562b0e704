//! Functions as the interpreter has them: bytecode with its constants as values, and what it learns while running.

use heap::{Any, Gc, Tracer};
use sox_bytecode::feedback::MANY;
use sox_bytecode::{Constant, Function, Inst, Module};
use sox_rt::{Class, Closure, ModuleObject, Runtime, Shape, Str, Tag, TooLong, Value};
use std::cell::{Cell, RefCell};
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
    /// A method of this class.
    Super(Gc<Class>, Gc<Closure>),
}

impl Cache {
    /// The shape or class that it is about.
    fn key(self) -> Option<Any> {
        match self {
            Cache::Property(shape, _) | Cache::Added(shape, _) | Cache::Method(shape, _) => {
                Some(shape.erase())
            }
            Cache::Super(class, _) => Some(class.erase()),
            Cache::Empty | Cache::Entry(_) | Cache::Builtin(..) => None,
        }
    }

    fn trace(self, tracer: &mut Tracer<'_>) {
        match self {
            Cache::Property(shape, _) => tracer.edge(shape),
            Cache::Added(from, to) => {
                tracer.edge(from);
                tracer.edge(to);
            }
            Cache::Method(shape, method) => {
                tracer.edge(shape);
                tracer.edge(method);
            }
            Cache::Super(class, method) => {
                tracer.edge(class);
                tracer.edge(method);
            }
            Cache::Empty | Cache::Entry(_) | Cache::Builtin(..) => {}
        }
    }
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
    /// What these had before, about other shapes.
    pub(crate) earlier: Box<[RefCell<Vec<Cache>>]>,
    /// What instructions found beyond that: bits of [`sox_bytecode::feedback`].
    pub(crate) flags: Box<[Cell<u8>]>,
    /// What instructions called first: 0 for nothing, a number of code plus 1, that of a native plus [`NATIVE`], or the place
    /// among `classes` plus [`CLASS`].
    pub(crate) targets: Box<[Cell<u32>]>,
    /// What they called besides, by their places.
    pub(crate) more_targets: RefCell<Vec<(u32, u32)>>,
    /// Classes that were called.
    pub(crate) classes: RefCell<Vec<Gc<Class>>>,
    /// Calls and rounds of loops until the tier above is asked for compiled code. 0: it is asked at each.
    pub(crate) heat: Cell<u32>,
    /// Nobody has found that it gets no compiled code.
    pub(crate) compiles: Cell<bool>,
    /// The object with the globals of its module.
    pub(crate) globals: Cell<Option<Gc<ModuleObject>>>,
    /// What compiled code was told of and may compare with: it is to be nothing else at these addresses.
    pub(crate) pins: RefCell<Vec<Any>>,
}

/// What targets that are natives begin at.
pub(crate) const NATIVE: u32 = 1 << 31 | 1;
/// What targets that are classes begin at.
pub(crate) const CLASS: u32 = 1 << 30;
/// Shapes that are kept for an inline cache, at most.
const SHAPES: usize = 4;
/// Targets that are kept for an instruction, at most.
const TARGETS: usize = 3;
/// Classes that are kept for a function, at most.
const CLASSES: usize = 64;

impl Code {
    /// Makes the code of one function of a module; its first function has the number `first`. It is `heat` calls and rounds from
    /// being compiled.
    pub(crate) fn new(
        runtime: &Runtime,
        module: &Arc<Module>,
        number: usize,
        first: u32,
        heat: u32,
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
            earlier: function.caches.iter().map(|_| RefCell::default()).collect(),
            flags: function.code.iter().map(|_| Cell::default()).collect(),
            targets: function.code.iter().map(|_| Cell::default()).collect(),
            more_targets: RefCell::default(),
            classes: RefCell::default(),
            heat: Cell::new(heat),
            compiles: Cell::new(true),
            globals: Cell::new(None),
            pins: RefCell::default(),
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

    /// Notes what an instruction found.
    pub(crate) fn note(&self, pc: usize, flags: u8) {
        if let Some(known) = self.flags.get(pc) {
            known.set(known.get() | flags);
        }
    }

    /// An inline cache gets something new. What it had is kept, as long as that is not too much.
    pub(crate) fn learn(&self, (pc, cache): (usize, usize), found: Cache) {
        let before = self.caches[cache].replace(found);
        let key = before.key();
        if key.is_none() || key == found.key() {
            return;
        }
        let mut earlier = self.earlier[cache].borrow_mut();
        earlier.retain(|each| each.key() != key && each.key() != found.key());
        if earlier.len() + 1 < SHAPES {
            earlier.push(before);
        } else {
            self.note(pc - 1, MANY);
        }
    }

    /// Notes what a call found, when it is not what it found first.
    #[cold]
    pub(crate) fn note_target(&self, pc: usize, target: u32) {
        let Some(known) = self.targets.get(pc) else { return };
        match known.get() {
            0 => return known.set(target),
            first if first == target => return,
            _ => {}
        }
        let mut more = self.more_targets.borrow_mut();
        if more.contains(&(pc as u32, target)) {
            return;
        }
        if more.iter().filter(|(at, _)| *at == pc as u32).count() + 1 < TARGETS {
            more.push((pc as u32, target));
        } else {
            self.note(pc, MANY);
        }
    }

    /// A class as what a call found; 0 when there are too many.
    pub(crate) fn class_target(&self, class: Gc<Class>) -> u32 {
        let mut classes = self.classes.borrow_mut();
        let place = classes.iter().position(|known| *known == class).unwrap_or(classes.len());
        if place == classes.len() {
            if place == CLASSES {
                return 0;
            }
            classes.push(class);
        }
        CLASS + place as u32
    }

    /// The line of an instruction, as traces give it.
    pub(crate) fn line(&self, pc: usize) -> u32 {
        self.module.line_of(self.function(), pc)
    }

    pub(crate) fn trace(&self, tracer: &mut Tracer<'_>) {
        self.constants.iter().for_each(|constant| constant.trace(tracer));
        tracer.edge(self.name);
        tracer.edge_opt(self.globals.get());
        self.pins.borrow().iter().for_each(|pinned| tracer.edge_any(*pinned));
        self.caches.iter().for_each(|cache| cache.get().trace(tracer));
        self.earlier.iter().for_each(|earlier| earlier.borrow().iter().for_each(|cache| cache.trace(tracer)));
        self.classes.borrow().iter().for_each(|class| tracer.edge(*class));
    }
}
