//! The pool of precompiled callback entries: exhaustion, reuse, threads, and closures dropped while calls are inside.
//!
//! A program of its own, because it takes every entry there is.

use abi::slow::{ENTRY_COUNT, PoolExhausted, StaticClosure};
use abi::{Abi, Plan, Scalar, Signature, Type};
use std::ffi::c_void;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Tests that count free entries run one at a time.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn plan() -> Arc<Plan> {
    let long = || Type::Scalar(Scalar::I64);
    Arc::new(Plan::new(Abi::HOST, &Signature::new([long()], Some(long()))).expect("the signature is valid"))
}

type Function = extern "C" fn(i64) -> i64;

fn function(closure: &StaticClosure) -> Function {
    // SAFETY: every closure here is made from `plan()`, which is this type.
    unsafe { std::mem::transmute(closure.entry()) }
}

/// Returns the argument plus the number that `user` points to.
unsafe extern "C" fn add(user: *mut c_void, frame: *mut u8, result: *mut u8) {
    // SAFETY: `user` is a live i64, and frame and result are those of `plan()`.
    unsafe { *result.cast::<i64>() = *frame.cast::<i64>() + *user.cast::<i64>() }
}

fn adder(plan: &Arc<Plan>, number: &'static i64) -> Result<StaticClosure, PoolExhausted> {
    let user = std::ptr::from_ref(number).cast_mut().cast();
    // SAFETY: `add` takes a pointer to an i64, and reads a static one.
    unsafe { StaticClosure::new(Arc::clone(plan), add, user) }
}

fn take_all(plan: &Arc<Plan>) -> Vec<StaticClosure> {
    std::iter::from_fn(|| adder(plan, &1).ok()).collect()
}

#[test]
fn the_pool_ends_with_a_typed_error_and_entries_are_reused() {
    let _alone = alone();
    let plan = plan();
    let mut closures = take_all(&plan);
    assert_eq!(closures.len(), ENTRY_COUNT);
    let error = adder(&plan, &2).map(drop).expect_err("there are no more");
    assert_eq!(error, PoolExhausted);
    assert!(error.to_string().contains("256"), "{error}");
    let mut entries: Vec<*const u8> = closures.iter().map(StaticClosure::entry).collect();
    entries.sort();
    entries.dedup();
    assert_eq!(entries.len(), ENTRY_COUNT, "every closure has its own entry");
    assert!(closures.iter().enumerate().all(|(i, closure)| function(closure)(i as i64) == i as i64 + 1));

    let freed = closures.swap_remove(100).entry();
    let again = adder(&plan, &-5).expect("one entry is free");
    assert_eq!(again.entry(), freed);
    assert_eq!(function(&again)(3), -2);
    drop(closures);
    drop(again);
    assert_eq!(take_all(&plan).len(), ENTRY_COUNT, "all came back");
}

#[test]
fn threads_make_call_and_drop_closures() {
    let _alone = alone();
    static NUMBERS: [i64; 4] = [10, 20, 30, 40];
    let plan = plan();
    let calls = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for number in &NUMBERS {
            let (plan, calls) = (&plan, &calls);
            scope.spawn(move || {
                for round in 0..500 {
                    let held: Vec<_> =
                        (0..5).map(|_| adder(plan, number).expect("20 are in use at most")).collect();
                    for closure in &held {
                        assert_eq!(function(closure)(round), round + number);
                        calls.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert_eq!(calls.into_inner(), 4 * 500 * 5);
    assert_eq!(take_all(&plan).len(), ENTRY_COUNT, "none was lost");
}

struct Suicidal {
    closure: Mutex<Option<StaticClosure>>,
    plan: Arc<Plan>,
}

/// Drops the closure it was called through, and fills the pool before it returns.
unsafe extern "C" fn drop_self(user: *mut c_void, frame: *mut u8, result: *mut u8) {
    // SAFETY: `user` is the test's live `Suicidal`; frame and result are those of `plan()`.
    unsafe {
        let shared = &*user.cast::<Suicidal>();
        drop(shared.closure.lock().unwrap_or_else(PoisonError::into_inner).take());
        // The entry is not handed out while this call is inside.
        let others = take_all(&shared.plan);
        *result.cast::<i64>() = *frame.cast::<i64>() * 1000 + others.len() as i64;
    }
}

#[test]
fn a_closure_dropped_inside_its_own_call_is_freed_when_the_call_leaves() {
    let _alone = alone();
    let plan = plan();
    let shared = Suicidal { closure: Mutex::new(None), plan: Arc::clone(&plan) };
    let user = std::ptr::from_ref(&shared).cast_mut().cast();
    // SAFETY: `drop_self` takes a `Suicidal`, which outlives the call below.
    let closure =
        unsafe { StaticClosure::new(Arc::clone(&plan), drop_self, user) }.expect("the pool is not empty");
    let function = function(&closure);
    *shared.closure.lock().expect("nobody panicked") = Some(closure);
    let answer = function(7);
    assert_eq!(answer, 7000 + ENTRY_COUNT as i64 - 1);
    assert_eq!(take_all(&plan).len(), ENTRY_COUNT);
    // Only this function, the test's own list and no closure hold the plan.
    assert_eq!(Arc::strong_count(&plan), 2);
}
