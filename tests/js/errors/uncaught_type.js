// exit: 1
console.log('before');
function outer(value) {
  return inner(value);
}
function inner(value) {
  return value.missing.property;
}
outer({});
console.log('never');
