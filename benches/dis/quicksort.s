# Sorting words of an array by recursion, ten times.
globals {0}
type int {1w}
type sort {24w} pointers {8w}
main {30w} pointers {10w}
init:
	begin
	movw $1000000, {11w}(fp)
	newa {11w}(fp), int, {10w}(fp)
	movw $0, {18w}(fp)
	movw $1, {14w}(fp)
round:
	movw $0, {12w}(fp)
fill:
	mulw $214013, {14w}(fp)
	addw $2531011, {14w}(fp)
	indw {10w}(fp), {13w}(fp), {12w}(fp)
	shrw $3, {14w}(fp), 0({13w}(fp))
	addw $1, {12w}(fp)
	bltw {12w}(fp), {11w}(fp), fill
	frame sort, {15w}(fp)
	movp {10w}(fp), {8w}({15w}(fp))
	movw $0, {9w}({15w}(fp))
	subw $1, {11w}(fp), {10w}({15w}(fp))
	call {15w}(fp), sorting
	addw $1, {18w}(fp)
	bltw {18w}(fp), $10, round
	movw $500000, {12w}(fp)
	indw {10w}(fp), {13w}(fp), {12w}(fp)
	say w 0({13w}(fp))
	ret
sorting:
	bltw {9w}(fp), {10w}(fp), some
	ret
some:
	addw {9w}(fp), {10w}(fp), {11w}(fp)
	shrw $1, {11w}(fp)
	indw {8w}(fp), {12w}(fp), {11w}(fp)
	movw 0({12w}(fp)), {13w}(fp)
	movw {9w}(fp), {14w}(fp)
	movw {10w}(fp), {15w}(fp)
again:
	indw {8w}(fp), {12w}(fp), {14w}(fp)
	bgew 0({12w}(fp)), {13w}(fp), low
	addw $1, {14w}(fp)
	jmp again
low:
	indw {8w}(fp), {16w}(fp), {15w}(fp)
	blew 0({16w}(fp)), {13w}(fp), high
	subw $1, {15w}(fp)
	jmp low
high:
	bgtw {14w}(fp), {15w}(fp), parted
	indw {8w}(fp), {12w}(fp), {14w}(fp)
	indw {8w}(fp), {16w}(fp), {15w}(fp)
	movw 0({12w}(fp)), {17w}(fp)
	movw 0({16w}(fp)), 0({12w}(fp))
	movw {17w}(fp), 0({16w}(fp))
	addw $1, {14w}(fp)
	subw $1, {15w}(fp)
	blew {14w}(fp), {15w}(fp), again
parted:
	frame sort, {18w}(fp)
	movp {8w}(fp), {8w}({18w}(fp))
	movw {9w}(fp), {9w}({18w}(fp))
	movw {15w}(fp), {10w}({18w}(fp))
	call {18w}(fp), sorting
	frame sort, {18w}(fp)
	movp {8w}(fp), {8w}({18w}(fp))
	movw {14w}(fp), {9w}({18w}(fp))
	movw {10w}(fp), {10w}({18w}(fp))
	call {18w}(fp), sorting
	ret
