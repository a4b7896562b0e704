// try, catch, finally: completion values, overriding, nesting.
function run(name, f) {
  let r;
  try {
    r = 'returned ' + f();
  } catch (e) {
    r = 'threw ' + (e.message ?? e);
  }
  console.log(name + ':', r);
}
run('return', () => {
  try {
    return 1;
  } finally {
  }
});
run('override', () => {
  try {
    return 1;
  } finally {
    return 2;
  }
});
run('override throw', () => {
  try {
    throw 1;
  } finally {
    return 2;
  }
});
run('throw in finally', () => {
  try {
    return 1;
  } finally {
    throw 'f';
  }
});
run('throw replaces', () => {
  try {
    throw 'a';
  } finally {
    throw 'b';
  }
});
run('catch', () => {
  try {
    throw 'a';
  } catch (e) {
    return 'c' + e;
  }
});
run('catch throws', () => {
  try {
    throw 'a';
  } catch (e) {
    throw e + 'b';
  } finally {
  }
});
run('value kept', () => {
  let x = 1;
  try {
    return x;
  } finally {
    x = 2;
  }
});
run('object kept', () => {
  const o = { x: 1 };
  try {
    return o.x;
  } finally {
    o.x = 2;
  }
});
run('order', () => {
  const l = [];
  try {
    try {
      l.push(1);
      throw 'e';
    } finally {
      l.push(2);
    }
  } catch {
    l.push(3);
  } finally {
    l.push(4);
  }
  return l;
});
run('nested returns', () => {
  try {
    try {
      return 'inner';
    } finally {
      try {
        throw 'x';
      } catch {}
    }
  } finally {
    ('nothing');
  }
});
run('break out', () => {
  for (;;) {
    try {
      return 'r';
    } finally {
      break;
    }
  }
  return 'after';
});
run('continue', () => {
  let n = 0;
  for (const x of [1, 2, 3]) {
    try {
      if (x < 3) continue;
      return n;
    } finally {
      n += x;
    }
  }
});
run('label', () => {
  a: {
    try {
      break a;
    } finally {
      1;
    }
  }
  return 'left';
});
run('return in loop in finally', () => {
  try {
  } finally {
    for (const x of [1]) return x;
  }
});
run('catch scope', () => {
  let e = 'outer';
  try {
    throw 'inner';
  } catch (e) {
    e = 'changed';
  }
  return e;
});
run('catch pattern', () => {
  try {
    throw { a: 1, b: [2] };
  } catch ({ a, b: [c] }) {
    return a + c;
  }
});
run('catch pattern throws', () => {
  try {
    throw null;
  } catch ({ a }) {
    return 'no';
  }
});
run('no binding', () => {
  try {
    throw 1;
  } catch {
    return 'ok';
  }
});
run('rethrow', () => {
  try {
    try {
      throw new Error('same');
    } catch (e) {
      throw e;
    }
  } catch (e) {
    return e.message;
  }
});
run('generator', () => {
  function* g() {
    try {
      yield 1;
    } finally {
      yield 2;
    }
  }
  const i = g();
  return [i.next().value, i.return('r').value, i.next().value];
});
run('deep', () => {
  let s = '';
  try {
    try {
      try {
        throw 1;
      } finally {
        s += 'a';
      }
    } finally {
      s += 'b';
    }
  } catch (e) {
    s += e;
  } finally {
    s += 'c';
  }
  return s;
});
run('finally without end', () => {
  let n = 0;
  while (true) {
    try {
      if (n++ > 2) return n;
    } finally {
      if (n < 3) continue;
    }
  }
});
function counts() {
  let c = 0;
  for (let i = 0; i < 1000; i++) {
    try {
      if (i % 3 === 0) throw i;
      if (i % 3 === 1) continue;
      c += 1;
    } catch (e) {
      c += 10;
    } finally {
      c += 100;
    }
  }
  return c;
}
run('many', counts);
run('accessor throws', () => {
  try {
    ({
      get x() {
        throw 'getter';
      },
    }).x;
  } catch (e) {
    return e;
  }
});
run('constructor throws', () => {
  try {
    new (class {
      constructor() {
        throw 'ctor';
      }
    })();
  } catch (e) {
    return e;
  }
});
run('callback throws', () => {
  try {
    [1].forEach(() => {
      throw 'cb';
    });
  } catch (e) {
    return e;
  }
});
run('sort callback', () => {
  try {
    [2, 1].sort(() => {
      throw 's';
    });
  } catch (e) {
    return e;
  }
});
run('toString throws', () => {
  try {
    `${{
      toString() {
        throw 'ts';
      },
    }}`;
  } catch (e) {
    return e;
  }
});
run('undefined thrown', () => {
  try {
    throw undefined;
  } catch (e) {
    return typeof e;
  }
});
run('stack overflow', () => {
  let d = 0;
  const f = () => {
    d++;
    f();
  };
  try {
    f();
  } catch (e) {
    return e instanceof RangeError && d > 1000;
  }
});
run('overflow twice', () => {
  const f = () => f();
  let n = 0;
  for (let i = 0; i < 3; i++)
    try {
      f();
    } catch {
      n++;
    }
  return n;
});
run('await in finally', () => {
  (async () => {
    try {
      await Promise.reject('r');
    } catch (e) {
      console.log('async caught', e);
    } finally {
      await null;
      console.log('async finally');
    }
  })();
  return 'sync';
});
run('closure in catch', () => {
  const fs = [];
  for (const x of [1, 2])
    try {
      throw x;
    } catch (e) {
      fs.push(() => e);
    }
  return fs.map(f => f());
});
run('var in try', () => {
  try {
    var v = 1;
    throw 0;
  } catch {
    v++;
  } finally {
    v++;
  }
  return v;
});
run('function in block', () => {
  try {
    return fb();
    function fb() {
      return 'hoisted';
    }
  } finally {
  }
});
run('switch', () => {
  switch (1) {
    case 1:
      try {
        break;
      } finally {
        return 'sf';
      }
  }
});
