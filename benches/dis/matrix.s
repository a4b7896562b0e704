# The product of two matrices of 400 x 400 reals, in one array each.
globals {4w}
	real {8w}: 0.5, 0.25
type real 8
main {40w} pointers {10w}, {11w}, {12w}
init:
	begin
	movw $400, {13w}(fp)
	mulw {13w}(fp), {13w}(fp), {14w}(fp)
	newa {14w}(fp), real, {10w}(fp)
	newa {14w}(fp), real, {11w}(fp)
	newa {14w}(fp), real, {12w}(fp)
	movw $0, {15w}(fp)
fill:
	cvtwf {15w}(fp), {24w}(fp)
	indf {10w}(fp), {16w}(fp), {15w}(fp)
	mulf {8w}(mp), {24w}(fp), 0({16w}(fp))
	indf {11w}(fp), {16w}(fp), {15w}(fp)
	mulf {8w+8}(mp), {24w}(fp), 0({16w}(fp))
	addw $1, {15w}(fp)
	bltw {15w}(fp), {14w}(fp), fill
	movw $0, {17w}(fp)
rows:
	movw $0, {18w}(fp)
columns:
	cvtwf $0, {24w}(fp)
	movw $0, {19w}(fp)
	mulw {13w}(fp), {17w}(fp), {20w}(fp)
	movw {18w}(fp), {21w}(fp)
sum:
	indf {10w}(fp), {16w}(fp), {20w}(fp)
	indf {11w}(fp), {22w}(fp), {21w}(fp)
	movf 0({22w}(fp)), {26w}(fp)
	mulf 0({16w}(fp)), {26w}(fp)
	addf {26w}(fp), {24w}(fp)
	addw $1, {20w}(fp)
	addw {13w}(fp), {21w}(fp)
	addw $1, {19w}(fp)
	bltw {19w}(fp), {13w}(fp), sum
	mulw {13w}(fp), {17w}(fp), {20w}(fp)
	addw {18w}(fp), {20w}(fp)
	indf {12w}(fp), {16w}(fp), {20w}(fp)
	movf {24w}(fp), 0({16w}(fp))
	addw $1, {18w}(fp)
	bltw {18w}(fp), {13w}(fp), columns
	addw $1, {17w}(fp)
	bltw {17w}(fp), {13w}(fp), rows
	indf {12w}(fp), {16w}(fp), $12345
	cvtfl 0({16w}(fp)), {24w}(fp)
	cvtlw {24w}(fp), {20w}(fp)
	say w {20w}(fp)
	ret
