//! What objects contain besides properties: elements, entries of maps and sets, results of promises, bytes.

use super::{Inspector, Parts, inspect};
use js_rt::{ArrayBuffer, Class, Cursor, Obj, OrderedTable, Own, PropertyKey, Value};
use js_vm::{Intrinsic, PromiseState, Res, Throw, Vm};

/// Adds the entries.
pub(super) fn entries(inspector: &mut Inspector<'_>, o: Obj, parts: &mut Parts, level: usize) -> Res<()> {
    match o.class() {
        Class::Array => array(inspector, o, parts, level),
        class if class.is_typed_array() => typed_array(inspector, o, parts, level),
        Class::Map | Class::Set => table(inspector, o, parts, level),
        Class::MapIterator | Class::SetIterator => iterator(inspector, o, parts, level),
        Class::Promise => promise(inspector, o, parts, level),
        Class::WeakMap | Class::WeakSet => {
            parts.entries.push("<items unknown>".to_owned());
            Ok(())
        }
        Class::ArrayBuffer | Class::SharedArrayBuffer => {
            buffer(inspector.style.max_elements, o, parts);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn more(parts: &mut Parts, count: usize) {
    if count > 0 {
        parts.entries.push(format!("... {count} more item{}", plural(count)));
    }
}

/// formatArray and formatSpecialArray
fn array(inspector: &mut Inspector<'_>, o: Obj, parts: &mut Parts, level: usize) -> Res<()> {
    let length = o.array_length() as usize;
    let mut index = 0;
    while index < length && parts.entries.len() < inspector.style.max_elements {
        let key = PropertyKey::index(index as u32);
        match inspector.vm.get_own_property(o, key)? {
            Some(property) => {
                let text = inspector.property_value(o, key, &property, level)?;
                parts.entries.push(text);
                index += 1;
            }
            None => {
                let next = inspector.vm.rt.next_element(o, index as u32).map_or(length, |next| next as usize);
                let holes = next.min(length) - index;
                parts.entries.push(format!("<{holes} empty item{}>", plural(holes)));
                index = next.min(length);
            }
        }
    }
    more(parts, length - index);
    Ok(())
}

fn typed_array(inspector: &mut Inspector<'_>, o: Obj, parts: &mut Parts, level: usize) -> Res<()> {
    let length = inspector.vm.typed_array_length(o);
    for index in 0..length.min(inspector.style.max_elements) {
        let value = inspector.vm.typed_array_get_element(o, index as f64)?;
        let text = inspector.nested(value, level, 2)?;
        parts.entries.push(text);
    }
    more(parts, length.saturating_sub(inspector.style.max_elements));
    let hidden = ["BYTES_PER_ELEMENT", "length", "byteLength", "byteOffset", "buffer"];
    let shown = if inspector.style.hidden { &hidden[..] } else { &[] };
    for name in shown {
        let value = inspector.vm.get(o, inspector.vm.rt.key_from_utf8(name)?)?;
        let text = inspector.nested(value, level, 2)?;
        parts.entries.push(format!("[{name}]: {text}"));
    }
    Ok(())
}

/// formatMap and formatSet
fn table(inspector: &mut Inspector<'_>, o: Obj, parts: &mut Parts, level: usize) -> Res<()> {
    let Some(table) = o.payload_as::<OrderedTable>() else { return Ok(()) };
    let mut cursor = Cursor::START;
    while let Some((key, value, next)) = table.next(cursor) {
        cursor = next;
        if parts.entries.len() == inspector.style.max_elements {
            more(parts, table.len() - parts.entries.len());
            break;
        }
        let mut text = inspector.nested(key, level, 2)?;
        if o.class() == Class::Map {
            text = format!("{text} => {}", inspector.nested(value, level, 2)?);
        }
        parts.entries.push(text);
    }
    Ok(())
}

/// What an iterator of a map or set has not given yet.
fn iterator(inspector: &mut Inspector<'_>, o: Obj, parts: &mut Parts, level: usize) -> Res<()> {
    let Some(table) = o.internal(0).cell::<OrderedTable>() else { return Ok(()) };
    let mut cursor = Cursor::from_value(o.internal(1));
    let item = o.internal(2).as_int().unwrap_or(0);
    if item == 2 {
        parts.open = parts.open.replace("Iterator]", "Entries]");
    }
    let mut left = 0;
    while let Some((key, value, next)) = table.next(cursor) {
        cursor = next;
        if parts.entries.len() == inspector.style.max_elements {
            left += 1;
            continue;
        }
        let is_set = o.class() == Class::SetIterator;
        let value = if is_set { key } else { value };
        let text = match item {
            0 => inspector.nested(key, level, 2)?,
            1 => inspector.nested(value, level, 2)?,
            _ => inspector.pair(key, value, level)?,
        };
        parts.entries.push(text);
    }
    more(parts, left);
    Ok(())
}

fn promise(inspector: &mut Inspector<'_>, o: Obj, parts: &mut Parts, level: usize) -> Res<()> {
    let vm = inspector.vm;
    let text = match vm.promise_state(o) {
        PromiseState::Pending => "<pending>".to_owned(),
        PromiseState::Fulfilled => inspector.nested(vm.promise_result(o), level, 2)?,
        PromiseState::Rejected => format!("<rejected> {}", inspector.nested(vm.promise_result(o), level, 2)?),
    };
    parts.entries.push(text);
    Ok(())
}

/// The bytes of a buffer.
fn buffer(shown: usize, o: Obj, parts: &mut Parts) {
    let Some(buffer) = o.payload_as::<ArrayBuffer>() else { return };
    if buffer.is_detached() {
        parts.entries.push("(detached)".to_owned());
    } else {
        let bytes = buffer.to_vec();
        let left = bytes.len().saturating_sub(shown);
        let shown: Vec<_> = bytes.iter().take(shown).map(|byte| format!("{byte:02x}")).collect();
        let trailer = if left > 0 { format!(" ... {left} more byte{}", plural(left)) } else { String::new() };
        parts.entries.push(format!("[Uint8Contents]: <{}{trailer}>", shown.join(" ")));
    }
}

/// Whether an object says how it becomes a string, otherwise than built-in objects do: `%s` has it do so.
pub(super) fn has_own_text(vm: &Vm, o: Obj) -> Res<bool> {
    let Some(o) = target(o) else { return Ok(false) };
    if !vm.get(o, PropertyKey::from(vm.symbols().to_primitive))?.is_nullish() && !is_date(o) {
        return Ok(true);
    }
    let name = vm.names().to_string;
    if !vm.is_callable(vm.get(o, name)?) {
        return Ok(false);
    }
    let mut holder = o;
    while !vm.has_own_property(holder, name)? {
        match vm.get_prototype_of(holder)? {
            Some(proto) => holder = proto,
            None => return Ok(false),
        }
    }
    let constructor = vm.get_own_property(holder, vm.names().constructor)?;
    let constructor = constructor.and_then(|constructor| constructor.value).and_then(Value::as_object);
    Ok(holder == o || constructor.is_none_or(|constructor| constructor.class() != Class::NativeFunction))
}

fn is_date(o: Obj) -> bool {
    o.class() == Class::Date
}

/// What proxies are for.
fn target(o: Obj) -> Option<Obj> {
    let mut o = o;
    while o.class() == Class::Proxy {
        o = o.internal(0).as_object()?;
    }
    Some(o)
}

/// JSON.stringify
pub(super) fn json(vm: &Vm, value: Value) -> Res<String> {
    let json = vm.intrinsic(Intrinsic::JSON);
    match vm.rt.get_own(json, vm.rt.key_from_utf8("stringify")?) {
        Some(Own::Data(stringify, _)) => {
            let text = match vm.call(stringify, json.into(), &[value]) {
                Err(thrown) => return circular(vm, thrown),
                Ok(text) => text,
            };
            Ok(text.as_string().map_or_else(|| "undefined".to_owned(), |text| text.to_std()))
        }
        _ => inspect(vm, value),
    }
}

/// What `%j` shows of what contains itself. Other errors stay.
fn circular(vm: &Vm, thrown: Throw) -> Res<String> {
    let error = vm.catch(thrown)?;
    let message = match error.as_object().filter(|error| error.class() == Class::Error) {
        Some(error) => vm.get(error, vm.names().message)?.as_string().map(|message| message.to_std()),
        None => None,
    };
    match message {
        Some(message) if message.starts_with("Converting circular structure") => Ok("[Circular]".to_owned()),
        _ => Err(vm.throw(error)),
    }
}
