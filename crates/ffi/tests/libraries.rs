//! Libraries of the system: what C programmers call every day, by every route.
#![cfg(target_os = "linux")]

mod common;

use common::{ROUTES, text};
use ffi::{BindError, CallError, Callback, Library, Prototype, Route, Value};
use std::ffi::{CStr, c_char, c_int, c_void};

const LIBC: &str = "libc.so.6";
const LIBM: &str = "libm.so.6";

fn open(name: &str) -> Library {
    // SAFETY: the C libraries' initialisers have run already.
    unsafe { Library::open(name) }.unwrap_or_else(|e| panic!("{e}"))
}

/// Calls a function of the C library with good arguments.
fn call(library: &Library, declaration: &str, route: Route, args: &[Value]) -> Value {
    let prototype = Prototype::parse(declaration).unwrap_or_else(|e| panic!("{declaration}: {e}"));
    let f = library.bind(prototype, route).unwrap_or_else(|e| panic!("{declaration}: {e}"));
    // SAFETY: the declarations in this file are those of the C library, and the arguments what it asks for.
    unsafe { f.call(args) }.unwrap_or_else(|e| panic!("{declaration}: {e}"))
}

#[test]
fn mathematics() {
    let libm = open(LIBM);
    for route in ROUTES {
        assert_eq!(call(&libm, "double cos(double)", route, &[Value::F64(0.0)]), Value::F64(1.0));
        assert_eq!(
            call(&libm, "float powf(float, float)", route, &[Value::F32(2.0), Value::F32(0.5)]),
            Value::F32(2f32.sqrt())
        );
        let ldexp = call(&libm, "double ldexp(double, int)", route, &[Value::F64(0.75), Value::I32(4)]);
        assert_eq!(ldexp, Value::F64(12.0));
        let mut exponent: c_int = 0;
        let args = [Value::F64(48.0), Value::pointer_to(&mut exponent)];
        assert_eq!(call(&libm, "double frexp(double, int *)", route, &args), Value::F64(0.75));
        assert_eq!(exponent, 6);
    }
}

#[test]
fn structs_as_results() {
    let libc = Library::process().unwrap();
    ffi::c_struct! {
        #[derive(Debug, PartialEq)]
        struct Div { quot: c_int, rem: c_int }
        #[derive(Debug, PartialEq)]
        struct LongDiv { quot: i64, rem: i64 }
    }
    for route in ROUTES {
        let args = [Value::I32(17), Value::I32(5)];
        let div = call(&libc, "struct { int quot, rem; } div(int, int)", route, &args);
        assert_eq!(div, Value::Record(vec![Value::I32(3), Value::I32(2)]));
        let args = [Value::I64(-17), Value::I64(5)];
        let div = call(&libc, "struct { long quot; long rem; } ldiv(long, long)", route, &args);
        assert_eq!(div, Value::Record(vec![Value::I64(-3), Value::I64(-2)]));
    }
    let div = libc.typed_as::<(c_int, c_int), Div>("struct { int quot, rem; } div(int, int)").unwrap();
    // SAFETY: the types are those of `div`, and 5 is not 0.
    assert_eq!(unsafe { div.call((17, 5)) }.unwrap(), Div { quot: 3, rem: 2 });
    let div = libc.typed::<(i64, i64), LongDiv>("ldiv").unwrap();
    // SAFETY: as above.
    assert_eq!(unsafe { div.call((1 << 40, 3)) }.unwrap(), LongDiv { quot: (1 << 40) / 3, rem: 1 });
}

#[test]
fn strings_and_memory() {
    let libc = open(LIBC);
    for route in ROUTES {
        assert_eq!(call(&libc, "size_t strlen(const char *)", route, &[text("héllo")]), Value::U64(6));
        let mut end: *mut c_char = std::ptr::null_mut();
        let number = c"2.5 apples".to_owned();
        let args = [Value::from(number.as_ptr()), Value::pointer_to(&mut end)];
        assert_eq!(call(&libc, "double strtod(const char *, char **)", route, &args), Value::F64(2.5));
        assert_eq!(end.addr() - number.as_ptr().addr(), 3);
        let (from, mut to) = ([1u8, 2, 3, 4], [0u8; 4]);
        let args = [Value::pointer_to(&mut to), Value::from(from.as_ptr()), Value::from(3usize)];
        let result = call(&libc, "void *memcpy(void *, const void *, size_t)", route, &args);
        assert_eq!(result, Value::pointer_to(&mut to));
        assert_eq!(to, [1, 2, 3, 0]);
        assert_eq!(call(&libc, "int toupper(int)", route, &[Value::I32('q' as i32)]), Value::I32('Q' as i32));
        let copy = call(&libc, "char *strdup(const char *)", route, &[text("copy")]);
        // SAFETY: `strdup` returns a string.
        assert_eq!(unsafe { copy.as_c_str() }, Some(c"copy"));
        assert_eq!(call(&libc, "void free(void *)", route, &[copy]), Value::Void);
    }
    assert!(Value::string("a\0b").is_err(), "C would read half of it");
}

#[test]
fn variadic_functions_get_promoted_arguments() {
    let libc = open(LIBC);
    let declaration = "int snprintf(char *restrict, size_t, const char *restrict, ...)";
    for route in ROUTES {
        let format = |format: &str, args: &[Value]| {
            let mut buffer = [0u8; 256];
            let mut all = vec![Value::pointer_to(&mut buffer), Value::from(buffer.len()), text(format)];
            all.extend_from_slice(args);
            let Value::I32(len) = call(&libc, declaration, route, &all) else { panic!("not an int") };
            let printed = CStr::from_bytes_until_nul(&buffer).unwrap().to_str().unwrap().to_owned();
            assert_eq!(len as usize, printed.len());
            printed
        };
        assert_eq!(format("plain", &[]), "plain");
        assert_eq!(format("%d %s", &[Value::I32(-5), text("apples")]), "-5 apples");
        assert_eq!(format("%.2f %g", &[Value::F32(1.5), Value::F64(2.25)]), "1.50 2.25");
        assert_eq!(format("%d %d %u", &[Value::I8(-1), Value::Bool(true), Value::U16(65535)]), "-1 1 65535");
        assert_eq!(
            format("%lld %llu", &[Value::I64(i64::MIN), Value::U64(u64::MAX)]),
            "-9223372036854775808 18446744073709551615"
        );
        let many: Vec<Value> = (0..8).flat_map(|i| [Value::I32(i), Value::F64(f64::from(i) + 0.5)]).collect();
        let expected: Vec<String> = (0..8).map(|i| format!("{i} {:.1}", f64::from(i) + 0.5)).collect();
        assert_eq!(format(&["%d %.1f"; 8].join(" "), &many), expected.join(" "));
    }
}

#[test]
fn types_can_be_given_for_unnamed_arguments() {
    use ffi::abi::Scalar;
    let libc = open(LIBC);
    let f = libc.function("int snprintf(char *, size_t, const char *, ...)").unwrap();
    let mut buffer = [0u8; 64];
    let args = [
        Value::pointer_to(&mut buffer),
        Value::from(64usize),
        text("%ld %.1f"),
        Value::I32(7),
        Value::F32(0.5),
    ];
    // SAFETY: this is `snprintf`, and the format takes a long and a double.
    unsafe { f.call_variadic(&args, &[Scalar::I64.into(), Scalar::F32.into()]) }.unwrap();
    assert_eq!(CStr::from_bytes_until_nul(&buffer).unwrap(), c"7 0.5");
    // SAFETY: nothing is called.
    let error = unsafe { f.call_variadic(&args[..3], &[Scalar::I32.into()]) }.unwrap_err();
    assert!(matches!(error, CallError::Count { expected: 3, variadic: true, given: 3 }), "{error}");
    // SAFETY: nothing is called.
    let error = unsafe { f.call(&args[..2]) }.unwrap_err();
    assert_eq!(error.to_string(), "the function takes at least 3 arguments, 2 given");
}

#[test]
fn sorting_and_searching_with_callbacks() {
    let libc = open(LIBC);
    let compare = Prototype::parse("int (*)(const void *, const void *)").unwrap();
    for route in ROUTES {
        // SAFETY: the C library passes pointers to elements.
        let order = |a: *const i32, b: *const i32| unsafe { (*a).cmp(&*b) as c_int };
        let typed = Callback::typed_with(route, order).unwrap();
        let dynamic = Callback::new_with(&compare, route, |args| match args {
            [Value::Ptr(a), Value::Ptr(b)] => Value::I32(order(a.cast_const().cast(), b.cast_const().cast())),
            _ => panic!("{args:?}"),
        });
        let dynamic = dynamic.unwrap();
        for callback in [&typed, &dynamic] {
            let mut numbers: Vec<i32> = (0..100).map(|i| (i * 37 + 11) % 101).collect();
            let base = Value::from(numbers.as_mut_ptr());
            let args = [base, Value::from(100usize), Value::from(4usize), Value::from(callback)];
            let declaration = "void qsort(void *, size_t, size_t, int (*)(const void *, const void *))";
            call(&libc, declaration, route, &args);
            assert!(numbers.is_sorted());

            let key = numbers[42];
            let base = Value::from(numbers.as_ptr());
            let args = [
                Value::from(&raw const key),
                base,
                Value::from(100usize),
                Value::from(4usize),
                Value::from(callback),
            ];
            let declaration = "void *bsearch(const void *, const void *, size_t, size_t, int (*)(const void *, const void *))";
            assert_eq!(call(&libc, declaration, route, &args), Value::from(&raw const numbers[42]));
        }
    }
}

#[test]
fn a_panic_inside_qsort_comes_back_as_an_error() {
    let libc = open(LIBC);
    type Args = (*mut i32, usize, usize, *const c_void);
    let qsort = libc.typed::<Args, ()>("qsort").unwrap();
    let callback = Callback::typed(|_: *const i32, _: *const i32| -> c_int { panic!("no order") }).unwrap();
    let mut numbers = [3, 1, 2];
    // SAFETY: the types are those of `qsort`, the arguments describe the array, and the callback compares elements.
    let error = unsafe { qsort.call((numbers.as_mut_ptr(), 3, 4, callback.as_ptr())) }.unwrap_err();
    assert_eq!(error.to_string(), "a callback panicked: no order");
}

#[test]
fn errno_belongs_to_the_call() {
    let libc = open(LIBC);
    const ENOENT: i32 = 2;
    const ERANGE: i32 = 34;
    for route in ROUTES {
        let access = libc.bind(Prototype::parse("int access(const char *, int)").unwrap(), route).unwrap();
        // SAFETY: this is `access`.
        let missing = unsafe { access.call_with_errno(&[text("/no such file"), Value::I32(0)]) };
        assert_eq!(missing.unwrap(), (Value::I32(-1), ENOENT));
        // SAFETY: as above.
        let there = unsafe { access.call_with_errno(&[text("/"), Value::I32(0)]) };
        assert_eq!(there.unwrap(), (Value::I32(0), 0));
    }
    let strtol = libc.typed::<(*const c_char, *mut *mut c_char, c_int), i64>("strtol").unwrap();
    // SAFETY: the types are those of `strtol`, and the text is a string.
    let huge =
        unsafe { strtol.call_with_errno((c"99999999999999999999".as_ptr(), std::ptr::null_mut(), 10)) };
    assert_eq!(huge.unwrap(), (i64::MAX, ERANGE));
}

#[test]
fn closed_libraries_refuse_calls() {
    let libm = open(LIBM);
    let cos = libm.function("double cos(double)").unwrap();
    let sin = libm.typed::<(f64,), f64>("sin").unwrap();
    let other = open(LIBM);
    assert!(!libm.is_closed());
    libm.close();
    assert!(libm.is_closed());
    // SAFETY: nothing is called.
    let error = unsafe { cos.call(&[Value::F64(0.0)]) }.unwrap_err();
    assert_eq!(error.to_string(), "libm.so.6 has been closed");
    // SAFETY: nothing is called.
    assert!(matches!(unsafe { sin.call((0.0,)) }, Err(CallError::Closed { .. })));
    // SAFETY: nothing is called.
    assert!(matches!(unsafe { sin.call_with_errno((0.0,)) }, Err(CallError::Closed { .. })));
    assert!(matches!(libm.function("double tan(double)"), Err(BindError::Closed { .. })));
    // Closing is about the handle: others of the same library go on.
    assert_eq!(call(&other, "double cos(double)", Route::Auto, &[Value::F64(0.0)]), Value::F64(1.0));
    drop(libm);
    // SAFETY: nothing is called.
    assert!(unsafe { cos.call(&[Value::F64(0.0)]) }.is_err());
}

#[test]
fn functions_keep_a_dropped_library_open() {
    let cos = open(LIBM).typed::<(f64,), f64>("cos").unwrap();
    // SAFETY: the types are those of `cos`.
    assert_eq!(unsafe { cos.call((0.0,)) }.unwrap(), 1.0);
}

#[test]
fn missing_things_are_named() {
    // SAFETY: there is nothing to initialise.
    let error = unsafe { Library::open("libdoesnotexist.so.9") }.unwrap_err();
    assert_eq!(error.name(), "libdoesnotexist.so.9");
    assert!(error.to_string().starts_with("cannot open library 'libdoesnotexist.so.9': "), "{error}");
    let libm = open(LIBM);
    let error = libm.function("int no_such_function(int)").unwrap_err();
    assert!(error.to_string().starts_with("no symbol 'no_such_function' in libm.so.6: "), "{error}");
    assert!(matches!(libm.function("int (int)"), Err(BindError::Unnamed)));
    assert!(matches!(libm.function("int cos("), Err(BindError::Declaration(_))));
    assert!(matches!(libm.typed::<(), ()>("a\0b"), Err(BindError::Symbol { .. })));
}

#[test]
fn typed_bindings_are_checked_against_the_declaration() {
    let libm = open(LIBM);
    let declaration = "double ldexp(double, int)";
    assert!(libm.typed_as::<(f64, i32), f64>(declaration).is_ok());
    let message = |error: Option<BindError>| error.map(|e| e.to_string()).unwrap_or_default();
    assert_eq!(
        message(libm.typed_as::<(f64, i64), f64>(declaration).err()),
        "parameter 2 is declared 'int32_t', the Rust type is 'int64_t'"
    );
    assert_eq!(
        message(libm.typed_as::<(f64, i32), ()>(declaration).err()),
        "the result is declared 'double', the Rust type is 'void'"
    );
    assert_eq!(
        message(libm.typed_as::<(f64,), f64>(declaration).err()),
        "2 parameters are declared, the Rust types are 1"
    );
    let variadic = open(LIBC).typed_as::<(*const c_char,), c_int>("int printf(const char *, ...)");
    assert!(matches!(variadic, Err(BindError::Variadic)));
}
