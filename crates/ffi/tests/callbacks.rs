//! Closures as C function pointers, by every route, and everything that can go wrong with them.

mod common;

use common::{ROUTES, bind};
use ffi::{
    BindError, CallError, Callback, CallbackError, CallbackFault, Prototype, SyncCallback, TypedFunction,
    Value,
};
use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::rc::Rc;
use std::sync::atomic::{AtomicI64, Ordering};

ffi::c_struct! {
    #[derive(Debug, PartialEq)]
    struct Large {
        a: i64,
        b: f64,
        c: i64,
    }
}

type Binary = unsafe extern "C" fn(i32, i32) -> i32;

/// "C code" that calls a function pointer `n` times and adds the results up.
unsafe extern "C" fn repeat(f: Binary, n: i32) -> i64 {
    // SAFETY: the caller passes a function of this type.
    (0..n).map(|i| i64::from(unsafe { f(i, 10) })).sum()
}

fn typed_repeat() -> TypedFunction<(*const c_void, i32), i64> {
    TypedFunction::from_ptr(repeat as *const c_void).unwrap()
}

/// Calls [`repeat`] with a callback of its type.
fn run(callback: &Callback<'_>, n: i32) -> Result<i64, CallError> {
    // SAFETY: the types are those of `repeat`, and the callback has the type that `repeat` calls.
    unsafe { typed_repeat().call((callback.as_ptr(), n)) }
}

#[test]
fn closures_are_called_with_their_arguments() {
    for route in ROUTES {
        let calls = Cell::new(0);
        let typed = Callback::typed_with(route, |a: i32, b: i32| {
            calls.set(calls.get() + 1);
            a * b
        });
        assert_eq!(run(&typed.unwrap(), 4).unwrap(), 60);
        assert_eq!(calls.get(), 4);

        let prototype = Prototype::parse("int (*)(int, int)").unwrap();
        let seen = RefCell::new(Vec::new());
        let dynamic = Callback::new_with(&prototype, route, |args| {
            seen.borrow_mut().push(args.to_vec());
            Value::I64(-1)
        });
        assert_eq!(run(&dynamic.unwrap(), 2).unwrap(), -2);
        let expected = [[Value::I32(0), Value::I32(10)], [Value::I32(1), Value::I32(10)]];
        assert_eq!(seen.into_inner(), expected);
    }
}

#[test]
fn structs_go_in_and_out() {
    type Wide = unsafe extern "C" fn(Large, f32, Large) -> Large;
    unsafe extern "C" fn twice(f: Wide, l: Large) -> Large {
        // SAFETY: the caller passes a function of this type.
        unsafe { f(l, 2.0, f(l, 1.0, l)) }
    }
    let start = Large { a: 1, b: 2.0, c: 3 };
    let add = |x: Large, f: f32, y: Large| Large { a: x.a + y.a, b: x.b + y.b + f64::from(f), c: x.c - y.c };
    let expected = add(start, 2.0, add(start, 1.0, start));
    for route in ROUTES {
        let f = TypedFunction::<(*const c_void, Large), Large>::from_ptr_with(twice as *const c_void, route)
            .unwrap();
        let typed = Callback::typed_with(route, add).unwrap();
        // SAFETY: the types are those of `twice`, and the callback has the type that it calls.
        assert_eq!(unsafe { f.call((typed.as_ptr(), start)) }.unwrap(), expected);

        let text = "struct l {int64_t a; double b; int64_t c;} f(struct l, float, struct l)";
        let dynamic = Callback::new_with(&Prototype::parse(text).unwrap(), route, |args| {
            let [Value::Record(x), Value::F32(f), Value::Record(y)] = args else { panic!("{args:?}") };
            let int = |v: &Value| v.as_int().unwrap();
            let b = x[1].as_float().unwrap() + y[1].as_float().unwrap() + f64::from(*f);
            Value::Record(vec![
                Value::I128(int(&x[0]) + int(&y[0])),
                Value::F64(b),
                Value::I128(int(&x[2]) - int(&y[2])),
            ])
        });
        // SAFETY: as above.
        assert_eq!(unsafe { f.call((dynamic.unwrap().as_ptr(), start)) }.unwrap(), expected);
    }
}

#[test]
fn a_panic_stops_at_c_and_is_reported_by_the_call() {
    for route in ROUTES {
        let calls = Cell::new(0);
        let callback = Callback::typed_with(route, |a: i32, _: i32| {
            calls.set(calls.get() + 1);
            assert!(a < 2, "number {a} is too large");
            1
        });
        let callback = callback.unwrap();
        let Err(CallError::CallbackPanicked(panic)) = run(&callback, 5) else { panic!("not reported") };
        assert_eq!(panic.message(), "number 2 is too large");
        assert_eq!(calls.get(), 3, "after the panic no callback runs inside the same call");
        let resumed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| panic.resume())).unwrap_err();
        assert_eq!(resumed.downcast_ref::<String>().unwrap(), "number 2 is too large");
        assert_eq!(run(&callback, 2).unwrap(), 2, "the next call is not affected");
    }
}

#[test]
fn a_panic_is_reported_by_the_innermost_call_around_it() {
    let inner = Callback::typed(|_: i32, _: i32| -> i32 { panic!("inner") }).unwrap();
    let outer = Callback::typed(|a: i32, _: i32| {
        assert!(matches!(run(&inner, 1), Err(CallError::CallbackPanicked(_))));
        assert!(matches!(run(&inner, 1), Err(CallError::CallbackPanicked(_))));
        a
    });
    let outer = outer.unwrap();
    assert_eq!(run(&outer, 3).unwrap(), 3);

    // After calls of its own a callback is still inside the call around it.
    let outer = Callback::typed(|_: i32, _: i32| -> i32 {
        let _ = run(&inner, 1);
        panic!("outer")
    });
    let Err(CallError::CallbackPanicked(panic)) = run(&outer.unwrap(), 2) else { panic!("not reported") };
    assert_eq!(panic.message(), "outer");
}

#[test]
fn without_a_call_around_it_a_callback_keeps_its_fault() {
    for route in ROUTES {
        let callback = Callback::typed_with(route, |a: i32, _: i32| -> i32 { panic!("number {a}") }).unwrap();
        // SAFETY: the callback has this type.
        let f = unsafe { callback.as_fn::<Binary>() };
        // SAFETY: the callback is alive, and this is its thread.
        assert_eq!(unsafe { f(1, 0) + f(2, 0) }, 0);
        assert!(
            matches!(callback.take_fault(), Some(CallbackFault::Panicked(p)) if p.message() == "number 1")
        );
        assert!(callback.take_fault().is_none());
    }
}

#[test]
fn values_that_do_not_fit_the_result_are_reported() {
    let prototype = Prototype::parse("int (*)(int, int)").unwrap();
    for route in ROUTES {
        for (value, message) in [
            (Value::I64(1 << 40), "a callback's result: 1099511627776 is out of range for 'int32_t'"),
            (Value::Void, "a callback's result: nothing given for 'int32_t'"),
            (common::text("x"), "a callback's result: text given for 'a pointer that outlives the callback'"),
        ] {
            let callback = Callback::new_with(&prototype, route, move |_| value.clone()).unwrap();
            let error = run(&callback, 3).unwrap_err();
            assert!(matches!(error, CallError::Callback(CallbackError::Result(_))));
            assert_eq!(error.to_string(), message);
        }
    }
}

#[test]
fn calls_after_the_drop_are_refused() {
    for route in ROUTES {
        let witness = Rc::new(());
        let held = Rc::clone(&witness);
        let callback = Callback::typed_with(route, move |a: i32, _: i32| a + Rc::strong_count(&held) as i32);
        let callback = callback.unwrap();
        let stale = callback.as_ptr();
        assert_eq!(Rc::strong_count(&witness), 2);
        drop(callback);
        assert_eq!(Rc::strong_count(&witness), 1, "the closure goes at once");
        // SAFETY: the types are those of `repeat`; dropped callbacks stay callable.
        let error = unsafe { typed_repeat().call((stale, 3)) }.unwrap_err();
        assert!(matches!(error, CallError::Callback(CallbackError::Dropped)), "{error}");
    }
}

#[test]
fn a_callback_may_drop_itself() {
    for route in ROUTES {
        let witness = Rc::new(());
        let held = Rc::clone(&witness);
        let slot = Rc::new(RefCell::new(None::<Callback<'static>>));
        let own = Rc::clone(&slot);
        let callback = Callback::typed_with(route, move |a: i32, _: i32| {
            drop(own.borrow_mut().take());
            a + Rc::strong_count(&held) as i32
        });
        let callback = callback.unwrap();
        let address = callback.as_ptr();
        *slot.borrow_mut() = Some(callback);
        // SAFETY: the types are those of `repeat`, which calls the callback twice: once alive, once dropped.
        let error = unsafe { typed_repeat().call((address, 2)) }.unwrap_err();
        assert!(matches!(error, CallError::Callback(CallbackError::Dropped)), "{error}");
        assert_eq!(Rc::strong_count(&witness), 1, "the closure went when its last call returned");
        assert!(slot.borrow().is_none());
    }
}

#[test]
fn other_threads_are_refused_unless_declared_safe() {
    /// "C code" that calls back on a thread of its own.
    unsafe extern "C" fn elsewhere(f: Binary, n: i32) -> i64 {
        // SAFETY: the caller passes a function of this type.
        std::thread::spawn(move || unsafe { repeat(f, n) }).join().unwrap_or(-1)
    }
    for route in ROUTES {
        let f = bind(elsewhere as *const c_void, "int64_t f(int (*)(int, int), int)", route);
        let calls = AtomicI64::new(0);
        let closure = |a: i32, _: i32| {
            calls.fetch_add(1, Ordering::Relaxed);
            a + 1
        };
        let own = Callback::typed_with(route, closure).unwrap();
        // SAFETY: the declaration is that of `elsewhere`, and the callback has the type that it calls.
        assert_eq!(unsafe { f.call(&[Value::from(&own), Value::I32(3)]) }.unwrap(), Value::I64(0));
        assert!(matches!(own.take_fault(), Some(CallbackFault::ForeignThread)));
        assert_eq!(calls.load(Ordering::Relaxed), 0);

        let shared = SyncCallback::typed_with(route, closure).unwrap();
        // SAFETY: as above.
        assert_eq!(unsafe { f.call(&[Value::from(&shared), Value::I32(3)]) }.unwrap(), Value::I64(6));
        assert_eq!(calls.load(Ordering::Relaxed), 3);
    }
}

#[test]
fn a_shared_callback_runs_on_many_threads_and_may_go_meanwhile() {
    for route in ROUTES {
        let total = AtomicI64::new(0);
        let callback = SyncCallback::typed_with(route, |a: i32, b: i32| {
            total.fetch_add(i64::from(a + b), Ordering::Relaxed);
            1
        });
        let callback = callback.unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert_eq!(run(&callback, 500).unwrap(), 500));
            }
        });
        assert_eq!(total.load(Ordering::Relaxed), 4 * (500 * 499 / 2 + 5000));

        // Dropped while others call it: every call either runs or is refused.
        let alive = SyncCallback::typed_with(route, |_: i32, _: i32| 1).unwrap();
        let address = alive.as_ptr().addr();
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(move || {
                    for _ in 0..200 {
                        let f = std::ptr::without_provenance(address);
                        // SAFETY: the types are those of `repeat`; dropped callbacks stay callable.
                        match unsafe { typed_repeat().call((f, 10)) } {
                            Ok(sum) => assert_eq!(sum, 10),
                            Err(error) => {
                                assert!(matches!(error, CallError::Callback(CallbackError::Dropped)))
                            }
                        }
                    }
                });
            }
            scope.spawn(move || drop(alive));
        });
    }
}

#[test]
fn prototypes_that_callbacks_cannot_have() {
    let make = |text: &str| Callback::new(&Prototype::parse(text).unwrap(), |_| Value::Void).err();
    assert!(matches!(make("int f(int, ...)"), Some(BindError::Variadic)));
    let foreign = ffi::Abi::ALL.into_iter().find(|a| a.arch() != ffi::Abi::HOST.arch()).unwrap();
    let prototype = Prototype::parse_for("int f(int)", foreign).unwrap();
    assert!(matches!(Callback::new(&prototype, |_| Value::Void), Err(BindError::Architecture(_))));
}
