//! 7.2 Testing and Comparison Operations.

use super::Hint;
use crate::error::Res;
use crate::vm::Vm;
use js_rt::number;
use js_rt::{Class, Value};
use std::cmp::Ordering;

impl Vm {
    /// 7.2.1 RequireObjectCoercible
    pub fn require_object_coercible(&self, value: Value) -> Res<Value> {
        if value.is_nullish() {
            return Err(self.type_error("Cannot convert undefined or null to object"));
        }
        Ok(value)
    }

    /// 7.2.2 IsArray
    pub fn is_array(&self, value: Value) -> Res<bool> {
        let Some(mut o) = value.as_object() else {
            return Ok(false);
        };
        while o.class() == Class::Proxy {
            o = self.proxy_parts(o, "IsArray")?.0;
        }
        Ok(o.is_array())
    }

    /// 7.2.3 IsCallable
    #[inline]
    pub fn is_callable(&self, value: Value) -> bool {
        value.as_object().is_some_and(|o| o.is_callable())
    }

    /// 7.2.4 IsConstructor
    #[inline]
    pub fn is_constructor(&self, value: Value) -> bool {
        value.as_object().is_some_and(|o| o.is_constructor())
    }

    /// 7.2.6 IsRegExp
    pub fn is_reg_exp(&self, value: Value) -> Res<bool> {
        let Some(o) = value.as_object() else {
            return Ok(false);
        };
        let matcher = self.get(o, self.symbols().match_)?;
        if !matcher.is_undefined() {
            return Ok(matcher.to_boolean());
        }
        Ok(o.class() == Class::RegExp)
    }

    /// 7.2.12 IsLessThan, as an ordering of the two values, which are converted in this order; `None` if a NaN is involved
    pub fn compare(&self, left: Value, right: Value) -> Res<Option<Ordering>> {
        if let (Some(a), Some(b)) = (left.as_number(), right.as_number()) {
            return Ok(a.partial_cmp(&b));
        }
        let a = self.to_primitive(left, Hint::Number)?;
        let b = self.to_primitive(right, Hint::Number)?;
        self.compare_primitives(a, b)
    }

    fn compare_primitives(&self, a: Value, b: Value) -> Res<Option<Ordering>> {
        if let (Some(a), Some(b)) = (a.as_string(), b.as_string()) {
            return Ok(Some(a.compare(&b)));
        }
        if let (Some(a), Some(b)) = (a.as_bigint(), b.as_string()) {
            return Ok(number::string_to_bigint(b.flat(&self.rt)?).map(|b| a.value().cmp(&b)));
        }
        if let (Some(a), Some(b)) = (a.as_string(), b.as_bigint()) {
            return Ok(number::string_to_bigint(a.flat(&self.rt)?).map(|a| a.cmp(b.value())));
        }
        let a = self.to_numeric(a)?;
        let b = self.to_numeric(b)?;
        Ok(match (a.as_bigint(), b.as_bigint()) {
            (Some(a), Some(b)) => Some(a.value().cmp(b.value())),
            (Some(a), None) => number::compare_bigint(a.value(), b.as_number().unwrap_or(f64::NAN)),
            (None, Some(b)) => {
                number::compare_bigint(b.value(), a.as_number().unwrap_or(f64::NAN)).map(Ordering::reverse)
            }
            (None, None) => a.as_number().partial_cmp(&b.as_number()),
        })
    }

    /// 7.2.12 IsLessThan with LeftFirst true; `None` is undefined
    pub fn is_less_than(&self, left: Value, right: Value) -> Res<Option<bool>> {
        Ok(self.compare(left, right)?.map(Ordering::is_lt))
    }

    /// 7.2.13 IsLooselyEqual
    pub fn is_loosely_equal(&self, a: Value, b: Value) -> Res<bool> {
        if a.is_nullish() || b.is_nullish() {
            return Ok(self.is_nullish_or_html_dda(a) && self.is_nullish_or_html_dda(b));
        }
        let kinds = (kind(a), kind(b));
        if kinds.0 == kinds.1 {
            return Ok(a.is_strictly_equal(b));
        }
        match kinds {
            (Kind::Boolean, _) => {
                let a = self.to_number(a)?;
                self.is_loosely_equal(Value::number(a), b)
            }
            (_, Kind::Boolean) => {
                let b = self.to_number(b)?;
                self.is_loosely_equal(a, Value::number(b))
            }
            (Kind::Object, _) => {
                let a = self.to_primitive(a, Hint::Default)?;
                self.is_loosely_equal(a, b)
            }
            (_, Kind::Object) => {
                let b = self.to_primitive(b, Hint::Default)?;
                self.is_loosely_equal(a, b)
            }
            (Kind::Symbol, _) | (_, Kind::Symbol) => Ok(false),
            (Kind::String, Kind::Number) => Ok(Some(self.to_number(a)?) == b.as_number()),
            (Kind::Number, Kind::String) => Ok(a.as_number() == Some(self.to_number(b)?)),
            _ => Ok(self.compare_primitives(a, b)? == Some(Ordering::Equal)),
        }
    }

    /// `undefined`, `null`, or what B.3.6.2 treats like these.
    fn is_nullish_or_html_dda(&self, value: Value) -> bool {
        value.is_nullish() || value.as_object().is_some_and(|o| o.is_html_dda())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    String,
    Boolean,
    Symbol,
    BigInt,
    Object,
}

/// The type of a value that is neither undefined nor null.
fn kind(value: Value) -> Kind {
    if value.is_number() {
        Kind::Number
    } else if value.is_string() {
        Kind::String
    } else if value.is_bool() {
        Kind::Boolean
    } else if value.is_symbol() {
        Kind::Symbol
    } else if value.is_bigint() {
        Kind::BigInt
    } else {
        Kind::Object
    }
}
