// Typed arrays on buffers that change their size or go away while they are used.
const make = (n = 8, max = 16) => {
  const b = new ArrayBuffer(n, { maxByteLength: max });
  const t = new Uint8Array(b);
  for (let i = 0; i < n; i++) t[i] = i + 1;
  return [b, t];
};
{
  const [b, t] = make();
  const fixed = new Uint8Array(b, 2, 4),
    off = new Uint16Array(b, 4);
  console.log(t.length, fixed.length, off.length, b.resizable, b.maxByteLength);
  b.resize(5);
  console.log(t.length, fixed.length, fixed.byteOffset, off.length, off.byteLength, t[7]);
  b.resize(16);
  console.log(t.length, fixed.length, off.length, [...t].join());
  b.resize(0);
  console.log(t.length, fixed.length, off.byteOffset);
}
const events = [];
{
  const [b, t] = make();
  for (const x of t) {
    events.push(x);
    if (x === 3) b.resize(5);
  }
  console.log(events.splice(0).join());
  for (const x of t) {
    events.push(x);
    if (x === 5) b.resize(7);
  }
  console.log(events.splice(0).join());
  const it = new Uint8Array(b, 2, 4).values();
  console.log(it.next().value);
  b.resize(4);
  try {
    it.next();
  } catch (e) {
    console.log(e.name);
  }
}
{
  const [b, t] = make();
  t.forEach((x, i) => {
    events.push(x);
    if (i === 2) b.resize(4);
  });
  console.log(events.splice(0).map(String).join());
}
{
  const [b, t] = make();
  console.log(
    t
      .map((x, i) => {
        if (i === 1) b.resize(3);
        return x * 2;
      })
      .join(),
  );
}
{
  const [b, t] = make();
  console.log(
    t
      .filter((x, i) => {
        if (i === 1) b.resize(3);
        return x !== 1;
      })
      .join(),
  );
}
{
  const [b, t] = make();
  console.log(
    t.reduce((a, x, i) => {
      if (i === 2) b.resize(4);
      return a + '/' + x;
    }),
  );
}
{
  const [b, t] = make();
  console.log(
    t.indexOf({
      valueOf() {
        b.resize(2);
        return 0;
      },
    }),
    t.includes(undefined, {
      valueOf() {
        b.resize(1);
        return 0;
      },
    }),
    t.length,
  );
}
{
  const [b, t] = make();
  t.fill(9, {
    valueOf() {
      b.resize(4);
      return 1;
    },
  });
  console.log([...t].join());
}
{
  const [b, t] = make();
  t.sort((x, y) => {
    b.resize(3);
    return y - x;
  });
  console.log([...t].join(), t.length);
}
{
  const [b, t] = make();
  console.log(
    t.join({
      toString() {
        b.resize(2);
        return '-';
      },
    }),
  );
}
{
  const [b, t] = make();
  console.log(
    t
      .slice({
        valueOf() {
          b.resize(4);
          return 2;
        },
      })
      .join(),
  );
}
{
  const [b, t] = make();
  try {
    t.set([7, 8], {
      valueOf() {
        b.resize(1);
        return 0;
      },
    });
  } catch (e) {
    console.log(e.name);
  }
  console.log([...t].join());
}
{
  const [b, t] = make();
  t[2] = {
    valueOf() {
      b.resize(1);
      return 99;
    },
  };
  console.log(t[2], t.length);
}
{
  const [b, t] = make();
  console.log(
    t.with
      ? (() => {
          try {
            return t
              .with(7, {
                valueOf() {
                  b.resize(4);
                  return 1;
                },
              })
              .join();
          } catch (e) {
            return e.name;
          }
        })()
      : '',
  );
}
{
  const [b, t] = make();
  t.copyWithin(0, {
    valueOf() {
      b.resize(6);
      return 3;
    },
  });
  console.log([...t].join());
}
{
  const [b, t] = make();
  const sub = t.subarray(2);
  b.resize(4);
  console.log(sub.length, sub.join());
  b.resize(10);
  console.log(sub.length);
}
{
  const [b, t] = make();
  for (const [i, x] of t.entries()) {
    if (i === 3) b.resize(2);
    events.push(i + ':' + x);
  }
  console.log(events.splice(0).join());
}
{
  const [b, t] = make();
  console.log(
    [...t.keys()].join(),
    Object.keys(t).join(),
    7 in t,
    (b.resize(3), 7 in t),
    Object.keys(t).join(),
    Reflect.ownKeys(t).length,
    Object.getOwnPropertyDescriptor(t, 5),
    Reflect.set(t, 5, 1),
    Reflect.defineProperty(t, 5, { value: 1 }),
    delete t[5],
    (() => {
      'use strict';
      try {
        delete t[0];
      } catch (e) {
        return e.name;
      }
    })(),
  );
}
{
  const [b, t] = make();
  const moved = b.transfer(4);
  console.log(
    b.detached,
    t.length,
    t[0],
    t.byteOffset,
    moved.byteLength,
    moved.resizable,
    moved.transferToFixedLength().resizable,
  );
  for (const f of [
    () => t.fill(1),
    () => [...t],
    () => t.map(x => x),
    () => new Uint8Array(t),
    () => new Uint8Array(b),
    () => b.slice(),
    () => b.resize(1),
    () => t.set([1]),
    () => t.subarray(0),
    () => new DataView(b),
    () => Atomics.add(t, 0, 1),
    () => structuredClone(t),
  ])
    try {
      f();
      console.log('fine');
    } catch (e) {
      console.log(e.name);
    }
  t[0] = 5;
  console.log(t[0], Object.keys(t).length, 0 in t);
}
{
  const [b, t] = make();
  const view = new DataView(b, 2);
  b.resize(4);
  console.log(view.byteLength, view.getUint8(1));
  try {
    view.getUint8(2);
  } catch (e) {
    console.log(e.name);
  }
  const fixed = new DataView(b, 1, 3);
  b.resize(2);
  try {
    fixed.byteLength;
  } catch (e) {
    console.log(e.name);
  }
  b.resize(8);
  console.log(fixed.byteLength, fixed.getUint8(2));
}
{
  const g = new SharedArrayBuffer(2, { maxByteLength: 4 });
  const t = new Uint8Array(g);
  g.grow(4);
  console.log(t.length, g.growable);
  try {
    g.grow(3);
  } catch (e) {
    console.log(e.name);
  }
}
for (const f of [
  () => new ArrayBuffer(5, { maxByteLength: 4 }),
  () => new ArrayBuffer(0, { maxByteLength: -1 }),
  () => make()[0].resize(17),
  () => make()[0].resize(-1),
  () => new ArrayBuffer(1).resize(1),
  () => new Uint16Array(new ArrayBuffer(3, { maxByteLength: 8 })).length,
  () => new Uint16Array(new ArrayBuffer(4), 1),
  () => Uint8Array.of.call(Array, 1, 2).join(),
  () => new Float64Array([1.5, '2', null, undefined, true, 3n]),
  () => new Uint8Array([256, -1, 1.9, NaN, '7']).join(),
  () => new Uint8ClampedArray([256, -1, 1.5, 2.5, NaN]).join(),
  () => new BigInt64Array([2n ** 63n, -1n]).join(),
  () => new Float32Array([0.1, 1e40])[0],
  () => new Int8Array(new Set([1, 300])).join(),
  () => new Uint8Array({ length: 2, 0: 5 }).join(),
  () => Uint8Array.from('123', x => x * 2).join(),
])
  try {
    console.log(String(f()));
  } catch (e) {
    console.log(e.name + ': ' + e.message);
  }
