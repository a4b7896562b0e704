//! Text in parts: what functions such as `formatToParts` give, and what formatters write.

use js_rt::Value;
use js_vm::{Res, Vm};
use std::fmt;
use writeable::{Part, PartsWrite, Writeable};

/// A part of a text: what it is, and itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TextPart {
    pub(crate) kind: &'static str,
    pub(crate) text: String,
    /// A further property, such as `unit` or `source`.
    pub(crate) extra: Option<(&'static str, &'static str)>,
}

impl TextPart {
    pub(crate) fn new(kind: &'static str, text: impl Into<String>) -> TextPart {
        TextPart { kind, text: text.into(), extra: None }
    }

    /// The same with a further property.
    pub(crate) fn with(mut self, name: &'static str, value: &'static str) -> TextPart {
        self.extra = Some((name, value));
        self
    }
}

/// The whole text.
pub(crate) fn concat(parts: &[TextPart]) -> String {
    parts.iter().map(|part| part.text.as_str()).collect()
}

/// The array of objects with `type`, `value`, and what else there is.
pub(crate) fn parts_to_array(vm: &Vm, parts: &[TextPart]) -> Res<Value> {
    let list = vm.rt.new_list()?;
    for part in parts {
        let o = vm.new_object()?;
        let kind = vm.rt.str_from_utf8(part.kind)?;
        vm.create_data_property_or_throw(o, vm.rt.key_from_utf8("type")?, kind.into())?;
        let text = vm.rt.str_from_utf8(&part.text)?;
        vm.create_data_property_or_throw(o, vm.names().value, text.into())?;
        if let Some((name, value)) = part.extra {
            let value = vm.rt.str_from_utf8(value)?;
            vm.create_data_property_or_throw(o, vm.rt.key_from_utf8(name)?, value.into())?;
        }
        list.push(&vm.rt, o.into())?;
    }
    Ok(vm.create_array_from_list(list)?.into())
}

/// Takes what a formatter writes as a flat list: each piece of text has the innermost part that it is in.
#[derive(Default)]
pub(crate) struct Collector {
    pieces: Vec<(Option<Part>, String)>,
    stack: Vec<Part>,
}

impl Collector {
    /// What a formatter writes; neighbouring pieces of one part are one piece.
    pub(crate) fn collect(formatted: &(impl Writeable + ?Sized)) -> Vec<(Option<Part>, String)> {
        let mut collector = Collector::default();
        // Writing to a string does not fail; a formatter that fails has written what it could.
        let _ = formatted.write_to_parts(&mut collector);
        collector.pieces
    }
}

impl fmt::Write for Collector {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.is_empty() {
            return Ok(());
        }
        let part = self.stack.last().copied();
        match self.pieces.last_mut() {
            Some((last, piece)) if *last == part => piece.push_str(text),
            _ => self.pieces.push((part, text.to_owned())),
        }
        Ok(())
    }
}

impl PartsWrite for Collector {
    type SubPartsWrite = Collector;

    fn with_part(&mut self, part: Part, mut f: impl FnMut(&mut Collector) -> fmt::Result) -> fmt::Result {
        self.stack.push(part);
        let written = f(self);
        self.stack.pop();
        written
    }
}

#[cfg(test)]
mod tests {
    use super::{Collector, Part, PartsWrite};
    use std::fmt::{self, Write};
    use writeable::Writeable;

    const OUTER: Part = Part { category: "test", value: "outer" };
    const INNER: Part = Part { category: "test", value: "inner" };

    struct Nested;

    impl Writeable for Nested {
        fn write_to_parts<S: PartsWrite + ?Sized>(&self, sink: &mut S) -> fmt::Result {
            sink.write_str("a")?;
            sink.write_str("b")?;
            sink.with_part(OUTER, |sink| {
                sink.write_str("c")?;
                sink.with_part(INNER, |sink| sink.write_str("d"))?;
                sink.write_str("e")
            })
        }
    }

    #[test]
    fn the_innermost_part_counts() {
        let pieces = Collector::collect(&Nested);
        let pieces: Vec<_> = pieces.iter().map(|(part, text)| (*part, text.as_str())).collect();
        assert_eq!(pieces, [(None, "ab"), (Some(OUTER), "c"), (Some(INNER), "d"), (Some(OUTER), "e")]);
    }
}
