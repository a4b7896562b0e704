// slow: thousands of objects
// Weak references, finalisers and what collections do to weak collections.
let target = { name: 'target' };
const ref = new WeakRef(target);
let cleaned = 0;
const registry = new FinalizationRegistry(held => {
  if (held === 'temporary') cleaned++;
  else console.log('never', held);
});
const token = {};
registry.register(target, 'held', token);
registry.register({}, 'unregistered', token);
console.log(ref.deref() === target, registry.unregister(token), registry.unregister(token));
registry.register(target, 'alive');
const map = new WeakMap();
const set = new WeakSet();
const key = {};
map.set(key, { back: key });
set.add(key);
for (let i = 0; i < 1000; i++) {
  map.set({}, i);
  set.add({});
  new WeakRef({});
  registry.register({}, 'temporary');
}
setTimeout(() => {
  gc();
  setTimeout(() => {
    console.log(map.get(key).back === key, set.has(key), ref.deref() === target);
    console.log(cleaned > 900 && cleaned <= 1000);
  }, 1);
}, 1);
const attempts = [
  () => new WeakRef(1),
  () => new WeakRef(Symbol.for('x')),
  () => registry.register(key, key),
  () => registry.register(1, 2),
  () => registry.unregister(1),
  () => new FinalizationRegistry(),
];
for (const attempt of attempts) {
  try {
    attempt();
    console.log('fine');
  } catch (e) {
    console.log(e.name + ': ' + e.message);
  }
}
console.log(new WeakRef(Symbol('s')).deref().toString());
console.log(Object.prototype.toString.call(ref), Object.prototype.toString.call(registry));
const chain = new WeakMap();
const first = {};
let head = first;
for (let i = 0; i < 100; i++) {
  const next = {};
  chain.set(head, next);
  head = next;
}
gc();
let length = 0;
for (let x = first; chain.has(x); x = chain.get(x)) length++;
console.log(length);
