//! 6.1.7.4 Well-Known Intrinsic Objects: those of ECMA-262, its annex B, Temporal and ECMA-402.

macro_rules! intrinsics {
    ($($name:ident $text:literal;)*) => {
        /// An intrinsic object, of which each realm has its own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u16)]
        pub enum Intrinsic {
            $(#[doc = concat!("`", $text, "`")] $name,)*
        }

        impl Intrinsic {
            /// All of them, in order.
            pub const ALL: &'static [Intrinsic] = &[$(Intrinsic::$name,)*];
            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// The name that the specification gives it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Intrinsic::$name => $text,)*
                }
            }
        }
    };
}

intrinsics! {
    Object "%Object%";
    ObjectPrototype "%Object.prototype%";
    Function "%Function%";
    FunctionPrototype "%Function.prototype%";
    Array "%Array%";
    ArrayPrototype "%Array.prototype%";
    Boolean "%Boolean%";
    BooleanPrototype "%Boolean.prototype%";
    Number "%Number%";
    NumberPrototype "%Number.prototype%";
    String "%String%";
    StringPrototype "%String.prototype%";
    Symbol "%Symbol%";
    SymbolPrototype "%Symbol.prototype%";
    BigInt "%BigInt%";
    BigIntPrototype "%BigInt.prototype%";
    Error "%Error%";
    ErrorPrototype "%Error.prototype%";
    AggregateError "%AggregateError%";
    AggregateErrorPrototype "%AggregateError.prototype%";
    EvalError "%EvalError%";
    EvalErrorPrototype "%EvalError.prototype%";
    RangeError "%RangeError%";
    RangeErrorPrototype "%RangeError.prototype%";
    ReferenceError "%ReferenceError%";
    ReferenceErrorPrototype "%ReferenceError.prototype%";
    SuppressedError "%SuppressedError%";
    SuppressedErrorPrototype "%SuppressedError.prototype%";
    SyntaxError "%SyntaxError%";
    SyntaxErrorPrototype "%SyntaxError.prototype%";
    TypeError "%TypeError%";
    TypeErrorPrototype "%TypeError.prototype%";
    URIError "%URIError%";
    URIErrorPrototype "%URIError.prototype%";
    Date "%Date%";
    DatePrototype "%Date.prototype%";
    RegExp "%RegExp%";
    RegExpPrototype "%RegExp.prototype%";
    Map "%Map%";
    MapPrototype "%Map.prototype%";
    Set "%Set%";
    SetPrototype "%Set.prototype%";
    WeakMap "%WeakMap%";
    WeakMapPrototype "%WeakMap.prototype%";
    WeakSet "%WeakSet%";
    WeakSetPrototype "%WeakSet.prototype%";
    WeakRef "%WeakRef%";
    WeakRefPrototype "%WeakRef.prototype%";
    FinalizationRegistry "%FinalizationRegistry%";
    FinalizationRegistryPrototype "%FinalizationRegistry.prototype%";
    ArrayBuffer "%ArrayBuffer%";
    ArrayBufferPrototype "%ArrayBuffer.prototype%";
    SharedArrayBuffer "%SharedArrayBuffer%";
    SharedArrayBufferPrototype "%SharedArrayBuffer.prototype%";
    DataView "%DataView%";
    DataViewPrototype "%DataView.prototype%";
    TypedArray "%TypedArray%";
    TypedArrayPrototype "%TypedArray.prototype%";
    Int8Array "%Int8Array%";
    Int8ArrayPrototype "%Int8Array.prototype%";
    Uint8Array "%Uint8Array%";
    Uint8ArrayPrototype "%Uint8Array.prototype%";
    Uint8ClampedArray "%Uint8ClampedArray%";
    Uint8ClampedArrayPrototype "%Uint8ClampedArray.prototype%";
    Int16Array "%Int16Array%";
    Int16ArrayPrototype "%Int16Array.prototype%";
    Uint16Array "%Uint16Array%";
    Uint16ArrayPrototype "%Uint16Array.prototype%";
    Int32Array "%Int32Array%";
    Int32ArrayPrototype "%Int32Array.prototype%";
    Uint32Array "%Uint32Array%";
    Uint32ArrayPrototype "%Uint32Array.prototype%";
    BigInt64Array "%BigInt64Array%";
    BigInt64ArrayPrototype "%BigInt64Array.prototype%";
    BigUint64Array "%BigUint64Array%";
    BigUint64ArrayPrototype "%BigUint64Array.prototype%";
    Float16Array "%Float16Array%";
    Float16ArrayPrototype "%Float16Array.prototype%";
    Float32Array "%Float32Array%";
    Float32ArrayPrototype "%Float32Array.prototype%";
    Float64Array "%Float64Array%";
    Float64ArrayPrototype "%Float64Array.prototype%";
    Promise "%Promise%";
    PromisePrototype "%Promise.prototype%";
    Iterator "%Iterator%";
    IteratorPrototype "%Iterator.prototype%";
    GeneratorFunction "%GeneratorFunction%";
    GeneratorFunctionPrototype "%GeneratorFunction.prototype%";
    AsyncGeneratorFunction "%AsyncGeneratorFunction%";
    AsyncGeneratorFunctionPrototype "%AsyncGeneratorFunction.prototype%";
    AsyncFunction "%AsyncFunction%";
    AsyncFunctionPrototype "%AsyncFunction.prototype%";
    DisposableStack "%DisposableStack%";
    DisposableStackPrototype "%DisposableStack.prototype%";
    AsyncDisposableStack "%AsyncDisposableStack%";
    AsyncDisposableStackPrototype "%AsyncDisposableStack.prototype%";
    ShadowRealm "%ShadowRealm%";
    ShadowRealmPrototype "%ShadowRealm.prototype%";
    ArrayIteratorPrototype "%ArrayIteratorPrototype%";
    MapIteratorPrototype "%MapIteratorPrototype%";
    SetIteratorPrototype "%SetIteratorPrototype%";
    StringIteratorPrototype "%StringIteratorPrototype%";
    RegExpStringIteratorPrototype "%RegExpStringIteratorPrototype%";
    IteratorHelperPrototype "%IteratorHelperPrototype%";
    WrapForValidIteratorPrototype "%WrapForValidIteratorPrototype%";
    AsyncIteratorPrototype "%AsyncIteratorPrototype%";
    AsyncFromSyncIteratorPrototype "%AsyncFromSyncIteratorPrototype%";
    GeneratorPrototype "%GeneratorPrototype%";
    AsyncGeneratorPrototype "%AsyncGeneratorPrototype%";
    Proxy "%Proxy%";
    Math "%Math%";
    JSON "%JSON%";
    Reflect "%Reflect%";
    Atomics "%Atomics%";
    Temporal "%Temporal%";
    Intl "%Intl%";
    TemporalNow "%Temporal.Now%";
    TemporalDuration "%Temporal.Duration%";
    TemporalDurationPrototype "%Temporal.Duration.prototype%";
    TemporalInstant "%Temporal.Instant%";
    TemporalInstantPrototype "%Temporal.Instant.prototype%";
    TemporalPlainDate "%Temporal.PlainDate%";
    TemporalPlainDatePrototype "%Temporal.PlainDate.prototype%";
    TemporalPlainDateTime "%Temporal.PlainDateTime%";
    TemporalPlainDateTimePrototype "%Temporal.PlainDateTime.prototype%";
    TemporalPlainMonthDay "%Temporal.PlainMonthDay%";
    TemporalPlainMonthDayPrototype "%Temporal.PlainMonthDay.prototype%";
    TemporalPlainTime "%Temporal.PlainTime%";
    TemporalPlainTimePrototype "%Temporal.PlainTime.prototype%";
    TemporalPlainYearMonth "%Temporal.PlainYearMonth%";
    TemporalPlainYearMonthPrototype "%Temporal.PlainYearMonth.prototype%";
    TemporalZonedDateTime "%Temporal.ZonedDateTime%";
    TemporalZonedDateTimePrototype "%Temporal.ZonedDateTime.prototype%";
    IntlCollator "%Intl.Collator%";
    IntlCollatorPrototype "%Intl.Collator.prototype%";
    IntlDateTimeFormat "%Intl.DateTimeFormat%";
    IntlDateTimeFormatPrototype "%Intl.DateTimeFormat.prototype%";
    IntlDisplayNames "%Intl.DisplayNames%";
    IntlDisplayNamesPrototype "%Intl.DisplayNames.prototype%";
    IntlDurationFormat "%Intl.DurationFormat%";
    IntlDurationFormatPrototype "%Intl.DurationFormat.prototype%";
    IntlFallbackSymbol "%Intl%.[[FallbackSymbol]]";
    IntlListFormat "%Intl.ListFormat%";
    IntlListFormatPrototype "%Intl.ListFormat.prototype%";
    IntlLocale "%Intl.Locale%";
    IntlLocalePrototype "%Intl.Locale.prototype%";
    IntlNumberFormat "%Intl.NumberFormat%";
    IntlNumberFormatPrototype "%Intl.NumberFormat.prototype%";
    IntlPluralRules "%Intl.PluralRules%";
    IntlPluralRulesPrototype "%Intl.PluralRules.prototype%";
    IntlRelativeTimeFormat "%Intl.RelativeTimeFormat%";
    IntlRelativeTimeFormatPrototype "%Intl.RelativeTimeFormat.prototype%";
    IntlSegmenter "%Intl.Segmenter%";
    IntlSegmenterPrototype "%Intl.Segmenter.prototype%";
    IntlSegmentsPrototype "%IntlSegmentsPrototype%";
    IntlSegmentIteratorPrototype "%IntlSegmentIteratorPrototype%";
    AbstractModuleSource "%AbstractModuleSource%";
    AbstractModuleSourcePrototype "%AbstractModuleSource.prototype%";
    ThrowTypeError "%ThrowTypeError%";
    FunctionHasInstance "%Function.prototype[%Symbol.hasInstance%]%";
    PromiseSpecies "%get Promise[%Symbol.species%]%";
    Eval "%eval%";
    IsFinite "%isFinite%";
    IsNaN "%isNaN%";
    ParseFloat "%parseFloat%";
    ParseInt "%parseInt%";
    DecodeURI "%decodeURI%";
    DecodeURIComponent "%decodeURIComponent%";
    EncodeURI "%encodeURI%";
    EncodeURIComponent "%encodeURIComponent%";
    Escape "%escape%";
    Unescape "%unescape%";
    ArraySpecies "%get Array[%Symbol.species%]%";
    ArrayToString "%Array.prototype.toString%";
    ArrayValues "%Array.prototype.values%";
    ArrayIteratorNext "%ArrayIteratorPrototype.next%";
    DateToUTCString "%Date.prototype.toUTCString%";
    JoinStack "(the arrays that are being joined)";
    MapEntries "%Map.prototype.entries%";
    MapIteratorNext "%MapIteratorPrototype%.next";
    MapSet "%Map.prototype.set%";
    ObjectToString "%Object.prototype.toString%";
    PromiseResolve "%Promise.resolve%";
    PromiseThen "%Promise.prototype.then%";
    RegExpFlags "%get RegExp.prototype.flags%";
    RegExpState "(the last match of a regular expression)";
    RegExpExec "%RegExp.prototype.exec%";
    SetAdd "%Set.prototype.add%";
    SetIteratorNext "%SetIteratorPrototype%.next";
    SetValues "%Set.prototype.values%";
    StringTrimEnd "%String.prototype.trimEnd%";
    StringTrimStart "%String.prototype.trimStart%";
    SymbolToPrimitive "%Symbol.prototype[%Symbol.toPrimitive%]%";
    TypedArrayValues "%TypedArray.prototype.values%";
}

impl Intrinsic {
    /// Its place in the table of a realm.
    #[inline]
    pub fn index(self) -> usize {
        usize::from(self as u16)
    }
}

impl crate::vm::Vm {
    /// Whether a value is an intrinsic object of the running realm; false when the library has not made it.
    #[inline]
    pub fn is_intrinsic(&self, value: js_rt::Value, which: Intrinsic) -> bool {
        value.is_object()
            && self.realm().intrinsics.get(which.index()).is_some_and(|cell| cell.get() == value)
    }
}
