//! What may be chosen about the text of values: the options of node's `util.inspect`, which `console.dir` takes.

use js_rt::{Obj, Value};
use js_vm::{Res, Vm};

/// Nested objects below this level are named only.
const DEPTH: usize = 2;
/// Elements that are shown.
const MOST_ELEMENTS: usize = 100;
/// Units of a string that are shown.
const LONGEST_STRING: usize = 10_000;
/// The length at which objects are split across lines.
const BREAK_LENGTH: usize = 80;
/// How many inner levels may share a line.
const COMPACT: usize = 3;

/// Which getters are called to show what they give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Getters {
    None,
    All,
    /// Those without a setter.
    Alone,
    /// Those with a setter.
    Paired,
}

/// The options.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// Levels of nested objects that are shown; -1: not even the outermost.
    pub(super) depth: isize,
    /// Properties are shown that are not enumerable.
    pub(super) hidden: bool,
    /// Proxies are shown as such.
    pub(super) proxies: bool,
    pub(super) getters: Getters,
    /// Properties, entries of maps and elements of sets are in the order of their texts.
    pub(super) sorted: bool,
    pub(super) max_elements: usize,
    pub(super) max_string: usize,
    pub(super) break_length: usize,
    /// How many inner levels may share a line; none: each entry has its own.
    pub(super) compact: usize,
    /// Long numbers have an underscore between groups of three digits.
    pub(super) separators: bool,
}

impl Default for Style {
    fn default() -> Style {
        Style {
            depth: DEPTH as isize,
            hidden: false,
            proxies: false,
            getters: Getters::None,
            sorted: false,
            max_elements: MOST_ELEMENTS,
            max_string: LONGEST_STRING,
            break_length: BREAK_LENGTH,
            compact: COMPACT,
            separators: false,
        }
    }
}

impl Style {
    /// The default with another depth.
    pub(crate) fn of_depth(depth: isize) -> Style {
        Style { depth, ..Style::default() }
    }

    /// What cells of tables have: short, on one line.
    pub(super) fn cell(depth: isize) -> Style {
        Style { depth, max_elements: 3, break_length: usize::MAX / 2, ..Style::default() }
    }

    /// What `%o` asks for.
    pub(super) fn whole() -> Style {
        Style { depth: 4, hidden: true, proxies: true, ..Style::default() }
    }

    /// What an object of options says.
    ///
    /// # Errors
    /// What its getters throw.
    pub(crate) fn from_options(vm: &Vm, options: Value) -> Res<Style> {
        let mut style = Style::default();
        let Some(options) = options.as_object() else { return Ok(style) };
        let option = |name: &str| -> Res<Value> { vm.get(options, vm.rt.key_from_utf8(name)?) };
        style.depth = match option("depth")? {
            depth if depth.is_undefined() => style.depth,
            depth => count(depth, style.depth as usize) as isize,
        };
        style.hidden = option("showHidden")?.to_boolean();
        style.proxies = option("showProxy")?.to_boolean();
        style.sorted = option("sorted")?.to_boolean();
        style.separators = option("numericSeparator")?.to_boolean();
        style.max_elements = count(option("maxArrayLength")?, style.max_elements);
        style.max_string = count(option("maxStringLength")?, style.max_string);
        style.break_length = count(option("breakLength")?, style.break_length);
        style.getters = getters(option("getters")?);
        style.compact = match option("compact")? {
            compact if compact.as_bool() == Some(false) => 0,
            compact => count(compact, style.compact),
        };
        Ok(style)
    }

    /// The options as a method `nodejs.util.inspect.custom` gets them.
    pub(super) fn to_object(self, vm: &Vm) -> Res<Obj> {
        let object = vm.new_object()?;
        let number = |count: usize| match count {
            UNLIMITED.. => Value::double(f64::INFINITY),
            _ => Value::number(count as f64),
        };
        let values = [
            ("depth", if self.depth < 0 { Value::int(-1) } else { number(self.depth as usize) }),
            ("showHidden", Value::bool(self.hidden)),
            ("showProxy", Value::bool(self.proxies)),
            ("sorted", Value::bool(self.sorted)),
            ("numericSeparator", Value::bool(self.separators)),
            ("maxArrayLength", number(self.max_elements)),
            ("maxStringLength", number(self.max_string)),
            ("breakLength", number(self.break_length)),
            ("getters", Value::bool(self.getters != Getters::None)),
            ("compact", if self.compact == 0 { Value::FALSE } else { number(self.compact) }),
        ];
        for (name, value) in values {
            vm.create_data_property(object, vm.rt.key_from_utf8(name)?, value)?;
        }
        Ok(object)
    }
}

/// More than there can be, with room for sums.
const UNLIMITED: usize = usize::MAX / 2;

/// The number that an option is; `null` and infinity are no limit.
fn count(option: Value, default: usize) -> usize {
    match option.as_number() {
        Some(number) if number.is_nan() => default,
        Some(number) if number < UNLIMITED as f64 => number.max(0.0) as usize,
        Some(_) => UNLIMITED,
        None if option.is_nullish() && !option.is_undefined() => UNLIMITED,
        None => default,
    }
}

fn getters(option: Value) -> Getters {
    match option.as_string().map(|word| word.to_std()).as_deref() {
        Some("get") => Getters::Alone,
        Some("set") => Getters::Paired,
        _ if option.as_bool() == Some(true) => Getters::All,
        _ => Getters::None,
    }
}
