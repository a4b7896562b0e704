// What console.log shows.
class A {
  constructor() {
    this.x = 1;
  }
  get g() {
    return 1;
  }
  static s = 2;
}
const list = [
  () => ({
    [Symbol.for('nodejs.util.inspect.custom')](d, o) {
      return 'CUSTOM ' + d;
    },
  }),
  () => [
    {
      [Symbol.for('nodejs.util.inspect.custom')](d, o) {
        return { x: 1 };
      },
    },
  ],
  () => ({
    a: {
      [Symbol.for('nodejs.util.inspect.custom')](d, o) {
        return 'x\ny';
      },
    },
  }),
  () => ({
    inspect() {
      return 1;
    },
  }),
  () =>
    new (class extends A {
      get [Symbol.toStringTag]() {
        return 'A';
      }
    })(),
  () =>
    Object.assign(
      Object.create({
        get [Symbol.toStringTag]() {
          return 'Z';
        },
      }),
      { a: 1 },
    ),
  () => {
    var o = {};
    o.a = o;
    o.b = { c: o };
    return [o, o];
  },
  () => {
    var s = { x: 1 };
    return { a: s, b: s };
  },
  () => [...'ab'].entries(),
  () => Object.entries({ a: 1, b: [2] }),
  () => 'a-b'.match(/(?<x>a)-(b)/),
  () => /x/.exec('y'),
  () => 'abc'.match(/./g),
  () => 'abc'.split(''),
];
for (const make of list) console.log(make());
