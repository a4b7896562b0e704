# Bytes of an array: primes below four millions, ten times.
globals {0}
type flag 1
main {24w} pointers {10w}
init:
	begin
	movw $4000000, {11w}(fp)
	newa {11w}(fp), flag, {10w}(fp)
	movw $0, {12w}(fp)
round:
	movw $0, {13w}(fp)
	movw $0, {14w}(fp)
clear:
	indb {10w}(fp), {15w}(fp), {14w}(fp)
	movb $1, 0({15w}(fp))
	addw $1, {14w}(fp)
	bltw {14w}(fp), {11w}(fp), clear
	movw $2, {14w}(fp)
next:
	indb {10w}(fp), {15w}(fp), {14w}(fp)
	beqb 0({15w}(fp)), $0, on
	addw $1, {13w}(fp)
	addw {14w}(fp), {14w}(fp), {16w}(fp)
	bgew {16w}(fp), {11w}(fp), on
strike:
	indb {10w}(fp), {15w}(fp), {16w}(fp)
	movb $0, 0({15w}(fp))
	addw {14w}(fp), {16w}(fp)
	bltw {16w}(fp), {11w}(fp), strike
on:
	addw $1, {14w}(fp)
	bltw {14w}(fp), {11w}(fp), next
	addw $1, {12w}(fp)
	bltw {12w}(fp), $10, round
	say w {13w}(fp)
	ret
