# The spectral norm of a matrix that a function computes: reals of arrays, and a call for each element.
globals {16}
	real {8w}: 1.0, 1000000000.0
type real 8
type element {14w}
type product {20w} pointers {8w}, {9w}
main {30w} pointers {10w}, {11w}, {12w}
init:
	begin
	movw $300, {13w}(fp)
	newa {13w}(fp), real, {10w}(fp)
	newa {13w}(fp), real, {11w}(fp)
	newa {13w}(fp), real, {12w}(fp)
	movw $0, {14w}(fp)
ones:
	indf {10w}(fp), {15w}(fp), {14w}(fp)
	movf {8w}(mp), 0({15w}(fp))
	addw $1, {14w}(fp)
	bltw {14w}(fp), {13w}(fp), ones
	movw $0, {16w}(fp)
again:
	frame product, {17w}(fp)
	movp {10w}(fp), {8w}({17w}(fp))
	movp {12w}(fp), {9w}({17w}(fp))
	movw $0, {10w}({17w}(fp))
	call {17w}(fp), multiply
	frame product, {17w}(fp)
	movp {12w}(fp), {8w}({17w}(fp))
	movp {11w}(fp), {9w}({17w}(fp))
	movw $1, {10w}({17w}(fp))
	call {17w}(fp), multiply
	frame product, {17w}(fp)
	movp {11w}(fp), {8w}({17w}(fp))
	movp {12w}(fp), {9w}({17w}(fp))
	movw $0, {10w}({17w}(fp))
	call {17w}(fp), multiply
	frame product, {17w}(fp)
	movp {12w}(fp), {8w}({17w}(fp))
	movp {10w}(fp), {9w}({17w}(fp))
	movw $1, {10w}({17w}(fp))
	call {17w}(fp), multiply
	addw $1, {16w}(fp)
	bltw {16w}(fp), $10, again
	cvtwf $0, {20w}(fp)
	cvtwf $0, {22w}(fp)
	movw $0, {14w}(fp)
sum:
	indf {10w}(fp), {15w}(fp), {14w}(fp)
	movf 0({15w}(fp)), {24w}(fp)
	indf {11w}(fp), {15w}(fp), {14w}(fp)
	movf 0({15w}(fp)), {26w}(fp)
	mulf {26w}(fp), {24w}(fp)
	addf {24w}(fp), {20w}(fp)
	mulf {26w}(fp), {26w}(fp)
	addf {26w}(fp), {22w}(fp)
	addw $1, {14w}(fp)
	bltw {14w}(fp), {13w}(fp), sum
	divf {22w}(fp), {20w}(fp)
	mulf {8w+8}(mp), {20w}(fp)
	cvtfl {20w}(fp), {22w}(fp)
	say l {22w}(fp)
	ret
multiply:
	lena {8w}(fp), {11w}(fp)
	movw $0, {12w}(fp)
rows:
	cvtwf $0, {16w}(fp)
	movw $0, {13w}(fp)
columns:
	frame element, {14w}(fp)
	beqw {10w}(fp), $0, straight
	movw {13w}(fp), {8w}({14w}(fp))
	movw {12w}(fp), {9w}({14w}(fp))
	jmp ask
straight:
	movw {12w}(fp), {8w}({14w}(fp))
	movw {13w}(fp), {9w}({14w}(fp))
ask:
	lea {18w}(fp), {4w}({14w}(fp))
	call {14w}(fp), entry
	indf {8w}(fp), {15w}(fp), {13w}(fp)
	mulf 0({15w}(fp)), {18w}(fp)
	addf {18w}(fp), {16w}(fp)
	addw $1, {13w}(fp)
	bltw {13w}(fp), {11w}(fp), columns
	indf {9w}(fp), {15w}(fp), {12w}(fp)
	movf {16w}(fp), 0({15w}(fp))
	addw $1, {12w}(fp)
	bltw {12w}(fp), {11w}(fp), rows
	ret
entry:
	addw {8w}(fp), {9w}(fp), {10w}(fp)
	addw $1, {10w}(fp), {11w}(fp)
	mulw {10w}(fp), {11w}(fp)
	shrw $1, {11w}(fp)
	addw {8w}(fp), {11w}(fp)
	addw $1, {11w}(fp)
	cvtwf {11w}(fp), {12w}(fp)
	divf {12w}(fp), {8w}(mp), 0({4w}(fp))
	ret
