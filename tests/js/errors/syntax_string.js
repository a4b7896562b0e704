// exit: 1
console.log('no end);
