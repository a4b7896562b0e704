// exit: 1
if (true) {
  console.log('open');
