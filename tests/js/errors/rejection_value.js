// exit: 1
console.log('start');
Promise.reject({ reason: 'a value' });
setTimeout(() => console.log('never'), 5);
