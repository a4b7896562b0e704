// Checks of what does not change in a loop are made in front of it: what goes wrong there goes wrong as if it had not been.
"use strict";

// Checked on a way that is not taken, or not always.
function seldom(object, count, at) {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    if (i === at) sum += object.value;
    sum += i;
  }
  return sum;
}
for (let i = 0; i < 40; i++) seldom({ value: 10 }, 60, 30);
console.log(seldom({ value: 10 }, 60, 30), seldom(null, 60, 70), seldom(undefined, 60, -1), seldom("s", 60, 61));
for (let i = 0; i < 30; i++) seldom(null, 100, 200);
console.log(seldom({ other: 1, value: 3 }, 10, 5), seldom(7, 10, 5));
try {
  seldom(null, 10, 5);
} catch (error) {
  console.log(error instanceof TypeError);
}

// Two arrays, one behind a check of the other.
function dot(a, b, count) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += a[i] * b[i];
  return sum;
}
const ones = [1, 1, 1, 1, 1, 1, 1, 1], halves = ones.map((one) => one / 2);
for (let i = 0; i < 60; i++) dot(ones, halves, 8);
console.log(dot(ones, halves, 8), dot(ones, null, 0), dot(halves, [1, , 3], 3), dot(ones, { 0: 5, 1: 6 }, 2));
console.log(dot(ones, "345", 3), dot(ones, new Float32Array([0.25, 4]), 2), dot(ones, halves, 9));
try {
  dot(ones, null, 1);
} catch (error) {
  console.log(error instanceof TypeError);
}

// What a check protects is changed by a call in the loop.
function refilled(holder, change, count) {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += holder.list[i % 4];
    if (i === change.at) change.with(holder);
  }
  return sum;
}
const nothing = { at: -1, with() {} };
const fresh = () => ({ list: [1, 2, 3, 4] });
for (let i = 0; i < 60; i++) refilled(fresh(), nothing, 40);
console.log(refilled(fresh(), nothing, 40));
console.log(refilled(fresh(), { at: 7, with(holder) { holder.list = [10, 20.5, 30, 40]; } }, 40));
console.log(refilled(fresh(), { at: 7, with(holder) { holder.list.length = 2; } }, 40));
console.log(refilled(fresh(), { at: 7, with(holder) { holder.list[100000] = 1; delete holder.list[1]; } }, 40));
console.log(refilled(fresh(), { at: 9, with(holder) { Object.defineProperty(holder, "list", { get: () => [2, 2, 2, 2] }); } }, 40));

// Slots of different numbers are different memory, of one number perhaps the same.
function mixed(a, b, count) {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    a.x += 1;
    sum += b.x + b.y;
    b.y += a.y;
  }
  return sum;
}
for (let i = 0; i < 60; i++) mixed({ x: 1, y: 2 }, { x: 3, y: 4.5 }, 20);
const same = { x: 1, y: 1 };
console.log(mixed({ x: 1, y: 2 }, { x: 3, y: 4.5 }, 20), mixed(same, same, 20), same.x, same.y);
const wide = { y: 1, x: 2 };
console.log(mixed(wide, { x: 1, y: 0.5 }, 5), mixed({ x: 1, y: 1 }, wide, 5), wide.x, wide.y);

// A number that does not change: an int32 here, a double there.
function scaled(options, count) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += i * options.scale + options.offset;
  return sum;
}
for (let i = 0; i < 60; i++) scaled({ scale: 0.5, offset: i % 2 ? 1 : 1.5 }, 30);
console.log(scaled({ scale: 0.5, offset: 1 }, 10), scaled({ scale: 2, offset: -0 }, 10), scaled({ scale: "3", offset: 0 }, 4));
console.log(Object.is(scaled({ scale: -0, offset: -0 }, 1), 0), scaled({ scale: {}, offset: 0 }, 1), scaled({ scale: {}, offset: 0 }, 0));

// Typed arrays: lengths and bytes are looked at in front of the loop.
function fill(array, count, value) {
  for (let i = 0; i < count; i++) array[i] = array[i] + value;
  return array[0];
}
for (let i = 0; i < 60; i++) fill(new Int32Array(16), 16, i);
const growing = new ArrayBuffer(8, { maxByteLength: 64 });
const tracking = new Int32Array(growing), fixed = new Int32Array(growing, 0, 2);
console.log(fill(tracking, 4, 3), fill(fixed, 4, 4), tracking.length);
growing.resize(4);
console.log(fill(fixed, 2, 1), fill(tracking, 2, 1), fixed.length, tracking.length);
growing.resize(64);
console.log(fill(fixed, 2, 1), fill(tracking, 16, 1), tracking.join());
const moved = new Int32Array(4);
moved.buffer.transfer();
console.log(fill(moved, 4, 1), fill(new Uint8Array([250]), 1, 10), fill(new Float64Array(2), 2, 0.5));

// Products of int32s that are 0, and those that are -0.
function products(x, y, count) {
  let last = 1;
  for (let i = 0; i < count; i++) last = x * y;
  return last;
}
for (let i = 0; i < 60; i++) products(0, i, 30);
console.log(products(0, 5, 3), Object.is(products(0, -5, 3), -0), Object.is(products(-5, 0, 3), -0), Object.is(products(0, 0, 3), 0));
