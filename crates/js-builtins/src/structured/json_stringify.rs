//! 25.5.4 JSON.stringify.

use super::json_circle::circular;
use crate::text::Builder;
use js_rt::{Class, Gc, List, Obj, PropertyKey, Str, StrView, Value};
use js_vm::{Args, PropertyKind, Res, Vm};

/// 25.5.4.1 JSON Serialization Record
struct Serializer<'a> {
    vm: &'a Vm,
    /// Undefined if there is none.
    replacer: Value,
    keys: Option<Gc<List>>,
    /// Objects that this one is within.
    stack: Gc<List>,
    gap: Str,
    text: Builder,
}

/// 25.5.4 JSON.stringify ( value [ , replacer [ , space ] ] )
pub(super) fn stringify(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (mut replacer, mut keys) = (Value::UNDEFINED, None);
    if let Some(o) = args.get(1).as_object() {
        if o.is_callable() {
            replacer = o.into();
        } else if vm.is_array(o.into())? {
            keys = Some(property_list(vm, o)?);
        }
    }
    let gap = gap(vm, args.get(2))?;
    let stack = vm.rt.new_list()?;
    let mut serializer = Serializer { vm, replacer, keys, stack, gap, text: Builder::new() };
    let wrapper = vm.new_object()?;
    let empty = vm.rt.key_from_str(vm.rt.empty_str())?;
    vm.rt.put_own(wrapper, empty, args.get(0))?;
    match serializer.property(wrapper, empty)? {
        Some(value) => {
            serializer.value(value)?;
            serializer.text.finish(vm).map(Value::from)
        }
        None => Ok(Value::UNDEFINED),
    }
}

/// The keys that a replacer array names.
fn property_list(vm: &Vm, o: Obj) -> Res<Gc<List>> {
    let keys = vm.rt.new_list()?;
    let mut known = std::collections::HashSet::new();
    let length = vm.length_of_array_like(o)? as u64;
    for index in 0..length {
        vm.poll()?;
        let value = vm.get_index(o, index)?;
        let names_one = value.is_string()
            || value.is_number()
            || value.as_object().is_some_and(|o| matches!(o.class(), Class::String | Class::Number));
        if names_one {
            let key = vm.rt.key_from_str(vm.to_string(value)?)?;
            // The list keeps the key alive.
            let name = vm.rt.key_to_value(key)?;
            if known.insert(key.bits()) {
                keys.push(&vm.rt, name)?;
            }
        }
    }
    Ok(keys)
}

/// What each level is indented by.
fn gap(vm: &Vm, space: Value) -> Res<Str> {
    let mut space = space;
    if let Some(o) = space.as_object() {
        match o.class() {
            Class::Number => space = Value::number(vm.to_number(space)?),
            Class::String => space = vm.to_string(space)?.into(),
            _ => {}
        }
    }
    if space.is_number() {
        let width = vm.to_integer_or_infinity(space)?.clamp(0.0, 10.0) as usize;
        return Ok(vm.rt.str_latin1(&b"          "[..width])?);
    }
    match space.as_string() {
        Some(text) => Ok(vm.rt.substring(text, 0, 10)?),
        None => Ok(vm.rt.empty_str()),
    }
}

impl Serializer<'_> {
    /// 25.5.4.2 SerializeJSONProperty up to the value to be written; `None` if it is left out
    fn property(&mut self, holder: Obj, key: PropertyKey) -> Res<Option<Value>> {
        let vm = self.vm;
        let mut value = match key.as_index() {
            Some(index) => vm.get_index(holder, index.into())?,
            None => vm.get(holder, key)?,
        };
        if value.is_object() || value.is_bigint() {
            let to_json = vm.get_v(value, vm.names().to_json)?;
            if vm.is_callable(to_json) {
                value = vm.call(to_json, value, &[key.to_value(&vm.rt)?])?;
            }
        }
        if !self.replacer.is_undefined() {
            value = vm.call(self.replacer, holder.into(), &[key.to_value(&vm.rt)?, value])?;
        }
        if let Some(o) = value.as_object() {
            match o.class() {
                Class::Number => value = Value::number(vm.to_number(value)?),
                Class::String => value = vm.to_string(value)?.into(),
                Class::Boolean | Class::BigIntObject => value = o.payload(),
                _ if o.is_callable() => return Ok(None),
                _ => {}
            }
        }
        if value.is_bigint() {
            return Err(vm.type_error("Do not know how to serialize a BigInt"));
        }
        Ok((!value.is_undefined() && !value.is_symbol()).then_some(value))
    }

    /// Writes a value that is not left out.
    fn value(&mut self, value: Value) -> Res<()> {
        let vm = self.vm;
        if let Some(text) = value.as_string() {
            return quote(vm, &mut self.text, text);
        }
        if let Some(number) = value.as_number() {
            if !number.is_finite() {
                return self.text.push_ascii("null");
            }
            return self.text.push(vm, vm.to_string(value)?);
        }
        let Some(o) = value.as_object() else {
            return self.text.push_ascii(match value.as_bool() {
                Some(true) => "true",
                Some(false) => "false",
                None => "null",
            });
        };
        if o.class() == Class::RawJson {
            let raw = vm.get(o, vm.names().raw_json)?;
            return self.text.push(vm, vm.to_string(raw)?);
        }
        vm.check_stack()?;
        vm.poll()?;
        if self.stack.as_slice().iter().any(|other| other.get() == value) {
            return Err(circular(vm, &self.stack, value));
        }
        self.stack.push(&vm.rt, value)?;
        if vm.is_array(value)? {
            self.array(o)?
        } else {
            self.object(o)?
        }
        self.stack.pop();
        Ok(())
    }

    /// Begins a new line when there is a gap.
    fn line(&mut self, depth: usize) -> Res<()> {
        if !self.gap.is_empty() {
            self.text.push_ascii("\n")?;
            for _ in 0..depth {
                self.text.push(self.vm, self.gap)?;
            }
        }
        Ok(())
    }

    /// 25.5.4.5 SerializeJSONObject
    fn object(&mut self, o: Obj) -> Res<()> {
        let vm = self.vm;
        let depth = self.stack.len();
        let keys = match self.keys {
            Some(keys) => keys,
            None => vm.enumerable_own_properties(o, PropertyKind::Key)?,
        };
        self.text.push_ascii("{")?;
        let mut first = true;
        for name in keys.iter() {
            let key = vm.to_property_key(name)?;
            let Some(value) = self.property(o, key)? else { continue };
            if !std::mem::take(&mut first) {
                self.text.push_ascii(",")?;
            }
            self.line(depth)?;
            if let Some(name) = name.as_string() {
                quote(vm, &mut self.text, name)?;
            }
            self.text.push_ascii(if self.gap.is_empty() { ":" } else { ": " })?;
            self.value(value)?;
        }
        if !first {
            self.line(depth - 1)?;
        }
        self.text.push_ascii("}")
    }

    /// 25.5.4.6 SerializeJSONArray
    fn array(&mut self, o: Obj) -> Res<()> {
        let vm = self.vm;
        let depth = self.stack.len();
        let length = vm.length_of_array_like(o)? as u64;
        self.text.push_ascii("[")?;
        for index in 0..length {
            vm.poll()?;
            if index > 0 {
                self.text.push_ascii(",")?;
            }
            self.line(depth)?;
            match self.property(o, vm.rt.key_from_u64(index)?)? {
                Some(value) => self.value(value)?,
                None => self.text.push_ascii("null")?,
            }
        }
        if length > 0 {
            self.line(depth - 1)?;
        }
        self.text.push_ascii("]")
    }
}

/// 25.5.4.3 QuoteJSONString
pub(crate) fn quote(vm: &Vm, to: &mut Builder, text: Str) -> Res<()> {
    let view = text.flat(&vm.rt)?;
    to.push_ascii("\"")?;
    let plain = |unit: u16| unit >= 0x20 && unit != 0x22 && unit != 0x5c && unit & 0xf800 != 0xd800;
    let mut at = 0;
    while at < view.len() {
        let rest = view.slice(at, view.len());
        let run = match rest {
            StrView::Latin1(units) => units.iter().position(|unit| !plain(u16::from(*unit))),
            StrView::Utf16(units) => units.iter().position(|unit| !plain(*unit)),
        };
        let run = run.unwrap_or(rest.len());
        to.push_view(rest.slice(0, run))?;
        at += run;
        if at < view.len() {
            at += quote_one(to, view, at)?;
        }
    }
    to.push_ascii("\"")
}

/// Writes a unit that is not written as it is, or a pair of surrogates: how many units these are.
fn quote_one(to: &mut Builder, view: StrView<'_>, at: usize) -> Res<usize> {
    let unit = view.at(at);
    let short = match unit {
        8 => "\\b",
        9 => "\\t",
        10 => "\\n",
        12 => "\\f",
        13 => "\\r",
        0x22 => "\\\"",
        0x5c => "\\\\",
        _ => "",
    };
    if !short.is_empty() {
        to.push_ascii(short)?;
    } else if unit & 0xfc00 == 0xd800 && at + 1 < view.len() && view.at(at + 1) & 0xfc00 == 0xdc00 {
        to.push_view(view.slice(at, at + 2))?;
        return Ok(2);
    } else {
        to.push_ascii(&format!("\\u{unit:04x}"))?;
    }
    Ok(1)
}
