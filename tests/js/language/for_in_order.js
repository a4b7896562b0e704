// slow: hundreds of properties
// for-in: order, shadowing, changes during the iteration.
function keys(o) {
  const out = [];
  for (const k in o) out.push(k);
  return out.join();
}
console.log(keys({ b: 1, a: 2, 10: 3, 9: 4, '-1': 5, 4294967294: 6, 4294967295: 7 }));
console.log(keys([3, , 4]), keys('abc'), keys(null), keys(undefined), keys(5), keys(true), keys(Symbol()));
const base = { x: 1, shared: 1, 5: 1 };
const derived = Object.create(base, {
  shared: { value: 1, enumerable: false },
  own: { value: 1, enumerable: true },
  7: { value: 1, enumerable: true },
});
console.log(keys(derived));
const deleting = { a: 1, b: 2, c: 3 };
const seen = [];
for (const k in deleting) {
  seen.push(k);
  delete deleting.b;
  deleting.d = 4;
}
console.log(seen.join());
const protoChange = Object.create({ inherited: 1 });
protoChange.own = 1;
const seen2 = [];
for (const k in protoChange) {
  seen2.push(k);
  delete Object.getPrototypeOf(protoChange).inherited;
}
console.log(seen2.join());
const logged = [];
const proxy = new Proxy(
  { a: 1, b: 2 },
  {
    ownKeys(t) {
      logged.push('ownKeys');
      return Reflect.ownKeys(t);
    },
    getOwnPropertyDescriptor(t, k) {
      logged.push('descriptor ' + String(k));
      return Reflect.getOwnPropertyDescriptor(t, k);
    },
    getPrototypeOf(t) {
      logged.push('proto');
      return null;
    },
  },
);
console.log(keys(proxy), logged.join('; '));
console.log(keys(Object.assign(Object.create({ toString: 1 }), { valueOf: 1 })));
for (var i = (0) in {});
console.log(i);
let target = {};
for (target.key in { q: 1 });
for (target['el' + 1] in [8]);
for ([target.first] in { xyz: 1 });
for ({ length: target.size } in { four: 1 });
console.log(JSON.stringify(target));
const fs = [];
for (const k in { a: 1, b: 2 }) fs.push(() => k);
console.log(fs.map(f => f()).join());
class A {
  static s = 1;
  m() {}
  f = 1;
}
console.log(keys(A), keys(new A()));
function F() {}
F.prototype.p = 1;
F.q = 2;
console.log(keys(F), keys(new F()));
console.log(keys(new Uint8Array(3)), keys(Object('hey')), keys(arguments_(1, 2)));
function arguments_() {
  return arguments;
}
const big = {};
for (let n = 0; n < 300; n++) big['k' + n] = n;
let count = 0;
for (const k in big) {
  if (n_(k) % 2) delete big['k' + (n_(k) + 1)];
  count++;
}
function n_(k) {
  return Number(k.slice(1));
}
console.log(count);
