// An operating system's scheduler: tasks pass packets through queues. After M. Richards' benchmark of 1980.
"use strict";
const IDLE = 0, WORKER = 1, HANDLER_A = 2, HANDLER_B = 3, DEVICE_A = 4, DEVICE_B = 5;
const KIND_DEVICE = 0, KIND_WORK = 1;
const RUNNING = 0, RUNNABLE = 1, SUSPENDED = 2, HELD = 4;

class Packet {
  constructor(link, id, kind) {
    this.link = link;
    this.id = id;
    this.kind = kind;
    this.datum = 0;
    this.data = [0, 0, 0, 0];
  }
  appendTo(queue) {
    this.link = null;
    if (queue === null) return this;
    let last = queue;
    while (last.link !== null) last = last.link;
    last.link = this;
    return queue;
  }
}

class Task {
  constructor(next, id, priority, queue, state, work) {
    this.next = next;
    this.id = id;
    this.priority = priority;
    this.queue = queue;
    this.state = state;
    this.work = work;
  }
  get waitsInVain() {
    return (this.state & HELD) !== 0 || (this.state === SUSPENDED);
  }
  accept(current, packet) {
    if (this.queue === null) {
      this.queue = packet;
      this.state |= RUNNABLE;
      if (this.priority > current.priority) return this;
    } else {
      this.queue = packet.appendTo(this.queue);
    }
    return current;
  }
  run() {
    let packet = null;
    if (this.state === (SUSPENDED | RUNNABLE)) {
      packet = this.queue;
      this.queue = packet.link;
      this.state = this.queue === null ? RUNNING : RUNNABLE;
    }
    return this.work.run(packet);
  }
}

class Scheduler {
  constructor() {
    this.queued = 0;
    this.held = 0;
    this.tasks = new Array(6).fill(null);
    this.list = null;
    this.current = null;
    this.currentId = 0;
  }
  add(id, priority, queue, state, work) {
    this.current = new Task(this.list, id, priority, queue, state, work);
    this.list = this.current;
    this.tasks[id] = this.current;
  }
  schedule() {
    this.current = this.list;
    while (this.current !== null) {
      if (this.current.waitsInVain) {
        this.current = this.current.next;
      } else {
        this.currentId = this.current.id;
        this.current = this.current.run();
      }
    }
  }
  release(id) {
    const task = this.tasks[id];
    if (task === null) return task;
    task.state &= ~HELD;
    return task.priority > this.current.priority ? task : this.current;
  }
  holdSelf() {
    this.held++;
    this.current.state |= HELD;
    return this.current.next;
  }
  suspend() {
    this.current.state |= SUSPENDED;
    return this.current;
  }
  send(packet) {
    const task = this.tasks[packet.id];
    if (task === null) return task;
    this.queued++;
    packet.link = null;
    packet.id = this.currentId;
    return task.accept(this.current, packet);
  }
}

class Idle {
  constructor(scheduler, seed, count) {
    this.scheduler = scheduler;
    this.seed = seed;
    this.count = count;
  }
  run() {
    this.count--;
    if (this.count === 0) return this.scheduler.holdSelf();
    if ((this.seed & 1) === 0) {
      this.seed >>= 1;
      return this.scheduler.release(DEVICE_A);
    }
    this.seed = (this.seed >> 1) ^ 0xd008;
    return this.scheduler.release(DEVICE_B);
  }
}

class Device {
  constructor(scheduler) {
    this.scheduler = scheduler;
    this.pending = null;
  }
  run(packet) {
    if (packet === null) {
      if (this.pending === null) return this.scheduler.suspend();
      const sent = this.pending;
      this.pending = null;
      return this.scheduler.send(sent);
    }
    this.pending = packet;
    return this.scheduler.holdSelf();
  }
}

class Worker {
  constructor(scheduler, target, count) {
    this.scheduler = scheduler;
    this.target = target;
    this.count = count;
  }
  run(packet) {
    if (packet === null) return this.scheduler.suspend();
    this.target = this.target === HANDLER_A ? HANDLER_B : HANDLER_A;
    packet.id = this.target;
    packet.datum = 0;
    for (let i = 0; i < 4; i++) {
      this.count++;
      if (this.count > 26) this.count = 1;
      packet.data[i] = this.count;
    }
    return this.scheduler.send(packet);
  }
}

class Handler {
  constructor(scheduler) {
    this.scheduler = scheduler;
    this.work = null;
    this.devices = null;
  }
  run(packet) {
    if (packet !== null) {
      if (packet.kind === KIND_WORK) this.work = packet.appendTo(this.work);
      else this.devices = packet.appendTo(this.devices);
    }
    if (this.work !== null) {
      const count = this.work.datum;
      if (count < 4) {
        if (this.devices !== null) {
          const device = this.devices;
          this.devices = device.link;
          device.datum = this.work.data[count];
          this.work.datum = count + 1;
          return this.scheduler.send(device);
        }
      } else {
        const done = this.work;
        this.work = done.link;
        return this.scheduler.send(done);
      }
    }
    return this.scheduler.suspend();
  }
}

function once() {
  const scheduler = new Scheduler();
  scheduler.add(IDLE, 0, null, RUNNING, new Idle(scheduler, 1, 10000));
  let queue = new Packet(null, WORKER, KIND_WORK);
  queue = new Packet(queue, WORKER, KIND_WORK);
  scheduler.add(WORKER, 1000, queue, SUSPENDED | RUNNABLE, new Worker(scheduler, HANDLER_A, 0));
  for (const [handler, device, priority] of [[HANDLER_A, DEVICE_A, 2000], [HANDLER_B, DEVICE_B, 3000]]) {
    let packets = null;
    for (let i = 0; i < 3; i++) packets = new Packet(packets, device, KIND_DEVICE);
    scheduler.add(handler, priority, packets, SUSPENDED | RUNNABLE, new Handler(scheduler));
  }
  scheduler.add(DEVICE_A, 4000, null, SUSPENDED, new Device(scheduler));
  scheduler.add(DEVICE_B, 5000, null, SUSPENDED, new Device(scheduler));
  scheduler.schedule();
  return scheduler.queued * 100000 + scheduler.held;
}

let sum = 0;
for (let i = 0; i < 25; i++) sum += once();
console.log(sum);
