//! 24.2.4: the methods of sets that take another set.

use super::canonical;
use super::set::this;
use js_rt::{Class, Cursor, Gc, Obj, OrderedTable, Value};
use js_vm::{Args, Build, Intrinsic, IteratorRecord, Res, Vm};

pub(super) fn methods(build: Build<'_>) -> Build<'_> {
    build
        .method("union", 1, union)
        .method("intersection", 1, intersection)
        .method("difference", 1, difference)
        .method("symmetricDifference", 1, symmetric_difference)
        .method("isSubsetOf", 1, is_subset_of)
        .method("isSupersetOf", 1, is_superset_of)
        .method("isDisjointFrom", 1, is_disjoint_from)
}

/// 24.2.1.1 Set Records
struct Other {
    set: Obj,
    size: f64,
    has: Value,
    keys: Value,
}

impl Other {
    /// 24.2.1.2 GetSetRecord ( obj )
    fn of(vm: &Vm, value: Value) -> Res<Other> {
        let Some(set) = value.as_object() else {
            let what = vm.describe_value(value);
            return Err(vm.type_error(format_args!("{what} is not an object")));
        };
        let size = vm.get(set, vm.rt.key_from_utf8("size")?)?;
        let size = vm.to_number(size)?;
        if size.is_nan() {
            return Err(vm.type_error("The 'size' property must be a number"));
        }
        let size = size.trunc();
        if size < 0.0 {
            return Err(vm.range_error(format_args!("'{size}' is an invalid size")));
        }
        let has = Other::method(vm, set, "has")?;
        let keys = Other::method(vm, set, "keys")?;
        Ok(Other { set, size, has, keys })
    }

    fn method(vm: &Vm, set: Obj, name: &str) -> Res<Value> {
        let method = vm.get(set, vm.rt.key_from_utf8(name)?)?;
        if vm.is_callable(method) {
            return Ok(method);
        }
        Err(vm.type_error(format_args!("The '{name}' property must be a function")))
    }

    /// Whether it has a value, by its method.
    fn has(&self, vm: &Vm, value: Value) -> Res<bool> {
        Ok(vm.call(self.has, self.set.into(), &[value])?.to_boolean())
    }

    fn keys(&self, vm: &Vm) -> Res<IteratorRecord> {
        vm.get_iterator_from_method(self.set.into(), self.keys)
    }

    /// Whether this set is looked through, rather than the other one.
    fn is_larger(&self, data: Gc<OrderedTable>) -> bool {
        data.len() as f64 <= self.size
    }
}

/// A new set.
fn create(vm: &Vm, data: Gc<OrderedTable>) -> Res<Value> {
    let set = vm.object_create(Some(vm.intrinsic(Intrinsic::SetPrototype)), Class::Set)?;
    set.set_payload(&vm.rt, Value::from_cell(data));
    Ok(set.into())
}

/// A copy of `[[SetData]]`.
fn copy(vm: &Vm, data: Gc<OrderedTable>) -> Res<Gc<OrderedTable>> {
    let copy = vm.rt.new_ordered_table(data.len())?;
    let mut cursor = Cursor::START;
    while let Some((value, _, next)) = data.next(cursor) {
        cursor = next;
        copy.set(&vm.rt, value, Value::TRUE)?;
    }
    Ok(copy)
}

/// Calls `f` with each element, also with those that come while it runs, until it says false.
fn each_element(vm: &Vm, data: Gc<OrderedTable>, mut f: impl FnMut(Value) -> Res<bool>) -> Res<bool> {
    let mut cursor = Cursor::START;
    while let Some((value, _, next)) = data.next(cursor) {
        cursor = next;
        vm.poll()?;
        if !f(value)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Calls `f` with each key of the other set. The iterator is closed when it says false.
fn each_key(vm: &Vm, keys: &IteratorRecord, mut f: impl FnMut(Value) -> Res<bool>) -> Res<bool> {
    while let Some(value) = vm.iterator_step_value(keys)? {
        vm.poll()?;
        if !f(canonical(value))? {
            vm.iterator_close(keys, Ok(()))?;
            return Ok(false);
        }
    }
    Ok(true)
}

/// 24.2.4.16 Set.prototype.union ( other )
fn union(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "Set.prototype.union")?;
    let other = Other::of(vm, args.get(0))?;
    let keys = other.keys(vm)?;
    let result = copy(vm, data)?;
    each_key(vm, &keys, |key| {
        result.set(&vm.rt, key, Value::TRUE)?;
        Ok(true)
    })?;
    create(vm, result)
}

/// 24.2.4.9 Set.prototype.intersection ( other )
fn intersection(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "Set.prototype.intersection")?;
    let other = Other::of(vm, args.get(0))?;
    let result = vm.rt.new_ordered_table(0)?;
    if other.is_larger(data) {
        each_element(vm, data, |value| {
            if other.has(vm, value)? {
                result.set(&vm.rt, value, Value::TRUE)?;
            }
            Ok(true)
        })?;
    } else {
        let keys = other.keys(vm)?;
        each_key(vm, &keys, |key| {
            if data.has(key) {
                result.set(&vm.rt, key, Value::TRUE)?;
            }
            Ok(true)
        })?;
    }
    create(vm, result)
}

/// 24.2.4.5 Set.prototype.difference ( other )
fn difference(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "Set.prototype.difference")?;
    let other = Other::of(vm, args.get(0))?;
    let result = copy(vm, data)?;
    if other.is_larger(data) {
        // Of the copy: changes of this set meanwhile do not matter.
        each_element(vm, result, |value| {
            if other.has(vm, value)? {
                result.delete(&vm.rt, value);
            }
            Ok(true)
        })?;
    } else {
        let keys = other.keys(vm)?;
        each_key(vm, &keys, |key| {
            result.delete(&vm.rt, key);
            Ok(true)
        })?;
    }
    create(vm, result)
}

/// 24.2.4.15 Set.prototype.symmetricDifference ( other )
fn symmetric_difference(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "Set.prototype.symmetricDifference")?;
    let other = Other::of(vm, args.get(0))?;
    let keys = other.keys(vm)?;
    let result = copy(vm, data)?;
    each_key(vm, &keys, |key| {
        if data.has(key) {
            result.delete(&vm.rt, key);
        } else {
            result.set(&vm.rt, key, Value::TRUE)?;
        }
        Ok(true)
    })?;
    create(vm, result)
}

/// 24.2.4.11 Set.prototype.isSubsetOf ( other )
fn is_subset_of(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "Set.prototype.isSubsetOf")?;
    let other = Other::of(vm, args.get(0))?;
    if !other.is_larger(data) {
        return Ok(Value::FALSE);
    }
    each_element(vm, data, |value| other.has(vm, value)).map(Value::from)
}

/// 24.2.4.12 Set.prototype.isSupersetOf ( other )
fn is_superset_of(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "Set.prototype.isSupersetOf")?;
    let other = Other::of(vm, args.get(0))?;
    if (data.len() as f64) < other.size {
        return Ok(Value::FALSE);
    }
    let keys = other.keys(vm)?;
    each_key(vm, &keys, |key| Ok(data.has(key))).map(Value::from)
}

/// 24.2.4.10 Set.prototype.isDisjointFrom ( other )
fn is_disjoint_from(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "Set.prototype.isDisjointFrom")?;
    let other = Other::of(vm, args.get(0))?;
    if other.is_larger(data) {
        return each_element(vm, data, |value| Ok(!other.has(vm, value)?)).map(Value::from);
    }
    let keys = other.keys(vm)?;
    each_key(vm, &keys, |key| Ok(!data.has(key))).map(Value::from)
}
