// What console.log shows.
var L = 'lorem ipsum dolor sit amet ';
const list = [
  () => ({ a: 'line1\nline2', b: 1 }),
  () => ['line1\nline2 that is really a long line so it has to break ' + L + L],
  () => ({ a: ['line1\nline2 that is really a long line so it has to break ' + L + L] }),
  () => 'top\nlevel',
  () => [L + '\n' + L + '\n' + L + L],
  () => ['short\nst'],
  () => ({ x: '\n'.repeat(5) + L + L + L + L }),
  () => new (class extends Object {})(),
  () =>
    new (class Foo {
      constructor() {
        this.constructor = 'x';
      }
    })(),
  () => Object.create({ constructor: 'a' }),
  () => Object.create({ constructor: function Bar() {} }),
  () => {
    function Z() {}
    Z.prototype = null;
    return new Z();
  },
  () => {
    function Z() {}
    var z = new Z();
    Z.prototype = {};
    return z;
  },
  () => Object.setPrototypeOf([1], null),
  () => Object.setPrototypeOf(new Map([[1, 2]]), null),
  () => Object.setPrototypeOf(new Set([1]), null),
  () => Object.setPrototypeOf(new Date(0), null),
  () => Object.setPrototypeOf(/a/, null),
  () => Object.setPrototypeOf(new Uint8Array(1), null),
  () => Object.setPrototypeOf(new Number(1), null),
  () => Object.setPrototypeOf(Promise.resolve(1), null),
  () => Object.setPrototypeOf(new ArrayBuffer(1), null),
  () => Object.setPrototypeOf([1], {}),
  () => Object.setPrototypeOf([1], Object.create(null)),
  () => Object.setPrototypeOf(new WeakMap(), null),
  () => ({ ['__proto__']: 1 }),
  () => ({ a: undefined, b: null, c: NaN }),
  () => ({ 1: 1, '01': 2, '-1': 3, '1.5': 4 }),
  () => Object.freeze({ a: 1 }),
  () => Object.defineProperty({}, 'x', { value: 1 }),
  () => Object.defineProperty({ y: 1 }, Symbol('h'), { value: 1 }),
  () =>
    Object.defineProperty({}, 'x', {
      get() {
        return 1;
      },
      enumerable: true,
    }),
  () => Object.defineProperty({}, 'x', { get: undefined, set: undefined, enumerable: true }),
];
for (const make of list) console.log(make());
