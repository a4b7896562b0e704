# What callees do where their results go: they write it, on some ways only, look at it first, or write a part; frames hold what earlier ones left.
globals {1w}
main {30w}
type asks {20w} pointers {17w}
type one {14w}
type deep {20w}
handlers
handler {17w}, tried, back, -, 0
	catch "zero divide", back
init:
	begin
	movw $0, {10w}(fp)
round:
	frame asks, {16w}(fp)
	movw {10w}(fp), {8w}({16w}(fp))
	call {16w}(fp), leaves
	frame asks, {16w}(fp)
	movw {10w}(fp), {8w}({16w}(fp))
	lea {14w}(fp), {4w}({16w}(fp))
	call {16w}(fp), asking
	addw {14w}(fp), {11w}(fp)
	frame asks, {16w}(fp)
	movw {10w}(fp), {8w}({16w}(fp))
	call {16w}(fp), leaves
	movw $500, {15w}(fp)
	frame deep, {16w}(fp)
	andw $3, {10w}(fp), {8w}({16w}(fp))
	lea {15w}(fp), {4w}({16w}(fp))
	call {16w}(fp), half
	addw {15w}(fp), {11w}(fp)
	frame asks, {16w}(fp)
	movw {10w}(fp), {8w}({16w}(fp))
	call {16w}(fp), leaves
	movw $600, {15w}(fp)
	frame deep, {16w}(fp)
	andw $3, {10w}(fp), {8w}({16w}(fp))
	lea {15w}(fp), {4w}({16w}(fp))
	call {16w}(fp), sum
	addw {15w}(fp), {11w}(fp)
	addw $1, {10w}(fp)
	bltw {10w}(fp), $40, round
	say w {11w}(fp)
	ret
leaves:
	lea {9w}(fp), {18w}(fp)
	movw $71, {9w}(fp)
	movw $72, {10w}(fp)
	movw $73, {11w}(fp)
	movw $74, {12w}(fp)
	movw $75, {13w}(fp)
	movw $76, {14w}(fp)
	ret
asking:
	frame one, {16w}(fp)
	movw {8w}(fp), {8w}({16w}(fp))
	lea {9w}(fp), {4w}({16w}(fp))
	call {16w}(fp), writes
	frame one, {16w}(fp)
	movw {8w}(fp), {8w}({16w}(fp))
	lea {10w}(fp), {4w}({16w}(fp))
	call {16w}(fp), sometimes
	frame one, {16w}(fp)
	movw {8w}(fp), {8w}({16w}(fp))
	lea {11w}(fp), {4w}({16w}(fp))
	call {16w}(fp), adds
	movw $1000, {12w}(fp)
	frame one, {16w}(fp)
	movw {8w}(fp), {8w}({16w}(fp))
	lea {12w}(fp), {4w}({16w}(fp))
	call {16w}(fp), sometimes
	movw $3, {13w}(fp)
	frame one, {16w}(fp)
	movw {8w}(fp), {8w}({16w}(fp))
	lea {13w}(fp), {4w}({16w}(fp))
	call {16w}(fp), part
	movw $9, {14w}(fp)
	frame one, {16w}(fp)
	movw {8w}(fp), {8w}({16w}(fp))
	lea {14w}(fp), {4w}({16w}(fp))
tried:
	call {16w}(fp), fails
back:
	addw {9w}(fp), {10w}(fp)
	addw {10w}(fp), {11w}(fp)
	addw {11w}(fp), {12w}(fp)
	addw {12w}(fp), {13w}(fp)
	addw {13w}(fp), {14w}(fp), 0({4w}(fp))
	ret
writes:
	bgtw {8w}(fp), $20, more
	movw $5, 0({4w}(fp))
	ret
more:
	movw $6, 0({4w}(fp))
	ret
sometimes:
	andw $1, {8w}(fp), {9w}(fp)
	beqw {9w}(fp), $0, not
	movw {8w}(fp), 0({4w}(fp))
not:
	ret
adds:
	addw $1, 0({4w}(fp))
	addw {8w}(fp), 0({4w}(fp))
	ret
part:
	movb $17, 0({4w}(fp))
	ret
fails:
	modw $20, {8w}(fp), {9w}(fp)
	divw {9w}(fp), $40, 0({4w}(fp))
	ret
half:
	bgtw {8w}(fp), $0, deeper
	ret
deeper:
	frame deep, {12w}(fp)
	subw $1, {8w}(fp), {8w}({12w}(fp))
	lea {10w}(fp), {4w}({12w}(fp))
	call {12w}(fp), half
	addw $1, {10w}(fp), 0({4w}(fp))
	ret
sum:
	bgtw {8w}(fp), $0, summing
	addw $3, 0({4w}(fp))
	ret
summing:
	frame deep, {12w}(fp)
	subw $1, {8w}(fp), {8w}({12w}(fp))
	lea {10w}(fp), {4w}({12w}(fp))
	call {12w}(fp), sum
	addw {10w}(fp), 0({4w}(fp))
	ret
