# Arithmetic on big numbers: 64 bits, at places that need not be multiples of 8.
globals {24}
	big {8w}: 9223372036854775807, 1000000000000, -7
main {24w}
init:
	begin
	addl {8w}(mp), {8w+8}(mp), {10w}(fp)
	say l {10w}(fp)
	subl {8w+8}(mp), {8w+16}(mp), {10w}(fp)
	say l {10w}(fp)
	mull {8w+8}(mp), {8w+8}(mp), {10w}(fp)
	say l {10w}(fp)
	divl {8w+16}(mp), {8w+8}(mp), {10w}(fp)
	say l {10w}(fp)
	modl {8w+16}(mp), {8w+8}(mp), {10w}(fp)
	say l {10w}(fp)
	andl {8w+8}(mp), {8w+16}(mp), {10w}(fp)
	say l {10w}(fp)
	orl {8w+8}(mp), {8w+16}(mp), {10w}(fp)
	say l {10w}(fp)
	xorl {8w+8}(mp), {8w+16}(mp), {10w}(fp)
	say l {10w}(fp)
	shll $33, {8w+16}(mp), {10w}(fp)
	say l {10w}(fp)
	shrl $3, {8w+8}(mp), {10w}(fp)
	say l {10w}(fp)
	shrl $1, {8w+16}(mp), {10w}(fp)
	say l {10w}(fp)
	lsrl $60, {8w+16}(mp), {10w}(fp)
	say l {10w}(fp)
	movl {8w+16}(mp), {12w}(fp)
	expl $3, {12w}(fp), {10w}(fp)
	say l {10w}(fp)
	expl $-3, {12w}(fp), {10w}(fp)
	say l {10w}(fp)
	addl {8w+8}(mp), {12w}(fp)
	say l {12w}(fp)
	ret
