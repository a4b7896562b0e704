//! Errors with the lines they are about.

use crate::ast::Span;
use crate::diagnostic::Diagnostic;
use crate::lines::Lines;
use annotate_snippets::{AnnotationKind, Element, Level, Renderer, Snippet};
use std::fmt::Write;

/// Longest excerpt of a line, in bytes; of longer lines the part around the place is shown.
const WIDTH: usize = 160;
/// What is shown of a long line before the place.
const BEFORE: usize = 40;
/// Marks with at most so many lines between them are shown in one excerpt.
const NEAR: u32 = 3;

/// Every error, each with its message, file, line and column, the marked line, the places it refers to, and a note; with an
/// empty line behind each. The source is the text that was read; with `colour` the output has the sequences of terminals.
pub fn render(diagnostics: &[Diagnostic], source: &[u8], path: &str, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let lines = Lines::new(source);
    let mut out = String::new();
    for diagnostic in diagnostics {
        let excerpts = excerpts(diagnostic, source, &lines);
        let mut elements: Vec<Element<'_>> = Vec::new();
        for excerpt in &excerpts {
            let mut snippet = Snippet::source(&excerpt.text).line_start(excerpt.line as usize).path(path);
            for mark in &excerpt.marks {
                let kind = match mark.label {
                    None => AnnotationKind::Primary.span(mark.start..mark.end),
                    Some(label) => AnnotationKind::Context.span(mark.start..mark.end).label(label),
                };
                snippet = snippet.annotation(kind);
            }
            elements.push(snippet.into());
        }
        if let Some(note) = diagnostic.kind.note() {
            elements.push(Level::HELP.message(note).into());
        }
        let group = Level::ERROR.primary_title(diagnostic.kind.message()).elements(elements);
        let _ = writeln!(out, "{}\n", renderer.render(&[group]));
    }
    out
}

/// Some lines with marks in them; offsets are those of its text.
struct Excerpt {
    line: u32,
    text: String,
    marks: Vec<Mark>,
}

/// `None` for the place itself.
struct Mark {
    start: usize,
    end: usize,
    label: Option<&'static str>,
}

/// The part of a span that is in one line, and that line.
struct Place {
    line: u32,
    span: Span,
    label: Option<&'static str>,
}

/// The excerpts of an error, that with the error itself first.
fn excerpts(diagnostic: &Diagnostic, source: &[u8], lines: &Lines) -> Vec<Excerpt> {
    let mut span = diagnostic.span;
    if span.start == span.end {
        // The end of the text is shown behind the last thing in it.
        span.start = source[..(span.start as usize).min(source.len())].trim_ascii_end().len() as u32;
        span.end = span.start;
    }
    let place = |span: Span, label| Place { line: lines.line(span.start), span, label };
    let labels = diagnostic.labels.iter().map(|label| place(label.span, Some(label.text)));
    let mut near = vec![place(span, None)];
    let mut far = Vec::new();
    for label in labels {
        let close = label.line.abs_diff(near[0].line) <= NEAR;
        if close { near.push(label) } else { far.push(vec![label]) }
    }
    far.insert(0, near);
    far.iter().map(|places| excerpt(places, source, lines)).collect()
}

/// The lines of all these places.
fn excerpt(places: &[Place], source: &[u8], lines: &Lines) -> Excerpt {
    let first = places.iter().map(|place| place.line).min().unwrap_or(1);
    let last = places.iter().map(|place| place.line).max().unwrap_or(1);
    let mut out = Excerpt { line: first, text: String::new(), marks: Vec::new() };
    for line in first..=last {
        let start = lines.start(line) as usize;
        let length = source[start..].iter().position(|byte| *byte == b'\n').unwrap_or(source.len() - start);
        let text = &source[start..start + length];
        let marks = places.iter().filter(|place| place.line == line);
        let at = marks.clone().map(|place| place.span.start as usize - start).min().unwrap_or(0);
        let shown = window(text, at);
        for place in marks {
            let within =
                |offset: u32| (offset as usize).clamp(start + shown.start, start + shown.end) - start;
            let offset = |at: usize| out.text.len() + visible(&text[shown.start..at]).len();
            let (start, end) = (offset(within(place.span.start)), offset(within(place.span.end)));
            out.marks.push(Mark { start, end, label: place.label });
        }
        out.text.push_str(&visible(&text[shown]));
        out.text.push('\n');
    }
    for mark in &mut out.marks {
        mark.start = boundary(&out.text, mark.start);
        mark.end = boundary(&out.text, mark.end).max(mark.start);
    }
    out
}

/// What of a line is shown when the place is there.
fn window(text: &[u8], at: usize) -> std::ops::Range<usize> {
    if text.len() <= WIDTH {
        return 0..text.len();
    }
    let inside = |at: usize| text.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    let mut start = at.min(text.len()).saturating_sub(BEFORE);
    while inside(start) {
        start += 1;
    }
    let mut end = (start + WIDTH).min(text.len());
    while inside(end) {
        end += 1;
    }
    start..end
}

/// Text as it is shown; carriage returns are not.
fn visible(text: &[u8]) -> String {
    String::from_utf8_lossy(text).replace('\r', "")
}

/// The place itself, or where the character begins that it is in.
fn boundary(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
