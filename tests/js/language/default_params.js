// Default values: when they are evaluated, what they see, lengths.
const log = [];
const d = (n, v = n) => {
  log.push(n);
  return v;
};
function f(a = d('a'), b = d('b'), c) {
  return [a, b, c].join();
}
console.log(
  f(),
  f(undefined, null),
  f(1, undefined, 3),
  log.join(),
  f.length,
  ((a, b = 1, c) => 0).length,
  ((...r) => 0).length,
  ((a, [b], { c }) => 0).length,
);
function scope(
  a = 1,
  get = () => a,
  set = v => {
    a = v;
  },
) {
  var a;
  const first = a;
  a = 2;
  set(3);
  return [first, a, get()].join();
}
console.log(scope());
function noShadow(a, get = () => a) {
  a = 5;
  return get();
}
console.log(noShadow(1));
let x = 'outer';
function outer(a = x) {
  let x = 'inner';
  return a;
}
console.log(outer());
function func(a = inner()) {
  function inner() {
    return 'body';
  }
  return a;
}
try {
  func();
} catch (e) {
  console.log(e.message);
}
function evalDefault(a = eval('var z = 7; z'), b = eval('typeof z')) {
  return [a, b, typeof z].join();
}
console.log(evalDefault());
function thisDefault(a = this.v, b = new.target, c = arguments.length) {
  return [a, b, c].join();
}
console.log(thisDefault.call({ v: 'this' }));
class P {
  m(a = super.toString()) {
    return a;
  }
  static s = (a = this.name) => a;
}
console.log(new P().m(), P.s());
const arrows = (a, { b = a, c: { d: e = b } = {} } = {}, [g = e] = []) => [a, b, e, g].join();
console.log(arrows(1), arrows(1, { b: 2, c: { d: 3 } }, [4]));
function* gen(a = d('gen')) {
  yield a;
}
log.length = 0;
const g = gen();
console.log(log.join(), g.next().value);
async function as(
  a = (() => {
    throw new Error('default');
  })(),
) {}
as().catch(e => console.log('rejected', e.message));
try {
  (function* (
    a = (() => {
      throw new Error('at the call');
    })(),
  ) {})();
} catch (e) {
  console.log(e.message);
}
function names(a = () => {}, b = class {}, c = function named() {}) {
  return [a.name, b.name, c.name].join();
}
console.log(names());
function self(a = self.length) {
  return a;
}
console.log(self());
function hide(self2 = 1) {
  return self2;
}
console.log(hide());
function conflict(a, b = () => typeof c) {
  var c = 1;
  return b();
}
console.log(conflict());
function bodyVar(a = 1, b = () => a) {
  var a = 2;
  return b() + a;
}
console.log(bodyVar());
function bodyFunction(a = 1, b = () => a) {
  function a() {}
  return typeof a + b();
}
console.log(bodyFunction());
console.log((({ a = 1, ...r } = {}, ...[b = 2]) => [a, Object.keys(r).length, b])({ q: 1 }));
console.log(Function('a = 5, b = a', 'return a + b')(), new Function('a', 'b = 2', 'return a * b').length);
