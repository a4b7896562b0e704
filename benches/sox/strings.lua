-- Strings: put together piece by piece, split, searched.
local function split(s, d)
  local parts = {}
  for part in s:gmatch("([^" .. d .. "]*)" .. d) do parts[#parts + 1] = part end
  return parts
end
local function run(n)
  local total = 0
  for r = 1, n do
    local s = ""
    for i = 0, 999 do s = s .. "item " .. i .. ";" end
    local parts = split(s, ";")
    total = total + #s + #parts
    for i = 1, #parts do
      if parts[i]:sub(1, 6) == "item 9" then total = total + 1 end
    end
    total = total + #s:upper()
  end
  return total
end
local result = run(800)
print(string.format("%g", result))
print(string.format("%g", result % 10007))
