// Timers: order, arguments, clearing, nesting, odd delays.
const log = [];
const id = setTimeout(() => log.push('cleared'), 1);
clearTimeout(id);
clearTimeout(undefined);
clearTimeout('nonsense');
clearTimeout(123456);
setTimeout((...a) => log.push('args ' + a.join()), 1, 'x', 2);
setTimeout(() => log.push('30'), 600);
setTimeout(() => log.push('10'), 10);
setTimeout(() => log.push('10 later'), 10);
setTimeout(() => log.push('negative'), -5);
setTimeout(() => log.push('NaN'), NaN);
setTimeout(() => log.push('text'), '2');
setImmediate(v => log.push('immediate ' + v), 'arg');
let n = 0;
const every = setInterval(() => {
  log.push('interval ' + ++n);
  if (n === 3) clearInterval(every);
}, 2);
setTimeout(() => {
  log.push('outer');
  setTimeout(() => log.push('inner'), 1);
  Promise.resolve().then(() => log.push('microtask'));
  queueMicrotask(() => log.push('queued'));
}, 3);
const chained = k => {
  if (k) setTimeout(chained, 0, k - 1);
  else log.push('chain ended');
};
chained(5);
for (const bad of [undefined, null, 'code', 5])
  try {
    setTimeout(bad);
  } catch (e) {
    console.log(e.name);
  }
try {
  queueMicrotask(5);
} catch (e) {
  console.log(e.name);
}
function finish() {
  if (n < 3 || !log.includes('30') || !log.includes('chain ended')) return setTimeout(finish, 5);
  const ten = log.indexOf('10'),
    later = log.indexOf('10 later');
  console.log(
    ten < later,
    log.indexOf('30') > later,
    log.includes('cleared'),
    log.filter(x => x.startsWith('interval')).length,
  );
  console.log(
    log.indexOf('microtask') === log.indexOf('outer') + 1,
    log.indexOf('queued') === log.indexOf('outer') + 2,
    log.indexOf('inner') > log.indexOf('queued'),
  );
  console.log(
    log
      .filter(x => /args|negative|NaN|text|immediate|chain/.test(x))
      .sort()
      .join(),
  );
}
setTimeout(finish, 60);
