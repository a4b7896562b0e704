//! Values as error messages show them, found without running any code.

use crate::vm::Vm;
use js_rt::{Class, Closure, Obj, Own, PropertyKey, Value};

/// Units of a string that a message shows.
const LONGEST: usize = 100;

impl Vm {
    /// A property key in a message.
    pub fn key_text(&self, key: PropertyKey) -> String {
        if let Some(index) = key.as_index() {
            return index.to_string();
        }
        if let Some(atom) = key.as_atom() {
            return atom.to_std();
        }
        match key.as_symbol() {
            Some(symbol) if symbol.is_private() => {
                symbol.description().map(|text| text.to_std()).unwrap_or_default()
            }
            Some(symbol) => {
                format!("Symbol({})", symbol.description().map(|text| text.to_std()).unwrap_or_default())
            }
            None => String::new(),
        }
    }

    /// A value in a message: `#<Object>` for objects.
    pub fn describe_value(&self, value: Value) -> String {
        if let Some(number) = value.as_number() {
            return js_rt::number::number_to_string(number);
        }
        if let Some(string) = value.as_string() {
            return match string.try_view() {
                // Of a long one, no more than is shown.
                Some(view) if view.len() > 2 * LONGEST => {
                    let units: Vec<u16> = view.slice(0, LONGEST).units().collect();
                    format!("{}...", String::from_utf16_lossy(&units))
                }
                _ => shortened(string.to_std()),
            };
        }
        if let Some(symbol) = value.as_symbol() {
            return self.key_text(symbol.into());
        }
        if let Some(big) = value.as_bigint() {
            return shortened(big.value().to_string());
        }
        match value.as_object() {
            Some(o) => self.describe_object(o),
            None if value.is_null() => "null".into(),
            None if value.is_undefined() || value.is_empty() => "undefined".into(),
            None => value.to_boolean().to_string(),
        }
    }

    fn describe_object(&self, o: Obj) -> String {
        match o.class() {
            Class::Array => return "[object Array]".into(),
            Class::ModuleNamespace => return "[object Module]".into(),
            Class::Error => {
                let text = |key| match self.data_of(o, key) {
                    Some(value) if value.is_string() => self.describe_value(value),
                    _ => String::new(),
                };
                let (name, message) = (text(self.names().name), text(self.names().message));
                return match (name.is_empty(), message.is_empty()) {
                    (true, _) => message,
                    (_, true) => name,
                    _ => format!("{name}: {message}"),
                };
            }
            _ if o.is_callable() && o.class() != Class::Proxy => {
                return self.describe_function(o);
            }
            _ => {}
        }
        let constructor = self.data_of(o, self.names().constructor).and_then(Value::as_object);
        let name = constructor.and_then(|c| self.data_of(c, self.names().name)).and_then(Value::as_string);
        match name.filter(|name| !name.is_empty()) {
            Some(name) => format!("#<{}>", name.to_std()),
            None => "#<Object>".into(),
        }
    }

    /// A function by its source text, as V8 does it; built-in ones have none.
    fn describe_function(&self, o: Obj) -> String {
        let text = o.payload_as::<Closure>().and_then(|closure| {
            let code = closure.code();
            let (from, to) = code.function.source;
            code.unit.source.text.get(from as usize..to as usize).map(|text| shortened(text.to_owned()))
        });
        text.unwrap_or_else(|| {
            let name = self.data_of(o, self.names().name).and_then(Value::as_string);
            format!("function {}() {{ [native code] }}", name.map(|name| name.to_std()).unwrap_or_default())
        })
    }

    /// The value of a data property that is found without a proxy or a getter.
    pub(crate) fn data_of(&self, o: Obj, key: PropertyKey) -> Option<Value> {
        let mut holder = o;
        loop {
            if holder.class() == Class::Proxy {
                return None;
            }
            match self.rt.get_own(holder, key) {
                Some(Own::Data(value, _)) if value.is_empty() => {
                    return self.materialize_key(holder, key).ok();
                }
                Some(Own::Data(value, _)) => return Some(value),
                Some(Own::Accessor(..)) => return None,
                None => holder = holder.proto()?,
            }
        }
    }

    /// A value that is no function where one is expected: strings in quotes.
    pub fn describe_callee(&self, value: Value) -> String {
        if value.is_string() {
            format!("\"{}\"", self.describe_value(value))
        } else {
            self.describe_value(value)
        }
    }
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text,
    }
}
