//! Objects with internal slots: what their methods have in common.

pub(crate) use js_builtins::slots::{Kind, allocate, fill, new_target};
use js_rt::{Obj, Value};
use js_vm::{Args, NativeFn, Res, Vm};

/// What an object keeps, if it is of this class.
pub(crate) fn slot<T: Kind>(value: Value) -> Option<T> {
    let o = value.as_object().filter(|o| o.class() == T::CLASS)?;
    let holder = o.internal(0).as_object().unwrap_or(o);
    holder.foreign::<T>().cloned()
}

/// RequireInternalSlot of the value of `this`, by what `method` of `T`'s prototype.
///
/// # Errors
/// TypeError when it is an object of another class, or none.
pub(crate) fn this_slot<T: Kind>(vm: &Vm, args: &Args<'_>, method: &str) -> Res<T> {
    slot(args.this).ok_or_else(|| {
        let what = vm.describe_value(args.this);
        let name = T::NAME;
        vm.type_error(format_args!("Method {name}.prototype.{method} called on incompatible receiver {what}"))
    })
}

/// [`fill`] for objects that a function is bound to: theirs is the place for it, too.
pub(crate) fn fill_with_bound<T: Kind>(vm: &Vm, o: Obj, value: T) -> Res<Value> {
    let holder = vm.object_create(None, T::CLASS)?;
    let holder = fill(vm, holder, value)?;
    let slots = vm.rt.internal_from(&[holder, Value::UNDEFINED])?;
    o.set_payload(&vm.rt, Value::from_cell(slots));
    Ok(o.into())
}

/// The function bound to an object from [`fill_with_bound`], made at the first look: `[[BoundCompare]]`, `[[BoundFormat]]`.
/// `f` finds the object in its slot 0.
pub(crate) fn bound_function(vm: &Vm, o: Obj, length: u32, f: NativeFn) -> Res<Value> {
    let bound = o.internal(1);
    if bound.is_object() {
        return Ok(bound);
    }
    let function = vm.native_function(f, length, vm.rt.empty_str(), &[o.into()])?;
    o.set_internal(&vm.rt, 1, function.into());
    Ok(function.into())
}

/// An object that is filled with data properties: what `resolvedOptions` gives.
pub(crate) struct Record<'a> {
    vm: &'a Vm,
    o: Obj,
}

impl<'a> Record<'a> {
    pub(crate) fn new(vm: &'a Vm) -> Res<Record<'a>> {
        Ok(Record { vm, o: vm.new_object()? })
    }

    /// Adds a property.
    pub(crate) fn set(&self, name: &str, value: impl Into<Value>) -> Res<()> {
        let key = self.vm.rt.key_from_utf8(name)?;
        self.vm.create_data_property_or_throw(self.o, key, value.into())?;
        Ok(())
    }

    /// Adds a property with a string.
    pub(crate) fn text(&self, name: &str, text: &str) -> Res<()> {
        self.set(name, self.vm.rt.str_from_utf8(text)?)
    }

    /// Adds a property with a string, if there is one.
    pub(crate) fn text_option(&self, name: &str, text: Option<&str>) -> Res<()> {
        text.map_or(Ok(()), |text| self.text(name, text))
    }

    pub(crate) fn finish(self) -> Value {
        self.o.into()
    }
}

/// The array of some strings.
pub(crate) fn text_array<T: AsRef<str>>(vm: &Vm, texts: impl IntoIterator<Item = T>) -> Res<Value> {
    let list = vm.rt.new_list()?;
    for text in texts {
        list.push(&vm.rt, vm.rt.str_from_utf8(text.as_ref())?.into())?;
    }
    Ok(vm.create_array_from_list(list)?.into())
}
