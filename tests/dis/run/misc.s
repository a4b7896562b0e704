# What does nothing, what ends a proc, instructions as numbers.
globals {0}
main {16w}
init:
	begin
	nop
	runt
	eclr
	movpc here, {10w}(fp)
	movpc there, {11w}(fp)
	subw {10w}(fp), {11w}(fp)
	say w {11w}(fp)
here:
	movw $1, {10w}(fp)
there:
	jmp over
	ret
over:
	exit
