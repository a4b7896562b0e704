# Functions that read and write where their result is to be, and behind: there are slots of the caller, some of which it does not use again.
globals {2w} pointers {8w}
	string {8w}: "$Math"
main {30w} pointers {14w}, {24w}
type taken {14w}
type real {8w+8}
imports
import
	use print, 0xac849033
import
	use sqrt, 0xa1d1fe48
	use cbrt, 0xa1d1fe48
init:
	begin
	movw $0, {10w}(fp)
	movw $0, {17w}(fp)
again:
	mulw $3, {10w}(fp), {16w}(fp)
	movw {10w}(fp), {15w}(fp)
	cvtwc {10w}(fp), {24w}(fp)
	frame taken, {11w}(fp)
	lea {15w}(fp), {4w}({11w}(fp))
	movw $5, {8w}({11w}(fp))
	call {11w}(fp), sums
	addw {15w}(fp), {17w}(fp)
	movw $1, {16w}(fp)
	frame taken, {15w}(fp)
	lea {16w}(fp), {4w}({15w}(fp))
	movw {10w}(fp), {8w}({15w}(fp))
	call {15w}(fp), sums
	addw {16w}(fp), {17w}(fp)
	addw $1, {10w}(fp)
	bltw {10w}(fp), $100, again
	say w {17w}(fp)
	note "two words of a result"
	movw $0, {10w}(fp)
	movw $0, {17w}(fp)
pairs:
	frame taken, {11w}(fp)
	lea {15w}(fp), {4w}({11w}(fp))
	movw {10w}(fp), {8w}({11w}(fp))
	call {11w}(fp), pair
	subw {15w}(fp), {16w}(fp), {12w}(fp)
	addw {12w}(fp), {17w}(fp)
	addw $1, {10w}(fp)
	bltw {10w}(fp), $100, pairs
	say w {17w}(fp)
	note "of a module of the machine"
	load {8w}(mp), $1, {14w}(fp)
	movw $0, {10w}(fp)
	cvtwf $0, {22w}(fp)
math:
	cvtwf {10w}(fp), {20w}(fp)
	mframe {14w}(fp), $0, {11w}(fp)
	movf {20w}(fp), {8w}({11w}(fp))
	lea {20w}(fp), {4w}({11w}(fp))
	mcall {11w}(fp), $0, {14w}(fp)
	addf {20w}(fp), {22w}(fp)
	mframe {14w}(fp), $1, {11w}(fp)
	movf {20w}(fp), {8w}({11w}(fp))
	lea {20w}(fp), {4w}({11w}(fp))
	mcall {11w}(fp), $1, {14w}(fp)
	addf {20w}(fp), {22w}(fp)
	addw $1, {10w}(fp)
	bltw {10w}(fp), $100, math
	cvtfw {22w}(fp), {17w}(fp)
	say w {17w}(fp)
	ret
sums:
	addw 0({4w}(fp)), {8w}(fp)
	addw {1w}({4w}(fp)), {8w}(fp)
	movw {8w}(fp), 0({4w}(fp))
	movw $-1, {1w}({4w}(fp))
	ret
pair:
	addw $7, {8w}(fp), {1w}({4w}(fp))
	movw {8w}(fp), 0({4w}(fp))
	ret
