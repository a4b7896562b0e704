//! C calls as a person types them: a declaration, libraries to look in, and arguments as text. `spandrel ffi` on top of it.
//!
//! The functions here are safe to call for Rust, which cannot be the whole truth: calling C by a wrong declaration, or with
//! a wrong pointer, does anything. That promise is asked of the person at the keyboard, who gives the declaration and the
//! arguments; text from anywhere else must not reach [`Request::call`].

mod format;
mod literal;

use crate::code::Route;
use crate::decl::{DeclError, Prototype, Ty};
use crate::error::{BindError, CallError, OpenError};
use crate::library::Library;
use crate::shape::promoted_type;
use crate::typed::TypedFunction;
use crate::value::Value;
use abi::{Abi, Plan, PlanError};
use std::ffi::{c_int, c_void};
use std::fmt;

/// One call, as text.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The C declaration of the function.
    pub declaration: String,
    /// Where to look for the function, in order; the process itself comes last.
    pub libraries: Vec<String>,
    /// One literal per argument; see [`Request::call`].
    pub args: Vec<String>,
    /// How to call.
    pub route: Route,
}

/// Why a request failed.
#[derive(Debug)]
pub enum ShellError {
    /// The declaration cannot be read.
    Declaration(DeclError),
    /// A literal that is no value of its parameter's type.
    Literal {
        /// Which argument, from 0.
        index: usize,
        /// The literal.
        text: String,
        /// The parameter's type, when there is one.
        ty: String,
        /// What is wrong.
        why: String,
    },
    /// A library cannot be opened.
    Open(OpenError),
    /// The function cannot be found or bound.
    Bind(BindError),
    /// The call was refused, or failed.
    Call(CallError),
    /// There is no plan for the call under the convention.
    Plan(PlanError),
}

impl ShellError {
    /// Whether the request itself is wrong, rather than the machine or the library.
    pub fn is_usage(&self) -> bool {
        match self {
            ShellError::Declaration(_) | ShellError::Literal { .. } | ShellError::Plan(_) => true,
            ShellError::Bind(error) => {
                matches!(error, BindError::Unnamed | BindError::Plan(_) | BindError::Declaration(_))
            }
            ShellError::Call(error) => {
                matches!(error, CallError::Count { .. } | CallError::Argument { .. } | CallError::Plan(_))
            }
            ShellError::Open(_) => false,
        }
    }
}

impl fmt::Display for ShellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ShellError::Declaration(error) => write!(f, "declaration: {error}"),
            ShellError::Literal { index, text, ty, why } => {
                write!(f, "argument {}: '{text}' is no '{ty}': {why}", index + 1)
            }
            ShellError::Open(error) => error.fmt(f),
            ShellError::Bind(error) => error.fmt(f),
            ShellError::Call(error) => error.fmt(f),
            ShellError::Plan(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ShellError {}

impl Request {
    /// Makes the call and returns the result as text; `None` for `void`. C's output streams are flushed afterwards.
    ///
    /// Literals are read by the type of their parameter. Numbers are decimal, or integers with `0x`, `0o`, `0b`, or one
    /// character in single quotes; records, arrays and vectors are `{1, 2.5, "text"}`, unions `{value}` of the first
    /// member or `{.name = value}`. `char *` takes text as it is, with C's escapes; `NULL` is the null pointer. Other
    /// pointers take `NULL`, an address, or text. Arguments behind `...` are numbers where they look like numbers.
    ///
    /// # Errors
    /// See [`ShellError`].
    pub fn call(&self) -> Result<Option<String>, ShellError> {
        let prototype = self.prototype(Abi::HOST)?;
        let args = self.values(&prototype)?;
        let library = self.find(&prototype)?;
        let function = library.bind(prototype, self.route).map_err(ShellError::Bind)?;
        // SAFETY: the module's documentation asks the promise of the person at the keyboard.
        let result = unsafe { function.call(&args) }.map_err(ShellError::Call)?;
        flush_streams();
        let prototype = function.prototype();
        // SAFETY: as above; what C returns as `char *` is a string.
        Ok(unsafe { format::result(prototype.ty().result(), &result, prototype.abi()) })
    }

    /// How the call is made under `abi`, without making it: what goes where, one step per line.
    ///
    /// # Errors
    /// See [`ShellError`]. Arguments may be left out altogether.
    pub fn plan(&self, abi: Abi) -> Result<Plan, ShellError> {
        let prototype = self.prototype(abi)?;
        let mut signature = prototype.signature().clone();
        if !self.args.is_empty() {
            let named = signature.params.len();
            for (index, value) in self.values(&prototype)?.iter().enumerate().skip(named) {
                let ty = promoted_type(value)
                    .map_err(|error| ShellError::Call(CallError::Argument { index, error }))?;
                signature.params.push(ty);
            }
        }
        Plan::new(abi, &signature).map_err(ShellError::Plan)
    }

    fn prototype(&self, abi: Abi) -> Result<Prototype, ShellError> {
        Prototype::parse_for(&self.declaration, abi).map_err(ShellError::Declaration)
    }

    /// The arguments' values; also checks how many there are.
    fn values(&self, prototype: &Prototype) -> Result<Vec<Value>, ShellError> {
        let params = prototype.ty().params();
        let (expected, variadic, given) = (params.len(), prototype.is_variadic(), self.args.len());
        if given < expected || given > expected && !variadic {
            return Err(ShellError::Call(CallError::Count { expected, variadic, given }));
        }
        let value = |(index, text): (usize, &String)| {
            let ty: Option<&Ty> = params.get(index).map(|p| &p.ty);
            literal::read(text, ty, prototype.abi()).map_err(|why| ShellError::Literal {
                index,
                text: text.clone(),
                ty: ty.map_or("value".to_owned(), ToString::to_string),
                why,
            })
        };
        self.args.iter().enumerate().map(value).collect()
    }

    /// The first library that has the function, or the process.
    fn find(&self, prototype: &Prototype) -> Result<Library, ShellError> {
        let name = prototype.name().ok_or(ShellError::Bind(BindError::Unnamed))?;
        let mut opened = Vec::new();
        for library in &self.libraries {
            // SAFETY: the module's documentation asks the promise of the person at the keyboard.
            opened.push(unsafe { Library::open(library) }.map_err(ShellError::Open)?);
        }
        opened.push(Library::process().map_err(ShellError::Open)?);
        let mut missing = None;
        for library in opened {
            match library.symbol(name) {
                Ok(_) => return Ok(library),
                Err(error) => missing = missing.or(Some(error)),
            }
        }
        Err(ShellError::Bind(missing.unwrap_or(BindError::Unnamed)))
    }
}

/// Writes out what C has buffered, so that it comes before whatever Rust prints next.
fn flush_streams() {
    let fflush = Library::process().ok().and_then(|process| process.symbol("fflush").ok());
    let fflush = fflush.and_then(|address| TypedFunction::<(*const c_void,), c_int>::from_ptr(address).ok());
    if let Some(fflush) = fflush {
        // SAFETY: the types are those of C's `fflush`, for which null means all streams. A failure is nothing to report
        // here: the streams belong to the function that was called.
        let _ = unsafe { fflush.call((std::ptr::null(),)) };
    }
}
