# Words of an array: prefix sums, over and over.
globals {0}
type int {1w}
main {24w} pointers {10w}
init:
	begin
	movw $4096, {11w}(fp)
	newa {11w}(fp), int, {10w}(fp)
	movw $0, {12w}(fp)
round:
	movw $0, {13w}(fp)
	movw {12w}(fp), {14w}(fp)
add:
	indw {10w}(fp), {15w}(fp), {13w}(fp)
	addw 0({15w}(fp)), {14w}(fp)
	xorw {13w}(fp), {14w}(fp)
	movw {14w}(fp), 0({15w}(fp))
	addw $1, {13w}(fp)
	bltw {13w}(fp), {11w}(fp), add
	addw $1, {12w}(fp)
	bltw {12w}(fp), $30000, round
	say w {14w}(fp)
	ret
