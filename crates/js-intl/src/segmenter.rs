//! 19 Segmenter Objects.

use crate::negotiate::{Reading, Service, resolve_options, supported_locales_of};
use crate::object::{Kind, Record, allocate, fill, new_target, slot, this_slot};
use crate::options::get_option_string;
use icu_locale::LanguageIdentifier;
use icu_segmenter::options::{SentenceBreakOptions, WordBreakOptions};
use icu_segmenter::{GraphemeClusterSegmenter, SentenceSegmenter, WordSegmenter};
use js_rt::{Class, Obj, Str, StrView, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};
use std::sync::Arc;

const SERVICE: Service = Service { name: "Intl.Segmenter", descriptors: &[], extensions: &[] };

/// The internal slots of Intl.Segmenter objects.
#[derive(Clone)]
struct Segmenter {
    locale: String,
    id: LanguageIdentifier,
    granularity: &'static str,
}

impl Kind for Segmenter {
    const CLASS: Class = Class::Intl;
    const PROTOTYPE: Intrinsic = Intrinsic::IntlSegmenterPrototype;
    const NAME: &'static str = "Intl.Segmenter";
}

/// What there is to know of the segments of a string: found when it is asked for, then kept.
#[derive(Clone)]
struct Boundaries {
    /// The ends of the segments.
    ends: Arc<[u32]>,
    /// Whether each is a word.
    words: Option<Arc<[bool]>>,
}

impl Kind for Boundaries {
    const CLASS: Class = Class::Intl;
    // Never seen by programs.
    const PROTOTYPE: Intrinsic = Intrinsic::ObjectPrototype;
    const NAME: &'static str = "";
}

pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::IntlSegmenter, "Segmenter", 0, construct)
        .static_method("supportedLocalesOf", 1, supported_locales_of)
        .prototype(Intrinsic::IntlSegmenterPrototype)
        .to_string_tag("Intl.Segmenter")
        .method("segment", 1, segment)
        .method("resolvedOptions", 0, resolved_options)
        .member_of(Intrinsic::Intl)
        .finish()?;
    Build::object(vm, Intrinsic::IntlSegmentsPrototype, "Segments", Intrinsic::ObjectPrototype)
        .method("containing", 1, containing)
        .symbol_method(vm.symbols().iterator, "Symbol.iterator", 0, iterator)
        .finish()?;
    let name = "Segmenter String Iterator";
    Build::object(vm, Intrinsic::IntlSegmentIteratorPrototype, name, Intrinsic::IteratorPrototype)
        .to_string_tag(name)
        .method("next", 0, next)
        .finish()?;
    Ok(())
}

/// 19.1.1 Intl.Segmenter ( [ locales [ , options ] ] )
fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = new_target::<Segmenter>(vm, args)?;
    let o = allocate::<Segmenter>(vm, Some(target))?;
    let resolution = resolve_options(vm, &SERVICE, (args.get(0), args.get(1)), Reading::Get, |_| ())?;
    let kinds = ["grapheme", "word", "sentence"];
    let granularity = get_option_string(vm, resolution.options, "granularity", &kinds)?.unwrap_or("grapheme");
    let resolved = resolution.resolved;
    fill(vm, o, Segmenter { locale: resolved.locale.to_string(), id: resolved.data_locale.id, granularity })
}

/// 19.3.2 Intl.Segmenter.prototype.resolvedOptions ( )
fn resolved_options(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let segmenter = this_slot::<Segmenter>(vm, args, "resolvedOptions")?;
    let options = Record::new(vm)?;
    options.text("locale", &segmenter.locale)?;
    options.text("granularity", segmenter.granularity)?;
    Ok(options.finish())
}

/// What an object of class Intl is, in its slot 0, when it is neither kept by a Rust value nor bound to a function.
const SEGMENTS: Value = Value::int(1);
const ITERATOR: Value = Value::int(2);
/// Slots of both: `[[SegmentsSegmenter]]` or `[[IteratingSegmenter]]`, the string, the boundaries when they are known.
const SEGMENTER: usize = 1;
const STRING: usize = 2;
const BOUNDARIES: usize = 3;
/// `[[IteratedStringNextSegmentCodeUnitIndex]]`, as the number of the segment.
const NEXT: usize = 4;

/// An object with these slots.
fn create(vm: &Vm, prototype: Intrinsic, slots: &[Value]) -> Res<Value> {
    let o = vm.object_create(Some(vm.intrinsic(prototype)), Class::Intl)?;
    o.set_payload(&vm.rt, Value::from_cell(vm.rt.internal_from(slots)?));
    Ok(o.into())
}

/// RequireInternalSlot for the objects that have no constructor.
fn require(vm: &Vm, args: &Args<'_>, kind: Value, method: &str) -> Res<Obj> {
    let found = args.this.as_object().filter(|o| o.class() == Class::Intl && o.internal(0) == kind);
    found.ok_or_else(|| {
        let what = vm.describe_value(args.this);
        vm.type_error(format_args!("Method {method} called on incompatible receiver {what}"))
    })
}

/// 19.3.3 Intl.Segmenter.prototype.segment ( string ), CreateSegmentsObject
fn segment(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    this_slot::<Segmenter>(vm, args, "segment")?;
    let string = vm.to_string(args.get(0))?;
    let slots = [SEGMENTS, args.this, string.into(), Value::UNDEFINED];
    create(vm, Intrinsic::IntlSegmentsPrototype, &slots)
}

/// The segmenter and the string of an object.
fn parts(vm: &Vm, o: Obj) -> (Option<Segmenter>, Str) {
    let string = o.internal(STRING).as_string().unwrap_or_else(|| vm.rt.empty_str());
    (slot::<Segmenter>(o.internal(SEGMENTER)), string)
}

/// The boundaries of an object's string.
fn boundaries(vm: &Vm, o: Obj) -> Res<Boundaries> {
    if let Some(known) = slot::<Boundaries>(o.internal(BOUNDARIES)) {
        return Ok(known);
    }
    let (segmenter, string) = parts(vm, o);
    let found = match segmenter {
        Some(segmenter) => find_boundaries(vm, &segmenter, string)?,
        None => Boundaries { ends: Arc::new([]), words: None },
    };
    let holder = vm.object_create(None, Class::Intl)?;
    let weight = found.ends.len().saturating_mul(5);
    let payload = vm.rt.new_foreign(found.clone(), weight)?;
    holder.set_payload(&vm.rt, Value::from_cell(payload));
    o.set_internal(&vm.rt, BOUNDARIES, holder.into());
    Ok(found)
}

/// FindBoundary for all of a string.
fn find_boundaries(vm: &Vm, segmenter: &Segmenter, string: Str) -> Res<Boundaries> {
    let view = string.flat(&vm.rt)?;
    match segmenter.granularity {
        "word" => words(vm, &segmenter.id, view),
        "sentence" => {
            let mut options = SentenceBreakOptions::default();
            options.content_locale = Some(&segmenter.id);
            match (SentenceSegmenter::try_new(options), view) {
                (Ok(sentences), StrView::Latin1(units)) => {
                    ends(vm, sentences.as_borrowed().segment_latin1(units))
                }
                (Ok(sentences), StrView::Utf16(units)) => {
                    ends(vm, sentences.as_borrowed().segment_utf16(units))
                }
                (Err(_), _) => ends(vm, [string.len()].into_iter()),
            }
        }
        _ => match view {
            StrView::Latin1(units) => ends(vm, GraphemeClusterSegmenter::new().segment_latin1(units)),
            StrView::Utf16(units) => ends(vm, GraphemeClusterSegmenter::new().segment_utf16(units)),
        },
    }
}

/// The ends among the boundaries: all but the beginning of the string.
fn ends(vm: &Vm, boundaries: impl Iterator<Item = usize>) -> Res<Boundaries> {
    let mut ends = Vec::new();
    for boundary in boundaries.filter(|boundary| *boundary != 0) {
        vm.poll()?;
        ends.push(boundary as u32);
    }
    Ok(Boundaries { ends: ends.into(), words: None })
}

/// Boundaries of words.
fn words(vm: &Vm, id: &LanguageIdentifier, view: StrView<'_>) -> Res<Boundaries> {
    let mut options = WordBreakOptions::default();
    options.content_locale = Some(id);
    let Ok(segmenter) = WordSegmenter::try_new_auto(options) else {
        let length = match view {
            StrView::Latin1(units) => units.len(),
            StrView::Utf16(units) => units.len(),
        };
        return ends(vm, [length].into_iter());
    };
    let segmenter = segmenter.as_borrowed();
    let (mut ends, mut words) = (Vec::new(), Vec::new());
    let mut push = |boundary: usize, is_word: bool| {
        if boundary != 0 {
            ends.push(boundary as u32);
            words.push(is_word);
        }
        vm.poll()
    };
    match view {
        StrView::Latin1(units) => segmenter
            .segment_latin1(units)
            .iter_with_word_type()
            .try_for_each(|(boundary, kind)| push(boundary, kind.is_word_like()))?,
        StrView::Utf16(units) => segmenter
            .segment_utf16(units)
            .iter_with_word_type()
            .try_for_each(|(boundary, kind)| push(boundary, kind.is_word_like()))?,
    }
    Ok(Boundaries { ends: ends.into(), words: Some(words.into()) })
}

/// 19.5.2.1 %IntlSegmentsPrototype%.containing ( index )
fn containing(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let segments = require(vm, args, SEGMENTS, "%SegmentsPrototype%.containing")?;
    let index = vm.to_integer_or_infinity(args.get(0))?;
    let (_, string) = parts(vm, segments);
    if index < 0.0 || index >= string.len() as f64 {
        return Ok(Value::UNDEFINED);
    }
    let boundaries = boundaries(vm, segments)?;
    let number = boundaries.ends.partition_point(|end| f64::from(*end) <= index);
    Ok(segment_data(vm, string, &boundaries, number)?.unwrap_or(Value::UNDEFINED))
}

/// 19.5.2.2 %IntlSegmentsPrototype% \[ %Symbol.iterator% \] ( ), CreateSegmentIterator
fn iterator(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let segments = require(vm, args, SEGMENTS, "%SegmentsPrototype%[Symbol.iterator]")?;
    boundaries(vm, segments)?;
    let slots = [
        ITERATOR,
        segments.internal(SEGMENTER),
        segments.internal(STRING),
        segments.internal(BOUNDARIES),
        Value::int(0),
    ];
    create(vm, Intrinsic::IntlSegmentIteratorPrototype, &slots)
}

/// 19.6.2.1 %IntlSegmentIteratorPrototype%.next ( )
fn next(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let iterator = require(vm, args, ITERATOR, "%SegmentIterator.prototype%.next")?;
    let boundaries = boundaries(vm, iterator)?;
    let (_, string) = parts(vm, iterator);
    let number = iterator.internal(NEXT).as_number().unwrap_or_default();
    match segment_data(vm, string, &boundaries, number as usize)? {
        Some(data) => {
            iterator.set_internal(&vm.rt, NEXT, Value::number(number + 1.0));
            vm.create_iter_result(data, false)
        }
        None => vm.create_iter_result(Value::UNDEFINED, true),
    }
}

/// 19.7.1 CreateSegmentDataObject ( segmenter, string, startIndex, endIndex ) for the segment with a number, if there is one
fn segment_data(vm: &Vm, string: Str, boundaries: &Boundaries, number: usize) -> Res<Option<Value>> {
    let Some(end) = boundaries.ends.get(number) else { return Ok(None) };
    let before = number.checked_sub(1).and_then(|before| boundaries.ends.get(before));
    let start = before.copied().unwrap_or_default();
    let data = Record::new(vm)?;
    data.set("segment", vm.rt.substring(string, start as usize, *end as usize)?)?;
    data.set("index", start)?;
    data.set("input", string)?;
    if let Some(words) = &boundaries.words {
        data.set("isWordLike", words.get(number).copied().unwrap_or_default())?;
    }
    Ok(Some(data.finish()))
}
