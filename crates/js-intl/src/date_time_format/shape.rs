//! What a format shows: fields, or styles.

use super::calendars::Length;
use super::fields::Fields;

/// One of the four styles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Style {
    Full,
    Long,
    Medium,
    Short,
}

impl Style {
    pub(crate) const NAMES: &[&str] = &["full", "long", "medium", "short"];

    pub(crate) fn from_name(name: &str) -> Option<Style> {
        Some(match name {
            "full" => Style::Full,
            "long" => Style::Long,
            "medium" => Style::Medium,
            "short" => Style::Short,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Style::Full => "full",
            Style::Long => "long",
            Style::Medium => "medium",
            Style::Short => "short",
        }
    }

    pub(super) fn length(self) -> Length {
        match self {
            Style::Full | Style::Long => Length::Long,
            Style::Medium => Length::Medium,
            Style::Short => Length::Short,
        }
    }
}

/// What a format shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    Fields(Fields),
    /// Styles, and whether times name their zone where the style does.
    Styles {
        date: Option<Style>,
        time: Option<Style>,
        zone: bool,
    },
}
