// exit: 1
throw new AggregateError([new Error('first'), 'second'], 'several');
