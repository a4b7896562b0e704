//! The scheduler: procs take turns, sleep, end, break. Limits hold between turns.

use crate::device::Environment;
use crate::jobs::FIRST;
use crate::namespace::Space;
use crate::proc::Proc;
use crate::trap::Trap;
use crate::vm::Vm;
use dis_rt::{Addr, NIL};
use std::cmp::Ordering;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// A limit of the instance that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Calls and rounds of loops.
    Fuel,
    /// Time.
    Time,
    /// Somebody cancelled it.
    Cancelled,
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The first proc returned or exited.
    Done,
    /// The first proc ended with an exception `fail:...`, which is how programs say that they did not succeed.
    Failed(String),
    /// The first proc raised an exception that nobody handled.
    Broken(String),
    /// The first proc waits for others, and none of them will ever come.
    Deadlock(usize),
    /// A limit ended it.
    Stopped(Limit),
    /// The machine itself is at fault: what it found out about its heap.
    Fault(String),
}

/// What became of the proc that the program began with.
pub(crate) struct First {
    pub(crate) pid: u32,
    pub(crate) ended: Option<Ended>,
}

/// A proc that sleeps.
#[derive(PartialEq, Eq)]
pub(crate) struct Sleeper {
    until: Instant,
    slot: u32,
    /// Who that was: somebody else may be there when it is over.
    pid: u32,
}

impl Ord for Sleeper {
    fn cmp(&self, other: &Sleeper) -> Ordering {
        // The greatest is the one that wakes first.
        (other.until, other.slot).cmp(&(self.until, self.slot))
    }
}

impl PartialOrd for Sleeper {
    fn partial_cmp(&self, other: &Sleeper) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Vm {
    /// Makes the first proc: the entry of a module, from its file's bytes. Where the entry is `init` of a command, it gets these
    /// arguments, the first of which is the command's name.
    pub fn start(&mut self, path: &str, bytes: &[u8], args: &[String]) -> Result<(), crate::LoadError> {
        let code = self.decode(path, bytes)?;
        self.start_code(&code, args).map_err(|trap| {
            let text = self.raised(trap);
            crate::LoadError(text)
        })
    }

    /// The same for a path in the tree.
    pub fn start_path(&mut self, path: &str, args: &[String]) -> Result<(), crate::LoadError> {
        self.prepare();
        let outcome = self.read_whole(path, 8 << 20);
        let (bytes, _) = outcome.map_err(|fail| crate::LoadError(fail.to_string()))?;
        self.start(path, &bytes, args)
    }

    /// Before there is a proc, the blank one has what it begins with.
    fn prepare(&mut self) {
        self.cur.set_space(Space::default());
        self.cur.set_environment(Environment::default());
        self.first_space();
    }

    fn start_code(&mut self, code: &Rc<crate::code::Code>, args: &[String]) -> Result<(), Trap> {
        let init = code.exports.iter().find(|export| export.name == "init");
        let Some((pc, frame)) = code.entry.or(init.map(|export| (export.pc, export.frame))) else {
            self.message =
                "it has no entry: neither the header nor an export called init says where it starts".into();
            return Err(Trap::Text);
        };
        let data = self.new_data(code)?;
        let module = self.link(code, &[], data)?;
        let files = self.files.first();
        self.prepare();
        let proc = self.new_proc(module, self.next_pid, files);
        *self.cur = Proc::default();
        let mut proc = proc?;
        self.heap.release(module);
        let pushed = proc.push(frame, &mut self.heap).and_then(|fp| self.arguments(fp, frame, args));
        if let Err(trap) = pushed {
            self.retire(&mut proc);
            return Err(trap);
        }
        self.first = Some(First { pid: proc.pid, ended: None });
        self.enlist(proc, pc, Rc::clone(code));
        Ok(())
    }

    /// `init(ctxt: ref Draw->Context, args: list of string)`: nil and a list, if the frame has room for these.
    fn arguments(&mut self, fp: Addr, frame: u32, args: &[String]) -> Result<(), Trap> {
        let at = 9 * self.word;
        let ty = &self.heap.types[frame];
        if !ty.is_pointer(8 * self.word) || !ty.is_pointer(at) {
            return Ok(());
        }
        let mut list = NIL;
        for arg in args.iter().rev() {
            let string = self.heap.new_text(arg.as_bytes())?;
            list = self.cons_reference(string, list)?;
        }
        self.heap.put(fp + at, list);
        Ok(())
    }

    /// Runs until nothing is left to do, or a limit is reached.
    pub fn run(&mut self) -> Ended {
        loop {
            if let Some(ended) = self.over_limit() {
                return ended;
            }
            self.wake();
            let Some(slot) = self.ready.pop_front() else {
                if !self.doze() {
                    return self.idle();
                }
                continue;
            };
            self.switch_in(slot);
            if self.cur.task.is_some() {
                if !self.run_task() {
                    return Ended::Stopped(Limit::Fuel);
                }
                continue;
            }
            if self.cur.posts {
                let mut proc = std::mem::take(&mut self.cur);
                self.retire(&mut proc);
                continue;
            }
            let mut turn = self.turn();
            while matches!(turn, Turn::Again) && self.is_alone() {
                turn = self.turn();
            }
            match turn {
                Turn::Again => {
                    self.switch_out();
                    self.ready.push_back(slot);
                }
                Turn::Waits => self.switch_out(),
                Turn::Parks(event) => {
                    self.cur.waits = Some(event);
                    self.switch_out();
                    self.parked.entry(event).or_default().push(slot);
                }
                Turn::Ended(text) => self.finish(text),
                Turn::Stopped => return Ended::Stopped(Limit::Fuel),
            }
            self.bury();
            if let Some(ended) = self.inspect() {
                return ended;
            }
        }
    }

    fn over_limit(&mut self) -> Option<Ended> {
        if self.canceller.wanted() {
            return Some(Ended::Stopped(Limit::Cancelled));
        }
        let late = self.options.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        late.then_some(Ended::Stopped(Limit::Time))
    }

    /// Whether the running proc's next turn can begin at once, since there is nobody else and nothing to see to in between.
    pub(crate) fn is_alone(&mut self) -> bool {
        let asleep = || self.sleeping.peek().is_none_or(|sleeper| sleeper.until > Instant::now());
        let nobody = self.ready.is_empty() && self.parked.is_empty() && asleep();
        if !nobody || self.options.stress || self.canceller.wanted() {
            return false;
        }
        self.bury();
        let late = self.options.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        let notices = &self.files.notices;
        let told = notices.closed.borrow().is_empty() && notices.notes.borrow().is_empty();
        !late && told && self.ready.is_empty() && self.heap.in_use() <= self.collect_at
    }

    /// Nobody can go on.
    fn idle(&mut self) -> Ended {
        match self.first.as_mut().and_then(|first| first.ended.take()) {
            Some(ended) => ended,
            None => Ended::Deadlock(self.live),
        }
    }

    fn switch_in(&mut self, slot: u32) {
        if let Some(mut proc) = self.procs[slot as usize].take() {
            if let Some(code) = proc.code.take() {
                self.code = code;
            }
            (self.fp, self.mp, self.pc) = (proc.fp, proc.mp, proc.pc);
            self.cur = proc;
        }
    }

    fn switch_out(&mut self) {
        let mut proc = std::mem::take(&mut self.cur);
        proc.code = Some(Rc::clone(&self.code));
        (proc.fp, proc.mp, proc.pc) = (self.fp, self.mp, self.pc);
        let slot = proc.slot as usize;
        self.procs[slot] = Some(proc);
    }

    /// The running proc's turn.
    fn turn(&mut self) -> Turn {
        if self.options.profile { self.timed_turn() } else { self.take_turn(self.options.quantum) }
    }

    pub(crate) fn take_turn(&mut self, quantum: u32) -> Turn {
        self.quantum = quantum;
        if let Some(text) = self.cur.kill.take() {
            self.message = text;
            if let Some(turn) = self.raise(Trap::Text) {
                return turn;
            }
        }
        let mut next = None;
        loop {
            let result = match next.take() {
                Some(trap) => Err(trap),
                None if self.options.stress || self.options.trace.is_some() => self.execute_noting(),
                None => self.execute(),
            };
            match result {
                Ok(()) => return Turn::Again,
                Err(Trap::Reload) => {}
                Err(Trap::Hot) => {
                    if let Err(trap) = self.enter_compiled() {
                        next = Some(trap);
                    }
                }
                Err(Trap::Switch) => return Turn::Waits,
                Err(Trap::Park(event)) => {
                    self.cur.journal.rewind();
                    self.pc -= 1;
                    return Turn::Parks(event);
                }
                Err(Trap::End) => return Turn::Ended(None),
                Err(Trap::Fuel) => return Turn::Stopped,
                Err(Trap::Memory) if self.made_room() => {}
                Err(trap) => {
                    if let Some(turn) = self.raise(trap) {
                        return turn;
                    }
                }
            }
        }
    }

    /// Whether cycles went, so that the instruction that found no memory may try again. It has changed nothing yet, and neither have
    /// built-in functions: they make their results before they leave a trace.
    fn made_room(&mut self) -> bool {
        // That took long enough for a turn.
        self.quantum = 0;
        let again = self.collect();
        self.pc -= u32::from(again);
        again
    }

    /// Raises an exception. Handling one costs fuel, since a handler may lead to what raises it again.
    fn raise(&mut self, trap: Trap) -> Option<Turn> {
        let text = self.raised(trap);
        self.forget_call();
        self.cur.exception = format!("{} {} {text}", self.pc.wrapping_sub(1), self.code.name);
        if self.spend().is_err() {
            return Some(Turn::Stopped);
        }
        if self.handle(&text) { None } else { Some(Turn::Ended(Some(text))) }
    }

    /// The running proc is done; with an exception when there is a text.
    fn finish(&mut self, text: Option<String>) {
        let text = text.filter(|text| !text.is_empty());
        let ended = match &text {
            None if self.cur.killed => Ended::Failed("killed".to_owned()),
            None => Ended::Done,
            Some(text) if text.starts_with("fail:") => Ended::Failed(text.clone()),
            Some(text) => {
                let message = format!("[{}] Broken: \"{text}\"\n", self.code.name);
                self.options.errors.write(message.as_bytes());
                Ended::Broken(text.clone())
            }
        };
        let mut proc: Box<Proc> = std::mem::take(&mut self.cur);
        proc.code = Some(Rc::clone(&self.code));
        let cause = if proc.killed { Some("killed".to_owned()) } else { text };
        self.conclude(&mut proc, ended, cause.as_deref());
    }

    /// Has the running proc sleep after the built-in function that it is in.
    pub(crate) fn sleep(&mut self, milliseconds: u32) {
        let until = Instant::now() + Duration::from_millis(milliseconds.into());
        self.sleeping.push(Sleeper { until, slot: self.cur.slot, pid: self.cur.pid });
        self.cur.sleeps = true;
        self.rests = true;
    }

    /// Has everybody look again who waits for an event.
    fn awake(&mut self, event: u32) {
        for slot in self.parked.remove(&event).unwrap_or_default() {
            if let Some(proc) = &mut self.procs[slot as usize] {
                proc.waits = None;
                self.ready.push_back(slot);
            }
        }
    }

    fn wake(&mut self) {
        if !self.files.notices.closed.borrow().is_empty() {
            self.tell_servers();
        }
        self.send_notes();
        if !self.parked.is_empty() {
            self.wake_parked();
        }
        if self.sleeping.is_empty() {
            return;
        }
        let now = Instant::now();
        while self.sleeping.peek().is_some_and(|sleeper| sleeper.until <= now) {
            let Some(sleeper) = self.sleeping.pop() else { break };
            if self.sleeps(&sleeper)
                && let Some(proc) = &mut self.procs[sleeper.slot as usize]
            {
                proc.sleeps = false;
                self.ready.push_back(sleeper.slot);
            }
        }
    }

    /// Whether it still does: others may have ended it.
    fn sleeps(&self, sleeper: &Sleeper) -> bool {
        let proc = self.procs[sleeper.slot as usize].as_ref();
        proc.is_some_and(|proc| proc.pid == sleeper.pid && proc.sleeps)
    }

    fn wake_parked(&mut self) {
        let rung = std::mem::take(&mut *self.files.notices.rung.borrow_mut());
        rung.into_iter().for_each(|event| self.awake(event));
        if self.parked.contains_key(&0) && self.options.input.arrived() {
            self.awake(0);
        }
        if self.parked.last_key_value().is_some_and(|(event, _)| *event >= FIRST) {
            self.jobs.news().into_iter().for_each(|event| self.awake(event));
        }
    }

    /// Waits for the first that wakes, or for the host. False when nobody sleeps or waits for that.
    fn doze(&mut self) -> bool {
        while self.sleeping.peek().is_some_and(|sleeper| !self.sleeps(sleeper)) {
            self.sleeping.pop();
        }
        let sleeper = self.sleeping.peek().map(|sleeper| sleeper.until);
        let events = self.parked.first_key_value().into_iter().chain(self.parked.last_key_value());
        let host = events.into_iter().any(|(event, _)| *event == 0 || *event >= FIRST);
        if sleeper.is_none() && !host {
            return false;
        }
        let until = sleeper.into_iter().chain(self.options.deadline).min();
        self.canceller.bell.wait(until.map(|until| until.saturating_duration_since(Instant::now())));
        true
    }

    /// Between turns: cycles are freed when there is much memory in use; under stress, counts are checked.
    fn inspect(&mut self) -> Option<Ended> {
        if self.heap.in_use() > self.collect_at {
            self.collect();
            self.bury();
            self.collect_at = (self.heap.in_use() * 2).max(self.collect_at);
        }
        self.turns = self.turns.wrapping_add(1);
        if self.options.stress && self.turns.is_multiple_of(16) {
            let roots = self.roots();
            return self.heap.audit(&roots).err().map(Ended::Fault);
        }
        None
    }
}

/// What a turn came to.
pub(crate) enum Turn {
    Again,
    Waits,
    Parks(u32),
    Ended(Option<String>),
    Stopped,
}
