//! 23.1 Array Objects: the constructor, and what the methods share.

use super::{
    array_concat, array_elements, array_from_async, array_iterate, array_search, array_sort, array_text,
};
use js_rt::{Attrs, Class, Obj, Own, PropertyKey, Value};
use js_vm::{Args, ArrayIteratorKind, Build, Intrinsic, Res, Vm};

/// The largest length of an array-like object: 2^53 - 1.
pub(crate) const MAX_LENGTH: u64 = (1 << 53) - 1;

/// `this` as an object, and its length.
pub(super) fn this_array(vm: &Vm, args: &Args<'_>) -> Res<(Obj, u64)> {
    let o = vm.to_object(args.this)?;
    let length = vm.length_of_array_like(o)?;
    Ok((o, length as u64))
}

/// An index that counts from the end when it is negative, at most `length`; `default` when it is undefined.
pub(crate) fn relative_index(vm: &Vm, value: Value, length: u64, default: u64) -> Res<u64> {
    if value.is_undefined() {
        return Ok(default);
    }
    let relative = vm.to_integer_or_infinity(value)?;
    let length = length as f64;
    Ok(if relative < 0.0 { (length + relative).max(0.0) } else { relative.min(length) } as u64)
}

/// The callback that is argument `index`.
pub(crate) fn callback(vm: &Vm, args: &Args<'_>, index: usize) -> Res<Value> {
    let f = args.get(index);
    if vm.is_callable(f) {
        return Ok(f);
    }
    let what = vm.describe_callee(f);
    Err(vm.type_error(format_args!("{what} is not a function")))
}

/// The element of an array that is certainly there.
#[inline]
fn own_element(o: Obj, k: u64) -> Option<Value> {
    if !o.is_array() {
        return None;
    }
    let value = o.element(u32::try_from(k).ok()?);
    (!value.is_empty()).then_some(value)
}

/// 7.3.2 Get of an element
#[inline]
pub(super) fn element(vm: &Vm, o: Obj, k: u64) -> Res<Value> {
    match own_element(o, k) {
        Some(value) => Ok(value),
        None => vm.get_index(o, k),
    }
}

/// 7.3.11 HasProperty and, if so, 7.3.2 Get of an element
#[inline]
pub(super) fn present(vm: &Vm, o: Obj, k: u64) -> Res<Option<Value>> {
    match own_element(o, k) {
        Some(value) => Ok(Some(value)),
        None => present_slow(vm, o, k),
    }
}

fn present_slow(vm: &Vm, o: Obj, k: u64) -> Res<Option<Value>> {
    let key = vm.rt.key_from_u64(k)?;
    if vm.has_property(o, key)? { vm.get(o, key).map(Some) } else { Ok(None) }
}

/// The next index at which there may be an element, after none was found at `k`.
pub(super) fn behind_hole(vm: &Vm, o: Obj, k: u64) -> u64 {
    match u32::try_from(k + 1) {
        Ok(next) if vm.is_plain_array(o) => vm.rt.next_element(o, next).map_or(MAX_LENGTH + 1, u64::from),
        _ => k + 1,
    }
}

/// The previous index at which there may be an element, after none was found at `k`; `None` at the front.
pub(super) fn before_hole(vm: &Vm, o: Obj, k: u64) -> Option<u64> {
    if k == 0 || vm.is_plain_array(o) && vm.rt.next_element(o, 0).is_none() {
        return None;
    }
    if vm.is_plain_array(o) && o.sparse().is_none() {
        let dense = o.dense();
        let below = dense.get(..(k as usize).min(dense.len())).unwrap_or(&[]);
        return below.iter().rposition(|slot| !slot.get().is_empty()).map(|at| at as u64);
    }
    Some(k - 1)
}

/// 7.3.6 CreateDataPropertyOrThrow of an element, mostly behind the last
#[inline]
pub(super) fn define_at(vm: &Vm, a: Obj, n: u64, value: Value) -> Res<()> {
    if a.is_array()
        && u64::from(a.array_length()) == n
        && n < u64::from(u32::MAX)
        && a.is_extensible()
        && a.is_length_writable()
    {
        return Ok(vm.rt.array_append(a, value)?);
    }
    vm.create_index_or_throw(a, n, value)
}

/// 7.3.9 DeletePropertyOrThrow of an element
pub(super) fn delete_at(vm: &Vm, o: Obj, k: u64) -> Res<()> {
    let key = vm.rt.key_from_u64(k)?;
    vm.delete_property_or_throw(o, key)
}

/// 7.3.4 Set of the length
pub(super) fn set_length(vm: &Vm, o: Obj, length: u64) -> Res<()> {
    if o.is_array() && o.is_length_writable() && length == u64::from(o.array_length()) {
        return Ok(());
    }
    vm.set(o, vm.names().length, Value::number(length as f64), true)
}

/// What a method makes its result in.
#[derive(Clone, Copy)]
pub(super) struct Target {
    pub(super) object: Obj,
    /// It is an array that nobody else has seen, empty so far: its elements may be defined in any way.
    fresh: bool,
}

impl Target {
    /// 10.4.2.3 ArraySpeciesCreate
    pub(super) fn of_species(vm: &Vm, original: Obj, length: u64) -> Res<Target> {
        if length <= u64::from(u32::MAX) && has_plain_species(vm, original) {
            return Target::fresh(vm, length);
        }
        Ok(Target { object: vm.array_species_create(original, length as f64)?, fresh: false })
    }

    /// 10.4.2.2 ArrayCreate
    pub(super) fn array(vm: &Vm, length: u64) -> Res<Target> {
        if length > u64::from(u32::MAX) {
            return Err(vm.range_error("Invalid array length"));
        }
        Target::fresh(vm, length)
    }

    fn fresh(vm: &Vm, length: u64) -> Res<Target> {
        let object = vm.new_array(&[])?;
        // What was promised may never come.
        vm.rt.reserve_elements(object, length.min(1 << 16) as u32)?;
        Ok(Target { object, fresh: true })
    }

    /// 7.3.6 CreateDataPropertyOrThrow
    #[inline]
    pub(super) fn define(self, vm: &Vm, k: u64, value: Value) -> Res<()> {
        match u32::try_from(k) {
            Ok(k) if self.fresh && k != u32::MAX => Ok(vm.rt.put_element(self.object, k, value)?),
            _ => define_at(vm, self.object, k, value),
        }
    }

    /// The result, whose length was `length` from the beginning.
    pub(super) fn with_length(self, vm: &Vm, length: u64) -> Value {
        if self.fresh && u64::from(self.object.array_length()) != length {
            vm.rt.array_set_length(self.object, length as u32);
        }
        self.object.into()
    }
}

/// Whether ArraySpeciesCreate makes an ordinary array for `o`, and runs no code to find that out.
fn has_plain_species(vm: &Vm, o: Obj) -> bool {
    let prototype = vm.intrinsic(Intrinsic::ArrayPrototype);
    let constructor = vm.names().constructor;
    if o.class() != Class::Array || o.proto() != Some(prototype) || o.shape().lookup(constructor).is_some() {
        return false;
    }
    let array = vm.intrinsic(Intrinsic::Array);
    let is_array =
        matches!(vm.rt.get_own(prototype, constructor), Some(Own::Data(c, _)) if c == array.into());
    is_array
        && matches!(vm.rt.get_own(array, vm.symbols().species.into()),
            Some(Own::Accessor(get, ..)) if vm.is_intrinsic(get, Intrinsic::ArraySpecies))
}

/// 23.1.1.1 Array ( ...values )
fn array(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let proto =
        vm.get_prototype_from_constructor(args.new_target.unwrap_or(args.callee), Intrinsic::ArrayPrototype)?;
    let [length] = args.list else {
        let shape = vm.rt.root_shape(Some(proto), Class::Array, 0)?;
        return Ok(vm.rt.new_array_from_cells(shape, args.list)?.into());
    };
    let length = length.get();
    let array = vm.array_create(0.0, Some(proto))?;
    match length.as_number() {
        None => vm.rt.array_append(array, length)?,
        Some(number) if number == f64::from(number as u32) => {
            vm.rt.array_set_length(array, number as u32);
        }
        Some(_) => return Err(vm.range_error("Invalid array length")),
    }
    Ok(array.into())
}

/// 23.1.2.1 Array.from ( items [ , mapper [ , thisArg ] ] )
fn from(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (c, items, mapper, this_arg) = (args.this, args.get(0), args.get(1), args.get(2));
    if !mapper.is_undefined() {
        callback(vm, args, 1)?;
    }
    let method = vm.get_method(items, vm.symbols().iterator)?;
    let map = |vm: &Vm, value: Value, k: u64| match mapper.is_undefined() {
        true => Ok(value),
        false => vm.call(mapper, this_arg, &[value, Value::number(k as f64)]),
    };
    if method.is_undefined() {
        let like = vm.to_object(items)?;
        let length = vm.length_of_array_like(like)?;
        let a = construct_or_array(vm, c, Some(length))?;
        for k in 0..length as u64 {
            vm.poll()?;
            let value = map(vm, element(vm, like, k)?, k)?;
            define_at(vm, a, k, value)?;
        }
        vm.set(a, vm.names().length, Value::number(length), true)?;
        return Ok(a.into());
    }
    let a = construct_or_array(vm, c, None)?;
    let record = vm.get_iterator_from_method(items, method)?;
    let mut k = 0;
    loop {
        vm.poll()?;
        if k >= MAX_LENGTH {
            let thrown = vm.type_error("Invalid array length");
            return vm.iterator_close(&record, Err(thrown));
        }
        let Some(next) = vm.iterator_step_value(&record)? else { break };
        if let Err(thrown) = map(vm, next, k).and_then(|value| define_at(vm, a, k, value)) {
            return vm.iterator_close(&record, Err(thrown));
        }
        k += 1;
    }
    vm.set(a, vm.names().length, Value::number(k as f64), true)?;
    Ok(a.into())
}

/// An object made by constructor `c` with a length, if that is given; an array if it is no constructor.
pub(super) fn construct_or_array(vm: &Vm, c: Value, length: Option<f64>) -> Res<Obj> {
    match c.as_object().filter(|c| c.is_constructor()) {
        Some(c) if c == vm.intrinsic(Intrinsic::Array) => {
            // Elements are defined one behind the other, then the length is set.
            let _ = vm.array_create(length.unwrap_or(0.0), None)?;
            vm.new_array(&[])
        }
        Some(c) => match length {
            Some(length) => vm.construct(c, &[Value::number(length)], None),
            None => vm.construct(c, &[], None),
        },
        None => {
            let _ = vm.array_create(length.unwrap_or(0.0), None)?;
            vm.new_array(&[])
        }
    }
}

/// 23.1.2.2 Array.isArray ( arg )
fn is_array(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.is_array(args.get(0)).map(Value::bool)
}

/// 23.1.2.3 Array.of ( ...items )
fn of(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let length = args.len();
    let a = construct_or_array(vm, args.this, Some(length as f64))?;
    for (k, item) in args.list.iter().enumerate() {
        define_at(vm, a, k as u64, item.get())?;
    }
    vm.set(a, vm.names().length, Value::number(length as f64), true)?;
    Ok(a.into())
}

/// 23.1.2.5 get Array [ %Symbol.species% ]
fn species(_: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(args.this)
}

/// 23.1.3.4 Array.prototype.copyWithin to 23.1.3.40: iterators
fn iterator(vm: &Vm, args: &Args<'_>, kind: ArrayIteratorKind) -> Res<Value> {
    let o = vm.to_object(args.this)?;
    vm.create_array_iterator(o, kind).map(Value::from)
}

/// 23.1.3.5 Array.prototype.entries ( )
fn entries(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    iterator(vm, args, ArrayIteratorKind::KeyValue)
}

/// 23.1.3.19 Array.prototype.keys ( )
fn keys(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    iterator(vm, args, ArrayIteratorKind::Key)
}

/// 23.1.3.38 Array.prototype.values ( )
fn values(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    iterator(vm, args, ArrayIteratorKind::Value)
}

/// 23.1.3.41 Array.prototype [ %Symbol.unscopables% ]
fn unscopables(vm: &Vm) -> Res<Obj> {
    const NAMES: [&str; 16] = [
        "at",
        "copyWithin",
        "entries",
        "fill",
        "find",
        "findIndex",
        "findLast",
        "findLastIndex",
        "flat",
        "flatMap",
        "includes",
        "keys",
        "toReversed",
        "toSorted",
        "toSpliced",
        "values",
    ];
    let list = vm.object_create(None, Class::Object)?;
    for name in NAMES {
        let key = vm.rt.key_from_utf8(name)?;
        vm.rt.put_own(list, key, Value::TRUE)?;
    }
    Ok(list)
}

/// The constructor and the prototype.
pub(super) fn install(vm: &Vm) -> Res<()> {
    let build = Build::constructor(vm, Intrinsic::Array, "Array", 1, array)
        .prototype_of(Intrinsic::ArrayPrototype, Intrinsic::ObjectPrototype, Class::Array)
        .static_method("from", 1, from)
        .static_method("fromAsync", 1, array_from_async::from_async)
        .static_method("isArray", 1, is_array)
        .static_method("of", 0, of)
        .static_symbol_getter(vm.symbols().species, "Symbol.species", species)
        .method("at", 1, array_search::at)
        .method("concat", 1, array_concat::concat)
        .method("copyWithin", 2, array_elements::copy_within)
        .method("entries", 0, entries)
        .method("every", 1, array_iterate::every)
        .method("fill", 1, array_elements::fill)
        .method("filter", 1, array_iterate::filter)
        .method("find", 1, array_search::find)
        .method("findIndex", 1, array_search::find_index)
        .method("findLast", 1, array_search::find_last)
        .method("findLastIndex", 1, array_search::find_last_index)
        .method("flat", 0, array_concat::flat)
        .method("flatMap", 1, array_concat::flat_map)
        .method("forEach", 1, array_iterate::for_each)
        .method("includes", 1, array_search::includes)
        .method("indexOf", 1, array_search::index_of)
        .method("join", 1, array_text::join)
        .method("keys", 0, keys)
        .method("lastIndexOf", 1, array_search::last_index_of)
        .method("map", 1, array_iterate::map)
        .method("pop", 0, array_elements::pop)
        .method("push", 1, array_elements::push)
        .method("reduce", 1, array_iterate::reduce)
        .method("reduceRight", 1, array_iterate::reduce_right)
        .method("reverse", 0, array_elements::reverse)
        .method("shift", 0, array_elements::shift)
        .method("slice", 2, array_concat::slice)
        .method("some", 1, array_iterate::some)
        .method("sort", 1, array_sort::sort)
        .method("splice", 2, array_concat::splice)
        .method("toLocaleString", 0, array_text::to_locale_string)
        .method("toReversed", 0, array_elements::to_reversed)
        .method("toSorted", 1, array_sort::to_sorted)
        .method("toSpliced", 2, array_concat::to_spliced)
        .intrinsic_method(Intrinsic::ArrayToString, "toString", 0, array_text::to_string)
        .method("unshift", 1, array_elements::unshift)
        .intrinsic_method(Intrinsic::ArrayValues, "values", 0, values)
        .method("with", 2, array_elements::with)
        .symbol_alias(vm.symbols().iterator, "values");
    let constructor = build.global().finish()?;
    let prototype = vm.intrinsic(Intrinsic::ArrayPrototype);
    vm.rt.add(prototype, vm.symbols().unscopables.into(), unscopables(vm)?.into(), Attrs::CONFIGURABLE)?;
    let species: PropertyKey = vm.symbols().species.into();
    if let Some(Own::Accessor(get, ..)) = vm.rt.get_own(constructor, species)
        && let Some(get) = get.as_object()
    {
        vm.set_intrinsic(Intrinsic::ArraySpecies, get);
    }
    array_text::install(vm)
}
