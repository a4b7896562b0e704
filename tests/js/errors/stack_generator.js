// exit: 1
function* numbers() {
  yield 1;
  yield fail();
}
function fail() {
  throw new Error('second');
}
for (const n of numbers()) {
  console.log(n);
}
