-- Matrix multiplication: arrays of arrays, made by functions that are passed.
local function matrix(n, f)
  local m = {}
  for i = 0, n - 1 do
    local row = {}
    for j = 0, n - 1 do row[j + 1] = f(i, j) end
    m[i + 1] = row
  end
  return m
end
local function multiply(a, b, n)
  return matrix(n, function(i, j)
    local sum = 0
    local row = a[i + 1]
    for k = 1, n do sum = sum + row[k] * b[k][j + 1] end
    return sum
  end)
end
local function run(n)
  local a = matrix(n, function(i, j) return i + j * 0.5 end)
  local b = matrix(n, function(i, j) return i - j end)
  local c = multiply(a, b, n)
  local trace = 0
  for i = 1, n do trace = trace + c[i][i] end
  return trace
end
local result = run(250)
print(string.format("%g", result))
print(string.format("%g", (0 - result) % 10007))
