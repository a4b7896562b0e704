//! Where the text of an object breaks into lines: reduceToSingleString and groupArrayElements of node.

use super::Parts;
use super::style::Style;
use icu_properties::CodePointMapData;
use icu_properties::props::{EastAsianWidth, GeneralCategory, GeneralCategoryGroup};

/// Arrays longer than this are shown in columns.
const SHORT: usize = 6;

/// How entries are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Object,
    Array,
}

/// Length of text in UTF-16 units.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Width of text in columns: wide characters take two, marks none.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(|c| if matches!(c, ' '..='~') { 1 } else { wide(c) }).sum()
}

fn wide(c: char) -> usize {
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    let unseen = GeneralCategoryGroup::Mark.union(GeneralCategoryGroup::Format);
    match CodePointMapData::<EastAsianWidth>::new().get(c) {
        _ if c == '\u{ad}' => 1,
        _ if unseen.contains(category) || category == GeneralCategory::Control => 0,
        EastAsianWidth::Fullwidth | EastAsianWidth::Wide => 2,
        _ => 1,
    }
}

/// Puts an object's text together. `nesting` levels of objects are in it; `numbers`: columns are aligned to the right.
pub(super) fn join(parts: Parts, style: &Style, indentation: usize, nesting: usize, numbers: bool) -> String {
    let Parts { base, open, close, shape, entries, .. } = parts;
    let base_and = if base.is_empty() { String::new() } else { format!("{base} ") };
    let count = entries.len();
    let grouped = shape == Shape::Array && count > SHORT && style.compact > 0;
    let entries = if grouped { columns(entries, style, indentation, numbers) } else { entries };
    if nesting < style.compact && entries.len() == count {
        let start = count + indentation + length(&open) + length(&base) + 10;
        let total = start + count + entries.iter().map(|entry| length(entry)).sum::<usize>();
        let fits = total <= style.break_length && !base.contains('\n');
        if fits && !entries.iter().any(|entry| entry.contains('\n')) {
            return format!("{base_and}{open} {} {close}", entries.join(", "));
        }
    }
    let line = format!("\n{}", " ".repeat(indentation));
    format!("{base_and}{open}{line}  {}{line}{close}", entries.join(&format!(",{line}  ")))
}

/// Groups many short elements into rows.
fn columns(entries: Vec<String>, style: &Style, indentation: usize, numbers: bool) -> Vec<String> {
    const SEPARATOR: usize = 2;
    let more =
        entries.last().is_some_and(|last| last.starts_with("... ")) && entries.len() > style.max_elements;
    let count = entries.len() - usize::from(more);
    let widths: Vec<_> = entries.iter().take(count).map(|entry| width(entry)).collect();
    let total: usize = widths.iter().map(|width| width + SEPARATOR).sum();
    let widest = widths.iter().copied().max().unwrap_or(0);
    let room = widest + SEPARATOR;
    let short = total as f64 / room as f64 > 5.0 || widest <= 6;
    if room * 3 + indentation >= style.break_length || !short {
        return entries;
    }
    let bias = (room as f64 - total as f64 / entries.len() as f64).max(0.0).sqrt();
    let biased = (room as f64 - 3.0 - bias).max(1.0);
    let wanted = ((2.5 * biased * count as f64).sqrt() / biased).round() as usize;
    let columns = wanted.min((style.break_length - indentation) / room).min(style.compact * 4).min(15);
    if columns <= 1 {
        return entries;
    }
    let line_widths: Vec<_> = (0..columns)
        .map(|column| widths.iter().skip(column).step_by(columns).copied().max().unwrap_or(0) + SEPARATOR)
        .collect();
    let mut rows = Vec::new();
    let mut rest = entries.into_iter().take(count + usize::from(more));
    let mut left = count;
    while left > 0 {
        let row: Vec<_> = rest.by_ref().take(columns.min(left)).collect();
        left -= row.len();
        rows.push(self::row(&row, &line_widths, numbers));
    }
    rows.extend(rest);
    rows
}

fn row(row: &[String], widths: &[usize], numbers: bool) -> String {
    let mut out = String::new();
    for (at, (entry, room)) in row.iter().zip(widths).enumerate() {
        let last = at + 1 == row.len();
        let text = if last { entry.clone() } else { format!("{entry}, ") };
        let room = if last { room.saturating_sub(2) } else { *room };
        let padding = " ".repeat(room.saturating_sub(width(&text)));
        if numbers {
            out.push_str(&padding);
        }
        out.push_str(&text);
        if !numbers && !last {
            out.push_str(&padding);
        }
    }
    out
}
