console.error('to %s', 'stderr'); console.log('to stdout'); console.warn({ a: 1 }); console.info('info'); console.debug('debug'); console.assert(false, 'assertion'); console.trace('traced');
