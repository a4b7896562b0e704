// exit: 13
console.log('waits for nothing');
await new Promise(() => {});
