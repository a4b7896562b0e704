// exit: 1
console.log('before');
await Promise.reject(new RangeError('top level'));
