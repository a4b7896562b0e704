// exit: 1
function grow(n) {
  return new Array(n);
}
[1, -1].map(n => grow(n));
