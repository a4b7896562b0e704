# Where results go: to the caller's frame, on to the caller's caller's, references and reals; frames that are filled in several blocks.
globals {16} pointers {8w+8}
	real {8w}: 1.5
	string {8w+8}: "text"
main {40w} pointers {12w}, {13w}
type twice {20w} pointers {9w}
type pair {20w}
type many {80w}
init:
	begin
	movw $0, {10w}(fp)
round:
	frame pair, {16w}(fp)
	movw {10w}(fp), {8w}({16w}(fp))
	lea {20w}(fp), {4w}({16w}(fp))
	call {16w}(fp), two
	addw {20w}(fp), {11w}(fp)
	subw {21w}(fp), {11w}(fp)
	frame pair, {16w}(fp)
	andw $1, {10w}(fp), {14w}(fp)
	beqw {14w}(fp), $0, even
	movw $7, {8w}({16w}(fp))
	jmp odd
even:
	frame pair, {17w}(fp)
	movw {10w}(fp), {8w}({17w}(fp))
	lea {15w}(fp), {4w}({17w}(fp))
	call {17w}(fp), on
	movw {15w}(fp), {8w}({16w}(fp))
odd:
	lea {15w}(fp), {4w}({16w}(fp))
	call {16w}(fp), on
	addw {15w}(fp), {11w}(fp)
	frame twice, {16w}(fp)
	movp {8w+8}(mp), {9w}({16w}(fp))
	lea {12w}(fp), {4w}({16w}(fp))
	call {16w}(fp), same
	lenc {12w}(fp), {15w}(fp)
	addw {15w}(fp), {11w}(fp)
	frame pair, {16w}(fp)
	lea {24w}(fp), {4w}({16w}(fp))
	call {16w}(fp), half
	addf {24w}(fp), {26w}(fp)
	addw $1, {10w}(fp)
	bltw {10w}(fp), $30, round
	say w {11w}(fp)
	say s {12w}(fp)
	say f {26w}(fp)
	note "deep"
	frame many, {16w}(fp)
	movw $700, {8w}({16w}(fp))
	lea {15w}(fp), {4w}({16w}(fp))
	call {16w}(fp), down
	say w {15w}(fp)
	ret
two:
	mulw $3, {8w}(fp), 0({4w}(fp))
	movw {8w}(fp), {1w}({4w}(fp))
	addw $1, 0({4w}(fp))
	ret
on:
	frame pair, {10w}(fp)
	movw {8w}(fp), {8w}({10w}(fp))
	lea 0({4w}(fp)), {4w}({10w}(fp))
	call {10w}(fp), further
	ret
further:
	movw $0, {9w}(fp)
	frame pair, {10w}(fp)
	addw $2, {8w}(fp), {8w}({10w}(fp))
	lea 0({4w}(fp)), {4w}({10w}(fp))
	call {10w}(fp), last
	addw {9w}(fp), 0({4w}(fp))
	ret
last:
	movw {8w}(fp), 0({4w}(fp))
	ret
same:
	frame twice, {10w}(fp)
	movp {9w}(fp), {9w}({10w}(fp))
	lea 0({4w}(fp)), {4w}({10w}(fp))
	call {10w}(fp), given
	ret
given:
	movp {9w}(fp), 0({4w}(fp))
	ret
half:
	movf {8w}(mp), 0({4w}(fp))
	ret
down:
	movw $0, {20w}(fp)
	bgtw {8w}(fp), $0, lower
	movw $1, 0({4w}(fp))
	ret
lower:
	frame many, {10w}(fp)
	subw $1, {8w}(fp), {8w}({10w}(fp))
	lea {20w}(fp), {4w}({10w}(fp))
	call {10w}(fp), down
	addw {20w}(fp), {8w}(fp), 0({4w}(fp))
	ret
