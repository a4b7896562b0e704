# Three loops in one another.
globals {0}
main {20w}
init:
	begin
	movw $0, {13w}(fp)
	movw $0, {10w}(fp)
outer:
	movw $0, {11w}(fp)
middle:
	movw $0, {12w}(fp)
inner:
	xorw {11w}(fp), {12w}(fp), {14w}(fp)
	addw {14w}(fp), {13w}(fp)
	xorw {10w}(fp), {13w}(fp)
	addw $1, {12w}(fp)
	bltw {12w}(fp), $600, inner
	addw $1, {11w}(fp)
	bltw {11w}(fp), $600, middle
	addw $1, {10w}(fp)
	bltw {10w}(fp), $600, outer
	say w {13w}(fp)
	ret
