# Strings that grow by characters and by strings, and their characters by index, 400 times.
globals {1w} pointers {8w}
	string {8w}: "concatenated"
main {30w} pointers {12w}
init:
	begin
	movw $0, {13w}(fp)
	movw $0, {14w}(fp)
again:
	slicec $0, $0, {12w}(fp)
	movw $0, {15w}(fp)
grow:
	lenc {12w}(fp), {16w}(fp)
	andw $63, {15w}(fp), {17w}(fp)
	addw $32, {17w}(fp)
	insc {17w}(fp), {16w}(fp), {12w}(fp)
	addc {8w}(mp), {12w}(fp), {12w}(fp)
	addw $1, {15w}(fp)
	bltw {15w}(fp), $1000, grow
	lenc {12w}(fp), {16w}(fp)
	movw $0, {15w}(fp)
sum:
	indc {12w}(fp), {15w}(fp), {17w}(fp)
	addw {17w}(fp), {14w}(fp)
	addw $1, {15w}(fp)
	bltw {15w}(fp), {16w}(fp), sum
	addw $1, {13w}(fp)
	bltw {13w}(fp), $400, again
	say w {14w}(fp)
	ret
