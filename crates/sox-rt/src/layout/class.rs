//! Classes, shapes, instances, interfaces.

use super::{Buffer, Str, Tail, Value, behind};
use heap::{Any, Gc, Object, Tracer};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// Where instances of a class keep a set of properties: properties are numbered in the order in which they were added.
///
/// Instances with the same history share their shape, so a property that was found for one instance is found for all others
/// by comparing shapes.
pub struct Shape {
    class: Gc<Class>,
    parent: Option<Gc<Shape>>,
    /// The property that this shape has and its parent has not.
    key: Option<Gc<Str>>,
    /// Number of properties.
    count: u32,
    /// Properties that lie in the instance itself, the first ones.
    inline: u32,
    /// Shapes with one more property.
    next: RefCell<Vec<(Gc<Str>, Gc<Shape>)>>,
    /// Numbers by key, made when somebody looks.
    numbers: RefCell<HashMap<Any, u32>>,
}

// SAFETY: no other kind has this number; `trace` reports all handles (keys in `numbers` are those of the chain of parents);
// nothing belongs to a thread.
unsafe impl Object for Shape {
    const KIND: u8 = 23;
    const NAME: &'static str = "shape";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge(self.class);
        tracer.edge_opt(self.parent);
        tracer.edge_opt(self.key);
        for (key, shape) in self.next.borrow().iter() {
            tracer.edge(*key);
            tracer.edge(*shape);
        }
    }
}

impl Shape {
    pub(crate) fn root(class: Gc<Class>, inline: u32) -> Shape {
        Shape {
            class,
            parent: None,
            key: None,
            count: 0,
            inline,
            next: RefCell::default(),
            numbers: RefCell::default(),
        }
    }

    pub(crate) fn child(parent: Gc<Shape>, key: Gc<Str>) -> Shape {
        Shape {
            class: parent.class,
            parent: Some(parent),
            key: Some(key),
            count: parent.count + 1,
            inline: parent.inline,
            next: RefCell::default(),
            numbers: RefCell::default(),
        }
    }

    /// The class.
    pub fn class(&self) -> Gc<Class> {
        self.class
    }

    /// Number of properties.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Properties that lie in the instance itself.
    pub fn inline(&self) -> u32 {
        self.inline
    }

    /// The number of a property. `key` is interned, or the very string that named it.
    pub fn find(&self, key: Gc<Str>) -> Option<u32> {
        if self.count == 0 {
            return None;
        }
        let mut numbers = self.numbers.borrow_mut();
        if numbers.is_empty() {
            let own = self.key.map(|key| (key.erase(), self.count - 1));
            let above = std::iter::successors(self.parent, |shape| shape.parent);
            let others = above.filter_map(|shape| Some((shape.key?.erase(), shape.count - 1)));
            numbers.extend(own.into_iter().chain(others));
        }
        if let Some(number) = numbers.get(&key.erase()) {
            return Some(*number);
        }
        // Long names are not interned: equal ones may be two objects.
        if key.is_interned() {
            return None;
        }
        self.keys().position(|other| other.content_equals(&key)).map(|at| self.count - 1 - at as u32)
    }

    /// The keys, the last one first.
    fn keys(&self) -> impl Iterator<Item = Gc<Str>> + '_ {
        self.key
            .into_iter()
            .chain(std::iter::successors(self.parent, |shape| shape.parent).filter_map(|s| s.key))
    }

    pub(crate) fn next(&self, key: Gc<Str>) -> Option<Gc<Shape>> {
        let next = self.next.borrow();
        next.iter().find(|(other, _)| *other == key || other.content_equals(&key)).map(|(_, shape)| *shape)
    }

    pub(crate) fn add_next(&self, key: Gc<Str>, shape: Gc<Shape>) {
        self.next.borrow_mut().push((key, shape));
    }
}

/// A class.
pub struct Class {
    name: Gc<Str>,
    superclass: Cell<Option<Gc<Class>>>,
    /// Its methods and those it inherits.
    methods: RefCell<Vec<(Gc<Str>, Value)>>,
    places: RefCell<HashMap<Any, usize>>,
    init: Cell<Value>,
    /// What new instances begin with.
    root: Cell<Option<Gc<Shape>>>,
    /// The most properties that an instance had.
    most: Cell<u32>,
}

// SAFETY: no other kind has this number; `trace` reports all handles (keys of `places` are those of `methods`); nothing
// belongs to a thread.
unsafe impl Object for Class {
    const KIND: u8 = 11;
    const NAME: &'static str = "class";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge(self.name);
        tracer.edge_opt(self.superclass.get());
        tracer.edge_opt(self.root.get());
        self.init.get().trace(tracer);
        for (name, method) in self.methods.borrow().iter() {
            tracer.edge(*name);
            method.trace(tracer);
        }
    }
}

impl Class {
    pub(crate) fn new(name: Gc<Str>) -> Class {
        Class {
            name,
            superclass: Cell::new(None),
            methods: RefCell::default(),
            places: RefCell::default(),
            init: Cell::new(Value::NIL),
            root: Cell::new(None),
            most: Cell::new(0),
        }
    }

    /// Its name.
    pub fn name(&self) -> Gc<Str> {
        self.name
    }

    /// The class it was made from.
    pub fn superclass(&self) -> Option<Gc<Class>> {
        self.superclass.get()
    }

    /// Whether it is this class or was made from it, however indirectly.
    pub fn is_or_inherits(&self, other: Gc<Class>) -> bool {
        let chain = std::iter::successors(self.superclass.get(), |class| class.superclass.get());
        std::ptr::eq(self, &*other) || chain.into_iter().any(|class| class == other)
    }

    pub(crate) fn set_superclass(&self, superclass: Gc<Class>) {
        self.superclass.set(Some(superclass));
    }

    /// Its methods, inherited ones included, in the order in which they came.
    pub fn methods(&self) -> Vec<(Gc<Str>, Value)> {
        self.methods.borrow().clone()
    }

    /// A method, inherited or its own.
    pub fn method(&self, name: Gc<Str>) -> Option<Value> {
        let place = self.places.borrow().get(&name.erase()).copied();
        let methods = self.methods.borrow();
        let place = match place {
            None if !name.is_interned() => methods.iter().position(|(other, _)| other.content_equals(&name)),
            place => place,
        };
        Some(methods.get(place?)?.1)
    }

    pub(crate) fn set_method(&self, name: Gc<Str>, method: Value) {
        let mut methods = self.methods.borrow_mut();
        match methods.iter().position(|(other, _)| other.content_equals(&name)) {
            Some(place) => methods[place].1 = method,
            None => {
                methods.push((name, method));
                self.places.borrow_mut().insert(name.erase(), methods.len() - 1);
            }
        }
    }

    /// The method `init`, or nil.
    pub fn init(&self) -> Value {
        self.init.get()
    }

    pub(crate) fn set_init(&self, method: Value) {
        self.init.set(method);
    }

    /// What new instances begin with.
    pub fn root(&self) -> Option<Gc<Shape>> {
        self.root.get()
    }

    pub(crate) fn set_root(&self, root: Gc<Shape>) {
        self.root.set(Some(root));
    }

    /// How many properties its instances are expected to have.
    pub fn expected(&self) -> u32 {
        self.most.get()
    }

    pub(crate) fn most(&self) -> u32 {
        self.most.get()
    }

    pub(crate) fn note(&self, count: u32) {
        self.most.set(self.most.get().max(count));
    }
}

/// An instance of a class: the first properties lie behind it, further ones in a buffer.
#[repr(C)]
pub struct Instance {
    shape: Cell<Gc<Shape>>,
    more: Cell<Option<Gc<Buffer>>>,
    inline: Cell<u32>,
    _room: u32,
}

// SAFETY: no other kind has this number; `trace` reports all handles; nothing belongs to a thread.
unsafe impl Object for Instance {
    const KIND: u8 = 8;
    const NAME: &'static str = "instance";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge(self.shape.get());
        tracer.edge_opt(self.more.get());
        self.inline().iter().for_each(|slot| slot.get().trace(tracer));
    }
}

impl Instance {
    /// Offset of the shape's handle.
    pub const SHAPE_OFFSET: usize = std::mem::offset_of!(Instance, shape);
    /// Offset of the handle of the buffer with further properties.
    pub const MORE_OFFSET: usize = std::mem::offset_of!(Instance, more);
    /// Offset of the first property.
    pub const INLINE_OFFSET: usize = size_of::<Instance>();

    pub(crate) fn new(shape: Gc<Shape>) -> Instance {
        Instance { shape: Cell::new(shape), more: Cell::new(None), inline: Cell::new(0), _room: 0 }
    }

    fn inline(&self) -> &[Cell<Value>] {
        // SAFETY: instances are made by the runtime alone, with this many values behind them.
        unsafe { behind(self, self.inline.get() as usize) }
    }

    /// Its shape.
    #[inline]
    pub fn shape(&self) -> Gc<Shape> {
        self.shape.get()
    }

    /// Its class.
    #[inline]
    pub fn class(&self) -> Gc<Class> {
        self.shape.get().class
    }

    /// The property with a number that its shape has given.
    #[inline]
    pub fn get(&self, number: u32) -> Value {
        match self.inline().get(number as usize) {
            Some(slot) => slot.get(),
            None => self.far(number).unwrap_or(Value::NIL),
        }
    }

    fn far(&self, number: u32) -> Option<Value> {
        let more = self.more.get()?;
        more.slots().get((number - self.inline.get()) as usize).map(Cell::get)
    }

    /// Sets the property with a number that its shape has given. The caller reports the write to the heap: this object and,
    /// when there is one, [`Instance::more`].
    #[inline]
    pub fn set(&self, number: u32, value: Value) {
        match self.inline().get(number as usize) {
            Some(slot) => slot.set(value),
            None => {
                if let Some(more) = self.more.get()
                    && let Some(slot) = more.slots().get((number - self.inline.get()) as usize)
                {
                    slot.set(value);
                }
            }
        }
    }

    /// The buffer with further properties.
    pub fn more(&self) -> Option<Gc<Buffer>> {
        self.more.get()
    }

    pub(crate) fn set_more(&self, more: Gc<Buffer>) {
        self.more.set(Some(more));
    }

    pub(crate) fn set_shape(&self, shape: Gc<Shape>) {
        self.shape.set(shape);
    }
}

impl Tail for Instance {
    fn bytes(parts: usize) -> usize {
        parts * size_of::<Value>()
    }

    fn set_parts(&self, parts: usize) {
        self.inline.set(parts as u32);
    }
}

/// An interface: names of methods with their numbers of parameters.
pub struct Interface {
    /// Its name.
    pub name: Gc<Str>,
    /// What it asks for.
    pub methods: Vec<(Gc<Str>, u32)>,
}

// SAFETY: no other kind has this number; `trace` reports all handles; nothing belongs to a thread.
unsafe impl Object for Interface {
    const KIND: u8 = 13;
    const NAME: &'static str = "interface";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge(self.name);
        self.methods.iter().for_each(|(name, _)| tracer.edge(*name));
    }
}
