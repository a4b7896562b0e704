//! Leaving statements: break, continue and return through what has to happen on the way.

use super::Gen;
use crate::emit::{Label, Reg, Region};
use js_bytecode::{FunctionKind, Op};

/// A way out of a statement, for the dispatch behind `finally`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// To the break label of the control entry with this index.
    Break(usize),
    Continue(usize),
    Return,
}

/// A statement around what is being compiled.
pub(super) enum Control {
    /// A loop, switch or labelled statement.
    /// A loop over an iterator has two, since only its `break` leaves the iterator.
    Target { labels: Vec<String>, end: Option<Label>, next: Option<Label>, plain: bool },
    /// Code whose exceptions are caught.
    Catch { region: Region },
    /// Code behind which an iterator is closed.
    Iterator { iterator: Reg, asynchronous: bool, region: Region },
    /// Code behind which a `finally` runs: how it was left is in a register, the value or exception in the next.
    Finally { how: Reg, entry: Label, exits: Vec<Exit>, region: Region },
}

impl Control {
    fn region(&mut self) -> Option<&mut Region> {
        match self {
            Control::Catch { region }
            | Control::Iterator { region, .. }
            | Control::Finally { region, .. } => Some(region),
            Control::Target { .. } => None,
        }
    }
}

/// A resumption of `yield` by return(), whose code comes later.
pub(super) struct PendingReturn {
    label: Label,
    value: Reg,
    depth: usize,
}

/// How a `finally` is entered.
pub(super) const NORMAL: i32 = 0;
/// The same, by an exception.
pub(super) const THROWN: i32 = 1;
/// The first of the ways out that the source has.
const FIRST_EXIT: i32 = 2;

impl Gen<'_, '_> {
    /// Jumps out of the statements from the entry on.
    pub(super) fn exit(&mut self, exit: Exit, value: Option<Reg>) {
        if self.f.e.dead {
            return;
        }
        // The target of a break is left, too, as far as iterators are concerned; that of a continue is not.
        let stop = match exit {
            Exit::Break(index) | Exit::Continue(index) => index + 1,
            Exit::Return => 0,
        };
        let mut suspended = self.f.control.len();
        let mut value = value;
        while suspended > stop {
            suspended -= 1;
            self.suspend(suspended);
            match self.f.control.get_mut(suspended) {
                Some(Control::Iterator { iterator, asynchronous, .. }) => {
                    let (iterator, asynchronous) = (*iterator, *asynchronous);
                    self.close_iterator(iterator, asynchronous);
                }
                Some(Control::Finally { how, entry, exits, .. }) => {
                    let (how, entry) = (*how, *entry);
                    let number = exits.iter().position(|&e| e == exit).unwrap_or_else(|| {
                        exits.push(exit);
                        exits.len() - 1
                    });
                    if let Some(value) = value.take() {
                        self.f.e.mov(how + 1, value);
                    }
                    self.f.e.load_int(how, FIRST_EXIT + number as i32);
                    self.f.e.jump(Op::Jump, 0, 0, entry);
                    return self.resume(suspended);
                }
                _ => {}
            }
        }
        match (exit, value) {
            (Exit::Break(index), _) => {
                if let Some(Control::Target { end: Some(end), .. }) = self.f.control.get(index) {
                    let end = *end;
                    self.f.e.jump(Op::Jump, 0, 0, end);
                }
            }
            (Exit::Continue(index), _) => {
                if let Some(Control::Target { next: Some(next), .. }) = self.f.control.get(index) {
                    let next = *next;
                    self.f.e.jump(Op::Jump, 0, 0, next);
                }
            }
            (Exit::Return, Some(value)) => self.return_value(value),
            (Exit::Return, None) => self.op(Op::ReturnUndefined, 0, 0, 0),
        }
        self.resume(suspended);
    }

    fn suspend(&mut self, index: usize) {
        if let Some(region) = self.f.control.get_mut(index).and_then(Control::region) {
            self.f.e.suspend(region);
        }
    }

    fn resume(&mut self, from: usize) {
        let control = self.f.control.get_mut(from..).unwrap_or(&mut []);
        for region in control.iter_mut().filter_map(Control::region) {
            self.f.e.resume(region);
        }
    }

    /// Returns a value, with nothing in between.
    pub(super) fn return_value(&mut self, value: Reg) {
        if self.an.func(self.f.func).kind != FunctionKind::DerivedConstructor {
            return self.op(Op::Return, value, 0, 0);
        }
        let mut this = 1;
        if let Some((env, slot)) = self.this_slot() {
            this = self.alloc();
            self.op(Op::GetEnv, this, env, slot);
        }
        self.op(Op::ReturnDerived, value, this, 0);
    }

    /// Where `yield` goes on when return() resumes it with a value in a register.
    pub(super) fn pending_return(&mut self, value: Reg) -> Label {
        let label = self.f.e.label();
        self.f.pending.push(PendingReturn { label, value, depth: self.f.control.len() });
        label
    }

    /// The code for such resumptions inside the control entries from `depth` on.
    pub(super) fn flush_returns(&mut self, depth: usize) {
        let mut pending = Vec::new();
        let mut kept = Vec::new();
        for p in std::mem::take(&mut self.f.pending) {
            if p.depth >= depth { pending.push(p) } else { kept.push(p) }
        }
        self.f.pending = kept;
        if pending.is_empty() {
            return;
        }
        let over = self.f.e.label();
        self.f.e.jump(Op::Jump, 0, 0, over);
        for p in pending {
            self.f.e.dead = true;
            self.f.e.bind(p.label);
            let top = self.f.top;
            self.f.top = top.max(u32::from(p.value) + 1);
            self.resumed_by_return(p.value);
            self.f.top = top;
        }
        self.f.e.dead = true;
        self.f.e.bind(over);
    }

    /// Ends the code behind which a `finally` runs and begins that: the register of its value or exception.
    pub(super) fn begin_finally(&mut self) -> Option<(Reg, Vec<Exit>)> {
        self.flush_returns(self.f.control.len());
        let Some(Control::Finally { how, entry, exits, region }) = self.f.control.pop() else { return None };
        self.f.e.load_int(how, NORMAL);
        self.f.e.jump(Op::Jump, 0, 0, entry);
        if self.f.e.handler(region, how + 1) {
            self.f.e.load_int(how, THROWN);
        }
        self.f.e.bind(entry);
        Some((how, exits))
    }

    /// Goes on as it was before the `finally`.
    pub(super) fn end_finally(&mut self, how: Reg, exits: Vec<Exit>) {
        let next = self.f.e.label();
        self.f.e.jump(Op::JumpStrictNeInt, how, THROWN as u16, next);
        self.op(Op::Rethrow, how + 1, 0, 0);
        self.f.e.bind(next);
        for (number, exit) in exits.into_iter().enumerate() {
            let next = self.f.e.label();
            let number = FIRST_EXIT + number as i32;
            if number > i32::from(i16::MAX) {
                self.too_large();
            }
            self.f.e.jump(Op::JumpStrictNeInt, how, number as u16, next);
            let value = (exit == Exit::Return).then_some(how + 1);
            self.exit(exit, value);
            self.f.e.bind(next);
        }
    }

    pub(super) fn pop_target(&mut self) {
        self.f.control.pop();
        let depth = self.f.control.len();
        for p in &mut self.f.pending {
            p.depth = p.depth.min(depth);
        }
    }

    /// The entry that a break or continue means.
    pub(super) fn target(&self, label: Option<&str>, continues: bool) -> Option<usize> {
        self.f.control.iter().rposition(|c| match c {
            Control::Target { labels, end, next, plain } => {
                let fits = if continues { next.is_some() } else { end.is_some() };
                fits && match label {
                    Some(label) => labels.iter().any(|l| l == label),
                    None => continues || *plain,
                }
            }
            _ => false,
        })
    }
}
