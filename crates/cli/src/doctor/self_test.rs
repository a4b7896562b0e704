//! Tries out what the rest of the program relies on: real calls and callbacks, made by `ffi`, and compiled JavaScript.

use super::report::Check;
use js_host::{Host, Limits, Options};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// Every test, in the order they ran.
pub(crate) fn run() -> Vec<Check> {
    let calls = ffi::self_test().into_iter().map(|check| Check { name: check.name, outcome: check.result });
    let javascript = js_host::JIT.then(|| Check { name: "compiled JavaScript", outcome: javascript() });
    calls.chain(javascript).collect()
}

/// Loops, calls and an exception, with a result that is known.
const PROGRAM: &str = "
function sum(list, scale) {
  let total = 0;
  for (const value of list) total += value * scale;
  return total;
}
function guarded(value) {
  try { return sum(value, 0.5); } catch (error) { return error.constructor.name; }
}
const list = [];
for (let i = 0; i < 100; i++) list.push(i);
console.log(guarded(list), guarded(null));
";
const EXPECTED: &str = "2475 TypeError\n";

/// Runs a program all of whose functions are compiled.
fn javascript() -> Result<String, String> {
    let written = Written::default();
    let limits = Limits { threshold: 1, ..Limits::default() };
    let [out, err] = [written.clone(), written.clone()].map(Box::new);
    let host =
        Host::new(Options { limits, out, err, ..Options::default() }).map_err(|error| error.to_string())?;
    let status = host.run("self-test.js", PROGRAM, js_host::Kind::Script);
    let text = written.text();
    if status != 0 || text != EXPECTED {
        return Err(format!("exit status {status}, printed {text:?}, expected {EXPECTED:?}"));
    }
    let tally = host.vm().tier_tally();
    match tally.declined.first() {
        _ if tally.compiled > 0 => Ok(format!("{} functions, {} bytes", tally.compiled, tally.bytes)),
        Some(("code-memory", _)) => Ok("interpreted, without executable memory".to_owned()),
        _ => Err("nothing was compiled".to_owned()),
    }
}

/// What a program writes.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
