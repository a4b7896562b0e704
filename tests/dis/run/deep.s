# Recursion through frames that compiled code does not make itself: the interpreter runs what it calls, again and again; an exception
# goes through all of that.
globals {1w} pointers {8w}
	string {8w}: "far down"
main {20w} pointers {14w}
type down {150w}
handlers
handler {14w}, tries, tried, -, 0
	otherwise caught
init:
	begin
	movw $0, {10w}(fp)
again:
	frame down, {11w}(fp)
	movw $40, {8w}({11w}(fp))
	movw $-1, {9w}({11w}(fp))
	lea {12w}(fp), {4w}({11w}(fp))
	call {11w}(fp), down
	addw $1, {10w}(fp)
	bltw {10w}(fp), $50, again
	say w {12w}(fp)
	note "deeper than the native stack is"
	frame down, {11w}(fp)
	movw $3000, {8w}({11w}(fp))
	movw $-1, {9w}({11w}(fp))
	lea {12w}(fp), {4w}({11w}(fp))
	call {11w}(fp), down
	say w {12w}(fp)
	note "with an exception at the end"
tries:
	frame down, {11w}(fp)
	movw $3000, {8w}({11w}(fp))
	movw $7, {9w}({11w}(fp))
	lea {12w}(fp), {4w}({11w}(fp))
	call {11w}(fp), down
tried:
	note "not here"
	ret
caught:
	say s {14w}(fp)
	ret
down:
	beqw {8w}(fp), {9w}(fp), fail
	beqw {8w}(fp), $0, bottom
	frame down, {11w}(fp)
	subw $1, {8w}(fp), {8w}({11w}(fp))
	movw {9w}(fp), {9w}({11w}(fp))
	lea {12w}(fp), {4w}({11w}(fp))
	call {11w}(fp), down
	addw $1, {12w}(fp), 0({4w}(fp))
	ret
bottom:
	movw $0, 0({4w}(fp))
	ret
fail:
	raise {8w}(mp)
