// exit: 1
// Error.captureStackTrace and properties of errors.
function make() { const o = {}; Error.captureStackTrace(o, make); return o; }
function caller() { return make(); }
console.log(caller().stack.split('\n').map(line => line.replace(/\(.*\//, '(')).slice(0, 2).join('|'));
const e = new Error('message', { cause: 0 });
console.log(Object.keys(e), Object.getOwnPropertyNames(e).filter(k => k !== 'stack').join(), 'cause' in e, e.cause);
e.message = 'changed';
console.log(e.stack.split('\n')[0], String(e));
const late = new Error('first look');
late.name = 'Renamed';
console.log(late.stack.split('\n')[0]);
throw Object.assign(new EvalError('with properties'), { code: 'E_CODE', detail: { at: [1, 2] } });
