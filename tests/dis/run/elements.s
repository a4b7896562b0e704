# Addresses of elements: of records with and without references, kept over calls and what frees other objects, void when the array goes.
globals {1w} pointers {8w}
	string {8w}: "text"
main {60w} pointers {10w}, {11w}, {12w}, {13w}, {14w}, {15w}
type word {1w}
type real 8
type plain {3w}
type mixed {4w} pointers {1w}, {2w}
type pointer {1w} pointers 0
type frees {12w} pointers {8w}, {9w}
handlers
handler {15w}, inside, inside_end, -, 0
	otherwise outside
handler {15w}, there, there_end, -, 0
	otherwise gone
handler {15w}, some, some_end, -, 0
	otherwise none
handler {15w}, kind, kind_end, -, 0
	otherwise unlike
init:
	begin
	newa $9, plain, {10w}(fp)
	newa $9, mixed, {11w}(fp)
	newa $9, real, {12w}(fp)
	movw $0, {20w}(fp)
	movw $0, {30w}(fp)
outer:
	indx {10w}(fp), {21w}(fp), {20w}(fp)
	movw {20w}(fp), {1w}({21w}(fp))
	movw $0, {22w}(fp)
inner:
	indx {11w}(fp), {23w}(fp), {22w}(fp)
	addw {1w}({21w}(fp)), {3w}({23w}(fp))
	movp {8w}(mp), {1w}({23w}(fp))
	addw {3w}({23w}(fp)), {30w}(fp)
	# The old string is freed here: what is known of both addresses has to be asked for again.
	cvtwc {30w}(fp), {13w}(fp)
	movp {13w}(fp), {2w}({23w}(fp))
	addw $1, {2w}({21w}(fp))
	addw $1, {22w}(fp)
	bltw {22w}(fp), $9, inner
	frame frees, {24w}(fp)
	movw {20w}(fp), {10w}({24w}(fp))
	lea {31w}(fp), {4w}({24w}(fp))
	call {24w}(fp), noise
	addw {31w}(fp), {2w}({21w}(fp))
	indf {12w}(fp), {25w}(fp), {20w}(fp)
	cvtwf {2w}({21w}(fp)), 0({25w}(fp))
	addw $1, {20w}(fp)
	bltw {20w}(fp), $9, outer
	say w {30w}(fp)
	indx {11w}(fp), {23w}(fp), $4
	say w {3w}({23w}(fp))
	say s {1w}({23w}(fp))
	say s {2w}({23w}(fp))
	indf {12w}(fp), {25w}(fp), $8
	say f 0({25w}(fp))
	note "another kind of array each time"
	movw $0, {20w}(fp)
	movw $0, {30w}(fp)
kinds:
	movp {10w}(fp), {14w}(fp)
	andw $1, {20w}(fp), {26w}(fp)
	beqw {26w}(fp), $0, even
	movp {11w}(fp), {14w}(fp)
even:
	indx {14w}(fp), {21w}(fp), $2
	movw {20w}(fp), 0({21w}(fp))
	addw 0({21w}(fp)), {30w}(fp)
	addw $1, {20w}(fp)
	bltw {20w}(fp), $40, kinds
	say w {30w}(fp)
	note "a reference where there is none"
	movw $0, {20w}(fp)
kind:
	indx {10w}(fp), {21w}(fp), $2
	addw $1, {20w}(fp)
	bltw {20w}(fp), $30, kind
	movp {8w}(mp), 0({21w}(fp))
kind_end:
	note "not here"
unlike:
	say s {15w}(fp)
	note "outside"
	movw $0, {20w}(fp)
inside:
	indx {11w}(fp), {21w}(fp), {20w}(fp)
	addw $1, {3w}({21w}(fp))
	addw $1, {20w}(fp)
	jmp inside
inside_end:
	note "not here"
outside:
	say w {20w}(fp)
	say s {15w}(fp)
	note "the array goes while its address stays"
	movw $0, {20w}(fp)
	movw $0, {30w}(fp)
there:
	newa $3, plain, {14w}(fp)
	indx {14w}(fp), {21w}(fp), $1
	movw {20w}(fp), {1w}({21w}(fp))
	bltw {20w}(fp), $25, stays
	movp {12w}(fp), {14w}(fp)
stays:
	addw {1w}({21w}(fp)), {30w}(fp)
	addw $1, {20w}(fp)
	jmp there
there_end:
	note "not here"
gone:
	say w {20w}(fp)
	say w {30w}(fp)
	say s {15w}(fp)
	note "no array"
	movw $0, {20w}(fp)
some:
	indx {11w}(fp), {21w}(fp), $1
	addw $1, {3w}({21w}(fp))
	addw $1, {20w}(fp)
	bltw {20w}(fp), $30, some
	movp {13w}(fp), {11w}(fp)
	indx {11w}(fp), {21w}(fp), $1
some_end:
	note "not here"
none:
	say w {20w}(fp)
	say s {15w}(fp)
	ret
noise:
	cvtwc {10w}(fp), {8w}(fp)
	cvtwc {10w}(fp), {8w}(fp)
	lenc {8w}(fp), 0({4w}(fp))
	ret
