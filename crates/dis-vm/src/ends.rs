//! How procs end: by themselves, by others, with an exception that concerns a whole group. prog(3).

use crate::proc::{Proc, Spread};
use crate::schedule::Ended;
use crate::vm::Vm;
use std::rc::Weak;

impl Vm {
    /// Every proc that runs a program.
    pub(crate) fn everyone(&self) -> impl Iterator<Item = &Proc> {
        let parked = self.procs.iter().flatten().map(|proc| &**proc);
        parked.chain([&*self.cur]).filter(|proc| proc.pid != 0 && !proc.posts)
    }

    pub(crate) fn proc_of(&self, pid: u32) -> Option<&Proc> {
        self.everyone().find(|proc| proc.pid == pid && pid != 0)
    }

    /// Does something with a proc, if it is there.
    pub(crate) fn with_proc(&mut self, pid: u32, act: impl FnOnce(&mut Proc)) {
        let parked = self.procs.iter_mut().flatten();
        if let Some(proc) = parked.chain([&mut self.cur]).find(|proc| proc.pid == pid && pid != 0) {
            act(proc);
        }
    }

    /// Ends a proc that does not run.
    pub(crate) fn kill(&mut self, pid: u32, cause: &str) {
        let slot = self
            .procs
            .iter()
            .position(|proc| proc.as_ref().is_some_and(|proc| proc.pid == pid && !proc.posts));
        let Some(mut proc) = slot.and_then(|slot| self.procs[slot].take()) else { return };
        self.disturb(&mut proc);
        self.forget(&mut proc);
        proc.killed = true;
        self.conclude(&mut proc, Ended::Failed(cause.to_owned()), Some(cause));
    }

    /// Ends all of a group but the running proc.
    pub(crate) fn kill_group(&mut self, group: u32) {
        let pids: Vec<u32> =
            self.everyone().filter(|proc| proc.group == group).map(|proc| proc.pid).collect();
        for pid in pids {
            if pid != self.cur.pid {
                self.kill(pid, "killed");
            }
        }
    }

    /// Takes a proc, which is not in its slot, out of every queue.
    pub(crate) fn disturb(&mut self, proc: &mut Proc) {
        self.withdraw(proc);
        if let Some(event) = proc.waits.take()
            && let Some(slots) = self.parked.get_mut(&event)
        {
            slots.retain(|slot| *slot != proc.slot);
            if slots.is_empty() {
                self.parked.remove(&event);
            }
        }
        proc.sleeps = false;
        self.ready.retain(|slot| *slot != proc.slot);
    }

    /// Raises an exception in a proc that does not run.
    fn raise_in(&mut self, pid: u32, text: &str) {
        let Some(slot) = self.procs.iter().position(|proc| proc.as_ref().is_some_and(|proc| proc.pid == pid))
        else {
            return;
        };
        if let Some(mut proc) = self.procs[slot].take() {
            self.disturb(&mut proc);
            proc.kill = Some(text.to_owned());
            self.procs[slot] = Some(proc);
            self.ready.push_back(slot as u32);
        }
    }

    /// What is done when a proc is done, which is in no queue any more.
    pub(crate) fn conclude(&mut self, proc: &mut Proc, ended: Ended, cause: Option<&str>) {
        let module = proc.code.as_ref().map_or(String::new(), |code| code.name.to_string());
        let message = format!("{} \"{module}\":{}", proc.pid, cause.unwrap_or_default());
        let hearers = [proc.children.take(), proc.parent.take()];
        for queue in hearers.iter().flatten().filter_map(Weak::upgrade) {
            queue.tell(&message);
        }
        if let Some(first) = &mut self.first
            && first.pid == proc.pid
        {
            first.ended = Some(ended);
        }
        let (pid, group, spread) = (proc.pid, proc.group, proc.spread);
        self.retire(proc);
        if let Some(code) = proc.code.take() {
            self.drop_code(code);
        }
        if let Some(cause) = cause {
            self.spread(pid, group, spread, cause);
        }
    }

    /// An exception that nobody handled, or the end by somebody else, may concern the rest of a group.
    fn spread(&mut self, pid: u32, group: u32, own: Spread, cause: &str) {
        let leader = self.proc_of(group).map(|leader| (leader.pid, leader.spread));
        let (leader, spread) = leader.unwrap_or((pid, if pid == group { own } else { Spread::Nobody }));
        if spread == Spread::Nobody {
            return;
        }
        let others: Vec<u32> =
            self.everyone().filter(|proc| proc.group == group).map(|proc| proc.pid).collect();
        // Once is enough.
        self.with_proc(leader, |proc| proc.spread = Spread::Nobody);
        let running = self.cur.pid;
        for other in others.into_iter().filter(|other| *other != leader && *other != running) {
            match spread {
                Spread::All => self.raise_in(other, cause),
                _ => self.kill(other, "killed"),
            }
        }
        if leader != pid && leader != self.cur.pid {
            self.raise_in(leader, cause);
        }
    }
}
