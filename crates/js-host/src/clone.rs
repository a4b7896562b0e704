//! `structuredClone`: 2.7 Safe passing of structured data of the HTML Standard, within one realm.

use heap::Gc;
use js_rt::{ArrayBuffer, Class, Cursor, List, Obj, OrderedTable, PropertyKey, Value};
use js_vm::{Args, Intrinsic, PropertyKind, Res, Throw, Vm};

/// `structuredClone ( value, options )`
pub(crate) fn structured_clone(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    if args.is_empty() {
        return Err(vm.type_error("The \"value\" argument must be specified"));
    }
    let transferred = transfer_list(vm, args.get(1))?;
    let cloner = Cloner { vm, made: vm.rt.new_ordered_table(0)?, transferred };
    let clone = cloner.value(args.get(0))?;
    // Also those that nothing of the value leads to.
    for buffer in transferred.iter().filter_map(Value::as_object) {
        cloner.object(buffer)?;
    }
    Ok(clone)
}

/// The buffers in `options.transfer`.
fn transfer_list(vm: &Vm, options: Value) -> Res<Gc<List>> {
    let list = vm.rt.new_list()?;
    let Some(options) = options.as_object() else { return Ok(list) };
    let transfer = vm.get(options, vm.rt.key_from_utf8("transfer")?)?;
    if transfer.is_undefined() {
        return Ok(list);
    }
    for value in vm.iterable_to_list(transfer)?.iter() {
        let buffer = value.as_object().filter(|o| o.class() == Class::ArrayBuffer);
        let data = buffer.and_then(|buffer| buffer.payload_as::<ArrayBuffer>());
        let fits = data.is_some_and(|data| !data.is_detached() && !data.is_immutable());
        if !fits || list.iter().any(|other| other == value) {
            return Err(not_cloned(vm, value));
        }
        list.push(&vm.rt, value)?;
    }
    Ok(list)
}

/// DataCloneError
#[cold]
fn not_cloned(vm: &Vm, value: Value) -> Throw {
    let make = || {
        let text = format!("{} could not be cloned.", vm.describe_value(value));
        let error = vm.new_error(Intrinsic::ErrorPrototype, &text)?;
        let name = vm.rt.str_from_utf8("DataCloneError")?;
        vm.rt.put_own_with(error, vm.names().name, name.into(), js_rt::Attrs::METHOD)?;
        Res::Ok(error)
    };
    match make() {
        Ok(error) => vm.throw(error.into()),
        Err(thrown) => thrown,
    }
}

struct Cloner<'a> {
    vm: &'a Vm,
    /// Clones by what they are clones of.
    made: Gc<OrderedTable>,
    transferred: Gc<List>,
}

impl Cloner<'_> {
    fn value(&self, value: Value) -> Res<Value> {
        match value.as_object() {
            Some(o) => self.object(o).map(Value::from),
            None if value.is_symbol() => Err(not_cloned(self.vm, value)),
            None => Ok(value),
        }
    }

    fn object(&self, o: Obj) -> Res<Obj> {
        let vm = self.vm;
        vm.check_stack()?;
        if let Some(made) = self.made.get(o.into()).and_then(Value::as_object) {
            return Ok(made);
        }
        let clone = self.begin(o)?;
        self.made.set(&vm.rt, o.into(), clone.into())?;
        match o.class() {
            Class::Map | Class::Set => self.entries(o, clone)?,
            Class::Array | Class::Object | Class::Arguments | Class::MappedArguments => {
                self.properties(o, clone)?
            }
            Class::Error => self.error_properties(o, clone)?,
            _ => {}
        }
        Ok(clone)
    }

    /// The clone before anything in it is cloned.
    fn begin(&self, o: Obj) -> Res<Obj> {
        let vm = self.vm;
        let construct = |which, args: &[Value]| vm.construct(vm.intrinsic(which), args, None);
        let class = o.class();
        match class {
            _ if o.is_callable() => Err(not_cloned(vm, o.into())),
            Class::Object | Class::Arguments | Class::MappedArguments => vm.new_object(),
            Class::Array => {
                let array = vm.new_array(&[])?;
                vm.rt.array_set_length(array, o.array_length());
                Ok(array)
            }
            Class::Boolean | Class::Number | Class::String | Class::BigIntObject => {
                let value = vm.primitive_data(o.into(), class).unwrap_or(Value::UNDEFINED);
                vm.to_object(value)
            }
            Class::Date => construct(Intrinsic::Date, &[o.payload()]),
            Class::RegExp => {
                let text = |name| vm.get(o, vm.rt.key_from_utf8(name)?);
                construct(Intrinsic::RegExp, &[text("source")?, text("flags")?])
            }
            Class::Map => construct(Intrinsic::Map, &[]),
            Class::Set => construct(Intrinsic::Set, &[]),
            Class::Error => self.error(o),
            Class::ArrayBuffer | Class::SharedArrayBuffer => self.buffer(o),
            Class::DataView => self.view(o, Intrinsic::DataView, "byteLength"),
            class if class.is_typed_array() => self.view(o, typed_array_constructor(class), "length"),
            _ => Err(not_cloned(vm, o.into())),
        }
    }

    fn entries(&self, o: Obj, clone: Obj) -> Res<()> {
        let (Some(from), Some(to)) = (o.payload_as::<OrderedTable>(), clone.payload_as::<OrderedTable>())
        else {
            return Ok(());
        };
        let mut cursor = Cursor::START;
        while let Some((key, value, next)) = from.next(cursor) {
            cursor = next;
            to.set(&self.vm.rt, self.value(key)?, self.value(value)?)?;
        }
        Ok(())
    }

    fn properties(&self, o: Obj, clone: Obj) -> Res<()> {
        let vm = self.vm;
        for key in vm.enumerable_own_properties(o, PropertyKind::Key)?.iter() {
            let key: PropertyKey = vm.to_property_key(key)?;
            // A getter may have deleted it.
            if vm.has_own_property(o, key)? {
                let value = self.value(vm.get(o, key)?)?;
                vm.create_data_property_or_throw(clone, key, value)?;
            }
        }
        Ok(())
    }

    fn error(&self, o: Obj) -> Res<Obj> {
        let vm = self.vm;
        let name = vm.to_string(vm.get(o, vm.names().name)?)?.to_std();
        let prototype = match name.as_str() {
            "EvalError" => Intrinsic::EvalErrorPrototype,
            "RangeError" => Intrinsic::RangeErrorPrototype,
            "ReferenceError" => Intrinsic::ReferenceErrorPrototype,
            "SyntaxError" => Intrinsic::SyntaxErrorPrototype,
            "TypeError" => Intrinsic::TypeErrorPrototype,
            "URIError" => Intrinsic::URIErrorPrototype,
            _ => Intrinsic::ErrorPrototype,
        };
        let clone = vm.object_create(Some(vm.intrinsic(prototype)), Class::Error)?;
        vm.capture_stack(clone)?;
        Ok(clone)
    }

    fn error_properties(&self, o: Obj, clone: Obj) -> Res<()> {
        let vm = self.vm;
        for name in ["message", "stack", "cause"] {
            let key = vm.rt.key_from_utf8(name)?;
            let found = vm.get_own_property(o, key)?.and_then(|found| found.value);
            let value = match found {
                Some(value) => self.value(value)?,
                None if name == "stack" => vm.stack_text(o)?.into(),
                None => continue,
            };
            vm.create_non_enumerable_data_property_or_throw(clone, key, value)?;
        }
        Ok(())
    }

    fn buffer(&self, o: Obj) -> Res<Obj> {
        let vm = self.vm;
        let Some(data) = o.payload_as::<ArrayBuffer>().filter(|data| !data.is_detached()) else {
            return Err(not_cloned(vm, o.into()));
        };
        let copy = match data.shared() {
            Some(block) => vm.rt.new_shared_buffer(block.clone())?,
            None => vm.rt.new_array_buffer(data.len(), data.max())?,
        };
        if self.transferred.iter().any(|other| other == o.into()) {
            copy.take(&vm.rt, &data);
        } else if !data.is_shared() {
            copy.copy_from(0, &data, 0, data.len());
        }
        let proto = match o.class() {
            Class::SharedArrayBuffer => Intrinsic::SharedArrayBufferPrototype,
            _ => Intrinsic::ArrayBufferPrototype,
        };
        Ok(vm.rt.new_object_payload(Some(vm.intrinsic(proto)), o.class(), Value::from_cell(copy))?)
    }

    /// A view of the clone of its buffer.
    fn view(&self, o: Obj, constructor: Intrinsic, length: &str) -> Res<Obj> {
        let vm = self.vm;
        let part = |name: &str| vm.get(o, vm.rt.key_from_utf8(name)?);
        let (offset, length) = (part("byteOffset")?, part(length)?);
        let buffer = self.value(part("buffer")?)?;
        vm.construct(vm.intrinsic(constructor), &[buffer, offset, length], None)
    }
}

fn typed_array_constructor(class: Class) -> Intrinsic {
    match class {
        Class::Int8Array => Intrinsic::Int8Array,
        Class::Uint8ClampedArray => Intrinsic::Uint8ClampedArray,
        Class::Int16Array => Intrinsic::Int16Array,
        Class::Uint16Array => Intrinsic::Uint16Array,
        Class::Int32Array => Intrinsic::Int32Array,
        Class::Uint32Array => Intrinsic::Uint32Array,
        Class::BigInt64Array => Intrinsic::BigInt64Array,
        Class::BigUint64Array => Intrinsic::BigUint64Array,
        Class::Float16Array => Intrinsic::Float16Array,
        Class::Float32Array => Intrinsic::Float32Array,
        Class::Float64Array => Intrinsic::Float64Array,
        _ => Intrinsic::Uint8Array,
    }
}
