//! The bytecode of JavaScript: opcode table, instructions, functions.
#![forbid(unsafe_code)]

mod disassemble;
mod function;
mod inst;
mod ops;
mod verify;

pub use disassemble::{disassemble, listing};

pub use function::{
    Callee, Constant, Declared, DeclaredKind, DynamicKind, ErrorKind, EvalContext, Export, Flags,
    FunctionCode, FunctionKind, Handler, Import, MethodFlags, ModuleInfo, Phase, Position, Request,
    ScopeInfo, ScopeKind, ScopeVar, SyntaxError, Text, Unit,
};
pub use inst::{Effect, Inst, Op, Operand};
pub use verify::{VerifyError, verify};
