//! 17 PluralRules Objects.

use crate::negotiate::{Reading, Service, resolve_options, supported_locales_of};
use crate::number_format::digits::set_number_format_digit_options;
use crate::number_format::format::Formatter;
use crate::number_format::value::{Mathematical, to_intl_mathematical_value};
use crate::object::{Kind, Record, allocate, fill, new_target, text_array, this_slot};
use crate::options::get_option_string;
use icu_plurals::{
    PluralCategory, PluralRuleType, PluralRules as Rules, PluralRulesOptions, PluralRulesPreferences,
    PluralRulesWithRanges,
};
use js_rt::{Class, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};
use std::sync::Arc;

const SERVICE: Service = Service { name: "Intl.PluralRules", descriptors: &[], extensions: &[] };

/// The internal slots of Intl.PluralRules objects.
#[derive(Clone)]
struct PluralRules {
    locale: String,
    kind: &'static str,
    notation: &'static str,
    compact_display: Option<&'static str>,
    /// The rules, without data none, and what the digit options are part of.
    select: Arc<(Option<PluralRulesWithRanges<Rules>>, Formatter)>,
}

impl Kind for PluralRules {
    const CLASS: Class = Class::Intl;
    const PROTOTYPE: Intrinsic = Intrinsic::IntlPluralRulesPrototype;
    const NAME: &'static str = "Intl.PluralRules";
}

pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::IntlPluralRules, "PluralRules", 0, construct)
        .static_method("supportedLocalesOf", 1, supported_locales_of)
        .prototype(Intrinsic::IntlPluralRulesPrototype)
        .to_string_tag("Intl.PluralRules")
        .method("select", 1, select)
        .method("selectRange", 2, select_range)
        .method("resolvedOptions", 0, resolved_options)
        .member_of(Intrinsic::Intl)
        .finish()?;
    Ok(())
}

/// 17.1.1 Intl.PluralRules ( [ locales [ , options ] ] )
fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = new_target::<PluralRules>(vm, args)?;
    let o = allocate::<PluralRules>(vm, Some(target))?;
    let resolution = resolve_options(vm, &SERVICE, (args.get(0), args.get(1)), Reading::Coerce, |_| ())?;
    let (options, locale) = (resolution.options, &resolution.resolved.data_locale);
    let kind = get_option_string(vm, options, "type", &["cardinal", "ordinal"])?.unwrap_or("cardinal");
    let notations = ["standard", "scientific", "engineering", "compact"];
    let notation = get_option_string(vm, options, "notation", &notations)?.unwrap_or("standard");
    let display = get_option_string(vm, options, "compactDisplay", &["short", "long"])?.unwrap_or("short");
    let compact_display = (notation == "compact").then_some(display);
    let digits = set_number_format_digit_options(vm, options, 0, 3, notation == "compact")?;
    let ordinal = kind == "ordinal";
    let rule_type = if ordinal { PluralRuleType::Ordinal } else { PluralRuleType::Cardinal };
    let rules = PluralRulesWithRanges::try_new(
        PluralRulesPreferences::from(locale),
        PluralRulesOptions::default().with_type(rule_type),
    );
    let select = (rules.ok(), Formatter::for_plural_rules(locale, digits, compact_display));
    let locale = resolution.resolved.locale.to_string();
    fill(vm, o, PluralRules { locale, kind, notation, compact_display, select: Arc::new(select) })
}

/// The categories in the order that `pluralCategories` has.
const NAMES: [(PluralCategory, &str); 6] = [
    (PluralCategory::Zero, "zero"),
    (PluralCategory::One, "one"),
    (PluralCategory::Two, "two"),
    (PluralCategory::Few, "few"),
    (PluralCategory::Many, "many"),
    (PluralCategory::Other, "other"),
];

fn name(category: PluralCategory) -> &'static str {
    NAMES.iter().find(|(one, _)| *one == category).map_or("other", |(_, name)| name)
}

impl PluralRules {
    /// 17.5.2 ResolvePlural ( pluralRules, n )
    fn resolve(&self, n: &Mathematical) -> PluralCategory {
        match (&self.select.0, self.select.1.operands(n)) {
            (Some(rules), Some(operands)) => rules.rules().category_for(operands),
            _ => PluralCategory::Other,
        }
    }
}

/// 17.3.2 Intl.PluralRules.prototype.resolvedOptions ( )
fn resolved_options(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let rules = this_slot::<PluralRules>(vm, args, "resolvedOptions")?;
    let categories: Vec<PluralCategory> = match &rules.select.0 {
        Some(rules) => rules.rules().categories().collect(),
        None => vec![PluralCategory::Other],
    };
    let categories = NAMES.iter().filter(|(category, _)| categories.contains(category)).map(|(_, name)| name);
    let options = Record::new(vm)?;
    options.text("locale", &rules.locale)?;
    options.text("type", rules.kind)?;
    options.text("notation", rules.notation)?;
    options.text_option("compactDisplay", rules.compact_display)?;
    let digits = rules.select.1.digits();
    digits.resolve_digits(&options)?;
    options.set("pluralCategories", text_array(vm, categories)?)?;
    digits.resolve_rounding(&options)?;
    Ok(options.finish())
}

/// 17.3.3 Intl.PluralRules.prototype.select ( value )
fn select(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let rules = this_slot::<PluralRules>(vm, args, "select")?;
    let n = to_intl_mathematical_value(vm, args.get(0))?;
    Ok(vm.rt.str_from_utf8(name(rules.resolve(&n)))?.into())
}

/// 17.3.4 Intl.PluralRules.prototype.selectRange ( start, end )
fn select_range(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let rules = this_slot::<PluralRules>(vm, args, "selectRange")?;
    for (at, which) in ["startRange", "endRange"].iter().enumerate() {
        if args.get(at).is_undefined() {
            return Err(vm.type_error(format_args!("Invalid {which} : undefined")));
        }
    }
    let start = to_intl_mathematical_value(vm, args.get(0))?;
    let end = to_intl_mathematical_value(vm, args.get(1))?;
    for (value, which) in [(&start, "startRange"), (&end, "endRange")] {
        if *value == Mathematical::NotANumber {
            return Err(vm.range_error(format_args!("Invalid {which} : NaN")));
        }
    }
    Ok(vm.rt.str_from_utf8(name(rules.resolve_range(&start, &end)))?.into())
}

impl PluralRules {
    /// 17.5.4 ResolvePluralRange ( pluralRules, x, y )
    fn resolve_range(&self, x: &Mathematical, y: &Mathematical) -> PluralCategory {
        let (from, to) = (self.resolve(x), self.resolve(y));
        let formatter = &self.select.1;
        if x.is_negative() == y.is_negative() && formatter.operands(x) == formatter.operands(y) {
            return from;
        }
        self.select.0.as_ref().map_or(to, |rules| rules.resolve_range(from, to))
    }
}
