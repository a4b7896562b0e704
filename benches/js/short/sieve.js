// Prime numbers, twice: by a sieve and by division.
"use strict";
function sieve(limit) {
  const composite = new Array(limit + 1).fill(false), primes = [];
  for (let i = 2; i <= limit; i++) {
    if (composite[i]) continue;
    primes.push(i);
    for (let k = i * i; k <= limit; k += i) composite[k] = true;
  }
  return primes;
}
function isPrime(n) {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return n > 1;
}
const primes = sieve(60000);
let checked = 0;
for (let n = 0; n < 6000; n++) checked += isPrime(n) ? 1 : 0;
console.log(primes.length, primes.at(-1), checked);
