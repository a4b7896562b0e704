-- Calls: a function that calls itself twice.
local function fib(n)
  if n < 2 then return n end
  return fib(n - 1) + fib(n - 2)
end
local result = fib(35)
print(string.format("%g", (result - result % 10007) / 10007))
print(string.format("%g", result % 10007))
