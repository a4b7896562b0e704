# Lists: cells of every kind of value.
globals {16} 
	big {8w}: 5000000000
	real {8w+8}: 2.5
type pair {2w} pointers 0
main {40w} pointers {12w}, {13w}, {14w}, {18w}, {22w}
handlers
handler {14w}, bad, behind, -, 0
	otherwise caught
init:
	begin
	consw $1, {12w}(fp)
	consw $2, {12w}(fp)
	consw $3, {12w}(fp)
	lenl {12w}(fp), {10w}(fp)
	say w {10w}(fp)
	headw {12w}(fp), {10w}(fp)
	say w {10w}(fp)
	tail {12w}(fp), {13w}(fp)
	headw {13w}(fp), {10w}(fp)
	say w {10w}(fp)
	movw $-1, {10w}(fp)
	movp {14w}(fp), {12w}(fp)
	consb $200, {12w}(fp)
	headb {12w}(fp), {10w}(fp)
	say b {10w}(fp)
	movp {14w}(fp), {12w}(fp)
	consl {8w}(mp), {12w}(fp)
	headl {12w}(fp), {16w}(fp)
	say l {16w}(fp)
	consf {8w+8}(mp), {12w}(fp)
	headf {12w}(fp), {16w}(fp)
	say f {16w}(fp)
	movp {14w}(fp), {12w}(fp)
	consp {1w}(mp), {12w}(fp)
	consp {14w}(fp), {12w}(fp)
	tail {12w}(fp), {12w}(fp)
	headp {12w}(fp), {13w}(fp)
	say s {13w}(fp)
	note "records"
	movp {14w}(fp), {12w}(fp)
	movw $11, {10w}(fp)
	movw $12, {11w}(fp)
	consm {10w}(fp), ${2w}, {12w}(fp)
	headm {12w}(fp), ${2w}, {16w}(fp)
	say w {16w}(fp)
	say w {17w}(fp)
	movp {14w}(fp), {12w}(fp)
	movp {1w}(mp), {18w}(fp)
	movw $13, {19w}(fp)
	consmp {18w}(fp), pair, {12w}(fp)
	movp {14w}(fp), {18w}(fp)
	headmp {12w}(fp), pair, {22w}(fp)
	say s {22w}(fp)
	say w {23w}(fp)
	note "a long list"
	movp {14w}(fp), {12w}(fp)
	movw $0, {10w}(fp)
more:
	consw {10w}(fp), {12w}(fp)
	addw $1, {10w}(fp)
	bltw {10w}(fp), $2000, more
	lenl {12w}(fp), {10w}(fp)
	say w {10w}(fp)
	movp {14w}(fp), {13w}(fp)
bad:
	tail {13w}(fp), {12w}(fp)
behind:
	ret
caught:
	say s {14w}(fp)
	ret
