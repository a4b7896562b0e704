//! Values as text: what `print` writes and `+` appends.

use crate::layout::{Str, Tag, Value};
use crate::number;

/// How deep containers are printed inside of one another.
const DEPTH: usize = 32;

impl Value {
    /// What `type` answers.
    pub fn type_name(self) -> &'static str {
        match self.tag() {
            Tag::Nil | Tag::Absent => "<nil>",
            Tag::False | Tag::True => "<bool>",
            Tag::Number => "<number>",
            Tag::String => "String",
            Tag::Array => "Array",
            Tag::Table => "Table",
            Tag::Instance => "Instance",
            Tag::Closure => "Closure",
            Tag::Native => "Native function",
            Tag::Class => "Class",
            Tag::BoundMethod => "Bound Method",
            Tag::Interface => "Interface",
            Tag::Error => "Error",
            Tag::Range => "Range",
            Tag::Coroutine => "Coroutine",
            Tag::File => "File",
            Tag::Iter => "Iterator",
            Tag::Box => "Upvalue",
            Tag::Module => "Module",
        }
    }

    /// Appends what `print` writes. It may be much longer than what the value takes in memory: see [`Value::print_pieces`].
    pub fn print_to(self, out: &mut Vec<u8>) {
        self.print_pieces(&mut |piece| {
            out.extend_from_slice(piece);
            true
        });
    }

    /// Hands over what `print` writes, piece by piece, until told to stop by `false`; whether that was everything. The heap may
    /// be used meanwhile, but nothing in the value be changed.
    pub fn print_pieces(self, out: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        print(self, out, &mut Vec::new()).is_some()
    }

    /// Appends what `+` appends to a string: objects other than strings have no text of their own there.
    pub fn append_to(self, out: &mut Vec<u8>) {
        match (self.get::<Str>(), self.object()) {
            (Some(string), _) => string.each_piece(&mut |piece| out.extend_from_slice(piece)),
            (None, Some(_)) => out.extend_from_slice(b"<object>"),
            (None, None) => self.print_to(out),
        }
    }
}

/// What takes pieces of text; false when it wants no more.
type Out<'a> = dyn FnMut(&[u8]) -> bool + 'a;

/// `None` when the output wants no more. `around`: the containers that are being printed.
fn print(value: Value, out: &mut Out<'_>, around: &mut Vec<Value>) -> Option<()> {
    let again = around.iter().any(|outer| outer.is_identical(value)) || around.len() >= DEPTH;
    let text: &[u8] = match value.tag() {
        Tag::Nil | Tag::Absent => b"nil",
        Tag::False => b"false",
        Tag::True => b"true",
        Tag::Number => return put(out, number::to_text(value.as_number().unwrap_or(0.0)).as_bytes()),
        Tag::Array if again => b"[...]",
        Tag::Table if again => b"<table>{...}",
        Tag::Array | Tag::Table => {
            around.push(value);
            container(value, out, around)?;
            around.pop();
            return Some(());
        }
        _ => return object(value, out),
    };
    put(out, text)
}

fn put(out: &mut Out<'_>, bytes: &[u8]) -> Option<()> {
    out(bytes).then_some(())
}

fn put_string(out: &mut Out<'_>, string: &Str) -> Option<()> {
    string.try_each_piece(out).then_some(())
}

fn container(value: Value, out: &mut Out<'_>, around: &mut Vec<Value>) -> Option<()> {
    if let Some(array) = value.get::<crate::Array>() {
        put(out, b"[")?;
        for (place, element) in array.elements().iter().enumerate() {
            if place > 0 {
                put(out, b",")?;
            }
            print(element.get(), out, around)?;
        }
        put(out, b"]")?;
    } else if let Some(table) = value.get::<crate::Table>() {
        put(out, b"<table>{")?;
        for (place, (key, value)) in table.entries().enumerate() {
            put(out, if place > 0 { b",{\"" } else { b"{\"" })?;
            put_string(out, &key)?;
            put(out, b"\":\"")?;
            print(value, out, around)?;
            put(out, b"\"}")?;
        }
        put(out, b"}")?;
    }
    Some(())
}

fn object(value: Value, out: &mut Out<'_>) -> Option<()> {
    let mut named = |before: &[u8], name: &Str, behind: &[u8]| {
        put(out, before)?;
        put_string(out, name)?;
        put(out, behind)
    };
    if let Some(string) = value.get::<Str>() {
        named(b"", &string, b"")
    } else if let Some(closure) = value.get::<crate::Closure>() {
        named(b"<fn ", &closure.name(), b">")
    } else if let Some(bound) = value.get::<crate::BoundMethod>() {
        named(b"<fn ", &bound.method.name(), b">")
    } else if let Some(class) = value.get::<crate::Class>() {
        named(b"<class: ", &class.name(), b">")
    } else if let Some(instance) = value.get::<crate::Instance>() {
        named(b"<instance: ", &instance.class().name(), b"> ")
    } else if let Some(interface) = value.get::<crate::Interface>() {
        named(b"<interface: ", &interface.name, b">")
    } else if let Some(error) = value.get::<crate::ErrorObject>() {
        named(b"error: ", &error.message, b"")
    } else if let Some(file) = value.get::<crate::File>() {
        named(b"<file ", &file.path, b">")
    } else if let Some(range) = value.get::<crate::Range>() {
        put(out, format!("{}..{}", number::to_text(range.start), number::to_text(range.end)).as_bytes())
    } else {
        put(
            out,
            match value.tag() {
                Tag::Native => b"<native fn>",
                Tag::Coroutine => b"<coroutine>",
                Tag::Iter => b"<iterator>",
                _ => b"<object>",
            },
        )
    }
}
