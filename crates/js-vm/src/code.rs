//! From what the compiler made to what is executed.

use crate::error::Res;
use crate::vm::Vm;
use heap::Gc;
use js_bytecode::{Constant, FunctionCode, Text, Unit};
use js_rt::{Cache, Code, CodeUnit, NativeCode, PropertyKey, Realm, Source, Str, Value};
use std::cell::Cell;
use std::sync::Arc;

impl Vm {
    /// Makes a unit's functions ready to become closures.
    pub(crate) fn load_unit(
        &self,
        unit: Unit,
        source: Arc<Source>,
        realm: Gc<Realm>,
        host: Value,
    ) -> Res<Gc<CodeUnit>> {
        let count = unit.functions.len();
        Ok(self.rt.heap().alloc(CodeUnit {
            codes: (0..count).map(|_| Cell::new(None)).collect(),
            functions: unit
                .functions
                .into_iter()
                .map(|function| Cell::new(Some(Box::new(function))))
                .collect(),
            source,
            realm,
            host: Cell::new(host),
        })?)
    }

    /// Function `index` of a unit.
    #[inline]
    pub(crate) fn code_of(&self, unit: Gc<CodeUnit>, index: usize) -> Res<Gc<Code>> {
        match unit.codes.get(index).and_then(Cell::get) {
            Some(code) => Ok(code),
            None => self.load_code(unit, index),
        }
    }

    #[cold]
    fn load_code(&self, unit: Gc<CodeUnit>, index: usize) -> Res<Gc<Code>> {
        let function = unit.functions.get(index).and_then(Cell::take);
        let Some(function) = function else { return Err(self.syntax_error("invalid function number")) };
        let code = self.make_code(unit, *function)?;
        if let Some(slot) = unit.codes.get(index) {
            slot.set(Some(code));
            self.rt.heap().wrote(unit);
        }
        Ok(code)
    }

    fn make_code(&self, unit: Gc<CodeUnit>, function: FunctionCode) -> Res<Gc<Code>> {
        // The strings are made while no object holds them: a list does.
        let kept = self.rt.new_list()?;
        let mut constants = Vec::with_capacity(function.constants.len());
        for constant in &function.constants {
            let value = self.constant(constant)?;
            kept.push(&self.rt, value)?;
            constants.push(value);
        }
        let mut caches = Vec::with_capacity(function.caches.len());
        for &name in &function.caches {
            let key = match constants.get(name as usize).and_then(|value| value.as_string()) {
                Some(name) => self.rt.key_from_str(name)?,
                None => PropertyKey::index(0),
            };
            kept.push(&self.rt, key.to_value(&self.rt)?)?;
            caches.push(Cache::new(key));
        }
        let name = self.text(&function.name)?;
        Ok(self.rt.heap().alloc(Code {
            scopes: function.scopes.iter().map(|_| Cell::new(Value::EMPTY)).collect(),
            shape: Cell::new(None),
            once: function.constants.iter().map(|_| Cell::new(Value::EMPTY)).collect(),
            constants: constants.into(),
            caches: caches.into(),
            unit,
            name: name.into(),
            heat: Cell::new(self.state.limits.threshold),
            native: NativeCode::new(&function, unit.realm),
            function,
        })?)
    }

    /// A string of the compiler's as an atom, if it is not an index.
    pub(crate) fn text(&self, text: &Text) -> Res<Str> {
        let string = match text {
            Text::Latin1(units) => self.rt.str_latin1(units)?,
            Text::Utf16(units) => self.rt.str_utf16(units)?,
        };
        Ok(self.rt.intern(string)?)
    }

    /// A name of the compiler's as a property key.
    pub(crate) fn text_key(&self, text: &Text) -> Res<PropertyKey> {
        let text = self.text(text)?;
        Ok(self.rt.key_from_str(text)?)
    }

    fn bigint_from_digits(&self, digits: &str) -> Res<Value> {
        let value = js_rt::num_bigint::BigInt::parse_bytes(digits.as_bytes(), 10).unwrap_or_default();
        Ok(self.rt.new_bigint(value)?.into())
    }

    fn constant(&self, constant: &Constant) -> Res<Value> {
        Ok(match constant {
            Constant::Number(number) => Value::number(*number),
            Constant::String(text) => self.text(text)?.into(),
            Constant::BigInt(digits) => self.bigint_from_digits(digits)?,
            Constant::RegExp { .. } | Constant::Template { .. } => Value::UNDEFINED,
        })
    }
}
