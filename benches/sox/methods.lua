-- Method calls, fields, a superclass.
local Toggle = {}
Toggle.__index = Toggle
function Toggle.new(state) return setmetatable({ state = state }, Toggle) end
function Toggle:value() return self.state end
function Toggle:activate()
  self.state = not self.state
  return self
end
local NthToggle = setmetatable({}, { __index = Toggle })
NthToggle.__index = NthToggle
function NthToggle.new(state, max)
  local o = Toggle.new(state)
  o.max = max
  o.count = 0
  return setmetatable(o, NthToggle)
end
function NthToggle:activate()
  self.count = self.count + 1
  if self.count >= self.max then
    Toggle.activate(self)
    self.count = 0
  end
  return self
end
local function run(n)
  local on = 0
  local t = Toggle.new(true)
  for i = 1, n do
    if t:activate():value() then on = on + 1 end
  end
  local s = NthToggle.new(true, 3)
  for i = 1, n do
    if s:activate():value() then on = on + 1 end
  end
  return on
end
local result = run(4000000)
print(string.format("%g", result))
print(string.format("%g", result % 10007))
