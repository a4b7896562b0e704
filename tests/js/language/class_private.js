// Private names: fields, methods, accessors, brands, static ones.
class A {
  #f = 1;
  #m() {
    return this.#f;
  }
  get #g() {
    return this.#f * 10;
  }
  set #g(v) {
    this.#f = v;
  }
  static #s = 's';
  static #sm() {
    return this.#s;
  }
  static get #sg() {
    return A.#s + 'g';
  }
  get all() {
    return [this.#f, this.#m(), this.#g, A.#s, A.#sm(), A.#sg];
  }
  inc() {
    this.#f++;
    ++this.#f;
    this.#f += 5;
    this.#f **= 2;
    this.#g = this.#g + 1;
    this.#f ??= 0;
    this.#f &&= this.#f;
    return this.#f--;
  }
  static has(o) {
    return #f in o && #m in o && #g in o;
  }
  del() {
    return delete this.x;
  }
  static bad(o) {
    return o.#f;
  }
  static badSet(o) {
    o.#f = 1;
  }
  static badCall(o) {
    o.#m();
  }
  setM() {
    this.#m = 1;
  }
  getOnly() {
    return class {
      get #o() {
        return 1;
      }
      t() {
        this.#o = 2;
      }
    };
  }
  setOnly() {
    return class {
      set #o(v) {}
      t() {
        return this.#o;
      }
    };
  }
  static swap(o, p) {
    [o.#f, p.#f] = [p.#f, o.#f];
    ({ v: o.#f = 'd' } = {});
    return [o.#f, p.#f];
  }
  static opt(o) {
    return o?.#f;
  }
  nested() {
    return new (class {
      #f = 'inner';
      #x = 'x';
      read(o) {
        return [this.#f, this.#x, o instanceof A && o.all.length];
      }
    })().read(this);
  }
}
const a = new A();
console.log(
  a.all,
  a.inc(),
  a.all,
  A.has(a),
  A.has({}),
  A.swap(new A(), new A()),
  A.opt(null),
  A.opt(a),
  a.nested(),
);
for (const f of [
  () => A.bad({}),
  () => A.badSet({}),
  () => A.badCall({}),
  () => a.setM(),
  () => new (a.getOnly())().t(),
  () => new (a.setOnly())().t(),
  () => A.has(1),
  () => A.bad(null),
  () => A.bad(new Proxy(a, {})),
  () => A.bad(Object.create(a)),
  () =>
    class extends A {
      static s() {
        return this.bad;
      }
    }.s()({}),
  () =>
    class S extends A {
      static t() {
        return super.has({});
      }
    }.t(),
])
  try {
    console.log(f());
  } catch (e) {
    console.log(e.name + ': ' + e.message);
  }
class StaticBrand {
  static #x = 1;
  static read() {
    return this.#x;
  }
}
class Sub extends StaticBrand {}
try {
  Sub.read();
} catch (e) {
  console.log(e.name);
}
class Base {
  constructor(o) {
    return o;
  }
}
class Brand extends Base {
  #m() {
    return 'branded';
  }
  static call(o) {
    return o.#m();
  }
  static is(o) {
    return #m in o;
  }
}
const plain = {};
console.log(Brand.is(plain));
new Brand(plain);
console.log(Brand.is(plain), Brand.call(plain), Reflect.ownKeys(plain).length);
try {
  new Brand(plain);
} catch (e) {
  console.log(e.message);
}
function make() {
  return class {
    #id = Math.abs(-1);
    static same(a) {
      return #id in a;
    }
  };
}
const C1 = make(),
  C2 = make();
console.log(C1.same(new C1()), C1.same(new C2()));
class Order {
  #a = (Order.log.push('a'), 1);
  #b = this.#a + 1;
  static log = [];
  c = this.#b;
}
console.log(new Order().c, Order.log);
class Early {
  x = this.#y;
  #y = 1;
}
try {
  new Early();
} catch (e) {
  console.log(e.message);
}
class MethodsFirst {
  x = this.#m();
  #m() {
    return 'methods come before fields';
  }
}
console.log(new MethodsFirst().x);
class Gen {
  *#g() {
    yield* [1, 2];
  }
  async #a() {
    return 'async';
  }
  async *#ag() {
    yield 'ag';
  }
  get sync() {
    return [...this.#g()];
  }
  async all() {
    const out = [await this.#a()];
    for await (const x of this.#ag()) out.push(x);
    return out;
  }
  fnName() {
    return [this.#g.name, this.#a.name];
  }
}
console.log(new Gen().sync, new Gen().fnName());
new Gen().all().then(x => console.log(x));
class Acc {
  static accessorDescriptor() {
    return Object.getOwnPropertyNames(Acc.prototype);
  }
  get #p() {
    return 1;
  }
  static #q;
  static r = Acc.#q;
}
console.log(Acc.accessorDescriptor());
class Arrow {
  #v = 'v';
  get = () => this.#v;
  static of = o => o.#v;
}
console.log(new Arrow().get(), Arrow.of(new Arrow()));
class Evals {
  #e = 'eval sees';
  run() {
    return eval('this.#e');
  }
  fn() {
    try {
      return new Function('o', 'return o.#e');
    } catch (e) {
      return e.name;
    }
  }
  indirect() {
    try {
      return (0, eval)('this.#e');
    } catch (e) {
      return e.name;
    }
  }
}
console.log(new Evals().run(), new Evals().fn(), new Evals().indirect());
class Chain {
  #n;
  #v;
  constructor(v, n) {
    this.#v = v;
    this.#n = n;
  }
  static sum(c) {
    let s = 0;
    for (; c; c = c.#n) s += c.#v;
    return s;
  }
  static third(c) {
    return c.#n?.#n?.#v;
  }
}
const chain = new Chain(1, new Chain(2, new Chain(3)));
console.log(Chain.sum(chain), Chain.third(chain), Chain.third(new Chain(1, new Chain(2))));
class Tag {
  #t(s) {
    return s.raw[0] + this.x;
  }
  x = '!';
  run() {
    return this.#t`tagged`;
  }
}
console.log(new Tag().run());
class Del {
  #x;
}
console.log(JSON.stringify(new Del()), Object.isFrozen(Object.freeze(new Del())));
class Frozen {
  #x = 1;
  set(v) {
    this.#x = v;
    return this.#x;
  }
}
console.log(Object.freeze(new Frozen()).set(2));
for (const s of [
  'class A { #a; #a }',
  'class A { #constructor }',
  'class A { get #a() {} get #a() {} }',
  'class A { m() { delete this.#a } #a }',
  'this.#a',
  'class A { m() { this.#b } }',
  'class A { #a; m() { #a } }',
  'class A extends B { m() { super.#a } #a }',
  'class A { get #a() {} static set #a(v) {} }',
])
  try {
    eval(s);
    console.log('fine', s);
  } catch (e) {
    console.log(e.name, s);
  }
