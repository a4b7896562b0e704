// Intl.DurationFormat: styles of units, numbers with separators, fractions, signs.
const df = (options, duration) => new Intl.DurationFormat("en", options).format(duration);
const fails = (f) => { try { return f(); } catch (e) { return `${e.name}: ${e.message}`; } };
const types = (parts) => parts.map(({ type, value, unit }) => `${type}=${value}${unit ? ":" + unit : ""}`).join(" ");
const all = { years: 1, months: 2, weeks: 3, days: 4, hours: 5, minutes: 6, seconds: 7, milliseconds: 8, microseconds: 9, nanoseconds: 10 };
for (const style of ["long", "short", "narrow", "digital"]) console.log(style, "|", df({ style }, all), "|", df({ style }, { hours: 1, seconds: 2 }), "|", df({ style }, { minutes: -3, seconds: -5 }));
console.log(df({ style: "digital" }, { seconds: 5 }), df({ style: "digital", hoursDisplay: "auto" }, { minutes: 1, seconds: 5 }), df({ style: "digital", fractionalDigits: 3 }, { seconds: 1, nanoseconds: 1999999 }), df({ style: "digital" }, { milliseconds: -1 }), df({ style: "digital" }, { hours: 12345, minutes: 123 }));
console.log(df({ seconds: "numeric" }, { minutes: 1, seconds: 2, milliseconds: 30 }), df({ hours: "2-digit" }, { hours: 1 }), df({ minutes: "numeric" }, { hours: 1, minutes: 2, seconds: 3 }), df({ milliseconds: "numeric" }, { seconds: 1, microseconds: 2 }), df({ milliseconds: "numeric", style: "long" }, { seconds: 1, microseconds: 2 }), df({ nanoseconds: "numeric", fractionalDigits: 2 }, { microseconds: 1, nanoseconds: 555 }));
console.log(df({ yearsDisplay: "always" }, { days: -1 }), df({ style: "long", hoursDisplay: "always" }, { hours: 0 }) + ".", df({}, { days: 0 }) + ".");
console.log(df({}, "P1DT2H"), df({ style: "long" }, new Temporal.Duration(1, 0, 0, 1)), new Temporal.Duration(0, 0, 0, 0, 1, 30).toLocaleString("en", { style: "digital" }), Temporal.Duration.from("-PT1.5S").toLocaleString("en", { style: "digital" }));
console.log(df({ style: "digital" }, { seconds: 9007199254740990, nanoseconds: 999999999 }), df({ style: "digital" }, { nanoseconds: 4503599627370495 * 10 ** 9 }));
console.log(types(new Intl.DurationFormat("en", { style: "digital" }).formatToParts({ days: -1, hours: -2, milliseconds: -345 })));
console.log(types(new Intl.DurationFormat("en", { style: "long" }).formatToParts({ years: 1, days: 1000 })));
console.log(JSON.stringify(new Intl.DurationFormat("en-US", { style: "digital", fractionalDigits: 2 }).resolvedOptions()));
console.log(JSON.stringify(new Intl.DurationFormat("en-US", { hours: "numeric" }).resolvedOptions()));
for (const options of [{ years: "numeric" }, { style: "x" }, { hours: "numeric", minutes: "long" }, { milliseconds: "numeric", microseconds: "short" }, { milliseconds: "numeric", millisecondsDisplay: "always" }, { fractionalDigits: 10 }]) console.log(fails(() => df(options, all)).slice(0, 30));
for (const duration of ["x", 1, undefined, {}, { day: 1 }, { days: 1.5 }, { days: 1, hours: -1 }, { years: 2 ** 32 }, { seconds: 2 ** 53 }]) console.log(fails(() => df({}, duration)).split(":")[0]);
const order = []; const bag = new Proxy({}, { get(_, key) { order.push(key); } }); new Intl.DurationFormat("en", bag); console.log(order.join());
