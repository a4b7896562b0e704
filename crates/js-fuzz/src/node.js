// Runs programs that come on standard input, each in a context of its own, and answers with what they print.
// Messages are a length in four bytes, low ones first, and a text; the first is what every context begins with.
const fs = require("fs");
const vm = require("vm");

function read(length) {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length;) {
    const got = fs.readSync(0, bytes, at, length - at);
    if (got === 0) process.exit(0);
    at += got;
  }
  return bytes;
}

function receive() {
  return read(read(4).readUInt32LE(0)).toString("utf8");
}

function send(text) {
  const bytes = Buffer.from(text, "utf8");
  const head = Buffer.alloc(4);
  head.writeUInt32LE(bytes.length, 0);
  const all = Buffer.concat([head, bytes]);
  for (let at = 0; at < all.length;) at += fs.writeSync(1, all, at);
}

const prelude = new vm.Script(receive());
const end = new vm.Script("$end()");
const none = new vm.Script("");

function run(text) {
  const context = vm.createContext({}, { microtaskMode: "afterEvaluate" });
  prelude.runInContext(context);
  let script;
  try {
    script = new vm.Script(text);
  } catch (error) {
    return `! ${error.name}`;
  }
  try {
    script.runInContext(context);
    // Once more: what the last turn of microtasks made.
    none.runInContext(context);
  } catch (error) {
    context.$fail(error);
  }
  return String(end.runInContext(context));
}

for (;;) send(run(receive()));
