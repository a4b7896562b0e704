//! Call C functions and be called by them, with signatures described at run time.
//!
//! ```
//! # #[cfg(target_os = "linux")] {
//! use ffi::{Library, Value};
//!
//! // SAFETY: the C library's initialisers have run already.
//! let libm = unsafe { Library::open("libm.so.6") }.unwrap();
//!
//! // From a C declaration; values are checked when calling.
//! let pow = libm.function("double pow(double x, double y)").unwrap();
//! // SAFETY: this is the declaration of `pow`, which takes any two numbers.
//! assert_eq!(unsafe { pow.call(&[Value::F64(2.0), Value::F64(10.0)]) }.unwrap(), Value::F64(1024.0));
//!
//! // From Rust types, checked against the declaration once; then as fast as a function pointer.
//! let pow = libm.typed_as::<(f64, f64), f64>("double pow(double, double)").unwrap();
//! // SAFETY: as above, for all arguments.
//! let pow = unsafe { pow.assume_safe() };
//! assert_eq!(pow.call((2.0, 10.0)).unwrap(), 1024.0);
//! # }
//! ```
//!
//! # Where `unsafe` is
//!
//! Opening a library runs its initialisers: [`Library::open`] is `unsafe`. Looking functions up and binding them is safe.
//! Calling them is `unsafe`: whoever calls vouches for the signature, for pointers and for what the function does.
//! [`Function::assume_safe`] makes the promise once for all calls. Making callbacks is safe.
//!
//! # Three ways to describe a signature
//!
//! * C text: [`Prototype::parse`], or [`Declarations`] for whole headers;
//! * Rust types: [`TypedFunction`], [`c_struct!`], [`Callback::typed`];
//! * piece by piece: [`Prototype::builder`], or [`Prototype::from_signature`] from an [`abi::Signature`].

mod buffer;
pub mod callback;
mod code;
mod context;
mod ctype;
pub mod decl;
mod errno;
mod error;
mod function;
mod library;
mod self_test;
mod shape;
pub mod shell;
mod typed;
mod value;

pub use abi::{self, Abi};
pub use callback::{Callback, CallbackFn, SyncCallback};
pub use code::Route;
pub use ctype::{CType, CValue};
pub use decl::{DeclError, Declarations, Prototype};
pub use error::{BindError, CallError, CallbackError, CallbackFault, CallbackPanic, OpenError, ValueError};
pub use function::{Function, Safe};
pub use library::Library;
pub use self_test::{Check, self_test};
pub use typed::{Args, Return, TypedFunction};
pub use value::Value;
