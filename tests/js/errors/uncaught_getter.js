// exit: 1
const settings = {
  get port() {
    return parse(this.text);
  },
  set port(value) {
    parse(value);
  },
  text: 'x',
};
function parse(text) {
  if (!/^\d+$/.test(text)) throw new RangeError(`no port: ${text}`);
  return +text;
}
try {
  settings.port = '1x';
} catch (error) {
  console.log(error.stack.split('\n').slice(0, 3).join('\n').replaceAll(/\(.*\//g, '('));
}
settings.port;
