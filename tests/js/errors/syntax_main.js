// exit: 1
const fine = 1;
function broken( {
  return fine;
}
