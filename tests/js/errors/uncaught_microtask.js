// exit: 1
queueMicrotask(function task() {
  throw new Error('in a microtask');
});
Promise.resolve().then(() => console.log('never'));
console.log('queued');
