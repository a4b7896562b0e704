// exit: 1
setTimeout(function tick() {
  queueMicrotask(() => console.log('never'));
  null.f();
}, 1);
setTimeout(() => console.log('never either'), 30);
console.log('scheduled');
