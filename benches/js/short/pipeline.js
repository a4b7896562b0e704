// Closures one after another: generators, spread, destructuring, reduce.
"use strict";
const compose = (...steps) => (value) => steps.reduce((current, step) => step(current), value);
function* numbers(limit) {
  for (let i = 0; i < limit; i++) yield i;
}
function* map(source, f) {
  for (const value of source) yield f(value);
}
function* filter(source, f) {
  for (const value of source) if (f(value)) yield value;
}
const chain = compose(
  (source) => map(source, (n) => ({ n, square: n * n })),
  (source) => filter(source, ({ square }) => square % 3 !== 0),
  (source) => map(source, ({ n, ...rest }) => [n, rest.square]),
  (source) => [...source].reduce((sum, [n, square]) => sum + square - n, 0),
);
let total = 0;
for (let round = 0; round < 6; round++) total += chain(numbers(700));
const curried = (a) => (b) => (c) => a * b + c;
for (let i = 0; i < 3000; i++) total += curried(i)(2)(1);
console.log(total);
