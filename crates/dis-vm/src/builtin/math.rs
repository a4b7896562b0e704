//! `$Math`: the functions of math-intro(2), `module/math.m`. Elementary functions are the library that musl's are from, the same on
//! every machine. Results of integer functions that do not fit are what conversions give.

use super::{Builtin, Function, function};
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use dis_rt::{Addr, NIL, Slice, TypeId, types};

impl Vm {
    /// A real argument, when all are reals.
    fn real_argument(&self, fp: Addr, number: u32) -> f64 {
        self.heap.memory.real(fp + 8 * self.word + 8 * number)
    }

    /// An array of numbers of this size.
    fn numbers(&self, fp: Addr, number: u32, size: u32) -> Result<Slice, Trap> {
        let array = self.reference_argument(fp, number, types::ARRAY)?;
        if array == NIL {
            return Err(Trap::Nil);
        }
        let slice = self.heap.slice(array);
        let ty = &self.heap.types[slice.ty];
        if ty.size == size && ty.pointers.is_empty() { Ok(slice) } else { Err(Trap::Type) }
    }

    fn reals(&self, fp: Addr, number: u32) -> Result<Vec<f64>, Trap> {
        let slice = self.numbers(fp, number, 8)?;
        Ok((0..slice.len).map(|index| self.heap.memory.real(slice.data + 8 * index)).collect())
    }
}

macro_rules! of_one {
    ($($name:ident = $value:expr;)*) => {
        $(fn $name(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
            let value: fn(f64) -> f64 = $value;
            vm.give_real(fp, 0, value(vm.real_argument(fp, 0)))
        })*
    };
}

of_one! {
    acos = libm::acos; acosh = libm::acosh; asin = libm::asin; asinh = libm::asinh; atan = libm::atan;
    atanh = libm::atanh; cbrt = libm::cbrt; ceil = libm::ceil; cos = libm::cos; cosh = libm::cosh;
    erf = libm::erf; erfc = libm::erfc; exp = libm::exp; expm1 = libm::expm1; fabs = libm::fabs;
    floor = libm::floor; j0 = libm::j0; j1 = libm::j1; log = libm::log; log10 = libm::log10;
    log1p = libm::log1p; rint = libm::rint; sin = libm::sin; sinh = libm::sinh; sqrt = libm::sqrt;
    tan = libm::tan; tanh = libm::tanh; y0 = libm::y0; y1 = libm::y1;
}

macro_rules! of_two {
    ($($name:ident = $value:expr;)*) => {
        $(fn $name(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
            let value: fn(f64, f64) -> f64 = $value;
            vm.give_real(fp, 0, value(vm.real_argument(fp, 0), vm.real_argument(fp, 1)))
        })*
    };
}

of_two! {
    atan2 = libm::atan2; copysign = libm::copysign; fmod = libm::fmod; hypot = libm::hypot;
    nextafter = libm::nextafter; pow = libm::pow; remainder = libm::remainder;
    // The second where they do not compare, as the original has it.
    fdim = |x, y| if x > y { x - y } else { 0.0 };
    fmax = |x, y| if x > y { x } else { y };
    fmin = |x, y| if x < y { x } else { y };
}

fn finite(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let value = vm.real_argument(fp, 0).is_finite();
    vm.give_word(fp, 0, value.into())
}

fn isnan(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let value = vm.real_argument(fp, 0).is_nan();
    vm.give_word(fp, 0, value.into())
}

fn ilogb(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let value = libm::ilogb(vm.real_argument(fp, 0));
    vm.give_word(fp, 0, value)
}

/// A word, then a real: the place of a result's second part.
fn second(vm: &Vm) -> u32 {
    vm.word.next_multiple_of(8)
}

fn lgamma(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (value, sign) = libm::lgamma_r(vm.real_argument(fp, 0));
    vm.give_real(fp, second(vm), value)?;
    vm.give_word(fp, 0, sign)
}

fn modf(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (fraction, whole) = libm::modf(vm.real_argument(fp, 0));
    vm.give_real(fp, second(vm), fraction)?;
    vm.give_word(fp, 0, if whole.abs() < 2_147_483_648.0 { whole as i32 } else { i32::MIN })
}

/// A word and then a real as arguments.
fn word_and_real(vm: &Vm, fp: Addr) -> (i32, f64) {
    let at = fp + (9 * vm.word).next_multiple_of(8);
    (vm.word_argument(fp, 0), vm.heap.memory.real(at))
}

fn jn(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (n, x) = word_and_real(vm, fp);
    vm.give_real(fp, 0, libm::jn(n, x))
}

fn yn(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (n, x) = word_and_real(vm, fp);
    vm.give_real(fp, 0, libm::yn(n, x))
}

fn pow10(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let power = vm.word_argument(fp, 0);
    vm.give_real(fp, 0, libm::pow(10.0, power.into()))
}

fn scalbn(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let n = vm.heap.memory.word(fp + 8 * vm.word + 8);
    vm.give_real(fp, 0, libm::scalbn(vm.real_argument(fp, 0), n))
}

fn dot(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (x, y) = (vm.reals(fp, 0)?, vm.reals(fp, 1)?);
    if x.len() != y.len() {
        return Err(Trap::MathArgument);
    }
    vm.give_real(fp, 0, x.iter().zip(&y).fold(0.0, |sum, (x, y)| sum + x * y))
}

fn norm1(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let sum = vm.reals(fp, 0)?.iter().fold(0.0, |sum, x| sum + x.abs());
    vm.give_real(fp, 0, sum)
}

fn norm2(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let sum = vm.reals(fp, 0)?.iter().fold(0.0, |sum, x| sum + x * x);
    vm.give_real(fp, 0, sum.sqrt())
}

fn iamax(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let reals = vm.reals(fp, 0)?;
    let greatest = (0..reals.len())
        .reduce(|best, index| if reals[best].abs() < reals[index].abs() { index } else { best });
    vm.give_word(fp, 0, greatest.unwrap_or(0) as i32)
}

/// Puts indices into the order of what they lead to.
fn sort(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (reals, order) = (vm.reals(fp, 0)?, vm.numbers(fp, 1, vm.word)?);
    let word = vm.word;
    let mut indices = Vec::with_capacity(order.len as usize);
    for index in 0..order.len {
        let value = usize::try_from(vm.heap.memory.word(order.data + index * word));
        indices.push(value.ok().filter(|value| *value < reals.len()).ok_or(Trap::MathArgument)?);
    }
    indices.sort_by(|a, b| reals[*a].total_cmp(&reals[*b]));
    for (index, value) in (0..).zip(indices) {
        vm.heap.memory.set_word(order.data + index * word, value as i32);
    }
    Ok(())
}

/// Numbers that lie in an array of bytes, `size` each, with the most significant byte first, and the array of numbers itself.
fn external(vm: &Vm, fp: Addr, size: u32, number: u32) -> Result<(Slice, Slice), Trap> {
    let array = vm.bytes_argument(fp, 0)?;
    let (bytes, numbers) = (vm.heap.slice(array), vm.numbers(fp, 1, number)?);
    let right = array != NIL && u64::from(bytes.len) == u64::from(size) * u64::from(numbers.len);
    if right { Ok((bytes, numbers)) } else { Err(Trap::MathArgument) }
}

fn get<const N: usize>(vm: &Vm, at: Addr) -> [u8; N] {
    vm.heap.memory.bytes(at, N).try_into().unwrap_or([0; N])
}

fn import_int(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (bytes, numbers) = external(vm, fp, 4, vm.word)?;
    for index in 0..numbers.len {
        let value = i32::from_be_bytes(get(vm, bytes.data + 4 * index));
        vm.heap.memory.set_word(numbers.data + index * vm.word, value);
    }
    Ok(())
}

fn import_real32(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (bytes, numbers) = external(vm, fp, 4, 8)?;
    for index in 0..numbers.len {
        let value = f32::from_be_bytes(get(vm, bytes.data + 4 * index));
        vm.heap.memory.set_real(numbers.data + 8 * index, value.into());
    }
    Ok(())
}

fn import_real(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (bytes, numbers) = external(vm, fp, 8, 8)?;
    for index in 0..numbers.len {
        let value = i64::from_be_bytes(get(vm, bytes.data + 8 * index));
        vm.heap.memory.set_big(numbers.data + 8 * index, value);
    }
    Ok(())
}

fn put<const N: usize>(vm: &mut Vm, at: Addr, bytes: [u8; N]) {
    vm.heap.memory.bytes_mut(at, N).copy_from_slice(&bytes);
}

fn export_int(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (bytes, numbers) = external(vm, fp, 4, vm.word)?;
    for index in 0..numbers.len {
        let value = vm.heap.memory.word(numbers.data + index * vm.word);
        put(vm, bytes.data + 4 * index, value.to_be_bytes());
    }
    Ok(())
}

fn export_real32(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (bytes, numbers) = external(vm, fp, 4, 8)?;
    for index in 0..numbers.len {
        let value = vm.heap.memory.real(numbers.data + 8 * index) as f32;
        put(vm, bytes.data + 4 * index, value.to_be_bytes());
    }
    Ok(())
}

fn export_real(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (bytes, numbers) = external(vm, fp, 8, 8)?;
    for index in 0..numbers.len {
        let value = vm.heap.memory.big(numbers.data + 8 * index);
        put(vm, bytes.data + 8 * index, value.to_be_bytes());
    }
    Ok(())
}

fn bits32real(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let value = f32::from_bits(vm.word_argument(fp, 0).cast_unsigned());
    vm.give_real(fp, 0, value.into())
}

fn bits64real(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    vm.give_real(fp, 0, vm.real_argument(fp, 0))
}

fn realbits32(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let value = vm.real_argument(fp, 0) as f32;
    vm.give_word(fp, 0, value.to_bits().cast_signed())
}

fn realbits64(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    vm.give_big(fp, vm.real_argument(fp, 0).to_bits().cast_signed())
}

/// Rounding is always to the nearest, and nothing is trapped: both words are 0, and setting them changes nothing.
fn control(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    vm.give_word(fp, 0, 0)
}

const fn one(name: &'static str, run: fn(&mut Vm, Addr, TypeId) -> Step) -> Function {
    function(name, 0xa1d1_fe48, "r", run)
}

const fn two(name: &'static str, run: fn(&mut Vm, Addr, TypeId) -> Step) -> Function {
    function(name, 0xf293_f6cf, "rr", run)
}

/// The module.
pub(super) static MATH: Builtin = Builtin {
    name: "$Math",
    functions: &[
        function("FPcontrol", 0x6584_767b, "ww", control),
        function("FPstatus", 0x6584_767b, "ww", control),
        one("acos", acos),
        one("acosh", acosh),
        one("asin", asin),
        one("asinh", asinh),
        one("atan", atan),
        two("atan2", atan2),
        one("atanh", atanh),
        function("bits32real", 0x40a5_8596, "w", bits32real),
        function("bits64real", 0x5463_c72c, "b", bits64real),
        one("cbrt", cbrt),
        one("ceil", ceil),
        two("copysign", copysign),
        one("cos", cos),
        one("cosh", cosh),
        function("dot", 0xfeca_4db6, "pp", dot),
        one("erf", erf),
        one("erfc", erfc),
        one("exp", exp),
        one("expm1", expm1),
        function("export_int", 0x3f1d_94ee, "pp", export_int),
        function("export_real", 0xd1fb_0c8c, "pp", export_real),
        function("export_real32", 0xd1fb_0c8c, "pp", export_real32),
        one("fabs", fabs),
        two("fdim", fdim),
        function("finite", 0x7b2e_5f52, "r", finite),
        one("floor", floor),
        two("fmax", fmax),
        two("fmin", fmin),
        two("fmod", fmod),
        function("gemm", 0x53b8_cd34, super::gemm::ARGS, super::gemm::gemm),
        function("getFPcontrol", 0x6169_77e8, "", control),
        function("getFPstatus", 0x6169_77e8, "", control),
        two("hypot", hypot),
        function("iamax", 0xa5fc_2e4d, "p", iamax),
        function("ilogb", 0x7b2e_5f52, "r", ilogb),
        function("import_int", 0x3f1d_94ee, "pp", import_int),
        function("import_real", 0xd1fb_0c8c, "pp", import_real),
        function("import_real32", 0xd1fb_0c8c, "pp", import_real32),
        function("isnan", 0x7b2e_5f52, "r", isnan),
        one("j0", j0),
        one("j1", j1),
        function("jn", 0xb61f_fc5b, "wr", jn),
        function("lgamma", 0x6e97_c646, "r", lgamma),
        one("log", log),
        one("log10", log10),
        one("log1p", log1p),
        function("modf", 0x6e97_c646, "r", modf),
        two("nextafter", nextafter),
        function("norm1", 0x1629_207e, "p", norm1),
        function("norm2", 0x1629_207e, "p", norm2),
        two("pow", pow),
        function("pow10", 0x40a5_8596, "w", pow10),
        function("realbits32", 0x7b2e_5f52, "r", realbits32),
        function("realbits64", 0x9589_d476, "r", realbits64),
        two("remainder", remainder),
        one("rint", rint),
        function("scalbn", 0x64fa_84ba, "rw", scalbn),
        one("sin", sin),
        one("sinh", sinh),
        function("sort", 0x0fc7_c7b8, "pp", sort),
        one("sqrt", sqrt),
        one("tan", tan),
        one("tanh", tanh),
        one("y0", y0),
        one("y1", y1),
        function("yn", 0xb61f_fc5b, "wr", yn),
    ],
};
