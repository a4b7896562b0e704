// Intl.DateTimeFormat, and toLocaleString of dates and of Temporal's objects. What CLDR changes now and then (kinds of spaces) is made alike.
const plain = (text) => text.replace(/[\u202f\u2009\u00a0]/g, " ");
const show = (...texts) => console.log(texts.map(plain).join(" | "));
const attempt = (f) => { try { return String(f()); } catch (e) { return e.name; } };
const date = new Date(Date.UTC(2026, 0, 2, 15, 4, 5, 67));
const utc = { timeZone: "UTC" };
const text = (locale, options, x = date) => new Intl.DateTimeFormat(locale, { ...utc, ...options }).format(x);

// Styles.
for (const dateStyle of ["full", "long", "medium", "short"]) show(text("en", { dateStyle }), text("en-GB", { dateStyle }), text("de", { dateStyle }), text("fr", { dateStyle }));
for (const timeStyle of ["full", "long", "medium", "short"]) show(text("en", { timeStyle }), text("de", { timeStyle }), text("en", { dateStyle: "long", timeStyle }));

// Components, each with its width.
for (const month of ["numeric", "2-digit", "short", "long", "narrow"]) show(text("en", { year: "numeric", month, day: "numeric" }), text("en", { month, day: "2-digit" }), text("en", { month }), text("de", { year: "2-digit", month }));
for (const weekday of ["long", "short", "narrow"]) show(text("en", { weekday }), text("en", { weekday, year: "numeric", month: "long", day: "numeric" }), text("es", { weekday }));
for (const era of ["long", "short", "narrow"]) show(text("en", { year: "numeric", era }), text("en", { year: "numeric", era }, -62198755200000));
show(text("en", { hour: "numeric" }), text("en", { hour: "2-digit", minute: "2-digit" }), text("en", { hour: "numeric", minute: "numeric", second: "numeric" }), text("en", { minute: "numeric", second: "numeric" }));
for (const hourCycle of ["h11", "h12", "h23", "h24"]) show(text("en", { hour: "numeric", minute: "numeric", hourCycle }, Date.UTC(2026, 0, 2, 0, 5)), text("en", { hour: "numeric", minute: "numeric", hourCycle }, Date.UTC(2026, 0, 2, 12, 5)));
show(text("en", { hour: "numeric", hour12: false }), text("de", { hour: "numeric", minute: "numeric", hour12: false }), text("ja", { hour: "numeric", hour12: true }, 0));
for (const dayPeriod of ["short", "long", "narrow"]) show(...[0, 9, 12, 15, 19, 23].map((hour) => text("en", { hour: "numeric", dayPeriod }, Date.UTC(2026, 0, 1, hour))));
for (let n = 1; n < 4; n++) show(text("en", { fractionalSecondDigits: n }), text("de", { second: "numeric", fractionalSecondDigits: n }), text("en", { minute: "numeric", second: "numeric", fractionalSecondDigits: n }));

// Time zones.
for (const timeZoneName of ["short", "long"]) show(...["America/New_York", "UTC", "+01:30"].map((timeZone) => text("en", { hour: "numeric", timeZone, timeZoneName })));
for (const timeZoneName of ["shortOffset", "longOffset", "shortGeneric", "longGeneric"]) show(...["America/New_York", "America/Chicago"].map((timeZone) => text("en", { hour: "numeric", timeZone, timeZoneName })));
for (const timeZone of ["utc", "EUROPE/paris", "asia/calcutta", "+0130", "-00:00", "+23:59"]) console.log(new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone);
for (const timeZone of ["", "Nowhere/Land", "+24:00", "+1", "+01:30:15", "\u2212010000"]) console.log(attempt(() => new Intl.DateTimeFormat("en", { timeZone })));
show(text("en", { timeZone: "America/New_York", dateStyle: "short", timeStyle: "long" }, Date.UTC(2026, 2, 8, 6, 59)), text("en", { timeZone: "America/New_York", dateStyle: "short", timeStyle: "long" }, Date.UTC(2026, 2, 8, 7)));

// Calendars and numbering systems.
for (const calendar of ["buddhist", "japanese", "roc", "hebrew", "islamic-civil", "islamic-umalqura", "persian", "coptic", "ethiopic", "ethioaa", "indian"]) show(calendar, text("en", { calendar, year: "numeric", month: "long", day: "numeric" }), new Intl.DateTimeFormat("en", { calendar: calendar.toUpperCase() }).resolvedOptions().calendar);
console.log(new Intl.DateTimeFormat("en-u-ca-chinese", { ...utc, year: "numeric", month: "numeric", day: "numeric" }).formatToParts(date).map((part) => part.type + "=" + part.value).join(" "));
show(text("ar-EG", { dateStyle: "short" }), text("en-u-nu-deva", { dateStyle: "short" }), text("en", { numberingSystem: "thai", fractionalSecondDigits: 3 }), text("fa", { year: "numeric" }));

// Parts and ranges.
const parts = (list) => list.map((part) => `${part.type}:${plain(part.value)}${part.source ? "/" + part.source : ""}`).join(" ");
console.log(parts(new Intl.DateTimeFormat("en", { ...utc, dateStyle: "full", timeStyle: "full" }).formatToParts(date)));
console.log(parts(new Intl.DateTimeFormat("en", { ...utc, hour: "numeric", minute: "numeric", second: "numeric", fractionalSecondDigits: 2, era: "short" }).formatToParts(date)));
const ends = [[2026, 0, 2, 15, 4, 5, 68], [2026, 0, 2, 15, 30], [2026, 0, 2, 17], [2026, 0, 2, 23, 59], [2026, 0, 5], [2026, 2, 5], [2027, 0, 1]].map((fields) => Date.UTC(...fields));
for (const options of [{ year: "numeric", month: "short", day: "numeric" }, { dateStyle: "full" }, { hour: "numeric", minute: "numeric" }, { dateStyle: "long", timeStyle: "short" }, { month: "long" }]) {
  const format = new Intl.DateTimeFormat("en", { ...utc, ...options });
  for (const end of ends) show(format.formatRange(date, end), plain(format.formatRangeToParts(date, end).map((part) => part.source[0] + part.value).join("")));
}
show(new Intl.DateTimeFormat("en", { ...utc, dateStyle: "medium" }).formatRange(ends[4], date));

// Options: defaults, conflicts, order.
console.log(JSON.stringify(new Intl.DateTimeFormat("en-US-u-hc-h23-ca-buddhist-nu-arab-xx-yy", { ...utc, hour: "numeric", minute: "2-digit", month: "short" }).resolvedOptions()));
console.log(JSON.stringify(new Intl.DateTimeFormat("de", { timeZone: "Europe/Berlin", timeStyle: "short" }).resolvedOptions()));
console.log(attempt(() => new Intl.DateTimeFormat("en", { dateStyle: "short", year: "numeric" })), attempt(() => date.toLocaleDateString("en", { timeStyle: "short" })), attempt(() => date.toLocaleTimeString("en", { dateStyle: "short" })), attempt(() => new Intl.DateTimeFormat("en", { month: "wide" })), attempt(() => new Intl.DateTimeFormat("en", { fractionalSecondDigits: 4 })), attempt(() => new Intl.DateTimeFormat("en", { calendar: "x" })));
const seen = []; new Intl.DateTimeFormat("en", new Proxy({}, { get(_, key) { seen.push(key); } })); console.log(seen.join(" "));
const bound = new Intl.DateTimeFormat("en", utc).format; console.log(bound.name === "", bound.length, [0, 864e5].map(bound).join(" "), bound === bound, attempt(() => bound(NaN)), attempt(() => bound(8.64e15 + 1)));

// Dates: far away ones, and what has no time.
show(date.toLocaleString("en", utc), date.toLocaleDateString("en", utc), date.toLocaleTimeString("en", utc), date.toLocaleDateString("en", { ...utc, hour: "numeric" }), new Date(NaN).toLocaleString());
show(text("en", { dateStyle: "long" }, 8.64e15), text("en", { dateStyle: "long", timeStyle: "short" }, -8.64e15), text("en", { year: "numeric", era: "short" }, -8.64e15), text("en", { calendar: "hebrew", year: "numeric" }, 8.64e15));
let sum = 0; for (let i = 0; i < 100; i++) sum += new Date(i * 1e10).toLocaleString("en", utc).length; console.log(sum > 1500);

// Temporal.
const zoned = Temporal.ZonedDateTime.from("2026-01-02T15:04:05.067[Europe/Paris]");
show(zoned.toLocaleString("en"), zoned.toLocaleString("de", { dateStyle: "long", timeStyle: "short" }), attempt(() => zoned.toLocaleString("en", { timeZone: "UTC" })));
const plainDateTime = zoned.toPlainDateTime();
show(plainDateTime.toLocaleString("en"), plainDateTime.toPlainDate().toLocaleString("en", { dateStyle: "full" }), plainDateTime.toPlainTime().toLocaleString("en"), zoned.toInstant().toLocaleString("en", utc));
const [month, day] = ["gregory"].flatMap((calendar) => { const d = plainDateTime.toPlainDate().withCalendar(calendar); return [d.toPlainYearMonth(), d.toPlainMonthDay()]; });
show(month.toLocaleString("en", { calendar: "gregory" }), month.toLocaleString("en", { calendar: "gregory", dateStyle: "long" }), day.toLocaleString("en", { calendar: "gregory", month: "long", day: "numeric" }));
console.log(attempt(() => plainDateTime.toPlainDate().withCalendar("hebrew").toLocaleString("en")), attempt(() => plainDateTime.toPlainDate().toLocaleString("en", { hour: "numeric" })), attempt(() => plainDateTime.toPlainTime().toLocaleString("en", { dateStyle: "short" })), attempt(() => new Intl.DateTimeFormat("en").format(zoned)), attempt(() => new Intl.DateTimeFormat("en").formatRange(plainDateTime, plainDateTime.toPlainDate())));
const mixed = new Intl.DateTimeFormat("en", { ...utc, year: "numeric", month: "short", hour: "numeric", timeZoneName: "short" });
show(mixed.format(plainDateTime), mixed.format(plainDateTime.toPlainDate()), mixed.format(plainDateTime.toPlainTime()), mixed.format(zoned.toInstant()));
show(new Intl.DateTimeFormat("en", { dateStyle: "long" }).formatRange(Temporal.PlainDate.from("2026-01-02"), Temporal.PlainDate.from("2026-02-03")));
