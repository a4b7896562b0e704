-- Binary trees: many small objects, some of which stay.
local Node = {}
Node.__index = Node
function Node.new(left, right) return setmetatable({ left = left, right = right }, Node) end
function Node:check()
  if self.left == nil then return 1 end
  return 1 + self.left:check() + self.right:check()
end
local function make(depth)
  if depth == 0 then return Node.new(nil, nil) end
  return Node.new(make(depth - 1), make(depth - 1))
end
local function run(depth)
  local keep = make(depth)
  local total = 0
  for d = 4, depth, 2 do
    local rounds = 2 ^ (depth - d + 4)
    for i = 1, rounds do total = total + make(d):check() end
  end
  return total + keep:check()
end
local result = run(14)
print(string.format("%g", result))
print(string.format("%g", result % 10007))
