//! Errors that nobody catches.

use crate::inspect::inspect;
use crate::state::{State, Stream};
use js_rt::Value;
use js_vm::{Res, Vm};

/// Columns of a source line that an excerpt shows.
const EXCERPT: usize = 100;

/// Reports an exception.
pub(crate) fn uncaught(vm: &Vm, error: Value) -> Res<()> {
    report(vm, "Uncaught ", error)
}

/// Reports the reason of a promise that nobody handles.
pub(crate) fn rejection(vm: &Vm, reason: Value) -> Res<()> {
    report(vm, "Uncaught (in promise) ", reason)
}

fn report(vm: &Vm, what: &str, error: Value) -> Res<()> {
    // What shows the error may throw itself.
    let text = match inspect(vm, error) {
        Ok(text) => with_excerpt(vm, text),
        Err(thrown) => {
            let second = vm.catch(thrown)?;
            vm.describe_value(if second.is_object() { error } else { second })
        }
    };
    if let Some(state) = State::of(vm) {
        state.flush();
        state.line(Stream::Err, &format!("{what}{text}"));
    }
    Ok(())
}

/// The text of an error with the line of the source that was refused, if it is for that.
fn with_excerpt(vm: &Vm, text: String) -> String {
    let Some(refused) = vm.refused_at() else { return text };
    let place = format!("\n    at {}", refused.place);
    let first = text.find("\n    at ");
    match first.filter(|&at| text.get(at..).is_some_and(|stack| is_first_line(stack, &place))) {
        Some(at) => {
            let (head, stack) = text.split_at(at);
            format!("{head}\n{}{stack}", excerpt(&refused.text, refused.column))
        }
        None => text,
    }
}

fn is_first_line(stack: &str, place: &str) -> bool {
    stack.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('\n'))
}

/// A line of a source, and below it a sign at a column, counted from 1 in UTF-16 units. Of long lines, what is around it.
pub(crate) fn excerpt(line: &str, column: usize) -> String {
    let mut units = 0;
    let before = line.chars().take_while(|c| {
        units += c.len_utf16();
        units < column
    });
    let at = before.count();
    let from = if at < EXCERPT { 0 } else { at - EXCERPT / 2 };
    let shown: String = line.chars().skip(from).take(EXCERPT).collect();
    // Tabs stay what they are, so that the sign is below its place.
    let space: String =
        line.chars().skip(from).take(at - from).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
    format!("{shown}\n{space}^")
}
