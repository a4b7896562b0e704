# Arrays: of every kind of element, indexed, sliced, copied over one another.
globals {1w} pointers {8w}
	array {8w}: pointer, 2
	index {8w}: 0
	string 0: "first"
	string {1w}: "second"
	restore
type pointer {1w} pointers 0
type word {1w}
type byte 1
type real 8
type pair {2w} pointers 0
main {30w} pointers {12w}, {13w}, {14w}
handlers
handler {14w}, bad, behind, -, 0
	catch "array bounds error", caught
handler {14w}, negative, behind2, -, 0
	catch "negative*", caught2
handler {14w}, huge, behind3, -, 0
	catch "out of memory: heap", caught3
init:
	begin
	newa $5, word, {12w}(fp)
	movw $0, {10w}(fp)
fill:
	indw {12w}(fp), {11w}(fp), {10w}(fp)
	mulw {10w}(fp), {10w}(fp), 0({11w}(fp))
	addw $1, {10w}(fp)
	bltw {10w}(fp), $5, fill
	indw {12w}(fp), {11w}(fp), $4
	say w 0({11w}(fp))
	movp {12w}(fp), {13w}(fp)
	slicea $1, $4, {13w}(fp)
	lena {13w}(fp), {10w}(fp)
	say w {10w}(fp)
	indw {13w}(fp), {11w}(fp), $0
	movw $77, 0({11w}(fp))
	indw {12w}(fp), {11w}(fp), $1
	say w 0({11w}(fp))
	note "copying within"
	slicela {13w}(fp), $2, {12w}(fp)
	indw {12w}(fp), {11w}(fp), $2
	say w 0({11w}(fp))
	indw {12w}(fp), {11w}(fp), $4
	say w 0({11w}(fp))
	note "other elements"
	newaz $3, byte, {12w}(fp)
	indb {12w}(fp), {11w}(fp), $2
	movb $255, 0({11w}(fp))
	addb $3, 0({11w}(fp))
	say b 0({11w}(fp))
	newa $3, real, {12w}(fp)
	indf {12w}(fp), {11w}(fp), $1
	cvtwf $3, 0({11w}(fp))
	say f 0({11w}(fp))
	indl {12w}(fp), {11w}(fp), $2
	cvtwl $-3, 0({11w}(fp))
	say l 0({11w}(fp))
	newa $2, pair, {12w}(fp)
	indx {12w}(fp), {11w}(fp), $1
	movp {1w}(mp), 0({11w}(fp))
	movw $8, {1w}({11w}(fp))
	indx {12w}(fp), {15w}(fp), $1
	say s 0({15w}(fp))
	say w {1w}({15w}(fp))
	movp {8w}(mp), {12w}(fp)
	indw {12w}(fp), {11w}(fp), $1
	say s 0({11w}(fp))
	movp {8w}(mp), {13w}(fp)
	slicea $1, $2, {13w}(fp)
	slicela {13w}(fp), $0, {12w}(fp)
	indw {8w}(mp), {11w}(fp), $0
	say s 0({11w}(fp))
	note "what cannot be"
bad:
	indw {12w}(fp), {11w}(fp), $2
behind:
	ret
caught:
	say s {14w}(fp)
negative:
	newa $-1, word, {12w}(fp)
behind2:
	ret
caught2:
	say s {14w}(fp)
huge:
	newa $536870911, word, {12w}(fp)
behind3:
	ret
caught3:
	say s {14w}(fp)
	ret
