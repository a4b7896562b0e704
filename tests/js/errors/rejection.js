// exit: 1
async function load(name) {
  await null;
  throw new Error(`no ${name}`);
}
async function main() {
  await load('file');
}
main();
setTimeout(() => console.log('never'), 5);
