//! What compiled code calls: steps of the interpreter, functions without code, the next turn; and what it leaves behind where it ends.

use super::{CALLED, JUMPED, KIND, LEFT, NESTED, Note, RETURNED, Slot, TRAPPED, record};
use crate::proc::{NOBODY, NOTHING, Record};
use crate::trap::{Step, Trap};
use crate::vm::Vm;

impl Vm {
    /// For compiled code: lets go of the last reference to a module that it called.
    pub fn tier_release(&mut self, reference: u64) {
        self.heap.release(reference as u32);
        self.shared.freed.set(self.heap.freed());
    }

    /// For compiled code: executes one instruction. The results are what came of it, with where it led, and the quantum.
    pub fn tier_step(&mut self, pc: u64, quantum: u64) -> [u64; 2] {
        self.take_back();
        let (active, records) = (self.cur.active, self.shared.records.get());
        (self.pc, self.quantum) = (pc as u32, quantum as u32);
        let len = self.cur.records.len();
        let result = self.execute_one();
        if result.is_ok()
            && u64::from(self.pc) == pc + 1
            && self.cur.active == active
            && self.cur.records.len() == len
        {
            self.share_little();
            return [RETURNED << KIND | u64::from(self.pc), self.quantum.into()];
        }
        // Where it led, the machine goes on: also in another module.
        let kind = match result {
            Ok(()) | Err(Trap::Hot | Trap::Reload) if self.cur.active > active => {
                self.interpret(active, result, CALLED)
            }
            Ok(()) | Err(Trap::Hot | Trap::Reload | Trap::Returned) if self.cur.active != active => RETURNED,
            Ok(()) | Err(Trap::Hot) if u64::from(self.pc) == pc + 1 => RETURNED,
            Ok(()) | Err(Trap::Hot) => JUMPED,
            Err(trap) => {
                self.trapped = Some(trap);
                TRAPPED
            }
        };
        let kind = self.share_again(records, kind);
        [kind << KIND | u64::from(self.pc), self.quantum.into()]
    }

    /// For compiled code that calls a function without code: runs that, if there is room on the native stack. The results are what came
    /// of it, as of a function with code, and the quantum.
    pub fn tier_call(&mut self, own: u64, frame: u64, pc: u32, quantum: u64) -> [u64; 2] {
        self.tier_called(own, frame);
        self.take_back();
        (self.pc, self.quantum) = (pc, quantum as u32);
        let (own, records) = (self.cur.active, self.shared.records.get());
        let caller =
            self.cur.records.get(own as usize).and_then(|record| record.caller(own)).unwrap_or(NOBODY);
        let begun = if self.nested < NESTED { self.count() } else { Ok(()) };
        let kind = self.interpret(caller, begun, CALLED);
        let kind = self.share_again(records, kind);
        [kind << KIND | u64::from(self.pc), self.quantum.into()]
    }

    /// Puts what compiled code looks at where it finds it, before that goes on with something of this kind. It knows where
    /// the records lay before: when they had to move, it comes back, and so does whatever called it.
    fn share_again(&mut self, records: u64, kind: u64) -> u64 {
        self.share();
        match kind {
            RETURNED | JUMPED if self.shared.records.get() != records => LEFT,
            kind => kind,
        }
    }

    /// Goes on, after this, until the function with this record is the innermost again; or as far as the machine's thread itself is needed.
    /// The result says what came of it: this one where the native stack is too deep for that.
    fn interpret(&mut self, floor: u32, begun: Step, deep: u64) -> u64 {
        if self.nested >= NESTED {
            return deep;
        }
        let above = std::mem::replace(&mut self.floor, floor);
        self.nested += 1;
        let mut result = begun;
        let kind = loop {
            match result {
                Err(Trap::Returned) => break RETURNED,
                Err(Trap::Hot) => {
                    result = self.enter_compiled();
                    if self.leaving {
                        break LEFT;
                    }
                    continue;
                }
                Ok(()) | Err(Trap::Reload) if self.quantum == 0 => match self.next_turn() {
                    0 => break LEFT,
                    turn => self.quantum = turn,
                },
                Ok(()) | Err(Trap::Reload) => {}
                Err(trap) => {
                    self.trapped = Some(trap);
                    break TRAPPED;
                }
            }
            result = if self.options.stress { self.execute_noting() } else { self.execute() };
        };
        (self.floor, self.nested) = (above, self.nested - 1);
        kind
    }

    /// For compiled code whose quantum comes to its end: the quantum with that of the next turn, if that would follow at once.
    pub fn tier_turn(&mut self, quantum: u64) -> u64 {
        quantum + u64::from(self.next_turn())
    }

    /// The quantum of the next turn, if that follows at once.
    fn next_turn(&mut self) -> u32 {
        // Where the time goes is seen between turns.
        let free = self.cur.kill.is_none() && self.heap.dead.is_empty() && !self.options.profile;
        if !free || !self.is_alone() {
            return 0;
        }
        self.turned = true;
        self.options.quantum
    }

    /// For compiled code that is left or was to be called: the function that runs has its record there, behind it are so many of frames
    /// being filled, and the top of the stack is there.
    pub fn tier_frames(&mut self, own: u64, filled: u64, top: u64) {
        self.shared.active.set(own);
        self.shared.len.set(own.wrapping_add(filled.wrapping_add(1).wrapping_mul(record::SIZE as u64)));
        self.shared.top.set(top);
    }

    /// For compiled code that is left: a frame of this type is being filled there, and has the record so many behind the one there.
    pub fn tier_filling(&mut self, own: u64, behind: u32, ty: u32, frame: u64) {
        let number = self.record_at(own).saturating_add(behind);
        self.cur.records.set(number as usize, Record { fp: self.address_at(frame), ty, ..NOTHING });
    }

    /// The same for a function that was to be called and has no code: nothing is above its frame.
    pub fn tier_called(&mut self, own: u64, frame: u64) {
        let number = self.record_at(own);
        let ty = self.cur.records.beyond().get(number as usize).map_or(0, |record| record.ty);
        let size = crate::proc::frame_size(self.heap.types[ty].size, self.word);
        self.tier_frames(own, 0, frame + u64::from(size));
    }

    /// For compiled code that is left: a word of the frame. Kinds are as in [`Slot`].
    pub fn tier_restore(&mut self, at: u64, kind: Slot, bits: u64) {
        let at = self.address_at(at);
        match kind {
            Slot::Byte => self.heap.memory.set_byte(at, bits as u8),
            Slot::Word | Slot::Reference => self.heap.memory.set_word(at, bits as u32 as i32),
            Slot::Big | Slot::Real => self.heap.memory.set_big(at, bits.cast_signed()),
        }
    }

    /// For compiled code that is left by a check: notes the instruction, and why.
    pub fn tier_note(&mut self, pc: u32, reason: u16) {
        self.follow_module();
        self.notes.push(Note { code: self.code.number, pc, reason });
    }

    /// Whether there are notes.
    pub fn tier_noted(&self) -> bool {
        !self.notes.is_empty()
    }

    /// Takes the notes.
    pub fn tier_notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }
}
