// Labels, break and continue through loops, blocks, try and switch.
outer: for (let i = 0; i < 3; i++) {
  for (let j = 0; j < 3; j++) {
    if (j === 1) continue outer;
    if (i === 2) break outer;
    console.log(i, j);
  }
}
block: {
  console.log('in');
  if (true) break block;
  console.log('never');
}
a: b: c: for (;;) {
  for (;;) break b;
}
console.log('left');
function through() {
  const log = [];
  outer: while (true) {
    try {
      log.push('try');
      for (const x of [1, 2, 3]) {
        try {
          if (x === 2) continue outer;
          log.push(x);
        } finally {
          log.push('f' + x);
          if (log.length > 8) break outer;
        }
      }
    } finally {
      log.push('outer finally');
    }
  }
  return log.join(' ');
}
console.log(through());
function closing() {
  const log = [];
  const iterable = {
    [Symbol.iterator]() {
      let n = 0;
      return {
        next: () => ({ value: n++, done: false }),
        return() {
          log.push('closed');
          return {};
        },
      };
    },
  };
  outer: for (const i of [1, 2]) {
    for (const x of iterable) {
      if (x === i) continue outer;
      log.push(x);
    }
  }
  done: {
    for (const x of iterable) {
      if (x) break done;
    }
  }
  return log.join(' ');
}
console.log(closing());
function switches(x) {
  const log = [];
  s: switch (x) {
    case 1:
      log.push('one');
    case 2:
      log.push('two');
      if (x === 1) break s;
    default:
      log.push('default');
    case 3:
      log.push('three');
      break;
    case 4:
      for (;;) {
        break s;
      }
  }
  return log.join(' ');
}
console.log([1, 2, 3, 4, 5].map(switches).join(' | '));
let n = 0;
again: do {
  n++;
  if (n < 3) continue again;
  break;
} while (true);
console.log(n);
let k = 0;
do {
  k++;
  if (k % 2) continue;
} while (k < 5);
console.log(k);
l1: if (true) {
  l2: {
    break l1;
  }
} else console.log('else');
function returns() {
  for (const x of [1]) {
    try {
      return 'try';
    } finally {
      console.log('finally');
    }
  }
}
console.log(returns());
function overrides() {
  l: try {
    return 1;
  } finally {
    break l;
  }
  return 2;
}
console.log(overrides());
function continues() {
  let i = 0;
  while (i < 3) {
    try {
      i++;
      throw i;
    } catch {
      continue;
    } finally {
      if (i === 3) return 'end ' + i;
    }
  }
}
console.log(continues());
yield: for (var await of [1]) break yield;
console.log(await);
let_: for (const key in { p: 1, q: 2 }) {
  if (key === 'p') continue let_;
  console.log(key);
}
