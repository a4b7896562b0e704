//! What the parser lets pass in literals of regular expressions.

use oxc_ast::ast::{RegExpFlags, RegExpLiteral};

/// Whether a literal has an escape that is none when there is a Unicode flag: `\c` without a letter behind it within a class, `\0`
/// with a digit behind it when there are groups (22.2.1 CharacterEscape).
pub(crate) fn has_bad_escape(literal: &RegExpLiteral<'_>) -> bool {
    if !literal.regex.flags.intersects(RegExpFlags::U | RegExpFlags::V) {
        return false;
    }
    let mut chars = literal.regex.pattern.text.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            continue;
        }
        let (escaped, next) = (chars.next(), chars.clone().next());
        if escaped == Some('c') && !next.is_some_and(|next| next.is_ascii_alphabetic())
            || escaped == Some('0') && next.is_some_and(|next| next.is_ascii_digit())
        {
            return true;
        }
    }
    false
}
