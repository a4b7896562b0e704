-- The sieve of Eratosthenes: an array that grows, then is written to.
local function sieve(n)
  local composite = {}
  for i = 0, n do composite[i] = false end
  local count = 0
  for i = 2, n do
    if not composite[i] then
      count = count + 1
      for j = i + i, n, i do composite[j] = true end
    end
  end
  return count
end
local total = 0
for k = 1, 16 do total = total + sieve(500000) end
print(string.format("%g", total))
print(string.format("%g", total % 10007))
