//! 25.4 The Atomics Object.

use js_rt::{ArrayBuffer, AtomicOp, ElementType, Gc, Obj, Ticket, TypedView, Value};
use js_vm::{Args, Build, Intrinsic, Res, Throw, Vm};
use std::time::{Duration, Instant};

/// How long a wait lasts between two looks at the deadline.
const SLICE: Duration = Duration::from_millis(10);

pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::namespace(vm, Intrinsic::Atomics, "Atomics")
        .method("load", 2, load)
        .method("store", 3, store)
        .method("add", 3, add)
        .method("sub", 3, sub)
        .method("and", 3, and)
        .method("or", 3, or)
        .method("xor", 3, xor)
        .method("exchange", 3, exchange)
        .method("compareExchange", 4, compare_exchange)
        .method("isLockFree", 1, is_lock_free)
        .method("pause", 0, pause)
        .method("wait", 4, wait)
        .method("waitAsync", 4, wait_async)
        .method("notify", 3, notify)
        .to_string_tag("Atomics")
        .global()
        .finish()?;
    Ok(())
}

/// What an access is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
    Wait,
}

/// An element that an access is about.
struct Place {
    array: Obj,
    view: Gc<TypedView>,
    element: ElementType,
    /// Its first byte in the buffer.
    at: usize,
}

impl Place {
    fn data(&self) -> Gc<ArrayBuffer> {
        self.view.data()
    }

    /// 25.4.3.4 RevalidateAtomicAccess ( typedArray, byteIndexInBuffer )
    fn validate_again(&self, vm: &Vm) -> Res<()> {
        if vm.is_typed_array_out_of_bounds(self.array) {
            return Err(
                vm.type_error("Cannot perform an atomic access on a detached or too short ArrayBuffer")
            );
        }
        if self.at >= self.view.raw_offset() + self.view.byte_length() {
            return Err(vm.range_error("Invalid atomic access index"));
        }
        Ok(())
    }

    /// 25.4.3.1 ... AtomicReadModifyWrite, the numbers as bits
    fn modify(&self, op: AtomicOp, value: u64) -> u64 {
        let (data, size) = (self.data(), self.element.size());
        if let Some(block) = data.shared() {
            return block.atomic(self.at, size, op, value).unwrap_or(0);
        }
        let old = self.element.read(&data, self.at).unwrap_or(0);
        if op != AtomicOp::Load {
            self.element.write(&data, self.at, op.apply(old, value));
        }
        old
    }
}

#[cold]
fn not_integer_array(vm: &Vm, value: Value, what: &str) -> Throw {
    let value = vm.describe_value(value);
    vm.type_error(format_args!("{value} is not {what} typed array."))
}

/// 25.4.3.1 ValidateIntegerTypedArray ( typedArray, waitable )
fn validate_array(vm: &Vm, value: Value, access: Access) -> Res<(Obj, Gc<TypedView>)> {
    let array = value.as_object().filter(|o| o.class().is_typed_array());
    let Some((array, view)) = array.and_then(|o| Some((o, o.payload_as::<TypedView>()?))) else {
        return Err(not_integer_array(vm, value, "an integer"));
    };
    if view.is_out_of_bounds() {
        return Err(vm.type_error("Cannot perform an atomic access on a detached or too short ArrayBuffer"));
    }
    let element = view.element();
    let fits = match access {
        Access::Wait => matches!(element, ElementType::Int32 | ElementType::BigInt64),
        _ => !element.is_float() && element != ElementType::Uint8Clamped,
    };
    if !fits {
        let what = if access == Access::Wait { "an int32 or BigInt64" } else { "an integer" };
        return Err(not_integer_array(vm, value, what));
    }
    if access == Access::Write && view.data().is_immutable() {
        return Err(vm.type_error("Cannot write to an immutable ArrayBuffer"));
    }
    Ok((array, view))
}

/// 25.4.3.3 ValidateAtomicAccess ( taRecord, requestIndex )
fn validate_index(vm: &Vm, array: Obj, view: Gc<TypedView>, index: Value) -> Res<Place> {
    let length = view.length().unwrap_or(0);
    let index = vm.to_index(index)?;
    if index >= length as u64 {
        return Err(vm.range_error("Invalid atomic access index"));
    }
    let element = view.element();
    Ok(Place { array, view, element, at: view.raw_offset() + index as usize * element.size() })
}

/// 25.4.3.2 ValidateAtomicAccessOnIntegerTypedArray ( typedArray, requestIndex )
fn validate(vm: &Vm, args: &Args<'_>, access: Access) -> Res<Place> {
    let (array, view) = validate_array(vm, args.get(0), access)?;
    validate_index(vm, array, view, args.get(1))
}

/// The bits of an argument, and what it is as a number.
fn operand(vm: &Vm, element: ElementType, value: Value) -> Res<(u64, Value)> {
    if element.is_bigint() {
        let big = vm.to_big_int(value)?;
        return Ok((element.encode_bigint(big.value()), big.into()));
    }
    let number = vm.to_integer_or_infinity(value)? + 0.0;
    Ok((element.encode(number), Value::number(number)))
}

/// 25.4.3.5 AtomicReadModifyWrite ( typedArray, index, value, op )
fn read_modify_write(vm: &Vm, args: &Args<'_>, op: AtomicOp) -> Res<Value> {
    let place = validate(vm, args, Access::Write)?;
    let (bits, _) = operand(vm, place.element, args.get(2))?;
    place.validate_again(vm)?;
    Ok(place.element.decode(&vm.rt, place.modify(op, bits))?)
}

/// 25.4.4 Atomics.add ( typedArray, index, value )
fn add(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    read_modify_write(vm, args, AtomicOp::Add)
}

/// 25.4.5 Atomics.and ( typedArray, index, value )
fn and(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    read_modify_write(vm, args, AtomicOp::And)
}

/// 25.4.6 Atomics.compareExchange ( typedArray, index, expectedValue, replacementValue )
fn compare_exchange(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let place = validate(vm, args, Access::Write)?;
    let (expected, _) = operand(vm, place.element, args.get(2))?;
    let (replacement, _) = operand(vm, place.element, args.get(3))?;
    place.validate_again(vm)?;
    let (data, size) = (place.data(), place.element.size());
    let old = match data.shared() {
        Some(block) => block.compare_exchange(place.at, size, expected, replacement).unwrap_or(0),
        None => {
            let old = place.modify(AtomicOp::Load, 0);
            if old == expected {
                place.modify(AtomicOp::Exchange, replacement);
            }
            old
        }
    };
    Ok(place.element.decode(&vm.rt, old)?)
}

/// 25.4.7 Atomics.exchange ( typedArray, index, value )
fn exchange(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    read_modify_write(vm, args, AtomicOp::Exchange)
}

/// 25.4.8 Atomics.isLockFree ( size )
fn is_lock_free(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let size = vm.to_integer_or_infinity(args.get(0))?;
    Ok([1.0, 2.0, 4.0, 8.0].contains(&size).into())
}

/// 25.4.9 Atomics.load ( typedArray, index )
fn load(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let place = validate(vm, args, Access::Read)?;
    place.validate_again(vm)?;
    Ok(place.element.decode(&vm.rt, place.modify(AtomicOp::Load, 0))?)
}

/// 25.4.10 Atomics.or ( typedArray, index, value )
fn or(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    read_modify_write(vm, args, AtomicOp::Or)
}

/// 25.4.11 Atomics.pause ( [ iterationNumber ] )
fn pause(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let given = args.get(0);
    let integral = given.as_number().is_some_and(|number| number.is_finite() && number.fract() == 0.0);
    if !given.is_undefined() && !integral {
        return Err(vm.type_error("Atomics.pause: the iteration number must be an integer"));
    }
    std::hint::spin_loop();
    Ok(Value::UNDEFINED)
}

/// 25.4.12 Atomics.store ( typedArray, index, value )
fn store(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let place = validate(vm, args, Access::Write)?;
    let (bits, value) = operand(vm, place.element, args.get(2))?;
    place.validate_again(vm)?;
    place.modify(AtomicOp::Exchange, bits);
    Ok(value)
}

/// 25.4.13 Atomics.sub ( typedArray, index, value )
fn sub(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    read_modify_write(vm, args, AtomicOp::Sub)
}

/// What a wait is for.
struct Wait {
    /// A place among those who wait; none when the number is another one.
    ticket: Option<Ticket>,
    /// None: forever.
    timeout: Option<Duration>,
}

/// 25.4.3.14 DoWait ( mode, typedArray, index, value, timeout ), up to where somebody is suspended
fn begin_wait(vm: &Vm, args: &Args<'_>, blocks: bool) -> Res<Wait> {
    let (array, view) = validate_array(vm, args.get(0), Access::Wait)?;
    let data = view.data();
    let Some(block) = data.shared() else {
        return Err(not_integer_array(vm, array.into(), "a shared"));
    };
    let place = validate_index(vm, array, view, args.get(1))?;
    let expected = if place.element.is_bigint() {
        vm.to_big_int64(args.get(2))? as u64
    } else {
        u64::from(vm.to_int32(args.get(2))? as u32)
    };
    let timeout = vm.to_number(args.get(3))?;
    let timeout = match timeout {
        _ if timeout.is_nan() => None,
        _ => Duration::try_from_secs_f64(timeout.max(0.0) / 1000.0).ok(),
    };
    if blocks && !vm.can_suspend() {
        return Err(vm.type_error("Atomics.wait cannot be called in this context"));
    }
    Ok(Wait { ticket: block.begin_wait(place.at, place.element.size(), expected), timeout })
}

/// 25.4.14 Atomics.wait ( typedArray, index, value, timeout )
fn wait(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let wait = begin_wait(vm, args, true)?;
    let Some(ticket) = wait.ticket else {
        return Ok(vm.rt.str_from_utf8("not-equal")?.into());
    };
    let end = wait.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    loop {
        let left = end.map(|end| end.saturating_duration_since(Instant::now()));
        if ticket.wait(Some(left.map_or(SLICE, |left| left.min(SLICE)))) {
            return Ok(vm.rt.str_from_utf8("ok")?.into());
        }
        if left.is_some_and(|left| left <= SLICE) {
            return Ok(vm.rt.str_from_utf8("timed-out")?.into());
        }
        vm.poll_slow()?;
    }
}

/// 25.4.16 Atomics.waitAsync ( typedArray, index, value, timeout )
fn wait_async(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let wait = begin_wait(vm, args, false)?;
    let result = vm.new_object()?;
    let (is_async, value) = match wait.ticket {
        None => (false, vm.rt.str_from_utf8("not-equal")?.into()),
        Some(_) if wait.timeout == Some(Duration::ZERO) => (false, vm.rt.str_from_utf8("timed-out")?.into()),
        Some(ticket) => {
            let promise = vm.new_promise()?;
            let end = wait.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
            vm.add_async_wait(ticket, end, promise);
            (true, Value::from(promise))
        }
    };
    vm.create_data_property_or_throw(result, vm.rt.key_from_utf8("async")?, is_async.into())?;
    vm.create_data_property_or_throw(result, vm.names().value, value)?;
    Ok(result.into())
}

/// 25.4.15 Atomics.notify ( typedArray, index, count )
fn notify(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (array, view) = validate_array(vm, args.get(0), Access::Wait)?;
    let place = validate_index(vm, array, view, args.get(1))?;
    let count = args.get(2);
    let count = if count.is_undefined() { f64::INFINITY } else { vm.to_integer_or_infinity(count)?.max(0.0) };
    let data = place.data();
    let woken = data.shared().map_or(0, |block| block.notify(place.at, count as usize));
    Ok(Value::number(woken as f64))
}

/// 25.4.17 Atomics.xor ( typedArray, index, value )
fn xor(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    read_modify_write(vm, args, AtomicOp::Xor)
}
