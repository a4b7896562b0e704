//! Functions compiled by rustc, called through call stubs, and closures called by rustc's code: an implementation of the
//! conventions that is not ours. On x64 rustc knows both conventions, on ARM64 the system's.

use super::harness::{Buffer, CallStub, Callback, Rng, hosts};
use abi::{Abi, Field, Plan, Record, RecordKind, Scalar, Signature, Type};
use std::cell::RefCell;
use std::sync::Arc;

/// A Rust type without padding and with any bit pattern allowed, and the C type it corresponds to.
trait CType: Copy + 'static {
    fn ty() -> Type;
}

macro_rules! scalars {
    ($($rust:ty = $scalar:ident),*) => { $(impl CType for $rust { fn ty() -> Type { Scalar::$scalar.into() } })* };
}
scalars!(
    i8 = I8,
    u8 = U8,
    i16 = I16,
    u16 = U16,
    i32 = I32,
    u32 = U32,
    i64 = I64,
    u64 = U64,
    f32 = F32,
    f64 = F64
);

impl<T: CType, const N: usize> CType for [T; N] {
    fn ty() -> Type {
        Type::array(T::ty(), N as u32)
    }
}

macro_rules! records {
    ($($name:ident { $($field:ty),* } $(align $align:literal)?;)*) => { $(
        #[repr(C $(, align($align))?)]
        #[derive(Clone, Copy)]
        struct $name($($field),*);
        impl CType for $name {
            fn ty() -> Type {
                let fields = vec![$(Field::new(<$field>::ty())),*];
                let align = [None $(, Some($align))?].into_iter().flatten().next();
                Type::Record(Arc::new(Record { kind: RecordKind::Struct, name: None, fields, pack: None, align }))
            }
        }
    )* };
}
records! {
    Bytes3 { [u8; 3] };
    Bytes5 { [u8; 5] };
    Bytes6 { [u8; 6] };
    Bytes7 { [u8; 7] };
    Bytes8 { [u8; 8] };
    Bytes11 { [u8; 11] };
    Bytes16 { [u8; 16] };
    Bytes17 { [u8; 17] };
    Bytes300 { [u8; 300] };
    Pair { i64, u64 };
    Three { i64, i64, i64 };
    Floats2 { f32, f32 };
    Floats3 { f32, f32, f32 };
    Floats4 { f32, f32, f32, f32 };
    Doubles2 { f64, f64 };
    Doubles4 { f64, f64, f64, f64 };
    Doubles5 { f64, f64, f64, f64, f64 };
    FloatInt { f32, i32, f64 };
    IntDouble { i64, f64 };
    DoubleInt { f64, i32, f32 };
    Aligned32 { [u64; 4] } align 32;
    Aligned64 { [u64; 8] } align 64;
}

/// The bytes of a value.
fn bytes<T: CType>(value: &T) -> Vec<u8> {
    // SAFETY: types of this trait have no padding.
    unsafe { std::slice::from_raw_parts((&raw const *value).cast::<u8>(), size_of::<T>()) }.to_vec()
}

/// A value from the bytes at the start of the slice.
fn value<T: CType>(bytes: &[u8]) -> T {
    assert!(bytes.len() >= size_of::<T>());
    // SAFETY: long enough, and every bit pattern is a value.
    unsafe { bytes.as_ptr().cast::<T>().read_unaligned() }
}

/// Any value.
fn random_value<T: CType>(rng: &mut Rng) -> T {
    let mut bytes = vec![0; size_of::<T>()];
    rng.fill(&mut bytes);
    value(&bytes)
}

thread_local! {
    /// The arguments the last callee saw.
    static SEEN: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
    /// What the next callee answers.
    static ANSWER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Calls `target` through a call stub with random arguments; it must note them in `SEEN` and answer with `ANSWER`.
fn forward<R: CType>(plan: &Plan, host: Abi, target: *const u8, seed: u64) {
    let mut rng = Rng::new(seed);
    let (mut frame, mut result) = (Buffer::frame(plan), Buffer::result(plan));
    rng.fill(frame.bytes_mut());
    let mut answer = vec![0; size_of::<R>()];
    rng.fill(&mut answer);
    ANSWER.set(answer.clone());
    let sent: Vec<Vec<u8>> =
        plan.slots.iter().map(|s| frame.bytes()[s.offset as usize..][..s.size as usize].to_vec()).collect();
    CallStub::new(plan, host).call(target, &mut frame, &mut result);
    assert_eq!(SEEN.take(), sent, "{} called as {host}: {}", plan.abi, plan.signature);
    assert_eq!(
        result.bytes()[..size_of::<R>()],
        answer,
        "{} called as {host}: result of {}",
        plan.abi,
        plan.signature
    );
}

/// A closure whose handler notes its arguments in `SEEN` and answers with `ANSWER`.
fn noting<R: CType>(plan: &Plan, host: Abi) -> Callback {
    let slots = plan.slots.clone();
    Callback::new(plan, host, move |frame, result| {
        let seen = slots.iter().map(|s| frame[s.offset as usize..][..s.size as usize].to_vec()).collect();
        SEEN.set(seen);
        let answer = ANSWER.take();
        // SAFETY: the result has `R`'s size, and so has the answer.
        unsafe { result.copy_from_nonoverlapping(answer.as_ptr(), size_of::<R>()) };
    })
}

/// One signature in both directions under one convention.
macro_rules! both_directions {
    ($convention:literal, $abi:expr, ($($arg:ident: $ty:ty),* $(,)?) -> $result:ty) => {{
        extern $convention fn callee($($arg: $ty),*) -> $result {
            SEEN.set(vec![$(bytes(&$arg)),*]);
            value(&ANSWER.take())
        }
        let plan = Plan::new($abi, &Signature::new([$(<$ty>::ty()),*], Some(<$result>::ty()))).expect("a plan");
        for host in hosts() {
            for seed in 0..8 {
                forward::<$result>(&plan, host, callee as *const u8, seed);

                let callback = noting::<$result>(&plan, host);
                let mut random = Rng::new(seed);
                $(let $arg: $ty = random_value(&mut random);)*
                let answer = bytes(&random_value::<$result>(&mut random));
                ANSWER.set(answer.clone());
                // SAFETY: the closure's plan was made for this type, and the closure is alive.
                let function = unsafe {
                    std::mem::transmute::<*const u8, extern $convention fn($($ty),*) -> $result>(callback.closure.entry())
                };
                let result = function($($arg),*);
                let what = format!("callback under {} for {host}: {}", plan.abi, plan.signature);
                let expected: Vec<Vec<u8>> = vec![$(bytes(&$arg)),*];
                assert_eq!(SEEN.take(), expected, "{what}");
                assert_eq!(bytes(&result), answer, "{what}: result");
            }
        }
    }};
}

/// The signatures every convention is tried with.
macro_rules! all_signatures {
    ($convention:literal, $abi:expr) => {
        both_directions!($convention, $abi, () -> u16);
        both_directions!($convention, $abi, (a: i8, b: u8, c: i16, d: u16, e: i32, f: u32, g: i64, h: i8, i: i16, j: u8) -> i8);
        both_directions!($convention, $abi, (a: f32, b: f64, c: f32, d: f32, e: f32, f: f32, g: f32, h: f64, i: f32, j: f64) -> f32);
        both_directions!($convention, $abi, (a: i32, b: f64, c: u8, d: f32, e: i64, f: f64, g: u16, h: f32) -> f64);
        both_directions!($convention, $abi, (a: Bytes3, b: Bytes5, c: Bytes6, d: Bytes7, e: Bytes8, f: Bytes11) -> Bytes3);
        both_directions!($convention, $abi, (a: Bytes16, b: Bytes17, c: i32, d: Bytes16, e: Bytes16, f: Bytes17) -> Bytes11);
        both_directions!($convention, $abi, (a: Bytes7, b: Bytes300, c: f32, d: Bytes300) -> Bytes5);
        both_directions!($convention, $abi, (a: i64, b: Pair, c: i32, d: Pair, e: Pair, f: i8) -> Pair);
        both_directions!($convention, $abi, (a: Three, b: i64, c: Three) -> Three);
        both_directions!($convention, $abi, (a: Floats2, b: Floats3, c: Floats4, d: f32) -> Floats3);
        both_directions!($convention, $abi, (a: Doubles2, b: Doubles4, c: Doubles4, d: f64, e: Doubles2) -> Doubles4);
        both_directions!($convention, $abi, (a: Doubles5, b: f64, c: Floats2) -> Doubles5);
        both_directions!($convention, $abi, (a: FloatInt, b: IntDouble, c: DoubleInt, d: IntDouble, e: FloatInt) -> IntDouble);
        both_directions!($convention, $abi, (a: DoubleInt, b: FloatInt) -> DoubleInt);
        both_directions!($convention, $abi, (a: IntDouble, b: f32) -> FloatInt);
        both_directions!($convention, $abi, (a: i32, b: Aligned32, c: Bytes3, d: Aligned64, e: i8) -> Aligned32);
        both_directions!($convention, $abi, (a: Bytes17) -> Bytes300);
    };
}

#[test]
#[cfg(target_arch = "x86_64")]
fn rustc_agrees_about_sysv_x64() {
    all_signatures!("sysv64", Abi::SysvX64);
}

#[test]
#[cfg(target_arch = "x86_64")]
fn rustc_agrees_about_win64() {
    all_signatures!("win64", Abi::Win64);
}

#[test]
#[cfg(target_arch = "aarch64")]
fn rustc_agrees_about_this_systems_convention() {
    all_signatures!("C", Abi::HOST);
}

/// A pair after zero to nine integers, as rustc passes it.
macro_rules! leading_integers {
    ($convention:literal, $abi:expr; $($arg:ident)*; ) => {
        both_directions!($convention, $abi, ($($arg: i64,)* z: Pair, after: i64) -> Pair);
    };
    ($convention:literal, $abi:expr; $($arg:ident)*; $next:ident $($rest:ident)*) => {
        both_directions!($convention, $abi, ($($arg: i64,)* z: Pair, after: i64) -> Pair);
        leading_integers!($convention, $abi; $($arg)* $next; $($rest)*);
    };
}

#[test]
fn seed_24_rustc_agrees_about_pairs_around_the_last_argument_register() {
    #[cfg(target_arch = "x86_64")]
    {
        leading_integers!("sysv64", Abi::SysvX64; ; a b c d e f g h i);
        leading_integers!("win64", Abi::Win64; ; a b c d e f g h i);
    }
    #[cfg(target_arch = "aarch64")]
    {
        leading_integers!("C", Abi::HOST; ; a b c d e f g h i);
    }
}
