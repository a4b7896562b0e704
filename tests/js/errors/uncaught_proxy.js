// exit: 1
throw new Proxy(new Error('inside'), {});
