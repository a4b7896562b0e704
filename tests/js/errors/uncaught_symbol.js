// exit: 1
throw Symbol('why');
