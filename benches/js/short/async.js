// Async functions that wait for one another, a queue with a limit.
"use strict";
const wait = (value) => new Promise((resolve) => resolve(value));
async function work(id) {
  let sum = 0;
  for (let i = 0; i < 8; i++) sum += await wait(id + i);
  if (id % 50 === 49) throw new RangeError(`job ${id}`);
  return sum;
}
async function all(count, limit) {
  const results = [];
  let next = 0;
  async function worker() {
    while (next < count) {
      const id = next++;
      try {
        results[id] = await work(id);
      } catch (error) {
        results[id] = error.message;
      }
    }
  }
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}
all(600, 8).then((results) => {
  const numbers = results.filter((one) => typeof one === "number");
  console.log(numbers.length, numbers.reduce((a, b) => a + b, 0), results[49]);
});
