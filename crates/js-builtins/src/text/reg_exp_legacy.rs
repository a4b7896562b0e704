//! Legacy RegExp features (B.2.4 and the proposal of that name): the static properties with the last match; and what else a
//! realm keeps for regular expressions.

use super::reg_exp::has_legacy_features;
use js_rt::{Attrs, Class, Gc, Internal, Obj, Own, PropertyDescriptor, PropertyKey, Str, Value};
use js_vm::{Args, Intrinsic, Res, Vm};

/// Slots of the realm's state: the original getters, the string that was matched (empty: no match is known), what `input` is,
/// how many places are known, those of the match and its first nine captures, those of the last capture, and the caches of
/// patterns.
const GETTERS: usize = 0;
const SUBJECT: usize = 10;
const INPUT: usize = 11;
const COUNT: usize = 12;
const LAST_PAREN: usize = 13;
const PLACES: usize = 15;
const CACHES: usize = 35;
const FIELDS: usize = CACHES + 32;

/// Groups whose captures are kept, the whole match included.
const KEPT: usize = 10;

const NOWHERE: Value = Value::int(-1);

fn state(vm: &Vm) -> Option<Gc<Internal>> {
    vm.intrinsic(Intrinsic::RegExpState).payload_as()
}

/// The cache of compiled patterns of a kind: an object that nobody sees, with a property for each.
pub(super) fn cache(vm: &Vm, kind: usize) -> Res<Obj> {
    match state(vm).map(|state| state.get(CACHES + kind)).and_then(Value::as_object) {
        Some(cache) => Ok(cache),
        None => new_cache(vm, kind),
    }
}

/// Forgets all compiled patterns of a kind.
pub(super) fn new_cache(vm: &Vm, kind: usize) -> Res<Obj> {
    let cache = vm.object_create(None, Class::Foreign)?;
    vm.intrinsic(Intrinsic::RegExpState).set_internal(&vm.rt, CACHES + kind, cache.into());
    Ok(cache)
}

/// The names of the getters that `flags` asks.
const FLAG_GETTERS: [&str; 8] =
    ["hasIndices", "global", "ignoreCase", "multiline", "dotAll", "unicode", "unicodeSets", "sticky"];

/// Whether the methods of a RegExp object that a match asks for are the original ones: then nobody can tell whether it was asked.
pub(super) fn is_pristine(vm: &Vm, o: Obj) -> bool {
    let prototype = vm.intrinsic(Intrinsic::RegExpPrototype);
    if o.class() != Class::RegExp || o.proto() != Some(prototype) || o.shape().len() != 1 {
        return false;
    }
    let Some(state) = state(vm) else { return false };
    let names = vm.names();
    let getter = |key: PropertyKey| match vm.rt.get_own(prototype, key) {
        Some(Own::Accessor(get, ..)) => get,
        _ => Value::EMPTY,
    };
    let flags = [
        names.has_indices,
        names.global,
        names.ignore_case,
        names.multiline,
        names.dot_all,
        names.unicode,
        names.unicode_sets,
        names.sticky,
    ];
    let exec = matches!(vm.rt.get_own(prototype, names.exec), Some(Own::Data(exec, _)) if vm.is_intrinsic(exec, Intrinsic::RegExpExec));
    exec && vm.is_intrinsic(getter(names.flags), Intrinsic::RegExpFlags)
        && flags.into_iter().enumerate().all(|(at, key)| getter(key) == state.get(GETTERS + at))
}

/// Whether SpeciesConstructor of a pristine object gives %RegExp% without running code.
pub(super) fn has_plain_species(vm: &Vm) -> bool {
    let (prototype, constructor) =
        (vm.intrinsic(Intrinsic::RegExpPrototype), vm.intrinsic(Intrinsic::RegExp));
    let plain = matches!(vm.rt.get_own(prototype, vm.names().constructor), Some(Own::Data(c, _)) if c == constructor.into());
    let species = match vm.rt.get_own(constructor, vm.symbols().species.into()) {
        Some(Own::Accessor(get, ..)) => get,
        _ => Value::EMPTY,
    };
    plain && state(vm).is_some_and(|state| state.get(GETTERS + FLAG_GETTERS.len()) == species)
}

/// Notes a match (UpdateLegacyRegExpStaticProperties, InvalidateLegacyRegExpStaticProperties).
pub(super) fn note_match(vm: &Vm, o: Obj, subject: Str, places: &[u32]) {
    let Some(state) = state(vm) else { return };
    match has_legacy_features(vm, o) {
        None => return,
        Some(false) => {
            state.set(&vm.rt, SUBJECT, Value::EMPTY);
            state.set(&vm.rt, INPUT, Value::EMPTY);
            return;
        }
        Some(true) => {}
    }
    let subject = Value::from(subject);
    if state.get(SUBJECT) != subject {
        state.set(&vm.rt, SUBJECT, subject);
    }
    if state.get(INPUT) != subject {
        state.set(&vm.rt, INPUT, subject);
    }
    let kept = places.get(..KEPT * 2).unwrap_or(places);
    state.set(&vm.rt, COUNT, Value::int(kept.len() as i32));
    for (at, place) in kept.iter().enumerate() {
        state.set(&vm.rt, PLACES + at, Value::int(*place as i32));
    }
    let last = places.len().saturating_sub(2);
    for at in 0..2 {
        let place = if last == 0 {
            NOWHERE
        } else {
            places.get(last + at).map_or(NOWHERE, |place| Value::int(*place as i32))
        };
        state.set(&vm.rt, LAST_PAREN + at, place);
    }
}

/// GetLegacyRegExpStaticProperty: the state, if `this` is the constructor
fn checked_state(vm: &Vm, args: &Args<'_>) -> Res<Gc<Internal>> {
    match state(vm) {
        Some(state) if args.this == vm.intrinsic(Intrinsic::RegExp).into() => Ok(state),
        _ => Err(vm.type_error("RegExp static property is asked of another object than RegExp")),
    }
}

/// Part of the last subject, between two places.
fn part(
    vm: &Vm,
    args: &Args<'_>,
    range: impl FnOnce(&Internal, usize) -> Option<(usize, usize)>,
) -> Res<Value> {
    let state = checked_state(vm, args)?;
    let Some(subject) = state.get(SUBJECT).as_string() else {
        return Err(vm.type_error("RegExp static properties are not available after a match of a subclass"));
    };
    match range(&state, subject.len()) {
        Some((from, to)) => Ok(vm.rt.substring(subject, from, to)?.into()),
        None => Ok(vm.rt.empty_str().into()),
    }
}

/// The places in two slots.
fn places(state: &Internal, at: usize) -> Option<(usize, usize)> {
    let place = |at: usize| state.get(at).as_int().and_then(|place| usize::try_from(place).ok());
    Some((place(at)?, place(at + 1)?))
}

fn capture<const N: usize>(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    part(vm, args, |state, _| {
        let known = state.get(COUNT).as_int().is_some_and(|count| N * 2 < count as usize);
        if known { places(state, PLACES + N * 2) } else { None }
    })
}

fn last_paren(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    part(vm, args, |state, _| places(state, LAST_PAREN))
}

fn left_context(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    part(vm, args, |state, _| places(state, PLACES).map(|(from, _)| (0, from)))
}

fn right_context(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    part(vm, args, |state, length| places(state, PLACES).map(|(_, to)| (to, length)))
}

fn get_input(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    match checked_state(vm, args)?.get(INPUT) {
        Value::EMPTY => {
            Err(vm.type_error("RegExp static properties are not available after a match of a subclass"))
        }
        input => Ok(input),
    }
}

fn set_input(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let state = checked_state(vm, args)?;
    let input = vm.to_string(args.get(0))?;
    state.set(&vm.rt, INPUT, input.into());
    Ok(Value::UNDEFINED)
}

/// The realm's state, and the static properties.
pub(super) fn install(vm: &Vm, constructor: Obj) -> Res<()> {
    let slots = vm.rt.internal_from(&[NOWHERE; FIELDS])?;
    let o = vm.object_create(None, Class::Foreign)?;
    o.set_payload(&vm.rt, Value::from_cell(slots));
    slots.set(&vm.rt, SUBJECT, vm.rt.empty_str().into());
    slots.set(&vm.rt, INPUT, vm.rt.empty_str().into());
    let prototype = vm.intrinsic(Intrinsic::RegExpPrototype);
    for (at, name) in FLAG_GETTERS.iter().enumerate() {
        if let Some(Own::Accessor(get, ..)) = vm.rt.get_own(prototype, vm.rt.key_from_utf8(name)?) {
            slots.set(&vm.rt, GETTERS + at, get);
        }
    }
    if let Some(Own::Accessor(get, ..)) = vm.rt.get_own(constructor, vm.symbols().species.into()) {
        slots.set(&vm.rt, GETTERS + FLAG_GETTERS.len(), get);
    }
    if let Some(Own::Accessor(get, ..)) = vm.rt.get_own(prototype, vm.names().flags)
        && let Some(get) = get.as_object()
    {
        vm.set_intrinsic(Intrinsic::RegExpFlags, get);
    }
    vm.set_intrinsic(Intrinsic::RegExpState, o);
    let define = |name: &str, get: js_vm::NativeFn, set: Option<js_vm::NativeFn>| -> Res<()> {
        let get = vm.native_named(get, 0, &format!("get {name}"))?;
        let set = match set {
            Some(set) => vm.native_named(set, 1, &format!("set {name}"))?.into(),
            None => Value::UNDEFINED,
        };
        let descriptor = PropertyDescriptor::accessor(get.into(), set, Attrs::accessor(false, true));
        vm.define_property_or_throw(constructor, vm.rt.key_from_utf8(name)?, &descriptor)
    };
    for name in ["input", "$_"] {
        define(name, get_input, Some(set_input))?;
    }
    let getters: [(&str, js_vm::NativeFn); 17] = [
        ("lastMatch", capture::<0>),
        ("$&", capture::<0>),
        ("lastParen", last_paren),
        ("$+", last_paren),
        ("leftContext", left_context),
        ("$`", left_context),
        ("rightContext", right_context),
        ("$'", right_context),
        ("$1", capture::<1>),
        ("$2", capture::<2>),
        ("$3", capture::<3>),
        ("$4", capture::<4>),
        ("$5", capture::<5>),
        ("$6", capture::<6>),
        ("$7", capture::<7>),
        ("$8", capture::<8>),
        ("$9", capture::<9>),
    ];
    getters.into_iter().try_for_each(|(name, get)| define(name, get, None))
}
