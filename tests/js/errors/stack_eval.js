// exit: 1
function run() {
  eval(`
    function inner() {
      throw new Error('in eval');
    }
    inner();
  `);
}
run();
