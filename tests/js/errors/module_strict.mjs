// exit: 1
undeclared = 1;
