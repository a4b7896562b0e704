//! Values as text, the way node's `util.inspect` shows them with its default options.

mod class;
mod entries;
mod error;
mod layout;
mod primitive;
mod style;
pub(crate) mod table;

use heap::Gc;
use js_rt::{Class, List, Obj, PropertyDescriptor, PropertyKey, Value};
use js_vm::{Intrinsic, Res, Vm};
use layout::Shape;
use std::cell::Cell;
use style::Getters;
pub(crate) use style::Style;

/// A value as `console.log` shows it when it is not a string.
///
/// # Errors
/// What getters of constructors' names and custom functions throw.
pub fn inspect(vm: &Vm, value: Value) -> Res<String> {
    inspect_as(vm, value, Style::default())
}

/// A value with other options.
pub(crate) fn inspect_as(vm: &Vm, value: Value, style: Style) -> Res<String> {
    Inspector::new(vm, style)?.value(value, 0)
}

/// What the arguments of `console.log` come to: 2.2.1 Formatter of the Console Standard.
pub(crate) fn format(vm: &Vm, values: &[Cell<Value>]) -> Res<String> {
    let Some((first, rest)) = values.split_first() else { return Ok(String::new()) };
    let mut rest = rest;
    let mut out = match first.get().as_string() {
        Some(pattern) if !rest.is_empty() => substitute(vm, &pattern.to_std(), &mut rest)?,
        Some(text) => text.to_std(),
        None => inspect(vm, first.get())?,
    };
    for value in rest {
        out.push(' ');
        match value.get().as_string() {
            Some(text) => out.push_str(&text.to_std()),
            None => out.push_str(&inspect(vm, value.get())?),
        }
    }
    Ok(out)
}

/// Replaces `%s` and its like.
fn substitute(vm: &Vm, pattern: &str, values: &mut &[Cell<Value>]) -> Res<String> {
    let mut out = String::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        let verb = chars.peek().copied();
        if c == '%' && verb == Some('%') {
            chars.next();
            out.push('%');
            continue;
        }
        let known = verb.filter(|verb| c == '%' && "sdifjoOc".contains(*verb));
        let (Some(verb), Some((value, rest))) = (known, values.split_first()) else {
            out.push(c);
            continue;
        };
        chars.next();
        *values = rest;
        out.push_str(&substituted(vm, verb, value.get())?);
    }
    Ok(out)
}

fn substituted(vm: &Vm, verb: char, value: Value) -> Res<String> {
    let parsed = |parse: Intrinsic| -> Res<String> {
        let parse = vm.intrinsic(parse);
        let number = vm.call(parse.into(), Value::UNDEFINED, &[value])?;
        Ok(primitive::number(number.as_number().unwrap_or(f64::NAN)))
    };
    match verb {
        's' => match value.as_object() {
            None if value.is_string() || value.is_symbol() => match value.as_string() {
                Some(text) => Ok(text.to_std()),
                None => Ok(vm.describe_value(value)),
            },
            Some(o) if o.is_callable() || entries::has_own_text(vm, o)? => Ok(vm.to_string(value)?.to_std()),
            Some(_) => inspect_as(vm, value, Style::of_depth(0)),
            None => inspect(vm, value),
        },
        'c' => Ok(String::new()),
        'd' | 'i' | 'f' if value.is_symbol() => Ok("NaN".to_owned()),
        'd' | 'i' if value.is_bigint() => inspect(vm, value),
        'd' => Ok(primitive::number(vm.to_number(value)?)),
        'i' => parsed(Intrinsic::ParseInt),
        'f' => parsed(Intrinsic::ParseFloat),
        'j' => entries::json(vm, value),
        'O' => inspect(vm, value),
        _ => inspect_as(vm, value, Style::whole()),
    }
}

/// The state of showing one value.
pub(crate) struct Inspector<'a> {
    vm: &'a Vm,
    style: Style,
    /// The objects around the one being shown.
    seen: Gc<List>,
    /// Those of them that were found in themselves, in the order of their numbers.
    circular: Gc<List>,
    indentation: usize,
    /// Level of the object that was begun last.
    level: usize,
}

/// What an object's text consists of.
struct Parts {
    /// Before the brace: functions, errors, boxed values.
    base: String,
    open: String,
    close: &'static str,
    shape: Shape,
    entries: Vec<String>,
    /// The properties that are shown.
    keys: Gc<List>,
    /// Something else than properties is shown: elements, entries, a result.
    inner: bool,
}

impl<'a> Inspector<'a> {
    pub(crate) fn new(vm: &'a Vm, style: Style) -> Res<Inspector<'a>> {
        let (seen, circular) = (vm.rt.new_list()?, vm.rt.new_list()?);
        Ok(Inspector { vm, style, seen, circular, indentation: 0, level: 0 })
    }

    /// formatValue
    pub(crate) fn value(&mut self, value: Value, level: usize) -> Res<String> {
        let Some(o) = value.as_object() else { return self.primitive(value) };
        self.vm.check_stack()?;
        if self.style.proxies && o.class() == Class::Proxy {
            return self.proxy(o, level);
        }
        let Some(o) = self.unwrap_proxies(o) else { return Ok("<Revoked Proxy>".to_owned()) };
        if let Some(text) = self.custom(o, level)? {
            return Ok(text);
        }
        if self.seen.iter().any(|other| other == o.into()) {
            let known = self.circular.iter().position(|other| other == o.into());
            let number = match known {
                Some(number) => number + 1,
                None => {
                    self.circular.push(&self.vm.rt, o.into())?;
                    self.circular.len()
                }
            };
            return Ok(format!("[Circular *{number}]"));
        }
        self.object(o, level)
    }

    /// What a proxy is for: nothing of it is called.
    fn unwrap_proxies(&self, o: Obj) -> Option<Obj> {
        let mut o = o;
        while o.class() == Class::Proxy {
            o = o.internal(0).as_object()?;
        }
        Some(o)
    }

    /// The text by the method `nodejs.util.inspect.custom`.
    fn custom(&mut self, o: Obj, level: usize) -> Res<Option<String>> {
        let vm = self.vm;
        let name = vm.rt.str_from_utf8("nodejs.util.inspect.custom")?;
        let symbol = vm.rt.symbol_for(name)?;
        let method = vm.get(o, symbol)?;
        if !vm.is_callable(method) {
            return Ok(None);
        }
        let options = Style { depth: self.style.depth - level as isize, ..self.style }.to_object(vm)?;
        let depth = Value::number((self.style.depth - level as isize) as f64);
        let result = vm.call(method, o.into(), &[depth, options.into()])?;
        if let Some(text) = result.as_string() {
            let indent = format!("\n{}", " ".repeat(self.indentation));
            return Ok(Some(text.to_std().replace('\n', &indent)));
        }
        if result == o.into() { Ok(None) } else { self.value(result, level).map(Some) }
    }

    /// formatRaw
    fn object(&mut self, o: Obj, level: usize) -> Res<String> {
        let class = class::Names::of(self.vm, o)?;
        let (mut parts, done) = self.begin(o, &class)?;
        if done {
            return Ok(if parts.base.is_empty() { parts.open } else { parts.base });
        }
        if level as isize > self.style.depth {
            return Ok(format!("[{}]", class.prefix("Object", "").trim_end()));
        }
        self.seen.push(&self.vm.rt, o.into())?;
        self.level = level + 1;
        let shown = self.contents(o, &mut parts, level + 1);
        self.seen.pop();
        shown?;
        if let Some(number) = self.circular.iter().position(|other| other == o.into()) {
            let reference = format!("<ref *{}>", number + 1);
            parts.base =
                if parts.base.is_empty() { reference } else { format!("{reference} {}", parts.base) };
        }
        let numbers = parts.shape == Shape::Array && self.all_numbers(o);
        let nesting = self.level - (level + 1);
        Ok(layout::join(parts, &self.style, self.indentation, nesting, numbers))
    }

    fn all_numbers(&self, o: Obj) -> bool {
        if o.class().is_typed_array() {
            return true;
        }
        let shown = (o.array_length() as usize).min(self.style.max_elements) as u32;
        (0..shown).all(|index| o.element(index).is_number() || o.element(index).is_bigint())
    }

    /// Entries, then properties.
    fn contents(&mut self, o: Obj, parts: &mut Parts, level: usize) -> Res<()> {
        if parts.inner {
            entries::entries(self, o, parts, level)?;
        }
        let own = parts.entries.len();
        for key in parts.keys.iter() {
            let key = self.vm.to_property_key(key)?;
            let text = self.property(o, key, level)?;
            parts.entries.push(text);
        }
        if self.style.sorted {
            let from = if parts.shape == Shape::Array { own } else { 0 };
            if let Some(sorted) = parts.entries.get_mut(from..) {
                sorted.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
            }
        }
        Ok(())
    }

    /// formatProperty
    fn property(&mut self, o: Obj, key: PropertyKey, level: usize) -> Res<String> {
        let Some(property) = self.vm.get_own_property(o, key)? else {
            let value = self.vm.get(o, key)?;
            return Ok(format!("{}: {}", primitive::key(self.vm, key, true), self.nested(value, level, 2)?));
        };
        let text = self.property_value(o, key, &property, level)?;
        let key = primitive::key(self.vm, key, property.enumerable == Some(true));
        Ok(format!("{key}: {text}"))
    }

    /// What a property is, without its name.
    fn property_value(
        &mut self,
        o: Obj,
        key: PropertyKey,
        property: &PropertyDescriptor,
        level: usize,
    ) -> Res<String> {
        let has = |accessor: Option<Value>| accessor.is_some_and(Value::is_object);
        match property.value {
            Some(value) => self.nested(value, level, 2),
            None if has(property.get) => self.getter(o, key, level, has(property.set)),
            None if has(property.set) => Ok("[Setter]".to_owned()),
            None => Ok("undefined".to_owned()),
        }
    }

    /// A getter, and what it gives where that is to be shown. `paired`: it has a setter.
    fn getter(&mut self, o: Obj, key: PropertyKey, level: usize, paired: bool) -> Res<String> {
        let label = if paired { "Getter/Setter" } else { "Getter" };
        let called = match self.style.getters {
            Getters::None => false,
            Getters::All => true,
            Getters::Alone => !paired,
            Getters::Paired => paired,
        };
        if !called {
            return Ok(format!("[{label}]"));
        }
        let vm = self.vm;
        match vm.get(o, key) {
            Ok(value) if value.is_object() => Ok(format!("[{label}] {}", self.nested(value, level, 2)?)),
            Ok(value) => Ok(format!("[{label}: {}]", self.nested(value, level, 2)?)),
            Err(thrown) => {
                let error = vm.catch(thrown)?;
                let message = match error.as_object() {
                    Some(error) => vm.get(error, vm.names().message)?,
                    None => Value::UNDEFINED,
                };
                Ok(format!("[{label}: <Inspection threw ({})>]", vm.describe_value(message)))
            }
        }
    }

    fn primitive(&self, value: Value) -> Res<String> {
        primitive::text(self.vm, value, self.indentation, &self.style)
    }

    /// formatProxy
    fn proxy(&mut self, o: Obj, level: usize) -> Res<String> {
        if level as isize > self.style.depth {
            return Ok("Proxy [Array]".to_owned());
        }
        if o.internal(0).as_object().is_none() {
            return Ok("<Revoked Proxy>".to_owned());
        }
        let entries =
            vec![self.nested(o.internal(0), level + 1, 2)?, self.nested(o.internal(1), level + 1, 2)?];
        self.list("Proxy [", entries, level + 1)
    }

    /// An entry of an iterator.
    fn pair(&mut self, key: Value, value: Value, level: usize) -> Res<String> {
        let entries = vec![self.nested(key, level, 2)?, self.nested(value, level, 2)?];
        self.indentation += 2;
        let text = self.list("[", entries, level);
        self.indentation -= 2;
        text
    }

    /// Entries in brackets.
    fn list(&self, open: &str, entries: Vec<String>, level: usize) -> Res<String> {
        let parts =
            Parts { open: open.to_owned(), close: "]", shape: Shape::Array, entries, ..self.no_parts()? };
        let nesting = self.level.saturating_sub(level);
        Ok(layout::join(parts, &self.style, self.indentation, nesting, false))
    }

    fn no_parts(&self) -> Res<Parts> {
        Ok(Parts::new(self.vm.rt.new_list()?))
    }

    /// A value inside of another one.
    fn nested(&mut self, value: Value, level: usize, indent: usize) -> Res<String> {
        self.indentation += indent;
        let text = self.value(value, level);
        self.indentation -= indent;
        text
    }

    /// The keys of properties to be shown: enumerable ones, without elements if `elements` are shown otherwise.
    fn keys(&self, o: Obj, elements: bool) -> Res<Gc<List>> {
        let vm = self.vm;
        let keys = vm.rt.new_list()?;
        for value in vm.own_property_keys(o)?.iter() {
            let key = vm.to_property_key(value)?;
            if elements && key.is_index() {
                continue;
            }
            // Bindings of a module may have no value yet.
            let enumerable = o.class() == Class::ModuleNamespace && !key.is_symbol()
                || vm
                    .get_own_property(o, key)?
                    .is_some_and(|property| property.enumerable == Some(true) || self.style.hidden);
            if enumerable {
                keys.push(&vm.rt, value)?;
            }
        }
        Ok(keys)
    }
}
