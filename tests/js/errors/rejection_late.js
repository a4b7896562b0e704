// exit: 1
// A handler that comes before the queue of microtasks is empty is early enough.
const p = Promise.reject(new Error('handled'));
Promise.resolve().then(() => p.catch(e => console.log('caught', e.message)));
const q = Promise.reject(new Error('too late'));
setTimeout(() => q.catch(() => console.log('never')), 0);
