// SHA-256 and a small RSA with BigInt and with digits in arrays.
"use strict";
function primes(count) {
  const found = [];
  for (let n = 2; found.length < count; n++) if (found.every((p) => n % p !== 0)) found.push(n);
  return found;
}
const fraction = (x) => ((x - Math.floor(x)) * 0x100000000) | 0;
const K = primes(64).map((p) => fraction(Math.cbrt(p)));
const START = primes(8).map((p) => fraction(Math.sqrt(p)));
const rotate = (x, n) => (x >>> n) | (x << (32 - n));

function sha256(bytes) {
  const length = bytes.length;
  const padded = new Uint8Array(((length + 8) >> 6) * 64 + 64);
  padded.set(bytes);
  padded[length] = 0x80;
  new DataView(padded.buffer).setUint32(padded.length - 4, length * 8);
  const hash = START.slice(), w = new Int32Array(64);
  for (let at = 0; at < padded.length; at += 64) {
    for (let i = 0; i < 16; i++) {
      const p = at + i * 4;
      w[i] = (padded[p] << 24) | (padded[p + 1] << 16) | (padded[p + 2] << 8) | padded[p + 3];
    }
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15], y = w[i - 2];
      const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
      const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = hash;
    for (let i = 0; i < 64; i++) {
      const t1 = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      const t2 = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((x, i) => {
      hash[i] = (hash[i] + x) | 0;
    });
  }
  return hash.map((x) => (x >>> 0).toString(16).padStart(8, "0")).join("");
}

// Numbers as digits of 14 bits, least first.
const BITS = 14, BASE = 1 << BITS, MASK = BASE - 1;
function fromHex(text) {
  let digits = [0];
  for (const c of text) {
    let carry = parseInt(c, 16);
    for (let i = 0; i < digits.length; i++) {
      const x = digits[i] * 16 + carry;
      digits[i] = x & MASK;
      carry = x >> BITS;
    }
    if (carry) digits.push(carry);
  }
  return digits;
}
function compare(a, b) {
  for (let i = Math.max(a.length, b.length) - 1; i >= 0; i--) {
    const x = a[i] || 0, y = b[i] || 0;
    if (x !== y) return x - y;
  }
  return 0;
}
function multiply(a, b) {
  const out = new Array(a.length + b.length).fill(0);
  for (let i = 0; i < a.length; i++) {
    let carry = 0;
    for (let j = 0; j < b.length; j++) {
      const x = out[i + j] + a[i] * b[j] + carry;
      out[i + j] = x & MASK;
      carry = x >>> BITS;
    }
    out[i + b.length] = carry;
  }
  return out;
}
function remainder(a, m) {
  let r = [];
  for (let i = a.length * BITS - 1; i >= 0; i--) {
    let carry = (a[(i / BITS) | 0] >> i % BITS) & 1;
    for (let j = 0; j < r.length; j++) {
      const x = r[j] * 2 + carry;
      r[j] = x & MASK;
      carry = x >> BITS;
    }
    if (carry) r.push(carry);
    if (compare(r, m) >= 0) {
      let borrow = 0;
      for (let j = 0; j < r.length; j++) {
        let x = r[j] - (m[j] || 0) - borrow;
        borrow = x < 0 ? 1 : 0;
        r[j] = x & MASK;
      }
      while (r.length && r[r.length - 1] === 0) r.pop();
    }
  }
  return r;
}
function power(base, exponent, m) {
  let result = [1];
  for (const bit of exponent.toString(2)) {
    result = remainder(multiply(result, result), m);
    if (bit === "1") result = remainder(multiply(result, base), m);
  }
  return result;
}
function bigPower(base, exponent, m) {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % m;
    if (bit === "1") result = (result * base) % m;
  }
  return result;
}

const text = new Uint8Array(20000);
for (let i = 0; i < text.length; i++) text[i] = (i * 31 + (i >> 3)) & 255;
let digest = "";
for (let i = 0; i < 24; i++) {
  digest = sha256(text);
  text[i] = parseInt(digest.slice(0, 2), 16);
}
const modulus = "b3a1f4c2d5e6978812345678abcdef0199887766554433221100ffeeddccbbaa9f3d";
const message = "1234567890abcdef1234567890abcdef";
const small = power(fromHex(message), 65537, fromHex(modulus));
let value = 0n;
for (let i = small.length - 1; i >= 0; i--) value = value * BigInt(BASE) + BigInt(small[i]);
const big = bigPower(BigInt("0x" + message), 65537n, BigInt("0x" + modulus));
console.log(digest, value === big, big.toString(16));
