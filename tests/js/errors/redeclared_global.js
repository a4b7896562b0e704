// exit: 1
var undefined;
let NaN;
