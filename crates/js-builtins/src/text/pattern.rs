//! 22.2.7.2 RegExpBuiltinExec, step 14: patterns at work on strings of the isolate, within its limits.

use super::reg_exp::{flags_text_of, source_of};
use js_regexp::{Host, Pattern, Search, Stop, Text, Tier};
use js_rt::{Obj, StrView};
use js_vm::{Res, Throw, Vm};
use std::cell::Cell;

/// Characters of a pattern that its name has.
const SHOWN: usize = 80;

/// The tier that an isolate has for its patterns.
struct Patterns(Box<dyn Tier>);

/// Has the patterns of an isolate run by machine code when they are hot. Once, before anything runs.
pub fn set_pattern_tier(vm: &Vm, tier: Box<dyn Tier>) {
    vm.set_library(Patterns(tier));
}

/// Looks at the isolate's clock.
struct Watch<'a> {
    vm: &'a Vm,
    reg_exp: Obj,
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

    fn name(&self) -> String {
        let text = |value: js_rt::Value| value.as_string().map(|text| text.to_std()).unwrap_or_default();
        let (source, flags) = (text(source_of(self.reg_exp)), text(flags_text_of(self.reg_exp)));
        let shown: String = source.chars().take(SHOWN).collect();
        let more = if shown.len() < source.len() { "..." } else { "" };
        format!("/{shown}{more}/{flags}")
    }
}

/// Looks for a match at `at` or, unless `sticky`, behind it: the places of the groups' captures, two for each.
pub(super) fn execute(
    vm: &Vm,
    (reg_exp, pattern): (Obj, &Pattern),
    text: StrView<'_>,
    at: usize,
    sticky: bool,
) -> Res<Option<Vec<u32>>> {
    let watch = Watch { vm, reg_exp, thrown: Cell::new(None) };
    let text = match text {
        StrView::Latin1(units) => Text::Latin1(units),
        StrView::Utf16(units) => Text::Utf16(units),
    };
    let tier = vm.library::<Patterns>().map(|patterns| &*patterns.0);
    pattern.execute(tier, Search { host: &watch, text, at, sticky }).map_err(|stop| {
        match watch.thrown.take() {
            Some(thrown) if stop == Stop::Host => thrown,
            _ => vm.range_error("Regular expression needs too much memory"),
        }
    })
}
