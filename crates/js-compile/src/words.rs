//! What is wrong with a source, in V8's words where those of the parser are others.

use std::borrow::Cow;

/// The parser's messages and V8's.
const WORDS: [(&str, &str); 21] = [
    ("A 'return' statement can only be used within a function body.", "Illegal return statement"),
    (
        "A 'default' clause cannot appear more than once in a 'switch' statement.",
        "More than one default clause in switch statement",
    ),
    ("Cannot assign to this expression", "Invalid left-hand side in assignment"),
    ("Cannot use export statement outside a module", "Unexpected token 'export'"),
    ("Invalid assignment in object literal", "Invalid shorthand property initializer"),
    ("Invalid characters after number", "Invalid or unexpected token"),
    ("Invalid class declaration", "Unexpected token 'class'"),
    ("Keywords cannot contain escape characters", "Keyword must not contain escaped characters"),
    (
        "Logical expressions and coalesce expressions cannot be mixed",
        "Unexpected mix of '??' with '||' or '&&'",
    ),
    ("Missing catch or finally clause", "Missing catch or finally after try"),
    ("Multiple constructor implementations are not allowed.", "A class may only have one constructor"),
    (
        "Tagged template expressions are not permitted in an optional chain",
        "Invalid tagged template on optional chain",
    ),
    ("Unexpected import.meta expression", "Cannot use 'import.meta' outside a module"),
    ("Unexpected new.target expression", "new.target expression is not allowed here"),
    ("Unterminated regular expression", "Invalid regular expression: missing /"),
    ("Unterminated string", "Invalid or unexpected token"),
    ("'with' statements are not allowed", "Strict mode code may not include a with statement"),
    (
        "'0'-prefixed octal literals and octal escape sequences are deprecated",
        "Octal literals are not allowed in strict mode.",
    ),
    ("Cannot assign to 'eval' in strict mode", "Unexpected eval or arguments in strict mode"),
    ("Cannot assign to 'arguments' in strict mode", "Unexpected eval or arguments in strict mode"),
    (
        "`await` is only allowed within async functions and at the top levels of modules",
        "await is only valid in async functions and the top level bodies of modules",
    ),
];

/// The message for what is found at an offset in the text.
pub(crate) fn worded<'a>(message: &'a str, text: &str, offset: u32) -> Cow<'a, str> {
    if let Some((_, words)) = WORDS.iter().find(|(words, _)| *words == message) {
        return Cow::Borrowed(words);
    }
    if message.starts_with("'super' can only be referenced")
        || message.starts_with("Super calls are not permitted")
    {
        return Cow::Borrowed("'super' keyword unexpected here");
    }
    if message == "Unexpected token" {
        return Cow::Owned(unexpected(text.get(offset as usize..).unwrap_or_default()));
    }
    if message.ends_with("` but found `EOF`") {
        return Cow::Borrowed("Unexpected end of input");
    }
    if let Some(name) =
        message.strip_prefix("The keyword '").and_then(|rest| rest.strip_suffix("' is reserved"))
    {
        return match name {
            "let" | "static" | "implements" | "interface" | "package" | "private" | "protected"
            | "public" | "yield" => Cow::Borrowed("Unexpected strict mode reserved word"),
            _ => Cow::Borrowed("Unexpected reserved word"),
        };
    }
    // Names are in quotes as in all other messages.
    Cow::Owned(message.replace('`', "'"))
}

/// What is said of the token at the beginning of a text.
fn unexpected(rest: &str) -> String {
    let Some(first) = rest.chars().next() else { return "Unexpected end of input".to_owned() };
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let length = |of: &dyn Fn(char) -> bool| rest.find(|c: char| !of(c)).unwrap_or(rest.len());
    let known = |words: &[&str], token: &str| words.contains(&token);
    match first {
        '0'..='9' => "Unexpected number".to_owned(),
        '"' | '\'' => "Unexpected string".to_owned(),
        '`' => "Unexpected template string".to_owned(),
        '@' | '#' | '\\' => "Invalid or unexpected token".to_owned(),
        c if word(c) => {
            let token = rest.get(..length(&word)).unwrap_or_default();
            if token == "enum" {
                "Unexpected reserved word".to_owned()
            } else if known(&KEYWORDS, token) {
                format!("Unexpected token '{token}'")
            } else {
                format!("Unexpected identifier '{token}'")
            }
        }
        _ => {
            let token = PUNCTUATORS.into_iter().find(|token| rest.starts_with(token));
            token.map_or_else(
                || format!("Unexpected token '{first}'"),
                |token| format!("Unexpected token '{token}'"),
            )
        }
    }
}

/// Words that no identifier is.
const KEYWORDS: [&str; 35] = [
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "import",
    "in",
    "instanceof",
    "new",
    "null",
    "return",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "var",
    "void",
    "while",
    "with",
];

/// Punctuators of several characters, longer ones first.
const PUNCTUATORS: [&str; 33] = [
    ">>>=", "...", "===", "!==", "**=", "<<=", ">>=", ">>>", "&&=", "||=", "??=", "=>", "==", "!=", "<=",
    ">=", "&&", "||", "??", "?.", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<", ">>",
    "**",
];
