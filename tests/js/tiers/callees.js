// Callees that are guessed: arguments that change, closures made in place, elements of strings and by names.
function fold(list, start, step) {
  let sum = start;
  for (let i = 0; i < list.length; i++) sum = step(sum, list[i], i);
  return sum;
}
const list = Array.from({ length: 40 }, (_, i) => i + 1);
const steps = [
  (a, b) => a + b,
  (a, b) => (a * b) % 1009,
  (a, b, i) => (i & 1 ? a - b : a + b),
  Math.max,
  function (a) { return a + arguments.length; },
  class { static step(a, b) { return a ^ b; } }.step,
  new Proxy((a, b) => a - b, {}),
  ((a, b, c) => a + b + c).bind(null, 1),
];
let digest = 0;
for (let round = 0; round < 30; round++) digest = (digest * 7 + fold(list, 1, steps[0])) % 1000003;
console.log(digest);
for (const step of steps) console.log(fold(list, 1, step));
for (let round = 0; round < 60; round++) digest = (digest * 7 + fold(list, round, steps[round % steps.length])) % 1000003;
console.log(digest);

// What is called is no function at last.
for (const step of [3, undefined, {}, class {}]) {
  try {
    fold(list, 1, step);
  } catch (error) {
    console.log(error.constructor.name);
  }
}

// An argument that is assigned to: the guess is of what it was.
function replaced(step, n) {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    sum += step(i);
    if (i === n >> 1) step = (x) => -x;
  }
  return sum;
}
for (let round = 0; round < 20; round++) digest += replaced((x) => x * 2, 50 + round);
console.log(digest);

// Closures of the function itself, that call one another and throw.
function local(n) {
  const even = (k) => k === 0 || odd(k - 1);
  const odd = (k) => k !== 0 && even(k - 1);
  const check = (k) => { if (k > 30) throw new RangeError("k " + k); return even(k) ? 1 : 0; };
  let count = 0;
  for (let i = 0; i < n; i++) {
    try {
      count += check(i % 33);
    } catch (error) {
      count += error.message.length * 100;
    }
  }
  return count;
}
for (let round = 0; round < 10; round++) digest += local(70);
console.log(digest);

// Elements by index of strings, by names of objects, and then of arrays at the same place.
function at(base, keys) {
  let text = "";
  for (const key of keys) text += String(base[key]) + ",";
  return text;
}
const symbol = Symbol("s");
const bases = ["string", { 0: "a", x: 1, [symbol]: 2, get 7() { return "seven"; } }, [1, , 3.5], new Uint8Array([9, 8]), 12];
const keys = [0, 1, "x", "length", 7, -1, 2.5, symbol];
for (let round = 0; round < 8; round++) for (const base of bases) digest = (digest * 31 + at(base, keys).length) % 1000003;
for (const base of bases) console.log(at(base, keys));
console.log(digest);
