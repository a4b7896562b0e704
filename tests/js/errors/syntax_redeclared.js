// exit: 1
let twice = 1;
{
  let inner = 2;
  var twice = 3;
}
