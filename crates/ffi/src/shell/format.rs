//! Writes results as text, guided by their C types.

use crate::decl::{FieldTy, RecordKind, RecordTy, Ty};
use crate::shape::Shape;
use crate::value::Value;
use abi::Abi;

/// The text for a result; `None` for `void`. A `char *` is shown as what it points to.
///
/// # Safety
/// Every `char *` in the value must be null or point to a string; in unions, pointers are not followed.
pub(super) unsafe fn result(ty: &Ty, value: &Value, abi: Abi) -> Option<String> {
    // SAFETY: the caller's promise.
    let follow = |value: &Value| unsafe { value.as_c_str() }.map(|text| text.to_string_lossy().into_owned());
    if ty.is_string()
        && let Some(text) = follow(value)
    {
        return Some(text);
    }
    (*value != Value::Void).then(|| Writer { abi, follow: &follow }.value(ty, value))
}

struct Writer<'a> {
    abi: Abi,
    /// The text a `char *` points to.
    follow: &'a dyn Fn(&Value) -> Option<String>,
}

impl Writer<'_> {
    fn value(&self, ty: &Ty, value: &Value) -> String {
        match (ty, value) {
            (_, Value::Ptr(p)) if p.is_null() => "NULL".to_owned(),
            (ty, Value::Ptr(p)) => match (ty.is_string()).then(|| (self.follow)(value)).flatten() {
                Some(text) => format!("{text:?}"),
                None => format!("{p:p}"),
            },
            (Ty::Record(record), Value::Record(values)) => {
                let members = record.fields().iter().zip(values);
                braces(members.map(|(field, value)| named(field, self.value(&field.ty, value))))
            }
            (Ty::Record(record), Value::Bytes(bytes)) if record.kind() == RecordKind::Union => {
                braces(self.views(record, bytes))
            }
            (Ty::Array(array), Value::Array(values)) => {
                braces(values.iter().map(|value| self.value(array.elem(), value)))
            }
            (_, Value::Array(values)) => braces(values.iter().map(|value| self.value(&Ty::Void, value))),
            (_, Value::Bool(b)) => b.to_string(),
            (_, Value::F32(x)) => format!("{x:?}"),
            (_, Value::F64(x)) => format!("{x:?}"),
            (_, Value::U128(n)) => n.to_string(),
            (_, value) => value.as_int().map_or_else(|| value.kind().to_owned(), |n| n.to_string()),
        }
    }

    /// What a union's bytes mean as each of its members.
    fn views(&self, record: &RecordTy, bytes: &[u8]) -> Vec<String> {
        // Nobody knows which member counts, so pointers stay addresses.
        let writer = Writer { abi: self.abi, follow: &|_| None };
        let view = |field: &FieldTy| {
            let shape = Shape::new(&field.ty.lower_value(self.abi).ok()?, self.abi).ok()?;
            // SAFETY: a union has room for each of its members, and `bytes` is all of it.
            let value = unsafe { shape.load(bytes.as_ptr()) };
            Some(named(field, writer.value(&field.ty, &value)))
        };
        record.fields().iter().filter_map(view).collect()
    }
}

fn named(field: &FieldTy, value: String) -> String {
    match &field.name {
        Some(name) => format!(".{name} = {value}"),
        None => value,
    }
}

fn braces(parts: impl IntoIterator<Item = String>) -> String {
    format!("{{{}}}", parts.into_iter().collect::<Vec<_>>().join(", "))
}
