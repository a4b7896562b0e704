// Intl.NumberFormat, RelativeTimeFormat, DurationFormat: digits, rounding, parts, ranges; only texts that no version of CLDR changes.
const nf = (options, ...values) => values.map((value) => new Intl.NumberFormat("en-US", options).format(value)).join(" ");
const fails = (f) => { try { return f(); } catch (e) { return `${e.name}: ${e.message}`; } };
const types = (parts) => parts.map(({ type, value, unit, source }) => `${type}=${value}${unit ? ":" + unit : ""}${source ? "@" + source : ""}`).join(" ");
console.log(nf({}, 0, -0, 1234.5678, -1e21, NaN, -Infinity, 0.0005, 999.9995, "0x10", "", " 12e3 ", "1_0", true, null, undefined, 5n));
console.log(nf({}, "987654321987654321.9876", 123456789012345678901234567890n, "1e400", "-1e-400", "-0"), (10n ** 40n).toLocaleString("de-DE"), (0.5).toLocaleString("en", { style: "percent" }));
console.log(nf({ maximumFractionDigits: 100 }, "0." + "0".repeat(98) + "12", 0.1, "1.00000000000000000000000000000000000001"), nf({ minimumFractionDigits: 2 }, 1, 1.005, "1.005", 1.255));
console.log(nf({ maximumSignificantDigits: 3 }, 123456, 0.00012345, 9999, "9.995"), nf({ minimumSignificantDigits: 3 }, 0, 1, 12.5, 1234), nf({ minimumIntegerDigits: 6 }, 1, 1234.5, 12345678));
for (const roundingMode of ["ceil", "floor", "expand", "trunc", "halfCeil", "halfFloor", "halfExpand", "halfTrunc", "halfEven"]) {
  console.log(roundingMode, nf({ roundingMode, maximumFractionDigits: 0 }, -1.5, -0.5, -0.4, 0.4, 0.5, 0.6, 1.5, 2.5), nf({ roundingMode, maximumSignificantDigits: 1 }, 25, -25, 99, "0.00350000000000000000001"));
}
for (const roundingIncrement of [2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 2500, 5000]) {
  console.log(roundingIncrement, nf({ roundingIncrement, maximumFractionDigits: 2, minimumFractionDigits: 2 }, 1.125, 1.15, 12.5, 1234.56, -37.5), nf({ roundingIncrement, roundingMode: "halfEven", maximumFractionDigits: 0 }, 125, 375, 2500, 7500));
}
for (const roundingPriority of ["auto", "morePrecision", "lessPrecision"]) {
  console.log(roundingPriority, nf({ roundingPriority, maximumFractionDigits: 1, maximumSignificantDigits: 3 }, 4.321, 432.123, 43210), nf({ roundingPriority, minimumFractionDigits: 2, minimumSignificantDigits: 2, maximumFractionDigits: 2 }, 1, 123));
}
console.log(nf({ trailingZeroDisplay: "stripIfInteger", minimumFractionDigits: 2 }, 1, 1.5, 1.001), nf({ useGrouping: false }, 12345), nf({ useGrouping: "min2" }, 1234, 12345), nf({ useGrouping: "true" }, 1234), new Intl.NumberFormat("en-IN").format(12345678.9), new Intl.NumberFormat("es").format(1234), new Intl.NumberFormat("es", { useGrouping: "always" }).format(1234));
for (const signDisplay of ["auto", "always", "never", "exceptZero", "negative"]) {
  console.log(signDisplay, nf({ signDisplay }, -1, -0, 0, 1, NaN, -0.0001), nf({ signDisplay, style: "currency", currency: "USD", currencySign: "accounting" }, -1, -0, 0, 1), nf({ signDisplay, style: "percent" }, -0.01, 0, 1));
}
console.log(nf({ style: "currency", currency: "usd" }, 1234.5, -0.005), nf({ style: "currency", currency: "JPY" }, 1234.5), nf({ style: "currency", currency: "KWD" }, 1), nf({ style: "currency", currency: "USD", currencyDisplay: "name" }, 1, 2, "1.00"), escape(nf({ style: "currency", currency: "EUR", currencyDisplay: "code" }, 5)), escape(new Intl.NumberFormat("de", { style: "currency", currency: "EUR" }).format(-1234.5)));
console.log(nf({ style: "unit", unit: "kilometer-per-hour" }, 1, -50), nf({ style: "unit", unit: "liter", unitDisplay: "long" }, 1, 16, "1.0"), nf({ style: "unit", unit: "mile-per-gallon", unitDisplay: "long" }, 30), nf({ style: "unit", unit: "megabyte" }, 5), nf({ style: "unit", unit: "celsius" }, -3));
console.log(nf({ notation: "scientific" }, 0, 123456, 0.00012, 99999.9), nf({ notation: "engineering" }, 123456, 0.00012, 999999.9), nf({ notation: "compact" }, 0, 999, 1234, 15500, 999999, 1.5e9, -2e12, 1e18), nf({ notation: "compact", compactDisplay: "long" }, 1000, 2.5e6), nf({ notation: "compact", maximumFractionDigits: 2 }, 12345));
console.log(new Intl.NumberFormat("ar-u-nu-arab").format(1234567.89), new Intl.NumberFormat("en-u-nu-hanidec").format(1203), new Intl.NumberFormat("th", { numberingSystem: "thai" }).format(90), new Intl.NumberFormat("en", { numberingSystem: "none1" }).resolvedOptions().numberingSystem);
console.log(types(new Intl.NumberFormat("en", { style: "currency", currency: "USD", currencySign: "accounting" }).formatToParts(-1234567.8)));
console.log(types(new Intl.NumberFormat("en", { style: "unit", unit: "meter-per-second", notation: "scientific" }).formatToParts(-12345)), "|", types(new Intl.NumberFormat("en", { notation: "compact", signDisplay: "always" }).formatToParts(5e6)), "|", types(new Intl.NumberFormat("en").formatToParts(-Infinity)));
const eur = new Intl.NumberFormat("en-US", { style: "currency", currency: "EUR", maximumFractionDigits: 0 });
console.log(eur.formatRange(3, 5), eur.formatRange(2.9, 3.1), new Intl.NumberFormat("en").formatRange("1", 2n), new Intl.NumberFormat("en", { style: "percent" }).formatRange(0.1, 0.2), types(eur.formatRangeToParts(3, 5)), "|", types(eur.formatRangeToParts(3, 3)));
console.log(new Intl.NumberFormat("en", { style: "unit", unit: "mile", unitDisplay: "long" }).formatRange(0.5, 1), new Intl.NumberFormat("en", { signDisplay: "always", style: "currency", currency: "EUR" }).formatRange(2.9, 3.1));
for (const options of [{}, { style: "currency", currency: "USD" }, { style: "unit", unit: "day", minimumSignificantDigits: 2 }, { notation: "compact", compactDisplay: "long" }, { roundingPriority: "lessPrecision" }, { style: "percent", maximumFractionDigits: 3, roundingMode: "trunc" }]) {
  console.log(JSON.stringify(new Intl.NumberFormat("en-US", options).resolvedOptions()));
}
for (const options of [{ style: "currency" }, { style: "unit" }, { currency: "dollars" }, { style: "unit", unit: "parsec" }, { minimumFractionDigits: 101 }, { minimumFractionDigits: 3, maximumFractionDigits: 2 }, { roundingIncrement: 3 }, { roundingIncrement: 5, maximumSignificantDigits: 2 }, { roundingIncrement: 5, minimumFractionDigits: 1, maximumFractionDigits: 2 }, { useGrouping: "never" }, { notation: "long" }, { numberingSystem: "x" }]) {
  console.log(fails(() => new Intl.NumberFormat("en", options).format(1)));
}
const order = []; const bag = new Proxy({}, { get(_, key) { order.push(key); } }); new Intl.NumberFormat("en", bag); console.log(order.join());
const bound = new Intl.NumberFormat("en"); console.log(bound.format === bound.format, bound.format.name === "", bound.format.length, [1e3, 2e3].map(bound.format), Object.prototype.toString.call(bound), fails(() => Intl.NumberFormat.prototype.formatToParts.call({})), fails(() => bound.formatRange(1)), fails(() => bound.formatRange(NaN, 1)), fails(() => bound.format(Symbol())));
const legacy = Intl.NumberFormat.call(Object.create(Intl.NumberFormat.prototype), "de"); console.log(legacy.format(1.5), legacy.resolvedOptions().locale, Object.getOwnPropertySymbols(legacy).map(String));
console.log((1234.5).toLocaleString("de"), (-5n).toLocaleString("en", { minimumFractionDigits: 1 }), fails(() => Number.prototype.toLocaleString.call("1")), fails(() => (1).toLocaleString("en", { style: "x" })), [1234.5, 6n].toLocaleString("de"));
const rtf = new Intl.RelativeTimeFormat("en"), auto = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
console.log([[-1, "day"], [1, "days"], [0, "second"], [-0, "second"], [-1234.5, "years"], [2, "quarter"]].map((a) => rtf.format(...a)).join("; "), [[-1, "day"], [0, "day"], [1, "day"], [-1, "year"], [1.5, "day"], [-0, "month"], [3, "week"]].map((a) => auto.format(...a)).join("; "));
console.log(types(rtf.formatToParts(-1234.5, "hours")), types(auto.formatToParts(1, "day")), JSON.stringify(rtf.resolvedOptions()), fails(() => rtf.format(Infinity, "day")), fails(() => rtf.format(1, "fortnight")), fails(() => Intl.RelativeTimeFormat()));
