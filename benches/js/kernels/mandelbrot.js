// The Mandelbrot set: rounds until points escape.
"use strict";
function mandelbrot(size, limit) {
  let sum = 0;
  for (let row = 0; row < size; row++) {
    const ci = 2 * row / size - 1;
    for (let column = 0; column < size; column++) {
      const cr = 2 * column / size - 1.5;
      let zr = 0, zi = 0, rounds = 0;
      while (rounds < limit && zr * zr + zi * zi < 4) {
        const next = zr * zr - zi * zi + cr;
        zi = 2 * zr * zi + ci;
        zr = next;
        rounds++;
      }
      sum += rounds;
    }
  }
  return sum;
}
console.log(mandelbrot(700, 150));
