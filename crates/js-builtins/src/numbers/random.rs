//! 21.3.2.27 Math.random: xoshiro256++ (D. Blackman and S. Vigna, 2019), a state for each realm.

use js_rt::{Foreign, Obj, Value};
use js_vm::{Args, Intrinsic, Res, Vm};
use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};

type State = Cell<[u64; 4]>;

/// Makes the function, which keeps the state, a property of %Math%.
pub(super) fn install(vm: &Vm) -> Res<Obj> {
    let seed = || RandomState::new().hash_one(0x5bd1_e995_u32);
    let state: State = Cell::new([seed(), seed(), seed(), seed() | 1]);
    let state = vm.rt.new_foreign(state, size_of::<State>())?;
    let name = vm.rt.str_from_utf8("random")?;
    let function = vm.native_function(random, 0, name, &[Value::from_cell(state)])?;
    let key = vm.rt.key_from_str(name)?;
    vm.create_non_enumerable_data_property_or_throw(vm.intrinsic(Intrinsic::Math), key, function.into())?;
    Ok(function)
}

fn next(state: &State) -> u64 {
    let [mut a, mut b, mut c, mut d] = state.get();
    let result = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
    let shifted = b << 17;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = d.rotate_left(45);
    state.set([a, b, c, d]);
    result
}

/// 21.3.2.27 Math.random ( )
fn random(_: &Vm, args: &Args<'_>) -> Res<Value> {
    let foreign = args.slot(0).cell::<Foreign>();
    let bits = foreign.as_ref().and_then(|foreign| foreign.get::<State>()).map_or(0, next);
    Ok(Value::number((bits >> 11) as f64 / (1_u64 << 53) as f64))
}
