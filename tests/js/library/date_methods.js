// slow: thousands of dates
// Date: components, setters with overflow, ranges, text, conversions. Local time is tested by its relation to UTC.
const d = new Date(Date.UTC(2020, 1, 29, 23, 59, 58, 987));
console.log(d.toISOString(), d.toJSON(), d.toUTCString(), +d, d.getUTCDay(), JSON.stringify({ d }));
console.log(
  Date.UTC(2020),
  Date.UTC(99, 0),
  Date.UTC(100, 0),
  Date.UTC(-1, 0),
  Date.UTC(2020, 12),
  Date.UTC(2020, -1, 0),
  Date.UTC(2020, 0, 1, 25, 61, 61, 1001),
  Date.UTC(),
  Date.UTC(NaN),
  Date.UTC(275760, 8, 13, 0, 0, 0, 1),
  Date.UTC(1970, 0, 1, 0, 0, 0, 0.9),
  Date.UTC('2020', '1'),
  new Date(2019, 0).getFullYear(),
  new Date(99, 5).getFullYear(),
  new Date(8.64e15).getTime(),
  new Date(8.64e15 + 1).getTime(),
  new Date(undefined).getTime(),
  new Date(null).getTime(),
  new Date('').getTime(),
  new Date(true).getTime(),
  new Date(new Date(5)).getTime(),
  new Date(1.9).getTime(),
  new Date(-1.9).getTime(),
  Object.is(new Date(-0).getTime(), 0),
);
const set = (name, ...a) => {
  const x = new Date(Date.UTC(2020, 0, 31, 12, 30, 45, 500));
  const r = x['setUTC' + name](...a);
  return Number.isNaN(r) ? 'NaN' : x.toISOString();
};
console.log(
  set('Month', 1),
  set('Month', 1, 1),
  set('Month', -1),
  set('Date', 0),
  set('Date', 32),
  set('Date', 1.9),
  set('FullYear', 2021),
  set('FullYear', 2021, 1, 28),
  set('FullYear', NaN),
  set('Hours', 24),
  set('Hours', -1, 0, 0, 0),
  set('Minutes', 60),
  set('Minutes', 1, 2, 3),
  set('Seconds', -1),
  set('Seconds', 1, 2),
  set('Milliseconds', 1000),
  set('Milliseconds', -1),
  set('Hours', Infinity),
  set('Date'),
  set('FullYear', 275761),
);
const invalid = new Date(NaN);
console.log(
  String(invalid),
  invalid.getTime(),
  invalid.getUTCFullYear(),
  invalid.setUTCHours(5),
  invalid.setUTCFullYear(2020),
  invalid.toISOString(),
  new Date(NaN).toJSON(),
  new Date(NaN).toUTCString(),
  new Date(NaN).toDateString(),
);
try {
  new Date(NaN).toISOString();
} catch (e) {
  console.log(e.name + ': ' + e.message);
}
const order = [];
const t = (n, v) => ({
  valueOf() {
    order.push(n);
    return v;
  },
});
new Date(t('y', 2020), t('m', 1), t('d', 2), t('h', 3));
new Date(0).setUTCHours(t('H', 1), t('M', 2), t('S', 3), t('ms', 4));
const nan = new Date(NaN);
nan.setUTCMinutes(t('called though invalid', 1));
console.log(order.join());
for (const y of [-271821, -1, 0, 1, 99, 100, 1582, 1600, 1900, 2000, 2100, 9999, 10000, 275760]) {
  const x = new Date(0);
  x.setUTCFullYear(y, 5, 15);
  console.log(x.toISOString(), x.toUTCString(), x.getUTCDay());
}
let ok = true;
for (let day = -800000; day < 800000; day += 977) {
  const x = new Date(day * 864e5);
  ok &&=
    Date.UTC(x.getUTCFullYear(), x.getUTCMonth(), x.getUTCDate()) === +x ||
    (x.getUTCFullYear() >= 0 && x.getUTCFullYear() <= 99);
  ok &&= x.getUTCDay() === ((day % 7) + 11) % 7;
}
console.log(ok);
const local = new Date(2020, 5, 15, 10, 20, 30, 40);
console.log(
  local.getFullYear(),
  local.getMonth(),
  local.getDate(),
  local.getHours(),
  local.getMinutes(),
  local.getSeconds(),
  local.getMilliseconds(),
  local.getDay(),
  local.getTime() - local.getTimezoneOffset() * 6e4 === Date.UTC(2020, 5, 15, 10, 20, 30, 40),
  new Date(local.toString()).getTime() === local.getTime() - 40,
  Date.parse(local.toUTCString()) === local.getTime() - 40,
  local.toDateString(),
  /^10:20:30 GMT[+-]\d{4} \(.+\)$/.test(local.toTimeString()),
  local.getYear(),
  typeof Date(),
  Date().length === String(new Date()).length,
);
console.log(
  Object.prototype.toString.call(local),
  typeof (local + 1),
  typeof (local - 1),
  local > 0,
  `${new Date(NaN)}`,
  new Date(5)[Symbol.toPrimitive]('number'),
  new Date(0)[Symbol.toPrimitive]('default') === String(new Date(0)),
  Date.length,
  Date.prototype.constructor === Date,
  Date.prototype.toGMTString === Date.prototype.toUTCString,
);
for (const f of [
  () => new Date(Symbol()),
  () => new Date(1n),
  () => Date.prototype.getTime.call(1),
  () => new Date(0)[Symbol.toPrimitive]('x'),
  () => Date.prototype.toJSON.call({ toISOString: () => 'own', valueOf: () => 1 }),
  () => Date.prototype.toJSON.call({ toISOString: 1 }),
  () => structuredClone(new Date(7)).getTime(),
  () => new Date(2020, NaN).getTime(),
  () =>
    new (class extends Date {
      getTime() {
        return 'sub';
      }
    })(0).getTime(),
])
  try {
    console.log(f());
  } catch (e) {
    console.log(e.name);
  }
