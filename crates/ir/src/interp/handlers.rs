//! What each op does: one method per op, so that a forgotten one does not compile.

use crate::entity::{AliasClass, Entity};
use crate::eval::{Const, Evaluated, Evaluator, OpHandler, access_width, loaded, stored};
use crate::function::{Imm, InstData, Target};
use crate::interp::{
    Access, Consts, Flow, Interp, MemoryFault, Outcome, Poll, RuntimeExit, Undefined, types_match,
};
use std::ops::ControlFlow::{Break, Continue};

/// The immediate is not what the op table says.
fn unverified(inst: &InstData) -> ! {
    panic!("`{}` with the immediate {:?}: the module was not verified", inst.op.name(), inst.imm)
}

impl Interp<'_, '_> {
    /// Goes on after an op that operands alone decide.
    fn evaluated(&mut self, inst: &InstData, what: Evaluated) -> Flow {
        match what {
            Evaluated::Value(value) => self.computed(inst, value),
            Evaluated::Trap(code) => Break(Outcome::Trap(code)),
            Evaluated::Passes => Continue(()),
            Evaluated::Leaves => self.exit(inst),
            Evaluated::Unknown => unverified(inst),
        }
    }

    /// Sets the result; a NaN that may be any is the one asked for.
    fn computed(&mut self, inst: &InstData, value: Const) -> Flow {
        let value = match self.nan {
            Some(nan) if inst.op.makes_nans() && value.as_f64().is_nan() => nan,
            _ => value,
        };
        self.result(inst, value)
    }

    /// Like `evaluated`, for ops that count as guards.
    fn guarded(&mut self, inst: &InstData, what: Evaluated) -> Flow {
        let forced = self.fail_guard == Some(self.guards);
        self.guards += 1;
        self.evaluated(inst, if forced { Evaluated::Leaves } else { what })
    }

    fn jump(&mut self, target: &Target) -> Flow {
        let function = self.function();
        let top = self.top();
        // All arguments are read before any parameter is written: a block may pass its own parameters to itself.
        let args: Consts = target.args.iter().map(|v| top.values[v.index()]).collect();
        for (param, arg) in function.blocks[target.block].params.iter().zip(args) {
            top.values[param.index()] = arg;
        }
        let from = std::mem::replace(&mut top.block, target.block);
        top.next = 0;
        match self.stack.last().and_then(|top| self.host.branch(top.func, from, top.block, &top.values)) {
            Some(outcome) => self.finished(outcome),
            None => Continue(()),
        }
    }

    /// Address and width of a load or store, reported to the tracer.
    fn access(&mut self, inst: &InstData, address: Const, write: bool) -> (u64, u32) {
        let (offset, class): (i32, AliasClass) = match inst.imm {
            Imm::Mem { offset, class } => (offset, class),
            _ => unverified(inst),
        };
        let address = address.bits().wrapping_add(i64::from(offset) as u64);
        let width = access_width(inst.op, inst.ty).unwrap_or_else(|| unverified(inst));
        if let Some(tracer) = &mut self.tracer {
            tracer.access(&Access { address, width, class, write });
        }
        (address, width)
    }

    fn load(&mut self, inst: &InstData) -> Flow {
        let address = self.get(inst.args[0]);
        let (address, width) = self.access(inst, address, false);
        match read(self.host, address, width) {
            Err(fault) => Break(Outcome::MemoryFault(fault)),
            Ok(words) => match loaded(inst.op, inst.ty, words) {
                Some(value) => self.computed(inst, value),
                None => Break(Outcome::Undefined(Undefined::BoolByte { address, byte: words[0] as u8 })),
            },
        }
    }

    fn store(&mut self, inst: &InstData) -> Flow {
        let (value, address) = (self.get(inst.args[0]), self.get(inst.args[1]));
        let (address, width) = self.access(inst, address, true);
        let words = stored(inst.op, value).unwrap_or_else(|| unverified(inst));
        match self.write(address, width, words) {
            Err(fault) => Break(Outcome::MemoryFault(fault)),
            Ok(()) => Continue(()),
        }
    }

    pub(super) fn write(&mut self, address: u64, width: u32, words: [u64; 2]) -> Result<(), MemoryFault> {
        let whole = |fault: MemoryFault| MemoryFault { address, width, ..fault };
        if width == 16 {
            // The upper word first: when only the end is missing, nothing has been stored yet.
            self.host.store(address.wrapping_add(8), 8, words[1]).map_err(whole)?;
        }
        self.host.store(address, width.min(8), words[0]).map_err(whole)
    }
}

fn read(host: &mut dyn super::Host, address: u64, width: u32) -> Result<[u64; 2], MemoryFault> {
    let whole = |fault: MemoryFault| MemoryFault { address, width, ..fault };
    let first = host.load(address, width.min(8)).map_err(whole)?;
    let second = if width == 16 { host.load(address.wrapping_add(8), 8).map_err(whole)? } else { 0 };
    Ok([first, second])
}

/// Ops that the shared constant semantics define.
macro_rules! by_evaluation {
    ($then:ident: $($op:ident)*) => {
        $(
            fn $op(&mut self, inst: &InstData) -> Flow {
                let args = self.args(inst);
                let what = Evaluator { args: &args }.$op(inst);
                self.$then(inst, what)
            }
        )*
    };
}

/// Ops that share a method.
macro_rules! by_method {
    ($method:ident: $($op:ident)*) => {
        $(
            fn $op(&mut self, inst: &InstData) -> Flow {
                self.$method(inst)
            }
        )*
    };
}

impl OpHandler for Interp<'_, '_> {
    type Output = Flow;

    by_evaluation! { evaluated:
        Iconst Fconst Bconst Pconst Xconst
        Iadd Isub Imul Sdiv Udiv Srem Urem Band Bor Bxor Ishl Sshr Ushr Rotl Clz Ctz Popcnt
        Icmp Fcmp Select
        Fadd Fsub Fmul Fdiv Fmin Fmax Fneg Fabs Fsqrt Ffloor Fceil Ftrunc Fnearest Fcanon
        Sext Zext Wrap Sext8 Sext16 BoolToI32 SintToF64 UintToF64 F64ToSint F64ToUint F64ToI32Mod
        RoundToF32 F64ToBits BitsToF64 BoxNumber BoxBits UnboxBits PtrToInt IntToPtr PtrAdd
        PairMake PairFirst PairSecond Anchor
    }

    by_evaluation! { guarded: IaddGuard IsubGuard ImulGuard F64ToI32Guard UnboxNumber Guard }

    by_method! { load: Load LoadS8 LoadU8 LoadS16 LoadU16 LoadF32 }

    by_method! { store: Store Store8 Store16 StoreF32 }

    by_method! { exit: Deopt }

    fn Alloc(&mut self, inst: &InstData) -> Flow {
        let Imm::Alloc { size, kind } = inst.imm else { unverified(inst) };
        match self.host.alloc(size, kind) {
            Some(address) => self.result(inst, Const::ptr(address)),
            None => self.throw(),
        }
    }

    fn Context(&mut self, inst: &InstData) -> Flow {
        let address = self.host.context();
        self.result(inst, Const::ptr(address))
    }

    fn Call(&mut self, inst: &InstData) -> Flow {
        let Imm::Func { func, .. } = inst.imm else { unverified(inst) };
        let args = self.args(inst);
        self.call_function(inst, func, &args)
    }

    fn CallIndirect(&mut self, inst: &InstData) -> Flow {
        let Imm::Sig { sig, .. } = inst.imm else { unverified(inst) };
        let args = self.args(inst);
        let address = args[0].bits();
        let callee = self.host.function_at(address);
        let data = callee.and_then(|func| self.module.functions.get(func));
        match (callee, data) {
            (Some(func), Some(data)) if data.signature == self.module.signatures[sig] => {
                self.call_function(inst, func, &args[1..])
            }
            _ => Break(Outcome::Undefined(Undefined::IndirectTarget(address))),
        }
    }

    fn CallRuntime(&mut self, inst: &InstData) -> Flow {
        let Imm::Runtime { runtime, .. } = inst.imm else { unverified(inst) };
        let data = &self.module.runtimes[runtime];
        let args = self.args(inst);
        match self.host.call_runtime(runtime, data, &args) {
            Ok(results) if types_match(&results, &data.signature.results) => {
                self.call_returned(inst, &results)
            }
            Ok(_) => Break(Outcome::Undefined(Undefined::RuntimeResults(runtime))),
            Err(RuntimeExit::Throw) if data.signature.throws => self.call_threw(inst),
            Err(RuntimeExit::Throw) => Break(Outcome::Undefined(Undefined::RuntimeThrow(runtime))),
            Err(RuntimeExit::Trap(code)) => Break(Outcome::Trap(code)),
            Err(RuntimeExit::Fault(fault)) => Break(Outcome::MemoryFault(fault)),
            Err(RuntimeExit::Unbound) => Break(Outcome::Undefined(Undefined::UnboundRuntime(runtime))),
        }
    }

    fn Poll(&mut self, _: &InstData) -> Flow {
        match self.host.poll() {
            Poll::Continue => Continue(()),
            Poll::Throw => self.throw(),
            Poll::Stop => Break(Outcome::Stopped),
        }
    }

    fn Jump(&mut self, inst: &InstData) -> Flow {
        self.jump(&inst.targets()[0])
    }

    fn Brif(&mut self, inst: &InstData) -> Flow {
        let taken = self.get(inst.args[0]).as_bool();
        self.jump(&inst.targets()[usize::from(!taken)])
    }

    fn Switch(&mut self, inst: &InstData) -> Flow {
        let Imm::Targets(targets) = &inst.imm else { unverified(inst) };
        let value = self.get(inst.args[0]).as_i32();
        let default = targets.list.len() - 1;
        let index = targets.cases.iter().position(|case| *case == value).unwrap_or(default);
        self.jump(&targets.list[index])
    }

    fn Return(&mut self, inst: &InstData) -> Flow {
        let results = self.args(inst);
        self.leave(&results)
    }

    fn Throw(&mut self, _: &InstData) -> Flow {
        self.throw()
    }

    fn Trap(&mut self, inst: &InstData) -> Flow {
        let Imm::Trap(code) = inst.imm else { unverified(inst) };
        Break(Outcome::Trap(code))
    }
}
