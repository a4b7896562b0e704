# Recursive calls.
globals {0}
main {20w}
type fib {16w}
init:
	begin
	frame fib, {10w}(fp)
	movw $36, {8w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	call {10w}(fp), fibonacci
	say w {11w}(fp)
	ret
fibonacci:
	bgtw {8w}(fp), $1, more
	movw {8w}(fp), 0({4w}(fp))
	ret
more:
	frame fib, {9w}(fp)
	subw $1, {8w}(fp), {8w}({9w}(fp))
	lea {10w}(fp), {4w}({9w}(fp))
	call {9w}(fp), fibonacci
	frame fib, {9w}(fp)
	subw $2, {8w}(fp), {8w}({9w}(fp))
	lea {11w}(fp), {4w}({9w}(fp))
	call {9w}(fp), fibonacci
	addw {10w}(fp), {11w}(fp), 0({4w}(fp))
	ret
