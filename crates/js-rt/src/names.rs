//! Strings that the runtime and the library name, and the well-known symbols: one table each.

use crate::layout::JsSymbol;
use crate::strings::Atoms;
use crate::{PropertyKey, Sym};
use heap::{Heap, OutOfMemory, Tracer};

macro_rules! names {
    (@text $name:ident) => { stringify!($name) };
    (@text $name:ident $text:literal) => { $text };
    ($($name:ident $(= $text:literal)?)*) => {
        /// Property keys that are known beforehand.
        #[allow(missing_docs, reason = "the names say it")]
        #[derive(Debug)]
        pub struct Names {
            $(pub $name: PropertyKey,)*
        }

        impl Names {
            pub(crate) fn new(heap: &Heap, atoms: Atoms) -> Result<Names, OutOfMemory> {
                const TEXTS: &[&str] = &[$(names!(@text $name $($text)?),)*];
                let mut keys = [PropertyKey::index(0); TEXTS.len()];
                for (key, text) in keys.iter_mut().zip(TEXTS) {
                    *key = PropertyKey::atom(atoms.of_text(heap, text)?).ok_or(OutOfMemory)?;
                }
                let [$($name,)*] = keys;
                Ok(Names { $($name,)* })
            }

            pub(crate) fn trace(&self, tracer: &mut Tracer<'_>) {
                // A loop: a call for each would be a thousand calls.
                [$(self.$name,)*].into_iter().for_each(|key| key.trace(tracer));
            }
        }
    };
}

macro_rules! symbols {
    ($($name:ident = $text:literal)*) => {
        /// 6.1.5.1 Well-known symbols.
        #[allow(missing_docs, reason = "the names say it")]
        #[derive(Debug)]
        pub struct Symbols {
            $(pub $name: Sym,)*
        }

        impl Symbols {
            pub(crate) fn new(heap: &Heap, atoms: Atoms) -> Result<Symbols, OutOfMemory> {
                Ok(Symbols {
                    $($name: heap.alloc(JsSymbol::new(Some(atoms.of_text(heap, $text)?)))?,)*
                })
            }

            pub(crate) fn trace(&self, tracer: &mut Tracer<'_>) {
                $(tracer.edge(self.$name);)*
            }
        }
    };
}

symbols! {
    async_dispose = "Symbol.asyncDispose"
    async_iterator = "Symbol.asyncIterator"
    dispose = "Symbol.dispose"
    has_instance = "Symbol.hasInstance"
    is_concat_spreadable = "Symbol.isConcatSpreadable"
    iterator = "Symbol.iterator"
    match_ = "Symbol.match"
    match_all = "Symbol.matchAll"
    replace = "Symbol.replace"
    search = "Symbol.search"
    species = "Symbol.species"
    split = "Symbol.split"
    to_primitive = "Symbol.toPrimitive"
    to_string_tag = "Symbol.toStringTag"
    unscopables = "Symbol.unscopables"
}

names! {
    abs
    acos
    acosh
    add
    adopt
    aggregate_error = "AggregateError"
    all
    all_settled = "allSettled"
    alphabet
    anchor
    and
    anonymous
    any
    apply
    arguments
    array = "Array"
    array_buffer = "ArrayBuffer"
    as_int_n = "asIntN"
    as_uint_n = "asUintN"
    asin
    asinh
    assign
    async_ = "async"
    async_disposable_stack = "AsyncDisposableStack"
    async_dispose = "asyncDispose"
    async_function = "AsyncFunction"
    async_generator = "AsyncGenerator"
    async_generator_function = "AsyncGeneratorFunction"
    async_iterator = "asyncIterator"
    async_iterator_class = "AsyncIterator"
    at
    atan
    atan2
    atanh
    atomics = "Atomics"
    await_ = "await"
    base64
    base64url
    base_name = "baseName"
    big
    big_int = "BigInt"
    big_int64_array = "BigInt64Array"
    big_uint64_array = "BigUint64Array"
    bigint
    bind
    blank
    blink
    bold
    boolean
    boolean_class = "Boolean"
    bound
    buffer
    byte_length = "byteLength"
    byte_offset = "byteOffset"
    bytes_per_element = "BYTES_PER_ELEMENT"
    calendar
    calendar_id = "calendarId"
    calendar_name = "calendarName"
    calendars
    call
    callee
    caller
    capture_stack_trace = "captureStackTrace"
    case_first = "caseFirst"
    catch
    cause
    cbrt
    ceil
    char_at = "charAt"
    char_code_at = "charCodeAt"
    clear
    clz32
    code_point_at = "codePointAt"
    collation
    collations
    collator = "Collator"
    compact_display = "compactDisplay"
    compare
    compare_exchange = "compareExchange"
    compile
    concat
    configurable
    console
    construct
    constructor
    containing
    copy_within = "copyWithin"
    cos
    cosh
    create
    currency
    currency_display = "currencyDisplay"
    currency_sign = "currencySign"
    data_view = "DataView"
    date = "Date"
    date_style = "dateStyle"
    date_time_field = "dateTimeField"
    date_time_format = "DateTimeFormat"
    day
    day_of_week = "dayOfWeek"
    day_of_year = "dayOfYear"
    day_period = "dayPeriod"
    days
    days_in_month = "daysInMonth"
    days_in_week = "daysInWeek"
    days_in_year = "daysInYear"
    decode_uri = "decodeURI"
    decode_uri_component = "decodeURIComponent"
    default
    defer
    define_properties = "defineProperties"
    define_property = "defineProperty"
    delete
    delete_property = "deleteProperty"
    deref
    description
    detached
    difference
    direction
    disambiguation
    display_names = "DisplayNames"
    disposable_stack = "DisposableStack"
    dispose
    dispose_async = "disposeAsync"
    disposed
    done
    dot_all = "dotAll"
    drop
    duration = "Duration"
    e = "E"
    element
    encode_uri = "encodeURI"
    encode_uri_component = "encodeURIComponent"
    ends_with = "endsWith"
    entries
    enumerable
    enumerate
    epoch_milliseconds = "epochMilliseconds"
    epoch_nanoseconds = "epochNanoseconds"
    epsilon = "EPSILON"
    equals
    era
    era_year = "eraYear"
    error
    error_class = "Error"
    errors
    escape
    eval
    eval_error = "EvalError"
    evaluate
    every
    exchange
    exec
    exp
    expm1
    exports
    f16round
    fallback
    false_ = "false"
    fill
    filter
    finalization_registry = "FinalizationRegistry"
    finally
    find
    find_index = "findIndex"
    find_last = "findLast"
    find_last_index = "findLastIndex"
    first_day = "firstDay"
    fixed
    flags
    flat
    flat_map = "flatMap"
    float16_array = "Float16Array"
    float32_array = "Float32Array"
    float64_array = "Float64Array"
    floor
    fontcolor
    fontsize
    for_ = "for"
    for_each = "forEach"
    for_in = "ForIn"
    format
    format_matcher = "formatMatcher"
    format_range = "formatRange"
    format_range_to_parts = "formatRangeToParts"
    format_to_parts = "formatToParts"
    fractional_second_digits = "fractionalSecondDigits"
    freeze
    from
    from_async = "fromAsync"
    from_base64 = "fromBase64"
    from_char_code = "fromCharCode"
    from_code_point = "fromCodePoint"
    from_entries = "fromEntries"
    from_epoch_milliseconds = "fromEpochMilliseconds"
    from_epoch_nanoseconds = "fromEpochNanoseconds"
    from_hex = "fromHex"
    fround
    function
    function_class = "Function"
    gc
    generator = "Generator"
    generator_function = "GeneratorFunction"
    get
    get_big_int64 = "getBigInt64"
    get_big_uint64 = "getBigUint64"
    get_canonical_locales = "getCanonicalLocales"
    get_date = "getDate"
    get_day = "getDay"
    get_float16 = "getFloat16"
    get_float32 = "getFloat32"
    get_float64 = "getFloat64"
    get_full_year = "getFullYear"
    get_hours = "getHours"
    get_int16 = "getInt16"
    get_int32 = "getInt32"
    get_int8 = "getInt8"
    get_milliseconds = "getMilliseconds"
    get_minutes = "getMinutes"
    get_month = "getMonth"
    get_or_insert = "getOrInsert"
    get_or_insert_computed = "getOrInsertComputed"
    get_own_property_descriptor = "getOwnPropertyDescriptor"
    get_own_property_descriptors = "getOwnPropertyDescriptors"
    get_own_property_names = "getOwnPropertyNames"
    get_own_property_symbols = "getOwnPropertySymbols"
    get_prototype_of = "getPrototypeOf"
    get_seconds = "getSeconds"
    get_time = "getTime"
    get_time_zone_transition = "getTimeZoneTransition"
    get_timezone_offset = "getTimezoneOffset"
    get_uint16 = "getUint16"
    get_uint32 = "getUint32"
    get_uint8 = "getUint8"
    get_utc_date = "getUTCDate"
    get_utc_day = "getUTCDay"
    get_utc_full_year = "getUTCFullYear"
    get_utc_hours = "getUTCHours"
    get_utc_milliseconds = "getUTCMilliseconds"
    get_utc_minutes = "getUTCMinutes"
    get_utc_month = "getUTCMonth"
    get_utc_seconds = "getUTCSeconds"
    get_year = "getYear"
    global
    global_this = "globalThis"
    granularity
    group_by = "groupBy"
    groups
    grow
    growable
    has
    has_indices = "hasIndices"
    has_instance = "hasInstance"
    has_own = "hasOwn"
    has_own_property = "hasOwnProperty"
    hour
    hour12
    hour_cycle = "hourCycle"
    hour_cycles = "hourCycles"
    hours
    hours_in_day = "hoursInDay"
    hypot
    ignore_case = "ignoreCase"
    ignore_punctuation = "ignorePunctuation"
    immutable
    import
    import_value = "importValue"
    imul
    in_leap_year = "inLeapYear"
    includes
    index
    index_of = "indexOf"
    indices
    infinity = "Infinity"
    input
    instant
    instant_class = "Instant"
    int16_array = "Int16Array"
    int32_array = "Int32Array"
    int8_array = "Int8Array"
    intersection
    intl = "Intl"
    is
    is_array = "isArray"
    is_concat_spreadable = "isConcatSpreadable"
    is_disjoint_from = "isDisjointFrom"
    is_error = "isError"
    is_extensible = "isExtensible"
    is_finite = "isFinite"
    is_frozen = "isFrozen"
    is_integer = "isInteger"
    is_lock_free = "isLockFree"
    is_na_n = "isNaN"
    is_prototype_of = "isPrototypeOf"
    is_raw_json = "isRawJSON"
    is_safe_integer = "isSafeInteger"
    is_script_segment = "isScriptSegment"
    is_sealed = "isSealed"
    is_subset_of = "isSubsetOf"
    is_superset_of = "isSupersetOf"
    is_view = "isView"
    is_well_formed = "isWellFormed"
    is_word_like = "isWordLike"
    italics
    iterator
    join
    json = "JSON"
    key_for = "keyFor"
    keys
    language
    language_display = "languageDisplay"
    largest_unit = "largestUnit"
    last_chunk_handling = "lastChunkHandling"
    last_index = "lastIndex"
    last_index_of = "lastIndexOf"
    last_match = "lastMatch"
    last_paren = "lastParen"
    left_context = "leftContext"
    length
    let_ = "let"
    link
    list_format = "ListFormat"
    literal
    ln10 = "LN10"
    ln2 = "LN2"
    load
    locale
    locale_class = "Locale"
    locale_compare = "localeCompare"
    locale_matcher = "localeMatcher"
    log
    log10
    log10e = "LOG10E"
    log1p
    log2
    log2e = "LOG2E"
    longest
    loose
    map
    map_class = "Map"
    match_ = "match"
    match_all = "matchAll"
    math = "Math"
    max
    max_byte_length = "maxByteLength"
    max_safe_integer = "MAX_SAFE_INTEGER"
    max_value = "MAX_VALUE"
    maximize
    maximum_fraction_digits = "maximumFractionDigits"
    maximum_significant_digits = "maximumSignificantDigits"
    message
    meta
    microsecond
    microseconds
    millisecond
    milliseconds
    min
    min_safe_integer = "MIN_SAFE_INTEGER"
    min_value = "MIN_VALUE"
    minimal_days = "minimalDays"
    minimize
    minimum_fraction_digits = "minimumFractionDigits"
    minimum_integer_digits = "minimumIntegerDigits"
    minimum_significant_digits = "minimumSignificantDigits"
    minute
    minutes
    mode
    module
    module_class = "Module"
    month
    month_code = "monthCode"
    months
    months_in_year = "monthsInYear"
    move_ = "move"
    multiline
    na_n = "NaN"
    name
    nanosecond
    nanoseconds
    negated
    negative_infinity = "NEGATIVE_INFINITY"
    new
    next
    normalize
    notation
    notify
    now
    now_class = "Now"
    null
    number
    number_class = "Number"
    number_format = "NumberFormat"
    numbering_system = "numberingSystem"
    numbering_systems = "numberingSystems"
    numeric
    object
    object_class = "Object"
    of
    offset
    offset_nanoseconds = "offsetNanoseconds"
    ok
    omit_padding = "omitPadding"
    or
    overflow
    own_keys = "ownKeys"
    pad_end = "padEnd"
    pad_start = "padStart"
    padding
    parse
    parse_float = "parseFloat"
    parse_int = "parseInt"
    part
    pause
    pi = "PI"
    plain_date = "plainDate"
    plain_date_class = "PlainDate"
    plain_date_iso = "plainDateISO"
    plain_date_time = "PlainDateTime"
    plain_date_time_iso = "plainDateTimeISO"
    plain_month_day = "PlainMonthDay"
    plain_time = "plainTime"
    plain_time_class = "PlainTime"
    plain_time_iso = "plainTimeISO"
    plain_year_month = "PlainYearMonth"
    plural_rules = "PluralRules"
    pop
    positive_infinity = "POSITIVE_INFINITY"
    pow
    prepare_stack_trace = "prepareStackTrace"
    prevent_extensions = "preventExtensions"
    previous
    print
    promise = "Promise"
    property_is_enumerable = "propertyIsEnumerable"
    proto_define_getter = "__defineGetter__"
    proto_define_setter = "__defineSetter__"
    proto_lookup_getter = "__lookupGetter__"
    proto_lookup_setter = "__lookupSetter__"
    proto_proto = "__proto__"
    prototype
    proxy
    proxy_class = "Proxy"
    push
    race
    random
    range_error = "RangeError"
    raw
    raw_json = "rawJSON"
    read
    reduce
    reduce_right = "reduceRight"
    reference_error = "ReferenceError"
    reflect = "Reflect"
    reg_exp = "RegExp"
    region
    register
    reject
    relative_time_format = "RelativeTimeFormat"
    relative_to = "relativeTo"
    repeat
    replace
    replace_all = "replaceAll"
    require
    resizable
    resize
    resolve
    resolved_options = "resolvedOptions"
    return_ = "return"
    reverse
    revocable
    revoke
    right_context = "rightContext"
    round
    rounding_increment = "roundingIncrement"
    rounding_mode = "roundingMode"
    rounding_priority = "roundingPriority"
    script
    seal
    search
    second
    seconds
    segment
    segmenter = "Segmenter"
    select
    select_range = "selectRange"
    sensitivity
    set
    set_big_int64 = "setBigInt64"
    set_big_uint64 = "setBigUint64"
    set_class = "Set"
    set_date = "setDate"
    set_float16 = "setFloat16"
    set_float32 = "setFloat32"
    set_float64 = "setFloat64"
    set_from_base64 = "setFromBase64"
    set_from_hex = "setFromHex"
    set_full_year = "setFullYear"
    set_hours = "setHours"
    set_int16 = "setInt16"
    set_int32 = "setInt32"
    set_int8 = "setInt8"
    set_milliseconds = "setMilliseconds"
    set_minutes = "setMinutes"
    set_month = "setMonth"
    set_prototype_of = "setPrototypeOf"
    set_seconds = "setSeconds"
    set_time = "setTime"
    set_uint16 = "setUint16"
    set_uint32 = "setUint32"
    set_uint8 = "setUint8"
    set_utc_date = "setUTCDate"
    set_utc_full_year = "setUTCFullYear"
    set_utc_hours = "setUTCHours"
    set_utc_milliseconds = "setUTCMilliseconds"
    set_utc_minutes = "setUTCMinutes"
    set_utc_month = "setUTCMonth"
    set_utc_seconds = "setUTCSeconds"
    set_year = "setYear"
    shadow_realm = "ShadowRealm"
    shared_array_buffer = "SharedArrayBuffer"
    shift
    shortest
    sign
    sign_display = "signDisplay"
    sin
    since
    sinh
    size
    slice
    slice_to_immutable = "sliceToImmutable"
    small
    smallest_unit = "smallestUnit"
    some
    sort
    source
    species
    splice
    split
    sqrt
    sqrt1_2 = "SQRT1_2"
    sqrt2 = "SQRT2"
    stack
    stack_trace_limit = "stackTraceLimit"
    start_of_day = "startOfDay"
    starts_with = "startsWith"
    static_ = "static"
    sticky
    store
    strict
    strike
    string
    string_class = "String"
    stringify
    style
    styles
    sub
    subarray
    substr
    substring
    subtract
    sum_precise = "sumPrecise"
    sup
    super_ = "super"
    supported_locales_of = "supportedLocalesOf"
    supported_values_of = "supportedValuesOf"
    suppressed
    suppressed_error = "SuppressedError"
    symbol
    symbol_class = "Symbol"
    symmetric_difference = "symmetricDifference"
    syntax_error = "SyntaxError"
    take
    tan
    tanh
    target
    temporal = "Temporal"
    test
    text_info = "textInfo"
    then
    this
    throw
    time_style = "timeStyle"
    time_zone = "timeZone"
    time_zone_id = "timeZoneId"
    time_zone_name = "timeZoneName"
    time_zones = "timeZones"
    to_array = "toArray"
    to_base64 = "toBase64"
    to_date_string = "toDateString"
    to_exponential = "toExponential"
    to_fixed = "toFixed"
    to_gmt_string = "toGMTString"
    to_hex = "toHex"
    to_instant = "toInstant"
    to_iso_string = "toISOString"
    to_json = "toJSON"
    to_locale_date_string = "toLocaleDateString"
    to_locale_lower_case = "toLocaleLowerCase"
    to_locale_string = "toLocaleString"
    to_locale_time_string = "toLocaleTimeString"
    to_locale_upper_case = "toLocaleUpperCase"
    to_lower_case = "toLowerCase"
    to_plain_date = "toPlainDate"
    to_plain_date_time = "toPlainDateTime"
    to_plain_month_day = "toPlainMonthDay"
    to_plain_time = "toPlainTime"
    to_plain_year_month = "toPlainYearMonth"
    to_precision = "toPrecision"
    to_primitive = "toPrimitive"
    to_reversed = "toReversed"
    to_sorted = "toSorted"
    to_spliced = "toSpliced"
    to_string = "toString"
    to_string_tag = "toStringTag"
    to_temporal_instant = "toTemporalInstant"
    to_time_string = "toTimeString"
    to_upper_case = "toUpperCase"
    to_utc_string = "toUTCString"
    to_well_formed = "toWellFormed"
    to_zoned_date_time = "toZonedDateTime"
    to_zoned_date_time_iso = "toZonedDateTimeISO"
    total
    trailing_zero_display = "trailingZeroDisplay"
    transfer
    transfer_to_fixed_length = "transferToFixedLength"
    transfer_to_immutable = "transferToImmutable"
    trim
    trim_end = "trimEnd"
    trim_left = "trimLeft"
    trim_right = "trimRight"
    trim_start = "trimStart"
    true_ = "true"
    trunc
    try_ = "try"
    type_ = "type"
    type_error = "TypeError"
    uint16_array = "Uint16Array"
    uint32_array = "Uint32Array"
    uint8_array = "Uint8Array"
    uint8_clamped_array = "Uint8ClampedArray"
    undefined
    unescape
    unicode
    unicode_sets = "unicodeSets"
    union
    unit
    unit_display = "unitDisplay"
    unregister
    unscopables
    unshift
    until
    uri_error = "URIError"
    url
    usage
    use_ = "use"
    use_additional_groups = "useAdditionalGroups"
    use_grouping = "useGrouping"
    utc = "UTC"
    value
    value_of = "valueOf"
    values
    variants
    wait
    wait_async = "waitAsync"
    weak_map = "WeakMap"
    weak_ref = "WeakRef"
    weak_set = "WeakSet"
    week_info = "weekInfo"
    week_of_year = "weekOfYear"
    weekday
    weekend
    weeks
    with
    with_calendar = "withCalendar"
    with_plain_time = "withPlainTime"
    with_resolvers = "withResolvers"
    with_time_zone = "withTimeZone"
    writable
    written
    xor
    year
    year_of_week = "yearOfWeek"
    years
    yield_ = "yield"
    zip
    zip_keyed = "zipKeyed"
    zoned_date_time = "ZonedDateTime"
    zoned_date_time_iso = "zonedDateTimeISO"
}
