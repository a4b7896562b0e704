//! The interpreter: one small function per opcode, named as the opcode's row in the table.
//!
//! Functions read operands before they write, and allocate before they change anything, so that an instruction that fails has done
//! nothing. "The Dis Virtual Machine Specification", "Instruction Set".

mod arithmetic;
mod arrays;
mod branches;
mod conversions;
mod fixed;
mod lists;
mod moves;
mod strings;
mod system;

use crate::code::Inst;
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use arithmetic::*;
use arrays::*;
use branches::*;
use conversions::*;
use dis_bytecode::{Op, for_each_op};
use fixed::*;
use lists::*;
use moves::*;
use std::rc::Rc;
use strings::*;
use system::*;

macro_rules! define_dispatch {
    ($($variant:ident $text:literal
       ($sa:ident $sk:ident, $ma:ident $mk:ident, $da:ident $dk:ident) $effect:ident $flow:ident;)*) => {
        /// Executes an instruction. An opcode without a function does not compile.
        #[inline(always)]
        fn dispatch(vm: &mut Vm, inst: &Inst) -> Step {
            match inst.op {
                $(Op::$variant => $variant(vm, inst),)*
            }
        }
    };
}
for_each_op!(define_dispatch);

impl Vm {
    /// Executes instructions of one module until something else has to be done or the quantum is used up.
    pub(crate) fn execute(&mut self) -> Step {
        let code = Rc::clone(&self.code);
        while self.quantum > 0 {
            let inst = code.insts.get(self.pc as usize).ok_or(Trap::Invalid)?;
            self.quantum -= 1;
            self.pc += 1;
            dispatch(self, inst)?;
        }
        Ok(())
    }

    /// Executes one instruction, for compiled code.
    pub(crate) fn execute_one(&mut self) -> Step {
        let code = Rc::clone(&self.code);
        let inst = code.insts.get(self.pc as usize).ok_or(Trap::Invalid)?;
        self.executed[inst.op as usize] = true;
        self.quantum = self.quantum.saturating_sub(1);
        self.pc += 1;
        dispatch(self, inst)
    }

    /// The same, noting which opcodes there were, and showing instructions to who wants to see them.
    pub(crate) fn execute_noting(&mut self) -> Step {
        let code = Rc::clone(&self.code);
        while self.quantum > 0 {
            let inst = code.insts.get(self.pc as usize).ok_or(Trap::Invalid)?;
            self.executed[inst.op as usize] = true;
            if self.options.trace.is_some() {
                self.show_instruction(&code);
            }
            self.quantum -= 1;
            self.pc += 1;
            dispatch(self, inst)?;
        }
        Ok(())
    }
}
