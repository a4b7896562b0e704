//! Runs programs, each also with a collection at every allocation.

use sox_vm::{Error, Options, Vm};
use std::io::{self, Cursor, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// What `readLine` finds.
const INPUT: &[u8] = b"first\n\nthird line\r\nno line feed";

/// A writer that others can read.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What became of a program.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) result: Result<(), Error>,
}

/// Runs a program with options changed.
pub(crate) fn run_with(source: &str, change: impl FnOnce(&mut Options)) -> Outcome {
    let (out, err) = (Shared::default(), Shared::default());
    let mut options = Options {
        stdout: Box::new(out.clone()),
        stderr: Box::new(err.clone()),
        stdin: Box::new(Cursor::new(INPUT)),
        args: [&b"sox"[..], b"test.sox", b"one", b"two"].map(<[u8]>::to_vec).into(),
        ..Options::default()
    };
    change(&mut options);
    let module =
        Vm::compile("test.sox", source.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{source}"));
    let result = Vm::new(options).run(module);
    Outcome { out: out.text(), err: err.text(), result }
}

/// Runs a program twice, the second time with a collection at every allocation.
pub(crate) fn run_twice(source: &str) -> [Outcome; 2] {
    let stressed = |options: &mut Options| {
        options.heap.stress = true;
        options.heap.verify = true;
    };
    [run_with(source, |_| {}), run_with(source, stressed)]
}

/// What a program writes, one line after the other.
#[track_caller]
pub(crate) fn lines(source: &str, expected: &[&str]) {
    for outcome in run_twice(source) {
        assert_eq!(outcome.result, Ok(()), "{}", outcome.out);
        assert_eq!(outcome.out.lines().collect::<Vec<_>>(), expected);
    }
}

/// What expressions print, after some statements; messages of errors follow a `!`.
#[track_caller]
pub(crate) fn each_after(before: &str, cases: &[(&str, &str)]) {
    let mut source = format!("{before}\n");
    for (expression, _) in cases {
        source += &format!("try {{ print {expression}; }} catch e {{ print \"! \" + e.message; }}\n");
    }
    for outcome in run_twice(&source) {
        assert_eq!(outcome.result, Ok(()), "{}", outcome.out);
        let mut printed = outcome.out.lines();
        for (expression, expected) in cases {
            assert_eq!(printed.next(), Some(*expected), "{expression}");
        }
        assert_eq!(printed.next(), None);
    }
}

/// The same without statements.
#[track_caller]
pub(crate) fn each(cases: &[(&str, &str)]) {
    each_after("", cases);
}
