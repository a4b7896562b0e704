//! What calls and callbacks cost, as ratios to a plain indirect call and to libffi, all measured in one run.
//!
//! Every variant is timed in short batches that take turns, and the median batch counts: what disturbs the machine
//! disturbs all of them. libffi gets its low-level interface with everything prepared beforehand: the call interface, the
//! array of argument pointers, the result's place. Results go to `black_box` one by one: a sum kept in a register that a
//! stub saves and restores would tie every call to the one before, which says more about the loop than about the call.
//! Run with `cargo bench -p ffi`.

use ffi::{Callback, Function, Prototype, Route, Safe, TypedFunction, Value};
use std::ffi::c_void;
use std::hint::black_box;
use std::time::Instant;

/// Calls per batch.
const BATCH: u32 = 20_000;
/// Batches per variant.
const ROUNDS: usize = 101;

ffi::c_struct! {
    struct Pair {
        a: f64,
        b: i64,
    }
}

type Scalar = extern "C" fn(i64, i64) -> i64;
type Struct = extern "C" fn(Pair, i64) -> Pair;

#[inline(never)]
extern "C" fn scalar(a: i64, b: i64) -> i64 {
    a.wrapping_add(b)
}

#[inline(never)]
extern "C" fn pair(p: Pair, n: i64) -> Pair {
    Pair { a: p.a + 1.0, b: p.b.wrapping_add(n) }
}

/// A variant: its name, the batch to time, and the median in nanoseconds per call.
struct Variant<'a> {
    name: &'static str,
    batch: Box<dyn FnMut() + 'a>,
    median: f64,
}

fn variant<'a>(name: &'static str, batch: impl FnMut() + 'a) -> Variant<'a> {
    Variant { name, batch: Box::new(batch), median: 0.0 }
}

/// Times all variants in turns.
fn measure(variants: &mut [Variant<'_>]) {
    let mut times = vec![Vec::with_capacity(ROUNDS); variants.len()];
    for round in 0..ROUNDS + 2 {
        for (variant, times) in variants.iter_mut().zip(&mut times) {
            let start = Instant::now();
            (variant.batch)();
            let time = start.elapsed().as_secs_f64() * 1e9 / f64::from(BATCH);
            // The first rounds warm up caches and branch predictors.
            if round >= 2 {
                times.push(time);
            }
        }
    }
    for (variant, mut times) in variants.iter_mut().zip(times) {
        times.sort_by(f64::total_cmp);
        variant.median = times[times.len() / 2];
    }
}

/// A batch of calls of a function of two integers.
macro_rules! scalar_batch {
    (|$x:ident, $y:ident| $call:expr) => {
        move || {
            for i in 0..i64::from(BATCH) {
                let ($x, $y) = (black_box(i), black_box(3i64));
                black_box($call);
            }
        }
    };
}

/// A batch of calls that hand a struct through.
macro_rules! struct_batch {
    (|$p:ident, $n:ident| $call:expr) => {
        move || {
            for i in 0..i64::from(BATCH) {
                let ($p, $n) = (black_box(Pair { a: 1.5, b: i }), black_box(3i64));
                black_box($call);
            }
        }
    };
}

/// A batch of calls that C makes to a function pointer.
fn callback_batch(function: Scalar) -> impl FnMut() {
    move || {
        let function = black_box(function);
        for i in 0..i64::from(BATCH) {
            black_box(function(black_box(i), black_box(3)));
        }
    }
}

fn main() {
    // `cargo test --benches` runs the program too; it has nothing to test.
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    println!(
        "median of {ROUNDS} interleaved batches of {BATCH} calls; debug assertions: {}",
        cfg!(debug_assertions)
    );
    scalars();
    structs();
    callbacks();
}

type Bound<A, R> = Safe<TypedFunction<A, R>>;

fn scalar_by(route: Route, address: Scalar) -> Bound<(i64, i64), i64> {
    let bound =
        TypedFunction::from_ptr_with(address as *const c_void, route).expect("the types can be passed");
    // SAFETY: the types are those of the function pointer, and the functions of this file take any arguments.
    unsafe { bound.assume_safe() }
}

fn struct_by(route: Route, address: Struct) -> Bound<(Pair, i64), Pair> {
    let bound =
        TypedFunction::from_ptr_with(address as *const c_void, route).expect("the types can be passed");
    // SAFETY: the types are those of the function pointer, and the functions of this file take any arguments.
    unsafe { bound.assume_safe() }
}

/// The C function pointer of a callback with the scalar signature.
fn pointer(callback: &Callback<'_>) -> Scalar {
    // SAFETY: all callbacks of this file have this signature.
    unsafe { callback.as_fn() }
}

fn scalars() {
    let plain: Scalar = black_box(scalar);
    let address = plain as *const c_void;
    let direct = scalar_by(Route::Auto, plain);
    let stub = scalar_by(Route::Stub, plain);
    let slow = scalar_by(Route::Slow, plain);
    let prototype = Prototype::parse("int64_t f(int64_t, int64_t)").expect("a declaration");
    let dynamic = Function::from_ptr(address, prototype).expect("the types can be passed");
    let dynamic_call = move |x: i64, y: i64| {
        // SAFETY: the prototype is that of `scalar`.
        match unsafe { dynamic.call(&[Value::I64(x), Value::I64(y)]) } {
            Ok(Value::I64(sum)) => sum,
            other => panic!("{other:?}"),
        }
    };
    let mut variants = vec![
        variant("plain indirect call", scalar_batch!(|x, y| black_box(plain)(x, y))),
        variant("typed, direct", scalar_batch!(|x, y| direct.call((x, y)).unwrap_or(0))),
        variant("typed, stub", scalar_batch!(|x, y| stub.call((x, y)).unwrap_or(0))),
        variant("values, stub", scalar_batch!(|x, y| dynamic_call(x, y))),
        variant("typed, slow path", scalar_batch!(|x, y| slow.call((x, y)).unwrap_or(0))),
    ];
    variants.extend(libffi_side::scalar(address));
    measure(&mut variants);
    let bars = [
        Bar::at_most("typed, direct", 2.0),
        Bar::at_most("typed, stub", 2.0),
        Bar::faster("typed, direct", 5.0),
        Bar::faster("typed, stub", 5.0),
    ];
    print("scalar call: int64_t f(int64_t, int64_t)", &variants, &bars);
}

fn structs() {
    let plain: Struct = black_box(pair);
    let address = plain as *const c_void;
    let direct = struct_by(Route::Auto, plain);
    let stub = struct_by(Route::Stub, plain);
    let slow = struct_by(Route::Slow, plain);
    let none = Pair { a: 0.0, b: 0 };
    let mut variants = vec![
        variant("plain indirect call", struct_batch!(|p, n| black_box(plain)(p, n))),
        variant("typed, direct", struct_batch!(|p, n| direct.call((p, n)).unwrap_or(none))),
        variant("typed, stub", struct_batch!(|p, n| stub.call((p, n)).unwrap_or(none))),
        variant("typed, slow path", struct_batch!(|p, n| slow.call((p, n)).unwrap_or(none))),
    ];
    variants.extend(libffi_side::structure(address));
    measure(&mut variants);
    let bars = [Bar::faster("typed, direct", 5.0), Bar::faster("typed, stub", 5.0)];
    print("16-byte struct: struct { double a; int64_t b; } f(that, int64_t)", &variants, &bars);
}

fn callbacks() {
    let offset = black_box(1i64);
    let closure = move |a: i64, b: i64| a.wrapping_add(b).wrapping_add(offset);
    let typed = Callback::typed_with(Route::Stub, closure).expect("executable memory");
    let fixed = Callback::typed_with(Route::Slow, closure).expect("a free entry");
    let prototype = Prototype::parse("int64_t f(int64_t, int64_t)").expect("a declaration");
    let dynamic = Callback::new(&prototype, move |args| match args {
        [Value::I64(a), Value::I64(b)] => Value::I64(a.wrapping_add(*b).wrapping_add(offset)),
        _ => Value::Void,
    });
    let dynamic = dynamic.expect("executable memory");
    let mut variants = vec![
        variant("plain indirect call", callback_batch(scalar)),
        variant("typed closure", callback_batch(pointer(&typed))),
        variant("values closure", callback_batch(pointer(&dynamic))),
        variant("typed closure, no code memory", callback_batch(pointer(&fixed))),
    ];
    variants.extend(libffi_side::closure(&offset));
    measure(&mut variants);
    print("callback: int64_t f(int64_t, int64_t)", &variants, &[Bar::faster("typed closure", 4.0)]);
}

/// A promise to check.
struct Bar {
    variant: &'static str,
    against: &'static str,
    limit: f64,
}

const LIBFFI: &str = "libffi";

impl Bar {
    /// At most `limit` times a plain indirect call.
    fn at_most(variant: &'static str, limit: f64) -> Bar {
        Bar { variant, against: "plain indirect call", limit }
    }

    /// At least `limit` times faster than libffi.
    fn faster(variant: &'static str, limit: f64) -> Bar {
        Bar { variant, against: LIBFFI, limit }
    }
}

fn print(title: &str, variants: &[Variant<'_>], bars: &[Bar]) {
    let time = |name: &str| variants.iter().find(|v| v.name == name).map(|v| v.median);
    let plain = time("plain indirect call").unwrap_or(f64::NAN);
    println!("\n{title}");
    println!("  {:<30} {:>9} {:>9} {:>12}", "", "ns/call", "x plain", "libffi / it");
    for v in variants {
        let libffi = time(LIBFFI).map_or("-".to_owned(), |t| format!("{:.1}", t / v.median));
        println!("  {:<30} {:>9.2} {:>9.2} {:>12}", v.name, v.median, v.median / plain, libffi);
    }
    for bar in bars {
        let (Some(it), Some(other)) = (time(bar.variant), time(bar.against)) else {
            println!("  bar: '{}' against {}: not measured on this system", bar.variant, bar.against);
            continue;
        };
        let (ratio, met, wanted) = match bar.against {
            LIBFFI => (
                other / it,
                other / it >= bar.limit,
                format!("at least {} times faster than libffi", bar.limit),
            ),
            _ => (it / other, it / other <= bar.limit, format!("at most {} times a plain call", bar.limit)),
        };
        println!("  bar: '{}' {wanted}: {ratio:.2}  {}", bar.variant, if met { "PASS" } else { "short" });
    }
}

/// libffi, where the bench has it.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod libffi_side {
    use super::{BATCH, LIBFFI, Pair, Variant, variant};
    use libffi::low::{
        CodePtr, closure_alloc, ffi_abi_FFI_DEFAULT_ABI, ffi_cif, ffi_type, prep_cif, prep_closure, types,
    };
    use libffi::raw::ffi_call;
    use std::ffi::c_void;
    use std::hint::black_box;

    /// A prepared call interface; everything in it stays for the rest of the program.
    fn prepare(params: Vec<*mut ffi_type>, result: *mut ffi_type) -> *mut ffi_cif {
        let cif = Box::leak(Box::<ffi_cif>::default());
        let params = Box::leak(params.into_boxed_slice());
        // SAFETY: the parameter array and the types are leaked or static.
        unsafe { prep_cif(cif, ffi_abi_FFI_DEFAULT_ABI, params.len(), result, params.as_mut_ptr()) }
            .expect("libffi takes the signature");
        cif
    }

    fn integers() -> *mut ffi_cif {
        let int = &raw mut types::sint64;
        prepare(vec![int, int], int)
    }

    pub(super) fn scalar<'a>(address: *const c_void) -> Option<Variant<'a>> {
        let cif = integers();
        let code = CodePtr::from_ptr(address);
        Some(variant(LIBFFI, move || {
            let (mut x, mut y, mut result) = (0i64, 0i64, 0i64);
            let mut args = [(&raw mut x).cast::<c_void>(), (&raw mut y).cast::<c_void>()];
            for i in 0..i64::from(BATCH) {
                // SAFETY: the call interface is that of the function, and the pointers lead to its arguments.
                unsafe {
                    args[0].cast::<i64>().write(black_box(i));
                    args[1].cast::<i64>().write(black_box(3));
                    ffi_call(cif, Some(*code.as_fun()), (&raw mut result).cast(), args.as_mut_ptr());
                }
                black_box(result);
            }
        }))
    }

    pub(super) fn structure<'a>(address: *const c_void) -> Option<Variant<'a>> {
        let members = vec![&raw mut types::double, &raw mut types::sint64, std::ptr::null_mut()];
        let members = Box::leak(members.into_boxed_slice()).as_mut_ptr();
        let record =
            ffi_type { type_: libffi::raw::FFI_TYPE_STRUCT, elements: members, ..ffi_type::default() };
        let record = &raw mut *Box::leak(Box::new(record));
        let cif = prepare(vec![record, &raw mut types::sint64], record);
        let code = CodePtr::from_ptr(address);
        Some(variant(LIBFFI, move || {
            let (mut p, mut n) = (Pair { a: 0.0, b: 0 }, 0i64);
            let mut result = Pair { a: 0.0, b: 0 };
            let mut args = [(&raw mut p).cast::<c_void>(), (&raw mut n).cast::<c_void>()];
            for i in 0..i64::from(BATCH) {
                // SAFETY: the call interface is that of the function, and the pointers lead to its arguments.
                unsafe {
                    args[0].cast::<Pair>().write(black_box(Pair { a: 1.5, b: i }));
                    args[1].cast::<i64>().write(black_box(3));
                    ffi_call(cif, Some(*code.as_fun()), (&raw mut result).cast(), args.as_mut_ptr());
                }
                black_box(result);
            }
        }))
    }

    unsafe extern "C" fn handler(_: &ffi_cif, result: &mut i64, args: *const *const c_void, offset: &i64) {
        // SAFETY: libffi passes pointers to the two integers of the signature.
        let (a, b) = unsafe { (*(*args).cast::<i64>(), *(*args.add(1)).cast::<i64>()) };
        *result = a.wrapping_add(b).wrapping_add(*offset);
    }

    pub(super) fn closure<'a>(offset: &i64) -> Option<Variant<'a>> {
        let offset = Box::leak(Box::new(*offset));
        let (closure, code) = closure_alloc();
        // SAFETY: closure, call interface and user data stay for the rest of the program.
        unsafe { prep_closure(closure, integers(), handler, offset, code) }.expect("libffi makes closures");
        // SAFETY: the closure's code has this signature.
        let function = unsafe { std::mem::transmute::<*const c_void, super::Scalar>(code.as_ptr()) };
        Some(variant(LIBFFI, super::callback_batch(function)))
    }
}

/// No libffi here: the ratios to it are left out.
#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
mod libffi_side {
    use super::Variant;
    use std::ffi::c_void;

    pub(super) fn scalar<'a>(_: *const c_void) -> Option<Variant<'a>> {
        None
    }

    pub(super) fn structure<'a>(_: *const c_void) -> Option<Variant<'a>> {
        None
    }

    pub(super) fn closure<'a>(_: &i64) -> Option<Variant<'a>> {
        None
    }
}
