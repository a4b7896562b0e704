-- Loops in loops, and what they do with numbers.
local function run(n)
  local sum = 0.0
  for i = 0, n - 1 do
    for j = 0, 999 do
      if j % 3 == 0 then sum = sum + i * j else sum = sum - j end
    end
  end
  return sum
end
local result = run(20000)
print(string.format("%g", result))
print(string.format("%g", result % 10007))
