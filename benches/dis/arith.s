# Integers in a loop that nothing can take apart.
globals {0}
main {20w}
init:
	begin
	movw $0, {10w}(fp)
	movw $1, {11w}(fp)
	movw $100000000, {12w}(fp)
again:
	mulw $214013, {11w}(fp), {13w}(fp)
	addw $2531011, {13w}(fp), {11w}(fp)
	shrw $7, {11w}(fp), {13w}(fp)
	xorw {13w}(fp), {11w}(fp)
	andw $1023, {11w}(fp), {13w}(fp)
	addw {13w}(fp), {14w}(fp)
	addw $1, {10w}(fp)
	bltw {10w}(fp), {12w}(fp), again
	say w {14w}(fp)
	ret
