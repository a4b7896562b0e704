# Characters put into strings: in the middle, at the end, wide ones, in strings that somebody else has too, and where there is no place.
globals {1w} pointers {8w}
	string {8w}: "constant"
main {30w} pointers {12w}, {13w}, {14w}, {20w}
handlers
handler {20w}, beyond, beyond_end, -, 0
	otherwise caught
init:
	begin
	movw $0, {10w}(fp)
	movp {8w}(mp), {12w}(fp)
round:
	lenc {12w}(fp), {16w}(fp)
	andw $63, {10w}(fp), {17w}(fp)
	addw $48, {17w}(fp)
	insc {17w}(fp), {16w}(fp), {12w}(fp)
	andw $7, {10w}(fp), {18w}(fp)
	insc $42, {18w}(fp), {12w}(fp)
	bnew {10w}(fp), $20, narrow
	movp {12w}(fp), {13w}(fp)
	insc $43, $2, {12w}(fp)
narrow:
	bnew {10w}(fp), $30, thin
	insc $956, $1, {12w}(fp)
thin:
	addw $200, {10w}(fp), {17w}(fp)
	lenc {14w}(fp), {16w}(fp)
	insc {17w}(fp), {16w}(fp), {14w}(fp)
	addw $1, {10w}(fp)
	bltw {10w}(fp), $70, round
	say s {8w}(mp)
	say s {12w}(fp)
	say s {13w}(fp)
	say s {14w}(fp)
	movw $0, {10w}(fp)
beyond:
	lenc {13w}(fp), {16w}(fp)
	insc $33, {16w}(fp), {13w}(fp)
	addw $2, {16w}(fp)
	addw $1, {10w}(fp)
	bltw {10w}(fp), $25, beyond
	insc $34, {16w}(fp), {13w}(fp)
beyond_end:
	note "not here"
caught:
	say s {20w}(fp)
	say s {13w}(fp)
	ret
