# Binary trees of 65,535 nodes, made, counted and dropped ten times.
globals {0}
type node {2w} pointers 0, {1w}
type build {12w} pointers {10w}, {11w}
type count {12w} pointers {8w}
main {20w} pointers {12w}
init:
	begin
	movw $0, {13w}(fp)
	movw $0, {14w}(fp)
again:
	frame build, {10w}(fp)
	movw $15, {8w}({10w}(fp))
	lea {12w}(fp), {4w}({10w}(fp))
	call {10w}(fp), grow
	frame count, {10w}(fp)
	movp {12w}(fp), {8w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	call {10w}(fp), size
	addw {11w}(fp), {14w}(fp)
	addw $1, {13w}(fp)
	bltw {13w}(fp), $10, again
	say w {14w}(fp)
	ret
grow:
	new node, {10w}(fp)
	beqw {8w}(fp), $0, grown
	frame build, {9w}(fp)
	subw $1, {8w}(fp), {8w}({9w}(fp))
	lea {11w}(fp), {4w}({9w}(fp))
	call {9w}(fp), grow
	movp {11w}(fp), 0({10w}(fp))
	frame build, {9w}(fp)
	subw $1, {8w}(fp), {8w}({9w}(fp))
	lea {11w}(fp), {4w}({9w}(fp))
	call {9w}(fp), grow
	movp {11w}(fp), {1w}({10w}(fp))
grown:
	movp {10w}(fp), 0({4w}(fp))
	ret
size:
	bnew {8w}(fp), $-1, some
	movw $0, 0({4w}(fp))
	ret
some:
	frame count, {9w}(fp)
	movp 0({8w}(fp)), {8w}({9w}(fp))
	lea {10w}(fp), {4w}({9w}(fp))
	call {9w}(fp), size
	frame count, {9w}(fp)
	movp {1w}({8w}(fp)), {8w}({9w}(fp))
	lea {11w}(fp), {4w}({9w}(fp))
	call {9w}(fp), size
	addw {10w}(fp), {11w}(fp)
	addw $1, {11w}(fp), 0({4w}(fp))
	ret
