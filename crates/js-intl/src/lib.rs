//! ECMA-402, the internationalization library: `Intl`, and the functions of ECMA-262's objects that depend on a locale.
//!
//! Each file is an object of the library, each function says which algorithm of the specification it is. Formatting, plural
//! rules, collation and segmentation are ICU4X's; the order in which locales and options are read is decided here.
#![forbid(unsafe_code)]

mod available;
mod canonical;
mod collator;
mod date_time_format;
mod display_names;
mod duration_format;
mod ecma262;
mod intl;
mod legacy;
mod list_format;
mod locale;
mod negotiate;
mod number_format;
mod object;
mod options;
mod parts;
mod plural_rules;
mod relative_time_format;
mod segmenter;
mod values;
mod zones;

use js_vm::{Res, Vm};

/// Defines `Intl`, and what ECMA-402 says of objects that are there already: after [`js_builtins::install`].
///
/// # Errors
/// Memory is out.
pub fn install(vm: &Vm) -> Res<()> {
    intl::install(vm)?;
    locale::install(vm)?;
    collator::install(vm)?;
    display_names::install(vm)?;
    list_format::install(vm)?;
    plural_rules::install(vm)?;
    segmenter::install(vm)?;
    ecma262::install(vm)?;
    number_format::install(vm)?;
    relative_time_format::install(vm)?;
    duration_format::install(vm)?;
    date_time_format::install(vm)?;
    Ok(())
}
