console.log('evaluated once');
await null;
throw new Error('failed while waiting');
