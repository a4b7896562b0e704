// The game of life on typed arrays, a loop that takes nearly all of the time.
"use strict";
const width = 96, height = 64;
let cells = new Uint8Array(width * height), next = new Uint8Array(width * height);
for (let i = 0; i < cells.length; i++) cells[i] = (i * i + 7 * i) % 11 < 4 ? 1 : 0;
for (let round = 0; round < 20; round++) {
  for (let y = 0; y < height; y++) {
    const up = ((y + height - 1) % height) * width, here = y * width, down = ((y + 1) % height) * width;
    for (let x = 0; x < width; x++) {
      const left = (x + width - 1) % width, right = (x + 1) % width;
      const n = cells[up + left] + cells[up + x] + cells[up + right] + cells[here + left] + cells[here + right] +
        cells[down + left] + cells[down + x] + cells[down + right];
      next[here + x] = n === 3 || (n === 2 && cells[here + x] === 1) ? 1 : 0;
    }
  }
  [cells, next] = [next, cells];
}
console.log(cells.reduce((a, b) => a + b));
