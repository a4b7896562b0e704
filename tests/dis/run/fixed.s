# Fixed point: words 5 and 7 of the frame have factor and power.
globals {16}
	real {8w}: 256.0, 0.00390625
main {20w}
init:
	begin
	movw $-8, {7w}(fp)
	mulx $640, $384, {10w}(fp)
	say w {10w}(fp)
	movw $8, {7w}(fp)
	divx $384, $960, {10w}(fp)
	say w {10w}(fp)
	cvtxx $100, $4, {10w}(fp)
	say w {10w}(fp)
	cvtxx $-100, $-3, {10w}(fp)
	say w {10w}(fp)
	movf {8w}(mp), {12w}(fp)
	cvtxf $640, {12w}(fp), {14w}(fp)
	say f {14w}(fp)
	movf {8w+8}(mp), {12w}(fp)
	cvtfx {14w}(fp), {12w}(fp), {10w}(fp)
	say w {10w}(fp)
	note "with factors"
	movw $0, {7w}(fp)
	movw $10, {5w}(fp)
	mulx0 $25, $-37, {10w}(fp)
	say w {10w}(fp)
	divx0 $25, $-37, {10w}(fp)
	say w {10w}(fp)
	cvtxx0 $-37, $1, {10w}(fp)
	say w {10w}(fp)
	note "rounded"
	movw $2, {7w}(fp)
	mulx1 $25, $37, {10w}(fp)
	say w {10w}(fp)
	mulx1 $25, $-37, {10w}(fp)
	say w {10w}(fp)
	divx1 $25, $37, {10w}(fp)
	say w {10w}(fp)
	cvtxx1 $37, $2, {10w}(fp)
	say w {10w}(fp)
	cvtxx1 $-37, $-7, {10w}(fp)
	say w {10w}(fp)
	movw $-7, {7w}(fp)
	mulx1 $25, $-37, {10w}(fp)
	say w {10w}(fp)
	divx1 $3, $-37, {10w}(fp)
	say w {10w}(fp)
	ret
