//! Lines from a terminal: editing, history, completion.

use super::{complain, execute};
use rustyline::completion::Completer;
use rustyline::config::CompletionType;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Config, Context, Editor, Helper};
use signal_hook::consts::SIGINT;
use sox_vm::Session;
use std::cell::RefCell;
use std::io;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Entries of the history that are kept.
const ENTRIES: usize = 1000;

/// Words of the language, those that are words in some places only among them.
const WORDS: [&str; 32] = [
    "and",
    "assert",
    "break",
    "case",
    "catch",
    "class",
    "continue",
    "default",
    "defer",
    "else",
    "false",
    "fn",
    "for",
    "foreach",
    "if",
    "implements",
    "import",
    "in",
    "interface",
    "is",
    "nil",
    "or",
    "print",
    "return",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "var",
    "while",
];

type Lines = Editor<Assistant, DefaultHistory>;

/// Executes what is entered until its end.
pub(super) fn converse(session: &Rc<RefCell<Session>>, cancel: &Arc<AtomicBool>) -> Result<(), u8> {
    let failed = |error: &dyn std::fmt::Display| {
        complain(&format!("error: cannot use the terminal: {error}"));
        74
    };
    // Asked twice to stop, the process ends.
    signal_hook::flag::register_conditional_default(SIGINT, Arc::clone(cancel))
        .and_then(|_| signal_hook::flag::register(SIGINT, Arc::clone(cancel)))
        .map_err(|error| failed(&error))?;
    let mut lines = editor(session).map_err(|error| failed(&error))?;
    let mut history = history(&mut lines);
    loop {
        match lines.readline("> ") {
            Ok(text) => {
                remember(&mut lines, &mut history, &text);
                cancel.store(false, Ordering::Relaxed);
                execute(session, text.as_bytes())?;
            }
            // What was being entered is dropped.
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => return Ok(()),
            Err(error) => return Err(failed(&error)),
        }
    }
}

fn editor(session: &Rc<RefCell<Session>>) -> rustyline::Result<Lines> {
    let config = Config::builder().completion_type(CompletionType::List).auto_add_history(false);
    let config = config.max_history_size(ENTRIES)?.history_ignore_space(true).build();
    let mut lines = Editor::with_config(config)?;
    lines.set_helper(Some(Assistant { session: Rc::clone(session) }));
    Ok(lines)
}

/// Adds an entry, and writes it to the file.
fn remember(lines: &mut Lines, history: &mut Option<PathBuf>, text: &str) {
    // It refuses entries only that are not to be kept.
    let _ = lines.add_history_entry(text.trim_end());
    let Some(file) = history.take() else { return };
    match lines.append_history(&file) {
        Ok(()) => *history = Some(file),
        // Said once: there is no file from here on.
        Err(error) => complain(&format!("warning: cannot keep the history in {}: {error}", file.display())),
    }
}

/// The file of the history, whose entries are there afterwards.
fn history(lines: &mut Lines) -> Option<PathBuf> {
    let file = data_folder()?.join("spandrel").join("sox_history");
    let read = match lines.load_history(&file) {
        Err(ReadlineError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
            file.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(ReadlineError::from)
        }
        read => read,
    };
    if let Err(error) = read {
        complain(&format!("warning: cannot keep the history in {}: {error}", file.display()));
        return None;
    }
    Some(file)
}

/// Where programs keep data of the user.
fn data_folder() -> Option<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if cfg!(windows) {
        return absolute("LOCALAPPDATA");
    }
    let home = || std::env::home_dir().filter(|home| home.is_absolute());
    if cfg!(target_os = "macos") {
        return home().map(|home| home.join("Library/Application Support"));
    }
    absolute("XDG_DATA_HOME").or_else(|| home().map(|home| home.join(".local/share")))
}

/// What helps while a text is entered.
struct Assistant {
    session: Rc<RefCell<Session>>,
}

impl Helper for Assistant {}
impl Highlighter for Assistant {}

impl Hinter for Assistant {
    type Hint = String;
}

impl Validator for Assistant {
    /// A text that ends too early goes on in the next line.
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let incomplete = sox_syntax::parse(context.input().as_bytes()).is_incomplete();
        Ok(if incomplete { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

impl Completer for Assistant {
    type Candidate = String;

    fn complete(&self, line: &str, place: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(complete(&self.session.borrow(), &line[..place]))
    }
}

/// Where the last word of a text begins, and what it can become.
fn complete(session: &Session, text: &str) -> (usize, Vec<String>) {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let start = text.trim_end_matches(is_part).len();
    let (before, word) = text.split_at(start);
    let names = match before.strip_suffix('.') {
        // Behind two dots there is the end of a range.
        Some(object) if !object.ends_with('.') => {
            let name = &object[object.trim_end_matches(is_part).len()..];
            session.members((!name.is_empty()).then_some(name))
        }
        _ if word.is_empty() => return (start, Vec::new()),
        _ => {
            let mut names = session.names();
            names.extend(WORDS.map(str::to_owned));
            names
        }
    };
    (start, names.into_iter().filter(|name| name.starts_with(word)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sox_vm::Options;

    #[test]
    fn words_names_and_members_are_completed() {
        let mut session = Session::new(Options::default(), "test");
        let source = "var point = {left: 1, len: 2}\nclass A { area() {} }\nvar a = A()\nvar count = 3";
        assert_eq!(session.run(source.as_bytes()), Ok(None));
        let found = |text| {
            let (start, found) = complete(&session, text);
            (start, found.join(" "))
        };
        assert_eq!(found("print cou"), (6, "count".to_owned()));
        assert_eq!(found("con"), (0, "contains continue".to_owned()));
        assert_eq!(found("whi"), (0, "while".to_owned()));
        assert_eq!(found("point.le"), (6, "left len".to_owned()));
        assert_eq!(found("a.ar"), (2, "area".to_owned()));
        assert_eq!(found("f().toUpperCaseOrSo"), (4, String::new()));
        assert_eq!(found("x.indexO"), (2, "indexOf".to_owned()));
        assert_eq!(found("1..cou"), (3, "count".to_owned()));
        assert_eq!(found("1 + "), (4, String::new()));
    }
}
