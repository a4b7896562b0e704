//! 8.3 Function Properties of the Intl Object.

use crate::negotiate::canonicalize_tag_list;
use crate::object::text_array;
use crate::values;
use crate::zones::primary_identifiers;
use js_rt::Value;
use js_vm::{Args, Build, Intrinsic, Res, Vm};

pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::namespace(vm, Intrinsic::Intl, "Intl")
        .to_string_tag("Intl")
        .static_method("getCanonicalLocales", 1, get_canonical_locales)
        .static_method("supportedValuesOf", 1, supported_values_of)
        .global()
        .finish()?;
    Ok(())
}

/// 8.3.1 Intl.getCanonicalLocales ( locales )
fn get_canonical_locales(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let locales = canonicalize_tag_list(vm, args.get(0))?;
    text_array(vm, locales.iter().map(ToString::to_string))
}

/// 8.3.2 Intl.supportedValuesOf ( key )
fn supported_values_of(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let key = vm.to_string(args.get(0))?.to_std();
    let list = match key.as_str() {
        "calendar" => values::CALENDARS,
        "collation" => values::COLLATIONS,
        "currency" => values::CURRENCIES,
        "numberingSystem" => values::NUMBERING_SYSTEMS,
        "timeZone" => return text_array(vm, primary_identifiers()),
        "unit" => values::UNITS,
        _ => return Err(vm.range_error(format_args!("Invalid key : {key}"))),
    };
    text_array(vm, list)
}
