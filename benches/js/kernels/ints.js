// Loops of integers: Collatz sequences, a linear congruential generator, bits counted.
"use strict";
function collatz(limit) {
  let longest = 0, best = 0;
  for (let start = 1; start < limit; start++) {
    let n = start, length = 1;
    while (n !== 1) {
      n = n % 2 === 0 ? n / 2 : 3 * n + 1;
      length++;
    }
    if (length > longest) {
      longest = length;
      best = start;
    }
  }
  return best;
}

function bits(rounds) {
  let seed = 12345, count = 0;
  for (let i = 0; i < rounds; i++) {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    let word = seed;
    word = word - ((word >>> 1) & 0x55555555);
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    count = (count + (Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24)) | 0;
  }
  return count;
}
console.log(collatz(300000), bits(20000000));
