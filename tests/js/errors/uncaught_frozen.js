// exit: 1
const error = Object.freeze(new Error('frozen'));
throw error;
