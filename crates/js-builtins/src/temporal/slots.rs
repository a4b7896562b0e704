//! Objects with Temporal's internal slots, and what their functions have in common.

pub(crate) use crate::slots::{Kind, create, new_target, slot, this};
use js_rt::{Class, Value};
use js_vm::{Args, Intrinsic, Res, Vm};
use temporal_rs::error::ErrorKind;
use temporal_rs::{
    Duration, Instant, PlainDate, PlainDateTime, PlainMonthDay, PlainTime, PlainYearMonth, TemporalResult,
    TinyAsciiStr, ZonedDateTime,
};

macro_rules! kinds {
    ($($kind:ident $class:ident $prototype:ident;)*) => {$(
        impl Kind for $kind {
            const CLASS: Class = Class::$class;
            const PROTOTYPE: Intrinsic = Intrinsic::$prototype;
            const NAME: &'static str = concat!("Temporal.", stringify!($kind));
        }
    )*};
}

kinds! {
    Duration TemporalDuration TemporalDurationPrototype;
    Instant TemporalInstant TemporalInstantPrototype;
    PlainDate TemporalPlainDate TemporalPlainDatePrototype;
    PlainDateTime TemporalPlainDateTime TemporalPlainDateTimePrototype;
    PlainMonthDay TemporalPlainMonthDay TemporalPlainMonthDayPrototype;
    PlainTime TemporalPlainTime TemporalPlainTimePrototype;
    PlainYearMonth TemporalPlainYearMonth TemporalPlainYearMonthPrototype;
    ZonedDateTime TemporalZonedDateTime TemporalZonedDateTimePrototype;
}

/// The result of an operation of the library below, its errors as exceptions.
pub(crate) fn done<T>(vm: &Vm, result: TemporalResult<T>) -> Res<T> {
    result.map_err(|error| {
        let message = match error.into_message() {
            "" => "Invalid Temporal value",
            message => message,
        };
        match error.kind() {
            ErrorKind::Type => vm.type_error(message),
            _ => vm.range_error(message),
        }
    })
}

/// The object for a result.
pub(crate) fn create_done<T: Kind>(vm: &Vm, result: TemporalResult<T>) -> Res<Value> {
    let value = done(vm, result)?;
    create(vm, value, None)
}

/// Results of getters.
pub(crate) trait IntoJs {
    /// The value.
    fn into_js(self, vm: &Vm) -> Res<Value>;
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl IntoJs for $number {
            fn into_js(self, _: &Vm) -> Res<Value> {
                Ok(Value::number(self as f64))
            }
        }
    )*};
}
numbers! { u8 u16 i32 i64 i128 f64 }

impl IntoJs for bool {
    fn into_js(self, _: &Vm) -> Res<Value> {
        Ok(self.into())
    }
}

impl IntoJs for &str {
    fn into_js(self, vm: &Vm) -> Res<Value> {
        Ok(vm.rt.str_from_utf8(self)?.into())
    }
}

impl IntoJs for String {
    fn into_js(self, vm: &Vm) -> Res<Value> {
        self.as_str().into_js(vm)
    }
}

impl<const N: usize> IntoJs for TinyAsciiStr<N> {
    fn into_js(self, vm: &Vm) -> Res<Value> {
        self.as_str().into_js(vm)
    }
}

impl<T: IntoJs> IntoJs for Option<T> {
    fn into_js(self, vm: &Vm) -> Res<Value> {
        self.map_or(Ok(Value::UNDEFINED), |value| value.into_js(vm))
    }
}

impl<T: IntoJs> IntoJs for TemporalResult<T> {
    fn into_js(self, vm: &Vm) -> Res<Value> {
        done(vm, self)?.into_js(vm)
    }
}

/// A getter: what `f` finds in the value of `this`.
pub(crate) fn getter<T: Kind, R: IntoJs>(vm: &Vm, args: &Args<'_>, f: impl FnOnce(&T) -> R) -> Res<Value> {
    f(&this::<T>(vm, args)?).into_js(vm)
}

/// Defines getters of the objects of a class on their prototype.
macro_rules! getters {
    ($build:expr, $kind:ty; $($name:literal $f:expr;)*) => {
        $build$(.getter($name, |vm, args| crate::temporal::slots::getter::<$kind, _>(vm, args, $f)))*
    };
}
pub(crate) use getters;

/// `valueOf` of all of them: comparing with `<` is a mistake.
pub(crate) fn value_of(vm: &Vm, _: &Args<'_>) -> Res<Value> {
    Err(vm
        .type_error("Do not use Temporal objects with valueOf: use compare or equals, or toString, instead"))
}
