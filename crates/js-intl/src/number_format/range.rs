//! Ranges of numbers: PartitionNumberRangePattern.

use super::format::{Formatter, Shown};
use super::layout::{Around, Formatted, push};
use super::value::Mathematical;
use crate::parts::TextPart;
use icu_plurals::{PluralCategory, PluralRulesWithRanges};

const SOURCE: &str = "source";

impl Formatter {
    /// PartitionNumberRangePattern ( numberFormat, x, y ); neither is ~not-a-number~.
    pub(super) fn partition_range(&self, x: &Mathematical, y: &Mathematical) -> Vec<TextPart> {
        let (mut start, mut end) = (self.show(x), self.show(y));
        let (mut from, mut to) = (self.layout(&start, false), self.layout(&end, false));
        if from.clone().into_parts() == to.clone().into_parts() {
            let parts = self.layout(&start, true).into_parts();
            return parts.into_iter().map(|part| part.with(SOURCE, "shared")).collect();
        }
        if from.number.is_empty() || to.number.is_empty() {
            // Names that say one or two leave no number that could be an end.
            (start.operands, end.operands) = (None, None);
            (from, to) = (self.layout(&start, false), self.layout(&end, false));
        }
        let category = self.range_category(&start, &end);
        if category != self.category(&end) {
            let mut other = if category == self.category(&start) { start } else { end };
            if category != self.category(&other) {
                other.operands = None;
            }
            to.outer = self.layout(&other, false).outer;
        }
        self.collapse(from, to)
    }

    /// The plural category of a number.
    fn category(&self, shown: &Shown) -> PluralCategory {
        match shown.operands.zip(self.rules.as_ref()) {
            Some((operands, rules)) => rules.category_for(operands),
            None => PluralCategory::Other,
        }
    }

    /// The plural category of a range.
    fn range_category(&self, start: &Shown, end: &Shown) -> PluralCategory {
        let ranges = PluralRulesWithRanges::try_new_cardinal((&self.locale).into());
        let (start, end) = (self.category(start), self.category(end));
        ranges.map_or(end, |ranges| ranges.resolve_range(start, end))
    }

    /// CollapseNumberRange ( numberFormat, result ): what both ends have around them is written once, as ICU does.
    fn collapse(&self, from: Formatted, to: Formatted) -> Vec<TextPart> {
        // Of one unit, only the plural form may differ: the end has that of the range.
        let outer = from.outer.is_empty() == to.outer.is_empty();
        // A single character is as clear when it stands at both ends.
        let middle = outer && from.middle == to.middle && from.middle.len() > 1;
        // As in ICU, it is the start alone that decides on spaces.
        let repeated = !outer || !(middle || from.middle.is_empty()) || !from.inner.is_empty();
        let mut parts = Vec::new();
        let mut add = |source: &'static str, list: Vec<TextPart>| {
            for part in list {
                push(&mut parts, part.with(SOURCE, source));
            }
        };
        let shared =
            |around: &Around, is_shared: bool| if is_shared { around.clone() } else { Around::default() };
        let (all_outer, all_middle) = (shared(&to.outer, outer), shared(&to.middle, middle));
        add("shared", all_outer.prefix);
        add("shared", all_middle.prefix);
        add("startRange", from.own_parts(!outer, !middle));
        add("shared", vec![TextPart::new("literal", self.separator(repeated))]);
        add("endRange", to.own_parts(!outer, !middle));
        add("shared", all_middle.suffix);
        add("shared", all_outer.suffix);
        parts
    }

    /// What is between both ends; spaces keep apart what is around them.
    fn separator(&self, repeated: bool) -> String {
        let separator = self.symbols.range;
        let spaced = separator.starts_with(char::is_whitespace);
        if repeated && !spaced { format!(" {separator} ") } else { separator.to_owned() }
    }
}

impl Formatted {
    /// What belongs to one end of a range alone.
    fn own_parts(mut self, outer: bool, middle: bool) -> Vec<TextPart> {
        if !outer {
            self.outer = Around::default();
        }
        if !middle {
            self.middle = Around::default();
        }
        self.into_parts()
    }
}
