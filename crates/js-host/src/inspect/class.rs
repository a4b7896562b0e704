//! What sort of thing an object is, as its text says it.

use super::layout::Shape;
use super::{Inspector, Parts, error};
use heap::Gc;
use js_bytecode::FunctionKind;
use js_rt::{Class, Closure, List, Obj, OrderedTable, Own, PropertyKey, Value};
use js_vm::{Res, Vm};

/// Name of the constructor and `Symbol.toStringTag`.
pub(super) struct Names {
    /// None: nothing up to the end of the prototype chain has one.
    pub(super) constructor: Option<String>,
    /// Empty: none worth showing.
    pub(super) tag: String,
}

impl Names {
    pub(super) fn of(vm: &Vm, o: Obj) -> Res<Names> {
        let key = PropertyKey::from(vm.symbols().to_string_tag);
        let tag = match vm.get(o, key)?.as_string() {
            Some(tag) if !is_enumerable(vm, o, key)? => tag.to_std(),
            _ => String::new(),
        };
        Ok(Names { constructor: constructor_name(vm, o)?, tag })
    }

    /// getPrefix
    pub(super) fn prefix(&self, fallback: &str, size: &str) -> String {
        match &self.constructor {
            None if !self.tag.is_empty() && self.tag != fallback => {
                format!("[{fallback}{size}: null prototype] [{}] ", self.tag)
            }
            None => format!("[{fallback}{size}: null prototype] "),
            Some(constructor) if !self.tag.is_empty() && self.tag != *constructor => {
                format!("{constructor}{size} [{}] ", self.tag)
            }
            Some(constructor) => format!("{constructor}{size} "),
        }
    }

    fn is(&self, name: &str) -> bool {
        self.constructor.as_deref() == Some(name)
    }
}

fn is_enumerable(vm: &Vm, o: Obj, key: PropertyKey) -> Res<bool> {
    Ok(vm.get_own_property(o, key)?.is_some_and(|property| property.enumerable == Some(true)))
}

/// getConstructorName
fn constructor_name(vm: &Vm, o: Obj) -> Res<Option<String>> {
    let mut at = Some(o);
    while let Some(holder) = at {
        if holder.class() == Class::Proxy {
            break;
        }
        let found = vm.get_own_property(holder, vm.names().constructor)?;
        let constructor = found.and_then(|found| found.value).and_then(|value| value.as_object());
        if let Some(constructor) = constructor.filter(|constructor| constructor.is_callable()) {
            let name = own_name(vm, constructor)?;
            if !name.is_empty() && inherits_from(vm, o, constructor) {
                return Ok(Some(name));
            }
        }
        at = holder.proto();
    }
    match o.proto() {
        None => Ok(None),
        Some(proto) => {
            let base = default_name(o);
            let inner = constructor_name(vm, proto)?;
            Ok(Some(match inner {
                Some(inner) => format!("{base} <{inner}>"),
                None => format!("{base} <[Object: null prototype] {{}}>"),
            }))
        }
    }
}

fn inherits_from(vm: &Vm, o: Obj, constructor: Obj) -> bool {
    let Some(Own::Data(prototype, _)) = vm.rt.get_own(constructor, vm.names().prototype) else {
        return false;
    };
    let mut at = o.proto();
    while let Some(holder) = at {
        if prototype == holder.into() {
            return true;
        }
        at = holder.proto();
    }
    false
}

/// The string that a function's own `name` is.
pub(super) fn own_name(vm: &Vm, function: Obj) -> Res<String> {
    let name = vm.get_own_property(function, vm.names().name)?.and_then(|name| name.value);
    Ok(name.and_then(|name| name.as_string()).map(|name| name.to_std()).unwrap_or_default())
}

fn default_name(o: Obj) -> &'static str {
    match o.class() {
        Class::Array => "Array",
        Class::Map => "Map",
        Class::Set => "Set",
        Class::Error => "Error",
        _ if o.is_callable() => "Function",
        _ => "Object",
    }
}

/// Whether a function was made by a class definition.
fn is_class(o: Obj) -> bool {
    let kind = o.payload_as::<Closure>().map(|closure| closure.code().function.kind);
    matches!(kind, Some(FunctionKind::BaseConstructor | FunctionKind::DerivedConstructor))
}

fn begin_table(o: Obj, names: &Names, parts: Parts) -> (Parts, bool) {
    let size = o.payload_as::<OrderedTable>().map_or(0, |table| table.len());
    let name = if o.class() == Class::Map { "Map" } else { "Set" };
    let prefix = names.prefix(name, &format!("({size})"));
    let done = size == 0 && parts.keys.is_empty();
    let open = if done { format!("{prefix}{{}}") } else { format!("{prefix}{{") };
    (Parts { open, ..parts }, done)
}

impl Parts {
    pub(super) fn new(keys: Gc<List>) -> Parts {
        Parts {
            base: String::new(),
            open: "{".to_owned(),
            close: "}",
            shape: Shape::Object,
            entries: Vec::new(),
            keys,
            inner: true,
        }
    }

    /// What is shown by its properties alone.
    fn plain(self, prefix: String) -> (Parts, bool) {
        let done = self.keys.is_empty();
        let open = if done { format!("{prefix}{{}}") } else { format!("{prefix}{{") };
        (Parts { open, inner: false, ..self }, done)
    }
}

impl Inspector<'_> {
    /// The beginning of formatRaw: what surrounds the entries, and whether that is all.
    pub(super) fn begin(&self, o: Obj, names: &Names) -> Res<(Parts, bool)> {
        let vm = self.vm;
        // What cannot be iterated over is shown by its properties alone, whatever else it is.
        let iterable =
            names.constructor.is_none() || vm.get(o, PropertyKey::from(vm.symbols().iterator))?.to_boolean();
        let array = iterable && (o.class() == Class::Array || o.class().is_typed_array());
        let boxed = o.class() == Class::String && !names.is("Object");
        let parts = Parts::new(self.keys(o, array || boxed)?);
        match o.class() {
            _ if array => return Ok(self.begin_array(o, names, parts)),
            Class::Map | Class::Set if iterable => return Ok(begin_table(o, names, parts)),
            Class::MapIterator | Class::SetIterator if iterable => {
                return Ok((Parts { open: format!("[{}] {{", names.tag), ..parts }, false));
            }
            Class::Arguments | Class::MappedArguments if names.is("Object") => {
                return Ok(parts.plain("[Arguments] ".to_owned()));
            }
            _ if names.is("Object") && !o.is_callable() => {
                let tagged = !names.tag.is_empty();
                return Ok(parts.plain(if tagged { names.prefix("Object", "") } else { String::new() }));
            }
            _ => {}
        }
        match self.base(o, names, &parts)? {
            Some(base) => {
                let done = parts.keys.is_empty();
                Ok((Parts { base, inner: false, ..parts }, done))
            }
            None => self.begin_other(o, names, parts),
        }
    }

    /// The text of what is no mere collection of properties.
    fn base(&self, o: Obj, names: &Names, parts: &Parts) -> Res<Option<String>> {
        Ok(Some(match o.class() {
            _ if o.is_callable() => self.function(o, names)?,
            _ if error::is_error(self.vm, o) => {
                let text = error::text(self, o, names, parts)?;
                error::add_keys(self.vm, o, parts.keys)?;
                text
            }
            Class::RegExp | Class::Date => {
                let text = self.converted(o, names)?;
                let name = if o.class() == Class::Date { "Date" } else { "RegExp" };
                let prefix = names.prefix(name, "");
                if prefix.trim_end() == name { text } else { format!("{prefix}{text}") }
            }
            Class::Boolean | Class::Number | Class::String | Class::SymbolObject | Class::BigIntObject => {
                self.boxed(o, names)?
            }
            _ => return Ok(None),
        }))
    }

    fn begin_other(&self, o: Obj, names: &Names, parts: Parts) -> Res<(Parts, bool)> {
        let (fallback, first): (_, &[&str]) = match o.class() {
            Class::Promise => ("Promise", &[]),
            Class::WeakMap => ("WeakMap", &[]),
            Class::WeakSet => ("WeakSet", &[]),
            Class::ArrayBuffer => ("ArrayBuffer", &["byteLength"]),
            Class::SharedArrayBuffer => ("SharedArrayBuffer", &["byteLength"]),
            Class::DataView => ("DataView", &["byteLength", "byteOffset", "buffer"]),
            Class::ModuleNamespace => ("Module", &[]),
            _ => return Ok(parts.plain(names.prefix("Object", ""))),
        };
        // As if they were properties of its own.
        let own = parts.keys;
        let keys = self.vm.rt.new_list()?;
        for name in first {
            keys.push(&self.vm.rt, self.vm.rt.key_from_utf8(name)?.to_value(&self.vm.rt)?)?;
        }
        for key in own.iter() {
            keys.push(&self.vm.rt, key)?;
        }
        Ok((Parts { open: format!("{}{{", names.prefix(fallback, "")), keys, ..parts }, false))
    }

    fn begin_array(&self, o: Obj, names: &Names, parts: Parts) -> (Parts, bool) {
        let typed = o.class().is_typed_array();
        let length = if typed { self.vm.typed_array_length(o) } else { o.array_length() as usize };
        let plain = names.is("Array") && names.tag.is_empty() && !typed;
        let name = js_rt::ElementType::of_class(o.class()).map_or("Array", js_rt::ElementType::name);
        let prefix = if plain { String::new() } else { names.prefix(name, &format!("({length})")) };
        let done = length == 0 && parts.keys.is_empty();
        let open = if done { format!("{prefix}[]") } else { format!("{prefix}[") };
        (Parts { open, close: "]", shape: Shape::Array, ..parts }, done)
    }

    /// The text that the prototype's own method gives.
    fn converted(&self, o: Obj, names: &Names) -> Res<String> {
        let vm = self.vm;
        let (intrinsic, method) = match o.class() {
            Class::Date => (js_vm::Intrinsic::DatePrototype, "toISOString"),
            _ => (js_vm::Intrinsic::RegExpPrototype, "toString"),
        };
        let o = match o.class() {
            // Its source and flags are found in the prototype, if it has one.
            Class::RegExp if names.constructor.is_none() => {
                vm.construct(vm.intrinsic(js_vm::Intrinsic::RegExp), &[o.into()], None)?
            }
            _ => o,
        };
        let method = vm.get(vm.intrinsic(intrinsic), vm.rt.key_from_utf8(method)?)?;
        match vm.call(method, o.into(), &[]) {
            Ok(text) => Ok(vm.to_string(text)?.to_std()),
            Err(thrown) => {
                vm.catch(thrown)?;
                Ok("Invalid Date".to_owned())
            }
        }
    }

    /// getBoxedBase
    fn boxed(&self, o: Obj, names: &Names) -> Res<String> {
        let kind = match o.class() {
            Class::Boolean => "Boolean",
            Class::Number => "Number",
            Class::String => "String",
            Class::SymbolObject => "Symbol",
            _ => "BigInt",
        };
        let mut out = format!("[{kind}");
        match &names.constructor {
            None => out.push_str(" (null prototype)"),
            Some(constructor) if constructor != kind => out.push_str(&format!(" ({constructor})")),
            Some(_) => {}
        }
        let value = self.vm.primitive_data(o.into(), o.class()).unwrap_or(Value::UNDEFINED);
        out.push_str(&format!(": {}]", self.primitive(value)?));
        if !names.tag.is_empty() && !names.is(&names.tag) {
            out.push_str(&format!(" [{}]", names.tag));
        }
        Ok(out)
    }

    /// getFunctionBase
    fn function(&self, o: Obj, names: &Names) -> Res<String> {
        let vm = self.vm;
        let (name, constructor) = (own_name(vm, o)?, names.constructor.as_deref());
        if is_class(o) {
            return self.class(o, &name, names);
        }
        let special = ["GeneratorFunction", "AsyncFunction", "AsyncGeneratorFunction"];
        let kind = special.into_iter().find(|kind| constructor == Some(*kind)).unwrap_or("Function");
        let mut out = format!("[{kind}");
        if constructor.is_none() {
            out.push_str(" (null prototype)");
        }
        out.push_str(&if name.is_empty() { " (anonymous)]".to_owned() } else { format!(": {name}]") });
        if let Some(constructor) = constructor.filter(|constructor| *constructor != kind) {
            out.push_str(&format!(" {constructor}"));
        }
        if !names.tag.is_empty() && constructor != Some(&names.tag) {
            out.push_str(&format!(" [{}]", names.tag));
        }
        Ok(out)
    }

    /// getClassBase
    fn class(&self, o: Obj, name: &str, names: &Names) -> Res<String> {
        let mut out = format!("[class {}", if name.is_empty() { "(anonymous)" } else { name });
        match &names.constructor {
            Some(constructor) if constructor != "Function" => out.push_str(&format!(" [{constructor}]")),
            _ => {}
        }
        if !names.tag.is_empty() && !names.is(&names.tag) {
            out.push_str(&format!(" [{}]", names.tag));
        }
        match (&names.constructor, o.proto()) {
            (None, _) => out.push_str(" extends null"),
            (_, Some(parent)) => {
                let parent = own_name(self.vm, parent)?;
                if !parent.is_empty() {
                    out.push_str(&format!(" extends {parent}"));
                }
            }
            _ => {}
        }
        out.push(']');
        Ok(out)
    }
}
