//! Templates: what each opcode does in machine code.
//!
//! The hot part lies where the instruction is. It falls through to the next one, or jumps to a cold part that lies behind all hot ones;
//! that begins anew, reading operands from registers. Whatever neither does is a step.

mod arithmetic;
mod branch;
mod call;
mod element;
mod environment;
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
        Op::Add
        | Op::Sub
        | Op::Mul
        | Op::Div
        | Op::Rem
        | Op::AddInt
        | Op::SubInt
        | Op::MulInt
        | Op::RemInt
        | Op::BitAnd
        | Op::BitOr
        | Op::BitXor
        | Op::Shl
        | Op::Shr
        | Op::Ushr
        | Op::BitAndInt
        | Op::BitOrInt
        | Op::ShlInt
        | Op::ShrInt
        | Op::UshrInt
        | Op::Neg
        | Op::BitNot
        | Op::Inc
        | Op::Dec => arithmetic::hot(c, inst),
        Op::GetProperty
        | Op::GetMethod
        | Op::GetLength
        | Op::SetProperty
        | Op::DefineField
        | Op::GetGlobal
        | Op::SetGlobal => property::hot(c, inst),
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
        Op::Add
        | Op::Sub
        | Op::Mul
        | Op::Div
        | Op::Rem
        | Op::AddInt
        | Op::SubInt
        | Op::MulInt
        | Op::RemInt
        | Op::BitAnd
        | Op::BitOr
        | Op::BitXor
        | Op::Shl
        | Op::Shr
        | Op::Ushr
        | Op::BitAndInt
        | Op::BitOrInt
        | Op::ShlInt
        | Op::ShrInt
        | Op::UshrInt
        | Op::Neg
        | Op::BitNot
        | Op::Inc
        | Op::Dec => arithmetic::cold(c, inst),
        Op::GetProperty
        | Op::GetMethod
        | Op::GetLength
        | Op::SetProperty
        | Op::DefineField
        | Op::GetGlobal
        | Op::SetGlobal => property::cold(c, inst),
        Op::GetElement | Op::SetElement | Op::IteratorNext => element::cold(c, inst),
        Op::Call => call::cold(c, inst),
        op if branch::has_template(op) => branch::cold(c, inst),
        _ => c.step_and_next(),
    }
}
