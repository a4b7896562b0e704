//! How deep the native stack may get for a source: trees are walked recursively.

use js_bytecode::SyntaxError;

/// Stack that one level of nesting takes at most, in all passes, as measured by `tests/nesting.rs`, doubled.
const PER_LEVEL: usize = if cfg!(debug_assertions) { 4 << 10 } else { 2 << 10 };
/// Stack that a caller is expected to have.
const AT_HAND: usize = 1 << 20;
/// The largest stack asked for.
const LARGEST: usize = 1 << 30;

/// Runs a compilation where the stack suffices for its source.
pub(crate) fn with_stack<T: Send>(
    source: &str,
    run: impl FnOnce() -> Result<T, SyntaxError> + Send,
) -> Result<T, SyntaxError> {
    let needed = needed(source);
    if needed <= AT_HAND {
        return run();
    }
    if needed > LARGEST {
        return Err(too_deep());
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(needed + AT_HAND).spawn_scoped(scope, run);
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(result)) => result,
            _ => Err(too_deep()),
        }
    })
}

fn too_deep() -> SyntaxError {
    SyntaxError { message: String::from("The source is nested too deeply"), offset: 0, reference: false }
}

/// The stack for the source: every token that could begin a level counts, until that is too much to be true.
fn needed(source: &str) -> usize {
    let most = source.bytes().filter(|&b| opens(b)).count() * PER_LEVEL;
    if most <= LARGEST { most } else { (estimate(source) + 64) * PER_LEVEL }
}

/// Whether a character may begin or end a token that has others inside it. Keywords come with spaces or brackets.
fn opens(byte: u8) -> bool {
    matches!(
        byte,
        b'(' | b'['
            | b'{'
            | b'='
            | b'?'
            | b'!'
            | b'~'
            | b'+'
            | b'-'
            | b'*'
            | b'/'
            | b'%'
            | b'&'
            | b'|'
            | b'^'
            | b'<'
            | b'>'
            | b':'
            | b' '
            | b'.'
            | b'`'
            | b'\n'
            | b'\t'
    )
}

/// The deepest nesting of brackets, with the operators between them, ignoring strings and comments as well as can be told.
fn estimate(source: &str) -> usize {
    let bytes = source.as_bytes();
    let (mut depth, mut deepest, mut chain) = (0usize, 0usize, Vec::new());
    let mut current = 0usize;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' | b'\'' => at = skip_string(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                while bytes.get(at).is_some_and(|&b| b != b'\n') {
                    at += 1;
                }
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                at += 2;
                while at < bytes.len() && !(bytes.get(at) == Some(&b'*') && bytes.get(at + 1) == Some(&b'/'))
                {
                    at += 1;
                }
            }
            b'(' | b'[' | b'{' => {
                chain.push(current);
                current = 0;
                depth += 1;
            }
            b')' | b']' | b'}' => {
                depth -= usize::from(depth > 0);
                current = chain.pop().unwrap_or(0);
            }
            b';' | b',' => current = 0,
            b => current += usize::from(opens(b) && b != b'\n' && b != b'\t'),
        }
        at += 1;
        deepest = deepest.max(depth + current + chain.last().copied().unwrap_or(0));
    }
    deepest
}

fn skip_string(bytes: &[u8], from: usize) -> usize {
    let quote = bytes.get(from).copied();
    let mut at = from + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' => return at,
            b if Some(b) == quote => return at,
            _ => {}
        }
        at += 1;
    }
    at
}
