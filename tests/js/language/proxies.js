// slow: a proxy of a proxy for each operation
// Proxies: which traps are called with what, and the invariants.
const log = [];
const handler = new Proxy(
  {},
  {
    get(_, trap) {
      return (target, ...args) => {
        log.push(
          trap +
            '(' +
            args
              .map(a =>
                typeof a === 'symbol'
                  ? String(a)
                  : typeof a === 'object' && a
                    ? a === proxy
                      ? 'proxy'
                      : Array.isArray(a)
                        ? 'list'
                        : 'object'
                    : String(a),
              )
              .join() +
            ')',
        );
        return Reflect[trap](target, ...args);
      };
    },
  },
);
const target = {
  a: 1,
  b: { c: 2 },
  m() {
    return this === proxy;
  },
};
const proxy = new Proxy(target, handler);
const say = (name, f) => {
  let r;
  try {
    r = f();
  } catch (e) {
    r = e.name;
  }
  console.log(
    name + ':',
    typeof r === 'object' && r ? JSON.stringify(r) : String(r),
    '|',
    log.splice(0).join(' '),
  );
};
say('get', () => proxy.a);
say('set', () => (proxy.x = 1));
say('has', () => 'a' in proxy);
say('delete', () => delete proxy.x);
say('call', () => proxy.m());
say('keys', () => Object.keys(proxy));
say('names', () => Object.getOwnPropertyNames(proxy));
say('entries', () => Object.entries(proxy).length);
say('assign', () => Object.assign({}, proxy).a);
say('spread', () => ({ ...proxy }).a);
say('rest', () => {
  const { a, ...r } = proxy;
  return Object.keys(r);
});
say('for in', () => {
  const k = [];
  for (const x in proxy) k.push(x);
  return k;
});
say('json', () => JSON.stringify(proxy));
say('define', () => Object.defineProperty(proxy, 'd', { value: 1, configurable: true }) === proxy);
say('descriptor', () => Object.getOwnPropertyDescriptor(proxy, 'd'));
say('freeze', () => Object.isFrozen(proxy));
say('proto', () => Object.getPrototypeOf(proxy) === Object.prototype);
say('setProto', () => Object.setPrototypeOf(proxy, Object.prototype) === proxy);
say('instanceof', () => proxy instanceof Object);
say('extensible', () => Object.isExtensible(proxy));
say('prevent', () => Reflect.preventExtensions(proxy));
say('hasOwn', () => Object.hasOwn(proxy, 'a'));
say('propertyIsEnumerable', () => proxy.propertyIsEnumerable('a'));
say('in chain', () => Object.create(proxy).a);
say('set in chain', () => {
  const o = Object.create(proxy);
  o.q = 1;
  return Object.hasOwn(o, 'q');
});
say('with', () => Function('p', 'with (p) return a')(proxy));
say('typeof', () => typeof proxy);
say('string', () => String(proxy));
say('compound', () => (proxy.a += 1));
say('optional', () => proxy?.b?.c);
say('concat', () => [].concat(proxy).length);
say('isArray', () => Array.isArray(new Proxy([], handler)));
const list = new Proxy([3, 1, 2], handler);
say('map', () => list.map(x => x * 2));
say('push', () => list.push(4));
say('sort', () => list.sort().length);
say('iterate', () => [...list].length);
say('splice', () => list.splice(0, 1).length);
say('length', () => (list.length = 1));
say('indexOf', () => list.indexOf(9));
say('join', () => list.join());
const fn = new Proxy(function f(a, b) {
  return new.target ? this : a + b;
}, handler);
say('apply', () => fn(1, 2));
say('construct', () => typeof new fn(1));
say('bind', () => fn.bind(null, 1)(5));
say('Reflect.construct', () => typeof Reflect.construct(fn, [], Array));
say('extends', () => {
  class K extends fn {}
  return new K() instanceof K;
});
say('toString', () => Function.prototype.toString.call(fn));
say('template', () => typeof fn`x`);
say('new arrow', () => new new Proxy(() => {}, {})());
const bad = (name, t, h, f) => {
  try {
    console.log(name, f(new Proxy(t, h)));
  } catch (e) {
    console.log(name, e.name);
  }
};
const fixed = Object.freeze({ x: 1 }),
  getter = Object.defineProperty({}, 'x', { get: undefined, set: undefined });
bad('get other', fixed, { get: () => 2 }, p => p.x);
bad('get of no getter', getter, { get: () => 2 }, p => p.x);
bad('set other', fixed, { set: () => true }, p => (p.x = 2));
bad('set same', fixed, { set: () => true }, p => (p.x = 1));
bad('has hides', fixed, { has: () => false }, p => 'x' in p);
bad('delete fixed', fixed, { deleteProperty: () => true }, p => delete p.x);
bad('ownKeys misses', fixed, { ownKeys: () => [] }, p => Object.keys(p));
bad('ownKeys more', fixed, { ownKeys: () => ['x', 'y'] }, p => Object.keys(p));
bad('ownKeys twice', {}, { ownKeys: () => ['x', 'x'] }, p => Object.keys(p));
bad('ownKeys number', {}, { ownKeys: () => [1] }, p => Object.keys(p));
bad('ownKeys list', {}, { ownKeys: () => 5 }, p => Object.keys(p));
bad('descriptor undefined', fixed, { getOwnPropertyDescriptor: () => undefined }, p =>
  Object.getOwnPropertyDescriptor(p, 'x'),
);
bad('descriptor new', fixed, { getOwnPropertyDescriptor: () => ({ value: 1, configurable: true }) }, p =>
  Object.getOwnPropertyDescriptor(p, 'y'),
);
bad('descriptor number', {}, { getOwnPropertyDescriptor: () => 1 }, p =>
  Object.getOwnPropertyDescriptor(p, 'y'),
);
bad('define fixed', fixed, { defineProperty: () => true }, p => Object.defineProperty(p, 'z', {}));
bad('define false', {}, { defineProperty: () => false }, p => Object.defineProperty(p, 'z', {}));
bad('proto other', fixed, { getPrototypeOf: () => null }, p => Object.getPrototypeOf(p));
bad('proto number', {}, { getPrototypeOf: () => 1 }, p => Object.getPrototypeOf(p));
bad('extensible lie', fixed, { isExtensible: () => true }, p => Object.isExtensible(p));
bad('prevent lie', {}, { preventExtensions: () => true }, p => Object.preventExtensions(p));
bad('trap no function', {}, { get: 1 }, p => p.x);
bad('trap null', { x: 5 }, { get: null }, p => p.x);
bad(
  'construct primitive',
  function () {},
  { construct: () => 1 },
  p => new p(),
);
bad('setProto false', {}, { setPrototypeOf: () => false }, p => Reflect.setPrototypeOf(p, null));
const r = Proxy.revocable({}, {});
r.revoke();
r.revoke();
for (const f of [
  () => r.proxy.x,
  () => (r.proxy.x = 1),
  () => 'x' in r.proxy,
  () => delete r.proxy.x,
  () => Object.keys(r.proxy),
  () => typeof r.proxy,
  () => Array.isArray(r.proxy),
  () => Object.getPrototypeOf(r.proxy),
  () => new Proxy(r.proxy, {}) && 'fine',
  () => r.proxy instanceof Object,
  () => `${r.proxy}`,
])
  try {
    console.log(f());
  } catch (e) {
    console.log(e.name);
  }
console.log(Proxy.length, typeof Proxy.prototype, Object.keys(Proxy.revocable({}, {})).join());
try {
  Proxy({}, {});
} catch (e) {
  console.log(e.message);
}
try {
  new Proxy(1, {});
} catch (e) {
  console.log(e.message);
}
