//! 22.2.3 to 22.2.5: RegExp objects, their creation, and the constructor.

use super::{reg_exp_escape, reg_exp_legacy, reg_exp_prototype};
use js_regexp::{Pattern, PatternFlags, Program, compile};
use js_rt::{Attrs, Class, Foreign, Gc, Obj, Own, Realm, Str, StrView, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};

/// Internal slots of a RegExp object: `[[OriginalSource]]`, `[[OriginalFlags]]`, `[[RegExpMatcher]]`, `[[Realm]]`,
/// `[[LegacyFeaturesEnabled]]`.
const SOURCE: usize = 0;
const FLAGS: usize = 1;
const PROGRAM: usize = 2;
const REALM: usize = 3;
const LEGACY: usize = 4;
const FIELDS: usize = 5;

/// Compiled patterns that are kept for the next use.
const CACHED: u32 = 200;

/// The flags of a RegExp object.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flags {
    pub(super) has_indices: bool,
    pub(super) global: bool,
    pub(super) sticky: bool,
    pub(super) pattern: PatternFlags,
}

impl Flags {
    /// The flags that a string has; `None` if one is unknown, or there twice, or two exclude each other.
    pub(super) fn parse(text: StrView<'_>) -> Option<Flags> {
        let mut flags = Flags::default();
        for unit in text.units() {
            let flag = match u8::try_from(unit).ok()? {
                b'd' => &mut flags.has_indices,
                b'g' => &mut flags.global,
                b'i' => &mut flags.pattern.ignore_case,
                b'm' => &mut flags.pattern.multiline,
                b's' => &mut flags.pattern.dot_all,
                b'u' => &mut flags.pattern.unicode,
                b'v' => &mut flags.pattern.unicode_sets,
                b'y' => &mut flags.sticky,
                _ => return None,
            };
            if std::mem::replace(flag, true) {
                return None;
            }
        }
        (!(flags.pattern.unicode && flags.pattern.unicode_sets)).then_some(flags)
    }
}

/// `[[OriginalFlags]]`
pub(super) fn flags_of(vm: &Vm, o: Obj) -> Res<Flags> {
    let text = o.internal(FLAGS).as_string().unwrap_or(vm.rt.empty_str());
    Ok(Flags::parse(text.flat(&vm.rt)?).unwrap_or_default())
}

/// `[[OriginalSource]]`
pub(super) fn source_of(o: Obj) -> Value {
    o.internal(SOURCE)
}

/// `[[OriginalFlags]]` as a string
pub(super) fn flags_text_of(o: Obj) -> Value {
    o.internal(FLAGS)
}

/// `[[RegExpMatcher]]`
pub(super) fn program_of(o: Obj) -> Option<Gc<Foreign>> {
    o.internal(PROGRAM).cell()
}

/// Whether matches of `o` go to the legacy properties of the running realm's constructor: or else make them invalid. `None`:
/// neither, for it belongs to another realm.
pub(super) fn has_legacy_features(vm: &Vm, o: Obj) -> Option<bool> {
    (o.internal(REALM).cell::<Realm>() == Some(vm.realm())).then(|| o.internal(LEGACY) == Value::TRUE)
}

/// A value that is a RegExp object.
pub(super) fn as_reg_exp(value: Value) -> Option<Obj> {
    value.as_object().filter(|o| o.class() == Class::RegExp)
}

/// 22.2.3.2 RegExpAlloc
fn alloc(vm: &Vm, new_target: Obj) -> Res<Obj> {
    let proto = vm.get_prototype_from_constructor(new_target, Intrinsic::RegExpPrototype)?;
    let shape = vm.rt.root_shape(Some(proto), Class::RegExp, 2)?;
    let o = vm.rt.new_object_with(shape)?;
    let slots = vm.rt.new_internal(FIELDS)?;
    o.set_payload(&vm.rt, Value::from_cell(slots));
    slots.set(&vm.rt, REALM, Value::from_cell(vm.realm()));
    slots.set(&vm.rt, LEGACY, Value::bool(new_target == vm.intrinsic(Intrinsic::RegExp)));
    vm.rt.add(o, vm.names().last_index, Value::int(0), Attrs::WRITABLE)?;
    Ok(o)
}

/// 22.2.3.3 RegExpInitialize
pub(super) fn initialize(vm: &Vm, o: Obj, pattern: Value, flags: Value) -> Res<Value> {
    let text = |value: Value| if value.is_undefined() { Ok(vm.rt.empty_str()) } else { vm.to_string(value) };
    let source = text(pattern)?;
    let flags = text(flags)?;
    let program = program(vm, source, flags)?;
    o.set_internal(&vm.rt, SOURCE, source.into());
    o.set_internal(&vm.rt, FLAGS, flags.into());
    o.set_internal(&vm.rt, PROGRAM, program);
    vm.set(o, vm.names().last_index, Value::int(0), true)?;
    Ok(o.into())
}

/// The compiled form of a pattern, out of the realm's cache if it is there.
fn program(vm: &Vm, source: Str, flags: Str) -> Res<Value> {
    let parsed = Flags::parse(flags.flat(&vm.rt)?);
    let Some(parsed) = parsed else {
        let text = flags.to_std();
        return Err(vm.syntax_error(format_args!("Invalid flags supplied to RegExp constructor '{text}'")));
    };
    let kind = kind_of(parsed.pattern);
    let cache = reg_exp_legacy::cache(vm, kind)?;
    let key = vm.rt.key_from_str(source)?;
    if let Some(Own::Data(program, _)) = vm.rt.get_own(cache, key) {
        return Ok(program);
    }
    let compiled = match compile(&source.to_wtf16(), parsed.pattern) {
        Ok(compiled) => compiled,
        Err(error) => {
            let (source, flags, error) = (source.to_std(), flags.to_std(), error.to_string());
            // Some of them say so themselves.
            let error = error.strip_prefix("Invalid regular expression: ").unwrap_or(&error);
            return Err(
                vm.syntax_error(format_args!("Invalid regular expression: /{source}/{flags}: {error}"))
            );
        }
    };
    let weight = weight(&compiled);
    let program = Value::from_cell(vm.rt.new_foreign(Pattern::new(compiled), weight)?);
    let cache = if cache.shape().len() >= CACHED { reg_exp_legacy::new_cache(vm, kind)? } else { cache };
    vm.rt.add(cache, key, program, Attrs::ALL)?;
    Ok(program)
}

/// A number for the flags that a pattern is compiled with: each has its own cache.
fn kind_of(flags: PatternFlags) -> usize {
    let flag = |on: bool, bit: u8| if on { 1 << bit } else { 0 };
    flag(flags.ignore_case, 0)
        | flag(flags.multiline, 1)
        | flag(flags.dot_all, 2)
        | flag(flags.unicode, 3)
        | flag(flags.unicode_sets, 4)
}

/// About how many bytes a program has.
fn weight(program: &Program) -> usize {
    1024 + program.groups * 64
}

/// 22.2.3.1 RegExpCreate
pub(super) fn reg_exp_create(vm: &Vm, pattern: Value, flags: Value) -> Res<Value> {
    let o = alloc(vm, vm.intrinsic(Intrinsic::RegExp))?;
    initialize(vm, o, pattern, flags)
}

/// 22.2.4.1 RegExp ( pattern, flags )
fn reg_exp(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (pattern, flags) = (args.get(0), args.get(1));
    let is_reg_exp = vm.is_reg_exp(pattern)?;
    let new_target = match args.new_target {
        Some(new_target) => new_target,
        None => {
            if is_reg_exp
                && flags.is_undefined()
                && vm.get_v(pattern, vm.names().constructor)? == args.callee.into()
            {
                return Ok(pattern);
            }
            args.callee
        }
    };
    let or =
        |flags: Value, other: &dyn Fn() -> Res<Value>| if flags.is_undefined() { other() } else { Ok(flags) };
    let (source, flags) = if let Some(other) = as_reg_exp(pattern) {
        (source_of(other), or(flags, &|| Ok(flags_text_of(other)))?)
    } else if is_reg_exp {
        (vm.get_v(pattern, vm.names().source)?, or(flags, &|| vm.get_v(pattern, vm.names().flags))?)
    } else {
        (pattern, flags)
    };
    let o = alloc(vm, new_target)?;
    initialize(vm, o, source, flags)
}

/// 22.2.5.3 get RegExp [ %Symbol.species% ]
fn species(_: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(args.this)
}

/// The constructor and the prototype.
pub(super) fn install(vm: &Vm) -> Res<()> {
    let build = Build::constructor(vm, Intrinsic::RegExp, "RegExp", 2, reg_exp)
        .static_method("escape", 1, reg_exp_escape::escape)
        .static_symbol_getter(vm.symbols().species, "Symbol.species", species)
        .prototype(Intrinsic::RegExpPrototype);
    let constructor = reg_exp_prototype::methods(vm, build).global().finish()?;
    reg_exp_legacy::install(vm, constructor)?;
    vm.set_reg_exp_create(reg_exp_create);
    Ok(())
}
