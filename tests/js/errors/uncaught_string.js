// exit: 1
throw 'just a string';
