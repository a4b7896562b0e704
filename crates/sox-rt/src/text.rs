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

    /// Appends what `print` writes.
    pub fn print_to(self, out: &mut Vec<u8>) {
        print(self, out, &mut Vec::new());
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

/// `around`: the containers that are being printed.
fn print(value: Value, out: &mut Vec<u8>, around: &mut Vec<Value>) {
    let again = around.iter().any(|outer| outer.is_identical(value)) || around.len() >= DEPTH;
    match value.tag() {
        Tag::Nil | Tag::Absent => out.extend_from_slice(b"nil"),
        Tag::False => out.extend_from_slice(b"false"),
        Tag::True => out.extend_from_slice(b"true"),
        Tag::Number => out.extend(number::to_text(value.as_number().unwrap_or(0.0)).into_bytes()),
        Tag::Array if again => out.extend_from_slice(b"[...]"),
        Tag::Table if again => out.extend_from_slice(b"<table>{...}"),
        Tag::Array | Tag::Table => {
            around.push(value);
            container(value, out, around);
            around.pop();
        }
        _ => object(value, out),
    }
}

fn container(value: Value, out: &mut Vec<u8>, around: &mut Vec<Value>) {
    if let Some(array) = value.get::<crate::Array>() {
        out.push(b'[');
        for (place, element) in array.elements().iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            print(element.get(), out, around);
        }
        out.push(b']');
    } else if let Some(table) = value.get::<crate::Table>() {
        out.extend_from_slice(b"<table>{");
        for (place, (key, value)) in table.entries().enumerate() {
            out.extend_from_slice(if place > 0 { b",{\"" } else { b"{\"" });
            key.each_piece(&mut |piece| out.extend_from_slice(piece));
            out.extend_from_slice(b"\":\"");
            print(value, out, around);
            out.extend_from_slice(b"\"}");
        }
        out.push(b'}');
    }
}

fn object(value: Value, out: &mut Vec<u8>) {
    let mut named = |before: &[u8], name: &Str, behind: &[u8]| {
        out.extend_from_slice(before);
        name.each_piece(&mut |piece| out.extend_from_slice(piece));
        out.extend_from_slice(behind);
    };
    if let Some(string) = value.get::<Str>() {
        named(b"", &string, b"");
    } else if let Some(closure) = value.get::<crate::Closure>() {
        named(b"<fn ", &closure.name(), b">");
    } else if let Some(bound) = value.get::<crate::BoundMethod>() {
        named(b"<fn ", &bound.method.name(), b">");
    } else if let Some(class) = value.get::<crate::Class>() {
        named(b"<class: ", &class.name(), b">");
    } else if let Some(instance) = value.get::<crate::Instance>() {
        named(b"<instance: ", &instance.class().name(), b"> ");
    } else if let Some(interface) = value.get::<crate::Interface>() {
        named(b"<interface: ", &interface.name, b">");
    } else if let Some(error) = value.get::<crate::ErrorObject>() {
        named(b"error: ", &error.message, b"");
    } else if let Some(file) = value.get::<crate::File>() {
        named(b"<file ", &file.path, b">");
    } else if let Some(range) = value.get::<crate::Range>() {
        let text = format!("{}..{}", number::to_text(range.start), number::to_text(range.end));
        out.extend(text.into_bytes());
    } else {
        out.extend_from_slice(match value.tag() {
            Tag::Native => b"<native fn>",
            Tag::Coroutine => b"<coroutine>",
            Tag::Iter => b"<iterator>",
            _ => b"<object>",
        });
    }
}
