// A sudoku solved by trying: bits and small arrays, recursion.
"use strict";
const puzzle = "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79";
const cells = Array.from(puzzle, (c) => (c === "." ? 0 : Number(c)));
const rows = new Array(9).fill(0), columns = new Array(9).fill(0), boxes = new Array(9).fill(0);
const box = (i) => ((i / 27) | 0) * 3 + (((i % 9) / 3) | 0);
function put(i, digit) {
  const bit = 1 << digit;
  cells[i] = digit;
  rows[(i / 9) | 0] ^= bit;
  columns[i % 9] ^= bit;
  boxes[box(i)] ^= bit;
}
cells.forEach((digit, i) => digit && put(i, digit));
let tried = 0;
function solve(from) {
  let i = from;
  while (i < 81 && cells[i] !== 0) i++;
  if (i === 81) return true;
  const used = rows[(i / 9) | 0] | columns[i % 9] | boxes[box(i)];
  for (let digit = 1; digit <= 9; digit++) {
    if (used & (1 << digit)) continue;
    tried++;
    put(i, digit);
    if (solve(i + 1)) return true;
    put(i, digit);
    cells[i] = 0;
  }
  return false;
}
console.log(solve(0), tried, cells.join(""));
