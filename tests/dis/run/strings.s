# Strings: characters of any width by index, slices, appending, and bytes.
globals {4w} pointers {8w}, {9w}, {10w}, {11w}
	string {8w}: "wörld"
	string {9w}: "hello, "
	string {10w}: "€uro"
	string {11w}: ""
main {20w} pointers {12w}, {13w}, {14w}
handlers
handler {14w}, bad, behind, -, 0
	otherwise caught
handler {14w}, bad2, behind2, -, 0
	otherwise caught2
init:
	begin
	addc {8w}(mp), {9w}(mp), {12w}(fp)
	say s {12w}(fp)
	lenc {12w}(fp), {10w}(fp)
	say w {10w}(fp)
	addc {10w}(mp), {12w}(fp), {12w}(fp)
	say s {12w}(fp)
	indc {12w}(fp), $12, {10w}(fp)
	say w {10w}(fp)
	indc {8w}(mp), $1, {10w}(fp)
	say w {10w}(fp)
	movp {12w}(fp), {13w}(fp)
	insc $65, $0, {13w}(fp)
	say s {13w}(fp)
	say s {12w}(fp)
	insc $8364, $5, {8w}(mp)
	say s {8w}(mp)
	insc $33, $0, {14w}(fp)
	insc $63, $1, {14w}(fp)
	say s {14w}(fp)
	slicec $7, $12, {12w}(fp)
	say s {12w}(fp)
	slicec $2, $2, {12w}(fp)
	lenc {12w}(fp), {10w}(fp)
	say w {10w}(fp)
	cvtca {10w}(mp), {12w}(fp)
	lena {12w}(fp), {10w}(fp)
	say w {10w}(fp)
	cvtac {12w}(fp), {13w}(fp)
	say s {13w}(fp)
	lenc {11w}(mp), {10w}(fp)
	say w {10w}(fp)
bad:
	indc {10w}(mp), $4, {10w}(fp)
behind:
	jmp bad2
caught:
	say s {14w}(fp)
bad2:
	slicec $3, $9, {10w}(mp)
behind2:
	ret
caught2:
	say s {14w}(fp)
	say s {10w}(mp)
	note "a long one"
	movp {11w}(mp), {12w}(fp)
	movw $0, {10w}(fp)
more:
	addc {10w}(mp), {12w}(fp)
	addw $1, {10w}(fp)
	bltw {10w}(fp), $1000, more
	lenc {12w}(fp), {10w}(fp)
	say w {10w}(fp)
	indc {12w}(fp), $3999, {10w}(fp)
	say w {10w}(fp)
	ret
