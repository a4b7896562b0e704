// exit: 1
// An error whose properties throw when they are looked at.
const error = new Error('hostile');
Object.defineProperty(error, 'stack', { get() { throw new Error('from the getter'); } });
throw error;
