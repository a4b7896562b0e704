//! The shared compiler's intermediate representation: typed SSA with block parameters, guards and frame states.
#![forbid(unsafe_code)]

pub mod builder;
pub mod cfg;
pub mod entity;
pub mod eval;
pub mod function;
pub mod interp;
pub mod module;
pub mod ops;
pub mod osr;
pub mod passes;
pub mod random;
pub mod text;
pub mod types;
pub mod verify;

pub use builder::Builder;
pub use entity::{AliasClass, Block, Entity, Func, Inst, Runtime, Sig, State, Table, Value, Virtual};
pub use function::{
    BlockData, Def, FrameValue, Function, Imm, InstData, Reason, StateData, Target, Targets, TrapCode,
    ValueData, Values, VirtualData,
};
pub use module::{AliasClassData, ClassSet, Module, RuntimeData, Signature};
pub use ops::{Effect, ImmKind, Op, Slot};
pub use types::{FloatCond, IntCond, Type};
