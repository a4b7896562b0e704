// Typed arrays: a sieve in bytes, a histogram, prefix sums of integers, a convolution of floats.
"use strict";
function sieve(limit) {
  const composite = new Uint8Array(limit + 1);
  let count = 0;
  for (let i = 2; i <= limit; i++) {
    if (composite[i] !== 0) continue;
    count++;
    for (let j = i + i; j <= limit; j += i) composite[j] = 1;
  }
  return count;
}

function histogram(length, rounds) {
  const data = new Uint16Array(length), counts = new Int32Array(256);
  let seed = 99;
  for (let i = 0; i < length; i++) {
    seed = (Math.imul(seed, 69069) + 1) | 0;
    data[i] = seed >>> 16;
  }
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < length; i++) counts[data[i] & 255]++;
    for (let i = 1; i < 256; i++) counts[i] += counts[i - 1] & 1;
  }
  return counts[255];
}

function convolve(length, rounds) {
  const input = new Float64Array(length), output = new Float64Array(length);
  for (let i = 0; i < length; i++) input[i] = (i * 37 % 101) / 101;
  for (let round = 0; round < rounds; round++) {
    for (let i = 2; i < length - 2; i++) {
      output[i] = 0.1 * input[i - 2] + 0.2 * input[i - 1] + 0.4 * input[i] + 0.2 * input[i + 1] + 0.1 * input[i + 2];
    }
    input.set(output);
  }
  let sum = 0;
  for (let i = 0; i < length; i++) sum += output[i];
  return sum;
}
console.log(sieve(5000000), histogram(1 << 16, 200), convolve(100000, 100).toFixed(6));
