// Promises and async functions.
"use strict";
const delay = (value) => Promise.resolve(value);
async function sum(n) {
  let total = 0;
  for (let i = 0; i < n; i++) total += await delay(i);
  return total;
}
async function tree(depth) {
  if (depth === 0) return 1;
  const [left, right] = await Promise.all([tree(depth - 1), tree(depth - 1)]);
  return left + right;
}
async function* numbers(n) {
  for (let i = 0; i < n; i++) yield i;
}
async function main() {
  const total = await sum(200000);
  const leaves = await tree(14);
  let squares = 0;
  for await (const n of numbers(20000)) squares += n * n;
  let caught = 0;
  for (let i = 0; i < 10000; i++) {
    try {
      await (i % 2 ? Promise.reject(new Error("no")) : delay(i));
    } catch {
      caught++;
    }
  }
  let chain = Promise.resolve(0);
  for (let i = 0; i < 40000; i++) chain = chain.then((x) => x + 1);
  console.log(total, leaves, squares, caught, await chain);
}
void main(); // Some shells print what a program results in.
