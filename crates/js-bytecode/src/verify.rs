//! The verifier: what every unit has to satisfy before it may run.

use crate::function::{Constant, FunctionCode, Unit};
use crate::inst::{Inst, Op, Operand};
use std::fmt;

/// Why a unit is refused: a mistake of the compiler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError {
    /// Index of the function.
    pub function: usize,
    /// Index of the instruction, where it is about one.
    pub inst: usize,
    /// What is wrong.
    pub reason: &'static str,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "function {}, instruction {}: {}", self.function, self.inst, self.reason)
    }
}

impl std::error::Error for VerifyError {}

/// Checks a unit: operands in range, jumps inside their function and only loops backwards, handlers sane, no way past the end.
pub fn verify(unit: &Unit) -> Result<(), VerifyError> {
    let fail = |function, inst, reason| Err(VerifyError { function, inst, reason });
    if unit.functions.is_empty() {
        return fail(0, 0, "no function");
    }
    for (index, code) in unit.functions.iter().enumerate() {
        if let Err((inst, reason)) = (Verifier { unit, code }).run() {
            return fail(index, inst, reason);
        }
    }
    if let Some(module) = &unit.module {
        let slots = module.scope.as_ref().map_or(0, |s| s.vars.len());
        let fine = |&(slot, function): &(u16, u32)| {
            usize::from(slot) < slots && (function as usize) < unit.functions.len()
        };
        if !module.functions.iter().all(fine) {
            return fail(0, 0, "a function of the module is out of range");
        }
        if module.imports.iter().any(|i| i.request as usize >= module.requests.len()) {
            return fail(0, 0, "an import without a request");
        }
    }
    Ok(())
}

struct Verifier<'a> {
    unit: &'a Unit,
    code: &'a FunctionCode,
}

type Check = Result<(), (usize, &'static str)>;

impl Verifier<'_> {
    fn run(&self) -> Check {
        let code = self.code;
        if code.registers < 2 + u32::from(code.params) || code.registers > 65_536 {
            return Err((0, "registers out of range"));
        }
        for (at, inst) in code.insts.iter().enumerate() {
            self.inst(at, *inst).map_err(|reason| (at, reason))?;
        }
        match code.insts.last() {
            Some(last) if last.op().ends_block() => {}
            _ => return Err((code.insts.len(), "the last instruction falls through")),
        }
        if code
            .caches
            .iter()
            .any(|&name| !matches!(code.constants.get(name as usize), Some(Constant::String(_))))
        {
            return Err((0, "a cache without a name"));
        }
        self.handlers()?;
        let ordered = code.positions.windows(2).all(|w| w[0].inst < w[1].inst);
        if !ordered {
            return Err((0, "positions out of order"));
        }
        Ok(())
    }

    fn handlers(&self) -> Check {
        for handler in &self.code.handlers {
            let target = handler.target as usize;
            if handler.start >= handler.end || handler.end as usize > self.code.insts.len() {
                return Err((target, "a handler for no instructions"));
            }
            if (handler.start..handler.end).contains(&handler.target) {
                return Err((target, "a handler inside of what it handles"));
            }
            if self.code.insts.get(target).map(|i| i.op()) != Some(Op::Catch) {
                return Err((target, "a handler that does not begin with catch"));
            }
        }
        Ok(())
    }

    fn inst(&self, at: usize, inst: Inst) -> Result<(), &'static str> {
        let [a, b, c] = inst.op().operands();
        self.operand(a, u32::from(inst.a()))?;
        self.operand(b, u32::from(inst.b()))?;
        // An immediate takes the place of both.
        let c = if b == Operand::Imm { Operand::Num } else { c };
        self.operand(
            c,
            if matches!(c, Operand::Use | Operand::UseFlags) { u32::from(inst.cr()) } else { inst.c() },
        )?;
        if matches!(c, Operand::Use) && inst.flags() != 0 && inst.op() != Op::DynamicImport {
            return Err("flags above a register that has none");
        }
        if inst.op().jumps() {
            self.jump(at, inst)?;
        }
        self.window(inst)
    }

    fn jump(&self, at: usize, inst: Inst) -> Result<(), &'static str> {
        let target = at as i64 + 1 + i64::from(inst.cs());
        if target < 0 || target >= self.code.insts.len() as i64 {
            return Err("a jump out of the function");
        }
        if (inst.cs() < 0) != inst.op().is_loop() {
            return Err("only loops go back");
        }
        Ok(())
    }

    /// The registers of a call.
    fn window(&self, inst: Inst) -> Result<(), &'static str> {
        let (first, count) = match inst.op() {
            Op::Call | Op::New => (u32::from(inst.b()), 2 + inst.c()),
            Op::CallEval => (u32::from(inst.b()), 3 + inst.c()),
            Op::CallSpread | Op::NewSpread => (u32::from(inst.b()), 3),
            Op::CallEvalSpread => (u32::from(inst.b()), 4),
            Op::NewClass | Op::SetSuper => (u32::from(inst.a()), 2),
            Op::CopyDataProperties => (u32::from(inst.a()), 1 + inst.c()),
            Op::DisposeNext => (u32::from(inst.a()), 2),
            Op::GetBound | Op::SetBound => (u32::from(inst.b()), 2),
            Op::IteratorNext => (u32::from(inst.b()), 3),
            _ => return Ok(()),
        };
        if first + count > self.code.registers { Err("a window beyond the registers") } else { Ok(()) }
    }

    fn operand(&self, kind: Operand, value: u32) -> Result<(), &'static str> {
        let register = |count: u32| value + count <= self.code.registers;
        let fine = match kind {
            Operand::None => value == 0,
            Operand::Def | Operand::Use | Operand::Mod | Operand::Args | Operand::UseFlags => register(1),
            Operand::Def2 => register(2),
            Operand::Def3 => register(3),
            Operand::Const => (value as usize) < self.code.constants.len(),
            Operand::Cache => (value as usize) < self.code.caches.len(),
            Operand::Func => (value as usize) < self.unit.functions.len(),
            Operand::Scope => (value as usize) < self.code.scopes.len(),
            Operand::Num | Operand::Int | Operand::Imm | Operand::Slot | Operand::Jump => true,
        };
        if fine { Ok(()) } else { Err("an operand out of range") }
    }
}
