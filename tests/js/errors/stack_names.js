// How functions are called in a trace.
const o = {
  method() { return show(); },
  get accessor() { return show(); },
  ['computed' + 1]: () => show(),
  [Symbol('sym')]() { return show(); },
};
class C {
  static #secret() { return show(); }
  static open() { return C.#secret(); }
  field = show();
  static { console.log(show()); }
}
function show() {
  return new Error('x').stack.split('\n').slice(2, 4).map(line => line.trim().replace(/\(?\/.*\//, '')).join(' < ');
}
console.log(o.method());
console.log(o.accessor);
console.log(o.computed1());
console.log(o[Object.getOwnPropertySymbols(o)[0]]());
console.log(C.open());
console.log(new C().field);
console.log([1].map(() => show())[0]);
console.log((() => show())());
console.log((function named() { return show(); })());
console.log(new (function Ctor() { this.s = show(); })().s);
console.log(show.call());
console.log(Reflect.apply(show, null, []));
console.log(show.bind()());
console.log(`${{ toString() { return show(); } }}`);
console.log([...(function* gen() { yield show(); })()][0]);
(async function later() { await null; console.log(show()); })();
Promise.resolve().then(function then() { console.log(show()); });
