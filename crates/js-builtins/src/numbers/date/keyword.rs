//! Words that mean something in dates as people write them.

/// What a word means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    /// Hours to be added to those of a half day.
    HalfDay(i64),
    /// A month, from 1.
    Month(i64),
    /// Hours that local time is ahead of UTC.
    Zone(i64),
    /// `T` between date and time.
    TimeSeparator,
    /// Nothing.
    Unknown,
}

const MONTHS: &[u8] = b"janfebmaraprmayjunjulaugsepoctnovdec";

/// The meaning of a word in lower case: months by their first three letters, others as a whole.
pub(super) fn keyword(word: &str) -> Keyword {
    let month = word.as_bytes().get(..3).and_then(|start| MONTHS.chunks(3).position(|month| month == start));
    if let Some(month) = month {
        return Keyword::Month(month as i64 + 1);
    }
    match word {
        "am" => Keyword::HalfDay(0),
        "pm" => Keyword::HalfDay(12),
        "ut" | "utc" | "z" | "gmt" => Keyword::Zone(0),
        "est" | "cdt" => Keyword::Zone(-5),
        "edt" => Keyword::Zone(-4),
        "cst" | "mdt" => Keyword::Zone(-6),
        "mst" | "pdt" => Keyword::Zone(-7),
        "pst" => Keyword::Zone(-8),
        "t" => Keyword::TimeSeparator,
        _ => Keyword::Unknown,
    }
}
