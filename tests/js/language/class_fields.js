// Class fields: order of evaluation, names, this, computed keys, static blocks.
const log = [];
const k = (n, v = n) => {
  log.push(n);
  return v;
};
class A {
  [k('key 1')] = k('value 1');
  static [k('static key')] = k('static value');
  [k('key 2')]() {}
  'quoted' = 1;
  42 = 'number';
  static {
    k('static block');
  }
  static {
    k(this === A ? 'this is the class' : 'no');
  }
  plain;
  fn = () => this;
  named = function () {};
  klass = class {};
  ['arrow' + 1] = () => {};
}
log.push('| new');
const a = new A();
console.log(log.join(', '));
console.log(
  Reflect.ownKeys(a).join(),
  a.fn() === a,
  a.named.name,
  a.klass.name,
  a.arrow1.name,
  a.plain,
  JSON.stringify(Object.getOwnPropertyDescriptor(a, 'plain')),
);
class B extends A {
  before = k('before super? no');
  constructor() {
    log.push('ctor');
    super();
    log.push('after super');
  }
  after = this.quoted + 1;
}
log.length = 0;
console.log(new B().after, log.join());
class Setter {
  set x(v) {
    log.push('setter');
  }
}
class Field extends Setter {
  x = 1;
}
log.length = 0;
console.log(Object.hasOwn(new Field(), 'x'), log.length);
class Returns {
  constructor(o) {
    return o;
  }
}
class Stamp extends Returns {
  tag = 'stamped';
  #p = 'private';
  static read(o) {
    return o.#p;
  }
}
const target = {};
new Stamp(target);
console.log(target.tag, Stamp.read(target));
try {
  new Stamp(target);
} catch (e) {
  console.log(e.message);
}
try {
  new Stamp(Object.freeze({}));
} catch (e) {
  console.log(e.name);
}
try {
  class X {
    a = missing;
  }
  new X();
} catch (e) {
  console.log(e.message);
}
try {
  class X {
    static a = this.b.c;
  }
} catch (e) {
  console.log(e.message);
}
class Statics {
  static a = 1;
  static b = this.a + 1;
  static c = Statics.b + 1;
  static d = () => this.c;
  static ['e'] = super.toString === Function.prototype.toString;
  static {
    var scoped = 'block';
    this.f = scoped;
  }
  static async = 1;
  static get = 2;
  static static = 3;
  static await_ = 4;
  get;
  set;
  static async *gen() {}
}
console.log(
  Statics.b,
  Statics.c,
  Statics.d(),
  Statics.e,
  Statics.f,
  Statics.async,
  Statics.get,
  Statics.static,
  typeof scoped,
  Object.keys(new Statics()).join(),
);
let counter = 0;
class Counted {
  id = counter++;
  self = this;
  nested = { deep: () => this.id };
  arr = [this.id, counter];
  tpl = `${this.id}`;
}
const c1 = new Counted(),
  c2 = new Counted();
console.log(c1.id, c2.id, c2.nested.deep(), c2.arr, c2.tpl, c2.self === c2);
class Inherit extends Counted {
  id = 'own ' + super.constructor.name;
}
console.log(new Inherit().id, counter);
class WithEval {
  x = eval('this.y = 5, 1 + 1');
  z = (() => eval('this.x'))();
}
const we = new WithEval();
console.log(we.x, we.y, we.z);
try {
  class E {
    x = eval('arguments');
  }
  new E();
} catch (e) {
  console.log(e.name + ': ' + e.message);
}
const o = { key: 'dyn' };
class Dyn {
  [o.key] = o.key;
  static [(o.key = 'changed')] = 1;
  [o.key] = 2;
}
console.log(Object.keys(new Dyn()).join(), Object.keys(Dyn).join(), o.key);
for (const i of [1, 2]) {
  class L {
    v = i;
    static s = i * 10;
  }
  console.log(new L().v, L.s);
}
class Arr extends Array {
  extra = 'e';
}
const arr = Arr.of(1, 2);
console.log(arr.extra, arr.map(x => x).extra, arr.length);
class Proto {
  __proto__ = null;
  'constructor_' = 1;
}
console.log(Object.getPrototypeOf(new Proto()) === Proto.prototype, Object.hasOwn(new Proto(), '__proto__'));
class Err extends Error {
  name = 'Err';
  code = 7;
}
console.log(String(new Err('m')), new Err().code);
class Gen {
  *[Symbol.iterator]() {
    yield this.v;
  }
  v = 3;
}
console.log([...new Gen()]);
class Fn extends Function {
  f = 1;
  constructor() {
    super('return 5');
  }
}
console.log(new Fn()(), new Fn().f);
console.log(
  class {
    static name = 'overridden';
  }.name,
  class {
    static length = 9;
  }.length,
);
const C = class {
  static n = this.name;
};
console.log(C.n);
var Late = class {
  static n = Late;
};
console.log(Late.n);
class Weird {
  'use strict' = 1;
  static 'prototype_' = 2;
  async;
  await = 3;
  let = 4;
  yield = 5;
  of = 6;
}
console.log(Object.keys(new Weird()).join());
class Semi {
  a;
  b;
  static c;
  *d() {}
}
console.log(Object.keys(new Semi()).join(), 'c' in Semi, typeof new Semi().d);
