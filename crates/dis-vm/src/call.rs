//! Calls: frames, returns, links to other modules, new procs. Dis specification, "call", "mcall", "frame", "spawn".

use crate::code::{Inst, Mode};
use crate::load::{Body, Entry};
use crate::proc::Record;
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use dis_rt::{Addr, NIL, TypeId, module, types};
use std::rc::Rc;

impl Vm {
    /// The frame that an instruction wants to call with: the innermost, and one of this type.
    fn callable(&mut self, inst: &Inst, ty: TypeId) -> Result<(), Trap> {
        let address = match inst.src.mode {
            Mode::Fp => self.heap.memory.pointer(self.fp + inst.src.first),
            _ => return Err(Trap::Type),
        };
        match self.cur.records.last() {
            Some(record) if record.pending != 0 && record.fp == address => {
                if self.heap.types.same(record.ty, ty) { Ok(()) } else { Err(Trap::Type) }
            }
            _ => Err(Trap::Type),
        }
    }

    pub(crate) fn frame(&mut self, inst: &Inst) -> Step {
        let ty = self.type_operand(&inst.src);
        self.push_frame(inst, ty)
    }

    fn push_frame(&mut self, inst: &Inst, ty: TypeId) -> Step {
        self.charge(self.heap.types[ty].size);
        let fp = self.cur.push(ty, &mut self.heap)?;
        self.set_word(&inst.dst, fp.cast_signed())
    }

    pub(crate) fn mframe(&mut self, inst: &Inst) -> Step {
        let reference = self.typed(&inst.src, types::MODULE)?;
        let link = self.word(&inst.mid)?;
        let entry = self.entry(reference, link, Trap::BadMframe)?;
        self.saw(inst, reference);
        self.push_frame(inst, entry.frame)
    }

    /// For the tier: what the links of this module lead to.
    #[inline]
    fn saw(&self, inst: &Inst, reference: Addr) {
        if inst.mid.mode == Mode::Imm {
            inst.mid.known.set(self.heap.memory.u32(reference + module::LINKS));
        }
    }

    /// What a link of a module leads to.
    fn entry(&self, reference: Addr, link: i32, wrong: Trap) -> Result<Entry, Trap> {
        if reference == NIL {
            return Err(Trap::NotLoaded);
        }
        let number = self.heap.memory.u32(reference + module::NUMBER);
        let loaded = self.loaded.get(number as usize).and_then(Option::as_ref).ok_or(wrong)?;
        loaded.entry(link).ok_or(wrong)
    }

    pub(crate) fn call(&mut self, inst: &Inst) -> Step {
        self.callable(inst, inst.extra)?;
        self.spend()?;
        self.enter(inst.dst.first);
        self.count()
    }

    /// Calls and rounds of loops cost fuel.
    #[inline]
    pub(crate) fn spend(&mut self) -> Step {
        if self.fuel == 0 {
            return Err(Trap::Fuel);
        }
        self.fuel -= 1;
        Ok(())
    }

    /// The function of the frame at the top begins.
    fn enter(&mut self, pc: u32) {
        let number = self.cur.records.len() as u32 - 1;
        let active = std::mem::replace(&mut self.cur.active, number);
        if let Some(record) = self.cur.records.last_mut() {
            record.pending = 0;
            record.caller = active.wrapping_sub(number).cast_signed();
            record.pc = self.pc;
            self.fp = record.fp;
        }
        self.pc = pc;
    }

    pub(crate) fn mcall(&mut self, inst: &Inst) -> Step {
        let reference = self.typed(&inst.dst, types::MODULE)?;
        let link = self.word(&inst.mid)?;
        let entry = self.entry(reference, link, Trap::Type)?;
        self.saw(inst, reference);
        self.spend()?;
        match entry.body {
            Body::Builtin(function) => {
                self.callable_builtin(inst, &entry)?;
                self.bury();
                let record = self.cur.records.last().copied().ok_or(Trap::Type)?;
                (function.run)(self, record.fp, record.ty)?;
                self.forget_call();
                self.cur.pop(&mut self.heap);
                self.bury();
                if std::mem::take(&mut self.rests) { Err(Trap::Switch) } else { Ok(()) }
            }
            Body::Code(code, pc) => {
                self.callable(inst, entry.frame)?;
                self.heap.keep(reference);
                self.enter(pc);
                let old = std::mem::replace(&mut self.cur.module, reference);
                if let Some(record) = self.cur.records.last_mut() {
                    record.module = old;
                }
                self.mp = self.heap.memory.pointer(reference + module::DATA);
                self.code = code;
                self.count()?;
                Err(Trap::Reload)
            }
        }
    }

    /// Functions with any number of arguments get frames of the caller's types, which begin like their own.
    fn callable_builtin(&mut self, inst: &Inst, entry: &Entry) -> Step {
        let Body::Builtin(function) = entry.body else { return Err(Trap::Type) };
        if !function.varargs() {
            return self.callable(inst, entry.frame);
        }
        let ty = self.cur.records.last().map_or(0, |record| record.ty);
        self.callable(inst, ty)?;
        let (given, own) = (&self.heap.types[ty], &self.heap.types[entry.frame]);
        match given.size >= own.size && given.within(0, own.size).eq(own.pointers.iter().copied()) {
            true => Ok(()),
            false => Err(Trap::Type),
        }
    }

    pub(crate) fn ret(&mut self) -> Step {
        // Frames that were never called with go, too.
        while self.cur.records.len() as u32 > self.cur.active + 1 {
            self.cur.pop(&mut self.heap);
        }
        let Some(record) = self.cur.records.last().copied() else { return Err(Trap::End) };
        let Some(caller) = record.caller(self.cur.active) else { return Err(Trap::End) };
        self.cur.pop(&mut self.heap);
        self.cur.active = caller;
        self.fp = self.cur.records.get(caller as usize).map_or(NIL, |caller| caller.fp);
        self.pc = record.pc;
        let is_floor = self.cur.active == self.floor;
        match record.module {
            NIL if is_floor => Err(Trap::Returned),
            NIL => Ok(()),
            module => {
                // A caller in compiled code looks there, whether the module is still to be changed back.
                let number = self.cur.records.len();
                self.cur.records.set(number, Record { module: NIL, ..record });
                self.back_to(module);
                Err(if is_floor { Trap::Returned } else { Trap::Reload })
            }
        }
    }

    /// A caller's module runs again. Its count comes from the record.
    pub(crate) fn back_to(&mut self, reference: Addr) {
        let old = std::mem::replace(&mut self.cur.module, reference);
        self.heap.release(old);
        self.mp = self.heap.memory.pointer(reference + module::DATA);
        let number = self.heap.memory.u32(reference + module::NUMBER);
        if let Some(code) = self.loaded.get(number as usize).and_then(Option::as_ref).and_then(|l| l.code()) {
            self.code = Rc::clone(code);
        }
    }

    pub(crate) fn spawn(&mut self, inst: &Inst) -> Step {
        self.callable(inst, inst.extra)?;
        let code = Rc::clone(&self.code);
        self.start_proc(self.cur.module, inst.dst.first, code)
    }

    pub(crate) fn mspawn(&mut self, inst: &Inst) -> Step {
        let reference = self.typed(&inst.dst, types::MODULE)?;
        let link = self.word(&inst.mid)?;
        let entry = self.entry(reference, link, Trap::Type)?;
        let Body::Code(code, pc) = entry.body else { return Err(Trap::SpawnBuiltin) };
        self.callable(inst, entry.frame)?;
        self.start_proc(reference, pc, code)
    }

    fn start_proc(&mut self, module: Addr, pc: u32, code: Rc<crate::code::Code>) -> Step {
        self.spend()?;
        let (group, files) = (self.cur.group, self.cur.files);
        let mut proc = self.new_proc(module, group, files)?;
        if let Err(trap) = self.detach(&mut proc) {
            self.retire(&mut proc);
            return Err(trap);
        }
        self.enlist(proc, pc, code);
        Ok(())
    }
}
