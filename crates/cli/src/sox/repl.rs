//! `spandrel repl`: executes what is entered, one text after the other.

mod editor;

use super::{complain, machine, message, on_a_large_stack, output, report, say, search, tiers, told};
use crate::run::MemoryArgs;
use crate::tiers::TierArgs;
use sox_vm::{Error, Options, Session};
use std::cell::RefCell;
use std::io::{BufRead, BufReader, IsTerminal, Write, stderr, stdin, stdout};
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What messages call what was entered.
const NAME: &str = "<input>";

/// The languages that can be entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Language {
    Sox,
}

/// Executes what is entered, and shows the values of expressions
///
/// Text that ends too early goes on in the next line. Ctrl-C stops what is being executed, Ctrl-D or the end of the input ends
/// the session. Without a terminal, the standard input is executed without prompts.
#[derive(clap::Args)]
pub(crate) struct ReplArgs {
    /// The language
    #[arg(long, value_enum)]
    lang: Language,
    /// Drops what `print` prints
    #[arg(long)]
    suppress_print: bool,
    #[command(flatten)]
    memory: MemoryArgs,
    #[command(flatten)]
    tiers: TierArgs,
}

/// Executes what is entered.
pub(crate) fn repl(args: &ReplArgs) -> ExitCode {
    let Language::Sox = args.lang;
    on_a_large_stack(|| session(args, false))
}

/// The same with what the original command says in the end.
pub(super) fn repl_of_sox(suppress_print: bool) -> ExitCode {
    on_a_large_stack(|| {
        let (memory, tiers) = (MemoryArgs::default(), TierArgs::default());
        session(&ReplArgs { lang: Language::Sox, suppress_print, memory, tiers }, true)
    })
}

fn session(args: &ReplArgs, say_so: bool) -> u8 {
    let cancel = Arc::new(AtomicBool::new(false));
    let options = Options {
        heap: args.memory.config(),
        stdout: output(),
        // Byte by byte, so that what follows a line that a program reads is still there for the session.
        stdin: Box::new(BufReader::with_capacity(1, stdin())),
        args: std::env::args_os().take(1).map(|word| word.into_encoded_bytes()).collect(),
        search: search(),
        suppress_print: args.suppress_print,
        cancel: Arc::clone(&cancel),
        ..Options::default()
    };
    let tiers = match tiers(&args.tiers) {
        Ok(tiers) => tiers,
        Err(status) => return status,
    };
    let session = Rc::new(RefCell::new(Session::of(machine(options, &tiers), NAME)));
    let done = if stdin().is_terminal() && stdout().is_terminal() {
        editor::converse(&session, &cancel)
    } else {
        read_all(&session)
    };
    let done = done.and_then(|()| session.borrow().finish().map_err(|error| report(&error, b"")));
    match done.and_then(|()| told(&tiers)) {
        Ok(()) => {
            if say_so {
                say("Exiting sox ...");
            }
            0
        }
        Err(status) => status,
    }
}

/// Executes the standard input.
fn read_all(session: &RefCell<Session>) -> Result<(), u8> {
    let mut text = Vec::new();
    loop {
        // Locked for one line only: programs read from it, too.
        let read = stdin().lock().read_until(b'\n', &mut text);
        let ended = match read {
            Ok(count) => count == 0,
            Err(error) => {
                complain(&format!("error: cannot read the standard input: {error}"));
                return Err(74);
            }
        };
        if ended || !sox_syntax::parse(&text).is_incomplete() {
            execute(session, &text)?;
            text.clear();
        }
        if ended {
            return Ok(());
        }
    }
}

/// Executes a text; errors are reported and end nothing. The exit status when it wants the session to end.
fn execute(session: &RefCell<Session>, text: &[u8]) -> Result<(), u8> {
    match session.borrow_mut().run(text) {
        Ok(None) => Ok(()),
        Ok(Some(value)) => {
            // A closed pipe is no reason to fail: whoever closed it has read enough.
            let _ = stdout().write_all(&[&*value, b"\n"].concat());
            Ok(())
        }
        Err(Error::Exit(code)) => Err(code as u8),
        Err(error) => {
            let _ = stderr().write_all(&message(&error, text, stderr().is_terminal()));
            Ok(())
        }
    }
}
