// slow: deep nesting
// JSON: order, replacers, toJSON, gaps, revivers, limits, raw values, messages.
console.log(
  JSON.stringify({
    b: 1,
    a: [undefined, () => 1, Symbol()],
    u: undefined,
    f() {},
    n: null,
    d: new Date(0),
    nan: NaN,
    inf: -Infinity,
    z: -0,
    s: new String('s'),
    N: new Number(1),
    B: new Boolean(false),
    2: 'two',
    1: 'one',
    [Symbol('k')]: 1,
  }),
);
console.log(
  JSON.stringify([[], {}, [[]], [{}]], null, 2),
  JSON.stringify({ a: [1, { b: 2 }] }, null, '--'),
  JSON.stringify([1], null, 20).length,
  JSON.stringify([1], null, 'x'.repeat(20)).length,
  JSON.stringify([1], null, new Number(1)),
  JSON.stringify([1], null, -1),
  JSON.stringify([1], null, true),
  JSON.stringify({}, null, 2),
);
console.log(
  JSON.stringify('\u2028\u2029\ud800\udc00\ud800 \x00\x1f\b\f\n\r\t"\\/\x7f'),
  JSON.stringify({ '\ud83d': '\ude00', 'a"b': 1 }),
  JSON.stringify('\u{1F600}'),
  JSON.stringify(undefined),
  JSON.stringify(() => 1),
  JSON.stringify(Symbol()),
  JSON.stringify(null),
);
const log = [];
console.log(
  JSON.stringify({ a: 1, b: { c: 2, d: [3, 4] } }, function (k, v) {
    log.push(`${this === v ? 'self' : typeof this}:${k}`);
    return typeof v === 'number' ? v * 2 : v;
  }),
  log.join(' '),
);
console.log(
  JSON.stringify({ a: 1, b: 2, 1: 3, c: { a: 4, x: 5 } }, ['c', 'a', 1, new String('b'), 'a', {}, null]),
  JSON.stringify([{ a: 1, b: 2 }], ['b']),
  JSON.stringify({ a: 1 }, []),
  JSON.stringify({
    toJSON(k) {
      return 'json of ' + JSON.stringify(k);
    },
  }),
  JSON.stringify({ x: { toJSON: k => k + '!' } }),
  JSON.stringify({ toJSON: 5 }),
  JSON.stringify([
    {
      toJSON() {
        return undefined;
      },
    },
  ]),
  JSON.stringify({
    a: {
      toJSON() {
        return {
          toJSON() {
            return 'not again';
          },
          z: 1,
        };
      },
    },
  }),
);
BigInt.prototype.toJSON = function () {
  return this + 'n';
};
console.log(JSON.stringify({ big: 5n }));
delete BigInt.prototype.toJSON;
const text =
  '{"a": [1, 2, {"b": null}], "c": "\\u0041\\n\\ud83d\\ude00", "a": 3, "__proto__": 5, "": 0, "1": 1e3}';
const parsed = JSON.parse(text);
console.log(
  parsed,
  Object.keys(parsed).join(),
  Object.hasOwn(parsed, '__proto__'),
  Object.getPrototypeOf(parsed) === Object.prototype,
);
const order = [];
console.log(
  JSON.parse('{"a": [1, 2], "b": {"c": 3}, "d": 4}', function (k, v) {
    order.push(k);
    if (k === '1') return undefined;
    if (k === 'd') return;
    return typeof v === 'number' ? v + 1 : v;
  }),
  order.join(),
);
console.log(
  JSON.parse('[1,2,3]', function (k, v) {
    if (k === '0') this[1] = 'replaced';
    if (k === '') this.extra = 1;
    return v;
  }),
  JSON.parse('[1,2,3]', function (k, v) {
    if (k === '0') this.length = 2;
    return v;
  }),
);
for (const bad of [
  '',
  '{',
  '[1,]',
  '{"a":1,}',
  '{a:1}',
  "{'a':1}",
  '01',
  '1.',
  '.5',
  '+1',
  '1e',
  '-',
  'nul',
  'NaN',
  'undefined',
  '"\n"',
  '"\\x41"',
  '"abc',
  '[1 2]',
  '{"a" 1}',
  '{"a":1 "b":2}',
  '1 1',
  '\u00a01',
  '//c',
  '"\\ud800"',
  ' \t\n\r1 ',
  '[',
  ']',
  '"\\u00G0"',
  'tru',
  '[1,[2,[3,',
  '{"a":{"b":{"c":',
  '"' + 'x'.repeat(60) + '\u0001"',
  '[' + '1,'.repeat(40) + 'x]',
])
  try {
    console.log(JSON.stringify(bad.slice(0, 20)), '=>', JSON.stringify(JSON.parse(bad)));
  } catch (e) {
    console.log(JSON.stringify(bad.slice(0, 20)), e.name + ': ' + e.message);
  }
const circle = { name: 'c', list: [] };
circle.list.push({ back: circle });
const long = { a: { b: { c: { d: {} } } } };
long.a.b.c.d.e = long;
const self = [];
self.push(self);
class Klass {
  constructor() {
    this.me = { it: this };
  }
}
for (const c of [
  circle,
  long,
  self,
  new Klass(),
  {
    get g() {
      return this;
    },
  },
])
  try {
    JSON.stringify(c);
  } catch (e) {
    console.log(e.message);
  }
console.log(
  JSON.stringify(Object.assign(Object.create({ inherited: 1 }), { own: 1 })),
  JSON.stringify(Object.defineProperty({}, 'hidden', { value: 1 })),
  JSON.stringify(new Map([[1, 2]])),
  JSON.stringify(new Set([1])),
  JSON.stringify(new Uint8Array([1, 2])),
  JSON.stringify(/r/),
  JSON.stringify(new Error('e')),
  JSON.stringify([new Array(3)]),
  JSON.stringify(Object('abc')),
  JSON.stringify(new Proxy([1, 2], {})),
  JSON.stringify(new Proxy({ a: 1 }, {})),
  JSON.stringify({
    get a() {
      return 'got';
    },
  }),
  JSON.stringify(Object.create(null)),
  JSON.stringify(
    (function () {
      return arguments;
    })(1, 2),
  ),
);
let deep = 'leaf';
for (let i = 0; i < 500; i++) deep = { d: deep };
const round = JSON.parse(JSON.stringify(deep));
let depth = 0;
for (let x = round; x !== 'leaf'; x = x.d) depth++;
console.log(
  depth,
  JSON.parse('[' + '[1],'.repeat(9999) + '2]').length,
  JSON.parse(' "\\"\\\\\\/\\b\\f\\n\\r\\t" ').length,
  JSON.parse('123456789012345678901234567890'),
  JSON.parse('1E-400'),
  Object.is(JSON.parse('-0'), -0),
  JSON.parse('9007199254740993'),
  JSON[Symbol.toStringTag],
  JSON.parse('"\u2028"').charCodeAt(0),
);
for (const f of [
  () => JSON.stringify(1n),
  () =>
    JSON.stringify({
      get a() {
        throw new Error('getter');
      },
    }),
  () =>
    JSON.stringify({}, () => {
      throw new Error('replacer');
    }),
  () =>
    JSON.parse('{}', () => {
      throw new Error('reviver');
    }),
  () => JSON.parse(Symbol()),
  () => JSON.parse({ toString: () => '[7]' })[0],
])
  try {
    console.log(f());
  } catch (e) {
    console.log(e.name + ': ' + e.message);
  }
