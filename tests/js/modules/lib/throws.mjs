throw new Error("while evaluating");
