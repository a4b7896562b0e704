//! From places in a text to lines.

use crate::ast::Span;

/// Where the lines of a text begin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// First bytes of all lines but the first.
    starts: Vec<u32>,
}

impl Lines {
    /// Of a text with less than 4 GiB.
    pub fn new(source: &[u8]) -> Lines {
        let ends = source.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        Lines { starts: ends.map(|(at, _)| at as u32 + 1).collect() }
    }

    /// The line that a byte is in, counted from 1.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|start| *start <= offset) as u32 + 1
    }

    /// The line that a node ends in: what diagnostics at run time call its line.
    pub fn line_of(&self, span: Span) -> u32 {
        self.line(span.end.saturating_sub(1).max(span.start))
    }

    /// The first byte of a line.
    pub(crate) fn start(&self, line: u32) -> u32 {
        (line as usize).checked_sub(2).and_then(|index| self.starts.get(index)).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_with_its_line_feed() {
        let lines = Lines::new(b"ab\n\ncd");
        assert_eq!([0, 2, 3, 4, 5, 6].map(|at| lines.line(at)), [1, 1, 2, 3, 3, 3]);
        assert_eq!([1, 2, 3, 4].map(|line| lines.start(line)), [0, 3, 4, 0]);
        assert_eq!(lines.line_of(Span { start: 0, end: 3 }), 1);
        assert_eq!(lines.line_of(Span { start: 0, end: 5 }), 3);
        assert_eq!(lines.line_of(Span { start: 4, end: 4 }), 3);
    }
}
