//! Templates: what each opcode does in machine code.
//!
//! The hot part lies where the instruction is. It falls through to the next one, or jumps to a cold part that lies behind all hot ones;
//! that begins anew, reading operands from registers. Whatever neither does is a step.

mod arithmetic;
mod branch;
mod call;
mod element;
mod environment;
pub(crate) mod math;
mod property;
mod simple;

use crate::compile::Compiler;
use crate::masm::Masm;
use js_bytecode::{Inst, Op};

/// What lies where the instruction is.
pub(crate) fn hot<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    match inst.op() {
        Op::Move
        | Op::LoadConst
        | Op::LoadInt
        | Op::LoadUndefined
        | Op::LoadNull
        | Op::LoadTrue
        | Op::LoadFalse
        | Op::LoadEmpty
        | Op::NewTarget
        | Op::CheckInit
        | Op::CheckThis
        | Op::CheckNoThis
        | Op::CheckObject
        | Op::CoerceThis
        | Op::TypeOf
        | Op::NewObject
        | Op::NewArray
        | Op::Catch
        | Op::ToNumber
        | Op::ToNumeric
        | Op::ToPropertyKey
        | Op::ToStr
        | Op::ToElementKey
        | Op::ArrayPush
        | Op::GetIterator
        | Op::IteratorClose
        | Op::Debugger => simple::hot(c, inst),
        op if arithmetic::has_template(op) => arithmetic::hot(c, inst),
        op if property::has_template(op) => property::hot(c, inst),
        Op::GetElement | Op::SetElement | Op::IteratorNext => element::hot(c, inst),
        Op::OuterEnv
        | Op::GetEnv
        | Op::GetEnvChecked
        | Op::SetEnv
        | Op::SetEnvChecked
        | Op::NewEnv
        | Op::CopyEnv
        | Op::Closure => environment::hot(c, inst),
        Op::Call | Op::New | Op::Return | Op::ReturnUndefined => call::hot(c, inst),
        op if branch::has_template(op) => branch::hot(c, inst),
        _ => c.step(),
    }
}

/// What an instruction does out of the way.
pub(crate) fn cold<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    match inst.op() {
        Op::CheckInit
        | Op::CheckThis
        | Op::CheckNoThis
        | Op::CheckObject
        | Op::CoerceThis
        | Op::ToNumber
        | Op::ToNumeric
        | Op::ToElementKey
        | Op::ToPropertyKey => c.step_and_next(),
        Op::ToStr => simple::cold_text(c, inst),
        op if arithmetic::has_template(op) => arithmetic::cold(c, inst),
        op if property::has_template(op) => property::cold(c, inst),
        Op::GetElement | Op::SetElement | Op::IteratorNext => element::cold(c, inst),
        Op::Call => call::cold(c, inst),
        op if branch::has_template(op) => branch::cold(c, inst),
        _ => c.step_and_next(),
    }
}
