//! The runtime: making and changing objects.

use crate::layout::{
    self, Array, BoundMethod, BoxCell, Buffer, Class, Closure, ClosureInfo, Coroutine, ErrorObject, Fiber,
    File, Index, Instance, Interface, ModuleObject, Native, Progress, Range, Shape, Str, Table, Tail, Value,
};
use heap::{Config, Gc, Heap, OutOfMemory, WeakTable};
use std::cell::{Cell, RefCell};

/// Strings up to this many bytes are interned.
const SHORT: usize = 40;
/// Concatenations up to this many bytes are made at once.
const COPIED: usize = 256;
/// The longest string.
const LONGEST: usize = u32::MAX as usize;
/// Properties that lie in an instance itself, at most.
const INLINE: u32 = 32;
/// Properties that lie in the first instances of a class.
const FIRST_INLINE: u32 = 4;

/// A string would be longer than any can be, or the heap is at its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooLong {
    /// Longer than 4 GB.
    Length,
    /// No memory.
    Memory,
}

impl From<OutOfMemory> for TooLong {
    fn from(_: OutOfMemory) -> TooLong {
        TooLong::Memory
    }
}

/// A heap with Sox objects.
#[derive(Debug)]
pub struct Runtime {
    heap: Heap,
    strings: WeakTable<Str>,
}

impl Runtime {
    /// An empty one.
    pub fn new(config: Config) -> Runtime {
        let heap = layout::heap(config);
        let strings = heap.weak_table();
        Runtime { heap, strings }
    }

    /// The heap.
    pub fn heap(&self) -> &Heap {
        &self.heap
    }

    /// The write barrier for a value: stores of numbers and the like are no business of the heap.
    #[inline]
    pub fn stored<T>(&self, object: Gc<T>, value: Value) {
        if value.is_object() {
            self.heap.wrote(object);
        }
    }

    /// The value with a tag and a payload, as compiled code has it; `None` when there is no such value.
    pub fn value_from_words(&self, tag: u64, payload: u64) -> Option<Value> {
        Value::from_words(&self.heap, tag, payload)
    }

    /// The write barrier for the object whose handle is this word, if it is one.
    pub fn wrote_word(&self, word: u64) {
        if let Some(object) = self.heap.object_at(word) {
            self.heap.wrote_any(object);
        }
    }

    /// A string with these bytes.
    ///
    /// # Errors
    /// When there is no room.
    pub fn string(&self, bytes: &[u8]) -> Result<Gc<Str>, TooLong> {
        if bytes.len() > SHORT {
            return self.flat(bytes.len(), |to| copy(to, 0, bytes));
        }
        let hash = crate::layout::hash_of(bytes);
        if let Some(known) = self.strings.find(&self.heap, hash, |other| other.bytes() == Some(bytes)) {
            return Ok(known);
        }
        let string = self.flat(bytes.len(), |to| copy(to, 0, bytes))?;
        self.strings.insert(&self.heap, hash, string);
        string.set_interned();
        Ok(string)
    }

    fn flat(&self, len: usize, fill: impl FnOnce(&[std::cell::Cell<u8>])) -> Result<Gc<Str>, TooLong> {
        let len = u32::try_from(len).map_err(|_| TooLong::Length)?;
        let string = self.heap.alloc_sized(Str::new(len), len as usize)?;
        fill(string.cells());
        Ok(string)
    }

    /// The bytes of one string and then those of another. Takes time in the length of short results only.
    ///
    /// # Errors
    /// When there is no room.
    pub fn concat(&self, left: Gc<Str>, right: Gc<Str>) -> Result<Gc<Str>, TooLong> {
        let len = left.len() + right.len();
        if left.is_empty() || right.is_empty() {
            return Ok(if left.is_empty() { right } else { left });
        }
        if len > LONGEST {
            return Err(TooLong::Length);
        }
        if len <= COPIED {
            let mut bytes = [0; COPIED];
            let mut at = 0;
            for part in [left, right] {
                part.each_piece(&mut |piece| {
                    bytes[at..at + piece.len()].copy_from_slice(piece);
                    at += piece.len();
                });
            }
            return self.string(&bytes[..len]);
        }
        let rope = self.heap.alloc_sized(Str::new(len as u32), Str::HALVES)?;
        rope.set_halves(left, right);
        Ok(rope)
    }

    /// The string with its bytes in a row, whose [`Str::bytes`] are there.
    ///
    /// # Errors
    /// When there is no room.
    pub fn flatten(&self, string: Gc<Str>) -> Result<Gc<Str>, TooLong> {
        if let Some(flat) = string.forwarded() {
            return Ok(flat);
        }
        if string.as_rope().is_none() {
            return Ok(string);
        }
        let flat = self.flat(string.len(), |to| {
            let mut at = 0;
            string.each_piece(&mut |piece| {
                copy(to, at, piece);
                at += piece.len();
            });
        })?;
        string.forward(flat);
        self.heap.wrote(string);
        Ok(flat)
    }

    fn buffer(&self, capacity: usize) -> Result<Gc<Buffer>, OutOfMemory> {
        self.with_tail(Buffer::default(), capacity)
    }

    /// An object with parts behind it.
    fn with_tail<T: Tail>(&self, object: T, parts: usize) -> Result<Gc<T>, OutOfMemory> {
        let object = self.heap.alloc_sized(object, T::bytes(parts))?;
        object.set_parts(parts);
        Ok(object)
    }

    /// An array with room for some elements.
    ///
    /// # Errors
    /// When there is no room.
    pub fn array(&self, room: usize) -> Result<Gc<Array>, OutOfMemory> {
        let array = self.heap.alloc(Array::default())?;
        if room > 0 {
            array.set_buffer(self.buffer(room)?);
            self.heap.wrote(array);
        }
        Ok(array)
    }

    /// Appends an element.
    ///
    /// # Errors
    /// When there is no room.
    #[inline]
    pub fn push(&self, array: Gc<Array>, value: Value) -> Result<(), OutOfMemory> {
        let len = array.len();
        if len == array.capacity() {
            self.reserve(array, len + 1)?;
        }
        array.set_len(len + 1);
        self.set_element(array, len, value);
        Ok(())
    }

    /// Makes room for `count` elements.
    ///
    /// # Errors
    /// When there is no room.
    #[cold]
    pub fn reserve(&self, array: Gc<Array>, count: usize) -> Result<(), OutOfMemory> {
        if count <= array.capacity() {
            return Ok(());
        }
        let larger = self.buffer(count.max(array.capacity() * 2).max(4))?;
        for (to, from) in larger.slots().iter().zip(array.elements()) {
            to.set(from.get());
        }
        array.set_buffer(larger);
        self.heap.wrote(array);
        Ok(())
    }

    /// Sets an element that is there; whether it is.
    #[inline]
    pub fn set_element(&self, array: Gc<Array>, index: usize, value: Value) -> bool {
        let Some(slot) = array.elements().get(index) else { return false };
        slot.set(value);
        if let Some(buffer) = array.buffer() {
            self.stored(buffer, value);
        }
        true
    }

    /// Shortens an array.
    pub fn truncate(&self, array: Gc<Array>, len: usize) {
        array.set_len(len.min(array.len()));
    }

    /// A table with room for some entries.
    ///
    /// # Errors
    /// When there is no room.
    pub fn table(&self, room: usize) -> Result<Gc<Table>, OutOfMemory> {
        let table = self.heap.alloc(Table::default())?;
        if room > 0 {
            self.grow(table, room)?;
        }
        Ok(table)
    }

    /// Sets the value of a key.
    ///
    /// # Errors
    /// When there is no room.
    pub fn set_entry(&self, table: Gc<Table>, key: Gc<Str>, value: Value) -> Result<(), TooLong> {
        if let Some(place) = table.find(&key) {
            self.set_entry_at(table, place, value);
            return Ok(());
        }
        // Keys are compared often: their bytes lie in a row.
        let key = self.flatten(key)?;
        if table.used() == table.capacity() {
            self.grow(table, (table.len() * 2).max(4))?;
        }
        table.append(key, value);
        if let Some(entries) = table.buffer() {
            self.heap.wrote(entries);
        }
        Ok(())
    }

    /// Sets the value of the entry at a place.
    #[inline]
    pub fn set_entry_at(&self, table: Gc<Table>, place: usize, value: Value) {
        table.set_value(place, value);
        if let Some(entries) = table.buffer() {
            self.stored(entries, value);
        }
    }

    fn grow(&self, table: Gc<Table>, entries: usize) -> Result<(), OutOfMemory> {
        let buffer = self.buffer(entries.saturating_mul(2))?;
        let index = if entries > crate::layout::FEW {
            Some(self.with_tail(Index::default(), (entries * 2).next_power_of_two())?)
        } else {
            None
        };
        table.grow(buffer, index);
        self.heap.wrote(table);
        self.heap.wrote(buffer);
        Ok(())
    }

    /// A class without methods.
    ///
    /// # Errors
    /// When there is no room.
    pub fn class(&self, name: Gc<Str>) -> Result<Gc<Class>, OutOfMemory> {
        self.heap.alloc(Class::new(name))
    }

    /// Has a class inherit the methods of another.
    pub fn inherit(&self, class: Gc<Class>, superclass: Gc<Class>) {
        class.set_superclass(superclass);
        for (name, method) in superclass.methods() {
            class.set_method(name, method);
        }
        class.set_init(superclass.init());
        class.note(superclass.most());
        self.heap.wrote(class);
    }

    /// Adds a method, or replaces one.
    pub fn set_method(&self, class: Gc<Class>, name: Gc<Str>, method: Value) {
        class.set_method(name, method);
        if name.bytes() == Some(b"init") {
            class.set_init(method);
        }
        self.heap.wrote(class);
    }

    /// Instances of the class will have so many properties: there is room for them from the beginning, and so all of them have
    /// the same shapes.
    pub fn expect_properties(&self, class: Gc<Class>, count: u32) {
        class.note(count);
    }

    /// An instance without properties.
    ///
    /// # Errors
    /// When there is no room.
    pub fn instance(&self, class: Gc<Class>) -> Result<Gc<Instance>, OutOfMemory> {
        let root = match class.root() {
            // Instances that turned out to have more properties are given room for them in the beginning.
            Some(root) if class.most().min(INLINE) <= root.inline() => root,
            _ => {
                let inline = class.most().clamp(FIRST_INLINE, INLINE);
                let root = self.heap.alloc(Shape::root(class, inline))?;
                class.set_root(root);
                self.heap.wrote(class);
                root
            }
        };
        self.with_tail(Instance::new(root), root.inline() as usize)
    }

    /// Sets a property, and adds it when it is not there.
    ///
    /// # Errors
    /// When there is no room.
    pub fn set_property(
        &self,
        instance: Gc<Instance>,
        key: Gc<Str>,
        value: Value,
    ) -> Result<(), OutOfMemory> {
        let shape = instance.shape();
        let number = match shape.find(key) {
            Some(number) => number,
            None => self.add_property(instance, shape, key)?,
        };
        self.set_property_at(instance, number, value);
        Ok(())
    }

    /// Sets the property with a number that the instance's shape has given.
    #[inline]
    pub fn set_property_at(&self, instance: Gc<Instance>, number: u32, value: Value) {
        instance.set(number, value);
        self.stored(instance, value);
        if let Some(more) = instance.more() {
            self.stored(more, value);
        }
    }

    /// Adds the property that `next` has and the instance's own shape has not, when there is room for it in the instance
    /// itself; whether there was.
    #[inline]
    pub fn add_property_at(&self, instance: Gc<Instance>, next: Gc<Shape>, value: Value) -> bool {
        let number = next.count() - 1;
        if number >= next.inline() {
            return false;
        }
        instance.set_shape(next);
        next.class().note(next.count());
        instance.set(number, value);
        self.heap.wrote(instance);
        true
    }

    /// The shape with one more property.
    fn extended(&self, shape: Gc<Shape>, key: Gc<Str>) -> Result<Gc<Shape>, OutOfMemory> {
        if let Some(next) = shape.next(key) {
            return Ok(next);
        }
        let next = self.heap.alloc(Shape::child(shape, key))?;
        shape.add_next(key, next);
        self.heap.wrote(shape);
        Ok(next)
    }

    fn add_property(
        &self,
        instance: Gc<Instance>,
        shape: Gc<Shape>,
        key: Gc<Str>,
    ) -> Result<u32, OutOfMemory> {
        let number = shape.count();
        let next = self.extended(shape, key)?;
        if let Some(far) = number.checked_sub(shape.inline()) {
            let room = instance.more().map_or(0, |more| more.slots().len());
            if far as usize >= room {
                let larger = self.buffer((room * 2).max(4))?;
                for (to, from) in
                    larger.slots().iter().zip(instance.more().iter().flat_map(|more| more.slots()))
                {
                    to.set(from.get());
                }
                instance.set_more(larger);
            }
        }
        instance.set_shape(next);
        shape.class().note(next.count());
        self.heap.wrote(instance);
        Ok(number)
    }

    /// An error that was not thrown yet.
    ///
    /// # Errors
    /// When there is no room.
    pub fn error(&self, message: Gc<Str>) -> Result<Gc<ErrorObject>, OutOfMemory> {
        self.heap.alloc(ErrorObject { message, trace: RefCell::default() })
    }

    /// A coroutine that is to call a function.
    ///
    /// # Errors
    /// When there is no room.
    pub fn coroutine(&self, function: Value) -> Result<Gc<Coroutine>, OutOfMemory> {
        self.heap.external_add(Coroutine::WEIGHT)?;
        let Some(fiber) = Fiber::new(Coroutine::REGISTERS, Coroutine::FRAMES) else {
            self.heap.external_sub(Coroutine::WEIGHT);
            return Err(OutOfMemory);
        };
        if let Some(slot) = fiber.slot(0) {
            slot.set(function);
        }
        fiber.set_top(1);
        self.heap.alloc(Coroutine { progress: Cell::new(Progress::Fresh), fiber })
    }

    /// An interface that asks for methods of these names and numbers of parameters.
    ///
    /// # Errors
    /// When there is no room.
    pub fn interface(
        &self,
        name: Gc<Str>,
        methods: &mut dyn Iterator<Item = Result<(Gc<Str>, u32), TooLong>>,
    ) -> Result<Gc<Interface>, TooLong> {
        // The names are kept by an array until the interface has them: a vector on the side is no place for handles.
        let (names, mut params) = (self.array(4)?, Vec::new());
        for method in methods {
            let (name, count) = method?;
            self.push(names, name.into())?;
            params.push(count);
        }
        let list = names.elements().iter().filter_map(|name| name.get().get()).zip(params).collect();
        Ok(self.heap.alloc(Interface { name, methods: list })?)
    }

    /// An open file.
    ///
    /// # Errors
    /// When there is no room.
    pub fn file(&self, path: Gc<Str>, file: std::fs::File) -> Result<Gc<File>, OutOfMemory> {
        self.heap.alloc(File { path, file: RefCell::new(Some(std::io::BufReader::new(file))) })
    }

    /// A closure whose captured variables are nil until they are set.
    ///
    /// # Errors
    /// When there is no room.
    pub fn closure(
        &self,
        module: Gc<ModuleObject>,
        name: Gc<Str>,
        info: ClosureInfo,
        captures: u32,
    ) -> Result<Gc<Closure>, OutOfMemory> {
        self.with_tail(Closure::new(module, name, info), captures as usize)
    }

    /// A function of the runtime.
    ///
    /// # Errors
    /// When there is no room.
    pub fn native(&self, name: Gc<Str>, number: u32) -> Result<Gc<Native>, OutOfMemory> {
        self.heap.alloc(Native { name, number })
    }

    /// A method with its receiver.
    ///
    /// # Errors
    /// When there is no room.
    pub fn bind(&self, receiver: Value, method: Gc<Closure>) -> Result<Gc<BoundMethod>, OutOfMemory> {
        self.heap.alloc(BoundMethod { receiver, method })
    }

    /// A variable that functions share.
    ///
    /// # Errors
    /// When there is no room.
    pub fn box_cell(&self, value: Value) -> Result<Gc<BoxCell>, OutOfMemory> {
        self.heap.alloc(BoxCell::new(value))
    }

    /// Sets a shared variable.
    #[inline]
    pub fn set_box(&self, cell: Gc<BoxCell>, value: Value) {
        cell.set(value);
        self.stored(cell, value);
    }

    /// A range.
    ///
    /// # Errors
    /// When there is no room.
    pub fn range(&self, start: f64, end: f64) -> Result<Gc<Range>, OutOfMemory> {
        self.heap.alloc(Range { start, end })
    }

    /// A module whose globals are not defined.
    ///
    /// # Errors
    /// When there is no room.
    pub fn module(&self, number: u32, globals: usize) -> Result<Gc<ModuleObject>, OutOfMemory> {
        let buffer = self.buffer(globals)?;
        buffer.slots().iter().for_each(|slot| slot.set(Value::ABSENT));
        self.heap.alloc(ModuleObject::new(number, buffer))
    }

    /// Gives a module more globals, which are not defined.
    ///
    /// # Errors
    /// When there is no room.
    pub fn grow_globals(&self, module: Gc<ModuleObject>, globals: usize) -> Result<(), OutOfMemory> {
        let (old, larger) = (module.globals(), self.buffer(globals)?);
        for (place, slot) in larger.slots().iter().enumerate() {
            slot.set(old.slots().get(place).map_or(Value::ABSENT, std::cell::Cell::get));
        }
        module.set_globals(larger);
        self.heap.wrote(module);
        Ok(())
    }

    /// Sets a global that is there; whether it is.
    #[inline]
    pub fn set_global(&self, module: Gc<ModuleObject>, slot: usize, value: Value) -> bool {
        let globals = module.globals();
        let Some(place) = globals.slots().get(slot) else { return false };
        place.set(value);
        self.stored(globals, value);
        true
    }
}

fn copy(to: &[std::cell::Cell<u8>], at: usize, bytes: &[u8]) {
    for (to, byte) in to[at..at + bytes.len()].iter().zip(bytes) {
        to.set(*byte);
    }
}
