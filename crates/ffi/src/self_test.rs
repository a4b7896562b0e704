//! Tries out on this machine what the library relies on, for `spandrel doctor`.

use crate::callback::Callback;
use crate::code::{self, Engine, Route};
use crate::decl::Prototype;
use crate::function::Function;
use crate::typed::TypedFunction;
use crate::value::Value;
use abi::{Abi, Plan};
use std::ffi::c_void;
use std::sync::Arc;

/// One thing that was tried.
#[derive(Clone, Debug)]
pub struct Check {
    /// What was tried.
    pub name: &'static str,
    /// What was seen, or why it failed.
    pub result: Result<String, String>,
}

/// Publishes, calls and drops machine code, calls back from C code, and does the same without machine code.
///
/// Takes some milliseconds. Where the host forbids executable memory the first two checks fail, the others do not.
pub fn self_test() -> Vec<Check> {
    let check = |name, result: Result<String, String>| Check { name, result };
    vec![
        check("call by machine code", call(Route::Stub)),
        check("memory of dropped code", dropped()),
        check("callback", callback(Route::Auto)),
        check("call without machine code", call(Route::Slow)),
        check("callback without machine code", callback(Route::Slow)),
    ]
}

crate::c_struct! {
    #[derive(Debug, PartialEq)]
    struct Pair {
        a: f64,
        b: i64,
    }
}

/// Arguments in integer registers, vector registers and on the stack under every convention, and a struct both ways.
extern "C" fn callee(p: Pair, a: i32, b: i64, c: f32, d: i64, e: i64, f: i64, g: i64, h: u8) -> Pair {
    let sum = i64::from(a) + 2 * b + 3 * d + 4 * e + 5 * f + 6 * g + 7 * i64::from(h);
    Pair { a: p.a + f64::from(c), b: p.b - sum }
}

const DECLARATION: &str = "struct { double a; int64_t b; } callee(struct { double a; int64_t b; }, \
                           int, int64_t, float, int64_t, int64_t, int64_t, int64_t, uint8_t)";

fn call(route: Route) -> Result<String, String> {
    let prototype = Prototype::parse(DECLARATION).map_err(|e| e.to_string())?;
    let function =
        Function::from_ptr_with(callee as *const c_void, prototype, route).map_err(|e| e.to_string())?;
    let pair = |a, b| Value::Record(vec![Value::F64(a), Value::I64(b)]);
    let mut args = vec![pair(1.5, 1000), Value::I32(-1), Value::I64(2), Value::F32(0.25)];
    args.extend([3, 4, 5, 6, 7].map(Value::I64));
    let expected = pair(1.75, 1000 - (-1 + 4 + 9 + 16 + 25 + 36 + 49));
    // SAFETY: the declaration is that of `callee`, which takes any arguments.
    match unsafe { function.call(&args) } {
        Ok(result) if result == expected => Ok("9 arguments and a struct arrived".to_owned()),
        Ok(result) => Err(format!("the call returned {result:?} and not {expected:?}")),
        Err(error) => Err(error.to_string()),
    }
}

/// Makes and drops the same stub until the space would long be full if nothing came back.
fn dropped() -> Result<String, String> {
    const ROUNDS: usize = 1000;
    let space = code::space()?;
    let prototype = Prototype::parse(DECLARATION).map_err(|e| e.to_string())?;
    let plan = Plan::new(Abi::HOST, prototype.signature()).map_err(|e| e.to_string())?;
    let code = abi::stub::emit_call(&plan, Abi::HOST).map_err(|e| e.to_string())?;
    let mut entries = std::collections::HashSet::new();
    for _ in 0..ROUNDS {
        let published = code.publish(space, "ffi self-test").map_err(|e| e.to_string())?;
        let entry = published.entry().addr();
        if !space.is_published(entry) {
            return Err(format!("{entry:#x} was published and is not known"));
        }
        entries.insert(entry);
    }
    space.reclaim();
    if entries.len() == ROUNDS {
        return Err(format!(
            "{ROUNDS} stubs were published and dropped, and none came to lie where another had been"
        ));
    }
    // An engine made afterwards must find everything in order.
    Engine::new(Arc::new(plan), Route::Stub)?;
    Ok(format!("{ROUNDS} stubs, one after the other, needed room for {}", entries.len()))
}

/// "C code" that calls a function pointer.
unsafe extern "C" fn caller(f: unsafe extern "C" fn(i32, f64) -> f64, n: i32) -> f64 {
    // SAFETY: the caller passes a function of this type.
    (0..n).map(|i| unsafe { f(i, 0.5) }).sum()
}

fn callback(route: Route) -> Result<String, String> {
    let offset = 10;
    let callback = Callback::typed_with(route, |a: i32, b: f64| f64::from(a + offset) + b);
    let callback = callback.map_err(|e| e.to_string())?;
    let function = TypedFunction::<(*const c_void, i32), f64>::from_ptr_with(caller as *const c_void, route);
    let function = function.map_err(|e| e.to_string())?;
    // SAFETY: the types are those of `caller`, and the callback has the type that it calls.
    match unsafe { function.call((callback.as_ptr(), 4)) } {
        Ok(48.0) => Ok("a closure was called 4 times".to_owned()),
        Ok(sum) => Err(format!("the calls summed up to {sum} and not 48")),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_self_test_passes_here() {
        for check in super::self_test() {
            assert!(check.result.is_ok(), "{check:?}");
        }
    }
}
