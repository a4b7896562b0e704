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
class Tagged {
  get [Symbol.toStringTag]() {
    return 'TT';
  }
}
const list = [
  () => Symbol('a b'),
  () => Symbol(),
  () => Symbol.iterator,
  () => [Symbol('x')],
  () => ({ [Symbol('k')]: 1 }),
  () => ({ [Symbol()]: 1 }),
  () => ({ [Symbol('')]: 1 }),
  () => Symbol.for('foo'),
  () => ({ [Symbol('a\nb')]: 1 }),
  () => ({}),
  () => [],
  () => [[]],
  () => [{}],
  () => ({ a: {} }),
  () => ({ a: [] }),
  () => ({ a: { b: { c: {} } } }),
  () => ({ a: { b: { c: { d: 1 } } } }),
  () => ({ a: { b: { c: [] } } }),
  () => ({ a: { b: { c: [1] } } }),
  () => ({ a: { b: { c: new A() } } }),
  () => ({ a: { b: { c: new Map() } } }),
  () => ({ a: { b: { c: new Map([[1, 2]]) } } }),
  () => ({ a: { b: { c: () => 1 } } }),
  () => ({ a: { b: { c: new Date(0) } } }),
  () => ({ a: { b: { c: new Tagged() } } }),
  () => ({ a: { b: { c: Object.create(null) } } }),
  () => ({ a: { b: { c: Object.create({}) } } }),
  () => ({ a: { b: { c: Object.assign(() => 1, { x: 1 }) } } }),
  () => ({ a: { b: { c: new Uint8Array(3) } } }),
  () => ({ a: { b: { c: new Error('x').message } } }),
  () => ({ 'a-b': 1, 'a b': 2, 3: 4, $x: 1, _y: 2, é: 3, '': 1, "it's": 2, 'a\nb': 1 }),
  () => ({ a: 1, b: 'two', c: [3], d: { e: 4 } }),
];
for (const make of list) console.log(make());
