//! Where events go: a tally always, and sinks for people and for programs when they were asked for.

use crate::event::Event;
use crate::flags::Flags;
use crate::tally::{Tally, Totals};
use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

type Sink = Box<dyn Write + Send>;

/// Takes events from every thread.
#[derive(Default)]
pub struct Trace {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    tally: Tally,
    human: Option<Sink>,
    machine: Option<Sink>,
    /// The first write that failed; sinks are closed then.
    failed: Option<io::Error>,
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace").field("totals", &self.totals()).finish_non_exhaustive()
    }
}

impl Trace {
    /// Counts, and writes nothing.
    pub fn new() -> Trace {
        Trace::default()
    }

    /// As the command line says: `--trace-tiers` writes to standard error.
    ///
    /// # Errors
    /// When the log cannot be created.
    pub fn from_flags(flags: &Flags) -> io::Result<Trace> {
        let mut trace = Trace::new();
        if flags.trace_tiers {
            trace = trace.with_human(Box::new(io::stderr()));
        }
        if let Some(path) = &flags.log {
            trace = trace.with_machine(Box::new(BufWriter::new(File::create(path)?)));
        }
        Ok(trace)
    }

    /// Writes lines for people.
    #[must_use]
    pub fn with_human(self, sink: Box<dyn Write + Send>) -> Trace {
        self.lock().human = Some(sink);
        self
    }

    /// Writes one JSON object per line.
    #[must_use]
    pub fn with_machine(self, sink: Box<dyn Write + Send>) -> Trace {
        self.lock().machine = Some(sink);
        self
    }

    /// Takes an event.
    pub fn event(&self, event: &Event) {
        let mut inner = self.lock();
        inner.tally.count(event);
        let Inner { human, machine, .. } = &mut *inner;
        let human = human.as_mut().map_or(Ok(()), |sink| writeln!(sink, "[tier] {event}"));
        let machine = machine.as_mut().map_or(Ok(()), |sink| writeln!(sink, "{}", event.to_json()));
        if let Err(error) = human.and(machine) {
            // A log that cannot be written must not stop the program; `finish` reports it.
            (inner.human, inner.machine, inner.failed) = (None, None, Some(error));
        }
    }

    /// What was counted so far.
    pub fn totals(&self) -> Totals {
        self.lock().tally.totals().clone()
    }

    /// Brings the sinks up to date.
    ///
    /// # Errors
    /// When something could not be written, now or before.
    pub fn finish(&self) -> io::Result<()> {
        let mut inner = self.lock();
        if let Some(error) = inner.failed.take() {
            return Err(error);
        }
        let Inner { human, machine, .. } = &mut *inner;
        human.iter_mut().chain(machine).try_for_each(|sink| sink.flush())
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Counts and sinks are whole between statements; a panic elsewhere does not spoil them.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{EventKind, FunctionRef};
    use std::sync::Arc;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Full;

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::other("disk full"))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn event() -> Event {
        let function = FunctionRef { name: "f".to_owned(), id: 1, version: 1 };
        Event { function, kind: EventKind::Invalidated }
    }

    #[test]
    fn both_sinks_get_every_event_as_a_line() {
        let (human, machine) = (Shared::default(), Shared::default());
        let trace = Trace::new().with_human(Box::new(human.clone())).with_machine(Box::new(machine.clone()));
        trace.event(&event());
        trace.event(&event());
        trace.finish().unwrap();
        let text = |shared: &Shared| String::from_utf8(shared.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text(&human), "[tier] invalidated f v1\n".repeat(2));
        assert_eq!(text(&machine).lines().count(), 2);
        assert!(text(&machine).starts_with("{\"event\":\"invalidated\""));
        assert_eq!(trace.totals().events["invalidated"], 2);
    }

    #[test]
    fn a_full_disk_is_reported_once_and_counting_goes_on() {
        let trace = Trace::new().with_machine(Box::new(Full));
        trace.event(&event());
        trace.event(&event());
        assert_eq!(trace.totals().events["invalidated"], 2);
        assert_eq!(trace.finish().unwrap_err().to_string(), "disk full");
        trace.finish().unwrap();
    }

    #[test]
    fn flags_open_the_log() {
        let path = std::env::temp_dir().join(format!("spandrel-tier-log-{}", std::process::id()));
        let flags = Flags { log: Some(path.clone()), ..Flags::default() };
        let trace = Trace::from_flags(&flags).unwrap();
        trace.event(&event());
        trace.finish().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(path).unwrap();
        assert_eq!(text.lines().count(), 1);
        let nowhere = Flags { log: Some("/no/such/folder/log".into()), ..Flags::default() };
        assert!(Trace::from_flags(&nowhere).is_err());
    }
}
