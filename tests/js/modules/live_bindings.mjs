// Exports are bindings, not values: they change for importers, which cannot change them.
import count, { add, total as sum, list, klass, fn, late } from './lib/bindings.mjs';
import * as all from './lib/bindings.mjs';
import { total as again } from './lib/reexport.mjs';

console.log(count, sum, again, all.total, typeof late);
add(5);
console.log(count, sum, again, all.total, all.default);
for (const attempt of [
  () => { sum = 1; },
  () => { all.total = 1; },
  () => { all.added = 1; },
  () => { delete all.total; },
  () => { count++; },
  () => { [sum] = [1]; },
]) {
  try {
    attempt();
    console.log('fine');
  } catch (e) {
    console.log(`${e.name}: ${e.message}`);
  }
}
list.push(2);
console.log(all.list.join(), Object.keys(all).join(), all[Symbol.toStringTag], Object.getPrototypeOf(all));
console.log(Object.isFrozen(all), Object.isSealed(all), Reflect.ownKeys(all).length, 'total' in all, delete all.nothing);
console.log(JSON.stringify(Object.getOwnPropertyDescriptor(all, 'total')), klass.name, fn.name, all.default === count);
console.log(all);
console.log(this, typeof arguments, (() => this)());
