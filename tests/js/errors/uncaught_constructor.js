// exit: 1
class Account {
  constructor(owner) {
    if (!owner) throw new TypeError('an account needs an owner');
    this.owner = owner;
  }
}
class Savings extends Account {
  constructor() {
    super();
  }
}
new Savings();
