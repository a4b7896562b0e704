# Fannkuch: the flips that permutations of nine words take, the most and all of them.
globals {0}
type int {1w}
main {40w} pointers {10w}, {11w}, {12w}
init:
	begin
	movw $9, {13w}(fp)
	newa {13w}(fp), int, {10w}(fp)
	newa {13w}(fp), int, {11w}(fp)
	newa {13w}(fp), int, {12w}(fp)
	movw $0, {14w}(fp)
first:
	indw {10w}(fp), {15w}(fp), {14w}(fp)
	movw {14w}(fp), 0({15w}(fp))
	addw $1, {14w}(fp)
	bltw {14w}(fp), {13w}(fp), first
	movw {13w}(fp), {16w}(fp)
	movw $0, {17w}(fp)
	movw $0, {18w}(fp)
next:
	beqw {16w}(fp), $1, counted
	subw $1, {16w}(fp), {14w}(fp)
	indw {12w}(fp), {15w}(fp), {14w}(fp)
	movw {16w}(fp), 0({15w}(fp))
	movw {14w}(fp), {16w}(fp)
	jmp next
counted:
	movw $0, {14w}(fp)
copy:
	indw {10w}(fp), {15w}(fp), {14w}(fp)
	indw {11w}(fp), {19w}(fp), {14w}(fp)
	movw 0({15w}(fp)), 0({19w}(fp))
	addw $1, {14w}(fp)
	bltw {14w}(fp), {13w}(fp), copy
	movw $0, {20w}(fp)
flip:
	indw {11w}(fp), {15w}(fp), $0
	movw 0({15w}(fp)), {21w}(fp)
	beqw {21w}(fp), $0, flipped
	movw $0, {14w}(fp)
swap:
	indw {11w}(fp), {15w}(fp), {14w}(fp)
	indw {11w}(fp), {19w}(fp), {21w}(fp)
	movw 0({15w}(fp)), {22w}(fp)
	movw 0({19w}(fp)), 0({15w}(fp))
	movw {22w}(fp), 0({19w}(fp))
	addw $1, {14w}(fp)
	subw $1, {21w}(fp)
	bltw {14w}(fp), {21w}(fp), swap
	addw $1, {20w}(fp)
	jmp flip
flipped:
	addw {20w}(fp), {18w}(fp)
	blew {20w}(fp), {17w}(fp), permute
	movw {20w}(fp), {17w}(fp)
permute:
	beqw {16w}(fp), {13w}(fp), done
	indw {10w}(fp), {15w}(fp), $0
	movw 0({15w}(fp)), {22w}(fp)
	movw $0, {14w}(fp)
shift:
	addw $1, {14w}(fp), {21w}(fp)
	indw {10w}(fp), {15w}(fp), {21w}(fp)
	indw {10w}(fp), {19w}(fp), {14w}(fp)
	movw 0({15w}(fp)), 0({19w}(fp))
	movw {21w}(fp), {14w}(fp)
	bltw {14w}(fp), {16w}(fp), shift
	indw {10w}(fp), {15w}(fp), {16w}(fp)
	movw {22w}(fp), 0({15w}(fp))
	indw {12w}(fp), {15w}(fp), {16w}(fp)
	subw $1, 0({15w}(fp))
	bgtw 0({15w}(fp)), $0, next
	addw $1, {16w}(fp)
	jmp permute
done:
	say w {17w}(fp)
	say w {18w}(fp)
	ret
