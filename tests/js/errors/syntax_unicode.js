// exit: 1
const text = 'äöü 😀'; let 9lives = 1;
