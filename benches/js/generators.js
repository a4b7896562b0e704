// Generators, iterators, destructuring and spread.
"use strict";
function* range(from, to, step = 1) {
  for (let i = from; i < to; i += step) yield i;
}
function* filter(values, test) {
  for (const value of values) if (test(value)) yield value;
}
function* take(values, count) {
  if (count <= 0) return;
  for (const value of values) {
    yield value;
    if (--count === 0) return;
  }
}
function* primes() {
  const found = [];
  for (let n = 2; ; n++) {
    if (found.every((p) => p * p > n || n % p !== 0)) {
      found.push(n);
      yield n;
    }
  }
}
class Tree {
  constructor(value, left, right) {
    Object.assign(this, { value, left, right });
  }
  *[Symbol.iterator]() {
    if (this.left) yield* this.left;
    yield this.value;
    if (this.right) yield* this.right;
  }
}
const build = (low, high) => {
  if (low >= high) return null;
  const middle = (low + high) >> 1;
  return new Tree(middle, build(low, middle), build(middle + 1, high));
};
let sum = 0;
for (const n of filter(range(0, 1000000), (x) => x % 3 === 0)) sum += n;
const list = [...take(primes(), 3000)];
for (const n of build(0, 8000)) sum += n;
const zip = function* (a, b) {
  const first = a[Symbol.iterator](), second = b[Symbol.iterator]();
  for (;;) {
    const { value: x, done } = first.next();
    if (done) return;
    yield [x, second.next().value];
  }
};
for (const [x, y = 0] of zip(range(0, 60000), range(5, 50000))) sum += x * 2 - y;
const conversation = (function* () {
  let total = 0;
  for (;;) {
    const got = yield total;
    if (got === undefined) return total;
    total += got;
  }
})();
conversation.next();
for (let i = 0; i < 400000; i++) conversation.next(i);
console.log(sum, list[2999], conversation.next().value);
