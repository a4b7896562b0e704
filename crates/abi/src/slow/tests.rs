//! Calls and callbacks through the precompiled trampolines, against functions the Rust compiler made.

use super::image::*;
use super::*;
use crate::convention::Abi;
use crate::signature::Signature;
use crate::types::{Field, Record, RecordKind, Scalar, Type};
use std::ffi::c_void;
use std::sync::Arc;

/// A frame with the plan's slots.
struct Frame {
    memory: Scratch,
    plan: Arc<Plan>,
}

impl Frame {
    fn new(plan: &Arc<Plan>) -> Frame {
        let memory = Scratch::new(plan.frame_size as usize, plan.frame_align as usize);
        Frame { memory, plan: Arc::clone(plan) }
    }

    fn set<T: Copy>(&mut self, arg: usize, value: T) -> &mut Self {
        let slot = self.plan.slots[arg];
        assert_eq!(size_of::<T>(), slot.size as usize);
        // SAFETY: the slot lies in the frame and has the size of the value.
        unsafe { self.memory.as_mut_ptr().add(slot.offset as usize).cast::<T>().write_unaligned(value) };
        self
    }

    /// # Safety
    /// `target` must have the plan's convention and signature, and return an `R`.
    unsafe fn call<R: Copy>(&mut self, target: *const u8) -> R {
        let mut result = Scratch::new(size_of::<R>().next_multiple_of(16), 16);
        // SAFETY: frame and result have the plan's sizes; the target is the caller's promise.
        unsafe {
            call(&self.plan, target, self.memory.as_mut_ptr(), result.as_mut_ptr());
            result.as_mut_ptr().cast::<R>().read()
        }
    }
}

fn plan(abi: Abi, params: &[Type], result: Option<Type>) -> Arc<Plan> {
    Arc::new(Plan::new(abi, &Signature::new(params.iter().cloned(), result)).expect("the signature is valid"))
}

const I64: Type = Type::Scalar(Scalar::I64);
const F64: Type = Type::Scalar(Scalar::F64);
const F32: Type = Type::Scalar(Scalar::F32);

#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
struct Pair(f32, i32);
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
struct Mixed(f64, i64);
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
struct Doubles(f64, f64, f64);
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
struct Big([i64; 5]);
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
struct Huge([i64; 700]);
#[repr(C, align(64))]
#[derive(Clone, Copy, Debug, PartialEq)]
struct Aligned(i64);

macro_rules! functions {
    ($module:ident, $abi:literal) => {
        mod $module {
            use super::*;

            #[allow(clippy::too_many_arguments, reason = "the point is to overflow both register files")]
            pub(super) extern $abi fn many(
                a: i8,
                b: f32,
                c: u16,
                d: f64,
                e: i64,
                f: i64,
                g: i64,
                h: i64,
                i: i32,
                j: f64,
                k: i64,
                l: u8,
            ) -> f64 {
                assert_eq!((a, b, c, d), (-7, 1.5, 65535, 2.5));
                assert_eq!((e, f, g, h, i, j), (5, 6, 7, 8, -9, 10.25));
                assert_eq!((k, l), (i64::MIN, 200));
                99.5
            }

            pub(super) extern $abi fn records(p: Pair, m: Mixed, d: Doubles, b: Big, tail: i64) -> Doubles {
                assert_eq!((p, m), (Pair(1.5, -2), Mixed(3.5, -4)));
                assert_eq!((d, b, tail), (Doubles(5.5, 6.5, 7.5), Big([8, 9, 10, 11, 12]), 13));
                Doubles(d.2, d.1, d.0)
            }

            pub(super) extern $abi fn mixed(x: f64, y: i64) -> Mixed {
                Mixed(x * 2.0, y * 2)
            }

            pub(super) extern $abi fn big(x: i64) -> Big {
                Big([x, x + 1, x + 2, x + 3, x + 4])
            }

            pub(super) extern $abi fn huge(x: Huge, y: Aligned, z: i64) -> Huge {
                assert_eq!((y.0, z), (17, 18));
                assert_eq!((&raw const y).addr() % 64, 0);
                Huge(x.0.map(|word| word.wrapping_mul(z)))
            }

            pub(super) extern $abi fn narrow(x: i8) -> i16 {
                i16::from(x) - 1
            }
        }
    };
}

functions!(host, "C");
#[cfg(target_arch = "x86_64")]
functions!(sysv, "sysv64");
#[cfg(target_arch = "x86_64")]
functions!(win, "win64");

fn pair() -> Type {
    Type::structure([F32, Scalar::I32.into()])
}
fn mixed() -> Type {
    Type::structure([F64, I64])
}
fn doubles() -> Type {
    Type::structure([F64, F64, F64])
}
fn big() -> Type {
    Type::structure([Type::array(I64, 5)])
}
fn huge_plan(abi: Abi) -> Arc<Plan> {
    let huge = || Type::structure([Type::array(I64, 700)]);
    let aligned = Field { name: String::new(), ty: I64, align: Some(64) };
    let aligned =
        Record { kind: RecordKind::Struct, name: None, fields: vec![aligned], pack: None, align: None };
    plan(abi, &[huge(), Type::Record(Arc::new(aligned)), I64], Some(huge()))
}
fn many_plan(abi: Abi) -> Arc<Plan> {
    use Scalar::*;
    let params = [I8, F32, U16, F64, I64, I64, I64, I64, I32, F64, I64, U8].map(Type::Scalar);
    plan(abi, &params, Some(Type::Scalar(F64)))
}
fn records_plan(abi: Abi) -> Arc<Plan> {
    plan(abi, &[pair(), mixed(), doubles(), big(), I64], Some(doubles()))
}

struct Targets {
    abi: Abi,
    many: *const u8,
    records: *const u8,
    mixed: *const u8,
    big: *const u8,
    huge: *const u8,
    narrow: *const u8,
}

macro_rules! targets {
    ($module:ident, $abi:expr) => {
        Targets {
            abi: $abi,
            many: $module::many as *const u8,
            records: $module::records as *const u8,
            mixed: $module::mixed as *const u8,
            big: $module::big as *const u8,
            huge: $module::huge as *const u8,
            narrow: $module::narrow as *const u8,
        }
    };
}

fn all_targets() -> Vec<Targets> {
    vec![
        targets!(host, Abi::HOST),
        #[cfg(target_arch = "x86_64")]
        targets!(sysv, Abi::SysvX64),
        #[cfg(target_arch = "x86_64")]
        targets!(win, Abi::Win64),
    ]
}

/// Calls every target with the values they expect.
fn exercise(t: &Targets) {
    let mut frame = Frame::new(&many_plan(t.abi));
    frame.set(0, -7i8).set(1, 1.5f32).set(2, 65535u16).set(3, 2.5f64).set(4, 5i64).set(5, 6i64);
    frame.set(6, 7i64).set(7, 8i64).set(8, -9i32).set(9, 10.25f64).set(10, i64::MIN).set(11, 200u8);
    // SAFETY: `many` has the plan's signature.
    assert_eq!(unsafe { frame.call::<f64>(t.many) }, 99.5);

    let mut frame = Frame::new(&records_plan(t.abi));
    frame.set(0, Pair(1.5, -2)).set(1, Mixed(3.5, -4)).set(2, Doubles(5.5, 6.5, 7.5));
    frame.set(3, Big([8, 9, 10, 11, 12])).set(4, 13i64);
    // SAFETY: `records` has the plan's signature.
    assert_eq!(unsafe { frame.call::<Doubles>(t.records) }, Doubles(7.5, 6.5, 5.5));

    let mut frame = Frame::new(&plan(t.abi, &[F64, I64], Some(mixed())));
    // SAFETY: `mixed` has the plan's signature.
    assert_eq!(unsafe { frame.set(0, 1.25f64).set(1, -3i64).call::<Mixed>(t.mixed) }, Mixed(2.5, -6));

    let mut frame = Frame::new(&plan(t.abi, &[I64], Some(big())));
    // SAFETY: `big` has the plan's signature.
    assert_eq!(unsafe { frame.set(0, 40i64).call::<Big>(t.big) }, Big([40, 41, 42, 43, 44]));

    let words = std::array::from_fn(|i| i as i64 + 3);
    let mut aligned = [0i64; 8];
    aligned[0] = 17;
    let mut frame = Frame::new(&huge_plan(t.abi));
    // SAFETY: `huge` has the plan's signature.
    let huge = unsafe { frame.set(0, Huge(words)).set(1, aligned).set(2, 18i64).call::<Huge>(t.huge) };
    assert_eq!(huge, Huge(words.map(|word| word * 18)));

    let mut frame = Frame::new(&plan(t.abi, &[Scalar::I8.into()], Some(Scalar::I16.into())));
    // SAFETY: `narrow` has the plan's signature. The result comes back extended to 64 bits.
    assert_eq!(unsafe { frame.set(0, -128i8).call::<i16>(t.narrow) }, -129);
}

#[test]
fn calls_reach_compiled_functions() {
    all_targets().iter().for_each(exercise);
}

/// Forwards a callback to the function it stands for: the frame goes out through [`call`] again.
unsafe extern "C" fn forward(user: *mut c_void, frame: *mut u8, result: *mut u8) {
    // SAFETY: `user` is a `Forward` that outlives the closure; the buffers are those of its plan.
    unsafe {
        let to = &*user.cast::<Forward>();
        call(&to.plan, to.target, frame, result);
    }
}

struct Forward {
    plan: Arc<Plan>,
    target: *const u8,
}

/// The same calls with a closure between caller and target.
#[test]
fn callbacks_receive_and_return_every_kind() {
    for t in all_targets() {
        let wrap = |plan: Arc<Plan>, target| {
            let user = Box::into_raw(Box::new(Forward { plan: Arc::clone(&plan), target }));
            // SAFETY: `forward` takes a `Forward`, leaked so that it outlives the closure; plan and target belong together.
            unsafe { StaticClosure::new(plan, forward, user.cast()).expect("the pool is not exhausted") }
        };
        let many = wrap(many_plan(t.abi), t.many);
        let records = wrap(records_plan(t.abi), t.records);
        let mixed = wrap(plan(t.abi, &[F64, I64], Some(mixed())), t.mixed);
        let huge = wrap(huge_plan(t.abi), t.huge);
        let big = wrap(plan(t.abi, &[I64], Some(big())), t.big);
        let narrow = wrap(plan(t.abi, &[Scalar::I8.into()], Some(Scalar::I16.into())), t.narrow);
        exercise(&Targets {
            abi: t.abi,
            many: many.entry(),
            records: records.entry(),
            mixed: mixed.entry(),
            big: big.entry(),
            huge: huge.entry(),
            narrow: narrow.entry(),
        });
    }
}

/// Compiled code calls a callback, so that both sides of a mistake in the moves cannot cancel out.
#[test]
fn compiled_code_calls_a_callback() {
    let t = targets!(host, Abi::HOST);
    let plan = records_plan(t.abi);
    let user = Forward { plan: Arc::clone(&plan), target: t.records };
    let user = std::ptr::from_ref(&user).cast_mut().cast();
    // SAFETY: `forward` takes a `Forward`, which outlives the closure.
    let closure = unsafe { StaticClosure::new(plan, forward, user) }.expect("the pool is not exhausted");
    // SAFETY: the closure was made with this signature.
    let f: extern "C" fn(Pair, Mixed, Doubles, Big, i64) -> Doubles =
        unsafe { std::mem::transmute(closure.entry()) };
    let doubles = f(Pair(1.5, -2), Mixed(3.5, -4), Doubles(5.5, 6.5, 7.5), Big([8, 9, 10, 11, 12]), 13);
    assert_eq!(doubles, Doubles(7.5, 6.5, 5.5));
}

/// Two pages of stack arguments at an alignment of 256, with canaries in every register.
#[test]
fn capture_sees_the_image_and_canaries_survive() {
    // SAFETY: both calls below put 8192 bytes on the stack.
    let capture = unsafe { Capture::new(8192) }.expect("the pool is not exhausted");
    let stack: Vec<u128> = (0..512).map(|i| (0x1111 * (i + 1)) << 40).collect();
    let mut image = CallImage::new(capture.entry());
    image.stack = stack.as_ptr().cast();
    image.stack_size = 8192;
    image.stack_align = 256;
    for &abi in Abi::ALL.iter().filter(|abi| abi.arch() == Arch::HOST) {
        for (i, reg) in image.registers.int.iter_mut().enumerate() {
            *reg = 0x0101_0101_0101_0101 * (i as u64 + 1);
        }
        for (i, reg) in image.registers.vec.iter_mut().enumerate() {
            *reg = 0x0303_0303_0303_0303_0505_0505_0505_0505 * (i as u128 + 1);
        }
        image.fill_canaries(abi);
        let mut answer = ResultImage::default();
        answer.registers.int.iter_mut().enumerate().for_each(|(i, reg)| *reg = !0 - i as u64);
        answer.registers.vec.iter_mut().enumerate().for_each(|(i, reg)| *reg = !0 - i as u128);
        capture.set_answer(&answer, 0);
        let mut result = ResultImage::default();
        // SAFETY: the capture entry accepts any image and returns with the stack pointer as it was.
        unsafe { call_image_canary(&image, &mut result) }.expect("8192 bytes fit");
        check_capture(&capture, &image, &answer, &result, true);
        assert_eq!(result.clobbered(&image, abi), []);

        let mut result = ResultImage::default();
        // SAFETY: as above.
        unsafe { call_image(&image, &mut result) };
        check_capture(&capture, &image, &answer, &result, false);
    }
}

fn check_capture(
    capture: &Capture,
    image: &CallImage,
    answer: &ResultImage,
    result: &ResultImage,
    all: bool,
) {
    let [call] = &capture.take()[..] else { panic!("one call is recorded") };
    assert_eq!(call.stack_pointer % 256, 0);
    // SAFETY: the image's stack bytes are alive and 8192 bytes long.
    assert_eq!(call.stack, unsafe { std::slice::from_raw_parts(image.stack, 8192) });
    let (ints, vecs): (&[usize], usize) = match (Arch::HOST, all) {
        (Arch::X64, true) => (&[0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15], 16),
        (Arch::X64, false) => (&[0, 1, 2, 6, 7, 8, 9, 10], 8),
        (Arch::Arm64, true) => (
            &[
                0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
                29,
            ],
            32,
        ),
        (Arch::Arm64, false) => (&[0, 1, 2, 3, 4, 5, 6, 7, 8], 8),
    };
    for &reg in ints {
        assert_eq!(call.registers.int[reg], image.registers.int[reg], "integer register {reg}");
    }
    assert_eq!(call.registers.vec[..vecs], image.registers.vec[..vecs]);
    let (ints, vecs) = match Arch::HOST {
        Arch::X64 => ([0, 2], 2),
        Arch::Arm64 => ([0, 1], 4),
    };
    for reg in ints {
        assert_eq!(result.registers.int[reg], answer.registers.int[reg]);
    }
    assert_eq!(result.registers.vec[..vecs], answer.registers.vec[..vecs]);
}

/// A function that breaks its convention is noticed: the SysV callee may change rdi, a Win64 one may not.
#[cfg(target_arch = "x86_64")]
#[test]
fn canaries_find_a_clobbered_register() {
    #[unsafe(naked)]
    unsafe extern "sysv64" fn clobber() {
        std::arch::naked_asm!("xor edi, edi", "pcmpeqd xmm9, xmm9", "ret")
    }
    let mut image = CallImage::new(clobber as *const u8);
    image.fill_canaries(Abi::Win64);
    let mut result = ResultImage::default();
    // SAFETY: the function takes nothing and returns.
    unsafe { call_image_canary(&image, &mut result) }.expect("there are no stack arguments");
    assert_eq!(result.clobbered(&image, Abi::SysvX64), []);
    let found = result.clobbered(&image, Abi::Win64);
    assert!(
        matches!(found[..], [Clobbered::Int { reg: 7, after: 0, .. }, Clobbered::Vec { reg: 9, .. }]),
        "{found:?}"
    );
}

/// A function that breaks its convention is noticed; the upper halves of v8 to v15 are nobody's to preserve.
#[cfg(target_arch = "aarch64")]
#[test]
fn canaries_find_a_clobbered_register() {
    #[unsafe(naked)]
    unsafe extern "C" fn clobber() {
        std::arch::naked_asm!("mov x20, #0", "fmov d8, d8", "fmov d9, xzr", "ret")
    }
    let mut image = CallImage::new(clobber as *const u8);
    image.fill_canaries(Abi::Aapcs64);
    let mut result = ResultImage::default();
    // SAFETY: the function takes nothing and returns.
    unsafe { call_image_canary(&image, &mut result) }.expect("there are no stack arguments");
    let found = result.clobbered(&image, Abi::Aapcs64);
    assert!(
        matches!(found[..], [Clobbered::Int { reg: 20, after: 0, .. }, Clobbered::Vec { reg: 9, .. }]),
        "{found:?}"
    );
}

#[test]
fn too_many_stack_arguments_for_canaries_are_refused() {
    let mut image = CallImage::new(std::ptr::null());
    image.stack_size = CANARY_STACK_MAX + 16;
    // SAFETY: nothing is called.
    let refused = unsafe { call_image_canary(&image, &mut ResultImage::default()) };
    assert_eq!(refused, Err(CanaryStackTooLarge { stack_size: CANARY_STACK_MAX + 16 }));
}

#[test]
fn unwinding_passes_the_trampoline() {
    // What is inlined is listed by its last name only, so the paths before the names prove nothing.
    extern "C" fn walk() -> u64 {
        let trace = std::backtrace::Backtrace::force_capture().to_string();
        let beyond = trace.find("call_image").map(|at| &trace[at..]);
        u64::from(beyond.is_some_and(|callers| callers.contains("unwinding_passes_the_trampoline")))
    }
    let image = CallImage::new(walk as *const u8);
    let mut result = ResultImage::default();
    // SAFETY: the function takes nothing and returns an integer.
    unsafe { call_image(&image, &mut result) };
    assert_eq!(result.registers.int[0], 1, "the walk from inside a plain call ends early");
    result.registers.int[0] = 0;
    // SAFETY: as above.
    unsafe { call_image_canary(&image, &mut result) }.expect("there are no stack arguments");
    assert_eq!(result.registers.int[0], 1, "the walk from inside a call with canaries ends early");
}
