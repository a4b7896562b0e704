// Loops of doubles: an integral by Simpson's rule, a series, roots by Newton's method.
"use strict";
function integral(from, to, steps) {
  const width = (to - from) / steps;
  let sum = 0;
  for (let i = 0; i < steps; i++) {
    const x = from + i * width, middle = x + width / 2, end = x + width;
    sum += 1 / (1 + x * x) + 4 / (1 + middle * middle) + 1 / (1 + end * end);
  }
  return sum * width / 6;
}

function series(terms) {
  let sum = 0, sign = 1;
  for (let k = 0; k < terms; k++) {
    sum += sign / (2 * k + 1);
    sign = -sign;
  }
  return 4 * sum;
}

function roots(count) {
  let sum = 0;
  for (let n = 1; n <= count; n++) {
    let x = n;
    for (let round = 0; round < 12; round++) x = 0.5 * (x + n / x);
    sum += x;
  }
  return sum;
}
console.log((4 * integral(0, 1, 6000000)).toFixed(9), series(20000000).toFixed(9), roots(1500000).toFixed(3));
