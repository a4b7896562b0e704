//! The runtime calls of generated programs.

use crate::entity::AliasClass;
use crate::eval::Const;
use crate::interp::{Host, MemoryFault, RuntimeExit};
use crate::module::{ClassSet, Module, RuntimeData, Signature};
use crate::random::Config;
use crate::random::layout::{A, B, C, CELL_AREAS, FIELDS, HEADER, KINDS, header};
use crate::types::Type;

/// A pure function of its arguments.
pub(super) const MIX: &str = "rt_mix";
/// Reads area `a`.
pub(super) const SUM: &str = "rt_sum";
/// Writes area `b`.
pub(super) const POKE: &str = "rt_poke";
/// Throws for one argument in four, touches nothing.
pub(super) const CHECK: &str = "rt_check";
/// Makes an object of kind 0.
pub(super) const NEW: &str = "rt_new";
/// Touches everything, makes an object, throws sometimes and after it wrote.
pub(super) const STIR: &str = "rt_stir";

/// Adds the runtime table of generated programs to a module.
pub(super) fn declare(module: &mut Module, config: &Config) {
    use Type::{F64, I32, I64, Pair, Ptr};
    let some = |classes: &[AliasClass]| ClassSet::Some(classes.to_vec());
    let none = ClassSet::Empty;
    let mut add = |name: &str, params: &[Type], results: &[Type], throws: bool, allocates, reads, writes| {
        let signature = Signature { params: params.to_vec(), results: results.to_vec(), throws };
        let name = name.to_owned();
        module.runtimes.push(RuntimeData { name, signature, allocates, reads, writes });
    };
    add(MIX, &[I64, F64], &[I64], false, false, none.clone(), none.clone());
    add(SUM, &[Ptr], &[I64], false, false, some(&[A.class]), none.clone());
    add(POKE, &[Ptr, I32, I64], &[], false, false, none.clone(), some(&[B.class]));
    if config.exceptions {
        add(CHECK, &[I32], &[I32], true, false, none.clone(), none.clone());
    }
    if config.allocs {
        add(NEW, &[I64], &[Ptr], false, true, none, some(&[HEADER, FIELDS]));
    }
    if config.allocs && config.exceptions && config.pairs {
        add(STIR, &[Ptr, I64], &[Pair], true, true, ClassSet::All, ClassSet::All);
    }
}

/// Does what the runtime call with this name does, on any memory that [`prepare`](super::prepare) filled.
///
/// # Errors
/// What it does instead of returning; [`RuntimeExit::Unbound`] for other names and wrong numbers of arguments.
pub fn runtime_call(name: &str, args: &[Const], host: &mut dyn Host) -> Result<Vec<Const>, RuntimeExit> {
    match (name, args) {
        (MIX, [a, b]) => Ok(vec![Const::i64(mix(a.as_i64(), b.bits() as i64))]),
        (SUM, [buffer]) => {
            let mut sum = 0u64;
            for offset in (0..A.size).step_by(8) {
                let word = host.load(buffer.bits() + u64::from(A.offset + offset), 8)?;
                sum = sum.rotate_left(5) ^ word;
            }
            Ok(vec![Const::i64(sum as i64)])
        }
        (POKE, [buffer, index, value]) => {
            let slot = index.bits() % u64::from(B.size / 8);
            host.store(buffer.bits() + u64::from(B.offset) + 8 * slot, 8, value.bits())?;
            Ok(Vec::new())
        }
        (CHECK, [value]) if value.bits().is_multiple_of(4) => Err(RuntimeExit::Throw),
        (CHECK, [value]) => Ok(vec![Const::i32(value.as_i32().wrapping_mul(3))]),
        (NEW, [value]) => Ok(vec![Const::ptr(new_object(host, value.bits())?)]),
        (STIR, [buffer, value]) => stir(host, buffer.bits(), value.bits()),
        _ => Err(RuntimeExit::Unbound),
    }
}

/// Mixes two numbers.
fn mix(a: i64, b: i64) -> i64 {
    a.wrapping_mul(0x2545_f491_4f6c_dd1d).rotate_left(17) ^ b
}

/// Makes an object of kind 0 whose first number is `value`. When memory is out, that is a fault at null.
pub(super) fn new_object(host: &mut dyn Host, value: u64) -> Result<u64, MemoryFault> {
    object(host, 0, value)
}

/// Makes an object of kind 1 that points to an object of kind 0. When memory is out, that is a fault at null.
pub(super) fn new_wide_object(host: &mut dyn Host, inner: u64) -> Result<u64, MemoryFault> {
    object(host, 1, inner)
}

fn object(host: &mut dyn Host, kind: u32, first_field: u64) -> Result<u64, MemoryFault> {
    let size = KINDS[kind as usize].size;
    let object = host.alloc(size, kind).ok_or(MemoryFault { address: 0, width: size, write: true })?;
    host.store(object, 8, header(kind))?;
    host.store(object + 8, 8, first_field)?;
    Ok(object)
}

fn stir(host: &mut dyn Host, buffer: u64, value: u64) -> Result<Vec<Const>, RuntimeExit> {
    let at = |area: u32, offset: u32| buffer + u64::from(area + offset);
    let first = host.load(at(C.offset, 0), 8)?;
    let second = host.load(at(A.offset, 8), 8)?;
    host.store(at(C.offset, 0), 8, second ^ value)?;
    host.store(at(A.offset, 8), 8, first.wrapping_add(1))?;
    let object = new_object(host, first)?;
    let old = host.load(at(CELL_AREAS[0].offset, 0), 8)?;
    host.store(at(CELL_AREAS[0].offset, 8), 8, old)?;
    host.store(at(CELL_AREAS[0].offset, 0), 8, object)?;
    if (first ^ value) & 7 == 7 {
        return Err(RuntimeExit::Throw);
    }
    Ok(vec![Const::pair(first, second)])
}
