# Calls: results, recursion over many parts of the stack, nested frames, frames that are never used, references in frames.
globals {0}
main {20w} pointers {12w}
type fib {16w}
type two {12w} pointers {8w}
type deep {60w} pointers {9w}
handlers
handler {12w}, wrong, behind, -, 0
	otherwise caught
init:
	begin
	frame fib, {10w}(fp)
	movw $15, {8w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	call {10w}(fp), fibonacci
	say w {11w}(fp)
	note "nested"
	frame two, {10w}(fp)
	movp {1w}(mp), {8w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	frame fib, {14w}(fp)
	movw $7, {8w}({14w}(fp))
	lea {13w}(fp), {4w}({14w}(fp))
	call {14w}(fp), fibonacci
	movw {13w}(fp), {9w}({10w}(fp))
	call {10w}(fp), second
	say w {11w}(fp)
	note "deep"
	frame deep, {10w}(fp)
	movw $1000, {8w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	call {10w}(fp), down
	say w {11w}(fp)
	note "no place for the result"
wrong:
	frame fib, {10w}(fp)
	movw $1, {8w}({10w}(fp))
	call {10w}(fp), fibonacci
behind:
	ret
caught:
	say s {12w}(fp)
	ret
fibonacci:
	bgtw {8w}(fp), $1, more
	movw {8w}(fp), 0({4w}(fp))
	ret
more:
	frame fib, {10w}(fp)
	subw $1, {8w}(fp), {8w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	call {10w}(fp), fibonacci
	frame fib, {10w}(fp)
	subw $2, {8w}(fp), {8w}({10w}(fp))
	lea {12w}(fp), {4w}({10w}(fp))
	call {10w}(fp), fibonacci
	addw {11w}(fp), {12w}(fp), 0({4w}(fp))
	ret
second:
	frame two, {10w}(fp)
	lenc {8w}(fp), {11w}(fp)
	addw {9w}(fp), {9w}(fp), 0({4w}(fp))
	ret
down:
	movp {1w}(mp), {9w}(fp)
	beqw {8w}(fp), $0, bottom
	frame deep, {10w}(fp)
	subw $1, {8w}(fp), {8w}({10w}(fp))
	lea 0({4w}(fp)), {4w}({10w}(fp))
	call {10w}(fp), down
	ret
bottom:
	movw $4711, 0({4w}(fp))
	ret
