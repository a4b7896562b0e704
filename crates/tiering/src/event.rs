//! What happens to functions: one event per step, in a form for people and one for programs.
//!
//! `--tier-log=FILE` gets one JSON object per line and event. All of them have:
//!
//! | field | what it is |
//! |---|---|
//! | `event` | what happened, by its stable name, see below |
//! | `function` | the guest's name of the function |
//! | `id` | the engine's number of the function |
//! | `version` | number of the compiled version that this is about, from 1 |
//!
//! | `event` | further fields |
//! |---|---|
//! | `queued` | `priority`: higher goes first |
//! | `compiled` | `ns`: time on the compiler thread; `bytes`: size of the code |
//! | `declined` | `reason`: from [`Decline`]; `detail`: in words and numbers |
//! | `installed` | `ns`: time since it was queued |
//! | `discarded` | `reason`: from [`Discard`] |
//! | `exited` | `site`: number of the place; `reason`: the guest's name of it; `count`: exits there so far |
//! | `dropped`, `invalidated` | none |
//! | `evicted` | `bytes`: size of the code that was taken away to make room |
//! | `gave-up` | `reason`: from [`Decline`], or `versions`: so many were left too often |
//! | `osr-entered` | `entry`: number of the loop |

use crate::reason::{Decline, Discard};
use crate::tier::GaveUp;
use std::fmt::{self, Write};
use std::time::Duration;

/// Which function, and which version of its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionRef {
    /// The guest's name.
    pub name: String,
    /// The engine's number.
    pub id: u64,
    /// Version of the compiled code, from 1.
    pub version: u32,
}

/// One step in the life of a function.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The function.
    pub function: FunctionRef,
    /// What happened.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// A compilation was asked for.
    Queued {
        /// Its place in the order: higher goes first.
        priority: u32,
    },
    /// Code was made.
    Compiled {
        /// Time on the compiler thread.
        time: Duration,
        /// Bytes of code.
        bytes: usize,
    },
    /// No code was made.
    Declined {
        /// Why, from the table.
        reason: Decline,
        /// Why, in words and numbers.
        detail: String,
    },
    /// Callers are led to the code from now on.
    Installed {
        /// Time since it was asked for.
        latency: Duration,
    },
    /// Code was made and thrown away.
    Discarded(Discard),
    /// Compiled code was left.
    Exited {
        /// The place.
        site: u32,
        /// The guest's name of the reason.
        reason: String,
        /// Exits there so far.
        count: u32,
    },
    /// The code was taken away after too many exits, to be made again.
    Dropped,
    /// Something the code relied on no longer holds.
    Invalidated,
    /// The code was taken away to make room: it was not entered for a while.
    Evicted {
        /// Bytes of code.
        bytes: usize,
    },
    /// The function is not compiled any more.
    GaveUp(GaveUp),
    /// A loop was entered in compiled code.
    OsrEntered {
        /// Number of the loop.
        entry: u32,
    },
}

impl EventKind {
    /// The stable name.
    pub const fn name(&self) -> &'static str {
        match self {
            EventKind::Queued { .. } => "queued",
            EventKind::Compiled { .. } => "compiled",
            EventKind::Declined { .. } => "declined",
            EventKind::Installed { .. } => "installed",
            EventKind::Discarded(_) => "discarded",
            EventKind::Exited { .. } => "exited",
            EventKind::Dropped => "dropped",
            EventKind::Invalidated => "invalidated",
            EventKind::Evicted { .. } => "evicted",
            EventKind::GaveUp(_) => "gave-up",
            EventKind::OsrEntered { .. } => "osr-entered",
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FunctionRef { name, version, .. } = &self.function;
        write!(f, "{:<11} {name} v{version}", self.kind.name())?;
        match &self.kind {
            EventKind::Queued { priority } => write!(f, " priority {priority}"),
            EventKind::Compiled { time, bytes } => write!(f, " {bytes} bytes in {time:.1?}"),
            EventKind::Declined { reason, detail } => write!(f, " {reason}: {detail}"),
            EventKind::Installed { latency } => write!(f, " after {latency:.1?}"),
            EventKind::Discarded(why) => write!(f, " {why}"),
            EventKind::Exited { site, reason, count } => {
                write!(f, " at site {site}: {reason} (exit {count})")
            }
            EventKind::Evicted { bytes } => write!(f, " {bytes} bytes"),
            EventKind::GaveUp(why) => write!(f, " {why}"),
            EventKind::OsrEntered { entry } => write!(f, " loop {entry}"),
            EventKind::Dropped | EventKind::Invalidated => Ok(()),
        }
    }
}

impl Event {
    /// One JSON object, without a line end. Times are in nanoseconds.
    pub fn to_json(&self) -> String {
        let mut json = Json::new();
        json.text("event", self.kind.name());
        json.text("function", &self.function.name);
        json.number("id", self.function.id);
        json.number("version", self.function.version.into());
        match &self.kind {
            EventKind::Queued { priority } => json.number("priority", (*priority).into()),
            EventKind::Compiled { time, bytes } => {
                json.number("ns", nanos(*time));
                json.number("bytes", *bytes as u64);
            }
            EventKind::Declined { reason, detail } => {
                json.text("reason", reason.code());
                json.text("detail", detail);
            }
            EventKind::Installed { latency } => json.number("ns", nanos(*latency)),
            EventKind::Discarded(why) => json.text("reason", why.code()),
            EventKind::Exited { site, reason, count } => {
                json.number("site", (*site).into());
                json.text("reason", reason);
                json.number("count", (*count).into());
            }
            EventKind::Evicted { bytes } => json.number("bytes", *bytes as u64),
            EventKind::GaveUp(GaveUp::Declined(reason)) => json.text("reason", reason.code()),
            EventKind::GaveUp(GaveUp::Versions(n)) => json.number("versions", (*n).into()),
            EventKind::OsrEntered { entry } => json.number("entry", (*entry).into()),
            EventKind::Dropped | EventKind::Invalidated => {}
        }
        json.finish()
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// A JSON object being written.
struct Json(String);

impl Json {
    fn new() -> Json {
        Json(String::from("{"))
    }

    fn key(&mut self, key: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.string(key);
        self.0.push(':');
    }

    fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        self.string(value);
    }

    fn number(&mut self, key: &str, value: u64) {
        self.key(key);
        self.0.push_str(&value.to_string());
    }

    fn string(&mut self, text: &str) {
        self.0.push('"');
        for c in text.chars() {
            match c {
                '"' | '\\' => self.0.extend(['\\', c]),
                '\u{0}'..='\u{1f}' => {
                    // Writing to a string cannot fail.
                    let _ = write!(self.0, "\\u{:04x}", u32::from(c));
                }
                _ => self.0.push(c),
            }
        }
        self.0.push('"');
    }

    fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: EventKind) -> Event {
        Event { function: FunctionRef { name: "get \"x\"\n".to_owned(), id: 7, version: 2 }, kind }
    }

    #[test]
    fn objects_are_one_line_each_and_escaped() {
        let json = event(EventKind::Exited { site: 3, reason: "shape".to_owned(), count: 5 }).to_json();
        assert_eq!(
            json,
            r#"{"event":"exited","function":"get \"x\"\u000a","id":7,"version":2,"site":3,"reason":"shape","count":5}"#
        );
        let json = event(EventKind::Dropped).to_json();
        assert_eq!(json, r#"{"event":"dropped","function":"get \"x\"\u000a","id":7,"version":2}"#);
        assert!(event(EventKind::Evicted { bytes: 640 }).to_json().ends_with(r#""version":2,"bytes":640}"#));
    }

    #[test]
    fn people_get_names_and_numbers() {
        let time = Duration::from_micros(1500);
        let text = event(EventKind::Compiled { time, bytes: 64 }).to_string();
        assert!(text.starts_with("compiled    get") && text.ends_with("v2 64 bytes in 1.5ms"), "{text}");
        let kind = EventKind::Declined { reason: Decline::TooLarge, detail: "12 of 10".to_owned() };
        assert!(event(kind).to_string().ends_with("too-large: 12 of 10"));
    }
}
