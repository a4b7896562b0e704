//! 22.2.7.2 RegExpBuiltinExec, step 14: patterns at work on strings of the isolate, within its limits.

use js_regexp::{Host, Program, Stop, Text};
use js_rt::StrView;
use js_vm::{Res, Throw, Vm};
use std::cell::Cell;

/// Looks at the isolate's clock.
struct Watch<'a> {
    vm: &'a Vm,
    thrown: Cell<Option<Throw>>,
}

impl Host for Watch<'_> {
    fn poll(&self) -> bool {
        match self.vm.poll() {
            Ok(()) => true,
            Err(thrown) => {
                self.thrown.set(Some(thrown));
                false
            }
        }
    }
}

/// Looks for a match at `at` or, unless `sticky`, behind it: the places of the groups' captures, two for each.
pub(super) fn execute(
    vm: &Vm,
    program: &Program,
    text: StrView<'_>,
    at: usize,
    sticky: bool,
) -> Res<Option<Vec<u32>>> {
    let watch = Watch { vm, thrown: Cell::new(None) };
    let text = match text {
        StrView::Latin1(units) => Text::Latin1(units),
        StrView::Utf16(units) => Text::Utf16(units),
    };
    program.execute(&watch, text, at, sticky).map_err(|stop| match watch.thrown.take() {
        Some(thrown) if stop == Stop::Host => thrown,
        _ => vm.range_error("Regular expression needs too much memory"),
    })
}
