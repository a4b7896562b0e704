-- Closures: made, called, with variables of their own; functions made of functions.
local function counter(step)
  local count = 0
  return function()
    count = count + step
    return count
  end
end
local function compose(f, g) return function(x) return f(g(x)) end end
local function run(n)
  local total = 0
  for i = 0, n - 1 do
    local c = counter(i % 7)
    c()
    c()
    total = total + c()
  end
  local twice = compose(function(x) return x * 2 end, function(x) return x + 1 end)
  for i = 0, n - 1 do total = total + twice(i) end
  return total
end
local result = run(2000000)
print(string.format("%g", result))
print(string.format("%g", result % 10007))
