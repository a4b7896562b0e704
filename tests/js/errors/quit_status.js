// exit: 7
setTimeout(() => { console.log('timer'); quit(7); }, 1);
setTimeout(() => console.log('never'), 20);
