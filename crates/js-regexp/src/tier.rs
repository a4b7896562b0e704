//! Patterns as programs use them: interpreted first, by machine code once they are hot, where there is a tier that makes some.

use crate::{Host, Program, Stop, Text};
use std::any::Any;
use std::cell::{Cell, OnceCell};
use std::sync::Arc;

/// What came of a search: the places of the groups' captures, two for each, or none; or why it was given up.
pub type Found = Result<Option<Vec<u32>>, Stop>;

/// What makes machine code of programs and runs it.
pub trait Tier: Send {
    /// The work on texts of one width, in steps and characters roughly, after which there is to be machine code for them. 0: before there
    /// was any.
    fn threshold(&self) -> u64;

    /// Has machine code made for texts of one width. None where that will never be.
    fn request(&self, name: &str, program: &Arc<Program>, wide: bool) -> Option<Box<dyn Any + Send>>;

    /// Whether machine code is there, of what [`Tier::request`] gave.
    fn is_ready(&self, native: &dyn Any) -> bool;

    /// Looks for a match in machine code, of what [`Tier::request`] gave. None where there is none, or no more, or not yet.
    fn run(&self, native: &dyn Any, program: &Program, search: Search<'_>) -> Option<Found>;
}

/// A search: at a place of a text or, unless `sticky`, behind it.
#[derive(Clone, Copy)]
pub struct Search<'a> {
    /// Who wants it.
    pub host: &'a dyn Host,
    /// The text.
    pub text: Text<'a>,
    /// The place.
    pub at: usize,
    /// Whether a match has to be there.
    pub sticky: bool,
}

/// A program, and what there is of it in machine code.
pub struct Pattern {
    program: Arc<Program>,
    /// For texts of bytes, and of 16-bit units.
    widths: [Width; 2],
}

#[derive(Default)]
struct Width {
    /// What was done by the interpreter so far.
    work: Cell<u64>,
    native: OnceCell<Option<Box<dyn Any + Send>>>,
}

/// Steps between two looks at the host.
pub(crate) const PATIENCE: u32 = 256;

impl Pattern {
    /// A pattern of which nothing is known but the program.
    pub fn new(program: Program) -> Pattern {
        Pattern { program: Arc::new(program), widths: Default::default() }
    }

    /// The program.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Looks for a match: the places of the groups' captures, two for each.
    ///
    /// # Errors
    /// Why it was given up.
    pub fn execute(&self, tier: Option<&dyn Tier>, search: Search<'_>) -> Found {
        let Some(tier) = tier else { return self.program.execute(search).0 };
        let wide = matches!(search.text, Text::Utf16(_));
        let counting = Counting {
            host: search.host,
            pattern: self,
            tier,
            wide,
            polls: Cell::new(0),
            ready: Cell::new(false),
        };
        if let Some(found) = counting.run(search) {
            return found;
        }
        let (found, work) = self.program.execute(Search { host: &counting, ..search });
        if counting.ready.get() {
            // From the start once more: that is as far as the interpreter came in little time.
            return counting.run(search).unwrap_or_else(|| self.program.execute(search).0);
        }
        let width = counting.width();
        width.work.set(width.work.get().saturating_add(work));
        found
    }
}

/// Looks at how much work it is while a match goes on.
struct Counting<'a> {
    host: &'a dyn Host,
    pattern: &'a Pattern,
    tier: &'a dyn Tier,
    wide: bool,
    polls: Cell<u64>,
    /// Machine code came to be there while the interpreter was at work.
    ready: Cell<bool>,
}

impl Counting<'_> {
    fn width(&self) -> &Width {
        &self.pattern.widths[usize::from(self.wide)]
    }

    fn native(&self) -> Option<&dyn Any> {
        let width = self.width();
        let hot = width.work.get() >= self.tier.threshold();
        if width.native.get().is_none() && hot {
            let native = self.tier.request(&self.host.name(), &self.pattern.program, self.wide);
            let _ = width.native.set(native);
        }
        width.native.get()?.as_ref().map(|native| &**native as &dyn Any)
    }

    fn run(&self, search: Search<'_>) -> Option<Found> {
        let native = self.native()?;
        self.tier.run(native, &self.pattern.program, search)
    }
}

/// Polls between two looks at whether machine code is there.
const BETWEEN: u64 = 64;

impl Host for Counting<'_> {
    fn poll(&self) -> bool {
        let (polls, width) = (self.polls.get() + 1, self.width());
        self.polls.set(polls);
        width.work.set(width.work.get().saturating_add(u64::from(PATIENCE)));
        if !self.host.poll() {
            return false;
        }
        if polls % BETWEEN == 0
            && let Some(native) = self.native()
            && self.tier.is_ready(native)
        {
            self.ready.set(true);
            return false;
        }
        true
    }

    fn name(&self) -> String {
        self.host.name()
    }
}
