// exit: 1
for (const name of ['./lib/broken.mjs', './lib/not_there.mjs', './lib/no_export.mjs', 'package', 'file:///nowhere.mjs', './lib/no_export.mjs?query']) {
  try {
    console.log(Object.keys(await import(name)));
  } catch (e) {
    console.log(e.name + ': ' + e.message.replaceAll(/[^' ]*\//g, ''));
  }
}
await import('./lib/broken.mjs');
