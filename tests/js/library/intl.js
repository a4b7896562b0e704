// Intl: locales, collation, plural rules, lists, segments, names of things; what does not change from one CLDR to the next.
const names = (o) => Object.getOwnPropertyNames(o).join();
console.log(String(Intl), names(Intl.Locale.prototype));
console.log(Intl.getCanonicalLocales(["EN-us", "zh-hant-tw", "en-US", "sl-ROZAJ-biske-1994", "cmn", "iw", "und-u-kn-true-ca-islamicc"]).join());
for (const tag of ["en_US", "", "x", "i-klingon", "de-1996-1996", "en-u-", ["en", 1], [Symbol.iterator]]) {
  try { console.log(Intl.getCanonicalLocales(tag)); } catch (e) { console.log(e.name + ": " + e.message); }
}
const l = new Intl.Locale("zh-Hans-CN-u-nu-hanidec-co-pinyin", { region: "SG", calendar: "ISLAMICC", numeric: true, firstDayOfWeek: 0 });
console.log(l.toString(), l.baseName, l.language, l.script, l.region, l.calendar, l.collation, l.numberingSystem, l.numeric, l.firstDayOfWeek, l.hourCycle, l.variants);
console.log(["en", "zh", "sr-ME", "und-Thai", "de-AT-1996"].map((x) => new Intl.Locale(x).maximize() + " " + new Intl.Locale(x).minimize()).join("; "));
console.log(new Intl.Locale("ar-EG").getTextInfo().direction, new Intl.Locale("en-US").getWeekInfo(), new Intl.Locale("de").getHourCycles(), new Intl.Locale("th").getCalendars(), new Intl.Locale("de-AT").getTimeZones(), new Intl.Locale("ar").getTimeZones());
console.log(new Intl.Locale("und-u-rg-gbzzzz").getWeekInfo().firstDay, new Intl.Locale("de-u-co-phonebk").getCollations(), new Intl.Locale("de").getCollations().includes("phonebk"));
for (const f of [() => Intl.Locale("de"), () => new Intl.Locale(1), () => new Intl.Locale("de", { region: "x" }), () => new Intl.Locale("de", { hourCycle: "h13" }), () => new Intl.Locale("de", { variants: "1996-1996" }), () => new Intl.Collator("de", { usage: "x" }), () => new Intl.PluralRules("de", { minimumIntegerDigits: 0 }), () => Intl.supportedValuesOf("x"), () => new Intl.DisplayNames("de"), () => new Intl.DisplayNames("de", {}), () => new Intl.ListFormat("de").format([1]), () => Intl.Collator.prototype.resolvedOptions.call({}), () => "x".localeCompare.call(null, "x")]) {
  try { console.log(f()); } catch (e) { console.log(e.name + ": " + e.message); }
}

// Which locale it is, and which keywords stay.
const resolved = (tag, options) => JSON.stringify(new Intl.Collator(tag, options).resolvedOptions());
console.log(resolved("de-DE-u-co-phonebk-kn-kf-upper-nu-latn"));
console.log(resolved("de-u-co-phonebk-kn", { numeric: false, collation: "phonebk" }));
console.log(resolved(["zxx", "sv-x-private"], { sensitivity: "base", ignorePunctuation: true }));
console.log(Intl.Collator.supportedLocalesOf(["zxx", "de-u-co-phonebk", "en-XX", "tlh"]).join());

// Collation.
const words = ["Zebra", "äpfel", "apfel", "Apfel", "öl", "z", "Äpfel", "o", "2", "10", "-"];
for (const [tag, options] of [["en"], ["sv"], ["de-u-co-phonebk"], ["en", { numeric: true }], ["en", { caseFirst: "upper" }], ["en", { sensitivity: "base" }]]) {
  console.log(tag, words.toSorted(new Intl.Collator(tag, options).compare).join(" "));
}
const c = new Intl.Collator("en", { sensitivity: "case" });
console.log(c.compare === c.compare, c.compare.name === "", c.compare.length, c.compare("a", "á"), c.compare("a", "A"), new Intl.Collator("en", { sensitivity: "accent" }).compare("a", "A"));
console.log("a".localeCompare("b"), "b".localeCompare("a"), "a\u0301".localeCompare("á"), "a".localeCompare("A"), "ä".localeCompare("z", "sv"), "ä".localeCompare("z", "de"), "a-b".localeCompare("ab", "en", { ignorePunctuation: true }), "\ud800".localeCompare("\ud800"));

// Case.
console.log("iıIİ".toLocaleUpperCase("tr"), "iıIİ".toLocaleLowerCase("az"), "i̇".toLocaleUpperCase("lt"), "Ì".toLocaleLowerCase("lt"), "άλφα".toLocaleUpperCase("el"), "ß".toLocaleUpperCase(["de", "tr"]), "ΑΣ ΑΣΑ".toLocaleLowerCase(), "\ud800i".toLocaleUpperCase("tr") === "\ud800İ");

// Plural rules.
const plural = (tag, list, options) => list.map((n) => new Intl.PluralRules(tag, options).select(n)).join(" ");
console.log(plural("en", [0, 1, 2, 1.5, -1, NaN, Infinity, 10n, "1"]), "|", plural("ar", [0, 1, 2, 3, 11, 100]), "|", plural("pl", [1, 2, 5, 1.5]), "|", plural("en", [1, 2, 3, 4, 11, 21], { type: "ordinal" }));
console.log(plural("en", [1, 1.001], { minimumFractionDigits: 1 }), plural("fr", [1e6, 1.5e6], { notation: "compact" }), new Intl.PluralRules("en").selectRange(0, 1), new Intl.PluralRules("sl").selectRange(102, 201));
console.log(JSON.stringify(new Intl.PluralRules("ru", { maximumSignificantDigits: 3 }).resolvedOptions()));

// Lists.
for (const options of [{}, { type: "disjunction" }, { type: "unit", style: "narrow" }]) {
  console.log(["", "a", "ab", "abc", "abcd"].map((x) => new Intl.ListFormat("en", options).format(x)).join(" | "));
}
console.log(new Intl.ListFormat("es").format(["padre", "hijo"]), new Intl.ListFormat("es").format(["padre", "iglesia"]), new Intl.ListFormat("zh", { type: "unit", style: "narrow" }).formatToParts(["\ud800", "", "x"]));

// Segments.
const segment = (text, granularity, tag = "en") => [...new Intl.Segmenter(tag, { granularity }).segment(text)].map((s) => s.segment + (s.isWordLike ? "*" : "")).join("|");
console.log(segment("👨‍👩‍👧e\u0301\r\nक्षि🇩🇪🇫🇷", "grapheme").split("|").length, segment("Hello, world! It's 3.14.", "word"), segment("One. Two? Three", "sentence"), segment("我们在这里", "word", "zh").includes("|"), segment("สวัสดีชาวโลก", "word", "th").includes("|"));
const s = new Intl.Segmenter("en", { granularity: "word" }).segment("ab cd");
console.log(s.containing(1), s.containing(2), s.containing(9), s.containing(-1), s.containing(), Object.prototype.toString.call(s[Symbol.iterator]()), names(Object.getPrototypeOf(s)));

// Names.
const of = (tag, type, code, options) => new Intl.DisplayNames(tag, { type, ...options }).of(code);
console.log(of("en", "region", "DE"), of("de", "region", "de"), of("en", "region", "ZZ", { fallback: "none" }), of("en", "language", "en-GB"), of("en", "language", "en-GB", { languageDisplay: "standard" }), of("fr", "language", "de"), of("en", "script", "cyrl"), of("en", "currency", "usd"), of("en", "currency", "USD", { style: "narrow" }), of("en", "currency", "XYZ"), of("en", "dateTimeField", "weekOfYear"), of("en", "calendar", "gregory"));
for (const [type, code] of [["region", "DEU"], ["language", "en_US"], ["language", "en-u-nu-latn"], ["script", "abc"], ["currency", "US"], ["calendar", "x"], ["dateTimeField", "x"]]) {
  try { console.log(of("en", type, code)); } catch (e) { console.log(e.name, e.message); }
}

// What else there is.
console.log(Intl.supportedValuesOf("calendar").includes("gregory"), Intl.supportedValuesOf("timeZone").includes("Europe/Berlin"), Intl.supportedValuesOf("unit").length, ["currency", "collation", "numberingSystem"].map((key) => Intl.supportedValuesOf(key).every((x, i, all) => i === 0 || all[i - 1] < x)).join());
console.log([1234.5, 0n].toLocaleString("de"), [new Date(NaN), null, 1e6].toLocaleString("en"), new Float32Array([1.5, 1e9]).toLocaleString("de", { minimumFractionDigits: 2 }));
