// exit: 1
function f() {
  'use strict';
  with ({}) {}
}
