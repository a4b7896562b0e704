//! Own properties as records: 6.2.6, and what may be made of one.

use crate::{Attrs, Value};

/// An own property.
#[derive(Clone, Copy, Debug)]
pub enum Own {
    /// A data property. `EMPTY`: its value is made when somebody looks at it.
    Data(Value, Attrs),
    /// An accessor property: `[[Get]]` and `[[Set]]`, callable or `undefined`, and the other attributes.
    Accessor(Value, Value, Attrs),
}

impl Own {
    #[inline]
    pub(crate) fn of(value: Value, attrs: Attrs) -> Own {
        if !attrs.is_accessor() {
            return Own::Data(value, attrs);
        }
        let (get, set) =
            value.as_accessor().map_or((Value::UNDEFINED, Value::UNDEFINED), |pair| (pair.get(), pair.set()));
        Own::Accessor(get, set, attrs)
    }

    /// Its attributes.
    #[inline]
    pub fn attrs(&self) -> Attrs {
        match self {
            Own::Data(_, attrs) | Own::Accessor(_, _, attrs) => *attrs,
        }
    }

    /// 6.2.6.4 FromPropertyDescriptor, as a record that has every field.
    pub fn descriptor(&self) -> PropertyDescriptor {
        let attrs = self.attrs();
        let common = PropertyDescriptor {
            enumerable: Some(attrs.is_enumerable()),
            configurable: Some(attrs.is_configurable()),
            ..PropertyDescriptor::default()
        };
        match *self {
            Own::Data(value, _) => {
                PropertyDescriptor { value: Some(value), writable: Some(attrs.is_writable()), ..common }
            }
            Own::Accessor(get, set, _) => PropertyDescriptor { get: Some(get), set: Some(set), ..common },
        }
    }
}

/// 6.2.6 The Property Descriptor specification type. Fields may be absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PropertyDescriptor {
    /// `[[Value]]`.
    pub value: Option<Value>,
    /// `[[Writable]]`.
    pub writable: Option<bool>,
    /// `[[Get]]`.
    pub get: Option<Value>,
    /// `[[Set]]`.
    pub set: Option<Value>,
    /// `[[Enumerable]]`.
    pub enumerable: Option<bool>,
    /// `[[Configurable]]`.
    pub configurable: Option<bool>,
}

impl PropertyDescriptor {
    /// That of a data property.
    pub fn data(value: Value, attrs: Attrs) -> PropertyDescriptor {
        Own::Data(value, attrs).descriptor()
    }

    /// That of an accessor property.
    pub fn accessor(get: Value, set: Value, attrs: Attrs) -> PropertyDescriptor {
        Own::Accessor(get, set, attrs).descriptor()
    }

    /// 6.2.6.1 IsAccessorDescriptor.
    pub fn is_accessor(&self) -> bool {
        self.get.is_some() || self.set.is_some()
    }

    /// 6.2.6.2 IsDataDescriptor.
    pub fn is_data(&self) -> bool {
        self.value.is_some() || self.writable.is_some()
    }

    /// 6.2.6.3 IsGenericDescriptor.
    pub fn is_generic(&self) -> bool {
        !self.is_accessor() && !self.is_data()
    }

    /// 6.2.6.6 CompletePropertyDescriptor.
    pub fn complete(mut self) -> PropertyDescriptor {
        if self.is_accessor() {
            self.get.get_or_insert(Value::UNDEFINED);
            self.set.get_or_insert(Value::UNDEFINED);
        } else {
            self.value.get_or_insert(Value::UNDEFINED);
            self.writable.get_or_insert(false);
        }
        self.enumerable.get_or_insert(false);
        self.configurable.get_or_insert(false);
        self
    }

    /// The attributes, those absent taken from `default`.
    pub(crate) fn attrs(&self, default: Attrs) -> Attrs {
        let enumerable = self.enumerable.unwrap_or(default.is_enumerable());
        let configurable = self.configurable.unwrap_or(default.is_configurable());
        if self.is_accessor() || self.is_generic() && default.is_accessor() {
            Attrs::accessor(enumerable, configurable)
        } else {
            Attrs::data(self.writable.unwrap_or(default.is_writable()), enumerable, configurable)
        }
    }
}

/// What 10.1.6.3 ValidateAndApplyPropertyDescriptor says about a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is not allowed.
    Reject,
    /// There is nothing to do.
    Nothing,
    /// It is to be made.
    Apply,
}

/// 10.1.6.3 ValidateAndApplyPropertyDescriptor up to step 5.
pub fn validate(
    extensible: bool,
    desc: &PropertyDescriptor,
    current: Option<&PropertyDescriptor>,
) -> Verdict {
    let Some(current) = current else {
        return if extensible { Verdict::Apply } else { Verdict::Reject };
    };
    if *desc == PropertyDescriptor::default() {
        return Verdict::Nothing;
    }
    if current.configurable == Some(true) {
        return Verdict::Apply;
    }
    let differs = |wanted: Option<Value>, is: Option<Value>| match (wanted, is) {
        (Some(wanted), Some(is)) => !wanted.same_value(is),
        _ => false,
    };
    if desc.configurable == Some(true)
        || desc.enumerable.is_some() && desc.enumerable != current.enumerable
        || !desc.is_generic() && desc.is_accessor() != current.is_accessor()
    {
        return Verdict::Reject;
    }
    if current.is_accessor() {
        if differs(desc.get, current.get) || differs(desc.set, current.set) {
            return Verdict::Reject;
        }
    } else if current.writable == Some(false) {
        if desc.writable == Some(true) || differs(desc.value, current.value) {
            return Verdict::Reject;
        }
        return Verdict::Nothing;
    }
    Verdict::Apply
}
