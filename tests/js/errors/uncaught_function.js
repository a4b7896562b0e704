// exit: 1
throw class Thrown {};
