// for-of and destructuring close their iterators, whichever way they are left.
function source(log, values, extra) {
  let i = 0;
  return {
    [Symbol.iterator]() {
      log.push('open');
      return this;
    },
    next() {
      log.push('next');
      return i < values.length ? { value: values[i++], done: false } : { value: 'end', done: true };
    },
    return(v) {
      log.push('return');
      return extra ? extra() : {};
    },
  };
}
function run(name, f) {
  const log = [];
  let result;
  try {
    result = f(log);
  } catch (e) {
    result = 'threw ' + (e.message ?? e);
  }
  console.log(name + ':', log.join(' '), '=>', String(result));
}
run('all', log => {
  for (const x of source(log, [1, 2]));
});
run('break', log => {
  for (const x of source(log, [1, 2])) break;
});
run('continue', log => {
  for (const x of source(log, [1, 2])) continue;
});
run('return', log => {
  for (const x of source(log, [1, 2])) return x;
});
run('throw', log => {
  for (const x of source(log, [1])) throw 'body';
});
run('throw and close throws', log => {
  for (const x of source(log, [1], () => {
    throw 'close';
  }))
    throw 'body';
});
run('break and close throws', log => {
  for (const x of source(log, [1], () => {
    throw 'close';
  }))
    break;
});
run('break and no object', log => {
  for (const x of source(log, [1], () => 5)) break;
});
run('throw and no object', log => {
  for (const x of source(log, [1], () => 5)) throw 'body';
});
run('next throws', log => {
  const s = source(log, []);
  s.next = () => {
    throw 'next';
  };
  for (const x of s);
});
run('next no object', log => {
  const s = source(log, []);
  s.next = () => 1;
  for (const x of s);
});
run('done throws', log => {
  const s = source(log, []);
  s.next = () => ({
    get done() {
      throw 'done';
    },
  });
  for (const x of s);
});
run('value throws', log => {
  const s = source(log, []);
  s.next = () => ({
    done: false,
    get value() {
      throw 'value';
    },
  });
  for (const x of s);
});
run('binding throws', log => {
  for (const { a } of source(log, [null]));
});
run('assignment throws', log => {
  const o = {
    set x(v) {
      throw 'setter';
    },
  };
  for (o.x of source(log, [1]));
});
run('array pattern', log => {
  const [a, b] = source(log, [1, 2, 3]);
  return a + b;
});
run('array pattern short', log => {
  const [a, b] = source(log, [1]);
  return [a, b];
});
run('array rest', log => {
  const [a, ...b] = source(log, [1, 2, 3]);
  return b;
});
run('empty pattern', log => {
  const [] = source(log, [1]);
});
run('elision', log => {
  const [, , c] = source(log, [1, 2, 3]);
  return c;
});
run('default throws', log => {
  const [
    a = (() => {
      throw 'default';
    })(),
  ] = source(log, [undefined]);
});
run('target throws', log => {
  [
    (() => {
      throw 'target';
    })().x,
  ] = source(log, [1]);
});
run('spread', log => [...source(log, [1, 2])].length);
run('spread call', log => Math.max(...source(log, [1, 5, 2])));
run('Array.from throws', log =>
  Array.from(source(log, [1]), () => {
    throw 'map';
  }),
);
run('Map', log => new Map(source(log, [1])));
run('Set', log => new Set(source(log, [1, 1])).size);
run('Object.fromEntries', log => Object.fromEntries(source(log, [['a', 1], 2])));
run('return missing', log => {
  const s = source(log, [1]);
  s.return = undefined;
  for (const x of s) break;
  return 'fine';
});
run('return null', log => {
  const s = source(log, [1]);
  s.return = null;
  for (const x of s) throw 'body';
});
run('return no function', log => {
  const s = source(log, [1]);
  s.return = 1;
  for (const x of s) break;
});
run('no iterator', () => {
  for (const x of {});
});
run('iterator no object', () => {
  for (const x of { [Symbol.iterator]: () => 1 });
});
run('not iterable', () => {
  for (const x of 5);
});
run('undefined', () => {
  let u;
  for (const x of u);
});
run('nested', log => {
  outer: for (const x of source(log, [1, 2])) for (const y of source(log, [1])) continue outer;
});
run('labelled', log => {
  a: for (const x of source(log, [1, 2])) for (const y of source(log, [1])) break a;
});
run('generator', log => {
  function* g() {
    try {
      yield 1;
    } finally {
      log.push('cleanup');
    }
  }
  for (const x of g()) break;
});
run('generator unstarted', log => {
  function* g() {
    try {
      yield 1;
    } finally {
      log.push('cleanup');
    }
  }
  const i = g();
  i.return();
  return [...i].length;
});
run('next looked up once', log => {
  let n = 0;
  const it = {
    get next() {
      log.push('get next');
      return () => ({ done: n++ > 2, value: n });
    },
    [Symbol.iterator]() {
      return this;
    },
  };
  return [...it];
});
