//! Findings in source text, shown as compilers show them: message, place, the line, a mark under it.
#![forbid(unsafe_code)]

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use std::fmt::Write;

/// Something wrong at a place of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Line, counted from 1; 0 when the finding is about no place in particular.
    pub line: u32,
    /// Column in characters, counted from 1.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What the mark under the place says.
    pub label: String,
}

/// Whether the output goes to a terminal that shows colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Text alone.
    Plain,
    /// With the escape sequences of terminals.
    Coloured,
}

/// Longest excerpt of a line, in characters; of longer lines the part around the place is shown.
const WIDTH: usize = 160;
/// What is shown of a long line before the place.
const BEFORE: usize = 40;

/// Every finding, in the given order, with an empty line behind each.
pub fn render(path: &str, text: &str, findings: &[Finding], style: Style) -> String {
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Coloured => Renderer::styled(),
    };
    let lines: Vec<&str> = text.split('\n').map(|line| line.trim_end_matches('\r')).collect();
    let mut out = String::new();
    for finding in findings {
        let title = Level::ERROR.primary_title(&finding.message);
        let index = (finding.line as usize).checked_sub(1).filter(|index| *index < lines.len());
        let Some(index) = index else {
            let _ = writeln!(out, "{}\n", renderer.render(&[title.element(Level::NOTE.message(path))]));
            continue;
        };
        let excerpt = Excerpt::of(lines[index], finding.column as usize);
        let mark = AnnotationKind::Primary.span(excerpt.mark.clone()).label(&finding.label);
        let snippet = Snippet::source(&excerpt.text).line_start(index + 1).path(path).annotation(mark);
        let _ = writeln!(out, "{}\n", renderer.render(&[title.element(snippet)]));
    }
    out
}

/// A line, or the part of it around a place.
struct Excerpt {
    text: String,
    /// Bytes of `text` to be marked.
    mark: std::ops::Range<usize>,
}

impl Excerpt {
    fn of(line: &str, column: usize) -> Excerpt {
        let at = column.saturating_sub(1);
        let count = line.chars().count();
        let skipped = if count > WIDTH { at.min(count).saturating_sub(BEFORE) } else { 0 };
        let text: String = line.chars().skip(skipped).take(WIDTH).collect();
        let start = text.char_indices().nth(at - skipped.min(at)).map_or(text.len(), |(byte, _)| byte);
        let length = marked(&text[start..]);
        Excerpt { mark: start..start + length, text }
    }
}

/// Bytes of the word that starts here, at least one character where there is one.
fn marked(text: &str) -> usize {
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$');
    let Some(first) = text.chars().next() else { return 0 };
    let rest = &text[first.len_utf8()..];
    if !word(first) && !matches!(first, '@' | '-') {
        return first.len_utf8();
    }
    first.len_utf8() + rest.find(|c| !word(c)).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(line: u32, column: u32) -> Finding {
        Finding { line, column, message: "there is no value v7".into(), label: "not defined".into() }
    }

    #[test]
    fn the_line_is_shown_with_its_word_marked() {
        let text = "func @f() {\nblock0:\n  v1 = clz.i32 v70\n";
        let shown = render("a.ir", text, &[finding(3, 16)], Style::Plain);
        assert!(shown.starts_with("error: there is no value v7\n"), "{shown}");
        assert!(shown.contains("a.ir:3:16") && shown.contains("3 |   v1 = clz.i32 v70"), "{shown}");
        assert!(shown.contains("^^^ not defined"), "{shown}");
    }

    #[test]
    fn every_finding_is_shown_and_any_place_is_fine() {
        let places = [(0, 0), (1, 0), (1, 1), (1, 4), (1, 99), (2, 1), (9, 9), (u32::MAX, u32::MAX)];
        let findings = places.map(|(line, column)| finding(line, column));
        for text in ["", "äöü\r\n", "a\tb\n\u{200b}", "\u{1f600}x"] {
            let shown = render("a.ir", text, &findings, Style::Plain);
            assert_eq!(shown.matches("error: there is no value v7").count(), findings.len(), "{shown}");
        }
    }

    #[test]
    fn of_long_lines_the_part_around_the_place_is_shown() {
        let text = format!("{}wrong{}", "a ".repeat(5_000), " b".repeat(5_000));
        let shown = render("a.ir", &text, &[finding(1, 10_001)], Style::Plain);
        assert!(shown.contains("wrong") && shown.contains("^^^^^ not defined"), "{shown}");
        assert!(shown.len() < 1_000, "{}", shown.len());
    }
}
