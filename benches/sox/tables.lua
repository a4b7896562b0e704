-- Tables and arrays: keys that are computed, keys that stand in the program.
local function run(n)
  local t = {}
  local names = {}
  for i = 0, 999 do names[#names + 1] = "key" .. i end
  for r = 0, n - 1 do
    for i = 1, 1000 do
      local k = names[i]
      local old = t[k]
      if old == nil then t[k] = i - 1 else t[k] = old + 1 end
    end
    t.fixed = r
    t.sum = t.fixed + r
  end
  local sum = 0
  for i = 1, 1000 do sum = sum + t[names[i]] end
  return sum + t.sum
end
local result = run(10000)
print(string.format("%g", result))
print(string.format("%g", result % 10007))
