// Loops of generators and async functions: those that nothing suspends have code of their own, whatever is around them.
"use strict";
const log = [];
function* spans(n, k) {
  let total = 0;
  for (let i = 0; i < n; i++) {
    let part = 0;
    for (let j = 0; j < k; j++) part += i * j + 0.5;
    total += part;
    const got = yield part;
    if (got) total += got;
  }
  return total;
}
function drive(n, k) {
  const all = spans(n, k);
  let seen = "", step = all.next();
  while (!step.done) { seen += step.value + " "; step = all.next(step.value > 20 ? 1 : 0); }
  return seen + step.value;
}
log.push(drive(6, 60), drive(3, 90));

// Left by return, break and exceptions from within, and by who drives it.
function* leaves(n, how) {
  let i = 0;
  try {
    for (; i < n; i++) {
      if (i === 70) {
        if (how === 0) return "returned " + i;
        if (how === 1) break;
        if (how === 2) throw new RangeError("at " + i);
      }
    }
    yield i;
    for (let j = 0; j < 80; j++) i += j;
    return i;
  } finally {
    log.push(`finally ${how} ${i}`);
  }
}
for (let how = 0; how < 5; how++) {
  for (let round = 0; round < 3; round++) {
    const it = leaves(100, how);
    try {
      let step = it.next();
      if (how === 4) step = it.return("early");
      while (!step.done) step = it.next();
      log.push(step.value);
    } catch (e) { log.push(e.message); }
  }
}
function* within(list) { for (const x of list) { let s = 0; for (let i = 0; i < x.length; i++) s += x[i]; yield s; } }
log.push([...within([[1, 2, 3], new Float64Array(70).fill(0.5), "abc", { length: 2, 0: 5, 1: "x" }])].join());

async function sums(n, k, at) {
  let s = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < k; j++) { s += j; if (i * k + j === at) throw new TypeError("async " + at); }
    if (i % 2) s += await i;
  }
  return s;
}
async function hot(n) { let s = 0; for (let i = 0; i < n; i++) { s += i % 7; if (s === -1) return "never"; } if (s > 50) { for (let i = 0; i < n; i++) { s -= i & 1; if (i === 75) return [s, i].join(); } } return s; }
async function* produced(n) { for (let i = 0; i < n; i++) { let s = 0; for (let j = 0; j < 70; j++) s += i ^ j; yield s; } }
(async () => {
  for (let round = 0; round < 4; round++) log.push(await sums(4, 80, -1), await hot(100), await hot(10));
  for (const at of [0, 75, 190]) { try { await sums(4, 80, at); } catch (e) { log.push(e.message); } }
  for await (const s of produced(4)) log.push(s);
  let total = 0;
  for (let i = 0; i < 200; i++) { total += i; if (i === 120) break; }
  log.push(total);
})().then(() => console.log(log.join("\n")), (e) => console.log("failed", e));
