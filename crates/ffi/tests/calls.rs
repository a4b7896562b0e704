//! Dynamic and typed calls of functions in this program, by every route.

mod common;

use common::{ROUTES, bind, text};
use ffi::{BindError, CallError, Function, Prototype, Route, TypedFunction, Value, ValueError};
use std::ffi::{c_char, c_int, c_void};

ffi::c_struct! {
    #[derive(Debug, PartialEq)]
    struct Small {
        a: i8,
        b: i16,
    }

    #[derive(Debug, PartialEq)]
    struct Floats {
        x: f32,
        y: f32,
        z: f32,
    }

    #[derive(Debug, PartialEq)]
    struct Mixed {
        count: i64,
        ratio: f64,
    }

    #[derive(Debug, PartialEq)]
    struct Large {
        values: [i32; 7],
        inner: Small,
    }
}

ffi::c_union! {
    union Number {
        int: i64,
        float: f64,
    }
}

extern "C" fn narrow(a: i8, b: u8, c: i16, d: u16, e: bool) -> i32 {
    i32::from(a) + i32::from(b) + i32::from(c) + i32::from(d) + i32::from(e)
}

extern "C" fn twelve(
    a: i32,
    b: f64,
    c: i64,
    d: f32,
    e: u8,
    f: i64,
    g: f64,
    h: i64,
    i: i64,
    j: f32,
    k: i16,
    l: i64,
) -> f64 {
    let ints = [i64::from(a), c, e.into(), f, h, i, k.into(), l];
    let ints: f64 = ints.iter().enumerate().map(|(n, v)| (n + 1) as f64 * *v as f64).sum();
    ints + 100.0 * b + 200.0 * f64::from(d) + 300.0 * g + 400.0 * f64::from(j)
}

extern "C" fn small(s: Small, n: i32) -> Small {
    Small { a: s.a + 1, b: s.b + n as i16 }
}

extern "C" fn floats(f: Floats) -> Floats {
    Floats { x: f.z, y: f.x, z: f.y * 2.0 }
}

extern "C" fn mixed(m: Mixed, n: i64) -> Mixed {
    Mixed { count: m.count + n, ratio: m.ratio / 2.0 }
}

extern "C" fn large(l: Large, n: i32) -> Large {
    let mut l = l;
    l.values.iter_mut().for_each(|v| *v += n);
    l.inner.a = -l.inner.a;
    l
}

extern "C" fn number(n: Number, as_float: bool) -> Number {
    // SAFETY: both members have every bit pattern.
    if as_float { Number { float: unsafe { n.float } + 1.0 } } else { Number { int: unsafe { n.int } + 1 } }
}

extern "C" fn wide(a: i128, b: i32, c: u128) -> i128 {
    a * 2 + i128::from(b) + c as i128
}

extern "C" fn minus_one(_: i64) -> i8 {
    -1
}

extern "C" fn is_odd(n: u64) -> bool {
    n % 2 == 1
}

extern "C" fn nothing() {}

unsafe extern "C" fn fill(to: *mut i32, len: usize) {
    for i in 0..len {
        // SAFETY: the caller's pointer has room for `len` numbers.
        unsafe { to.add(i).write(i as i32 * 10) };
    }
}

/// Calls a function of this program that takes any arguments of its types.
fn call(f: &Function, args: &[Value]) -> Result<Value, CallError> {
    // SAFETY: every function above is declared as it is, and pointers passed to it lead to live data.
    unsafe { f.call(args) }
}

#[test]
fn scalars_of_every_width() {
    for route in ROUTES {
        let f = bind(narrow as *const c_void, "int f(int8_t, uint8_t, short, unsigned short, _Bool)", route);
        let args = [Value::I8(-128), Value::U8(255), Value::I16(-1), Value::U16(65535), Value::Bool(true)];
        assert_eq!(call(&f, &args).unwrap(), Value::I32(-128 + 255 - 1 + 65535 + 1));
        // Any width will do as long as the number fits.
        let args = [Value::I64(-128), Value::I128(255), Value::I32(-1), Value::U64(65535), Value::I8(1)];
        assert_eq!(call(&f, &args).unwrap(), Value::I32(-128 + 255 - 1 + 65535 + 1));

        let f = bind(minus_one as *const c_void, "int8_t f(long long)", route);
        assert_eq!(call(&f, &[Value::I64(0)]).unwrap(), Value::I8(-1));
        let f = bind(is_odd as *const c_void, "_Bool f(uint64_t)", route);
        assert_eq!(call(&f, &[Value::U64(u64::MAX)]).unwrap(), Value::Bool(true));
        let f = bind(nothing as *const c_void, "void f(void)", route);
        assert_eq!(call(&f, &[]).unwrap(), Value::Void);
        let f = bind(wide as *const c_void, "__int128 f(__int128, int, unsigned __int128)", route);
        let args = [Value::I128(-(1 << 100)), Value::I32(5), Value::U128(1 << 90)];
        assert_eq!(call(&f, &args).unwrap(), Value::I128(-(1 << 101) + 5 + (1 << 90)));
    }
}

#[test]
fn more_arguments_than_registers() {
    let declaration = "double f(int, double, int64_t, float, uint8_t, int64_t, double, int64_t, int64_t, float, short, int64_t)";
    let expected = twelve(1, 2.0, 3, 4.0, 5, 6, 7.0, 8, 9, 10.0, -11, 12);
    for route in ROUTES {
        let f = bind(twelve as *const c_void, declaration, route);
        let ints = |i: i64| Value::I64(i);
        let args = [
            ints(1),
            Value::F64(2.0),
            ints(3),
            Value::F32(4.0),
            ints(5),
            ints(6),
            Value::F64(7.0),
            ints(8),
            ints(9),
            Value::F64(10.0),
            ints(-11),
            ints(12),
        ];
        assert_eq!(call(&f, &args).unwrap(), Value::F64(expected));

        type Args = (i32, f64, i64, f32, u8, i64, f64, i64, i64, f32, i16, i64);
        let f = TypedFunction::<Args, f64>::from_ptr_with(twelve as *const c_void, route).unwrap();
        // SAFETY: the types are those of `twelve`.
        let result = unsafe { f.call((1, 2.0, 3, 4.0, 5, 6, 7.0, 8, 9, 10.0, -11, 12)) };
        assert_eq!(result.unwrap(), expected);
    }
}

#[test]
fn structs_by_value() {
    let int = Value::I32;
    let float = Value::F32;
    for route in ROUTES {
        let f = bind(
            small as *const c_void,
            "struct {int8_t a; short b;} f(struct {int8_t a; short b;}, int)",
            route,
        );
        let s = Value::Record(vec![Value::I8(1), Value::I16(2)]);
        assert_eq!(call(&f, &[s, int(5)]).unwrap(), Value::Record(vec![Value::I8(2), Value::I16(7)]));

        let f = bind(floats as *const c_void, "struct v {float x,y,z;} f(struct v)", route);
        let v = Value::Record(vec![float(1.0), float(2.0), float(3.0)]);
        let turned = Value::Record(vec![float(3.0), float(1.0), float(4.0)]);
        assert_eq!(call(&f, &[v]).unwrap(), turned);

        let f = bind(
            mixed as *const c_void,
            "struct m {long long count; double ratio;} f(struct m, int64_t)",
            route,
        );
        let m = Value::Record(vec![int(40), Value::F64(5.0)]);
        let expected = Value::Record(vec![Value::I64(42), Value::F64(2.5)]);
        assert_eq!(call(&f, &[m, int(2)]).unwrap(), expected);

        let declaration =
            "typedef struct { int values[7]; struct { int8_t a; short b; } inner; } big; big f(big, int)";
        let f = bind(large as *const c_void, declaration, route);
        let value = |first: i32, a: i8| {
            let values = (first..first + 7).map(int).collect();
            let inner = Value::Record(vec![Value::I8(a), Value::I16(300)]);
            Value::Record(vec![Value::Array(values), inner])
        };
        assert_eq!(call(&f, &[value(0, 7), int(10)]).unwrap(), value(10, -7));

        let f = bind(number as *const c_void, "union n {int64_t i; double f;} f(union n, _Bool)", route);
        let arg = Value::Member(1, Box::new(Value::F64(1.5)));
        let result = call(&f, &[arg, Value::Bool(true)]).unwrap();
        assert_eq!(result, Value::Bytes(2.5f64.to_ne_bytes().to_vec()));
        let result = call(&f, &[result, Value::Bool(true)]).unwrap();
        assert_eq!(result, Value::Bytes(3.5f64.to_ne_bytes().to_vec()));
    }
}

#[test]
fn typed_structs_and_wide_integers() {
    for route in ROUTES {
        let f = TypedFunction::<(Large, i32), Large>::from_ptr_with(large as *const c_void, route).unwrap();
        let l = Large { values: [1, 2, 3, 4, 5, 6, 7], inner: Small { a: 3, b: 4 } };
        // SAFETY: the types are those of `large`.
        let result = unsafe { f.call((l, 1)) }.unwrap();
        assert_eq!(result, Large { values: [2, 3, 4, 5, 6, 7, 8], inner: Small { a: -3, b: 4 } });
        assert_eq!(
            f.prototype().unwrap().to_string(),
            "struct Large { int32_t values[7]; struct Small { int8_t a; int16_t b; } inner; } (struct Large, int32_t)"
        );

        let f = TypedFunction::<(Small, i32), Small>::from_ptr_with(small as *const c_void, route).unwrap();
        // SAFETY: the types are those of `small`.
        assert_eq!(unsafe { f.call((Small { a: -3, b: 9 }, 1)) }.unwrap(), Small { a: -2, b: 10 });
        let f = TypedFunction::<(Floats,), Floats>::from_ptr_with(floats as *const c_void, route).unwrap();
        // SAFETY: the types are those of `floats`.
        let turned = unsafe { f.call((Floats { x: 1.0, y: 2.0, z: 3.0 },)) }.unwrap();
        assert_eq!(turned, Floats { x: 3.0, y: 1.0, z: 4.0 });
        let f = TypedFunction::<(Mixed, i64), Mixed>::from_ptr_with(mixed as *const c_void, route).unwrap();
        // SAFETY: the types are those of `mixed`.
        let halved = unsafe { f.call((Mixed { count: 1, ratio: 3.0 }, 2)) }.unwrap();
        assert_eq!(halved, Mixed { count: 3, ratio: 1.5 });
        let f =
            TypedFunction::<(Number, bool), Number>::from_ptr_with(number as *const c_void, route).unwrap();
        // SAFETY: the types are those of `number`, which was asked for its integer.
        assert_eq!(unsafe { f.call((Number { int: 41 }, false)).unwrap().int }, 42);
        let f =
            TypedFunction::<(i128, i32, u128), i128>::from_ptr_with(wide as *const c_void, route).unwrap();
        // SAFETY: the types are those of `wide`.
        assert_eq!(unsafe { f.call((-1 << 80, 7, 1 << 100)) }.unwrap(), (-1 << 81) + 7 + (1 << 100));
        let f = TypedFunction::<(u64,), bool>::from_ptr_with(is_odd as *const c_void, route).unwrap();
        // SAFETY: the types are those of `is_odd`.
        assert!(unsafe { f.call((3,)) }.unwrap());
        let f = TypedFunction::<(), ()>::from_ptr_with(nothing as *const c_void, route).unwrap();
        // SAFETY: `nothing` takes and returns nothing.
        unsafe { f.call(()) }.unwrap();
    }
}

#[test]
fn out_parameters() {
    for route in ROUTES {
        let f = bind(fill as *const c_void, "void fill(int *to, size_t len)", route);
        let mut numbers = [0i32; 5];
        call(&f, &[Value::pointer_to(&mut numbers), Value::from(5usize)]).unwrap();
        assert_eq!(numbers, [0, 10, 20, 30, 40]);
        let f = TypedFunction::<(*mut i32, usize), ()>::from_ptr_with(fill as *const c_void, route).unwrap();
        // SAFETY: the types are those of `fill`, and the pointer leads to five numbers.
        unsafe { f.call((numbers.as_mut_ptr(), 2)) }.unwrap();
        assert_eq!(numbers, [0, 10, 20, 30, 40]);
    }
}

#[test]
fn arguments_that_do_not_fit_are_refused_before_the_call() {
    extern "C" fn never(_: i8, _: f32, _: Mixed, _: *const c_char) -> c_int {
        panic!("called in spite of a bad argument")
    }
    let declaration = "int f(int8_t n, float x, struct {int64_t count; double ratio;} m, const char *s)";
    let good =
        || [Value::I8(1), Value::F32(1.0), Value::Record(vec![Value::I64(1), Value::F64(1.0)]), Value::NULL];
    let record = Value::Record;
    let cases: [(usize, Value, &str); 13] = [
        (0, Value::I32(300), "argument 1: 300 is out of range for 'int8_t'"),
        (0, Value::I32(-129), "argument 1: -129 is out of range for 'int8_t'"),
        (
            0,
            Value::U128(u128::MAX),
            "argument 1: 340282366920938463463374607431768211455 is out of range for 'int8_t'",
        ),
        (0, Value::F64(1.0), "argument 1: a floating-point number given for 'int8_t'"),
        (0, text("1"), "argument 1: text given for 'int8_t'"),
        (1, Value::I32(1), "argument 2: an integer given for 'float'"),
        (1, Value::F64(1e300), "argument 2: 1000000000000000000000000000000000000000000000000"),
        (2, record(vec![Value::I64(1)]), "argument 3: 'struct of 2 members' takes 2, 1 given"),
        (
            2,
            record(vec![Value::I64(1), Value::I64(1)]),
            "argument 3: member 'ratio': an integer given for 'double'",
        ),
        (2, Value::Bytes(vec![0; 15]), "argument 3: 'struct of 2 members' takes 16, 15 given"),
        (2, Value::I64(1), "argument 3: an integer given for 'struct of 2 members'"),
        (3, Value::I64(0), "argument 4: an integer given for 'pointer'"),
        (3, Value::Void, "argument 4: nothing given for 'pointer'"),
    ];
    for route in ROUTES {
        let f = bind(never as *const c_void, declaration, route);
        for (index, value, message) in &cases {
            let mut args = good();
            args[*index] = value.clone();
            let error = call(&f, &args).unwrap_err();
            assert!(matches!(&error, CallError::Argument { index: i, .. } if i == index));
            assert!(error.to_string().starts_with(message), "{error}");
        }
        let error = call(&f, &good()[..3]).unwrap_err();
        assert_eq!(error.to_string(), "the function takes 4 arguments, 3 given");
        let mut five = good().to_vec();
        five.push(Value::NULL);
        assert!(matches!(call(&f, &five), Err(CallError::Count { expected: 4, variadic: false, given: 5 })));
    }
    let union = bind(
        number as *const c_void,
        "union {int64_t i; double f;} f(union {int64_t i; double f;}, bool)",
        Route::Auto,
    );
    let error = call(&union, &[Value::Member(2, Box::new(Value::I64(1))), Value::Bool(false)]).unwrap_err();
    assert!(matches!(
        error,
        CallError::Argument { error: ValueError::NoMember { index: 2, members: 2 }, .. }
    ));
    let odd = bind(is_odd as *const c_void, "bool f(bool)", Route::Auto);
    assert_eq!(
        call(&odd, &[Value::I32(2)]).unwrap_err().to_string(),
        "argument 1: 2 is out of range for '_Bool'"
    );
}

#[test]
fn infinities_and_nans_are_floats() {
    extern "C" fn same(x: f32) -> f32 {
        x
    }
    let f = bind(same as *const c_void, "float f(float)", Route::Auto);
    assert_eq!(call(&f, &[Value::F64(f64::INFINITY)]).unwrap(), Value::F32(f32::INFINITY));
    assert_eq!(call(&f, &[Value::F64(0.1)]).unwrap(), Value::F32(0.1));
    assert!(matches!(call(&f, &[Value::F64(f64::NAN)]).unwrap(), Value::F32(x) if x.is_nan()));
}

#[test]
fn functions_that_cannot_be_bound() {
    let prototype = |text: &str| Prototype::parse(text).unwrap();
    let null = Function::from_ptr(std::ptr::null(), prototype("int f(int)"));
    assert!(matches!(null, Err(BindError::Null)));
    assert!(matches!(TypedFunction::<(), ()>::from_ptr(std::ptr::null()), Err(BindError::Null)));
    let foreign = ffi::Abi::ALL.into_iter().find(|a| a.arch() != ffi::Abi::HOST.arch()).unwrap();
    let prototype = Prototype::parse_for("int f(int)", foreign).unwrap();
    let error = Function::from_ptr(nothing as *const c_void, prototype).unwrap_err();
    assert_eq!(error.to_string(), format!("{foreign} is not a convention of this machine"));
    let signature = ffi::abi::Signature::variadic([ffi::abi::Scalar::F32.into()], 0, None);
    let prototype = Prototype::from_signature(&signature, ffi::Abi::HOST).unwrap();
    let f = Function::from_ptr(nothing as *const c_void, prototype).unwrap();
    let unnamed = call(&f, &[Value::Record(vec![])]).unwrap_err();
    assert_eq!(unnamed.to_string(), "argument 1: a struct behind '...' needs a type");
}

/// The other convention of the same architecture: Rust's own `win64` functions on x64 systems that use System V.
#[cfg(all(target_arch = "x86_64", not(windows)))]
#[test]
fn another_convention_of_the_same_machine() {
    extern "win64" fn six(a: i32, b: f64, c: i64, d: f32, e: i64, f: f64) -> f64 {
        f64::from(a) + 2.0 * b + 3.0 * c as f64 + 4.0 * f64::from(d) + 5.0 * e as f64 + 6.0 * f
    }
    let prototype =
        Prototype::parse_for("double f(long, double, int64_t, float, int64_t, double)", ffi::Abi::Win64)
            .unwrap();
    for route in ROUTES {
        let f = Function::from_ptr_with(six as *const c_void, prototype.clone(), route).unwrap();
        let args =
            [Value::I32(1), Value::F64(2.0), Value::I64(3), Value::F32(4.0), Value::I64(5), Value::F64(6.0)];
        assert_eq!(call(&f, &args).unwrap(), Value::F64(91.0));
    }
}

#[test]
fn functions_may_be_called_from_many_threads() {
    let f =
        bind(narrow as *const c_void, "int f(int8_t, uint8_t, short, unsigned short, _Bool)", Route::Auto);
    // SAFETY: the function is sound for all arguments, on all threads.
    let f = unsafe { f.assume_safe() };
    std::thread::scope(|scope| {
        for n in 0..4i8 {
            let f = &f;
            scope.spawn(move || {
                for _ in 0..1000 {
                    let args = [Value::I8(n), Value::U8(1), Value::I16(1), Value::U16(1), Value::Bool(false)];
                    assert_eq!(f.call(&args).unwrap(), Value::I32(3 + i32::from(n)));
                }
            });
        }
    });
}
