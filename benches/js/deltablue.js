// A constraint solver that keeps a plan up to date: chains of equalities and projections. After the DeltaBlue algorithm
// (Freeman-Benson, Maloney, Borning, 1990).
"use strict";
const REQUIRED = 0, STRONG = 1, NORMAL = 3, WEAK = 5, WEAKEST = 6;

class Variable {
  constructor(name, value) {
    this.name = name;
    this.value = value;
    this.constraints = [];
    this.determinedBy = null;
    this.mark = 0;
    this.strength = WEAKEST;
    this.stays = true;
  }
  remove(constraint) {
    const at = this.constraints.indexOf(constraint);
    if (at >= 0) this.constraints.splice(at, 1);
    if (this.determinedBy === constraint) this.determinedBy = null;
  }
}

class Constraint {
  constructor(strength) {
    this.strength = strength;
  }
  activate(planner) {
    this.register();
    planner.add(this);
  }
  satisfy(mark, planner) {
    this.choose(mark);
    if (!this.satisfied) {
      if (this.strength === REQUIRED) throw new Error("required constraint cannot be satisfied");
      return null;
    }
    this.markInputs(mark);
    const out = this.output;
    const overridden = out.determinedBy;
    if (overridden !== null) overridden.satisfied = false;
    out.determinedBy = this;
    if (!planner.propagate(this, mark)) throw new Error("cycle");
    out.mark = mark;
    return overridden;
  }
}

class Unary extends Constraint {
  constructor(variable, strength, planner) {
    super(strength);
    this.output = variable;
    this.satisfied = false;
    this.activate(planner);
  }
  register() {
    this.output.constraints.push(this);
    this.satisfied = false;
  }
  choose(mark) {
    this.satisfied = this.output.mark !== mark && this.strength < this.output.strength;
  }
  markInputs() {}
  inputsKnown() {
    return true;
  }
  recalculate() {
    this.output.strength = this.strength;
    this.output.stays = !this.isInput;
    if (this.output.stays) this.execute();
  }
  execute() {}
  get isInput() {
    return false;
  }
  unregister() {
    this.output.remove(this);
    this.satisfied = false;
  }
}

class Edit extends Unary {
  get isInput() {
    return true;
  }
}

class Binary extends Constraint {
  constructor(first, second, strength, planner) {
    super(strength);
    this.first = first;
    this.second = second;
    this.direction = 0;
    if (planner) this.activate(planner);
  }
  register() {
    this.first.constraints.push(this);
    this.second.constraints.push(this);
    this.direction = 0;
  }
  get satisfied() {
    return this.direction !== 0;
  }
  set satisfied(value) {
    if (!value) this.direction = 0;
  }
  get isInput() {
    return false;
  }
  choose(mark) {
    const { first, second, strength } = this;
    if (first.mark === mark) this.direction = second.mark !== mark && strength < second.strength ? 1 : 0;
    else if (second.mark === mark) this.direction = strength < first.strength ? -1 : 0;
    else if (first.strength > second.strength) this.direction = strength < first.strength ? -1 : 0;
    else this.direction = strength < second.strength ? 1 : 0;
  }
  get input() {
    return this.direction === 1 ? this.first : this.second;
  }
  get output() {
    return this.direction === 1 ? this.second : this.first;
  }
  markInputs(mark) {
    this.input.mark = mark;
  }
  inputsKnown(mark) {
    const input = this.input;
    return input.mark === mark || input.stays || input.determinedBy === null;
  }
  recalculate() {
    const input = this.input, output = this.output;
    output.strength = Math.max(this.strength, input.strength);
    output.stays = input.stays;
    if (output.stays) this.execute();
  }
  unregister() {
    this.first.remove(this);
    this.second.remove(this);
    this.direction = 0;
  }
}

class Equal extends Binary {
  execute() {
    this.output.value = this.input.value;
  }
}

class Scale extends Binary {
  constructor(source, scale, offset, destination, strength, planner) {
    super(source, destination, strength, null);
    this.scale = scale;
    this.offset = offset;
    this.activate(planner);
  }
  register() {
    super.register();
    this.scale.constraints.push(this);
    this.offset.constraints.push(this);
  }
  markInputs(mark) {
    super.markInputs(mark);
    this.scale.mark = this.offset.mark = mark;
  }
  execute() {
    if (this.direction === 1) this.second.value = this.first.value * this.scale.value + this.offset.value;
    else this.first.value = (this.second.value - this.offset.value) / this.scale.value;
  }
  recalculate() {
    const input = this.input, output = this.output;
    output.strength = Math.max(this.strength, input.strength);
    output.stays = input.stays && this.scale.stays && this.offset.stays;
    if (output.stays) this.execute();
  }
}

class Planner {
  constructor() {
    this.mark = 0;
  }
  add(constraint) {
    const mark = ++this.mark;
    let overridden = constraint.satisfy(mark, this);
    while (overridden !== null) overridden = overridden.satisfy(mark, this);
  }
  remove(constraint) {
    const out = constraint.output;
    constraint.unregister();
    const unsatisfied = this.removeFrom(out);
    for (let strength = REQUIRED; strength <= WEAKEST; strength++)
      for (const one of unsatisfied) if (one.strength === strength) this.add(one);
  }
  removeFrom(out) {
    out.determinedBy = null;
    out.strength = WEAKEST;
    out.stays = true;
    const unsatisfied = [], todo = [out];
    while (todo.length > 0) {
      const variable = todo.pop();
      for (const one of variable.constraints) if (!one.satisfied) unsatisfied.push(one);
      for (const next of this.consumers(variable)) {
        next.recalculate();
        todo.push(next.output);
      }
    }
    return unsatisfied;
  }
  consumers(variable) {
    const determining = variable.determinedBy;
    return variable.constraints.filter((one) => one !== determining && one.satisfied);
  }
  propagate(constraint, mark) {
    const todo = [constraint];
    while (todo.length > 0) {
      const one = todo.pop();
      if (one.output.mark === mark) return false;
      one.recalculate();
      todo.push(...this.consumers(one.output));
    }
    return true;
  }
  plan(sources) {
    const mark = ++this.mark, plan = [], todo = [...sources];
    while (todo.length > 0) {
      const one = todo.pop();
      if (one.output.mark !== mark && one.inputsKnown(mark)) {
        plan.push(one);
        one.output.mark = mark;
        todo.push(...this.consumers(one.output));
      }
    }
    return plan;
  }
}

function change(planner, variable, value) {
  const edit = new Edit(variable, STRONG - 1 + 1, planner);
  const plan = planner.plan([edit]);
  for (let i = 0; i < 10; i++) {
    variable.value = value;
    for (const one of plan) one.execute();
  }
  planner.remove(edit);
}

function chain(length) {
  const planner = new Planner();
  const variables = [];
  for (let i = 0; i <= length; i++) {
    variables.push(new Variable(`v${i}`, 0));
    if (i > 0) new Equal(variables[i - 1], variables[i], REQUIRED, planner);
  }
  new Unary(variables[length], STRONG + 1, planner);
  const edit = new Edit(variables[0], STRONG, planner);
  const plan = planner.plan([edit]);
  for (let i = 0; i < 100; i++) {
    variables[0].value = i;
    for (const one of plan) one.execute();
    if (variables[length].value !== i) throw new Error("chain");
  }
  return variables[length].value;
}

function projection(count) {
  const planner = new Planner();
  const scale = new Variable("scale", 10), offset = new Variable("offset", 1000);
  let source = null, destination = null;
  const destinations = [];
  for (let i = 0; i < count; i++) {
    source = new Variable(`s${i}`, i);
    destination = new Variable(`d${i}`, i);
    destinations.push(destination);
    new Unary(source, NORMAL, planner);
    new Scale(source, scale, offset, destination, REQUIRED, planner);
  }
  change(planner, source, 17);
  if (destination.value !== 1170) throw new Error("forward " + destination.value);
  change(planner, destination, 1050);
  if (source.value !== 5) throw new Error("backward " + source.value);
  change(planner, scale, 5);
  change(planner, offset, 2000);
  return destinations.reduce((sum, one) => sum + one.value, 0);
}

let sum = 0;
for (let i = 0; i < 20; i++) sum += chain(600) + projection(600);
console.log(sum);
