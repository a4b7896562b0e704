if (typeof print === "undefined") console.log(1); else print(1);
