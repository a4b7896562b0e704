// exit: 1
// Anything can be thrown.
throw { code: 5, nested: { list: [1, 2] } };
