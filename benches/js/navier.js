// A fluid in a box by the Navier-Stokes equations, in typed arrays. After J. Stam, "Stable Fluids", 1999.
"use strict";
const SIZE = 64, ROW = SIZE + 2, CELLS = ROW * ROW, ROUNDS = 12;

function edges(kind, x) {
  for (let i = 1; i <= SIZE; i++) {
    x[i * ROW] = kind === 1 ? -x[1 + i * ROW] : x[1 + i * ROW];
    x[SIZE + 1 + i * ROW] = kind === 1 ? -x[SIZE + i * ROW] : x[SIZE + i * ROW];
    x[i] = kind === 2 ? -x[i + ROW] : x[i + ROW];
    x[i + (SIZE + 1) * ROW] = kind === 2 ? -x[i + SIZE * ROW] : x[i + SIZE * ROW];
  }
  const last = (SIZE + 1) * ROW;
  x[0] = 0.5 * (x[1] + x[ROW]);
  x[SIZE + 1] = 0.5 * (x[SIZE] + x[SIZE + 1 + ROW]);
  x[last] = 0.5 * (x[last + 1] + x[last - ROW]);
  x[last + SIZE + 1] = 0.5 * (x[last + SIZE] + x[last + 1 - 2]);
}

function relax(kind, x, x0, a, c) {
  const scale = 1 / c;
  for (let round = 0; round < ROUNDS; round++) {
    for (let j = 1; j <= SIZE; j++) {
      let at = j * ROW + 1;
      let before = x[at - 1];
      for (let i = 1; i <= SIZE; i++, at++) {
        before = x[at] = (x0[at] + a * (before + x[at + 1] + x[at - ROW] + x[at + ROW])) * scale;
      }
    }
    edges(kind, x);
  }
}

function advect(kind, d, d0, u, v, dt) {
  const step = dt * SIZE;
  for (let j = 1; j <= SIZE; j++) {
    for (let i = 1; i <= SIZE; i++) {
      const at = i + j * ROW;
      const x = Math.min(Math.max(i - step * u[at], 0.5), SIZE + 0.5);
      const y = Math.min(Math.max(j - step * v[at], 0.5), SIZE + 0.5);
      const i0 = x | 0, j0 = y | 0;
      const s1 = x - i0, s0 = 1 - s1, t1 = y - j0, t0 = 1 - t1;
      const from = i0 + j0 * ROW;
      d[at] = s0 * (t0 * d0[from] + t1 * d0[from + ROW]) + s1 * (t0 * d0[from + 1] + t1 * d0[from + ROW + 1]);
    }
  }
  edges(kind, d);
}

function project(u, v, p, div) {
  const h = -0.5 / SIZE;
  for (let j = 1; j <= SIZE; j++) {
    for (let i = 1; i <= SIZE; i++) {
      const at = i + j * ROW;
      div[at] = h * (u[at + 1] - u[at - 1] + v[at + ROW] - v[at - ROW]);
      p[at] = 0;
    }
  }
  edges(0, div);
  edges(0, p);
  relax(0, p, div, 1, 4);
  for (let j = 1; j <= SIZE; j++) {
    for (let i = 1; i <= SIZE; i++) {
      const at = i + j * ROW;
      u[at] -= 0.5 * SIZE * (p[at + 1] - p[at - 1]);
      v[at] -= 0.5 * SIZE * (p[at + ROW] - p[at - ROW]);
    }
  }
  edges(1, u);
  edges(2, v);
}

let u = new Float64Array(CELLS), v = new Float64Array(CELLS), density = new Float64Array(CELLS);
let u0 = new Float64Array(CELLS), v0 = new Float64Array(CELLS), density0 = new Float64Array(CELLS);
const dt = 0.1;
for (let frame = 0; frame < 30; frame++) {
  for (let i = 0; i < 5; i++) {
    const at = 20 + i * 5 + (16 + i * 6) * ROW;
    density[at] += 5;
    u[at] += 10 - i;
    v[at] += i;
  }
  [u0, u] = [u, u0];
  [v0, v] = [v, v0];
  relax(1, u, u0, 0.0001, 1.0004);
  relax(2, v, v0, 0.0001, 1.0004);
  project(u, v, u0, v0);
  [u0, u] = [u, u0];
  [v0, v] = [v, v0];
  advect(1, u, u0, u0, v0, dt);
  advect(2, v, v0, u0, v0, dt);
  project(u, v, u0, v0);
  [density0, density] = [density, density0];
  advect(0, density, density0, u, v, dt);
}
let sum = 0;
for (const x of density) sum += x;
console.log(sum.toFixed(6), u[500].toFixed(9), v[1234].toFixed(9));
