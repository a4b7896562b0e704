//! What the integration tests share.

#![allow(dead_code, reason = "every test file uses a part of it")]

use ffi::{Function, Prototype, Route, Value};
use std::ffi::c_void;

/// Every way to make a call or callback; they have to behave the same.
pub(crate) const ROUTES: [Route; 3] = [Route::Auto, Route::Stub, Route::Slow];

/// Binds a function of this program, declared in C.
pub(crate) fn bind(address: *const c_void, declaration: &str, route: Route) -> Function {
    let prototype = Prototype::parse(declaration).unwrap_or_else(|e| panic!("{declaration}: {e}"));
    Function::from_ptr_with(address, prototype, route).unwrap_or_else(|e| panic!("{declaration}: {e}"))
}

/// Text as an argument.
pub(crate) fn text(text: &str) -> Value {
    Value::string(text).unwrap()
}
