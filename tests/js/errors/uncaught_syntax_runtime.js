// exit: 1
function compile(text) {
  return eval(text);
}
compile('1 +\n+ * 2');
