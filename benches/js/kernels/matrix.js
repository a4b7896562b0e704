// Matrices as arrays of arrays, multiplied.
"use strict";
const SIZE = 240;

function make(seed) {
  const rows = [];
  for (let i = 0; i < SIZE; i++) {
    const row = [];
    for (let j = 0; j < SIZE; j++) row.push(((i * 31 + j * 17 + seed) % 97) / 97 - 0.5);
    rows.push(row);
  }
  return rows;
}

function multiply(a, b, result) {
  for (let i = 0; i < SIZE; i++) {
    const from = a[i], to = result[i];
    for (let j = 0; j < SIZE; j++) {
      let sum = 0;
      for (let k = 0; k < SIZE; k++) sum += from[k] * b[k][j];
      to[j] = sum;
    }
  }
}
const a = make(1), b = make(2), result = make(3);
for (let round = 0; round < 6; round++) multiply(round % 2 === 0 ? a : b, b, result);
let trace = 0;
for (let i = 0; i < SIZE; i++) trace += result[i][i];
console.log(trace.toFixed(9));
