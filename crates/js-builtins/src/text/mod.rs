//! 22 Text Processing.

mod builder;
mod pattern;
mod reg_exp;
mod reg_exp_escape;
mod reg_exp_exec;
mod reg_exp_legacy;
mod reg_exp_prototype;
mod reg_exp_replace;
mod reg_exp_split;
mod reg_exp_string_iterator;
mod string;
mod string_case;
mod string_html;
mod string_iterator;
mod string_match;
mod string_parts;
mod string_search;
mod substitution;

pub(crate) use builder::Builder;
pub use pattern::set_pattern_tier;

use js_vm::{Res, Vm};

/// The objects of this clause.
pub(crate) fn install(vm: &Vm) -> Res<()> {
    string::install(vm)?;
    string_iterator::install(vm)?;
    reg_exp::install(vm)?;
    reg_exp_string_iterator::install(vm)
}
