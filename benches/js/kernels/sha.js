// SHA-256 (FIPS 180-4) of a long message, block by block.
"use strict";
const K = new Int32Array(64), H = new Int32Array(8), W = new Int32Array(64);

function constants() {
  let found = 0;
  for (let n = 2; found < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) { prime = false; break; }
    if (!prime) continue;
    if (found < 8) H[found] = (Math.sqrt(n) % 1) * 4294967296 | 0;
    K[found++] = (Math.cbrt(n) % 1) * 4294967296 | 0;
  }
}

function compress(bytes, at) {
  for (let i = 0; i < 16; i++, at += 4) {
    W[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  }
  for (let i = 16; i < 64; i++) {
    const x = W[i - 15], y = W[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    W[i] = (W[i - 16] + s0 + W[i - 7] + s1) | 0;
  }
  let a = H[0], b = H[1], c = H[2], d = H[3], e = H[4], f = H[5], g = H[6], h = H[7];
  for (let i = 0; i < 64; i++) {
    const S1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const choose = (e & f) ^ (~e & g);
    const first = (h + S1 + choose + K[i] + W[i]) | 0;
    const S0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g; g = f; f = e; e = (d + first) | 0;
    d = c; c = b; b = a; a = (first + S0 + majority) | 0;
  }
  H[0] = (H[0] + a) | 0; H[1] = (H[1] + b) | 0; H[2] = (H[2] + c) | 0; H[3] = (H[3] + d) | 0;
  H[4] = (H[4] + e) | 0; H[5] = (H[5] + f) | 0; H[6] = (H[6] + g) | 0; H[7] = (H[7] + h) | 0;
}

function sha256(length) {
  constants();
  const padded = (length + 9 + 63) & ~63;
  const bytes = new Uint8Array(padded);
  for (let i = 0; i < length; i++) bytes[i] = i * 7;
  bytes[length] = 0x80;
  for (let i = 0, bits = length * 8; i < 8; i++, bits = Math.floor(bits / 256)) bytes[padded - 1 - i] = bits & 255;
  for (let at = 0; at < padded; at += 64) compress(bytes, at);
  let text = "";
  for (let i = 0; i < 8; i++) text += (H[i] >>> 0).toString(16).padStart(8, "0");
  return text;
}
console.log(sha256(6000000));
