//! What happens when callbacks are many. In a file of its own, because it uses up what all callbacks of a process share.

use ffi::callback::KEPT;
use ffi::{BindError, CallError, Callback, Route, TypedFunction};
use std::ffi::c_void;
use std::sync::{Mutex, MutexGuard, PoisonError};

type Binary = unsafe extern "C" fn(i32, i32) -> i32;

/// The tests of this file run one after the other.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// "C code" that calls a function pointer `n` times and adds the results up.
unsafe extern "C" fn repeat(f: Binary, n: i32) -> i64 {
    // SAFETY: the caller passes a function of this type.
    (0..n).map(|i| i64::from(unsafe { f(i, 10) })).sum()
}

fn run(callback: &Callback<'_>, n: i32) -> Result<i64, CallError> {
    let f = TypedFunction::<(*const c_void, i32), i64>::from_ptr(repeat as *const c_void).unwrap();
    // SAFETY: the types are those of `repeat`, and the callback has the type that `repeat` calls.
    unsafe { f.call((callback.as_ptr(), n)) }
}

#[test]
fn the_memory_of_dropped_callbacks_is_used_again() {
    let _alone = alone();
    for route in [Route::Stub, Route::Slow] {
        for i in 0..3 * KEPT as i32 {
            let callback = Callback::typed_with(route, move |a: i32, b: i32| a + b + i).unwrap();
            if i % 97 == 0 {
                assert_eq!(run(&callback, 1).unwrap(), i64::from(10 + i));
            }
        }
    }
}

#[test]
fn precompiled_entries_can_run_out() {
    let _alone = alone();
    let make = || Callback::typed_with(Route::Slow, |a: i32, _: i32| a);
    let mut all = Vec::new();
    let error = loop {
        match make() {
            Ok(callback) => all.push(callback),
            Err(error) => break error,
        }
        assert!(all.len() <= 4096, "the pool has no end");
    };
    assert!(matches!(error, BindError::NoEntry), "{error}");
    all.truncate(all.len() - 1);
    let again = make().expect("an entry is free again");
    assert_eq!(run(&again, 2).unwrap(), 1);
    drop(all);
}
