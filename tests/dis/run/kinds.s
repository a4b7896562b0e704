# One place of a frame as a real and as 64 bits, and moved either way.
globals {16}
	real {8w}: 1.5, -0.25
main {40w}
init:
	begin
	movf {8w}(mp), {20w}(fp)
	movl {20w}(fp), {22w}(fp)
	movf {22w}(fp), {24w}(fp)
	addf {8w+8}(mp), {24w}(fp)
	say f {24w}(fp)
	cvtfl {24w}(fp), {22w}(fp)
	say l {22w}(fp)
	movw $0, {10w}(fp)
again:
	movl {20w}(fp), {26w}(fp)
	addf {26w}(fp), {24w}(fp)
	movf {24w}(fp), {22w}(fp)
	addl {22w}(fp), {22w}(fp), {28w}(fp)
	addw $1, {10w}(fp)
	bltw {10w}(fp), $100, again
	say l {28w}(fp)
	say l {22w}(fp)
	say f {22w}(fp)
	ret
