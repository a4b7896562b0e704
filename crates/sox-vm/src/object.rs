//! Properties, elements, methods: what instructions on objects do beyond their inline caches.

use crate::call::Called;
use crate::code::{Cache, Code};
use crate::error::Res;
use crate::vm::Vm;
use heap::Gc;
use sox_bytecode::feedback::{MANY, OTHER, TABLE};
use sox_bytecode::{Kind, Op};
use sox_rt::{
    Array, Class, Closure, Coroutine, ErrorObject, Fiber, Instance, Interface, Progress, Range, Str, Table,
    Tag, Value,
};
use std::cell::Cell;

impl Vm {
    /// `object.name`.
    pub(crate) fn get_property(&self, code: &Code, (pc, cache): (usize, usize), object: Value) -> Res {
        let name = code.cache_name(cache);
        if let Some(instance) = object.get::<Instance>() {
            let shape = instance.shape();
            if let Some(number) = shape.find(name) {
                code.learn((pc, cache), Cache::Property(shape, number));
                return Ok(instance.get(number));
            }
            code.note(pc - 1, MANY);
            return match method_of(instance.class(), name) {
                Some(method) => Ok(self.mem(self.rt.bind(object, method))?.into()),
                None => self.no_property(name),
            };
        }
        code.note(pc - 1, OTHER);
        if let Some(table) = object.get::<Table>() {
            return Ok(self.entry(code.cache(cache), table, name).unwrap_or_default());
        }
        if let Some(error) = object.get::<ErrorObject>() {
            return self.error_property(error, name);
        }
        if let Some(coroutine) = object.get::<Coroutine>() {
            return self.coroutine_property(coroutine, name);
        }
        self.fail("Only instances and tables have properties.")
    }

    /// The value of a key, looked for first where it was found the last time.
    fn entry(&self, cache: &Cell<Cache>, table: Gc<Table>, name: Gc<Str>) -> Option<Value> {
        if let Cache::Entry(place) = cache.get()
            && let Some((key, value)) = table.entry(place)
            && key == name
        {
            return Some(value);
        }
        let place = table.find(&name)?;
        cache.set(Cache::Entry(place));
        table.entry(place).map(|(_, value)| value)
    }

    #[cold]
    fn no_property<T>(&self, name: Gc<Str>) -> Res<T> {
        self.fail([b"Undefined property '", &*name.to_vec(), b"'."].concat())
    }

    fn error_property(&self, error: Gc<ErrorObject>, name: Gc<Str>) -> Res {
        match &*name.to_vec() {
            b"message" => Ok(error.message.into()),
            b"line" => Ok(Value::number(f64::from(self.line_of(&error.trace.borrow())))),
            b"file" => {
                let place = error.trace.borrow().inner.first().copied();
                let file = place
                    .map_or_else(|| self.state.main_file(), |(code, _)| self.code(code).module.file.clone());
                Ok(self.text(self.rt.string(file.as_bytes()))?.into())
            }
            b"trace" => {
                let lines = self.lines_of(&error.trace.borrow());
                let array = self.mem(self.rt.array(lines.len()))?;
                for line in lines {
                    let line = self.text(self.rt.string(line.as_bytes()))?;
                    self.mem(self.rt.push(array, line.into()))?;
                }
                Ok(array.into())
            }
            _ => self.no_property(name),
        }
    }

    fn coroutine_property(&self, coroutine: Gc<Coroutine>, name: Gc<Str>) -> Res {
        let progress = coroutine.progress.get();
        match &*name.to_vec() {
            b"done" => Ok(Value::bool(progress == Progress::Done)),
            b"status" => {
                let status: &[u8] = match progress {
                    Progress::Fresh | Progress::Suspended => b"suspended",
                    Progress::Running => b"running",
                    Progress::Normal => b"normal",
                    Progress::Done => b"done",
                };
                Ok(self.text(self.rt.string(status))?.into())
            }
            _ => self.no_property(name),
        }
    }

    /// `object.name = value`.
    pub(crate) fn set_property(
        &self,
        code: &Code,
        (pc, cache): (usize, usize),
        object: Value,
        value: Value,
    ) -> Res<()> {
        let name = code.cache_name(cache);
        if let Some(instance) = object.get::<Instance>() {
            let shape = instance.shape();
            self.mem(self.rt.set_property(instance, name, value))?;
            let found = match shape.find(name) {
                Some(number) => Cache::Property(shape, number),
                None => Cache::Added(shape, instance.shape()),
            };
            code.learn((pc, cache), found);
            return Ok(());
        }
        code.note(pc - 1, OTHER);
        if let Some(table) = object.get::<Table>() {
            if let Cache::Entry(place) = code.cache(cache).get()
                && table.entry(place).is_some_and(|(key, _)| key == name)
            {
                self.rt.set_entry_at(table, place, value);
                return Ok(());
            }
            self.text(self.rt.set_entry(table, name, value))?;
            if let Some(place) = table.find(&name) {
                code.cache(cache).set(Cache::Entry(place));
            }
            return Ok(());
        }
        self.fail("Only instances and tables have fields.")
    }

    /// `object[index]`, where that is no element of an array; notes it.
    #[inline(always)]
    pub(crate) fn get_index(&self, code: &Code, pc: usize, object: Value, index: Value) -> Res {
        code.note(pc - 1, OTHER);
        if let Some(array) = object.get::<Array>() {
            return match index.as_number() {
                Some(number) => self.out_of_bounds(number, array.len()),
                None => self.wrong_index("Index value must be a number for arrays.", index),
            };
        }
        if let Some(table) = object.get::<Table>() {
            code.note(pc - 1, TABLE);
            return match index.get::<Str>() {
                Some(key) => Ok(table.get(&key).unwrap_or_default()),
                None => self.wrong_index("Index value must be a string for tables.", index),
            };
        }
        if let Some(range) = object.get::<Range>() {
            return match index.as_number() {
                Some(number) if number > -1.0 && number.trunc() < range.len() as f64 => {
                    Ok(Value::number(range.start + number.trunc()))
                }
                Some(number) => self.out_of_bounds(number, range.len()),
                None => self.wrong_index("Index value must be a number for ranges.", index),
            };
        }
        self.fail("cannot index non-table or array types.")
    }

    /// `object[index] = value`, likewise.
    #[inline(always)]
    pub(crate) fn set_index(
        &self,
        code: &Code,
        pc: usize,
        (object, index): (Value, Value),
        value: Value,
    ) -> Res<()> {
        code.note(pc - 1, OTHER);
        if let Some(array) = object.get::<Array>() {
            return match index.as_number() {
                Some(number) => self.out_of_bounds(number, array.len()),
                None => self.wrong_index("Index value must be a number.", index),
            };
        }
        if let Some(table) = object.get::<Table>() {
            code.note(pc - 1, TABLE);
            return match index.get::<Str>() {
                Some(key) => self.text(self.rt.set_entry(table, key, value)),
                None => self.wrong_index("Index value must be a string.", index),
            };
        }
        self.fail("cannot index non-table or array types.")
    }

    #[cold]
    fn out_of_bounds<T>(&self, index: f64, count: usize) -> Res<T> {
        let index = sox_rt::number::to_text(index.trunc() + 0.0);
        self.fail(format!("Index out of bounds. index=({index}) count=({count})"))
    }

    #[cold]
    fn wrong_index<T>(&self, message: &str, index: Value) -> Res<T> {
        self.fail(format!("{message} type=({})", index.type_name()))
    }

    /// `array[start : end]`, both included; nil is open.
    pub(crate) fn slice(&self, object: Value, (start, end): (Value, Value)) -> Res {
        let Some(array) = object.get::<Array>() else { return self.fail("Array range expects array.") };
        let bound = |value: Value, open: f64| match value.as_number() {
            Some(number) => Some(number.trunc()),
            None => value.is_nil().then_some(open),
        };
        let len = array.len() as f64;
        let (Some(start), Some(end)) = (bound(start, 0.0), bound(end, len - 1.0)) else {
            return self.fail("Invalid array range definition.");
        };
        // From one past the end to the end there is nothing: the rest of an array that has been used up.
        if !(start >= 0.0 && end < len && start <= end + 1.0) {
            return self.fail("Invalid array range definition.");
        }
        let count = (end + 1.0 - start) as usize;
        let part = self.mem(self.rt.array(count))?;
        for index in start as usize..start as usize + count {
            self.mem(self.rt.push(part, array.get(index).unwrap_or_default()))?;
        }
        Ok(part.into())
    }

    /// An array of the values, with room for some more.
    pub(crate) fn new_array(&self, values: &[Cell<Value>], room: usize) -> Res {
        let array = self.mem(self.rt.array(room.min(crate::run::MOST_ROOM).max(values.len())))?;
        for value in values {
            self.mem(self.rt.push(array, value.get()))?;
        }
        Ok(array.into())
    }

    /// Appends values to an array that a literal makes.
    pub(crate) fn append(&self, array: Value, values: &[Cell<Value>]) -> Res<()> {
        if let Some(array) = array.get::<Array>() {
            for value in values {
                self.mem(self.rt.push(array, value.get()))?;
            }
        }
        Ok(())
    }

    /// Sets an entry of a table that a literal makes.
    pub(crate) fn set_field(&self, table: Value, key: Gc<Str>, value: Value) -> Res<()> {
        match table.get::<Table>() {
            Some(table) => self.text(self.rt.set_entry(table, key, value)),
            None => Ok(()),
        }
    }

    /// Calls the method of the value in the register `base` with the `count` arguments behind it.
    pub(crate) fn invoke(
        &self,
        fiber: &Fiber,
        code: &Code,
        (base, pc): (usize, usize),
        (cache, count): (usize, u32),
    ) -> Res<Called> {
        let Some(slot) = fiber.slot(base) else { return self.overflow() };
        let (receiver, name) = (slot.get(), code.cache_name(cache));
        if let Some(instance) = receiver.get::<Instance>() {
            let shape = instance.shape();
            if let Some(number) = shape.find(name) {
                code.note(pc - 1, MANY);
                slot.set(instance.get(number));
                return self.enter(fiber, base, count, pc);
            }
            let Some(method) = method_of(instance.class(), name) else {
                code.note(pc - 1, MANY);
                return self.no_property(name);
            };
            code.learn((pc, cache), Cache::Method(shape, method));
            return self.enter_closure(fiber, method, base, count, pc);
        }
        code.note(pc - 1, OTHER);
        if let Some(table) = receiver.get::<Table>()
            && let Some(value) = self.entry(code.cache(cache), table, name)
        {
            slot.set(value);
            return self.enter(fiber, base, count, pc);
        }
        self.save_pc(fiber, pc);
        let tag = receiver.tag();
        let number = match code.cache(cache).get() {
            Cache::Builtin(known, number) if known == tag => Some(number),
            _ => self.builtin(tag, name),
        };
        match number {
            Some(number) => {
                code.cache(cache).set(Cache::Builtin(tag, number));
                self.enter_builtin(fiber, number, base, count)
            }
            None if tag == Tag::Table || self.has_builtins(tag) => self.no_property(name),
            None => self.fail("Only instances and tables have methods."),
        }
    }

    /// The number of a method that values of some kind have.
    pub(crate) fn builtin(&self, tag: Tag, name: Gc<Str>) -> Option<u32> {
        let name = name.to_vec();
        let is_it = |of: Tag, known: &str| of == tag && known.as_bytes() == name;
        self.methods.iter().position(|each| is_it(each.of, each.native.name)).map(|number| number as u32)
    }

    fn has_builtins(&self, tag: Tag) -> bool {
        self.methods.iter().any(|each| each.of == tag)
    }

    /// A method of a superclass.
    #[inline(always)]
    pub(crate) fn super_method(
        &self,
        code: &Code,
        (pc, cache): (usize, usize),
        class: Value,
    ) -> Res<Gc<Closure>> {
        match (code.cache(cache).get(), class.get::<Class>()) {
            (Cache::Super(known, method), Some(class)) if class == known => Ok(method),
            _ => self.find_super(code, (pc, cache), class),
        }
    }

    #[cold]
    fn find_super(&self, code: &Code, (pc, cache): (usize, usize), class: Value) -> Res<Gc<Closure>> {
        let name = code.cache_name(cache);
        let class = class.get::<Class>();
        match class.and_then(|class| Some((class, method_of(class, name)?))) {
            Some((class, method)) => {
                code.learn((pc, cache), Cache::Super(class, method));
                Ok(method)
            }
            None => {
                code.note(pc - 1, MANY);
                self.no_property(name)
            }
        }
    }

    /// `class` gets the methods of another.
    pub(crate) fn inherit(&self, class: Value, superclass: Value) -> Res<()> {
        match (class.get::<Class>(), superclass.get::<Class>()) {
            (Some(class), Some(superclass)) => {
                self.rt.inherit(class, superclass);
                Ok(())
            }
            _ => self.fail("Superclass must be a class."),
        }
    }

    pub(crate) fn method(&self, class: Value, name: Gc<Str>, method: Value) {
        if let Some(class) = class.get::<Class>() {
            self.rt.set_method(class, name, method);
            if let Some(method) = method.get::<Closure>() {
                self.expect_properties(class, method);
            }
        }
    }

    /// Instances get room for the properties that an initializer adds, beside those of the superclass.
    fn expect_properties(&self, class: Gc<Class>, method: Gc<Closure>) {
        let code = self.code(method.info().code);
        if code.function().kind != Kind::Initializer {
            return;
        }
        let set = code.insts.iter().filter(|inst| inst.op() == Some(Op::SetProperty) && inst.a() == 0);
        let mut names: Vec<u32> =
            set.filter_map(|inst| code.function().caches.get(inst.index()).copied()).collect();
        names.sort_unstable();
        names.dedup();
        let inherited = class.superclass().map_or(0, |superclass| superclass.expected());
        self.rt.expect_properties(class, inherited.saturating_add(names.len() as u32));
    }

    /// The interface that a function declares.
    pub(crate) fn interface(&self, code: &Code, index: usize) -> Res {
        let info = &code.function().interfaces[index];
        let name = self.text(self.rt.string(info.name.as_bytes()))?;
        let mut methods =
            info.methods.iter().map(|(name, params)| Ok((self.rt.string(name.as_bytes())?, *params)));
        Ok(self.text(self.rt.interface(name, &mut methods))?.into())
    }

    /// Throws unless the class has what the interface asks for.
    pub(crate) fn implements(&self, class: Value, interface: Value) -> Res<()> {
        let Some(class) = class.get::<Class>() else { return Ok(()) };
        let Some(interface) = interface.get::<Interface>() else {
            return self.fail("Only interfaces can be implemented.");
        };
        let text = |string: Gc<Str>| String::from_utf8_lossy(&string.to_vec()).into_owned();
        for (name, params) in &interface.methods {
            let method = method_of(class, *name);
            let (name, class) = (text(*name), text(class.name()));
            let interface = text(interface.name);
            match method.map(|method| u32::from(method.info().params)) {
                Some(takes) if takes == *params => {}
                Some(takes) => {
                    return self.fail(format!(
                        "Method '{name}' of class '{class}' takes {takes} parameters, but interface '{interface}' \
                         asks for {params}."
                    ));
                }
                None => {
                    return self.fail(format!(
                        "Class '{class}' does not implement '{name}' of interface '{interface}'."
                    ));
                }
            }
        }
        Ok(())
    }

    /// `value is type`.
    pub(crate) fn is(&self, value: Value, of: Value) -> Res<bool> {
        let class = value.get::<Instance>().map(|instance| instance.class());
        if let Some(wanted) = of.get::<Class>() {
            return Ok(class.is_some_and(|class| class.is_or_inherits(wanted)));
        }
        if let Some(interface) = of.get::<Interface>() {
            let has = |class: Gc<Class>, name, params| {
                let method = method_of(class, name);
                method.is_some_and(|method| u32::from(method.info().params) == params)
            };
            return Ok(class.is_some_and(|class| {
                interface.methods.iter().all(|(name, params)| has(class, *name, *params))
            }));
        }
        self.fail("Right operand of 'is' must be a class or an interface.")
    }

    /// Throws unless a value can be iterated over.
    pub(crate) fn check_container(&self, value: Value) -> Res<()> {
        match value.tag() {
            Tag::Array | Tag::Table | Tag::String | Tag::Range | Tag::Coroutine => Ok(()),
            _ => self.fail("Get Iterator expects a container."),
        }
    }

    /// The next key and value of a container, from a place on, which is moved. With one variable the value that it is to
    /// get.
    pub(crate) fn iterate(
        &self,
        container: Value,
        place: &Cell<Value>,
        both: bool,
    ) -> Res<Option<(Value, Value)>> {
        let at = place.get().as_number().unwrap_or(0.0);
        place.set(Value::number(at + 1.0));
        if let Some(table) = container.get::<Table>() {
            let next = (at as usize..table.used()).find_map(|at| Some((at, table.entry(at)?)));
            return Ok(next.map(|(at, (key, value))| {
                place.set(Value::number(at as f64 + 1.0));
                if both { (key.into(), value) } else { (Value::NIL, key.into()) }
            }));
        }
        if let Some(string) = container.get::<Str>() {
            let flat = self.text(self.rt.flatten(string))?;
            let byte = flat.bytes().and_then(|bytes| bytes.get(at as usize)).copied();
            let Some(byte) = byte else { return Ok(None) };
            return Ok(Some((Value::number(at), self.text(self.rt.string(&[byte]))?.into())));
        }
        if let Some(coroutine) = container.get::<Coroutine>() {
            if coroutine.progress.get() == Progress::Done {
                return Ok(None);
            }
            let value = self.resume(coroutine, &[])?;
            // What its function returns is not one of the values that it yields.
            let ended = coroutine.progress.get() == Progress::Done;
            return Ok((!ended).then_some((Value::number(at), value)));
        }
        Ok(None)
    }
}

/// A method of a class, inherited or its own.
fn method_of(class: Gc<Class>, name: Gc<Str>) -> Option<Gc<Closure>> {
    class.method(name)?.get()
}
