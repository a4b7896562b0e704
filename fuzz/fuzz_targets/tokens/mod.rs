//! Source texts as tokens, some of which are put in the places of others.

/// Puts tokens in the places of others of their kind, so that most of what was a program is one still. Any three bytes are an edit,
/// eight of them at most: where, and how many tokens behind that one of its kind is looked for, `nearest` added.
pub fn edit(tokens: &mut [&str], edits: &[u8], nearest: usize) {
    let count = tokens.len();
    for edit in edits.chunks_exact(3).take(8) {
        let to = usize::from(u16::from_le_bytes([edit[0], edit[1]])) % count.max(1);
        // Things that are alike stand near one another.
        let mut behind = (0..count).map(|step| (to + nearest + usize::from(edit[2]) + step) % count);
        if let Some(from) = behind.find(|from| kind(tokens[*from]) == kind(tokens[to])) {
            tokens[to] = tokens[from];
        }
    }
}

/// What a sign is part of.
#[derive(PartialEq)]
enum Kind {
    Number,
    Word,
    Space,
    Other,
}

fn kind(token: &str) -> Kind {
    match token.chars().next() {
        Some('0'..='9') => Kind::Number,
        Some('a'..='z' | 'A'..='Z' | '_' | '$') => Kind::Word,
        Some(' ' | '\n') => Kind::Space,
        _ => Kind::Other,
    }
}

/// Words and numbers, and single signs.
pub fn tokens(source: &str) -> Vec<&str> {
    let word = |c: char| matches!(kind(c.encode_utf8(&mut [0; 4])), Kind::Number | Kind::Word);
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let end = if word(first) { rest.find(|c| !word(c)) } else { Some(first.len_utf8()) };
        let (token, after) = rest.split_at(end.unwrap_or(rest.len()));
        tokens.push(token);
        rest = after;
    }
    tokens
}
