// exit: 1
const data = [3, 1, 2];
data.sort((x, y) => {
  return [x, y].map(v => v.value.deep);
});
